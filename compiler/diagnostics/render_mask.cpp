#include "compiler/diagnostics/render_mask.h"

#include "compiler/facts/secrets.h"

#include <algorithm>
#include <string_view>

namespace gatec::diagnostics {
namespace {

constexpr std::string_view kBlanks = " \t";
constexpr std::size_t kLinesBack = 200;

bool is_key_character(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

/// The word before `line[at]`, quotes and blanks taken off.
std::string_view word_before(std::string_view line, std::size_t at) {
  while (at > 0 && (line[at - 1] == ' ' || line[at - 1] == '"' || line[at - 1] == '\'')) --at;
  std::size_t begin = at;
  while (begin > 0 && is_key_character(line[begin - 1])) --begin;
  return line.substr(begin, at - begin);
}

/// Where the value of the first credential key of the line begins; npos when there is none.
std::size_t credential_value(std::string_view line) {
  for (std::size_t at = line.find_first_of(":="); at != std::string_view::npos; at = line.find_first_of(":=", at + 1)) {
    const std::string_view word = word_before(line, at);
    if (!word.empty() && facts::is_credential_key(word)) return std::min(line.size(), at + 1);
  }
  return std::string_view::npos;
}

std::size_t indentation(std::string_view line) { return std::min(line.find_first_not_of(kBlanks), line.size()); }

/// Whether a line continues the value of a credential key that stands above it with less indentation.
bool continues_credential(const source::SourceManager& sources, source::FileId file, std::uint32_t number) {
  const std::size_t indent = indentation(sources.line(file, number));
  for (std::size_t back = 1; back <= kLinesBack && back < number; ++back) {
    const std::string_view above = sources.line(file, number - static_cast<std::uint32_t>(back));
    if (above.find_first_not_of(kBlanks) == std::string_view::npos || indentation(above) >= indent) continue;
    return credential_value(above) != std::string_view::npos;
  }
  return false;
}

bool ends_token(char c) { return std::string_view(" \t\r\n\"'`,;()[]{}<>").find(c) != std::string_view::npos; }

bool shows_secret(std::string_view token) {
  if (token.size() < 6) return false;
  if (facts::looks_like_secret(token)) return true;
  const std::size_t value = token.find_first_of("=:");
  return value != std::string_view::npos && facts::looks_like_secret(token.substr(value + 1));
}

void join(Mask::Ranges& ranges) {
  std::sort(ranges.begin(), ranges.end());
  Mask::Ranges joined;
  for (const auto& range : ranges) {
    if (!joined.empty() && range.first <= joined.back().second) {
      joined.back().second = std::max(joined.back().second, range.second);
    } else {
      joined.push_back(range);
    }
  }
  ranges = std::move(joined);
}

}  // namespace

Mask::Ranges Mask::hidden(source::FileId file, std::uint32_t begin, std::uint32_t end) const {
  Ranges ranges;
  add_marked(ranges, file, begin, end);
  if (!understood_.contains(file)) add_credential_values(ranges, file, begin, end);
  add_by_shape(ranges, file, begin, end);
  join(ranges);
  return ranges;
}

std::string Mask::masked_text(source::FileId file) const {
  const std::string_view text = sources_->text(file);
  std::string masked;
  masked.reserve(text.size());
  std::size_t begin = 0;
  while (begin < text.size()) {
    const std::size_t end = std::min(text.find('\n', begin), text.size());
    std::size_t at = begin;
    for (const auto& [first, last] : hidden(file, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end))) {
      masked.append(text, at, first - at);
      masked += kMasked;
      at = last;
    }
    masked.append(text, at, std::min(end + 1, text.size()) - at);
    begin = end + 1;
  }
  return masked;
}

void Mask::add_marked(Ranges& ranges, source::FileId file, std::uint32_t begin, std::uint32_t end) const {
  for (const source::Span& span : sources_->secrets()) {
    if (span.file == file && span.begin < end && span.end > begin) {
      ranges.emplace_back(std::max(span.begin, begin), std::min(span.end, end));
    }
  }
}

void Mask::add_credential_values(Ranges& ranges, source::FileId file, std::uint32_t begin, std::uint32_t end) const {
  const std::uint32_t number = sources_->position(file, begin).line;
  const std::uint32_t line_begin = sources_->line_begin(file, number);
  const std::string_view line = sources_->line(file, number);
  const std::size_t value = continues_credential(*sources_, file, number) ? indentation(line) : credential_value(line);
  if (value == std::string_view::npos) return;
  const std::size_t first = std::min(line.find_first_not_of(kBlanks, value), line.size());
  const auto hidden_begin = std::max(begin, line_begin + static_cast<std::uint32_t>(first));
  if (hidden_begin < end) ranges.emplace_back(hidden_begin, end);
}

void Mask::add_by_shape(Ranges& ranges, source::FileId file, std::uint32_t begin, std::uint32_t end) const {
  const std::string_view text = sources_->text(file);
  const auto line_begin = static_cast<std::size_t>(begin);
  for (std::size_t at = line_begin; at < end;) {
    std::size_t stop = at;
    while (stop < end && !ends_token(text[stop])) ++stop;
    const bool cut = (at == begin && at > 0 && !ends_token(text[at - 1])) ||
                     (stop == end && stop < text.size() && !ends_token(text[stop]));
    if ((cut && stop - at > 16) || shows_secret(text.substr(at, stop - at))) {
      ranges.emplace_back(static_cast<std::uint32_t>(at), static_cast<std::uint32_t>(stop));
    }
    at = stop + 1;
  }
}

}  // namespace gatec::diagnostics
