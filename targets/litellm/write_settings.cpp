#include "targets/litellm/durations.h"
#include "targets/litellm/rules.h"
#include "targets/litellm/vocabulary.h"
#include "targets/litellm/writer.h"

#include <algorithm>
#include <array>

namespace gatec::targets::litellm {
namespace {

using ir::Decimal;
using ir::Fate;

constexpr std::string_view kLitellm = "litellm_settings";

struct DefaultsSection {
  std::string_view kind, section;  // the map that holds the values, or empty: keys of litellm_settings itself
};
constexpr std::array<DefaultsSection, 4> kDefaultMaps = {{
    {"key default", "default_key_generate_params"},
    {"key upper bound", "upperbound_key_generate_params"},
    {"internal user", "default_internal_user_params"},
    {"team", "default_team_params"},
}};
struct DefaultKey {
  std::string_view kind, name, key;
};
constexpr std::array<DefaultKey, 8> kDefaultKeys = {{
    {"internal user budget", "max_budget", "max_internal_user_budget"},
    {"internal user budget", "default_max_budget", "default_max_internal_user_budget"},
    {"internal user budget", "budget_duration", "internal_user_budget_duration"},
    {"user", "max_budget", "max_user_budget"},
    {"dashboard session", "max_budget", "max_ui_session_budget"},
    {"key", "soft_budget", "default_soft_budget"},
    {"end user", "max_budget", "max_end_user_budget"},
    {"end user", "budget_id", "max_end_user_budget_id"},
}};

std::string_view observer_key(std::string_view event) {
  if (event == "all") return "callbacks";
  if (event == "success") return "success_callback";
  if (event == "failure") return "failure_callback";
  if (event == "audit") return "audit_log_callbacks";
  return event == "service" ? "service_callback" : "";
}

}  // namespace

// ---- router_settings
// ---------------------------------------------------------------------------------------------------

void Writer::write_router(Out& router, Out& litellm) {
  const ir::Settings& d = gw_.defaults;
  const ir::RoutingOptions& r = gw_.routing;
  const auto home = [&](std::string_view name) -> Out& { return layout(name) == kLitellm ? litellm : router; };
  write_strategy(router);
  if (!r.policy_args.empty()) {
    Out args = Out::mapping();
    for (const ir::Param& p : r.policy_args) args.add(p.name, open(p.value, p.name));
    router.add("routing_strategy_args", std::move(args));
  }
  if (ours()) {
    if (said(d.retry.attempts)) put(home("num_retries.section"), "num_retries", d.retry.attempts);
  } else if (attempts_ && *attempts_ != 2) {
    router.add("num_retries", Out::integer(*attempts_));
  }
  put(router, "retry_after", d.retry.min_wait);
  write_failure_counts(router, "retry_policy", d.retry.by_failure, "Retries");
  write_group_retries(router);
  if (said(d.timeouts.attempt)) {
    if (layout("timeout.section") == kLitellm) {
      put(litellm, "request_timeout", d.timeouts.attempt);
    } else {
      put(router, "timeout", d.timeouts.attempt);
    }
  }
  put(router, "stream_timeout", d.timeouts.first_chunk);
  write_router_breaker(router, litellm);
  write_fallbacks(router, litellm);
  if (said(r.max_fallbacks)) put(home("max_fallbacks.section"), "max_fallbacks", r.max_fallbacks);
  write_aliases(router);
  put(router, "enable_pre_call_checks", r.prechecks);
  write_prechecks(router);
  put(router, "enable_tag_filtering", r.tag_filtering);
  put(router, "tag_filtering_match_any", r.tag_match_any);
  put(router, "default_max_parallel_requests", r.default_max_parallel);
  if (!d.params.defaults.empty()) {
    Out params = Out::mapping();
    for (const ir::Param& p : d.params.defaults) params.add(p.name, open(p.value, p.name));
    router.add("default_litellm_params", std::move(params));
  }
}

void Writer::write_strategy(Out& router) {
  if (ours()) {
    if (!said(gw_.routing.policy) || !gw_.routing.policy.given()) return;
    const std::string_view spelt = layout("routing_strategy");
    router.add("routing_strategy", Out(spelt.empty() ? strategy_of(*gw_.routing.policy) : spelt));
    return;
  }
  if (policy_.given() && *policy_ != ir::Policy::Weighted) router.add("routing_strategy", Out(strategy_of(*policy_)));
}

/// A limit that rejected must not become one that steers (page §9.1).
void Writer::write_prechecks(Out& router) {
  const auto& checks = gw_.routing.optional_prechecks;
  const ir::Policy policy = policy_.given() ? *policy_ : ir::Policy::Weighted;
  const bool counted = policy == ir::Policy::Usage || policy == ir::Policy::Cost;
  if (ours() || !enforce_ || counted || context_.option("enforce") == "no") {
    put(router, "optional_pre_call_checks", checks);
    return;
  }
  Out list = checks.given() ? to_out(checks) : Out::sequence();
  const bool there = std::ranges::any_of(checks.items, [](const auto& c) { return *c == "enforce_model_rate_limits"; });
  if (!there) list.push(Out("enforce_model_rate_limits"));
  router.add("optional_pre_call_checks", std::move(list));
  context_.ledger.admit_added("routing.optional_prechecks",
                              "LiteLLM rejects what exceeds a deployment's limits only when told to");
}

void Writer::write_failure_counts(Out& map, std::string_view key, const std::vector<ir::FailureCount>& counts,
                                  std::string_view suffix) {
  Out policy = Out::mapping();
  for (const ir::FailureCount& c : counts) {
    const std::string name = key_of_failure(c.failure, suffix);
    const bool writable = !name.empty() && (c.failure != ir::Failure::Any || suffix == "Retries") &&
                          (c.failure != ir::Failure::BadGateway || suffix != "Retries");
    if (writable) {
      put(policy, name, c.count);
    } else if (!c.count.absent()) {
      lose(&c, Fate::Manual, DiagId::NotExpressible, "LiteLLM has no number of its own for this failure",
           "choose the nearest kind of failure");
    }
  }
  add_section(map, key, std::move(policy));
}

/// One policy for each group whose members all have it from the same node.
void Writer::write_group_retries(Out& router) {
  Out groups = Out::mapping();
  for (const auto& [name, counts] : group_retries_) write_failure_counts(groups, name, *counts, "Retries");
  add_section(router, "model_group_retry_policy", std::move(groups));
}

void Writer::write_router_breaker(Out& router, Out& litellm) {
  const ir::Breaker& b = gw_.defaults.breaker;
  const bool counting = b.failures.given() || !b.by_failure.empty();
  if (said(b.failures) && b.failures.given()) {
    put(router, "allowed_fails", b.failures);
    // 3 is also the module's own number, which leaves failures uncounted (page §5.5)
    if (!ours() && b.by_failure.empty() && *b.failures == 3) {
      litellm.add("allowed_fails", Out::integer(0));
      context_.ledger.admit_added("extras[litellm_settings.allowed_fails]", "so that LiteLLM counts failures");
    }
  }
  write_failure_counts(router, "allowed_fails_policy", b.by_failure, "AllowedFails");
  if (said(b.cooldown)) put(router, "cooldown_time", b.cooldown);
  put(router, "disable_cooldowns", gw_.routing.cooldowns_off);
  if (ours()) return;
  const auto other = [&](const auto& field, std::string_view reason, std::string_view advice) {
    if (!field.absent()) lose(&field, Fate::Manual, DiagId::NotExpressible, std::string(reason), std::string(advice));
  };
  other(b.statuses, "LiteLLM decides which failures count", "set `allowed_fails_policy`");
  other(b.failure_percent, "LiteLLM's share of failures is set in the environment",
        "set DEFAULT_FAILURE_THRESHOLD_PERCENT");
  other(b.min_requests, "LiteLLM's least number of requests is set in the environment",
        "set DEFAULT_FAILURE_THRESHOLD_MINIMUM_REQUESTS");
  if (counting) {
    other(b.window, "LiteLLM forgets failures after the cooldown time", "set `cooldown_time`");
  } else {
    other(b.window, "LiteLLM judges by the minute", "");
  }
  const bool off = (b.enabled.given() && !*b.enabled) ||
                   (b.enabled.absent() && !counting && b.cooldown.absent() && b.failure_percent.absent());
  if (!b.enabled.absent()) {
    lose(&b.enabled, Fate::Manual, DiagId::Approximated, "LiteLLM says it the other way round",
         "see `disable_cooldowns`");
  }
  if (off && gw_.routing.cooldowns_off.absent() && !breaker_below() && !gw_.routes.empty()) {
    router.add("disable_cooldowns", Out(true));
    context_.ledger.admit_added("routing.cooldowns_off", "the source never takes a failing target out of use");
  }
}

bool Writer::breaker_below() const {
  const auto has = [](const ir::Settings& s) {
    const ir::Breaker& b = s.breaker;
    return !b.enabled.absent() || !b.failures.absent() || !b.cooldown.absent() || !b.failure_percent.absent() ||
           !b.by_failure.empty();
  };
  return std::ranges::any_of(gw_.nodes, [&](const auto& n) { return has(n.settings); }) ||
         std::ranges::any_of(gw_.deployments, [&](const auto& d) { return has(d.settings); });
}

// ---- fallbacks and aliases
// ---------------------------------------------------------------------------------------------

/// A group that does not take the default fallbacks, and of which no list of the source says so.
bool Writer::keeps_defaults_away(const Group& group) const {
  const bool any = std::ranges::any_of(default_targets_, [&](const std::string& name) { return name != group.name; });
  return any && !group.inherits && std::ranges::none_of(gw_.orphan_fallbacks, [&](const ir::OrphanFallback& o) {
           return o.on == ir::Failure::Any && o.source == group.name;
         });
}

Out Writer::fallback_list(ir::Failure on) {
  Out list = Out::sequence();
  const auto add = [&](const std::string& source, Out targets) {
    Out item = Out::mapping();
    item.add(source, std::move(targets));
    list.push(std::move(item));
  };
  for (const Group& group : groups_) {
    Out targets = Out::sequence();
    for (const Target& t : group.targets) {
      if (t.on == on) targets.push(Out(t.group));
    }
    if (!targets.empty()) {
      add(group.name, std::move(targets));
    } else if (on == ir::Failure::Any && keeps_defaults_away(group)) {
      add(group.name, Out::sequence());
      context_.ledger.admit_added("orphan_fallbacks[" + group.name + ":any]",
                                  "an empty list keeps the default ones away");
    }
  }
  for (const ir::OrphanFallback& orphan : gw_.orphan_fallbacks) {
    if (orphan.on == on) add(orphan.source, to_out(orphan.targets));
  }
  return list;
}

void Writer::write_fallbacks(Out& router, Out& litellm) {
  const auto home = [&](std::string_view name) -> Out& {
    return layout(std::string(name) + ".section") == kLitellm ? litellm : router;
  };
  const bool star = layout("default_fallbacks.form") == "*";
  Out general = fallback_list(ir::Failure::Any);
  Out defaults = Out::sequence();
  for (const std::string& target : default_targets_) defaults.push(Out(target));
  if (star && !defaults.empty()) {
    Out item = Out::mapping();
    item.add("*", std::exchange(defaults, Out::sequence()));
    general.push(std::move(item));
  }
  add_section(home("fallbacks"), "fallbacks", std::move(general));
  add_section(home("default_fallbacks"), "default_fallbacks", std::move(defaults));
  Out context = fallback_list(ir::Failure::ContextWindow);
  Out content = fallback_list(ir::Failure::ContentPolicy);
  if (!context.empty() || gw_.context_list_exists.given())
    home("context_window_fallbacks").add("context_window_fallbacks", std::move(context));
  if (!content.empty() || gw_.content_list_exists.given())
    home("content_policy_fallbacks").add("content_policy_fallbacks", std::move(content));
}

void Writer::write_aliases(Out& router) {
  Out aliases = Out::mapping();
  const auto says_more = [&](const ir::Alias& alias) {
    std::string place = "model_group_alias";
    doc::append_key(place, alias.name);
    return !alias.hidden.absent() ||
           (ours() && std::ranges::any_of(gw_.extras, [&](const auto& e) { return e.section.ends_with(place); }));
  };
  for (const ir::Alias& alias : gw_.aliases) {
    if (!says_more(alias)) {
      put(aliases, alias.name, alias.target);
    } else {
      Out map = Out::mapping();
      put(map, "model", alias.target);
      put(map, "hidden", alias.hidden);
      aliases.add(alias.name, std::move(map));
    }
  }
  add_section(router, "model_group_alias", std::move(aliases));
}

// ---- litellm_settings
// --------------------------------------------------------------------------------------------------

void Writer::write_litellm_settings(Out& litellm, Out& router) {
  write_budgets(router, litellm);
  write_cache(litellm);
  write_observers(litellm);
  write_principal_defaults(litellm);
}

void Writer::write_budgets(Out& router, Out& litellm) {
  Out providers = Out::mapping();
  Out tags = Out::mapping();
  bool global = false;
  for (const ir::Budget& budget : gw_.budgets) {
    const bool unknown = budget.amount.state == ir::State::Unknown && ours();
    const auto drop = [&](std::string_view reason) {
      lose(&budget, Fate::Manual, DiagId::DroppedLimit, std::string(reason),
           "set the budget with the provider, or on keys and teams");
    };
    const ir::Scope& scope = budget.scope;
    const bool provider =
        scope.provider.given() && !scope.model.given() && !scope.tag.given() && scope.per.items.empty();
    const bool tag = scope.tag.given() && !scope.model.given() && !scope.provider.given() && scope.per.items.empty();
    const bool whole = !scope.provider.given() && !scope.model.given() && !scope.tag.given() && scope.per.items.empty();
    if (budget.counts != ir::Counted::Usd || !(budget.amount.given() || unknown) || !(provider || tag || whole) ||
        (whole && global)) {
      drop(scope.per.items.empty()
               ? "LiteLLM has budgets in USD of the whole proxy, of a kind of provider and of a tag"
               : "LiteLLM has the budgets of keys and users with each of them, not for all in one place");
      continue;
    }
    if (budget.soft.given())
      lose(&budget.soft, Fate::Skipped, DiagId::NotExpressible, "this budget of LiteLLM has no warning level");
    const auto window = !budget.window.given() ? std::nullopt
                        : whole                ? reset_text(*budget.window)
                                               : rolling_text(*budget.window);
    const std::string text = window ? *window : budget.window.given() ? budget.window->text : std::string();
    if (budget.window.given() && !window && budget.window->kind != ir::WindowKind::Invalid) {
      drop("LiteLLM has no such window for this budget");
      continue;
    }
    if (whole) {
      global = true;
      put(litellm, "max_budget", budget.amount);
      if (budget.window.given()) litellm.add("budget_duration", Out(text));
      continue;
    }
    Out& map = provider ? providers.at(provider_name(*scope.provider)) : tags.at(*scope.tag);
    map = Out::mapping();
    put(map, provider ? "budget_limit" : "max_budget", budget.amount);
    if (budget.window.given()) map.add(provider ? "time_period" : "budget_duration", Out(text));
  }
  add_section(router, "provider_budget_config", std::move(providers));
  add_section(litellm, "tag_budget_config", std::move(tags));
  for (const ir::Limit& limit : gw_.limits) {
    const bool each = !limit.scope.per.items.empty();
    lose(&limit, Fate::Manual, DiagId::DroppedLimit,
         each ? "LiteLLM has the limits of keys and users with each of them, not for all in one place"
              : "LiteLLM has no rate limit of the whole proxy",
         each ? "set it on each key, and in default_key_generate_params for new ones"
              : "limit keys and teams, or put a limit before LiteLLM");
  }
}

void Writer::write_cache(Out& litellm) {
  const ir::CacheBackend& cache = gw_.cache;
  if (cache.enabled.absent() && cache.kind.absent() && cache.params.empty() && !ours())
    return write_foreign_cache(litellm);
  put(litellm, "cache", cache.enabled);
  Out params = Out::mapping();
  const bool known_kind = cache.kind.from.is_default() && ours();
  if (!known_kind) put(params, "type", cache.kind);
  put(params, "ttl", gw_.defaults.cache.ttl);
  put(params, "namespace", cache.name_space);
  if (cache.on_by_default.given()) params.add("mode", Out(*cache.on_by_default ? "default_on" : "default_off"));
  put(params, "similarity_threshold", cache.similarity);
  put(params, "supported_call_types", cache.call_types);
  for (const ir::Param& p : cache.params) params.add(p.name, open(p.value, p.name));
  add_section(litellm, "cache_params", std::move(params));
}

/// A gateway with a cache of its own and no back end to name: LiteLLM's in memory, if all routes agree.
void Writer::write_foreign_cache(Out& litellm) {
  struct Wish {
    const ir::Field<std::string>* mode;
    const ir::Field<Decimal>* ttl;
  };
  std::vector<Wish> wishes;
  for (const Group& group : groups_) {
    for (const Tier& tier : group.tiers) {
      for (const Member& m : tier) {
        ir::SettingsChain chain = m.chain;
        chain.push_back(&gw_.defaults);
        wishes.push_back({&ir::nearest(
                              chain, [](const ir::Settings& s) -> const auto& { return s.cache.mode; }),
                          &ir::nearest(
                              chain, [](const ir::Settings& s) -> const auto& { return s.cache.ttl; })});
      }
    }
  }
  const auto text = [](const Wish& w) {
    return (w.mode->given() ? **w.mode : "") + "/" + (w.ttl->given() ? (*w.ttl)->text() : "");
  };
  const bool any = std::ranges::any_of(wishes, [](const Wish& w) { return w.mode->given() && **w.mode != "off"; });
  const bool agree =
      !wishes.empty() && std::ranges::all_of(wishes, [&](const Wish& w) { return text(w) == text(wishes.front()); });
  if (any && agree && **wishes.front().mode == "simple") {
    litellm.add("cache", Out(true));
    Out params = Out::mapping();
    params.add("type", Out("local"));
    put(params, "ttl", *wishes.front().ttl);
    litellm.add("cache_params", std::move(params));
    context_.ledger.admit_added("cache",
                                "LiteLLM names the back end of its cache; memory of each process is the nearest");
    return;
  }
  for (const Wish& w : wishes) {
    const std::string_view reason = any && !agree
                                        ? "LiteLLM has one cache for all groups"
                                        : "a semantic cache of LiteLLM needs a back end and an embedding model";
    const std::string_view advice = "set `cache_params` in `litellm_settings`";
    if (w.mode->given() && **w.mode != "off")
      lose(w.mode, Fate::Manual, DiagId::NotExpressible, std::string(reason), std::string(advice));
    if (w.mode->given() && **w.mode == "off")
      lose(w.mode, Fate::Skipped, DiagId::NotExpressible, "LiteLLM does not cache unless told to");
    if (w.ttl->given()) lose(w.ttl, Fate::Manual, DiagId::NotExpressible, std::string(reason), std::string(advice));
  }
}

void Writer::write_observers(Out& litellm) {
  for (const std::string_view event : {"all", "success", "failure", "service", "audit"}) {
    Out list = Out::sequence();
    for (const ir::Observer& o : gw_.observers) {
      if (o.event == event && gw_.dialect == "litellm") list.push(spelled(o.name));
    }
    if (list.empty()) continue;
    const bool plural = event == "service" && layout("service_callback") == "service_callbacks";
    litellm.add(plural ? "service_callbacks" : std::string(observer_key(event)), std::move(list));
  }
  for (const ir::Observer& o : gw_.observers) {
    if (gw_.dialect != "litellm" || observer_key(o.event).empty()) {
      lose(&o, Fate::Manual, DiagId::NotExpressible, "LiteLLM has log targets of its own",
           "name one in `success_callback`");
    }
  }
}

void Writer::write_principal_defaults(Out& litellm) {
  for (const ir::PrincipalDefaults& defaults : gw_.principal_defaults) {
    const auto map = std::ranges::find(kDefaultMaps, defaults.kind, &DefaultsSection::kind);
    Out values = Out::mapping();
    for (const ir::Param& p : defaults.values) {
      if (map != kDefaultMaps.end()) {
        values.add(p.name, open(p.value, p.name));
        continue;
      }
      const auto key = std::ranges::find_if(
          kDefaultKeys, [&](const DefaultKey& k) { return k.kind == defaults.kind && k.name == p.name; });
      if (key != kDefaultKeys.end()) {
        litellm.add(std::string(key->key), open(p.value, p.name));
      } else {
        lose(&p, Fate::Manual, DiagId::DroppedLimit, "LiteLLM has no such default", "set it on each key or team");
      }
    }
    if (map != kDefaultMaps.end()) add_section(litellm, map->section, std::move(values));
  }
}

// ---- general_settings and guardrails
// -----------------------------------------------------------------------------------

void Writer::write_server(Out& router, Out& litellm, Out& general) {
  const ir::Server& server = gw_.server;
  if (server.master_key.given()) general.add("master_key", secret(server.master_key, "LITELLM_MASTER_KEY"));
  if (server.database_url.given()) general.add("database_url", secret(server.database_url, "DATABASE_URL"));
  if (!ours() && !gw_.principals.empty()) {
    // keys, teams and their budgets live in the database (page §12)
    if (!server.master_key.given())
      general.add("master_key", Out(std::string(kReferencePrefix) + "LITELLM_MASTER_KEY"));
    if (server.auth.given() && *server.auth == ir::AuthMode::Open)
      lose(&server.auth, Fate::Approximated, DiagId::Approximated, "keys and teams of LiteLLM need a master key", {},
           "key");
    if (!server.database_url.given()) general.add("database_url", Out(std::string(kReferencePrefix) + "DATABASE_URL"));
    context_.ledger.admit_added("server", "keys and teams of LiteLLM need a master key and a database");
  }
  put(general, "store_model_in_db", server.models_in_database);
  put(general, "allowed_ips", server.allowed_ips);
  put(general, "max_parallel_requests", server.max_parallel_requests);
  put(general, "global_max_parallel_requests", server.global_max_parallel_requests);
  put(general, "store_prompts_in_spend_logs", server.stores_prompts);
  for (const ir::Param& p : server.params) {
    if (gw_.dialect != "litellm") {
      lose(&p, Fate::Manual, DiagId::NotExpressible, "LiteLLM has no such setting", "see whether LiteLLM needs it");
      continue;
    }
    Out& home = p.name.starts_with("redis_") ? router : p.name == "timezone" ? litellm : general;
    home.add(p.name, open(p.value, p.name));
  }
}

Out Writer::guardrails() {
  Out list = Out::sequence();
  for (const ir::Guardrail& g : gw_.guardrails) {
    if (gw_.dialect != "litellm") {
      lose(&g, Fate::Manual, DiagId::NotExpressible, "this check runs on the source gateway only",
           "set up a LiteLLM guardrail that does the same");
      continue;
    }
    Out params = Out::mapping();
    put(params, "guardrail", g.kind);
    if (g.modes.items.size() == 1) {
      params.add("mode", Out(*g.modes.items.front()));
    } else {
      put(params, "mode", g.modes);
    }
    put(params, "default_on", g.default_on);
    for (const ir::Param& p : g.params) params.add(p.name, open(p.value, p.name));
    Out out = Out::mapping();
    out.add("guardrail_name", spelled(g.name));
    add_section(out, "litellm_params", std::move(params));
    place_extras(out, g.extras);
    list.push(std::move(out));
  }
  return list;
}

/// What no part of the config has a place for.
void Writer::lose_rest() {
  for (const ir::PlanNode& node : gw_.nodes) {
    if (node.name.given())
      lose(&node.name, Fate::Skipped, DiagId::NotExpressible, "LiteLLM's deployments have no names");
    if (const auto* balance = std::get_if<ir::Balance>(&node.what)) {
      for (const ir::Edge& e : balance->edges) {
        if (e.label.given())
          lose(&e.label, Fate::Skipped, DiagId::NotExpressible, "LiteLLM's deployments have no labels");
      }
    }
    if (const auto* choice = std::get_if<ir::Switch>(&node.what)) {
      if (choice->otherwise_label.given())
        lose(&choice->otherwise_label, Fate::Skipped, DiagId::NotExpressible, "LiteLLM's deployments have no labels");
    }
  }
  std::vector<bool> used(gw_.providers.size(), false);
  for (const ir::Deployment& d : gw_.deployments) {
    if (d.provider.valid()) used[d.provider.value] = true;
  }
  for (std::size_t i = 0; i < used.size(); ++i) {
    if (!used[i]) {
      lose(&gw_.providers[i], Fate::Manual, DiagId::NotExpressible,
           "LiteLLM has providers only where a model uses them", "add a model that uses this provider");
    }
  }
  if (!ours()) {
    for (const ir::Deployment& d : gw_.deployments) {
      if (!d.upstream_spelling.absent())
        lose(&d.upstream_spelling, Fate::Skipped, DiagId::NotExpressible, "a spelling of the source gateway");
    }
  }
}

bool Writer::group_retry_written(const std::vector<ir::FailureCount>& counts) const {
  return std::ranges::any_of(group_retries_, [&](const auto& g) { return g.second == &counts; });
}

/// A retry policy that all members of a group have from the same node is the group's.
void Writer::find_group_retries() {
  for (const Group& group : groups_) {
    const std::vector<ir::FailureCount>* common = nullptr;
    bool same = true;
    for (const Tier& tier : group.tiers) {
      for (const Member& m : tier) {
        const std::vector<ir::FailureCount>* own = nullptr;
        for (const ir::Settings* s : m.chain) {
          if (!s->retry.by_failure.empty()) {
            own = &s->retry.by_failure;
            break;
          }
        }
        same = same && (common == nullptr || common == own) && own != nullptr;
        common = own;
      }
    }
    if (same && common != nullptr) group_retries_.emplace_back(group.name, common);
  }
}

}  // namespace gatec::targets::litellm
