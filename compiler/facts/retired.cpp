#include "compiler/facts/retired.h"

#include "gatec/embedded/retired_tables.h"

#include <algorithm>
#include <tuple>
#include <vector>

namespace gatec::facts {
namespace {

struct Row {
  std::string_view kind, model, day;
};

std::string_view cell(std::string_view& line) {
  const std::size_t end = std::min(line.find('\t'), line.size());
  const std::string_view text = line.substr(0, end);
  line.remove_prefix(std::min(end + 1, line.size()));
  return text;
}

/// Sorted, as the file need not be byte by byte.
std::vector<Row> rows() {
  std::vector<Row> rows;
  std::string_view text = embedded::retired_tables().front().text;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    std::string_view line = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '#') continue;
    const std::string_view kind = cell(line);
    const std::string_view model = cell(line);
    rows.push_back({kind, model, line});
  }
  std::ranges::sort(rows, {}, [](const Row& row) { return std::tuple(row.kind, row.model); });
  return rows;
}

}  // namespace

std::string_view retired(std::string_view kind, std::string_view upstream) {
  static const std::vector<Row> table = rows();
  const std::tuple wanted(kind, upstream);
  const auto name_of = [](const Row& row) { return std::tuple(row.kind, row.model); };
  const auto found = std::ranges::lower_bound(table, wanted, {}, name_of);
  return found != table.end() && name_of(*found) == wanted ? found->day : std::string_view();
}

}  // namespace gatec::facts
