#include "compiler/facts/providers.h"
#include "compiler/ir/describe.h"
#include "targets/llmgateway/reader.h"
#include "targets/llmgateway/writer.h"

#include <algorithm>

namespace gatec::targets::llmgateway {
namespace {

constexpr std::string_view kAzure = ".openai.azure.com";
constexpr std::string_view kFoundry = ".services.ai.azure.com";

const ir::ProviderParam* param(const ir::ResolvedProvider& r, std::string_view name) {
  for (const ir::ProviderParam* p : r.params) {
    if (p->name == name) return p;
  }
  return nullptr;
}

/// "https://acme.openai.azure.com/" → "acme".
std::string_view resource_of(std::string_view url, std::string_view tail) {
  constexpr std::string_view kHead = "https://";
  while (url.ends_with('/')) url.remove_suffix(1);
  if (!url.starts_with(kHead) || !url.ends_with(tail)) return {};
  url = url.substr(kHead.size(), url.size() - kHead.size() - tail.size());
  const bool plain = !url.empty() && std::ranges::all_of(url, [](char c) {
    return c == '-' || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  });
  return plain ? url : std::string_view();
}

/// The address as the gateway wants it: without the `/v1` that it appends.
std::string without_v1(std::string url) {
  while (url.ends_with('/')) url.pop_back();
  if (url.ends_with("/v1")) url.erase(url.size() - 3);
  return url;
}

/// What a server is called by its address: "api.acme.ai" is acme.
std::string host_name(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  url = url.substr(0, url.find_first_of(":/"));
  std::vector<std::string_view> labels;
  while (!url.empty()) {
    const std::size_t dot = url.find('.');
    labels.push_back(url.substr(0, dot));
    url = dot == std::string_view::npos ? std::string_view() : url.substr(dot + 1);
  }
  if (labels.empty() || labels.back().empty()) return {};
  if (labels.back().front() >= '0' && labels.back().front() <= '9') return "server";
  return std::string(labels.size() > 1 ? labels[labels.size() - 2] : labels.front());
}

std::string_view plain_text(const ir::Value& v) {
  return v.kind == ir::Value::Kind::String ? std::string_view(v.text) : std::string_view();
}

/// Whether a host can be named after it.
bool is_region(std::string_view text) {
  return !text.empty() && text.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") == std::string_view::npos;
}

}  // namespace

/// Which provider of the gateway serves a deployment and under which name; nothing when it cannot be said (then why_
/// tells).
std::optional<Writer::Address> Writer::address_of(const ir::Deployment& d) {
  const auto no = [this](Loss why) {
    static_cast<void>(refuse(std::move(why)));
    return std::nullopt;
  };
  if (d.blocked.given() && *d.blocked) return no(nearly("the model is switched off: nothing leads to it"));
  if (!d.upstream_model.given() || d.upstream_model.value.empty())
    return no(manual("which model is asked for is not known here", "enter it in models.map.json"));
  if (!d.provider.valid()) return no(manual("the model has no provider", "add a provider key for it"));
  const ir::Provider& source = gateway_.at(d.provider);
  const ir::ResolvedProvider r = ir::resolved(gateway_, source);
  Address a;
  std::string kind = r.kind->given() ? **r.kind : std::string();
  const facts::ProviderFacts* facts = facts::provider_by_kind(kind);
  a.title = source.name.given() ? *source.name
            : facts != nullptr  ? std::string(facts->kind)
            : kind.empty()      ? "provider"
                                : kind;
  a.model = *d.upstream_model;
  a.provider = provider_of(kind, snapshot_);
  const ir::Field<std::string>& url = *r.base_url;
  const bool openai_elsewhere =
      kind == "openai" && !url.absent() &&
      (!url.given() || facts::provider_by_host(*url) == nullptr || facts::provider_by_host(*url)->kind != "openai");
  if (a.provider.empty() || openai_elsewhere) {
    if (!address_custom(r, kind, a)) return std::nullopt;
  } else if (kind == "azure_openai" || kind == "azure_ai") {
    const std::string_view tail = kind == "azure_ai" ? kFoundry : kAzure;
    a.resource = url.given() ? resource_of(*url, tail) : std::string_view();
    if (a.resource.empty())
      a.resource = "${" + variable_for(source.name.given() ? *source.name : "AZURE", "RESOURCE") + "}";
    if (d.base_model.given() && !d.base_model->empty()) {
      const std::size_t slash = d.base_model->find_last_of('/');
      a.model = slash == std::string::npos ? *d.base_model : d.base_model->substr(slash + 1);
      if (a.model.empty()) a.model = *d.upstream_model;
    }
  } else if (kind == "bedrock") {
    const BedrockName name = bedrock_name(*d.upstream_model);
    a.model = name.rest;
    a.prefix = name.prefix;
    if (url.given() || url.state == ir::State::Unknown)
      a.url = text(url);
    else if (r.region->given() && is_region(**r.region))
      a.url = "https://bedrock-runtime." + **r.region + ".amazonaws.com";
  } else if (!url.absent()) {
    a.url = url.given() && appends_v1(kind) ? without_v1(*url) : text(url);
  }
  // the environment has an address for some providers only
  if (env_keys_ && !a.custom && variable(a.provider, Said::Url) == nullptr) a.url.clear();
  a.identity = (source.name.given() ? "@" + *source.name : std::string()) + "|" + a.provider + "|" + a.url + "|" +
               a.resource + "|";
  if (!r.api_key->absent()) a.identity += ir::show(**r.api_key) + (*r.api_key)->literal.reveal();
  if (a.provider == "azure") a.identity += "|" + kind + "|" + r.api_version->value;
  // what the process holds once for all keys of a provider
  if (a.provider == "google-vertex") {
    const ir::ProviderParam* project = param(r, "vertex_project");
    a.pool = r.region->value + "|" + (project != nullptr ? ir::show(project->value) : std::string());
  }
  if (env_keys_ && !a.custom) {
    a.pool += a.url.empty() ? "|" : "|url";
    a.pool += r.api_version->absent() ? "|" : "|version";
    a.pool += "|" + a.prefix;
  }
  return a;
}

/// An OpenAI-compatible server by its address.
bool Writer::address_custom(const ir::ResolvedProvider& r, std::string_view kind, Address& a) {
  const facts::ProviderFacts* facts = facts::provider_by_kind(kind);
  const bool speaks_openai = facts == nullptr || facts->openai_compatible || kind == "vllm" || kind.empty();
  if (!speaks_openai) {
    return refuse(manual("LLM Gateway has no provider " + a.title + ", and a custom one is an OpenAI-compatible server",
                         "reach " + a.title + " through an OpenAI-compatible endpoint, then convert again"));
  }
  a.custom = true;
  a.provider = kCustom;
  const ir::Field<std::string>& url = *r.base_url;
  if (!url.absent())
    a.url = url.given() ? without_v1(*url) : text(url);
  else if (facts != nullptr && !facts->base_url().empty())
    a.url = without_v1(std::string(facts->base_url()));
  else
    a.url = "${" + variable_for(a.title, "BASE_URL") + "}";
  if (url.given() && a.title == "openai") {
    if (std::string host = host_name(*url); !host.empty()) a.title = std::move(host);
  }
  return true;
}

std::string Writer::custom_name(std::string_view title) {
  std::string name;
  for (const char c : slug(title)) {
    if (c >= 'a' && c <= 'z') name += c;
  }
  if (name.empty() || name == kCustom || name == "dynamic" || is_provider(name)) name += "own";
  std::string free = name;
  for (char c = 'b'; !custom_names_.insert(free).second; ++c) {
    if (c > 'z') {
      name += 'z';
      c = 'a';
    }
    free = name + c;
  }
  return free;
}

/// The key that a deployment is called with; made the first time. The older snapshot has one for each provider.
std::optional<std::size_t> Writer::claim(const ir::Deployment& d, const Address& a) {
  const auto known = key_of_identity_.find(a.identity);
  std::size_t at = keys_.size();
  if (known != key_of_identity_.end()) {
    at = known->second;
    if (keys_[at].pool != a.pool && (a.provider == "google-vertex" || env_keys_)) {
      static_cast<void>(refuse(manual("the process has one project and region for all keys of this provider",
                                      "run a gateway of its own for this model")));
      return std::nullopt;
    }
  } else {
    for (const KeyOut& k : keys_) {
      const bool both = a.custom ? k.custom : !k.custom && k.provider == a.provider;
      if (!both) continue;
      const bool env = env_keys_ && !a.custom;
      if (k.pool != a.pool || (!env && !is_new())) {
        Loss loss = manual(a.custom ? "this version takes one custom provider for an organization"
                                    : "this version takes one key of a provider for an organization",
                           a.custom ? "write `llmgateway@N`, which takes several, or an organization of its own"
                                    : "write `llmgateway@N`, or `--opt llmgateway.keys=env` to use the keys in turn");
        loss.code = DiagId::LlmgatewayOneKey;
        static_cast<void>(refuse(std::move(loss)));
        return std::nullopt;
      }
    }
    KeyOut& key = keys_.emplace_back();
    key.custom = a.custom;
    key.env = env_keys_ && !a.custom;
    key.provider = a.custom ? custom_name(a.title) : a.provider;
    key.source = &gateway_.at(d.provider);
    key.identity = a.identity;
    key.pool = a.pool;
    key.url = a.url;
    key.resource = a.resource;
    key_of_identity_.emplace(a.identity, at);
  }
  KeyOut& key = keys_[at];
  if (key.prefix.empty()) key.prefix = a.prefix;
  if (a.model.find('*') != std::string::npos)
    key.all_models = true;
  else
    key.models.insert(a.model);
  return at;
}

/// All keys that a request for this model may use, as reading back finds them.
std::vector<std::size_t> Writer::keys_for(std::size_t at, const std::string& model) const {
  std::vector<std::size_t> found;
  const KeyOut& own = keys_[at];
  if (own.custom) return {at};
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    const KeyOut& k = keys_[i];
    if (k.custom || k.provider != own.provider) continue;
    if (i == at || k.env || k.all_models || k.models.contains(model)) found.push_back(i);
  }
  return found;
}

