#include "compiler/facts/providers.h"
#include "compiler/limits/algebra.h"
#include "targets/worldflow/reader.h"

#include <algorithm>

namespace gatec::targets::worldflow {
namespace {

/// "<openai-integration-id>" → "openai"; nothing for text of another form.
std::optional<std::string> adjective(std::string_view text) {
  if (!text.starts_with('<') || !text.ends_with('>')) return std::nullopt;
  text = text.substr(1, text.size() - 2);
  for (const std::string_view ending :
       {std::string_view("integration-id"), std::string_view("provider-id"), std::string_view("team-id"),
        std::string_view("user-id"), std::string_view("id")}) {
    if (!text.ends_with(ending)) continue;
    text.remove_suffix(ending.size());
    while (text.ends_with('-')) text.remove_suffix(1);
    return std::string(text);
  }
  return std::nullopt;
}

struct ModelType {
  std::string_view type, mode;
};
constexpr ModelType kModelTypes[] = {{"CHAT", "chat"},
                                     {"EMBEDDING", "embedding"},
                                     {"IMAGE", "image_generation"},
                                     {"AUDIO", "audio_transcription"},
                                     {"COMPLETION", "completion"}};

}  // namespace

void Reader::Names::add(const Node& object, Entity entity, std::string_view name, std::size_t at) {
  index.emplace(reference(entity, name), at);
  index.emplace(std::string(name), at);
  if (const Node* id = object.get("id"); id != nullptr && id->is_scalar()) index.emplace(std::string(id->text()), at);
  if (const Node* id = object.get("_id"); id != nullptr && id->is_string())
    index.emplace("@" + std::string(id->text()), at);
  if (const Node* id = object.get("slug"); id != nullptr && id->is_string()) index.emplace(std::string(id->text()), at);
  slugs.resize(std::max(slugs.size(), at + 1));
  slugs[at] = slug(name);
}

/// By reference, id or name; the guides' `<openai-integration-id>` by the word in it, or if there is only one that can
/// be meant.
std::optional<std::size_t> Reader::Names::find(std::string_view text) const {
  if (const auto found = index.find(text); found != index.end()) return found->second;
  const auto word = adjective(text);
  if (!word) return std::nullopt;
  std::vector<std::size_t> fitting;
  for (std::size_t i = 0; i < slugs.size(); ++i) {
    if (slugs.size() == 1 || (!word->empty() && slugs[i].find(*word) != std::string::npos)) fitting.push_back(i);
  }
  return fitting.size() == 1 ? std::optional(fitting.front()) : std::nullopt;
}

/// An integration has no place of its own in the IR: what it says belongs to the providers that go through it.
void Reader::read_integration(const Node& node) {
  const std::size_t at = held_.size();
  Integration& held = held_.emplace_back();
  held.node = &node;
  ir::Provider& values = held.values;
  const Place place{&values.extras, "integration"};
  const Node* name = nullptr;
  const Node* type = nullptr;
  const Node* id = nullptr;
  walk(node, keys().root("$integration"), place, [&](std::string_view key, const Node& value) {
    if (key == "name") return value.is_scalar() && (name = &value) != nullptr;
    if (key == "providerType") return value.is_string() && (type = &value) != nullptr;
    if (key == "apiKey") {
      values.api_key = kit_.credential(value, key);
      return values.api_key.given();
    }
    if (key == "baseUrl" || key == "endpointUrl") {
      if (!values.base_url.absent()) return false;
      values.base_url = text(value, key);
      return !values.base_url.absent();
    }
    if (key == "config") {
      if (!value.is_mapping() || value.empty()) return false;
      read_config(value, values);
      return true;
    }
    if (key == "_id") return value.is_scalar() && (id = &value) != nullptr;
    return false;
  });
  if (name != nullptr) {
    held.name = name->text();
    held.from.add(name->leaf());
  } else {
    held.name = "integration-" + std::to_string(at + 1);
    report(DiagId::WorldflowRequired, node, "`name` is missing, the API refuses the body");
  }
  if (id != nullptr) held.from.add(id->leaf());
  const bool has_project =
      std::ranges::any_of(values.params, [](const ir::ProviderParam& p) { return p.name == "vertex_project"; });
  if (type != nullptr) {
    const std::string url = values.base_url.given() ? *values.base_url : std::string();
    const auto kind = provider_kind(type->text(), url, has_project);
    if (!kind)
      report(DiagId::WorldflowProviderType, *type,
             quoted(type->text()) + " is no provider type that either form of the API has");
    values.kind = {kind.value_or(std::string(type->text())), ir::Origin(type->leaf())};
    if (type->text() == "CUSTOM") values.kind.from.set_rule(rules::kCustom);
  } else {
    report(DiagId::WorldflowRequired, node, "`providerType` is missing, the API refuses the body");
  }
  integrations_.add(node, Entity::Integration, held.name, at);
}

void Reader::read_config(const Node& node, ir::Provider& values) {
  const Place place{&values.extras, "integration.config"};
  walk(node, keys().root("$integration").child("config"), place, [&](std::string_view key, const Node& value) {
    if (key == "project") {
      if (!value.is_string()) return false;
      values.params.push_back({"vertex_project", kit_.value(value, key)});
      return true;
    }
    ir::Field<std::string>& field = key == "apiVersion" ? values.api_version
                                    : key == "region"   ? values.region
                                                        : values.organization;
    field = text(value, key);
    return !field.absent();
  });
}

/// What no provider goes through.
void Reader::keep_integrations() {
  for (const Integration& held : held_) {
    if (held.used) continue;
    gateway_.extras.push_back(kit_.extra("integrations", "#" + std::to_string(++kept_objects_), *held.node,
                                         DiagId::NotModelled, ir::Fate::Skipped,
                                         "nothing to do: no provider goes through it"));
  }
}

void Reader::add_limit(std::vector<ir::Limit>& limits, ir::Counted counts, ir::Field<base::Decimal> amount,
                       ir::Window window) {
  ir::Limit& limit = limits.emplace_back();
  limit.counts = counts;
  limit.amount = std::move(amount);
  limit.window = {std::move(window), ir::Origin(rules::kMinute)};
}

void Reader::add_budget(std::vector<ir::Budget>& budgets, ir::Field<base::Decimal> amount) {
  ir::Budget& budget = budgets.emplace_back();
  budget.amount = std::move(amount);
  budget.window = {*period_window("monthly"), ir::Origin(rules::kMonth)};
}

void Reader::read_provider(const Node& node) {
  const std::size_t at = gateway_.providers.size();
  ir::Provider& provider = gateway_.providers.emplace_back();
  provider_types_.resize(at + 1);
  const Place place{&provider.extras, ""};
  const Node* type = nullptr;
  const Node* integration = nullptr;
  const Node* id = nullptr;
  const auto limits = [&](const Node& map) {
    const Place inner{&provider.extras, "rateLimits"};
    walk(map, keys().root("$provider").child("rateLimits"), inner, [&](std::string_view key, const Node& value) {
      ir::Field<base::Decimal> amount;
      if (!whole(value, key, amount)) return false;
      add_limit(provider.limits, key == "rpm" ? ir::Counted::Requests : ir::Counted::Tokens, std::move(amount),
                limits::fixed_minute());
      return true;
    });
  };
  walk(node, keys().root("$provider"), place, [&](std::string_view key, const Node& value) {
    ir::Field<base::Decimal> amount;
    if (key == "name") {
      provider.name = kit_.string(value, key, true);
      return provider.name.given();
    }
    if (key == "integrationId") return value.is_string() && (integration = &value) != nullptr;
    if (key == "providerType") return value.is_string() && (type = &value) != nullptr;
    if (key == "_id") return value.is_scalar() && (id = &value) != nullptr;
    if (key == "rateLimitRpm") {
      const bool twice =
          std::ranges::any_of(provider.limits, [](const ir::Limit& l) { return l.counts == ir::Counted::Requests; });
      if (twice || !whole(value, key, amount)) return false;
      add_limit(provider.limits, ir::Counted::Requests, std::move(amount), limits::fixed_minute());
      return true;
    }
    if (key == "rateLimits") {
      if (!value.is_mapping() || value.empty() || !provider.limits.empty()) return false;
      limits(value);
      return true;
    }
    if (key == "monthlyBudgetCents") {
      if (!provider.budgets.empty() || !cents(value, key, amount)) return false;
      add_budget(provider.budgets, std::move(amount));
      return true;
    }
    if (key == "budget") {
      if (!value.is_mapping() || value.empty() || !provider.budgets.empty()) return false;
      const Place inner{&provider.extras, "budget"};
      walk(value, keys().root("$provider").child("budget"), inner, [&](std::string_view, const Node& limit) {
        ir::Field<base::Decimal> usd;
        if (!cents(limit, "monthlyLimitCents", usd)) return false;
        add_budget(provider.budgets, std::move(usd));
        return true;
      });
      return true;
    }
    return false;
  });
  if (provider.name.absent()) {
    provider.name = {"provider-" + std::to_string(at + 1), ir::Origin(rules::kCustom)};
    report(DiagId::WorldflowRequired, node, "`name` is missing, the API refuses the body");
  }
  if (id != nullptr) provider.name.from.add(id->leaf());
  ir::Origin around;
  if (type != nullptr) around.add(type->leaf());
  if (integration != nullptr) around.add(integration->leaf());
  const auto found = integration != nullptr ? integrations_.find(integration->text()) : std::nullopt;
  if (found) {
    Integration& held = held_[*found];
    around.add(held.from);
    const ir::Provider& values = held.values;
    provider.kind = values.kind;
    provider.base_url = values.base_url;
    provider.region = values.region;
    provider.api_version = values.api_version;
    provider.organization = values.organization;
    provider.api_key = values.api_key;
    provider.params = values.params;
    if (!held.used) provider.extras.insert(provider.extras.begin(), values.extras.begin(), values.extras.end());
    held.used = true;
    lay_out("integration " + *provider.name, ir::Value::string(held.name));
  } else if (integration != nullptr) {
    lay_out("outside integration " + *provider.name, ir::Value::string(std::string(integration->text())));
    if (!all(Entity::Integration).empty())
      report(DiagId::WorldflowReference, *integration,
             quoted(integration->text()) + " is none of the integrations here");
  } else {
    report(DiagId::WorldflowRequired, node, "`integrationId` is missing, the API refuses the body");
  }
  if (type != nullptr) provider_types_[at] = type->text();
  if (provider.kind.absent() && type != nullptr)
    provider.kind = {provider_kind(type->text(), "", false).value_or(std::string(type->text())), {}};
  if (provider.kind.absent())
    provider.name.from.add(around);
  else
    provider.kind.from.add(around);
  providers_.add(node, Entity::Provider, *provider.name, at);
}

void Reader::read_price(const Node& node, std::string_view key, std::string_view unit, ir::Deployment& deployment,
                        const Place& place) {
  const ir::Field<base::Decimal> per_thousand = number(node, key);
  const auto each = per_thousand.given() ? per_thousand->divided_by(base::Decimal(1000)) : std::nullopt;
  const bool twice = std::ranges::any_of(deployment.prices, [&](const ir::Price& p) { return p.unit == unit; });
  if (!each || twice) {
    keep_wrong(place, key, node);
    return;
  }
  deployment.prices.push_back({std::string(unit), "", {*each, per_thousand.from}});
}

void Reader::read_model(const Node& node) {
  ir::Deployment deployment;
  const Place place{&deployment.extras, ""};
  const Node* id = nullptr;
  const Node* type = nullptr;
  const Node* hint = nullptr;
  const Node* own = nullptr;
  const Node* model = nullptr;
  const auto price = [&](std::string_view key, const Node& value, const Place& at) {
    read_price(value, key, key == "inputCostPer1kTokens" ? "input_token" : "output_token", deployment, at);
    return true;
  };
  walk(node, keys().root("$model"), place, [&](std::string_view key, const Node& value) {
    if (key == "modelId") return value.is_scalar() && (model = &value) != nullptr;
    if (key == "providerId") return value.is_string() && (id = &value) != nullptr;
    if (key == "providerType") return value.is_string() && (type = &value) != nullptr;
    if (key == "_provider") return value.is_string() && (hint = &value) != nullptr;
    if (key == "_id") return value.is_scalar() && (own = &value) != nullptr;
    if (key == "inputCostPer1kTokens" || key == "outputCostPer1kTokens") return price(key, value, place);
    if (key == "contextLength" || key == "maxContextLength") {
      if (!deployment.max_input_tokens.absent()) return false;
      deployment.max_input_tokens = kit_.integer(value, key);
      return deployment.max_input_tokens.given();
    }
    if (key == "isActive") {
      const ir::Field<bool> active = kit_.boolean(value, key);
      if (!active.given()) return false;
      deployment.blocked = {!*active, ir::Origin(value.leaf(), rules::kOff)};
      return true;
    }
    if (key == "modelType") {
      if (!value.is_string()) return false;
      for (const ModelType& t : kModelTypes) {
        if (t.type == value.text()) deployment.mode = {std::string(t.mode), ir::Origin(value.leaf())};
      }
      return deployment.mode.given();
    }
    if (!value.is_mapping() || value.empty()) return false;
    const Place inner{&deployment.extras, std::string(key)};
    if (key == "pricing") {
      walk(value, keys().root("$model").child(key), inner,
           [&](std::string_view unit, const Node& v) { return price(unit, v, inner); });
      return true;
    }
    if (key == "limits") {
      walk(value, keys().root("$model").child(key), inner, [&](std::string_view what, const Node& v) {
        ir::Field<std::int64_t>& field =
            what == "contextLength" ? deployment.max_input_tokens : deployment.max_output_tokens;
        if (!field.absent()) return false;
        field = kit_.integer(v, what);
        return field.given();
      });
      return true;
    }
    return false;
  });
  if (model == nullptr || model->text().empty()) {
    report(DiagId::WorldflowRequired, node, "`modelId` is missing, the API refuses the body");
    gateway_.extras.push_back(kit_.extra("models", "#" + std::to_string(++kept_objects_), node,
                                         DiagId::WorldflowRequired, ir::Fate::Manual,
                                         "complete the model, then convert again"));
    return;
  }
  deployment.upstream_model = text(*model, "modelId");
  if (own != nullptr) deployment.upstream_model.from.add(own->leaf());
  deployment.provider = provider_of(node, id, type, hint, deployment);
  const ir::DeploymentId made = gateway_.add(std::move(deployment));
  by_model_[std::string(model->text())].push_back(made);
  model_nodes_.emplace(made.value, &node);
}

/// The guides name the provider, the API description its type alone; `_provider` tells which one of that type.
ir::ProviderId Reader::provider_of(const Node& node, const Node* id, const Node* type, const Node* hint,
                                   ir::Deployment& deployment) {
  const auto add = [&](const Node* n) {
    if (n != nullptr) deployment.upstream_model.from.add(n->leaf());
  };
  const auto at = [](std::size_t index) { return ir::ProviderId{static_cast<std::uint32_t>(index)}; };
  if (id != nullptr) {
    add(type);
    add(hint);
    if (const auto found = providers_.find(id->text())) {
      add(id);
      return at(*found);
    }
    if (!all(Entity::Provider).empty())
      report(DiagId::WorldflowReference, *id, quoted(id->text()) + " is none of the providers here");
    ir::Provider& outside = gateway_.providers.emplace_back();
    outside.name = {std::string(id->text()), ir::Origin(id->leaf())};
    if (type != nullptr)
      outside.kind = {provider_kind(type->text(), "", false).value_or(std::string(type->text())),
                      ir::Origin(type->leaf())};
    providers_.index.emplace(std::string(id->text()), gateway_.providers.size() - 1);
    provider_types_.resize(gateway_.providers.size());
    lay_out("outside", ir::Value::string(std::string(id->text())));
    return at(gateway_.providers.size() - 1);
  }
  if (hint != nullptr) {
    if (const auto found = providers_.find(hint->text())) {
      add(hint);
      add(type);
      return at(*found);
    }
  }
  add(hint);
  std::vector<std::size_t> fitting;
  for (std::size_t i = 0; type != nullptr && i < provider_types_.size(); ++i) {
    if (provider_types_[i] == type->text()) fitting.push_back(i);
  }
  if (fitting.size() > 1 && hint == nullptr) {
    report(DiagId::WorldflowAmbiguous, node,
           "several providers are of type " + quoted(type->text()) + ", which of them serves the model is not told");
  }
  if (!fitting.empty()) {
    add(type);
    return at(fitting.front());
  }
  ir::Provider& made = gateway_.providers.emplace_back();
  provider_types_.resize(gateway_.providers.size());
  if (type != nullptr)
    made.kind = {provider_kind(type->text(), "", false).value_or(std::string(type->text())), ir::Origin(type->leaf())};
  else
    report(DiagId::WorldflowRequired, node,
           "neither `providerId` nor `providerType` is there, the API refuses the body");
  return at(gateway_.providers.size() - 1);
}

}  // namespace gatec::targets::worldflow
