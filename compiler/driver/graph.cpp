#include "compiler/driver/graph.h"

#include "compiler/base/overload.h"
#include "compiler/ir/condition.h"
#include "compiler/limits/effective.h"
#include "compiler/passes/route_index.h"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

namespace gatec::driver {
namespace {

using ir::Decimal;
using ir::Principal;
using ir::PrincipalKind;

constexpr std::size_t kLongest = 60;  // bytes of a line of a label

/// On one line, and not longer than a label should be.
std::string short_text(std::string_view text) {
  std::string out;
  for (const char c : text) out += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  if (out.size() <= kLongest) return out;
  std::size_t cut = kLongest;
  while (cut > 0 && (static_cast<unsigned char>(out[cut]) & 0xC0U) == 0x80U) --cut;
  return out.substr(0, cut) + "…";
}

std::string amount_text(const ir::Field<Decimal>& amount) {
  if (amount.given()) return amount->text();
  return amount.state == ir::State::Unlimited ? "unlimited" : "unknown";
}

std::string scope_text(const ir::Scope& scope) {
  if (scope.model.given()) return " on " + *scope.model;
  if (scope.provider.given()) return " of " + *scope.provider;
  return scope.tag.given() ? " tagged " + *scope.tag : std::string();
}

std::string window_text(const ir::Field<ir::Window>& window) {
  return window.given() ? " per " + limits::window_label(*window) : std::string();
}

void add_caps(std::vector<std::string>& lines, std::vector<ir::LeafId>& leaves, const std::vector<ir::Limit>& limits,
              const std::vector<ir::Budget>& budgets) {
  for (const ir::Budget& b : budgets) {
    if (b.amount.absent()) continue;
    lines.push_back(short_text("$" + amount_text(b.amount) + window_text(b.window) + scope_text(b.scope)));
    b.amount.from.each([&](ir::LeafId leaf) { leaves.push_back(leaf); });
  }
  for (const ir::Limit& l : limits) {
    if (l.amount.absent()) continue;
    const bool hint = l.hint.given() && *l.hint;
    lines.push_back(short_text(amount_text(l.amount) + ' ' + std::string(ir::counted_name(l.counts)) +
                               (l.counts == ir::Counted::Concurrent ? std::string() : window_text(l.window)) +
                               scope_text(l.scope) + (hint ? " (steers only)" : "")));
    l.amount.from.each([&](ir::LeafId leaf) { leaves.push_back(leaf); });
  }
}

/// Routes and their plans.
class Routes {
 public:
  Routes(const ir::Gateway& gateway, Graph::Part& part) : gateway_(gateway), part_(part), index_(gateway) {}

  void draw() {
    for (const ir::Route& r : gateway_.routes) {
      routes_.emplace(&r, add({"r" + std::to_string(routes_.size()), {short_text(r.name.value)}, Graph::Shape::Route}));
      r.name.from.each([&](ir::LeafId leaf) { part_.nodes.back().leaves.push_back(leaf); });
    }
    for (const ir::Route& r : gateway_.routes) connect(routes_.at(&r), r.plan, "", false);
    for (const ir::Alias& a : gateway_.aliases) {
      const ir::Route* const route = index_.find(a.target.value).route;
      if (route == nullptr) continue;
      const std::size_t node = add({next("a"), {short_text(a.name)}, Graph::Shape::Route});
      part_.edges.push_back({node, routes_.at(route), "alias", true});
    }
  }

 private:
  std::size_t add(Graph::Node node) {
    part_.nodes.push_back(std::move(node));
    return part_.nodes.size() - 1;
  }
  std::string next(std::string_view letter) { return std::string(letter) + std::to_string(made_++); }

