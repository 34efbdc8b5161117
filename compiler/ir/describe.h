#pragma once

#include "compiler/ir/gateway.h"

#include <cstdint>
#include <string_view>
#include <tuple>

namespace gatec::ir {

/// What a change of a field means to a reviewer.
enum class Class : std::uint8_t { Access, Spend, Rate, Route, Secret, Cosmetic };
[[nodiscard]] std::string_view class_name(Class c);

/// How the elements of a list are told apart when two lists are compared.
enum class Match : std::uint8_t { Ordered, Set };

template <class C, class M>
struct Member {
  std::string_view name;
  M C::*pointer;
  Class cls;
  Match match;
};
template <class C, class M>
constexpr Member<C, M> member(std::string_view name, M C::*pointer, Class cls, Match match = Match::Set) {
  return {name, pointer, cls, match};
}

/// The one list of a struct's fields: dump, comparison and leaf accounting go by it, so a field that stands here is
/// never forgotten by one of them. Plans are walked by hand (compare/, dump), as their nodes refer to each other by id.
template <class T>
struct Members;

#define GATEC_MEMBERS(type, ...)                          \
  template <>                                             \
  struct Members<type> {                                  \
    using T = type;                                       \
    static constexpr auto list = std::tuple(__VA_ARGS__); \
  };

GATEC_MEMBERS(Scope, member("model", &T::model, Class::Rate), member("provider", &T::provider, Class::Rate),
              member("tag", &T::tag, Class::Rate), member("per", &T::per, Class::Rate))
GATEC_MEMBERS(Limit, member("amount", &T::amount, Class::Rate), member("window", &T::window, Class::Rate),
              member("burst", &T::burst, Class::Rate), member("scope", &T::scope, Class::Rate),
              member("hint", &T::hint, Class::Rate), member("guarantee", &T::guarantee, Class::Rate))
GATEC_MEMBERS(Budget, member("amount", &T::amount, Class::Spend), member("window", &T::window, Class::Spend),
              member("soft", &T::soft, Class::Spend), member("scope", &T::scope, Class::Spend),
              member("id", &T::id, Class::Cosmetic))
GATEC_MEMBERS(FailureCount, member("count", &T::count, Class::Route))
GATEC_MEMBERS(Retry, member("attempts", &T::attempts, Class::Route), member("redraw", &T::redraw, Class::Route),
              member("statuses", &T::statuses, Class::Route), member("by_failure", &T::by_failure, Class::Route),
              member("honour_retry_after", &T::honour_retry_after, Class::Route),
              member("min_wait", &T::min_wait, Class::Route))
GATEC_MEMBERS(Timeouts, member("attempt", &T::attempt, Class::Route), member("total", &T::total, Class::Route),
              member("first_chunk", &T::first_chunk, Class::Route))
GATEC_MEMBERS(CachePolicy, member("mode", &T::mode, Class::Route), member("ttl", &T::ttl, Class::Route))
GATEC_MEMBERS(Param, member("value", &T::value, Class::Route))
GATEC_MEMBERS(RequestParams, member("default", &T::defaults, Class::Route),
              member("override", &T::overrides, Class::Route), member("drop", &T::drop, Class::Route),
              member("drop_unsupported", &T::drop_unsupported, Class::Route), member("allow", &T::allow, Class::Route))
GATEC_MEMBERS(NodeGuardrails, member("input", &T::input, Class::Access, Match::Ordered),
              member("output", &T::output, Class::Access, Match::Ordered),
              member("before", &T::before, Class::Access, Match::Ordered),
              member("after", &T::after, Class::Access, Match::Ordered))
GATEC_MEMBERS(Breaker, member("enabled", &T::enabled, Class::Route), member("failures", &T::failures, Class::Route),
              member("failure_percent", &T::failure_percent, Class::Route),
              member("min_requests", &T::min_requests, Class::Route), member("window", &T::window, Class::Route),
              member("cooldown", &T::cooldown, Class::Route), member("statuses", &T::statuses, Class::Route),
              member("by_failure", &T::by_failure, Class::Route))
GATEC_MEMBERS(Settings, member("retry", &T::retry, Class::Route), member("timeout", &T::timeouts, Class::Route),
              member("cache", &T::cache, Class::Route), member("params", &T::params, Class::Route),
              member("guardrails", &T::guardrails, Class::Access), member("breaker", &T::breaker, Class::Route),
              member("forward_headers", &T::forward_headers, Class::Route),
              member("strict_openai", &T::strict_openai, Class::Route))
GATEC_MEMBERS(Stickiness, member("enabled", &T::enabled, Class::Route), member("per", &T::per, Class::Route),
              member("ttl", &T::ttl, Class::Route))
GATEC_MEMBERS(Extra, member("value", &T::value, Class::Route))
GATEC_MEMBERS(ProviderParam, member("value", &T::value, Class::Route))
GATEC_MEMBERS(Provider, member("name", &T::name, Class::Cosmetic), member("kind", &T::kind, Class::Route),
              member("base_url", &T::base_url, Class::Route), member("region", &T::region, Class::Route),
              member("api_version", &T::api_version, Class::Route),
              member("organization", &T::organization, Class::Route), member("api_key", &T::api_key, Class::Secret),
              member("credential_set", &T::credential_set, Class::Cosmetic), member("params", &T::params, Class::Route),
              member("headers", &T::headers, Class::Route), member("limits", &T::limits, Class::Rate),
              member("budgets", &T::budgets, Class::Spend), member("models", &T::models, Class::Access),
              member("owner", &T::owner, Class::Access), member("extras", &T::extras, Class::Route))
GATEC_MEMBERS(CredentialSet, member("name", &T::name, Class::Cosmetic), member("values", &T::values, Class::Route),
              member("extras", &T::extras, Class::Cosmetic))
GATEC_MEMBERS(Price, member("amount", &T::amount, Class::Spend))
GATEC_MEMBERS(Deployment, member("id", &T::id, Class::Route),
              member("upstream_model", &T::upstream_model, Class::Route),
              member("upstream_spelling", &T::upstream_spelling, Class::Route), member("mode", &T::mode, Class::Route),
              member("base_model", &T::base_model, Class::Spend),
              member("max_input_tokens", &T::max_input_tokens, Class::Route),
              member("max_output_tokens", &T::max_output_tokens, Class::Route),
              member("max_tokens", &T::max_tokens, Class::Route), member("prices", &T::prices, Class::Spend),
              member("limits", &T::limits, Class::Rate), member("budgets", &T::budgets, Class::Spend),
              member("tags", &T::tags, Class::Route), member("tag_patterns", &T::tag_patterns, Class::Route),
              member("access_groups", &T::access_groups, Class::Access),
              member("environments", &T::environments, Class::Access), member("blocked", &T::blocked, Class::Access),
              member("owner", &T::owner, Class::Access), member("extras", &T::extras, Class::Route))
GATEC_MEMBERS(Alias, member("target", &T::target, Class::Access), member("hidden", &T::hidden, Class::Cosmetic))
GATEC_MEMBERS(OrphanFallback, member("targets", &T::targets, Class::Route, Match::Ordered))
GATEC_MEMBERS(Principal, member("id", &T::id, Class::Access), member("alias", &T::alias, Class::Access),
              member("email", &T::email, Class::Access), member("secret", &T::secret, Class::Secret),
              member("organization", &T::organization, Class::Access), member("team", &T::team, Class::Access),
              member("user", &T::user, Class::Access), member("project", &T::project, Class::Access),
              member("budget_id", &T::budget_id, Class::Spend), member("role", &T::role, Class::Access),
              member("models", &T::models, Class::Access), member("aliases", &T::aliases, Class::Access),
              member("limits", &T::limits, Class::Rate), member("budgets", &T::budgets, Class::Spend),
              member("blocked", &T::blocked, Class::Access), member("expires", &T::expires, Class::Access),
              member("allowed_ips", &T::allowed_ips, Class::Access),
              member("allowed_routes", &T::allowed_routes, Class::Access), member("tags", &T::tags, Class::Route),
              member("metadata", &T::metadata, Class::Cosmetic), member("extras", &T::extras, Class::Access))
GATEC_MEMBERS(Guardrail, member("name", &T::name, Class::Access), member("kind", &T::kind, Class::Access),
              member("modes", &T::modes, Class::Access), member("default_on", &T::default_on, Class::Access),
              member("params", &T::params, Class::Access), member("extras", &T::extras, Class::Access))
GATEC_MEMBERS(Observer, member("name", &T::name, Class::Route))
GATEC_MEMBERS(EnvironmentVariable, member("value", &T::value, Class::Route))
GATEC_MEMBERS(CacheBackend, member("enabled", &T::enabled, Class::Route), member("kind", &T::kind, Class::Route),
              member("similarity", &T::similarity, Class::Route), member("namespace", &T::name_space, Class::Route),
              member("on_by_default", &T::on_by_default, Class::Route),
              member("call_types", &T::call_types, Class::Route), member("params", &T::params, Class::Route))
GATEC_MEMBERS(Server, member("auth", &T::auth, Class::Access), member("master_key", &T::master_key, Class::Secret),
              member("database_url", &T::database_url, Class::Secret),
              member("models_in_database", &T::models_in_database, Class::Access),
              member("allowed_ips", &T::allowed_ips, Class::Access),
              member("max_parallel_requests", &T::max_parallel_requests, Class::Rate),
              member("global_max_parallel_requests", &T::global_max_parallel_requests, Class::Rate),
              member("stores_prompts", &T::stores_prompts, Class::Route), member("params", &T::params, Class::Route))
GATEC_MEMBERS(RoutingOptions, member("policy_args", &T::policy_args, Class::Route),
              member("max_fallbacks", &T::max_fallbacks, Class::Route),
              member("prechecks", &T::prechecks, Class::Route),
              member("optional_prechecks", &T::optional_prechecks, Class::Rate),
              member("tag_filtering", &T::tag_filtering, Class::Route),
              member("tag_match_any", &T::tag_match_any, Class::Route),
              member("cooldowns_off", &T::cooldowns_off, Class::Route),
              member("default_max_parallel", &T::default_max_parallel, Class::Rate))
GATEC_MEMBERS(PrincipalDefaults, member("values", &T::values, Class::Spend))
/// Without routes, plans, deployments, providers of deployments, defaults and routing.policy: compared where they act.
GATEC_MEMBERS(Gateway, member("credential_sets", &T::credential_sets, Class::Route),
              member("aliases", &T::aliases, Class::Access),
              member("orphan_fallbacks", &T::orphan_fallbacks, Class::Route),
              member("context_list_exists", &T::context_list_exists, Class::Route),
              member("content_list_exists", &T::content_list_exists, Class::Route),
              member("routing", &T::routing, Class::Route), member("budgets", &T::budgets, Class::Spend),
              member("limits", &T::limits, Class::Rate), member("principals", &T::principals, Class::Access),
              member("principal_defaults", &T::principal_defaults, Class::Spend),
              member("guardrails", &T::guardrails, Class::Access), member("observers", &T::observers, Class::Route),
              member("environment", &T::environment, Class::Route), member("cache", &T::cache, Class::Route),
              member("server", &T::server, Class::Access), member("layout", &T::layout, Class::Cosmetic),
              member("extras", &T::extras, Class::Route))
#undef GATEC_MEMBERS

template <class T>
concept Described = requires {
  Members<T>::list;
};

template <class T, class F>
constexpr void for_each_member(F&& f) {
  std::apply([&](const auto&... m) { (f(m), ...); }, Members<T>::list);
}

/// What tells one element of a list from another ("params[temperature]"): a readable key, equal for the same thing.
[[nodiscard]] std::string identity(const Limit& v);
[[nodiscard]] std::string identity(const Budget& v);
[[nodiscard]] std::string identity(const FailureCount& v);
[[nodiscard]] std::string identity(const Param& v);
[[nodiscard]] std::string identity(const ProviderParam& v);
[[nodiscard]] std::string identity(const Extra& v);
[[nodiscard]] std::string identity(const Price& v);
[[nodiscard]] std::string identity(const Alias& v);
[[nodiscard]] std::string identity(const OrphanFallback& v);
[[nodiscard]] std::string identity(const CredentialSet& v);
[[nodiscard]] std::string identity(const Principal& v);
[[nodiscard]] std::string identity(const PrincipalDefaults& v);
[[nodiscard]] std::string identity(const Guardrail& v);
[[nodiscard]] std::string identity(const Observer& v);
[[nodiscard]] std::string identity(const EnvironmentVariable& v);
[[nodiscard]] std::string identity(const Provider& v);

/// Canonical text of a value, without secrets ("(secret)"); equal texts of one type mean the same.
[[nodiscard]] std::string show(const std::string& v);
[[nodiscard]] std::string show(bool v);
[[nodiscard]] std::string show(std::int64_t v);
[[nodiscard]] std::string show(const Decimal& v);
[[nodiscard]] std::string show(const Window& v);
[[nodiscard]] std::string show(const Credential& v);
[[nodiscard]] std::string show(const Value& v);
[[nodiscard]] std::string show(Policy v);
[[nodiscard]] std::string show(OnFailure v);
[[nodiscard]] std::string show(AuthMode v);

}  // namespace gatec::ir
