#pragma once

#include "compiler/passes/route_index.h"
#include "compiler/routing/conditions.h"
#include "compiler/routing/failing.h"
#include "compiler/routing/ratio.h"

#include <compare>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace gatec::routing {

/// Paths that one request may take, and nodes of plans that it may pass on them; more are refused.
inline constexpr std::size_t kMostOutcomes = 20'000;
inline constexpr std::size_t kMostSteps = 1'000'000;

/// One request, and what is wrong upstream.
struct Request {
  std::string_view model;  // as asked for
  Facts facts;
  /// Ids of the teams that the caller is in: of deployments that belong to teams it has theirs. Nothing: all of them.
  std::optional<std::vector<std::string>> teams;
  std::map<ir::DeploymentId, Fault> failing;
};

/// Calls of one upstream in a row.
struct Attempt {
  ir::DeploymentId deployment;
  std::int64_t calls = 1;
  std::optional<Fault> failed;  // nothing: it answered
  friend auto operator<=>(const Attempt&, const Attempt&) = default;
};

struct Outcome {
  std::vector<Attempt> attempts;  // in order
  std::optional<ir::DeploymentId> answers;
  Fault failure;         // of the last upstream, where nobody answers
  std::string_view why;  // what the gateway itself refused; empty where an upstream failed
  ir::LeafId decided;    // where the last choice is written
  Ratio share;           // of all such requests

  [[nodiscard]] std::int64_t calls() const;
};

struct Outcomes {
  std::vector<Outcome> all;  // the largest share first; together 1
  /// A choice hangs on load or time, and counts as even.
  bool any_of = false;
  std::string problem;  // why it cannot be worked out; `all` is empty then
};

/// Runs a request through the plan of the route that answers to its model. State that outlives a request (cooldowns,
/// breakers, stickiness, caches) is fresh, and timeouts, guardrails and what deployments take refuse nothing. Draws
/// that follow each other stand in the order of the members.
[[nodiscard]] Outcomes outcomes(const ir::Gateway& gateway, const passes::RouteIndex& index, const Request& request);

}  // namespace gatec::routing
