#include "compiler/ir/describe.h"
#include "compiler/ir/resolved.h"
#include "compiler/rules/hierarchy.h"

#include <algorithm>

namespace gatec::rules {
namespace {

using base::Decimal;
using diagnostics::DiagId;
using ir::Budget;
using ir::Principal;
using limits::Term;

class BudgetChecks {
 public:
  BudgetChecks(const ir::Gateway& gateway, const Hierarchy& hierarchy, passes::Context& context)
      : gateway_(gateway), hierarchy_(hierarchy), context_(context) {}

  void run() {
    for (const Principal& p : gateway_.principals) {
      for (const Budget& b : p.budgets) own(b);
    }
    for (const Budget& b : gateway_.budgets) own(b);
    for (const ir::Provider& p : gateway_.providers) {
      for (const Budget& b : p.budgets) own(b);
    }
    for (const ir::Deployment& d : gateway_.deployments) {
      for (const Budget& b : d.budgets) own(b);
    }
    check_hierarchy(hierarchy_, true,
                    {DiagId::BudgetAboveParent, DiagId::BudgetsOversubscribed, DiagId::ModelBudgetAboveOwn}, context_);
    for (const Hierarchy::Node& node : hierarchy_.nodes()) periods(node);
    unpriced();
    providers();
  }

 private:
  static bool by_hand(const ir::Origin& from) { return from.has_leaves() && from.rule() == nullptr; }

  void own(const Budget& b) {
    if (b.amount.given() && b.amount->is_negative() && by_hand(b.amount.from)) {
      context_.sink.report(DiagId::NegativeAmount, span_of(b.amount.from, context_),
                           "a budget of " + b.amount->text() + " is below nothing");
    }
    if (b.amount.given() && b.soft.given() && *b.soft >= *b.amount && by_hand(b.soft.from)) {
      context_.sink.report(DiagId::SoftAboveMax, span_of(b.soft.from, context_),
                           "the warning at " + b.soft->text() + " never comes before the end at " + b.amount->text());
    }
    const bool period_alone = b.amount.absent() && b.soft.absent() && b.window.given() && by_hand(b.window.from);
    if (period_alone && b.scope.model.absent()) {
      context_.sink.report(DiagId::PeriodWithoutBudget, span_of(b.window.from, context_),
                           "there is a period and no amount: nothing is limited");
    }
  }

  /// The first above it whose budget starts anew at other times.
  void periods(const Hierarchy::Node& node) {
    for (const Term& own : node.own) {
      if (!is_money(own) || of_model(own) || !own.cap) continue;
      for (const Hierarchy::Node* parent : node.above) {
        if (!hierarchy_.levels().holds_for(*parent->principal, *node.principal, own.counts)) continue;
        const auto above = std::ranges::find_if(
            parent->own, [](const Term& t) { return is_money(t) && !of_model(t) && t.cap.has_value(); });
        if (above == parent->own.end()) continue;
        if (above->window != own.window) differ(node, own, *parent, *above);
        break;
      }
    }
  }

  void differ(const Hierarchy::Node& node, const Term& own, const Hierarchy::Node& parent, const Term& above) {
    const bool forever = own.window == "lifetime";
    const auto lower = limits::compare_in_the_long_run(*above.cap, *own.cap) == limits::Relation::Stricter;
    if (!forever && above.window != "lifetime" && lower) return;  // told as above its parent
    context_.sink
        .report(DiagId::BudgetPeriodsDiffer, span_of(own.link.from, context_),
                forever ? "`" + hierarchy_.name(node) + "` has " + said(own) + " and never starts anew, `" +
                              hierarchy_.name(parent) + "` above it does, per " + above.window
                        : "`" + hierarchy_.name(node) + "` counts per " + own.window + ", `" + hierarchy_.name(parent) +
                              "` above it " +
                              (above.window == "lifetime" ? std::string("for good") : "per " + above.window))
        .label(span_of(above.link.from, context_), "the other period");
  }

