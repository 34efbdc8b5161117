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
# A script without payloads of some kind leaves functions uncalled.
# shellcheck disable=SC2317
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

dry_run=false
for argument in "$@"; do
  case $argument in
    --dry-run) dry_run=true ;;
    *)
      echo "usage: apply.sh [--dry-run]" >&2
      exit 2
      ;;
  esac
done

# Variables that the payloads name.
variables=(ANTHROPIC_API_KEY AZURE_API_KEY HOSTED_VLLM_API_KEY OPENAI_API_KEY)

first_page=1                                  # the number of a list's first page
translate=.                                   # jq: a body of the payloads as a body of the API
id_of='.id'                                   # jq: the id of an object, and of an answer
items_of='if type == "array" then .[] else (.[] | arrays | .[]) end' # jq: the objects of a list
secret_of=empty                               # jq: the secret that an answer shows once
label_of='.name // "?"'                       # jq: what people call it
older_path=                                   # where an object goes when its address is not there
credentials=()                                # variables that hold keys, besides those of the payloads

address=${LLMGATEWAY_API:-http://localhost:4002}
credentials=(LLMGATEWAY_COOKIE LLMGATEWAY_MASTER_KEY)
id_of='.id // .organization.id? // .project.id? // .apiKey.id?'
secret_of='.apiKey.token? // empty'
label_of='.modelName // .name // .description // .email // .provider // "?"'
authorization() { header Cookie "$LLMGATEWAY_COOKIE"; }

# as_master COMMAND…: by the API that takes a master key.
as_master() {
  local address=${LLMGATEWAY_MASTER:-https://internal.llmgateway.io}
  authorization() { header Authorization "Bearer $LLMGATEWAY_MASTER_KEY"; }
  "$@"
  authorization() { header Cookie "$LLMGATEWAY_COOKIE"; }
}

# Notes (keys that start with _) stay here.
translate='walk(if type == "object" then with_entries(select(.key | startswith("_") | not)) else . end)'

# $status and $answer are of the last request, $found is the id of what was looked up or made.
ids='{}'
finished=()
answer=
status=
found=

# Values from the environment are shown by their names.
hidden() {
  local text=$1 name value
  for name in "${variables[@]}" "${credentials[@]}"; do
    value=${!name-}
    [ ${#value} -lt 4 ] || text=${text//"$value"/\$$name}
  done
  printf '%s' "$text"
}

fail() {
  echo "apply.sh: $(hidden "$1")" >&2
  if [ ${#finished[@]} -gt 0 ]; then
    echo "done before that, and found again when this is run again:" >&2
    printf '  %s\n' "${finished[@]}" >&2
  elif ! $dry_run; then
    echo "nothing was done before that" >&2
  fi
  exit 1
}

command -v jq >/dev/null || fail "jq is missing"
if ! $dry_run; then
  command -v curl >/dev/null || fail "curl is missing"
  for name in "${variables[@]}"; do
    [ -n "${!name-}" ] || fail "$name is not set, and the payloads need it"
  done
fi

# header NAME VALUE: a line of curl's config, so that the value is on no command line.
header() {
  local value=${2//\\/\\\\}
  printf 'header = "%s: %s"\n' "$1" "${value//\"/\\\"}"
}

# request METHOD PATH, body on stdin
request() {
  local content=(--header 'Content-Type: application/json' --data-binary @-)
  [ "$1" != GET ] || content=()
  answer=$(curl --silent --show-error --request "$1" --config <(authorization) "${content[@]}" \
    --write-out '\n%{http_code}' "${address%/}$2") || fail "$1 $2: there is no answer from $address"
  status=${answer##*$'\n'}
  answer=${answer%$'\n'*}
}

accepted() {
  case $status in
    200 | 201 | 204) ;;
    *) fail "$1 was refused with $status: $answer" ;;
  esac
}

# The body as it is sent: variables and names of what was made become values. While only telling, they stay names.
resolve() {
  jq -c --slurpfile ids <(printf '%s' "$ids") --argjson dry "$dry_run" '
    def mark: "\\$\\{(?<name>[A-Za-z_][A-Za-z0-9_]*)\\}";
    def made($name): $ids[0][$name] // if $dry then $name else error("nothing was made as " + $name) end;
    def meant: . as $name | ("${" + . + "}") as $mark
      | $ids[0][$name] // if $dry or ($ARGS.positional | index($name) == null) then $mark else env[$name] end;
    def filled: if test(mark) then gsub(mark; .name | meant) else . end;
    '"$translate"' | walk(if type == "string" then filled else . end)' --args "${variables[@]}"
}

# send WHAT METHOD PATH, body on stdin
send() {
  local body
  body=$(resolve) || fail "$1: its body cannot be made"
  if $dry_run; then
    echo "$2 $3 $body"
    return
  fi
  request "$2" "$3" <<<"$body"
  accepted "$1"
  finished+=("$1")
  echo "done: $1"
}

# look_up LIST KEYS BODY [ITEMS]: page by page. ITEMS is where the objects stand in an answer.
look_up() {
  local list=$1 page=$first_page here left=1 seen=0 items=${4-"$items_of"} key
  while [[ $list =~ \{([A-Za-z_]+)\} ]]; do
    key=${BASH_REMATCH[1]}
    list=${list//"{$key}"/$(jq -r --arg key "$key" '.[$key] | @uri' <<<"$3")}
  done
  found=
  while [ "$left" -gt 0 ]; do
    request GET "${list//PAGE/$page}" </dev/null
    case $status in
      200) ;;
      404 | 405) return 0 ;;
      *) fail "GET ${list//PAGE/$page} was refused with $status: $answer" ;;
    esac
    # The id, then how many objects the page has and how much follows; a list that does not say is whole.
    { read -r found && read -r here left; } < <(jq -r --arg keys "$2" --slurpfile wanted <(printf '%s' "$3") \
      --argjson page "$((page - first_page + 1))" --argjson seen "$seen" '
      def name: rtrimstr("?");
      def same($key): .[$key | name] as $here | $wanted[0][$key | name] as $there
        | $here == $there or (($key | endswith("?")) and ($here == null or $there == null));
      ($keys | split(" ")) as $keys
      | [('"$items"') | objects] as $all | ($all | length) as $here
      | ([$all[] | select(. as $item
          | all($keys[]; . as $key | $item | same($key))
          and any($keys[]; $item[name] != null and $wanted[0][name] != null))]
        | first | if . == null then "" else ('"$id_of"') // "-" end),
        if $here == 0 or type == "array" then "0 0"
        elif .totalPages // .total_pages then "\($here) \((.totalPages // .total_pages) - $page)"
        else "\($here) \((.total // .total_count // 0) - $seen - $here)" end' <<<"$answer") || fail "GET ${list//PAGE/$page}: its answer cannot be read"
    [ -z "$found" ] || return 0
    case $1 in *PAGE*) ;; *) return 0 ;; esac
    seen=$((seen + here))
    page=$((page + 1))
  done
}

# remember NAME ID
remember() {
  ids=$(jq -c --arg name "$1" --arg id "$2" '.[$name] = $id' <<<"$ids")
  printf '%s\n' "$ids" >ids.json
}

bodies() {
  [ -f "payloads/$1" ] || return 0
  jq -c 'if type == "array" then .[] else . end' "payloads/$1"
}

# make WHAT PATH LIST KEYS BODY [NAME]
make() {
  local what body=$5 secret
  what="$1 $(jq -r "$label_of" <<<"$body")"
  if $dry_run; then
    send "$what" POST "$2" <<<"$body"
    return
  fi
  body=$(resolve <<<"$body") || fail "$what: its body cannot be made"
  look_up "$3" "$4" "$body"
  if [ -n "$found" ]; then
    echo "there: $what"
  else
    request POST "$2" <<<"$body"
    case $status in
      404 | 405) [ -z "$older_path" ] || request POST "$older_path" <<<"$body" ;;
    esac
    accepted "$what"
    finished+=("$what")
    secret=$(jq -r "$secret_of" <<<"$answer")
    [ -z "$secret" ] || (umask 077 && printf '%s\t%s\n' "$what" "$secret" >>secrets.out)
    found=$(jq -r "($id_of) // empty" <<<"$answer")
    echo "done: $what"
  fi
  [ -n "${6-}" ] || return 0
  case $found in '' | -) fail "$what: there is no id in the answer" ;; esac
  remember "$6" "$found"
}

# shows PATH WHERE BODY: whether what is at that address has all that the body says. WHERE is where in the answer.
shows() {
  local body
  ! $dry_run || return 1
  body=$(resolve <<<"$3") || return 1
  request GET "$1" </dev/null
  [ "$status" = 200 ] && jq -e --slurpfile wanted <(printf '%s' "$body") '
    def holds($wanted): . as $it | if ($wanted | type) == "object" then
        ($it | type) == "object" and all($wanted | keys[]; . as $key | $it[$key] | holds($wanted[$key]))
      elif ($wanted | type) == "array" then
        ($it | type) == "array" and ($it | length) == ($wanted | length)
        and all(range($wanted | length); . as $i | $it[$i] | holds($wanted[$i]))
      else $it == $wanted end;
    any('"$2"'; holds($wanted[0]))' <<<"$answer" >/dev/null
}

# put WHAT PATH BODY
put() {
  if shows "$2" '., (.[]? | objects)' "$3"; then
    echo "there: $1"
  else
    send "$1" PUT "$2" <<<"$3"
  fi
}

$dry_run || [ -n "${LLMGATEWAY_COOKIE-}" ] || fail "LLMGATEWAY_COOKIE is not set: sign in to the dashboard and take it from there"

# Where the source has <words> for an address, somebody has to put it in.
blank=$(bodies provider_keys.json | jq -r '.baseUrl | strings | select(startswith("<"))')
$dry_run || [ -z "$blank" ] || fail "payloads/provider_keys.json: write the server's address for ${blank%%$'\n'*}"

# is_there WHAT LIST KEYS BODY [ITEMS]: whether it is in the list, and says so.
is_there() {
  ! $dry_run || return 1
  look_up "$2" "$3" "$(resolve <<<"$4")" "${5-"$items_of"}"
  [ -n "$found" ] || return 1
  echo "there: $1"
}

# project_of BODY: the id of its project.
project_of() {
  local name
  name=$(jq -r '._project // "Default Project"' <<<"$1")
  found=PROJECT
  $dry_run || found=$(jq -r --arg name "project $name" '.[$name] // empty' <<<"$ids")
  if [ -z "$found" ]; then
    look_up "/orgs/$org/projects" name "$(jq -n --arg name "$name" '{name: $name}')"
    [ -n "$found" ] || fail "the project $name is not there"
  fi
}

# The organization: by its name, else the only one there is.
organization=$(bodies organization.json)
[ -n "$organization" ] || organization='{}'
org=ORGANIZATION
name=${LLMGATEWAY_ORG:-$(jq -r '.name // empty' <<<"$organization")}
if [ -n "$name" ]; then
  make organization /orgs /orgs name "$(jq -nc --arg name "$name" '{name: $name}')"
  $dry_run || org=$found
elif ! $dry_run; then
  request GET /orgs </dev/null
  accepted "the list of organizations"
  org=$(jq -r '[.organizations[]?.id] | if length == 1 then .[0] else empty end' <<<"$answer")
  [ -n "$org" ] || fail "which organization is meant? Set LLMGATEWAY_ORG"
fi
settings=$(jq -c 'del(.name)' <<<"$organization")
if [ "$(resolve <<<"$settings")" != '{}' ]; then
  if shows /orgs ".organizations[]? | select(.id == \"$org\")" "$settings"; then
    echo "there: settings of the organization"
  else
    send "settings of the organization" PATCH "/orgs/$org" <<<"$settings"
  fi
fi

while IFS= read -r body; do
  name=$(jq -r .name <<<"$body")
  make project /projects "/orgs/$org/projects" name \
    "$(jq -c --arg org "$org" 'del(.routingConfig) + {organizationId: $org}' <<<"$body")" "project $name"
  $dry_run && found=PROJECT
  # A new organization has a project already, with settings of its own.
  settings=$(jq -c 'del(.routingConfig)' <<<"$body")
  $dry_run || shows "/orgs/$org/projects" ".projects[]? | select(.id == \"$found\")" "$settings" ||
    send "settings of project $name" PATCH "/projects/$found" <<<"$settings"
  if jq -e '.routingConfig != null' <<<"$body" >/dev/null; then
    put "routing of $name" "/routing-config/config/$found" "$(jq -c .routingConfig <<<"$body")"
  fi
done < <(bodies projects.json)

# A provider may have several keys that nothing tells apart: as many as there are here shall be there.
declare -A wanted_keys=()
while IFS= read -r body; do
  same=$(jq -c '[.provider, .name]' <<<"$body")
  wanted_keys[$same]=$((${wanted_keys[$same]-0} + 1))
  label="provider key $(jq -r '[.provider, .name // empty] | join(" ")' <<<"$body")"
  if ! $dry_run; then
    request GET /keys/provider </dev/null
    accepted "the list of provider keys"
    there=$(jq --argjson same "$same" --arg org "$org" '[.. | objects | select(.provider? != null
      and [.provider, .name?] == $same and (.organizationId? // $org) == $org)] | length' <<<"$answer")
    if [ "$there" -ge "${wanted_keys[$same]}" ]; then
      echo "there: $label"
      continue
    fi
  fi
  send "$label" POST /keys/provider < <(jq -c --arg org "$org" 'del(.models) + {organizationId: $org}' <<<"$body")
done < <(bodies provider_keys.json)

while IFS= read -r body; do
  label="member $(jq -r .email <<<"$body")"
  is_there "$label" "/team/$org/members" email "$body" "$items_of | . + {email: (.email? // .user?.email?)}" ||
    send "$label" POST "/team/$org/members" < <(jq -c '{email, role}' <<<"$body")
done < <(bodies members.json)

while IFS= read -r body; do
  label=$(jq -r '.description // "?"' <<<"$body")
  project_of "$body"
  project=$found
  make key /keys/api "/keys/api?projectId=$project" description \
    "$(jq -c --arg project "$project" 'del(.iamRules, .status) + {projectId: $project}' <<<"$body")"
  $dry_run && found=KEY
  key=$found
  case $key in '' | -) fail "key $label: there is no id in the answer" ;; esac
  while IFS= read -r rule; do
    is_there "a rule of key $label" "/keys/api/$key/iam" 'ruleType ruleValue' "$rule" ||
      send "a rule of key $label" POST "/keys/api/$key/iam" <<<"$rule"
  done < <(jq -c '.iamRules[]?' <<<"$body")
  if [ "$(jq -r '.status // empty' <<<"$body")" = inactive ]; then
    is_there "switching off key $label" "/keys/api?projectId=$project" 'description status' "$(jq -c '{description, status}' <<<"$body")" ||
      send "switching off key $label" PATCH "/keys/api/$key" <<<'{"status": "inactive"}'
  fi
done < <(bodies api_keys.json)
