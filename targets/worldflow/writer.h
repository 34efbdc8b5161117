#pragma once

#include "compiler/ir/resolved.h"
#include "targets/body_writer.h"
#include "targets/worldflow/tables.h"
#include "targets/worldflow/worldflow.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace gatec::targets::worldflow {

using diagnostics::DiagId;
using doc::Out;
using ledger::Loss;

/// What apply.sh has to do beside sending the payloads.
struct ScriptPlan {
  struct File {
    Entity entity;
    std::size_t bodies = 0;
  };
  Shape shape = Shape::Guide;
  std::vector<File> files;
  std::vector<std::pair<std::string, std::string>>
      synced;  // provider types whose models are taken over, and their integrations
  std::vector<std::pair<std::string, std::vector<std::string>>> simulated;  // requested name → models that may answer
};
[[nodiscard]] std::string apply_script(const ScriptPlan& plan, const std::set<std::string>& variables);

/// Writes a gateway as the bodies of WorldFlow's admin API.
class Writer final : private BodyWriter {
 public:
  Writer(const ir::Gateway& gateway, WriteContext& context);
  [[nodiscard]] std::vector<Artifact> write();

 private:
  [[nodiscard]] std::string manager_variable(std::string_view hint) const override;
  struct IntegrationOut {
    std::string name, type;
    Out body;
  };
  struct ProviderOut {
    std::string name, type;
    Out body;
    const ir::Provider* source = nullptr;
    std::size_t integration = 0;
    bool taken_over = false;  // of a wildcard
    std::vector<const ir::Deployment*> users;
    std::vector<std::string> paths;  // of the uses, as compare/ spells them
  };
  struct ModelOut {
    std::string id;
    std::size_t provider = 0;
    std::vector<const ir::Deployment*> users;
    std::vector<std::string> paths;  // one for each of the users
    Out body;
  };
  /// One answer that a rule may give.
  struct Member {
    std::size_t model = 0;
    const ir::Deployment* deployment = nullptr;
    std::optional<base::Decimal> weight;
    std::string variant;
  };
  /// A condition and what it leads to; the last step of a route has none.
  struct Step {
    const ir::Condition* condition = nullptr;
    std::vector<Member> members;
    bool drawn = false;  // an experiment, even of one
  };
  struct RouteOut {
    const ir::Route* route = nullptr;
    std::string name;
    bool glob = false;
    std::vector<Step> steps;
    std::string alias_of;
  };

  // write.cpp
  void put_file(Entity entity, std::vector<Out> bodies);
  [[nodiscard]] Artifact artifact(Entity entity, const std::vector<Out>& bodies) const;
  void put(Out& body, const std::vector<ir::Extra>& extras, Entity entity);
  void put_one(Out& body, const ir::Extra& extra);
  [[nodiscard]] bool has_place(const ir::Extra& extra, Entity entity, std::string_view section);
  [[nodiscard]] bool has_place(const ir::Extra& extra, Entity entity) {
    return has_place(extra, entity, extra.section);
  }
  [[nodiscard]] std::vector<Out> kept(std::string_view stem);
  [[nodiscard]] Out routing_body();
  [[nodiscard]] std::vector<Out> tier_bodies();
  [[nodiscard]] std::vector<Out> threshold_bodies();
  void choose_tier(Out& body);
  void lose_limits();

  // write_catalogue.cpp
  [[nodiscard]] std::optional<std::size_t> place(const ir::Deployment& deployment, const std::string& path);
  [[nodiscard]] std::optional<std::size_t> place_provider(const ir::Deployment& deployment);
  [[nodiscard]] Out integration_body(const ir::Provider& provider, const std::string& name, std::string_view type,
                                     const std::string& url);
  [[nodiscard]] std::string key_hint(const ir::Provider& source, const std::string& name) const;
  void admit_provider(const ProviderOut& provider, const ir::Provider& source, const std::string& path);
  [[nodiscard]] std::string free_name(std::string wanted, std::set<std::string>& taken) const;
  void finish_models();
  void finish_providers();
  void finish_limits(ProviderOut& provider);
  void finish_budget(ProviderOut& provider);
  [[nodiscard]] std::optional<std::int64_t> month_cents(const ir::Budget& budget, std::string& how) const;
  template <class T, class Same, class Get>
  [[nodiscard]] const T* agreed(const ModelOut& model, Get get, Same same, std::string_view suffix);

