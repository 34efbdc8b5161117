#pragma once

#include "compiler/diagnostics/render_json.h"

#include <span>
#include <string>
#include <string_view>

namespace gatec::diagnostics {

/// Appends ` name="value"`, and text between tags, as XML has them.
void append_xml_attribute(std::string& out, std::string_view name, std::string_view value);
void append_xml_text(std::string& out, std::string_view text);

/// JUnit's XML: a suite for each file, a failed case for each finding from warning on. Files without findings are one
/// passed case; infos pass too, with their text as output.
[[nodiscard]] std::string render_junit(std::span<const Finding> findings, std::span<const std::string> files);

}  // namespace gatec::diagnostics
