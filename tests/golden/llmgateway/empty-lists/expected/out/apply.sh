#!/usr/bin/env bash
# Sends the payloads beside this script to a LiteLLM proxy, one request after the other, and stops at the first that fails.
#
#   LITELLM_URL         address of the proxy, such as http://localhost:4000
#   LITELLM_MASTER_KEY  its master key, or the key of a proxy admin
#   LITELLM_ANSWERS     file to which the answers are added (apply-answers.jsonl); keys that the proxy makes stand only there
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

secrets=()

if ! $dry_run; then
  : "${LITELLM_URL:?is the address of the proxy}"
  : "${LITELLM_MASTER_KEY:?is the master key of the proxy}"
  for name in "${secrets[@]}"; do
    if [ -z "${!name:-}" ]; then
      echo "apply.sh: $name is not set, and the payloads need it" >&2
      exit 1
    fi
  done
fi
answers=${LITELLM_ANSWERS:-apply-answers.jsonl}
sent=0
last=nothing

stop() {
  echo "apply.sh: $1" >&2
  echo "apply.sh: sent before: $sent, the last was: $last" >&2
  exit 1
}

# A value as it stands within the quotes of a JSON string.
json_text() {
  local text=$1
  text=${text//\\/\\\\}
  text=${text//\"/\\\"}
  text=${text//$'\n'/\\n}
  text=${text//$'\t'/\\t}
  printf '%s' "$text"
}

# Puts the environment's values in place of the secrets' names.
fill_in() {
  local rest=$1 name mark filled
  for name in "${secrets[@]}"; do
    mark="\${$name}"
    filled=
    while [[ $rest == *"$mark"* ]]; do
      filled+=${rest%%"$mark"*}$(json_text "${!name}")
      rest=${rest#*"$mark"}
    done
    rest=$filled$rest
  done
  printf '%s' "$rest"
}

# The API takes how long a key lives from now on, not until when. Fails when the time is over.
lifetime() {
  local body=$1 until left
  if [[ $body =~ \"expires\":\ ?\"([^\"]*)\" ]]; then
    until=$(date -u -d "${BASH_REMATCH[1]}" +%s)
    left=$((until - $(date +%s)))
    [ "$left" -gt 0 ] || return 1
    body=${body/"${BASH_REMATCH[0]}"/\"duration\": \"${left}s\"}
  fi
  printf '%s' "$body"
}

send() {
  local file=$1 endpoint=$2 word=$3 line body answer
  while IFS= read -r line; do
    case $line in '  {'*) ;; *) continue ;; esac
    body=${line#  }
    body=${body%,}
    if [ "$endpoint" = /user/new ] && [[ $body != *'"auto_create_key":'* ]]; then
      body="{\"auto_create_key\":false,${body#\{}" # keys are among the payloads, so none is made with a user
    fi
    if [ "$endpoint" = /key/generate ] && ! body=$(lifetime "$body"); then
      echo "left out, it has expired: $line"
      continue
    fi
    if $dry_run; then
      echo "POST $endpoint $body"
      continue
    fi
    answer=$(fill_in "$body" | curl --silent --show-error --fail-with-body --request POST "${LITELLM_URL%/}$endpoint" \
      --header 'Content-Type: application/json' --data-binary @- \
      --config <(printf 'header = "Authorization: Bearer %s"\n' "$LITELLM_MASTER_KEY")) ||
      stop "the proxy refused a $word: $body: $answer"
    (umask 077 && printf '%s\n' "$answer" >>"$answers")
    sent=$((sent + 1))
    last="$word number $sent of $file"
    echo "done: $endpoint $file"
  done <"payloads/$file"
}

send 02-organizations.json /organization/new 'organization'
