#pragma once

#include "compiler/ir/resolved.h"

#include <compare>
#include <cstdint>
#include <optional>
#include <vector>

namespace gatec::routing {

/// How an upstream fails: the kind, and the status that the gateway goes by.
struct Fault {
  ir::Failure failure = ir::Failure::ServerError;
  std::int64_t status = 500;
  friend auto operator<=>(const Fault&, const Fault&) = default;
};
[[nodiscard]] Fault fault_of(ir::Failure failure);
/// What a status means; of 400 that the request is wrong.
[[nodiscard]] Fault fault_of(std::int64_t status);

/// Whether a list of statuses holds one.
[[nodiscard]] bool holds(const ir::List<std::int64_t>& list, std::int64_t status);

/// Tries after the first that failed so, by the settings that arrive there. `elsewhere`: a retry may go to another
/// upstream.
[[nodiscard]] std::int64_t further_tries(const ir::SettingsChain& chain, const Fault& fault, bool elsewhere);

/// Whether an edge is tried: `first` is how the primary failed, `last` what failed most recently
/// (docs/ir.md: a special list hides the general one).
[[nodiscard]] bool takes(const ir::Gateway& gateway, const ir::Fallback& fallback, const ir::FallbackEdge& edge,
                         const Fault& first, const Fault& last);

/// The deployment of a plan that is nothing but one, copied traffic or not.
[[nodiscard]] std::optional<ir::DeploymentId> lone_deployment(const ir::Gateway& gateway, ir::NodeId plan);

/// Whether a member is never drawn although others can be.
[[nodiscard]] bool is_idle(const ir::Balance& balance, const ir::Edge& edge);

/// The settings of one more node, nearest first.
[[nodiscard]] ir::SettingsChain with(const ir::Settings& settings, const ir::SettingsChain& chain);

}  // namespace gatec::routing
