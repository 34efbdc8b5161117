#include "compiler/facts/providers.h"
#include "targets/litellm/model_string.h"
#include "targets/litellm/reader.h"
#include "targets/litellm/writer.h"

#include <algorithm>
#include <array>

namespace gatec::targets::litellm {
namespace {

using ir::Fate;
using ir::Field;

std::string upper(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 32) : c; });
  return out;
}

std::string key_hint(std::string_view kind, std::string_view group) {
  const facts::ProviderFacts* known = facts::provider_by_kind(kind);
  if (known != nullptr && !known->main_key_env().empty()) return std::string(known->main_key_env());
  return upper(kind.empty() ? group : kind) + "_API_KEY";
}

/// The provider that a slug's words name ("@openai-prod", "my-azure-openai-key"), longest run of words first.
const facts::ProviderFacts* provider_in_slug(std::string_view slug) {
  std::vector<std::string> words;
  std::string word;
  for (const char c : slug) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (letter) {
      word += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    } else if (!word.empty()) {
      words.push_back(std::exchange(word, {}));
    }
  }
  if (!word.empty()) words.push_back(word);
  for (std::size_t length = std::min<std::size_t>(words.size(), 3); length > 0; --length) {
    for (std::size_t at = 0; at + length <= words.size(); ++at) {
      for (const std::string_view join : {"-", "_", ""}) {
        std::string name = words[at];
        for (std::size_t i = 1; i < length; ++i) (name += join) += words[at + i];
        for (const facts::ProviderFacts* p : {facts::provider_by_portkey_slug(name), facts::provider_by_kind(name),
                                              facts::provider_by_litellm_prefix(name)}) {
          if (p != nullptr && !p->litellm.empty()) return p;
        }
      }
    }
  }
  return nullptr;
}

/// Provider parameters under LiteLLM's own names.
bool is_known_param(std::string_view name) {
  static const Cursor kAt = keys().root().child("model_list").element().child("litellm_params");
  const KeyRow* row = kAt.child(name).row();
  if (row == nullptr) return false;
  const Slot slot = slot_of(*row);
  return slot == Slot::ProviderParam || slot == Slot::Region;
}

}  // namespace

bool is_litellm_setting(std::string_view name) {
  static const Cursor kAt = keys().root().child("model_list").element().child("litellm_params");
  const Cursor at = kAt.child(name);
  const KeyRow* row = at.row();
  return row != nullptr && at.named() && slot_of(*row) != Slot::RequestParam;
}

void Writer::write_provider(Out& params, const ir::Deployment& d, const Group& group) {
  static const ir::Provider kNone;
  const ir::Provider& provider = d.provider.valid() ? gw_.at(d.provider) : kNone;
  const ir::ResolvedProvider resolved = ir::resolved(gw_, provider);
  write_model(params, d, provider, *resolved.kind, group);
  put(params, "litellm_credential_name", provider.credential_set);
  const bool default_key = provider.api_key.from.is_default() && ours();
  if (provider.api_key.given() && !default_key)
    params.add("api_key", secret(provider.api_key, key_hint(resolved.kind->value, group.name)));
  if (params.find("api_base") == nullptr) put(params, "api_base", provider.base_url);
  if (!(provider.api_version.from.is_default() && ours())) put(params, "api_version", provider.api_version);
  put(params, "organization", provider.organization);
  write_region(params, provider, resolved.kind->value, group);
  write_provider_params(params, provider);
  lose_provider_rest(provider);
}

void Writer::write_region(Out& params, const ir::Provider& provider, std::string_view kind, const Group& group) {
  if (provider.region.absent()) return;
  const std::string_view key = region_key(kind);
  put(params, key.empty() ? "region_name" : key, provider.region);
  if (!key.empty()) return;
  lose(&provider.region, Fate::Manual, DiagId::Approximated, "LiteLLM takes a region of this provider as a label only",
       "put the region into `api_base`");
  context_.ledger.admit_added("routes[" + group.name + "]", "a region is a label");
}

void Writer::write_provider_params(Out& params, const ir::Provider& provider) {
  for (const ir::ProviderParam& p : provider.params) {
    if (is_known_param(p.name)) {
      params.add(p.name, open(p.value, p.name));
    } else {
      lose(&p, Fate::Manual, DiagId::NotExpressible, "LiteLLM has no such parameter of a provider",
           "see how LiteLLM takes `" + p.name + "` from its environment");
    }
  }
  if (!provider.headers.empty()) {
    Out headers = Out::mapping();
    for (const ir::Param& h : provider.headers) headers.add(h.name, open(h.value, h.name));
    params.add("extra_headers", std::move(headers));
  }
}

