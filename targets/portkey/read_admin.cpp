#include "compiler/facts/providers.h"
#include "targets/portkey/portkey.h"
#include "targets/portkey/reader.h"

namespace gatec::targets::portkey {
namespace {

using doc::Entry;
using ir::Fate;

constexpr std::string_view kNamesIt = "nothing to do: it names the object";

/// camelCase keys of a legacy virtual key (page 3.4).
struct LegacyKey {
  std::string_view key, snake;
};
constexpr LegacyKey kLegacyKeys[] = {
    {"resourceName", "azure_resource_name"},
    {"apiVersion", "api_version"},
    {"workersAiAccountId", "workers_ai_account_id"},
    {"vertexProjectId", "vertex_project_id"},
    {"vertexRegion", "vertex_region"},
    {"awsRegion", "aws_region"},
    {"awsAccessKeyId", "aws_access_key_id"},
    {"awsSecretAccessKey", "aws_secret_access_key"},
    {"vertexServiceAccountJson", "vertex_service_account_json"},
};

std::string_view snake_of(std::string_view key) {
  for (const LegacyKey& k : kLegacyKeys) {
    if (k.key == key) return k.snake;
  }
  return key;
}

/// Modes of signing in that say what is so anyhow.
bool is_plain_mode(std::string_view key, const Node& value) {
  return key == "aws_auth_type" || key == "vertex_auth_type" ||
         (key == "azure_auth_mode" && value.is_string() && value.text() == "default");
}

}  // namespace

void Reader::read_admin(const Held& held) {
  const Node& node = *held.node;
  switch (held.object) {
    case Object::Workspace: read_workspace(node); break;
    case Object::Integration: read_integration(node); break;
    case Object::IntegrationModels: read_integration_models(node, integration_of(held)); break;
    case Object::IntegrationWorkspaces: read_integration_workspaces(node, integration_of(held)); break;
    case Object::Provider:
    case Object::VirtualKey: read_provider_object(node, held.object); break;
    case Object::ApiKey: read_api_key(node); break;
    case Object::UsagePolicy:
    case Object::RatePolicy: read_policy(node, held.object); break;
    case Object::Guardrail: read_guardrail(node); break;
    case Object::SecretReference:
    case Object::SavedConfig:
    case Object::Config:
    case Object::Unknown: read_kept_object(node, held.object); break;
  }
}

/// "payloads/03-integration-models.openai-prod.json" → openai-prod: the address is part of the call, not of the body.
std::string Reader::integration_of(const Held& held) {
  std::string_view name = held.input->name;
  const std::size_t slash = name.find_last_of('/');
  if (slash != std::string_view::npos) name.remove_prefix(slash + 1);
  const std::size_t dot = name.find('.');
  const std::size_t last = name.rfind('.');
  if (dot == std::string_view::npos || last <= dot) return {};
  return std::string(name.substr(dot + 1, last - dot - 1));
}

ir::Field<std::string> Reader::take_text(const Node& node, std::string_view key) {
  const Node* value = node.get(key);
  if (value == nullptr || !value->is_string()) return {};
  return text(*value, key);
}

/// Keys that were not taken: kept or told by their rows.
void Reader::rest(const Node& node, KeyTable::Cursor rows, const std::set<std::string_view>& taken,
                  std::string_view section, std::vector<ir::Extra>& extras) {
  for (const Entry& entry : node.entries()) {
    const std::string_view key = entry.key->text();
    if (taken.contains(key)) continue;
    const KeyRow* row = rows.child(key).row();
    if (row != nullptr && row->handling == Handling::Read) {
      keep_as(extras, section, key, *entry.value, DiagId::NotModelled, Fate::Skipped, kNamesIt);
    } else {
      keep_key(extras, section, rows, entry);
    }
  }
}

void Reader::read_metadata(const Node& node, ir::Principal& principal, std::string_view root) {
  const Node* defaults = node.get("defaults");
  if (defaults == nullptr) return;
  if (!defaults->is_mapping() || defaults->empty()) {
    keep_whole(*defaults, "defaults", principal.extras);
    return;
  }
  const KeyTable::Cursor rows = keys().root(root).child("defaults");
  for (const Entry& entry : defaults->entries()) {
    const std::string_view key = entry.key->text();
    if (key != "metadata" || !entry.value->is_mapping() || entry.value->empty()) {
      if (key == "metadata")
        keep_whole(*entry.value, "defaults.metadata", principal.extras);
      else
        keep_key(principal.extras, "defaults", rows, entry);
      continue;
    }
    for (const Entry& m : entry.value->entries()) {
      const std::string_view name = m.key->text();
      if (name == kSourceId && principal.id.absent() && m.value->is_string()) {
        principal.id = {std::string(m.value->text()), m.value->leaf()};
        source_ids_.insert(*principal.id);
      } else if (name == "_user" && principal.user.absent() && m.value->is_string()) {
        principal.user = {std::string(m.value->text()), m.value->leaf()};
      } else {
        principal.metadata.push_back({std::string(name), kit_.value(*m.value, name)});
      }
    }
  }
}

void Reader::read_workspace(const Node& node) {
  ir::Principal p;
  p.kind = ir::PrincipalKind::Team;
  p.id = take_text(node, "id");
  p.alias = take_text(node, "name");
  read_metadata(node, p, "$workspace");
  if (const Node* limits = node.get("rate_limits")) read_limits(*limits, "rate_limits", p.limits, p.extras);
  if (const Node* budgets = node.get("usage_limits")) read_budgets(*budgets, "usage_limits", p.budgets, p.extras);
  rest(node, keys().root("$workspace"),
       taken({{"id", !p.id.absent()},
              {"name", !p.alias.absent()},
              {"defaults", true},
              {"rate_limits", true},
              {"usage_limits", true}}),
       "", p.extras);
  const std::string id = p.id.given() ? *p.id : p.alias.value;
  for (const std::string_view key : {std::string_view("id"), std::string_view("slug"), std::string_view("name")}) {
    const Node* value = node.get(key);
    if (value == nullptr || !value->is_string()) continue;
    workspaces_.emplace(std::string(value->text()), id);
    workspaces_.emplace("env(" + workspace_variable(value->text()) + ")", id);
  }
  gateway_.principals.push_back(std::move(p));
}

std::set<std::string_view> Reader::taken(std::initializer_list<std::pair<std::string_view, bool>> keys) {
  std::set<std::string_view> out;
  for (const auto& [key, is_taken] : keys) {
    if (is_taken) out.insert(key);
  }
  return out;
}

/// The workspace by whatever name the object has for it.
ir::Field<std::string> Reader::take_workspace(const Node& node) {
  ir::Field<std::string> field = take_text(node, "workspace_id");
  if (field.absent()) return field;
  if (const auto known = workspaces_.find(field.value); known != workspaces_.end()) {
    field.state = ir::State::Given;
    field.value = known->second;
  }
  return field;
}

void Reader::read_api_key(const Node& node) {
  ir::Principal p;
  p.kind = ir::PrincipalKind::Key;
  p.id = take_text(node, "id");
  p.alias = take_text(node, "name");
  p.team = take_workspace(node);
  p.user = take_text(node, "user_id");
  p.organization = take_text(node, "organisation_id");
  p.expires = take_text(node, "expires_at");
  bool has_secret = false;
  if (const Node* key = node.get("key"); key != nullptr && key->is_string()) {
    p.secret = kit_.credential(*key, "key");
    has_secret = p.secret.given();
  }
  read_metadata(node, p, "$api_key");
  if (const Node* limits = node.get("rate_limits")) read_limits(*limits, "rate_limits", p.limits, p.extras);
  if (const Node* budgets = node.get("usage_limits")) read_budgets(*budgets, "usage_limits", p.budgets, p.extras);
  rest(node, keys().root("$api_key"),
       taken({{"id", node.get("id") && node.get("id")->is_string()},
              {"name", !p.alias.absent()},
              {"workspace_id", !p.team.absent()},
              {"user_id", node.get("user_id") && !p.user.absent()},
              {"organisation_id", !p.organization.absent()},
              {"expires_at", !p.expires.absent()},
              {"defaults", true},
              {"rate_limits", true},
              {"usage_limits", true},
              {"key", has_secret}}),
       "", p.extras);
  gateway_.principals.push_back(std::move(p));
}

/// One setting of a provider by its key in snake_case. False where it has no place.
bool Reader::read_configuration(std::string_view key, const Node& value, ir::Provider& provider) {
  const std::string_view kind = provider.kind.given() ? std::string_view(*provider.kind) : std::string_view();
  const auto field = [&](ir::Field<std::string>& into) {
    if (!into.absent() || !value.is_string()) return false;
    into = text(value, key);
    return !into.absent();
  };
  if (key == "openai_organization") return field(provider.organization);
  if (key == "api_version" || (key == "azure_api_version" && kind != "azure_openai"))
    return field(provider.api_version);
  if (key == "azure_resource_name" && value.is_string() && provider.base_url.absent()) {
    provider.base_url = {"https://" + std::string(value.text()) + ".openai.azure.com", value.leaf()};
    return true;
  }
  if (key == "custom_host" && value.is_string() && provider.base_url.absent()) {
    const std::string_view suffix = host_suffix(kind);
    const std::string_view url = value.text();
    if (!url.ends_with(suffix)) return false;
    provider.base_url = {std::string(url.substr(0, url.size() - suffix.size())), value.leaf()};
    from_environment(provider.base_url);
    return true;
  }
  if (key == "custom_headers" && value.is_mapping() && !value.empty()) {
    for (const Entry& h : value.entries())
      provider.headers.push_back({std::string(h.key->text()), kit_.value(*h.value, h.key->text())});
    return true;
  }
  const ParamName* name = param_by_key(key, kind);
  if (name != nullptr && name->canonical == "@region") return field(provider.region);
  if (name != nullptr && name->canonical == "@api_version") return field(provider.api_version);
  if (name != nullptr && name->canonical == "@base_url") return field(provider.base_url);
  if (name == nullptr && !is_provider_key(key)) return false;
  if (is_plain_mode(key, value)) return false;
  provider.params.push_back({std::string(name != nullptr ? name->canonical : key), kit_.value(value, key)});
  return true;
}

ir::Field<std::string> Reader::kind_of(const Node& node, std::string_view key) {
  ir::Field<std::string> field = take_text(node, key);
  if (!field) return field;
  const facts::ProviderFacts* facts = facts::provider_by_portkey_slug(*field);
  if (facts != nullptr) field.value = facts->kind;
  return field;
}

/// An integration is a set of credentials; what no set has (the kind, headers, models) goes to the providers that use
/// it.
void Reader::read_integration(const Node& node) {
  ir::CredentialSet set;
  ir::Provider values;
  set.name = take_text(node, "slug");
  const bool has_slug = !set.name.absent();
  if (!has_slug) set.name = take_text(node, "name");
  values.kind = kind_of(node, "ai_provider_id");
  if (values.kind.given() && facts::provider_by_kind(*values.kind) == nullptr) {
    report(DiagId::PortkeyUnknownProvider, node.get("ai_provider_id")->span(),
           "`" + *values.kind + "` is no provider that gatec knows");
  }
  const Node* key = node.get("key");
  if (key != nullptr && key->is_string()) values.api_key = kit_.credential(*key, "key");
  const Node* configurations = node.get("configurations");
  if (configurations != nullptr && configurations->is_mapping() && !configurations->empty()) {
    read_configurations(*configurations, values, set.extras);
  } else if (configurations != nullptr) {
    keep_whole(*configurations, "configurations", set.extras);
  }
  rest(node, keys().root("$integration"),
       taken({{"slug", has_slug},
              {"name", !has_slug && !set.name.absent()},
              {"key", !values.api_key.absent()},
              {"configurations", true}}),
       "", set.extras);
  if (const Node* pinned = node.get("default_provider_slug"); pinned != nullptr && pinned->is_string()) {
    default_slugs_.emplace(std::string(pinned->text()), set.name.value);
  }
  Beside& beside = beside_[set.name.value];
  beside.kind = std::move(values.kind);
  beside.headers = std::move(values.headers);
  values.kind = {};
  values.headers.clear();
  set.values = std::move(values);
  gateway_.credential_sets.push_back(std::move(set));
}

void Reader::read_configurations(const Node& node, ir::Provider& values, std::vector<ir::Extra>& extras) {
  // a custom host is where the calls go, whatever the resource is called
  const Node* host = node.get("custom_host");
  const bool host_first = host != nullptr && read_configuration("custom_host", *host, values);
  for (const Entry& entry : node.entries()) {
    const std::string_view name = entry.key->text();
    if (host_first && name == "custom_host") continue;
    const bool headers = name == "custom_headers";
    if (read_configuration(name, *entry.value, values) && !headers) continue;
    if (name == "azure_deployment_config") read_deployment_config(*entry.value, values);
    keep_as(extras, "configurations", name, *entry.value, DiagId::NotModelled, Fate::Skipped,
            "nothing to do: it goes with the other settings");
  }
}

/// All deployments of one integration have one API version, or none is taken for them all.
void Reader::read_deployment_config(const Node& list, ir::Provider& values) {
  if (!list.is_sequence()) return;
  ir::Field<std::string> version;
  for (const Node* one : list.elements()) {
    const Node* value = one->is_mapping() ? one->get("azure_api_version") : nullptr;
    if (value == nullptr || !value->is_string()) return;
    if (version.given() && *version != value->text()) return;
    if (version.given())
      version.from.add(value->leaf());
    else
      version = {std::string(value->text()), value->leaf()};
  }
  from_environment(version);
  if (values.api_version.absent()) values.api_version = std::move(version);
}

ir::CredentialSet* Reader::integration(std::string_view slug) {
  for (ir::CredentialSet& set : gateway_.credential_sets) {
    if (set.name.value == slug) return &set;
  }
  return nullptr;
}

void Reader::read_integration_models(const Node& node, const std::string& slug) {
  ir::CredentialSet* set = integration(slug);
  if (set == nullptr) {
    read_kept_object(node, Object::IntegrationModels);
    return;
  }
  const Node* all = node.get("allow_all_models");
  const bool everything = all != nullptr && all->as_bool().value_or(false);
  if (all != nullptr)
    keep_as(set->extras, "models", "allow_all_models", *all, DiagId::NotModelled, Fate::Skipped, "nothing to do");
  std::size_t index = 0;
  for (const Node* model : node.get("models")->elements()) {
    const std::string key = "[" + std::to_string(index++) + "]";
    const Node* name = model->is_mapping() ? model->get("slug") : nullptr;
    const Node* enabled = model->is_mapping() ? model->get("enabled") : nullptr;
    if (!everything && name != nullptr && name->is_string() &&
        (enabled == nullptr || enabled->as_bool().value_or(false))) {
      beside_[slug].models.push(std::string(name->text()), name->leaf());
      if (enabled != nullptr) beside_[slug].models.items.back().from.add(enabled->leaf());
    }
    keep_as(set->extras, "models.models", key, *model, DiagId::NotModelled, Fate::Skipped,
            "nothing to do: it goes with the integration");
  }
  for (const Entry& entry : node.entries()) {
    const std::string_view key = entry.key->text();
    if (key != "models" && key != "allow_all_models")
      keep_key(set->extras, "models", keys().root("$integration_models"), entry);
  }
}

/// Grants: who has the integration, under which slug, with which limits.
void Reader::read_integration_workspaces(const Node& node, const std::string& slug) {
  ir::CredentialSet* set = integration(slug);
  if (set == nullptr) {
    read_kept_object(node, Object::IntegrationWorkspaces);
    return;
  }
  const auto pin = [&](const Node& grant) {
    const Node* pinned = grant.get("default_provider_slug");
    if (pinned != nullptr && pinned->is_string()) default_slugs_.emplace(std::string(pinned->text()), slug);
  };
  pin(node);
  const auto limits_of = [&](const Node& grant, const std::string& whose, const std::string& path) {
    ir::Scope scope;
    scope.provider = {"@" + slug, ir::Origin(rules::kGrant)};
    if (!whose.empty()) scope.per.push("if workspace " + whose, ir::Origin(rules::kGrant));
    if (const Node* rates = grant.get("rate_limits")) {
      const std::size_t first = gateway_.limits.size();
      read_limits(*rates, path + ".rate_limits", gateway_.limits, set->extras);
      for (std::size_t i = first; i < gateway_.limits.size(); ++i) gateway_.limits[i].scope = scope;
    }
    if (const Node* usage = grant.get("usage_limits")) {
      const std::size_t first = gateway_.budgets.size();
      read_budgets(*usage, path + ".usage_limits", gateway_.budgets, set->extras);
      for (std::size_t i = first; i < gateway_.budgets.size(); ++i) gateway_.budgets[i].scope = scope;
    }
  };
  const KeyTable::Cursor grants = keys().root("$integration_workspaces");
  for (const Entry& entry : node.entries()) {
    const std::string_view key = entry.key->text();
    if (key == "global_workspace_access" && entry.value->is_mapping() && !entry.value->empty()) {
      limits_of(*entry.value, "", "workspaces.global_workspace_access");
      rest(*entry.value, grants.child(key), {"rate_limits", "usage_limits"}, "workspaces.global_workspace_access",
           set->extras);
    } else if (key == "workspaces" && entry.value->is_sequence() && !entry.value->empty()) {
      std::size_t index = 0;
      for (const Node* grant : entry.value->elements()) {
        const std::string path = "workspaces.workspaces.[" + std::to_string(index++) + "]";
        if (!grant->is_mapping() || grant->empty()) {
          keep_whole(*grant, path, set->extras);
          continue;
        }
        pin(*grant);
        const Node* id = grant->get("id");
        limits_of(*grant, id != nullptr ? std::string(id->text()) : "", path);
        rest(*grant, grants.child(key).element(), {"rate_limits", "usage_limits"}, path, set->extras);
      }
    } else {
      keep_as(set->extras, "workspaces", key, *entry.value, DiagId::NotModelled, Fate::Skipped,
              "nothing to do: it goes with the integration");
    }
  }
}

void Reader::read_provider_object(const Node& node, Object object) {
  ir::Provider p;
  p.name = take_text(node, "slug");
  const bool has_slug = !p.name.absent();
  if (!has_slug) p.name = take_text(node, "name");
  const bool legacy = object == Object::VirtualKey;
  const Node* display = node.get("name");
  const bool same_name = has_slug && display != nullptr && display->is_string() && display->text() == p.name.value;
  if (same_name) p.name.from.add(display->leaf());
  p.kind = legacy ? kind_of(node, "provider") : ir::Field<std::string>::unknown(ir::Origin(rules::kSlugKind));
  if (!legacy) p.credential_set = take_text(node, "integration_id");
  const Node* key = node.get("key");
  if (key != nullptr && key->is_string()) p.api_key = kit_.credential(*key, "key");
  p.owner = take_workspace(node);
  std::set<std::string_view> done = taken({{"slug", has_slug},
                                           {"name", same_name || (!has_slug && !p.name.absent())},
                                           {"provider", legacy && !p.kind.absent()},
                                           {"integration_id", !p.credential_set.absent()},
                                           {"key", !p.api_key.absent()},
                                           {"workspace_id", !p.owner.absent()},
                                           {"rate_limits", true},
                                           {"usage_limits", true}});
  if (legacy) {
    for (const Entry& entry : node.entries()) {
      const std::string_view name = entry.key->text();
      const std::string_view snake = snake_of(name);
      if (snake != name && read_configuration(snake, *entry.value, p)) done.insert(name);
    }
  }
  if (const Node* limits = node.get("rate_limits")) read_limits(*limits, "rate_limits", p.limits, p.extras);
  if (const Node* budgets = node.get("usage_limits")) read_budgets(*budgets, "usage_limits", p.budgets, p.extras);
  rest(node, keys().root(legacy ? "$virtual_key" : "$provider"), done, "", p.extras);
  const std::string slug = p.name.value;
  if (!slug.empty() && by_slug_.contains(slug)) {
    report(DiagId::DuplicateEntity, node.span(), "two providers are named `" + slug + "`; the first counts");
    settle(node, Fate::Skipped, DiagId::DuplicateEntity, "a provider of the same name is stated before");
    return;
  }
  if (same_name)
    object_of_slug_.emplace(slug, legacy ? "virtual_key, named" : "provider, named");
  else
    object_of_slug_.emplace(slug, legacy ? "virtual_key" : "provider");
  by_slug_.emplace(slug, gateway_.add(std::move(p)));
}

void Reader::read_policy(const Node& node, Object object) {
  const Node* inner = node.get("policy");
  const bool wrapped = inner != nullptr && inner->is_mapping();
  const Node& body = wrapped ? *inner : node;
  const bool rate = object == Object::RatePolicy;
  ir::Limit limit;
  ir::Budget budget;
  const Node* type = body.get("type");
  const Node* unit = body.get("unit");
  const Node* value = body.get("value");
  const bool good =
      rate ? type != nullptr && unit != nullptr && value != nullptr && read_rate(*type, *unit, *value, limit)
           : read_budget(body, budget);
  if (!good) return read_kept_object(node, object);
  const std::string_view kind = rate ? "rate_policies" : "usage_policies";
  const std::string section = std::string(kind) + "." + std::to_string(++counted_[std::string(kind)]);
  ir::Origin general;  // of conditions that hold for all
  read_scope(body, section, rate ? limit.scope : budget.scope, general);
  for (const Entry& entry : body.entries()) {
    const std::string_view key = entry.key->text();
    const bool is_limit = rate ? (key == "type" || key == "unit" || key == "value")
                               : (is_budget_key(key) || (key == "name" && entry.value->is_string()));
    const bool is_scope =
        (key == "conditions" || key == "group_by") && entry.value->is_sequence() && !entry.value->empty();
    if (is_limit || is_scope) continue;
    keep_as(gateway_.extras, section, key, *entry.value, DiagId::NotModelled, Fate::Skipped,
            "nothing to do: it goes with the policy");
  }
  for (const Entry& entry : node.entries()) {
    if (!wrapped || entry.key->text() == "policy") continue;
    keep_as(gateway_.extras, section, "wrapper." + std::string(entry.key->text()), *entry.value, DiagId::NotModelled,
            Fate::Skipped, "nothing to do");
  }
  if (rate) {
    limit.amount.from.add(general);
    gateway_.limits.push_back(std::move(limit));
  } else {
    (budget.amount ? budget.amount.from : budget.soft.from).add(general);
    budget.id = take_text(body, "name");
    gateway_.budgets.push_back(std::move(budget));
  }
}

void Reader::read_guardrail(const Node& node) {
  ir::Guardrail g;
  g.name = take_text(node, "slug");
  const bool has_slug = !g.name.absent();
  if (!has_slug) g.name = take_text(node, "name");
  std::set<std::string_view> done =
      taken({{"slug", has_slug}, {"name", !has_slug && !g.name.absent()}, {"checks", true}, {"actions", true}});
  for (const std::string_view key : {std::string_view("checks"), std::string_view("actions")}) {
    if (const Node* value = node.get(key)) g.params.push_back({std::string(key), kit_.value(*value, key)});
  }
  rest(node, keys().root("$guardrail"), done, "", g.extras);
  gateway_.guardrails.push_back(std::move(g));
}

void Reader::read_kept_object(const Node& node, Object object) {
  const std::string_view section = root_name(object).substr(1);
  keep_as(gateway_.extras, "objects", std::string(section) + "." + std::to_string(++counted_[std::string(section)]),
          node, DiagId::NotModelled, Fate::Manual, "set up this object by hand");
}

/// Slugs that an integration makes a provider of, and slugs that nobody declares.
void Reader::resolve_providers() {
  for (ir::Provider& p : gateway_.providers) {
    if (!p.name.given() || !p.credential_set.absent() || p.kind.given()) continue;
    const auto pinned = default_slugs_.find(*p.name);
    const std::string slug = pinned != default_slugs_.end() ? pinned->second : *p.name;
    if (integration(slug) != nullptr) p.credential_set = {slug, ir::Origin(rules::kGrant)};
  }
  for (ir::Provider& p : gateway_.providers) {
    if (!p.credential_set.given()) continue;
    const auto beside = beside_.find(*p.credential_set);
    if (beside == beside_.end()) continue;
    if (!p.kind.given()) p.kind = beside->second.kind;
    if (p.headers.empty()) p.headers = beside->second.headers;
    if (p.models.absent()) p.models = beside->second.models;
  }
}

}  // namespace gatec::targets::portkey
