#pragma once

#include "compiler/doc/value.h"
#include "compiler/facts/providers.h"
#include "compiler/ir/resolved.h"
#include "targets/litellm/tables.h"
#include "targets/write_kit.h"

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace gatec::targets::litellm {

using diagnostics::DiagId;
using doc::Out;

/// Writes config.yaml, split over write_*.cpp: plans become groups, groups become entries of model_list.
class Writer {
 public:
  Writer(const ir::Gateway& gateway, WriteContext& context);
  [[nodiscard]] Out config();

 private:
  /// One entry of model_list to be.
  struct Member {
    ir::DeploymentId deployment;
    std::optional<ir::Decimal> weight;
    const ir::Field<ir::Decimal>* weight_field = nullptr;
    const ir::Field<std::int64_t>* order = nullptr;
    const ir::Field<std::string>* shadow = nullptr;
    ir::SettingsChain chain;  // nearest first, without Gateway.defaults
  };
  using Tier = std::vector<Member>;
  struct Target {
    std::string group;
    ir::Failure on = ir::Failure::Any;
  };
  struct Group {
    std::string name;
    std::vector<Tier> tiers;
    std::vector<Target> targets;
    bool reshaped = false;  // does not read back in the shape of the source
    bool inherits = false;  // takes the default fallbacks
  };

  // write.cpp
  void place_extras(Out& owner, const std::vector<ir::Extra>& extras);
  [[nodiscard]] bool kept_whole(std::string_view section) const;
  [[nodiscard]] Out open(const ir::Value& value, std::string_view key);
  void expand(const ir::Value& value);
  [[nodiscard]] Out spelled(const ir::Field<std::string>& field);
  [[nodiscard]] Out secret(const ir::Field<ir::Credential>& field, std::string_view hint);
  template <class T>
  void put(Out& map, std::string_view key, const ir::Field<T>& field);
  void put(Out& map, std::string_view key, const ir::List<std::string>& list);
  void put(Out& map, std::string_view key, const ir::Field<std::string>& field);
  void reserve_names();
  void reserve_names(const ir::Value& value);
  [[nodiscard]] std::string_view layout(std::string_view name) const;
  [[nodiscard]] bool ours() const { return context_.same_dialect; }
  [[nodiscard]] static bool said(const auto& field) { return !field.absent() && !field.from.is_default(); }
  template <class T>
  void lose(const T* what, ir::Fate fate, DiagId code, std::string reason, std::string advice = {},
            std::string written = {}) {
    context_.ledger.lose(what, {fate, code, std::move(reason), std::move(written), std::move(advice)});
  }

  // write_plan.cpp
  void lower_routes();
  void lower_route(const ir::Route& route);
  void lower(ir::NodeId id, ir::SettingsChain chain, Group& group, int depth);
  void lower_balance(const ir::Balance& balance, const ir::SettingsChain& chain, Group& group, int depth);
  void lower_fallback(const ir::Fallback& fallback, const ir::SettingsChain& chain, Group& group, int depth);
  void lower_switch(const ir::Switch& choice, const ir::SettingsChain& chain, Group& group, int depth);
  void lower_to(const ir::PlanNode& node, const ir::To& to, const ir::SettingsChain& chain, Group& group, int depth);
  void lower_alone(ir::NodeId id, const ir::SettingsChain& chain, Group& group, std::string_view suffix, ir::Failure on,
                   int depth);
  void complete_weights(Tier& tier);
  void lose_weight(const ir::Field<ir::Decimal>& weight);
  void judge_balance(const ir::Balance& balance);
  void choose_policy();
  void choose_attempts();
  [[nodiscard]] std::string unique_name(std::string_view base, std::string_view suffix);

  // write_entry.cpp
  [[nodiscard]] Out model_list();
  [[nodiscard]] Out entry(const Group& group, const Member& member, std::optional<std::int64_t> order);
  void write_limits(Out& params, const ir::Deployment& d);
  void write_limit(Out& params, const ir::Limit& limit);
  void write_deployment_budgets(Out& params, const ir::Deployment& d);
  void write_member_settings(Out& params, const Member& member, const Group& group);
  void write_attempts(Out& params, const Member& member);
  void write_request_params(Out& params, const Member& member, const Group& group);
  void judge_arriving(const ir::SettingsChain& chain);
  void judge_node_settings(const ir::Settings& settings);
  void write_info(Out& info, const ir::Deployment& d);
  void write_prices(Out& info, const ir::Deployment& d);

  // write_provider.cpp
  void write_provider(Out& params, const ir::Deployment& d, const Group& group);
  void write_model(Out& params, const ir::Deployment& d, const ir::Provider& provider,
                   const ir::Field<std::string>& kind, const Group& group);
  [[nodiscard]] std::string foreign_prefix(const ir::Provider& provider, const ir::Field<std::string>& kind,
                                           std::string_view model, Out& params);
  void write_region(Out& params, const ir::Provider& provider, std::string_view kind, const Group& group);
  void write_provider_params(Out& params, const ir::Provider& provider);
  void lose_provider_rest(const ir::Provider& provider);
  [[nodiscard]] Out credential_list();

  // write_settings.cpp
  void write_router(Out& router, Out& litellm);
  void write_strategy(Out& router);
  void write_prechecks(Out& router);
  void write_failure_counts(Out& map, std::string_view key, const std::vector<ir::FailureCount>& counts,
                            std::string_view suffix);
  void write_group_retries(Out& router);
  void find_group_retries();
  [[nodiscard]] bool group_retry_written(const std::vector<ir::FailureCount>& counts) const;
  void write_router_breaker(Out& router, Out& litellm);
  [[nodiscard]] bool breaker_below() const;
  [[nodiscard]] bool keeps_defaults_away(const Group& group) const;
  [[nodiscard]] Out fallback_list(ir::Failure on);
  void write_fallbacks(Out& router, Out& litellm);
  void write_aliases(Out& router);
  void write_litellm_settings(Out& litellm, Out& router);
  void write_budgets(Out& router, Out& litellm);
  void write_cache(Out& litellm);
  void write_foreign_cache(Out& litellm);
  void write_observers(Out& litellm);
  void write_principal_defaults(Out& litellm);
  void write_server(Out& router, Out& litellm, Out& general);
  [[nodiscard]] Out guardrails();
  void lose_rest();

  const ir::Gateway& gw_;
  WriteContext& context_;
  CredentialSpeller spell_;
  std::vector<Group> groups_;
  std::vector<Group> made_groups_;  // of parts of the plan that is being lowered
  std::vector<std::string> default_targets_;
  std::unordered_set<std::string> names_;
  ir::Field<ir::Policy> policy_;          // written for all groups
  std::optional<std::int64_t> attempts_;  // written for all groups
  std::unordered_map<const void*, const facts::ProviderFacts*>
      guessed_;           // by the kind of a provider that the source does not name
  bool enforce_ = false;  // hard limits of deployments need LiteLLM's own check
  std::vector<std::pair<std::string, const std::vector<ir::FailureCount>*>> group_retries_;
};

template <class T>
void Writer::put(Out& map, std::string_view key, const ir::Field<T>& field) {
  if (field.given()) map.add(std::string(key), to_out(field));
}

/// Whether LiteLLM takes a key of litellm_params for something other than a parameter of the call.
[[nodiscard]] bool is_litellm_setting(std::string_view name);

/// Adds unless empty.
inline void add_section(Out& map, std::string_view key, Out section) {
  if (!section.empty()) map.add(std::string(key), std::move(section));
}

}  // namespace gatec::targets::litellm
