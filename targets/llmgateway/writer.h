#pragma once

#include "compiler/ir/resolved.h"
#include "targets/body_writer.h"
#include "targets/llmgateway/llmgateway.h"
#include "targets/llmgateway/tables.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace gatec::targets::llmgateway {

using diagnostics::DiagId;
using doc::Out;
using ledger::Loss;

/// What apply.sh has to do beside sending the payloads.
struct ScriptPlan {
  Snapshot snapshot = Snapshot::U26;
  std::set<Entity> files;
};
[[nodiscard]] std::string apply_script(const ScriptPlan& plan, const std::set<std::string>& variables);

/// Writes a gateway as the bodies of LLM Gateway's management API, its environment and the map of model names.
class Writer final : private BodyWriter {
 public:
  Writer(const ir::Gateway& gateway, WriteContext& context);
  [[nodiscard]] std::vector<Artifact> write();

 private:
  [[nodiscard]] std::string manager_variable(std::string_view hint) const override;
  /// A credential of the organization or of the environment.
  struct KeyOut {
    std::string provider;  // id; of a custom one its name
    bool custom = false, env = false, made = false;
    const ir::Provider* source = nullptr;
    std::string identity, pool, url, resource, prefix;
    std::set<std::string> models;
    bool all_models = false;
    std::vector<const ir::Deployment*> users;
  };
  /// How a deployment would be called.
  struct Address {
    std::string provider, model, prefix, url, resource, identity, pool, title;
    bool custom = false;
  };
  struct Member {
    const ir::Deployment* deployment = nullptr;
    Address address;
    const ir::Edge* edge = nullptr;
    const ir::PlanNode* node = nullptr;
    std::size_t key = 0;
    std::string path;
    std::optional<base::Decimal> weight;
  };
  enum class Form : std::uint8_t { Pin, Root, Dynamic };
  struct RouteOut {
    const ir::Route* route = nullptr;
    std::string name, target, grade;
    Form form = Form::Pin;
    bool header = true, own = false;
    std::vector<std::string> providers;  // of a root id
    std::vector<std::string> roots;
    std::string slug;
    Out graph;
  };

  // write.cpp
  void put(Out& body, const std::vector<ir::Extra>& extras, std::string_view section = {});
  void put_one(Out& body, std::string_view section, const ir::Extra& extra);
  [[nodiscard]] std::vector<Out> kept(std::string_view stem);
  void put_file(Entity entity, std::vector<Out> bodies);
  [[nodiscard]] Out manifest();
  [[nodiscard]] Out model_map();
  void set_variable(std::string_view name, std::string value);
  [[nodiscard]] std::string environment_text() const;

  // write_keys.cpp
  [[nodiscard]] std::optional<Address> address_of(const ir::Deployment& deployment);
  [[nodiscard]] bool address_custom(const ir::ResolvedProvider& r, std::string_view kind, Address& address);
  [[nodiscard]] std::optional<std::size_t> claim(const ir::Deployment& deployment, const Address& address);
  [[nodiscard]] std::vector<std::size_t> keys_for(std::size_t key, const std::string& model) const;
  [[nodiscard]] std::string custom_name(std::string_view title);
  [[nodiscard]] Out key_body(std::size_t at);
  void key_bodies(std::vector<Out>& bodies);
  void put_environment();
  [[nodiscard]] std::string token_of(const KeyOut& key);
  [[nodiscard]] std::string hint_of(const KeyOut& key) const;
  void lose_deployment(const ir::Deployment& deployment, const KeyOut& key, const Address& address);
  void lose_provider(const ir::Deployment& deployment, const KeyOut& key, const Address& address);
  [[nodiscard]] std::vector<Out> custom_models();

  // write_kept.cpp
  void keep_keys();
  void keep_routes();
  [[nodiscard]] const ir::Deployment* first_use(ir::NodeId id) const;
  [[nodiscard]] std::string model_of(const ir::Deployment& deployment) const;
  [[nodiscard]] std::string kept_node(ir::NodeId id, Out& nodes, std::set<std::string>& written);
  [[nodiscard]] Out kept_route_body(const RouteOut& route);

