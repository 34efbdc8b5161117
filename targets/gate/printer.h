#pragma once

#include <string>
#include <vector>

namespace gatec::targets::gate {

/// A statement of the program that is written: a setting, or a block with what stands in it.
struct Line {
  std::string head;
  bool block = false;
  std::vector<Line> body;
};

/// Statements one below the other; blocks that are short stand on one line.
[[nodiscard]] std::string print(const std::vector<Line>& lines);

/// Maps that stand in several places get a name: `let` statements, and the lines without them.
void factor(std::vector<Line>& lines, std::vector<Line>& lets);

}  // namespace gatec::targets::gate
