#!/usr/bin/env bash
# Sends the payloads beside this script to an LLM Gateway, in order, and stops at the first that fails.
# What is there already, by its name, is found and used: running it again makes nothing twice.
#
#   LLMGATEWAY_API      address of the management API (http://localhost:4002)
#   LLMGATEWAY_COOKIE   the cookie of somebody who is signed in to the dashboard
#   LLMGATEWAY_ORG      name of the organization, where the payloads have none
#   and the variables that the payloads name, see `variables` below
#
#   apply.sh              sends
#   apply.sh --dry-run    only tells what it would send
#
# Needs curl and jq. Ids of what was made are kept in ids.json, tokens of new API keys in secrets.out (readable by you alone).
# The variables of llmgateway.env and the names of models.map.json are not sent: see the report.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

dry_run=false
for argument in "$@"; do
  case $argument in
    --dry-run) dry_run=true ;;
    *) echo "usage: apply.sh [--dry-run]" >&2; exit 2 ;;
  esac
done

variables=(HOSTED_VLLM_API_KEY OPENAI_API_KEY)

api=${LLMGATEWAY_API:-http://localhost:4002}
api=${api%/}
finished=()
ids='{}'
answer=
status=

fail() {
  echo "apply.sh: $1" >&2
  if [ ${#finished[@]} -gt 0 ]; then
    echo "done before that, and found again when this is run again:" >&2
    printf '  %s\n' "${finished[@]}" >&2
  fi
  exit 1
}

command -v jq >/dev/null || fail "jq is missing"
if ! $dry_run; then
  command -v curl >/dev/null || fail "curl is missing"
  [ -n "${LLMGATEWAY_COOKIE-}" ] || fail "LLMGATEWAY_COOKIE is not set: sign in to the dashboard and take it from there"
  for name in "${variables[@]}"; do
    [ -n "${!name-}" ] || fail "$name is not set, the payloads name it"
  done
fi

# request METHOD PATH, body on stdin: leaves $status and $answer.
request() {
  answer=$(curl --silent --show-error --request "$1" --header 'Content-Type: application/json' \
    --config <(printf 'header = "Cookie: %s"\n' "$LLMGATEWAY_COOKIE") --data-binary @- --write-out '\n%{http_code}' "$api$2") || fail "cannot reach $api"
  status=${answer##*$'\n'}
  answer=${answer%$'\n'*}
}

# The body as it is sent: variables become their values; notes (keys that start with _) stay here.
resolve() {
  jq --argjson dry "$dry_run" '
    def value: if type == "object" then with_entries(select(.key | startswith("_") | not) | .value |= value)
      elif type == "array" then map(value)
      elif type != "string" then .
      elif test("^\\$\\{[A-Za-z_][A-Za-z0-9_]*\\}$") then (. as $name | .[2:-1] | if $dry then $name else env[.] end)
      else . end;
    value'
}

# send METHOD PATH WHAT, body on stdin
send() {
  local body
  body=$(resolve)
  if $dry_run; then
    echo "$1 $2 $(jq -c . <<<"$body")"
    status=200
    answer='{}'
    return
  fi
  request "$1" "$2" <<<"$body"
  case $status in 200|201|204) ;; *) fail "$3 was refused with $status: $answer" ;; esac
  finished+=("$3")
  echo "done: $3"
}

get() {
  if $dry_run; then
    answer='{}'
    return
  fi
  request GET "$1" </dev/null
  [ "$status" = 200 ] || fail "GET $1 was refused with $status: $answer"
}

# first CONDITION: the id of the object in the answer that fulfils the condition of jq; empty when there is none.
first() { jq -r "[.. | objects | select($1) | .id // empty] | first // empty" <<<"$answer"; }

remember() {
  ids=$(jq -c --arg name "$1" --arg id "$2" '.[$name] = $id' <<<"$ids")
  $dry_run || printf '%s\n' "$ids" >ids.json
}
id_of() { jq -r --arg name "$1" '.[$name] // empty' <<<"$ids"; }

bodies() {
  [ -f "payloads/$1.json" ] || return 0
  jq -c 'if type == "array" then .[] else . end' "payloads/$1.json"
}
text() { jq -c --arg key "$1" '.[$key]' <<<"$2"; }
plain() { jq -r --arg key "$1" '.[$key] // empty' <<<"$2"; }

# The organization: by its name, else the only one there is.
organization=$(bodies organization)
[ -n "$organization" ] || organization='{}'
name=${LLMGATEWAY_ORG:-$(plain name "$organization")}
get /orgs
if [ -n "$name" ]; then
  org=$(first ".name == $(jq -n --arg name "$name" '$name')")
  if [ -z "$org" ]; then
    send POST /orgs "organization $name" < <(jq -n --arg name "$name" '{name: $name}')
    org=$(jq -r '.organization.id // .id // empty' <<<"$answer")
  fi
else
  org=$(jq -r '[.organizations[]?.id] | if length == 1 then .[0] else empty end' <<<"$answer")
fi
$dry_run && org=${org:-ORGANIZATION}
[ -n "$org" ] || fail "which organization is meant? Set LLMGATEWAY_ORG"
rest=$(jq -c 'del(.name)' <<<"$organization")
[ "$(resolve <<<"$rest" | jq length)" = 0 ] || send PATCH "/orgs/$org" "settings of the organization" <<<"$rest"

while IFS= read -r body; do
  label=$(plain name "$body")
  get "/orgs/$org/projects"
  id=$(first ".name == $(text name "$body")")
  if [ -n "$id" ]; then
    send PATCH "/projects/$id" "project $label" < <(jq 'del(.name, .routingConfig)' <<<"$body")
  else
    send POST /projects "project $label" < <(jq --arg org "$org" 'del(.routingConfig) + {organizationId: $org}' <<<"$body")
    id=$(jq -r '.project.id // .id // empty' <<<"$answer")
  fi
  $dry_run && id=${id:-PROJECT}
  remember "project $label" "$id"
  if jq -e '.routingConfig != null' <<<"$body" >/dev/null; then
    send PUT "/routing-config/config/$id" "routing of $label" < <(jq .routingConfig <<<"$body")
  fi
done < <(bodies projects)

while IFS= read -r body; do
  label="$(plain provider "$body") $(plain name "$body")"
  get /keys/provider
  condition=".provider == $(text provider "$body") and .organizationId == \"$org\""
  [ -z "$(plain name "$body")" ] || condition+=" and .name == $(text name "$body")"
  if [ -n "$(first "$condition")" ] && [ -z "$(plain sortOrder "$body")" ]; then
    echo "there: provider key $label"
    continue
  fi
  send POST /keys/provider "provider key $label" < <(jq --arg org "$org" 'del(.models) + {organizationId: $org}' <<<"$body")
done < <(bodies provider_keys)
