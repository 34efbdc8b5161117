#include "compiler/ledger/ledger.h"

#include <algorithm>

namespace gatec::ledger {

void Ledger::settle(LeafId leaf, Fate fate, DiagId code, std::string reason) {
  if (leaf.valid()) settlements_.push_back({leaf, fate, code, std::move(reason)});
}

void Ledger::settle(const doc::Node& node, Fate fate, DiagId code, const std::string& reason) {
  if (node.leaf().valid()) {
    settle(node.leaf(), fate, code, reason);
    return;
  }
  for (const doc::Node* element : node.elements()) settle(*element, fate, code, reason);
  for (const doc::Entry& entry : node.written_entries()) settle(*entry.value, fate, code, reason);
}

void Ledger::lose(Losses& losses, const void* ir_value, Loss loss) {
  if (ir_value == nullptr) return;
  any_gone_ = any_gone_ || loss.gone;
  const auto next = static_cast<std::uint32_t>(losses.rows.size());
  if (losses.places.insert(ir_value, next)) {
    losses.rows.push_back(std::move(loss));
  } else {
    losses.rows[losses.places.find(ir_value)] = std::move(loss);
  }
}

void Ledger::soften(const void* ir_value) {
  for (Losses* losses : {&losses_, &fields_}) {
    const std::uint32_t found = losses->places.find(ir_value);
    if (found == base::PointerMap::kNone) continue;
    Loss& loss = losses->rows[found];
    if (loss.fate == Fate::Approximated && !loss.written.empty()) loss.fate = Fate::Skipped;
  }
}

void Ledger::assume(std::string field, std::string_view rule, std::string text) {
  const bool known = std::any_of(assumptions_.begin(), assumptions_.end(),
                                 [&](const Assumption& a) { return a.field == field && a.text == text; });
  if (!known) assumptions_.push_back({std::move(field), rule, std::move(text), 1});
}

}  // namespace gatec::ledger
