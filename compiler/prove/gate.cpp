#include "compiler/prove/gate.h"

#include "compiler/base/decimal.h"
#include "compiler/ir/describe.h"
#include "compiler/limits/algebra.h"
#include "compiler/prove/caps.h"

#include <algorithm>
#include <array>
#include <optional>

namespace gatec::prove {
namespace {

using compare::Change;
using compare::Class;
using compare::Pair;
using compare::Path;

enum class Kind { None, Amount, Window, AllowList, Protection };

/// Fields whose mere presence restricts somebody.
constexpr std::array<std::string_view, 6> kProtections = {"auth",    "master_key", "allowed_ips",
                                                          "blocked", "expires",    "owner"};
constexpr std::array<std::string_view, 4> kAllowLists = {"models", "allowed_routes", "access_groups", "environments"};

template <std::size_t N>
bool among(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

/// The names of a path that its kind hangs on, told in one pass.
struct Names {
  std::string_view last;
  bool limits = false, budgets = false, defaults = false, principals = false, server = false, upstream = false;

  explicit Names(const Path& path) {
    for (const Path::Segment& segment : path.segments()) {
      const std::string_view name = segment.name;
      if (name.empty()) continue;
      last = name;
      switch (name.size()) {
        case 6:
          upstream = upstream || name == "routes";
          limits = limits || name == "limits";
          server = server || name == "server";
          break;
        case 7: budgets = budgets || name == "budgets"; break;
        case 9: upstream = upstream || name == "providers"; break;
        case 10: principals = principals || name == "principals"; break;
        case 18: defaults = defaults || name == "principal_defaults"; break;
        default: break;
      }
    }
  }
};

Kind kind_of(const Pair& pair) {
  const Names names(pair.path);
  const std::string_view name = names.last;
  const bool cap = (names.limits && pair.cls == Class::Rate) || (names.budgets && pair.cls == Class::Spend);
  if (cap && name == "amount") return Kind::Amount;
  if (cap && name == "window") return Kind::Window;
  if (name == "max_parallel_requests" || name == "global_max_parallel_requests" || name == "default_max_parallel")
    return Kind::Amount;
  if (names.defaults) return Kind::Amount;
  if (names.principals && among(kAllowLists, name)) return Kind::AllowList;
  if ((names.server || names.principals) && among(kProtections, name)) return Kind::Protection;
  if (name == "blocked" || name == "owner" || name == "environments") return Kind::Protection;
  return Kind::None;
}

std::string_view amount_verdict(const std::string& before, const std::string& after) {
  if (after == "unlimited") return "weaker";
  if (before == "unlimited") return "stricter";
  const auto x = base::Decimal::parse(before);
  const auto y = base::Decimal::parse(after);
  if (!x || !y) return "unknown";
  return *y > *x ? "weaker" : "stricter";
}

/// What one cap is to another, by what they let through over all spans of time.
template <class T>
std::string_view cap_verdict(const T& before, const T& after) {
  if (after.amount.state == ir::State::Unlimited)
    return before.amount.state == ir::State::Unlimited ? "equal" : "weaker";
  if (before.amount.state == ir::State::Unlimited) return "stricter";
  const auto x = limits::cap_of(before);
  const auto y = limits::cap_of(after);
  if (!x || !y) return "unknown";
  switch (limits::compare(*y, *x)) {
    case limits::Relation::Equal: return "equal";
    case limits::Relation::Stricter: return "stricter";
    case limits::Relation::Incomparable: return "unknown";
    case limits::Relation::Looser:
    case limits::Relation::Crossing: break;
  }
  return "weaker";
}

std::string name_without_window(const ir::Budget& b) {
  const std::string name = ir::identity(b);
  return name.substr(0, name.find('@'));
}

/// The budget that took the place of one with another window.
const ir::Budget* heir(const ir::Budget& budget, const Gate::Place& place) {
  if (place.list_after == nullptr || place.list_before == nullptr) return nullptr;
  const auto& before = *static_cast<const std::vector<ir::Budget>*>(place.list_before);
  const auto& after = *static_cast<const std::vector<ir::Budget>*>(place.list_after);
  for (const ir::Budget& b : after) {
    if (name_without_window(b) != name_without_window(budget)) continue;
    const bool own = std::any_of(before.begin(), before.end(),
                                 [&](const ir::Budget& other) { return ir::identity(other) == ir::identity(b); });
    if (!own) return &b;
  }
  return nullptr;
}

std::string_view verdict_of(Kind kind, const Pair& pair, Change change) {
  switch (change) {
    case Change::Removed: return "weaker";
    case Change::Added: return kind == Kind::AllowList ? "weaker" : "stricter";
    case Change::Changed: break;
  }
  if (kind == Kind::Amount) return amount_verdict(pair.show(pair.before), pair.show(pair.after));
  if (kind == Kind::Protection && pair.cls == Class::Secret) return "equal";
  if (kind == Kind::Protection && pair.show(pair.after) == "open") return "weaker";
  return "unknown";
}

}  // namespace

void Gate::difference(const Pair& pair, Change change, const Place& place) {
  const ir::Origin* from = pair.before ? pair.before_from : pair.after_from;
  if (from == nullptr || from->is_default()) return;
  const Kind kind = kind_of(pair);
  if (kind == Kind::None) return;
  const std::string after = pair.after ? pair.show(pair.after) : "none";
  const Names names(pair.path);
  const bool of_budget = names.budgets;
  const bool is_cap = (kind == Kind::Amount || kind == Kind::Window) && (of_budget || names.limits);
  const void* owner = !is_cap ? nullptr : place.owner_before != nullptr ? place.owner_before : place.owner_after;
  if (owner != nullptr && !names.upstream) {
    const ir::Scope& scope =
        of_budget ? static_cast<const ir::Budget*>(owner)->scope : static_cast<const ir::Limit*>(owner)->scope;
    if (is_effective(scope)) return;
  }
  if (names.last == "global_max_parallel_requests") return;  // an effective cap too
  if (is_cap) {
    if (change == Change::Removed && of_budget && place.owner_before != nullptr && place.owner_after == nullptr) {
      const auto& budget = *static_cast<const ir::Budget*>(place.owner_before);
      if (const ir::Budget* other = heir(budget, place)) {
        row(pair, cap_verdict(budget, *other),
            kind == Kind::Amount ? ir::show(other->amount.value) : ir::show(other->window.value));
        return;
      }
    } else if (place.owner_before != nullptr && place.owner_after != nullptr && change != Change::Removed) {
      const auto verdict = of_budget ? cap_verdict(*static_cast<const ir::Budget*>(place.owner_before),
                                                   *static_cast<const ir::Budget*>(place.owner_after))
                                     : cap_verdict(*static_cast<const ir::Limit*>(place.owner_before),
                                                   *static_cast<const ir::Limit*>(place.owner_after));
      row(pair, verdict, after);
      return;
    }
  }
  // One entry less narrows a list; without the list all is allowed.
  const bool narrower = kind == Kind::AllowList && change == Change::Removed && place.owner_after != nullptr;
  row(pair, narrower ? "stricter" : verdict_of(kind, pair, change), after);
  const std::vector<Path::Segment>& steps = pair.path.segments();
  const bool in_route = steps.size() > 1 && steps[0].name == "routes" && steps[1].key != nullptr;
  if (change != Change::Removed || owner == nullptr || !in_route) return;
  rows_.back().route = steps[1].key(steps[1].element);
  rows_.back().counts = ir::counted_name(of_budget ? static_cast<const ir::Budget*>(owner)->counts
                                                   : static_cast<const ir::Limit*>(owner)->counts);
}

void Gate::row(const Pair& pair, std::string_view verdict, const std::string& after) {
  rows_.push_back({pair.path.text(), pair.before ? pair.show(pair.before) : "none", after, std::string(verdict)});
}

}  // namespace gatec::prove
