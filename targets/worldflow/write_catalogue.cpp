#include "compiler/facts/providers.h"
#include "compiler/ir/describe.h"
#include "targets/worldflow/reader.h"
#include "targets/worldflow/writer.h"

#include <algorithm>

namespace gatec::targets::worldflow {
namespace {

using base::Decimal;
using ir::Fate;

std::string variable_for(std::string_view words, std::string_view ending) {
  std::string name;
  for (const char c : slug(words)) name += c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  if (name.front() >= '0' && name.front() <= '9') name.insert(0, "P_");
  return (name += '_') += ending;
}

const ir::ProviderParam* param(const ir::ResolvedProvider& r, std::string_view name) {
  for (const ir::ProviderParam* p : r.params) {
    if (p->name == name) return p;
  }
  return nullptr;
}

/// The project of a Vertex integration, where it can be said.
const ir::ProviderParam* project_of(const ir::ResolvedProvider& r) {
  const ir::ProviderParam* project = param(r, "vertex_project");
  const bool text = project != nullptr &&
                    (project->value.kind == ir::Value::Kind::String || project->value.kind == ir::Value::Kind::Secret);
  return text ? project : nullptr;
}

/// Ollama's own API stands at the root, the one that OpenAI clients speak under /v1.
bool needs_v1(std::string_view kind) { return kind == "ollama"; }

struct ModelType {
  std::string_view type, mode;
};
constexpr ModelType kModelTypes[] = {{"CHAT", "chat"},
                                     {"EMBEDDING", "embedding"},
                                     {"IMAGE", "image_generation"},
                                     {"AUDIO", "audio_transcription"},
                                     {"COMPLETION", "completion"}};

std::string_view model_type(std::string_view mode) {
  for (const ModelType& t : kModelTypes) {
    if (t.mode == mode) return t.type;
  }
  return {};
}

}  // namespace

const ir::Limit* minute_limit(const std::vector<ir::Limit>& limits, ir::Counted counts) {
  for (const ir::Limit& l : limits) {
    const bool plain = l.counts == counts && l.amount.given() && l.window.given() && l.window->seconds == 60 &&
                       l.scope.per.absent() && l.scope.model.absent();
    if (plain) return &l;
  }
  return nullptr;
}

std::string Writer::free_name(std::string wanted, std::set<std::string>& taken) const {
  std::string name = wanted;
  for (int n = 2; !taken.insert(slug(name)).second; ++n) name = wanted + " " + std::to_string(n);
  return name;
}

/// The integration and provider that a deployment goes through; nothing when it cannot be said how to reach it (then
/// why_ tells).
std::optional<std::size_t> Writer::place_provider(const ir::Deployment& d) {
  if (const auto known = provider_of_.find(&d); known != provider_of_.end()) {
    if (!known->second) why_ = manual("the provider of this model cannot be reached", "register the model by hand");
    return known->second;
  }
  auto& slot = provider_of_[&d];
  if (!d.provider.valid()) {
    static_cast<void>(refuse(manual("the model has no provider", "register the model by hand")));
    return std::nullopt;
  }
  const ir::Provider& source = gateway_.at(d.provider);
  const ir::ResolvedProvider r = ir::resolved(gateway_, source);
  const std::string kind = r.kind->given() ? **r.kind : std::string();
  const facts::ProviderFacts* facts = facts::provider_by_kind(kind);
  const std::string_view type = provider_type(kind, shape_);
  std::string url = r.base_url->absent() ? std::string() : text(*r.base_url);
  const bool custom = type == kCustomType || type == "VLLM";
  const bool speaks_openai =
      facts == nullptr || facts->openai_compatible || kind == "vllm" || kind == "custom" || kind.empty();
  const std::string title(source.name.given() ? *source.name
                          : facts != nullptr  ? std::string(facts->title)
                          : kind.empty()      ? std::string("Provider")
                                              : kind);
  if (custom && url.empty()) {
    if (!speaks_openai) {
      static_cast<void>(
          refuse(manual("WorldFlow has no type for " + title +
                            ", and a custom integration needs the address of an OpenAI-compatible server",
                        "reach " + title + " through an OpenAI-compatible endpoint, then convert again")));
      return std::nullopt;
    }
    url = facts != nullptr ? std::string(facts->base_url()) : std::string();
    if (url.empty()) url = "${" + variable_for(title, "BASE_URL") + "}";
  }
  if (custom && !url.empty() && needs_v1(kind) && !url.ends_with("/v1") && !url.starts_with("$")) {
    while (url.ends_with('/')) url.pop_back();
    url += "/v1";
  }
  std::string identity = source.name.given() ? "@" + *source.name : std::string();
  identity += "|" + std::string(type) + "|" + url + "|";
  if (!r.api_key->absent()) identity += ir::show(**r.api_key) + (*r.api_key)->literal.reveal();
  if (spec()) {
    for (const ir::Field<std::string>* f : {r.region, r.api_version, r.organization}) identity += "|" + f->value;
    if (const ir::ProviderParam* project = project_of(r)) identity += "|" + ir::show(project->value);
  }
  const auto [found, fresh] = provider_of_identity_.try_emplace(std::move(identity), providers_.size());
  slot = found->second;
  if (!fresh) return slot;
  const std::string name = free_name(title, integration_names_);
  std::string provider_name = source.name.given() ? *source.name : name;
  if (!provider_names_.insert(slug(provider_name)).second) provider_name = free_name(provider_name, provider_names_);
  IntegrationOut& integration = integrations_.emplace_back();
  integration.name = name;
  integration.type = type;
  integration.body = integration_body(source, name, type, url);
  ProviderOut& provider = providers_.emplace_back();
  provider.name = provider_name;
  provider.type = type;
  provider.source = &source;
  provider.integration = integrations_.size() - 1;
  return slot;
}

std::string Writer::key_hint(const ir::Provider& source, const std::string& name) const {
  const ir::ResolvedProvider r = ir::resolved(gateway_, source);
  const facts::ProviderFacts* facts = r.kind->given() ? facts::provider_by_kind(**r.kind) : nullptr;
  return facts != nullptr && !facts->main_key_env().empty() ? std::string(facts->main_key_env()) : name + " key";
}

Out Writer::integration_body(const ir::Provider& source, const std::string& name, std::string_view type,
                             const std::string& url) {
  const ir::ResolvedProvider r = ir::resolved(gateway_, source);
  const facts::ProviderFacts* facts = r.kind->given() ? facts::provider_by_kind(**r.kind) : nullptr;
  Out body = Out::mapping();
  body.add("name", name);
  body.add("providerType", type);
  if (r.api_key->given()) {
    body.add("apiKey", spell(**r.api_key, r.api_key, key_hint(source, name)));
  } else if (facts != nullptr && facts->base_required && facts->kind != "azure_openai") {
    body.add("apiKey", "none");
  } else {
    const bool bedrock = facts != nullptr && facts->kind == "bedrock";
    const std::string variable = facts != nullptr && !facts->main_key_env().empty() ? std::string(facts->main_key_env())
                                 : bedrock ? std::string("AWS_BEARER_TOKEN_BEDROCK")
                                           : variable_for(name, "API_KEY");
    variables_.insert(variable);
    body.add("apiKey", "${" + variable + "}");
  }
  if (!url.empty()) {
    body.add(spec() ? "endpointUrl" : "baseUrl", url);
    if (const auto reference = parse_reference(url)) variables_.insert(reference->name);
  }
  if (spec()) {
    Out config = Out::mapping();
    if (!r.api_version->absent()) config.add("apiVersion", text(*r.api_version));
    if (!r.region->absent()) config.add("region", text(*r.region));
    if (!r.organization->absent()) config.add("organization", text(*r.organization));
    if (const ir::ProviderParam* project = project_of(r)) config.add("project", open(project->value, "project"));
    if (!config.empty()) body.add("config", std::move(config));
  } else {
    body.add("isActive", true);
  }
  body.add("_id", "integration/" + slug(name));
  return body;
}

/// What reading back finds at each use of a provider beside what the source says, and what it finds otherwise.
void Writer::admit_provider(const ProviderOut& provider, const ir::Provider& source, const std::string& path) {
  const ir::ResolvedProvider r = ir::resolved(gateway_, source);
  const IntegrationOut& integration = integrations_[provider.integration];
  const Out* written = integration.body.find(spec() ? "endpointUrl" : "baseUrl");
  const std::string url = written == nullptr ? std::string() : std::get<std::string>(written->storage());
  const auto reference = parse_reference(url);
  const bool has_project = spec() && project_of(r) != nullptr;
  const std::string found =
      provider_kind(integration.type, reference ? std::string_view() : std::string_view(url), has_project)
          .value_or(integration.type);
  const std::string at = path + ".provider.";
  if (r.kind->given() && **r.kind != found) {
    lose(r.kind, nearly("WorldFlow has no type for this provider: it is called as a server of the kind `" + found + "`",
                        found));
  } else if (r.kind->state == ir::State::Unknown) {
    Loss loss = manual("only the source's control plane knows what stands behind this name",
                       "set the address and the key that the integration asks for");
    loss.written = found;
    lose(r.kind, std::move(loss));
  } else if (r.kind->absent()) {
    admit(at + "kind",
          "what stands behind the name of this provider is not known here; set the address and key that the payload "
          "asks for");
  }
  if (!source.name.given())
    admit(at + "name", "a provider has a name");
  else if (*source.name != provider.name)
    lose(&source.name, nearly("two providers cannot have nearly the same name", provider.name));
  if (!spec()) admit(at + "extras[integration.isActive]", "an integration is active");
  if (r.base_url->absent() && !url.empty())
    admit(at + "base_url", "a custom integration names the address of its server");
  if (r.base_url->given() && !reference && **r.base_url != url)
    lose(r.base_url, nearly("the API that OpenAI clients speak stands under /v1", url));
  if (r.api_key->given())
    static_cast<void>(spell(**r.api_key, r.api_key, key_hint(source, integration.name)));
  else
    admit(at + "api_key", "an integration has a key, or a placeholder where none is needed");
  lose_provider(source);
}

std::optional<std::size_t> Writer::place(const ir::Deployment& d, const std::string& path) {
  if (same()) {
    const auto known = model_of_.find(&d);
    return known == model_of_.end() ? std::nullopt : std::optional(known->second);
  }
  if (d.upstream_model.absent() || d.upstream_model.value.find('*') != std::string::npos ||
      d.upstream_model.value.empty()) {
    static_cast<void>(
        refuse(manual("a rule leads to one model of the catalogue, the requested name cannot be passed on",
                      "register the models that clients ask for (POST /api/v1/model-catalog/models, or /models/sync "
                      "for all of a provider)")));
    return std::nullopt;
  }
  const auto provider = place_provider(d);
  if (!provider) return std::nullopt;
  const std::string id = text(d.upstream_model);
  std::size_t at = 0;
  const auto known = model_of_.find(&d);
  if (known != model_of_.end()) {
    at = known->second;
  } else {
    const auto [found, fresh] = model_index_.try_emplace({*provider, id}, models_.size());
    at = found->second;
    if (fresh) {
      models_.push_back({});
      models_.back().id = id;
      models_.back().provider = *provider;
    }
    model_of_.emplace(&d, at);
    providers_[*provider].users.push_back(&d);
    lose_deployment(d);
  }
  models_[at].users.push_back(&d);
  models_[at].paths.push_back(path);
  providers_[*provider].paths.push_back(path);
  admit_provider(providers_[*provider], gateway_.at(d.provider), path);
  return at;
}

/// The value of a field that all entries of one model share; where they differ, none is written.
template <class T, class Same, class Get>
const T* Writer::agreed(const ModelOut& model, Get get, Same same_value, std::string_view suffix) {
  const T* first = nullptr;
  bool all_same = true;
  for (const ir::Deployment* d : model.users) {
    const T* field = get(*d);
    if (field == nullptr || !field->given()) continue;
    if (first == nullptr) first = field;
    all_same = all_same && same_value(*first, *field);
  }
  if (first == nullptr) return nullptr;
  for (std::size_t i = 0; i < model.users.size(); ++i) {
    const T* field = get(*model.users[i]);
    if (field != nullptr && field->given()) {
      if (!all_same)
        lose(field, manual("the model is registered once, and its entries say different things",
                           "enter the value that shall count in the model catalogue"));
    } else if (all_same) {
      admit(model.paths[i] + std::string(suffix), "the model is registered once, with what its other entry says");
    }
  }
  return all_same ? first : nullptr;
}

std::string Writer::provider_reference(std::size_t provider) const {
  return reference(Entity::Provider, providers_[provider].name);
}

Out Writer::model_body(const ModelOut& m) {
  const auto equal = [](const auto& a, const auto& b) { return *a == *b; };
  const auto price = [](std::string_view unit) {
    return [unit](const ir::Deployment& d) -> const ir::Field<Decimal>* {
      for (const ir::Price& p : d.prices) {
        if (p.unit == unit && p.tier.empty()) return &p.amount;
      }
      return nullptr;
    };
  };
  const auto whole = [](auto member) { return [member](const ir::Deployment& d) { return &(d.*member); }; };
  const auto* input = agreed<ir::Field<Decimal>>(m, price("input_token"), equal, ".prices[input_token]");
  const auto* output = agreed<ir::Field<Decimal>>(m, price("output_token"), equal, ".prices[output_token]");
  const auto* context =
      agreed<ir::Field<std::int64_t>>(m, whole(&ir::Deployment::max_input_tokens), equal, ".max_input_tokens");
  const auto listed = same() ? std::nullopt : listed_model(gateway_, *m.users.front());
  const auto nobody_says = [&](const auto& get) {
    return listed && std::ranges::none_of(m.users, [&](const ir::Deployment* d) {
             const auto* field = get(*d);
             return field != nullptr && !field->absent();
           });
  };
  const auto from_table = [&](std::string_view field, const std::string& written) {
    for (const ir::Deployment* d : m.users) {
      context_.ledger.admit_within(
          d, std::string(field),
          "the source does not say this; gatec's own table of models does, as of " + listed->as_of, written);
    }
  };
  Out body = Out::mapping();
  Out prices = Out::mapping();
  const auto add_price = [&](std::string_view key, std::string_view unit, const ir::Field<Decimal>* field,
                             const std::optional<Decimal>& otherwise) {
    const bool own = field == nullptr && otherwise && nobody_says(price(unit));
    if (field == nullptr && !own) return;
    const Decimal& one = own ? *otherwise : **field;
    const auto thousand = one.times(Decimal(1000));
    if (thousand) {
      prices.add(std::string(key), Out::number(thousand->text()));
      if (own) from_table("prices[" + std::string(unit) + "]", one.text());
    } else if (!own) {
      lose(field, skipped("the price has too many digits"));
    }
  };
  add_price("inputCostPer1kTokens", "input_token", input, listed ? listed->input_price : std::nullopt);
  add_price("outputCostPer1kTokens", "output_token", output, listed ? listed->output_price : std::nullopt);
  Out length;
  if (context != nullptr) {
    length = to_out(*context);
  } else if (listed && listed->context_tokens && nobody_says(whole(&ir::Deployment::max_input_tokens))) {
    length = Out::integer(*listed->context_tokens);
    from_table("max_input_tokens", std::to_string(*listed->context_tokens));
  }
  const bool has_length = context != nullptr || !length.is_null();
  body.add("modelId", m.id);
  if (!spec()) {
    const auto* blocked = agreed<ir::Field<bool>>(m, whole(&ir::Deployment::blocked), equal, ".blocked");
    body.add("providerId", provider_reference(m.provider));
    for (auto& [key, value] : prices.empty() ? Out::Mapping{} : std::get<Out::Mapping>(prices.storage()))
      body.add(key, std::move(value));
    if (has_length) body.add("contextLength", std::move(length));
    if (blocked != nullptr) body.add("isActive", !**blocked);
    return body;
  }
  const auto* mode = agreed<ir::Field<std::string>>(m, whole(&ir::Deployment::mode), equal, ".mode");
  const auto* most =
      agreed<ir::Field<std::int64_t>>(m, whole(&ir::Deployment::max_output_tokens), equal, ".max_output_tokens");
  body.add("displayName", m.id);
  body.add("providerType", providers_[m.provider].type);
  if (mode != nullptr) {
    const std::string_view type = model_type(**mode);
    if (!type.empty())
      body.add("modelType", type);
    else
      lose(mode, manual("the API has no model type for `" + **mode + "`", "see that the gateway serves such requests"));
  }
  if (!prices.empty()) body.add("pricing", std::move(prices));
  Out limits = Out::mapping();
  if (has_length) limits.add("contextLength", std::move(length));
  if (most != nullptr) limits.add("maxOutputTokens", to_out(*most));
  if (!limits.empty()) body.add("limits", std::move(limits));
  body.add("_provider", provider_reference(m.provider));
  if (!same()) {
    for (const std::string& path : m.paths) admit(path + ".extras[displayName]", "a model has a name for people");
  }
  return body;
}

void Writer::finish_models() {
  for (ModelOut& m : models_) m.body = model_body(m);
}

void Writer::finish_providers() {
  for (ProviderOut& p : providers_) {
    Out body = Out::mapping();
    body.add("name", p.name);
    if (spec()) body.add("slug", slug(p.name));
    body.add("integrationId", reference(Entity::Integration, integrations_[p.integration].name));
    body.add("providerType", p.type);
    p.body = std::move(body);
    finish_limits(p);
    finish_budget(p);
    if (p.taken_over) {
      p.body.add(std::string(kSync), true);
      plan_.synced.emplace_back(p.type, reference(Entity::Integration, integrations_[p.integration].name));
      for (const std::string& path : p.paths)
        admit(path + ".provider.extras[" + std::string(kSync) + "]",
              "the models of a wildcard's provider are taken over from it");
    }
    p.body.add("_id", "provider/" + slug(p.name));
    if (spec()) {
      for (const std::string& path : p.paths) admit(path + ".provider.extras[slug]", "a provider has a slug");
    }
  }
  for (const ProviderOut& p : providers_) {
    if (p.users.empty())
      admit("providers[" + p.name + "]", "the provider of a wildcard, whose models are taken over from it");
  }
}

void Writer::put_rates(Out& body, std::optional<Decimal> rpm, std::optional<Decimal> tpm) {
  if (!spec()) {
    if (rpm) body.add("rateLimitRpm", Out::number(rpm->text()));
    return;
  }
  Out rates = Out::mapping();
  if (rpm) rates.add("rpm", Out::number(rpm->text()));
  if (tpm) rates.add("tpm", Out::number(tpm->text()));
  if (!rates.empty()) body.add("rateLimits", std::move(rates));
}

/// A provider takes what its deployments take together; where one of them has no rate, none can be said for all.
void Writer::finish_limits(ProviderOut& p) {
  std::optional<Decimal> rates[2];
  constexpr ir::Counted kinds[2] = {ir::Counted::Requests, ir::Counted::Tokens};
  for (int k = 0; k < 2; ++k) {
    const ir::Counted counts = kinds[k];
    const char* unit = k == 0 ? "requests" : "tokens";
    const ir::Limit* own = p.source != nullptr ? minute_limit(p.source->limits, counts) : nullptr;
    const bool expressible = counts == ir::Counted::Requests || spec();
    Decimal sum(0);
    std::string terms;
    bool all = !p.users.empty();
    bool any = false;
    bool hints = true;
    for (const ir::Deployment* d : p.users) {
      const ir::Limit* l = minute_limit(d->limits, counts);
      all = all && l != nullptr;
      any = any || l != nullptr;
      if (l == nullptr) continue;
      sum = sum.plus(*l->amount).value_or(sum);
      terms += (terms.empty() ? "" : " + ") + l->amount->text();
      hints = hints && l->hint.given() && *l->hint;
    }
    if (own != nullptr && expressible) {
      const std::int64_t floor = own->amount->floor().value_or(0);
      if (Decimal(floor) != *own->amount)
        lose(&own->amount, nearly("a rate is a whole number, rounded down", std::to_string(floor)));
      rates[k] = Decimal(floor);
    }
    if (!any) continue;
    const std::int64_t whole = sum.floor().value_or(0);
    const bool write = all && expressible && own == nullptr && whole > 0;
    if (write) {
      rates[k] = Decimal(whole);
      for (const std::string& path : p.paths)
        admit(path + ".provider.limits[" + unit + "]",
              "the provider as a whole takes what its models may take together: " + terms);
    }
    for (const ir::Deployment* d : p.users) {
      const ir::Limit* l = minute_limit(d->limits, counts);
      if (l == nullptr) continue;
      const bool hint = l->hint.given() && *l->hint;
      if (write) {
        Loss loss = nearly("the provider as a whole takes " + std::to_string(whole) + " " + unit + " a minute (" +
                           terms + "), and rejects what is above" + (hint ? ", which the source only steers by" : ""));
        lose(l, std::move(loss));
      } else if (!expressible) {
        lose(
            l,
            dropped(
                "a provider has no limit on tokens in the guides' form of the API",
                "choose a tenant tier that gives as many tokens, or write `worldflow@spec`, which has a place for it"));
      } else if (hint) {
        lose(l, skipped("another model of this provider has no rate, so none can be set for the provider as a whole; "
                        "the weights say what comes of it"));
      } else {
        lose(l, dropped("only providers have rates, and another model of this provider has none",
                        "give this model a provider of its own, or set the rate at the provider's console"));
      }
    }
  }
  put_rates(p.body, rates[0], rates[1]);
}

/// A month's cents of a budget with another period; `how` shows the arithmetic. Nothing for one that never starts anew.
std::optional<std::int64_t> Writer::month_cents(const ir::Budget& b, std::string& how) const {
  if (!b.amount.given() || b.counts != ir::Counted::Usd || !b.window.given() || b.amount->is_negative())
    return std::nullopt;
  const ir::Window& w = *b.window;
  std::int64_t seconds = w.seconds;
  if (w.kind == ir::WindowKind::Lifetime || w.kind == ir::WindowKind::Invalid) return std::nullopt;
  if (w.kind == ir::WindowKind::Calendar && w.unit == ir::CalendarUnit::Month) seconds = w.count * 30 * 86'400;
  if (w.kind == ir::WindowKind::Calendar && seconds == 0) return std::nullopt;
  if (seconds <= 0) return std::nullopt;
  const auto product = b.amount->times(Decimal(100))->times(Decimal(30 * 86'400));
  if (!product) return std::nullopt;
  const auto exact = product->floor();
  if (!exact) return std::nullopt;
  const std::int64_t cents = *exact / seconds;
  how = "$" + b.amount->text() + " × 100 × 30 days / " +
        (seconds % 86'400 == 0 ? std::to_string(seconds / 86'400) + " days" : std::to_string(seconds) + " s") + " = " +
        std::to_string(cents) + " cents a month";
  return cents;
}

void Writer::finish_budget(ProviderOut& p) {
  const std::string kind = p.source != nullptr && ir::resolved(gateway_, *p.source).kind->given()
                               ? **ir::resolved(gateway_, *p.source).kind
                               : std::string();
  const auto of_kind = std::ranges::count_if(providers_, [&](const ProviderOut& other) {
    return other.source != nullptr && ir::resolved(gateway_, *other.source).kind->value == kind;
  });
  bool written = false;
  const auto write = [&](const ir::Budget& b, bool own) {
    std::string how;
    const auto cents = month_cents(b, how);
    if (written || !cents || (!own && of_kind > 1)) {
      lose(&b, dropped(written       ? "a provider has one budget"
                       : of_kind > 1 ? "several providers of this kind would share the budget, each has one of its own"
                                     : "a provider's budget is a sum of dollars that starts anew each month",
                       "set the budget of this provider in the console"));
      return;
    }
    if (*cents == 0 && !b.amount->is_zero()) {
      lose(&b, {Fate::Manual, DiagId::WorldflowSubCent, "the budget is less than a cent a month", "",
                "block the provider, or give it a cent at least"});
      return;
    }
    written = true;
    const bool exact = own && b.window->kind == ir::WindowKind::Calendar && b.window->unit == ir::CalendarUnit::Month &&
                       b.window->count == 1;
    if (spec()) {
      Out budget = Out::mapping();
      budget.add("monthlyLimitCents", Out::integer(*cents));
      p.body.add("budget", std::move(budget));
    } else {
      p.body.add("monthlyBudgetCents", Out::integer(*cents));
    }
    if (exact) {
      if (usd_of(*cents) != *b.amount)
        lose(&b.amount, nearly("whole cents, rounded down: " + how, usd_of(*cents).text()));
      lose_if(b.soft, skipped("a provider has no soft budget; the gateway prefers cheaper models from half-spent on"));
      return;
    }
    lose(&b, nearly("the provider's budget of a month: " + how +
                    "; from half-spent on the gateway prefers cheaper models"));
    for (const std::string& path : p.paths) admit(path + ".provider.budgets[", how);
  };
  if (p.source != nullptr) {
    for (const ir::Budget& b : p.source->budgets) write(b, true);
  }
  for (const ir::Budget& b : gateway_.budgets) {
    if (b.scope.provider.given() && *b.scope.provider == kind && b.scope.model.absent() && b.scope.tag.absent())
      write(b, false);
  }
}

}  // namespace gatec::targets::worldflow
