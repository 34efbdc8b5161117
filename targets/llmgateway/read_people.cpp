#include "targets/llmgateway/reader.h"

#include <algorithm>

namespace gatec::targets::llmgateway {
namespace {

/// How others in the IR name a principal: by its id, else by what it is called.
std::string name_of(const ir::Principal& p) {
  return p.id.given() ? *p.id : p.alias.given() ? *p.alias : p.email.value;
}

}  // namespace

void Reader::Named::add(const Node& node, std::string_view name, std::size_t at) {
  index.emplace(std::string(name), at);
  if (const Node* id = node.get("id"); id != nullptr && id->is_scalar()) index.emplace(std::string(id->text()), at);
}

bool Reader::money(const Node& node, std::string_view what, ir::Field<base::Decimal>& into) {
  if (!into.absent()) return false;
  if (node.is_string()) {
    const auto number = base::Decimal::parse(node.text());
    if (!number) return false;
    into = {*number, ir::Origin(node.leaf())};
    return true;
  }
  into = kit_.decimal(node, what);
  return into.given();
}

void Reader::finish_budgets(ir::Principal& p, ir::Field<base::Decimal> lifetime, ir::Field<base::Decimal> amount,
                            const Node* value, const Node* unit) {
  if (lifetime.given()) {
    ir::Budget& budget = p.budgets.emplace_back();
    budget.amount = std::move(lifetime);
    budget.window = {lifetime_window(), ir::Origin(rules::kLifetime)};
  }
  const Place place{&p.extras, ""};
  const auto number = value != nullptr && value->is_scalar() ? kit_.integer(*value, "periodUsageDurationValue")
                                                             : ir::Field<std::int64_t>();
  const auto window =
      number.given() && unit != nullptr && unit->is_string() ? period_window(*number, unit->text()) : std::nullopt;
  if (amount.given() && window) {
    ir::Budget& budget = p.budgets.emplace_back();
    budget.amount = std::move(amount);
    ir::Origin from(unit->leaf(), rules::kPeriod);
    from.add(value->leaf());
    budget.window = {*window, std::move(from)};
    return;
  }
  if (amount.given()) {
    ir::Budget& budget = p.budgets.emplace_back();
    budget.amount = std::move(amount);
    ir::Window invalid;
    invalid.kind = ir::WindowKind::Invalid;
    budget.window = {std::move(invalid), ir::Origin(rules::kPeriod)};
  }
  if (value != nullptr) keep_wrong(place, "periodUsageDurationValue", *value);
  if (unit != nullptr) keep_wrong(place, "periodUsageDurationUnit", *unit);
}

void Reader::read_organization(const Object& o) {
  if (all(Entity::Organization).front().node != o.node) {
    report(DiagId::LlmgatewayReference, *o.node, "one organization is read at a time");
    keep_object(o, DiagId::NotModelled, ir::Fate::Manual, "convert each organization on its own");
    return;
  }
  // without a name it is the one that is there, and what it says are settings
  const bool named = o.node->get("name") != nullptr || o.node->get("_sourceId") != nullptr;
  ir::Principal p;
  p.kind = ir::PrincipalKind::Organization;
  const Place place{named ? &p.extras : &gateway_.extras, named ? "" : "organization"};
  walk(*o.node, keys().root("$organization"), place, [&](std::string_view key, const Node& value) {
    if (key == "name" || key == "_sourceId") {
      ir::Field<std::string>& field = key == "name" ? p.alias : p.id;
      field = kit_.string(value, key, true);
      return field.given();
    }
    return value.is_sequence();
  });
  if (named) gateway_.principals.push_back(std::move(p));
}

void Reader::read_project(const Object& o) {
  const Node& node = *o.node;
  const std::size_t at = gateway_.principals.size();
  ir::Principal& p = gateway_.principals.emplace_back();
  p.kind = ir::PrincipalKind::Project;
  const Place place{&p.extras, ""};
  Caching caching{nullptr, nullptr, at};
  ir::Origin kind_from;
  const bool first = projects_.index.empty();
  walk(node, keys().root("$project"), place, [&](std::string_view key, const Node& value) {
    if (key == "name" || key == "_sourceId") {
      ir::Field<std::string>& field = key == "name" ? p.alias : p.id;
      field = kit_.string(value, key, true);
      return field.given();
    }
    if (key == "cachingEnabled") return value.is_scalar() && value.as_bool() && (caching.enabled = &value) != nullptr;
    if (key == "cacheDurationSeconds") return value.is_number() && (caching.seconds = &value) != nullptr;
    if (key == "defaultRoutingStrategy") {
      const auto policy = value.is_string() ? policy_of(value.text()) : std::nullopt;
      if (!policy || !first) {
        keep_as(place, key, value, DiagId::NotModelled, ir::Fate::Manual,
                "decide how the target gateway picks a provider");
        return true;
      }
      gateway_.routing.policy = {*policy, ir::Origin(value.leaf())};
      lay_out("strategy", ir::Value::string(std::string(value.text())));
      return true;
    }
    if (key == "_kind") {
      if (!value.is_string() || value.text() != "team") return false;
      p.kind = ir::PrincipalKind::Team;
      kind_from.add(value.leaf());
      return true;
    }
    return value.is_sequence();
  });
  if (p.alias.absent()) report(DiagId::LlmgatewayRequired, node, "`name` is missing, the API refuses the body");
  (p.alias.absent() ? p.id.from : p.alias.from).add(kind_from);
  if (p.kind == ir::PrincipalKind::Team) lay_out("project team", ir::Value::string(name_of(p)));
  const Node* mode = node.get("mode");
  if (first && mode != nullptr && mode->is_string()) mode_ = mode->text();
  caching_.push_back(caching);
  projects_.add(node, p.alias.given() ? *p.alias : p.id.value, at);
}

/// One cache for all projects, where they agree; else each keeps its own word.
void Reader::cache_of_projects() {
  if (caching_.empty()) return;
  const auto text = [](const Node* n) { return n != nullptr ? n->text() : std::string_view(); };
  const bool agree = std::ranges::all_of(caching_, [&](const Caching& c) {
    return text(c.enabled) == text(caching_.front().enabled) && text(c.seconds) == text(caching_.front().seconds);
  });
  const bool on = caching_.front().enabled != nullptr && *caching_.front().enabled->as_bool();
  const auto seconds = caching_.front().seconds != nullptr ? caching_.front().seconds->number() : std::nullopt;
  const auto ttl = seconds ? base::Decimal::parse(*seconds) : std::nullopt;
  for (const Caching& c : caching_) {
    const Place place{&gateway_.principals[c.principal].extras, ""};
    if (!agree) {
      for (const auto& [key, node] :
           {std::pair("cachingEnabled", c.enabled), std::pair("cacheDurationSeconds", c.seconds)}) {
        if (node != nullptr)
          keep_as(place, key, *node, DiagId::NotModelled, ir::Fate::Manual,
                  "set up the cache of these clients by hand");
      }
      continue;
    }
    if (c.enabled != nullptr) {
      gateway_.cache.enabled.state = ir::State::Given;
      gateway_.cache.enabled.value = on;
      gateway_.cache.enabled.from.add(c.enabled->leaf());
    }
    if (c.seconds != nullptr && on && ttl) {
      gateway_.defaults.cache.ttl.state = ir::State::Given;
      gateway_.defaults.cache.ttl.value = *ttl;
      gateway_.defaults.cache.ttl.from.add(c.seconds->leaf());
    } else if (c.seconds != nullptr) {
      keep_as(place, "cacheDurationSeconds", *c.seconds, DiagId::NotModelled, ir::Fate::Skipped,
              "nothing to do: the cache is off");
    }
  }
  if (agree && on) {
    gateway_.defaults.cache.mode = {"simple", ir::Origin(rules::kExact)};
    if (gateway_.defaults.cache.ttl.absent())
      gateway_.defaults.cache.ttl = {base::Decimal(60), ir::Origin(rules::kCacheTtl)};
  }
}

void Reader::read_team(const Object& o) {
  const std::size_t at = gateway_.principals.size();
  ir::Principal& p = gateway_.principals.emplace_back();
  p.kind = ir::PrincipalKind::Team;
  ir::Field<base::Decimal> lifetime;
  ir::Field<base::Decimal> amount;
  const Node* value_of = nullptr;
  const Node* unit = nullptr;
  walk(*o.node, keys().root("$team"), {&p.extras, ""}, [&](std::string_view key, const Node& value) {
    if (key == "usageLimit") return money(value, key, lifetime);
    if (key == "periodUsageLimit") return money(value, key, amount);
    if (key == "periodUsageDurationValue") return value.is_scalar() && (value_of = &value) != nullptr;
    if (key == "periodUsageDurationUnit") return value.is_scalar() && (unit = &value) != nullptr;
    if (key == "iamRules") {
      if (!value.is_sequence()) return false;
      read_rules(value, p);
      return true;
    }
    ir::Field<std::string>& field = key == "name" ? p.alias : p.id;
    if (!field.absent()) return false;
    field = kit_.string(value, key, true);
    return field.given();
  });
  finish_budgets(p, std::move(lifetime), std::move(amount), value_of, unit);
  if (p.alias.absent()) report(DiagId::LlmgatewayRequired, *o.node, "`name` is missing, the API refuses the body");
  teams_.add(*o.node, p.alias.given() ? *p.alias : p.id.value, at);
}

void Reader::read_member(const Object& o) {
  const std::size_t at = gateway_.principals.size();
  ir::Principal& p = gateway_.principals.emplace_back();
  p.kind = ir::PrincipalKind::User;
  ir::Field<base::Decimal> lifetime;
  ir::Field<base::Decimal> amount;
  const Node* value_of = nullptr;
  const Node* unit = nullptr;
  walk(*o.node, keys().root("$member"), {&p.extras, ""}, [&](std::string_view key, const Node& value) {
    if (key == "usageLimit") return money(value, key, lifetime);
    if (key == "periodUsageLimit") return money(value, key, amount);
    if (key == "periodUsageDurationValue") return value.is_scalar() && (value_of = &value) != nullptr;
    if (key == "periodUsageDurationUnit") return value.is_scalar() && (unit = &value) != nullptr;
    if (key == "iamRules") {
      if (!value.is_sequence()) return false;
      read_rules(value, p);
      return true;
    }
    ir::Field<std::string>& field = key == "email"   ? p.email
                                    : key == "role"  ? p.role
                                    : key == "_name" ? p.alias
                                    : key == "_team" ? p.team
                                                     : p.id;
    if (!field.absent()) return false;
    field = kit_.string(value, key, true);
    return field.given();
  });
  finish_budgets(p, std::move(lifetime), std::move(amount), value_of, unit);
  if (p.team.given()) {
    const auto team = teams_.index.find(*p.team);
    if (team != teams_.index.end()) p.team.value = name_of(gateway_.principals[team->second]);
  }
  const Node* user = o.node->get("user");
  const Node* nested = user != nullptr && user->is_mapping() ? user->get("email") : nullptr;
  if (p.email.absent() && nested != nullptr && nested->is_string())
    p.email = {std::string(nested->text()), ir::Origin(nested->leaf())};
  if (p.email.absent()) report(DiagId::LlmgatewayRequired, *o.node, "`email` is missing, the API refuses the body");
  members_.add(*o.node, p.email.given() ? *p.email : p.id.value, at);
  if (p.id.given()) members_.index.emplace(*p.id, at);
}

void Reader::read_api_key(const Object& o) {
  const Node& node = *o.node;
  ir::Principal& p = gateway_.principals.emplace_back();
  p.kind = ir::PrincipalKind::Key;
  const Place place{&p.extras, ""};
  ir::Field<base::Decimal> lifetime;
  ir::Field<base::Decimal> amount;
  const Node* value_of = nullptr;
  const Node* unit = nullptr;
  const Node* project = nullptr;
  walk(node, keys().root("$api_key"), place, [&](std::string_view key, const Node& value) {
    if (key == "usageLimit") return money(value, key, lifetime);
    if (key == "periodUsageLimit") return money(value, key, amount);
    if (key == "periodUsageDurationValue") return value.is_scalar() && (value_of = &value) != nullptr;
    if (key == "periodUsageDurationUnit") return value.is_scalar() && (unit = &value) != nullptr;
    if (key == "iamRules") {
      if (!value.is_sequence()) return false;
      read_rules(value, p);
      return true;
    }
    if (key == "projectId" || key == "_project") {
      if (!value.is_scalar() || project != nullptr) return false;
      project = &value;
      return true;
    }
    if (key == "status") {
      if (!value.is_string() || (value.text() != "active" && value.text() != "inactive")) return false;
      p.blocked = {value.text() == "inactive", ir::Origin(value.leaf())};
      return true;
    }
    ir::Field<std::string>& field = key == "description" ? p.alias
                                    : key == "expiresAt" ? p.expires
                                    : key == "_team"     ? p.team
                                    : key == "_user"     ? p.user
                                                         : p.id;
    if (!field.absent()) return false;
    field = kit_.string(value, key, true);
    return field.given();
  });
  finish_budgets(p, std::move(lifetime), std::move(amount), value_of, unit);
  if (p.alias.absent()) report(DiagId::LlmgatewayRequired, node, "`description` is missing, the API refuses the body");
  if (project != nullptr) {
    const auto found = projects_.index.find(project->text());
    ir::Field<std::string> name(std::string(project->text()), ir::Origin(project->leaf()));
    bool of_team = false;
    if (found != projects_.index.end()) {
      const ir::Principal& above = gateway_.principals[found->second];
      of_team = above.kind == ir::PrincipalKind::Team;
      name.value = name_of(above);
    } else if (!projects_.index.empty()) {
      report(DiagId::LlmgatewayReference, *project, quoted(project->text()) + " is none of the projects here");
    }
    ir::Field<std::string>& field = of_team && p.team.absent() ? p.team : p.project;
    field = std::move(name);
  } else if (o.parent != nullptr) {
    const Node* name = o.parent->get("name");
    const auto found =
        name != nullptr && name->is_scalar() ? projects_.index.find(name->text()) : projects_.index.end();
    if (found != projects_.index.end()) {
      const ir::Principal& above = gateway_.principals[found->second];
      ir::Field<std::string>& field = above.kind == ir::PrincipalKind::Team && p.team.absent() ? p.team : p.project;
      field = {name_of(above), ir::Origin(name->leaf())};
    }
  }
  if (p.team.given()) {
    const auto team = teams_.index.find(*p.team);
    if (team != teams_.index.end()) p.team.value = name_of(gateway_.principals[team->second]);
  }
  if (p.user.given()) {
    const auto user = members_.index.find(*p.user);
    if (user != members_.index.end()) p.user.value = name_of(gateway_.principals[user->second]);
  }
}

void Reader::read_rules(const Node& node, ir::Principal& p) {
  if (node.empty()) {
    settle(node, ir::Fate::Skipped, DiagId::NotModelled, "without rules everything is allowed");
    return;
  }
  std::size_t n = 0;
  for (const Node* rule : node.elements()) {
    if (read_rule(*rule, p)) continue;
    p.extras.push_back(kit_.extra("iamRules", "#" + std::to_string(++n), *rule, DiagId::NotModelled, ir::Fate::Manual,
                                  "set who may use what at the target gateway"));
  }
}

/// The first active list of models, and of addresses, is what the IR has; other rules are kept.
bool Reader::read_rule(const Node& node, ir::Principal& p) {
  if (!node.is_mapping()) return false;
  const Node* type = node.get("ruleType");
  const Node* value = node.get("ruleValue");
  const Node* status = node.get("status");
  if (type == nullptr || !type->is_string() || value == nullptr || !value->is_mapping() || value->size() != 1)
    return false;
  if (status != nullptr && !(status->is_string() && status->text() == "active")) return false;
  for (const Entry& e : node.entries()) {
    const std::string_view key = e.key->text();
    const bool own = key == "ruleType" || key == "ruleValue" || key == "status";
    const bool returned = key == "id" || key == "apiKeyId" || key == "createdAt" || key == "updatedAt";
    if (!own && !returned) return false;
  }
  const bool models = type->text() == "allow_models";
  const Node* list = value->get(models ? "models" : "ipCidrs");
  if ((!models && type->text() != "allow_ip_cidrs") || list == nullptr || !list->is_sequence()) return false;
  ir::List<std::string>& into = models ? p.models : p.allowed_ips;
  if (!into.absent() || !std::ranges::all_of(list->elements(), [](const Node* e) { return e->is_string(); }))
    return false;
  for (const Entry& e : node.entries()) {
    const std::string_view key = e.key->text();
    if (key == "id" || key == "apiKeyId" || key == "createdAt" || key == "updatedAt")
      settle(*e.value, ir::Fate::Skipped, DiagId::ReadOnlyField, "only the gateway's API writes this field");
  }
  ir::Origin around(type->leaf());
  if (status != nullptr) around.add(status->leaf());
  if (models) {
    allow(*list, p, around);
    return true;
  }
  into = kit_.strings(*list, "ipCidrs");
  if (into.items.empty())
    into.from.add(around);
  else
    into.items.front().from.add(around);
  return into.given();
}

/// Rules name models; the IR names what clients ask for. A name is allowed if all that it leads to is.
void Reader::allow(const Node& list, ir::Principal& p, const ir::Origin& around) {
  if (list.empty()) {
    p.models.state = ir::State::Given;
    p.models.from = ir::Origin(list.leaf());
    p.models.from.add(around);
    return;
  }
  std::map<std::string_view, const Node*> ids;
  std::set<std::string_view> covered;
  for (const Node* e : list.elements()) ids.emplace(e->text(), e);
  // in the order of the rule, by the first of its ids that leads to a name
  std::vector<std::pair<std::size_t, std::pair<std::string, ir::Origin>>> found;
  const auto place_of = [&](const Node* node) {
    return static_cast<std::size_t>(std::ranges::find(list.elements(), node) - list.elements().begin());
  };
  for (const ir::Route& route : gateway_.routes) {
    const auto roots = roots_.find(*route.name);
    if (roots == roots_.end() || roots->second.empty()) continue;
    ir::Origin from;
    std::size_t place = SIZE_MAX;
    bool all = true;
    for (const std::string& root : roots->second) {
      const auto id = ids.find(root);
      if (id == ids.end()) {
        all = false;
        break;
      }
      from.add(id->second->leaf());
      place = std::min(place, place_of(id->second));
    }
    if (!all) continue;
    for (const std::string& root : roots->second) covered.insert(ids.find(root)->first);
    found.emplace_back(place, std::pair(*route.name, std::move(from)));
  }
  for (const Node* e : list.elements()) {
    if (covered.contains(e->text())) continue;
    found.emplace_back(place_of(e), std::pair(std::string(e->text()), ir::Origin(e->leaf())));
  }
  std::ranges::stable_sort(found, [](const auto& a, const auto& b) { return a.first < b.first; });
  for (auto& [place, item] : found) p.models.push(std::move(item.first), std::move(item.second));
  // what is written twice counts once
  for (const Node* e : list.elements()) {
    if (ids.at(e->text()) != e) p.models.items.front().from.add(e->leaf());
  }
  p.models.items.front().from.add(around);
}

void Reader::read_rate_limit(const Object& o) {
  const Node& node = *o.node;
  const auto text_at = [&](std::string_view key) {
    const Node* n = node.get(key);
    return n != nullptr && n->is_string() ? n->text() : std::string_view();
  };
  const Node* most = node.get("maxRequests");
  const std::string_view type = text_at("limitType");
  const auto number = most != nullptr && most->is_number() ? most->number() : std::nullopt;
  const auto amount = number ? base::Decimal::parse(*number) : std::nullopt;
  const bool plain = amount && !amount->is_negative() && (type == "rpm" || type == "rpd") &&
                     (node.get("enforcement") == nullptr || text_at("enforcement") == "per_org") &&
                     (node.get("mode") == nullptr || text_at("mode") == "strict") && node.get("reason") == nullptr &&
                     (!text_at("provider").empty() || !text_at("model").empty()) &&
                     std::ranges::all_of(node.entries(), [](const Entry& e) {
                       return keys().root("$rate_limit").child(e.key->text()).named();
                     });
  if (!plain) {
    keep_object(o, DiagId::NotModelled, ir::Fate::Manual, "set this limit at the target gateway");
    return;
  }
  ir::Limit& limit = gateway_.limits.emplace_back();
  limit.counts = ir::Counted::Requests;
  limit.amount = {*amount, ir::Origin(most->leaf())};
  limit.window = {sliding(type == "rpm" ? 60 : 86'400), ir::Origin(node.get("limitType")->leaf(), rules::kMinute)};
  for (const Entry& e : node.entries()) {
    const std::string_view key = e.key->text();
    if (e.value->is_null()) {
      settle(*e.value, ir::Fate::Skipped, DiagId::NotModelled, "null says nothing");
    } else if (key == "provider") {
      limit.scope.provider = {is_provider(e.value->text()) ? kind_of(e.value->text()) : std::string(e.value->text()),
                              ir::Origin(e.value->leaf())};
    } else if (key == "model") {
      limit.scope.model = {std::string(e.value->text()), ir::Origin(e.value->leaf())};
    } else if (key == "enforcement" || key == "mode") {
      limit.amount.from.add(e.value->leaf());
    } else if (key == "id") {
      settle(*e.value, ir::Fate::Skipped, DiagId::ReadOnlyField, "only the gateway's API writes this field");
    }
  }
}

}  // namespace gatec::targets::llmgateway