std::string Writer::hint_of(const KeyOut& key) const {
  const ir::ResolvedProvider r = ir::resolved(gateway_, *key.source);
  const facts::ProviderFacts* facts = r.kind->given() ? facts::provider_by_kind(**r.kind) : nullptr;
  if (facts != nullptr && !facts->main_key_env().empty()) return std::string(facts->main_key_env());
  const Variable* v = key.custom ? nullptr : variable(key.provider, Said::Key);
  return v != nullptr ? std::string(v->name) : variable_for(key.provider, "API_KEY");
}

std::string Writer::token_of(const KeyOut& key) {
  const ir::ResolvedProvider r = ir::resolved(gateway_, *key.source);
  if (r.api_key->given()) return spell(**r.api_key, r.api_key, hint_of(key));
  if (same()) return {};
  const facts::ProviderFacts* facts = r.kind->given() ? facts::provider_by_kind(**r.kind) : nullptr;
  if (key.custom && facts != nullptr && (facts->base_required || facts->kind == "ollama")) return "none";
  const std::string variable = hint_of(key);
  variables_.insert(variable);
  return "${" + variable + "}";
}

Out Writer::key_body(std::size_t at) {
  const KeyOut& key = keys_[at];
  const ir::ResolvedProvider r = ir::resolved(gateway_, *key.source);
  Out body = Out::mapping();
  body.add("provider", key.custom ? kCustom : std::string_view(key.provider));
  if (key.custom) body.add("name", key.provider);
  body.add("token", token_of(key));
  if (!key.url.empty()) {
    body.add("baseUrl", key.url);
    if (const auto reference = parse_reference(key.url)) variables_.insert(reference->name);
  }
  Out options = Out::mapping();
  if (!key.prefix.empty()) options.add("aws_bedrock_region_prefix", key.prefix);
  if (!key.resource.empty()) {
    options.add("azure_resource", key.resource);
    if (const auto reference = parse_reference(key.resource)) variables_.insert(reference->name);
  }
  if (key.provider == "azure") {
    if (!r.api_version->absent()) options.add("azure_api_version", text(*r.api_version));
    options.add("azure_deployment_type", r.kind->value == "azure_ai" ? "ai-foundry" : "openai");
  }
  if (!options.empty()) body.add("options", std::move(options));
  std::size_t rank = 0;
  std::size_t siblings = 0;
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    if (keys_[i].custom || key.custom || keys_[i].provider != key.provider) continue;
    ++siblings;
    if (i < at) ++rank;
  }
  if (siblings > 1) {
    if (!key.all_models) {
      Out list = Out::sequence();
      for (const std::string& m : key.models) list.push(m);
      body.add("allowedModels", std::move(list));
    }
    body.add("sortOrder", Out::integer(static_cast<std::int64_t>(rank)));
  }
  if (!key.custom && key.source->name.given()) body.at("_id") = Out(*key.source->name);
  return body;
}

