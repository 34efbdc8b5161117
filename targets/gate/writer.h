#pragma once

#include "compiler/ir/describe.h"
#include "compiler/syntax/format.h"
#include "targets/gate/printer.h"
#include "targets/gate/words.h"
#include "targets/write_kit.h"

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace gatec::targets::gate {

using Lines = std::vector<Line>;

/// Writes the IR as a person would have written it. Every field of compiler/ir/describe.h has a place, so that nothing
/// but literal secrets is lost.
class Writer {
 public:
  Writer(const ir::Gateway& gateway, WriteContext& context);
  std::string write();

 private:
  // values, as text
  [[nodiscard]] std::string text(const std::string& v, std::string_view name, const void* where);
  [[nodiscard]] std::string text(bool v, std::string_view, const void*) { return v ? "true" : "false"; }
  [[nodiscard]] std::string text(std::int64_t v, std::string_view, const void*) { return std::to_string(v); }
  [[nodiscard]] std::string text(const ir::Decimal& v, std::string_view name, const void* where);
  [[nodiscard]] std::string text(const ir::Window& v, std::string_view name, const void* where);
  [[nodiscard]] std::string text(const ir::Credential& v, std::string_view name, const void* where);
  [[nodiscard]] std::string text(ir::Policy v, std::string_view, const void*) { return word(ir::policy_name(v)); }
  [[nodiscard]] std::string text(ir::OnFailure v, std::string_view, const void*) {
    return word(ir::on_failure_name(v));
  }
  [[nodiscard]] std::string text(ir::AuthMode v, std::string_view, const void*) { return word(ir::auth_mode_name(v)); }
  template <class T>
  [[nodiscard]] std::string field(const ir::Field<T>& f, std::string_view name);
  [[nodiscard]] std::string value(const ir::Value& v, std::string_view key);
  [[nodiscard]] static std::string amount(ir::Counted counts, const ir::Decimal& number, const ir::Window* window);
  [[nodiscard]] static std::string window(const ir::Window& v);

  // settings
  [[nodiscard]] std::string sign(const ir::Origin& from) const;
  [[nodiscard]] std::string by(const ir::Origin& from) const;
  [[nodiscard]] bool plain(const ir::Origin& from) const;
  /// A field that can stand as a label: given, and by nobody's rule.
  template <class T>
  [[nodiscard]] bool can_label(const ir::Field<T>& f) const {
    return f.given() && plain(f.from);
  }
  void put(Lines& to, std::string_view name, const std::string& text, const ir::Origin& from);
  template <class T>
  void any(Lines& to, std::string_view name, const ir::Field<T>& f);
  template <class T>
  void any(Lines& to, std::string_view name, const ir::List<T>& list);
  void any(Lines& to, std::string_view name, const std::vector<ir::Param>& params);
  void any(Lines& to, std::string_view name, const std::vector<ir::ProviderParam>& params);
  void any(Lines& to, std::string_view name, const std::vector<ir::FailureCount>& counts);
  void any(Lines& to, std::string_view name, const std::vector<ir::Price>& prices);
  void any(Lines& to, std::string_view name, const std::vector<ir::Limit>& limits);
  void any(Lines& to, std::string_view name, const std::vector<ir::Budget>& budgets);
  void any(Lines& to, std::string_view name, const std::vector<ir::Alias>& aliases);
  void any(Lines& to, std::string_view name, const std::vector<ir::Value>& values);
  void any(Lines& to, std::string_view name, const std::vector<ir::Extra>& extras);
  void any(Lines& to, std::string_view name, const ir::Retry& retry);
  void any(Lines& to, std::string_view name, const ir::Timeouts& timeouts);
  void any(Lines& to, std::string_view name, const ir::RequestParams& params);
  template <ir::Described T>
  void any(Lines& to, std::string_view name, const T& value);
  template <class T>
  void any(Lines&, std::string_view, const std::vector<T>&) {}
  template <class T>
  void members(Lines& to, const T& value, std::initializer_list<std::string_view> but = {});
  [[nodiscard]] static std::string map(const Lines& lines);
  [[nodiscard]] std::string limit(const ir::Limit& l, bool& hint);
  [[nodiscard]] std::string budget(const ir::Budget& b);
  void extra_block(Lines& to, std::string_view dialect, const std::vector<ir::Extra>& extras);

  // entities
  void providers(Lines& to);
  Lines provider_body(const ir::Provider& p, bool with_name);
  [[nodiscard]] std::string provider_name(const ir::Provider& p);
  void credential_sets(Lines& to);
  void principals(Lines& to);
  void routes(Lines& to);
  void gateway_settings(Lines& to);
  void rest(Lines& to);

  // plans
  /// `route` is whose plan it is, null below.
  void plan(Lines& to, ir::NodeId id, const ir::Route* route);
  void route_fallbacks(Lines& to, const ir::Fallback* f, std::size_t ordered, const ir::Route& route);
  [[nodiscard]] std::vector<const ir::To*> inherits(const ir::Route& route) const;
  [[nodiscard]] bool same_target(const ir::FallbackEdge& e, const ir::To& other);
  void root_settings(Lines& to, const ir::PlanNode& n);
  void own_node(Lines& to, const ir::PlanNode& n, bool settings);
  Line member_of_plan(ir::NodeId id, Lines edge);
  Line use(const ir::PlanNode& n, const ir::Use& u, Lines edge, bool settings = true);
  void deployments(Lines& to);
  void deployment(Line& line, const ir::Deployment& d);
  void balance(Lines& to, const ir::Balance& b);
  void edges(Lines& to, const std::vector<ir::FallbackEdge>& all, const ir::List<std::int64_t>* statuses,
             const ir::Field<std::string>* label, std::size_t first, std::string_view word);
  Lines edge_settings(const ir::Edge& e);
  [[nodiscard]] bool is_plain_balance(const ir::PlanNode& n) const;
  [[nodiscard]] bool is_default_failure(const ir::Balance& b) const;
  [[nodiscard]] std::size_t tiers(const ir::Fallback& f) const;
  [[nodiscard]] bool same_order(const ir::PlanNode& n, std::int64_t& order) const;
  [[nodiscard]] std::string condition(const ir::Condition& c);

  const ir::Gateway& gateway_;
  WriteContext& context_;
  const Dialect* spoken_;
  std::vector<std::string> bindings_;  // by provider
  std::vector<std::string> shared_;    // by deployment: its name where several places use it
  ir::Field<ir::OnFailure> on_failure_;
  std::string prefix_;  // of the names of secrets that are literal
};

}  // namespace gatec::targets::gate
