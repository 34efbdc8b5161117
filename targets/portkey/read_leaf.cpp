#include "compiler/facts/providers.h"
#include "targets/portkey/reader.h"

namespace gatec::targets::portkey {
namespace {

constexpr std::string_view kShadowed = "another key of the target says the same";

/// "@slug/model" → slug and model.
struct SlugModel {
  std::string_view slug, model;
};
std::optional<SlugModel> split_slug(std::string_view text) {
  if (!text.starts_with('@')) return std::nullopt;
  text.remove_prefix(1);
  const std::size_t slash = text.find('/');
  if (slash == 0 || text.empty()) return std::nullopt;
  if (slash == std::string_view::npos) return SlugModel{text, {}};
  return SlugModel{text.substr(0, slash), text.substr(slash + 1)};
}

bool is_plain_dns_label(std::string_view text) {
  if (text.empty()) return false;
  for (const char c : text) {
    if (!(c == '-' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))) return false;
  }
  return true;
}

}  // namespace

ir::NodeId Reader::read_leaf(Parts& parts, const Above& above) {
  // Made where they stay: reading a leaf adds no other deployment or provider.
  const ir::DeploymentId id{static_cast<std::uint32_t>(gateway_.deployments.size())};
  ir::Deployment& deployment = gateway_.deployments.emplace_back();
  read_provider(parts, above, gateway_.providers.emplace_back(), deployment);
  read_settings(parts, deployment.settings, above);
  if (parts.node->empty()) deployment.upstream_model.from.add(parts.node->leaf());
  if (const Node* weight = parts.at(Slot::Weight); weight != nullptr && !weight->is_number()) {
    kit_.wrong_type(*weight, "weight", "a number");
    keep_wrong(parts.extras, "", "weight", *weight);
  }
  if (const Node* name = parts.at(Slot::Name); name != nullptr && !name->is_string()) {
    kit_.wrong_type(*name, "name", "a string");
    keep_wrong(parts.extras, "", "name", *name);
  }
  deployment.extras = std::move(parts.extras);
  deployment.provider = shared_provider();
  gateway_.nodes.emplace_back().what = ir::Use{id};
  return ir::NodeId{static_cast<std::uint32_t>(gateway_.nodes.size() - 1)};
}

void Reader::read_provider(Parts& parts, const Above& above, ir::Provider& provider, ir::Deployment& deployment) {
  read_slug(parts, provider, deployment);
  read_model(parts, above, provider, deployment);
  if (provider.kind.absent()) provider.kind = ir::Field<std::string>::unknown(ir::Origin(rules::kSlugKind));
  read_endpoint(parts, above, provider);
  read_provider_params(parts, provider);
  if (const Node* key = parts.at(Slot::ApiKey)) {
    provider.api_key = kit_.credential(*key, "api_key");
    if (!provider.api_key) keep_wrong(parts.extras, "", "api_key", *key);
  }
}

/// `provider` and `virtual_key`: a native slug is the kind, everything else a name of the control plane.
void Reader::read_slug(Parts& parts, ir::Provider& provider, ir::Deployment& deployment) {
  if (const Node* node = parts.at(Slot::Provider)) {
    const ir::Field<std::string> text = this->text(*node, "provider");
    if (text.absent()) {
      keep_wrong(parts.extras, "", "provider", *node);
    } else if (const auto slug = split_slug(*text)) {
      provider.name = {std::string(slug->slug), text.from};
      if (!slug->model.empty()) deployment.upstream_model = {std::string(slug->model), text.from};
    } else {
      const facts::ProviderFacts* facts = facts::provider_by_portkey_slug(*text);
      provider.kind = {facts != nullptr ? std::string(facts->kind) : *text, text.from};
      if (facts == nullptr) {
        report(DiagId::PortkeyUnknownProvider, node->span(), "`" + *text + "` is no provider that the gateway knows",
               "a slug of the control plane is written `@" + *text + "`");
      }
    }
  }
  const Node* key = parts.at(Slot::VirtualKey);
  if (key == nullptr) return;
  const ir::Field<std::string> text = this->text(*key, "virtual_key");
  if (text.absent()) {
    keep_wrong(parts.extras, "", "virtual_key", *key);
  } else if (provider.name.given()) {
    report(DiagId::ShadowedSetting, key->span(), "`virtual_key` stands beside a `provider` that is a slug itself");
    keep_as(parts.extras, "", "virtual_key", *key, DiagId::ShadowedSetting, ir::Fate::Skipped, kShadowed);
  } else {
    provider.name = {text->starts_with('@') ? text->substr(1) : *text, text.from};
    spelt_.emplace(*provider.name, "virtual_key");
  }
}