  // write_kept.cpp
  void keep_catalogue();
  void keep_integration(const ir::Provider& provider, const std::string& name);
  void keep_provider(const ir::Provider& provider);
  void lose_config(const ir::Provider& provider);
  void join_by_type(const ir::Deployment& deployment, const ir::Provider& provider);
  [[nodiscard]] Out model_body(const ModelOut& model);
  [[nodiscard]] std::string provider_reference(std::size_t provider) const;
  void put_rates(Out& body, std::optional<base::Decimal> rpm, std::optional<base::Decimal> tpm);

  // write_routing.cpp
  void collect_routes();
  void collect_aliases();
  [[nodiscard]] bool collect(const ir::Route& route, RouteOut& out);
  [[nodiscard]] bool flatten(ir::NodeId id, std::vector<Member>& members, bool& drawn, int depth);
  void take_over(const ir::Deployment& deployment);
  [[nodiscard]] bool flatten_balance(const ir::PlanNode& node, const ir::Balance& balance, std::vector<Member>& members,
                                     bool& drawn, int depth);
  [[nodiscard]] bool flatten_to(const ir::PlanNode& node, const ir::To& to, std::vector<Member>& members, bool& drawn,
                                int depth);
  [[nodiscard]] bool flatten_switch(const ir::PlanNode& node, const ir::Switch& choice, RouteOut& out);
  [[nodiscard]] bool is_writable(const ir::Condition& condition) const;
  [[nodiscard]] Out rules_out();
  void add_rules(const RouteOut& route, std::size_t rank, Out& rules);
  [[nodiscard]] std::vector<std::string> whole_weights(const std::vector<Member>& members) const;
  void lose_route(const ir::Route& route);

  // write_people.cpp
  void add_people();
  [[nodiscard]] Out team_body(const ir::Principal& p);
  [[nodiscard]] std::optional<Out> user_body(const ir::Principal& p);
  [[nodiscard]] Out grant_body(const ir::Principal& p);
  [[nodiscard]] Out key_body(const ir::Principal& p, std::set<std::string>& names);
  [[nodiscard]] std::optional<base::Decimal> key_rate(const ir::Principal& key, const ir::Principal* team,
                                                      ir::Counted counts, std::int64_t seconds, std::string_view path);
  void put_models(Out& body, const ir::Principal& p, const ir::Principal* team, const std::string& path);
  void put_key_budget(Out& body, const ir::Principal& p, const std::string& path);
  void put_budget(Out& body, const ir::Principal& p);
  void lose_rest(const ir::Principal& p);
  [[nodiscard]] std::string team_name(const ir::Principal& p) const;
  [[nodiscard]] std::string team_reference(const ir::Field<std::string>& id, ir::PrincipalKind kind) const;
  [[nodiscard]] const ir::Principal* principal(ir::PrincipalKind kind, const ir::Field<std::string>& id) const;

  // write_losses.cpp
  void lose_gateway();
  void lose_settings(const ir::Settings& settings, bool reaches);
  void lose_node(const ir::PlanNode& node);
  void lose_deployment(const ir::Deployment& deployment);
  void lose_provider(const ir::Provider& provider);
  [[nodiscard]] bool other_shape() const;
  [[nodiscard]] bool spec() const { return shape_ == Shape::Spec; }

  Shape shape_ = Shape::Guide;
  const Tier* tier_ = nullptr;  // that was chosen for the tenant
  std::vector<Artifact> artifacts_;
  ScriptPlan plan_;
  std::vector<IntegrationOut> integrations_;
  std::vector<ProviderOut> providers_;
  std::vector<ModelOut> models_;
  std::vector<RouteOut> routes_;
  std::map<std::string, std::size_t> provider_of_identity_;
  std::unordered_map<const ir::Deployment*, std::optional<std::size_t>> provider_of_;
  std::unordered_map<const ir::Deployment*, std::size_t> model_of_;
  std::map<std::pair<std::size_t, std::string>, std::size_t> model_index_;  // by provider and id
  std::map<std::string, std::size_t, std::less<>> served_;                  // how many providers serve a model id
  std::unordered_map<const ir::Provider*, std::size_t> kept_provider_;
  std::set<std::string> integration_names_, provider_names_;
  std::map<const ir::Principal*, std::string> team_names_;
  bool ttl_written_ = false;
};

inline constexpr std::string_view kCustomType = "CUSTOM";
/// A note in the bundle: apply.sh takes over the provider's models.
inline constexpr std::string_view kSync = "_sync";

/// A rate of a minute for all that a provider or deployment does.
[[nodiscard]] const ir::Limit* minute_limit(const std::vector<ir::Limit>& limits, ir::Counted counts);

}  // namespace gatec::targets::worldflow
