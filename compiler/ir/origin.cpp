#include "compiler/ir/origin.h"

#include <algorithm>

namespace gatec::ir {

std::uint64_t Origin::copy_of(const Heap& heap) { return reinterpret_cast<std::uintptr_t>(new Heap(heap)) | kHeap; }

void Origin::drop(Heap* heap) { delete heap; }

Origin::Heap& Origin::spread() {
  if (on_heap()) return *heap();
  Heap spread{{}, rule()};
  if (is_leaf()) spread.leaves.push_back(leaf());
  word_ = copy_of(spread);
  return *heap();
}

void Origin::add(LeafId leaf) {
  if (!leaf.valid() || leaf == first()) return;
  if (word_ == 0) {
    word_ = of_leaf(leaf);
    return;
  }
  std::vector<LeafId>& leaves = spread().leaves;
  if (leaves.empty() || (leaves.back() != leaf && std::find(leaves.begin(), leaves.end(), leaf) == leaves.end()))
    leaves.push_back(leaf);
}

void Origin::add(const Origin& other) {
  if (word_ == 0) {
    *this = other;
    return;
  }
  other.each([this](LeafId leaf) { add(leaf); });
  if (const Rule* rule = other.rule(); rule != nullptr && this->rule() == nullptr) set_rule(*rule);
}

void Origin::set_rule(const Rule& rule) {
  if (!is_leaf() && !on_heap()) {
    word_ = of_rule(&rule);
  } else {
    spread().rule = &rule;
  }
}

}  // namespace gatec::ir
