#pragma once

#include "targets/dialect.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace gatec::targets::litellm {

using diagnostics::DiagId;

/// One entry of `model_list`, null where a part is absent or of another kind.
struct ModelEntry {
  const doc::Node* node = nullptr;
  const doc::Node* name = nullptr;    // model_name, a string
  const doc::Node* params = nullptr;  // litellm_params, a mapping
  const doc::Node* info = nullptr;
  std::string_view group;
  std::string_view model;  // litellm_params.model
  /// In litellm_params, else beside it (rpm and tpm may stand there).
  [[nodiscard]] const doc::Node* param(std::string_view key) const;
};

/// One config file among the inputs, by section; null where a section is absent or no mapping.
struct ConfigFile {
  const doc::Node* root = nullptr;
  const doc::Node *litellm = nullptr, *router = nullptr, *general = nullptr, *environment = nullptr;
  std::vector<ModelEntry> models;
  /// More than a snippet: it has models and says how the proxy runs, and no part of it stands elsewhere.
  bool whole = false;

  /// A setting that both sections take; router_settings comes first (docs/dialects/litellm.md §1.7).
  [[nodiscard]] const doc::Node* shared(std::string_view key) const;
  [[nodiscard]] bool sets_environment(std::string_view name) const;
};

/// LiteLLM's own rules over all inputs, split over check_*.cpp by family.
class Checker {
 public:
  Checker(std::span<const Input> inputs, const ir::Gateway& gateway, ReadContext& context);
  void run();

 private:
  using Builder = diagnostics::Sink::Builder;

  // check_models.cpp
  void check_models(const ConfigFile& file);
  void price_of(const doc::Entry& entry, bool in_info);
  void zero_cost(const ModelEntry& entry);
  void captures(const ModelEntry& entry);
  void overlapping_patterns(const ConfigFile& file);
  void base_models(const ConfigFile& file);
  void api_bases(const ConfigFile& file);
  void ids(const ConfigFile& file);
  void credentials(const ConfigFile& file);

  // check_groups.cpp
  void check_groups(const ConfigFile& file);
  void shuffle_weights(const std::vector<const ModelEntry*>& tier);
  void rpm_not_enforced(const ConfigFile& file);
  void windows_without_prechecks(const ConfigFile& file);
  void tags(const ConfigFile& file);

  // check_allowed.cpp
  void allowed_models();

  // check_router.cpp
  void check_router(const ConfigFile& file);
  void allowed_fails(const ConfigFile& file);
  void timeouts(const ConfigFile& file);
  void retries(const ConfigFile& file);
  void own_fallback_lists(const ConfigFile& file, std::string_view key);
  void smaller_windows(const ConfigFile& file);
  void redis(const ConfigFile& file);

  // check_server.cpp
  void check_server(const ConfigFile& file);
  void master_key(const ConfigFile& file);
  void database(const ConfigFile& file);
  void enterprise(const ConfigFile& file);
  void cache(const ConfigFile& file);

  // check_guardrails.cpp
  void check_guardrails(const ConfigFile& file);
  void guardrail_kind(const doc::Node& kind, bool has_mode);
  void guardrail_modes(const doc::Node& mode);
  void guardrail_mode(const doc::Node& mode);
  void policies(const ConfigFile& file);
  void callbacks(const ConfigFile& file);

  // check_budgets.cpp: budgets and periods of a config file
  void check_budgets(const ConfigFile& file);
  void proxy_budget(const ConfigFile& file);
  void key_defaults(const ConfigFile& file);
  void provider_budgets(const ConfigFile& file);
  void unused_provider_budgets(const doc::Node& config);
  void priorities(const ConfigFile& file);
  void zero_budget(const doc::Node& amount, std::string_view meaning);
  void length_duration(const doc::Node& node);
  void length_duration(std::string_view text, source::Span span);
  void reset_duration(const doc::Node& node);
  void reset_duration(std::string_view text, source::Span span);

  // check_principals.cpp: keys, teams, users and what holds them together
  void check_principals();
  void principal(const ir::Principal& p);
  void own_budgets(const ir::Principal& p);
  void parents();
  void guarantees(const ir::Principal& team, std::span<const ir::Principal* const> keys);
  void model_names(const ir::Principal& p);

  Builder report(DiagId id, source::Span span, std::string message) {
    return context_.sink.report(id, span, std::move(message));
  }
  /// Of the first leaf; points nowhere for defaults.
  [[nodiscard]] source::Span span_of(const ir::Origin& from) const;
  /// Of the key of this name that the first leaf stands under; else as span_of.
  [[nodiscard]] source::Span key_span_of(const ir::Origin& from, std::string_view key) const;
  /// What a scalar is to be replaced by, quoted as it is now.
  [[nodiscard]] std::string rewritten(source::Span scalar, std::string_view text) const;
  /// Whether a request may name the model: a group, a pattern or an alias.
  [[nodiscard]] bool is_requested(std::string_view model);
  [[nodiscard]] std::optional<std::string_view> nearest_model(std::string_view model);

  std::span<const Input> inputs_;
  const ir::Gateway& gateway_;
  ReadContext& context_;
  std::vector<ConfigFile> files_;
  bool uses_budgets_ = false;
  /// A leaf and the two nearest keys that it stands under.
  struct Place {
    const doc::Node *leaf, *key, *outer_key;
  };
  [[nodiscard]] const Place* place_of(const ir::Origin& from) const;
  void collect_places(const doc::Node& node, const doc::Node* key, const doc::Node* outer_key) const;
  mutable std::unordered_map<std::uint32_t, Place> places_;  // by leaf, made at the first use
  // made at the first use
  std::unordered_set<std::string_view> requested_;
  std::vector<std::string_view> patterns_, route_names_;
  std::unordered_map<std::string_view, std::optional<std::string_view>> nearest_;
};

/// The exact value of a number, also of one in quotes.
[[nodiscard]] std::optional<base::Decimal> number_of(const doc::Node* node);
[[nodiscard]] bool is_true(const doc::Node* node);
/// The key node of an entry of a mapping; null when absent.
[[nodiscard]] const doc::Node* key_node(const doc::Node* mapping, std::string_view key);
[[nodiscard]] const doc::Node* get(const doc::Node* mapping, std::string_view key);
/// Whether a pattern of model names takes the name (docs/dialects/litellm.md §3.5).
[[nodiscard]] bool pattern_takes(std::string_view pattern, std::string_view name);

}  // namespace gatec::targets::litellm
