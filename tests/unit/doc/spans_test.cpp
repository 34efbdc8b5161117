#include "reading.h"

#include <catch2/catch.hpp>

namespace gatec::doc {
namespace {

constexpr std::string_view kText =
    "# ключ\nname: plain text  # é\n\"k é\": \"日本\"\nsingle: 'it''s'\nmulti: one\n  two é\nlist:\n  - 1\n  - x: 2\n  "
    "  y:\n"
    "flow: [a, {b: é, c: , d: \"q\"} ]\nliteral: |\n  é one\n  two\n\n\nafter: end\n";

void check_spans(const Reading& in) {
  REQUIRE(in.good());
  CHECK(in.written(in.at("name")) == "plain text");
  CHECK(in.written(in.at("k é")) == "\"日本\"");
  CHECK(in.written(in.root().entry("k é")->key->span()) == "\"k é\"");
  CHECK(in.written(in.at("single")) == "'it''s'");
  CHECK(in.at("single").text() == "it's");
  CHECK(in.at("multi").text() == "one two é");
  CHECK(in.written(in.at("multi")).ends_with("two é"));
  CHECK(in.written(*in.at("list").elements()[0]) == "1");
  CHECK(in.written(*in.at("list").elements()[1]).starts_with("x: 2"));
  CHECK(in.written(*in.at("list").elements()[1]).ends_with("y:"));
  CHECK(in.written(in.at("list")).starts_with("- 1"));
  const Node& empty = *in.at("list").elements()[1]->get("y");
  CHECK(empty.is_null());
  CHECK(in.written(empty).empty());
  CHECK(in.place(empty.span()) == "10:7");
  CHECK(in.written(in.at("flow")) == "[a, {b: é, c: , d: \"q\"} ]");
  const Node& map = *in.at("flow").elements()[1];
  CHECK(in.written(map) == "{b: é, c: , d: \"q\"}");
  CHECK(in.written(*map.get("b")) == "é");
  CHECK(map.get("c")->span().begin == map.span().begin + 10);
  CHECK(in.written(in.at("literal")).starts_with("|"));
  CHECK(in.written(in.at("literal")).ends_with("two"));
  CHECK(in.written(in.at("after")) == "end");
  CHECK(in.written(in.root()).starts_with("name:"));
  CHECK(in.written(in.root()).ends_with("end"));
}

std::string with_crlf(std::string_view text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') out += '\r';
    out += c;
  }
  return out;
}

TEST_CASE("spans are bytes, whatever the characters and line ends") {
  check_spans(yaml(std::string(kText)));
  check_spans(yaml(with_crlf(kText)));
  check_spans(yaml("\xEF\xBB\xBF" + std::string(kText)));
  check_spans(yaml("\xEF\xBB\xBF" + with_crlf(kText)));
}

TEST_CASE("ASCII text with CR LF in folded and quoted scalars") {
  const Reading in = yaml("a: >\r\n  one\r\n  two\r\nb: \"x\r\n  y\"\r\nc: 'p\r\n\r\n  q'\r\nd: end\r\n");
  REQUIRE(in.good());
  CHECK(in.at("a").text() == "one two\n");
  CHECK(in.written(in.at("a")) == ">\r\n  one\r\n  two");
  CHECK(in.written(in.at("b")) == "\"x\r\n  y\"");
  CHECK(in.written(in.at("d")) == "end");
}

TEST_CASE("other line breaks of YAML 1.1") {
  const Reading in = yaml(
      "a: 1\rb: \"x\xE2\x80\xA8y\"\xC2\x85"
      "c: é\n");
  REQUIRE(in.good());
  CHECK(in.written(in.at("a")) == "1");
  CHECK(in.written(in.at("c")) == "é");
}

TEST_CASE("anchors and tags stand before the span") {
  const Reading in = yaml("a: &x !!str 12\nb: !foo &y\n  # c\n  k: 1\nc: !<!bar> [1]\nd: &z\ne: *x\n");
  REQUIRE(in.good());
  CHECK(in.written(in.at("a")) == "12");
  CHECK(in.at("a").anchor() == "x");
  CHECK(in.written(in.at("b")) == "k: 1");
  CHECK(in.at("b").tag() == "!foo");
  CHECK(in.at("b").anchor() == "y");
  CHECK(in.written(in.at("c")) == "[1]");
  CHECK(in.at("d").span().begin == in.at("d").span().end);
  CHECK(&in.at("e") == &in.at("a"));
}

TEST_CASE("styles") {
  const Reading in = yaml("a: p\nb: 's'\nc: \"d\"\nd: |\n  l\ne: >\n  f\nf: []\ng:\n  - 1\n");
  CHECK(in.at("a").style() == Style::Plain);
  CHECK(in.at("b").style() == Style::SingleQuoted);
  CHECK(in.at("c").style() == Style::DoubleQuoted);
  CHECK(in.at("d").style() == Style::Literal);
  CHECK(in.at("e").style() == Style::Folded);
  CHECK(in.at("f").style() == Style::Flow);
  CHECK(in.at("g").style() == Style::Block);
}

TEST_CASE("the second reader's spans begin in the right place") {
  const Reading in = second("\xEF\xBB\xBFé: &x !!str ü\r\nb:\r\n  - \"q\"\r\n  - plain\r\n");
  REQUIRE(in.good());
  CHECK(in.written(in.at("é")) == "ü");
  CHECK(in.written(*in.at("b").elements()[0]) == "\"q\"");
  CHECK(in.written(*in.at("b").elements()[1]) == "plain");
}

}  // namespace
}  // namespace gatec::doc
