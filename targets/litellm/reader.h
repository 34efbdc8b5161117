#pragma once

#include "targets/litellm/tables.h"
#include "targets/litellm/vocabulary.h"
#include "targets/read_kit.h"

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace gatec::targets::litellm {

using diagnostics::DiagId;
using Cursor = KeyTable::Cursor;

/// Where goes what the IR has no field for: somebody's extras and the readable path below them.
struct Place {
  std::vector<ir::Extra>* extras;
  std::string section;
  [[nodiscard]] Place below(std::string_view key) const;
};

/// How LiteLLM spells the region of a provider; empty for kinds that have none.
[[nodiscard]] std::string_view region_key(std::string_view kind);

/// Entries of one section: of several inputs or included files, one after the other, without those that lost.
using Entries = std::vector<const doc::Entry*>;

/// Reads config.yaml, split over read_*.cpp by section.
class Reader {
 public:
  Reader(ReadContext& context, ir::Gateway& gateway);
  void read(std::span<const Input> inputs);

 private:
  /// One deployment while its group is not complete.
  struct Member {
    ir::DeploymentId deployment;
    ir::Field<ir::Decimal> weight;
    ir::Field<std::int64_t> order;
    ir::Field<std::string> shadow;
    const doc::Entry* weight_entry = nullptr;  // becomes an extra where the group does not draw by it
  };
  struct Group {
    ir::Field<std::string> name;
    std::vector<Member> members;
    std::vector<ir::FailureCount> retry_by_failure;
    std::vector<ir::Extra> extras;
  };
  struct FallbackItem {
    std::string_view source;
    const doc::Entry* targets = nullptr;
    bool used = false;
  };
  struct FallbackList {
    ir::Failure on = ir::Failure::Any;
    std::string_view key;
    const doc::Node* node = nullptr;  // null: not set
    std::vector<FallbackItem> items;
    std::unordered_map<std::string_view, std::size_t> by_source;
  };
  /// What litellm_params and model_info say of a deployment before the provider is known.
  struct Draft {
    ir::Deployment& deployment;
    ir::Provider& provider;
    Member& member;
    const doc::Entry* model = nullptr;
    const doc::Entry* custom_provider = nullptr;
    std::vector<const doc::Entry*> regions{};
    const doc::Entry* organizations = nullptr;
    const doc::Entry* max_budget = nullptr;
    const doc::Entry* budget_duration = nullptr;
  };
  static constexpr std::size_t kMaxIncludes = 100;

  struct Section {
    std::string_view key;
    std::vector<const doc::Entry*> entries;  // of the top level, one a file
  };

  // read.cpp: files and sections
  [[nodiscard]] const doc::Node* only_root(const doc::Document& document);
  void read_root(const Input& input, const doc::Node& root);
  void read_include(const Input& input, const doc::Entry& include, std::vector<const doc::Entry*>& pending);
  void add_section(const doc::Entry& entry, bool from_include);
  void find_custom_providers();
  void read_sections();
  void read_settings(const Section& section);
  void read_section(const Section& section);
  [[nodiscard]] Entries entries_of(const Section& section);
  [[nodiscard]] const Section* section(std::string_view key) const;

  // read_walk.cpp: keys by the table
  template <class F>
  void walk(const doc::Node& map, Cursor at, const Place& place, F&& take) {
    for (const doc::Entry& e : map.entries()) step(e, at, place, take);
  }
  template <class F>
  void walk(const Entries& entries, Cursor at, const Place& place, F&& take) {
    for (const doc::Entry* e : entries) step(*e, at, place, take);
  }
  /// `take(entry, row, cursor)` gets what the table has as Read; false means a wrong type that was told of.
  template <class F>
  void step(const doc::Entry& e, Cursor at, const Place& place, F&& take) {
    const Cursor child = at.child(e.key->text());
    const KeyRow* row = child.row();
    if (row == nullptr || row->handling != Handling::Read || e.value->is_null()) {
      put_aside(e, at, child, place);
    } else if (!take(e, *row, child)) {
      keep_wrong(e, place);
    }
  }
  [[nodiscard]] bool holds_anchors(const doc::Entry& e, const Place& place);
  void put_aside(const doc::Entry& e, Cursor at, Cursor child, const Place& place);

  // read_intent.cpp: keys without effect, by what their writers expect of them
  [[nodiscard]] bool says(std::string_view section_name, std::string_view key) const;
  void tell_intent(const doc::Entry& e, const Place& place, std::string_view meaning);
  [[nodiscard]] bool honour(const doc::Entry& e, const Place& place);
  [[nodiscard]] bool honour_info(const doc::Entry& e, const doc::Node& params, Draft& draft, const Place& place);

  void keep(const doc::Entry& e, const Place& place, DiagId code, ir::Fate elsewhere, std::string_view advice);
  void keep_wrong(const doc::Entry& e, const Place& place);
  void keep_row(const doc::Entry& e, const KeyRow& row, const Place& place);
  void keep_empty(const doc::Entry& e, const Place& place);
  void keep_inert(const doc::Entry& e, const Place& place);
  void check_kept(const doc::Node& node, Cursor at, std::string_view key, const Place& place);
  void tell_unknown(const doc::Entry& e, Cursor at, const Place& place, bool inert);
  DiagId explain_unknown(const doc::Entry& e, Cursor at, const Place& place, bool inert);
  void shadowed(const doc::Entry& e, std::string_view winner);
  void survey(const doc::Node& node, std::string_view key, bool in_list);
  void survey_merge(const doc::Node& merged);
  void survey_text(const doc::Node& node, bool in_list, std::string_view key);
  /// A mapping with something in it; else the entry is kept as an extra.
  [[nodiscard]] bool is_map(const doc::Entry& e, const Place& place);
  [[nodiscard]] bool is_list(const doc::Entry& e, const Place& place);

  // read_values.cpp: typed values that may come from the environment
  [[nodiscard]] ir::Field<std::string> text(const doc::Node& node, std::string_view what, bool numbers_too = false);
  [[nodiscard]] bool take(const doc::Entry& e, ir::Field<std::string>& into, bool numbers_too = false);
  [[nodiscard]] bool take(const doc::Entry& e, const Place& place, ir::Field<std::int64_t>& into);
  [[nodiscard]] bool take(const doc::Entry& e, const Place& place, ir::Field<ir::Decimal>& into);
  [[nodiscard]] bool take(const doc::Entry& e, const Place& place, ir::Field<bool>& into);
  [[nodiscard]] bool take(const doc::Entry& e, const Place& place, ir::List<std::string>& into,
                          bool scalar_too = false);
  /// Seconds, of which zero counts as not set.
  [[nodiscard]] bool take_time(const doc::Entry& e, const Place& place, ir::Field<ir::Decimal>& into);
  [[nodiscard]] bool from_environment(const doc::Entry& e, const Place& place);
  [[nodiscard]] ir::Value open(const doc::Entry& e) { return kit_.value(*e.value, e.key->text()); }

  // read_models.cpp
  void read_models(const std::vector<const doc::Node*>& lists);
  void read_entry(const doc::Node& entry);
  void drop_entry(const doc::Node& entry, const doc::Node& at, std::string reason);
  void read_params(const doc::Node& params, Draft& draft);
  bool read_param(const doc::Entry& e, const KeyRow& row, Draft& draft, const Place& place);
  bool read_setting(const doc::Entry& e, const KeyRow& row, ir::Settings& settings, const Place& place);
  bool read_limit(const doc::Entry& e, const KeyRow& row, Draft& draft, const Place& place);
  bool read_info(const doc::Entry& e, const KeyRow& row, Draft& draft, const Place& place);
  bool read_price(const doc::Entry& e, ir::Deployment& d, const Place& place);
  bool read_search_prices(const doc::Entry& e, Cursor at, ir::Deployment& d, const Place& place);
  void read_deployment_budget(Draft& draft);
  void add_limit(std::vector<ir::Limit>& limits, ir::Counted counts, ir::Field<ir::Decimal> amount, bool per_key);
  void expand_organizations(const doc::Entry& organizations, std::size_t group);

  // read_provider.cpp
  bool read_provider_key(const doc::Entry& e, Slot slot, ir::Provider& provider,
                         std::vector<const doc::Entry*>& regions, const Place& place);
  void read_model_string(Draft& draft);
  bool add_provider_param(const doc::Entry& e, ir::Provider& provider);
  bool read_headers(const doc::Entry& e, ir::Provider& provider, const Place& place);
  void split_model(const doc::Node& node, Draft& draft);
  void read_set_region(const std::vector<const doc::Entry*>& regions, ir::CredentialSet& set);
  void provider_defaults(ir::Provider& provider);
  bool read_api_version(const doc::Entry& e, ir::Provider& provider);
  void read_credential(const doc::Node& node);
  void read_credential_map(const doc::Entry& e, Cursor at, ir::CredentialSet& set);
  void set_region(const std::vector<const doc::Entry*>& regions, ir::Provider& provider, std::string_view expected_key);

  // read_routes.cpp
  void build_routes();
  [[nodiscard]] ir::NodeId group_plan(Group& group);
  [[nodiscard]] ir::NodeId tier_plan(std::vector<Member*>& tier);
  [[nodiscard]] ir::NodeId member_node(Member& member);
  template <class What>
  [[nodiscard]] ir::NodeId new_node(What what);
  void weigh(std::vector<Member*>& tier);
  void mark_hints();
  void read_fallback_list(const doc::Entry& e, FallbackList& list, const Place& place);
  [[nodiscard]] bool fallback_shape_is_right(const doc::Node& list, std::string_view key);
  void read_default_fallbacks(const doc::Entry& e, const Place& place);
  bool own_edges(std::string_view name, FallbackList& list, std::vector<ir::FallbackEdge>& edges);
  void settle_default_fallbacks();
  void inherited_edges(std::string_view name, std::vector<ir::FallbackEdge>& edges);
  void orphan_fallbacks(FallbackList& list);
  [[nodiscard]] ir::NodeId to_node(const doc::Node& target, const ir::Rule* rule);

  // read_router.cpp
  bool read_router(const doc::Entry& e, const KeyRow& row, Cursor at);
  bool read_shared(const doc::Entry& e, std::string_view section);
  bool read_strategy(const doc::Entry& e, const Place& place);
  bool read_aliases(const doc::Entry& e, Cursor at, const Place& place);
  bool read_failure_counts(const doc::Entry& e, Cursor at, std::string_view suffix, std::vector<ir::FailureCount>& into,
                           const Place& place);
  bool read_group_retries(const doc::Entry& e, Cursor at, const Place& place);
  bool read_named_budgets(const doc::Entry& e, Cursor at, bool tags, const Place& place);
  bool read_default_params(const doc::Entry& e, Cursor at, const Place& place);
  void finish_breaker();
  void router_defaults();

  // read_settings.cpp
  bool read_litellm_setting(const doc::Entry& e, const KeyRow& row, Cursor at);
  bool read_cache(const doc::Entry& e, Cursor at, const Place& place);
  bool read_cache_param(const doc::Entry& e, const Place& place);
  void finish_cache();
  bool read_observers(const doc::Entry& e, const KeyRow& row, std::string_view event, const Place& place);
  bool read_principal_defaults(const doc::Entry& e, Cursor at, std::string_view kind, const Place& place);
  bool principal_default(const doc::Entry& e, std::string_view kind, std::string_view name);
  void finish_global_budget();
  bool read_general(const doc::Entry& e, const KeyRow& row, Cursor at);
  void finish_auth();
  void read_environment(const Entries& entries);
  void read_guardrails(const doc::Node& list);
  bool read_guardrail_param(const doc::Entry& e, ir::Guardrail& guardrail, const Place& place);

  [[nodiscard]] Place top(std::string_view name = {}) { return {&gw_.extras, std::string(name)}; }
  void lay_out(std::string name, std::string_view value);
  [[nodiscard]] bool quiet() const { return context_.proving; }

  ReadContext& context_;
  bool payload_ = false;  // the input at hand was written by gatec for the management API
  ReadKit kit_;
  ir::Gateway& gw_;
  std::vector<Section> sections_;
  std::vector<const doc::Document*> included_;
  std::vector<const doc::Node*> model_lists_, lone_entries_;
  std::vector<Group> groups_;
  std::unordered_map<std::string_view, std::size_t> group_of_;
  std::vector<std::string_view> custom_providers_;  // custom_provider_map
  FallbackList general_{ir::Failure::Any, "fallbacks", nullptr, {}, {}};
  FallbackList context_list_{ir::Failure::ContextWindow, "context_window_fallbacks", nullptr, {}, {}};
  FallbackList content_list_{ir::Failure::ContentPolicy, "content_policy_fallbacks", nullptr, {}, {}};
  const doc::Entry* default_entry_ = nullptr;  // default_fallbacks, or the `"*"` of fallbacks
  std::vector<ir::FallbackEdge> tier_edges_;
  const doc::Entry* allowed_fails_ = nullptr;         // of router_settings
  const doc::Entry* module_allowed_fails_ = nullptr;  // of litellm_settings
  const doc::Entry* max_budget_ = nullptr;
  const doc::Entry* budget_duration_ = nullptr;
  const doc::Entry* cache_switch_ = nullptr;
  bool cache_params_ = false;
  const doc::Entry* custom_auth_ = nullptr;
  const doc::Entry* jwt_ = nullptr;
  std::size_t dropped_ = 0;
};

}  // namespace gatec::targets::litellm
