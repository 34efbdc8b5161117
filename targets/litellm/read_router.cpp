#include "targets/litellm/durations.h"
#include "targets/litellm/model_string.h"
#include "targets/litellm/reader.h"
#include "targets/litellm/rules.h"
#include "targets/litellm/vocabulary.h"

#include <algorithm>
#include <array>

namespace gatec::targets::litellm {
namespace {

using doc::Entry;
using doc::Node;
using ir::Decimal;
using ir::Fate;
using ir::Field;
using ir::Origin;

constexpr std::string_view kRouter = "router_settings";
constexpr std::int64_t kDefaultAllowedFails = 3;

}  // namespace

bool Reader::read_router(const Entry& e, const KeyRow& row, Cursor at) {
  const std::string_view key = e.key->text();
  const Place place = top(kRouter);
  ir::RoutingOptions& routing = gw_.routing;
  if (is_shared_setting(key)) return read_shared(e, kRouter);
  if (key == "routing_strategy") return read_strategy(e, place);
  if (key == "routing_strategy_args") {
    if (!is_map(e, place)) return true;
    const Place inner = place.below(key);
    walk(*e.value, at, inner, [&](const Entry& arg, const KeyRow&, Cursor) {
      routing.policy_args.push_back({std::string(arg.key->text()), open(arg)});
      return true;
    });
    return true;
  }
  if (key == "retry_after") return take_time(e, place, gw_.defaults.retry.min_wait);
  if (key == "retry_policy") return read_failure_counts(e, at, "Retries", gw_.defaults.retry.by_failure, place);
  if (key == "model_group_retry_policy") return read_group_retries(e, at, place);
  if (key == "timeout") return take_time(e, place, gw_.defaults.timeouts.attempt);
  if (key == "stream_timeout") return take_time(e, place, gw_.defaults.timeouts.first_chunk);
  if (key == "allowed_fails") {
    allowed_fails_ = &e;
    return true;
  }
  if (key == "allowed_fails_policy")
    return read_failure_counts(e, at, "AllowedFails", gw_.defaults.breaker.by_failure, place);
  if (key == "cooldown_time") return take_time(e, place, gw_.defaults.breaker.cooldown);
  if (key == "disable_cooldowns") return take(e, place, routing.cooldowns_off);
  if (key == "model_group_alias") return read_aliases(e, at, place);
  if (key == "enable_pre_call_checks") return take(e, place, routing.prechecks);
  if (key == "optional_pre_call_checks") return take(e, place, routing.optional_prechecks);
  if (key == "enable_tag_filtering") return take(e, place, routing.tag_filtering);
  if (key == "tag_filtering_match_any") return take(e, place, routing.tag_match_any);
  if (key == "default_max_parallel_requests") return take(e, place, routing.default_max_parallel);
  if (key == "provider_budget_config") return read_named_budgets(e, at, false, place);
  if (key == "default_litellm_params") return read_default_params(e, at, place);
  if (key.starts_with("redis_")) {
    gw_.server.params.push_back({std::string(key), open(e)});
    return true;
  }
  keep_row(e, row, place);
  return true;
}

/// Settings that router_settings and litellm_settings both take: the router's count (page §1.7), and it is read first.
bool Reader::read_shared(const Entry& e, std::string_view section) {
  const std::string_view key = e.key->text();
  const Place place = top(section);
  const bool second = section != kRouter;
  const auto already = [&](bool set) {
    if (second && set) shadowed(e, "`router_settings`");
    return second && set;
  };
  for (FallbackList* list : {&general_, &context_list_, &content_list_}) {
    if (key != list->key) continue;
    if (already(list->node != nullptr)) return true;
    read_fallback_list(e, *list, place);
    if (second && list->node != nullptr) lay_out(std::string(key) + ".section", section);
    return true;
  }
  if (key == "default_fallbacks") {
    if (already(default_entry_ != nullptr)) return true;
    read_default_fallbacks(e, place);
    if (second && default_entry_ != nullptr) lay_out("default_fallbacks.section", section);
    return true;
  }
  Field<std::int64_t>& into = key == "num_retries" ? gw_.defaults.retry.attempts : gw_.routing.max_fallbacks;
  if (already(!into.absent())) return true;
  const bool taken = take(e, place, into);
  if (taken && second) lay_out(std::string(key) + ".section", section);
  return taken;
}

bool Reader::read_strategy(const Entry& e, const Place& place) {
  const Node& node = *e.value;
  if (!node.is_string()) return kit_.string(node, "routing_strategy").given();
  if (from_environment(e, place)) {
    gw_.routing.policy = Field<ir::Policy>::unknown(node.leaf());
    return true;
  }
  const auto policy = policy_of(node.text());
  if (policy) {
    gw_.routing.policy = {*policy, node.leaf()};
    if (strategy_of(*policy) != node.text()) lay_out("routing_strategy", node.text());
    return true;
  }
  if (!quiet()) {
    auto report =
        context_.sink.report(DiagId::LitellmBadStrategy, node.span(),
                             "`" + std::string(node.text()) + "` is no routing strategy: LiteLLM does not start");
    if (const auto near = nearest_strategy(node.text())) report.note("did you mean `" + std::string(*near) + "`?");
  }
  keep(e, place, DiagId::LitellmBadStrategy, Fate::Manual, "choose a routing strategy, then convert again");
  return true;
}

bool Reader::read_aliases(const Entry& e, Cursor at, const Place& place) {
  if (!is_map(e, place)) return true;
  const Place inner = place.below(e.key->text());
  walk(*e.value, at, inner, [&](const Entry& alias, const KeyRow&, Cursor inside) {
    const std::string_view name = alias.key->text();
    ir::Alias made;
    made.name = name;
    if (alias.value->is_string()) {
      made.target = text(*alias.value, name);
    } else if (alias.value->is_mapping() && alias.value->get("model") != nullptr &&
               alias.value->get("model")->is_string()) {
      const Place own = inner.below(name);
      walk(*alias.value, inside, own, [&](const Entry& field, const KeyRow& row, Cursor) {
        if (field.key->text() == "model") return take(field, made.target);
        if (field.key->text() == "hidden") return take(field, own, made.hidden);
        keep_row(field, row, own);
        return true;
      });
    } else {
      kit_.wrong_type(*alias.value, name, "the name of a model group");
      return false;
    }
    gw_.aliases.push_back(std::move(made));
    return true;
  });
  return true;
}

bool Reader::read_failure_counts(const Entry& e, Cursor at, std::string_view suffix,
                                 std::vector<ir::FailureCount>& into, const Place& place) {
  if (!is_map(e, place)) return true;
  const Place inner = place.below(e.key->text());
  walk(*e.value, at, inner, [&](const Entry& count, const KeyRow& row, Cursor) {
    const auto failure = failure_of_key(count.key->text(), suffix);
    if (!failure) {
      keep_row(count, row, inner);
      return true;
    }
    ir::FailureCount made;
    made.failure = *failure;
    if (!take(count, inner, made.count)) return false;
    into.push_back(std::move(made));
    return true;
  });
  return true;
}

bool Reader::read_group_retries(const Entry& e, Cursor at, const Place& place) {
  if (!is_map(e, place)) return true;
  const Place inner = place.below(e.key->text());
  walk(*e.value, at, inner, [&](const Entry& group, const KeyRow& row, Cursor inside) {
    const auto found = group_of_.find(group.key->text());
    if (found == group_of_.end()) {
      keep_row(group, row, inner);
    } else {
      read_failure_counts(group, inside, "Retries", groups_[found->second].retry_by_failure, inner);
    }
    return true;
  });
  return true;
}

/// provider_budget_config and tag_budget_config: rolling windows; without a window nothing is counted (page §9.6).
bool Reader::read_named_budgets(const Entry& e, Cursor at, bool tags, const Place& place) {
  if (!is_map(e, place)) return true;
  const Place inner = place.below(e.key->text());
  walk(*e.value, at, inner, [&](const Entry& named, const KeyRow&, Cursor inside) {
    if (!is_map(named, inner)) return true;
    const Node& map = *named.value;
    const Entry* amount = map.entry("budget_limit") != nullptr ? map.entry("budget_limit") : map.entry("max_budget");
    const Entry* window = map.entry("time_period") != nullptr ? map.entry("time_period") : map.entry("budget_duration");
    const bool usable = amount != nullptr && window != nullptr && amount->value->is_scalar() &&
                        window->value->is_scalar() && !amount->value->is_null() && !window->value->is_null();
    if (!usable || (!tags && facts::provider_by_litellm_prefix(named.key->text()) == nullptr)) {
      keep_inert(named, inner);
      return true;
    }
    ir::Budget budget;
    const std::string_view name = named.key->text();
    const Place own = inner.below(name);
    if (!take(*amount, own, budget.amount)) return false;
    budget.window = {rolling_window(window->value->text()), window->value->leaf()};
    const Origin from(amount->value->leaf());
    if (tags) {
      budget.scope.tag = {std::string(name), from};
    } else {
      budget.scope.provider = {std::string(provider_scope(name)), from};
    }
    gw_.budgets.push_back(std::move(budget));
    walk(map, inside, own, [&](const Entry& field, const KeyRow&, Cursor) {
      if (field.key->text() != amount->key->text() && field.key->text() != window->key->text())
        shadowed(field, "the other spelling of the key");
      return true;
    });
    return true;
  });
  return true;
}

bool Reader::read_default_params(const Entry& e, Cursor at, const Place& place) {
  if (!is_map(e, place)) return true;
  const Place inner = place.below(e.key->text());
  walk(*e.value, at, inner, [&](const Entry& param, const KeyRow& row, Cursor) {
    if (slot_of(row) == Slot::RequestParam) {
      gw_.defaults.params.defaults.push_back({std::string(param.key->text()), open(param)});
    } else {
      keep_row(param, row, inner);
    }
    return true;
  });
  return true;
}

/// Failures are counted only with a policy, or where the router's number differs from the module's (page §5.5);
/// otherwise the share of failures decides.
void Reader::finish_breaker() {
  ir::Breaker& breaker = gw_.defaults.breaker;
  Field<std::int64_t> module_fails;
  if (module_allowed_fails_ != nullptr) {
    const Place place = top("litellm_settings");
    if (!take(*module_allowed_fails_, place, module_fails)) {
      keep_wrong(*module_allowed_fails_, place);
    } else if (module_fails.given()) {
      keep_inert(*module_allowed_fails_, place);
    }
  }
  const std::int64_t module_value = module_fails.given() ? *module_fails : kDefaultAllowedFails;
  Field<std::int64_t> fails;
  if (allowed_fails_ != nullptr && !take(*allowed_fails_, top(kRouter), fails))
    keep_wrong(*allowed_fails_, top(kRouter));
  const bool counting = !breaker.by_failure.empty() || (fails.given() && *fails != module_value);
  const bool off = gw_.routing.cooldowns_off.given() && *gw_.routing.cooldowns_off;
  if (!counting) {
    if (fails.given()) keep_inert(*allowed_fails_, top(kRouter));
    if (off) return;
    breaker.failure_percent = {Decimal(50), Origin(rules::kFailureShare)};
    breaker.min_requests = {5, Origin(rules::kFailureShare)};
    breaker.window = {Decimal(60), Origin(rules::kFailureShare)};
    return;
  }
  breaker.failures = fails.given() ? fails : Field<std::int64_t>(module_value, Origin(rules::kAllowedFails));
  if (off) return;
  const Decimal cooldown = breaker.cooldown.given() ? *breaker.cooldown : Decimal(5);
  breaker.window = {cooldown, Origin(rules::kFailWindow)};
}

void Reader::router_defaults() {
  ir::Settings& s = gw_.defaults;
  if (s.retry.attempts.absent()) s.retry.attempts = {2, Origin(rules::kRetries)};
  s.retry.redraw = {true, Origin(rules::kRedraw)};
  s.retry.honour_retry_after = {true, Origin(rules::kRetryAfter)};
  for (const std::int64_t status : kRetriedStatuses) s.retry.statuses.push(status, Origin(rules::kRetriedStatuses));
  if (s.timeouts.attempt.absent()) s.timeouts.attempt = {Decimal(6000), Origin(rules::kTimeout)};
  if (gw_.routing.policy.absent()) gw_.routing.policy = {ir::Policy::Weighted, Origin(rules::kPolicy)};
  if (gw_.routing.max_fallbacks.absent()) gw_.routing.max_fallbacks = {5, Origin(rules::kMaxFallbacks)};
  finish_breaker();
  const bool cools = !gw_.routing.cooldowns_off.given() || !*gw_.routing.cooldowns_off;
  if (s.breaker.cooldown.absent() && cools) s.breaker.cooldown = {Decimal(5), Origin(rules::kCooldown)};
}

}  // namespace gatec::targets::litellm
