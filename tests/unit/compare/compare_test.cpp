#include "compiler/compare/changes.h"

#include <catch2/catch.hpp>

#include <algorithm>

using namespace gatec;
using namespace gatec::ir;

namespace {

/// All values that differ, whatever change they belong to.
std::vector<compare::Difference> differences(const ir::Gateway& before, const ir::Gateway& after) {
  std::vector<compare::Difference> all;
  for (const compare::ChangeSet& c : compare::changes(before, after))
    all.insert(all.end(), c.parts.begin(), c.parts.end());
  return all;
}

LeafId leaf(std::uint32_t n) { return LeafId{n}; }
Decimal dec(std::string_view text) { return *Decimal::parse(text); }

/// Two members behind `chat`, weights 9 and 1, with `careful` behind them.
Gateway sample() {
  Gateway g;
  g.dialect = "litellm";
  g.nodes.reserve(16);
  const auto member = [&](std::string kind, std::string model, std::uint32_t n) {
    Provider p;
    p.kind = {std::move(kind), leaf(n)};
    p.api_key = {Credential::env("KEY_" + std::to_string(n)), leaf(n + 1)};
    Deployment d;
    d.provider = g.add(std::move(p));
    d.upstream_model = {std::move(model), leaf(n)};
    return g.add(PlanNode{Use{g.add(std::move(d))}, {}, {}, {}});
  };
  Balance balance;
  balance.edges.push_back({member("openai", "gpt-4o", 0), {dec("9"), leaf(2)}, {}, {}});
  balance.edges.push_back({member("azure_openai", "gpt-4o-eu", 3), {dec("1"), leaf(5)}, {}, {}});
  Fallback fallback;
  fallback.primary = g.add(PlanNode{balance, {}, {}, {}});
  fallback.edges.push_back(
      {g.add(PlanNode{To{{"careful", leaf(6)}, {true, leaf(6)}}, {}, {}, {}}), Failure::Any, {}, false});
  Route chat;
  chat.name = {"chat", leaf(7)};
  chat.plan = g.add(PlanNode{fallback, {}, {}, {}});
  g.routes.push_back(std::move(chat));
  Route careful;
  careful.name = {"careful", leaf(8)};
  careful.plan = member("anthropic", "claude", 9);
  g.routes.push_back(std::move(careful));
  g.defaults.retry.attempts = {2, leaf(11)};
  return g;
}

std::vector<std::string> paths(const Gateway& a, const Gateway& b) {
  std::vector<std::string> found;
  for (const compare::Difference& d : differences(a, b)) found.push_back(d.path + ": " + d.before + " → " + d.after);
  return found;
}

Balance& balance_of(Gateway& g) {
  return std::get<Balance>(g.at(std::get<Fallback>(g.at(g.routes[0].plan).what).primary).what);
}

}  // namespace

TEST_CASE("a gateway equals itself") { CHECK(paths(sample(), sample()).empty()); }

TEST_CASE("order of routes and of equal members means nothing") {
  Gateway b = sample();
  std::swap(balance_of(b).edges[0], balance_of(b).edges[1]);
  std::swap(b.routes[0], b.routes[1]);
  CHECK(paths(sample(), b).empty());
}

TEST_CASE("weights are compared in proportion") {
  Gateway b = sample();
  balance_of(b).edges[0].weight.value = dec("900");
  balance_of(b).edges[1].weight.value = dec("100");
  CHECK(paths(sample(), b).empty());
  balance_of(b).edges[1].weight.value = dec("101");
  CHECK(paths(sample(), b) == std::vector<std::string>{"routes[chat].plan.primary.balance[1].weight: 1 → 101"});
}

TEST_CASE("settings are compared where they arrive, not where they stand") {
  Gateway b = sample();
  b.defaults.retry.attempts = {};
  for (Deployment& d : b.deployments) d.settings.retry.attempts = {2, leaf(1)};
  CHECK(paths(sample(), b).empty());
  b.deployments[2].settings.retry.attempts = {3, leaf(1)};
  CHECK(paths(sample(), b) == std::vector<std::string>{"routes[careful].plan.retry.attempts: 2 → 3"});
}

