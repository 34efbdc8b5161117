#include "compiler/ir/describe.h"
#include "compiler/passes/passes.h"

namespace gatec::passes {
namespace {

template <class T>
bool says_nothing(const ir::Field<T>& field) {
  return field.absent();
}
template <class T>
bool says_nothing(const ir::List<T>& list) {
  return list.absent();
}
template <class T>
bool says_nothing(const std::vector<T>& list) {
  return list.empty();
}
template <ir::Described T>
bool says_nothing(const T& value) {
  bool nothing = true;
  ir::for_each_member<T>([&](const auto& m) { nothing = nothing && says_nothing(value.*m.pointer); });
  return nothing;
}

bool can_be_taken_apart(const ir::PlanNode& node, const ir::Fallback& inner) {
  return says_nothing(node.settings) && node.name.absent() && node.extras.empty() && inner.statuses.absent() &&
         inner.primary_label.absent();
}

}  // namespace

void flatten_fallbacks(ir::Gateway& gateway, Context&) {
  for (ir::PlanNode& node : gateway.nodes) {
    auto* outer = std::get_if<ir::Fallback>(&node.what);
    while (outer != nullptr && outer->statuses.absent() && outer->primary.valid()) {
      ir::PlanNode& inner_node = gateway.at(outer->primary);
      auto* inner = std::get_if<ir::Fallback>(&inner_node.what);
      if (inner == nullptr || !can_be_taken_apart(inner_node, *inner)) break;
      std::vector<ir::FallbackEdge> edges = inner->edges;
      edges.insert(edges.end(), outer->edges.begin(), outer->edges.end());
      outer->primary = inner->primary;
      outer->edges = std::move(edges);
    }
  }
}

}  // namespace gatec::passes
