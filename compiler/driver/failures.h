#pragma once

#include "compiler/ir/gateway.h"

#include <string>

namespace gatec::driver {

/// What becomes of one request for each route when every upstream answers with the same failure, as JSON: which
/// upstreams are called in which order, how often, and how long it lasts at worst.
[[nodiscard]] std::string failures_json(const ir::Gateway& gateway);

}  // namespace gatec::driver
