#include "compiler/facts/models.h"

#include "gatec/embedded/model_tables.h"

#include <array>
#include <utility>

namespace gatec::facts {
namespace {

constexpr std::size_t kColumns = 8;
using Row = std::array<std::string_view, kColumns>;

/// The rows without the comments before them; sorted by kind, then model, byte by byte.
std::string_view rows() {
  std::string_view text = embedded::model_tables().front().text;
  while (text.starts_with('#')) text.remove_prefix(text.find('\n') + 1);
  return text;
}

Row split(std::string_view line) {
  Row row;
  for (std::string_view& cell : row) {
    const std::size_t end = line.find('\t');
    cell = line.substr(0, end);
    line = end == std::string_view::npos ? std::string_view{} : line.substr(end + 1);
  }
  return row;
}

}  // namespace

std::optional<ModelFacts> model(std::string_view kind, std::string_view upstream) {
  static const std::string_view table = rows();
  const std::pair wanted{kind, upstream};
  std::size_t begin = 0;
  std::size_t end = table.size();
  while (begin < end) {
    const std::size_t middle = begin + (end - begin) / 2;
    const std::size_t before = middle == 0 ? std::string_view::npos : table.rfind('\n', middle - 1);
    const std::size_t line = before == std::string_view::npos || before < begin ? begin : before + 1;
    if (line >= end) break;
    const std::size_t after = table.find('\n', line);
    const Row row = split(table.substr(line, after - line));
    const std::pair here{row[0], row[1]};
    if (here == wanted) return ModelFacts{row[0], row[1], row[2], row[3], row[4], row[5], row[6], row[7]};
    if (here < wanted) {
      begin = after + 1;
    } else {
      end = line;
    }
  }
  return std::nullopt;
}

}  // namespace gatec::facts
