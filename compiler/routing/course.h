#pragma once

#include "compiler/ir/resolved.h"
#include "compiler/passes/route_index.h"

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace gatec::routing {

/// An upstream that a request is sent to.
struct Stop {
  ir::DeploymentId deployment;
  std::int64_t calls = 0;                // at worst
  const ir::FallbackEdge* by = nullptr;  // of the route that was asked for; null: it is a part of the primary
};

/// What becomes of one request when every upstream answers with the same failure.
struct Course {
  std::vector<Stop> stops;  // in order; one upstream may stand there more than once
  std::int64_t calls = 0;   // of the whole request, at worst
  /// At worst, when each call takes as long as it may; absent where a call has no bound.
  std::optional<ir::Decimal> seconds = ir::Decimal(0);
  std::vector<const ir::FallbackEdge*> taken;  // of the route that was asked for
  bool endless = false;                        // it leads back into itself, and nothing bounds that
};

/// Runs the plan of a route as its gateway would. A balance counts at its worst: of members that stand for each other
/// the one with the most calls, of members that follow each other all. What is written for the deployments' own clients
/// (SDK retries) is not known here.
[[nodiscard]] Course course(const ir::Gateway& gateway, const passes::RouteIndex& index, const ir::Route& route,
                            ir::Failure failure);

/// The kinds of failure that are run: rate limit, server error, timeout, refused connection, context window, content.
[[nodiscard]] std::span<const ir::Failure> failures();

/// All deployments that a plan may use without a fallback; `To` is followed to the other route's own.
[[nodiscard]] std::vector<ir::DeploymentId> primaries(const ir::Gateway& gateway, const passes::RouteIndex& index,
                                                      ir::NodeId plan);

}  // namespace gatec::routing
