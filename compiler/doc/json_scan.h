#pragma once

#include "compiler/doc/tree_builder.h"

#include <cstdint>
#include <string_view>

namespace gatec::doc {

/// Reads JSON that has nothing wrong with it straight from the text. False at the first thing that is not plainly right, or when
/// the builder refuses: whoever asked then reads it again with the parser that can say what is wrong.
/// The text is UTF-8 without control characters (`check_text`).
[[nodiscard]] bool scan_json(std::string_view text, std::uint32_t begin, TreeBuilder& builder);

}  // namespace gatec::doc
