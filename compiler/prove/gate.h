#pragma once

#include "compiler/compare/compare.h"
#include "compiler/ledger/report.h"

#include <vector>

namespace gatec::prove {

/// The no-weaker gate, field by field: of the differences it keeps those that concern a cap, an access list or
/// authentication, and judges their direction. Dropping one, raising a rate (the amount over its window) or adding to
/// what is allowed is weaker.
class Gate {
 public:
  /// What surrounds a value on both sides: the limit or budget that it belongs to and the list which that stands in; of
  /// a value in a plain list, `owner` is the list. Null where a side has none.
  struct Place {
    const void *owner_before = nullptr, *owner_after = nullptr;
    const void *list_before = nullptr, *list_after = nullptr;
  };
  void difference(const compare::Pair& pair, compare::Change change, const Place& place);
  [[nodiscard]] std::vector<ledger::GateRow> rows() && { return std::move(rows_); }
  [[nodiscard]] std::size_t size() const { return rows_.size(); }
  /// A row of another gate.
  void take(Gate& other, std::size_t row) { rows_.push_back(std::move(other.rows_[row])); }

 private:
  void row(const compare::Pair& pair, std::string_view verdict, const std::string& after);

  std::vector<ledger::GateRow> rows_;
};

}  // namespace gatec::prove