  [[nodiscard]] bool has_price(const ir::Deployment& d) const {
    if (!d.prices.empty()) return true;
    const ir::ResolvedProvider provider = ir::resolved(gateway_, gateway_.at(d.provider));
    const ir::Field<std::string>& named = d.base_model.given() ? d.base_model : d.upstream_model;
    if (!provider.kind->given() || !named.given() || named->find('*') != std::string::npos) return true;  // not known
    return !costs_nothing_unless_told(**provider.kind);
  }

  /// Servers that run on machines of one's own.
  [[nodiscard]] static bool costs_nothing_unless_told(std::string_view kind) {
    constexpr std::string_view kOwn[] = {"ollama",    "ollama_chat", "vllm",      "hosted_vllm",
                                         "lm_studio", "llamafile",   "xinference"};
    return std::ranges::find(kOwn, kind) != std::end(kOwn);
  }

  /// A budget in money counts nothing where no model has a price.
  void unpriced() {
    if (gateway_.deployments.empty() ||
        std::ranges::any_of(gateway_.deployments, [&](const ir::Deployment& d) { return has_price(d); }))
      return;
    const auto tell = [&](const Budget& b) {
      if (b.counts != ir::Counted::Usd || !b.amount.given() || b.amount->is_zero() || !by_hand(b.amount.from)) return;
      context_.sink.report(DiagId::BudgetWithoutPrice, span_of(b.amount.from, context_),
                           "no model here has a price, so nothing is ever spent of this budget");
    };
    for (const Principal& p : gateway_.principals) std::ranges::for_each(p.budgets, tell);
    std::ranges::for_each(gateway_.budgets, tell);
  }

  /// What a provider may cost, against what the keys may spend in the same period.
  void providers() {
    Decimal keys;
    std::optional<std::int64_t> length;  // of the period of all of them
    std::size_t count = 0;
    for (const Hierarchy::Node& node : hierarchy_.nodes()) {
      if (node.principal->kind != ir::PrincipalKind::Key) continue;
      const auto own = std::ranges::find_if(node.own, [](const Term& t) { return is_money(t) && !of_model(t); });
      const auto period = own != node.own.end() && own->cap ? limits::length_of(own->cap->window) : std::nullopt;
      if (!period || (length && period->shortest != *length)) return;
      length = period->shortest;
      keys = keys.plus(*own->link.limit).value_or(keys);
      ++count;
    }
    if (count == 0) return;
    const auto one_provider = [&] {
      return std::ranges::all_of(gateway_.deployments, [&](const ir::Deployment& d) {
        return gateway_.at(d.provider).kind.value == gateway_.at(gateway_.deployments.front().provider).kind.value;
      });
    };
    const auto tell = [&](const Budget& b, const std::string& name) {
      const auto cap = limits::cap_of(b);
      const auto period = cap ? limits::length_of(cap->window) : std::nullopt;
      if (!period || period->shortest != *length || b.counts != ir::Counted::Usd || cap->amount.is_zero() ||
          cap->amount >= keys || !by_hand(b.amount.from))
        return;
      context_.sink.report(DiagId::ProviderBudgetBelowKeys, span_of(b.amount.from, context_),
                           "`" + name + "` may cost $" + cap->amount.text() + " per " +
                               limits::window_label(cap->window) + ", and the keys may spend $" + keys.text());
    };
    if (gateway_.deployments.empty() || !one_provider()) return;
    for (const Budget& b : gateway_.budgets) {
      if (b.scope.provider.given() && b.scope.per.absent()) tell(b, *b.scope.provider);
    }
    for (const ir::Provider& p : gateway_.providers) {
      for (const Budget& b : p.budgets) tell(b, p.name.given() ? *p.name : p.kind.value);
    }
  }

  const ir::Gateway& gateway_;
  const Hierarchy& hierarchy_;
  passes::Context& context_;
};

}  // namespace

void check_budgets(const ir::Gateway& gateway, const Hierarchy& hierarchy, passes::Context& context) {
  BudgetChecks(gateway, hierarchy, context).run();
}

}  // namespace gatec::rules
