#pragma once

#include <optional>
#include <span>
#include <string_view>

namespace gatec::base {

/// The candidate that `word` is most likely a misspelling of, or nothing when none is close. Letter case, `_`, `-` and
/// blanks do not count; otherwise insertions, deletions, substitutions and swaps of neighbours do, up to a number that
/// grows with the length of the word. Of equally close candidates the first wins.
[[nodiscard]] std::optional<std::string_view> nearest_word(std::string_view word,
                                                           std::span<const std::string_view> candidates);

}  // namespace gatec::base
