#include "compiler/facts/providers.h"
#include "targets/portkey/hosts.h"
#include "targets/portkey/reader.h"
#include "targets/portkey/writer.h"

#include <algorithm>

namespace gatec::targets::portkey {
namespace {

using ir::Fate;
using ir::State;

constexpr std::string_view kAzureHost = ".openai.azure.com";
/// Keys that Portkey's code asks for although the provider needs none (page 1.2, rule 3).
constexpr std::string_view kNoKey = "none";

std::string upper_name(std::string_view text) {
  std::string name;
  for (const char c : text) {
    const bool lower = c >= 'a' && c <= 'z';
    if (lower || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9'))
      name += lower ? static_cast<char>(c - 'a' + 'A') : c;
    else if (!name.empty() && name.back() != '_')
      name += '_';
  }
  return name;
}

/// The provider that a slug's words name (`openai-prod`, `my-azure-openai-key`), the longest name first.
const facts::ProviderFacts* guess(std::string_view slug) {
  std::string words = "-";
  for (const char c : slug) {
    const bool upper = c >= 'A' && c <= 'Z';
    words += c == '_' || c == '.' || c == ' ' ? '-' : upper ? static_cast<char>(c - 'A' + 'a') : c;
  }
  words += '-';
  const facts::ProviderFacts* best = nullptr;
  const auto better = [&](const facts::ProviderFacts& p, std::string_view name) {
    const bool fits = p.portkey_oss == facts::PortkeyOss::Yes && !name.empty() &&
                      words.find("-" + std::string(name) + "-") != std::string::npos;
    return fits && (best == nullptr || name.size() > best->portkey.size());
  };
  for (const facts::ProviderFacts& p : facts::providers()) {
    if (better(p, p.portkey)) best = &p;
  }
  for (const auto& [word, kind] :
       {std::pair("azure", "azure_openai"), std::pair("vertex", "vertex_ai"), std::pair("mistral", "mistral"),
        std::pair("gemini", "google"), std::pair("together", "together_ai"), std::pair("fireworks", "fireworks_ai"),
        std::pair("xai", "xai")}) {
    if (best == nullptr && words.find("-" + std::string(word) + "-") != std::string::npos)
      best = facts::provider_by_kind(kind);
  }
  return best;
}

const ir::Provider kNothing;

/// A provider without what its credential set adds.
ir::ResolvedProvider own_of(const ir::Provider& p) {
  ir::ResolvedProvider r{&p.kind, &p.base_url, &p.region, &p.api_version, &p.organization, &p.api_key, {}, {}};
  for (const ir::ProviderParam& param : p.params) r.params.push_back(&param);
  for (const ir::Param& h : p.headers) r.headers.push_back(&h);
  return r;
}

bool has_param(const ir::ResolvedProvider& r, std::string_view name) {
  return std::ranges::any_of(r.params, [&](const ir::ProviderParam* p) { return p->name == name; });
}

/// Whether the gateway takes the target without `api_key` (page 1.2).
bool keyless(const ir::ResolvedProvider& r, std::string_view kind) {
  if (kind == "ollama" || kind == "triton") return true;
  if (in_family(Family::Aws, kind)) return has_param(r, "aws_access_key_id") && has_param(r, "aws_secret_access_key");
  if (kind == "vertex_ai")
    return !r.region->absent() && (has_param(r, "vertex_project") || has_param(r, "vertex_credentials"));
  if (kind == "azure_openai") return has_param(r, "azure_auth_mode");
  return false;
}

}  // namespace

bool ConfigWriter::refuse(Loss why) {
  why_ = std::move(why);
  left_out_ = true;
  return false;
}

/// Text of a field as a config says it: a value from the environment becomes a reference.
std::string ConfigWriter::text_of(const ir::Field<std::string>& field) {
  if (field.state != State::Unknown) {
    if (const auto reference = parse_reference(field.value); reference && !same()) {
      lose(&field, {Fate::Approximated, DiagId::Approximated,
                    "the source gateway takes this text as it is, here it is filled in from the environment",
                    "unknown here", ""});
      references_.insert(reference->name);
    }
    return field.value;
  }
  const std::string& text = field.value;
  if (!text.starts_with("env(") || !text.ends_with(')')) return text;
  std::string name(settable_variable(text.substr(4, text.size() - 5), &field, false, context_));
  std::string reference = "${" + name + "}";
  references_.insert(std::move(name));
  return reference;
}

std::optional<Out> ConfigWriter::write_leaf(const ir::PlanNode& node, const ir::Deployment& deployment, Out object) {
  const ir::Provider& provider = gateway_.at(deployment.provider);
  if (deployment.blocked.given() && *deployment.blocked && !same()) {
    static_cast<void>(
        refuse({Fate::Approximated, DiagId::RouteLeftOut, "the deployment is blocked: it is left out", "", ""}));
    return std::nullopt;
  }
  at_ = &deployment;
  std::string prefix;
  const bool by_slug = provider.name.given() && (!oss() || same());
  if (by_slug || slug_of) {
    if (!write_named_provider(object, deployment, provider, prefix)) return std::nullopt;
  } else if (!write_oss_provider(object, deployment, provider)) {
    return std::nullopt;
  }
  chain_.push_back(&deployment.settings);
  write_settings(object);
  if (oss() && !same()) {
    const bool turned = std::ranges::any_of(chain_, [](const ir::Settings* s) { return !s->params.defaults.empty(); });
    if (turned) admit("params.override[", "a default of the source became an override");
  }
  chain_.pop_back();
  const bool own_kind = by_slug && same();
  const std::string kind = !own_kind                          ? resolved(gateway_, provider).kind->value
                           : provider.credential_set.absent() ? provider.kind.value
                                                              : std::string();
  write_model(object, deployment, prefix, kind);
  if (deployment.base_model.given() && (same() || (kind == "azure_openai" && !slug_of))) {
    object.add("azure_model_name", *deployment.base_model);
  } else {
    lose_if(deployment.base_model, [] { return skipped("the gateway asks no price table for it"); });
  }
  lose_deployment(deployment);
  put_extras(object, deployment.extras);
  put_extras(object, node.extras);
  if (!same()) return object;
  if (!is_declared(provider)) put_extras(object, provider.extras);
  return object;
}

/// Whether a provider is an object of the control plane and not only a target's own words.
bool ConfigWriter::is_declared(const ir::Provider& provider) const {
  if (!provider.name.given()) return false;
  const auto found = declared_.find(*provider.name);
  return found != declared_.end() && found->second == &provider;
}

/// By the name that the control plane has for the provider.
bool ConfigWriter::write_named_provider(Out& object, const ir::Deployment& deployment, const ir::Provider& provider,
                                        std::string& model_prefix) {
  if (slug_of) {
    const std::string slug = slug_of(deployment);
    if (slug.empty()) return false;
    object.add("provider", "@" + slug);
    admit("provider.name", "the control plane has a name for each provider");
    if (ir::resolved(gateway_, provider).base_url->absent()) admit("provider.base_url", "the provider's own address");
    if (ir::resolved(gateway_, provider).api_version->absent())
      admit("provider.api_version", "an API version must be named");
    return true;
  }
  const std::string& slug = *provider.name;
  const ir::ResolvedProvider r = is_declared(provider) ? own_of(kNothing) : own_of(provider);
  const auto spelling = spelt_.find(slug);
  // what an integration says of the kind is not said again
  const bool has_kind = r.kind->given() && provider.credential_set.absent();
  if (has_kind) {
    const facts::ProviderFacts* facts = facts::provider_by_kind(**r.kind);
    object.add("provider", facts != nullptr && !facts->portkey.empty() ? std::string(facts->portkey) : **r.kind);
    object.add("virtual_key", slug);
  } else if (spelling != spelt_.end() && spelling->second == "virtual_key") {
    object.add("virtual_key", slug);
  } else if (spelling != spelt_.end() && spelling->second == "model" &&
             deployment.upstream_model.from.rule() != &rules::kPassModel) {
    model_prefix = "@" + slug + "/";
  } else {
    object.add("provider", "@" + slug);
  }
  write_endpoint(object, provider, r, has_kind ? std::string_view(**r.kind) : std::string_view(), false);
  if (r.api_key->given()) object.add("api_key", spell(**r.api_key, r.api_key, "PORTKEY_TARGET_API_KEY"));
  write_provider_params(object, r, has_kind ? std::string_view(**r.kind) : std::string_view());
  return true;
}

/// The open-source gateway knows no slugs: a native name is put in, for a person to check.
void ConfigWriter::write_guessed_provider(Out& object, const ir::Provider& provider) {
  const std::string slug = provider.name.given() ? *provider.name : "";
  const facts::ProviderFacts* facts = guess(slug);
  if (facts == nullptr) facts = facts::provider_by_kind("openai");
  const std::string variable = (slug.empty() ? "PROVIDER" : upper_name(slug)) + "_API_KEY";
  const std::string advice =
      "check that `" + std::string(facts->portkey) + "` is right and put the provider's key into " + variable;
  Loss loss{Fate::Manual, DiagId::PortkeySlugUnresolved, "only the hosted gateway knows what stands behind the slug",
            "", advice};
  lose_if(provider.name, loss);
  for (const auto* field : {&provider.base_url, &provider.region, &provider.api_version, &provider.organization})
    lose_if(*field, loss);
  for (const ir::ProviderParam& p : provider.params) lose(&p, loss);
  const std::string reason = "what the target says of the provider is read as the guessed one's";
  for (const std::string_view part : {"provider.base_url", "provider.region", "provider.api_version",
                                      "provider.organization", "provider.params[", "extras["}) {
    admit(std::string(part), reason);
  }
  loss.written = facts->kind;
  lose(&provider.kind, std::move(loss));
  object.add("provider", facts->portkey);
  if (provider.api_key.given()) {
    object.add("api_key", spell(*provider.api_key, &provider.api_key, variable));
    return;
  }
  references_.insert(variable);
  object.add("api_key", "${" + variable + "}");
  admit("provider.api_key", "the key of what stands behind the slug");
}

bool ConfigWriter::write_oss_provider(Out& object, const ir::Deployment& deployment, const ir::Provider& provider) {
  const ir::ResolvedProvider r = ir::resolved(gateway_, provider);
  const bool told_later = r.kind->state == State::Unknown && r.kind->value.empty();
  if (r.kind->absent() || (told_later && provider.name.absent() && !same())) {
    const bool pass = oss() && deployment.upstream_model.from.rule() == &rules::kPassModel;
    if (!pass)
      return refuse(manual("the source does not say which provider this is", "name the provider in the source"));
  }
  if (!r.kind->given() && same()) {
    write_endpoint(object, provider, r, "", false);
    if (r.api_key->given()) object.add("api_key", spell(**r.api_key, r.api_key, "PROVIDER_API_KEY"));
    write_provider_params(object, r, "");
    return true;
  }
  if (!r.kind->given()) {
    write_guessed_provider(object, provider);
    write_endpoint(object, provider, r, "", false);
    write_provider_params(object, r, "");
    const facts::ProviderFacts* guessed = provider.name.given() ? guess(*provider.name) : nullptr;
    if (guessed != nullptr && guessed->kind == "vertex_ai") write_vertex_place(object);
    return true;
  }
  lose_if(provider.name, [] { return skipped("the open-source gateway has no names for providers"); });
  const std::string& kind = **r.kind;
  const facts::ProviderFacts* facts = facts::provider_by_kind(kind);
  const bool native =
      facts != nullptr && !facts->portkey.empty() && (same() || facts->portkey_oss == facts::PortkeyOss::Yes);
  const bool as_openai = !native && !same();
  if (native) {
    object.add("provider", facts->portkey);
  } else if (same()) {
    object.add("provider", kind);
  } else if (facts != nullptr && facts->openai_compatible && (!r.base_url->absent() || !facts->base_url().empty())) {
    object.add("provider", "openai");
    lose(r.kind, {Fate::Approximated, DiagId::Approximated,
                  facts->portkey_oss == facts::PortkeyOss::Dead
                      ? "the gateway accepts this provider and then fails: it is called as an OpenAI-compatible server"
                      : "the gateway has no name for this provider: it is called as an OpenAI-compatible server",
                  "openai", ""});
  } else {
    const std::string title = facts != nullptr ? std::string(facts->title) : "`" + kind + "`";
    return refuse(manual("the open-source gateway cannot call " + title,
                         "call " + title + " another way, or through an OpenAI-compatible endpoint"));
  }
  write_endpoint(object, provider, r, kind, as_openai);
  write_key(object, r, kind);
  write_provider_params(object, r, kind);
  if (kind == "vertex_ai" && !same()) write_vertex_place(object);
  return true;
}

/// The open-source gateway refuses a config whose Vertex targets do not say where they are; LiteLLM takes it from these
/// variables.
void ConfigWriter::write_vertex_place(Out& object) {
  const auto add = [&](std::string_view key, const std::string& variable, std::string field) {
    references_.insert(variable);
    object.add(std::string(key), "${" + variable + "}");
    admit(std::move(field), "the gateway reads no place from its environment, so the config names it");
  };
  if (object.find("vertex_region") == nullptr) add("vertex_region", "VERTEXAI_LOCATION", "provider.region");
  if (object.find("vertex_project_id") == nullptr && object.find("vertex_service_account_json") == nullptr)
    add("vertex_project_id", "VERTEXAI_PROJECT", "provider.params[vertex_project]");
}

void ConfigWriter::write_endpoint(Out& object, const ir::Provider& provider, const ir::ResolvedProvider& r,
                                  std::string_view kind, bool as_openai) {
  static_cast<void>(provider);
  const facts::ProviderFacts* facts = facts::provider_by_kind(kind);
  std::string url = text_of(*r.base_url);
  if (r.base_url->absent() && as_openai && facts != nullptr) {
    url = facts->base_url();
    admit("provider.base_url", "the provider's own address");
  }
  if (!r.base_url->absent() && !same()) {
    std::string trimmed = url;
    while (trimmed.ends_with('/')) trimmed.pop_back();
    if (trimmed != url) {
      // a slash at the end makes `//chat/completions` (page 1.1)
      lose(r.base_url, {Fate::Approximated, DiagId::Approximated,
                        "without the slash at its end, which would be doubled", trimmed, ""});
      url = trimmed;
    }
  }
  if (url.empty()) return;
  if (kind == "azure_openai" && r.base_url->given() && url.starts_with("https://") && url.ends_with(kAzureHost)) {
    const std::string resource = url.substr(8, url.size() - 8 - kAzureHost.size());
    if (!resource.empty() && resource.find_first_of("./:$") == std::string::npos) {
      object.add("resource_name", resource);
      return;
    }
  }
  if (kind == "azure_ai") {
    object.add("azure_foundry_url", url);
    return;
  }
  std::string host = url + std::string(host_suffix(kind));
  if (oss() && r.base_url->given()) judge_address(host, *r.base_url);
  object.add("custom_host", std::move(host));
}

/// One address that the open-source gateway refuses makes it refuse the whole config.
void ConfigWriter::judge_address(const std::string& url, const ir::Field<std::string>& address) {
  if (address.state != State::Given) return;  // render.sh fills it in
  HostVerdict verdict = judge_host(url);
  if (verdict.why.empty()) return;
  if (!verdict.trusted.empty()) {
    hosts_.insert(std::move(verdict.trusted));
    return;
  }
  if (same()) return;
  settle(address.from, Fate::Manual, DiagId::PortkeyHost,
         "the gateway refuses the whole config for this address, as " + std::string(verdict.why) +
             ": put the address of the server there");
}

void ConfigWriter::write_key(Out& object, const ir::ResolvedProvider& r, std::string_view kind) {
  const facts::ProviderFacts* facts = facts::provider_by_kind(kind);
  const std::string hint = facts != nullptr && !facts->main_key_env().empty() ? std::string(facts->main_key_env())
                                                                              : upper_name(kind) + "_API_KEY";
  if (r.api_key->given()) {
    object.add("api_key", spell(**r.api_key, r.api_key, hint));
    return;
  }
  if (same() || keyless(r, kind)) return;
  if (in_family(Family::Aws, kind) || (facts != nullptr && facts->key_env.empty())) {
    object.add("api_key", kNoKey);
    admit("provider.api_key", "the gateway asks for a key even where the provider takes none");
    return;
  }
  references_.insert(hint);
  object.add("api_key", "${" + hint + "}");
  admit("provider.api_key", "the gateway reads no key from its environment, so the config names it");
}

void ConfigWriter::write_provider_params(Out& object, const ir::ResolvedProvider& r, std::string_view kind) {
  if (!r.region->absent()) {
    const ParamName* name = param_by_canonical("@region", kind);
    if (name != nullptr)
      object.add(std::string(name->key), text_of(*r.region));
    else
      lose(r.region, skipped("the gateway takes no region for this provider"));
  }
  if (!r.api_version->absent()) {
    const ParamName* name = param_by_canonical("@api_version", kind);
    const bool written = name != nullptr || kind == "azure_openai" || same();
    if (written)
      object.add(name != nullptr ? std::string(name->key) : "api_version", text_of(*r.api_version));
    else
      lose(r.api_version, skipped("the gateway takes no API version for this provider"));
  }
  if (!r.organization->absent()) object.add("openai_organization", text_of(*r.organization));
  for (const ir::ProviderParam* p : r.params) {
    const ParamName* name = param_by_canonical(p->name, kind);
    const std::string_view key = name != nullptr ? name->key : std::string_view(p->name);
    const bool plain_credentials =
        p->name == "vertex_credentials" && p->value.kind != ir::Value::Kind::Mapping && !same();
    if (plain_credentials) {
      lose(p, manual("the gateway takes the service account as an object",
                     "put the fields of the JSON file into `vertex_service_account_json`"));
    } else if (same() || name != nullptr || is_provider_key(key)) {
      object.add(std::string(key), open(p->value, key));
    } else if (p->name == "custom_host" || p->name == "deployment_id" || p->name == "resource_name") {
      object.add(p->name, open(p->value, key));
    } else {
      lose(p, manual("the gateway has no such parameter",
                     "see how the target reaches this provider without `" + p->name + "`"));
    }
  }
  for (const ir::Param* h : r.headers) {
    lose(h, manual("the open-source gateway adds no headers of its own",
                   "let the clients send this header and list it in `forward_headers`"));
  }
}

void ConfigWriter::write_model(Out& object, const ir::Deployment& deployment, std::string_view prefix,
                               std::string_view kind) {
  const ir::Field<std::string>& upstream = deployment.upstream_model;
  const bool passes = upstream.from.rule() == &rules::kPassModel && same();
  if (upstream.absent() || passes) return;
  std::string model = text_of(upstream);
  const bool open_ended = model.find('*') != std::string::npos && upstream.given() && !same();
  if (open_ended && filled_) {
    std::size_t at = 0;
    for (const std::string& capture : captures_) {
      at = model.find('*', at);
      if (at == std::string::npos) break;
      model.replace(at, 1, capture);
      at += capture.size();
    }
  } else if (open_ended && requested_.find('*') != std::string_view::npos) {
    if (model != requested_) {
      ledger::Loss loss =
          manual("a model name cannot be rewritten: the requested name goes upstream as it is",
                 "name each model on a route of its own, or let the clients send the provider's own names");
      loss.written = requested_;
      lose(&upstream, std::move(loss));
    }
    return;
  }
  Out params = Out::mapping();
  Out* given = nullptr;
  for (auto& [key, value] : std::get<Out::Mapping>(object.storage())) {
    if (key == "override_params") given = &value;
  }
  const bool own_model = given != nullptr && given->find("model") != nullptr;
  if (!own_model) params.add("model", std::string(prefix) + model);
  if (given != nullptr) {
    for (auto& [key, value] : std::get<Out::Mapping>(given->storage())) params.add(key, std::move(value));
    *given = std::move(params);
  } else {
    object.add("override_params", std::move(params));
  }
  const bool azure = kind == "azure_openai" && object.find("virtual_key") == nullptr && !slug_of;
  if (azure && prefix.empty()) object.add("deployment_id", model);
}

/// "60 of 100", where weights were made of the same leaves as the limit.
std::string ConfigWriter::share_of(const ir::Limit& limit) {
  std::string share;
  limit.amount.from.each([&](ir::LeafId leaf) {
    const auto found = shares_.find(leaf.value);
    if (found != shares_.end()) share = found->second.weight->text() + " of " + found->second.sum.text();
  });
  return share;
}

void ConfigWriter::lose_deployment(const ir::Deployment& d) {
  if (same()) return;
  lose_if(d.id, [] { return skipped("the gateway has no ids for targets"); });
  lose_if(d.upstream_spelling, []() -> Loss {
    return {Fate::Approximated, DiagId::Approximated,
            "the caller's path decides which of the provider's endpoints is called", "", ""};
  });
  lose_if(d.mode, []() -> Loss {
    return {Fate::Approximated, DiagId::Approximated, "the caller's path decides what is done", "", ""};
  });
  for (const auto* field : {&d.max_input_tokens, &d.max_output_tokens, &d.max_tokens}) {
    lose_if(*field, [] { return skipped("the gateway knows no context windows"); });
  }
  for (const ir::Price& p : d.prices)
    lose(&p, manual("prices are kept by the hosted control plane only", "enter the price where costs are watched"));
  for (const ir::Limit& l : d.limits) {
    const bool hint = l.hint.given() && *l.hint;
    if (const std::string share = hint ? share_of(l) : std::string(); !share.empty()) {
      lose(&l,
           {Fate::Approximated, DiagId::Approximated,
            "it steers LiteLLM's choice; here its share of the group, " + share + ", is the target's weight", "", ""});
      continue;
    }
    lose(&l,
         {Fate::Skipped, hint ? DiagId::NotExpressible : DiagId::DroppedLimit,
          hint ? "it steers LiteLLM's choice; the weights say what comes of it" : "a target of a config has no limits",
          "", ""});
  }
  for (const ir::Budget& b : d.budgets)
    lose(&b, {Fate::Skipped, DiagId::DroppedLimit, "a target of a config has no budget", "", ""});
  lose_if(d.tags, [] {
    return manual("a target cannot be asked for by tag", "let clients send metadata and route by a condition on it");
  });
  lose_if(d.tag_patterns, [] {
    return manual("a target cannot be asked for by tag", "let clients send metadata and route by a condition on it");
  });
  lose_if(d.access_groups, [] {
    return manual("the gateway has no groups of models that keys are bound to",
                  "restrict models by workspace or guardrail");
  });
  lose_if(d.environments, [] { return skipped("the gateway has no environments"); });
  lose_if(d.blocked, []() -> Loss {
    return {Fate::Approximated, DiagId::Approximated, "a target that is written is not blocked", "", ""};
  });
  lose_if(d.owner,
          [] { return manual("a target belongs to nobody in particular", "give the team a config of its own"); });
  if (!d.provider.valid()) return;
  const ir::List<std::string>& offered = gateway_.at(d.provider).models;
  const auto all = [] {
    return manual("a provider serves whatever model a target names",
                  "allow the models of the integration only, in the model catalogue");
  };
  lose_if(offered, all);
  for (const auto& model : offered.items) lose(&model, all());
}

}  // namespace gatec::targets::portkey
