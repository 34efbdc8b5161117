#include "targets/litellm/admin_fields.h"

#include <algorithm>

namespace gatec::targets::litellm {
namespace {

using Kinds = std::uint32_t;

constexpr Kinds bit(AdminKind kind) { return Kinds{1} << static_cast<unsigned>(kind); }

template <class... K>
constexpr Kinds kinds(K... k) {
  return (bit(k) | ...);
}

constexpr Kinds kBudget = bit(AdminKind::Budget), kOrg = bit(AdminKind::Organization),
                kOrgMember = bit(AdminKind::OrgMember), kTeam = bit(AdminKind::Team),
                kTeamMember = bit(AdminKind::TeamMember), kUser = bit(AdminKind::User), kKey = bit(AdminKind::Key),
                kProject = bit(AdminKind::Project), kCustomer = bit(AdminKind::Customer), kTag = bit(AdminKind::Tag),
                kAccessGroup = bit(AdminKind::AccessGroup);
constexpr Kinds kMember = kOrgMember | kTeamMember;
constexpr Kinds kLimited = kBudget | kOrg | kTeam | kUser | kKey | kProject | kCustomer | kTag;

struct Row {
  std::string_view key;
  Kinds kinds;
  AdminField field;
};

// By key.
constexpr Row kRows[] = {
    {"access_group", kAccessGroup, AdminField::Id},
    {"alias", kCustomer, AdminField::Alias},
    {"aliases", kKey | kUser, AdminField::Aliases},
    {"allowed_routes", kKey, AdminField::AllowedRoutes},
    {"auto_create_key", kUser, AdminField::AutoCreateKey},
    {"blocked", kLimited, AdminField::Blocked},
    {"budget_duration", kLimited, AdminField::BudgetDuration},
    {"budget_id", kBudget, AdminField::Id},
    {"budget_id", (kLimited & ~kBudget) | kMember, AdminField::BudgetId},
    {"budget_limits", kKey | kTeam, AdminField::BudgetLimits},
    {"duration", kKey, AdminField::Expires},
    {"expires", kKey, AdminField::Expires},
    {"key", kKey, AdminField::Secret},
    {"key_alias", kKey, AdminField::Alias},
    {"litellm_budget_table", kOrg | kCustomer | kTag | kProject | kKey | kMember, AdminField::BudgetTable},
    {"litellm_model_table", kTeam, AdminField::ModelTable},
    {"max_budget", kLimited, AdminField::MaxBudget},
    {"max_budget_in_organization", kOrgMember, AdminField::MaxBudget},
    {"max_budget_in_team", kTeamMember, AdminField::MaxBudget},
    {"max_parallel_requests", kLimited, AdminField::Parallel},
    {"member", kMember, AdminField::Member},
    {"members_with_roles", kTeam, AdminField::Members},
    {"metadata", kOrg | kTeam | kUser | kKey | kProject, AdminField::Metadata},
    {"model_aliases", kTeam, AdminField::Aliases},
    {"model_itpm_limit", kProject, AdminField::ModelItpm},
    {"model_max_budget", kLimited, AdminField::ModelMaxBudget},
    {"model_names", kAccessGroup, AdminField::Models},
    {"model_otpm_limit", kProject, AdminField::ModelOtpm},
    {"model_rpm_limit", kOrg | kTeam | kUser | kKey | kProject, AdminField::ModelRpm},
    {"model_tpm_limit", kOrg | kTeam | kUser | kKey | kProject, AdminField::ModelTpm},
    {"models", kOrg | kTeam | kUser | kKey | kProject | kTag, AdminField::Models},
    {"name", kTag, AdminField::Id},
    {"org_id", kKey, AdminField::Organization},
    {"organization_alias", kOrg, AdminField::Alias},
    {"organization_id", kOrg, AdminField::Id},
    {"organization_id", kTeam | kKey | kUser | kOrgMember, AdminField::Organization},
    {"organization_memberships", kUser, AdminField::UserMemberships},
    {"organizations", kUser, AdminField::UserOrganizations},
    {"project_alias", kProject, AdminField::Alias},
    {"project_id", kProject, AdminField::Id},
    {"project_id", kKey, AdminField::Project},
    {"role", kTeamMember, AdminField::Role},
    {"rpm_limit", kLimited | kTeamMember, AdminField::Rpm},
    {"rpm_limit_type", kTeam | kKey, AdminField::RpmType},
    {"soft_budget", kLimited, AdminField::SoftBudget},
    {"tags", kTeam | kKey | kProject, AdminField::Tags},
    {"team_alias", kTeam, AdminField::Alias},
    {"team_id", kTeam, AdminField::Id},
    {"team_id", kKey | kProject | kTeamMember, AdminField::Team},
    {"team_member_budget", kTeam, AdminField::MemberBudget},
    {"team_member_budget_duration", kTeam, AdminField::MemberBudgetDuration},
    {"team_member_rpm_limit", kTeam, AdminField::MemberRpm},
    {"team_member_tpm_limit", kTeam, AdminField::MemberTpm},
    {"team_memberships", kTeam, AdminField::Memberships},
    {"teams", kUser, AdminField::UserTeams},
    {"temp_budget_expiry", kTeam | kKey, AdminField::TemporaryBudget},
    {"temp_budget_increase", kTeam | kKey, AdminField::TemporaryBudget},
    {"tpm_limit", kLimited | kTeamMember, AdminField::Tpm},
    {"tpm_limit_type", kTeam | kKey, AdminField::TpmType},
    {"user_alias", kUser, AdminField::Alias},
    {"user_email", kUser | kMember, AdminField::Email},
    {"user_id", kUser | kCustomer, AdminField::Id},
    {"user_id", kKey | kMember, AdminField::User},
    {"user_role", kUser | kOrgMember, AdminField::Role},
};
static_assert(std::is_sorted(std::begin(kRows), std::end(kRows),
                             [](const Row& a, const Row& b) { return a.key < b.key; }));

}  // namespace

AdminField field_of(AdminKind kind, std::string_view key) {
  const auto first = std::lower_bound(std::begin(kRows), std::end(kRows), key,
                                      [](const Row& row, std::string_view k) { return row.key < k; });
  for (auto row = first; row != std::end(kRows) && row->key == key; ++row) {
    if ((row->kinds & bit(kind)) != 0) return row->field;
  }
  return AdminField::Unmodelled;
}

}  // namespace gatec::targets::litellm
