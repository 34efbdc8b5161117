#pragma once

#include "targets/dialect.h"
#include "targets/portkey/tables.h"
#include "targets/read_kit.h"

#include <array>
#include <map>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace gatec::targets::portkey {

using diagnostics::DiagId;
using doc::Node;

/// Fills the gateway from all inputs; `dialect` is the name under which extras are kept.
void read(std::span<const Input> inputs, ReadContext& context, ir::Gateway& gateway, std::string_view dialect);

/// What an object of the inputs is, told by its keys.
enum class Object : std::uint8_t {
  Config,
  SavedConfig,
  Workspace,
  Integration,
  IntegrationModels,
  IntegrationWorkspaces,
  Provider,
  VirtualKey,
  ApiKey,
  UsagePolicy,
  RatePolicy,
  Guardrail,
  SecretReference,
  Unknown,
};
[[nodiscard]] Object object_of(const Node& node);
/// The root of the object's rows in keys.def.
[[nodiscard]] std::string_view root_name(Object object);
/// The objects of a document: itself, the elements of a list, or the `data` of the API's list wrapper.
[[nodiscard]] std::vector<const Node*> objects_of(const Node& root);

/// What a target has from the strategies around it.
struct Above {
  const Node* model = nullptr;  // override_params.model
  const Node* custom_host = nullptr;
  bool retry_statuses = false;  // some retry object above names them
  bool retry_header = false;
  bool cache_ttl = false;
};

/// A config object taken apart: its keys by slot, the keys of single providers, the rest as extras.
struct Parts {
  const Node* node = nullptr;
  std::array<const doc::Entry*, static_cast<std::size_t>(Slot::Count)> slots{};
  std::vector<std::pair<std::string_view, const Node*>> params;  // by the key in snake_case
  std::vector<ir::Extra> extras;

  [[nodiscard]] const Node* at(Slot slot) const {
    const doc::Entry* e = slots[static_cast<std::size_t>(slot)];
    return e == nullptr ? nullptr : e->value;
  }
  [[nodiscard]] const doc::Entry* entry(Slot slot) const { return slots[static_cast<std::size_t>(slot)]; }
};

class Reader {
 public:
  Reader(ReadContext& context, ir::Gateway& gateway, std::string_view dialect);
  void read_all(std::span<const Input> inputs);

 private:
  struct Source {
    const Node* node;
    const Input* input;
    const Node* wrapper;  // of a saved config
  };

  // read_inputs.cpp
  void gather(const Input& input);
  void defaults();
  [[nodiscard]] bool takes_apart_by_model(const Parts& root, bool named) const;
  void read_config(const Source& source, std::string route_name, ir::Origin name_from);
  [[nodiscard]] std::string route_name_of(const Source& source, bool several, ir::Origin& from);

  // read_routes.cpp
  /// A root that chooses by the requested model alone: what each condition names.
  struct ModelCase {
    std::vector<const Node*> names;  // scalars: model names, or one regex
    bool regex = false;
    const Node* condition = nullptr;
    const Node* query = nullptr;
    const Node* then = nullptr;
    const Node* target = nullptr;
  };
  [[nodiscard]] std::optional<std::vector<ModelCase>> model_cases(const Parts& root) const;
  void read_model_routes(Parts& root, const std::vector<ModelCase>& cases);
  void read_model_case(const ModelCase& model_case, const Above& above, const Parts& root,
                       std::unordered_map<const Node*, std::string>& owners);
  [[nodiscard]] std::string owner_of(const Node& target,
                                     const std::unordered_map<const Node*, std::string>& owners) const;
  void add_route(std::string name, ir::Origin from, ir::RouteKind kind, const Node& target, const Above& above);
  void read_single_route(Parts& root, std::string name, ir::Origin from);
  void read_default(const Node& target, const Node& otherwise, const Node& mode, const Above& above,
                    std::unordered_map<const Node*, std::string>& owners);
  [[nodiscard]] bool read_refusal(const Node& target, const Node& by);
  void read_idle_targets(const Node& targets, const std::unordered_map<const Node*, std::string>& owners);

