#pragma once

#include "compiler/ir/routing.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gatec::ir {

/// A named credential, endpoint or setting value of a provider, in canonical names (`api_key`, `aws_region`).
struct ProviderParam {
  std::string name;
  Value value;  // Kind::Secret where it is a credential
};

struct Provider {
  Field<std::string> name;  // where the gateway names it (`@slug`, `openai-prod`)
  Field<std::string> kind;  // canonical, as stdlib/data/providers.tsv has it; else what the source says
  Field<std::string> base_url;
  Field<std::string> region;
  Field<std::string> api_version;
  Field<std::string> organization;
  Field<Credential> api_key;
  Field<std::string> credential_set;  // takes what it lacks from the CredentialSet of this name
  std::vector<ProviderParam> params;  // further endpoint and credential parameters
  std::vector<Param> headers;         // sent upstream
  std::vector<Limit> limits;
  std::vector<Budget> budgets;
  List<std::string> models;  // offered; absent = all
  Field<std::string> owner;  // workspace or team that it belongs to
  std::vector<Extra> extras;
};

struct CredentialSet {
  Field<std::string> name;
  Provider values;  // only fields that the set gives
  std::vector<Extra> extras;
};

struct Price {
  std::string unit;       // canonical: "input_token", "output_token", "cache_read_input_token", "image", "second"…
  std::string tier;       // "", "above_128k_tokens", "batches"…
  Field<Decimal> amount;  // USD per unit
};

struct Deployment {
  Field<std::string> id;
  Field<std::string> upstream_model;  // provider prefix split off; each `*` takes what the route's pattern captured
  Field<std::string>
      upstream_spelling;  // how the source spells the whole model string, when the prefix is not canonical
  ProviderId provider;
  Field<std::string> mode;        // chat, embedding, …
  Field<std::string> base_model;  // in price tables
  Field<std::int64_t> max_input_tokens, max_output_tokens, max_tokens;
  std::vector<Price> prices;
  std::vector<Limit> limits;
  std::vector<Budget> budgets;
  Settings settings;
  List<std::string> tags;
  List<std::string> tag_patterns;
  List<std::string> access_groups;
  List<std::string> environments;
  Field<bool> blocked;
  Field<std::string> owner;  // team that alone may use it
  std::vector<Extra> extras;
};

enum class RouteKind : std::uint8_t { Name, Pattern, Catalogue };

struct Alias {
  std::string name;
  Origin name_from;
  Field<std::string> target;
  Field<bool> hidden;
};

struct Route {
  Field<std::string> name;
  RouteKind kind = RouteKind::Name;
  NodeId plan;  // root of what answers
  std::vector<Extra> extras;
};

/// A fallback list of a name that is no route here.
struct OrphanFallback {
  std::string source;
  Failure on = Failure::Any;
  List<std::string> targets;
};

enum class PrincipalKind : std::uint8_t {
  Organization,
  Team,
  User,
  Member,
  Key,
  Project,
  Customer,
  Tag,
  BudgetRow,
  OrgMember,
  AccessGroup
};
[[nodiscard]] std::string_view principal_kind_name(PrincipalKind kind);

struct Principal {
  PrincipalKind kind = PrincipalKind::Key;
  Field<std::string> id;
  Field<std::string> alias;  // what people call it; also an e-mail of a user
  Field<std::string> email;
  Field<Credential> secret;                                         // of a key
  Field<std::string> organization, team, user, project, budget_id;  // belongings, by id
  Field<std::string> role;
  List<std::string> models;    // allowed; empty or absent = all that the parent allows
  std::vector<Alias> aliases;  // of its own
  std::vector<Limit> limits;
  std::vector<Budget> budgets;
  Field<bool> blocked;
  Field<std::string> expires;  // duration or instant as written
  List<std::string> allowed_ips;
  List<std::string> allowed_routes;  // API paths
  List<std::string> tags;
  std::vector<Param> metadata;
  std::vector<Extra> extras;
};

struct Guardrail {
  Field<std::string> name;
  Field<std::string> kind;
  List<std::string> modes;
  Field<bool> default_on;
  std::vector<Param> params;  // credentials among them are Kind::Secret
  std::vector<Extra> extras;
};

struct Observer {
  Field<std::string> name;
  std::string event;  // "all", "success", "failure", "service", "audit"
};

struct EnvironmentVariable {
  std::string name;
  Value value;
};

