#include "targets/portkey/hosted_writer.h"

#include <fmt/format.h>

namespace gatec::targets::portkey {
namespace {

constexpr std::string_view kHead = R"sh(#!/usr/bin/env bash
# Sends the payloads beside this script to Portkey's control plane, in order, and stops at the first that fails.
#
#   PORTKEY_API_KEY   an admin key, or the key of the workspace that shall get everything
#   PORTKEY_URL       address of the control plane (https://api.portkey.ai/v1)
#   PORTKEY_ANSWERS   file to which the answers are added (apply-answers.jsonl); new API keys stand only there
#
#   apply.sh            sends
#   apply.sh --dry-run  only tells what it would send
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

dry_run=false
case "${1:-}" in
  '') ;;
  --dry-run) dry_run=true ;;
  *) echo "usage: apply.sh [--dry-run]" >&2; exit 2 ;;
esac
)sh";

constexpr std::string_view kBody = R"sh(
url=${PORTKEY_URL:-https://api.portkey.ai/v1}
answers=${PORTKEY_ANSWERS:-apply-answers.jsonl}
if ! $dry_run; then
  : "${PORTKEY_API_KEY:?is a key of the control plane}"
  for name in "${secrets[@]}"; do
    : "${!name:?is one of the secrets that the payloads name}"
  done
fi

# A value as it stands within the quotes of a JSON string.
json_text() {
  local text=$1
  text=${text//\\/\\\\}
  text=${text//\"/\\\"}
  text=${text//$'\n'/\\n}
  text=${text//$'\t'/\\t}
  printf '%s' "$text"
}

# Puts the environment's values and the ids of earlier answers in place of their names.
fill_in() {
  local rest=$1 name mark filled
  for name in "${secrets[@]}" "${workspaces[@]}"; do
    mark="\${$name}"
    filled=
    while [[ $rest == *"$mark"* ]]; do
      filled+=${rest%%"$mark"*}$(json_text "${!name-}")
      rest=${rest#*"$mark"}
    done
    rest=$filled$rest
  done
  printf '%s' "$rest"
}

# post METHOD PATH BODY: the answer is left in $answer.
post() {
  if $dry_run; then
    echo "$1 $2 $3"
    answer='{"id":"dry-run"}'
    return
  fi
  answer=$(fill_in "$3" | curl --silent --show-error --fail-with-body --request "$1" "${url%/}$2" \
    --header 'Content-Type: application/json' --data-binary @- \
    --config <(printf 'header = "x-portkey-api-key: %s"\n' "$PORTKEY_API_KEY")) || {
    echo "apply.sh: refused: $1 $2 $3: $answer" >&2
    exit 1
  }
  (umask 077 && printf '%s\n' "$answer" >>"$answers")
  echo "done: $1 $2"
}

# send FILE METHOD PATH PER_WORKSPACE [VARIABLE...]: a variable takes the id of its answer.
send() {
  local file=$1 method=$2 path=$3 per_workspace=$4 line body name id
  shift 4
  while IFS= read -r line; do
    case $line in '  {'*) ;; *) continue ;; esac
    body=${line#  }
    body=${body%,}
    if $per_workspace && [ ${#workspaces[@]} -gt 0 ]; then
      for name in "${workspaces[@]}"; do
        post "$method" "$path" "{\"workspace_id\":\"\${$name}\",${body#\{}"
      done
      continue
    fi
    post "$method" "$path" "$body"
    if [ $# -gt 0 ]; then
      id=$(printf '%s' "$answer" | sed -n 's/.*"id" *: *"\([^"]*\)".*/\1/p' | head -n 1)
      [ -n "$id" ] || { echo "apply.sh: no id in the answer to $method $path: $answer" >&2; exit 1; }
      printf -v "$1" '%s' "$id"
      shift
    fi
  done <"payloads/$file"
}

)sh";

std::string list(const auto& names) {
  std::string text;
  for (const std::string& name : names) {
    if (!text.empty()) text += ' ';
    text += name;
  }
  return text;
}

}  // namespace

std::string apply_script(const std::vector<PayloadFile>& files, const std::set<std::string>& secrets,
                         const std::vector<std::string>& workspaces) {
  std::string text(kHead);
  text += fmt::format("\nsecrets=({})\nworkspaces=({})\n", list(secrets), list(workspaces));
  text += kBody;
  for (const PayloadFile& f : files) {
    text += fmt::format("send {} {} {} {}", f.name, f.method, f.path, f.per_workspace);
    for (const std::string& v : f.id_variables) (text += ' ') += v;
    text += '\n';
  }
  return text;
}

}  // namespace gatec::targets::portkey
