#pragma once

#include "targets/ferro/ferro.h"
#include "targets/ferro/tables.h"
#include "targets/read_kit.h"

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace gatec::targets::ferro {

using diagnostics::DiagId;
using doc::Entry;
using doc::Node;

/// Page sections are those of docs/dialects/ferro.md.
namespace rules {
using ir::Rule;
inline constexpr Rule kCatalogue{"ferro.catalogue", "every model of a target's provider can be asked for by its id",
                                 "2.2"};
inline constexpr Rule kRetries{"ferro.retries", "a failed call is not tried again", "1.5"};
inline constexpr Rule kSameTarget{"ferro.same-target", "a retry goes to the same target", "2.4"};
inline constexpr Rule kRetryAfter{"ferro.retry-after", "a Retry-After header of up to 30 seconds is honoured", "2.4"};
inline constexpr Rule kOnFailure{"ferro.failover", "a failed call goes on to the next target that owns the model",
                                 "2.3"};
inline constexpr Rule kOnFailureStop{"ferro.no-failover", "the failure of the chosen target is the answer", "2.3"};
inline constexpr Rule kNoWeight{"ferro.no-weight", "a target without weight has no share", "2.3"};
inline constexpr Rule kKeyEnv{"ferro.key-env", "the key is read from the provider's own variable", "1.9"};
inline constexpr Rule kBreakerFailures{"ferro.breaker-failures", "a circuit opens after 5 consecutive failures", "1.5"};
inline constexpr Rule kBreakerCooldown{"ferro.breaker-timeout", "an open circuit is probed after 30 seconds", "1.5"};
inline constexpr Rule kHiddenRate{"ferro.hidden-rate",
                                  "a rate limit counts 100 requests a second unless told otherwise", "1.6"};
inline constexpr Rule kBurst{"ferro.burst", "a bucket holds one interval's worth", "2.7"};
inline constexpr Rule kBucket{"ferro.bucket", "rates are token buckets in the memory of each process", "2.7"};
inline constexpr Rule kPerKey{"ferro.per-key", "counted for each API key", "2.7"};
inline constexpr Rule kPerUser{"ferro.per-user", "counted for each `user` that callers send", "2.7"};
inline constexpr Rule kLifetime{"ferro.lifetime", "spend is forgotten only when the process restarts", "2.8"};
inline constexpr Rule kCache{"ferro.cache", "equal requests of one key are answered from memory", "2.9"};
inline constexpr Rule kCacheAge{"ferro.cache-age", "an answer is kept for 300 seconds", "1.6"};
inline constexpr Rule kAuth{"ferro.auth", "every call needs a bearer key", "2.9"};
inline constexpr Rule kSingle{"ferro.single", "only the first target is called", "2.3"};
inline constexpr Rule kPinned{"ferro.pinned", "chat on azure-openai goes to the one deployment of the environment",
                              "1.9"};
inline constexpr Rule kDefaultTarget{"ferro.first-target", "what no condition names goes to the first target", "2.3"};
}  // namespace rules

/// Where a key that has no place in the IR is kept.
struct Place {
  std::vector<ir::Extra>* extras = nullptr;
  std::string section;
  [[nodiscard]] Place below(std::string_view key) const;
};

class Reader {
 public:
  Reader(ReadContext& context, ir::Gateway& gateway);
  void read(std::span<const Input> inputs);

 private:
  using Cursor = KeyTable::Cursor;
  struct Model {
    std::string id;
    ir::Origin from;
  };
  /// One provider of the config; entries of the same one are merged.
  struct Target {
    std::string key;
    std::size_t provider = 0;
    ir::Settings settings;
    ir::Field<base::Decimal> weight;
    std::vector<Model> models;
    const Node* node = nullptr;
  };
  struct Condition {
    bool prefix = false;
    std::string value;
    std::size_t target = 0;
    ir::Origin from;
  };
  struct Variant {
    std::size_t target = 0;
    ir::Field<base::Decimal> weight;
    ir::Field<std::string> label;
  };
  /// A provider of the guides' blocks.
  struct Guide {
    std::string_view key, provider;
    const Node* node = nullptr;
    bool used = false;
  };
  /// An entry of `plugins` that works, with those that repeat it at other stages.
  struct PluginGroup {
    const Plugin* plugin = nullptr;
    std::vector<const Node*> entries;
  };

  // read.cpp
  void gather(const Input& input);
  void settle_lost(const Node& node);
  void read_root(const Node& root);
  void read_strategy_mode();
  void read_aliases(const Entry& e);
  void read_compatibility(const Entry& e);
  void read_rest(const Entry& e, std::string_view key);
  void defaults();

  // read_targets.cpp
  void read_targets(const Node& list);
  void read_target(const Node& node);
  void read_target_keys(const Node& node, Target& target, const Place& place);
  void read_models(const Entry& e, Target& target, const Place& place);
  void read_retry(const Entry& e, Target& target, const Place& place);
  void read_breaker(const Entry& e, Target& target, const Place& place);
  void read_concurrency(const Entry& e, Target& target, const Place& place);
  [[nodiscard]] Target* target_named(std::string_view key);
  [[nodiscard]] std::size_t index_of(const Target& target) const {
    return static_cast<std::size_t>(&target - targets_.data());
  }

  // read_routes.cpp
  void read_strategy();
  void read_conditions(const Entry& e, const Place& place);
  void read_variants(const Entry& e, const Place& place);
  void build_routes();
  void add_route(std::string name, ir::Origin from, ir::RouteKind kind, ir::NodeId plan);
  [[nodiscard]] ir::NodeId use(std::size_t target, const std::string& model, const ir::Origin& from);
  [[nodiscard]] ir::NodeId plan_of(const std::vector<std::size_t>& owners, const std::string& model,
                                   const ir::Origin& from);
  [[nodiscard]] ir::NodeId balance_of(const std::vector<std::size_t>& owners, const std::string& model,
                                      const ir::Origin& from);
  [[nodiscard]] std::vector<std::size_t> owners_of(std::string_view model) const;
  [[nodiscard]] std::vector<std::size_t> likely_owners_of(std::string_view model) const;
  [[nodiscard]] const Condition* condition_for(std::string_view model) const;
  template <class What>
  ir::NodeId node(What what) {
    gw_.nodes.emplace_back().what = std::move(what);
    return ir::NodeId{static_cast<std::uint32_t>(gw_.nodes.size() - 1)};
  }

  // read_plugins.cpp
  void read_plugins(const Node& list);
  void read_plugin(const PluginGroup& group);
  void read_rate_limit(const PluginGroup& group);
  void read_budget(const PluginGroup& group);
  void read_cache(const PluginGroup& group);
  void read_guardrail(const PluginGroup& group);
  void read_logger(const PluginGroup& group);
  [[nodiscard]] bool read_flat_plugin(const Node& entry);
  void keep_element(std::vector<ir::Extra>& extras, const std::string& section, const doc::Node& element,
                    diagnostics::DiagId code);
  void keep_plugin(const Node& entry, std::size_t index, DiagId code, ir::Fate elsewhere, std::string_view advice);
  [[nodiscard]] ir::Origin scaffold(const PluginGroup& group, std::initializer_list<std::string_view> keys) const;
  [[nodiscard]] ir::Origin origin_in(const PluginGroup& group, std::string_view key) const;
  template <class F>
  void each_setting(const PluginGroup& group, F f);

  // read_env.cpp
  void read_environment();
  void read_variable(const Variable& variable, const Entry& e);
  void read_process(const Entry& e);
  void default_keys();
  [[nodiscard]] ir::Credential credential_of(const Node& node, std::string_view variable);
  [[nodiscard]] ir::Field<std::string> text_of(const Node& node);
  [[nodiscard]] Target* target_of(std::string_view provider);

  // read_guide.cpp
  void read_guides(const Node& root);
  void read_guide_block(const Entry& e);
  void use_guide(const Guide& guide, Target& target);
  void read_unused_guides();
  void read_server(const Entry& e);

  // read_values.cpp
  template <class F>
  void walk(const Node& map, Cursor at, const Place& place, F f) {
    for (const Entry& e : map.entries()) {
      std::string folded;
      const std::string_view key = key_of(e, at, folded);
      if (!known(e, key, at, place)) continue;
      if (!f(e, key)) keep_wrong(e, key, place);
    }
  }
  [[nodiscard]] std::string_view key_of(const Entry& e, Cursor at, std::string& folded);
  [[nodiscard]] bool known(const Entry& e, std::string_view key, Cursor at, const Place& place);
  void tell_unknown(const Entry& e, Cursor at, const Place& place);
  void keep(const Entry& e, std::string_view key, const Place& place, DiagId code, ir::Fate elsewhere,
            std::string_view advice);
  void keep_wrong(const Entry& e, std::string_view key, const Place& place);
  void keep_row(const Entry& e, std::string_view key, Cursor at, const Place& place);
  void check_kept(const Node& node, Cursor at, std::string_view key);
  [[nodiscard]] bool is_map(const Entry& e, std::string_view key, const Place& place);
  [[nodiscard]] bool is_list(const Entry& e, std::string_view key, const Place& place);
  [[nodiscard]] ir::Field<std::string> text(const Node& node, std::string_view what);
  [[nodiscard]] ir::Field<std::int64_t> integer(const Node& node, std::string_view what);
  [[nodiscard]] ir::Field<base::Decimal> number(const Node& node, std::string_view what);
  [[nodiscard]] ir::Field<base::Decimal> duration(const Node& node, std::string_view what);
  template <class... Notes>
  void report(DiagId code, source::Span span, std::string message, Notes... notes) {
    if (context_.proving) return;
    auto told = context_.sink.report(code, span, std::move(message));
    (told.note(std::string(notes)), ...);
  }
  void settle(const Node& node, ir::Fate fate, DiagId code, const std::string& reason) {
    context_.ledger.settle(node, fate, code, reason);
  }
  void lay_out(std::string name, ir::Value value) { gw_.layout.push_back({std::move(name), std::move(value)}); }
  [[nodiscard]] Place top(std::string_view section = {}) { return {&gw_.extras, std::string(section)}; }

  ReadContext& context_;
  ReadKit kit_;
  ir::Gateway& gw_;
  const Node* root_ = nullptr;
  bool json_ = false;
  std::vector<const Entry*> env_;
  const Node* strategy_ = nullptr;
  Mode mode_ = Mode::Single;
  ir::Origin mode_from_;
  bool open_catalogue_ = true;
  bool open_ = false;  // nobody needs a key
  std::vector<Target> targets_;
  std::vector<Condition> conditions_;
  std::vector<Variant> variants_;
  std::vector<Guide> guides_;
  struct AliasEntry {
    std::string name;
    const Node* node;
    ir::Origin from;
  };
  std::vector<AliasEntry> aliases_;
  ir::Field<std::string> azure_deployment_;
  const Entry* azure_entry_ = nullptr;
  std::size_t dropped_ = 0;
};

}  // namespace gatec::targets::ferro
