#pragma once

#include "targets/body_reader.h"
#include "targets/llmgateway/llmgateway.h"
#include "targets/llmgateway/objects.h"

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gatec::targets::llmgateway {

using diagnostics::DiagId;
using doc::Entry;
using Cursor = KeyTable::Cursor;

class Reader final : private BodyReader {
 public:
  Reader(ReadContext& context, ir::Gateway& gateway);
  void read_all(std::span<const Input> inputs);

 private:
  enum class From : std::uint8_t { Row, Env, Made };
  /// A credential that a model may be reached with; one for each of the IR's providers, in their order.
  struct Key {
    std::string provider;  // id as written; of a custom one its name
    From from = From::Row;
    bool custom = false, active = true;
    std::string prefix;  // of Bedrock's models
    std::int64_t order = 0;
    const Node* node = nullptr;
    std::vector<std::string> models;  // allowed; empty = all
    bool used = false;
  };
  struct CustomModel {
    std::string provider, name;
    const Node* node = nullptr;
    bool used = false;
  };
  struct Named {
    std::map<std::string, std::size_t, std::less<>> index;  // → principals
    void add(const Node& node, std::string_view name, std::size_t at);
  };

  // read.cpp
  void gather(const Input& input);
  void read_bundle(const Node& node);
  void defaults();
  [[nodiscard]] std::vector<Object> all(Entity entity) const;
  void keep_object(const Object& object, DiagId code, ir::Fate elsewhere, std::string_view advice);

  // read_env.cpp
  void read_environment();
  void read_pools();
  void read_milliseconds(const Node& node, std::string_view name);

  // read_keys.cpp
  void read_provider_key(const Object& object);
  [[nodiscard]] std::string free_variable(const Key& key) const;
  void read_options(const Node& node, Key& key, ir::Provider& provider);
  void set_url(std::string_view text, ir::Origin from, std::string_view kind, ir::Provider& provider);
  void set_address(ir::Field<std::string>& url, std::string_view text, ir::Origin from, std::string_view kind);
  void set_resource(ir::Provider& provider, std::string_view text, ir::Origin from);
  void read_custom_model(const Object& object);
  [[nodiscard]] std::vector<std::size_t> keys_of(std::string_view provider, std::string_view model) const;
  std::size_t made_key(std::string_view provider, bool known, const Node* node);
  void describe_model(std::string_view provider, std::string_view model, ir::Deployment& deployment);

  // read_routes.cpp
  void read_models();
  void read_model(const Object& object);
  void read_dynamic(const Object& object);
  [[nodiscard]] ir::NodeId target(std::string_view text, const Node* providers, const ir::Origin& from, const Node& at,
                                  bool& root_id);
  [[nodiscard]] ir::NodeId pinned(std::string_view provider, std::string_view model, const ir::Origin& from,
                                  const Node& at);
  [[nodiscard]] ir::NodeId use(std::size_t key, std::string_view model, const ir::Origin& from);
  [[nodiscard]] std::optional<ir::NodeId> graph_node(const Node& graph, std::string_view id, ir::Origin& spine,
                                                     int depth);
  [[nodiscard]] std::optional<ir::NodeId> model_node(const Node& node, ir::Origin from);
  [[nodiscard]] std::optional<ir::NodeId> percentage_node(const Node& graph, const Node& node, ir::Origin from,
                                                          int depth);
  [[nodiscard]] std::optional<ir::NodeId> conditional_node(const Node& graph, const Node& node, ir::Origin from,
                                                           int depth);
  void offered_routes();
  void note_roots(std::string_view route, ir::NodeId id);

  // read_people.cpp
  void read_organization(const Object& object);
  void read_project(const Object& object);
  void read_team(const Object& object);
  void read_member(const Object& object);
  void read_api_key(const Object& object);
  void read_rate_limit(const Object& object);
  void read_rules(const Node& node, ir::Principal& principal);
  [[nodiscard]] bool read_rule(const Node& node, ir::Principal& principal);
  void allow(const Node& list, ir::Principal& principal, const ir::Origin& around);
  [[nodiscard]] bool money(const Node& node, std::string_view what, ir::Field<base::Decimal>& into);
  void finish_budgets(ir::Principal& principal, ir::Field<base::Decimal> lifetime, ir::Field<base::Decimal> amount,
                      const Node* value, const Node* unit);
  void cache_of_projects();

  Snapshot snapshot_ = Snapshot::U26;
  std::vector<Object> objects_;
  std::vector<const Entry*> env_;
  std::vector<Key> keys_;
  std::vector<CustomModel> custom_models_;
  std::map<std::string, const Object*, std::less<>> dynamic_;  // by name
  std::set<std::string, std::less<>> inlined_;                 // dynamic routes that an entry of the map leads to
  std::string mode_ = "hybrid";
  Named projects_, teams_, members_;
  struct Caching {
    const Node* enabled;
    const Node* seconds;
    std::size_t principal;
  };
  std::vector<Caching> caching_;
  std::map<std::string, std::vector<std::string>, std::less<>> roots_;  // route → ids of its models, in order
  std::map<Entity, std::size_t> kept_;
  bool has_map_ = false;
};

namespace rules {
inline constexpr std::string_view kPage = "docs/dialects/llmgateway.md";
inline constexpr ir::Rule kCustomKind{"llmgateway.custom-kind",
                                      "a custom provider is an OpenAI-compatible server, told by its host", kPage};
inline constexpr ir::Rule kMasked{"llmgateway.masked", "the API shows no token: it is taken from a variable", kPage};
inline constexpr ir::Rule kOffered{"llmgateway.offered",
                                   "every model of a provider with a key can be asked for as PROVIDER/MODEL", kPage};
inline constexpr ir::Rule kScore{
    "llmgateway.score", "a model without a prefix goes to the provider with the best score of price, uptime and speed",
    kPage};
inline constexpr ir::Rule kRoundRobin{"llmgateway.round-robin",
                                      "keys of one variable of the environment are used in turn", kPage};
inline constexpr ir::Rule kSortOrder{
    "llmgateway.sort-order", "of several keys of a provider the first is used, the others when it fails", kPage};
inline constexpr ir::Rule kShares{"llmgateway.shares", "a percentage node draws by weight", kPage};
inline constexpr ir::Rule kLifetime{"llmgateway.lifetime", "a usage limit never starts anew", kPage};
inline constexpr ir::Rule kPeriod{"llmgateway.period", "a period opens at the first use after the last one has ended",
                                  kPage};
inline constexpr ir::Rule kAuth{"llmgateway.auth", "every request needs an API key", kPage};
inline constexpr ir::Rule kRetries{"llmgateway.retries",
                                   "a failed request is tried twice more, at other providers of the model", kPage};
inline constexpr ir::Rule kCacheTtl{"llmgateway.cache-seconds", "answers are kept for 60 seconds", kPage};
inline constexpr ir::Rule kExact{"llmgateway.cache-exact", "the cache answers equal requests", kPage};
inline constexpr ir::Rule kAzureType{"llmgateway.azure-type", "Azure is AI Foundry unless told otherwise", kPage};
inline constexpr ir::Rule kMinute{"llmgateway.minute", "rates count the last 60 seconds", kPage};
}  // namespace rules

}  // namespace gatec::targets::llmgateway
