#pragma once

#include "compiler/passes/passes.h"
#include "compiler/passes/route_index.h"

namespace gatec::rules {

/// Findings on the IR, the same for every dialect: names, budgets, limits, routing, what failures lead to, security.
void check(const ir::Gateway& gateway, passes::Context& context);

void check_names(const ir::Gateway& gateway, const passes::RouteIndex& index, passes::Context& context);
void check_failures(const ir::Gateway& gateway, const passes::RouteIndex& index, passes::Context& context);
void check_models(const ir::Gateway& gateway, passes::Context& context);
void check_principals(const ir::Gateway& gateway, passes::Context& context);
void check_routing(const ir::Gateway& gateway, passes::Context& context);
class Hierarchy;
void check_budgets(const ir::Gateway& gateway, const Hierarchy& hierarchy, passes::Context& context);
void check_rates(const ir::Gateway& gateway, const Hierarchy& hierarchy, passes::Context& context);
void check_security(const ir::Gateway& gateway, passes::Context& context);
void check_spelling(const ir::Gateway& gateway, passes::Context& context);

/// Where a value was written first; nowhere for defaults.
[[nodiscard]] source::Span span_of(const ir::Origin& origin, const passes::Context& context);

}  // namespace gatec::rules
