#pragma once

#include "compiler/diagnostics/render_json.h"

#include <span>
#include <string>

namespace gatec::diagnostics {

/// JUnit's XML: a suite for each file, a failed case for each finding from warning on. Files without findings are one
/// passed case; infos pass too, with their text as output.
[[nodiscard]] std::string render_junit(std::span<const Finding> findings, std::span<const std::string> files);

}  // namespace gatec::diagnostics
