#pragma once

#include "compiler/ir/gateway.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace gatec::routing {

/// What the deployments take in a minute together, where each of them says so; hints count as they are meant.
[[nodiscard]] std::optional<ir::Decimal> per_minute(const ir::Gateway& gateway,
                                                    std::span<const ir::DeploymentId> deployments, ir::Counted counts);

/// The jurisdiction that a region's name stands for ("eu", "us", "uk", "ap-jp"); empty where it is not known.
[[nodiscard]] std::string_view jurisdiction(std::string_view region);
/// Where a deployment stands, by its region, address and model id.
[[nodiscard]] std::string_view jurisdiction(const ir::Gateway& gateway, const ir::Deployment& deployment);

/// Hosts that stay on the machine or inside a network of one's own: a name without a dot, loopback, private ranges,
/// cluster names.
[[nodiscard]] bool is_near(std::string_view url);

/// "chat", "embedding", "image_generation"…: as written, else as the table of models has it; empty where unknown.
[[nodiscard]] std::string mode_of(const ir::Gateway& gateway, const ir::Deployment& deployment);

/// The same model at the same address with the same credential. False where either is not known well enough.
[[nodiscard]] bool same_upstream(const ir::Gateway& gateway, const ir::Deployment& a, const ir::Deployment& b);

}  // namespace gatec::routing
