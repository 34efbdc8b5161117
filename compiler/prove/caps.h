#pragma once

#include "compiler/ir/gateway.h"
#include "compiler/ledger/report.h"

#include <vector>

namespace gatec::prove {

/// The no-weaker gate of limits and budgets: what each caller of the source may do on each route, held against what it
/// may do in the target. A cap holds where some cap of the target on the same thing lets through no more, over any span
/// of time. A caller that the target does not declare is taken as whoever calls; a route that it does not have gives
/// nobody anything. Callers and routes with equal rows share one.
/// Rows of `fields` follow, but for limits upstream that are gone while their whole route lets through no more.
[[nodiscard]] std::vector<ledger::GateRow> compare_caps(const ir::Gateway& source, const ir::Gateway& target,
                                                        std::vector<ledger::GateRow> fields);
/// Whether some row lets more through than before.
[[nodiscard]] bool is_weaker(const std::vector<ledger::GateRow>& rows);

/// Whether effective caps know of a limit or budget with this scope; if not, it is compared as a field.
[[nodiscard]] bool is_effective(const ir::Scope& scope);

}  // namespace gatec::prove
