#pragma once

#include "compiler/doc/text_check.h"

#include <yaml.h>

#include <cstdint>
#include <string_view>

namespace gatec::doc {

/// libyaml's marks as byte offsets. They count characters, so a cursor follows the parser through text beyond ASCII.
class YamlMarks {
 public:
  YamlMarks(std::string_view text, const TextFacts& facts)
      : text_(text), begin_(facts.begin), ascii_(facts.ascii), at_(facts.begin) {}

  [[nodiscard]] std::uint32_t offset(const yaml_mark_t& mark) {
    return ascii_ ? begin_ + static_cast<std::uint32_t>(mark.index) : follow(mark.index);
  }

 private:
  std::uint32_t follow(std::size_t index);

  std::string_view text_;
  std::uint32_t begin_;
  bool ascii_;
  std::size_t index_ = 0;
  std::size_t at_;
};

/// Where the content of a node begins: behind its anchor and tag, which the parsers' marks include.
[[nodiscard]] std::uint32_t skip_properties(std::string_view text, std::uint32_t at);

}  // namespace gatec::doc
