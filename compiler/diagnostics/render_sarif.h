#pragma once

#include "compiler/diagnostics/render_json.h"

#include <span>
#include <string>
#include <string_view>

namespace gatec::diagnostics {

/// One run of SARIF 2.1.0 with the rules that the findings need; columns count code points.
[[nodiscard]] std::string render_sarif(std::span<const Finding> findings, std::string_view tool_version);

}  // namespace gatec::diagnostics
