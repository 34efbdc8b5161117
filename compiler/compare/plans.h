#pragma once

#include "compiler/compare/children.h"
#include "compiler/ir/condition.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

namespace gatec::compare {

/// Compares routes with their plans: nodes of equal shape pair by pair, what one side adds around a common core apart
/// from it.
class PlanComparer : public ChildMatcher {
 protected:
  using ChildMatcher::ChildMatcher;
  ~PlanComparer() = default;

  void route(const ir::Route* x, const ir::Route* y) {
    static const auto key = +[](const void* p) { return *static_cast<const ir::Route*>(p)->name; };
    static const auto show_kind = +[](const void* p) -> std::string {
      switch (*static_cast<const ir::RouteKind*>(p)) {
        case ir::RouteKind::Name: return "name";
        case ir::RouteKind::Pattern: return "pattern";
        case ir::RouteKind::Catalogue: return "catalogue";
      }
      return {};
    };
    path_.push("", key, x ? x : y);
    out_.enter(x, y);
    path_.push("name");
    value(x ? &x->name : nullptr, y ? &y->name : nullptr, Class::Access);
    path_.pop();
    if (x && y && x->kind != y->kind) {
      path_.push("kind");
      static const Origin nowhere;
      out_.different({path_, Class::Access, &x->kind, &y->kind, &nowhere, &nowhere, show_kind}, Change::Changed);
      path_.pop();
    }
    path_.push("extras");
    elements(x ? &x->extras : nullptr, y ? &y->extras : nullptr, Class::Route);
    path_.pop();
    path_.push("plan");
    const PlanNode* root = x != nullptr ? get(a_, x->plan) : nullptr;
    if (root != nullptr && y != nullptr && out_.gone(root)) {
      out_.enter(root, nullptr);
      node(x->plan, NodeId{}, true);
      out_.leave();
      node(NodeId{}, y->plan, true);
    } else {
      node(x ? x->plan : NodeId{}, y ? y->plan : NodeId{}, true);
    }
    path_.pop();
    out_.leave();
    path_.pop();
  }

  static bool chooses_nothing(const PlanNode& n) {
    const auto* balance = std::get_if<ir::Balance>(&n.what);
    const auto* fallback = std::get_if<ir::Fallback>(&n.what);
    return (balance != nullptr && balance->edges.size() == 1) || (fallback != nullptr && fallback->edges.empty());
  }

  /// Walks down through nodes that choose nothing: a balance of one, a fallback without alternatives. Their settings
  /// count.
  const PlanNode* strip(Side& side, NodeId id, bool is_before, std::vector<const PlanNode*>& passed, bool tier) {
    const PlanNode* n = get(side, id);
    while (n != nullptr) {
      if (const auto* balance = std::get_if<ir::Balance>(&n->what); balance && balance->edges.size() == 1) {
        moot_balance(*balance, is_before, tier);
        side.push(*n);
        passed.push_back(n);
        n = get(side, balance->edges[0].node);
      } else if (const auto* fallback = std::get_if<ir::Fallback>(&n->what); fallback && fallback->edges.empty()) {
        if (is_before) moot_list(fallback->statuses, "there is nothing to fall back to");
        if (is_before) moot(fallback->primary_label, "a label");
        side.push(*n);
        passed.push_back(n);
        n = get(side, fallback->primary);
      } else {
        break;
      }
    }
    return n;
  }

  /// A tier of a fallback that is matched by one of the other side has said its order by its place.
  void moot_balance(const ir::Balance& balance, bool is_before, bool tier) {
    if (!is_before) return;
    constexpr std::string_view why = "a balance of one has nothing to choose";
    for (const ir::Edge& e : balance.edges) {
      moot(e.weight, why);
      if (tier && !e.order.absent()) {
        out_.same({path_, Class::Route, &e.order, nullptr, &e.order.from, nullptr, &show_field<std::int64_t>});
      } else {
        moot(e.order, why);
      }
      moot(e.label, "a label");
    }
    moot(balance.policy, why);
    moot(balance.on_failure, why);
    moot(balance.sticky.enabled, why);
    moot(balance.sticky.ttl, why);
    moot_list(balance.sticky.per, why);
  }

