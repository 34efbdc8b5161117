#pragma once

#include "targets/body_reader.h"
#include "targets/worldflow/objects.h"
#include "targets/worldflow/worldflow.h"

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gatec::targets::worldflow {

using diagnostics::DiagId;
using doc::Entry;
using Cursor = KeyTable::Cursor;

/// A routing rule whose conditions the IR can say.
struct Rule {
  const Node* node = nullptr;
  std::string pattern;  // as written
  std::string name;     // without escapes
  bool glob = false;
  std::string route_to, provider, alias, experiment, variant;
  std::int64_t priority = 0;
  ir::Field<base::Decimal> weight;
  ir::Origin from;  // leaves of all but the weight, the experiment and the conditions
  ir::Origin experiment_from, variant_from, alias_from, condition_from;
  std::optional<ir::Condition> condition;
};

class Reader final : private BodyReader {
 public:
  Reader(ReadContext& context, ir::Gateway& gateway);
  void read_all(std::span<const Input> inputs);

 private:
  /// Names under which later bodies refer to one: `@integration/openai`, its id, its name.
  struct Names {
    std::map<std::string, std::size_t, std::less<>> index;
    std::vector<std::string> slugs;

    void add(const Node& object, Entity entity, std::string_view name, std::size_t at);
    [[nodiscard]] std::optional<std::size_t> find(std::string_view text) const;
  };

  /// What an integration says of the providers that go through it.
  struct Integration {
    const Node* node = nullptr;
    std::string name;
    ir::Origin from;
    ir::Provider values;
    bool used = false;
  };

  // read.cpp
  void gather(const Input& input);
  void defaults();
  [[nodiscard]] std::vector<const Node*> all(Entity entity) const;
  void keep_objects(Entity entity);
  [[nodiscard]] ir::Field<base::Decimal> number(const Node& node, std::string_view what);
  [[nodiscard]] bool whole(const Node& node, std::string_view what, ir::Field<base::Decimal>& into);
  [[nodiscard]] bool cents(const Node& node, std::string_view what, ir::Field<base::Decimal>& into);
  void seen(const KeyRow& row) override;

  // read_catalogue.cpp
  void read_integration(const Node& node);
  void read_config(const Node& node, ir::Provider& values);
  void keep_integrations();
  void read_provider(const Node& node);
  void add_limit(std::vector<ir::Limit>& limits, ir::Counted counts, ir::Field<base::Decimal> amount,
                 ir::Window window);
  void add_budget(std::vector<ir::Budget>& budgets, ir::Field<base::Decimal> amount);
  void read_model(const Node& node);
  [[nodiscard]] ir::ProviderId provider_of(const Node& model, const Node* id, const Node* type, const Node* hint,
                                           ir::Deployment& deployment);
  void read_price(const Node& node, std::string_view key, std::string_view unit, ir::Deployment& deployment,
                  const Place& place);

  // read_routing.cpp
  void read_routing(const Node& node);
  [[nodiscard]] bool read_rule(const Node& node, Rule& rule);
  [[nodiscard]] bool read_conditions(const Node& node, Rule& rule);
  void build_routes();
  void build_route(const std::vector<const Rule*>& rules);
  [[nodiscard]] ir::NodeId plan_of(const std::vector<const Rule*>& rules, ir::Origin& name_from);
  [[nodiscard]] std::optional<ir::DeploymentId> deployment_of(const Rule& rule);
  [[nodiscard]] bool is_alias(const std::vector<const Rule*>& rules) const;
  void catalogue_routes();
  void keep_rule(const Node& node, DiagId code, ir::Fate elsewhere, std::string_view advice);

  // read_people.cpp
  void read_team(const Node& node);
  void read_user(const Node& node);
  void read_grant(const Node& node);
  void read_virtual_key(const Node& node);
  void resolve_people();
  [[nodiscard]] std::string person(Entity entity, std::string_view text) const;

  // read_rest.cpp
  void read_tier(const Node& node);
  void read_thresholds(const Node& node);

  std::vector<Object> objects_;
  Names integrations_, providers_, teams_, users_;
  std::vector<Integration> held_;
  std::vector<Rule> rules_;
  std::set<std::string, std::less<>> route_names_;
  std::map<std::string, std::vector<ir::DeploymentId>, std::less<>> by_model_;
  std::set<std::uint32_t> reached_;             // deployments that some rule leads to
  std::set<std::string, std::less<>> outside_;  // models that only rules name, where there is no catalogue
  std::map<std::uint32_t, const Node*> model_nodes_;
  std::vector<std::string> provider_types_;  // types of the IR's providers as written, in their order
  std::size_t kept_rules_ = 0, kept_objects_ = 0;
  bool spec_ = false, guide_ = false, has_tier_ = false;
};

namespace rules {
inline constexpr std::string_view kPage = "docs/dialects/worldflow.md";
inline constexpr ir::Rule kCustom{
    "worldflow.custom-kind", "an integration of type CUSTOM is an OpenAI-compatible server, told by its host", kPage};
inline constexpr ir::Rule kCatalogue{"worldflow.catalogue",
                                     "a model of the catalogue can be asked for by its own name; without a rule the "
                                     "optimizer may answer with another one",
                                     kPage};
inline constexpr ir::Rule kExperiment{"worldflow.experiment", "rules of one experiment are drawn by weight", kPage};
inline constexpr ir::Rule kSticky{"worldflow.sticky", "one tenant always gets the same variant of an experiment",
                                  kPage};
inline constexpr ir::Rule kTimeout{"worldflow.timeout", "a request times out after 30 seconds", kPage};
inline constexpr ir::Rule kAuth{"worldflow.auth", "every request needs a key or token", kPage};
inline constexpr ir::Rule kTier{"worldflow.tier", "the tier of a tenant sets its limits", kPage, true};
inline constexpr ir::Rule kMonth{"worldflow.month", "a budget in cents per month starts anew each month", kPage};
inline constexpr ir::Rule kLifetime{"worldflow.lifetime", "a budget without a period never starts anew", kPage};
inline constexpr ir::Rule kMinute{"worldflow.minute", "rates count a minute", kPage};
inline constexpr ir::Rule kOff{"worldflow.inactive", "a model that is not active is not used", kPage};
}  // namespace rules

}  // namespace gatec::targets::worldflow
