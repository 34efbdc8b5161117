#pragma once

#include "compiler/diagnostics/diagnostic.h"

#include <string>
#include <string_view>

namespace gatec::diagnostics {

/// The page of docs/diagnostics, compiled in; empty when a code has none.
[[nodiscard]] std::string_view page(const DiagInfo& row);
/// The page, or what the catalogue says of a code without one.
[[nodiscard]] std::string explain(const DiagInfo& row);

}  // namespace gatec::diagnostics