  void node(NodeId ix, NodeId iy, bool alone) {
    std::vector<const PlanNode*> passed_x;
    std::vector<const PlanNode*> passed_y;
    // what is lost as a whole may begin with a node that chooses nothing
    const void* whole = gone_above(ix);
    const PlanNode* first = get(a_, ix);
    if (whole == nullptr && first != nullptr && chooses_nothing(*first)) whole = first;
    if (whole != nullptr) out_.enter(whole, get(b_, iy));
    lone_pair(ix, iy);
    const bool tier = std::exchange(tier_, false) && !same_dialect_ && ix.valid() && iy.valid();
    const PlanNode* x = strip(a_, ix, true, passed_x, tier);
    const PlanNode* y = strip(b_, iy, false, passed_y, tier);
    passed(passed_x, passed_y);
    const PlanNode* left = x != nullptr && y != nullptr ? left_of(x) : nullptr;
    if (left != nullptr) {
      leftover(x, left, y, alone);
    } else if (x != nullptr || y != nullptr) {
      shapes(x, y, alone);
    }
    a_.chain.resize(a_.chain.size() - passed_x.size());
    b_.chain.resize(b_.chain.size() - passed_y.size());
    if (whole != nullptr) out_.leave();
  }

  /// What is gone among a node and the lone members that it comes to.
  const void* gone_above(NodeId id) const {
    for (const PlanNode* n = get(a_, id); n != nullptr;) {
      if (out_.gone(n)) return n;
      if (!chooses_nothing(*n)) return nullptr;
      const auto* balance = std::get_if<ir::Balance>(&n->what);
      if (balance != nullptr && out_.gone(&balance->edges.front())) return &balance->edges.front();
      n = get(a_, balance != nullptr ? balance->edges.front().node : std::get<ir::Fallback>(n->what).primary);
    }
    return nullptr;
  }

  /// Nodes that choose nothing: in one dialect each has its counterpart, in order.
  void passed(const std::vector<const PlanNode*>& x, const std::vector<const PlanNode*>& y) {
    const std::size_t paired = same_dialect_ ? std::min(x.size(), y.size()) : 0;
    for (std::size_t i = 0; i < paired; ++i) node_own(x[i], y[i], true);
    for (std::size_t i = paired; i < x.size(); ++i) node_own(x[i], nullptr, true);
    for (std::size_t i = paired; i < y.size(); ++i) node_own(nullptr, y[i], true);
  }

  template <class E>
  bool gone(const E& edge) const {
    return out_.gone(&edge) || gone_with_all(edge.node);
  }
  /// A node is gone with the last of what it leads to.
  bool gone_with_all(NodeId id) const {
    const PlanNode* n = id.valid() ? get(a_, id) : nullptr;
    if (n == nullptr || out_.gone(n)) return n != nullptr;
    const auto all = [&](const auto& edges) {
      return std::all_of(edges.begin(), edges.end(), [&](const auto& e) { return gone(e); });
    };
    if (const auto* b = std::get_if<ir::Balance>(&n->what)) return !b->edges.empty() && all(b->edges);
    if (const auto* f = std::get_if<ir::Fallback>(&n->what)) return gone_with_all(f->primary) && all(f->edges);
    if (const auto* m = std::get_if<ir::Mirror>(&n->what)) return gone_with_all(m->primary);
    return false;
  }

