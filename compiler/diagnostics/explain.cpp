#include "compiler/diagnostics/explain.h"

#include "gatec/embedded/diagnostic_pages.h"

#include <algorithm>

namespace gatec::diagnostics {

std::string_view page(const DiagInfo& row) {
  const auto pages = embedded::diagnostic_pages();
  const auto found = std::lower_bound(
      pages.begin(), pages.end(), row.code,
      [](const embedded::TextFile& file, std::string_view code) { return file.name.substr(0, code.size()) < code; });
  return found != pages.end() && found->name.starts_with(row.code) ? found->text : std::string_view{};
}

std::string explain(const DiagInfo& row) {
  if (const std::string_view text = page(row); !text.empty()) return std::string(text);
  std::string text = "# ";
  ((text += row.code) += ' ') += row.slug;
  ((text += "\n\n") += severity_name(row.severity)) += ", ";
  ((text += row.family) += ": ") += row.title;
  return text + ".\n";
}

}  // namespace gatec::diagnostics
