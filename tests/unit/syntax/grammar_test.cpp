#include "grammar/gate.h"

#include <catch2/catch.hpp>
#include <tao/pegtl/contrib/analyze.hpp>

#include <fstream>
#include <iterator>
#include <regex>
#include <set>
#include <string>

namespace gatec::grammar {
namespace {

std::string text_of(const char* path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

}  // namespace

TEST_CASE("the grammar consumes where it repeats") { CHECK(tao::pegtl::analyze<file>() == 0); }

TEST_CASE("the EBNF has the names of the rules") {
  const std::string rules = text_of("grammar/gate.h");
  const std::string ebnf =
      std::regex_replace(text_of("grammar/gate.ebnf"), std::regex(R"(\(\*[^]*?\*\)|"[^"\n]*"|'[^'\n]*')"), " ");
  std::set<std::string> structs;
  const std::regex rule(R"(struct ([a-z_]+))");
  for (std::sregex_iterator it(rules.begin(), rules.end(), rule), end; it != end; ++it) structs.insert((*it)[1]);
  std::set<std::string> defined;
  const std::regex definition(R"(\n([a-z_]+) *=)");
  for (std::sregex_iterator it(ebnf.begin(), ebnf.end(), definition), end; it != end; ++it) defined.insert((*it)[1]);
  CHECK(defined.size() > 60);
  for (const std::string& name : defined) {
    INFO(name);
    CHECK(structs.contains(name));
  }
  const std::regex word(R"([a-z_]{2,})");
  for (std::sregex_iterator it(ebnf.begin(), ebnf.end(), word), end; it != end; ++it) {
    INFO(it->str());
    CHECK(structs.contains(it->str()));
  }
}

}  // namespace gatec::grammar