  /// The one member that is left where all others of a balance or fallback are known to be gone.
  const PlanNode* left_of(const PlanNode* n) const {
    const PlanNode* left = nullptr;
    std::size_t others = 0;
    std::size_t alive = 0;
    const auto count = [&](const auto& edge) {
      if (gone(edge)) {
        ++others;
      } else {
        ++alive;
        left = get(a_, edge.node);
      }
    };
    if (const auto* b = std::get_if<ir::Balance>(&n->what)) {
      for (const ir::Edge& e : b->edges) count(e);
    } else if (const auto* f = std::get_if<ir::Fallback>(&n->what)) {
      count(ir::Edge{.node = f->primary});
      for (const ir::FallbackEdge& e : f->edges) count(e);
    }
    return alive == 1 && others > 0 ? left : nullptr;
  }

  /// `y` against what is left of `x`; the rest of `x` has no counterpart.
  void leftover(const PlanNode* x, const PlanNode* left, const PlanNode* y, bool alone) {
    around(x, nullptr, [&] {
      const auto member = [&](const ir::NodeId id, bool lone) {
        node(id, get(a_, id) == left ? id_of(b_, y) : NodeId{}, lone);
      };
      if (const auto* b = std::get_if<ir::Balance>(&x->what)) {
        balance_own(b, nullptr);
        for (std::size_t i = 0; i < b->edges.size(); ++i) {
          const ir::Edge& e = b->edges[i];
          path_.push_index("balance", i);
          out_.enter(&e, nullptr);
          weight(&e, nullptr, std::nullopt);
          order(&e, nullptr);
          moot(e.label, "a label");
          member(e.node, false);
          out_.leave();
          path_.pop();
        }
        return;
      }
      const auto& f = std::get<ir::Fallback>(x->what);
      fallback_own(&f, nullptr);
      path_.push("primary");
      member(f.primary, alone);
      path_.pop();
      for (std::size_t i = 0; i < f.edges.size(); ++i) {
        path_.push_index("fallback", i);
        out_.enter(&f.edges[i], nullptr);
        moot(f.edges[i].label, "a label");
        member(f.edges[i].node, true);
        out_.leave();
        path_.pop();
      }
    });
  }

  /// Both are balances of one: their weights and orders still ought to arrive in the same dialect.
  void lone_pair(NodeId ix, NodeId iy) {
    if (!same_dialect_ || !ix.valid() || !iy.valid()) return;
    const auto* x = std::get_if<ir::Balance>(&get(a_, ix)->what);
    const auto* y = std::get_if<ir::Balance>(&get(b_, iy)->what);
    if (x == nullptr || x->edges.size() != 1) return;
    const bool both = y != nullptr && y->edges.size() == 1;
    path_.push("weight");
    value(&x->edges[0].weight, both ? &y->edges[0].weight : nullptr, Class::Route);
    path_.pop();
    path_.push("order");
    value(&x->edges[0].order, both ? &y->edges[0].order : nullptr, Class::Route);
    path_.pop();
  }

  /// Name and extras of the nodes themselves.
  void node_own(const PlanNode* x, const PlanNode* y, bool label_moot) {
    if (x != nullptr && y == nullptr && label_moot) {
      moot(x->name, "a label");
    } else {
      path_.push("name");
      value(x ? &x->name : nullptr, y ? &y->name : nullptr, Class::Cosmetic);
      path_.pop();
    }
    named("extras", x, y, &PlanNode::extras, Class::Route);
  }

  void shapes(const PlanNode* x, const PlanNode* y, bool alone) {
    if (x && y && x->what.index() != y->what.index()) {
      unlike(x, y, alone);
      return;
    }
    out_.enter(x, y);
    node_own(x, y, false);
    if (x) a_.push(*x);
    if (y) b_.push(*y);
    const auto& what = x ? x->what : y->what;
    switch (what.index()) {
      case 0: use(pick<ir::Use>(x), pick<ir::Use>(y), alone); break;
      case 1: to(pick<ir::To>(x), pick<ir::To>(y)); break;
      case 2: balance(pick<ir::Balance>(x), pick<ir::Balance>(y)); break;
      case 3: fallback(pick<ir::Fallback>(x), pick<ir::Fallback>(y)); break;
      case 4: choice(pick<ir::Switch>(x), pick<ir::Switch>(y)); break;
      default: mirror(pick<ir::Mirror>(x), pick<ir::Mirror>(y)); break;
    }
    if (x) a_.pop();
    if (y) b_.pop();
    out_.leave();
  }

