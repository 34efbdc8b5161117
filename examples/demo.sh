#!/usr/bin/env bash
# The company's configuration to every gateway: refused first, since one target would allow more, then converted, with the report.
set -euo pipefail
cd "$(dirname "$0")/.."
gatec=$PWD/build/release/gatec
out=$(mktemp -d)
trap 'rm -rf "$out"' EXIT
cd examples/02-company
inputs=(config.yaml teams.json keys.json)

run() {
  printf '\n$ gatec %s\n' "${*//"$out"/out}"
  "$gatec" "$@"
}

echo "A LiteLLM configuration with teams and keys: $(cat "${inputs[@]}" | wc -l) lines."
run compile "${inputs[@]}" --to portkey-oss -o "$out/portkey-oss" || echo "(exit $?: nothing was written)"

for target in portkey-oss portkey ferro worldflow llmgateway litellm; do
  run compile "${inputs[@]}" --to "$target" -o "$out/$target" --allow weaker
  (cd "$out/$target" && find . -type f | sort | sed 's|^\./|    |')
done

printf '\nThe report of the way to portkey-oss:\n\n'
"$gatec" compile "${inputs[@]}" --to portkey-oss -o "$out/again" --allow weaker --quiet --report text