struct CacheBackend {
  Field<bool> enabled;
  Field<std::string> kind;  // redis, local, qdrant-semantic, …
  Field<Decimal> similarity;
  Field<std::string> name_space;
  Field<bool> on_by_default;
  List<std::string> call_types;
  std::vector<Param> params;
};

enum class AuthMode : std::uint8_t { Open, Key, Custom, Jwt };
[[nodiscard]] std::string_view auth_mode_name(AuthMode mode);

struct Server {
  Field<AuthMode> auth;  // who may call at all
  Field<Credential> master_key;
  Field<Credential> database_url;
  Field<bool> models_in_database;  // what the database says overrules the file
  List<std::string> allowed_ips;
  Field<std::int64_t> max_parallel_requests, global_max_parallel_requests;
  Field<bool> stores_prompts;
  std::vector<Param> params;  // alerting, redis of the router and other settings with a name here
};

/// Who applies a limit: a table that the reader fills for its gateway and version.
struct Enforcement {
  std::string_view entity;  // "key", "team", "deployment"
  std::string_view counts;  // "usd", "requests", "tokens"
  std::string_view blocks;  // ">", ">=", "never"
  std::string_view zero;    // what 0 means: "blocks", "unlimited", "ignored"
  std::string_view source;
  std::string_view when = {};  // kPersonalOnly, or empty: always
};
/// Asked only of keys that belong to no team. With `counts` "models" of whose list is asked.
inline constexpr std::string_view kPersonalOnly = "keys without a team";

/// Switches of routing as a whole.
struct RoutingOptions {
  Field<Policy> policy;  // of balances that have none of their own
  std::vector<Param> policy_args;
  Field<std::int64_t> max_fallbacks;  // depth
  Field<bool> prechecks;              // context window, region
  List<std::string> optional_prechecks;
  Field<bool> tag_filtering, tag_match_any;
  Field<bool> cooldowns_off;
  Field<std::int64_t> default_max_parallel;
};

/// Values for principals made later, and bounds on them.
struct PrincipalDefaults {
  std::string kind;  // "key default", "key upper bound", "internal user", "team", "end user"
  std::vector<Param> values;
};

/// The meaning of one gateway's whole configuration. Built by readers, completed by passes, then left where it is: the
/// addresses of its fields name them while writing and proving.
struct Gateway {
  std::string_view dialect;
  std::string version;
  std::vector<Provider> providers;
  std::vector<CredentialSet> credential_sets;
  std::vector<Deployment> deployments;
  std::vector<PlanNode> nodes;
  std::vector<Route> routes;
  std::vector<Alias> aliases;  // name → route, one step
  std::vector<FallbackEdge> default_fallbacks;
  std::vector<OrphanFallback> orphan_fallbacks;
  /// Kinds of failure whose own fallback list exists: such a failure never takes the general list.
  Field<bool> context_list_exists, content_list_exists;
  Settings defaults;  // what routes inherit
  RoutingOptions routing;
  std::vector<Budget> budgets;  // of the whole gateway, or scoped to a provider or tag
  std::vector<Limit> limits;
  std::vector<Principal> principals;
  std::vector<PrincipalDefaults> principal_defaults;
  std::vector<Guardrail> guardrails;
  std::vector<Observer> observers;
  std::vector<EnvironmentVariable> environment;
  CacheBackend cache;
  Server server;
  std::vector<Enforcement> enforcement;
  std::vector<Param> layout;  // how the same dialect's writer laid things out; no meaning
  std::vector<Extra> extras;

  [[nodiscard]] Deployment& at(DeploymentId id) { return deployments[id.value]; }
  [[nodiscard]] const Deployment& at(DeploymentId id) const { return deployments[id.value]; }
  [[nodiscard]] Provider& at(ProviderId id) { return providers[id.value]; }
  [[nodiscard]] const Provider& at(ProviderId id) const { return providers[id.value]; }
  [[nodiscard]] PlanNode& at(NodeId id) { return nodes[id.value]; }
  [[nodiscard]] const PlanNode& at(NodeId id) const { return nodes[id.value]; }
  DeploymentId add(Deployment d);
  ProviderId add(Provider p);
  NodeId add(PlanNode n);
  [[nodiscard]] const Route* route(std::string_view name) const;
  [[nodiscard]] const CredentialSet* credential_set(std::string_view name) const;
};

}  // namespace gatec::ir
