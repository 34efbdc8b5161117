#include "compiler/limits/algebra.h"
#include "targets/litellm/durations.h"
#include "targets/litellm/prices.h"
#include "targets/litellm/reader.h"
#include "targets/litellm/rules.h"

#include <algorithm>

namespace gatec::targets::litellm {
namespace {

using doc::Entry;
using doc::Node;
using ir::Decimal;
using ir::Fate;
using ir::Field;
using ir::Origin;

constexpr std::string_view kParams = "litellm_params";
constexpr std::string_view kInfo = "model_info";

}  // namespace

void Reader::read_models(const std::vector<const Node*>& lists) {
  std::size_t count = 0;
  for (const Node* list : lists) count += list->elements().size();
  gw_.deployments.reserve(gw_.deployments.size() + count);
  gw_.providers.reserve(gw_.providers.size() + count);
  groups_.reserve(std::min<std::size_t>(count, 1024));
  group_of_.reserve(count);
  for (const Node* list : lists) {
    for (const Node* entry : list->elements()) read_entry(*entry);
  }
}

/// The proxy logs an entry that it cannot use and starts without it (page §3.1): all of it is kept as an extra.
void Reader::drop_entry(const Node& entry, const Node& at, std::string reason) {
  if (!quiet())
    context_.sink.report(DiagId::LitellmEntryDropped, at.span(), std::move(reason) + ": LiteLLM leaves the entry out");
  gw_.extras.push_back(kit_.extra("model_list", "#" + std::to_string(++dropped_), entry, DiagId::LitellmEntryDropped,
                                  Fate::Manual, "complete the entry, then convert again"));
}

void Reader::read_entry(const Node& entry) {
  if (!entry.is_mapping()) {
    kit_.wrong_type(entry, "model_list", "a list of mappings");
    gw_.extras.push_back(kit_.extra("model_list", "#" + std::to_string(++dropped_), entry, DiagId::WrongType,
                                    Fate::Manual, "correct the entry"));
    return;
  }
  const Node* name = entry.get("model_name");
  const Node* params = entry.get(kParams);
  if (name == nullptr || !name->is_string())
    return drop_entry(entry, name != nullptr ? *name : entry, "`model_name` is missing or no string");
  if (params == nullptr || !params->is_mapping()) {
    return drop_entry(entry, params != nullptr ? *params : *name, "`litellm_params` is missing or no mapping");
  }
  const Node* model = params->get("model");
  if (model == nullptr || !model->is_string()) {
    return drop_entry(entry, model != nullptr ? *model : *name, "`litellm_params.model` is missing or no string");
  }

  const auto [found, fresh] = group_of_.try_emplace(name->text(), groups_.size());
  if (fresh) groups_.emplace_back().name = {std::string(name->text()), {}};
  const std::size_t group = found->second;
  groups_[group].name.from.add(name->leaf());

  ir::Deployment& deployment = gw_.deployments.emplace_back();
  ir::Provider& provider = gw_.providers.emplace_back();
  deployment.provider = ir::ProviderId{static_cast<std::uint32_t>(gw_.providers.size() - 1)};
  Member& member = groups_[group].members.emplace_back();
  member.deployment = ir::DeploymentId{static_cast<std::uint32_t>(gw_.deployments.size() - 1)};
  Draft draft{deployment, provider, member};

  static const Cursor kEntry = keys().root().child("model_list").element();
  const Place place{&deployment.extras, ""};
  read_params(*params, draft);
  walk(entry, kEntry, place, [&](const Entry& e, const KeyRow& row, Cursor at) {
    switch (slot_of(row)) {
      case Slot::ModelName:
      case Slot::LitellmParams: return true;
      case Slot::Rpm:
      case Slot::Tpm:
        if (params->get(e.key->text()) != nullptr) {
          shadowed(e, "the value under `litellm_params`");
          return true;
        }
        return read_limit(e, row, draft, place);
      case Slot::ModelInfo: {
        if (!is_map(e, place)) return true;
        const Place info{&deployment.extras, std::string(kInfo)};
        for (const Entry& i : e.value->entries()) {
          if (honour_info(i, *params, draft, info)) continue;
          step(i, at, info, [&](const Entry&, const KeyRow& r, Cursor) { return read_info(i, r, draft, info); });
        }
        return true;
      }
      default: keep_row(e, row, place); return true;
    }
  });
  read_deployment_budget(draft);
  read_model_string(draft);
  if (draft.organizations != nullptr) expand_organizations(*draft.organizations, group);
}

void Reader::read_params(const Node& params, Draft& draft) {
  static const Cursor kAt = keys().root().child("model_list").element().child(kParams);
  const Place place{&draft.deployment.extras, std::string(kParams)};
  walk(params, kAt, place, [&](const Entry& e, const KeyRow& row, Cursor at) {
    if (slot_of(row) == Slot::SearchPrices) return read_search_prices(e, at, draft.deployment, place);
    return read_param(e, row, draft, place);
  });
}

bool Reader::read_param(const Entry& e, const KeyRow& row, Draft& draft, const Place& place) {
  ir::Deployment& d = draft.deployment;
  const Slot slot = slot_of(row);
  switch (slot) {
    case Slot::Model: draft.model = &e; return true;
    case Slot::CustomProvider:
      if (!e.value->is_string() || parse_reference(e.value->text())) {
        keep_row(e, row, place);
      } else {
        draft.custom_provider = &e;
      }
      return true;
    case Slot::Organization:
      if (!e.value->is_sequence()) return take(e, draft.provider.organization);
      if (is_list(e, place)) draft.organizations = &e;
      return true;
    case Slot::ApiKey:
    case Slot::ApiBase:
    case Slot::ApiVersion:
    case Slot::CredentialName:
    case Slot::Region:
    case Slot::Headers:
    case Slot::ProviderParam: return read_provider_key(e, slot, draft.provider, draft.regions, place);
    case Slot::Rpm:
    case Slot::Tpm:
    case Slot::Itpm:
    case Slot::Otpm:
    case Slot::MaxParallel:
    case Slot::DefaultKeyRpm:
    case Slot::DefaultKeyTpm: return read_limit(e, row, draft, place);
    case Slot::Weight: draft.member.weight_entry = &e; return take(e, place, draft.member.weight);
    case Slot::Order: return take(e, place, draft.member.order);
    case Slot::MaxBudget: draft.max_budget = &e; return true;
    case Slot::BudgetDuration: draft.budget_duration = &e; return true;
    case Slot::Tags: return take(e, place, d.tags, true);
    case Slot::TagRegex: return take(e, place, d.tag_patterns, true);
    case Slot::SilentModel: return take(e, draft.member.shadow);
    case Slot::Price: return read_price(e, d, place);
    default: return read_setting(e, row, d.settings, place);
  }
}

bool Reader::read_setting(const Entry& e, const KeyRow& row, ir::Settings& settings, const Place& place) {
  switch (slot_of(row)) {
    case Slot::Timeout: return take_time(e, place, settings.timeouts.attempt);
    case Slot::StreamTimeout: return take_time(e, place, settings.timeouts.first_chunk);
    case Slot::NumRetries: return take(e, place, settings.retry.attempts);
    case Slot::MaxRetries: keep_inert(e, place); return true;  // forced to 0 for routed calls (page §3.2)
    case Slot::Cooldown: return take(e, place, settings.breaker.cooldown);
    case Slot::DropParams: return take(e, place, settings.params.drop_unsupported);
    case Slot::AdditionalDropParams: return take(e, place, settings.params.drop, true);
    case Slot::AllowedParams: return take(e, place, settings.params.allow, true);
    case Slot::RequestParam: settings.params.defaults.push_back({std::string(e.key->text()), open(e)}); return true;
    default: keep_row(e, row, place); return true;
  }
}

void Reader::add_limit(std::vector<ir::Limit>& limits, ir::Counted counts, Field<Decimal> amount, bool per_key) {
  if (limits.empty()) limits.reserve(2);
  ir::Limit& limit = limits.emplace_back();
  limit.counts = counts;
  limit.amount = std::move(amount);
  if (counts != ir::Counted::Concurrent) limit.window = {limits::fixed_minute(), Origin(rules::kMinute)};
  if (per_key) limit.scope.per.push("key", Origin(rules::kPerKey));
}

bool Reader::read_limit(const Entry& e, const KeyRow& row, Draft& draft, const Place& place) {
  Field<std::int64_t> whole;
  if (!take(e, place, whole)) return false;
  Field<Decimal> amount;
  amount.state = whole.state;
  amount.value = Decimal(whole.value);
  amount.from = whole.from;
  auto& limits = draft.deployment.limits;
  switch (slot_of(row)) {
    case Slot::Rpm: add_limit(limits, ir::Counted::Requests, std::move(amount), false); break;
    case Slot::Tpm: add_limit(limits, ir::Counted::Tokens, std::move(amount), false); break;
    case Slot::Itpm: add_limit(limits, ir::Counted::InputTokens, std::move(amount), false); break;
    case Slot::Otpm: add_limit(limits, ir::Counted::OutputTokens, std::move(amount), false); break;
    case Slot::MaxParallel: add_limit(limits, ir::Counted::Concurrent, std::move(amount), false); break;
    case Slot::DefaultKeyRpm: add_limit(limits, ir::Counted::Requests, std::move(amount), true); break;
    case Slot::DefaultKeyTpm: add_limit(limits, ir::Counted::Tokens, std::move(amount), true); break;
    default: return false;
  }
  return true;
}

bool Reader::read_info(const Entry& e, const KeyRow& row, Draft& draft, const Place& place) {
  ir::Deployment& d = draft.deployment;
  switch (slot_of(row)) {
    case Slot::Id: return take(e, d.id, true);
    case Slot::Mode: return take(e, d.mode);
    case Slot::BaseModel: return take(e, d.base_model);
    case Slot::MaxTokens: return take(e, place, d.max_tokens);
    case Slot::MaxInputTokens: return take(e, place, d.max_input_tokens);
    case Slot::MaxOutputTokens: return take(e, place, d.max_output_tokens);
    case Slot::AccessGroups: return take(e, place, d.access_groups);
    case Slot::Environments: return take(e, place, d.environments);
    case Slot::TeamId: return take(e, d.owner);
    case Slot::Blocked: return take(e, place, d.blocked);
    case Slot::Price: return read_price(e, d, place);
    case Slot::SearchPrices: {
      static const Cursor kAt =
          keys().root().child("model_list").element().child(kInfo).child("search_context_cost_per_query");
      return read_search_prices(e, kAt, d, place);
    }
    default: keep_row(e, row, place); return true;
  }
}

bool Reader::read_price(const Entry& e, ir::Deployment& d, const Place& place) {
  const auto name = price_of_key(e.key->text());
  if (!name || !e.value->is_scalar()) {
    keep(e, place, DiagId::NotModelled, Fate::Manual,
         "enter this price at the target gateway, or its budgets count wrong");
    return true;
  }
  const bool known =
      std::ranges::any_of(d.prices, [&](const ir::Price& p) { return p.unit == name->unit && p.tier == name->tier; });
  if (known) {
    shadowed(e, "the price under `litellm_params`");
    return true;
  }
  Field<Decimal> amount;
  if (!take(e, place, amount)) return false;
  if (d.prices.empty()) d.prices.reserve(2);
  d.prices.push_back({name->unit, name->tier, std::move(amount)});
  return true;
}

bool Reader::read_search_prices(const Entry& e, Cursor at, ir::Deployment& d, const Place& place) {
  if (!is_map(e, place)) return true;
  const Place inner = place.below(e.key->text());
  walk(*e.value, at, inner, [&](const Entry& size, const KeyRow&, Cursor) { return read_price(size, d, inner); });
  return true;
}

/// Both are needed; one alone has no effect (page §9.6).
void Reader::read_deployment_budget(Draft& draft) {
  const Place place{&draft.deployment.extras, std::string(kParams)};
  const Entry* amount = draft.max_budget;
  const Entry* duration = draft.budget_duration;
  if (amount == nullptr || duration == nullptr || !duration->value->is_scalar()) {
    if (amount != nullptr) keep_inert(*amount, place);
    if (duration != nullptr) keep_inert(*duration, place);
    return;
  }
  ir::Budget budget;
  if (!take(*amount, place, budget.amount)) {
    keep_wrong(*amount, place);
    keep_inert(*duration, place);
    return;
  }
  budget.window = {rolling_window(duration->value->text()), duration->value->leaf()};
  draft.deployment.budgets.push_back(std::move(budget));
}

/// A list of organisations stands for one deployment each (page §3.2).
void Reader::expand_organizations(const Entry& organizations, std::size_t group) {
  const auto elements = organizations.value->elements();
  const Member first = groups_[group].members.back();
  for (std::size_t i = 0; i < elements.size(); ++i) {
    if (i > 0) {
      const ir::Provider provider = gw_.at(gw_.at(first.deployment).provider);
      const ir::ProviderId provider_id = gw_.add(provider);
      ir::Deployment copy = gw_.at(first.deployment);
      copy.provider = provider_id;
      Member& member = groups_[group].members.emplace_back(first);
      member.deployment = gw_.add(std::move(copy));
    }
    const Member& member = groups_[group].members.back();
    gw_.at(gw_.at(member.deployment).provider).organization = text(*elements[i], "organization");
  }
}

}  // namespace gatec::targets::litellm
