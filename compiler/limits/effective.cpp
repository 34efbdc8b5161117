#include "compiler/limits/effective.h"

#include "compiler/limits/levels.h"

#include <algorithm>
#include <array>
#include <deque>
#include <set>

namespace gatec::limits {
namespace {

using ir::Counted;
using ir::Principal;
using ir::PrincipalKind;

bool is_caller(PrincipalKind kind) { return kind != PrincipalKind::BudgetRow && kind != PrincipalKind::AccessGroup; }

/// Reads a gateway once, then answers for one caller and name after another.
class Effective {
 public:
  Effective(const ir::Gateway& gateway, const Query& query)
      : gateway_(gateway), query_(query), levels_(gateway), capacity_(gateway), index_(gateway) {
    for (const ir::Route& r : gateway.routes) name(r.name.value, &r);
    for (const ir::Alias& a : gateway.aliases) name(a.name, index_.find(a.name).route);
    if (gateway.routes.empty()) name("*", nullptr);  // objects of people alone: their models stand elsewhere
    for (const Principal& p : gateway.principals) {
      for (const auto& item : p.models.items) by_pattern(item.value);
      for (const ir::Limit& l : p.limits) by_pattern(l.scope.model.value);
      for (const ir::Budget& b : p.budgets) by_pattern(b.scope.model.value);
    }
    if (!query.model.empty() && !known_.contains(query.model)) name(query.model, index_.find(query.model).route);
  }

  std::vector<EffectiveCap> run() && {
    bool anybody = false;
    for (const Principal& p : gateway_.principals) {
      if (!is_caller(p.kind) || query_.anybody) continue;
      anybody = true;
      if (!asked_for(p)) continue;
      const std::vector<Term> above = levels_.of(p);
      const std::vector<Term> global = levels_.global(&p);
      for (const Asked& asked : names_) {
        if (levels_.may_use(p, asked.facts))
          combine(levels_.name(p), p.kind == PrincipalKind::Key, asked, {&above, &global, &asked.upstream});
      }
    }
    if (!anybody && query_.key.empty() && query_.team.empty()) {
      const std::vector<Term> global = levels_.global(nullptr);
      for (const Asked& asked : names_) combine("*", true, asked, {&global, &asked.upstream});
    }
    return std::move(caps_);
  }

 private:
  struct Asked {
    Levels::Requested facts;
    std::vector<Term> upstream;
  };

  void name(std::string_view text, const ir::Route* route) {
    if (!known_.insert(text).second || (!query_.model.empty() && text != query_.model)) return;
    Asked& asked = names_.emplace_back();
    asked.facts.name = text;
    asked.facts.route = route;
    if (route == nullptr) return;
    asked.upstream = capacity_.of(*route);
    bool all_owned = true;
    for (const ir::DeploymentId id : capacity_.deployments(*route)) {
      const ir::Deployment& d = gateway_.at(id);
      for (const auto& group : d.access_groups.items) asked.facts.groups.push_back(group.value);
      if (d.owner.given())
        asked.facts.owners.push_back(*d.owner);
      else
        all_owned = false;
    }
    if (!all_owned) asked.facts.owners.clear();
  }

  /// A name that only a pattern answers to, or nothing that is known here, but which somebody's list or limit names.
  void by_pattern(std::string_view text) {
    if (text.empty() || text.find('*') != std::string_view::npos || known_.contains(text)) return;
    if (gateway_.routes.empty()) return name(text, nullptr);
    const passes::RouteIndex::Found found = index_.find(text);
    if (found.kind == passes::RouteIndex::Kind::Pattern) name(text, found.route);
  }

  [[nodiscard]] bool asked_for(const Principal& p) const {
    const auto is = [](const Principal& one, std::string_view text) {
      return (one.alias.given() && *one.alias == text) || (one.id.given() && *one.id == text) ||
             (one.email.given() && *one.email == text);
    };
    if (!query_.key.empty() && (p.kind != PrincipalKind::Key || !is(p, query_.key))) return false;
    if (query_.team.empty()) return true;
    return std::ranges::any_of(levels_.above(p), [&](const Principal* one) {
      return one->kind == PrincipalKind::Team && is(*one, query_.team);
    });
  }

  static bool concerns(const Term& term, std::string_view name) {
    if (term.scope == nullptr || !term.scope->model.given()) return true;
    const std::string& model = *term.scope->model;
    return model == name || (model.find('*') != std::string::npos && passes::matches_pattern(model, name, true));
  }

  void combine(const std::string& principal, bool is_key, const Asked& asked,
               std::initializer_list<const std::vector<Term>*> sources) {
    std::vector<const Term*> terms;
    for (const std::vector<Term>* source : sources) {
      for (const Term& term : *source) {
        if (concerns(term, asked.facts.name) && (is_key || !term.each_key)) terms.push_back(&term);
      }
    }
    std::ranges::stable_sort(terms, {}, &Term::level);
    const std::size_t first = caps_.size();
    for (const Term* term : terms) {
      auto at = std::find_if(caps_.begin() + static_cast<std::ptrdiff_t>(first), caps_.end(), [&](const auto& c) {
        return c.counts == term->counts && c.window == term->window && c.hint == term->hint;
      });
      if (at == caps_.end()) {
        EffectiveCap fresh;
        fresh.principal = principal;
        fresh.route = asked.facts.name;
        fresh.counts = term->counts;
        fresh.window = term->window;
        fresh.hint = term->hint;
        at = caps_.insert(caps_.end(), std::move(fresh));
      }
      at->chain.push_back(term->link);
      if (!term->link.limit) {
        at->unknown = true;
      } else if (!at->limit || *term->link.limit <= *at->limit) {
        // of equals the later one is nearer to the caller, but what is shared by all callers comes after them
        const bool shared = term->level >= Level::Route;
        if (at->limit && *term->link.limit == *at->limit && shared) continue;
        at->limit = term->link.limit;
        at->binding = term->link.at;
        at->cap = term->cap;
      }
    }
    for (const Counted counts : {Counted::Requests, Counted::Tokens, Counted::Usd}) {
      const bool counted = std::any_of(caps_.begin() + static_cast<std::ptrdiff_t>(first), caps_.end(),
                                       [&](const auto& c) { return c.counts == counts && !c.hint; });
      if (counted) continue;
      EffectiveCap& free = caps_.emplace_back();
      free.principal = principal;
      free.route = asked.facts.name;
      free.counts = counts;
    }
    std::stable_sort(caps_.begin() + static_cast<std::ptrdiff_t>(first), caps_.end(),
                     [](const auto& a, const auto& b) { return a.counts < b.counts; });
  }

  const ir::Gateway& gateway_;
  const Query& query_;
  Levels levels_;
  Capacity capacity_;
  passes::RouteIndex index_;
  std::deque<Asked> names_;
  std::set<std::string_view> known_;
  std::vector<EffectiveCap> caps_;
};

}  // namespace

std::vector<EffectiveCap> effective_caps(const ir::Gateway& gateway, const Query& query) {
  return Effective(gateway, query).run();
}

}  // namespace gatec::limits
