#pragma once

#include "compiler/ir/gateway.h"

#include <optional>
#include <string>
#include <vector>

namespace gatec::compare {

/// `before` and `after` are one gateway, then and after edits; `into` says more of the same gateway in the same
/// dialect. What differs between the two is taken from `after`, entity by entity (a route with its plan, a principal, a
/// budget, the server; of the defaults each setting by itself); all else of `into` stays. Gives the names of what was
/// taken
/// ("routes[gpt-4o]"), in order, or nothing when `into` does not say all edits afterwards. Leaves of `after` and of
/// `into` must not share numbers.
[[nodiscard]] std::optional<std::vector<std::string>> take_over(const ir::Gateway& before, const ir::Gateway& after,
                                                                ir::Gateway& into);

}  // namespace gatec::compare
