#include "compiler/limits/levels.h"

#include "compiler/ir/describe.h"

#include <algorithm>

namespace gatec::limits {
namespace {

using ir::Counted;
using ir::Principal;
using ir::PrincipalKind;
using ir::State;

/// As the enforcement table counts.
std::string_view counts_name(Counted counts) {
  const bool part = counts == Counted::InputTokens || counts == Counted::OutputTokens;
  return ir::counted_name(part ? Counted::Tokens : counts);
}

std::string_view entity_of(PrincipalKind kind) {
  switch (kind) {
    case PrincipalKind::Organization: return "organization";
    case PrincipalKind::OrgMember: return "org-member";
    default: return ir::principal_kind_name(kind);
  }
}

Level level_of(PrincipalKind kind) {
  switch (kind) {
    case PrincipalKind::Organization: return Level::Organization;
    case PrincipalKind::Team: return Level::Team;
    case PrincipalKind::Project: return Level::Project;
    case PrincipalKind::User: return Level::User;
    case PrincipalKind::Member:
    case PrincipalKind::OrgMember: return Level::Member;
    case PrincipalKind::Customer: return Level::Customer;
    case PrincipalKind::Tag: return Level::Tag;
    default: return Level::Key;
  }
}

bool counts_each(const ir::Scope& scope, std::string_view what) {
  return std::ranges::any_of(scope.per.items, [&](const auto& one) { return one.value == what; });
}
/// Counted apart for each caller of a kind that is one here: keys count for themselves.
bool of_each_key(const ir::Scope& scope) {
  return scope.per.items.size() == 1 && (counts_each(scope, "key") || counts_each(scope, "api_key"));
}
bool of_each_user(const ir::Scope& scope) { return scope.per.items.size() == 1 && counts_each(scope, "user"); }

/// Published tables of tiers contradict each other.
bool set_elsewhere(const ir::Origin& from) { return from.rule() != nullptr && from.rule()->elsewhere; }

const ir::Field<Decimal>* burst_of(const ir::Limit& limit) { return &limit.burst; }
const ir::Field<Decimal>* burst_of(const ir::Budget&) { return nullptr; }

}  // namespace

std::string window_label(const ir::Window& window) {
  using enum ir::WindowKind;
  if (window.kind == Bucket) return "60s";
  if (window.kind != Fixed && window.kind != Sliding && window.kind != Rolling) return ir::window_name(window);
  ir::Window plain = window;
  plain.kind = Fixed;
  return ir::window_name(plain);
}

Decimal as_counted(const Cap& cap) {
  constexpr std::int64_t kMinute = 60;
  if (cap.window.kind != ir::WindowKind::Bucket || cap.counts == Counted::Concurrent) return cap.amount;
  return most_in(cap, kMinute).value_or(cap.amount);
}

const ir::Enforcement* Terms::rule(std::string_view entity, std::string_view counts) const {
  for (const ir::Enforcement& e : gateway_.enforcement) {
    if (e.entity == entity && e.counts == counts) return &e;
  }
  return nullptr;
}

template <class T>
void Terms::add_one(std::vector<Term>& terms, Level level, const std::string& at, std::string_view entity, const T& one,
                    bool hint) const {
  if (one.amount.absent() || one.amount.state == State::Unlimited) return;
  const ir::Enforcement* rule = this->rule(entity, counts_name(one.counts));
  const bool zero = one.amount.given() && one.amount->is_zero();
  if (zero && rule != nullptr && (rule->zero == "unlimited" || rule->zero == "ignored")) return;
  if (const auto* burst = burst_of(one); burst != nullptr && burst->state == State::Unlimited) return;
  Term term;
  term.level = level;
  term.counts = one.counts;
  term.hint = hint || (rule != nullptr && rule->blocks == "never");
  term.scope = &one.scope;
  if (!set_elsewhere(one.amount.from)) term.cap = cap_of(one);
  term.each_key = of_each_key(one.scope);
  if (one.window.given() && one.window->kind == ir::WindowKind::Invalid) return;  // nobody counts
  term.window = one.window.state == State::Unknown  ? "unknown"
                : one.counts == Counted::Concurrent ? "at once"
                                                    : window_label(one.window.given() ? *one.window : lifetime());
  term.link = {at, {}, one.amount.from.first(), rule != nullptr ? rule->blocks : std::string_view(), {}};
  if (term.cap) term.link.limit = as_counted(*term.cap);
  terms.push_back(std::move(term));
}

void Terms::add(std::vector<Term>& terms, Level level, const std::string& at, std::string_view entity,
                const std::vector<ir::Limit>& limits, const std::vector<ir::Budget>& budgets) const {
  for (const ir::Limit& l : limits) add_one(terms, level, at, entity, l, l.hint.given() && *l.hint);
  for (const ir::Budget& b : budgets) add_one(terms, level, at, entity, b, false);
}

void Levels::name_all() {
  std::map<std::pair<PrincipalKind, std::string_view>, std::string_view> aliases;
  for (const Principal& p : gateway_.principals) {
    if (p.id.given() && p.alias.given()) aliases.emplace(std::pair(p.kind, std::string_view(*p.id)), *p.alias);
  }
  const auto named = [&](PrincipalKind kind, const ir::Field<std::string>& id) {
    const auto found = id.given() ? aliases.find({kind, *id}) : aliases.end();
    return std::string(found == aliases.end() ? std::string_view(id.value) : found->second);
  };
  std::map<PrincipalKind, int> seen;
  for (const Principal& p : gateway_.principals) {
    const int nth = ++seen[p.kind];
    std::string name;
    if (p.kind == PrincipalKind::Member || p.kind == PrincipalKind::OrgMember) {
      const bool member = p.kind == PrincipalKind::Member;
      name = named(PrincipalKind::User, p.user.given() ? p.user : p.id) + '@' +
             (member ? named(PrincipalKind::Team, p.team) : named(PrincipalKind::Organization, p.organization));
    }
    for (const auto* field : {&p.alias, &p.id, &p.email}) {
      if (name.empty() && field->given()) name = **field;
    }
    if (name.empty()) name = '#' + std::to_string(nth);
    names_.emplace(&p, std::string(ir::principal_kind_name(p.kind)) + ':' + name);
  }
}

Levels::Levels(const ir::Gateway& gateway) : gateway_(gateway), terms_(gateway) {
  name_all();
  find_customer_default();
  for (const Principal& p : gateway.principals) {
    if (p.id.given()) by_id_.emplace(std::pair(p.kind, std::string_view(*p.id)), &p);
  }
  // some gateways refer by name
  for (const Principal& p : gateway.principals) {
    if (p.alias.given()) by_id_.emplace(std::pair(p.kind, std::string_view(*p.alias)), &p);
    if (p.email.given()) by_id_.emplace(std::pair(p.kind, std::string_view(*p.email)), &p);
    const std::string_view user = p.user.given() ? p.user.value : p.id.value;
    if (p.kind == PrincipalKind::Member) members_.emplace(Pair(user, p.team.value), &p);
    if (p.kind == PrincipalKind::OrgMember) org_members_.emplace(Pair(user, p.organization.value), &p);
  }
}

const std::string& Levels::name(const Principal& principal) const { return names_.at(&principal); }

const Principal* Levels::find(PrincipalKind kind, const ir::Field<std::string>& id) const {
  if (!id.given()) return nullptr;
  const auto found = by_id_.find({kind, *id});
  return found == by_id_.end() ? nullptr : found->second;
}

std::vector<const Principal*> Levels::above(const Principal& principal) const {
  std::vector<const Principal*> all = {&principal};
  const auto add = [&](const Principal* p) {
    if (p != nullptr && std::ranges::find(all, p) == all.end()) all.push_back(p);
  };
  add(find(PrincipalKind::Project, principal.project));
  for (std::size_t i = 0; i < all.size(); ++i) {  // teams above teams too; a circle ends where it began
    add(find(PrincipalKind::Team, all[i]->team));
    add(find(PrincipalKind::Organization, all[i]->organization));
  }
  const bool calls = principal.kind == PrincipalKind::Key;
  if ((calls || principal.kind == PrincipalKind::Member) && principal.user.given()) {
    add(find(PrincipalKind::User, principal.user));
    for (std::size_t i = 0, n = all.size(); i < n; ++i) {
      const auto& belongings = all[i]->kind == PrincipalKind::Team ? members_ : org_members_;
      if (all[i]->kind != PrincipalKind::Team && all[i]->kind != PrincipalKind::Organization) continue;
      const auto found = belongings.find(Pair(*principal.user, all[i]->id.value));
      if (found != belongings.end()) add(found->second);
    }
  }
  if (calls) {
    for (std::size_t i = 0, n = all.size(); i < n; ++i) {
      for (const auto& tag : all[i]->tags.items) add(find(PrincipalKind::Tag, tag));
    }
  }
  return all;
}

bool Levels::personal_only(PrincipalKind kind, std::string_view counts) const {
  const ir::Enforcement* rule = terms_.rule(entity_of(kind), counts);
  return rule != nullptr && rule->when == ir::kPersonalOnly;
}

bool Levels::holds_for(const Principal& above, const Principal& caller, Counted counts) const {
  return !caller.team.given() || !personal_only(above.kind, counts_name(counts));
}

void Levels::find_customer_default() {
  for (const ir::PrincipalDefaults& defaults : gateway_.principal_defaults) {
    if (defaults.kind != "end user") continue;
    for (const ir::Param& p : defaults.values) {
      if (p.name == "max_budget") {
        ir::Budget& budget = customer_default_.emplace_back();
        budget.counts = Counted::Usd;
        if (const auto amount = Decimal::parse(p.value.text)) budget.amount = {*amount, p.value.from};
      } else if (p.name == "budget_id") {
        for (const Principal& row : gateway_.principals) {
          if (row.kind == PrincipalKind::BudgetRow && row.id.given() && *row.id == p.value.text)
            customer_default_ = row.budgets;
        }
      }
    }
  }
}

std::vector<Term> Levels::own(const Principal& principal) const {
  std::vector<Term> all;
  if (principal.kind == PrincipalKind::Customer &&
      std::ranges::none_of(principal.budgets, [](const ir::Budget& b) { return !b.amount.absent(); })) {
    terms_.add(all, Level::Customer, name(principal), entity_of(principal.kind), {}, customer_default_);
  }
  terms_.add(all, level_of(principal.kind), name(principal), entity_of(principal.kind), principal.limits,
             principal.budgets);
  return all;
}

std::vector<Term> Levels::of(const Principal& principal) const {
  std::vector<Term> all;
  const std::vector<const Principal*> path = above(principal);
  const bool own_membership_budget = std::ranges::any_of(path, [](const Principal* p) {
    return p->kind == PrincipalKind::Member &&
           std::ranges::any_of(p->budgets, [](const ir::Budget& b) { return b.amount.given(); });
  });
  for (const Principal* p : path) {
    for (Term& term : own(*p)) {
      if (p != &principal && !holds_for(*p, principal, term.counts)) continue;
      if (of_each_user(*term.scope)) {
        // a team's rule for each of its members: one's own comes first
        const bool concerned =
            principal.user.given() && (principal.kind == PrincipalKind::Key || principal.kind == PrincipalKind::Member);
        if (!concerned || (term.counts == Counted::Usd && own_membership_budget)) continue;
        term.level = Level::Member;
        term.link.at = "member:" + *principal.user + '@' + name(*p).substr(name(*p).find(':') + 1);
        if (const Principal* user = find(PrincipalKind::User, principal.user); user != nullptr)
          term.link.at =
              "member:" + name(*user).substr(name(*user).find(':') + 1) + '@' + name(*p).substr(name(*p).find(':') + 1);
      } else if (!term.scope->per.absent() && !of_each_key(*term.scope)) {
        continue;  // of a part of the traffic that a caller may choose
      }
      all.push_back(std::move(term));
    }
    if (p->blocked.given() && *p->blocked) {
      Term term;
      term.level = level_of(p->kind);
      term.window = "lifetime";
      term.cap = Cap{Counted::Requests, Decimal(0), lifetime(), {}};
      term.link = {name(*p), Decimal(0), p->blocked.from.first(), {}, {}};
      all.push_back(std::move(term));
    }
  }
  return all;
}

std::vector<Term> Levels::global(const Principal* caller) const {
  std::vector<Term> found;
  terms_.add(found, Level::Global, "global", "gateway", gateway_.limits, gateway_.budgets);
  std::vector<Term> all;
  std::vector<const Principal*> path;
  for (Term& term : found) {
    const ir::Scope& scope = *term.scope;
    if (scope.provider.given()) continue;  // of the upstream side
    if (scope.tag.given()) {
      if (caller != nullptr && path.empty()) path = above(*caller);
      const bool tagged =
          caller != nullptr && std::ranges::any_of(path, [&](const Principal* p) {
            return std::ranges::any_of(p->tags.items, [&](const auto& tag) { return tag.value == *scope.tag; });
          });
      if (!tagged) continue;
      term.level = Level::Tag;
      term.link.at = "tag:" + *scope.tag;
    }
    if (!scope.per.absent()) {
      const bool calls = caller == nullptr || caller->kind == PrincipalKind::Key;
      const bool for_key = of_each_key(scope) && calls;
      const bool for_user = of_each_user(scope) && caller != nullptr && caller->user.given();
      const bool for_team = scope.per.items.size() == 1 && counts_each(scope, "workspace_id") && caller != nullptr &&
                            caller->team.given();
      if (!for_key && !for_user && !for_team) continue;
      const std::string_view entity = for_key ? "key" : for_user ? "user" : "team";
      if (const ir::Enforcement* rule = terms_.rule(entity, counts_name(term.counts)); rule != nullptr) {
        if (term.cap && term.cap->amount.is_zero() && rule->zero == "unlimited") continue;
        term.link.blocks = rule->blocks;
      }
      term.level = for_key ? Level::Key : for_user ? Level::User : Level::Team;
      term.link.at = for_key ? "each key" : for_user ? "each user" : "each team";
    }
    all.push_back(std::move(term));
  }
  const auto concurrency = [&](const ir::Field<std::int64_t>& field, Level level, const char* at) {
    if (field.absent() || field.state == State::Unlimited) return;
    Term term;
    term.level = level;
    term.counts = Counted::Concurrent;
    term.window = "at once";
    if (field.given()) term.cap = Cap{Counted::Concurrent, Decimal(*field), lifetime(), {}};
    term.link = {at, field.given() ? std::optional(Decimal(*field)) : std::nullopt, field.from.first(), {}, {}};
    all.push_back(std::move(term));
  };
  concurrency(gateway_.server.global_max_parallel_requests, Level::Global, "global");
  return all;
}

bool Levels::listed(const Principal& p, const Requested& asked) const {
  if (p.models.items.empty()) return true;
  const auto group_holds = [&](std::string_view group) {
    if (std::ranges::find(asked.groups, group) != asked.groups.end()) return true;
    const auto found = by_id_.find({PrincipalKind::AccessGroup, group});
    return found != by_id_.end() &&
           std::ranges::any_of(found->second->models.items, [&](const auto& m) { return m.value == asked.name; });
  };
  return std::ranges::any_of(p.models.items, [&](const ir::Field<std::string>& item) {
    const std::string& text = item.value;
    if (!item.given()) return item.state == State::Unknown;
    if (text == asked.name || text == "all-proxy-models" || text == "all-team-models") return true;
    if (text.find('*') != std::string::npos && passes::matches_pattern(text, asked.name, true)) return true;
    return group_holds(text);
  });
}

const Principal* Levels::refuser(const Principal& principal, const std::vector<const Principal*>& path,
                                 const Requested& asked) const {
  const bool in_team = principal.team.given();
  if (!asked.owners.empty() && std::ranges::none_of(path, [&](const Principal* p) {
        return p->kind == PrincipalKind::Team && std::ranges::find(asked.owners, p->id.value) != asked.owners.end();
      }))
    return &principal;
  const auto refused = std::ranges::find_if(path, [&](const Principal* p) {
    if (p->kind == PrincipalKind::Tag) return false;
    if (p != &principal && in_team && personal_only(p->kind, "models")) return false;
    return !listed(*p, asked);
  });
  return refused == path.end() ? nullptr : *refused;
}

}  // namespace gatec::limits
