#include "compiler/rules/rules.h"

#include "compiler/rules/hierarchy.h"

namespace gatec::rules {

source::Span span_of(const ir::Origin& origin, const passes::Context& context) {
  return origin.has_leaves() ? context.span(origin.first()) : source::Span{};
}

void check(const ir::Gateway& gateway, passes::Context& context) {
  const passes::RouteIndex index(gateway);
  check_names(gateway, index, context);
  check_principals(gateway, context);
  const Hierarchy hierarchy(gateway);
  check_budgets(gateway, hierarchy, context);
  check_rates(gateway, hierarchy, context);
  check_routing(gateway, context);
  check_failures(gateway, index, context);
  check_models(gateway, context);
  check_spelling(gateway, context);
  check_security(gateway, context);
}

}  // namespace gatec::rules
