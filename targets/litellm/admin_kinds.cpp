#include "targets/litellm/admin_kinds.h"

#include "targets/litellm/admin.h"

#include <algorithm>
#include <array>
#include <initializer_list>

namespace gatec::targets::litellm {
namespace {

using doc::Node;

bool has(const Node& object, std::string_view key) { return object.entry(key) != nullptr; }

bool has_any(const Node& object, std::initializer_list<std::string_view> keys) {
  return std::any_of(keys.begin(), keys.end(), [&](std::string_view key) { return has(object, key); });
}

/// Not told by `router_settings`, which keys and teams have too.
bool is_config(const Node& object) {
  return has_any(object, {"model_list", "litellm_settings", "general_settings", "environment_variables"});
}

/// Fields that only one kind has, the most telling first.
ToldKind by_own_field(const Node& o) {
  if (has(o, "litellm_params")) return {AdminKind::Model, has(o, "model_name") ? 90 : 0};
  if (has(o, "credential_name")) return {AdminKind::Credential, 90};
  if (has(o, "access_group") && has(o, "model_names")) return {AdminKind::AccessGroup, 90};
  if (has(o, "max_budget_in_organization") || (has(o, "member") && has(o, "organization_id")))
    return {AdminKind::OrgMember, 90};
  if (has(o, "max_budget_in_team") || (has(o, "member") && has(o, "team_id"))) return {AdminKind::TeamMember, 90};
  if (has(o, "team_id") && has(o, "role") && has_any(o, {"user_id", "user_email"})) return {AdminKind::TeamMember, 90};
  if (has_any(o, {"key_name", "token"}))
    return {AdminKind::Key, has_any(o, {"key_alias", "models", "spend"}) ? 90 : 50};
  if (has_any(o, {"user_role", "user_alias", "sso_user_id", "auto_create_key"})) {
    return {has(o, "organization_id") && !has_any(o, {"user_email", "teams", "models"}) ? AdminKind::OrgMember
                                                                                        : AdminKind::User,
            85};
  }
  if (has(o, "user_email")) return {AdminKind::User, 60};
  if (has(o, "project_alias")) return {AdminKind::Project, 90};
  if (has_any(o, {"key_alias", "key_type", "temp_budget_increase", "mcp_rpm_limit", "tag_rpm_limit", "auto_rotate"}))
    return {AdminKind::Key, 85};
  if (has_any(o, {"team_alias", "members_with_roles", "team_member_budget", "team_member_permissions", "model_aliases",
                  "team_member_rpm_limit", "team_member_tpm_limit", "team_member_key_duration",
                  "default_team_member_models"})) {
    return {AdminKind::Team, 90};
  }
  if (has(o, "organization_alias")) return {AdminKind::Organization, 90};
  return {};
}

/// Whose id it has, where no field is told by its name.
ToldKind by_id(const Node& o) {
  const bool limited = has_any(
      o, {"max_budget", "soft_budget", "budget_duration", "rpm_limit", "tpm_limit", "models", "model_max_budget",
          "max_parallel_requests", "metadata", "blocked", "budget_id", "model_rpm_limit", "model_tpm_limit"});
  if (has(o, "key") && (limited || has_any(o, {"team_id", "user_id", "duration", "aliases"})))
    return {AdminKind::Key, 75};
  if (has(o, "user_id") && has_any(o, {"alias", "default_model", "allowed_model_region"}))
    return {AdminKind::Customer, 80};
  if (has(o, "name") && has_any(o, {"max_budget", "soft_budget", "budget_duration"})) return {AdminKind::Tag, 60};
  if (has_any(o, {"permissions", "allowed_routes", "allowed_cache_controls", "aliases"}) &&
      (limited || has(o, "duration"))) {
    return {AdminKind::Key, 60};
  }
  if (has(o, "duration") && limited) return {AdminKind::Key, 60};
  if (has(o, "project_id") && limited)
    return {has_any(o, {"team_id", "description"}) ? AdminKind::Project : AdminKind::Key, 60};
  if (has(o, "user_id") && has_any(o, {"teams", "organizations"})) return {AdminKind::User, 70};
  if (has(o, "user_id") && has(o, "team_id")) return {AdminKind::Key, 60};
  if (has(o, "team_id")) return {AdminKind::Team, limited ? 70 : 30};
  if (has(o, "user_id") && has_any(o, {"blocked", "budget_id"})) return {AdminKind::Customer, 60};
  if (has(o, "user_id")) return {AdminKind::User, limited ? 60 : 30};
  if (has(o, "organization_id")) return {AdminKind::Organization, limited ? 60 : 30};
  if (has(o, "budget_id")) return {AdminKind::Budget, limited ? 75 : 40};
  if (has(o, "name") && has_any(o, {"models", "description"})) return {AdminKind::Tag, 10};
  if (has(o, "max_budget") && has_any(o, {"models", "budget_duration", "rpm_limit", "tpm_limit"}))
    return {AdminKind::Key, 40};
  return {};
}

/// What stands around the objects and is none.
bool is_page_key(std::string_view key) {
  static constexpr std::array<std::string_view, 14> kKeys = {
      "total", "total_count", "page",    "page_size", "current_page", "total_pages", "size",
      "count", "status",      "success", "message",   "object",       "has_more",    "next_page"};
  return std::find(kKeys.begin(), kKeys.end(), key) != kKeys.end();
}

/// The id beside `info`, `team_info` and `user_info`.
bool is_info_id(std::string_view key) { return key == "key" || key == "team_id" || key == "user_id"; }

bool holds_objects(const WrapperKey& wrapper, const Node& value) {
  if (wrapper.single) return value.is_mapping();
  if (!value.is_sequence()) return false;
  const auto is_object = [](const Node* element) { return element->is_mapping(); };
  // `GET /key/list` without objects lists the hashes of the keys.
  return wrapper.key == "keys" || std::all_of(value.elements().begin(), value.elements().end(), is_object);
}

/// As sure as of the least sure element; of a list in which some are strange, less.
int sureness_of_list(const Node& list, AdminKind wanted) {
  constexpr std::size_t kLookedAt = 8;
  const std::size_t count = std::min(list.size(), kLookedAt);
  int least = 100;
  std::size_t strange = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const ToldKind told = tell_kind(*list.elements()[i]);
    const bool told_by_place = wanted != AdminKind::None && told.kind != AdminKind::None;
    if (told.kind == AdminKind::None) {
      ++strange;
    } else {
      least = std::min(least, told_by_place ? std::max(told.sureness, 60) : told.sureness);
    }
  }
  if (strange * 2 >= count) return 0;
  return strange == 0 ? least : std::max(least - 30, 1);
}

int sureness_of_wrapper(const Node& wrapper) {
  int best = 0;
  bool empty_list = false;
  for (const doc::Entry& entry : wrapper.entries()) {
    const WrapperKey* key = wrapper_key(entry.key->text());
    if (key == nullptr) continue;
    const Node& value = *entry.value;
    if (key->single) {
      best = std::max(best, tell_kind(value).sureness);
    } else if (!value.empty() && !value.elements()[0]->is_mapping()) {
      best = std::max(best, has(wrapper, "total_count") ? 70 : 20);
    } else {
      best = std::max(best, sureness_of_list(value, key->kind));
      empty_list = empty_list || (value.empty() && key->kind != AdminKind::None);
    }
  }
  return best == 0 && empty_list ? 50 : best;
}

}  // namespace

