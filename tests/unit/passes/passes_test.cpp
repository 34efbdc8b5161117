#include "compiler/passes/passes.h"

#include "compiler/passes/route_index.h"

#include <catch2/catch.hpp>

using namespace gatec;
using namespace gatec::ir;

namespace {

NodeId to(Gateway& g, const char* name) { return g.add(PlanNode{To{{name, LeafId{0}}, {}}, {}, {}, {}}); }

void add_route(Gateway& g, const char* name, RouteKind kind = RouteKind::Name) {
  Route r;
  r.name = {name, LeafId{0}};
  r.kind = kind;
  r.plan = to(g, name);
  g.routes.push_back(std::move(r));
}

void run(Gateway& g) {
  diagnostics::Sink sink;
  ledger::Ledger ledger;
  passes::Context context{sink, ledger, [](LeafId) { return source::Span{}; }, false};
  passes::run(g, context);
}

}  // namespace

TEST_CASE("a fallback in the first place of another is taken apart, twice over changes nothing") {
  Gateway g;
  Fallback inner;
  inner.primary = to(g, "a");
  inner.edges.push_back({to(g, "b"), Failure::Any, {}, false});
  Fallback outer;
  outer.primary = g.add(PlanNode{inner, {}, {}, {}});
  outer.edges.push_back({to(g, "c"), Failure::Any, {}, false});
  add_route(g, "r");
  g.routes[0].plan = g.add(PlanNode{outer, {}, {}, {}});
  for (int i = 0; i < 2; ++i) {
    run(g);
    const auto& f = std::get<Fallback>(g.at(g.routes[0].plan).what);
    CHECK(std::get<To>(g.at(f.primary).what).route.value == "a");
    REQUIRE(f.edges.size() == 2);
    CHECK(std::get<To>(g.at(f.edges[0].node).what).route.value == "b");
    CHECK(std::get<To>(g.at(f.edges[1].node).what).route.value == "c");
  }
}

TEST_CASE("a fallback with settings or statuses of its own stays whole") {
  Gateway g;
  Fallback inner;
  inner.primary = to(g, "a");
  inner.edges.push_back({to(g, "b"), Failure::Any, {}, false});
  inner.statuses.push(429, LeafId{1});
  Fallback outer;
  outer.primary = g.add(PlanNode{inner, {}, {}, {}});
  outer.edges.push_back({to(g, "c"), Failure::Any, {}, false});
  add_route(g, "r");
  g.routes[0].plan = g.add(PlanNode{outer, {}, {}, {}});
  run(g);
  CHECK(std::get<Fallback>(g.at(g.routes[0].plan).what).edges.size() == 1);
}

TEST_CASE("ids that lead nowhere and plans in a circle are bugs") {
  Gateway g;
  add_route(g, "r");
  g.routes[0].plan = NodeId{7};
  CHECK_THROWS(run(g));
  Balance b;
  b.edges.push_back({NodeId{1}, {}, {}, {}});
  g.routes[0].plan = g.add(PlanNode{b, {}, {}, {}});
  std::get<Balance>(g.at(g.routes[0].plan).what).edges[0].node = g.routes[0].plan;
  CHECK_THROWS(run(g));
}

TEST_CASE("names are answered by aliases, exact names, longer patterns, ids") {
  Gateway g;
  add_route(g, "openai/*", RouteKind::Pattern);
  add_route(g, "openai/gpt-*", RouteKind::Pattern);
  add_route(g, "openai/gpt-4o");
  Deployment d;
  d.id = {"id-1", LeafId{0}};
  g.add(std::move(d));
  g.aliases.push_back({"short", {}, {"openai/gpt-4o", LeafId{0}}, {}});
  g.aliases.push_back({"lost", {}, {"nowhere", LeafId{0}}, {}});
  const passes::RouteIndex index(g);
  using Kind = passes::RouteIndex::Kind;
  CHECK(index.find("openai/gpt-4o").kind == Kind::Route);
  CHECK(index.find("openai/gpt-5").route == &g.routes[1]);
  CHECK(index.find("openai/o3").route == &g.routes[0]);
  CHECK(index.find("short").route == &g.routes[2]);
  CHECK(index.find("lost").kind == Kind::Alias);
  CHECK(index.find("lost").route == nullptr);
  CHECK(index.find("id-1").kind == Kind::DeploymentId);
  CHECK(index.find("gemini/x").kind == Kind::None);
}

TEST_CASE("patterns are anchored at the start, and at the end when asked") {
  CHECK(passes::matches_pattern("a*c", "abc", true));
  CHECK(passes::matches_pattern("a*c", "abcabd", false));
  CHECK_FALSE(passes::matches_pattern("a*c", "abcabd", true));
  CHECK(passes::matches_pattern("a*c", "abcabc", true));
  CHECK(passes::matches_pattern("*", "", true));
  CHECK_FALSE(passes::matches_pattern("b*", "ab", false));
  CHECK(passes::matches_pattern("openai/*-mini", "openai/gpt-4o-mini-2024", false));
}