void Writer::key_bodies(std::vector<Out>& bodies) {
  if (same()) {
    for (std::size_t i = 0; i < keys_.size(); ++i) {
      const KeyOut& key = keys_[i];
      if (key.env || key.made) continue;
      const ir::Provider& p = *key.source;
      Out body = Out::mapping();
      if (key.custom)
        body.add("provider", kCustom);
      else if (!p.kind.from.is_default())
        body.add("provider", key.provider);
      if (p.name.given() && key.custom) body.add("name", *p.name);
      if (p.api_key.given()) body.add("token", token_of(key));
      if (p.region.given() && p.kind.value == "bedrock")
        body.add("baseUrl", "https://bedrock-runtime." + *p.region + ".amazonaws.com");
      else if (!p.base_url.absent() && !p.kind.value.starts_with("azure_"))
        body.add("baseUrl", key.url);
      Out options = Out::mapping();
      if (!key.resource.empty()) options.add("azure_resource", key.resource);
      if (key.provider == "azure") {
        if (!p.api_version.absent()) options.add("azure_api_version", text(p.api_version));
        if (p.kind.from.rule() != &rules::kAzureType)
          options.add("azure_deployment_type", p.kind.value == "azure_ai" ? "ai-foundry" : "openai");
      }
      if (!options.empty()) body.add("options", std::move(options));
      if (!p.models.absent()) body.add("allowedModels", to_out(p.models));
      for (const ir::Budget& b : p.budgets) body.add("usageLimit", b.amount->text());
      put(body, p.extras);
      if (p.name.given() && !key.custom) body.at("_id") = Out(*p.name);
      bodies.push_back(std::move(body));
    }
    return;
  }
  for (std::size_t i = 0; i < keys_.size(); ++i) {
    if (keys_[i].env) continue;
    Out body = key_body(i);
    if (!keys_[i].custom && is_new()) {
      for (const ir::Budget& b : keys_[i].source->budgets) {
        const bool lifetime = b.amount.given() && b.counts == ir::Counted::Usd && !b.amount->is_negative() &&
                              (!b.window.given() || b.window->kind == ir::WindowKind::Lifetime);
        if (lifetime && body.find("usageLimit") == nullptr) body.add("usageLimit", b.amount->text());
      }
    }
    bodies.push_back(std::move(body));
  }
}

