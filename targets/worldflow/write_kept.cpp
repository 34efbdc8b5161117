#include "compiler/facts/providers.h"
#include "targets/worldflow/reader.h"
#include "targets/worldflow/writer.h"

#include <algorithm>

namespace gatec::targets::worldflow {
namespace {

/// What a provider has from the integration that it goes through.
bool of_integration(const ir::Extra& e) { return e.section == "integration" || e.section.starts_with("integration."); }

}  // namespace

/// Whether the source is in the form of the API that is not written.
bool Writer::other_shape() const {
  const ir::Value* own = layout("shape");
  return own != nullptr && own->text != shape_name(shape_);
}

/// The catalogue as the source had it.
void Writer::keep_catalogue() {
  for (const ir::Param& p : gateway_.layout) {
    if (p.name == "shape" && p.value.text != shape_name(shape_))
      lose(&p, nearly("written in the other form of the API", std::string(shape_name(shape_))));
  }
  std::set<std::string> outside;
  for (const ir::Param& p : gateway_.layout) {
    if (p.name == "outside") outside.insert(p.value.text);
  }
  for (const ir::Provider& p : gateway_.providers) {
    kept_provider_.emplace(&p, providers_.size());
    ProviderOut& out = providers_.emplace_back();
    out.name = p.name.value;
    out.source = &p;
    if (p.name.given() && !outside.contains(*p.name)) keep_provider(p);
  }
  if (other_shape()) {
    context_.ledger.admit_added("providers[", "the other form of the API asks for it");
    for (const ir::Deployment& d : gateway_.deployments) {
      context_.ledger.admit_within(&d, "provider.base_url", "the other form of the API has no type for the provider");
      context_.ledger.admit_within(&d, "provider.extras[slug]", "the other form of the API asks for it");
    }
  }
  std::set<std::uint32_t> used;
  for (const ir::PlanNode& n : gateway_.nodes) {
    if (const auto* use = std::get_if<ir::Use>(&n.what)) used.insert(use->deployment.value);
  }
  for (std::uint32_t i = 0; i < gateway_.deployments.size(); ++i) {
    const ir::Deployment& d = gateway_.deployments[i];
    if (!used.contains(i)) continue;
    model_of_.emplace(&d, models_.size());
    ModelOut& m = models_.emplace_back();
    m.id = text(d.upstream_model);
    m.provider = d.provider.valid() ? kept_provider_.at(&gateway_.at(d.provider)) : 0;
    m.users.push_back(&d);
    m.paths.emplace_back();
    if (d.upstream_model.from.is_default()) continue;  // only rules name it
    Out body = model_body(m);
    if (!spec()) {
      lose_if(d.mode, manual("a model has no type in the guides' form of the API",
                             "write `worldflow@spec`, which has a place for it"));
      lose_if(d.max_output_tokens, skipped("a model has one context length in the guides' form of the API"));
    } else {
      lose_if(d.blocked, manual("a model is not switched off when it is registered",
                                "disable the provider or leave the model out"));
    }
    const ir::Provider* p = d.provider.valid() ? &gateway_.at(d.provider) : nullptr;
    if (p != nullptr && p->name.given() && outside.contains(*p->name) && spec() && other_shape()) {
      Out bare = Out::mapping();
      for (auto& [key, value] : std::get<Out::Mapping>(body.storage())) {
        if (key != "providerType" && key != "_provider") bare.add(key, std::move(value));
      }
      body = std::move(bare);
      lose(&p->name, manual("a model names the type of its provider, and this provider is not in the bundle",
                            "set `providerType` of the model"));
      for (const ir::Param& note : gateway_.layout) {
        if (note.name == "outside" && note.value.text == *p->name)
          lose(&note, skipped("a model names the type of its provider"));
      }
    } else if (p != nullptr && p->name.given() && outside.contains(*p->name)) {
      (spec() ? body.at("_provider") : body.at("providerId")) = Out(*p->name);
    } else if (p != nullptr && p->name.absent()) {
      Out bare = Out::mapping();
      for (auto& [key, value] : std::get<Out::Mapping>(body.storage())) {
        if (key != "providerId" && key != "_provider") bare.add(key, std::move(value));
      }
      body = std::move(bare);
      if (p->kind.given()) body.at("providerType") = Out(provider_type(*p->kind, shape_));
    }
    const bool named =
        std::ranges::any_of(d.extras, [](const ir::Extra& e) { return e.section.empty() && e.key == "displayName"; });
    if (spec() && !named && other_shape()) {
      context_.ledger.admit_within(&d, "extras[displayName]", "the other form of the API asks for it");
    } else if (spec() && !named) {
      Out bare = Out::mapping();
      for (auto& [key, value] : std::get<Out::Mapping>(body.storage())) {
        if (key != "displayName") bare.add(key, std::move(value));
      }
      body = std::move(bare);
    }
    if (spec() && other_shape() && p != nullptr) join_by_type(d, *p);
    put(body, d.extras, Entity::Model);
    models_.back().body = std::move(body);
  }
  for (const ProviderOut& p : providers_) {
    const bool taken_over = p.source != nullptr && std::ranges::any_of(p.source->extras, [](const ir::Extra& e) {
                              return e.section.empty() && e.key == kSync;
                            });
    const ir::Value* through = taken_over ? layout("integration " + p.name) : nullptr;
    if (through != nullptr && !p.type.empty())
      plan_.synced.emplace_back(p.type, reference(Entity::Integration, through->text));
  }
}

/// Of the providers that go through one integration the first says what it is.
void Writer::keep_integration(const ir::Provider& v, const std::string& name) {
  if (!integration_names_.insert(name).second) return;
  Out body = Out::mapping();
  body.add("name", name);
  const std::string_view type =
      v.kind.given() ? (v.kind.from.rule() == &rules::kCustom ? kCustomType : provider_type(*v.kind, shape_))
                     : std::string_view();
  if (v.kind.given())
    body.add("providerType",
             type == kCustomType && facts::provider_by_kind(*v.kind) == nullptr ? Out(*v.kind) : Out(type));
  if (v.api_key.given()) body.add("apiKey", spell(*v.api_key, &v.api_key, name + " key"));
  const facts::ProviderFacts* known = v.kind.given() ? facts::provider_by_kind(*v.kind) : nullptr;
  if (!v.base_url.absent())
    body.add(spec() ? "endpointUrl" : "baseUrl", text(v.base_url));
  else if (other_shape() && type == kCustomType && known != nullptr && !known->base_url().empty())
    body.add(spec() ? "endpointUrl" : "baseUrl", known->base_url());  // this form has no type for it
  Out config = Out::mapping();
  if (!v.api_version.absent()) config.add("apiVersion", text(v.api_version));
  if (!v.region.absent()) config.add("region", text(v.region));
  if (!v.organization.absent()) config.add("organization", text(v.organization));
  for (const ir::ProviderParam& p : v.params)
    config.add(p.name == "vertex_project" ? "project" : p.name, open(p.value, p.name));
  const bool has_config = spec() || !other_shape();
  if (!config.empty() && has_config) body.add("config", std::move(config));
  for (const ir::Extra& e : v.extras) {
    if (!of_integration(e)) continue;
    if (!has_place(e, Entity::Integration, e.section.size() > 12 ? std::string_view(e.section).substr(12) : ""))
      continue;
    ir::Extra own = e;
    own.section = e.section.size() > 12 ? e.section.substr(12) : std::string();
    put_one(body, own);
  }
  body.at("_id") = Out("integration/" + slug(name));
  IntegrationOut& out = integrations_.emplace_back();
  out.name = name;
  out.type = type;
  out.body = std::move(body);
}

/// Settings of an integration that the guides' form has no place for.
void Writer::lose_config(const ir::Provider& p) {
  const auto tell = [&](const auto* what) {
    lose(what, manual("an integration has no settings in the guides' form of the API",
                      "write `worldflow@spec`, which has a place for them"));
  };
  for (const auto* field : {&p.api_version, &p.region, &p.organization}) {
    if (!field->absent()) tell(field);
  }
  for (const ir::ProviderParam& param : p.params) tell(&param);
}

/// The description's form ties a model to a type of provider, not to one of them.
void Writer::join_by_type(const ir::Deployment& d, const ir::Provider& p) {
  if (p.name.given()) return;
  for (const ir::Provider& other : gateway_.providers) {
    if (!other.name.given() || other.kind.value != p.kind.value) continue;
    lose(&other, nearly("a model of its type uses it"));
    context_.ledger.admit_within(&d, "provider.", "the provider of its type answers");
  }
}

void Writer::keep_provider(const ir::Provider& p) {
  ProviderOut& out = providers_.back();
  const ir::Value* through = layout("integration " + *p.name);
  const ir::Value* elsewhere = layout("outside integration " + *p.name);
  if (through != nullptr) keep_integration(p, through->text);
  if (other_shape() && !spec()) lose_config(p);
  Out body = Out::mapping();
  if (!p.name.from.is_default()) body.add("name", *p.name);
  // an extra takes the place that is kept for it
  if (!(other_shape() && !spec()) &&
      std::ranges::any_of(p.extras, [](const ir::Extra& e) { return e.section.empty() && e.key == "slug"; }))
    body.add("slug", Out());
  else if (spec() && other_shape() && !p.name.from.is_default())
    body.add("slug", slug(*p.name));
  if (through != nullptr)
    body.add("integrationId", reference(Entity::Integration, through->text));
  else if (elsewhere != nullptr)
    body.add("integrationId", elsewhere->text);
  if (p.kind.given()) {
    const bool custom = p.kind.from.rule() == &rules::kCustom;
    const std::string_view type = custom ? kCustomType : provider_type(*p.kind, shape_);
    out.type = type == kCustomType && facts::provider_by_kind(*p.kind) == nullptr ? *p.kind : std::string(type);
    body.add("providerType", out.type);
  }
  const ir::Limit* rpm = minute_limit(p.limits, ir::Counted::Requests);
  const ir::Limit* tpm = minute_limit(p.limits, ir::Counted::Tokens);
  put_rates(body, rpm != nullptr ? std::optional(*rpm->amount) : std::nullopt,
            tpm != nullptr ? std::optional(*tpm->amount) : std::nullopt);
  if (tpm != nullptr && !spec())
    lose(tpm, dropped("a provider has no limit on tokens in the guides' form of the API",
                      "write `worldflow@spec`, which has a place for it"));
  for (const ir::Budget& b : p.budgets) {
    const auto cents = cents_of(*b.amount);
    if (!cents) continue;
    if (spec()) {
      Out budget = Out::mapping();
      budget.add("monthlyLimitCents", Out::integer(cents->amount));
      body.add("budget", std::move(budget));
    } else {
      body.add("monthlyBudgetCents", Out::integer(cents->amount));
    }
  }
  for (const ir::Extra& e : p.extras) {
    if (!of_integration(e) && has_place(e, Entity::Provider)) put_one(body, e);
  }
  if (!p.name.from.is_default()) body.at("_id") = Out("provider/" + slug(*p.name));
  out.body = std::move(body);
}

}  // namespace gatec::targets::worldflow