  std::size_t deployment(ir::DeploymentId id) {
    const auto known = deployments_.find(id.value);
    if (known != deployments_.end()) return known->second;
    const ir::Deployment& d = gateway_.at(id);
    Graph::Node node{next("d"), {}, Graph::Shape::Deployment};
    std::string name;
    if (d.provider.valid()) {
      const ir::Provider& p = gateway_.at(d.provider);
      name = p.name.given() ? *p.name : p.kind.value;
    }
    const std::string model = d.upstream_model.given() ? *d.upstream_model : "the model asked for";
    node.lines.push_back(short_text(name.empty() ? model : name + "/" + model));
    d.upstream_model.from.each([&](ir::LeafId leaf) { node.leaves.push_back(leaf); });
    add_caps(node.lines, node.leaves, d.limits, d.budgets);
    return deployments_.emplace(id.value, add(std::move(node))).first->second;
  }

  void edge(std::size_t from, std::size_t to, std::string label, bool dotted) {
    part_.edges.push_back({from, to, short_text(label), dotted});
  }

  static std::string joined(const std::string& a, const std::string& b) {
    return a.empty() || b.empty() ? a + b : a + ", " + b;
  }

  /// "70 %", of the members that take part.
  static std::string share(const ir::Balance& balance, const ir::Edge& e) {
    Decimal sum(0);
    for (const ir::Edge& one : balance.edges)
      sum = sum.plus(one.weight.given() ? *one.weight : Decimal(1)).value_or(sum);
    const Decimal own = e.weight.given() ? *e.weight : Decimal(1);
    const auto thousand = own.times(Decimal(1000));
    const auto exact = thousand && !sum.is_zero() ? thousand->divided_by(sum) : std::nullopt;
    const auto tenths = exact ? exact->floor() : std::nullopt;
    if (!tenths) return "weight " + own.text();
    const std::string text = std::to_string(*tenths / 10);
    return (*tenths % 10 == 0 ? text : text + '.' + std::to_string(*tenths % 10)) + " %";
  }

  void balance(std::size_t from, const ir::Balance& b, const std::string& label, bool dotted) {
    const bool weighted = !b.policy.given() || *b.policy == ir::Policy::Weighted;
    std::size_t at = from;
    if (!label.empty() || !weighted) {
      at = add(
          {next("b"), {std::string(b.policy.given() ? ir::policy_name(*b.policy) : "weighted")}, Graph::Shape::Choice});
      edge(from, at, label, dotted);
    }
    for (const ir::Edge& e : b.edges)
      connect(at, e.node, weighted && b.edges.size() > 1 ? share(b, e) : "", dotted && at == from);
  }

  void connect(std::size_t from, ir::NodeId id, const std::string& label, bool dotted) {
    if (!id.valid()) return;
    std::visit(base::Overload{
                   [&](const ir::Use& use) { edge(from, deployment(use.deployment), label, dotted); },
                   [&](const ir::To& to) {
                     const ir::Route* const route = index_.find(to.route.value).route;
                     const std::size_t node =
                         route != nullptr
                             ? routes_.at(route)
                             : add({next("n"), {short_text(to.route.value), "is not here"}, Graph::Shape::Route});
                     if (route == nullptr)
                       to.route.from.each([&](ir::LeafId leaf) { part_.nodes[node].leaves.push_back(leaf); });
                     edge(from, node, label, dotted);
                   },
                   [&](const ir::Balance& b) { balance(from, b, label, dotted); },
                   [&](const ir::Fallback& f) {
                     connect(from, f.primary, label, dotted);
                     int nth = 0;
                     for (const ir::FallbackEdge& e : f.edges) {
                       std::string text = std::to_string(++nth) + ". fallback";
                       if (e.on != ir::Failure::Any) text += " on " + std::string(ir::failure_name(e.on));
                       connect(from, e.node, joined(label, text), true);
                     }
                   },
                   [&](const ir::Switch& choice) {
                     const std::size_t at = add({next("s"), {"which request"}, Graph::Shape::Choice});
                     edge(from, at, label, dotted);
                     for (const ir::SwitchCase& c : choice.cases) connect(at, c.node, ir::show(c.condition), false);
                     connect(at, choice.otherwise, "otherwise", false);
                   },
                   [&](const ir::Mirror& mirror) {
                     connect(from, mirror.primary, label, dotted);
                     const ir::Route* const shadow = index_.find(mirror.shadow.value).route;
                     if (shadow != nullptr) edge(from, routes_.at(shadow), "a copy", true);
                   },
               },
               gateway_.at(id).what);
  }

