#pragma once

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/diagnostics/render_mask.h"

#include <string>

namespace gatec::diagnostics {

/// Appends a diagnostic for people: the message, the place, the source line with the span underlined, then labels,
/// notes and the fix. Secrets in source lines are shown as `••••`.
void render_text(std::string& out, const Diagnostic& diagnostic, const Mask& mask, bool colour);

/// Text with control characters spelled out, so that a foreign config cannot steer the terminal; line breaks stay.
[[nodiscard]] std::string printable(std::string_view text);

}  // namespace gatec::diagnostics