  // read_plan.cpp
  void make_room(const Node& config);
  [[nodiscard]] Parts take_apart(const Node& node);
  [[nodiscard]] ir::NodeId read_target(const Node& node, const Above& above);
  [[nodiscard]] ir::NodeId read_object(Parts& parts, const Above& above);
  [[nodiscard]] ir::NodeId read_strategy(Parts& parts, Mode mode, const Above& above);
  [[nodiscard]] std::optional<Mode> strategy_mode(Parts& parts);
  [[nodiscard]] ir::NodeId read_broken(Parts& parts, const Above& above);
  void read_strategy_extras(const Node& strategy, Mode mode, ir::PlanNode& node);
  [[nodiscard]] Above inherit(const Parts& parts, const Above& above);
  void fill_loadbalance(const Parts& parts, ir::PlanNode& node, const Above& below);
  void fill_single(const Parts& parts, ir::PlanNode& node, const Above& below);
  void fill_fallback(const Parts& parts, ir::PlanNode& node, const Above& below);
  [[nodiscard]] std::optional<ir::NodeId> route_copy(const Node& target);
  [[nodiscard]] std::vector<const Node*> targets_of(const Parts& parts, ir::PlanNode& node);
  [[nodiscard]] ir::Field<std::string> label_of(const Node& target) const;
  [[nodiscard]] ir::Field<base::Decimal> weight_of(const Node& target);
  void note_weight(const Node& target, ir::NodeId child, std::string_view where);
  void note_mode(ir::NodeId child, const Node& mode);

  // read_conditions.cpp
  void fill_switch(const Parts& parts, ir::PlanNode& node, const Above& below);
  [[nodiscard]] std::optional<ir::Condition> condition(const Node& query, ir::Origin& from);
  [[nodiscard]] bool field_conditions(const doc::Entry& entry, std::vector<ir::Condition>& parts, ir::Origin& from);
  [[nodiscard]] bool logic_condition(const doc::Entry& entry, std::vector<ir::Condition>& parts, ir::Origin& from);
  void unusable(const Node& condition, std::size_t index, ir::PlanNode& node, DiagId id, const Node& at,
                std::string message);

  // read_leaf.cpp
  [[nodiscard]] ir::NodeId read_leaf(Parts& parts, const Above& above);
  void read_provider(Parts& parts, const Above& above, ir::Provider& provider, ir::Deployment& deployment);
  void read_slug(Parts& parts, ir::Provider& provider, ir::Deployment& deployment);
  void read_model(Parts& parts, const Above& above, ir::Provider& provider, ir::Deployment& deployment);
  void read_endpoint(Parts& parts, const Above& above, ir::Provider& provider);
  void read_provider_params(Parts& parts, ir::Provider& provider);
  [[nodiscard]] ir::ProviderId shared_provider();

  // read_settings.cpp
  void read_settings(Parts& parts, ir::Settings& settings, const Above& above);
  void read_retry(const Node& node, ir::Retry& retry, const Above& above, std::vector<ir::Extra>& extras);
  void read_cache(const Node& node, ir::CachePolicy& cache, const Above& above, std::vector<ir::Extra>& extras);
  void read_breaker(const Node& node, std::string_view section, ir::Breaker& breaker, std::vector<ir::Extra>& extras);
  void read_params(Parts& parts, ir::RequestParams& params);
  void read_guardrails(Parts& parts, ir::NodeGuardrails& guardrails);
  void read_sticky(const Node& node, ir::Stickiness& sticky, std::vector<ir::Extra>& extras);
  [[nodiscard]] ir::List<std::int64_t> statuses(const Node& node, std::string_view what);
  [[nodiscard]] ir::Field<base::Decimal> milliseconds(const Node& node, std::string_view what);
  [[nodiscard]] ir::Field<base::Decimal> number(const Node& node, std::string_view what);
  [[nodiscard]] ir::Field<std::int64_t> integer(const Node& node, std::string_view what);
  static void from_environment(ir::Field<std::string>& field);
  [[nodiscard]] ir::Field<std::string> text(const Node& node, std::string_view what);

