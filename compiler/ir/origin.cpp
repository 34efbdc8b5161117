#include "compiler/ir/origin.h"

#include <algorithm>

namespace gatec::ir {

void Origin::add(LeafId leaf) {
  if (!leaf.valid() || leaf == first_) return;
  if (!first_.valid()) {
    first_ = leaf;
    return;
  }
  if (!more_) more_ = std::make_unique<std::vector<LeafId>>();
  if (more_->empty() || (more_->back() != leaf && std::find(more_->begin(), more_->end(), leaf) == more_->end())) {
    more_->push_back(leaf);
  }
}

void Origin::add(const Origin& other) {
  other.each([this](LeafId leaf) { add(leaf); });
  if (rule_ == nullptr) rule_ = other.rule_;
}

}  // namespace gatec::ir
