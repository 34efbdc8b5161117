#pragma once

#include "compiler/doc/text_check.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace gatec::doc {

/// The first tab that separates tokens or stands in a plain scalar. libyaml takes it for a blank; the scanner of
/// PyYAML, with which LiteLLM reads its config, has no token that begins with one and refuses the file.
[[nodiscard]] std::optional<std::uint32_t> tab_between_tokens(std::string_view text, source::FileId file,
                                                              const TextFacts& facts);

}  // namespace gatec::doc
