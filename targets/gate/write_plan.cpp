#include "targets/gate/write_members.h"

#include <algorithm>
#include <set>
#include <tuple>

namespace gatec::targets::gate {
namespace {

using syntax::quoted_string;

bool says_nothing(const Lines& lines) { return lines.empty(); }

}  // namespace

bool Writer::is_default_failure(const ir::Balance& b) const {
  const auto& f = b.on_failure;
  return f.state == on_failure_.state && (!f.given() || *f == *on_failure_) &&
         f.from.is_default() == on_failure_.from.is_default();
}

/// Nothing of its own to say but its members.
bool Writer::is_plain_balance(const ir::PlanNode& n) const {
  const auto* b = std::get_if<ir::Balance>(&n.what);
  if (b == nullptr || b->edges.empty() || !b->policy.absent() || !is_default_failure(*b) ||
      !b->sticky.enabled.absent() || !b->sticky.ttl.absent() || !b->sticky.per.absent())
    return false;
  // members of rising order would be read as tiers
  const auto& order = b->edges[0].order;
  for (const ir::Edge& e : b->edges) {
    if (e.order.state != order.state || (order.given() && *e.order != *order)) return false;
  }
  return b->edges.size() > 1 || !b->edges[0].weight.absent() || !b->edges[0].order.absent();
}

/// Whether all members have one and the same order, as somebody wrote it, and nothing else is said.
bool Writer::same_order(const ir::PlanNode& n, std::int64_t& order) const {
  Lines own;
  const_cast<Writer*>(this)->own_node(own, n, true);
  if (!own.empty() || !is_plain_balance(n)) return false;
  const auto& edges = std::get<ir::Balance>(n.what).edges;
  for (const ir::Edge& e : edges) {
    if (!e.order.given() || *e.order != *edges[0].order) return false;
  }
  order = *edges[0].order;
  return true;
}

/// So many edges of a fallback are tiers that the order of the members tells.
std::size_t Writer::tiers(const ir::Fallback& f) const {
  std::int64_t last = 0;
  if (!same_order(gateway_.at(f.primary), last)) return 0;
  std::size_t count = 0;
  for (const ir::FallbackEdge& e : f.edges) {
    std::int64_t order = 0;
    if (e.on != ir::Failure::Any || e.inherited || !e.label.absent() || !same_order(gateway_.at(e.node), order) ||
        order <= last)
      break;
    last = order;
    ++count;
  }
  return count;
}

void Writer::own_node(Lines& to, const ir::PlanNode& n, bool settings) {
  any(to, "name", n.name);
  if (settings) members(to, n.settings);
  any(to, "", n.extras);
}

Lines Writer::edge_settings(const ir::Edge& e) {
  Lines out;
  any(out, "weight", e.weight);
  any(out, "order", e.order);
  any(out, "label", e.label);
  return out;
}

void Writer::deployment(Line& line, const ir::Deployment& d) {
  line.head += " " + (d.provider.valid() ? bindings_[d.provider.value] : std::string("_"));
  const bool labelled = can_label(d.upstream_model);
  if (labelled) line.head += "[" + quoted_string(*d.upstream_model) + "]";
  if (labelled) {
    members(line.body, d, {"upstream_model"});
  } else {
    members(line.body, d);
  }
  members(line.body, d.settings);
}

/// What several places of the plans use is declared once.
void Writer::deployments(Lines& to) {
  std::vector<std::size_t> uses(gateway_.deployments.size(), 0);
  for (const ir::PlanNode& n : gateway_.nodes) {
    if (const auto* u = std::get_if<ir::Use>(&n.what)) ++uses[u->deployment.value];
  }
  shared_.resize(gateway_.deployments.size());
  std::set<std::string> taken(bindings_.begin(), bindings_.end());
  for (std::size_t i = 0; i < uses.size(); ++i) {
    if (uses[i] < 2) continue;
    const auto& model = gateway_.deployments[i].upstream_model;
    const std::string base = identifier(model.given() ? *model : "deployment");
    shared_[i] = base;
    for (int n = 2; !taken.insert(shared_[i]).second; ++n) shared_[i] = base + "_" + std::to_string(n);
    Line line{"deployment " + shared_[i], true, {}};
    deployment(line, gateway_.deployments[i]);
    to.push_back(std::move(line));
  }
}

Line Writer::use(const ir::PlanNode& n, const ir::Use& u, Lines edge, bool settings) {
  Line line{"use", true, std::move(edge)};
  if (const std::string& name = shared_[u.deployment.value]; !name.empty()) {
    line.head += " " + name;
  } else {
    deployment(line, gateway_.at(u.deployment));
  }
  Lines own;
  own_node(own, n, settings);
  if (!own.empty()) line.body.push_back({"node", true, std::move(own)});
  return line;
}

void Writer::balance(Lines& to, const ir::Balance& b) {
  for (const ir::Edge& e : b.edges) to.push_back(member_of_plan(e.node, edge_settings(e)));
}

/// A node as a member of another: `edge` is what that one says of it.
Line Writer::member_of_plan(ir::NodeId id, Lines edge) {
  const ir::PlanNode& n = gateway_.at(id);
  if (const auto* u = std::get_if<ir::Use>(&n.what)) return use(n, *u, std::move(edge));
  if (const auto* t = std::get_if<ir::To>(&n.what)) {
    Line line{"to", true, std::move(edge)};
    if (can_label(t->route)) {
      line.head += " " + quoted_string(*t->route);
    } else {
      any(line.body, "route", t->route);
    }
    const bool as_usual = t->chained.given() && *t->chained && t->chained.from.is_default();
    if (t->chained.absent()) line.body.push_back({"chained = none", false, {}});
    if (!as_usual) any(line.body, "chained", t->chained);
    members(line.body, n.settings);
    Lines own;
    own_node(own, n, false);
    if (!own.empty()) line.body.push_back({"node", true, std::move(own)});
    return line;
  }
  if (const auto* b = std::get_if<ir::Balance>(&n.what)) {
    Line line{"balance", true, std::move(edge)};
    if (can_label(b->policy)) {
      line.head += " " + text(*b->policy, "policy", nullptr);
    } else {
      any(line.body, "policy", b->policy);
    }
    if (!is_default_failure(*b)) {
      if (b->on_failure.absent()) line.body.push_back({"on_failure = none", false, {}});
      any(line.body, "on_failure", b->on_failure);
    }
    any(line.body, "sticky", b->sticky);
    members(line.body, n.settings);
    Lines own;
    own_node(own, n, false);
    if (!own.empty()) line.body.push_back({"node", true, std::move(own)});
    balance(line.body, *b);
    return line;
  }
  if (const auto* s = std::get_if<ir::Switch>(&n.what)) {
    Line line{"switch", true, std::move(edge)};
    members(line.body, n.settings);
    Lines own;
    own_node(own, n, false);
    if (!own.empty()) line.body.push_back({"node", true, std::move(own)});
    for (const ir::SwitchCase& c : s->cases) {
      Line one{"case", true, {}};
      one.body.push_back({"when = " + condition(c.condition), false, {}});
      any(one.body, "label", c.label);
      plan(one.body, c.node, nullptr);
      line.body.push_back(std::move(one));
    }
    if (s->otherwise.valid()) {
      Line one{"otherwise", true, {}};
      any(one.body, "label", s->otherwise_label);
      plan(one.body, s->otherwise, nullptr);
      line.body.push_back(std::move(one));
    }
    for (const ir::Edge& e : s->idle) {
      Line one{"idle", true, edge_settings(e)};
      plan(one.body, e.node, nullptr);
      line.body.push_back(std::move(one));
    }
    return line;
  }
  if (const auto* m = std::get_if<ir::Mirror>(&n.what)) {
    Line line{"mirror", true, std::move(edge)};
    if (can_label(m->shadow)) {
      line.head += " " + quoted_string(*m->shadow);
    } else {
      any(line.body, "shadow", m->shadow);
    }
    plan(line.body, m->primary, nullptr);
    Lines own;
    own_node(own, n, true);
    if (!own.empty()) line.body.push_back({"mirror_node", true, std::move(own)});
    return line;
  }
  Line line{"group", true, std::move(edge)};
  plan(line.body, id, nullptr);
  return line;
}

std::string Writer::condition(const ir::Condition& c) {
  using Op = ir::Condition::Op;
  static constexpr std::array<std::string_view, 12> kNames = {"always", "all", "any", "eq",     "ne",      "gt",
                                                              "gte",    "lt",  "lte", "one_of", "none_of", "matches"};
  std::string out(kNames[static_cast<std::size_t>(c.op)]);
  out += "(";
  bool first = true;
  const auto add = [&](const std::string& text) {
    if (!first) out += ", ";
    first = false;
    out += text;
  };
  if (c.op == Op::And || c.op == Op::Or) {
    for (const ir::Condition& part : c.parts) add(condition(part));
  } else if (c.op != Op::Always) {
    add(quoted_string(c.subject));
    for (const ir::Value& v : c.operands) add(value(v, ""));
  }
  return out + ")";
}

void Writer::edges(Lines& to, const std::vector<ir::FallbackEdge>& all, const ir::List<std::int64_t>* statuses,
                   const ir::Field<std::string>* label, std::size_t first, std::string_view word) {
  bool told = false;
  for (std::size_t i = first; i < all.size() || (!told && i == first);) {
    const bool inherited = i < all.size() && all[i].inherited;
    Line line{std::string(word) + (inherited ? " inherited" : ""), true, {}};
    if (!told) {
      if (statuses != nullptr) any(line.body, "statuses", *statuses);
      if (label != nullptr) any(line.body, "primary_label", *label);
    }
    const bool needed = !told && (!says_nothing(line.body) || (first == 0 && all.empty()));
    told = true;
    if (i >= all.size()) {
      if (needed) to.push_back(std::move(line));
      return;
    }
    for (; i < all.size() && all[i].inherited == inherited; ++i) {
      const ir::FallbackEdge& e = all[i];
      Lines own;
      if (e.on != ir::Failure::Any) own.push_back({"on = " + std::string(ir::failure_name(e.on)), false, {}});
      any(own, "label", e.label);
      const bool bare = own.size() == 1 && e.on != ir::Failure::Any;
      Line member = member_of_plan(e.node, std::move(own));
      if (bare && member.head.starts_with("to \"") && member.body.size() == 1) {
        member.head += " on " + std::string(ir::failure_name(e.on));
        member.body.clear();
      }
      line.body.push_back(std::move(member));
    }
    to.push_back(std::move(line));
  }
}

/// The settings of the root stand in the body itself, unless a `use` is all there is: its body has settings of its own.
void Writer::root_settings(Lines& to, const ir::PlanNode& n) {
  members(to, n.settings);
  Lines own;
  own_node(own, n, false);
  if (!own.empty()) to.push_back({"node", true, std::move(own)});
}

/// The edges that a reader gives the route unasked (docs/language/reference.md).
std::vector<const ir::To*> Writer::inherits(const ir::Route& route) const {
  std::vector<const ir::To*> out;
  for (const ir::FallbackEdge& e : gateway_.default_fallbacks) {
    const auto* const to = std::get_if<ir::To>(&gateway_.at(e.node).what);
    if (to != nullptr && !(to->route.given() && route.name.given() && *to->route == *route.name)) out.push_back(to);
  }
  return out;
}

bool Writer::same_target(const ir::FallbackEdge& e, const ir::To& other) {
  const ir::PlanNode& node = gateway_.at(e.node);
  const auto* const to = std::get_if<ir::To>(&node.what);
  Lines own;
  own_node(own, node, true);
  const auto said = [](const ir::To& t) {
    return std::tuple(t.route.state, t.route.given() ? *t.route : "", t.chained.state, t.chained.given() && *t.chained,
                      t.chained.from.is_default());
  };
  return to != nullptr && own.empty() && e.on == ir::Failure::Any && e.label.absent() && said(*to) == said(other);
}

/// The fallbacks of a route behind its first `ordered` edges. What it inherits goes without saying.
void Writer::route_fallbacks(Lines& to, const ir::Fallback* f, std::size_t ordered, const ir::Route& route) {
  const std::vector<const ir::To*> unasked = inherits(route);
  static const std::vector<ir::FallbackEdge> kNone;
  const std::vector<ir::FallbackEdge>& all = f != nullptr ? f->edges : kNone;
  std::size_t inherited = 0;
  bool own = false;
  for (std::size_t i = ordered; i < all.size(); ++i) {
    if (all[i].inherited) ++inherited;
    own = own || (!all[i].inherited && all[i].on == ir::Failure::Any);
  }
  std::size_t same = 0;
  while (!own && same < unasked.size() && ordered + same < all.size() && all[ordered + same].inherited &&
         same_target(all[ordered + same], *unasked[same]))
    ++same;
  const bool as_unasked = !own && same == unasked.size() && inherited == same;
  if (!as_unasked && inherited == 0 && !own) to.push_back({"fallback inherited", true, {}});
  if (f == nullptr) return;
  const std::size_t first = ordered + (as_unasked ? same : 0);
  const bool more = first < all.size() || !f->statuses.absent() || !f->primary_label.absent() || all.empty();
  if (more) edges(to, all, &f->statuses, &f->primary_label, first, "fallback");
}

void Writer::plan(Lines& to, ir::NodeId id, const ir::Route* route) {
  const ir::PlanNode& n = gateway_.at(id);
  const auto members_of = [&](ir::NodeId node) {
    const ir::PlanNode& inner = gateway_.at(node);
    Lines own;
    own_node(own, inner, true);
    if (is_plain_balance(inner) && own.empty()) {
      balance(to, std::get<ir::Balance>(inner.what));
    } else {
      to.push_back(member_of_plan(node, {}));
    }
  };
  if (const auto* f = std::get_if<ir::Fallback>(&n.what)) {
    const std::size_t ordered = tiers(*f);
    members_of(f->primary);
    for (std::size_t i = 0; i < ordered; ++i) balance(to, std::get<ir::Balance>(gateway_.at(f->edges[i].node).what));
    if (route != nullptr) {
      route_fallbacks(to, f, ordered, *route);
    } else if (ordered < f->edges.size() || !f->statuses.absent() || !f->primary_label.absent() || f->edges.empty()) {
      edges(to, f->edges, &f->statuses, &f->primary_label, ordered, "fallback");
    }
    root_settings(to, n);
    return;
  }
  if (is_plain_balance(n)) {
    balance(to, std::get<ir::Balance>(n.what));
    root_settings(to, n);
  } else if (const auto* u = std::get_if<ir::Use>(&n.what); u != nullptr && n.name.absent() && n.extras.empty()) {
    to.push_back(use(n, *u, {}, false));
    members(to, n.settings);
  } else {
    to.push_back(member_of_plan(id, {}));
  }
  if (route != nullptr) route_fallbacks(to, nullptr, 0, *route);
}

}  // namespace gatec::targets::gate