  // read_extras.cpp
  /// Keeps what has no place in the IR and tells why, by the row of keys.def at `parent`.
  void keep_key(std::vector<ir::Extra>& extras, std::string_view section, KeyTable::Cursor parent,
                const doc::Entry& entry);
  void keep_unknown(std::vector<ir::Extra>& extras, std::string_view section, KeyTable::Cursor parent,
                    const doc::Entry& entry);
  void keep_inert(std::vector<ir::Extra>& extras, std::string_view section, const doc::Entry& entry,
                  std::string message);
  void keep_as(std::vector<ir::Extra>& extras, std::string_view section, std::string_view key, const Node& value,
               DiagId code, ir::Fate elsewhere, std::string_view advice);
  void keep_wrong(std::vector<ir::Extra>& extras, std::string_view section, std::string_view key, const Node& value);
  void settle(const Node& node, ir::Fate fate, DiagId code, std::string_view reason);
  void report(DiagId id, source::Span span, std::string message, std::string note = {});
  /// With the scalar's text mended to `meant`, quoted as it is.
  void report_fixed(DiagId id, const Node& scalar, std::string message, std::string_view meant);

  // read_admin.cpp, read_limits.cpp: bodies of the control plane
  struct Held {
    const Node* node;
    Object object;
    const Input* input;
  };
  void read_admin(const Held& held);
  void read_workspace(const Node& node);
  void read_integration(const Node& node);
  void read_integration_models(const Node& node, const std::string& slug);
  void read_integration_workspaces(const Node& node, const std::string& slug);
  void read_provider_object(const Node& node, Object object);
  void read_api_key(const Node& node);
  void read_policy(const Node& node, Object object);
  void read_guardrail(const Node& node);
  void read_kept_object(const Node& node, Object object);
  void read_metadata(const Node& node, ir::Principal& principal, std::string_view root);
  void read_configurations(const Node& node, ir::Provider& values, std::vector<ir::Extra>& extras);
  void read_deployment_config(const Node& list, ir::Provider& values);
  [[nodiscard]] bool read_configuration(std::string_view key, const Node& value, ir::Provider& provider);
  [[nodiscard]] static std::string integration_of(const Held& held);
  [[nodiscard]] ir::CredentialSet* integration(std::string_view slug);
  [[nodiscard]] ir::Field<std::string> kind_of(const Node& node, std::string_view key);
  [[nodiscard]] ir::Field<std::string> take_text(const Node& node, std::string_view key);
  [[nodiscard]] ir::Field<std::string> take_workspace(const Node& node);
  [[nodiscard]] static std::set<std::string_view> taken(std::initializer_list<std::pair<std::string_view, bool>> keys);
  void rest(const Node& node, KeyTable::Cursor rows, const std::set<std::string_view>& taken, std::string_view section,
            std::vector<ir::Extra>& extras);
  void resolve_providers();
  void read_limits(const Node& node, std::string_view path, std::vector<ir::Limit>& limits,
                   std::vector<ir::Extra>& extras);
  void read_budgets(const Node& node, std::string_view path, std::vector<ir::Budget>& budgets,
                    std::vector<ir::Extra>& extras);
  [[nodiscard]] bool read_rate(const Node& type, const Node& unit, const Node& value, ir::Limit& limit);
  [[nodiscard]] bool read_budget(const Node& node, ir::Budget& budget);
  [[nodiscard]] static bool is_budget_key(std::string_view key);
  void keep_whole(const Node& node, std::string_view path, std::vector<ir::Extra>& extras);
  void read_scope(const Node& body, const std::string& section, ir::Scope& scope, ir::Origin& general);