std::string_view table_root(AdminKind kind) {
  switch (kind) {
    case AdminKind::None: return "";
    case AdminKind::Budget: return "$budget";
    case AdminKind::Organization: return "$organization";
    case AdminKind::OrgMember: return "$org_member";
    case AdminKind::Team: return "$team";
    case AdminKind::TeamMember: return "$team_member";
    case AdminKind::User: return "$user";
    case AdminKind::Key: return "$key";
    case AdminKind::Project: return "$project";
    case AdminKind::Customer: return "$customer";
    case AdminKind::Tag: return "$tag";
    case AdminKind::AccessGroup: return "$access_group";
    case AdminKind::Model: return "$model";
    case AdminKind::Credential: return "$credential";
  }
  return "";
}

std::string_view kind_word(AdminKind kind) {
  switch (kind) {
    case AdminKind::None: return "object";
    case AdminKind::Budget: return "budget";
    case AdminKind::Organization: return "organization";
    case AdminKind::OrgMember: return "organization member";
    case AdminKind::Team: return "team";
    case AdminKind::TeamMember: return "team member";
    case AdminKind::User: return "user";
    case AdminKind::Key: return "key";
    case AdminKind::Project: return "project";
    case AdminKind::Customer: return "customer";
    case AdminKind::Tag: return "tag";
    case AdminKind::AccessGroup: return "access group";
    case AdminKind::Model: return "model";
    case AdminKind::Credential: return "credential";
  }
  return "";
}

