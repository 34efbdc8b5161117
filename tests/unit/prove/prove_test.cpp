#include "compiler/prove/prove.h"

#include "compiler/prove/caps.h"

#include <catch2/catch.hpp>

using namespace gatec;
using namespace gatec::ir;
using diagnostics::DiagId;
using ledger::Loss;

namespace {

const Rule kRule{"test.rule", "it does so unasked", "nowhere"};

Gateway sample(std::string_view dialect) {
  Gateway g;
  g.dialect = dialect;
  Deployment d;
  d.upstream_model = {"gpt-4o", LeafId{0}};
  Limit cap;
  cap.amount = {Decimal(100), LeafId{1}};
  d.limits.push_back(cap);
  Route r;
  r.name = {"chat", LeafId{2}};
  r.plan = g.add(PlanNode{Use{g.add(std::move(d))}, {}, {}, {}});
  g.routes.push_back(std::move(r));
  g.defaults.timeouts.attempt = {*Decimal::parse("30.5"), LeafId{3}};
  return g;
}

prove::Outcome run(const Gateway& a, const Gateway& b, const ledger::Ledger& ledger) {
  return prove::prove({a, b, ledger, 4});
}

bool weaker(const Gateway& a, const Gateway& b, const prove::Outcome& outcome) {
  return prove::is_weaker(prove::compare_caps(a, b, outcome.gate));
}

}  // namespace

TEST_CASE("equal gateways map every leaf") {
  const Gateway a = sample("x");
  const Gateway b = sample("y");
  const ledger::Ledger ledger;
  const auto outcome = run(a, b, ledger);
  CHECK(outcome.figures.differences == 0);
  CHECK(outcome.open.empty());
  for (const auto& leaf : outcome.leaves) CHECK(leaf.fate == Fate::Mapped);
  CHECK(outcome.leaves[1].target == LeafId{1});
}

TEST_CASE("a difference that nothing explains is not admitted") {
  const Gateway a = sample("x");
  Gateway b = sample("y");
  b.deployments[0].upstream_model.value = "gpt-4";
  const ledger::Ledger ledger;
  const auto outcome = run(a, b, ledger);
  CHECK(outcome.figures.unadmitted == 1);
  CHECK(outcome.figures.unadmitted_paths.at(0) == "routes[chat].plan.upstream_model: gpt-4o → gpt-4");
}

TEST_CASE("a loss admits its own field and no other") {
  const Gateway a = sample("x");
  Gateway b = sample("y");
  b.deployments[0].limits.clear();
  ledger::Ledger ledger;
  ledger.lose(&a.deployments[0].limits[0], Loss{Fate::Skipped, DiagId::DroppedLimit, "no limits there", "", ""});
  auto outcome = run(a, b, ledger);
  CHECK(outcome.figures.unadmitted == 0);
  CHECK(outcome.leaves[1].fate == Fate::Skipped);
  CHECK(outcome.leaves[0].fate == Fate::Mapped);
  CHECK(weaker(a, b, outcome));
  b.deployments[0].upstream_model = {};
  outcome = run(a, b, ledger);
  CHECK(outcome.figures.unadmitted == 1);
}

TEST_CASE("an approximation must be the one announced") {
  const Gateway a = sample("x");
  Gateway b = sample("y");
  b.defaults.timeouts.attempt.value = Decimal(30);
  ledger::Ledger ledger;
  ledger.lose(&a.defaults.timeouts.attempt,
              Loss{Fate::Approximated, DiagId::Approximated, "whole seconds only", "30", ""});
  CHECK(run(a, b, ledger).figures.unadmitted == 0);
  CHECK(run(a, b, ledger).leaves[3].texts->written == "30");
  b.defaults.timeouts.attempt.value = Decimal(31);
  CHECK(run(a, b, ledger).figures.unadmitted == 1);
}

