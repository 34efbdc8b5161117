#include "compiler/prove/gate.h"

#include <algorithm>
#include <array>

#include "compiler/base/decimal.h"

namespace gatec::prove {
namespace {

using compare::Change;
using compare::Class;
using compare::Pair;
using compare::Path;

enum class Kind { None, Amount, Window, AllowList, Protection };

/// Fields whose mere presence restricts somebody.
constexpr std::array<std::string_view, 6> kProtections = {"auth", "master_key", "allowed_ips", "blocked", "expires", "owner"};
constexpr std::array<std::string_view, 4> kAllowLists = {"models", "allowed_routes", "access_groups", "environments"};

template <std::size_t N>
bool among(const std::array<std::string_view, N>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

std::string_view last_name(const Path& path) {
  const auto& segments = path.segments();
  for (std::size_t i = segments.size(); i-- > 0;) {
    if (!segments[i].name.empty()) return segments[i].name;
  }
  return {};
}

bool under(const Path& path, std::string_view name) {
  return std::any_of(path.segments().begin(), path.segments().end(), [&](const Path::Segment& s) { return s.name == name; });
}

Kind kind_of(const Pair& pair) {
  const std::string_view name = last_name(pair.path);
  const bool cap = (under(pair.path, "limits") && pair.cls == Class::Rate) || (under(pair.path, "budgets") && pair.cls == Class::Spend);
  if (cap && name == "amount") return Kind::Amount;
  if (cap && name == "window") return Kind::Window;
  if (name == "max_parallel_requests" || name == "global_max_parallel_requests" || name == "default_max_parallel") return Kind::Amount;
  if (under(pair.path, "principal_defaults")) return Kind::Amount;
  if (under(pair.path, "principals") && among(kAllowLists, name)) return Kind::AllowList;
  if (under(pair.path, "server") && among(kProtections, name)) return Kind::Protection;
  if (under(pair.path, "principals") && among(kProtections, name)) return Kind::Protection;
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

void Gate::difference(const Pair& pair, Change change, bool list_survives) {
  const ir::Origin* from = pair.before ? pair.before_from : pair.after_from;
  if (from == nullptr || from->is_default()) return;
  const Kind kind = kind_of(pair);
  if (kind == Kind::None) return;
  // One entry less narrows a list; without the list all is allowed.
  const bool narrower = kind == Kind::AllowList && change == Change::Removed && list_survives;
  row(pair, narrower ? "stricter" : verdict_of(kind, pair, change));
}

void Gate::row(const Pair& pair, std::string_view verdict) {
  if (verdict == "weaker") weaker_ = true;
  rows_.push_back({pair.path.text(), pair.before ? pair.show(pair.before) : "none", pair.after ? pair.show(pair.after) : "none", std::string(verdict)});
}

}  // namespace gatec::prove
