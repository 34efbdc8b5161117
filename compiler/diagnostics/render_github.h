#pragma once

#include "compiler/diagnostics/render_json.h"

#include <span>
#include <string>

namespace gatec::diagnostics {

/// Workflow commands of GitHub Actions, one line a finding.
[[nodiscard]] std::string render_github(std::span<const Finding> findings);

}  // namespace gatec::diagnostics
