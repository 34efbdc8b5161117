#pragma once

#include "compiler/ir/origin.h"
#include "targets/litellm/admin_kinds.h"

#include <cstdint>
#include <string_view>

namespace gatec::targets::litellm {

/// What a field of a management object says, whatever its name in this kind of object.
enum class AdminField : std::uint8_t {
  Unmodelled,
  Id,
  Alias,
  Email,
  Secret,
  Organization,
  Team,
  User,
  Project,
  BudgetId,
  Role,
  Models,
  Aliases,
  Blocked,
  Expires,
  Tags,
  AllowedRoutes,
  MaxBudget,
  SoftBudget,
  BudgetDuration,
  BudgetLimits,
  ModelMaxBudget,
  BudgetTable,
  Rpm,
  Tpm,
  Parallel,
  RpmType,
  TpmType,
  ModelRpm,
  ModelTpm,
  ModelItpm,
  ModelOtpm,
  MemberBudget,
  MemberBudgetDuration,
  MemberRpm,
  MemberTpm,
  Members,
  Memberships,
  Member,
  UserTeams,
  UserOrganizations,
  UserMemberships,
  ModelTable,
  Metadata,
  TemporaryBudget,
  AutoCreateKey,
};
[[nodiscard]] AdminField field_of(AdminKind kind, std::string_view key);

/// Where a key's id of another gateway is kept among its metadata: LiteLLM gives keys ids of its own.
inline constexpr std::string_view kIdInMetadata = "gatec_id";

namespace rules {

inline constexpr ir::Rule kNoReset{"litellm.no-reset", "without a duration the spend is never set back", "§10.2"};
inline constexpr ir::Rule kLimitWindow{"litellm.limit-window",
                                       "limits count in fixed windows of 60 seconds from the first request", "§9.5"};
inline constexpr ir::Rule kParallelInert{"litellm.parallel-inert", "parallel requests are counted for keys only",
                                         "§9.5"};
inline constexpr ir::Rule kMemberRole{"litellm.member-role", "a member is a plain user unless it is said otherwise",
                                      "§13"};
inline constexpr ir::Rule kEachMember{"litellm.each-member", "counted for each member of the team", "§9.3"};
inline constexpr ir::Rule kBudgetRow{"litellm.budget-row", "a budget row fills what its user leaves open", "§9.4"};
inline constexpr ir::Rule kElsewhere{"litellm.row-elsewhere", "the budget row that says it is not among the inputs",
                                     "§9.4"};

}  // namespace rules

}  // namespace gatec::targets::litellm
