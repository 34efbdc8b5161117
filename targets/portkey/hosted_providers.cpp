#include "compiler/facts/providers.h"
#include "compiler/ir/describe.h"
#include "targets/portkey/hosted_writer.h"
#include "targets/portkey/portkey.h"
#include "targets/portkey/reader.h"

#include <algorithm>

namespace gatec::targets::portkey {
namespace {

using ir::Fate;

constexpr std::string_view kAzureHost = ".openai.azure.com";
constexpr std::string_view kAzureVersion = "2024-10-21";

/// What an integration takes beside its key, its host and its headers (page 3.4).
constexpr std::string_view kIntegrationKeys[] = {
    "openai_organization",   "openai_project",        "azure_auth_mode",           "azure_deployment_name",
    "azure_entra_tenant_id", "azure_entra_client_id", "azure_entra_client_secret", "azure_managed_client_id",
    "aws_auth_type",         "aws_access_key_id",     "aws_secret_access_key",     "aws_role_arn",
    "aws_external_id",       "vertex_auth_type",      "vertex_project_id",         "vertex_service_account_json",
    "workers_ai_account_id", "huggingface_base_url",  "snowflake_account"};

bool is_integration_key(std::string_view key) {
  return key.starts_with("amzn_sagemaker_") || std::ranges::find(kIntegrationKeys, key) != std::end(kIntegrationKeys);
}

std::string slug_text(std::string_view text) {
  std::string slug;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    const bool upper = c >= 'A' && c <= 'Z';
    if (plain || upper)
      slug += upper ? static_cast<char>(c - 'A' + 'a') : c;
    else if (!slug.empty() && slug.back() != '-')
      slug += '-';
  }
  while (slug.ends_with('-')) slug.pop_back();
  return slug.empty() ? "provider" : slug;
}

/// All that tells one provider from another; secrets by their text.
std::string identity_of(const ir::ResolvedProvider& r) {
  std::string text;
  for (const auto* field : {r.kind, r.base_url, r.region, r.api_version, r.organization})
    (text += field->value) += '\n';
  if (r.api_key->given()) text += ir::show(**r.api_key) + (*r.api_key)->literal.reveal();
  const auto add = [&](const std::string& name, const ir::Value& value) {
    ((text += '\n') += name) += '=';
    text += ir::show(value);
    if (value.kind == ir::Value::Kind::Secret) text += value.credential.literal.reveal();
  };
  for (const ir::ProviderParam* p : r.params) add(p->name, p->value);
  for (const ir::Param* h : r.headers) add(h->name, h->value);
  return text;
}

const ir::Value* param(const ir::ResolvedProvider& r, std::string_view name) {
  for (const ir::ProviderParam* p : r.params) {
    if (p->name == name) return &p->value;
  }
  return nullptr;
}

constexpr std::string_view kWorkspacePrefix = "if workspace ";

/// A limit that was read from a grant of this integration.
bool is_grant(const ir::Scope& scope, const std::string& slug) {
  return scope.provider.given() && *scope.provider == "@" + slug && scope.provider.from.rule() == &rules::kGrant;
}

/// The grant that a limit belongs to: that of its workspace, or the one for all.
Out* grant_of(Out& body, const ir::Scope& scope) {
  if (scope.per.items.empty()) return &body.at("global_workspace_access");
  const std::string id = scope.per.items.front()->substr(kWorkspacePrefix.size());
  Out& list = body.at("workspaces");
  if (!list.is_sequence()) list = Out::sequence();
  for (Out& grant : std::get<Out::Sequence>(list.storage())) {
    const Out* own = grant.find("id");
    const auto* text = own != nullptr ? std::get_if<std::string>(&own->storage()) : nullptr;
    if (text != nullptr && *text == id) return &grant;
  }
  Out made = Out::mapping();
  made.add("id", id);
  made.add("enabled", true);
  list.push(std::move(made));
  return &std::get<Out::Sequence>(list.storage()).back();
}

/// A legacy virtual key has its keys in camelCase.
std::string legacy_key(std::string_view snake) {
  std::string key;
  for (std::size_t i = 0; i < snake.size(); ++i) {
    if (snake[i] == '_' && i + 1 < snake.size())
      key += static_cast<char>(snake[++i] - 'a' + 'A');
    else
      key += snake[i];
  }
  return key;
}

}  // namespace