  const ir::Gateway& gateway_;
  Graph::Part& part_;
  passes::RouteIndex index_;
  std::unordered_map<const ir::Route*, std::size_t> routes_;
  std::map<std::uint32_t, std::size_t> deployments_;
  int made_ = 0;
};

/// Callers below what they belong to.
void draw_people(const ir::Gateway& gateway, Graph::Part& part) {
  Graph::Node whole{"g", {"gateway"}, Graph::Shape::Gateway};
  std::vector<ir::Limit> own;
  std::ranges::copy_if(gateway.limits, std::back_inserter(own),
                       [](const ir::Limit& l) { return !l.scope.provider.given(); });
  add_caps(whole.lines, whole.leaves, own, gateway.budgets);
  part.nodes.push_back(std::move(whole));
  std::map<std::pair<PrincipalKind, std::string>, std::size_t> places;
  for (const Principal& p : gateway.principals) {
    if (p.kind == PrincipalKind::BudgetRow || p.kind == PrincipalKind::AccessGroup) continue;
    Graph::Node node{"p" + std::to_string(part.nodes.size()), {}, Graph::Shape::Principal};
    std::string name;
    for (const auto* field : {&p.alias, &p.id, &p.email, &p.user}) {
      if (name.empty() && field->given()) name = **field;
    }
    node.lines.push_back(short_text(std::string(ir::principal_kind_name(p.kind)) + ' ' + name));
    for (const auto* field : {&p.alias, &p.id}) field->from.each([&](ir::LeafId leaf) { node.leaves.push_back(leaf); });
    add_caps(node.lines, node.leaves, p.limits, p.budgets);
    if (p.blocked.given() && *p.blocked) node.lines.emplace_back("blocked");
    for (const auto* field : {&p.id, &p.alias, &p.email}) {
      if (field->given()) places.emplace(std::pair(p.kind, **field), part.nodes.size());
    }
    part.nodes.push_back(std::move(node));
  }
  std::size_t node = 1;
  for (const Principal& p : gateway.principals) {
    if (p.kind == PrincipalKind::BudgetRow || p.kind == PrincipalKind::AccessGroup) continue;
    std::size_t above = 0;
    const auto find = [&](PrincipalKind kind, const ir::Field<std::string>& id) {
      if (above != 0 || !id.given()) return;
      const auto found = places.find({kind, *id});
      if (found != places.end() && found->second != node) above = found->second;
    };
    find(PrincipalKind::Project, p.project);
    find(PrincipalKind::Team, p.team);
    if (p.kind == PrincipalKind::Key) find(PrincipalKind::User, p.user);
    find(PrincipalKind::Organization, p.organization);
    part.edges.push_back({above, node++, "", false});
  }
}

std::string joined_lines(const Graph::Node& node, std::string_view separator,
                         std::string (*escaped)(std::string_view)) {
  std::string text;
  for (const std::string& line : node.lines) {
    if (!text.empty()) text += separator;
    text += escaped(line);
  }
  return text;
}

/// Entities stand for all that mermaid or HTML would read.
std::string mermaid_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       static_cast<unsigned char>(c) >= 0x80 ||
                       std::string_view(" .,:/-_$%+()").find(c) != std::string_view::npos;
    out += plain ? std::string(1, c) : "#" + std::to_string(static_cast<unsigned char>(c)) + ";";
  }
  return out;
}