  template <class T>
  static const T* pick(const PlanNode* n) {
    return n ? &std::get<T>(n->what) : nullptr;
  }

  NodeId id_of(const Side& side, const PlanNode* n) const {
    return n ? NodeId{static_cast<std::uint32_t>(n - side.gateway->nodes.data())} : NodeId{};
  }

  /// Two plans of different shape: what one adds around a common core is told apart from the core.
  void unlike(const PlanNode* x, const PlanNode* y, bool alone) {
    if (const auto* m = std::get_if<ir::Mirror>(&x->what)) {
      around(x, nullptr, [&] {
        shadow(m, nullptr);
        node(m->primary, id_of(b_, y), alone);
      });
    } else if (const auto* n = std::get_if<ir::Mirror>(&y->what)) {
      around(nullptr, y, [&] {
        shadow(nullptr, n);
        node(id_of(a_, x), n->primary, alone);
      });
    } else if (const auto* f = std::get_if<ir::Fallback>(&x->what)) {
      around(x, nullptr, [&] {
        fallback_own(f, nullptr);
        path_.push("primary");
        node(f->primary, id_of(b_, y), alone);
        path_.pop();
        for (std::size_t i = 0; i < f->edges.size(); ++i) fallback_edge(i, &f->edges[i], nullptr);
      });
    } else if (const auto* g = std::get_if<ir::Fallback>(&y->what)) {
      around(nullptr, y, [&] {
        fallback_own(nullptr, g);
        path_.push("primary");
        node(id_of(a_, x), g->primary, alone);
        path_.pop();
        for (std::size_t i = 0; i < g->edges.size(); ++i) fallback_edge(i, nullptr, &g->edges[i]);
      });
    } else {
      shapes(x, nullptr, alone);
      shapes(nullptr, y, alone);
    }
  }

  template <class F>
  void around(const PlanNode* x, const PlanNode* y, F&& inner) {
    out_.enter(x, y);
    node_own(x, y, true);
    if (x) a_.push(*x);
    if (y) b_.push(*y);
    inner();
    if (x) a_.pop();
    if (y) b_.pop();
    out_.leave();
  }

  void to(const ir::To* x, const ir::To* y) {
    named("to", x, y, &ir::To::route, Class::Route);
    named("chained", x, y, &ir::To::chained, Class::Route);
  }

  template <class T, class M>
  void named(std::string_view name, const T* x, const T* y, M T::*pointer, Class cls) {
    const M* of_x = x ? &(x->*pointer) : nullptr;
    const M* of_y = y ? &(y->*pointer) : nullptr;
    if (!holds(of_x) && !holds(of_y)) return;
    path_.push(name);
    any(of_x, of_y, cls, ir::Match::Set);
    path_.pop();
  }

  void shadow(const ir::Mirror* x, const ir::Mirror* y) { named("mirror", x, y, &ir::Mirror::shadow, Class::Route); }

  void mirror(const ir::Mirror* x, const ir::Mirror* y) {
    shadow(x, y);
    node(x ? x->primary : NodeId{}, y ? y->primary : NodeId{}, true);
  }

  template <class E>
  std::vector<bool> gone_of(const std::vector<E>* edges) const {
    std::vector<bool> left_out;
    for (std::size_t i = 0; edges != nullptr && i < edges->size(); ++i) left_out.push_back(gone((*edges)[i]));
    return left_out;
  }

  void balance(const ir::Balance* x, const ir::Balance* y) {
    balance_own(x, y);
    edges(x, y);
  }