/// A provider that has a name and limits of its own elsewhere.
void HostedWriter::lose_named(const ir::Provider& provider, const std::string& slug) {
  if (provider.name.given() && *provider.name != slug) {
    lose(&provider.name, {Fate::Approximated, DiagId::Approximated, "the control plane knows it by a slug", slug, ""});
  }
  for (const ir::Limit& l : provider.limits) {
    lose(&l, {Fate::Manual, DiagId::DroppedLimit, "the provider is written without limits of its own", "",
              "set `rate_limits` on the provider `" + slug + "`"});
  }
  for (const ir::Budget& b : provider.budgets) {
    lose(&b, {Fate::Manual, DiagId::DroppedLimit, "the provider is written without limits of its own", "",
              "set `usage_limits` on the provider `" + slug + "`"});
  }
}

std::string HostedWriter::slug_of(const ir::Deployment& deployment) {
  const ir::Provider& provider = gateway_.at(deployment.provider);
  const ir::ResolvedProvider r = ir::resolved(gateway_, provider);
  std::string identity = identity_of(r);
  const auto known = by_identity_.find(identity);
  const std::string model = deployment.upstream_model.value;
  if (known != by_identity_.end()) {
    Integration& i = integrations_[known->second];
    i.others.push_back(&provider);
    if (std::ranges::find(i.models, model) == i.models.end()) i.models.push_back(model);
    if (i.as_openai)
      lose(r.kind,
           {Fate::Approximated, DiagId::Approximated, "it is called as an OpenAI-compatible server", "openai", ""});
    lose_named(provider, i.slug);
    return i.slug;
  }
  Integration made;
  made.provider = &provider;
  const facts::ProviderFacts* facts = r.kind->given() ? facts::provider_by_kind(**r.kind) : nullptr;
  if (facts == nullptr || (facts->portkey.empty() &&
                           !(facts->openai_compatible && (!r.base_url->absent() || !facts->base_url().empty())))) {
    const std::string title = facts != nullptr  ? std::string(facts->title)
                              : r.kind->given() ? "`" + **r.kind + "`"
                                                : std::string("a provider that the source does not name");
    configs_.refuse_with(manual("the hosted gateway cannot call " + title,
                                "call " + title + " another way, or through an OpenAI-compatible endpoint"));
    return {};
  }
  made.kind = **r.kind;
  made.as_openai = facts->portkey.empty();
  made.native = made.as_openai ? "openai" : std::string(facts->portkey);
  if (made.as_openai) {
    lose(r.kind,
         {Fate::Approximated, DiagId::Approximated,
          "the gateway has no name for this provider: it is called as an OpenAI-compatible server", "openai", ""});
  }
  const std::string base = slug_text(made.as_openai ? made.kind : made.native);
  made.slug = base;
  for (int n = 2; !slugs_.insert(made.slug).second; ++n) made.slug = base + "-" + std::to_string(n);
  made.models.push_back(model);
  by_identity_.emplace(std::move(identity), integrations_.size());
  lose_named(provider, made.slug);
  integrations_.push_back(std::move(made));
  return integrations_.back().slug;
}

