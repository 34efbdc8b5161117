#pragma once

#include "compiler/ir/gateway.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gatec::driver {

/// What is drawn of a gateway: routes, their plans and deployments; callers, and what they belong to.
struct Graph {
  enum class Shape : std::uint8_t { Route, Deployment, Choice, Principal, Gateway };
  struct Node {
    std::string id;
    std::vector<std::string> lines;  // of the label; never a credential
    Shape shape = Shape::Route;
    std::vector<ir::LeafId> leaves;  // where it is written
    bool marked = false;
  };
  struct Edge {
    std::size_t from = 0, to = 0;
    std::string label;
    bool dotted = false;  // a fallback, an alias, a copy of the traffic
  };
  struct Part {
    std::string title;
    std::vector<Node> nodes;
    std::vector<Edge> edges;  // by place in `nodes`
  };
  std::vector<Part> parts;
};

enum class Drawing : std::uint8_t { Routes, Budgets, Both };
[[nodiscard]] Graph draw(const ir::Gateway& gateway, Drawing what);

/// As mermaid's flowchart; `fenced` puts it between the marks by which Markdown knows it.
[[nodiscard]] std::string as_mermaid(const Graph& graph, bool fenced);
/// In Graphviz's language.
[[nodiscard]] std::string as_dot(const Graph& graph);

}  // namespace gatec::driver
