#pragma once

#include <vector>

#include "compiler/compare/compare.h"
#include "compiler/ledger/report.h"

namespace gatec::prove {

/// The no-weaker gate, field by field: of the differences it keeps those that concern a cap, an access list or
/// authentication, and judges their direction. Dropping one, raising an amount or adding to what is allowed is weaker.
class Gate {
 public:
  /// `list_survives`: the list that the value stands in is there on the other side, too.
  void difference(const compare::Pair& pair, compare::Change change, bool list_survives);
  [[nodiscard]] bool weaker() const { return weaker_; }
  [[nodiscard]] std::vector<ledger::GateRow> rows() && { return std::move(rows_); }

 private:
  void row(const compare::Pair& pair, std::string_view verdict);

  std::vector<ledger::GateRow> rows_;
  bool weaker_ = false;
};

}  // namespace gatec::prove
