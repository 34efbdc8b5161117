#pragma once

#include "compiler/compare/compare.h"
#include "compiler/ledger/ledger.h"
#include "compiler/ledger/report.h"

#include <span>
#include <string>
#include <vector>

namespace gatec::prove {

struct Leaf {
  const doc::Node* node = nullptr;
  std::string path;  // readable, in its document
};

struct Inputs {
  const ir::Gateway& source;
  const ir::Gateway& target;  // read back from what was written, by the second reader
  const ledger::Ledger& ledger;
  std::uint32_t leaf_count = 0;  // of the source documents
};

struct Outcome {
  std::vector<ledger::LeafRecord> leaves;  // by leaf id; none is Open unless `open` says so
  ledger::ProofFigures figures;
  std::vector<ir::LeafId> open;  // neither used nor explained: bugs
  std::vector<ledger::Assumption> assumptions;
  std::vector<ledger::GateRow> gate;  // caps, access and auth whose value changed
};

/// Compares the source's meaning with what was read back and holds every difference against the ledger. Fates of leaves
/// follow from it: mapped where every value made of the leaf arrived, else the worst loss of those that did not.
[[nodiscard]] Outcome prove(const Inputs& inputs);

}  // namespace gatec::prove
