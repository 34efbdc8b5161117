#include "targets/gate/members.h"

#include <algorithm>

namespace gatec::targets::gate {
namespace {

constexpr std::string_view kNothing = "_";

ir::Failure failure_of(std::string_view text, bool& known) {
  for (const ir::Failure f : kFailures) {
    if (ir::failure_name(f) == text) return f;
  }
  known = false;
  return ir::Failure::Any;
}

}  // namespace

bool Reader::edge_member(const doc::Entry& entry, Child& child) {
  const std::string_view key = entry.key->text();
  if (key == "weight") {
    any(*entry.value, child.weight, key);
  } else if (key == "order") {
    any(*entry.value, child.order, key);
  } else if (key == "label") {
    any(*entry.value, child.label, key);
  } else if (key == "on" && entry.value->is_scalar()) {
    bool known = true;
    child.on = failure_of(text(*entry.value), known);
    take(*entry.value);
    if (!known) wrong(*entry.value, key, "a kind of failure as `context_window`");
  } else {
    return false;
  }
  return true;
}

/// `node { … }`: what belongs to the node of the plan itself, where the block around it has other meanings for the same
/// names.
void Reader::own_node(const Node& node, ir::NodeId id) {
  each_body(node, [&](const Node& body) {
    if (body.empty()) take(body);
    for (const doc::Entry& e : body.entries()) {
      ir::PlanNode& n = gateway_.at(id);
      if (e.key->text() == "name") {
        any(*e.value, n.name, "name");
      } else if (!setting(e, n.settings) && !extras(e, n.extras)) {
        unknown(e, {"name", "retry", "timeout", "cache", "params", "guardrails", "breaker"}, "node");
      }
    }
  });
}

ir::NodeId Reader::balanced(std::vector<Child>& children, bool wrapped) {
  const bool lone = children.size() == 1 && !wrapped && children[0].weight.absent() && children[0].order.absent();
  if (lone) return children[0].node;
  ir::Balance b;
  b.on_failure = on_failure_;
  for (Child& c : children) b.edges.push_back({c.node, std::move(c.weight), std::move(c.order), std::move(c.label)});
  return add(std::move(b));
}

void Reader::fallback(const Node& body, Fallbacks& to) {
  bool inherited = false;
  bool said = false;
  if (body.empty()) take(body);
  for (const doc::Entry& e : body.entries()) {
    const std::string_view key = e.key->text();
    if (key == "$") {
      inherited = text(*e.value) == "inherited";
      if (!inherited) wrong(*e.value, "fallback", "no label but `inherited`");
      take(*e.value);
      continue;
    }
    said = true;
    if (key == "plan") {
      for (const Node* wrapped : e.value->elements()) {
        Child c = child(*wrapped, &to.statuses);
        if (!c.node.valid()) continue;
        ir::NodeId node = c.node;
        if (!c.order.absent() || !c.weight.absent()) {
          std::vector<Child> one;
          Field<std::string> label = c.label;
          c.label = {};
          one.push_back(std::move(c));
          node = balanced(one, true);
          c.label = label;
        }
        to.edges.push_back({node, c.on, c.label, inherited});
      }
    } else if (key == "statuses" || key == "on") {
      any(*e.value, to.statuses, key);
    } else if (key == "primary_label") {
      any(*e.value, to.primary_label, key);
    } else {
      unknown(e, {"use", "to", "balance", "group", "statuses", "primary_label"}, "fallback");
    }
  }
  to.inherited = to.inherited || inherited;
  to.said = to.said || said || !inherited;
}

void Reader::default_fallback(const Node& body) {
  Fallbacks read;
  fallback(body, read);
  const bool plain =
      !read.inherited && read.statuses.absent() && read.primary_label.absent() &&
      std::ranges::all_of(read.edges, [&](const ir::FallbackEdge& e) {
        return e.on == ir::Failure::Any && e.label.absent() && std::holds_alternative<ir::To>(gateway_.at(e.node).what);
      });
  if (!plain) return wrong(body, "default_fallback", "`to` and a model, as often as needed");
  gateway_.default_fallbacks.insert(gateway_.default_fallbacks.end(), read.edges.begin(), read.edges.end());
}

/// A model that says of no failure in general where to go takes the default fallbacks, without itself.
void Reader::inherit(std::string_view route, Fallbacks& to) {
  const auto general = [](const ir::FallbackEdge& e) { return e.on == ir::Failure::Any; };
  if (to.inherited || std::ranges::any_of(to.edges, general)) return;
  std::vector<ir::FallbackEdge> taken;
  for (const ir::FallbackEdge& e : gateway_.default_fallbacks) {
    ir::PlanNode node = gateway_.at(e.node);
    ir::To& target = std::get<ir::To>(node.what);
    if (target.route.given() && *target.route == route) continue;
    target.route.from = Origin(target.route.from.first(), kInherited);
    taken.push_back({gateway_.add(std::move(node)), ir::Failure::Any, {}, true});
  }
  to.said = to.said || !taken.empty();
  to.edges.insert(to.edges.begin(), taken.begin(), taken.end());
}

Reader::Plan Reader::plan(const Node& body, std::string_view what, const Rest& rest, std::string_view route) {
  Plan out;
  std::vector<Child> children;
  Fallbacks fallbacks;
  ir::Settings settings;
  std::vector<const Node*> own;
  bool sets = false;
  for (const doc::Entry& e : body.entries()) {
    const std::string_view key = e.key->text();
    if (key == "plan" && is_blocks(*e.value)) {
      for (const Node* wrapped : e.value->elements()) {
        Child c = child(*wrapped, nullptr);
        if (c.node.valid()) children.push_back(std::move(c));
      }
    } else if (key == "fallback") {
      each_body(*e.value, [&](const Node& inner) { fallback(inner, fallbacks); });
    } else if (key == "node") {
      own.push_back(e.value);
    } else if (edge_member(e, out.edge)) {
      continue;
    } else if (rest && rest(e)) {
      continue;
    } else if (setting(e, settings)) {
      sets = true;
    } else {
      unknown(e,
              {"use", "to", "balance", "group", "switch", "mirror", "fallback", "retry", "timeout", "cache", "params",
               "guardrails", "breaker", "weight", "order", "label"},
              what);
    }
  }
  if (children.empty()) {
    wrong(body, what, "something that answers: `use`, `to`, `balance`, `switch`");
    ir::Use none;
    none.deployment = gateway_.add(ir::Deployment{});
    children.push_back({add(none), {}, {}, {}});
  }
  // Members of one order are tiers: the first answers, the others follow when it fails.
  std::vector<std::vector<Child>> tiers(1);
  for (Child& c : children) {
    std::vector<Child>& last = tiers.back();
    const bool next = !last.empty() && c.order.given() && last.front().order.given() && *c.order > *last.front().order;
    if (next) tiers.emplace_back();
    tiers.back().push_back(std::move(c));
  }
  const bool several = tiers.size() > 1;
  ir::NodeId root = balanced(tiers[0], false);
  if (!route.empty()) inherit(route, fallbacks);
  if (several || fallbacks.said) {
    ir::Fallback f;
    f.primary = root;
    for (std::size_t i = 1; i < tiers.size(); ++i)
      f.edges.push_back({balanced(tiers[i], true), ir::Failure::Any, {}, false});
    for (ir::FallbackEdge& e : fallbacks.edges) f.edges.push_back(std::move(e));
    f.statuses = std::move(fallbacks.statuses);
    f.primary_label = std::move(fallbacks.primary_label);
    root = add(std::move(f));
  }
  if (sets) gateway_.at(root).settings = std::move(settings);
  for (const Node* n : own) own_node(*n, root);
  out.root = root;
  return out;
}

Reader::Child Reader::child(const Node& wrapped, ir::List<std::int64_t>* statuses) {
  const doc::Entry& entry = wrapped.entries().front();
  const std::string_view kind = entry.key->text();
  const Node& body = *entry.value;
  if (body.empty()) take(body);
  if (kind == "use") return use(body);
  if (kind == "to") return to(body, statuses);
  if (kind == "balance") return balance(body);
  if (kind == "switch") return choice(body);
  if (kind == "mirror") return mirror(body);
  Plan p = plan(body, "group", {});
  p.edge.node = p.root;
  return std::move(p.edge);
}

ir::ProviderId Reader::provider_named(const Node& node) {
  const std::string name = text(node);
  take(node);
  if (name == kNothing) return gateway_.add(ir::Provider{});
  const auto found = providers_.find(name);
  if (found != providers_.end()) return found->second;
  if (!context_.proving) {
    std::vector<std::string_view> known;
    for (const auto& [binding, id] : providers_) known.push_back(binding);
    const auto nearest = base::nearest_word(name, known);
    context_.sink.report(
        DiagId::GateProvider, node.span(),
        "there is no provider " + quoted(name) + (nearest ? ", did you mean " + quoted(*nearest) + "?" : ""));
  }
  return gateway_.add(ir::Provider{});
}

void Reader::deployment(const Node& body, std::size_t labels, ir::Deployment& d, Child& c,
                        std::vector<const Node*>& own) {
  const std::string provider = labels == 0 ? "$" : "$2";
  const std::string upstream = labels == 0 ? "$2" : "$3";
  for (const doc::Entry& e : body.entries()) {
    const std::string_view key = e.key->text();
    if (labels > 0 && key == "$") {
      take(*e.value);
    } else if (key == provider) {
      d.provider = provider_named(*e.value);
    } else if (key == upstream) {
      any(*e.value, d.upstream_model, "use");
    } else if (key == "node") {
      own.push_back(e.value);
    } else if (edge_member(e, c) || limits(e, d.limits, d.budgets) || setting(e, d.settings) || extras(e, d.extras)) {
      continue;
    } else if (key == "price") {
      any(*e.value, d.prices, key);
    } else if (!member(e, d)) {
      std::vector<std::string_view> known = {"weight", "order", "label",  "limit",       "steer",
                                             "budget", "price", "params", "force_params"};
      names_of<ir::Deployment>(known);
      names_of<ir::Settings>(known);
      unknown(e, std::move(known), "use");
    }
  }
}

void Reader::declare_deployment(const Node& body) {
  const Node* const label = body.get("$");
  if (label == nullptr) return wrong(body, "deployment", "a name");
  ir::Deployment d;
  Child nowhere;
  std::vector<const Node*> own;
  deployment(body, 1, d, nowhere, own);
  for (const Node* n : own) wrong(*n, "deployment", "no node of a plan");
  if (!deployments_.emplace(text(*label), gateway_.add(std::move(d))).second && !context_.proving)
    context_.sink.report(DiagId::DuplicateEntity, label->span(), "there are two deployments " + quoted(text(*label)));
}

Reader::Child Reader::use(const Node& body) {
  Child c;
  std::vector<const Node*> own;
  ir::Use u;
  const Node* const label = body.get("$");
  const auto declared =
      label != nullptr && body.get("$2") == nullptr ? deployments_.find(text(*label)) : deployments_.end();
  if (declared != deployments_.end()) {
    u.deployment = declared->second;
    for (const doc::Entry& e : body.entries()) {
      if (e.value == label) {
        take(*label);
      } else if (e.key->text() == "node") {
        own.push_back(e.value);
      } else if (!edge_member(e, c)) {
        unknown(e, {"weight", "order", "label", "on", "node"}, "use of a deployment");
      }
    }
  } else {
    ir::Deployment d;
    deployment(body, 0, d, c, own);
    u.deployment = gateway_.add(std::move(d));
  }
  c.node = add(u);
  for (const Node* n : own) own_node(*n, c.node);
  return c;
}

Reader::Child Reader::to(const Node& body, ir::List<std::int64_t>* statuses) {
  ir::To t;
  t.chained = {true, Origin(kChained)};
  Child c;
  ir::Settings settings;
  std::vector<const Node*> own;
  bool on = false;
  for (const doc::Entry& e : body.entries()) {
    const std::string_view key = e.key->text();
    if (key == "$") {
      any(*e.value, t.route, "to");
    } else if (key.starts_with('$')) {
      if (!on) {
        on = text(*e.value) == "on";
        if (!on) wrong(*e.value, "to", "`on` and a failure after the route");
        take(*e.value);
        continue;
      }
      if (e.value->is_sequence() && statuses != nullptr) {
        any(*e.value, *statuses, "on");
        continue;
      }
      bool known = true;
      c.on = failure_of(text(*e.value), known);
      if (!known) wrong(*e.value, "on", "a kind of failure as `context_window`");
      take(*e.value);
    } else if (key == "route") {
      any(*e.value, t.route, key);
    } else if (key == "chained") {
      t.chained = {};
      any(*e.value, t.chained, key);
    } else if (key == "node") {
      own.push_back(e.value);
    } else if (!edge_member(e, c) && !setting(e, settings)) {
      unknown(e, {"route", "chained", "weight", "order", "label", "retry", "timeout", "params"}, "to");
    }
  }
  c.node = add(std::move(t));
  gateway_.at(c.node).settings = std::move(settings);
  for (const Node* n : own) own_node(*n, c.node);
  return c;
}

Reader::Child Reader::balance(const Node& body) {
  ir::Balance b;
  b.on_failure = on_failure_;
  Child c;
  ir::Settings settings;
  std::vector<const Node*> own;
  for (const doc::Entry& e : body.entries()) {
    const std::string_view key = e.key->text();
    if (key == "$" || key == "policy") {
      any(*e.value, b.policy, "balance");
    } else if (key == "on_failure") {
      b.on_failure = {};
      any(*e.value, b.on_failure, key);
    } else if (key == "sticky") {
      any(*e.value, b.sticky, key);
    } else if (key == "plan" && is_blocks(*e.value)) {
      for (const Node* wrapped : e.value->elements()) {
        Child inner = child(*wrapped, nullptr);
        if (inner.node.valid())
          b.edges.push_back({inner.node, std::move(inner.weight), std::move(inner.order), std::move(inner.label)});
      }
    } else if (key == "node") {
      own.push_back(e.value);
    } else if (!edge_member(e, c) && !setting(e, settings)) {
      unknown(e, {"policy", "on_failure", "sticky", "use", "to", "group", "weight", "order", "label"}, "balance");
    }
  }
  c.node = add(std::move(b));
  gateway_.at(c.node).settings = std::move(settings);
  for (const Node* n : own) own_node(*n, c.node);
  return c;
}

ir::Condition Reader::condition(const Node& node, int depth) {
  ir::Condition c;
  const Node* op = node.is_mapping() ? node.get("op") : nullptr;
  if (op == nullptr || depth > 100) {
    wrong(node, "when", "a condition as `eq(\"params.model\", \"gpt-4o\")`");
    return c;
  }
  for (std::size_t i = 0; i < kOps.size(); ++i) {
    if (kOps[i] == op->text()) c.op = static_cast<ir::Condition::Op>(i);
  }
  if (const Node* subject = node.get("subject")) c.subject = text(*subject);
  if (const Node* operands = node.get("operands")) {
    for (const Node* o : operands->elements()) c.operands.push_back(value(*o, ""));
  }
  if (const Node* parts = node.get("parts")) {
    for (const Node* p : parts->elements()) c.parts.push_back(condition(*p, depth + 1));
  }
  return c;
}

Reader::Child Reader::choice(const Node& body) {
  ir::Switch s;
  Child c;
  ir::Settings settings;
  std::vector<const Node*> own;
  const auto taken_with = [&](const Node& node, Origin& from) {
    const auto go = [&](const auto& self, const Node& n) -> void {
      if (n.leaf().valid()) from.add(origin(n));
      for (const Node* element : n.elements()) self(self, *element);
      for (const doc::Entry& e : n.entries()) self(self, *e.value);
    };
    go(go, node);
  };
  for (const doc::Entry& e : body.entries()) {
    const std::string_view key = e.key->text();
    if (key == "case") {
      each_body(*e.value, [&](const Node& inner) {
        ir::SwitchCase one;
        Plan p = plan(inner, "case", [&](const doc::Entry& x) {
          if (x.key->text() != "when") return false;
          one.condition = condition(*x.value);
          taken_with(*x.value, one.condition_from);
          return true;
        });
        one.node = p.root;
        one.label = std::move(p.edge.label);
        s.cases.push_back(std::move(one));
      });
    } else if (key == "otherwise") {
      each_body(*e.value, [&](const Node& inner) {
        Plan p = plan(inner, "otherwise", {});
        s.otherwise = p.root;
        s.otherwise_label = std::move(p.edge.label);
      });
    } else if (key == "idle") {
      each_body(*e.value, [&](const Node& inner) {
        Plan p = plan(inner, "idle", {});
        s.idle.push_back({p.root, std::move(p.edge.weight), std::move(p.edge.order), std::move(p.edge.label)});
      });
    } else if (key == "node") {
      own.push_back(e.value);
    } else if (!edge_member(e, c) && !setting(e, settings)) {
      unknown(e, {"case", "otherwise", "idle", "weight", "order", "label"}, "switch");
    }
  }
  c.node = add(std::move(s));
  gateway_.at(c.node).settings = std::move(settings);
  for (const Node* n : own) own_node(*n, c.node);
  return c;
}

Reader::Child Reader::mirror(const Node& body) {
  ir::Mirror m;
  std::vector<const Node*> own;
  Plan p = plan(body, "mirror", [&](const doc::Entry& e) {
    if (e.key->text() == "$" || e.key->text() == "shadow") {
      any(*e.value, m.shadow, "mirror");
    } else if (e.key->text() == "mirror_node") {
      own.push_back(e.value);
    } else {
      return false;
    }
    return true;
  });
  m.primary = p.root;
  Child c = std::move(p.edge);
  c.node = add(std::move(m));
  for (const Node* n : own) own_node(*n, c.node);
  return c;
}

}  // namespace gatec::targets::gate
