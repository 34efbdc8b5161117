#include "compiler/prove/caps.h"

#include "compiler/limits/effective.h"
#include "compiler/passes/route_index.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>

namespace gatec::prove {
namespace {

using limits::EffectiveCap;
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

/// The caps of one gateway by caller and route.
class Table {
 public:
  Table(const ir::Gateway& gateway, const limits::Query& query)
      : caps_(limits::effective_caps(gateway, query)), index_(gateway) {
    for (const EffectiveCap& cap : caps_) {
      callers_.insert(plain(cap.principal));
      by_pair_[plain(cap.principal) + '\n' + cap.route].push_back(&cap);
    }
  }
  [[nodiscard]] const std::vector<EffectiveCap>& all() const { return caps_; }
  [[nodiscard]] bool knows(const std::string& caller) const { return callers_.contains(caller); }
  [[nodiscard]] const std::vector<const EffectiveCap*>* of(const std::string& caller, const std::string& route) const {
    auto found = by_pair_.find(caller + '\n' + route);
    if (found == by_pair_.end()) {  // what a pattern answers to
      const ir::Route* pattern = index_.find(route).route;
      if (pattern != nullptr) found = by_pair_.find(caller + '\n' + pattern->name.value);
    }
    return found == by_pair_.end() ? nullptr : &found->second;
  }

 private:
  std::vector<EffectiveCap> caps_;
  std::unordered_set<std::string> callers_;
  std::unordered_map<std::string, std::vector<const EffectiveCap*>> by_pair_;
  passes::RouteIndex index_;
};

std::string shown(const EffectiveCap& cap) {
  if (!cap.limit) return "unknown";
  return (cap.counts == ir::Counted::Usd ? "$" : "") + cap.limit->text() +
         (cap.window.empty() ? "" : " per " + cap.window);
}

struct Verdict {
  std::string after = "none", word = "weaker";
};

/// The best that the target has against one cap of the source.
Verdict judge(const EffectiveCap& before, const std::vector<const EffectiveCap*>& others) {
  Verdict best;
  int rank = 0;
  const auto take = [&](const EffectiveCap& cap, int r, std::string_view word) {
    if (r <= rank) return;
    rank = r;
    best = {shown(cap), std::string(word)};
  };
  for (const EffectiveCap* cap : others) {
    if (cap->counts != before.counts || cap->hint || cap->window.empty()) continue;
    if (!before.cap || !cap->cap) {
      take(*cap, 2, "unknown");
      continue;
    }
    switch (limits::compare(*cap->cap, *before.cap)) {
      case Relation::Equal: take(*cap, 5, "equal"); break;
      case Relation::Stricter: take(*cap, 4, "stricter"); break;
      case Relation::Incomparable: take(*cap, 3, "unknown"); break;
      case Relation::Looser:
      case Relation::Crossing: take(*cap, 1, "weaker"); break;
    }
  }
  return best;
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
  const Table before(source, {});
  const Table after(target, {});
  const Table undeclared(target, {.anybody = true});

  struct Row {
    std::string caller, counted;
    Verdict verdict;
    std::string before;
    std::vector<std::string_view> routes;
  };
  std::vector<Row> rows;
  std::unordered_map<std::string, std::size_t> known;
  for (const EffectiveCap& cap : before.all()) {
    if (cap.hint || cap.window.empty()) continue;
    const std::string caller = plain(cap.principal);
    const std::vector<const EffectiveCap*>* others = after.of(caller, cap.route);
    if (others == nullptr && after.knows(caller)) continue;  // may not use the route at all
    if (others == nullptr) others = undeclared.of(plain(kAnybody), cap.route);
    if (others == nullptr) continue;  // nobody may
    Verdict verdict = judge(cap, *others);
    std::string counted = std::string(ir::counted_name(cap.counts)) + " per " + cap.window;
    std::string key = cap.principal + '\n' + counted + '\n' + shown(cap) + '\n' + verdict.after + '\n' + verdict.word;
    const auto [at, fresh] = known.emplace(std::move(key), rows.size());
    if (fresh) rows.push_back({cap.principal, std::move(counted), std::move(verdict), shown(cap), {}});
    rows[at->second].routes.push_back(cap.route);
  }
  std::vector<ledger::GateRow> table;
  for (Row& row : rows) {
    std::string what = (row.caller == kAnybody ? "whoever calls" : row.caller) + " on ";
    what += row.routes.front();
    if (row.routes.size() > 1) what += " and " + std::to_string(row.routes.size() - 1) + " more";
    table.push_back(
        {what + ": " + row.counted, std::move(row.before), std::move(row.verdict.after), std::move(row.verdict.word)});
  }
  // by route and counted thing: what the upstreams, and the gateway as a whole, let through is no more than before
  std::unordered_map<std::string, bool> holds;
  const Table upstream(source, {.anybody = true});
  for (const EffectiveCap& cap : upstream.all()) {
    const auto* others = cap.hint || cap.window.empty() ? nullptr : undeclared.of(plain(kAnybody), cap.route);
    if (others == nullptr) continue;
    const std::string word = judge(cap, *others).word;
    bool& whole = holds.try_emplace(cap.route + '\n' + std::string(ir::counted_name(cap.counts)), true).first->second;
    whole = whole && (word == "equal" || word == "stricter");
  }
  for (ledger::GateRow& row : fields) {
    const auto whole = holds.find(row.route + '\n' + std::string(row.counts));
    if (row.route.empty() || whole == holds.end() || !whole->second) table.push_back(std::move(row));
  }
  return table;
}

}  // namespace gatec::prove
