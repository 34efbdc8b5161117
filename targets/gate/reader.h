#pragma once

#include "compiler/ir/describe.h"
#include "targets/dialect.h"
#include "targets/gate/words.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

namespace gatec::targets::gate {

using diagnostics::DiagId;
using doc::Node;
using ir::Field;
using ir::Origin;

/// Makes the IR of an evaluated program. Structs are read by their description (compiler/ir/describe.h), so that every
/// field that the IR has can be said; what people write often has shorter forms beside it.
class Reader {
 public:
  Reader(ReadContext& context, ir::Gateway& gateway) : context_(context), gateway_(gateway) {}
  void read(const doc::Document& document);
  void settle_rest(const doc::Document& document);

 private:
  /// How a value is meant: its tag.
  struct Tag {
    std::string_view kind, rule;
    bool soft = false;
  };
  [[nodiscard]] static Tag tag(const Node& node);
  [[nodiscard]] Origin origin(const Node& node);
  void take(const Node& node);
  void take_all(const Node& node);
  void wrong(const Node& node, std::string_view what, std::string_view expected);
  void unknown(const doc::Entry& entry, std::vector<std::string_view> known, std::string_view where);

  // scalars
  [[nodiscard]] std::optional<ir::Decimal> decimal(const Node& node) const;
  [[nodiscard]] static std::string text(const Node& node);
  bool scalar(const Node& node, std::string& out, std::string_view what);
  bool scalar(const Node& node, bool& out, std::string_view what);
  bool scalar(const Node& node, std::int64_t& out, std::string_view what);
  bool scalar(const Node& node, ir::Decimal& out, std::string_view what);
  bool scalar(const Node& node, ir::Credential& out, std::string_view what);
  bool scalar(const Node& node, ir::Window& out, std::string_view what);
  bool scalar(const Node& node, ir::Policy& out, std::string_view what);
  bool scalar(const Node& node, ir::OnFailure& out, std::string_view what);
  bool scalar(const Node& node, ir::AuthMode& out, std::string_view what);
  template <class E, std::size_t N, class Name>
  bool enumerated(const Node& node, E& out, const std::array<E, N>& all, Name name, std::string_view what);
  [[nodiscard]] ir::Value value(const Node& node, std::string_view key);
  [[nodiscard]] ir::Credential credential(const Node& node);

  // members
  template <class T>
  void any(const Node& node, Field<T>& field, std::string_view what);
  template <class T>
  void any(const Node& node, ir::List<T>& list, std::string_view what);
  void any(const Node& node, std::vector<ir::Param>& params, std::string_view what);
  void any(const Node& node, std::vector<ir::ProviderParam>& params, std::string_view what);
  void any(const Node& node, std::vector<ir::FailureCount>& counts, std::string_view what);
  void any(const Node& node, std::vector<ir::Price>& prices, std::string_view what);
  void any(const Node& node, std::vector<ir::Limit>& limits, std::string_view what);
  void any(const Node& node, std::vector<ir::Budget>& budgets, std::string_view what);
  void any(const Node& node, std::vector<ir::Alias>& aliases, std::string_view what);
  void any(const Node& node, std::vector<ir::Value>& values, std::string_view what);
  template <class T>
  void any(const Node& node, std::vector<T>& other, std::string_view what);
  void any(const Node& node, ir::Retry& retry, std::string_view what);
  void any(const Node& node, ir::Timeouts& timeouts, std::string_view what);
  template <ir::Described T>
  void any(const Node& node, T& value, std::string_view what);
  template <class T>
  bool member(const doc::Entry& entry, T& value);
  template <class T>
  static void names_of(std::vector<std::string_view>& names);
  bool setting(const doc::Entry& entry, ir::Settings& settings);
  bool limits(const doc::Entry& entry, std::vector<ir::Limit>& limits, std::vector<ir::Budget>& budgets);
  bool extras(const doc::Entry& entry, std::vector<ir::Extra>& extras);
  void limit(const Node& node, std::vector<ir::Limit>& limits, bool hint);
  void budget(const Node& node, std::vector<ir::Budget>& budgets);
  struct Amount {
    ir::Decimal number;
    ir::Counted counts;
    std::optional<ir::Window> window;
  };
  [[nodiscard]] std::optional<Amount> amount(const Node& node) const;
  template <class F>
  static void each_body(const Node& node, F f);
  [[nodiscard]] static bool is_blocks(const Node& node);
  template <class Other>
  void provider_members(const Node& body, ir::Provider& provider, Other rest);

  // entities
  void top(const doc::Entry& entry);
  void provider(const Node& body);
  void credential_set(const Node& body);
  void route(const Node& body, ir::RouteKind kind);
  void principal(const Node& body, const PrincipalWord& kind, const ir::Principal* around);
  void guardrail(const Node& body);
  void routing(const Node& node);

  // plans
  struct Child {
    ir::NodeId node;
    Field<ir::Decimal> weight;
    Field<std::int64_t> order;
    Field<std::string> label;
    ir::Failure on = ir::Failure::Any;
  };
  struct Plan {
    ir::NodeId root;
    Child edge;  // what the body says of itself as a member
  };
  /// Takes an entry that is neither of the plan nor a setting; false for what nobody knows.
  using Rest = std::function<bool(const doc::Entry&)>;
  /// `route` is the name of the model whose plan it is, empty below.
  Plan plan(const Node& body, std::string_view what, const Rest& rest, std::string_view route = {});
  Child child(const Node& wrapped, ir::List<std::int64_t>* statuses);
  Child use(const Node& body);
  /// `labels` of the block come before the provider's.
  void deployment(const Node& body, std::size_t labels, ir::Deployment& d, Child& c, std::vector<const Node*>& own);
  void declare_deployment(const Node& body);
  Child to(const Node& body, ir::List<std::int64_t>* statuses);
  Child balance(const Node& body);
  Child choice(const Node& body);
  Child mirror(const Node& body);
  bool edge_member(const doc::Entry& entry, Child& child);
  void own_node(const Node& node, ir::NodeId id);
  ir::NodeId balanced(std::vector<Child>& children, bool wrapped);
  ir::Condition condition(const Node& node, int depth = 0);
  struct Fallbacks {
    std::vector<ir::FallbackEdge> edges;
    ir::List<std::int64_t> statuses;
    Field<std::string> primary_label;
    bool said = false;       // the plan falls back, even if to nothing
    bool inherited = false;  // what is inherited is spelled out
  };
  void fallback(const Node& body, Fallbacks& to);
  void default_fallback(const Node& body);
  void inherit(std::string_view route, Fallbacks& to);
  template <class What>
  ir::NodeId add(What what) {
    ir::PlanNode node;
    node.what = std::move(what);
    return gateway_.add(std::move(node));
  }
  ir::ProviderId provider_named(const Node& node);

  ReadContext& context_;
  ir::Gateway& gateway_;
  std::vector<bool> taken_;
  std::uint32_t first_ = 0;
  std::unordered_map<std::string, ir::ProviderId> providers_;
  std::unordered_map<std::string, ir::DeploymentId> deployments_;  // that several places use
  Field<ir::OnFailure> on_failure_;
  const Dialect* spoken_ = nullptr;
  std::unordered_set<std::string> names_;  // of routes
};

}  // namespace gatec::targets::gate
