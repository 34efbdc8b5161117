#include "compiler/prove/caps.h"

#include "compiler/limits/effective.h"
#include "compiler/passes/route_index.h"

#include <algorithm>
#include <cstdint>
#include <iterator>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>
#include <vector>

namespace gatec::prove {
namespace {

using limits::PlainCap;
using limits::Relation;

constexpr std::string_view kAnybody = "*";

/// Whether anything refuses at all; hints do not.
bool has_caps(const ir::Gateway& g) {
  const auto refuses = [](const ir::Limit& l) { return !l.amount.absent() && !(l.hint.given() && *l.hint); };
  const auto any = [&](const auto& owner) {
    return std::ranges::any_of(owner.limits, refuses) ||
           std::ranges::any_of(owner.budgets, [](const ir::Budget& b) { return !b.amount.absent(); });
  };
  return any(g) || std::ranges::any_of(g.principals, any) || std::ranges::any_of(g.providers, any) ||
         std::ranges::any_of(g.deployments, any) || !g.server.global_max_parallel_requests.absent();
}

/// Letters and digits alone: gateways spell names in their own ways.
std::string plain(std::string_view name) {
  std::string text;
  for (const char c : name.substr(std::min(name.find(':'), name.size()))) {
    if (c >= 'A' && c <= 'Z') text += static_cast<char>(c | 0x20);
    if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')) text += c;
  }
  return std::string(name.substr(0, name.find(':'))) + ':' + text;
}

std::string shown(const PlainCap& cap) {
  if (cap.limit == nullptr) return "unknown";
  return (cap.counts == ir::Counted::Usd ? "$" : "") + cap.limit->text() +
         (cap.window.empty() ? "" : " per " + std::string(cap.window));
}

struct Verdict {
  std::string after = "none", word = "weaker";
};

/// The best that the target has against one cap of the source.
Verdict judge(const PlainCap& before, const std::vector<PlainCap>& others) {
  const PlainCap* best = nullptr;
  std::string_view best_word = "weaker";
  int rank = 0;
  const auto take = [&](const PlainCap& cap, int r, std::string_view word) {
    if (r <= rank) return;
    rank = r;
    best = &cap;
    best_word = word;
  };
  for (const PlainCap& cap : others) {
    if (cap.counts != before.counts || cap.hint) continue;
    if (before.cap == nullptr || cap.cap == nullptr) {
      take(cap, 2, "unknown");
      continue;
    }
    switch (limits::compare(*cap.cap, *before.cap)) {
      case Relation::Equal: take(cap, 5, "equal"); break;
      case Relation::Stricter: take(cap, 4, "stricter"); break;
      case Relation::Incomparable: take(cap, 3, "unknown"); break;
      case Relation::Looser:
      case Relation::Crossing: take(cap, 1, "weaker"); break;
    }
  }
  return best == nullptr ? Verdict() : Verdict{shown(*best), std::string(best_word)};
}

/// The callers of the target that one of the source may be, and the routes that answer to its names.
class Target {
 public:
  explicit Target(const ir::Gateway& gateway) : caps_(gateway), anybody_(gateway, kAnybodyAlone), index_(gateway) {
    for (std::size_t i = 0; i < caps_.callers(); ++i) callers_[plain(caps_.caller(i))].push_back(i);
    for (std::size_t j = 0; j < caps_.routes(); ++j) routes_.emplace(caps_.route(j), j);
  }

  /// A name by itself, else what a pattern answers to; SIZE_MAX for none.
  struct Names {
    std::size_t exact = SIZE_MAX, pattern = SIZE_MAX;
  };
  [[nodiscard]] Names names_of(std::string_view route) const {
    Names names;
    const auto place = [&](std::string_view name) {
      const auto found = routes_.find(name);
      return found == routes_.end() ? SIZE_MAX : found->second;
    };
    names.exact = place(route);
    if (const ir::Route* pattern = index_.find(route).route; pattern != nullptr)
      names.pattern = place(pattern->name.value);
    return names;
  }
  [[nodiscard]] std::size_t class_of(std::size_t name) const { return name == SIZE_MAX ? name : caps_.class_of(name); }

  /// Nothing where the caller may not use the route, or nobody may.
  [[nodiscard]] std::optional<std::vector<PlainCap>> of(const std::vector<std::size_t>* callers,
                                                        const Names& names) const {
    static const std::vector<std::size_t> kFirst = {0};
    const limits::Caps& caps = callers != nullptr ? caps_ : anybody_;
    std::optional<std::vector<PlainCap>> all;
    for (const std::size_t name : {names.exact, names.pattern}) {
      if (name == SIZE_MAX || all) continue;
      for (const std::size_t caller : callers != nullptr ? *callers : kFirst) {
        if (!caps.may_use(caller, name)) continue;
        if (!all) all.emplace();
        std::ranges::move(caps.plain(caller, name), std::back_inserter(*all));
      }
    }
    return all;
  }
  /// Null: nobody of this name is declared.
  [[nodiscard]] const std::vector<std::size_t>* callers(std::string_view name) const {
    const auto found = callers_.find(plain(name));
    return found == callers_.end() ? nullptr : &found->second;
  }

