#include "compiler/driver/fixes.h"

#include <algorithm>

namespace gatec::driver {
namespace {

using diagnostics::Edit;
using diagnostics::Fix;

constexpr std::size_t kAround = 3;

bool overlaps(const Edit& a, const Edit& b) {
  if (a.span.begin == b.span.begin) return true;
  return a.span.begin < b.span.end && b.span.begin < a.span.end;
}

bool same_edit(const Edit& a, const Edit& b) { return a.span == b.span && a.replacement == b.replacement; }

/// Whether a fix touches this file only and nothing that is edited already.
bool fits(const Fix& fix, source::FileId file, const std::vector<Edit>& taken) {
  return !fix.edits.empty() && std::all_of(fix.edits.begin(), fix.edits.end(), [&](const Edit& edit) {
    return edit.span.file == file && std::none_of(taken.begin(), taken.end(), [&](const Edit& other) {
             return overlaps(edit, other) && !same_edit(edit, other);
           });
  });
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::size_t length = end == std::string_view::npos ? text.size() : end + 1;
    lines.push_back(text.substr(0, length));
    text.remove_prefix(length);
  }
  return lines;
}

struct Hunk {
  std::size_t a_begin, a_end, b_begin, b_end;  // changed lines, half open
};

/// Where lines agree again after they parted: the nearest pair of equal lines, looked for within a bound.
Hunk next_hunk(const std::vector<std::string_view>& a, const std::vector<std::string_view>& b, std::size_t i,
               std::size_t j) {
  static constexpr std::size_t kReach = 200;
  for (std::size_t distance = 1; distance <= 2 * kReach; ++distance) {
    for (std::size_t da = distance > kReach ? distance - kReach : 0; da <= std::min(distance, kReach); ++da) {
      const std::size_t x = i + da;
      const std::size_t y = j + (distance - da);
      const bool at_end = x == a.size() && y == b.size();
      if (at_end || (x < a.size() && y < b.size() && a[x] == b[y])) return {i, x, j, y};
    }
  }
  return {i, a.size(), j, b.size()};
}

std::vector<Hunk> hunks_of(const std::vector<std::string_view>& a, const std::vector<std::string_view>& b) {
  std::vector<Hunk> hunks;
  std::size_t i = 0;
  std::size_t j = 0;
  while (i < a.size() || j < b.size()) {
    if (i < a.size() && j < b.size() && a[i] == b[j]) {
      ++i;
      ++j;
      continue;
    }
    hunks.push_back(next_hunk(a, b, i, j));
    i = hunks.back().a_end;
    j = hunks.back().b_end;
  }
  return hunks;
}

void append_line(std::string& out, char mark, std::string_view line) {
  (out += mark) += line;
  if (!line.ends_with('\n')) out += "\n\\ No newline at end of file\n";
}

std::string range(std::size_t begin, std::size_t count) {
  return std::to_string(count == 0 ? begin : begin + 1) + (count == 1 ? "" : "," + std::to_string(count));
}

}  // namespace

Fixed apply_fixes(const source::SourceManager& sources, source::FileId file, const std::vector<const Fix*>& fixes) {
  std::vector<Edit> edits;
  Fixed fixed;
  for (const Fix* fix : fixes) {
    if (!fits(*fix, file, edits)) continue;
    ++fixed.made;
    for (const Edit& edit : fix->edits) {
      if (std::none_of(edits.begin(), edits.end(), [&](const Edit& other) { return same_edit(edit, other); }))
        edits.push_back(edit);
    }
  }
  std::sort(edits.begin(), edits.end(), [](const Edit& a, const Edit& b) { return a.span.begin < b.span.begin; });
  const std::string_view text = sources.text(file);
  std::size_t at = 0;
  for (const Edit& edit : edits) {
    fixed.text.append(text, at, edit.span.begin - at);
    fixed.text += edit.replacement;
    at = edit.span.end;
  }
  fixed.text.append(text, at);
  return fixed;
}

std::string unified_diff(std::string_view name, std::string_view before, std::string_view after) {
  const auto a = lines_of(before);
  const auto b = lines_of(after);
  const auto hunks = hunks_of(a, b);
  if (hunks.empty()) return {};
  std::string out = "--- " + std::string(name) + "\n+++ " + std::string(name) + "\n";
  for (std::size_t first = 0; first < hunks.size();) {
    std::size_t last = first;
    while (last + 1 < hunks.size() && hunks[last + 1].a_begin <= hunks[last].a_end + 2 * kAround) ++last;
    const std::size_t lead = std::min(kAround, hunks[first].a_begin);
    const std::size_t begin = hunks[first].a_begin - lead;
    const std::size_t end = std::min(a.size(), hunks[last].a_end + kAround);
    const std::size_t b_begin = hunks[first].b_begin - lead;
    const std::size_t b_end = hunks[last].b_end + (end - hunks[last].a_end);
    out += "@@ -" + range(begin, end - begin) + " +" + range(b_begin, b_end - b_begin) + " @@\n";
    std::size_t at = begin;
    for (std::size_t h = first; h <= last; ++h) {
      for (; at < hunks[h].a_begin; ++at) append_line(out, ' ', a[at]);
      for (; at < hunks[h].a_end; ++at) append_line(out, '-', a[at]);
      for (std::size_t k = hunks[h].b_begin; k < hunks[h].b_end; ++k) append_line(out, '+', b[k]);
    }
    for (; at < end; ++at) append_line(out, ' ', a[at]);
    first = last + 1;
  }
  return out;
}

}  // namespace gatec::driver
