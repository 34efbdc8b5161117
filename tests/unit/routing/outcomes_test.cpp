#include "compiler/routing/outcomes.h"

#include "tests/unit/routing/world.h"

#include <catch2/catch.hpp>
#include <rapidcheck.h>

#include <algorithm>
#include <numeric>
#include <set>

namespace gatec::routing {
namespace {

using ir::DeploymentId;
using ir::Failure;
using ir::OnFailure;
using testing::World;

struct Asked : World {
  Request request;

  /// Deployments are numbered as they were made.
  void fail(std::uint32_t deployment, Failure failure = Failure::ServerError) {
    request.failing[{deployment}] = fault_of(failure);
  }
  void weigh(ir::NodeId balance, const std::vector<std::int64_t>& weights) {
    auto& edges = std::get<ir::Balance>(gateway.at(balance).what).edges;
    for (std::size_t i = 0; i < edges.size(); ++i) edges[i].weight = {ir::Decimal(weights[i]), {}};
  }
  [[nodiscard]] Outcomes ask(std::string_view model) {
    request.model = model;
    const passes::RouteIndex index(gateway);
    return outcomes(gateway, index, request);
  }
  /// "75%: 0×3 1+" a line: calls that failed, and who answered.
  [[nodiscard]] std::string told(std::string_view model) {
    const Outcomes found = ask(model);
    std::string text = found.problem;
    for (const Outcome& o : found.all) {
      text += text.empty() ? "" : ", ";
      text += o.share.text() + ":";
      for (const Attempt& a : o.attempts) {
        text += " " + std::to_string(a.deployment.value);
        text += !a.failed ? "+" : a.calls == 1 ? "" : "×" + std::to_string(a.calls);
      }
      if (!o.why.empty()) (text += " ") += o.why;
    }
    return text;
  }
};

ir::Condition equals(const std::string& subject, const std::string& value) {
  ir::Condition c;
  c.op = ir::Condition::Op::Eq;
  c.subject = subject;
  c.operands.push_back(ir::Value::string(value));
  return c;
}

}  // namespace

TEST_CASE("weights are shares, and a pick that fails is final") {
  Asked w;
  const ir::NodeId plan = w.balance({w.use("m"), w.use("n")}, OnFailure::Return);
  w.weigh(plan, {3, 1});
  w.route("a", plan);
  CHECK(w.told("a") == "75%: 0+, 25%: 1+");
  w.fail(0);
  CHECK(w.told("a") == "75%: 0×3, 25%: 1+");
}

TEST_CASE("those that come next stand in their order, with those that are never drawn") {
  Asked w;
  const ir::NodeId plan = w.balance({w.use("m"), w.use("n"), w.use("o")}, OnFailure::Next);
  w.weigh(plan, {1, 1, 0});
  w.route("a", plan);
  w.fail(1);
  CHECK(w.told("a") == "50%: 0+, 50%: 1×3 2+");
  w.fail(2);
  CHECK(w.told("a") == "50%: 0+, 50%: 1×3 2×3 0+");
}

TEST_CASE("a retry that draws again may find another member") {
  Asked w;
  const ir::NodeId plan = w.balance({w.use("m"), w.use("n")}, OnFailure::Redraw);
  w.weigh(plan, {3, 1});
  w.route("a", plan);
  w.fail(0);
  CHECK(w.told("a") == "27/64: 0×3, 25%: 1+, 18.75%: 0 1+, 9/64: 0×2 1+");
  w.fail(1, Failure::ContextWindow);
  CHECK(w.told("a") == "27/64: 0×3, 25%: 1, 18.75%: 0 1, 9/64: 0×2 1");
}

TEST_CASE("weights of nothing") {
  Asked w;
  const ir::NodeId pick = w.balance({w.use("m"), w.use("n")}, OnFailure::Return);
  const ir::NodeId draw = w.balance({w.use("m"), w.use("n")}, OnFailure::Redraw);
  w.weigh(pick, {0, 0});
  w.weigh(draw, {0, 0});
  w.route("pick", w.fallback(pick, {{w.use("o")}}));
  w.route("draw", draw);
  CHECK(w.told("pick") == "100%: 4+");
  CHECK(w.told("draw") == "50%: 2+, 50%: 3+");
}

TEST_CASE("a choice by load counts as even, and says so") {
  Asked w;
  const ir::NodeId plan = w.balance({w.use("m"), w.use("n"), w.use("o")}, OnFailure::Return);
  w.gateway.routing.policy = {ir::Policy::LeastBusy, {}};
  w.route("a", plan);
  CHECK(w.told("a") == "1/3: 0+, 1/3: 1+, 1/3: 2+");
  CHECK(w.ask("a").any_of);
  w.weigh(plan, {2, 1, 1});
  CHECK_FALSE(w.ask("a").any_of);
  w.gateway.routing.policy = {ir::Policy::First, {}};
  CHECK(w.told("a") == "100%: 0+");
}

TEST_CASE("fallbacks go by what failed") {
  Asked w;
  w.route("a", w.fallback(w.use("m"), {{w.to("b")}, {w.to("c"), Failure::ContextWindow}}));
  w.route("b", w.fallback(w.use("n"), {{w.to("c")}}));
  w.route("c", w.use("o"));
  w.fail(0);
  CHECK(w.told("a") == "100%: 0×3 1+");
  w.fail(1);
  CHECK(w.told("a") == "100%: 0×3 1×3 2+");
  w.gateway.routing.max_fallbacks = {1, {}};
  CHECK(w.told("a") == "100%: 0×3 1×3");
  w.fail(0, Failure::ContextWindow);
  CHECK(w.told("a") == "100%: 0 2+");
}

TEST_CASE("fallbacks go by statuses, and one of them may be that of an answer") {
  Asked w;
  const ir::NodeId first = w.use("m");
  const ir::NodeId plan = w.fallback(first, {{w.use("n")}, {w.use("o")}});
  auto& statuses = std::get<ir::Fallback>(w.gateway.at(plan).what).statuses;
  statuses.push(429, {});
  w.route("a", plan);
  w.fail(0, Failure::RateLimit);
  w.fail(1, Failure::ServerError);
  CHECK(w.told("a") == "100%: 0×3 1×3");
  statuses.push(200, {});
  w.request.failing.clear();
  CHECK(w.told("a") == "100%: 0+ 1+ 2+");
}

TEST_CASE("retries are bound to statuses, and what stays wrong is not retried") {
  Asked w;
  w.route("a", w.use("m"));
  w.fail(0, Failure::BadRequest);
  CHECK(w.told("a") == "100%: 0");
  w.gateway.defaults.retry.statuses.push(418, {});
  w.request.failing[{0}] = fault_of(418);
  CHECK(w.told("a") == "100%: 0×3");
  w.fail(0, Failure::RateLimit);
  CHECK(w.told("a") == "100%: 0");
}

TEST_CASE("a switch goes by what the request says") {
  Asked w;
  ir::Switch choice;
  choice.cases.push_back({equals("metadata.plan", "paid"), {}, w.use("m"), {}});
  choice.cases.push_back({equals("params.model", "a"), {}, w.use("n"), {}});
  w.route("a", w.gateway.add(ir::PlanNode{choice, {}, {}, {}}));
  CHECK(w.told("a") == "100%: 1+");
  ir::Value metadata;
  metadata.kind = ir::Value::Kind::Mapping;
  metadata.pairs.emplace_back("plan", ir::Value::string("paid"));
  w.request.facts.sections.emplace_back("metadata", metadata);
  CHECK(w.told("a") == "100%: 0+");
  choice.cases.erase(choice.cases.begin() + 1);
  w.request.facts.sections.clear();
  w.route("b", w.fallback(w.gateway.add(ir::PlanNode{choice, {}, {}, {}}), {{w.use("o")}}));
  CHECK(w.told("b") == "100%: no case of the switch holds");
}

TEST_CASE("conditions") {
  Facts facts;
  ir::Value metadata;
  metadata.kind = ir::Value::Kind::Mapping;
  metadata.pairs.emplace_back("size", ir::Value::number("12"));
  metadata.pairs.emplace_back("name", ir::Value::string("team-a"));
  facts.sections.emplace_back("metadata", metadata);
  const auto test = [&](ir::Condition::Op op, const std::string& subject, std::vector<ir::Value> operands) {
    ir::Condition c;
    c.op = op;
    c.subject = subject;
    c.operands = std::move(operands);
    return holds(c, facts);
  };
  using Op = ir::Condition::Op;
  CHECK(test(Op::Gt, "metadata.size", {ir::Value::string("9")}));
  CHECK_FALSE(test(Op::Lt, "metadata.size", {ir::Value::number("9")}));
  CHECK_FALSE(test(Op::Eq, "metadata.size", {ir::Value::string("12")}));
  CHECK(test(Op::In, "metadata.name", {ir::Value::string("x"), ir::Value::string("team-a")}));
  CHECK_FALSE(test(Op::Nin, "metadata.name", {ir::Value::string("team-a")}));
  CHECK(test(Op::Ne, "metadata.other", {ir::Value::string("x")}));
  CHECK_FALSE(test(Op::Eq, "metadata.other", {ir::Value::string("x")}));
  CHECK(test(Op::Regex, "metadata.name", {ir::Value::string("^team-")}));
  CHECK_FALSE(test(Op::Regex, "metadata.name", {ir::Value::string("(")}));
}

TEST_CASE("tags and teams leave out deployments") {
  Asked w;
  w.route("a", w.balance({w.use("m"), w.use("n"), w.use("o")}, OnFailure::Redraw));
  w.gateway.routing.tag_filtering = {true, {}};
  w.gateway.deployments[0].tags.push("eu", {});
  w.gateway.deployments[1].tags.push("default", {});
  CHECK(w.told("a") == "100%: 1+");
  w.request.facts.tags = {"eu"};
  CHECK(w.told("a") == "100%: 0+");
  w.request.facts.tags = {"us"};
  CHECK(w.told("a") == "100%: 1+");
  w.gateway.routing.tag_filtering = {};
  w.gateway.deployments[0].owner = {"t", {}};
  w.gateway.deployments[2].blocked = {true, {}};
  w.request.teams.emplace();
  CHECK(w.told("a") == "100%: 1+");
  w.request.teams->emplace_back("t");
  CHECK(w.told("a") == "50%: 0+, 50%: 1+");
}

TEST_CASE("names, aliases and circles") {
  Asked w;
  w.route("a", w.fallback(w.use("m"), {{w.to("b")}}));
  w.route("b", w.fallback(w.use("n"), {{w.to("a")}}));
  w.gateway.aliases.push_back({"short", {}, {"a", {}}, {}});
  CHECK(w.told("short") == "100%: 0+");
  CHECK(w.told("c") == "100%: no model of this name");
  w.fail(0);
  w.fail(1);
  CHECK(w.told("a") == "100%: 0×3 1×3 0×3 1×3 0×3 1×3");
  w.gateway.routing.max_fallbacks = {};
  CHECK(w.told("a") == "100%: 0×3 1×3");
}

TEST_CASE("plans that lead into each other and call nobody end") {
  Asked w;
  w.route("a", w.balance({w.to("b"), w.to("b")}, OnFailure::Return));
  w.route("b", w.balance({w.to("a"), w.to("a")}, OnFailure::Return));
  CHECK(w.run("a", Failure::ServerError).endless);
  CHECK(w.ask("a").problem == "it has too many different outcomes");
}

TEST_CASE("what has too many outcomes is refused") {
  Asked w;
  w.gateway.defaults.retry.attempts = {40, {}};
  std::vector<ir::NodeId> members;
  for (std::uint32_t i = 0; i < 12; ++i) {
    members.push_back(w.use("m"));
    w.fail(i);
  }
  w.route("a", w.balance(members, OnFailure::Redraw));
  CHECK(w.ask("a").problem == "it has too many different outcomes");
}

TEST_CASE("shares are exact") {
  CHECK(Ratio::of(*base::Decimal::parse("0.125"))->text() == "12.5%");
  CHECK(Ratio::make(2, 6)->text() == "1/3");
  CHECK(Ratio(1).plus(*Ratio::make(1, 3))->text() == "4/3");
  CHECK(*Ratio::make(1, 3) < *Ratio::make(34, 100));
  CHECK(*Ratio::make(7, 5) > *Ratio::make(4, 3));
  CHECK_FALSE(Ratio::make(-1, 3));
  CHECK_FALSE(Ratio(INT64_MAX).times(Ratio(INT64_MAX))->times(Ratio(INT64_MAX)));
  CHECK(rc::check("they compare as their cross products", [] {
    const auto a = *rc::gen::inRange(0, 5000);
    const auto b = *rc::gen::inRange(1, 5000);
    const auto c = *rc::gen::inRange(0, 5000);
    const auto d = *rc::gen::inRange(1, 5000);
    RC_ASSERT((*Ratio::make(a, b) <=> *Ratio::make(c, d)) == (a * d <=> c * b));
  }));
}

namespace {

/// Any plan of a few levels.
ir::NodeId any_plan(World& w, int depth) {
  const auto roll = *rc::gen::inRange(0, depth > 0 ? 6 : 1);
  if (roll == 0) return w.use("m");
  if (roll == 1) return w.to(*rc::gen::element<std::string>("a", "b", "c"), *rc::gen::arbitrary<bool>());
  if (roll == 2) {
    ir::Switch choice;
    choice.cases.push_back({equals("metadata.plan", "paid"), {}, any_plan(w, depth - 1), {}});
    if (*rc::gen::arbitrary<bool>()) choice.otherwise = any_plan(w, depth - 1);
    return w.gateway.add(ir::PlanNode{choice, {}, {}, {}});
  }
  if (roll == 3) {
    std::vector<ir::FallbackEdge> edges;
    const int count = *rc::gen::inRange(1, 3);
    for (int i = 0; i < count; ++i) {
      const ir::NodeId node = any_plan(w, depth - 1);
      edges.push_back({node, *rc::gen::element(Failure::Any, Failure::ContextWindow), {}, false});
    }
    const ir::NodeId primary = any_plan(w, depth - 1);
    const ir::NodeId plan = w.fallback(primary, std::move(edges));
    if (*rc::gen::inRange(0, 4) == 0) std::get<ir::Fallback>(w.gateway.at(plan).what).statuses.push(429, {});
    return plan;
  }
  std::vector<ir::NodeId> members;
  const int count = *rc::gen::inRange(1, 4);
  for (int i = 0; i < count; ++i) members.push_back(any_plan(w, roll == 4 ? 0 : depth - 1));
  const ir::NodeId plan = w.balance(members, *rc::gen::element(OnFailure::Return, OnFailure::Next, OnFailure::Redraw));
  auto& balance = std::get<ir::Balance>(w.gateway.at(plan).what);
  if (*rc::gen::arbitrary<bool>()) {
    for (ir::Edge& e : balance.edges) e.weight = {ir::Decimal(*rc::gen::inRange(0, 4)), {}};
  }
  if (*rc::gen::inRange(0, 3) == 0) balance.policy = {ir::Policy::Latency, {}};
  return plan;
}

}  // namespace

TEST_CASE("shares add up, what fails never answers, and no path has more calls than the course") {
  CHECK(rc::check([] {
    Asked w;
    w.gateway.defaults.retry.attempts = {*rc::gen::inRange(0, 3), {}};
    w.gateway.routing.max_fallbacks = {*rc::gen::inRange(0, 4), {}};
    for (const char* name : {"a", "b", "c"}) w.route(name, any_plan(w, 2));
    for (ir::Deployment& d : w.gateway.deployments) {
      if (*rc::gen::inRange(0, 4) == 0) d.settings.retry.attempts = {*rc::gen::inRange(0, 3), {}};
    }
    const Failure failure = *rc::gen::element(Failure::RateLimit, Failure::ServerError, Failure::ContextWindow);
    for (std::uint32_t i = 0; i < w.gateway.deployments.size(); ++i) {
      if (*rc::gen::inRange(0, 3) > 0) w.fail(i, failure);
    }
    const Outcomes found = w.ask("a");
    if (!found.problem.empty()) return;
    Ratio sum;
    for (const Outcome& o : found.all) {
      sum = *sum.plus(o.share);
      RC_ASSERT(!o.share.is_zero());
      RC_ASSERT(!o.answers || !w.request.failing.contains(*o.answers));
      for (const Attempt& a : o.attempts) RC_ASSERT(a.failed.has_value() == w.request.failing.contains(a.deployment));
    }
    RC_ASSERT(sum == Ratio(1));
    // What the gateway itself refuses takes other fallbacks than a long prompt does.
    if (failure == Failure::ContextWindow) return;
    const Course worst = w.run("a", failure);
    constexpr std::int64_t kCut = 2000;
    if (worst.calls > kCut || worst.endless) return;
    for (const Outcome& o : found.all) RC_ASSERT(o.calls() <= worst.calls);
  }));
}

}  // namespace gatec::routing
