#pragma once

#include "compiler/doc/tree_builder.h"

#include <cstdint>
#include <string_view>

namespace gatec::doc {

/// Reads JSON that has nothing wrong with it straight from the text. False at the first thing that is not plainly
/// right, or when the builder refuses: whoever asked then reads it again with the parser that can say what is wrong.
/// The text is UTF-8 without control characters (`check_text`).
[[nodiscard]] bool scan_json(std::string_view text, std::uint32_t begin, TreeBuilder& builder);

/// nlohmann's reading of any JSON, with what is wrong in it told by place: the judge of whatever the scanner does not
/// take.
[[nodiscard]] ReadResult parse_json(const source::SourceManager& sources, source::FileId file, diagnostics::Sink& sink,
                                    const ReadOptions& options);

}  // namespace gatec::doc
