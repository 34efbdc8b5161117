#include "compiler/base/nearest.h"
#include "targets/litellm/checker.h"

#include <algorithm>
#include <map>

namespace gatec::targets::litellm {
namespace {

using base::Decimal;
using ir::Budget;
using ir::Counted;
using ir::Limit;
using ir::Principal;
using ir::PrincipalKind;
using ir::WindowKind;

bool is_plain(const ir::Scope& scope) {
  return scope.model.absent() && scope.provider.absent() && scope.tag.absent() && scope.per.absent();
}

const Budget* main_budget(const Principal& p) {
  for (const Budget& b : p.budgets) {
    if (is_plain(b.scope) && b.counts == Counted::Usd && b.amount.given()) return &b;
  }
  return nullptr;
}

const Limit* main_limit(const Principal& p, Counted counts) {
  for (const Limit& l : p.limits) {
    if (is_plain(l.scope) && l.counts == counts && l.amount.given()) return &l;
  }
  return nullptr;
}

std::string name_of(const Principal& p) {
  return quoted(p.alias.given() ? *p.alias : p.id.given() ? *p.id : p.email.given() ? *p.email : "");
}

/// What LiteLLM makes of a budget of nothing (§9.3).
std::string_view zero_meaning(PrincipalKind kind) {
  switch (kind) {
    case PrincipalKind::Organization: return "an organization's budget of 0 is none: it is not limited";
    case PrincipalKind::Team: return "a team's budget of 0 lets the first call that costs something pass";
    case PrincipalKind::Customer: return "a customer's budget of 0 lets the first call that costs something pass";
    case PrincipalKind::Tag: return "a tag's budget of 0 lets the first call that costs something pass";
    default: return "a budget of 0 blocks every call";
  }
}

/// As updates may name a key.
bool is_hash(std::string_view text) {
  const auto is_hex = [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); };
  return text.size() == 64 && std::ranges::all_of(text, is_hex);
}

bool is_instant(std::string_view text) { return text.size() > 9 && text[4] == '-' && text[7] == '-'; }

using ById = std::map<std::string_view, const Principal*>;

const Principal* find(const ById& all, const ir::Field<std::string>& id) {
  const auto found = id.given() ? all.find(*id) : all.end();
  return found == all.end() ? nullptr : found->second;
}

}  // namespace

void Checker::check_principals() {
  for (const Principal& p : gateway_.principals) principal(p);
  parents();
}

void Checker::principal(const Principal& p) {
  own_budgets(p);
  model_names(p);
  if (p.kind == PrincipalKind::Key && p.expires.given() && *p.expires != "-1" && !is_instant(*p.expires)) {
    length_duration(*p.expires, span_of(p.expires.from));
  }
  if (p.kind == PrincipalKind::Key && p.secret.given() && p.secret->kind == ir::Credential::Kind::Literal) {
    const std::string& key = p.secret->literal.reveal();
    if (!key.starts_with("sk-") && !is_hash(key))
      report(DiagId::LitellmKeyPrefix, span_of(p.secret.from), "a key of one's own must start with `sk-`");
  }
  for (const Limit& l : p.limits) {
    if (l.counts == Counted::Concurrent && l.hint.given() &&
        (p.kind == PrincipalKind::Team || p.kind == PrincipalKind::User)) {
      report(DiagId::LitellmParallelInert, span_of(l.amount.from),
             "parallel requests are counted for keys only, so this limits nothing");
    }
  }
  for (const ir::Extra& e : p.extras) {
    if (e.code != DiagId::LitellmModelBudgetShape) continue;
    const ir::Value* leaf = &e.value;
    while (leaf->kind == ir::Value::Kind::Mapping && !leaf->pairs.empty()) leaf = &leaf->pairs.front().second;
    report(DiagId::LitellmModelBudgetShape, key_span_of(leaf->from, e.key),
           "the budget of " + quoted(e.key) + " has no effect: it needs a `budget_limit` and a `time_period`");
  }
}