TEST_CASE("what is added, removed and changed is told apart") {
  Gateway b = sample();
  b.deployments[0].upstream_model.value = "gpt-4o-mini";
  b.routes.erase(b.routes.begin() + 1);
  Route extra;
  extra.name = {"new", leaf(1)};
  extra.plan = b.add(PlanNode{Use{b.add(Deployment{})}, {}, {}, {}});
  b.routes.push_back(std::move(extra));
  const auto found = differences(sample(), b);
  const auto count = [&](compare::Change change) {
    return std::count_if(found.begin(), found.end(), [&](const compare::Difference& d) { return d.change == change; });
  };
  CHECK(count(compare::Change::Changed) == 1);
  CHECK(count(compare::Change::Added) >= 1);
  CHECK(count(compare::Change::Removed) >= 3);
}

TEST_CASE("fallbacks keep their order") {
  Gateway a = sample();
  Gateway b = sample();
  const auto add = [](Gateway& g, const char* name) {
    const NodeId node = g.add(PlanNode{To{{name, leaf(1)}, {true, leaf(1)}}, {}, {}, {}});
    std::get<Fallback>(g.at(g.routes[0].plan).what).edges.push_back({node, Failure::Any, {}, false});
  };
  add(a, "x");
  add(b, "x");
  CHECK(paths(a, b).empty());
  auto& edges = std::get<Fallback>(b.at(b.routes[0].plan).what).edges;
  std::swap(edges[0], edges[1]);
  CHECK_FALSE(paths(a, b).empty());
}

TEST_CASE("a balance of one is its member") {
  Gateway b = sample();
  Balance lone;
  lone.edges.push_back({b.routes[1].plan, {dec("3"), leaf(1)}, {}, {}});
  b.routes[1].plan = b.add(PlanNode{lone, {}, {}, {}});
  b.dialect = "portkey";
  CHECK(paths(b, sample()).empty());
}

TEST_CASE("classes follow the field") {
  Gateway a = sample();
  Gateway b = sample();
  Limit cap;
  cap.amount = {dec("100"), leaf(1)};
  Limit hint = cap;
  hint.hint = {true, leaf(1)};
  a.deployments[0].limits.push_back(cap);
  b.deployments[0].limits.push_back(cap);
  b.deployments[0].limits[0].amount.value = dec("200");
  a.deployments[1].limits.push_back(hint);
  b.deployments[1].limits.push_back(hint);
  b.deployments[1].limits[0].amount.value = dec("200");
  b.providers[2].api_key = {Credential::secret("zzz"), leaf(1)};
  const auto found = differences(a, b);
  REQUIRE(found.size() == 3);
  CHECK(found[0].cls == Class::Rate);
  CHECK(found[1].cls == Class::Route);
  CHECK(found[2].cls == Class::Secret);
  CHECK(found[2].after == "(secret)");
}

TEST_CASE("lists of names are sets, open data is compared to the last scalar") {
  Gateway a = sample();
  Gateway b = sample();
  Principal key;
  key.id = {"k1", leaf(1)};
  key.models.push("x", leaf(2));
  key.models.push("y", leaf(3));
  Value tree;
  tree.kind = Value::Kind::Mapping;
  tree.pairs.emplace_back("n", Value::number("1.0", leaf(4)));
  key.metadata.push_back({"team", tree});
  a.principals.push_back(key);
  std::swap(key.models.items[0], key.models.items[1]);
  key.metadata[0].value.pairs[0].second.text = "1";
  b.principals.push_back(key);
  CHECK(paths(a, b).empty());
  b.principals[0].metadata[0].value.pairs[0].second.text = "2";
  CHECK(paths(a, b) == std::vector<std::string>{"principals[key:k1].metadata[team][n]: 1.0 → 2"});
  b = a;
  b.principals[0].models.items.pop_back();
  CHECK(paths(a, b) == std::vector<std::string>{"principals[key:k1].models[1]: y → "});
}