  // write_routes.cpp
  void collect_routes();
  [[nodiscard]] bool collect(const ir::Route& route, RouteOut& out);
  [[nodiscard]] bool members_of(ir::NodeId id, std::vector<Member>& members, bool& nested, int depth);
  [[nodiscard]] bool members_of_balance(const ir::PlanNode& node, const ir::Balance& balance,
                                        std::vector<Member>& members, bool& nested, int depth);
  [[nodiscard]] bool members_of_fallback(const ir::Fallback& fallback, std::vector<Member>& members, bool& nested,
                                         int depth);
  void select(std::vector<Member>& members, bool dynamic);
  [[nodiscard]] bool settle_route(const ir::Route& route, std::vector<Member>& members, bool nested, RouteOut& out);
  [[nodiscard]] bool collect_choice(const ir::Route& route, const ir::PlanNode& node, const ir::Switch& choice,
                                    RouteOut& out);
  [[nodiscard]] std::string add_model_node(const Member& member, Out& nodes, RouteOut& out);
  [[nodiscard]] std::string add_plan(std::vector<Member>& members, Out& nodes, RouteOut& out);
  [[nodiscard]] std::string route_slug(std::string_view name);
  void lose_policy(const ir::Balance& balance, std::string_view written);
  void rename(const ir::PlanNode& node, const std::string& path, std::string_view id);
  void lose_route(const ir::Route& route);
  void collect_aliases();

  // write_people.cpp
  void add_people();
  [[nodiscard]] Out organization_body(const ir::Principal& p);
  [[nodiscard]] Out project_body(const ir::Principal* p, const std::string& name);
  [[nodiscard]] Out team_body(const ir::Principal& p);
  [[nodiscard]] std::optional<Out> member_body(const ir::Principal& p);
  [[nodiscard]] Out api_key_body(const ir::Principal& p);
  void put_budgets(Out& body, const ir::Principal& p, const std::string& path, bool lifetime_null);
  [[nodiscard]] bool put_kept_budgets(Out& body, const ir::Principal& p, bool lifetime_null);
  [[nodiscard]] Out rules_of(const ir::Principal& p, const ir::Principal* team, const std::string& path);
  [[nodiscard]] Out rule(std::string_view type, std::string_view key, Out list) const;
  [[nodiscard]] std::vector<std::string> roots_for(const std::string& name, bool& known) const;
  void lose_rest(const ir::Principal& p);
  [[nodiscard]] const ir::Principal* principal(ir::PrincipalKind kind, const ir::Field<std::string>& id) const;
  [[nodiscard]] std::vector<Out> rate_limits();

  // write_losses.cpp
  void lose_gateway();
  void lose_settings(const ir::Settings& settings, bool reaches);
  void put_timeouts();
  void admit_within(const ir::Deployment& d, std::string field, std::string reason) {
    if (recording_) context_.ledger.admit_within(&d, std::move(field), std::move(reason));
  }
  [[nodiscard]] bool is_new() const { return snapshot_ == Snapshot::N; }
  [[nodiscard]] bool enterprise() const { return is_new() && enterprise_; }

  Snapshot snapshot_ = Snapshot::U26;
  bool enterprise_ = false, env_keys_ = false;
  std::vector<Artifact> artifacts_;
  ScriptPlan plan_;
  std::vector<KeyOut> keys_;
  std::map<std::string, std::size_t> key_of_identity_;
  std::set<std::string> custom_names_, slugs_;
  std::vector<RouteOut> routes_;
  std::vector<std::pair<std::string, std::string>> env_;
  std::map<const ir::Principal*, std::string> project_names_;
  std::set<std::string> project_taken_;
  std::vector<std::pair<const ir::Alias*, std::size_t>> aliases_;  // of which route
  bool strategy_written_ = false, cache_on_ = false;
  const ir::Field<base::Decimal>*attempt_written_ = nullptr, *total_written_ = nullptr;
};

inline constexpr std::string_view kDefaultProject = "Default Project";

}  // namespace gatec::targets::llmgateway
