#include "compiler/facts/secrets.h"
#include "targets/litellm/model_string.h"
#include "targets/litellm/reader.h"
#include "targets/litellm/rules.h"

#include <algorithm>

namespace gatec::targets::litellm {
namespace {

using doc::Entry;
using doc::Node;
using ir::Fate;
using ir::Field;
using ir::Origin;

/// One name for what LiteLLM takes under two.
std::string_view canonical_param(std::string_view key) {
  if (key == "vertex_ai_project") return "vertex_project";
  if (key == "vertex_ai_credentials") return "vertex_credentials";
  return key;
}

bool has_param(const ir::Provider& provider, std::string_view name) {
  return std::ranges::any_of(provider.params, [&](const ir::ProviderParam& p) { return p.name == name; });
}

bool signs_in_otherwise(const ir::Provider& provider) {
  return has_param(provider, "azure_ad_token") || has_param(provider, "client_secret") ||
         has_param(provider, "azure_password");
}

}  // namespace

std::string_view region_key(std::string_view kind) {
  if (kind == "vertex_ai") return "vertex_location";
  if (kind == "watsonx") return "watsonx_region_name";
  if (kind == "bedrock" || kind == "sagemaker" || kind == "aws_polly" || kind == "s3_vectors" ||
      kind == "bedrock_mantle")
    return "aws_region_name";
  return {};
}

bool Reader::read_provider_key(const Entry& e, Slot slot, ir::Provider& provider, std::vector<const Entry*>& regions,
                               const Place& place) {
  const std::string_view key = e.key->text();
  if (slot != Slot::ApiKey && e.value->is_string() && e.value->text().empty()) {
    keep_empty(e, place);  // it falls back to what it takes unasked
    return true;
  }
  switch (slot) {
    case Slot::ApiKey: provider.api_key = kit_.credential(*e.value, key); return provider.api_key.given();
    case Slot::ApiBase:
      if (provider.base_url.absent()) return take(e, provider.base_url);
      shadowed(e, "`api_base`");
      return true;
    case Slot::ApiVersion: return read_api_version(e, provider);
    case Slot::CredentialName: return take(e, provider.credential_set);
    case Slot::Headers: return read_headers(e, provider, place);
    case Slot::Organization: return take(e, provider.organization);
    case Slot::Region: regions.push_back(&e); return true;
    default: break;
  }
  return add_provider_param(e, provider);
}

bool Reader::add_provider_param(const Entry& e, ir::Provider& provider) {
  const std::string_view name = canonical_param(e.key->text());
  if (has_param(provider, name)) {
    shadowed(e, "the other spelling of the key");
    return true;
  }
  ir::ProviderParam& param = provider.params.emplace_back();
  param.name = name;
  const bool is_path = name == "vertex_credentials" && e.value->is_string() && facts::names_a_file(e.value->text());
  param.value = is_path ? ir::Value::string(std::string(e.value->text()), e.value->leaf()) : kit_.value(*e.value, name);
  return true;
}

bool Reader::read_headers(const Entry& e, ir::Provider& provider, const Place& place) {
  if (!is_map(e, place)) return true;
  for (const Entry& header : e.value->entries()) {
    const std::string_view name = header.key->text();
    const bool known = std::ranges::any_of(provider.headers, [&](const ir::Param& p) { return p.name == name; });
    if (known) {
      shadowed(header, "the same header above");
    } else {
      provider.headers.push_back({std::string(name), kit_.value(*header.value, name)});
    }
  }
  return true;
}

/// Unquoted it is a date, which fails LiteLLM's check of the entry (page §1.2); what was meant is plain.
bool Reader::read_api_version(const Entry& e, ir::Provider& provider) {
  if (e.value->type() != doc::Type::Timestamp) return take(e, provider.api_version);
  const std::string text(e.value->text());
  provider.api_version = {text, e.value->leaf()};
  context_.ledger.settle(e.value->leaf(), Fate::Manual, DiagId::LitellmApiVersionDate,
                         "LiteLLM reads a date here and leaves the entry out");
  if (!quiet()) {
    context_.sink
        .report(DiagId::LitellmApiVersionDate, e.value->span(),
                "`api_version` is a date, not a string: LiteLLM leaves the entry out")
        .fix("quote it", diagnostics::FixSafety::Safe, {{e.value->span(), "\"" + text + "\""}});
  }
  return true;
}

void Reader::set_region(const std::vector<const Entry*>& regions, ir::Provider& provider,
                        std::string_view expected_key) {
  for (const Entry* region : regions) {
    std::string_view key = region->key->text();
    if (key == "vertex_ai_location") key = "vertex_location";
    if (key == expected_key && provider.region.absent() && region->value->is_string()) {
      provider.region = text(*region->value, key);
    } else {
      add_provider_param(*region, provider);
    }
  }
}

void Reader::read_model_string(Draft& draft) {
  ir::Provider& provider = draft.provider;
  ir::Deployment& d = draft.deployment;
  const Node& node = *draft.model->value;
  d.upstream_model = text(node, "model");
  if (draft.custom_provider != nullptr) {
    const Node& custom = *draft.custom_provider->value;
    const KindName name = kind_of_name(custom.text());
    provider.kind = {std::string(name.kind), custom.leaf()};
    if (!name.spelling.empty()) d.upstream_spelling = {std::string(name.spelling), custom.leaf()};
    const std::string prefix = std::string(custom.text()) + "/";
    if (d.upstream_model.given() && d.upstream_model->starts_with(prefix))
      d.upstream_model.value.erase(0, prefix.size());
  } else if (d.upstream_model.given()) {
    split_model(node, draft);
  }
  set_region(draft.regions, provider, region_key(provider.kind.value));
  provider_defaults(provider);
}

void Reader::split_model(const Node& node, Draft& draft) {
  ir::Provider& provider = draft.provider;
  const std::string_view base = provider.base_url.given() ? std::string_view(*provider.base_url) : std::string_view{};
  const ModelString split = litellm::read_model_string(node.text(), base, [&](std::string_view name) {
    return std::ranges::find(custom_providers_, name) != custom_providers_.end();
  });
  draft.deployment.upstream_model.value.assign(split.model);
  const Origin from = split.rule != nullptr ? Origin(node.leaf(), *split.rule) : Origin(node.leaf());
  if (split.told_by_request) {
    provider.kind = Field<std::string>::unknown(from);
  } else if (!split.kind.empty()) {
    provider.kind = {std::string(split.kind), from};
  }
  if (!split.spelling.empty()) draft.deployment.upstream_spelling = {std::string(split.spelling), node.leaf()};
  if (split.problem == ModelString::Problem::None) return;
  const bool unknown = split.problem == ModelString::Problem::UnknownPrefix;
  const DiagId code = unknown ? DiagId::LitellmUnknownProvider : DiagId::LitellmProviderNotInferable;
  context_.ledger.settle(node.leaf(), Fate::Manual, code, "LiteLLM cannot tell the provider and leaves the entry out");
  if (quiet()) return;
  const std::string prefix(node.text().substr(0, node.text().find('/')));
  context_.sink
      .report(code, node.span(),
              unknown ? "`" + prefix + "` is no provider of LiteLLM: it leaves the entry out"
                      : "`" + prefix + "` names no provider: LiteLLM leaves the entry out")
      .note("write `provider/model`; for an OpenAI-compatible server `openai/` and `api_base`");
}

void Reader::provider_defaults(ir::Provider& provider) {
  if (!provider.kind.given() || provider.credential_set.given()) return;
  const facts::ProviderFacts* known = facts::provider_by_kind(*provider.kind);
  if (known == nullptr) return;
  if (provider.api_key.absent() && !known->main_key_env().empty() && !signs_in_otherwise(provider)) {
    provider.api_key = {ir::Credential::env(std::string(known->main_key_env())), Origin(rules::kKeyEnv)};
  }
  if (provider.api_version.absent() && known->kind == "azure_openai") {
    provider.api_version = {"2025-02-01-preview", Origin(rules::kAzureVersion)};
  }
}

void Reader::read_credential(const Node& node) {
  static const Cursor kElement = keys().root().child("credential_list").element();
  const Node* name = node.is_mapping() ? node.get("credential_name") : nullptr;
  if (name == nullptr || !name->is_string()) {
    kit_.wrong_type(node, "credential_list", "a list of mappings with a `credential_name`");
    gw_.extras.push_back(kit_.extra("credential_list", "#" + std::to_string(++dropped_), node, DiagId::WrongType,
                                    Fate::Manual, "complete the entry"));
    return;
  }
  ir::CredentialSet& set = gw_.credential_sets.emplace_back();
  set.name = text(*name, "credential_name");
  const Place place{&set.extras, ""};
  walk(node, kElement, place, [&](const Entry& e, const KeyRow& row, Cursor at) {
    const std::string_view key = e.key->text();
    if (key == "credential_name") return true;
    if (key != "credential_values" && key != "credential_info") {
      keep_row(e, row, place);
      return true;
    }
    if (!is_map(e, place)) return true;
    read_credential_map(e, at, set);
    return true;
  });
}

void Reader::read_credential_map(const Entry& e, Cursor at, ir::CredentialSet& set) {
  const Place place{&set.extras, std::string(e.key->text())};
  std::vector<const Entry*> regions;
  walk(*e.value, at, place, [&](const Entry& v, const KeyRow& row, Cursor) {
    const Slot slot = slot_of(row);
    if (slot != Slot::None) return read_provider_key(v, slot, set.values, regions, place);
    keep_row(v, row, place);
    return true;
  });
  read_set_region(regions, set);
}

/// A set belongs to no kind of provider: any spelling of the region counts, and is kept for writing.
void Reader::read_set_region(const std::vector<const Entry*>& regions, ir::CredentialSet& set) {
  if (regions.empty()) return;
  std::string_view key = regions.front()->key->text();
  if (key == "vertex_ai_location") key = "vertex_location";
  set_region(regions, set.values, key);
  if (key != "aws_region_name" && !set.values.region.absent())
    lay_out("credential_list." + set.name.value + ".region", key);
}

}  // namespace gatec::targets::litellm
