#!/usr/bin/env bash
# Sends the payloads beside this script to a WorldFlow gateway, in order, and stops at the first that fails.
# What is there already, by its name, is found and used: running it again makes nothing twice.
#
#   GATEWAY      address of the gateway (https://api.worldflowai.com)
#   WF_API_KEY   an admin key (sk-syn-…), exchanged for a token; or
#   WF_TOKEN     a token
#   WF_TENANT    the tenant, where the payloads name it
#   and the variables that the payloads name, see `variables` below
#
#   apply.sh              sends
#   apply.sh --dry-run    only tells what it would send
#   apply.sh --no-verify  does not let the gateway try the providers' keys
#
# Needs curl and jq. Ids of what was made are kept in ids.json, secrets of new virtual keys in secrets.out (readable by you alone).
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

dry_run=false
verify=true
for argument in "$@"; do
  case $argument in
    --dry-run) dry_run=true ;;
    --no-verify) verify=false ;;
    *) echo "usage: apply.sh [--dry-run] [--no-verify]" >&2; exit 2 ;;
  esac
done

variables=()

gateway=${GATEWAY:-https://api.worldflowai.com}
gateway=${gateway%/}
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
  for name in "${variables[@]}"; do
    [ -n "${!name-}" ] || fail "$name is not set, the payloads name it"
  done
fi

authorization() {
  [ -z "${WF_TOKEN-}" ] || printf 'header = "Authorization: Bearer %s"\n' "$WF_TOKEN"
}

# request METHOD PATH, body on stdin: leaves $status and $answer.
request() {
  answer=$(curl --silent --show-error --request "$1" --header 'Content-Type: application/json' \
    --config <(authorization) --data-binary @- --write-out '\n%{http_code}' "$gateway$2") || fail "cannot reach $gateway"
  status=${answer##*$'\n'}
  answer=${answer%$'\n'*}
}

# A key is exchanged for a token; a gateway without the exchange takes the key itself.
sign_in() {
  [ -z "${WF_TOKEN-}" ] || return 0
  [ -n "${WF_API_KEY-}" ] || fail "set WF_API_KEY or WF_TOKEN"
  request POST /api/v1/auth/token < <(jq -n '{api_key: env.WF_API_KEY}')
  case $status in
    200|201) WF_TOKEN=$(jq -r '.access_token' <<<"$answer") ;;
    404|405) WF_TOKEN=$WF_API_KEY ;;
    *) fail "the key was refused: $status" ;;
  esac
}

# The body as it is sent: references become ids, variables their values; notes (keys that start with _) stay here.
# What cannot be resolved is an error, but not while only telling.
resolve() {
  jq --argjson ids "$ids" --argjson dry "$dry_run" '
    def span: capture("^@now\\+(?<n>[0-9]+)(?<unit>s|m|h|d|w|mo)$")
      | (.n | tonumber) * {s: 1, m: 60, h: 3600, d: 86400, w: 604800, mo: 2592000}[.unit];
    def value: if type == "object" then with_entries(select(.key | startswith("_") | not) | .value |= value)
      elif type == "array" then map(value)
      elif type != "string" then .
      elif test("^@now\\+") then (now + span | floor | todate)
      elif test("^@[a-z_]+/") then (. as $name | $ids[$name] // (if $dry then $name else error("nothing was made as " + $name) end))
      elif test("^\\$\\{[A-Za-z_][A-Za-z0-9_]*\\}$") then (. as $name | .[2:-1] | if $dry then $name else env[.] end)
      else . end;
    value'
}

# send METHOD PATH WHAT, body on stdin
send() {
  local body
  body=$(resolve) || fail "$3: a reference of its body leads nowhere"
  if $dry_run; then
    echo "$1 $2 $(jq -c . <<<"$body")"
    status=200
    answer='{}'
    return
  fi
  request "$1" "$2" <<<"$body"
}

expect() {
  case $status in 200|201|204) ;; *) fail "$1 was refused with $status: $answer" ;; esac
  finished+=("$1")
  $dry_run || echo "done: $1"
}

