#include "compiler/diagnostics/explain.h"

#include "gatec/embedded/diagnostic_pages.h"

#include <catch2/catch.hpp>

namespace gatec::diagnostics {

TEST_CASE("every code has a page with its four parts") {
  for (const DiagInfo& row : catalog()) {
    const std::string text(page(row));
    INFO(row.code << " " << row.slug);
    REQUIRE_FALSE(text.empty());
    CHECK(text.starts_with("# " + std::string(row.code) + " " + std::string(row.slug) + "\n"));
    std::size_t at = 0;
    for (const char* part :
         {"\n## What it means\n", "\n## Example\n", "\n## Instead\n", "\n## Where this rule comes from\n"}) {
      const std::size_t found = text.find(part, at);
      INFO(part);
      REQUIRE(found != std::string::npos);
      at = found;
    }
  }
}

TEST_CASE("every page belongs to a code") {
  for (const embedded::TextFile& file : embedded::diagnostic_pages()) {
    INFO(file.name);
    CHECK(file.name.size() == 9);
    CHECK(find_diagnostic(file.name.substr(0, 6)) != nullptr);
  }
}

TEST_CASE("a code without a page is explained by its row") {
  DiagInfo row = info(DiagId::DuplicateKey);
  row.code = "GW0000";
  CHECK(explain(row) == "# GW0000 duplicate-key\n\nwarning, documents: a mapping repeats a key.\n");
}

}  // namespace gatec::diagnostics
