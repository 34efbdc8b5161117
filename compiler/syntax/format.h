#pragma once

#include <string>
#include <string_view>

namespace gatec::syntax {

/// The one form of a text of Gate: two blanks a level, one blank between words, one empty line at most, comments where
/// they were. Line breaks stay, so that people decide what belongs together. Of a text that parses; formatting twice
/// changes nothing.
[[nodiscard]] std::string format(std::string_view text);

/// `text` as a string of Gate, with its quotes.
[[nodiscard]] std::string quoted_string(std::string_view text);
/// A name as it stands before `=`: plain where it is one and means nothing else.
[[nodiscard]] std::string quoted_name(std::string_view name);

}  // namespace gatec::syntax