  void balance_own(const ir::Balance* x, const ir::Balance* y) {
    balance_policy(x, y);
    named("on_failure", x, y, &ir::Balance::on_failure, Class::Route);
    named("sticky", x, y, &ir::Balance::sticky, Class::Route);
  }

  void edges(const ir::Balance* x, const ir::Balance* y) {
    const Pairs pairs = match_children(nodes_of(x ? &x->edges : nullptr), nodes_of(y ? &y->edges : nullptr),
                                       gone_of(x ? &x->edges : nullptr));
    const auto reference = weight_reference(x, y, pairs);
    for (const auto& [i, j] : pairs) {
      const ir::Edge* ex = i == kNone ? nullptr : &x->edges[i];
      const ir::Edge* ey = j == kNone ? nullptr : &y->edges[j];
      path_.push_index("balance", ex ? i : j);
      out_.enter(ex, ey);
      weight(ex, ey, reference);
      order(ex, ey);
      if (ex && ey && ex->label.given()) named("label", ex, ey, &ir::Edge::label, Class::Cosmetic);
      if (ex && !(ey && ex->label.given())) moot(ex->label, "a label");
      node(ex ? ex->node : NodeId{}, ey ? ey->node : NodeId{}, false);
      out_.leave();
      path_.pop();
    }
  }

  void balance_policy(const ir::Balance* x, const ir::Balance* y) {
    const auto effective = [](const Side& side, const ir::Balance* b) -> const Field<ir::Policy>* {
      if (b == nullptr) return nullptr;
      return b->policy.absent() ? &side.gateway->routing.policy : &b->policy;
    };
    const Field<ir::Policy>* px = effective(a_, x);
    if (px != nullptr) arrived_.insert(px);
    path_.push("policy");
    value(px, effective(b_, y), Class::Route);
    path_.pop();
  }

  static Decimal weight_of(const ir::Edge& e) { return e.weight.given() ? *e.weight : Decimal(1); }

  /// The first pair in which both weights count; the others are compared in proportion to it.
  static std::optional<std::pair<Decimal, Decimal>> weight_reference(const ir::Balance* x, const ir::Balance* y,
                                                                     const Pairs& pairs) {
    if (x == nullptr || y == nullptr) return std::nullopt;
    for (const auto& [i, j] : pairs) {
      if (i == kNone || j == kNone) continue;
      const Decimal wx = weight_of(x->edges[i]);
      const Decimal wy = weight_of(y->edges[j]);
      if (!wx.is_zero() && !wy.is_zero()) return std::pair(wx, wy);
    }
    return std::pair(Decimal(1), Decimal(1));
  }

  void weight(const ir::Edge* x, const ir::Edge* y, const std::optional<std::pair<Decimal, Decimal>>& reference) {
    const Field<Decimal>* fx = x && x->weight.given() ? &x->weight : nullptr;
    const Field<Decimal>* fy = y && y->weight.given() ? &y->weight : nullptr;
    if (fx == nullptr && fy == nullptr) return;
    path_.push("weight");
    const Pair pair{
        path_, Class::Route, fx, fy, fx ? &fx->from : nullptr, fy ? &fy->from : nullptr, &show_field<Decimal>};
    bool equal = false;
    if (x && y && reference) {
      const auto left = weight_of(*x).times(reference->second);
      const auto right = weight_of(*y).times(reference->first);
      equal = left && right ? *left == *right : weight_of(*x) == weight_of(*y);
    }
    if (!equal) {
      tell(pair, false);
    } else if (fx != nullptr && fy == nullptr) {
      out_.implied(pair);
    } else if (fx != nullptr) {
      out_.same(pair);
    }
    path_.pop();
  }

