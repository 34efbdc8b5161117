#include "compiler/prove/gate.h"

#include "compiler/base/decimal.h"
#include "compiler/ir/describe.h"

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
  bool limits = false, budgets = false, defaults = false, principals = false, server = false;

  explicit Names(const Path& path) {
    for (const Path::Segment& segment : path.segments()) {
      const std::string_view name = segment.name;
      if (name.empty()) continue;
      last = name;
      switch (name.size()) {
        case 6:
          limits = limits || name == "limits";
          server = server || name == "server";
          break;
        case 7: budgets = budgets || name == "budgets"; break;
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

/// Seconds of a window; of a month the fewest or the most. Nothing for what has no length.
std::optional<std::int64_t> seconds_of(const ir::Window& w, bool longest) {
  constexpr std::int64_t kDay = 86'400;
  using Unit = ir::CalendarUnit;
  if (w.kind == ir::WindowKind::Lifetime || w.kind == ir::WindowKind::Invalid) return std::nullopt;
  if (w.kind != ir::WindowKind::Calendar) return w.seconds > 0 ? std::optional(w.seconds) : std::nullopt;
  const std::int64_t count = std::max<std::int64_t>(w.count, 1);
  switch (w.unit) {
    case Unit::Minute: return 60 * count;
    case Unit::Hour: return 3600 * count;
    case Unit::Day: return kDay * count;
    case Unit::Week: return 7 * kDay * count;
    case Unit::Month: return (longest ? 31 : 28) * kDay * count;
    case Unit::None: break;
  }
  return std::nullopt;
}

/// A limit or budget as a rate. An absent window is the lifetime of a budget and the minute of a limit alike on both
/// sides.
struct Cap {
  const ir::Field<base::Decimal>& amount;
  const ir::Field<ir::Window>& window;
};

std::string_view rate_verdict(const Cap& before, const Cap& after) {
  if (after.amount.state == ir::State::Unlimited)
    return before.amount.state == ir::State::Unlimited ? "equal" : "weaker";
  if (before.amount.state == ir::State::Unlimited) return "stricter";
  if (!before.amount.given() || !after.amount.given()) return "unknown";
  const auto compared = [](const base::Decimal& x, const base::Decimal& y) {
    return y > x ? "weaker" : y < x ? "stricter" : "equal";
  };
  const auto windowed = [](const Cap& cap) {
    return cap.window.given() && cap.window->kind != ir::WindowKind::Lifetime;
  };
  const bool same_window =
      windowed(before) == windowed(after) && (!windowed(before) || same_meaning(*before.window, *after.window));
  if (same_window) return compared(*before.amount, *after.amount);
  if (before.window.state == ir::State::Unknown || after.window.state == ir::State::Unknown) return "unknown";
  if (!windowed(before)) return "weaker";
  if (!windowed(after)) return *after.amount > *before.amount ? "unknown" : "stricter";
  const auto s = seconds_of(*before.window, true);
  const auto t = seconds_of(*after.window, false);
  if (!s || !t) return "unknown";
  const auto x = before.amount->times(base::Decimal(*t));
  const auto y = after.amount->times(base::Decimal(*s));
  return x && y ? compared(*x, *y) : "unknown";
}

Cap cap_of(const ir::Limit& l) { return {l.amount, l.window}; }
Cap cap_of(const ir::Budget& b) { return {b.amount, b.window}; }

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
  if ((kind == Kind::Amount || kind == Kind::Window) && (of_budget || names.limits)) {
    if (change == Change::Removed && of_budget && place.owner_before != nullptr && place.owner_after == nullptr) {
      const auto& budget = *static_cast<const ir::Budget*>(place.owner_before);
      if (const ir::Budget* other = heir(budget, place)) {
        row(pair, rate_verdict(cap_of(budget), cap_of(*other)),
            kind == Kind::Amount ? ir::show(other->amount.value) : ir::show(other->window.value));
        return;
      }
    } else if (place.owner_before != nullptr && place.owner_after != nullptr && change != Change::Removed) {
      const auto verdict = of_budget ? rate_verdict(cap_of(*static_cast<const ir::Budget*>(place.owner_before)),
                                                    cap_of(*static_cast<const ir::Budget*>(place.owner_after)))
                                     : rate_verdict(cap_of(*static_cast<const ir::Limit*>(place.owner_before)),
                                                    cap_of(*static_cast<const ir::Limit*>(place.owner_after)));
      row(pair, verdict, after);
      return;
    }
  }
  // One entry less narrows a list; without the list all is allowed.
  const bool narrower = kind == Kind::AllowList && change == Change::Removed && place.owner_after != nullptr;
  row(pair, narrower ? "stricter" : verdict_of(kind, pair, change), after);
}

void Gate::row(const Pair& pair, std::string_view verdict, const std::string& after) {
  if (verdict == "weaker") weaker_ = true;
  rows_.push_back({pair.path.text(), pair.before ? pair.show(pair.before) : "none", after, std::string(verdict)});
}

}  // namespace gatec::prove