TEST_CASE("what only the source knows has its own fate elsewhere and must survive at home") {
  Gateway a = sample("x");
  Extra extra{"settings", "odd", Value::string("v", LeafId{3}), "x", DiagId::NotModelled, Fate::Manual, "see to it"};
  a.defaults.timeouts.attempt = {};
  a.extras.push_back(extra);
  Gateway b = sample("y");
  b.defaults.timeouts.attempt = {};
  const ledger::Ledger ledger;
  auto outcome = run(a, b, ledger);
  CHECK(outcome.figures.unadmitted == 0);
  CHECK(outcome.leaves[3].fate == Fate::Manual);
  CHECK(outcome.leaves[3].code == DiagId::ForeignSetting);
  b.dialect = "x";
  outcome = run(a, b, ledger);
  CHECK(outcome.figures.unadmitted == 1);
}

TEST_CASE("defaults become assumptions, changed ones must be explained") {
  Gateway a = sample("x");
  a.defaults.retry.attempts = {2, Origin(kRule)};
  Gateway b = sample("y");
  ledger::Ledger ledger;
  auto outcome = run(a, b, ledger);
  CHECK(outcome.figures.unadmitted == 0);
  REQUIRE(outcome.assumptions.size() == 1);
  CHECK(outcome.assumptions[0].rule == "test.rule");
  b.defaults.retry.attempts = {0, Origin(kRule)};
  CHECK(run(a, b, ledger).figures.unadmitted == 1);
}

TEST_CASE("an unused leaf is open, a settled one is not, the worse fate stays") {
  const Gateway a = sample("x");
  const Gateway b = sample("y");
  ledger::Ledger ledger;
  auto outcome = prove::prove({a, b, ledger, 5});
  CHECK(outcome.open.size() == 1);
  ledger.settle(LeafId{4}, Fate::Skipped, DiagId::DuplicateKey, "overruled");
  ledger.settle(LeafId{0}, Fate::Manual, DiagId::WrongType, "refused");
  ledger.settle(LeafId{2}, Fate::Skipped, DiagId::MergeOverridden, "merged");
  outcome = prove::prove({a, b, ledger, 5});
  CHECK(outcome.open.empty());
  CHECK(outcome.leaves[4].fate == Fate::Skipped);
  CHECK(outcome.leaves[0].fate == Fate::Manual);
  CHECK(outcome.leaves[2].fate == Fate::Mapped);
}

TEST_CASE("the gate sees what is dropped, raised or opened") {
  Gateway a = sample("x");
  a.server.auth = {AuthMode::Key, LeafId{3}};
  Gateway b = sample("y");
  b.defaults.timeouts = a.defaults.timeouts;
  b.deployments[0].limits[0].amount.value = Decimal(50);
  ledger::Ledger ledger;
  ledger.lose(&a.deployments[0].limits[0].amount, Loss{Fate::Approximated, DiagId::Approximated, "", "50", ""});
  b.server.auth = {AuthMode::Key, LeafId{3}};
  CHECK_FALSE(weaker(a, b, run(a, b, ledger)));
  b.server.auth = {};
  ledger.lose(&a.server.auth, Loss{Fate::Skipped, DiagId::NotExpressible, "no auth there", "", ""});
  const auto outcome = run(a, b, ledger);
  CHECK(weaker(a, b, outcome));
  REQUIRE(outcome.gate.size() == 2);
  CHECK(outcome.gate[0].verdict == "stricter");
  CHECK(outcome.gate[1].verdict == "weaker");
}

TEST_CASE("what is left to a person may be found only as announced") {
  const Gateway a = sample("x");
  Gateway b = sample("y");
  b.deployments[0].upstream_model.value = "gpt-4";
  ledger::Ledger ledger;
  ledger.lose(&a.deployments[0].upstream_model,
              Loss{Fate::Manual, DiagId::NotExpressible, "a guess", "gpt-4", "check it"});
  CHECK(run(a, b, ledger).figures.unadmitted == 0);
  b.deployments[0].upstream_model.value = "gpt-4x";
  CHECK(run(a, b, ledger).figures.unadmitted == 1);
  b.deployments[0].upstream_model.from = Origin(kRule);
  CHECK(run(a, b, ledger).figures.unadmitted == 0);
}