  /// The tiers of a plan carry the order; the number itself matters to its own dialect alone.
  void order(const ir::Edge* x, const ir::Edge* y) {
    const Field<std::int64_t>* fx = x && !x->order.absent() ? &x->order : nullptr;
    const Field<std::int64_t>* fy = y && !y->order.absent() ? &y->order : nullptr;
    if (fx == nullptr) return;
    path_.push("order");
    const Pair pair{path_, Class::Route, fx, fy, &fx->from, fy ? &fy->from : nullptr, &show_field<std::int64_t>};
    if (y != nullptr && (fy == nullptr ? !same_dialect_ : same_field(*fx, *fy) || !same_dialect_)) {
      out_.same(pair);
    } else {
      tell(pair, false);
    }
    path_.pop();
  }

  void fallback_own(const ir::Fallback* x, const ir::Fallback* y) {
    named("fallback_statuses", x, y, &ir::Fallback::statuses, Class::Route);
    if (x != nullptr) moot(x->primary_label, "a label");
  }

  void fallback(const ir::Fallback* x, const ir::Fallback* y) {
    fallback_own(x, y);
    const std::size_t heir = x != nullptr && y != nullptr ? heir_of(*x) : kNone;
    path_.push("primary");
    tier_ = true;
    node(x ? x->primary : NodeId{}, y && heir == kNone ? y->primary : NodeId{}, true);
    path_.pop();
    if (heir != kNone) {
      path_.push_index("fallback", heir);
      out_.enter(&x->edges[heir], nullptr);
      moot(x->edges[heir].label, "a label");
      node(x->edges[heir].node, y->primary, true);
      out_.leave();
      path_.pop();
    }
    for (const ir::Failure on :
         {ir::Failure::Any, ir::Failure::RateLimit, ir::Failure::Timeout, ir::Failure::ServerError,
          ir::Failure::Unavailable, ir::Failure::BadGateway, ir::Failure::Authentication, ir::Failure::BadRequest,
          ir::Failure::NotFound, ir::Failure::ContextWindow, ir::Failure::ContentPolicy}) {
      fallback_edges(x, y, on, heir);
    }
  }

  /// The edge that takes the place of a primary that is gone.
  std::size_t heir_of(const ir::Fallback& f) const {
    if (!gone_with_all(f.primary)) return kNone;
    const auto heir = std::find_if(f.edges.begin(), f.edges.end(),
                                   [&](const ir::FallbackEdge& e) { return e.on == ir::Failure::Any && !gone(e); });
    return heir == f.edges.end() ? kNone : static_cast<std::size_t>(heir - f.edges.begin());
  }

  void fallback_edges(const ir::Fallback* x, const ir::Fallback* y, ir::Failure on, std::size_t heir) {
    std::vector<NodeId> ex;
    std::vector<NodeId> ey;
    std::vector<std::size_t> ix;
    std::vector<std::size_t> iy;
    const auto gather = [&](const ir::Fallback* f, std::vector<NodeId>& nodes, std::vector<std::size_t>& index) {
      for (std::size_t i = 0; f && i < f->edges.size(); ++i) {
        if (f->edges[i].on != on || (f == x && i == heir)) continue;
        if (f == x && gone(f->edges[i])) {
          fallback_edge(i, &f->edges[i], nullptr);
          continue;
        }
        nodes.push_back(f->edges[i].node);
        index.push_back(i);
      }
    };
    gather(x, ex, ix);
    gather(y, ey, iy);
    if (ex.empty() && ey.empty()) return;
    std::size_t last = 0;
    for (const auto& [i, j] : match_children(ex, ey, {})) {
      const ir::FallbackEdge* fx = i == kNone ? nullptr : &x->edges[ix[i]];
      const ir::FallbackEdge* fy = j == kNone ? nullptr : &y->edges[iy[j]];
      const bool out_of_order = fx && fy && iy[j] < last;
      if (fy != nullptr && fx != nullptr) last = std::max(last, iy[j]);
      if (out_of_order) {
        fallback_edge(ix[i], fx, nullptr);
        fallback_edge(iy[j], nullptr, fy);
      } else {
        fallback_edge(fx ? ix[i] : iy[j], fx, fy);
      }
    }
  }