/// Variables of the processes: keys of the environment and what has no other place.
void Writer::put_environment() {
  std::vector<std::string> order;
  for (const KeyOut& k : keys_) {
    if (!k.custom && !k.made && std::ranges::find(order, k.provider) == order.end()) order.push_back(k.provider);
  }
  for (const std::string& provider : order) {
    const auto join = [&](Said says, auto value_of, bool rows) {
      const Variable* v = variable(provider, says);
      if (v == nullptr) return;
      std::vector<std::string> values;
      for (const KeyOut& k : keys_) {
        if (k.custom || k.made || k.provider != provider || (!k.env && !rows)) continue;
        values.push_back(value_of(k, ir::resolved(gateway_, *k.source)));
      }
      if (std::ranges::all_of(values, [](const std::string& s) { return s.empty(); })) return;
      const bool equal =
          says != Said::Key && std::ranges::all_of(values, [&](const std::string& s) { return s == values.front(); });
      if (equal) values.resize(1);
      std::string joined;
      for (const std::string& s : values) (joined += joined.empty() ? "" : ",") += s;
      set_variable(v->name, std::move(joined));
    };
    join(
        Said::Key, [&](const KeyOut& k, const auto&) { return token_of(k); }, false);
    join(
        Said::Url,
        [&](const KeyOut& k, const ir::ResolvedProvider& r) {
          if (same() && k.env && r.region->given() && r.kind->value == "bedrock")
            return "https://bedrock-runtime." + **r.region + ".amazonaws.com";
          return k.url;
        },
        false);
    join(
        Said::Resource, [](const KeyOut& k, const auto&) { return k.resource; }, false);
    if (provider == "azure") {
      join(
          Said::DeploymentType,
          [](const KeyOut&, const ir::ResolvedProvider& r) {
            return std::string(r.kind->value == "azure_ai" ? "ai-foundry" : "openai");
          },
          false);
      join(
          Said::Version, [&](const KeyOut&, const ir::ResolvedProvider& r) { return text(*r.api_version); }, false);
    }
    join(
        Said::Prefix, [](const KeyOut& k, const auto&) { return k.prefix; }, false);
    join(
        Said::Project,
        [&](const KeyOut&, const ir::ResolvedProvider& r) {
          const ir::ProviderParam* p = param(r, "vertex_project");
          if (p == nullptr) return std::string();
          return p->value.kind == ir::Value::Kind::Secret
                     ? spell(p->value.credential, &p->value, "GOOGLE_CLOUD_PROJECT")
                     : std::string(plain_text(p->value));
        },
        true);
    if (provider == "google-vertex" || provider == "alibaba")
      join(
          Said::Region, [&](const KeyOut&, const ir::ResolvedProvider& r) { return text(*r.region); }, true);
  }
  if (!same()) return;
  for (const ir::EnvironmentVariable& v : gateway_.environment) {
    const bool secret = v.value.kind == ir::Value::Kind::Secret;
    set_variable(v.name, secret ? spell(v.value.credential, &v.value, v.name) : v.value.text);
  }
}

