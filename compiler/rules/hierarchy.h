#pragma once

#include "compiler/limits/levels.h"
#include "compiler/rules/rules.h"

#include <string>
#include <unordered_map>
#include <vector>

namespace gatec::rules {

/// The caps of each principal and who is above it, as the checks on budgets and on rates share them. Hints are left
/// out.
class Hierarchy {
 public:
  explicit Hierarchy(const ir::Gateway& gateway);

  struct Node {
    const ir::Principal* principal = nullptr;
    std::vector<limits::Term> own;   // what somebody wrote on it; counted for all of it, or for one model
    std::vector<const Node*> above;  // nearest first
  };
  [[nodiscard]] const std::vector<Node>& nodes() const { return nodes_; }
  [[nodiscard]] const limits::Levels& levels() const { return levels_; }
  [[nodiscard]] const std::string& name(const Node& node) const { return levels_.name(*node.principal); }

 private:
  limits::Levels levels_;
  std::vector<Node> nodes_;
};

/// Of money, for the rules on budgets; of anything else, for those on limits.
[[nodiscard]] bool is_money(const limits::Term& term);
/// For one model alone.
[[nodiscard]] bool of_model(const limits::Term& term);
/// "$100 per calendar month", "600 requests per 60s", "$5 for good".
[[nodiscard]] std::string said(const limits::Term& term);
[[nodiscard]] std::string said(const base::Decimal& amount, const limits::Term& like);
/// a / b with two digits, rounded down.
[[nodiscard]] std::string ratio(const base::Decimal& a, const base::Decimal& b);

/// Rules that are the same for budgets and for rates, under codes of their own.
struct HierarchyCodes {
  diagnostics::DiagId above_parent, oversubscribed, model_above_own;
};
/// A child's cap above what it belongs to, children that add up to more than their parent has, a cap of one model above
/// that of all.
void check_hierarchy(const Hierarchy& hierarchy, bool money, const HierarchyCodes& codes, passes::Context& context);

}  // namespace gatec::rules
