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
# A script without payloads of some kind leaves functions uncalled.
# shellcheck disable=SC2317
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

dry_run=false
verify=true
for argument in "$@"; do
  case $argument in
    --dry-run) dry_run=true ;;
    --no-verify) verify=false ;;
    *)
      echo "usage: apply.sh [--dry-run] [--no-verify]" >&2
      exit 2
      ;;
  esac
done

# Variables that the payloads name.
variables=(ANTHROPIC_API_KEY AZURE_API_KEY OLLAMA_API_KEY OPENAI_API_KEY WF_TENANT)

first_page=1                                  # the number of a list's first page
translate=.                                   # jq: a body of the payloads as a body of the API
id_of='.id'                                   # jq: the id of an object, and of an answer
items_of='if type == "array" then .[] else (.[] | arrays | .[]) end' # jq: the objects of a list
secret_of=empty                               # jq: the secret that an answer shows once
label_of='.name // "?"'                       # jq: what people call it
older_path=                                   # where an object goes when its address is not there
credentials=()                                # variables that hold keys, besides those of the payloads

address=${GATEWAY:-https://api.worldflowai.com}
credentials=(WF_API_KEY WF_TOKEN)
id_of='.id // .key.id? // .config.id?'
secret_of='.secret // .key.secret? // empty'
label_of='.name // .modelId // .email // "?"'
authorization() { [ -z "${WF_TOKEN-}" ] || header Authorization "Bearer $WF_TOKEN"; }

# Notes (keys that start with _) stay here, "@provider/openai" is what was made as that, "@now+30d" a time.
# shellcheck disable=SC2016
translate='
  def span: capture("^@now\\+(?<n>[0-9]+)(?<unit>s|m|h|d|w|mo)$")
    | (.n | tonumber) * {s: 1, m: 60, h: 3600, d: 86400, w: 604800, mo: 2592000}[.unit];
  walk(if type == "object" then with_entries(select(.key | startswith("_") | not))
    elif type != "string" then .
    elif test("^@now\\+") then (now + span | floor | todate)
    elif test("^@[a-z_]+/") then made(.)
    else . end)'

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

# A key is exchanged for a token; a gateway without the exchange takes the key itself.
sign_in() {
  [ -z "${WF_TOKEN-}" ] || return 0
  [ -n "${WF_API_KEY-}" ] || fail "set WF_API_KEY or WF_TOKEN"
  request POST /api/v1/auth/token < <(jq -n '{api_key: env.WF_API_KEY}')
  case $status in
    200 | 201) WF_TOKEN=$(jq -r '.access_token' <<<"$answer") ;;
    404 | 405) WF_TOKEN=$WF_API_KEY ;;
    *) fail "the key was refused with $status: $answer" ;;
  esac
}

# try_key BODY: lets the gateway try the key of the integration that was looked up or made last.
try_key() {
  $verify && ! $dry_run || return 0
  local path="/api/v1/model-catalog/integrations/$found/verify"
  request POST "$path" <<<'{}'
  case $status in
    200 | 201) [ "$(jq -r '.success' <<<"$answer")" != false ] || fail "the provider refuses the key of $(jq .name <<<"$1"): $(jq -r '.error // empty' <<<"$answer")" ;;
    404 | 405) ;;
    *) fail "verifying $(jq .name <<<"$1") was refused with $status: $answer" ;;
  esac
}

# name_of BODY KIND: what other bodies call it.
name_of() {
  jq -r --arg kind "$2" '"@" + (._id // ($kind + "/" + (.name // .modelId // .email // "" | ascii_downcase | gsub("[^a-z0-9]+"; "-"))))' <<<"$1"
}

# all WHAT FILE PATH LIST KEYS
all() {
  local body
  while IFS= read -r body; do
    make "$1" "$3" "$4" "$5" "$body" "$(name_of "$body" "${2%s.json}")"
  done < <(bodies "$2")
}

$dry_run || sign_in

while IFS= read -r body; do
  make integration /api/v1/model-catalog/integrations '/api/v1/model-catalog/integrations?name={name}&page=PAGE&pageSize=100' name "$body" "$(name_of "$body" integration)"
  try_key "$body"