TEST_CASE("the loss of a first field is not the loss of what begins with it") {
  Gateway a = sample("x");
  a.deployments[0].id = {"one", LeafId{0}};
  Gateway b = sample("y");
  b.deployments[0].upstream_model = {};
  ledger::Ledger ledger;
  ledger.lose(&a.deployments[0].id, Loss{Fate::Skipped, DiagId::NotExpressible, "no ids there", "", ""});
  CHECK(run(a, b, ledger).figures.unadmitted == 1);
}

TEST_CASE("of a plan that lost its shape every deployment must be found again") {
  Gateway a = sample("x");
  Deployment other = a.deployments[0];
  other.upstream_model.value = "gpt-4o-mini";
  Balance group;
  group.edges.push_back({.node = a.routes[0].plan});
  group.edges.push_back({.node = a.add(PlanNode{Use{a.add(std::move(other))}, {}, {}, {}})});
  a.routes[0].plan = a.add(PlanNode{std::move(group), {}, {}, {}});
  Gateway b = sample("y");
  Deployment second = b.deployments[0];
  second.upstream_model.value = "gpt-4o-mini";
  Fallback list;
  list.primary = b.routes[0].plan;
  list.edges.push_back({.node = b.add(PlanNode{Use{b.add(std::move(second))}, {}, {}, {}})});
  b.routes[0].plan = b.add(PlanNode{std::move(list), {}, {}, {}});
  ledger::Ledger ledger;
  ledger.lose(&a.at(a.routes[0].plan),
              Loss{Fate::Manual, DiagId::Approximated, "a list of fallbacks now", "", "", false, true});
  ledger.admit_added("routes[chat].plan", "a list of fallbacks now");
  CHECK(run(a, b, ledger).figures.unadmitted == 0);
  b.deployments[1].upstream_model.value = "gpt-4o-maxi";
  CHECK(run(a, b, ledger).figures.unadmitted == 1);
}

TEST_CASE("the gate compares what limits let through, not amounts") {
  const auto with = [](std::string_view dialect, std::int64_t amount, std::int64_t seconds) {
    Gateway g = sample(dialect);
    g.deployments[0].limits[0].amount.value = Decimal(amount);
    g.deployments[0].limits[0].window = {Window{.kind = WindowKind::Fixed, .seconds = seconds}, LeafId{1}};
    return g;
  };
  const auto loosens = [](const Gateway& a, const Gateway& b) {
    ledger::Ledger ledger;
    ledger.lose(&a.deployments[0].limits[0], Loss{Fate::Manual, DiagId::Approximated, "another window", "", ""});
    return weaker(a, b, run(a, b, ledger));
  };
  CHECK_FALSE(loosens(with("x", 600, 60), with("y", 10, 1)));
  CHECK(loosens(with("x", 600, 60), with("y", 11, 1)));
  CHECK(loosens(with("x", 10, 1), with("y", 600, 60)));  // all of them at once
}

