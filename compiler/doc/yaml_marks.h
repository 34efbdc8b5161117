#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include <yaml.h>

#include "compiler/doc/text_check.h"

namespace gatec::doc {

/// libyaml's marks as byte offsets. They count characters, and their index runs behind in multi-line scalars with CR LF; so
/// where bytes and characters differ, line and column are looked up with a cursor that follows the parser.
class YamlMarks {
 public:
  YamlMarks(std::string_view text, const TextFacts& facts);

  [[nodiscard]] std::uint32_t offset(const yaml_mark_t& mark) {
    if (direct_) return begin_ + static_cast<std::uint32_t>(mark.index);
    return look_up(mark.line, mark.column);
  }

 private:
  std::uint32_t look_up(std::size_t line, std::size_t column);
  void next_line();

  std::string_view text_;
  std::uint32_t begin_;
  bool direct_;
  std::vector<std::uint32_t> lines_;  // where the lines up to the furthest one that was asked for begin
  std::size_t line_ = 0;
  std::size_t column_ = 0;
  std::size_t at_;
};

/// Where the content of a node begins: behind its anchor and tag, which the parsers' marks include.
[[nodiscard]] std::uint32_t skip_properties(std::string_view text, std::uint32_t at);

}  // namespace gatec::doc