/// Prices and sizes of a custom provider's models, which the newer enterprise edition has a record for.
std::vector<Out> Writer::custom_models() {
  std::vector<Out> bodies;
  const auto body_of = [&](const ir::Deployment& d, const std::string& provider, const std::string& model) {
    Out body = Out::mapping();
    body.add("modelName", model);
    if (d.max_input_tokens.given()) body.add("contextSize", to_out(d.max_input_tokens));
    if (d.max_output_tokens.given()) body.add("maxOutput", to_out(d.max_output_tokens));
    for (const ir::Price& p : d.prices) {
      const std::string_view key = p.unit == "input_token"              ? "inputPrice"
                                   : p.unit == "output_token"           ? "outputPrice"
                                   : p.unit == "cache_read_input_token" ? "cachedInputPrice"
                                                                        : "";
      if (!key.empty() && p.tier.empty() && p.amount.given()) body.add(std::string(key), p.amount->text());
    }
    if (same()) put(body, d.extras, "custom_model");
    if (!body.find("contextSize") && !body.find("maxOutput") && !body.find("inputPrice") && !body.find("outputPrice") &&
        !body.find("cachedInputPrice") && !same())
      return Out();
    body.at("_provider") = Out(provider);
    return body;
  };
  std::set<std::pair<std::string, std::string>> written;
  if (same()) {
    std::vector<const ir::Deployment*> by_key;
    for (const ir::Deployment& d : gateway_.deployments) by_key.push_back(&d);
    std::ranges::stable_sort(by_key, {}, [](const ir::Deployment* d) { return d->provider.value; });
    for (const ir::Deployment* one : by_key) {
      const ir::Deployment& d = *one;
      const KeyOut& key = keys_[d.provider.value];
      const bool told = d.max_input_tokens.given() || d.max_output_tokens.given() || !d.prices.empty() ||
                        std::ranges::any_of(d.extras, [](const ir::Extra& e) { return e.section == "custom_model"; });
      if (!key.custom || !told || !written.emplace(key.provider, *d.upstream_model).second) continue;
      bodies.push_back(body_of(d, key.provider, *d.upstream_model));
    }
    return bodies;
  }
  if (!enterprise()) return bodies;
  for (const KeyOut& key : keys_) {
    if (!key.custom) continue;
    for (const ir::Deployment* d : key.users) {
      if (d->upstream_model->find('*') != std::string::npos ||
          !written.emplace(key.provider, *d->upstream_model).second)
        continue;
      Out body = body_of(*d, key.provider, *d->upstream_model);
      if (!body.is_null()) bodies.push_back(std::move(body));
    }
  }
  return bodies;
}