  void fallback_edge(std::size_t index, const ir::FallbackEdge* x, const ir::FallbackEdge* y) {
    path_.push_index("fallback", index);
    out_.enter(x, y);
    if (x != nullptr) moot(x->label, "a label");
    tier_ = true;
    node(x ? x->node : NodeId{}, y ? y->node : NodeId{}, true);
    out_.leave();
    path_.pop();
  }

  void default_fallbacks() {
    const auto& x = a_.gateway->default_fallbacks;
    const auto& y = b_.gateway->default_fallbacks;
    if (x.empty() && y.empty()) return;
    path_.push("default_fallbacks");
    out_.enter(&x, &y);
    if (!same_dialect_ && y.empty() && any_inherited()) {
      out_.leave();
      path_.pop();
      return;
    }
    for (std::size_t i = 0; i < std::max(x.size(), y.size()); ++i)
      fallback_edge(i, i < x.size() ? &x[i] : nullptr, i < y.size() ? &y[i] : nullptr);
    out_.leave();
    path_.pop();
  }

  bool any_inherited() const {
    for (const PlanNode& n : a_.gateway->nodes) {
      const auto* f = std::get_if<ir::Fallback>(&n.what);
      if (f && std::any_of(f->edges.begin(), f->edges.end(), [](const ir::FallbackEdge& e) { return e.inherited; }))
        return true;
    }
    return false;
  }

  static std::string show_case(const void* p) { return ir::show(static_cast<const ir::SwitchCase*>(p)->condition); }

  void choice(const ir::Switch* x, const ir::Switch* y) {
    const std::size_t n = x ? x->cases.size() : 0;
    const std::size_t m = y ? y->cases.size() : 0;
    for (std::size_t i = 0, j = 0; i < n || j < m;) {
      const ir::SwitchCase* cx = i < n ? &x->cases[i] : nullptr;
      const ir::SwitchCase* cy = j < m && !(cx && y && gone(*cx)) ? &y->cases[j] : nullptr;
      path_.push_index("case", cx ? i : j);
      if (cx) ++i;
      if (cy) ++j;
      out_.enter(cx, cy);
      path_.push("when");
      tell({path_, Class::Route, cx, cy, cx ? &cx->condition_from : nullptr, cy ? &cy->condition_from : nullptr,
            &show_case},
           cx && cy && show_case(cx) == show_case(cy));
      path_.pop();
      if (cx && cx->label.given()) named("label", cx, cy, &ir::SwitchCase::label, Class::Cosmetic);
      node(cx ? cx->node : NodeId{}, cy ? cy->node : NodeId{}, true);
      out_.leave();
      path_.pop();
    }
    path_.push("otherwise");
    if (x && x->otherwise_label.given()) named("label", x, y, &ir::Switch::otherwise_label, Class::Cosmetic);
    node(x ? x->otherwise : NodeId{}, y ? y->otherwise : NodeId{}, true);
    path_.pop();
    idle(x, y);
  }

  void idle(const ir::Switch* x, const ir::Switch* y) {
    for (const auto& [i, j] : match_children(nodes_of(x ? &x->idle : nullptr), nodes_of(y ? &y->idle : nullptr),
                                             gone_of(x ? &x->idle : nullptr))) {
      const ir::Edge* ex = i == kNone ? nullptr : &x->idle[i];
      const ir::Edge* ey = j == kNone ? nullptr : &y->idle[j];
      path_.push_index("idle", ex ? i : j);
      out_.enter(ex, ey);
      if (ex) named("label", ex, ey, &ir::Edge::label, Class::Cosmetic);
      node(ex ? ex->node : NodeId{}, ey ? ey->node : NodeId{}, true);
      out_.leave();
      path_.pop();
    }
  }

  bool tier_ = false;  // the next node is the primary or an edge of a fallback
};

}  // namespace gatec::compare
