#include "compiler/doc/yaml_marks.h"

#include <algorithm>

namespace gatec::doc {
namespace {

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

}  // namespace

YamlMarks::YamlMarks(std::string_view text, const TextFacts& facts)
    : text_(text), begin_(facts.begin), direct_(facts.ascii && !facts.carriage_returns), lines_{facts.begin}, at_(facts.begin) {}

/// Lines end as in YAML 1.1: also at a lone CR and at U+0085, U+2028 and U+2029.
void YamlMarks::next_line() {
  std::size_t i = lines_.back();
  for (; i < text_.size(); ++i) {
    const char c = text_[i];
    if (c == '\n') break;
    if (c == '\r') {
      if (i + 1 < text_.size() && text_[i + 1] == '\n') ++i;
      break;
    }
    if (c == '\xC2' && text_.substr(i, 2) == "\xC2\x85") {
      i += 1;
      break;
    }
    if (c == '\xE2' && (text_.substr(i, 3) == "\xE2\x80\xA8" || text_.substr(i, 3) == "\xE2\x80\xA9")) {
      i += 2;
      break;
    }
  }
  lines_.push_back(static_cast<std::uint32_t>(std::min(i + 1, text_.size())));
}

std::uint32_t YamlMarks::look_up(std::size_t line, std::size_t column) {
  while (lines_.size() <= line && lines_.back() < text_.size()) next_line();
  line = std::min(line, lines_.size() - 1);
  if (line != line_) {
    line_ = line;
    column_ = 0;
    at_ = lines_[line];
  }
  for (; column_ < column && at_ < text_.size(); ++column_) {
    ++at_;
    while (at_ < text_.size() && is_continuation(text_[at_])) ++at_;
  }
  for (; column_ > column; --column_) {
    --at_;
    while (is_continuation(text_[at_])) --at_;
  }
  return static_cast<std::uint32_t>(at_);
}

std::uint32_t skip_properties(std::string_view text, std::uint32_t at) {
  constexpr std::string_view kBlanks = " \t\r\n";
  std::size_t i = at;
  while (i < text.size()) {
    if (kBlanks.find(text[i]) != std::string_view::npos) {
      ++i;
    } else if (text[i] == '#') {
      i = std::min(text.find_first_of("\r\n", i), text.size());
    } else if (text.substr(i, 2) == "!<") {
      i = std::min(text.find('>', i), text.size() - 1) + 1;
    } else if (text[i] == '&') {
      i = std::min(text.find_first_of(" \t\r\n,[]{}", i), text.size());
    } else if (text[i] == '!') {
      i = std::min(text.find_first_of(kBlanks, i), text.size());
    } else {
      break;
    }
  }
  return static_cast<std::uint32_t>(std::min(i, text.size()));
}

}  // namespace gatec::doc