void Reader::read_model(Parts& parts, const Above& above, ir::Provider& provider, ir::Deployment& deployment) {
  const Node* model = above.model;
  if (const Node* params = parts.at(Slot::OverrideParams); params != nullptr && params->is_mapping()) {
    if (const Node* own = params->get("model"); own != nullptr && own->is_string()) model = own;
  }
  ir::Field<std::string>& upstream = deployment.upstream_model;
  if (model != nullptr && model == above.model) sent_models_.insert(model);
  if (model != nullptr) {
    const auto slug = split_slug(model->text());
    const bool names_provider = slug && !slug->model.empty() && provider.name.absent() && provider.kind.absent();
    if (names_provider) {
      provider.name = {std::string(slug->slug), model->leaf()};
      spelt_.emplace(*provider.name, "model");
    }
    const ir::Origin inline_model = upstream.from;
    upstream = {std::string(names_provider ? slug->model : model->text()), model->leaf()};
    upstream.from.add(inline_model);
    from_environment(upstream);
  }
  const bool azure = provider.kind.given() && *provider.kind == "azure_openai";
  if (const Node* id = parts.at(Slot::DeploymentId)) {
    const ir::Field<std::string> text = this->text(*id, "deployment_id");
    if (text.absent()) {
      keep_wrong(parts.extras, "", "deployment_id", *id);
    } else if (!azure) {
      provider.params.push_back({"deployment_id", kit_.value(*id, "deployment_id")});
    } else if (!upstream.absent() && *upstream != *text) {
      // the deployment decides, the model in the body is a label to Azure
      deployment.settings.params.overrides.push_back({"model", kit_.value(*model, "model")});
      upstream = text;
    } else {
      const ir::Origin model_from = upstream.from;
      upstream = text;
      upstream.from.add(model_from);
    }
  }
  if (const Node* base = parts.at(Slot::BaseModel)) {
    deployment.base_model = text(*base, "azure_model_name");
    if (deployment.base_model.absent()) keep_wrong(parts.extras, "", "azure_model_name", *base);
  }
  if (upstream.absent()) upstream = {requested_, ir::Origin(rules::kPassModel)};
}

void Reader::read_endpoint(Parts& parts, const Above& above, ir::Provider& provider) {
  const std::string_view kind = provider.kind.given() ? std::string_view(*provider.kind) : std::string_view();
  const Node* host = parts.at(Slot::CustomHost);
  if (host != nullptr && !host->is_string()) {
    kit_.wrong_type(*host, "custom_host", "a string");
    keep_wrong(parts.extras, "", "custom_host", *host);
    host = nullptr;
  } else if (host != nullptr && host->text().empty()) {
    keep_as(parts.extras, "", "custom_host", *host, DiagId::InertKey, ir::Fate::Skipped,
            "nothing to do: empty text counts as unset");
    host = nullptr;
  }
  if (host == nullptr) host = above.custom_host;
  if (host != nullptr) {
    const std::string_view url = host->text();
    const std::string_view suffix = host_suffix(kind);
    if (suffix.empty()) {
      provider.base_url = {std::string(url), host->leaf()};
      from_environment(provider.base_url);
    } else if (url.ends_with(suffix)) {
      provider.base_url = {std::string(url.substr(0, url.size() - suffix.size())), host->leaf()};
      from_environment(provider.base_url);
    } else {
      provider.params.push_back({"custom_host", kit_.value(*host, "custom_host")});
    }
  }
  if (const Node* resource = parts.at(Slot::ResourceName)) {
    const ir::Field<std::string> text = this->text(*resource, "resource_name");
    if (text.absent()) {
      keep_wrong(parts.extras, "", "resource_name", *resource);
    } else if (kind == "azure_openai" && host == nullptr && is_plain_dns_label(*text)) {
      provider.base_url = {"https://" + *text + ".openai.azure.com", text.from};
    } else {
      provider.params.push_back({"resource_name", kit_.value(*resource, "resource_name")});
    }
  }
}

void Reader::read_provider_params(Parts& parts, ir::Provider& provider) {
  const std::string_view kind = provider.kind.given() ? std::string_view(*provider.kind) : std::string_view();
  const auto field = [&](Slot slot, std::string_view key, ir::Field<std::string>& into) {
    const Node* node = parts.at(slot);
    if (node == nullptr) return;
    into = text(*node, key);
    if (into.absent()) keep_wrong(parts.extras, "", key, *node);
  };
  field(Slot::ApiVersion, "api_version", provider.api_version);
  field(Slot::Organization, "openai_organization", provider.organization);
  for (const auto& [key, node] : parts.params) {
    if (kind == "azure_openai" && key == "azure_api_version") {
      report(DiagId::PortkeyAzureKeys, node->span(),
             "`azure_api_version` is read from headers only, a config takes `api_version`");
      keep_as(parts.extras, "", key, *node, DiagId::PortkeyAzureKeys, ir::Fate::Skipped,
              "write `api_version` in the source");
      continue;
    }
    const ParamName* name = param_by_key(key, kind);
    ir::Field<std::string>* named = nullptr;
    if (name != nullptr && name->canonical == "@region") named = &provider.region;
    if (name != nullptr && name->canonical == "@api_version") named = &provider.api_version;
    if (name != nullptr && name->canonical == "@base_url") named = &provider.base_url;
    if (named != nullptr && named->absent()) {
      *named = text(*node, key);
      if (named->absent()) keep_wrong(parts.extras, "", key, *node);
    } else if (named != nullptr) {
      provider.params.push_back({std::string(key), kit_.value(*node, key)});
    } else {
      provider.params.push_back({std::string(name != nullptr ? name->canonical : key), kit_.value(*node, key)});
    }
  }
}

/// The provider read last. One that is nothing but a slug is one for all that name it.
ir::ProviderId Reader::shared_provider() {
  const ir::ProviderId last{static_cast<std::uint32_t>(gateway_.providers.size() - 1)};
  const ir::Provider& provider = gateway_.providers.back();
  const bool only_name = provider.name.given() && provider.kind.state == ir::State::Unknown &&
                         provider.base_url.absent() && provider.api_version.absent() &&
                         provider.organization.absent() && provider.api_key.absent() && provider.params.empty();
  if (!only_name) return last;
  const auto [place, is_new] = by_slug_.try_emplace(*provider.name, last);
  if (!is_new) {
    gateway_.at(place->second).name.from.add(provider.name.from);
    gateway_.providers.pop_back();
  }
  return place->second;
}

}  // namespace gatec::targets::portkey
