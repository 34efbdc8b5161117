#pragma once

#include "compiler/routing/course.h"

#include <string>
#include <utility>
#include <vector>

namespace gatec::routing::testing {

/// A gateway of routes with one deployment each, or several in a balance.
struct World {
  ir::Gateway gateway;

  World() {
    gateway.defaults.retry.attempts = {2, {}};
    gateway.defaults.timeouts.attempt = {ir::Decimal(30), {}};
    gateway.routing.max_fallbacks = {5, {}};
  }

  ir::NodeId use(const std::string& model, const std::string& kind = "openai") {
    ir::Provider provider;
    provider.kind = {kind, {}};
    ir::Deployment deployment;
    deployment.provider = gateway.add(std::move(provider));
    deployment.upstream_model = {model, {}};
    return gateway.add(ir::PlanNode{ir::Use{gateway.add(std::move(deployment))}, {}, {}, {}});
  }
  ir::NodeId to(const std::string& route, bool chained = true) {
    return gateway.add(ir::PlanNode{ir::To{{route, {}}, {chained, {}}}, {}, {}, {}});
  }
  ir::NodeId balance(std::vector<ir::NodeId> members, ir::OnFailure on_failure) {
    ir::Balance balance;
    balance.on_failure = {on_failure, {}};
    for (const ir::NodeId id : members) balance.edges.push_back({id, {}, {}, {}});
    return gateway.add(ir::PlanNode{std::move(balance), {}, {}, {}});
  }
  ir::NodeId fallback(ir::NodeId primary, std::vector<ir::FallbackEdge> edges) {
    ir::Fallback fallback;
    fallback.primary = primary;
    fallback.edges = std::move(edges);
    return gateway.add(ir::PlanNode{std::move(fallback), {}, {}, {}});
  }
  void route(const std::string& name, ir::NodeId plan) {
    ir::Route route;
    route.name = {name, {}};
    route.plan = plan;
    gateway.routes.push_back(std::move(route));
  }
  [[nodiscard]] Course run(const std::string& name, ir::Failure failure) const {
    const passes::RouteIndex index(gateway);
    return course(gateway, index, *gateway.route(name), failure);
  }
};

}  // namespace gatec::routing::testing
