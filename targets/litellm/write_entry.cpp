#include "compiler/ir/describe.h"
#include "targets/litellm/durations.h"
#include "targets/litellm/prices.h"
#include "targets/litellm/rules.h"
#include "targets/litellm/vocabulary.h"
#include "targets/litellm/writer.h"

#include <algorithm>
#include <set>

namespace gatec::targets::litellm {
namespace {

using ir::Decimal;
using ir::Fate;
using ir::Field;
using ir::Settings;

constexpr std::int64_t kLongest = 6000;  // seconds: what LiteLLM waits unasked (page §1.7)

/// The nearest one, null where none of the chain says anything.
template <class Pick>
auto nearest_said(const ir::SettingsChain& chain, Pick pick) -> decltype(&pick(*chain.front())) {
  for (const Settings* s : chain) {
    const auto& field = pick(*s);
    if (field.state != ir::State::Absent) return &field;
  }
  return nullptr;
}

std::string_view limit_key(const ir::Limit& limit) {
  const bool per_key = !limit.scope.per.items.empty();
  switch (limit.counts) {
    case ir::Counted::Requests: return per_key ? "default_api_key_rpm_limit" : "rpm";
    case ir::Counted::Tokens: return per_key ? "default_api_key_tpm_limit" : "tpm";
    case ir::Counted::InputTokens: return per_key ? "" : "itpm";
    case ir::Counted::OutputTokens: return per_key ? "" : "otpm";
    case ir::Counted::Concurrent: return per_key ? "" : "max_parallel_requests";
    case ir::Counted::Usd: break;
  }
  return {};
}

bool scope_fits(const ir::Scope& scope) {
  if (scope.model.given() || scope.provider.given() || scope.tag.given() || scope.per.items.size() > 1) return false;
  return scope.per.items.empty() || *scope.per.items.front() == "key";
}

}  // namespace

Out Writer::model_list() {
  Out list = Out::sequence();
  for (const Group& group : groups_) {
    const bool tiered = group.tiers.size() > 1;
    for (std::size_t t = 0; t < group.tiers.size(); ++t) {
      const Tier& tier = group.tiers[t];
      const bool keeps_order = ours() && std::ranges::any_of(group.tiers, [](const Tier& x) {
                                 return !x.empty() && x.front().order != nullptr;
                               });
      for (const Member& m : tier) {
        std::optional<std::int64_t> order;
        if (keeps_order) {
          if (m.order != nullptr && m.order->given()) order = m.order->value;
        } else if (tiered) {
          order = static_cast<std::int64_t>(t) + 1;
        }
        list.push(entry(group, m, order));
      }
    }
  }
  return list;
}

Out Writer::entry(const Group& group, const Member& member, std::optional<std::int64_t> order) {
  const ir::Deployment& d = gw_.at(member.deployment);
  Out params = Out::mapping();
  write_provider(params, d, group);
  write_limits(params, d);
  if (member.weight) params.add("weight", Out::number(member.weight->text()));
  if (order) params.add("order", Out::integer(*order));
  write_deployment_budgets(params, d);
  put(params, "tags", d.tags);
  put(params, "tag_regex", d.tag_patterns);
  if (member.shadow != nullptr) put(params, "silent_model", *member.shadow);
  write_member_settings(params, member, group);
  Out info = Out::mapping();
  write_info(info, d);
  Out out = Out::mapping();
  out.add("model_name", Out(group.name));
  out.add("litellm_params", std::move(params));
  if (!info.empty()) out.add("model_info", std::move(info));
  if (ours()) place_extras(out, d.extras);
  return out;
}

// ---- limits
// ------------------------------------------------------------------------------------------------------------

void Writer::write_limits(Out& params, const ir::Deployment& d) {
  for (const ir::Limit& limit : d.limits) write_limit(params, limit);
}

void Writer::write_limit(Out& params, const ir::Limit& limit) {
  if (limit.amount.state == ir::State::Unknown && ours()) return;  // its reference is an extra
  const std::string_view key = limit_key(limit);
  if (key.empty() || !scope_fits(limit.scope) || !limit.amount.given() || params.find(key) != nullptr) {
    if (!limit.amount.absent()) {
      lose(&limit, Fate::Manual, DiagId::DroppedLimit, "LiteLLM has no such limit of a deployment",
           "set the limit with the provider or before LiteLLM");
    }
    return;
  }
  const bool concurrent = limit.counts == ir::Counted::Concurrent;
  const auto minute = concurrent ? std::nullopt : per_minute(limit);
  if (!concurrent && (!minute || (minute->cap.amount.is_zero() && !limit.amount->is_zero()))) {
    lose(&limit, Fate::Manual, DiagId::DroppedLimit,
         "LiteLLM counts a deployment's limits by the minute, and this is less than one a minute, or for once",
         "set the limit with the provider or before LiteLLM");
    return;
  }
  const Decimal amount = concurrent ? Decimal(limit.amount->floor().value_or(0)) : minute->cap.amount;
  if (!concurrent && !same_meaning(*limit.window, limits::fixed_minute())) {
    const std::string_view reason = "LiteLLM counts a deployment's limits by the minute; the stricter rate is written";
    if (amount != *limit.amount)
      lose(&limit.amount, Fate::Approximated, DiagId::Approximated, std::string(reason), {}, amount.text());
    lose(&limit.window, Fate::Approximated, DiagId::Approximated, std::string(reason), {}, "60s");
  } else if (amount != *limit.amount) {
    lose(&limit.amount, Fate::Approximated, DiagId::Approximated, "LiteLLM takes whole numbers only", {},
         amount.text());
  }
  if (limit.burst.given()) lose(&limit.burst, Fate::Skipped, DiagId::NotExpressible, "LiteLLM has no bursts");
  if (limit.guarantee.given())
    lose(&limit.guarantee, Fate::Skipped, DiagId::NotExpressible, "LiteLLM has it for keys only");
  const bool hard = !(limit.hint.given() && *limit.hint) && !concurrent && limit.scope.per.items.empty();
  enforce_ = enforce_ || hard;
  params.add(std::string(key), Out::number(amount.text()));
}

void Writer::write_deployment_budgets(Out& params, const ir::Deployment& d) {
  bool written = false;
  for (const ir::Budget& budget : d.budgets) {
    const auto window = budget.window.given() ? rolling_text(*budget.window) : std::nullopt;
    const bool unknown = budget.amount.state == ir::State::Unknown && ours();
    const bool fits = !written && budget.counts == ir::Counted::Usd && (budget.amount.given() || unknown) &&
                      budget.window.given() && scope_fits(budget.scope);
    if (!fits || (!window && budget.window->kind != ir::WindowKind::Invalid)) {
      lose(&budget, Fate::Manual, DiagId::DroppedLimit,
           "a deployment of LiteLLM has one budget in USD with a rolling window", "set the budget with the provider");
      continue;
    }
    written = true;
    put(params, "max_budget", budget.amount);
    params.add("budget_duration", Out(window ? *window : budget.window->text));
    if (budget.soft.given())
      lose(&budget.soft, Fate::Skipped, DiagId::NotExpressible, "a deployment's budget has no warning level");
  }
}

// ---- settings that arrive
// ----------------------------------------------------------------------------------------------

void Writer::write_member_settings(Out& params, const Member& member, const Group& group) {
  const auto& chain = member.chain;
  const auto time = [&](std::string_view key, auto pick) {
    if (const auto* field = nearest_said(chain, pick)) put(params, key, *field);
  };
  time(
      "timeout", [](const Settings& s) -> const auto& { return s.timeouts.attempt; });
  if (const auto* limit = nearest_said(
          chain, [](const Settings& s) -> const auto& { return s.timeouts.attempt; });
      limit != nullptr && limit->state == ir::State::Unlimited && !ours()) {
    params.add("timeout", Out::integer(kLongest));
    lose(limit, Fate::Approximated, DiagId::Approximated, "LiteLLM ends each call after some time", {},
         std::to_string(kLongest));
  }
  time(
      "stream_timeout", [](const Settings& s) -> const auto& { return s.timeouts.first_chunk; });
  write_attempts(params, member);
  time(
      "cooldown_time", [](const Settings& s) -> const auto& { return s.breaker.cooldown; });
  if (const auto* drop = nearest_said(
          chain, [](const Settings& s) -> const auto& { return s.params.drop_unsupported; }))
    put(params, "drop_params", *drop);
  const auto with_defaults = [&] {
    ir::SettingsChain longer = chain;
    longer.push_back(&gw_.defaults);
    return longer;
  }();
  if (const auto* drop = nearest_said(
          with_defaults, [](const Settings& s) -> const auto& { return s.params.drop; }))
    put(params, "additional_drop_params", *drop);
  if (const auto* allow = nearest_said(
          with_defaults, [](const Settings& s) -> const auto& { return s.params.allow; }))
    put(params, "allowed_openai_params", *allow);
  write_request_params(params, member, group);
  judge_arriving(with_defaults);
}

void Writer::write_attempts(Out& params, const Member& member) {
  const auto pick = [](const Settings& s) -> const auto& { return s.retry.attempts; };
  if (ours()) {
    if (const auto* attempts = nearest_said(member.chain, pick)) put(params, "num_retries", *attempts);
    return;
  }
  ir::SettingsChain chain = member.chain;
  chain.push_back(&gw_.defaults);
  const auto& attempts = ir::nearest(chain, pick);
  if (attempts.given() && attempts_ && *attempts != *attempts_) put(params, "num_retries", attempts);
}

void Writer::write_request_params(Out& params, const Member& member, const Group& group) {
  std::vector<std::string_view> written;
  const auto write = [&](const ir::Param& p) {
    if (std::ranges::find(written, p.name) != written.end()) return;
    written.push_back(p.name);
    if (p.value.kind == ir::Value::Kind::Null && !ours()) {
      lose(&p, Fate::Skipped, DiagId::NotExpressible, "LiteLLM sends no parameter without a value");
      return;
    }
    if (params.find(p.name) == nullptr) params.add(p.name, open(p.value, p.name));
  };
  ir::SettingsChain chain = member.chain;
  chain.push_back(&gw_.defaults);
  const auto overrides = ir::nearest_params(
      chain, [](const Settings& s) -> const auto& { return s.params.overrides; });
  for (const ir::Param* p : overrides) {
    lose(p, Fate::Manual, DiagId::Approximated, "LiteLLM's parameters give way to the caller's",
         "keep clients from sending `" + p->name + "` themselves");
    write(*p);
  }
  if (!overrides.empty())
    context_.ledger.admit_added("routes[" + group.name + "]",
                                "parameters that replace the caller's are defaults in LiteLLM");
  for (const ir::Param* p : ir::nearest_params(
           member.chain, [](const Settings& s) -> const auto& { return s.params.defaults; })) {
    if (!ours() && is_litellm_setting(p->name)) {
      lose(p, Fate::Manual, DiagId::NotExpressible, "LiteLLM takes `" + p->name + "` for a setting of its own",
           "let the clients send it");
    } else {
      write(*p);
    }
  }
}

/// What arrives at a deployment and has no place in LiteLLM.
void Writer::judge_arriving(const ir::SettingsChain& chain) {
  const auto field = [&](auto pick, std::string_view reason, std::string written) {
    const auto& f = ir::nearest(chain, pick);
    if (f.given() && ir::show(f.value) != written)
      lose(&f, Fate::Approximated, DiagId::Approximated, std::string(reason), {}, std::move(written));
  };
  if (!ours()) {
    field(
        [](const Settings& s) -> const auto& { return s.retry.redraw; },
        "a retry of LiteLLM may go to another deployment of the group", "true");
    field(
        [](const Settings& s) -> const auto& { return s.retry.honour_retry_after; },
        "LiteLLM always honours Retry-After", "true");
  }
  const auto& statuses = ir::nearest(
      chain, [](const Settings& s) -> const auto& { return s.retry.statuses; });
  std::set<std::int64_t> distinct;
  for (const auto& s : statuses.items) distinct.insert(*s);
  const bool own_choice = statuses.items.size() == kRetriedStatuses.size() &&
                          std::ranges::equal(distinct, std::set(kRetriedStatuses.begin(), kRetriedStatuses.end()));
  if (statuses.given() && !own_choice) {
    std::string tried;
    for (const std::int64_t status : kRetriedStatuses) tried += (tried.empty() ? "[" : ", ") + std::to_string(status);
    lose(&statuses, Fate::Approximated, DiagId::Approximated, "LiteLLM decides itself which statuses it tries again",
         {}, statuses.items.empty() ? tried + "]" : std::string());
    // each of them may be among LiteLLM's own, and yet the list is another
    for (const auto& s : statuses.items) {
      s.from.each([&](ir::LeafId leaf) {
        context_.ledger.settle(leaf, Fate::Approximated, DiagId::Approximated,
                               "LiteLLM decides itself which statuses it tries again: 408, 409, 429 and server errors");
      });
    }
  }
  const auto& total = ir::nearest(
      chain, [](const Settings& s) -> const auto& { return s.timeouts.total; });
  if (!total.absent())
    lose(&total, Fate::Manual, DiagId::NotExpressible, "LiteLLM bounds each call, not the whole request",
         "bound it in the clients");
  for (const Settings* s : chain) judge_node_settings(*s);
}

/// Settings of a node or a deployment that LiteLLM has for the whole gateway only.
void Writer::judge_node_settings(const Settings& s) {
  const auto manual = [&](const void* what, std::string_view reason, std::string_view advice) {
    lose(what, Fate::Manual, DiagId::NotExpressible, std::string(reason), std::string(advice));
  };
  if (!s.forward_headers.absent()) {
    manual(&s.forward_headers, "LiteLLM forwards all client headers of a group or none",
           "set `model_group_settings.forward_client_headers_to_llm_api`");
  }
  if (!s.strict_openai.absent())
    lose(&s.strict_openai, Fate::Skipped, DiagId::NotExpressible, "LiteLLM always answers in OpenAI's form");
  const std::string_view checks = "checks that run on the source gateway are not known to LiteLLM";
  const std::string_view advice = "set up a LiteLLM guardrail and name it in `guardrails` of the model";
  for (const auto* list : {&s.guardrails.input, &s.guardrails.output, &s.guardrails.before, &s.guardrails.after}) {
    if (!list->empty()) manual(list, checks, advice);
  }
  if (&s == &gw_.defaults) return;
  if (!s.retry.min_wait.absent())
    manual(&s.retry.min_wait, "LiteLLM has one shortest wait for all groups", "set `retry_after` in `router_settings`");
  if (!s.retry.by_failure.empty() && !group_retry_written(s.retry.by_failure)) {
    manual(&s.retry.by_failure, "LiteLLM has a retry policy for a whole group only", "set `model_group_retry_policy`");
  }
  const ir::Breaker& b = s.breaker;
  const std::string_view one = "LiteLLM has one rule of cooling down for all groups";
  const std::string_view breaker = "set `allowed_fails_policy` in `router_settings`";
  if (!b.enabled.absent()) manual(&b.enabled, one, breaker);
  if (!b.failures.absent()) manual(&b.failures, one, breaker);
  if (!b.failure_percent.absent()) manual(&b.failure_percent, one, breaker);
  if (!b.min_requests.absent()) manual(&b.min_requests, one, breaker);
  if (!b.window.absent()) manual(&b.window, one, breaker);
  if (!b.statuses.absent()) manual(&b.statuses, one, breaker);
  if (!b.by_failure.empty()) manual(&b.by_failure, one, breaker);
}

// ---- model_info
// --------------------------------------------------------------------------------------------------------

void Writer::write_info(Out& info, const ir::Deployment& d) {
  put(info, "id", d.id);
  put(info, "mode", d.mode);
  put(info, "base_model", d.base_model);
  put(info, "max_tokens", d.max_tokens);
  put(info, "max_input_tokens", d.max_input_tokens);
  put(info, "max_output_tokens", d.max_output_tokens);
  put(info, "access_groups", d.access_groups);
  put(info, "supported_environments", d.environments);
  put(info, "team_id", d.owner);
  put(info, "blocked", d.blocked);
  write_prices(info, d);
}

void Writer::write_prices(Out& info, const ir::Deployment& d) {
  for (const ir::Price& price : d.prices) {
    if (!price.amount.given()) continue;
    const auto key = key_of_price(price.unit, price.tier);
    if (!key) {
      lose(&price, Fate::Manual, DiagId::NotExpressible, "LiteLLM has no price for this unit",
           "check that costs are counted right");
      continue;
    }
    Out& map = price.unit == kSearchUnit ? info.at("search_context_cost_per_query") : info;
    map.add(*key, to_out(price.amount));
  }
}

}  // namespace gatec::targets::litellm
