#pragma once

#include "targets/dialect.h"

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatec::targets {

/// What every reader does with a node: typed values with their origin, wrong types told (GW0803), secrets marked.
/// Nothing is settled here: a value that is returned carries its leaf; where the type is wrong the result is absent and
/// the caller keeps an Extra.
class ReadKit {
 public:
  /// How the dialect writes a reference: nullopt for text that is none.
  using ReferenceParser = std::optional<ir::Credential> (*)(std::string_view text);
  ReadKit(ReadContext& context, std::string_view dialect, ReferenceParser parse_reference)
      : context_(context), dialect_(dialect), parse_reference_(parse_reference) {}

  /// Numbers are taken as text where the gateway's YAML does so only if `numbers_too`.
  [[nodiscard]] ir::Field<std::string> string(const doc::Node& node, std::string_view what, bool numbers_too = false);
  /// Integers, also as strings of digits and as 1.0.
  [[nodiscard]] ir::Field<std::int64_t> integer(const doc::Node& node, std::string_view what);
  /// Any finite number, also as a string ("0.5", "1e-06").
  [[nodiscard]] ir::Field<base::Decimal> decimal(const doc::Node& node, std::string_view what);
  [[nodiscard]] ir::Field<bool> boolean(const doc::Node& node, std::string_view what);
  /// A list of strings; one string alone counts as a list of one if `scalar_too`.
  [[nodiscard]] ir::List<std::string> strings(const doc::Node& node, std::string_view what, bool scalar_too = false);
  /// Reference, placeholder, template or literal (then its bytes are marked as secret).
  [[nodiscard]] ir::Field<ir::Credential> credential(const doc::Node& node, std::string_view what);
  /// The tree as open data. `key` is the name that it stands under: credentials are told by it and by the value's look.
  [[nodiscard]] ir::Value value(const doc::Node& node, std::string_view key);
  [[nodiscard]] ir::Extra extra(std::string section, std::string_view key, const doc::Node& node,
                                diagnostics::DiagId code, ir::Fate elsewhere, std::string_view advice);
  [[nodiscard]] ir::Credential credential_of(std::string_view text, source::Span span);

  /// GW0803 at the node: "`rpm` takes an integer, not a mapping".
  void wrong_type(const doc::Node& node, std::string_view what, std::string_view expected);
  [[nodiscard]] ReadContext& context() { return context_; }

 private:
  ReadContext& context_;
  std::string_view dialect_;
  ReferenceParser parse_reference_;
};

/// Where what is not modelled is kept.
struct Place {
  std::vector<ir::Extra>* extras = nullptr;
  std::string section;
};

/// Settles what a duplicate key or a merge lost, below a node too.
void settle_duplicates(ledger::Ledger& ledger, const doc::Node& node);
/// Every leaf below a node.
void add_leaves(ir::Origin& origin, const doc::Node& node);
/// A node of a plan.
template <class What>
ir::NodeId new_node(ir::Gateway& gateway, What what) {
  ir::PlanNode node;
  node.what = std::move(what);
  return gateway.add(std::move(node));
}

/// "a mapping", "a list", "the string `x`", "null", …; secrets are not spelled out.
[[nodiscard]] std::string describe(const doc::Node& node);

}  // namespace gatec::targets
