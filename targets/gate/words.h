#pragma once

#include "compiler/ir/gateway.h"

#include <array>
#include <optional>
#include <string>
#include <string_view>

/// The words of Gate for what the IR enumerates, and the shapes that reader and writer share.
namespace gatec::targets::gate {

inline constexpr std::array kPolicies = {ir::Policy::Weighted, ir::Policy::RoundRobin, ir::Policy::LeastBusy,
                                         ir::Policy::Latency,  ir::Policy::Cost,       ir::Policy::Usage,
                                         ir::Policy::First,    ir::Policy::Priority};
inline constexpr std::array kOnFailures = {ir::OnFailure::Return, ir::OnFailure::Next, ir::OnFailure::Redraw};
inline constexpr std::array kAuthModes = {ir::AuthMode::Open, ir::AuthMode::Key, ir::AuthMode::Custom,
                                          ir::AuthMode::Jwt};
inline constexpr std::array kFailures = {
    ir::Failure::Any,         ir::Failure::RateLimit,     ir::Failure::Timeout,        ir::Failure::ServerError,
    ir::Failure::Unavailable, ir::Failure::BadGateway,    ir::Failure::Authentication, ir::Failure::BadRequest,
    ir::Failure::NotFound,    ir::Failure::ContextWindow, ir::Failure::ContentPolicy};

/// Plain words: `round-robin` is `round_robin` here.
[[nodiscard]] std::string word(std::string_view name);
/// A name of the program made of any text.
[[nodiscard]] std::string identifier(std::string_view text);
[[nodiscard]] std::string_view counted_word(ir::Counted counts);

struct PrincipalWord {
  ir::PrincipalKind kind;
  std::string_view word;
  bool by_alias;  // its label is what people call it, not its id
};
inline constexpr std::array<PrincipalWord, 11> kPrincipals = {
    {{ir::PrincipalKind::Organization, "org", false},
     {ir::PrincipalKind::Team, "team", false},
     {ir::PrincipalKind::User, "user", false},
     {ir::PrincipalKind::Member, "member", false},
     {ir::PrincipalKind::Key, "key", true},
     {ir::PrincipalKind::Project, "project", false},
     {ir::PrincipalKind::Customer, "customer", false},
     {ir::PrincipalKind::Tag, "tag", false},
     {ir::PrincipalKind::BudgetRow, "budget_row", false},
     {ir::PrincipalKind::OrgMember, "org_member", false},
     {ir::PrincipalKind::AccessGroup, "access_group", false}}};

inline constexpr std::array<std::string_view, 12> kOps = {"always", "and", "or",  "eq", "ne",  "gt",
                                                          "gte",    "lt",  "lte", "in", "nin", "regex"};

/// "calendar month 1" and back.
[[nodiscard]] std::string window_text(const ir::Window& window);
[[nodiscard]] std::optional<ir::Window> parse_window(std::string_view text);

inline constexpr ir::Rule kDefault{"gate.default", "as the gateway of the source does unasked",
                                   "docs/language/reference.md"};
inline constexpr ir::Rule kWeighted{"gate.weighted", "a balance draws by weight unless it says otherwise",
                                    "docs/language/reference.md"};
inline constexpr ir::Rule kChained{"gate.chained", "the fallbacks of a fallback apply as well",
                                   "docs/language/reference.md"};
inline constexpr ir::Rule kInherited{"gate.inherited", "a model without fallbacks of its own takes the default ones",
                                     "docs/language/reference.md"};

}  // namespace gatec::targets::gate
