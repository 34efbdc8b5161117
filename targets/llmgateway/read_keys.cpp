#include "compiler/facts/providers.h"
#include "targets/llmgateway/reader.h"

#include <algorithm>

namespace gatec::targets::llmgateway {
namespace {

/// "https://bedrock-runtime.eu-west-1.amazonaws.com" → "eu-west-1".
std::string_view bedrock_region(std::string_view url) {
  constexpr std::string_view kHead = "https://bedrock-runtime.";
  constexpr std::string_view kTail = ".amazonaws.com";
  if (!url.starts_with(kHead) || !url.ends_with(kTail)) return {};
  const std::string_view region = url.substr(kHead.size(), url.size() - kHead.size() - kTail.size());
  return region.find_first_of("./") == std::string_view::npos ? region : std::string_view();
}

}  // namespace

/// An address as the IR has it: with the `/v1` that the gateway appends.
void Reader::set_address(ir::Field<std::string>& url, std::string_view text, ir::Origin from, std::string_view kind) {
  if (const auto reference = parse_reference(text)) {
    url = ir::Field<std::string>::unknown(std::move(from));
    url.value = "env(" + reference->name + ")";
    return;
  }
  std::string address(text);
  if (appends_v1(kind)) address += address.ends_with('/') ? "v1" : "/v1";
  url = {std::move(address), std::move(from)};
}

void Reader::set_url(std::string_view text, ir::Origin from, std::string_view kind, ir::Provider& provider) {
  const std::string_view region = kind == "bedrock" ? bedrock_region(text) : std::string_view();
  if (!region.empty()) {
    provider.region = {std::string(region), std::move(from)};
    return;
  }
  set_address(provider.base_url, text, std::move(from), kind);
}

void Reader::set_resource(ir::Provider& provider, std::string_view text, ir::Origin from) {
  if (const auto reference = parse_reference(text)) {
    provider.base_url = ir::Field<std::string>::unknown(std::move(from));
    provider.base_url.value = "env(" + reference->name + ")";
    return;
  }
  const bool foundry = provider.kind.value == "azure_ai";
  provider.base_url = {"https://" + std::string(text) + (foundry ? ".services.ai.azure.com" : ".openai.azure.com"),
                       std::move(from)};
}

/// A variable for a token that the API does not show; each such key has its own.
std::string Reader::free_variable(const Key& key) const {
  const facts::ProviderFacts* facts = key.custom ? nullptr : facts::provider_by_kind(kind_of(key.provider));
  const std::string name = facts != nullptr && !facts->main_key_env().empty() ? std::string(facts->main_key_env())
                                                                              : variable_for(key.provider, "API_KEY");
  std::string free = name;
  const auto taken = [&free](const ir::Provider& p) { return p.api_key.given() && p.api_key->name == free; };
  for (int n = 2; std::ranges::any_of(gateway_.providers, taken); ++n) free = name + "_" + std::to_string(n);
  return free;
}

void Reader::read_provider_key(const Object& object) {
  const Node& node = *object.node;
  const std::size_t at = gateway_.providers.size();
  ir::Provider& provider = gateway_.providers.emplace_back();
  Key& key = keys_.emplace_back();
  key.node = &node;
  const Place place{&provider.extras, ""};
  const Node* id = node.get("provider");
  const Node* name = node.get("name");
  const std::string_view of = id != nullptr && id->is_string() ? id->text() : std::string_view();
  key.custom = of == kCustom || (of.empty() && name != nullptr);
  key.provider = key.custom ? (name != nullptr ? name->text() : std::string_view("custom")) : of;
  const Node* url = node.get("baseUrl");
  std::string kind = kind_of(of);
  if (key.custom) {
    const bool told = url != nullptr && url->is_string() && !parse_reference(url->text());
    kind = told ? kind_at(std::string(url->text()) + "/v1") : "openai";
  }
  const Node* note = nullptr;
  walk(node, keys().root("$provider_key"), place, [&](std::string_view what, const Node& value) {
    if (what == "provider") {
      if (!value.is_string()) return false;
      provider.kind = {kind, ir::Origin(value.leaf())};
      if (key.custom) provider.kind.from.set_rule(rules::kCustomKind);
      return true;
    }
    if (what == "token") {
      provider.api_key = kit_.credential(value, what);
      return provider.api_key.given();
    }
    if (what == "name") {
      if (!value.is_string() || !provider.name.absent()) return false;
      provider.name = {std::string(value.text()), ir::Origin(value.leaf())};
      return true;
    }
    if (what == "baseUrl") {
      if (!value.is_string()) return false;
      set_url(value.text(), ir::Origin(value.leaf()), kind, provider);
      return true;
    }
    if (what == "options") {
      if (!value.is_mapping() || value.empty())
        return value.is_mapping() &&
               (settle(value, ir::Fate::Skipped, DiagId::NotModelled, "there are no options"), true);
      read_options(value, key, provider);
      return true;
    }
    if (what == "allowedModels") {
      provider.models = kit_.strings(value, what);
      for (const auto& m : provider.models.items) key.models.push_back(*m);
      return provider.models.given();
    }
    if (what == "usageLimit") {
      ir::Field<base::Decimal> amount;
      if (!money(value, what, amount)) return false;
      ir::Budget& budget = provider.budgets.emplace_back();
      budget.amount = std::move(amount);
      budget.window = {lifetime_window(), ir::Origin(rules::kLifetime)};
      return true;
    }
    if (what == "status") {
      if (!value.is_string() || value.text() == "active") {
        keep_as(place, what, value, DiagId::NotModelled, ir::Fate::Skipped, "nothing to do: it is in use");
        return true;
      }
      key.active = false;
      keep_as(place, what, value, DiagId::NotModelled, ir::Fate::Manual,
              "leave this key out at the target gateway: it is switched off");
      return true;
    }
    if (what == "_id") return value.is_string() && (note = &value) != nullptr;
    return what == "models" && value.is_sequence();
  });
  if (note != nullptr) {
    if (provider.name.absent())
      provider.name = {std::string(note->text()), ir::Origin(note->leaf())};
    else
      keep_as(place, "_id", *note, DiagId::NotModelled, ir::Fate::Skipped, "nothing to do: a note that is never sent");
  }
  if (provider.kind.absent()) {
    provider.kind = {kind.empty() ? std::string("openai") : kind, ir::Origin(rules::kCustomKind)};
    if (!object.custom && !key.custom)
      report(DiagId::LlmgatewayRequired, node, "`provider` is missing, the API refuses the body");
  }
  if (provider.api_key.absent()) {
    if (node.get("maskedToken") != nullptr)
      provider.api_key = {ir::Credential::env(free_variable(key)), ir::Origin(rules::kMasked)};
    else
      report(DiagId::LlmgatewayRequired, node, "`token` is missing, the API refuses the body");
  }
  if (!key.custom && of == "azure" && provider.kind.given()) {
    const Node* options = node.get("options");
    const Node* type = options != nullptr && options->is_mapping() ? options->get("azure_deployment_type") : nullptr;
    if (type == nullptr) {
      provider.kind.value = "azure_ai";
      provider.kind.from.set_rule(rules::kAzureType);
    }
    const Node* resource = options != nullptr && options->is_mapping() ? options->get("azure_resource") : nullptr;
    if (resource != nullptr && resource->is_string()) set_resource(provider, resource->text(), resource->leaf());
  }
  const auto order = std::ranges::find(provider.extras, "sortOrder", &ir::Extra::key);
  if (order != provider.extras.end() && order->value.kind == ir::Value::Kind::Number) {
    const auto number = base::Decimal::parse(order->value.text);
    keys_[at].order = number ? number->floor().value_or(0) : 0;
  }
}

void Reader::read_options(const Node& node, Key& key, ir::Provider& provider) {
  const Place place{&provider.extras, "options"};
  walk(node, keys().root("$provider_key").child("options"), place, [&](std::string_view what, const Node& value) {
    if (!value.is_scalar()) return false;
    if (what == "azure_resource") {
      if (!value.is_string()) return false;
      set_resource(provider, value.text(), value.leaf());
      return true;
    }
    if (what == "azure_api_version") {
      provider.api_version = text(value, what);
      return !provider.api_version.absent();
    }
    if (what == "azure_deployment_type") {
      if (!value.is_string() || provider.kind.absent()) return false;
      if (value.text() != "openai" && value.text() != "ai-foundry") return false;
      provider.kind.value = value.text() == "openai" ? "azure_openai" : "azure_ai";
      provider.kind.from.add(value.leaf());
      return true;
    }
    return false;
  });
  const Node* prefix = node.get("aws_bedrock_region_prefix");
  if (prefix != nullptr && prefix->is_string()) key.prefix = prefix->text();
}

void Reader::read_custom_model(const Object& object) {
  const Node& node = *object.node;
  const Node* provider = node.get("_provider");
  const Node* name = node.get("modelName");
  CustomModel& model = custom_models_.emplace_back();
  model.node = &node;
  if (name != nullptr && name->is_scalar()) model.name = name->text();
  if (provider != nullptr && provider->is_string()) {
    model.provider = provider->text();
  } else if (object.parent != nullptr && object.parent->get("name") != nullptr) {
    model.provider = object.parent->get("name")->text();
  } else {
    std::size_t customs = 0;
    for (const Key& key : keys_) {
      if (key.custom && customs++ == 0) model.provider = key.provider;
    }
    if (customs != 1) model.provider.clear();
  }
  if (model.name.empty()) report(DiagId::LlmgatewayRequired, node, "`modelName` is missing, the API refuses the body");
}

/// What a custom model's record says of a deployment.
void Reader::describe_model(std::string_view provider, std::string_view model, ir::Deployment& deployment) {
  for (CustomModel& m : custom_models_) {
    if (m.provider != provider || m.name != model || m.name.empty()) continue;
    const bool first = !m.used;
    m.used = true;
    std::vector<ir::Extra> unused;
    const Place place{first ? &deployment.extras : &unused, "custom_model"};
    for (const Entry& e : m.node->entries()) {
      const std::string_view key = e.key->text();
      const Node& value = *e.value;
      if (key == "modelName" || key == "_provider") {
        if (value.is_scalar()) deployment.upstream_model.from.add(value.leaf());
        continue;
      }
      if (key == "contextSize" || key == "maxOutput") {
        ir::Field<std::int64_t>& field =
            key == "contextSize" ? deployment.max_input_tokens : deployment.max_output_tokens;
        if (!value.is_null()) field = kit_.integer(value, key);
        if (field.given()) continue;
      } else if (key == "inputPrice" || key == "outputPrice" || key == "cachedInputPrice") {
        const ir::Field<base::Decimal> price = value.is_null() ? ir::Field<base::Decimal>() : kit_.decimal(value, key);
        if (price.given()) {
          deployment.prices.push_back({key == "inputPrice"    ? "input_token"
                                       : key == "outputPrice" ? "output_token"
                                                              : "cache_read_input_token",
                                       "", price});
          continue;
        }
      }
      if (value.is_null())
        settle(value, ir::Fate::Skipped, DiagId::NotModelled, "null says nothing");
      else if (const Cursor at = keys().root("$custom_model").child(key);
               at.named() && at.row()->handling == Handling::Read)
        keep_wrong(place, key, value);
      else
        keep_key(e, keys().root("$custom_model"), place);
    }
    return;
  }
}

/// The keys that a request for a provider's model may use, in the order in which they are: where they come from is up
/// to the project's mode.
std::vector<std::size_t> Reader::keys_of(std::string_view provider, std::string_view model) const {
  std::vector<std::size_t> rows;
  std::vector<std::size_t> env;
  const auto same = [](std::string_view a, std::string_view b) {
    return a == b ||
           (a.starts_with("together") && b.starts_with("together") && a.substr(9) == "ai" && b.substr(9) == "ai");
  };
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    const Key& key = keys_[i];
    if (!key.active || key.from == From::Made || !same(key.provider, provider)) continue;
    const bool allowed = key.models.empty() || std::ranges::find(key.models, model) != key.models.end();
    if (allowed) (key.from == From::Row ? rows : env).push_back(i);
  }
  std::ranges::stable_sort(rows, [&](std::size_t a, std::size_t b) { return keys_[a].order < keys_[b].order; });
  if (mode_ == "credits") return env;
  if (mode_ == "api-keys") return rows;
  return rows.empty() ? env : rows;
}

/// A provider that only a model's name tells of.
std::size_t Reader::made_key(std::string_view provider, bool known, const Node* node) {
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    if (keys_[i].from == From::Made && keys_[i].provider == provider) return i;
  }
  ir::Provider& made = gateway_.providers.emplace_back();
  if (known) {
    made.kind = {kind_of(provider), ir::Origin(rules::kOffered)};
  } else if (!provider.empty()) {
    made.name = {std::string(provider), ir::Origin(rules::kOffered)};
    const facts::ProviderFacts* other = facts::provider_by_litellm_prefix(provider);
    const std::string_view id = other != nullptr ? provider_of(other->kind, snapshot_) : std::string_view();
    if (node != nullptr && !id.empty())
      report(
          DiagId::LlmgatewayPrefix, *node,
          quoted(provider) + " is LiteLLM's name, LLM Gateway would look for a custom provider; it says " + quoted(id));
    else if (node != nullptr)
      report(DiagId::LlmgatewayProvider, *node,
             quoted(provider) + " is no provider of the gateway, and no custom provider has this name");
  }
  Key& key = keys_.emplace_back();
  key.provider = provider;
  key.from = From::Made;
  return keys_.size() - 1;
}

}  // namespace gatec::targets::llmgateway