Out HostedWriter::configurations(const ir::ResolvedProvider& r, const Integration& integration) {
  Out out = Out::mapping();
  const std::string_view kind = integration.kind;
  const std::string given = configs_.text(*r.base_url);
  std::string url = given;
  while (url.ends_with('/')) url.pop_back();
  if (url != given) {
    lose(r.base_url,
         {Fate::Approximated, DiagId::Approximated, "without the slash at its end, which would be doubled", url, ""});
  }
  if (url.empty() && integration.as_openai) url = facts::provider_by_kind(kind)->base_url();
  const bool azure_name = kind == "azure_openai" && url.starts_with("https://") && url.ends_with(kAzureHost);
  if (azure_name) {
    out.add("azure_resource_name", url.substr(8, url.size() - 8 - kAzureHost.size()));
  } else if (kind == "azure_openai" && url.empty()) {
    configs_.add_reference("AZURE_RESOURCE_NAME");
    out.add("azure_resource_name", "${AZURE_RESOURCE_NAME}");
  } else if (!url.empty()) {
    out.add(kind == "azure_ai" ? "azure_foundry_url" : "custom_host",
            kind == "azure_ai" ? url : url + std::string(host_suffix(kind)));
  }
  if (!r.region->absent()) {
    const ParamName* name = param_by_canonical("@region", kind);
    if (name != nullptr)
      out.add(std::string(name->key), configs_.text(*r.region));
    else
      lose(r.region, skipped("the gateway takes no region for this provider"));
  }
  if (kind == "azure_ai" && !r.api_version->absent()) out.add("azure_api_version", configs_.text(*r.api_version));
  if (!r.api_version->absent() && kind != "azure_openai" && kind != "azure_ai")
    lose(r.api_version, skipped("the gateway takes no API version for this provider"));
  if (!r.organization->absent()) out.add("openai_organization", configs_.text(*r.organization));
  for (const ir::ProviderParam* p : r.params) {
    const ParamName* name = param_by_canonical(p->name, kind);
    const std::string_view key = name != nullptr ? name->key : std::string_view(p->name);
    if (p->name == "vertex_credentials" && p->value.kind != ir::Value::Kind::Mapping) {
      lose(p, manual("the control plane takes the service account as an object",
                     "put the fields of the JSON file into `vertex_service_account_json`"));
    } else if (is_integration_key(key)) {
      out.add(std::string(key), configs_.open(p->value, key));
    } else {
      lose(p, manual("the control plane has no such parameter",
                     "see how the target reaches this provider without `" + p->name + "`"));
    }
  }
  if (!r.headers.empty()) {
    Out headers = Out::mapping();
    for (const ir::Param* h : r.headers) {
      if (h->value.kind == ir::Value::Kind::String || h->value.kind == ir::Value::Kind::Secret)
        headers.add(h->name, configs_.open(h->value, h->name));
      else
        lose(h, skipped("a header's value is text"));
    }
    if (!headers.empty()) out.add("custom_headers", std::move(headers));
  }
  add_required(out, r, integration, !azure_name && !url.empty());
  return out;
}