  ReadContext& context_;
  ir::Gateway& gateway_;
  std::string_view dialect_;
  ReadKit kit_;
  KeyTable::Cursor config_keys_;
  std::vector<Source> configs_;
  std::vector<Held> objects_;
  std::map<std::string, std::string> workspaces_;     // any name of a workspace → the id of its principal
  std::map<std::string, std::string> default_slugs_;  // provider that an integration makes → the integration
  std::map<std::string, std::string_view> object_of_slug_;
  std::set<std::string> source_ids_;  // ids that stand in an object's metadata
  std::vector<ir::Value> unlisted_;   // targets that refuse whatever reaches them
  /// What an integration says of its providers beside credentials.
  struct Beside {
    ir::Field<std::string> kind;
    std::vector<ir::Param> headers;
    ir::List<std::string> models;
  };
  std::map<std::string, Beside> beside_;
  std::size_t workspace_count_ = 0;
  std::map<std::string, int> counted_;  // objects of a kind, which are told apart by their number
  std::string requested_;               // what a leaf without a model sends on, as a template
  std::unordered_map<std::string_view, const Node*> route_targets_;  // of the root that is being read
  std::unordered_map<std::string, ir::ProviderId> by_slug_;
  std::unordered_set<std::string> asked_;          // model names that a condition answers for
  std::map<std::string, std::string_view> spelt_;  // slugs that are not written as `provider: @slug`
  std::vector<const Node*> inherited_models_;      // `override_params.model` of strategies
  std::unordered_set<const Node*> sent_models_;    // those that reach a target
  std::uint64_t read_objects_ = 0, object_budget_ = 0;
};

namespace rules {
inline constexpr std::string_view kPage = "docs/dialects/portkey.md";
inline constexpr ir::Rule kRetries{"portkey.retries", "a request is not retried unless a retry object says so", kPage};
inline constexpr ir::Rule kSameTarget{"portkey.same-target", "a retry goes to the same target", kPage};
inline constexpr ir::Rule kRetryStatuses{
    "portkey.retry-statuses", "a retry object without status codes retries on 429, 500, 502, 503 and 504", kPage};
inline constexpr ir::Rule kRetryHeader{"portkey.retry-header",
                                       "a retry object without the switch does not heed Retry-After", kPage};
inline constexpr ir::Rule kCacheTtl{"portkey.cache-age", "a cache object without max_age keeps answers for a week",
                                    kPage};
inline constexpr ir::Rule kPickIsFinal{"portkey.pick-is-final", "the failure of a picked target is the answer", kPage};
inline constexpr ir::Rule kPassModel{"portkey.pass-model",
                                     "a target without a model sends on the one that was asked for", kPage};
inline constexpr ir::Rule kSlugKind{"portkey.slug-kind",
                                    "what stands behind a slug is known to the control plane alone", kPage};
inline constexpr ir::Rule kAnyModel{"portkey.any-model", "a config without conditions on the model serves any", kPage};
inline constexpr ir::Rule kReadAs{"portkey.read-as", "read as what it evidently means", kPage};
inline constexpr ir::Rule kHostedAuth{"portkey.hosted-auth", "the hosted gateway asks for an API key", kPage};
inline constexpr ir::Rule kOssAuth{"portkey.oss-auth", "the open-source gateway lets anybody in", kPage};
inline constexpr ir::Rule kNoReset{"portkey.no-reset", "a budget without a reset is never set back", kPage};
inline constexpr ir::Rule kGrant{"portkey.grant", "an integration is used through the provider that it makes", kPage};
inline constexpr ir::Rule kChained{"portkey.chained", "a copy holds what its route holds", kPage};
}  // namespace rules

}  // namespace gatec::targets::portkey