AdminKind kind_of_payload(std::string_view file) {
  static constexpr std::array<std::pair<std::string_view, AdminKind>, 12> kFiles = {{
      {"01-budgets.json", AdminKind::Budget},
      {"02-organizations.json", AdminKind::Organization},
      {"03-teams.json", AdminKind::Team},
      {"04-users.json", AdminKind::User},
      {"05-organization-members.json", AdminKind::OrgMember},
      {"06-team-members.json", AdminKind::TeamMember},
      {"07-team-member-limits.json", AdminKind::TeamMember},
      {"08-projects.json", AdminKind::Project},
      {"09-keys.json", AdminKind::Key},
      {"10-customers.json", AdminKind::Customer},
      {"11-tags.json", AdminKind::Tag},
      {"12-access-groups.json", AdminKind::AccessGroup},
  }};
  file.remove_prefix(std::min(file.size(), file.rfind('/') + 1));
  const auto found = std::find_if(kFiles.begin(), kFiles.end(), [&](const auto& row) { return row.first == file; });
  return found == kFiles.end() ? AdminKind::None : found->second;
}

ToldKind tell_kind(const Node& object) {
  if (!object.is_mapping() || is_config(object)) return {};
  const ToldKind told = by_own_field(object);
  return told.kind != AdminKind::None ? told : by_id(object);
}

const WrapperKey* wrapper_key(std::string_view key) {
  static constexpr std::array<WrapperKey, 19> kKeys = {{
      {"teams", AdminKind::Team},
      {"keys", AdminKind::Key},
      {"users", AdminKind::User},
      {"organizations", AdminKind::Organization},
      {"budgets", AdminKind::Budget},
      {"customers", AdminKind::Customer},
      {"end_users", AdminKind::Customer},
      {"tags", AdminKind::Tag},
      {"projects", AdminKind::Project},
      {"access_groups", AdminKind::AccessGroup},
      {"credentials", AdminKind::Credential},
      {"members", AdminKind::TeamMember},
      {"organization_members", AdminKind::OrgMember},
      {"team_memberships", AdminKind::TeamMember},
      {"info", AdminKind::None, true},
      {"team_info", AdminKind::Team, true},
      {"user_info", AdminKind::User, true},
      {"data", AdminKind::None},
      {"results", AdminKind::None},
  }};
  const auto found = std::find_if(kKeys.begin(), kKeys.end(), [&](const WrapperKey& row) { return row.key == key; });
  return found == kKeys.end() ? nullptr : &*found;
}

bool is_wrapper(const Node& node) {
  if (!node.is_mapping() || is_config(node)) return false;
  const bool info = has_any(node, {"info", "team_info", "user_info"});
  bool found = false;
  for (const doc::Entry& entry : node.entries()) {
    const std::string_view key = entry.key->text();
    if (const WrapperKey* wrapper = wrapper_key(key)) {
      if (!entry.value->is_null() && !holds_objects(*wrapper, *entry.value)) return false;
      found = found || !entry.value->is_null();
    } else if (!is_page_key(key) && !(info && is_info_id(key))) {
      return false;
    }
  }
  return found;
}

int detect_admin(const Node& root) {
  if (root.is_sequence()) return sureness_of_list(root, AdminKind::None);
  if (!root.is_mapping()) return 0;
  return is_wrapper(root) ? sureness_of_wrapper(root) : tell_kind(root).sureness;
}

}  // namespace gatec::targets::litellm
