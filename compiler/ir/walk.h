#pragma once

#include "compiler/ir/describe.h"

#include <type_traits>
#include <variant>
#include <vector>

namespace gatec::ir {

/// Goes over every Field and every scalar Value of a gateway, plans included. The visitor takes `(const Field<T>&)` for
/// any T and
/// `(const Value&)`.
template <class Visitor>
class Walker {
 public:
  explicit Walker(Visitor& visitor) : visit_(visitor) {}

  void gateway(const Gateway& g) {
    members(g);
    for (const Provider& p : g.providers) members(p);
    for (const Deployment& d : g.deployments) {
      members(d);
      members(d.settings);
    }
    for (const Route& r : g.routes) {
      any(r.name);
      any(r.extras);
    }
    members(g.defaults);
    any(g.routing.policy);
    for (const PlanNode& n : g.nodes) node(n);
  }

  template <class T>
  void members(const T& value) {
    for_each_member<T>([&](const auto& m) { any(value.*m.pointer); });
  }

 private:
  template <class T>
  void any(const Field<T>& field) {
    if (!field.absent()) visit_(field);
  }
  template <class T>
  void any(const List<T>& list) {
    for (const auto& item : list.items) visit_(item);
  }
  template <class T>
  void any(const std::vector<T>& items) {
    for (const T& item : items) any(item);
  }
  void any(const Value& value) {
    for (const Value& item : value.items) any(item);
    for (const auto& pair : value.pairs) any(pair.second);
    if (value.items.empty() && value.pairs.empty()) visit_(value);
  }
  template <Described T>
  void any(const T& value) {
    members(value);
  }

  void node(const PlanNode& n) {
    members(n.settings);
    any(n.name);
    any(n.extras);
    if (const auto* to = std::get_if<To>(&n.what)) {
      any(to->route);
    } else if (const auto* balance = std::get_if<Balance>(&n.what)) {
      any(balance->policy);
      any(balance->on_failure);
      any(balance->sticky);
      for (const Edge& e : balance->edges) edge(e);
    } else if (const auto* fallback = std::get_if<Fallback>(&n.what)) {
      any(fallback->statuses);
    } else if (const auto* choice = std::get_if<Switch>(&n.what)) {
      for (const SwitchCase& c : choice->cases) condition(c.condition);
      for (const Edge& e : choice->idle) edge(e);
    } else if (const auto* mirror = std::get_if<Mirror>(&n.what)) {
      any(mirror->shadow);
    }
  }
  void edge(const Edge& e) {
    any(e.weight);
    any(e.order);
    any(e.label);
  }
  void condition(const Condition& c) {
    any(c.operands);
    for (const Condition& part : c.parts) condition(part);
  }

  Visitor& visit_;
};

template <class Visitor>
void walk(const Gateway& gateway, Visitor&& visitor) {
  Walker<std::remove_reference_t<Visitor>>(visitor).gateway(gateway);
}

template <class F>
struct CredentialVisitor {
  F& f;
  void operator()(const Field<Credential>& field) {
    if (field.given()) f(*field, field.from);
  }
  void operator()(const Value& value) {
    if (value.kind == Value::Kind::Secret) f(value.credential, value.from);
  }
  template <class T>
  void operator()(const Field<T>&) {}
};

/// Hears of every credential and its origin, wherever it stands.
template <class F>
void each_credential(const Gateway& gateway, F&& f) {
  walk(gateway, CredentialVisitor<std::remove_reference_t<F>>{f});
}

}  // namespace gatec::ir