/// What the control plane asks for beside what the source says (page 3.4).
void HostedWriter::add_required(Out& out, const ir::ResolvedProvider& r, const Integration& integration,
                                bool custom_host) {
  const std::string_view kind = integration.kind;
  const auto admit = [&](std::string_view field, std::string_view reason) {
    for (const ir::Deployment& d : gateway_.deployments) {
      const ir::Provider* user = d.provider.valid() ? &gateway_.at(d.provider) : nullptr;
      if (user == integration.provider || std::ranges::find(integration.others, user) != integration.others.end())
        context_.ledger.admit_within(&d, std::string(field), std::string(reason));
    }
  };
  const auto add_auth_mode = [&] {
    if (param(r, "azure_auth_mode") != nullptr) return;
    const bool entra = param(r, "client_secret") != nullptr;
    out.add("azure_auth_mode", entra ? "entra" : "default");
    if (entra) admit("provider.params[azure_auth_mode]", "an integration names how it signs in");
  };
  // a place that the source takes from its environment, if anywhere
  const auto add_region = [&](std::string_view key, const std::string& variable) {
    if (out.find(key) != nullptr) return;
    configs_.add_reference(variable);
    out.add(std::string(key), "${" + variable + "}");
    admit("provider.region", "an integration names its region");
  };
  if (kind == "azure_openai") {
    add_auth_mode();
    if (custom_host) out.add("azure_resource_name", "custom");
    Out list = Out::sequence();
    for (std::size_t i = 0; i < integration.models.size(); ++i) {
      Out one = Out::mapping();
      one.add("azure_api_version",
              r.api_version->absent() ? std::string(kAzureVersion) : configs_.text(*r.api_version));
      one.add("azure_deployment_name", integration.models[i]);
      one.add("azure_model_slug", integration.models[i]);
      one.add("is_default", i == 0);
      list.push(std::move(one));
    }
    out.add("azure_deployment_config", std::move(list));
  } else if (kind == "azure_ai") {
    add_auth_mode();
  } else if (in_family(Family::Aws, kind)) {
    if (param(r, "aws_auth_type") == nullptr)
      out.add("aws_auth_type", param(r, "aws_role_name") != nullptr ? "assumedRole" : "accessKey");
    add_region("aws_region", "AWS_REGION_NAME");
  } else if (kind == "vertex_ai") {
    out.add("vertex_auth_type", param(r, "vertex_credentials") != nullptr ? "serviceAccount" : "basic");
    add_region("vertex_region", "VERTEXAI_LOCATION");
  }
}

Out HostedWriter::integration_body(const Integration& integration) {
  const ir::ResolvedProvider r = ir::resolved(gateway_, *integration.provider);
  const facts::ProviderFacts* facts = facts::provider_by_kind(integration.kind);
  Out body = Out::mapping();
  body.add("name", integration.slug);
  body.add("ai_provider_id", integration.native);
  body.add("slug", integration.slug);
  if (r.api_key->given()) body.add("key", configs_.spell(**r.api_key, r.api_key, facts->main_key_env()));
  Out settings = configurations(r, integration);
  if (!settings.empty()) body.add("configurations", std::move(settings));
  body.add("create_default_provider", false);
  return body;
}

/// Each integration with one provider of the same slug: nothing is left to chance (page 3.1).
void HostedWriter::add_integrations() {
  for (const Integration& integration : integrations_) {
    file("integrations", "POST", "/integrations", "integration").bodies.push_back(integration_body(integration));
    // the same settings once more: what is lost of them is lost at each place
    for (const ir::Provider* other : integration.others) {
      Integration again = integration;
      again.provider = other;
      static_cast<void>(integration_body(again));
    }
    Out provider = Out::mapping();
    provider.add("name", integration.slug);
    provider.add("integration_id", integration.slug);
    provider.add("slug", integration.slug);
    PayloadFile& providers = file("providers", "POST", "/providers", "provider");
    providers.per_workspace = true;
    providers.bodies.push_back(std::move(provider));
    Out access = Out::mapping();
    access.add("enabled", true);
    Out grant = Out::mapping();
    grant.add("global_workspace_access", std::move(access));
    grant.add("create_default_provider", false);
    file("integration-workspaces." + integration.slug, "PUT", "/integrations/" + integration.slug + "/workspaces",
         "grant")
        .bodies.push_back(std::move(grant));
  }
  if (!integrations_.empty())
    context_.ledger.admit_added("credential_sets[", "an integration for each provider and credential");
}

