#include "compiler/ir/describe.h"
#include "targets/portkey/hosted_writer.h"
#include "targets/portkey/portkey.h"
#include "targets/portkey/reader.h"
#include "targets/portkey/windows.h"

#include <algorithm>

namespace gatec::targets::portkey {
namespace {

using base::Decimal;
using ir::Fate;

constexpr std::int64_t kMostDays = 365;
constexpr std::int64_t kDay = 86'400;

/// "2026-01-01…": the control plane takes instants, not spans.
bool is_instant(std::string_view text) { return text.size() >= 10 && text[4] == '-' && text[7] == '-'; }

std::string principal_word(ir::PrincipalKind kind) {
  switch (kind) {
    case ir::PrincipalKind::Organization: return "an organisation is made by hand and has no limits";
    case ir::PrincipalKind::User:
      return "users are invited, not created; a budget for each user is a policy on metadata";
    case ir::PrincipalKind::Member:
    case ir::PrincipalKind::OrgMember: return "a member of a workspace has no limits of its own";
    case ir::PrincipalKind::Project: return "there are no projects between workspaces and keys";
    case ir::PrincipalKind::Customer: return "end customers are known by metadata alone";
    case ir::PrincipalKind::Tag: return "tags are metadata";
    case ir::PrincipalKind::BudgetRow: return "limits stand on the objects themselves";
    case ir::PrincipalKind::AccessGroup: return "there are no groups of models that keys are bound to";
    case ir::PrincipalKind::Team:
    case ir::PrincipalKind::Key: break;
  }
  return "there is no such object";
}

}  // namespace

/// Everything has a name there.
std::string HostedWriter::name_of(const ir::Principal& p) {
  if (p.alias.given() && (same() || !p.alias->empty())) return configs_.text(p.alias);
  const std::string name = p.id.given() && !p.id->empty() ? *p.id : std::string(ir::principal_kind_name(p.kind));
  if (!p.alias.absent() && !same())
    lose(&p.alias, {Fate::Approximated, DiagId::Approximated, "it must have a name", name, ""});
  return name;
}

std::string HostedWriter::workspace_reference(const ir::Field<std::string>& id) {
  if (!id.given()) return configs_.text(id);
  const auto known = workspace_of_team_.find(*id);
  if (known == workspace_of_team_.end()) return *id;
  return known->second;
}

void HostedWriter::add_principals() {
  std::set<std::string> variables;
  for (const ir::Principal& p : gateway_.principals) {
    if (p.kind != ir::PrincipalKind::Team) continue;
    const std::string name = name_of(p);
    const std::string variable = workspace_variable(name);
    PayloadFile& f = file("workspaces", "POST", "/admin/workspaces", "workspace");
    f.bodies.push_back(workspace_body(p));
    f.id_variables.push_back(variable);
    if (same()) {
      workspace_of_team_.emplace(p.id.given() ? *p.id : name, raw_reference(p, name));
      continue;
    }
    workspaces_.push_back(variable);
    configs_.add_reference(variable);
    workspace_of_team_.emplace(p.id.given() ? *p.id : name, "${" + variable + "}");
    if (!variables.insert(variable).second)
      lose(&p.alias, manual("two teams have nearly the same name", "rename one of them"));
  }
  for (const ir::Principal& p : gateway_.principals) {
    if (p.kind == ir::PrincipalKind::Key) {
      if (p.blocked.given() && *p.blocked) {
        lose(&p, {Fate::Approximated, DiagId::Approximated, "the key is blocked: it is not made", "", ""});
        continue;
      }
      file("api-keys", "POST", "/api-keys/workspace/service", "API key").bodies.push_back(key_body(p));
    } else if (p.kind != ir::PrincipalKind::Team) {
      lose(&p,
           {Fate::Manual, DiagId::DroppedPrincipal, principal_word(p.kind), "", "set it up by hand where it matters"});
    }
  }
}

/// In the same dialect a workspace is called what the source called it.
std::string HostedWriter::raw_reference(const ir::Principal& p, const std::string& name) const {
  const bool from_metadata = std::ranges::any_of(gateway_.layout, [&](const ir::Param& l) {
    return l.name == "source_ids" &&
           std::ranges::any_of(l.value.items, [&](const ir::Value& v) { return v.text == p.id.value; });
  });
  return p.id.given() && !from_metadata ? *p.id : "${" + workspace_variable(name) + "}";
}

Out HostedWriter::metadata(const ir::Principal& p) {
  Out out = Out::mapping();
  const bool in_metadata = !same() || raw_reference(p, "").starts_with("${");
  if (p.id.given() && in_metadata) out.add(std::string(kSourceId), *p.id);
  if (p.user.given() && p.kind == ir::PrincipalKind::Key) out.add("_user", configs_.text(p.user));
  for (const ir::Param& m : p.metadata) {
    const bool text = m.value.kind == ir::Value::Kind::String && m.value.text.size() <= 128;
    if (same() || text) {
      out.add(m.name, configs_.open(m.value, m.name));
    } else {
      lose(&m, skipped("metadata is text of 128 characters at most"));
    }
  }
  return out;
}

Out HostedWriter::workspace_body(const ir::Principal& p) {
  Out body = Out::mapping();
  const std::string name = name_of(p);
  const bool own_id = same() && p.id.given() && !raw_reference(p, name).starts_with("${");
  if (own_id) body.add("id", *p.id);
  if (!same() || p.alias.given()) body.add("name", name);
  if (!p.alias.given() && !same())
    context_.ledger.admit_added("principals[" + ir::identity(p) + "].alias", "a workspace has a name", name);
  Out data = metadata(p);
  if (!data.empty()) body.at("defaults").add("metadata", std::move(data));
  Out usage = budgets(p.budgets, SIZE_MAX);
  if (!usage.empty()) body.add("usage_limits", std::move(usage));
  Out rates = limits(p.limits);
  if (!rates.empty()) body.add("rate_limits", std::move(rates));
  if (same())
    put(body, p.extras);
  else
    lose_principal_rest(p);
  return body;
}

Out HostedWriter::key_body(const ir::Principal& p) {
  Out body = Out::mapping();
  const std::string name = name_of(p);
  if (same() && p.id.given() && !raw_reference(p, name).starts_with("${")) body.add("id", *p.id);
  if (!same() || p.alias.given()) body.add("name", name);
  const std::string path = "principals[" + ir::identity(p) + "]";
  if (!p.alias.given() && !same()) context_.ledger.admit_added(path + ".alias", "a key has a name", name);
  if (!same()) {
    Out scopes = Out::sequence();
    scopes.push("completions.write");
    body.add("scopes", std::move(scopes));
    context_.ledger.admit_added(path + ".extras[scopes]", "a key that may call models", "completions.write");
  }
  if (!p.team.absent()) body.add("workspace_id", workspace_reference(p.team));
  if (same() && p.organization.given()) body.add("organisation_id", *p.organization);
  Out usage = budgets(p.budgets, 1);
  if (!usage.empty()) body.add("usage_limits", std::get<Out::Sequence>(usage.storage()).front());
  Out rates = limits(p.limits);
  if (!rates.empty()) body.add("rate_limits", std::move(rates));
  Out data = metadata(p);
  if (!data.empty()) body.at("defaults").add("metadata", std::move(data));
  if (p.expires.given() && (same() || is_instant(*p.expires))) {
    body.add("expires_at", *p.expires);
  } else {
    lose_if(p.expires,
            manual("a key expires at an instant, not after a span", "set `expires_at` when the key is made"));
  }
  if (same()) {
    if (p.secret.given()) body.add("key", configs_.spell(*p.secret, &p.secret, name + " key"));
    put(body, p.extras);
    return body;
  }
  lose_if(p.secret, manual("the control plane makes new keys", "give the clients the new key of " + name));
  lose_principal_rest(p);
  return body;
}

void HostedWriter::lose_principal_rest(const ir::Principal& p) {
  if (p.kind == ir::PrincipalKind::Team) lose_if(p.user, skipped("a workspace belongs to nobody in particular"));
  lose_if(p.email, skipped("the object has no address"));
  lose_if(p.organization,
          manual("the organisation is whose admin key is used", "use an admin key of the right organisation"));
  lose_if(p.project, skipped("there are no projects"));
  lose_if(p.budget_id, {Fate::Approximated, DiagId::Approximated,
                        "the limits of the budget row stand on the object itself", "", ""});
  lose_if(p.role, manual("a key has scopes, no role", "give the key the scopes that it needs"));
  if (p.kind == ir::PrincipalKind::Team) lose_if(p.team, skipped("a workspace is in no other"));
  lose_if(p.models,
          manual("lists of models stand on integrations, not on workspaces or keys",
                 "give it integrations with these models only, or a config with a guardrail `default.modelwhitelist`"));
  for (const ir::Alias& a : p.aliases)
    lose(&a, manual("aliases of one key or team have no place", "give it a config of its own"));
  if (!(p.blocked.given() && *p.blocked))
    lose_if(p.blocked, skipped("it is not blocked"));
  else
    lose_if(p.blocked, manual("a workspace cannot be blocked", "make no keys for it"));
  if (p.kind == ir::PrincipalKind::Team)
    lose_if(p.expires, manual("a workspace does not expire", "let its keys expire"));
  if (p.kind == ir::PrincipalKind::Team) lose_if(p.secret, skipped("a workspace has no key"));
  lose_if(p.allowed_ips, manual("keys are not bound to addresses", "allow the addresses in the network"));
  lose_if(p.allowed_routes, manual("API paths are bound by scopes", "give the key the scopes that it needs"));
  lose_if(p.tags, manual("tags are metadata", "put them into the key's metadata"));
}

/// One entry of usage_limits, or what a policy has of it; nothing where it cannot be said.
std::optional<Out> HostedWriter::budget(const ir::Budget& budget, bool policy) {
  if (!budget.amount.given()) {
    lose(&budget, dropped("a budget without a hard limit has no form; alerts hang on one", "set an alert by hand"));
    if (!same() || budget.soft.absent()) return std::nullopt;
  }
  if (budget.counts == ir::Counted::Requests && !policy) {
    lose(&budget, dropped("only policies count requests", "limit the requests by rate"));
    return std::nullopt;
  }
  Out out = Out::mapping();
  out.add("type", budget.counts == ir::Counted::Usd      ? "cost"
                  : budget.counts == ir::Counted::Tokens ? "tokens"
                                                         : "requests");
  const Decimal amount = *budget.amount;
  const std::int64_t whole = amount.floor().value_or(0);
  const bool keep_exact = same() || policy;
  if (budget.amount.given()) {
    if (!keep_exact && whole < 1) {
      lose(&budget, dropped("a budget is one whole dollar or more",
                            "a budget this small cannot be set; leave the key out or watch it"));
      return std::nullopt;
    }
    if (!keep_exact && Decimal(whole) != amount) {
      lose(&budget.amount, {Fate::Approximated, DiagId::Approximated, "a budget is a whole number, rounded down",
                            std::to_string(whole), ""});
    }
    out.add("credit_limit", keep_exact ? Out::number(amount.text()) : Out::integer(whole));
  }
  if (budget.soft.given()) {
    const std::int64_t alert = budget.soft->floor().value_or(0);
    if (same()) {
      out.add("alert_threshold", Out::number(budget.soft->text()));
    } else if (alert >= 1 && Decimal(alert) < amount) {
      if (Decimal(alert) != *budget.soft)
        lose(&budget.soft, {Fate::Approximated, DiagId::Approximated, "an alert stands at a whole number",
                            std::to_string(alert), ""});
      out.add("alert_threshold", Out::integer(alert));
    } else {
      lose(&budget.soft, skipped("an alert stands at a whole number below the limit"));
    }
  }
  if (!add_reset(budget, out)) return std::nullopt;
  return out;
}

bool HostedWriter::add_reset(const ir::Budget& budget, Out& out) {
  if (!budget.window.given()) {
    if (budget.window.state == ir::State::Unknown)
      lose(&budget.window, manual("when the budget starts anew is not known here", "set its reset by hand"));
    return true;
  }
  const ir::Window& w = *budget.window;
  using Kind = ir::WindowKind;
  using Unit = ir::CalendarUnit;
  if (w.kind == Kind::Lifetime) return true;
  const bool calendar = w.kind == Kind::Calendar;
  if (calendar && w.unit == Unit::Month && w.count == 1) {
    out.add("periodic_reset", "monthly");
    return true;
  }
  if (calendar && w.unit == Unit::Week && w.count == 1) {
    out.add("periodic_reset", "weekly");
    return true;
  }
  if (calendar && w.unit == Unit::Day && ((w.count >= 1 && w.count <= kMostDays) || same())) {
    out.add("periodic_reset_days", Out::integer(w.count));
    return true;
  }
  const std::int64_t days = w.seconds / kDay;
  if (w.kind == Kind::Invalid || days < 1 || days > kMostDays || w.seconds % kDay != 0) {
    lose(&budget, dropped("a budget starts anew after 1 to 365 whole days, on Sundays or on the first of the month",
                          "set a daily budget by hand"));
    return false;
  }
  lose(&budget,
       {Fate::Approximated, DiagId::Approximated,
        "the budget starts anew at midnight UTC every " + std::to_string(days) + " days, not from the first spend", "",
        ""});
  context_.ledger.admit_added("principals[", "a budget with the nearest period");
  out.add("periodic_reset_days", Out::integer(days));
  return true;
}

std::optional<Out> HostedWriter::limit(const ir::Limit& limit) {
  const bool counts = limit.counts == ir::Counted::Requests || limit.counts == ir::Counted::Tokens;
  const std::string_view unit = limit.window.given() ? rate_unit(*limit.window) : std::string_view();
  if (!counts || unit.empty() || !limit.amount.given() || limit.scope.model.given() || limit.burst.given()) {
    lose(&limit,
         dropped(limit.counts == ir::Counted::Concurrent ? "parallel requests are not limited"
                 : limit.scope.model.given()             ? "a limit for one model is a policy of its own"
                                             : "rates count requests or tokens of a second, minute, hour, day or week",
                 "set the nearest limit by hand"));
    return std::nullopt;
  }
  const std::int64_t whole = limit.amount->floor().value_or(0);
  Out out = Out::mapping();
  out.add("type", limit.counts == ir::Counted::Requests ? "requests" : "tokens");
  out.add("unit", unit);
  if (!same() && Decimal(whole) != *limit.amount) {
    lose(&limit.amount, {Fate::Approximated, DiagId::Approximated, "a rate is a whole number, rounded down",
                         std::to_string(whole), ""});
  }
  out.add("value", same() ? Out::number(limit.amount->text()) : Out::integer(whole));
  if (!same()) {
    lose_if(limit.hint, skipped("it rejects what is above it"));
    lose_if(limit.guarantee, skipped("a limit is a cap, it guarantees nothing"));
  }
  return out;
}

Out HostedWriter::budgets(const std::vector<ir::Budget>& all, std::size_t most) {
  Out list = Out::sequence();
  std::size_t n = 0;
  for (const ir::Budget& b : all) {
    if (n >= most) {
      lose(&b, dropped("a key has one budget", "set a second one as a usage policy"));
      continue;
    }
    if (b.scope.model.given() || b.scope.provider.given() || b.scope.tag.given()) {
      lose(&b, dropped("a budget for one model, provider or tag is a usage policy", "set it as a usage policy"));
      continue;
    }
    if (!b.scope.per.items.empty()) {
      lose(&b, dropped("the object has one counter, none for each of those who use it",
                       "set it as a usage policy that groups"));
      continue;
    }
    if (auto out = budget(b, false)) {
      list.push(*std::move(out));
      ++n;
    }
  }
  return list;
}

Out HostedWriter::limits(const std::vector<ir::Limit>& all) {
  Out list = Out::sequence();
  for (const ir::Limit& l : all) {
    if (!l.scope.per.items.empty()) {
      lose(&l, dropped("the object has one counter, none for each of those who use it",
                       "set it as a rate policy that groups"));
      continue;
    }
    if (auto out = limit(l)) list.push(*std::move(out));
  }
  return list;
}

void HostedWriter::add_guardrails() {
  for (const ir::Guardrail& g : gateway_.guardrails) {
    if (!same()) {
      lose(&g, manual("the guardrail `" + g.name.value + "` has other checks there",
                      "create a guardrail with like checks and name it in the config, or requests pass unguarded"));
      continue;
    }
    Out body = Out::mapping();
    const bool has_name = std::ranges::any_of(g.extras, [](const ir::Extra& e) { return e.key == "name"; });
    if (!g.name.absent()) body.add(has_name ? "slug" : "name", configs_.text(g.name));
    for (const ir::Param& p : g.params) body.add(p.name, configs_.open(p.value, p.name));
    put(body, g.extras);
    file("guardrails", "POST", "/guardrails", "guardrail").bodies.push_back(std::move(body));
  }
}

}  // namespace gatec::targets::portkey
