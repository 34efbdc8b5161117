#pragma once

#include "compiler/ir/resolved.h"
#include "targets/dialect.h"
#include "targets/portkey/tables.h"
#include "targets/write_kit.h"

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace gatec::targets::portkey {

using diagnostics::DiagId;
using doc::Out;
using ledger::Loss;

enum class World : std::uint8_t { Oss, Hosted };

/// Writes routes and plans as config objects. What the world cannot say is given to the ledger as it goes.
class ConfigWriter {
 public:
  ConfigWriter(const ir::Gateway& gateway, WriteContext& context, World world);

  struct Config {
    std::string route;  // empty: serves them all
    Out value;
  };
  /// One config for all routes, or one for each (`portkey.split=route`). Empty when nothing can be written.
  [[nodiscard]] std::vector<Config> write();
  /// Variables that stand in the configs as references.
  [[nodiscard]] const std::set<std::string>& references() const { return references_; }
  [[nodiscard]] const std::set<std::string>& trusted_hosts() const { return hosts_; }
  /// Hosted: the slug under which a deployment's provider is known there. Asked once for each deployment.
  std::function<std::string(const ir::Deployment&)> slug_of;
  /// Hosted: the target of unlisted names, for a strategy that must have a default.
  std::optional<Out> refusing_target;
  /// Hosted: a provider for such a target to name, asked for when all others are written.
  std::function<std::string()> refusing_slug;

  /// Why the deployment that slug_of was asked for cannot be written.
  void refuse_with(Loss why) { static_cast<void>(refuse(std::move(why))); }
  void place_extras(Out& object, const std::vector<ir::Extra>& extras);
  /// Text of a field as a config says it: a value from the environment becomes a reference.
  [[nodiscard]] std::string text(const ir::Field<std::string>& field) { return text_of(field); }
  void add_reference(std::string name) { references_.insert(std::move(name)); }
  [[nodiscard]] std::string spell(const ir::Credential& credential, const void* ir_value, std::string_view hint);
  [[nodiscard]] Out open(const ir::Value& value, std::string_view key);

 private:
  /// What a chain of fallbacks behind a route comes to.
  struct Chain {
    enum class State : std::uint8_t { Unseen, Open, Done } state = State::Unseen;
    bool cyclic = false;
    std::size_t leaves = 0;
    int depth = 0;
  };

  // write_root.cpp
  [[nodiscard]] std::vector<Config> write_routes();
  [[nodiscard]] std::vector<Config> split();
  [[nodiscard]] std::optional<Out> bare(const ir::Route& route);
  [[nodiscard]] std::optional<Out> conditional();
  void add_condition(Out& conditions, std::string_view op, std::string_view text, std::string_view then);
  [[nodiscard]] std::unordered_set<std::string_view> copied_routes() const;
  [[nodiscard]] std::string target_name(const ir::Route& route);
  void add_no_aliases();
  void add_aliases(const std::map<std::string, std::string, std::less<>>& names, Out& conditions);
  void add_default(const ir::Route& route, Out& targets, Out& strategy,
                   const std::map<std::string, std::string, std::less<>>& names);
  [[nodiscard]] const std::optional<Out>& route_target(std::size_t index);
  void lose_route(const ir::Route& route);
  void judge_kind(const ir::Route& route);
  void expand(const ir::Value& value);

  // write_plan.cpp
  [[nodiscard]] std::optional<Out> write_node(ir::NodeId id, const ir::Field<std::string>* label);
  [[nodiscard]] std::optional<Out> write_balance(const ir::PlanNode& node, const ir::Balance& balance, Out object);
  [[nodiscard]] std::optional<Out> write_fallback(const ir::PlanNode& node, const ir::Fallback& fallback, Out object);
  [[nodiscard]] std::optional<Out> write_fallback_edge(const ir::FallbackEdge& edge);
  [[nodiscard]] std::optional<Out> write_copy(const ir::To& to, const void* edge);
  [[nodiscard]] std::optional<Out> write_primary(const ir::Route& route, const ir::PlanNode& plan,
                                                 const ir::Fallback& fallback);
  std::optional<Out> write_own_copy(const ir::Route& route, const ir::PlanNode& plan, ir::NodeId node);
  [[nodiscard]] std::optional<Out> write_switch(const ir::PlanNode& node, const ir::Switch& choice, Out object);
  [[nodiscard]] bool add_case_target(Out& targets, ir::NodeId node, const ir::Field<std::string>& label,
                                     std::string& name);
  [[nodiscard]] Out condition_out(const ir::Condition& condition);
  [[nodiscard]] const Chain& chain_of(std::size_t route);
  void measure(ir::NodeId id, Chain& chain);
  [[nodiscard]] int chain_limit() const;

  // write_leaf.cpp
  [[nodiscard]] std::optional<Out> write_leaf(const ir::PlanNode& node, const ir::Deployment& deployment, Out object);
  [[nodiscard]] bool write_oss_provider(Out& object, const ir::Deployment& deployment, const ir::Provider& provider);
  [[nodiscard]] bool write_named_provider(Out& object, const ir::Deployment& deployment, const ir::Provider& provider,
                                          std::string& model_prefix);
  [[nodiscard]] bool is_declared(const ir::Provider& provider) const;
  void write_guessed_provider(Out& object, const ir::Provider& provider);
  void write_endpoint(Out& object, const ir::Provider& provider, const ir::ResolvedProvider& r, std::string_view kind,
                      bool as_openai);
  void judge_address(const std::string& url, const ir::Field<std::string>& address);
  void write_vertex_place(Out& object);
  void write_key(Out& object, const ir::ResolvedProvider& r, std::string_view kind);
  void write_provider_params(Out& object, const ir::ResolvedProvider& r, std::string_view kind);
  void write_model(Out& object, const ir::Deployment& deployment, std::string_view prefix, std::string_view kind);
  [[nodiscard]] std::string text_of(const ir::Field<std::string>& field);
  void lose_deployment(const ir::Deployment& deployment);
  [[nodiscard]] bool refuse(Loss why);

  // write_settings.cpp
  void write_settings(Out& object);
  void write_retry(Out& object);
  void write_timeout(Out& object);
  void write_cache(Out& object);
  void write_params(Out& object);
  void write_guardrails(Out& object);
  void write_breaker(Out& object);
  void lose_settings(const ir::Settings& settings);
  template <class Pick>
  [[nodiscard]] auto own(Pick pick) const;
  template <class Pick>
  [[nodiscard]] auto any(Pick pick) const;

  // write_losses.cpp
  void lose_gateway();
  void find_shares();
  [[nodiscard]] std::string share_of(const ir::Limit& limit);
  void lose_all(const ir::Settings& settings);
  template <class T>
  void lose(const T* value, Loss loss) {
    if (loss.fate == ir::Fate::Approximated) approximated_.push_back(value);
    context_.ledger.lose(value, std::move(loss));
  }
  /// A member of a plan that is not written at all.
  void leave_out(const void* member, Loss loss) {
    loss.gone = true;
    lose(member, std::move(loss));
  }
  void soften_losses();
  /// The deployment at hand holds more there than in the source.
  void admit(std::string field, std::string reason) {
    context_.ledger.admit_within(at_, std::move(field), std::move(reason));
  }
  /// Of a field or list that is there; few are, so most losses are given by what makes them.
  template <class Value, class Make>
  void lose_if(const Value& value, Make&& loss) {
    if (value.absent()) return;
    if constexpr (std::is_invocable_v<Make>) {
      lose(&value, loss());
    } else {
      lose(&value, Loss(std::forward<Make>(loss)));
    }
  }
  template <class Value>
  void lose_if(const Value& value, Loss loss) {
    if (!value.absent()) lose(&value, std::move(loss));
  }
  void settle(const ir::Origin& origin, ir::Fate fate, DiagId code, const std::string& reason);

  // write_extras.cpp
  void put_config_extras(Out& config);
  void put_extras(Out& object, const std::vector<ir::Extra>& extras);

  [[nodiscard]] bool oss() const { return world_ == World::Oss; }
  [[nodiscard]] bool same() const { return context_.same_dialect; }
  /// Puts a segment onto the path while it lives.
  struct Step {
    Step(std::string& text, std::string_view segment) : path(text), size(text.size()) {
      if (!path.empty()) path += '.';
      path += segment;
    }
    Step(std::string& text, std::string_view segment, std::size_t index) : Step(text, segment) {
      ((path += '[') += std::to_string(index)) += ']';
    }
    ~Step() { path.resize(size); }
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;
    std::string& path;
    std::size_t size;
  };

  const ir::Gateway& gateway_;
  WriteContext& context_;
  World world_;
  CredentialSpeller speller_;
  std::set<std::string> references_;
  std::set<std::string> hosts_;             // that the gateway takes where its environment lists them
  std::vector<const ir::Settings*> chain_;  // the gateway's own first
  std::size_t emitted_ = 0;                 // so many links of the chain stand on objects further up
  const ir::Deployment* at_ = nullptr;
  int copies_ = 0;                     // of routes within routes, that are being written
  bool split_ = false;                 // each route has a config of its own
  std::string path_;                   // of the IR value at hand, as compare/ spells it
  std::string_view requested_;         // name or pattern of the route at hand
  std::vector<std::string> captures_;  // what a pattern's stars stand for in an inlined copy
  bool filled_ = false;                // captures_ count
  Loss why_;                           // of the last thing that could not be written
  std::unordered_map<std::string_view, std::size_t> route_index_;
  std::unordered_map<std::string_view, const ir::Alias*> alias_index_;
  std::vector<std::optional<std::optional<Out>>> targets_;
  std::vector<Chain> chains_;
  int measuring_ = 0;
  struct Share {
    const ir::Decimal* weight;
    ir::Decimal sum;
  };
  std::unordered_map<std::uint32_t, Share> shares_;  // leaf → what a weight made of it says of its group
  bool left_out_ = false;                            // some part of a plan could not be written
  std::vector<const void*> approximated_;
  std::map<std::string, const ir::Provider*, std::less<>> declared_;  // objects of the control plane by slug
  std::map<std::string, std::string, std::less<>> spelt_;             // slug → "virtual_key" or "model"
};

template <class Pick>
auto ConfigWriter::own(Pick pick) const {
  using M = std::remove_cvref_t<decltype(pick(*chain_.front()))>;
  for (std::size_t i = chain_.size(); i-- > emitted_;) {
    const M& m = pick(*chain_[i]);
    if (m.state != ir::State::Absent) return &m;
  }
  return static_cast<const M*>(nullptr);
}
template <class Pick>
auto ConfigWriter::any(Pick pick) const {
  using M = std::remove_cvref_t<decltype(pick(*chain_.front()))>;
  for (std::size_t i = chain_.size(); i-- > 0;) {
    const M& m = pick(*chain_[i]);
    if (m.state != ir::State::Absent) return &m;
  }
  return static_cast<const M*>(nullptr);
}

}  // namespace gatec::targets::portkey