void HostedWriter::add_grants(const ir::CredentialSet& set) {
  std::vector<ir::Extra> models;
  std::vector<ir::Extra> grants;
  for (const ir::Extra& e : set.extras) {
    const bool of_models = e.section == "models" || e.section.starts_with("models.");
    const bool of_grants = e.section == "workspaces" || e.section.starts_with("workspaces.");
    if (!of_models && !of_grants) continue;
    ir::Extra inner = e;
    inner.section = e.section.size() > (of_models ? 6U : 10U) ? e.section.substr(of_models ? 7 : 11) : std::string();
    (of_models ? models : grants).push_back(std::move(inner));
  }
  const std::string slug = set.name.value;
  if (!models.empty()) {
    Out body = Out::mapping();
    put(body, models);
    file("integration-models." + slug, "PUT", "/integrations/" + slug + "/models", "list of models")
        .bodies.push_back(std::move(body));
  }
  Out body = Out::mapping();
  put(body, grants);
  const auto add = [&](const ir::Scope& scope, std::string_view list, Out value) {
    if (Out* grant = grant_of(body, scope)) grant->at(list).push(std::move(value));
  };
  for (const ir::Budget& b : gateway_.budgets) {
    if (!is_grant(b.scope, slug)) continue;
    if (auto out = budget(b, false)) add(b.scope, "usage_limits", *std::move(out));
  }
  for (const ir::Limit& l : gateway_.limits) {
    if (!is_grant(l.scope, slug)) continue;
    if (auto out = limit(l)) add(l.scope, "rate_limits", *std::move(out));
  }
  if (!body.empty())
    file("integration-workspaces." + slug, "PUT", "/integrations/" + slug + "/workspaces", "grant")
        .bodies.push_back(std::move(body));
}

/// As the source had them: integrations, providers and virtual keys.
void HostedWriter::add_kept_providers() {
  for (const ir::CredentialSet& set : gateway_.credential_sets) add_kept_integration(set);
  std::map<std::string, std::string, std::less<>> objects;
  for (const ir::Param& p : gateway_.layout) {
    if (p.name != "objects") continue;
    for (const ir::Value& v : p.value.items) {
      const std::size_t colon = v.text.find(':');
      objects.emplace(v.text.substr(colon + 1), v.text.substr(0, colon));
    }
  }
  std::set<std::string> seen;
  for (const ir::Provider& p : gateway_.providers) {
    const auto object = p.name.given() ? objects.find(*p.name) : objects.end();
    if (object == objects.end() || !seen.insert(*p.name).second) continue;
    const bool legacy = object->second.starts_with("virtual_key");
    Out body = Out::mapping();
    const bool has_name = std::ranges::any_of(p.extras, [](const ir::Extra& e) { return e.key == "name"; });
    const bool named = object->second.ends_with(", named");
    body.add("name", has_name ? Out() : Out(*p.name));
    if (legacy) {
      const facts::ProviderFacts* facts = p.kind.given() ? facts::provider_by_kind(*p.kind) : nullptr;
      if (!p.kind.absent())
        body.add("provider", facts != nullptr && !facts->portkey.empty() ? std::string(facts->portkey) : p.kind.value);
      if (p.api_key.given()) body.add("key", configs_.spell(*p.api_key, &p.api_key, *p.name + " key"));
      add_legacy_settings(body, p);
    } else if (!p.credential_set.absent()) {
      body.add("integration_id", configs_.text(p.credential_set));
    }
    if (named || has_name) body.add("slug", *p.name);
    if (!p.owner.absent()) body.add("workspace_id", workspace_reference(p.owner));
    Out usage = budgets(p.budgets, SIZE_MAX);
    Out rates = limits(p.limits);
    if (!usage.empty())
      body.add("usage_limits", std::get<Out::Sequence>(usage.storage()).size() == 1
                                   ? std::get<Out::Sequence>(usage.storage()).front()
                                   : usage);
    if (!rates.empty())
      body.add("rate_limits", std::get<Out::Sequence>(rates.storage()).size() == 1
                                  ? std::get<Out::Sequence>(rates.storage()).front()
                                  : rates);
    put(body, p.extras);
    file(legacy ? "virtual-keys" : "providers", "POST", legacy ? "/virtual-keys" : "/providers",
         legacy ? "virtual key" : "provider")
        .bodies.push_back(std::move(body));
  }
}