done < <(bodies integrations.json)
all provider providers.json /api/v1/model-catalog/providers '/api/v1/model-catalog/providers?name={name}&page=PAGE&pageSize=100' name
send 'models of OPEN_AI' POST /api/v1/model-catalog/models/sync <<<'{"integrationId":"@integration/openai","overwrite":false}'
all model models.json /api/v1/model-catalog/models '/api/v1/model-catalog/models?search={modelId}&page=PAGE&pageSize=100' 'modelId providerType? providerId?'
put 'cache thresholds' /api/v1/thresholds "$(bodies thresholds.json)"
put 'routing config' /api/v1/routing/config "$(bodies routing_config.json)"

while IFS= read -r body; do
  tenant=$(jq '.tenant // .tenantId // "${WF_TENANT}"' <<<"$body" | translate=. resolve | jq -r 'if startswith("${") then . else @uri end')
  put "tier of $tenant" "/api/v1/rate-limits/$tenant" "$(jq -c '{tier: (.body.tier // .tier)}' <<<"$body")"
done < <(bodies rate_limits.json)
all team teams.json /api/v1/teams '/api/v1/teams?page=PAGE&pageSize=100' 'name parentTeamId?'
all user users.json /api/v1/users '/api/v1/users?search={email}&page=PAGE&page_size=100' email

# A role of the gateway's own goes by its id, or by its name where it has no list of roles.
grant() {
  local body=$1 user role what items
  user=$(jq -r '.user_id' <<<"$body")
  role=$(jq -r '(.role // .roleId) | ltrimstr("@role/")' <<<"$body")
  what="role $role of ${user#@user/}"
  if ! $dry_run; then
    user=$(jq -r --arg name "$user" '.[$name] // $name' <<<"$ids")
    if jq -e '.roleId // "" | startswith("@role/")' <<<"$body" >/dev/null; then
      look_up '/api/v1/roles?page=PAGE&page_size=100' name "$(jq -n --arg name "$role" '{name: $name}')"
      case $status in
        404 | 405) found=$role ;;
        *) [ -n "$found" ] || fail "there is no role $role" ;;
      esac
      remember "@role/$role" "$found"
      role=$found
    fi
    items="$items_of | ., .role? | if type == \"string\" then . else (objects | .roleId, .role_id, .id, .name | strings) end | {roleId: .}"
    look_up "/api/v1/users/$user/roles" roleId "$(jq -n --arg role "$role" '{roleId: $role}')" "$items"
    if [ -n "$found" ]; then
      echo "there: $what"
      return
    fi
  fi
  send "$what" POST "/api/v1/users/$user/roles" < <(jq -c 'del(.user_id)' <<<"$body")
}

while IFS= read -r body; do grant "$body"; done < <(bodies role_grants.json)

older_path=/api/v1/api-keys/virtual
all 'virtual key' virtual_keys.json /api/v1/virtual-keys '/api/v1/virtual-keys?page=PAGE&pageSize=100' name

# simulate NAME MODELS: whether a request for the name goes to one of the models.
wrong=0
simulate() {
  local model
  if $dry_run; then
    echo "POST /api/v1/routing/simulate {\"model\":\"$1\"} shall be answered by one of $2"
    return
  fi
  request POST /api/v1/routing/simulate < <(jq -n --arg model "$1" '{query: "ping", model: $model}')
  [ "$status" = 200 ] || fail "simulating a request for $1 was refused with $status: $answer"
  model=$(jq -r '.modelId' <<<"$answer")
  if jq -e --arg model "$model" 'index($model) != null' <<<"$2" >/dev/null; then
    echo "routes: $1 → $model"
  else
    echo "apply.sh: a request for $1 would go to $model, not to one of $2" >&2
    wrong=1
  fi
}

simulate 'chat' '["gpt-4o", "gpt-4o"]'
simulate 'local' '["llama3.3"]'
simulate 'claude' '["claude-sonnet-4-5"]'
simulate 'best' '["gpt-4o", "gpt-4o"]'
exit "$wrong"