/// What reading back finds of a deployment beside what the source says, and what it finds otherwise.
void Writer::lose_deployment(const ir::Deployment& d, const KeyOut& key, const Address& a) {
  const std::string found = key.prefix + a.model;
  if (*d.upstream_model != found) {
    if (a.provider == "azure" || a.provider == "azure-ai-foundry") {
      Loss loss =
          manual("models of Azure are called by the gateway's names, and the deployment has the name of the model",
                 "name the deployment `" + a.model + "`, or set `azure_deployment_name`");
      loss.written = found;
      lose(&d.upstream_model, std::move(loss));
    } else {
      Loss loss = manual("the gateway puts the same inference prefix before every Bedrock model",
                         "see that `" + found + "` is what shall be called");
      loss.written = found;
      lose(&d.upstream_model, std::move(loss));
    }
  }
  if (!key.prefix.empty()) {
    admit_within(d, "provider.extras[options.aws_bedrock_region_prefix]",
                 "the gateway puts the inference prefix before the model");
  } else if (a.provider == "aws-bedrock") {
    context_.ledger.assume("provider", "llmgateway.bedrock-prefix",
                           "without `aws_bedrock_region_prefix` the gateway calls `global.` inference profiles");
  }
  lose_if(d.id, skipped("the gateway gives ids itself"));
  lose_if(d.upstream_spelling, nearly("the caller's path decides which of the provider's endpoints is called"));
  lose_if(d.mode, nearly("the gateway's catalogue knows what a model is for"));
  lose_if(d.base_model, nearly("prices come from the gateway's catalogue"));
  const bool record = key.custom && enterprise();
  const auto first =
      std::ranges::find_if(key.users, [&](const ir::Deployment* u) { return *u->upstream_model == *d.upstream_model; });
  const bool own = record && (first == key.users.end() || *first == &d);
  const bool wild = d.upstream_model->find('*') != std::string::npos;
  const auto catalogue = key.custom ? manual("a custom provider's models have a record in the enterprise edition only",
                                             "keep the model's prices and sizes outside the gateway")
                                    : skipped("prices and sizes come from the gateway's catalogue");
  const auto shared = manual("the model has one record, and another entry of it was written",
                             "enter the value that shall count in the custom model");
  const auto lose_number = [&](const ir::Field<std::int64_t>& field) {
    if (!record || wild)
      lose_if(field, catalogue);
    else if (!own || (!field.absent() && !field.given()))
      lose_if(field, shared);
  };
  lose_number(d.max_input_tokens);
  lose_number(d.max_output_tokens);
  lose_if(d.max_tokens, skipped("the gateway has an input and an output size"));
  for (const ir::Price& p : d.prices) {
    const bool place = (p.unit == "input_token" || p.unit == "output_token" || p.unit == "cache_read_input_token") &&
                       p.tier.empty() && p.amount.given();
    if (record && own && !wild && place) continue;
    lose(&p, record && place && !wild ? shared : catalogue);
  }
  if (record && !own && !wild) {
    for (const char* field : {"max_input_tokens", "max_output_tokens", "prices["})
      admit_within(d, field, "the model has one record, with what its first entry says");
    for (const ir::Field<std::int64_t>* field : {&d.max_input_tokens, &d.max_output_tokens}) {
      const ir::Deployment& other = **first;
      const ir::Field<std::int64_t>& theirs =
          field == &d.max_input_tokens ? other.max_input_tokens : other.max_output_tokens;
      Loss loss = shared;
      if (theirs.given()) loss.written = ir::show(*theirs);
      lose_if(*field, loss);
    }
    for (const ir::Price& p : d.prices) {
      for (const ir::Price& q : (*first)->prices) {
        if (q.unit != p.unit || q.tier != p.tier || !q.amount.given()) continue;
        Loss loss = shared;
        loss.written = ir::show(*q.amount);
        lose(&p.amount, loss);
      }
    }
  }
  for (const ir::Limit& l : d.limits) {
    const bool hint = l.hint.given() && *l.hint;
    const bool rate = l.counts == ir::Counted::Requests && l.amount.given() && l.window.given() &&
                      l.window->seconds == 60 && l.scope.per.absent() && !key.custom && !wild;
    if (hint)
      lose(&l, skipped("it only steers the choice of the source, and the gateway scores providers itself"));
    else if (!(is_new() && rate))
      lose(&l, dropped(l.counts == ir::Counted::Requests
                           ? "this version has no limits of requests"
                           : "the gateway counts requests only, and neither tokens nor parallel calls",
                       "set the limit at the provider"));
    else
      lose(&l, nearly("a limit of the organization for this provider and model, set by the operator"));
  }
  for (const ir::Budget& b : d.budgets)
    lose(&b, dropped("a model has no budget of its own", "cap the spend at the provider, or on the keys"));
  for (const auto* tags : {&d.tags, &d.tag_patterns})
    lose_if(*tags, manual("a model cannot be asked for by tag", "let clients ask for the model by its name"));
  lose_if(d.access_groups, manual("there are no groups of models that keys are bound to",
                                  "list the models in a rule `allow_models` of each key"));
  lose_if(d.environments, manual("the gateway has no environments", "send the payloads of one environment only"));
  if (!(d.blocked.given() && *d.blocked)) lose_if(d.blocked, skipped("it is not switched off"));
  lose_if(d.owner, manual("a model belongs to nobody in particular",
                          "list the model in a rule `allow_models` of the team's keys only"));
  lose_provider(d, key, a);
}