void HostedWriter::add_legacy_settings(Out& body, const ir::Provider& p) {
  const std::string_view kind = p.kind.given() ? std::string_view(*p.kind) : std::string_view();
  const std::string& url = p.base_url.value;
  if (p.base_url.given() && url.starts_with("https://") && url.ends_with(kAzureHost)) {
    body.add("resourceName", url.substr(8, url.size() - 8 - kAzureHost.size()));
  }
  if (!p.api_version.absent()) body.add("apiVersion", configs_.text(p.api_version));
  if (!p.region.absent()) body.add(kind == "vertex_ai" ? "vertexRegion" : "awsRegion", configs_.text(p.region));
  for (const ir::ProviderParam& param : p.params) {
    const ParamName* name = param_by_canonical(param.name, kind);
    body.add(legacy_key(name != nullptr ? name->key : std::string_view(param.name)),
             configs_.open(param.value, param.name));
  }
}

void HostedWriter::add_kept_integration(const ir::CredentialSet& set) {
  const ir::Provider& v = set.values;
  const auto extra = [&](std::string_view key) -> const ir::Extra* {
    const auto found =
        std::ranges::find_if(set.extras, [&](const ir::Extra& e) { return e.section.empty() && e.key == key; });
    return found == set.extras.end() ? nullptr : &*found;
  };
  const ir::Extra* native = extra("ai_provider_id");
  const facts::ProviderFacts* facts = native != nullptr ? facts::provider_by_portkey_slug(native->value.text) : nullptr;
  const std::string_view kind = facts != nullptr ? facts->kind : std::string_view();
  const bool has_name = extra("name") != nullptr;
  Out body = Out::mapping();
  // an extra takes the place that is kept for it
  if (has_name || !set.name.absent()) body.add("name", has_name ? Out() : Out(configs_.text(set.name)));
  if (native != nullptr) body.add("ai_provider_id", Out());
  if (has_name && !set.name.absent()) body.add("slug", configs_.text(set.name));
  if (v.api_key.given()) body.add("key", configs_.spell(*v.api_key, &v.api_key, set.name.value + " key"));
  Out settings = Out::mapping();
  const std::string& url = v.base_url.value;
  const bool has_versions =
      std::ranges::any_of(set.extras, [](const ir::Extra& e) { return e.key == "azure_deployment_config"; });
  if (kind == "azure_openai" && v.base_url.given() && url.ends_with(kAzureHost)) {
    settings.add("azure_resource_name", url.substr(8, url.size() - 8 - kAzureHost.size()));
  } else if (kind == "azure_ai" && !v.base_url.absent()) {
    settings.add("azure_foundry_url", configs_.text(v.base_url));
  } else if (!v.base_url.absent()) {
    settings.add("custom_host", configs_.text(v.base_url) + std::string(host_suffix(kind)));
  }
  if (!v.region.absent()) {
    const ParamName* name = param_by_canonical("@region", kind);
    settings.add(name != nullptr ? std::string(name->key) : "aws_region", configs_.text(v.region));
  }
  if (!v.api_version.absent() && !has_versions)
    settings.add(kind == "azure_openai" ? "api_version" : "azure_api_version", configs_.text(v.api_version));
  if (!v.organization.absent()) settings.add("openai_organization", configs_.text(v.organization));
  for (const ir::ProviderParam& p : v.params) {
    const ParamName* name = param_by_canonical(p.name, kind);
    settings.add(name != nullptr ? std::string(name->key) : p.name, configs_.open(p.value, p.name));
  }
  if (!settings.empty()) body.add("configurations", std::move(settings));
  std::vector<ir::Extra> own;
  for (const ir::Extra& e : set.extras) {
    const bool elsewhere = e.section == "models" || e.section.starts_with("models.") || e.section == "workspaces" ||
                           e.section.starts_with("workspaces.");
    if (!elsewhere) own.push_back(e);
  }
  put(body, own);
  file("integrations", "POST", "/integrations", "integration").bodies.push_back(std::move(body));
  add_grants(set);
}

}  // namespace gatec::targets::portkey
