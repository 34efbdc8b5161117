#include "compiler/ir/describe.h"
#include "compiler/passes/route_index.h"
#include "targets/llmgateway/writer.h"

#include <algorithm>

namespace gatec::targets::llmgateway {
namespace {

using base::Decimal;
using ir::Fate;
using ir::PrincipalKind;

std::string_view role_of(std::string_view role) {
  if (role == "owner") return "owner";
  if (role == "proxy_admin" || role == "org_admin" || role == "admin") return "admin";
  return "developer";
}

std::string_view word_of(PrincipalKind kind) {
  switch (kind) {
    case PrincipalKind::Member: return "a member has one set of limits for the whole organization";
    case PrincipalKind::OrgMember: return "a member of the organization is written as a user only";
    case PrincipalKind::Customer: return "end customers are not known to the gateway";
    case PrincipalKind::Tag: return "tags are not known to the gateway";
    case PrincipalKind::BudgetRow: return "limits stand on the objects themselves";
    case PrincipalKind::AccessGroup: return "there are no groups of models that keys are bound to";
    case PrincipalKind::Organization: return "one organization is written at a time";
    default: return "there is no such object";
  }
}

std::string path_of(const ir::Principal& p) { return "principals[" + ir::identity(p) + "]"; }

bool is_plain(const ir::Budget& b) {
  return b.amount.given() && b.counts == ir::Counted::Usd && b.scope.model.absent() && b.scope.provider.absent() &&
         b.scope.tag.absent() && b.scope.per.absent() && !b.amount->is_negative();
}

bool is_lifetime(const ir::Budget& b) {
  return !b.window.given() ? b.window.absent() : b.window->kind == ir::WindowKind::Lifetime;
}

}  // namespace

const ir::Principal* Writer::principal(PrincipalKind kind, const ir::Field<std::string>& id) const {
  if (id.absent()) return nullptr;
  for (const ir::Principal& p : gateway_.principals) {
    if (p.kind == kind && ((p.id.given() && *p.id == id.value) ||
                           (p.id.absent() && (p.alias.value == id.value || p.email.value == id.value))))
      return &p;
  }
  return nullptr;
}

Out Writer::organization_body(const ir::Principal& p) {
  Out body = Out::mapping();
  const std::string path = path_of(p);
  if (p.alias.given())
    body.add("name", *p.alias);
  else if (!same() && p.id.given()) {
    body.add("name", *p.id);
    admit(path + ".alias", "an organization has a name");
  }
  put(body, p.extras);
  if (p.id.given()) body.at("_sourceId") = Out(*p.id);
  if (!same()) {
    for (const ir::Budget& b : p.budgets)
      lose(&b, dropped("an organization has credits, which are paid in advance, and no budget",
                       "share the budget out among the keys, or pay in as much"));
    lose_rest(p);
  }
  return body;
}

/// A project of the source, a team as a project, or the project that every organization has.
Out Writer::project_body(const ir::Principal* p, const std::string& name) {
  Out body = Out::mapping();
  if (same()) {
    if (p->alias.given()) body.add("name", *p->alias);
    const ir::Field<bool>& enabled = gateway_.cache.enabled;
    const bool agreed = enabled.given() && !enabled.from.is_default();
    const bool own = std::ranges::any_of(p->extras, [](const ir::Extra& e) { return e.key == "cachingEnabled"; });
    if (agreed && !own) body.add("cachingEnabled", *enabled);
    const ir::Field<Decimal>& ttl = gateway_.defaults.cache.ttl;
    if (agreed && *enabled && ttl.given() && !ttl.from.is_default()) body.add("cacheDurationSeconds", to_out(ttl));
    const auto first = std::ranges::find_if(gateway_.principals, [&](const ir::Principal& q) {
      return q.kind == PrincipalKind::Project || (q.kind == PrincipalKind::Team && layout("project team") != nullptr);
    });
    if (const ir::Value* strategy = layout("strategy");
        strategy != nullptr && first != gateway_.principals.end() && &*first == p)
      body.add("defaultRoutingStrategy", strategy->text);
    put(body, p->extras);
  } else {
    body.add("name", name);
    body.add("cachingEnabled", cache_on_);
    const ir::Field<Decimal>& ttl = gateway_.defaults.cache.ttl;
    if (cache_on_ && ttl.given()) {
      const std::int64_t whole = std::clamp<std::int64_t>(ttl->floor().value_or(10), 10, 31'536'000);
      body.add("cacheDurationSeconds", Out::integer(whole));
      if (Decimal(whole) != *ttl) lose(&ttl, nearly("whole seconds from 10 to 31,536,000", std::to_string(whole)));
    }
    if (strategy_written_)
      body.add("defaultRoutingStrategy", *gateway_.routing.policy == ir::Policy::Cost ? "price" : "latency");
    body.add("mode", env_keys_ ? "hybrid" : "api-keys");
  }
  if (p != nullptr) {
    if (p->id.given()) body.at("_sourceId") = Out(*p->id);
    if (p->kind == PrincipalKind::Team) body.at("_kind") = Out("team");
  }
  return body;
}

void Writer::add_people() {
  std::vector<Out> bodies;
  const auto free_name = [this](const std::string& wanted) {
    std::string name = wanted;
    for (int n = 2; !project_taken_.insert(name).second; ++n) name = wanted + " " + std::to_string(n);
    return name;
  };
  cache_on_ = !same() && gateway_.cache.enabled.given() && *gateway_.cache.enabled;
  if (cache_on_) {
    const ir::Field<std::string>& mode = gateway_.defaults.cache.mode;
    if (!mode.absent() && mode.value != "simple")
      lose(&mode, manual("the cache of a project answers equal requests",
                         "set the semantic cache of the project (enterprise edition)"));
    if (!is_new())
      context_.steps.push_back(
          "Set the organization's data retention to `retain`: the cache of this version needs it, and bills it.");
  }
  bool any_free = false;
  const bool team_objects = enterprise() && !same();
  for (const ir::Principal& p : gateway_.principals) {
    if (p.kind != PrincipalKind::Key) continue;
    const bool in_team = !team_objects && principal(PrincipalKind::Team, p.team) != nullptr;
    any_free = any_free || (!in_team && principal(PrincipalKind::Project, p.project) == nullptr);
  }
  // teams of the newer enterprise edition, projects of any
  std::vector<Out> teams;
  std::set<std::string> of_projects;
  for (const ir::Param& l : gateway_.layout) {
    if (l.name == "project team") of_projects.insert(l.value.text);
  }
  if (!same() && (!routes_.empty() || any_free)) {
    project_taken_.insert(std::string(kDefaultProject));
    bodies.push_back(project_body(nullptr, std::string(kDefaultProject)));
    admit("principals[project:" + std::string(kDefaultProject) + "]", "every organization has this project");
    if (!gateway_.cache.enabled.given() && gateway_.cache.enabled.state == ir::State::Absent)
      admit("cache.enabled", "a project says whether it caches");
  }
  for (const ir::Principal& p : gateway_.principals) {
    if (p.kind != PrincipalKind::Project && p.kind != PrincipalKind::Team) continue;
    const std::string own = p.id.given() ? *p.id : p.alias.value;
    const bool as_team = p.kind == PrincipalKind::Team && (same() ? !of_projects.contains(own) : team_objects);
    if (as_team) {
      teams.push_back(team_body(p));
      continue;
    }
    const std::string wanted = p.alias.given() ? *p.alias : p.id.value;
    const std::string name = same() ? wanted : free_name(wanted.empty() ? "project" : wanted);
    project_names_.emplace(&p, name);
    bodies.push_back(project_body(&p, name));
    if (same()) continue;
    const std::string path = path_of(p);
    if (!p.alias.given()) {
      admit(path + ".alias", "a project has a name");
    } else if (name != *p.alias) {
      lose(&p.alias, nearly("two projects cannot have one name", name));
      if (p.id.absent()) {
        lose(&p, nearly("two projects cannot have one name; it is made as `" + name + "`"));
        admit("principals[" + std::string(ir::principal_kind_name(p.kind)) + ":" + name + "]", "a project has a name");
      }
    }
    admit(path + ".extras[", "a project says where its provider keys come from");
    if (gateway_.cache.enabled.absent()) admit("cache.enabled", "a project says whether it caches");
    for (const ir::Budget& b : p.budgets)
      lose(&b, dropped("a project has no budget",
                       is_new() && p.kind == PrincipalKind::Team
                           ? "share it out among the keys, or write the enterprise edition, which has teams"
                           : "share it out among the project's keys"));
    lose_rest(p);
  }
  put_file(Entity::Project, std::exchange(bodies, {}));
  put_file(Entity::Team, std::move(teams));
  std::set<std::string> addresses;
  for (const ir::Principal& p : gateway_.principals) {
    if (p.kind != PrincipalKind::User) continue;
    if (!same() && p.email.given() && !addresses.insert(*p.email).second) {
      lose(&p, {Fate::Manual, DiagId::DroppedPrincipal, "another user has the same e-mail address", "",
                "add the user with an address of their own"});
      continue;
    }
    auto body = member_body(p);
    if (body) bodies.push_back(*std::move(body));
  }
  put_file(Entity::Member, std::exchange(bodies, {}));
  for (const RouteOut& r : routes_) {
    if (r.form == Form::Dynamic) bodies.push_back(kept_route_body(r));
  }
  put_file(Entity::DynamicRoute, std::exchange(bodies, {}));
  bool organization = false;
  for (const ir::Principal& p : gateway_.principals) {
    const bool key = p.kind == PrincipalKind::Key;
    if (key) {
      bodies.push_back(api_key_body(p));
      continue;
    }
    if (p.kind == PrincipalKind::Organization && !organization) {
      organization = true;
      continue;
    }
    if (p.kind == PrincipalKind::Project || p.kind == PrincipalKind::Team || p.kind == PrincipalKind::User) continue;
    lose(&p, {p.kind == PrincipalKind::BudgetRow ? Fate::Approximated : Fate::Manual, DiagId::DroppedPrincipal,
              std::string(word_of(p.kind)), "",
              p.kind == PrincipalKind::BudgetRow ? "" : "set it up by hand where it matters"});
  }
  put_file(Entity::ApiKey, std::move(bodies));
}

Out Writer::team_body(const ir::Principal& p) {
  Out body = Out::mapping();
  const std::string path = path_of(p);
  if (p.alias.given()) {
    body.add("name", *p.alias);
  } else if (!same()) {
    body.add("name", p.id.value);
    admit(path + ".alias", "a team has a name");
  }
  put_budgets(body, p, path, false);
  Out rules = rules_of(p, nullptr, path);
  if (!rules.empty()) body.add("iamRules", std::move(rules));
  put(body, p.extras);
  if (p.id.given()) body.at("_sourceId") = Out(*p.id);
  if (!same()) lose_rest(p);
  return body;
}

/// Without an address nobody can be invited.
std::optional<Out> Writer::member_body(const ir::Principal& p) {
  if (!same() && !p.email.given()) {
    lose(&p, {Fate::Manual, DiagId::DroppedPrincipal, "a member needs an e-mail address", "",
              "invite the user by their address"});
    return std::nullopt;
  }
  Out body = Out::mapping();
  const std::string path = path_of(p);
  if (p.email.given()) body.add("email", *p.email);
  if (p.role.given()) {
    const std::string role(same() ? std::string_view(*p.role) : role_of(*p.role));
    body.add("role", role);
    if (!same() && role != *p.role) lose(&p.role, nearly("the nearest role; the rights differ", role));
  } else if (!same()) {
    body.add("role", "developer");
    if (p.role.absent()) {
      admit(path + ".role", "a member has a role");
    } else {
      Loss loss = manual("the role comes from the environment", "give the user a role by hand");
      loss.written = "developer";
      lose(&p.role, std::move(loss));
    }
  }
  if (is_new() || same()) {
    put_budgets(body, p, path, false);
  } else {
    for (const ir::Budget& b : p.budgets)
      lose(&b,
           dropped("a member has no limit in this version", "write `llmgateway@N`, or set limits on the user's keys"));
  }
  if (same() || enterprise()) {
    Out rules = rules_of(p, nullptr, path);
    if (!rules.empty()) body.add("iamRules", std::move(rules));
  }
  put(body, p.extras);
  if (p.alias.given()) body.at("_name") = Out(*p.alias);
  if (p.team.given() && (same() || enterprise())) {
    const ir::Principal* team = principal(PrincipalKind::Team, p.team);
    body.at("_team") = Out(team != nullptr && team->alias.given() ? *team->alias : *p.team);
    if (!same())
      context_.steps.push_back("Put `" + *p.email + "` into the team `" +
                               (team != nullptr && team->alias.given() ? *team->alias : *p.team) +
                               "` in the dashboard.");
  }
  if (p.id.given()) body.at("_sourceId") = Out(*p.id);
  if (!same()) lose_rest(p);
  return body;
}

bool Writer::put_kept_budgets(Out& body, const ir::Principal& p, bool lifetime_null) {
  bool lifetime = false;
  for (const ir::Budget& b : p.budgets) {
    if (!b.amount.given() || !b.window.given()) continue;
    if (b.window->kind == ir::WindowKind::Lifetime && !lifetime) {
      lifetime = true;
      body.add("usageLimit", b.amount->text());
    }
  }
  if (!lifetime && lifetime_null) body.add("usageLimit", Out());
  for (const ir::Budget& b : p.budgets) {
    if (!b.amount.given() || !b.window.given() || b.window->kind == ir::WindowKind::Lifetime) continue;
    body.add("periodUsageLimit", b.amount->text());
    bool exact = false;
    const auto period = period_of(*b.window, exact);
    const std::size_t space = b.window->text.find(' ');
    if (period) {
      body.add("periodUsageDurationValue", Out::integer(period->value));
      body.add("periodUsageDurationUnit", period->unit);
    } else if (space != std::string::npos) {
      body.add("periodUsageDurationValue", Out::number(b.window->text.substr(0, space)));
      body.add("periodUsageDurationUnit", b.window->text.substr(space + 1));
    }
    break;
  }
  return true;
}

/// One limit for good and, in the newer snapshot, one of a period.
void Writer::put_budgets(Out& body, const ir::Principal& p, const std::string& path, bool lifetime_null) {
  if (same()) {
    static_cast<void>(put_kept_budgets(body, p, lifetime_null));
    return;
  }
  const ir::Budget* lifetime = nullptr;
  const ir::Budget* periodic = nullptr;
  for (const ir::Budget& b : p.budgets) {
    if (!is_plain(b)) {
      lose(&b, dropped("a limit is a sum of dollars for all that is spent", "watch this part of the spend by hand"));
      continue;
    }
    if (is_lifetime(b)) {
      if (lifetime != nullptr) {
        lose(&b, dropped("there is one limit for good", "keep the lower of both"));
        continue;
      }
      lifetime = &b;
      lose_if(b.soft, skipped("there is no soft limit"));
      lose_if(b.id, skipped("the limit stands on the object itself"));
      if (b.window.absent()) admit(path + ".budgets[", "a limit without a period never starts anew");
      continue;
    }
    if (!is_new()) {
      Loss loss = dropped("this version has limits for good only, which would not start anew",
                          "write `llmgateway@N`, or raise `usageLimit` by hand each period");
      lose(&b, std::move(loss));
      continue;
    }
    bool exact = false;
    const auto period = b.window.given() ? period_of(*b.window, exact) : std::nullopt;
    if (!period) {
      Loss loss =
          dropped("a period is of whole hours, days, weeks or months, an hour at least and twelve months at most",
                  "choose a period that the gateway takes");
      loss.code = DiagId::LlmgatewayPeriod;
      lose(&b, std::move(loss));
      continue;
    }
    if (periodic != nullptr) {
      lose(&b, dropped("there is one limit of a period", "keep the stricter of both"));
      continue;
    }
    periodic = &b;
    if (exact) {
      lose_if(b.soft, skipped("there is no soft limit"));
      lose_if(b.id, skipped("the limit stands on the object itself"));
    } else {
      lose(&b,
           nearly("$" + b.amount->text() + " for " + std::to_string(period->value) + " " + std::string(period->unit) +
                  (period->value == 1 ? "" : "s") + ", counted from the first use after the last period"));
      admit(path + ".budgets[", "a period opens at the first use, not at midnight or the first of a month");
    }
  }
  if (lifetime != nullptr)
    body.add("usageLimit", lifetime->amount->text());
  else if (lifetime_null)
    body.add("usageLimit", Out());
  if (periodic == nullptr) return;
  bool exact = false;
  const auto period = period_of(*periodic->window, exact);
  body.add("periodUsageLimit", periodic->amount->text());
  body.add("periodUsageDurationValue", Out::integer(period->value));
  body.add("periodUsageDurationUnit", period->unit);
}

Out Writer::api_key_body(const ir::Principal& p) {
  Out body = Out::mapping();
  std::string path = path_of(p);
  std::string name = p.alias.given() ? *p.alias : p.id.given() ? *p.id : "key";
  if (same()) {
    if (p.alias.given()) body.add("description", name);
  } else {
    const std::string wanted = name;
    for (int n = 2; !project_taken_.insert("key\n" + name).second; ++n) name = wanted + " " + std::to_string(n);
    body.add("description", name);
    if (!p.alias.given()) {
      admit(path + ".alias", "a key has a description");
    } else if (name != *p.alias) {
      lose(&p.alias, nearly("two keys cannot have one description", name));
      if (p.id.absent()) {
        lose(&p, nearly("two keys cannot have one description; it is made as `" + name + "`"));
        path = "principals[key:" + name + "]";
        admit(path, "a key has a description");
      }
    }
  }
  put_budgets(body, p, path, true);
  if (p.blocked.given() && (same() || *p.blocked)) body.add("status", *p.blocked ? "inactive" : "active");
  if (!same() && p.blocked.given() && !*p.blocked) lose(&p.blocked, skipped("a key is active unless told otherwise"));
  if (same() && p.expires.given()) body.add("expiresAt", *p.expires);
  const ir::Principal* team = principal(PrincipalKind::Team, p.team);
  Out rules = rules_of(p, enterprise() ? nullptr : team, path);
  if (!rules.empty()) body.add("iamRules", std::move(rules));
  put(body, p.extras);
  if (p.id.given()) body.at("_sourceId") = Out(*p.id);
  const ir::Principal* project = principal(PrincipalKind::Project, p.project);
  const auto project_of = [&](const ir::Principal* q) {
    const auto known = project_names_.find(q);
    return known == project_names_.end() ? nullptr : &known->second;
  };
  if (same()) {
    const std::string* of_team = project_of(team);
    if (p.project.given())
      body.at("_project") = Out(project != nullptr && project->alias.given() ? *project->alias : *p.project);
    if (p.team.given() && of_team != nullptr && p.project.absent())
      body.at("_project") = Out(*of_team);
    else if (p.team.given())
      body.at("_team") = Out(team != nullptr && team->alias.given() ? *team->alias : *p.team);
  } else {
    const std::string* of_team = project_of(team);
    const std::string* of_project = project_of(project);
    if (of_project != nullptr) {
      body.at("_project") = Out(*of_project);
      if (p.team.given()) body.at("_team") = Out(team != nullptr && team->alias.given() ? *team->alias : *p.team);
    } else if (of_team != nullptr) {
      body.at("_project") = Out(*of_team);
    } else {
      body.at("_project") = Out(kDefaultProject);
      if (p.project.absent()) admit(path + ".project", "a key belongs to a project");
      if (p.team.given()) body.at("_team") = Out(team != nullptr && team->alias.given() ? *team->alias : *p.team);
    }
    if (!p.project.absent() && of_project == nullptr) {
      Loss loss = manual("the project is not among the inputs", "move the key to a project of that name");
      if (of_team == nullptr) loss.written = std::string(kDefaultProject);
      lose(&p.project, std::move(loss));
    }
  }
  if (p.user.given()) {
    const ir::Principal* user = principal(PrincipalKind::User, p.user);
    body.at("_user") = Out(user != nullptr && user->email.given() && user->id.absent() ? *user->email : *p.user);
  }
  if (!same()) lose_rest(p);
  return body;
}

Out Writer::rule(std::string_view type, std::string_view key, Out list) const {
  Out rule = Out::mapping();
  rule.add("ruleType", type);
  Out value = Out::mapping();
  value.add(std::string(key), std::move(list));
  rule.add("ruleValue", std::move(value));
  rule.add("status", "active");
  return rule;
}

/// The ids that a name stands for in a rule.
std::vector<std::string> Writer::roots_for(const std::string& name, bool& known) const {
  known = true;
  for (const RouteOut& r : routes_) {
    if (r.name == name) return r.roots;
  }
  for (const auto& [alias, at] : aliases_) {
    if (alias->name == name) return routes_[at].roots;
  }
  std::vector<std::string> roots;
  if (name.find('*') != std::string::npos) {
    for (const RouteOut& r : routes_) {
      if (!passes::matches_pattern(name, r.name, true)) continue;
      for (const std::string& root : r.roots) {
        if (std::ranges::find(roots, root) == roots.end()) roots.push_back(root);
      }
    }
    return roots;
  }
  known = false;
  return {name};
}

/// At most one rule of each kind, which means the same in both snapshots: what the key and its team both allow.
Out Writer::rules_of(const ir::Principal& p, const ir::Principal* team, const std::string& path) {
  Out rules = Out::sequence();
  const auto special = [&](const std::string& name) {
    return !same() && (name == "all-team-models" || name == "all-proxy-models");
  };
  const bool own = std::ranges::any_of(p.models.items, [&](const auto& m) { return !special(*m); });
  const bool above = !same() && team != nullptr && !team->models.items.empty() &&
                     std::ranges::none_of(team->models.items, [](const auto& m) { return *m == "all-proxy-models"; });
  const bool empty_rule = same() && p.models.given() && p.models.items.empty();
  std::vector<std::string> names;
  std::string written;  // what reading back finds, in order
  const ir::List<std::string>* source = own ? &p.models : above ? &team->models : nullptr;
  for (std::size_t i = 0; source != nullptr && i < source->items.size(); ++i) {
    const ir::Field<std::string>& m = source->items[i];
    const bool allowed =
        !own || !above || std::ranges::any_of(team->models.items, [&](const auto& t) { return *t == *m; });
    if (allowed && !special(*m))
      names.push_back(*m);
    else if (own && !allowed)
      lose(&m, nearly("the key's team does not allow it"));
  }
  if (source != nullptr || empty_rule) {
    std::vector<std::string> ids;
    for (const std::string& name : names) {
      bool known = false;
      for (std::string& root : roots_for(name, known)) {
        if (std::ranges::find(ids, root) == ids.end()) ids.push_back(std::move(root));
      }
    }
    if (!same()) {
      // what reading back finds
      std::set<std::string> covered;
      std::set<std::string> found;
      for (const RouteOut& r : routes_) {
        if (r.roots.empty()) continue;
        const bool all = std::ranges::all_of(
            r.roots, [&](const std::string& root) { return std::ranges::find(ids, root) != ids.end(); });
        if (!all) continue;
        if (found.insert(r.name).second) (written += written.empty() ? "" : ", ") += r.name;
        covered.insert(r.roots.begin(), r.roots.end());
      }
      for (const std::string& id : ids) {
        if (!covered.contains(id) && found.insert(id).second) (written += written.empty() ? "" : ", ") += id;
      }
      std::set<std::string> wanted(names.begin(), names.end());
      for (const auto& m : p.models.items) {
        if (special(*m) || found.contains(*m) || !wanted.contains(*m)) continue;
        Loss loss = m->find('*') != std::string::npos
                        ? manual("a rule names models, not patterns; those that the pattern covers here are listed",
                                 "list further models in the rule")
                        : nearly("a rule names the model, not what the clients call it");
        lose(&m, std::move(loss));
      }
      if (std::ranges::any_of(found, [&](const std::string& name) { return !wanted.contains(name); }))
        admit(path + ".models", "names that lead to one model are allowed together");
      if (!own) admit(path + ".models", "the models of its team stand on each of its keys");
      if (ids.empty()) {
        Loss loss = manual("no model is left that the key may use", "list models in the rule");
        loss.written = "[]";
        lose(&p.models, std::move(loss));
        admit(path + ".models", "no model is allowed");
      }
    }
    Out list = Out::sequence();
    for (const std::string& id : ids) list.push(id);
    rules.push(rule("allow_models", "models", std::move(list)));
  }
  if (!same()) {
    if (!own && !p.models.absent()) {
      lose(&p.models, nearly(above ? "the models of its team" : "without a rule every model is allowed",
                             above && p.models.items.empty() ? "[" + written + "]" : std::string()));
      for (const auto& m : p.models.items)
        lose(&m, nearly(above ? "the models of its team" : "without a rule every model is allowed"));
    } else if (own) {
      for (const auto& m : p.models.items) {
        if (special(*m)) lose(&m, nearly("a rule names models"));
      }
    }
  }
  if (!p.allowed_ips.absent() && (same() || enterprise()))
    rules.push(rule("allow_ip_cidrs", "ipCidrs", to_out(p.allowed_ips)));
  if (same()) {
    for (const ir::Extra& e : p.extras) {
      if (e.section == "iamRules") rules.push(open(e.value, ""));
    }
  }
  return rules;
}

/// What no body of this kind has a place for.
void Writer::lose_rest(const ir::Principal& p) {
  const bool key = p.kind == PrincipalKind::Key;
  const bool user = p.kind == PrincipalKind::User;
  const bool team = p.kind == PrincipalKind::Team;
  const bool rules = key || ((user || team) && enterprise());
  lose_if(p.secret, manual("the gateway mints new keys", "give the clients the new key of `" +
                                                             (p.alias.given() ? *p.alias : p.id.value) +
                                                             "`, which apply.sh writes to secrets.out"));
  if (!user) lose_if(p.email, skipped("the object has no address"));
  lose_if(p.organization, skipped("it belongs to the organization that it is made in"));
  if (!(key || (user && enterprise())))
    lose_if(p.team, manual("it cannot be put into a team", "make a project or key for it where it matters"));
  if (key && !p.team.given())
    lose_if(p.team, manual("which team it is in is not known here", "move the key to a project by hand"));
  if (!key) lose_if(p.user, skipped("it belongs to nobody in particular"));
  if (key && !p.user.given())
    lose_if(p.user, manual("whose key it is is not known here", "nothing to do at the gateway"));
  if (!key) lose_if(p.project, skipped("it belongs to the organization"));
  lose_if(p.budget_id, nearly("the limits of the budget row stand on the object itself"));
  if (!user) lose_if(p.role, manual("only members have roles", "give the role to a member"));
  if (!rules) {
    const Loss loss = team ? nearly("it stands on each of the team's keys")
                           : manual("only keys have rules in this edition", "list the models in a rule of each key");
    lose_if(p.models, loss);
    for (const auto& m : p.models.items) lose(&m, loss);
  } else if (!p.models.absent() && !p.models.given()) {
    lose(&p.models, manual("which models it may use is not known here", "list them in a rule `allow_models`"));
  }
  for (const ir::Alias& a : p.aliases)
    lose(&a, manual("aliases of one key or team have no place", "let these clients ask for `" + a.target.value + "`"));
  for (const ir::Limit& l : p.limits)
    lose(&l, dropped(l.counts == ir::Counted::Requests ? "a key has no limit of requests"
                                                       : "the gateway counts neither tokens nor parallel calls",
                     "limit it in a proxy before the gateway, or at the provider"));
  if (!key) {
    lose_if(p.blocked, p.blocked.given() && !*p.blocked
                           ? skipped("it is not blocked")
                           : manual("it cannot be blocked when it is made", "make no keys for it"));
  } else if (p.blocked.state == ir::State::Unknown) {
    lose(&p.blocked, manual("whether it is blocked is not known here", "set the status of the key by hand"));
  }
  lose_if(p.expires, manual("when a key ends is set in the dashboard only", "delete or expire the key by hand"));
  if (!(rules && enterprise()))
    lose_if(p.allowed_ips,
            manual("rules on addresses are those of the enterprise edition", "allow the addresses in the network"));
  lose_if(p.allowed_routes, manual("API paths are not restricted", "restrict them in a proxy before the gateway"));
  lose_if(p.tags, skipped("it has no tags"));
  for (const ir::Param& m : p.metadata) lose(&m, skipped("it has no metadata"));
}

/// Limits of requests that the operator of the newer snapshot sets for a provider and model.
std::vector<Out> Writer::rate_limits() {
  std::vector<Out> bodies;
  const auto row = [](std::string_view provider, std::string_view model, bool day, const Decimal& amount) {
    Out body = Out::mapping();
    if (!provider.empty()) body.add("provider", provider);
    if (!model.empty()) body.add("model", model);
    body.add("limitType", day ? "rpd" : "rpm");
    body.add("maxRequests", Out::integer(amount.floor().value_or(0)));
    body.add("enforcement", "per_org");
    body.add("mode", "strict");
    return body;
  };
  if (same()) {
    for (const ir::Limit& l : gateway_.limits) {
      std::string provider = l.scope.provider.value;
      const std::string_view id = provider_of(provider, Snapshot::N);
      if (!id.empty() && kind_of(id) == provider) provider = id;
      bodies.push_back(row(provider, l.scope.model.value, l.window->seconds == 86'400, *l.amount));
    }
    return bodies;
  }
  if (!is_new()) return bodies;
  std::map<std::pair<std::string, std::string>, Decimal> sums;
  std::set<const ir::Deployment*> counted;
  for (const KeyOut& key : keys_) {
    if (key.custom) continue;
    for (const ir::Deployment* d : key.users) {
      if (!counted.insert(d).second) continue;
      const auto address = address_of(*d);
      if (!address || address->model.find('*') != std::string::npos) continue;
      for (const ir::Limit& l : d->limits) {
        const bool hint = l.hint.given() && *l.hint;
        const bool rate = l.counts == ir::Counted::Requests && l.amount.given() && l.window.given() &&
                          l.window->seconds == 60 && l.scope.per.absent() && !l.amount->is_negative();
        if (hint || !rate) continue;
        const auto [found, fresh] = sums.try_emplace({key.provider, address->model}, *l.amount);
        if (!fresh) found->second = found->second.plus(*l.amount).value_or(found->second);
      }
    }
  }
  for (const auto& [target, amount] : sums) {
    bodies.push_back(row(target.first, target.second, false, amount));
    admit("limits[", "the operator limits the requests of a provider and model for the organization");
  }
  return bodies;
}

}  // namespace gatec::targets::llmgateway
