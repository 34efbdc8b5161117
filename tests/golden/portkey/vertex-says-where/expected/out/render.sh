#!/bin/sh
# Fills in the references of a config from the environment and prints the config, or writes it to a file.
# usage: render.sh [FILE]
set -eu
config=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)/config.json
for name in VERTEXAI_LOCATION VERTEXAI_PROJECT; do
  value=''
  eval "value=\${$name-}"
  case $value in
    '') echo "render.sh: $name is not set" >&2; exit 1 ;;
    *[\"\\]*) echo "render.sh: $name holds a quote or a backslash, write it into the config by hand" >&2; exit 1 ;;
  esac
  export "${name?}"
done
umask 077
if [ $# -gt 0 ]; then exec >"$1"; fi
# shellcheck disable=SC2016
envsubst '${VERTEXAI_LOCATION}${VERTEXAI_PROJECT}' <"$config"