TEST_CASE("a budget with another window is the budget that it was") {
  const auto with = [](std::string_view dialect, std::int64_t amount, std::int64_t days) {
    Gateway g = sample(dialect);
    Principal team;
    team.kind = PrincipalKind::Team;
    team.id = {"t", LeafId{0}};
    Budget budget;
    budget.amount = {Decimal(amount), LeafId{1}};
    budget.window = {Window{.kind = WindowKind::Rolling, .seconds = days * 86'400}, LeafId{3}};
    team.budgets.push_back(std::move(budget));
    g.principals.push_back(std::move(team));
    return g;
  };
  const auto loosens = [](const Gateway& a, const Gateway& b) {
    const ledger::Ledger ledger;
    return weaker(a, b, run(a, b, ledger));
  };
  CHECK_FALSE(loosens(with("x", 100, 10), with("y", 100, 30)));
  CHECK(loosens(with("x", 100, 10), with("y", 300, 30)));
  CHECK(loosens(with("x", 100, 30), with("y", 100, 10)));
}

namespace {

/// Leaves 2i and 2i + 1 are of route i, the last is a default for all of them.
Gateway many(std::string_view dialect, std::uint32_t count, bool source) {
  Gateway g;
  g.dialect = dialect;
  for (std::uint32_t i = 0; i < count; ++i) {
    Deployment d;
    d.upstream_model = {"gpt-4o", LeafId{2 * i}};
    if (source) {
      Limit cap;
      cap.amount = {Decimal(100), LeafId{2 * i + 1}};
      d.limits.push_back(cap);
      d.mode = {"chat", Origin(kRule)};
    }
    Route r;
    r.name = {"r" + std::to_string(i), LeafId{2 * i}};
    r.plan = g.add(PlanNode{Use{g.add(std::move(d))}, {}, {}, {}});
    g.routes.push_back(std::move(r));
  }
  g.defaults.timeouts.attempt = {*Decimal::parse(source ? "30.5" : "30"), LeafId{2 * count}};
  return g;
}

}  // namespace

TEST_CASE("of many routes the outcome is that of one after the other") {
  constexpr std::uint32_t kCount = 301;
  const Gateway a = many("x", kCount, true);
  Gateway b = many("y", kCount, false);
  ledger::Ledger ledger;
  for (const Deployment& d : a.deployments)
    ledger.lose(&d.limits[0], Loss{Fate::Skipped, DiagId::DroppedLimit, "no limits there", "", ""});
  ledger.lose(&a.defaults.timeouts.attempt,
              Loss{Fate::Approximated, DiagId::Approximated, "whole seconds only", "30", ""});
  auto outcome = prove::prove({a, b, ledger, 2 * kCount + 1});
  CHECK(outcome.figures.differences == 2 * kCount + 1);
  CHECK(outcome.figures.unadmitted == 0);
  CHECK(outcome.open.empty());
  REQUIRE(outcome.assumptions.size() == 1);
  CHECK(outcome.assumptions[0].places == kCount);
  CHECK(outcome.assumptions[0].field == "routes[r0].plan.mode");
  CHECK(weaker(a, b, outcome));
  REQUIRE(outcome.gate.size() == kCount);
  for (std::uint32_t i = 0; i < kCount; ++i) {
    CHECK(outcome.gate[i].what.starts_with("routes[r" + std::to_string(i) + "]."));
    CHECK(outcome.leaves[2 * i].fate == Fate::Mapped);
    CHECK(outcome.leaves[2 * i].target == LeafId{2 * i});
    CHECK(outcome.leaves[2 * i + 1].fate == Fate::Skipped);
    REQUIRE(outcome.leaves[2 * i + 1].texts);
    CHECK(outcome.leaves[2 * i + 1].texts->field == outcome.gate[i].what);
  }
  const ledger::LeafRecord& last = outcome.leaves[2 * kCount];
  CHECK(last.fate == Fate::Approximated);
  CHECK(last.target == LeafId{2 * kCount});
  REQUIRE(last.texts);
  CHECK(last.texts->field == "routes[r0].plan.timeout.attempt");

  b.deployments[kCount - 1].upstream_model.value = "gpt-4";
  outcome = prove::prove({a, b, ledger, 2 * kCount + 1});
  CHECK(outcome.figures.differences == 2 * kCount + 2);
  CHECK(outcome.figures.unadmitted == 1);
  CHECK(outcome.figures.unadmitted_paths.at(0) == "routes[r300].plan.upstream_model: gpt-4o → gpt-4");
  CHECK(outcome.gate.size() == kCount);
  REQUIRE(outcome.assumptions.size() == 1);
  CHECK(outcome.assumptions[0].places == kCount);
}
