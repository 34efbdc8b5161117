#!/usr/bin/env bash
# Sends the payloads beside this script to a LiteLLM proxy, one request after the other, and stops at the first that fails.
# What is there already, by its id or alias, is found and left as it is: running it again makes nothing twice.
#
#   LITELLM_URL         address of the proxy, such as http://localhost:4000
#   LITELLM_MASTER_KEY  its master key, or the key of a proxy admin
#   and the variables that the payloads name, see `variables` below
#
#   apply.sh            sends
#   apply.sh --dry-run  only tells what it would send
#
# Needs curl and jq. Keys that the proxy makes are kept in secrets.out (readable by you alone).
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
variables=()

first_page=1                                  # the number of a list's first page
translate=.                                   # jq: a body of the payloads as a body of the API
id_of='.id'                                   # jq: the id of an object, and of an answer
items_of='if type == "array" then .[] else (.[] | arrays | .[]) end' # jq: the objects of a list
secret_of=empty                               # jq: the secret that an answer shows once
label_of='.name // "?"'                       # jq: what people call it
older_path=                                   # where an object goes when its address is not there
credentials=()                                # variables that hold keys, besides those of the payloads

address=${LITELLM_URL-}
credentials=(LITELLM_MASTER_KEY)
id_of='.team_id // .organization_id // .user_id // .budget_id // .token'
secret_of='.key? | strings'
label_of='.team_alias // .key_alias // .organization_alias // .project_alias // .access_group // .name
  // .team_id // .organization_id // .project_id // .user_id // .user_email // .budget_id // "without a name"'
authorization() { header Authorization "Bearer $LITELLM_MASTER_KEY"; }

# A team or organisation without an id of its own is called by its alias, and gets its id from the proxy.
# shellcheck disable=SC2016
named='def known: if type == "string" then $ids[0][.] // . else . end;
  if has("team_id") then .team_id |= known else . end | if has("organization_id") then .organization_id |= known else . end'
translate=$named

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

if ! $dry_run; then
  [ -n "${LITELLM_URL-}" ] || fail "set LITELLM_URL"
  [ -n "${LITELLM_MASTER_KEY-}" ] || fail "set LITELLM_MASTER_KEY"
fi

# create WHAT FILE PATH LIST KEYS...: by the first of the keys that a body has.
create() {
  local what=$1 file=$2 path=$3 list=$4 body key known
  shift 4
  while IFS= read -r body; do
    known=$1
    for key in "$@"; do
      if jq -e --arg key "$key" '.[$key] != null' <<<"$body" >/dev/null; then
        known=$key
        break
      fi
    done
    make "$what" "$path" "$list" "$known" "$body" \
      "$(jq -r 'if .team_id // .organization_id // .project_id then empty else .team_alias // .organization_alias // empty end' <<<"$body")"
  done < <(bodies "$file")
}


# The API takes how long a key lives from now on, not until when. A key whose time is over is left out.
while IFS= read -r line; do
  body=$line
  what="key $(jq -r "$label_of" <<<"$body")"
  until=$(jq -r '.expires // empty' <<<"$body")
  if [ -n "$until" ]; then
    left=$(($(date -u -d "$until" +%s) - $(date +%s)))
    if [ "$left" -le 0 ]; then
      echo "left out, it has expired: $what"
      continue
    fi
    body=$(jq -c --arg left "${left}s" 'with_entries(if .key == "expires" then {key: "duration", value: $left} else . end)' <<<"$body")
  fi
  # without an alias it could not be found again: what was sent is written down
  mark="$address $(sha256sum <<<"$line" | cut -d ' ' -f 1)"
  if ! $dry_run && [ "$(jq '.key_alias' <<<"$line")" = null ] && [ -f keys.made ] && grep -qxF "$mark" keys.made; then
    echo "there: $what"
    continue
  fi
  make key /key/generate '/key/list?return_full_object=true&page=PAGE&size=100' key_alias "$body"
  $dry_run || [ "$(jq '.key_alias' <<<"$line")" != null ] || echo "$mark" >>keys.made
done < <(bodies 09-keys.json)
