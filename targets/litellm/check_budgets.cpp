#include "compiler/base/nearest.h"
#include "compiler/facts/providers.h"
#include "targets/litellm/checker.h"
#include "targets/litellm/durations.h"

#include <algorithm>

namespace gatec::targets::litellm {
namespace {

using base::Decimal;
using diagnostics::FixSafety;
using doc::Entry;
using doc::Node;
using ir::CalendarUnit;
using ir::Window;
using ir::WindowKind;

/// The job that sets spend back runs about every ten minutes (§10.2).
constexpr std::int64_t kJobSeconds = 600;

bool is_given(const Node* node) { return node != nullptr && !node->is_null(); }

std::string every(const Window& window) {
  const auto of = [&](std::string_view unit) {
    return window.count == 1 ? "every " + std::string(unit)
                             : "every " + std::to_string(window.count) + " " + std::string(unit) + "s";
  };
  switch (window.unit) {
    case CalendarUnit::Minute: return of("minute");
    case CalendarUnit::Hour: return of("hour");
    case CalendarUnit::Day: return window.count == 1 ? "every midnight" : of("day");
    case CalendarUnit::Week: return "every Monday";
    case CalendarUnit::Month: return "on the 1st of every month";
    case CalendarUnit::None: break;
  }
  return "never";
}

/// An edit is safe where the text only spells a unit in a way of its own.
std::optional<std::string> readable(std::string_view text) {
  auto meant = intended_duration(text);
  if (!meant || *meant == text || !length(*meant)) return std::nullopt;
  return meant;
}

const Entry* entry_of(const Node* mapping, std::string_view a, std::string_view b) {
  if (mapping == nullptr || !mapping->is_mapping()) return nullptr;
  const Entry* entry = mapping->entry(a);
  return entry != nullptr ? entry : mapping->entry(b);
}

}  // namespace

void Checker::check_budgets(const ConfigFile& file) {
  proxy_budget(file);
  key_defaults(file);
  provider_budgets(file);
  priorities(file);
  for (const ModelEntry& entry : file.models) {
    if (const Node* amount = get(entry.params, "max_budget"))
      zero_budget(*amount, "a deployment's budget of 0 is none: it is not limited");
    if (const Node* period = get(entry.params, "budget_duration")) length_duration(*period);
  }
  for (const std::string_view section :
       {"default_key_generate_params", "default_internal_user_params", "default_team_params"}) {
    if (const Node* period = get(get(file.litellm, section), "budget_duration")) reset_duration(*period);
  }
  for (const std::string_view key : {"budget_duration", "internal_user_budget_duration"}) {
    if (const Node* period = get(file.litellm, key)) reset_duration(*period);
  }
  const Node* bounds = get(file.litellm, "upperbound_key_generate_params");
  for (const Node* period : {get(bounds, "budget_duration"), get(bounds, "duration"),
                             get(get(file.litellm, "default_key_generate_params"), "duration")}) {
    if (period != nullptr) length_duration(*period);
  }
}

void Checker::proxy_budget(const ConfigFile& file) {
  const Node* amount = get(file.litellm, "max_budget");
  const auto value = number_of(amount);
  if (!value) return;
  if (value->is_zero()) {
    zero_budget(*amount, "the proxy's budget of 0 is none: it is off");
  } else if (!is_given(get(file.litellm, "budget_duration"))) {
    report(DiagId::LitellmProxyBudgetPeriod, amount->span(),
           "the proxy's `max_budget` needs a `budget_duration` beside it, else the proxy does not start");
  }
}

void Checker::zero_budget(const Node& amount, std::string_view meaning) {
  const auto value = number_of(&amount);
  if (value && value->is_zero()) report(DiagId::LitellmBudgetZero, amount.span(), std::string(meaning));
}

/// A default above the bound makes every key that takes it be refused (§11.2).
void Checker::key_defaults(const ConfigFile& file) {
  const Node* defaults = get(file.litellm, "default_key_generate_params");
  const Node* bounds = get(file.litellm, "upperbound_key_generate_params");
  const auto above = [&](std::string_view key, const Node& value, const Node& bound) {
    report(DiagId::LitellmAboveUpperBound, value.span(),
           "the default " + quoted(key) + " is above the upper bound, so keys that take it are refused")
        .label(bound.span(), "the bound");
  };
  for (const std::string_view key : {"max_budget", "tpm_limit", "rpm_limit", "max_parallel_requests"}) {
    const auto value = number_of(get(defaults, key));
    const auto bound = number_of(get(bounds, key));
    if (value && bound && *value > *bound) above(key, *get(defaults, key), *get(bounds, key));
  }
  for (const std::string_view key : {"budget_duration", "duration"}) {
    const Node* value = get(defaults, key);
    const Node* bound = get(bounds, key);
    if (value == nullptr || bound == nullptr || !value->is_string() || !bound->is_string()) continue;
    const auto a = length(value->text());
    const auto b = length(bound->text());
    if (a && b && !a->none && !b->none && a->longest_seconds() > b->longest_seconds()) above(key, *value, *bound);
  }
}

void Checker::provider_budgets(const ConfigFile& file) {
  const Node* of_providers = get(file.router, "provider_budget_config");
  for (const Node* config : {of_providers, get(file.litellm, "tag_budget_config")}) {
    if (config == nullptr || !config->is_mapping()) continue;
    for (const Entry& e : config->entries()) {
      if (!e.value->is_mapping()) continue;
      const Entry* amount = entry_of(e.value, "budget_limit", "max_budget");
      const Entry* period = entry_of(e.value, "time_period", "budget_duration");
      if (amount != nullptr) zero_budget(*amount->value, "a budget of 0 is none here: nothing is limited");
      if (period != nullptr) length_duration(*period->value);
      if (amount != nullptr && (period == nullptr || period->value->is_null())) {
        report(DiagId::LitellmProviderBudget, e.key->span(),
               "the budget of " + quoted(e.key->text()) + " has no `time_period`, so it is not counted");
      }
    }
  }
  if (of_providers != nullptr && of_providers->is_mapping() && file.whole) unused_provider_budgets(*of_providers);
}

/// A budget of a provider that is only not used yet is no mistake; a name that no provider has is one, and so is a list
/// of which none is used.
void Checker::unused_provider_budgets(const Node& config) {
  std::vector<std::string_view> used;
  for (const ir::Provider& p : gateway_.providers) {
    if (!p.kind.given()) return;
    const facts::ProviderFacts* provider = facts::provider_by_kind(*p.kind);
    used.push_back(provider != nullptr && !provider->litellm.empty() ? provider->litellm_prefix()
                                                                     : std::string_view(*p.kind));
  }
  const auto is_used = [&](const Entry& e) {
    const facts::ProviderFacts* provider = facts::provider_by_litellm_prefix(e.key->text());
    return std::ranges::find(used, provider != nullptr ? provider->litellm_prefix() : e.key->text()) != used.end();
  };
  const bool none_used = std::ranges::none_of(config.entries(), is_used);
  for (const Entry& e : config.entries()) {
    if (is_used(e) || (!none_used && facts::provider_by_litellm_prefix(e.key->text()) != nullptr)) continue;
    const auto near = base::nearest_word(e.key->text(), used);
    std::string message =
        "no deployment is of the provider " + quoted(e.key->text()) + ", so its budget counts nothing";
    if (near) message += "; did you mean " + quoted(*near) + "?";
    report(DiagId::LitellmProviderBudget, e.key->span(), std::move(message));
  }
}

void Checker::priorities(const ConfigFile& file) {
  const Node* shares = get(file.litellm, "priority_reservation");
  if (shares == nullptr || !shares->is_mapping()) return;
  Decimal sum;
  for (const Entry& e : shares->entries()) {
    const auto share = number_of(e.value);
    const auto more = share ? sum.plus(*share) : std::nullopt;
    if (!more) return;
    sum = *more;
  }
  if (sum > Decimal(1))
    report(DiagId::LitellmPrioritySum, key_node(file.litellm, "priority_reservation")->span(),
           "the shares add up to " + sum.text() + ", more than the whole");
}

void Checker::length_duration(const Node& node) {
  if (node.is_string()) length_duration(node.text(), node.span());
}

void Checker::length_duration(std::string_view text, source::Span span) {
  if (!span.valid() || rolling_window(text).kind != WindowKind::Invalid) return;
  auto told = report(DiagId::LitellmDurationBad, span, quoted(text) + " is no duration that LiteLLM reads");
  if (const auto meant = readable(text))
    told.fix("write " + quoted(*meant), FixSafety::Safe, {{span, rewritten(span, *meant)}});
}

void Checker::reset_duration(const Node& node) {
  if (node.is_string()) reset_duration(node.text(), node.span());
}

void Checker::reset_duration(std::string_view text, source::Span span) {
  if (!span.valid()) return;
  const Window window = reset_window(text);
  const auto span_length = length(text);
  const auto meant = readable(text);
  const auto fix = [&](Builder told) {
    if (meant) told.fix("write " + quoted(*meant), FixSafety::Safe, {{span, rewritten(span, *meant)}});
  };
  if (window.kind == WindowKind::Invalid) {
    fix(report(DiagId::LitellmDurationBad, span, "LiteLLM cannot tell when a period of " + quoted(text) + " ends"));
  } else if (!span_length) {
    if (meant && same_meaning(reset_window(*meant), window)) return;
    fix(report(DiagId::LitellmDurationBad, span,
               quoted(text) + " is no duration that LiteLLM reads: the spend is set back " + every(window)));
  } else if (ambiguous_duration(text)) {
    const std::string_view uneven = periods_are_even(window)            ? ""
                                    : window.unit == CalendarUnit::Hour ? ", and early once a day"
                                                                        : ", and early once an hour";
    fix(report(DiagId::LitellmDurationAmbiguous, span,
               "with " + quoted(text) + " the spend is set back " + every(window) + std::string(uneven)));
  } else if (window.kind == WindowKind::Calendar && window.unit != CalendarUnit::Month &&
             window.seconds < kJobSeconds) {
    report(DiagId::LitellmDurationShort, span,
           "spend is set back by a job that runs every ten minutes, so " + quoted(text) + " lasts longer");
  }
}

}  // namespace gatec::targets::litellm