 private:
  static constexpr limits::Query kAnybodyAlone = {.anybody = true};
  limits::Caps caps_, anybody_;
  passes::RouteIndex index_;
  std::unordered_map<std::string, std::vector<std::size_t>> callers_;
  std::unordered_map<std::string_view, std::size_t> routes_;
};

/// Routes of the source that are alike on both sides.
struct Alike {
  std::vector<std::size_t> routes;
  Target::Names names;  // of the first
};

std::vector<Alike> alike(const limits::Caps& before, const Target& after) {
  std::vector<Alike> all;
  std::map<std::tuple<std::size_t, std::size_t, std::size_t>, std::size_t> known;
  for (std::size_t j = 0; j < before.routes(); ++j) {
    const Target::Names names = after.names_of(before.route(j));
    const auto [at, fresh] = known.emplace(
        std::tuple(before.class_of(j), after.class_of(names.exact), after.class_of(names.pattern)), all.size());
    if (fresh) all.push_back({{}, names});
    all[at->second].routes.push_back(j);
  }
  return all;
}

}  // namespace

bool is_effective(const ir::Scope& scope) {
  if (scope.provider.given() || scope.tag.given()) return false;
  if (scope.per.absent()) return true;
  const std::string& per = scope.per.items.front().value;
  return scope.per.items.size() == 1 && (per == "key" || per == "api_key");
}

bool is_weaker(const std::vector<ledger::GateRow>& rows) {
  return std::ranges::any_of(rows, [](const ledger::GateRow& row) { return row.verdict == "weaker"; });
}

std::vector<ledger::GateRow> compare_caps(const ir::Gateway& source, const ir::Gateway& target,
                                          std::vector<ledger::GateRow> fields) {
  if (!has_caps(source)) return fields;
  const limits::Caps before(source);
  const Target after(target);
  const std::vector<Alike> groups = alike(before, after);

  struct Row {
    std::string caller, counted;
    Verdict verdict;
    std::string before;
    std::string_view route;
    std::size_t more = 0;
  };
  std::vector<Row> rows;
  std::unordered_map<std::string, std::size_t> known;
  for (std::size_t i = 0; i < before.callers(); ++i) {
    const std::vector<std::size_t>* const same = after.callers(before.caller(i));
    for (const Alike& group : groups) {
      if (!before.may_use(i, group.routes.front())) continue;
      const auto others = after.of(same, group.names);
      if (!others) continue;
      for (const PlainCap& cap : before.plain(i, group.routes.front())) {
        if (cap.hint) continue;
        Verdict verdict = judge(cap, *others);
        std::string counted = std::string(ir::counted_name(cap.counts)) + " per " + std::string(cap.window);
        std::string key =
            before.caller(i) + '\n' + counted + '\n' + shown(cap) + '\n' + verdict.after + '\n' + verdict.word;
        const auto [at, fresh] = known.emplace(std::move(key), rows.size());
        if (fresh) {
          rows.push_back({before.caller(i), std::move(counted), std::move(verdict), shown(cap),
                          before.route(group.routes.front())});
          rows.back().more = group.routes.size() - 1;
        } else {
          rows[at->second].more += group.routes.size();
        }
      }
    }
  }
  std::vector<ledger::GateRow> table;
  for (Row& row : rows) {
    std::string what = (row.caller == kAnybody ? "whoever calls" : row.caller) + " on ";
    what += row.route;
    if (row.more > 0) what += " and " + std::to_string(row.more) + " more";
    table.push_back(
        {what + ": " + row.counted, std::move(row.before), std::move(row.verdict.after), std::move(row.verdict.word)});
  }
  // by route and counted thing: what the upstreams, and the gateway as a whole, let through is no more than before
  std::unordered_map<std::string, bool> holds;
  const limits::Query anybody = {.anybody = true};
  const limits::Caps upstream(source, anybody);
  for (const Alike& group : groups) {
    const auto others = after.of(nullptr, group.names);
    if (!others) continue;
    for (const PlainCap& cap : upstream.plain(0, group.routes.front())) {
      if (cap.hint) continue;
      const std::string word = judge(cap, *others).word;
      const bool held = word == "equal" || word == "stricter";
      for (const std::size_t route : group.routes) {
        const std::string key = std::string(upstream.route(route)) + '\n' + std::string(ir::counted_name(cap.counts));
        bool& whole = holds.try_emplace(key, true).first->second;
        whole = whole && held;
      }
    }
  }
  for (ledger::GateRow& row : fields) {
    const auto whole = holds.find(row.route + '\n' + std::string(row.counts));
    if (row.route.empty() || whole == holds.end() || !whole->second) table.push_back(std::move(row));
  }
  return table;
}

}  // namespace gatec::prove
