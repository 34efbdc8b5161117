#include "targets/litellm/admin_writer.h"
#include "targets/script_kit.h"

#include <fmt/format.h>

#include <algorithm>

namespace gatec::targets::litellm {
namespace {

constexpr std::string_view kAbout =
    R"sh(# Sends the payloads beside this script to a LiteLLM proxy, one request after the other, and stops at the first that fails.
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
)sh";

constexpr std::string_view kOwn = R"sh(
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
)sh";

constexpr std::string_view kBegin = R"sh(
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
)sh";

constexpr std::string_view kUsers = R"sh(
# keys are among the payloads, so none is made with a user
translate="{auto_create_key: false} + . | $named"
create user 04-users.json /user/new '/user/list?page=PAGE&page_size=100' user_id user_email
translate=$named
)sh";

constexpr std::string_view kMembers = R"sh(
# add WHAT FILE PATH INFO ITEMS: members that the team or organisation has not yet.
add() {
  local what=$1 file=$2 path=$3 info=$4 items=$5 body of member
  while IFS= read -r body; do
    of=$(resolve <<<"$body" | jq -r '.team_id // .organization_id')
    member=$(jq -c '.member | if type == "array" then .[0] else . end' <<<"$body")
    if ! $dry_run; then
      look_up "$info$(jq -rn --arg id "$of" '$id | @uri')" 'user_id? user_email?' "$member" "$items"
      if [ -n "$found" ]; then
        echo "there: $what $(jq -r "$label_of" <<<"$member") of $of"
        continue
      fi
    fi
    send "$what $(jq -r "$label_of" <<<"$member") of $of" POST "$path" <<<"$body"
  done < <(bodies "$file")
}

)sh";
constexpr std::string_view kOrganizationMembers =
    "add 'organization member' 05-organization-members.json /organization/member_add "
    "'/organization/info?organization_id=' '.members[]?'\n";
constexpr std::string_view kTeamMembers =
    "add 'team member' 06-team-members.json /team/member_add '/team/info?team_id=' "
    "'.team_info.members_with_roles[]?'\n";

constexpr std::string_view kMemberLimits = R"sh(
while IFS= read -r body; do
  send "limits of $(jq -r '"\(.user_id // .user_email) in \(.team_id)"' <<<"$body")" POST /team/member_update <<<"$body"
done < <(bodies 07-team-member-limits.json)
)sh";

constexpr std::string_view kKeys = R"sh(
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
)sh";

/// Where the objects of other files are listed, and what they are known by.
struct Listed {
  std::string_view file, list, keys;
};
constexpr Listed kListed[] = {
    {"01-budgets.json", "/budget/list", "budget_id"},
    {"02-organizations.json", "/organization/list", "organization_id organization_alias"},
    {"03-teams.json", "/team/list", "team_id team_alias"},
    {"08-projects.json", "/project/list", "project_id project_alias"},
    {"10-customers.json", "/customer/list", "user_id"},
    {"11-tags.json", "/tag/list", "name"},
    {"12-access-groups.json", "/access_group/list", "access_group"},
};

}  // namespace

std::string apply_script(const std::vector<PayloadFile>& files, const std::set<std::string>& secrets) {
  std::string text = script_frame({kAbout, {}, secrets, kOwn});
  text += kBegin;
  bool members = false;
  const auto add_members = [&](std::string_view part) {
    if (!members) text += kMembers;
    members = true;
    text += part;
  };
  text += '\n';
  for (const PayloadFile& f : files) {
    const auto* row = std::ranges::find(kListed, f.name, &Listed::file);
    if (row != std::end(kListed)) {
      text += fmt::format("create {} {} {} {} {}\n", shell_quoted(f.word), f.name, f.endpoint, row->list, row->keys);
    } else if (f.endpoint == "/user/new") {
      text += kUsers;
    } else if (f.endpoint == "/organization/member_add") {
      add_members(kOrganizationMembers);
    } else if (f.endpoint == "/team/member_add") {
      add_members(kTeamMembers);
    } else if (f.endpoint == "/team/member_update") {
      text += kMemberLimits;
    } else {
      text += kKeys;
    }
  }
  return text;
}

}  // namespace gatec::targets::litellm