std::string dot_text(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out;
}

std::pair<std::string_view, std::string_view> mermaid_shape(Graph::Shape shape) {
  switch (shape) {
    case Graph::Shape::Route: return {"([\"", "\"])"};
    case Graph::Shape::Deployment: return {"[\"", "\"]"};
    case Graph::Shape::Choice: return {"{{\"", "\"}}"};
    case Graph::Shape::Principal: return {"(\"", "\")"};
    case Graph::Shape::Gateway: return {"[[\"", "\"]]"};
  }
  return {"[\"", "\"]"};
}

std::string_view dot_shape(Graph::Shape shape) {
  switch (shape) {
    case Graph::Shape::Route: return "oval";
    case Graph::Shape::Deployment: return "box";
    case Graph::Shape::Choice: return "hexagon";
    case Graph::Shape::Principal: return "box, style=rounded";
    case Graph::Shape::Gateway: return "component";
  }
  return "box";
}

}  // namespace

Graph draw(const ir::Gateway& gateway, Drawing what) {
  Graph graph;
  if (what != Drawing::Budgets) {
    Graph::Part& part = graph.parts.emplace_back();
    part.title = "routes";
    Routes(gateway, part).draw();
  }
  const bool people = what == Drawing::Budgets || !gateway.principals.empty();
  if (what != Drawing::Routes && people) {
    Graph::Part& part = graph.parts.emplace_back();
    part.title = "budgets and limits";
    draw_people(gateway, part);
  }
  return graph;
}

std::string as_mermaid(const Graph& graph, bool fenced) {
  std::string out;
  for (const Graph::Part& part : graph.parts) {
    if (!out.empty()) out += '\n';
    if (fenced) out += "```mermaid\n";
    out += "---\ntitle: " + part.title + "\n---\nflowchart LR\n";
    std::string marked;
    for (const Graph::Node& n : part.nodes) {
      const auto [open, close] = mermaid_shape(n.shape);
      ((((out += "  ") += n.id) += open) += joined_lines(n, "<br/>", &mermaid_text)) += close;
      out += '\n';
      if (n.marked) (marked += marked.empty() ? "" : ",") += n.id;
    }
    for (const Graph::Edge& e : part.edges) {
      (out += "  ") += part.nodes[e.from].id;
      out += e.dotted ? " -.->" : " -->";
      if (!e.label.empty()) out += "|\"" + mermaid_text(e.label) + "\"|";
      out += ' ' + part.nodes[e.to].id + '\n';
    }
    if (!marked.empty()) out += "  classDef found stroke:#d00,stroke-width:3px\n  class " + marked + " found\n";
    if (fenced) out += "```\n";
  }
  return out;
}

std::string as_dot(const Graph& graph) {
  std::string out =
      "digraph gateway {\n  rankdir=LR;\n  node [fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\"];\n";
  for (std::size_t i = 0; i < graph.parts.size(); ++i) {
    const Graph::Part& part = graph.parts[i];
    const std::string prefix = graph.parts.size() > 1 ? "x" + std::to_string(i) : std::string();
    out += "  subgraph cluster_" + std::to_string(i) + " {\n    label=\"" + dot_text(part.title) + "\";\n";
    for (const Graph::Node& n : part.nodes) {
      out += "    " + prefix + n.id + " [label=\"" + joined_lines(n, "\\n", &dot_text) +
             "\", shape=" + std::string(dot_shape(n.shape)) + (n.marked ? ", color=red, penwidth=3" : "") + "];\n";
    }
    for (const Graph::Edge& e : part.edges) {
      out += "    " + prefix + part.nodes[e.from].id + " -> " + prefix + part.nodes[e.to].id + " [label=\"" +
             dot_text(e.label) + '"' + (e.dotted ? ", style=dashed" : "") + "];\n";
    }
    out += "  }\n";
  }
  return out + "}\n";
}

}  // namespace gatec::driver
