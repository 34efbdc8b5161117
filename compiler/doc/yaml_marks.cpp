#include "compiler/doc/yaml_marks.h"

#include <algorithm>

namespace gatec::doc {
namespace {

bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

}  // namespace

std::uint32_t YamlMarks::follow(std::size_t index) {
  for (; index_ < index && at_ < text_.size(); ++index_) {
    ++at_;
    while (at_ < text_.size() && is_continuation(text_[at_])) ++at_;
  }
  for (; index_ > index; --index_) {
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
      i = std::min(text.find_first_of(" \t\r\n,[]{}\"", i), text.size());
    } else {
      break;
    }
  }
  return static_cast<std::uint32_t>(std::min(i, text.size()));
}

}  // namespace gatec::doc
