#pragma once

#include "compiler/ir/gateway.h"
#include "compiler/ledger/report.h"
#include "targets/dialect.h"

#include <vector>

namespace gatec::driver {

/// How clients and operators move from one gateway to the other, and back. Empty within one gateway.
[[nodiscard]] std::vector<ledger::Section> migration_guide(const targets::Dialect& from, const targets::Dialect& to,
                                                           const ir::Gateway& gateway);

}  // namespace gatec::driver