void Checker::own_budgets(const Principal& p) {
  for (const Budget& b : p.budgets) {
    const bool own = b.amount.from.rule() == nullptr;
    if (b.amount.given() && b.amount->is_zero() && own)
      report(DiagId::LitellmBudgetZero, span_of(b.amount.from), std::string(zero_meaning(p.kind)));
    const bool forever = b.window.given() && b.window->kind == WindowKind::Lifetime && b.window.from.is_default();
    const bool counted = p.kind == PrincipalKind::Key || p.kind == PrincipalKind::Team ||
                         p.kind == PrincipalKind::User || p.kind == PrincipalKind::Organization;
    if (forever && counted && own && b.amount.given() && is_plain(b.scope)) {
      report(DiagId::LitellmBudgetForever, span_of(b.amount.from),
             "without `budget_duration` this is for the whole life of " + name_of(p));
    }
    if (b.window.given() && !b.scope.model.given()) reset_duration(b.window->text, span_of(b.window.from));
    if (p.kind == PrincipalKind::Customer && p.budget_id.given() && b.amount.given() && own) {
      report(DiagId::LitellmTwoBudgets, span_of(b.amount.from),
             "a customer takes `budget_id` or `max_budget`, not both")
          .label(span_of(p.budget_id.from), "the other one");
    }
  }
}

bool Checker::is_requested(std::string_view model) {
  if (route_names_.empty()) {
    for (const ir::Route& r : gateway_.routes) {
      route_names_.push_back(*r.name);
      requested_.insert(*r.name);
      if (r.name->find('*') != std::string::npos) patterns_.push_back(*r.name);
    }
    for (const ir::Alias& a : gateway_.aliases) requested_.insert(a.name);
  }
  return requested_.contains(model) ||
         std::ranges::any_of(patterns_, [&](std::string_view pattern) { return pattern_takes(pattern, model); });
}

std::optional<std::string_view> Checker::nearest_model(std::string_view model) {
  const auto [known, fresh] = nearest_.try_emplace(model);
  if (fresh) known->second = base::nearest_word(model, route_names_);
  return known->second;
}

/// Such limits hold for the very string that a request names (§9.5).
void Checker::model_names(const Principal& p) {
  if (gateway_.routes.empty()) return;
  const auto check = [&](const ir::Field<std::string>& model) {
    if (!model.given() || is_requested(*model) ||
        std::ranges::find(p.aliases, *model, &ir::Alias::name) != p.aliases.end())
      return;
    const auto near = nearest_model(*model);
    std::string message = "no model is called " + quoted(*model) + ", so this limits nothing";
    if (near) message += "; did you mean " + quoted(*near) + "?";
    report(DiagId::LitellmLimitUnknownModel, key_span_of(model.from, *model), std::move(message));
  };
  for (const Limit& l : p.limits) check(l.scope.model);
  for (const Budget& b : p.budgets) {
    if (b.amount.from.rule() == nullptr) check(b.scope.model);
  }
}

void Checker::parents() {
  std::map<PrincipalKind, ById> all;
  for (const Principal& p : gateway_.principals) {
    if (p.id.given() && p.kind != PrincipalKind::Member && p.kind != PrincipalKind::OrgMember)
      all[p.kind].emplace(*p.id, &p);
  }
  std::map<const Principal*, std::vector<const Principal*>> keys;
  for (const Principal& p : gateway_.principals) {
    const Principal* team = find(all[PrincipalKind::Team], p.team);
    const Principal* user = find(all[PrincipalKind::User], p.user);
    if (team != nullptr && p.kind == PrincipalKind::Key) keys[team].push_back(&p);
    if (p.kind != PrincipalKind::Key || user == nullptr) continue;
    const Budget* own = main_budget(*user);
    if (p.team.given() && own != nullptr) {
      report(DiagId::LitellmUserBudgetUnused, span_of(own->amount.from),
             "the budget of " + name_of(*user) + " does not hold for keys of a team")
          .label(span_of(p.team.from), "as for this one");
    }
  }
  for (const auto& [team, list] : keys) guarantees(*team, list);
}

/// LiteLLM refuses a key whose guaranteed limit does not fit any more (§11.1).
void Checker::guarantees(const Principal& team, std::span<const Principal* const> keys) {
  for (const Counted counts : {Counted::Requests, Counted::Tokens}) {
    const Limit* whole = main_limit(team, counts);
    if (whole == nullptr) continue;
    Decimal sum;
    for (const Principal* key : keys) {
      const Limit* own = main_limit(*key, counts);
      if (own == nullptr || !own->guarantee.given() || *own->guarantee != "guaranteed_throughput") continue;
      const auto more = sum.plus(*own->amount);
      if (!more) return;
      sum = *more;
      if (sum <= *whole->amount) continue;
      report(DiagId::LitellmGuaranteeOver, span_of(own->amount.from),
             "with this the keys of " + name_of(team) + " are promised " + sum.text() + ", more than it has")
          .label(span_of(whole->amount.from), "of these");
      break;
    }
  }
}

}  // namespace gatec::targets::litellm
