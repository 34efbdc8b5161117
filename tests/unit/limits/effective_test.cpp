#include "compiler/limits/effective.h"

#include "tests/unit/limits/caps.h"

#include <catch2/catch.hpp>

#include <algorithm>

namespace gatec::limits {
namespace {

using namespace testing;
using ir::Gateway;
using ir::LeafId;
using ir::Principal;
using ir::PrincipalKind;

ir::Field<std::string> text(std::string value) { return {std::move(value), LeafId{0}}; }

ir::Limit limit_of(const Cap& cap) {
  ir::Limit l;
  l.counts = cap.counts;
  l.amount = {cap.amount, LeafId{1}};
  l.window = {cap.window, LeafId{2}};
  if (!cap.burst.is_zero()) l.burst = {cap.burst, LeafId{3}};
  return l;
}

ir::DeploymentId add_deployment(Gateway& g) {
  ir::Deployment d;
  d.upstream_model = text("m");
  d.provider = g.add(ir::Provider{});
  return g.add(std::move(d));
}

ir::NodeId use(Gateway& g, ir::DeploymentId d) { return g.add(ir::PlanNode{ir::Use{d}, {}, {}, {}}); }

/// A route over some deployments, an organisation, a team in it, a key in that, a user that it belongs to; each may
/// have limits.
Gateway any_gateway() {
  Gateway g;
  const auto some_limits = [] {
    std::vector<ir::Limit> limits;
    for (int i = *rc::gen::inRange(0, 3); i > 0; --i) limits.push_back(limit_of(*any_cap()));
    return limits;
  };
  ir::Balance balance;
  for (int i = *rc::gen::inRange(1, 4); i > 0; --i) {
    const ir::DeploymentId d = add_deployment(g);
    g.at(d).limits = some_limits();
    g.at(g.at(d).provider).limits = some_limits();
    ir::Edge edge;
    edge.node = use(g, d);
    balance.edges.push_back(std::move(edge));
  }
  ir::Route route;
  route.name = text("r");
  route.plan = g.add(ir::PlanNode{std::move(balance), {}, {}, {}});
  g.routes.push_back(std::move(route));
  const auto principal = [&](PrincipalKind kind, const char* id) -> Principal& {
    Principal& p = g.principals.emplace_back();
    p.kind = kind;
    p.id = text(id);
    p.limits = some_limits();
    return p;
  };
  principal(PrincipalKind::Organization, "o");
  principal(PrincipalKind::Team, "t").organization = text("o");
  principal(PrincipalKind::User, "u");
  Principal& key = principal(PrincipalKind::Key, "k");
  key.team = text("t");
  key.user = text("u");
  g.limits = some_limits();
  return g;
}

std::vector<EffectiveCap> of_key(const Gateway& g) { return effective_caps(g, {.key = "k"}); }

const EffectiveCap* in(const std::vector<EffectiveCap>& caps, const EffectiveCap& like) {
  const auto found = std::ranges::find_if(caps, [&](const EffectiveCap& c) {
    return c.counts == like.counts && c.window == like.window && c.hint == like.hint;
  });
  return found == caps.end() ? nullptr : &*found;
}

TEST_CASE("properties of effective caps") {
  CHECK(rc::check("an effective cap never exceeds any level's, and is one of them", [] {
    const Gateway g = any_gateway();
    for (const EffectiveCap& cap : of_key(g)) {
      if (cap.chain.empty()) continue;
      RC_ASSERT(cap.limit.has_value());
      bool bound = false;
      for (const Link& link : cap.chain) {
        RC_ASSERT(*cap.limit <= *link.limit);
        bound = bound || (link.at == cap.binding && *link.limit == *cap.limit);
      }
      RC_ASSERT(bound);
    }
  }));
  CHECK(rc::check("another limit on any level never raises a cap", [] {
    Gateway g = any_gateway();
    const std::vector<EffectiveCap> before = of_key(g);
    const auto level = *rc::gen::inRange<std::size_t>(0, g.principals.size() + 1);
    const ir::Limit more = limit_of(*any_cap());
    (level < g.principals.size() ? g.principals[level].limits : g.limits).push_back(more);
    const std::vector<EffectiveCap> after = of_key(g);
    for (const EffectiveCap& cap : before) {
      if (!cap.limit) continue;
      const EffectiveCap* same = in(after, cap);
      RC_ASSERT(same != nullptr);
      RC_ASSERT(*same->limit <= *cap.limit);
    }
  }));
  CHECK(rc::check("another member never lowers what a group takes, and a limit on a member never raises it", [] {
    Gateway g = any_gateway();
    g.principals.clear();
    const std::vector<EffectiveCap> before = effective_caps(g, {});
    auto& balance = std::get<ir::Balance>(g.at(g.routes[0].plan).what);
    if (*rc::gen::arbitrary<bool>()) {
      const ir::DeploymentId d = add_deployment(g);
      g.at(d).limits = {limit_of(*any_cap())};
      ir::Edge edge;
      edge.node = use(g, d);
      std::get<ir::Balance>(g.at(g.routes[0].plan).what).edges.push_back(std::move(edge));
      for (const EffectiveCap& cap : effective_caps(g, {})) {
        const EffectiveCap* was = in(before, cap);
        if (cap.limit && was != nullptr && was->limit) RC_ASSERT(*was->limit <= *cap.limit);
      }
    } else {
      const auto& used = std::get<ir::Use>(g.at(balance.edges.front().node).what);
      g.at(used.deployment).limits.push_back(limit_of(*any_cap()));
      const std::vector<EffectiveCap> after = effective_caps(g, {});
      for (const EffectiveCap& cap : before) {
        if (!cap.limit) continue;
        const EffectiveCap* same = in(after, cap);
        RC_ASSERT(same != nullptr);
        RC_ASSERT(*same->limit <= *cap.limit);
      }
    }
  }));
}

TEST_CASE("a team's circle ends") {
  Gateway g;
  ir::Route route;
  route.name = text("r");
  route.plan = use(g, add_deployment(g));
  g.routes.push_back(std::move(route));
  for (const auto* id : {"a", "b"}) {
    Principal& p = g.principals.emplace_back();
    p.kind = PrincipalKind::Team;
    p.id = text(id);
    p.team = text(*id == 'a' ? "b" : "a");
    p.limits = {limit_of(fixed(*id == 'a' ? "10" : "20", 60))};
  }
  for (const EffectiveCap& cap : effective_caps(g, {})) {
    if (cap.counts == ir::Counted::Requests) CHECK(*cap.limit == Decimal(10));
  }
}

}  // namespace
}  // namespace gatec::limits
