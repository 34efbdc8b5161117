#include "compiler/base/json_writer.h"

#include <catch2/catch.hpp>

namespace gatec::base {

TEST_CASE("JSON is written with commas, indents and empty containers") {
  std::string out;
  JsonWriter json(out);
  json.begin_object();
  json.member("a", 1);
  json.key("b");
  json.begin_array();
  json.string("x");
  json.null();
  json.begin_object();
  json.end_object();
  json.end_array();
  json.member("c", true);
  json.end_object();
  CHECK(out == "{\n  \"a\": 1,\n  \"b\": [\n    \"x\",\n    null,\n    {}\n  ],\n  \"c\": true\n}\n");
}

TEST_CASE("JSON in one line") {
  std::string out;
  JsonWriter json(out, 0);
  json.begin_array();
  json.integer(-5);
  json.number("0.1");
  json.end_array();
  CHECK(out == "[-5,0.1]");
}

TEST_CASE("JSON strings escape what must be and mend what is no UTF-8") {
  const auto quoted = [](std::string_view text) {
    std::string out;
    append_json_quoted(out, text);
    return out;
  };
  CHECK(quoted("a\"b\\c\n\t\x01") == "\"a\\\"b\\\\c\\n\\t\\u0001\"");
  CHECK(quoted("äö→😀") == "\"äö→😀\"");
  CHECK(quoted("\x80x\xC3") == "\"\xEF\xBF\xBDx\xEF\xBF\xBD\"");
  CHECK(quoted("\xED\xA0\x80") == "\"\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD\"");
  CHECK(quoted("\x7F") == "\"\\u007f\"");
}

TEST_CASE("an object that turned out empty is taken back") {
  std::string out;
  JsonWriter json(out, 0);
  json.begin_object();
  const auto mark = json.mark();
  json.key("gone");
  json.begin_object();
  json.take_back(mark);
  json.member("kept", 1);
  json.end_object();
  CHECK(out == "{\"kept\":1}");
}

}  // namespace gatec::base
