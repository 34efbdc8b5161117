#pragma once

#include "compiler/doc/text_check.h"
#include "compiler/doc/tree_builder.h"

#include <cstdint>
#include <string_view>

namespace gatec::doc {

/// Reads YAML of the plainest kind straight from the text: one document of block mappings and sequences whose scalars
/// stand on one line, flow collections within a line, comments. False at anything else (anchors, tags, block scalars,
/// tabs, what is wrong): whoever asked then lets libyaml read it from the start. The events and their places are those
/// of libyaml. The text is UTF-8 without control characters (`check_text`).
[[nodiscard]] bool scan_yaml(std::string_view text, const TextFacts& facts, TreeBuilder& builder);

/// libyaml's reading of any YAML, with what is wrong in it told by place: the judge of whatever the scanner does not
/// take.
[[nodiscard]] ReadResult parse_yaml(const source::SourceManager& sources, source::FileId file, diagnostics::Sink& sink,
                                    const ReadOptions& options);

}  // namespace gatec::doc
