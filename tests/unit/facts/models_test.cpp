#include "compiler/facts/models.h"

#include "compiler/base/decimal.h"
#include "compiler/facts/providers.h"

#include <catch2/catch.hpp>

#include <fstream>
#include <sstream>
#include <string>

namespace gatec::facts {

TEST_CASE("each row of the table of models is found by its name", "[models]") {
  std::ifstream table(GATEC_SOURCE_ROOT "/stdlib/data/models.tsv");
  std::string line;
  std::size_t rows = 0;
  while (std::getline(table, line)) {
    if (line.starts_with('#')) continue;
    ++rows;
    std::istringstream cells(line);
    std::string kind;
    std::string name;
    std::getline(cells, kind, '\t');
    std::getline(cells, name, '\t');
    const auto found = model(kind, name);
    INFO(line);
    REQUIRE(found);
    CHECK(found->kind == kind);
    CHECK(found->model == name);
    CHECK(provider_by_kind(kind) != nullptr);
    for (const std::string_view number :
         {found->context_tokens, found->max_output_tokens, found->input_usd, found->output_usd}) {
      CHECK((number.empty() || base::Decimal::parse(number)));
    }
    CHECK(found->as_of.size() == 10);
  }
  CHECK(rows > 2000);
}

TEST_CASE("a model is known by its exact name at its provider", "[models]") {
  REQUIRE(model("openai", "gpt-4o"));
  CHECK(model("openai", "gpt-4o")->input_usd == "2.5");
  CHECK_FALSE(model("openai", "gpt-4oo"));
  CHECK_FALSE(model("openai", ""));
  CHECK_FALSE(model("", ""));
  CHECK_FALSE(model("zzz", "gpt-4o"));
  CHECK_FALSE(model("anthropic", "gpt-4o"));
}

}  // namespace gatec::facts
