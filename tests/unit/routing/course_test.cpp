#include "compiler/routing/capacity.h"
#include "tests/unit/routing/world.h"

#include <catch2/catch.hpp>

namespace gatec::routing {
namespace {

using ir::Decimal;
using ir::Failure;

using testing::World;

}  // namespace

TEST_CASE("a lone upstream is called once and for each retry") {
  World w;
  w.route("a", w.use("m"));
  CHECK(w.run("a", Failure::ServerError).calls == 3);
  CHECK(w.run("a", Failure::Timeout).seconds == Decimal(90));
  CHECK(w.run("a", Failure::ContextWindow).calls == 1);
  CHECK(w.run("a", Failure::ContentPolicy).calls == 1);
}

TEST_CASE("retries are bound to statuses and failures") {
  World w;
  w.route("a", w.use("m"));
  w.gateway.defaults.retry.statuses.push(429, {});
  CHECK(w.run("a", Failure::RateLimit).calls == 3);
  CHECK(w.run("a", Failure::ServerError).calls == 1);
  w.gateway.defaults.retry.by_failure.push_back({Failure::ServerError, {4, {}}});
  CHECK(w.run("a", Failure::ServerError).calls == 5);
}

TEST_CASE("members that stand for each other count once, members that follow each other all") {
  World w;
  w.route("draw", w.balance({w.use("m"), w.use("n")}, ir::OnFailure::Redraw));
  w.route("pick", w.balance({w.use("m"), w.use("n")}, ir::OnFailure::Return));
  w.route("next", w.balance({w.use("m"), w.use("n")}, ir::OnFailure::Next));
  CHECK(w.run("draw", Failure::RateLimit).calls == 3);
  CHECK(w.run("draw", Failure::RateLimit).stops.size() == 2);
  CHECK(w.run("pick", Failure::RateLimit).calls == 3);
  CHECK(w.run("next", Failure::RateLimit).calls == 6);
}

TEST_CASE("fallbacks of fallbacks are tried down to the depth") {
  World w;
  w.route("a", w.fallback(w.use("m"), {{w.to("b")}}));
  w.route("b", w.fallback(w.use("n"), {{w.to("c")}}));
  w.route("c", w.use("o"));
  CHECK(w.run("a", Failure::ServerError).calls == 9);
  CHECK(w.run("a", Failure::ServerError).seconds == Decimal(270));
  w.gateway.routing.max_fallbacks = {1, {}};
  CHECK(w.run("a", Failure::ServerError).calls == 6);
  w.gateway.routing.max_fallbacks = {0, {}};
  CHECK(w.run("a", Failure::ServerError).calls == 3);
  CHECK(w.run("a", Failure::ServerError).taken.empty());
}

TEST_CASE("a copy of another route brings no fallbacks of its own") {
  World w;
  w.route("a", w.fallback(w.use("m"), {{w.to("b", false)}}));
  w.route("b", w.fallback(w.use("n"), {{w.to("c")}}));
  w.route("c", w.use("o"));
  CHECK(w.run("a", Failure::ServerError).calls == 6);
}

TEST_CASE("a circle ends at the depth, and is endless without one") {
  World w;
  w.route("a", w.fallback(w.use("m"), {{w.to("b")}}));
  w.route("b", w.fallback(w.use("n"), {{w.to("a")}}));
  const Course bounded = w.run("a", Failure::ServerError);
  CHECK_FALSE(bounded.endless);
  CHECK(bounded.calls == 18);
  w.gateway.routing.max_fallbacks = {};
  CHECK(w.run("a", Failure::ServerError).endless);
}

TEST_CASE("a special list hides the general one") {
  World w;
  w.route("a", w.fallback(w.use("m"), {{w.to("b")}, {w.to("c"), Failure::ContextWindow}}));
  w.route("b", w.use("n"));
  w.route("c", w.use("o"));
  const Course general = w.run("a", Failure::RateLimit);
  const Course special = w.run("a", Failure::ContextWindow);
  const Course content = w.run("a", Failure::ContentPolicy);
  REQUIRE(general.taken.size() == 1);
  CHECK(general.taken.front()->on == Failure::Any);
  REQUIRE(special.taken.size() == 1);
  CHECK(special.taken.front()->on == Failure::ContextWindow);
  CHECK(content.taken.front()->on == Failure::Any);
  w.gateway.content_list_exists = {true, {}};
  CHECK(w.run("a", Failure::ContentPolicy).taken.empty());
}

TEST_CASE("a fallback on statuses is taken for these") {
  World w;
  const ir::NodeId plan = w.fallback(w.use("m"), {{w.use("n")}});
  std::get<ir::Fallback>(w.gateway.at(plan).what).statuses.push(429, {});
  w.route("a", plan);
  CHECK(w.run("a", Failure::RateLimit).stops.size() == 2);
  CHECK(w.run("a", Failure::ServerError).stops.size() == 1);
}

TEST_CASE("a plan without bounds takes an unknown time") {
  World w;
  w.gateway.defaults.timeouts.attempt = {};
  w.route("a", w.use("m"));
  CHECK_FALSE(w.run("a", Failure::Timeout).seconds.has_value());
}

TEST_CASE("what deployments take in a minute") {
  World w;
  const ir::NodeId a = w.use("m");
  const ir::NodeId b = w.use("n");
  const auto limit = [&](ir::NodeId node, std::int64_t amount, std::int64_t seconds) {
    ir::Limit one;
    one.amount = {Decimal(amount), {}};
    ir::Window window;
    window.seconds = seconds;
    one.window = {window, {}};
    w.gateway.at(std::get<ir::Use>(w.gateway.at(node).what).deployment).limits.push_back(one);
  };
  const std::vector<ir::DeploymentId> both{{0}, {1}};
  limit(a, 100, 60);
  CHECK_FALSE(per_minute(w.gateway, both, ir::Counted::Requests).has_value());
  limit(b, 10, 1);
  CHECK(per_minute(w.gateway, both, ir::Counted::Requests) == Decimal(700));
  limit(b, 120, 60);
  CHECK(per_minute(w.gateway, both, ir::Counted::Requests) == Decimal(220));
}

TEST_CASE("regions belong to jurisdictions") {
  CHECK(jurisdiction("eu-central-1") == "eu");
  CHECK(jurisdiction("eu-west-2") == "uk");
  CHECK(jurisdiction("europe-west4") == "eu");
  CHECK(jurisdiction("us-gov-west-1") == "us");
  CHECK(jurisdiction("northamerica-northeast1") == "ca");
  CHECK(jurisdiction("swedencentral") == "eu");
  CHECK(jurisdiction("global").empty());
}

TEST_CASE("hosts that are near") {
  CHECK(is_near("http://localhost:8000"));
  CHECK(is_near("http://vllm:8000/v1"));
  CHECK(is_near("https://172.20.0.3/v1"));
  CHECK(is_near("http://[::1]:80"));
  CHECK(is_near("http://u:p@models.svc/v1"));
  CHECK_FALSE(is_near("https://api.openai.com/v1"));
  CHECK_FALSE(is_near("http://172.40.0.1"));
}

}  // namespace gatec::routing
