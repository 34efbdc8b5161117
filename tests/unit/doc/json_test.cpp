#include "reading.h"

#include <catch2/catch.hpp>

namespace gatec::doc {
namespace {

TEST_CASE("spans in JSON are exact") {
  for (const std::string& start : {std::string(), std::string("\xEF\xBB\xBF")}) {
    const Reading in =
        json(start + "{ \"é\" : [1, -2.50e+1 ,true,null,\"a\\u00e9\\\"b\", {}, [ ] ],\r\n\t\"z\":\"日本\"}");
    REQUIRE(in.good());
    const auto items = in.at("é").elements();
    REQUIRE(items.size() == 7);
    const char* const expected[] = {"1", "-2.50e+1", "true", "null", "\"a\\u00e9\\\"b\"", "{}", "[ ]"};
    for (std::size_t i = 0; i < items.size(); ++i) CHECK(in.written(*items[i]) == expected[i]);
    CHECK(in.written(in.at("z")) == "\"日本\"");
    CHECK(in.written(in.root().entries()[0].key->span()) == "\"é\"");
    CHECK(in.written(in.at("é")).starts_with("[1"));
    CHECK(in.written(in.at("é")).ends_with("] ]"));
    CHECK(in.written(in.root()).front() == '{');
    CHECK(in.written(in.root()).back() == '}');
    CHECK(items[4]->text() == "aé\"b");
    CHECK(in.document().leaf_count() == 8);
  }
}

TEST_CASE("types in JSON") {
  const Reading in =
      json("[0, -0, 12, 1.0, 1e3, 1E-06, 123456789012345678901234567890, true, false, null, \"yes\", \"\"]");
  const auto items = in.root().elements();
  const Type expected[] = {Type::Int, Type::Int,  Type::Int,  Type::Float, Type::Float,  Type::Float,
                           Type::Int, Type::Bool, Type::Bool, Type::Null,  Type::String, Type::String};
  for (std::size_t i = 0; i < items.size(); ++i) CHECK(items[i]->type() == expected[i]);
  CHECK(items[1]->number() == "0");
  CHECK(items[3]->number() == "1");
  CHECK(items[4]->number() == "1000");
  CHECK(items[5]->number() == "0.000001");
  CHECK(items[6]->number() == "123456789012345678901234567890");
  CHECK(items[7]->as_bool() == true);
  CHECK(items[8]->as_bool() == false);
  CHECK(items[10]->as_bool() == std::nullopt);
}

TEST_CASE("a number at the very end of the text") {
  CHECK(json("12").root().text() == "12");
  CHECK(json("1.5 ").root().text() == "1.5");
  CHECK(json("true").root().as_bool() == true);
  CHECK(json("\"\"").root().is_string());
}

TEST_CASE("repeated keys in JSON: the last one wins and the first is reported") {
  const Reading in = json("{\"a\": 1, \"b\": {\"a\": 1}, \"a\": 2}");
  CHECK(in.at("a").text() == "2");
  CHECK(in.findings() == std::vector<std::string>{"GW0104 1:2"});
  CHECK(in.document().leaf_count() == 3);
}

TEST_CASE("characters beyond the first plane, and the deepest escape") {
  const Reading in = json("[\"\\ud83d\\ude00\", \"😀\", \"\\u0000\"]");
  CHECK(in.root().elements()[0]->text() == "😀");
  CHECK(in.root().elements()[1]->text() == "😀");
  CHECK(in.root().elements()[2]->text() == std::string_view("\0", 1));
}

TEST_CASE("JSON has no comments") { CHECK(json("[1]").document().comments(json("[1]").sources()).empty()); }

}  // namespace
}  // namespace gatec::doc
