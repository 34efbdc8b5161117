#include "compiler/rules/hierarchy.h"

#include "compiler/ir/describe.h"

#include <algorithm>
#include <map>

namespace gatec::rules {
namespace {

using base::Decimal;
using ir::Principal;
using ir::PrincipalKind;
using limits::Relation;
using limits::Term;

bool same_scope(const Term& a, const Term& b) {
  const ir::Field<std::string>& x = a.scope->model;
  const ir::Field<std::string>& y = b.scope->model;
  return x.given() == y.given() && (!x.given() || *x == *y);
}

/// Whether `own` can never be used up because `above` ends first: within one window of `own` it lets less through.
bool never_reached(const Term& own, const Term& above) {
  if (!own.cap || !above.cap || own.counts != above.counts) return false;
  if (own.window == above.window) return limits::as_counted(*own.cap) > limits::as_counted(*above.cap);
  const auto length = limits::length_of(own.cap->window);
  const auto most = length ? limits::most_in(*above.cap, length->longest) : std::nullopt;
  return most && *most < own.cap->amount;
}

/// Money that the one above cannot give in the long run, though it may on one day.
bool outlasts(const Term& own, const Term& above) {
  if (!is_money(own) || !own.cap || !above.cap || own.counts != above.counts) return false;
  const auto renews = [](const Term& t) { return t.cap->window.kind != ir::WindowKind::Lifetime; };
  return renews(own) && renews(above) && own.window != above.window &&
         limits::compare_in_the_long_run(*above.cap, *own.cap) == Relation::Stricter;
}

/// Whom a key or team draws from: the nearest above it that counts the same.
const Term* nearest_above(const Hierarchy::Node& node, const Term& own, const Hierarchy::Node** whose) {
  for (const Hierarchy::Node* parent : node.above) {
    for (const Term& term : parent->own) {
      if (term.counts == own.counts && same_scope(own, term)) {
        *whose = parent;
        return &term;
      }
    }
  }
  return nullptr;
}

struct Shares {
  const Hierarchy::Node* parent = nullptr;
  const Term* cap = nullptr;
  Decimal sum;
  std::size_t children = 0;
};

}  // namespace

bool is_money(const Term& term) { return term.counts == ir::Counted::Usd; }
bool of_model(const Term& term) { return term.scope->model.given(); }

std::string said(const Decimal& amount, const Term& like) {
  std::string text = is_money(like) ? "$" + amount.text() : amount.text() + " ";
  if (!is_money(like)) {
    text += like.counts == ir::Counted::Concurrent ? "at once" : ir::counted_name(like.counts);
    std::ranges::replace(text, '_', ' ');
  }
  if (like.counts == ir::Counted::Concurrent) return text;
  return text + (like.window == "lifetime" ? " for good" : " per " + like.window);
}
std::string said(const Term& term) { return said(*term.link.limit, term); }

std::string ratio(const Decimal& a, const Decimal& b) {
  const auto hundred = a.times(Decimal(100));
  const auto x = hundred ? hundred->floor() : std::nullopt;
  const auto y = b.ceil();
  if (!x || !y || *y == 0) return "many";
  const std::int64_t all = *x / *y;
  std::string digits = std::to_string(all % 100);
  if (digits.size() < 2) digits.insert(0, "0");
  return std::to_string(all / 100) + "." + digits;
}

Hierarchy::Hierarchy(const ir::Gateway& gateway) : levels_(gateway) {
  nodes_.reserve(gateway.principals.size());
  std::unordered_map<const Principal*, const Node*> by_principal;
  for (const Principal& p : gateway.principals) {
    if (p.kind == PrincipalKind::BudgetRow || p.kind == PrincipalKind::AccessGroup) continue;
    Node& node = nodes_.emplace_back();
    node.principal = &p;
    for (Term& term : levels_.own(p)) {
      const bool written = term.link.from.valid();
      if (written && !term.hint && term.link.limit && term.scope->per.absent()) node.own.push_back(std::move(term));
    }
    by_principal.emplace(&p, &node);
  }
  for (Node& node : nodes_) {
    for (const Principal* p : levels_.above(*node.principal)) {
      if (p == node.principal || p->kind == PrincipalKind::Tag) continue;
      const auto found = by_principal.find(p);
      if (found != by_principal.end()) node.above.push_back(found->second);
    }
  }
}

void check_hierarchy(const Hierarchy& hierarchy, bool money, const HierarchyCodes& codes, passes::Context& context) {
  // by parent's term and kind of child: a team's keys and its members draw from it side by side
  std::map<std::pair<const Term*, PrincipalKind>, Shares> shares;
  for (const Hierarchy::Node& node : hierarchy.nodes()) {
    for (const Term& own : node.own) {
      if (is_money(own) != money) continue;
      const Hierarchy::Node* whose = nullptr;
      const Term* above = nullptr;
      for (const Hierarchy::Node* parent : node.above) {
        if (!hierarchy.levels().holds_for(*parent->principal, *node.principal, own.counts)) continue;
        for (const Term& term : parent->own) {
          if (above != nullptr || !(same_scope(own, term) || !of_model(term))) continue;
          if (never_reached(own, term) || outlasts(own, term)) {
            above = &term;
            whose = parent;
          }
        }
      }
      if (above != nullptr) {
        context.sink
            .report(codes.above_parent, span_of(own.link.from, context),
                    "`" + hierarchy.name(node) + "` may have " + said(own) + ", but `" + hierarchy.name(*whose) +
                        "` above it " + (never_reached(own, *above) ? "ends at " : "has only ") + said(*above))
            .label(span_of(above->link.from, context), "ends first");
      } else if (of_model(own)) {
        for (const Term& term : node.own) {
          if (of_model(term) || !never_reached(own, term)) continue;
          context.sink
              .report(codes.model_above_own, span_of(own.link.from, context),
                      "`" + hierarchy.name(node) + "` may have " + said(own) + " of `" + *own.scope->model +
                          "`, but only " + said(term) + " of all models together")
              .label(span_of(term.link.from, context), "ends first");
          break;
        }
      }
      const bool draws = node.principal->kind == PrincipalKind::Key || node.principal->kind == PrincipalKind::Team ||
                         node.principal->kind == PrincipalKind::Member;
      const Term* parent = draws ? nearest_above(node, own, &whose) : nullptr;
      if (parent == nullptr || parent->window != own.window) continue;
      if (!hierarchy.levels().holds_for(*whose->principal, *node.principal, own.counts)) continue;
      Shares& share = shares[{parent, node.principal->kind}];
      share.parent = whose;
      share.cap = parent;
      share.sum = share.sum.plus(*own.link.limit).value_or(share.sum);
      ++share.children;
    }
  }
  for (const Hierarchy::Node& node : hierarchy.nodes()) {
    for (const Term& term : node.own) {
      for (const PrincipalKind kind : {PrincipalKind::Team, PrincipalKind::Member, PrincipalKind::Key}) {
        const auto found = shares.find({&term, kind});
        if (found == shares.end()) continue;
        const Shares& share = found->second;
        if (share.children < 2 || share.sum <= *term.link.limit) continue;
        context.sink.report(codes.oversubscribed, span_of(term.link.from, context),
                            "the " + std::to_string(share.children) + " " + std::string(principal_kind_name(kind)) +
                                "s of `" + hierarchy.name(node) + "` may have " + said(share.sum, term) +
                                " together, " + ratio(share.sum, *term.link.limit) + " times the " + said(term) +
                                " that it has");
      }
    }
  }
}

}  // namespace gatec::rules