void Writer::write_model(Out& params, const ir::Deployment& d, const ir::Provider& provider,
                         const Field<std::string>& kind, const Group& group) {
  const Field<std::string>& upstream = d.upstream_model;
  const std::string model = upstream.given()                       ? *upstream
                            : upstream.state == ir::State::Unknown ? std::string()
                                                                   : group.name;
  if (upstream.absent())
    lose(&d, Fate::Manual, DiagId::NotExpressible, "the upstream model is not named", "name it in `model`");
  const facts::ProviderFacts* known = kind.given() ? facts::provider_by_kind(*kind) : nullptr;
  const bool named = known != nullptr && !known->litellm.empty();
  if (upstream.state == ir::State::Unknown) {
    params.add("model", spelled(upstream));
    if (kind.given())
      params.add("custom_llm_provider", Out(d.upstream_spelling.given() ? *d.upstream_spelling
                                            : named                     ? std::string(known->litellm_prefix())
                                                                        : *kind));
    return;
  }
  if (named) {
    const std::string prefix =
        ours() && d.upstream_spelling.given() ? *d.upstream_spelling : std::string(known->litellm_prefix());
    params.add("model", Out(prefix + "/" + model));
    return;
  }
  if (ours()) {
    params.add("model", Out(model));
    if (kind.given()) params.add("custom_llm_provider", Out(*kind));
    return;
  }
  if (kind.state == ir::State::Unknown && model == "*" && !provider.name.given() && provider.base_url.absent()) {
    params.add("model", Out(model));  // the requested name tells LiteLLM the provider
    return;
  }
  const std::string prefix = foreign_prefix(provider, kind, model, params);
  params.add("model", Out(prefix + "/" + model));
  context_.ledger.admit_added("routes[" + group.name + "]", "LiteLLM must be told the provider");
}

/// Another gateway's provider that LiteLLM does not know by name: by its address, its models, the words of its slug.
std::string Writer::foreign_prefix(const ir::Provider& provider, const Field<std::string>& kind, std::string_view model,
                                   Out& params) {
  const facts::ProviderFacts* known = kind.given() ? facts::provider_by_kind(*kind) : nullptr;
  const auto settle_kind = [&](std::string_view canonical, Fate fate, std::string advice) {
    if (kind.absent()) return;
    const std::string reason = kind.given() ? "LiteLLM has no provider of this name; it is called as "
                                            : "LiteLLM must be told the provider; it is taken to be ";
    lose(&kind, fate, DiagId::Approximated, reason + std::string(canonical), std::move(advice), std::string(canonical));
  };
  if (known != nullptr && known->openai_compatible) {
    if (provider.base_url.absent() && !known->base_url().empty()) params.add("api_base", Out(known->base_url()));
    settle_kind("openai", Fate::Approximated, {});
    return "openai";
  }
  if (kind.absent() || kind.state == ir::State::Unknown) {
    const ModelString by_name =
        litellm::read_model_string(model, provider.base_url.given() ? std::string_view(*provider.base_url) : "",
                                   [](std::string_view) { return false; });
    const facts::ProviderFacts* in_slug = provider.name.given() ? provider_in_slug(*provider.name) : nullptr;
    const facts::ProviderFacts* told = in_slug != nullptr ? in_slug : facts::provider_by_kind(by_name.kind);
    // one provider may be called with models of different looks
    if (const auto [known_guess, fresh] = guessed_.emplace(&kind, told); !fresh) told = known_guess->second;
    const bool known_by_litellm = told != nullptr && !told->litellm.empty();
    settle_kind(known_by_litellm ? told->kind : "openai", Fate::Manual, "name the provider in `model`");
    return known_by_litellm ? std::string(told->litellm_prefix()) : "openai";
  }
  settle_kind("openai", provider.base_url.given() ? Fate::Approximated : Fate::Manual,
              "set `api_base`, or another provider in `model`");
  return "openai";
}

void Writer::lose_provider_rest(const ir::Provider& provider) {
  if (provider.name.given()) {
    const bool vault = provider.api_key.absent();
    lose(&provider.name, vault ? Fate::Manual : Fate::Skipped, DiagId::NotExpressible,
         vault ? "the source gateway keeps this provider's key; LiteLLM reads it from the environment"
               : "LiteLLM's deployments name no provider",
         vault ? "set the provider's API key in LiteLLM's environment" : "");
  }
  if (!provider.models.absent()) {
    lose(&provider.models, Fate::Manual, DiagId::NotExpressible, "LiteLLM offers what its model list has",
         "keep the list in mind when adding models");
  }
  if (!provider.owner.absent())
    lose(&provider.owner, Fate::Manual, DiagId::NotExpressible, "providers of LiteLLM belong to nobody",
         "give the team its own models");
  for (const ir::Limit& l : provider.limits) {
    lose(&l, Fate::Manual, DiagId::DroppedLimit, "LiteLLM limits deployments, not providers",
         "set `rpm` and `tpm` on the provider's deployments");
  }
  for (const ir::Budget& b : provider.budgets) {
    lose(&b, Fate::Manual, DiagId::DroppedLimit, "LiteLLM budgets a kind of provider, not one account",
         "set `provider_budget_config` if there is one account only");
  }
}

Out Writer::credential_list() {
  Out list = Out::sequence();
  for (const ir::CredentialSet& set : gw_.credential_sets) {
    Out values = Out::mapping();
    const ir::Provider& p = set.values;
    if (p.api_key.given()) values.add("api_key", secret(p.api_key, upper(set.name.value) + "_API_KEY"));
    put(values, "api_base", p.base_url);
    put(values, "api_version", p.api_version);
    put(values, "organization", p.organization);
    if (!p.region.absent()) {
      const std::string_view key = layout("credential_list." + set.name.value + ".region");
      put(values, key.empty() ? "aws_region_name" : key, p.region);
    }
    write_provider_params(values, p);
    Out out = Out::mapping();
    out.add("credential_name", spelled(set.name));
    add_section(out, "credential_values", std::move(values));
    if (ours()) {
      place_extras(out, set.extras);
    } else {
      context_.ledger.admit_added("credential_sets[" + set.name.value + "].extras[credential_info]",
                                  "LiteLLM asks for it");
      out.add("credential_info", Out::mapping());
    }
    list.push(std::move(out));
  }
  return list;
}

}  // namespace gatec::targets::litellm