remember() {
  ids=$(jq -c --arg name "$1" --arg id "$2" '.[$name] = $id' <<<"$ids")
  $dry_run || printf '%s\n' "$ids" >ids.json
}

# find_id PATH CONDITION: the id of the object that fulfils the condition of jq, page by page; empty when there is none.
find_id() {
  local page=1 found pages query=$1
  case $query in *\?*) query+='&' ;; *) query+='?' ;; esac
  while :; do
    request GET "${query}page=$page&pageSize=100&page_size=100" </dev/null
    case $status in 200) ;; 404) return 0 ;; *) fail "GET $1 was refused with $status: $answer" ;; esac
    found=$(jq -r "[.. | objects | select($2) | .id // empty] | first // empty" <<<"$answer")
    [ -z "$found" ] || { printf '%s' "$found"; return 0; }
    pages=$(jq -r '.totalPages // .total_pages // 1' <<<"$answer")
    [ "$page" -lt "$pages" ] || return 0
    page=$((page + 1))
  done
}

bodies() {
  [ -f "payloads/$1.json" ] || return 0
  jq -c 'if type == "array" then .[] else . end' "payloads/$1.json"
}

# make KIND PATH CONDITION BODY [PATH TO LOOK IN]: finds or makes one object and remembers its id.
make() {
  local kind=$1 path=$2 condition=$3 body=$4 list=${5-$2} name label id=
  name=$(jq -r '._id // empty' <<<"$body")
  label=$(jq -r '.name // .modelId // .email // "?"' <<<"$body")
  if ! $dry_run; then
    id=$(find_id "$list" "$condition") || exit 1
  fi
  if [ -n "$id" ]; then
    echo "there: $kind $label"
  else
    send POST "$path" "$kind $label" <<<"$body"
    expect "$kind $label"
    id=$(jq -r '.id // .key.id // .config.id // empty' <<<"$answer")
    $dry_run || [ -n "$id" ] || fail "no id in the answer for $kind $label: $answer"
  fi
  [ -z "$name" ] || [ -z "$id" ] || remember "@$name" "$id"
  made=$id
}

# text KEY BODY: the value of a key as jq writes it, for a condition.
text() { jq -c --arg key "$1" '.[$key]' <<<"$2"; }

all_by_name() {
  local body
  while IFS= read -r body; do
    make "$1" "$2" ".name == $(text name "$body")" "$body"
  done < <(bodies "$3")
}

put_one() {
  local body
  while IFS= read -r body; do
    send PUT "$1" "$2" <<<"$body"
    expect "$2"
  done < <(bodies "$3")
}

$dry_run || sign_in
all_by_name team /api/v1/teams teams

while IFS= read -r body; do
  make user /api/v1/users ".email == $(text email "$body")" "$body" "/api/v1/users?search=$(jq -r '.email | @uri' <<<"$body")"
done < <(bodies users)

while IFS= read -r body; do
  user=$(jq -r '.user_id' <<<"$body")
  role=$(jq -r '.role // .roleId' <<<"$body")
  name=${role#@role/}
  if ! $dry_run; then
    user=$(jq -r --arg name "$user" '.[$name] // $name' <<<"$ids")
    case $role in
      @role/*)
        id=$(find_id "/api/v1/roles?name=$name" ".name == $(jq -n --arg name "$name" '$name')") || exit 1
        [ -n "$id" ] || fail "there is no role $name"
        remember "$role" "$id"
        ;;
    esac
    request GET "/api/v1/users/$user/roles" </dev/null
    if [ "$status" = 200 ] && jq -e --arg name "$name" --arg id "${id-$name}" '[.. | strings] | index($name) != null or index($id) != null' <<<"$answer" >/dev/null; then
      echo "there: role $name of $user"
      continue
    fi
  fi
  send POST "/api/v1/users/$user/roles" "role $name of $user" < <(jq 'del(.user_id)' <<<"$body")
  expect "role $name of $user"
done < <(bodies role_grants)
