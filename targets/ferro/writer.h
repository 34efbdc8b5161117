#pragma once

#include "compiler/doc/value.h"
#include "compiler/ir/describe.h"
#include "compiler/ir/resolved.h"
#include "targets/ferro/ferro.h"
#include "targets/ferro/tables.h"
#include "targets/write_kit.h"

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace gatec::targets::ferro {

using diagnostics::DiagId;
using doc::Out;
using ledger::Loss;

/// Writes config.yaml, the environment and what starts the process. The gateway has one slot a provider and one
/// strategy for all routes: the best that can be said of them is chosen, and for each route the ledger has what it
/// loses.
class Writer {
 public:
  Writer(const ir::Gateway& gateway, WriteContext& context);
  [[nodiscard]] std::vector<Artifact> write();

 private:
  /// A target to be.
  struct Target {
    std::string key;
    const ir::Provider* provider = nullptr;
    const ir::Deployment* deployment = nullptr;  // azure: the pinned one
    std::optional<base::Decimal> weight;
    std::vector<std::string> models;
    std::optional<std::int64_t> attempts;  // in all, the first included
    std::vector<std::int64_t> statuses;
    std::optional<base::Decimal> backoff, cooldown;
    std::optional<std::int64_t> failures;
    std::optional<std::int64_t> concurrency;
  };
  struct Variant {
    std::string target;
    base::Decimal weight;
    std::string label;
  };
  struct Rule {
    std::string key, value, target;
  };
  /// A deployment in a route, with the settings that arrive there.
  struct Member {
    const ir::Deployment* deployment = nullptr;
    const ir::Edge* edge = nullptr;  // of a balance
    const void* place = nullptr;     // what to lose when it is left out
    ir::SettingsChain chain;         // nearest first
    std::string id;
    bool kept = false;
    bool told = false;  // why it is left out
  };
  struct Tier {
    std::vector<Member> members;
    const ir::Balance* balance = nullptr;
    std::vector<const void*> holders;  // what of the plan holds this tier and nothing else
  };
  struct RoutePlan {
    const ir::Route* route = nullptr;
    std::vector<Tier> tiers;
    std::string model;   // the id that the gateway routes by
    bool plain = true;   // one balance, or single targets in order
    bool paired = true;  // each member stands in the plan itself, so that what is left of it is found
    bool kept = false;
    bool reshaped = false;           // does not read back in the shape of the source
    std::vector<std::string> order;  // of targets
    std::vector<std::pair<std::string, std::string>>
        offers;  // target and model id that serve clients who ask by id; empty: the catalogue
  };
  /// One credential, address and region for a provider.
  struct Slot {
    std::string signature;
    const ir::Deployment* deployment = nullptr;
    std::vector<const ir::Deployment*> users;
  };

  // write.cpp
  [[nodiscard]] Out config();
  void put_targets(Out& root);
  void put_strategy(Out& root);
  void put_rest(Out& root);
  void place_extras(Out& root);
  void place(Out& root, const ir::Extra& extra);
  [[nodiscard]] Out open(const ir::Value& value, std::string_view key) { return to_out(value, speller_, key, true); }
  void gather_same();
  [[nodiscard]] const ir::Value* layout(std::string_view name) const;
  [[nodiscard]] bool same() const { return context_.same_dialect; }
  /// Of a field, or of an entity with all below it: the ledger tells them apart by the type.
  template <class T>
  void lose(const T* what, ir::Fate fate, DiagId code, base::Text reason, base::Text advice = {},
            std::string written = {}) {
    context_.ledger.lose(what, {fate, code, std::move(reason), std::move(written), std::move(advice)});
  }
  void admit(std::string path, std::string reason) { context_.ledger.admit_added(std::move(path), std::move(reason)); }

  // write_routes.cpp
  void plan_routes();
  void flatten(const ir::Route& route, RoutePlan& plan);
  void flatten(ir::NodeId id, ir::SettingsChain chain, RoutePlan& plan, int depth);
  void flatten_balance(const ir::PlanNode& node, const ir::Balance& balance, const ir::SettingsChain& chain,
                       RoutePlan& plan, int depth);
  void flatten_fallback(const ir::Fallback& fallback, const ir::SettingsChain& chain, RoutePlan& plan, int depth);
  ir::NodeId choose_case(const ir::Switch& choice);
  [[nodiscard]] std::optional<Member> member_of(ir::NodeId id, ir::SettingsChain chain, RoutePlan& plan, int depth);
  void guess(const ir::Provider& provider, const ir::Field<std::string>& kind, std::string_view id);
  void choose_slots();
  [[nodiscard]] std::string signature_of(const ir::Deployment& d, std::string_view id) const;
  void choose_members();
  void choose_members(RoutePlan& plan);
  void drop_tiers(const RoutePlan& plan);
  [[nodiscard]] bool is_pinned(const Member& m) const;
  void leave_out(Member& member, ir::Fate fate, DiagId code, const std::string& reason, const std::string& advice);
  void leave_out(RoutePlan& plan, DiagId code, const std::string& reason, const std::string& advice);
  void name_routes();
  void offer(RoutePlan& plan, const Member& m);

  // write_strategy.cpp
  void choose_mode();
  [[nodiscard]] std::optional<Mode> wish_of(const RoutePlan& plan) const;
  [[nodiscard]] bool leaks() const;
  void make_targets();
  void add_offers();
  void order_targets(std::vector<std::string>& keys);
  void choose_weights();
  void judge_routes();
  void judge_route(RoutePlan& plan);
  void admit_defaults(const RoutePlan& plan);
  void lose_choice(const ir::Balance& balance);
  void tell_leaks(const RoutePlan& plan);
  void add_aliases();
  Target& target(std::string_view key);

  // write_settings.cpp
  void choose_settings();
  void choose_retry(Target& target, const std::vector<const Member*>& members);
  void choose_breaker(Target& target, const std::vector<const Member*>& members);
  void judge_settings();
  [[nodiscard]] std::vector<std::string> answerers_of(const RoutePlan& plan) const;
  [[nodiscard]] const Target* stand_in(const RoutePlan& plan) const;
  void announce(const RoutePlan& plan);
  void choose_timeout();
  struct Arrival {
    std::set<std::string> found;  // where it differs
    bool missing = false;         // in what is left out
    bool somewhere = false;       // a target stands for what it holds for
    std::string reason;
  };
  void near(const void* field, std::string found, std::string_view reason);
  void judge_statuses(const ir::List<std::int64_t>& statuses, const Target* target, bool whole);
  [[nodiscard]] bool arrives(const void* field) const;
  void settle_arrivals();

  // write_env.cpp
  [[nodiscard]] std::string environment();
  void put_provider(const Target& target);
  void put_key(const Target& target, const Variable& v, const ir::ResolvedProvider& r);
  void put_url(const Target& target, const Variable& v, const ir::ResolvedProvider& r);
  void put_text(std::string_view name, const ir::Field<std::string>& field, std::string_view suffix = {});
  void put_param(const Target& target, const Variable& v, const ir::ResolvedProvider& r);
  void put_server();
  void lose_pinned();
  void share_losses();
  void set(std::string_view name, std::string value, bool literal = false);
  [[nodiscard]] std::string spell(const ir::Credential& credential, const void* value, std::string_view hint);

  // write_plugins.cpp
  void put_plugins(Out& root);
  void put_plugin(Out& list, const Plugin& plugin, const Out& config, std::string_view stage = {});
  [[nodiscard]] std::optional<Out> plugin_config(std::string_view name);
  void put_cache_foreign(Out& list);
  void put_limits_foreign(Out& list);
  void put_budget_foreign(Out& list, const std::vector<const ir::Principal*>& keys);
  [[nodiscard]] const ir::Limit* global_cap() const;
  [[nodiscard]] const ir::Limit* lone_cap() const;

  // write_losses.cpp
  void lose_rest();
  void lose_label(const ir::Field<std::string>& label);
  template <class Node>
  void lose_labels(const Node& node);
  void lose_settings();
  void lose_settings(const ir::Settings& settings);
  void lose_deployment(const ir::Deployment& d);
  void lose_provider(const ir::Provider& p);
  void lose_whole(const Member& member, Loss loss);
  void lose_gateway();
  void lose_principals();

  // write_deploy.cpp
  void add_deployment(std::vector<Artifact>& artifacts) const;

  const ir::Gateway& gw_;
  WriteContext& context_;
  CredentialSpeller speller_;
  Mode mode_ = Mode::Fallback;
  std::vector<Target> targets_;
  std::vector<std::pair<std::string, std::string>> aliases_;
  std::vector<Rule> rules_;
  std::vector<Variant> variants_;
  std::vector<RoutePlan> plans_;
  std::map<std::string, Slot, std::less<>> slots_;
  std::unordered_map<const void*, Arrival> arrivals_;
  std::vector<std::pair<std::string, std::string>> env_;
  std::optional<base::Decimal> timeout_;
  bool timeout_of_attempts_ = false;
  std::set<const void*> lost_credentials_;  // that some left-out or reshaped plan holds, too
};

}  // namespace gatec::targets::ferro
