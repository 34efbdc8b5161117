#include "compiler/base/nearest.h"

#include <algorithm>
#include <array>
#include <cstddef>

namespace gatec::base {
namespace {

constexpr std::size_t kMaxLength = 80;

struct Letters {
  std::array<char, kMaxLength> text{};
  std::size_t size = 0;
};

std::optional<Letters> letters_of(std::string_view word) {
  Letters out;
  for (const char c : word) {
    if (c == '_' || c == '-' || c == ' ') continue;
    if (out.size == kMaxLength) return std::nullopt;
    out.text[out.size++] = c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return out;
}

/// Optimal string alignment distance, or `limit + 1` as soon as it must be above `limit`.
std::size_t distance(const Letters& a, const Letters& b, std::size_t limit) {
  const std::size_t over = limit + 1;
  if ((a.size > b.size ? a.size - b.size : b.size - a.size) > limit) return over;
  std::array<std::array<std::size_t, kMaxLength + 1>, 3> rows{};
  for (std::size_t j = 0; j <= b.size; ++j) rows[0][j] = j;
  for (std::size_t i = 1; i <= a.size; ++i) {
    auto& row = rows[i % 3];
    const auto& above = rows[(i + 2) % 3];
    const auto& twice_above = rows[(i + 1) % 3];
    row[0] = i;
    std::size_t least = i;
    for (std::size_t j = 1; j <= b.size; ++j) {
      const bool same = a.text[i - 1] == b.text[j - 1];
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, above[j - 1] + (same ? 0U : 1U)});
      if (i > 1 && j > 1 && a.text[i - 1] == b.text[j - 2] && a.text[i - 2] == b.text[j - 1]) {
        row[j] = std::min(row[j], twice_above[j - 2] + 1);
      }
      least = std::min(least, row[j]);
    }
    if (least > limit) return over;
  }
  return rows[a.size % 3][b.size];
}

std::size_t allowed_edits(std::size_t length) {
  if (length <= 2) return 0;
  if (length <= 4) return 1;
  return length <= 9 ? 2 : 3;
}

}  // namespace

std::optional<std::string_view> nearest_word(std::string_view word, std::span<const std::string_view> candidates) {
  const auto wanted = letters_of(word);
  if (!wanted || wanted->size == 0) return std::nullopt;
  std::optional<std::string_view> best;
  std::size_t best_score = 0;
  for (const std::string_view candidate : candidates) {
    if (candidate == word) continue;
    const auto letters = letters_of(candidate);
    if (!letters || letters->size == 0) continue;
    const std::size_t limit = allowed_edits(std::min(wanted->size, letters->size));
    const std::size_t edits = distance(*wanted, *letters, limit);
    if (edits > limit) continue;
    const bool same_start = wanted->text[0] == letters->text[0];
    // `rpm` is no misspelling of `tpm`
    if (edits > 0 && !same_start && letters->size <= 4) continue;
    const std::size_t score = 2 * edits + (same_start ? 0U : 1U);
    if (!best || score < best_score) {
      best = candidate;
      best_score = score;
    }
  }
  return best;
}

}  // namespace gatec::base
