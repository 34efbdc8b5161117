#pragma once

#include "compiler/compare/settings.h"

#include <algorithm>
#include <string>
#include <unordered_map>
#include <variant>
#include <vector>

namespace gatec::compare {

/// Finds for each child of a node the one of the other side.
class ChildMatcher : public SettingsComparer {
 protected:
  using SettingsComparer::SettingsComparer;
  ~ChildMatcher() = default;

  const PlanNode* get(const Side& side, NodeId id) const { return id.valid() ? &side.gateway->at(id) : nullptr; }

  /// Enough of what a node leads to, to tell it from its siblings.
  std::string signature(const Side& side, NodeId id) const {
    const PlanNode* n = get(side, id);
    if (n == nullptr) return {};
    if (const auto* t = std::get_if<ir::To>(&n->what)) return "to " + t->route.value;
    if (const auto* m = std::get_if<ir::Mirror>(&n->what)) return signature(side, m->primary);
    if (const auto* b = std::get_if<ir::Balance>(&n->what)) {
      std::string text = b->edges.size() == 1 ? "" : "balance";
      for (const ir::Edge& e : b->edges) text += signature(side, e.node);
      return text;
    }
    if (const auto* f = std::get_if<ir::Fallback>(&n->what))
      return (f->edges.empty() ? "" : "fallback") + signature(side, f->primary);
    const auto* u = std::get_if<ir::Use>(&n->what);
    if (u == nullptr) return "switch";
    const ir::Deployment& d = side.gateway->at(u->deployment);
    std::string text = d.id.value;
    if (d.provider.valid()) {
      const ir::Provider& p = side.gateway->at(d.provider);
      for (const std::string* part : {&p.name.value, &p.kind.value, &p.base_url.value}) (text += '|') += *part;
      if (p.api_key.given()) text += ir::show(*p.api_key) + p.api_key->literal.reveal();
    }
    return text + "|" + d.upstream_model.value;
  }

  /// The same model at the same kind of provider, whatever names and addresses say; only single deployments.
  void match_by_model(const std::vector<NodeId>& x, const std::vector<NodeId>& y, const std::vector<bool>& left_out,
                      std::vector<std::size_t>& of_x, std::vector<bool>& used) const {
    const std::size_t n = x.size();
    const std::size_t m = y.size();
    if (n == m) return;
    std::unordered_map<std::string, std::vector<std::size_t>> rest;  // the first of equals is the last of its list
    for (std::size_t j = m; j-- > 0;) {
      if (!used[j]) rest[model_signature(b_, y[j])].push_back(j);
    }
    for (std::size_t i = 0; i < n && !rest.empty(); ++i) {
      if (of_x[i] != kNone || left_out[i]) continue;
      const std::string wanted = model_signature(a_, x[i]);
      const auto found = wanted.empty() ? rest.end() : rest.find(wanted);
      if (found == rest.end()) continue;
      take_first(rest, found, of_x[i], used);
    }
  }
  template <class Rest>
  static void take_first(Rest& rest, typename Rest::iterator found, std::size_t& of_x, std::vector<bool>& used) {
    of_x = found->second.back();
    used[of_x] = true;
    found->second.pop_back();
    if (found->second.empty()) rest.erase(found);
  }
  std::string model_signature(const Side& side, NodeId id) const {
    const PlanNode* n = get(side, id);
    const auto* u = n ? std::get_if<ir::Use>(&n->what) : nullptr;
    if (u == nullptr) return {};
    const ir::Deployment& d = side.gateway->at(u->deployment);
    return (d.provider.valid() ? side.gateway->at(d.provider).kind.value : std::string()) + "|" +
           d.upstream_model.value;
  }

  /// Equal parts make equal signatures; the parts of most children are equal, so that no text need be made.
  bool same_signature(NodeId ix, NodeId iy) const {
    const PlanNode* x = get(a_, ix);
    const PlanNode* y = get(b_, iy);
    const auto* ux = x ? std::get_if<ir::Use>(&x->what) : nullptr;
    const auto* uy = y ? std::get_if<ir::Use>(&y->what) : nullptr;
    if (ux != nullptr && uy != nullptr) {
      const ir::Deployment& dx = a_.gateway->at(ux->deployment);
      const ir::Deployment& dy = b_.gateway->at(uy->deployment);
      if (dx.id.value == dy.id.value && dx.upstream_model.value == dy.upstream_model.value && dx.provider.valid() &&
          dy.provider.valid()) {
        const ir::Provider& px = a_.gateway->at(dx.provider);
        const ir::Provider& py = b_.gateway->at(dy.provider);
        const bool same_key =
            px.api_key.given() == py.api_key.given() && (!px.api_key.given() || *px.api_key == *py.api_key);
        if (same_key && px.name.value == py.name.value && px.kind.value == py.kind.value &&
            px.base_url.value == py.base_url.value)
          return true;
      }
    }
    return signature(a_, ix) == signature(b_, iy);
  }

  /// Children of both sides: like with like first, then the rest in order.
  /// `left_out`: of the first side's, those that are known to be gone; may be shorter.
  Pairs match_children(const std::vector<NodeId>& x, const std::vector<NodeId>& y, std::vector<bool> left_out) const {
    Pairs pairs;
    const std::size_t n = x.size();
    const std::size_t m = y.size();
    std::vector<std::size_t> of_x(n, kNone);
    std::vector<bool> used(m, false);
    left_out.resize(n, false);
    std::size_t matched = 0;
    for (std::size_t i = 0; i < std::min(n, m); ++i) {
      if (left_out[i] || !same_signature(x[i], y[i])) continue;
      of_x[i] = i;
      used[i] = true;
      ++matched;
    }
    if (matched < n && matched < m) match_moved(x, y, left_out, of_x, used);
    match_by_model(x, y, left_out, of_x, used);
    // the rest in order, but not across those that found each other
    std::vector<std::size_t> end(n, m);
    for (std::size_t i = n; i-- > 1;) end[i - 1] = of_x[i] == kNone ? end[i] : std::min(end[i], of_x[i]);
    std::size_t first = 0;
    for (std::size_t i = 0; i < n; ++i) {
      if (of_x[i] == kNone && !left_out[i]) {
        while (first < end[i] && used[first]) ++first;
        if (first < end[i]) {
          of_x[i] = first;
          used[first] = true;
        }
      }
      if (of_x[i] != kNone) first = std::max(first, of_x[i] + 1);
      pairs.emplace_back(i, of_x[i]);
    }
    for (std::size_t j = 0; j < m; ++j) {
      if (!used[j]) pairs.emplace_back(kNone, j);
    }
    return pairs;
  }
  void match_moved(const std::vector<NodeId>& x, const std::vector<NodeId>& y, const std::vector<bool>& left_out,
                   std::vector<std::size_t>& of_x, std::vector<bool>& used) const {
    std::unordered_map<std::string, std::vector<std::size_t>> rest;
    for (std::size_t j = y.size(); j-- > 0;) {
      if (!used[j]) rest[signature(b_, y[j])].push_back(j);
    }
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (of_x[i] != kNone || left_out[i]) continue;
      const auto found = rest.find(signature(a_, x[i]));
      if (found == rest.end()) continue;
      take_first(rest, found, of_x[i], used);
    }
  }
  template <class E>
  static std::vector<NodeId> nodes_of(const std::vector<E>* edges) {
    std::vector<NodeId> nodes;
    if (edges == nullptr) return nodes;
    nodes.reserve(edges->size());
    for (const E& e : *edges) nodes.push_back(e.node);
    return nodes;
  }
};

}  // namespace gatec::compare
