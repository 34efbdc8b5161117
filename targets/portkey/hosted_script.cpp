#include "targets/portkey/hosted_writer.h"
#include "targets/script_kit.h"

#include <fmt/format.h>

#include <algorithm>

namespace gatec::targets::portkey {
namespace {

constexpr std::string_view kAbout =
    R"sh(# Sends the payloads beside this script to Portkey's control plane, in order, and stops at the first that fails.
# What is there already, by its name or slug, is found and used: running it again makes nothing twice.
#
#   PORTKEY_API_KEY   an admin key, or the key of the workspace that shall get everything
#   PORTKEY_URL       address of the control plane (https://api.portkey.ai/v1)
#   and the variables that the payloads name, see `variables` below
#
#   apply.sh            sends
#   apply.sh --dry-run  only tells what it would send
#
# Needs curl and jq. Ids of what was made are kept in ids.json, new API keys in secrets.out (readable by you alone).
)sh";

constexpr std::string_view kOwn = R"sh(
address=${PORTKEY_URL:-https://api.portkey.ai/v1}
credentials=(PORTKEY_API_KEY)
first_page=0
id_of='.id // .data.id? // .slug // .data.slug?'
secret_of='.key | strings'
label_of='.name // .slug // "?"'
authorization() { header x-portkey-api-key "$PORTKEY_API_KEY"; }

# An id that another control plane gave is not sent, and stands for the id that this one gives.
# shellcheck disable=SC2016
translate='del(.id) | if .workspace_id | type == "string" then .workspace_id |= ($ids[0][.] // .) else . end'
)sh";

constexpr std::string_view kBegin = R"sh(
$dry_run || [ -n "${PORTKEY_API_KEY-}" ] || fail "set PORTKEY_API_KEY"

# in_workspace LIST BODY: the list of the workspace that the body names, where it names one and the list can be cut down.
in_workspace() {
  local id
  case $1 in *\?*) ;; *) printf '%s' "$1" && return ;; esac
  id=$(resolve <<<"$2" | jq -r '.workspace_id // empty')
  printf '%s' "$1${id:+&workspace_id=$id}"
}

# create WHAT FILE PATH LIST KEYS [NAME...]: a name stands for the id of its object.
create() {
  local what=$1 file=$2 path=$3 list=$4 keys=$5 body old
  shift 5
  while IFS= read -r body; do
    make "$what" "$path" "$(in_workspace "$list" "$body")" "$keys" "$body" "${1-}"
    [ $# -eq 0 ] || shift
    old=$(jq -r '.id // empty' <<<"$body")
    $dry_run || [ -z "$old" ] || remember "$old" "$found"
  done < <(bodies "$file")
}

# create_in_workspaces WHAT FILE PATH LIST KEYS: once in each workspace that the payloads make.
create_in_workspaces() {
  local what=$1 file=$2 path=$3 list=$4 keys=$5 body name one
  while IFS= read -r body; do
    for name in "${workspaces[@]-}"; do
      one=$body
      [ -z "$name" ] || one=$(jq -c --arg id "\${$name}" '{workspace_id: $id} + .' <<<"$body")
      make "$what" "$path" "$(in_workspace "$list" "$one")" "$keys" "$one"
    done
  done < <(bodies "$file")
}

)sh";

/// Where objects of an address are listed, and what they are known by. Configs are listed whole.
struct Listed {
  std::string_view path, query, keys;
};
constexpr std::string_view kPages = "?current_page=PAGE&page_size=100";
constexpr Listed kListed[] = {
    {"/admin/workspaces", kPages, "name"},
    {"/integrations", kPages, "slug? name"},
    {"/providers", kPages, "slug? name"},
    {"/virtual-keys", kPages, "slug? name"},
    {"/guardrails", kPages, "name"},
    {"/configs", "", "name workspace_id?"},
    {"/api-keys/workspace/service", kPages, "name workspace_id?"},
    {"/policies/usage-limits", kPages, "name? conditions group_by type"},
    {"/policies/rate-limits", kPages, "name? conditions group_by type unit"},
    {"/secret-references", kPages, "slug? name"},
};

}  // namespace

std::string apply_script(const std::vector<PayloadFile>& files, const std::set<std::string>& secrets,
                         const std::vector<std::string>& workspaces) {
  std::string names;
  for (const std::string& name : workspaces) (names += names.empty() ? "" : " ") += name;
  std::string text = script_frame({kAbout, {}, secrets, kOwn});
  text += kBegin;
  text += fmt::format("workspaces=({})\n\n", names);
  for (const PayloadFile& f : files) {
    if (f.method == "PUT") {
      text += fmt::format("put '{} of {}' {} \"$(bodies {})\"\n", f.word, f.path.substr(1), f.path, f.name);
      continue;
    }
    const auto* row = std::ranges::find(kListed, std::string_view(f.path), &Listed::path);
    if (row == std::end(kListed)) {
      text += fmt::format("echo 'apply.sh: {} is not sent: its objects have no address that is known' >&2\n", f.name);
      continue;
    }
    const std::string_view list = f.path.starts_with("/api-keys") ? "/api-keys" : std::string_view(f.path);
    text +=
        fmt::format("{} {} {} {} {} {}", f.per_workspace ? "create_in_workspaces" : "create", shell_quoted(f.word),
                    f.name, f.path, shell_quoted(std::string(list) + std::string(row->query)), shell_quoted(row->keys));
    for (const std::string& v : f.id_variables) text += " " + v;
    text += '\n';
  }
  return text;
}

}  // namespace gatec::targets::portkey