void Writer::lose_provider(const ir::Deployment& d, const KeyOut& key, const Address& a) {
  const ir::Provider& source = gateway_.at(d.provider);
  const ir::ResolvedProvider r = ir::resolved(gateway_, source);
  const bool reference = parse_reference(key.url).has_value();
  const std::string kind =
      key.custom ? (reference ? std::string("openai") : kind_at(key.url + "/v1")) : kind_of(key.provider);
  const std::string found =
      key.provider == "azure" ? std::string(r.kind->value == "azure_ai" ? "azure_ai" : "azure_openai") : kind;
  if (r.kind->given() && **r.kind != found) {
    lose(r.kind,
         nearly("the gateway has no such provider: it is called as a server of the kind `" + found + "`", found));
  } else if (r.kind->state == ir::State::Unknown) {
    Loss loss = manual("only the source's control plane knows what stands behind this name",
                       "set the address and the key that the provider key asks for");
    loss.written = found;
    lose(r.kind, std::move(loss));
  } else if (r.kind->absent()) {
    admit_within(d, "provider.kind",
                 "what stands behind the name of this provider is not known here; set the address and key that the "
                 "payload asks for");
  }
  if (key.custom) {
    if (!source.name.given())
      admit_within(d, "provider.name", "a custom provider has a name");
    else if (*source.name != key.provider)
      lose(&source.name, nearly("the name of a custom provider has small letters only", key.provider));
  } else if (key.env) {
    lose_if(source.name, skipped("keys of the environment have no names"));
  } else if (!source.name.absent() && !source.name.given()) {
    lose(&source.name, skipped("keys of a provider have no names"));
  }
  // the address
  const ir::Field<std::string>& url = *r.base_url;
  const bool v1 = key.custom ? appends_v1(kind) || kind == "openai" : appends_v1(found);
  const bool by_resource = !a.resource.empty();
  std::string read;
  if (by_resource)
    read = parse_reference(a.resource) ? std::string()
                                       : "https://" + a.resource + std::string(found == "azure_ai" ? kFoundry : kAzure);
  else if (!key.url.empty() && !reference)
    read = key.url + (v1 ? "/v1" : "");
  const bool region_url = !key.custom && key.provider == "aws-bedrock" && url.absent();
  if (region_url) {
    // the region stands in the address
  } else if (url.given() && url->empty() && read.empty()) {
    lose(&url, skipped("an empty address is none"));
  } else if (url.given() && *url != read) {
    Loss loss = by_resource && read.empty() ? manual("Azure is told by the name of its resource, under " +
                                                         std::string(found == "azure_ai" ? kFoundry : kAzure).substr(1),
                                                     "set " + a.resource.substr(2, a.resource.size() - 3) +
                                                         " to the resource, or reach this address by a proxy")
                                            : nearly("the gateway appends `/v1` to the address", read);
    if (read.empty()) loss.written = "unknown here";
    if (!by_resource && key.url.empty())
      loss = manual("the environment has no address for this provider, which is called at its own",
                    "reach this address by a custom provider");
    lose(&url, std::move(loss));
  } else if (url.state == ir::State::Unknown && by_resource) {
    Loss loss = manual("Azure is told by the name of its resource, not by an address",
                       "set " + a.resource.substr(2, a.resource.size() - 3) + " to the name of the resource");
    loss.written = "unknown here";
    lose(&url, std::move(loss));
  } else if (url.state == ir::State::Unknown && key.url.empty()) {
    lose(&url, manual("the environment has no address for this provider, which is called at its own",
                      "reach this address by a custom provider"));
  } else if (url.absent() && (by_resource || !key.url.empty())) {
    admit_within(d, "provider.base_url", "the provider key names the address or resource");
  }
  // region, version, organization
  if (!r.region->absent()) {
    const bool written =
        (key.provider == "google-vertex" || (key.provider == "alibaba" && (key.env || !key.custom))) && !key.custom;
    const bool in_url = region_url && r.region->given() && !key.url.empty();
    if (!written && !in_url)
      lose(r.region, manual("a provider key has no region", "check in which region the gateway calls this provider"));
  }
  if (!r.api_version->absent() && key.provider != "azure")
    lose(r.api_version, manual("only Azure OpenAI has a version of its API", "check which version the gateway calls"));
  lose_if(*r.organization, manual("a provider key has no organization", "use a key that belongs to the organization"));
  if (r.api_key->given())
    static_cast<void>(spell(**r.api_key, r.api_key, hint_of(key)));
  else
    admit_within(d, "provider.api_key", "a provider key has a token, or a placeholder where none is needed");
  if (r.api_key->state == ir::State::Unknown)
    lose(r.api_key, manual("where the key comes from is not known here", "set the variable that the payload names"));
  for (const ir::ProviderParam* p : r.params) {
    const bool project = p->name == "vertex_project" && key.provider == "google-vertex" &&
                         (p->value.kind == ir::Value::Kind::String || p->value.kind == ir::Value::Kind::Secret);
    if (project) continue;
    const bool iam = p->name.starts_with("aws_");
    lose(p, p->value.kind == ir::Value::Kind::Secret
                ? manual(iam ? "Bedrock is called with a long-term API key, not with IAM credentials"
                             : "a provider key holds one token",
                         iam ? "make a Bedrock API key and set it as the token of the provider key"
                             : "give the provider key a token that opens this provider, `" + p->name + "` has no place")
                : manual("a provider key has no such setting",
                         "see how the gateway reaches this provider without `" + p->name + "`"));
  }
  for (const ir::Param* h : r.headers)
    lose(h, manual("a provider key sends no headers of its own",
                   "see how the gateway reaches this provider without the header `" + h->name + "`"));
  for (const ir::Limit& l : source.limits)
    lose(&l,
         dropped("a provider key has no rates", "set the limit at the provider, or as a rate limit of the operator"));
  bool cap = false;
  for (const ir::Budget& b : source.budgets) {
    const bool lifetime = b.amount.given() && b.counts == ir::Counted::Usd && !b.amount->is_negative() &&
                          (!b.window.given() || b.window->kind == ir::WindowKind::Lifetime);
    if (is_new() && !key.custom && !key.env && lifetime && !cap && key.source == &source) {
      cap = true;
      lose_if(b.soft, skipped("a provider key has no soft limit"));
      lose_if(b.id, skipped("the limit stands on the key itself"));
      continue;
    }
    lose(&b, dropped(is_new() ? "the most that a provider key may spend never starts anew"
                              : "a provider key has no budget in this version",
                     "cap the spend at the provider"));
  }
  std::size_t siblings = 0;
  for (const KeyOut& k : keys_) siblings += !k.custom && !key.custom && k.provider == key.provider ? 1 : 0;
  if (siblings > 1 && !key.env) {
    admit_within(d, "provider.models", "each of several keys of a provider serves its own models");
    admit_within(d, "provider.extras[sortOrder]", "several keys of a provider are used in order");
  }
  if (!source.models.absent()) {
    Loss loss = manual("a provider offers what the gateway's catalogue says", "bind the clients' keys to these models");
    if (siblings > 1) {
      for (const auto& m : source.models.items) {
        if (!key.models.contains(*m)) lose(&m, loss);
      }
    } else {
      lose(&source.models, loss);
      for (const auto& m : source.models.items) lose(&m, loss);
    }
  }
  lose_if(source.owner, manual("a provider key belongs to the whole organization",
                               "bind the team's keys to the models of this provider"));
}

}  // namespace gatec::targets::llmgateway
