#include "compiler/doc/json_scan.h"

#include "compiler/doc/value.h"
#include "reading.h"

#include <catch2/catch.hpp>

#include <random>

namespace gatec::doc {
namespace {

Reading parsed(std::string text) { return {parse_json, std::move(text), "in.json"}; }

void spans(const Node& node, std::string& out) {
  (out += std::to_string(node.span().begin) + '-') += std::to_string(node.span().end) + ' ';
  for (const Node* element : node.elements()) spans(*element, out);
  for (const Entry& entry : node.written_entries()) {
    spans(*entry.key, out);
    spans(*entry.value, out);
  }
}

/// Tree, places and findings.
std::string all_of(const Reading& in) {
  std::string out;
  if (in.good()) {
    out = describe(in.document());
    spans(in.root(), out);
  }
  for (const std::string& finding : in.findings()) out += '\n' + finding;
  return out;
}

void check_same(const std::string& text) {
  INFO(text);
  CHECK(all_of(json(text)) == all_of(parsed(text)));
}

TEST_CASE("the scanner reads JSON as the parser does, and leaves to it what is wrong") {
  for (const char* text : {"",
                           " ",
                           "{}",
                           "[]",
                           " [ ] ",
                           "{\"a\":1}",
                           "[1,2.5,-0,0,1e3,1E-06,-0.0,1e+2]",
                           "[true,false,null]",
                           "\"\"",
                           "12",
                           "12 ",
                           "{\"a\": {\"b\": [1, {\"c\": \"d\"}]}}",
                           "[\"\\u00e9\\n\\t\\\"\\\\\\/\\b\\f\\r\"]",
                           "[\"\\ud83d\\ude00\"]",
                           "[\"\\u0000\"]",
                           "[\"\\ud83d\"]",
                           "[\"\\ude00\"]",
                           "[\"\\u12g4\"]",
                           "[\"\\x\"]",
                           "[01]",
                           "[1.]",
                           "[.5]",
                           "[+1]",
                           "[-]",
                           "[1e]",
                           "[1e400]",
                           "[1e99]",
                           "[1e100]",
                           "[123456789012345678901234567890]",
                           "[tru]",
                           "[nul",
                           "[truex]",
                           "{\"a\"}",
                           "{\"a\":}",
                           "{\"a\":1,}",
                           "[1,]",
                           "[,1]",
                           "[1 2]",
                           "{1:2}",
                           "{a:1}",
                           "[1]]",
                           "[1] 2",
                           "{\"a\":1 \"b\":2}",
                           "[\"a",
                           "[\"a\nb\"]",
                           "[\"a\tb\"]",
                           "{\"a\":1,\"a\":2}",
                           "{\"a\":1,\"a\":2,}",
                           "// c\n[1]",
                           "[NaN]",
                           "\xEF\xBB\xBF{\"a\": \"\xC3\xA9\"}"}) {
    check_same(text);
  }
  check_same(repeated("[", 300) + repeated("]", 300));
  check_same("[" + repeated("1", 400) + "]");
}

TEST_CASE("texts that are broken at random are read alike") {
  const std::string good =
      R"({"strategy": {"mode": "loadbalance", "on": [429, 5.0e2]}, "targets": [{"a": "x\u00e9y", "w": -0.5}, {"b": null, "c": true}]})";
  std::mt19937 random(7);
  const std::string_view marks = "{}[]\",:\\ 0e.-tn\n";
  for (int i = 0; i < 4000; ++i) {
    std::string text = good;
    for (std::size_t n = 1 + random() % 3; n > 0; --n) {
      const std::size_t at = random() % text.size();
      switch (random() % 3) {
        case 0: text[at] = marks[random() % marks.size()]; break;
        case 1: text.erase(at, 1); break;
        default: text.insert(at, 1, marks[random() % marks.size()]); break;
      }
    }
    check_same(text);
  }
}

TEST_CASE("the size of JSON on one line is told without writing it") {
  Out value;
  value.add("a", Out::integer(1));
  value.add("text", "x, y\n  z,");
  value.add("empty", Out::sequence());
  Out list = Out::sequence();
  list.push("one,");
  list.push(Out(Out::mapping().add("b", true)));
  value.add("list", std::move(list));
  for (const Out& out : {value, Out(Out::sequence()), Out("text"), Out()}) {
    CHECK(one_line_size(write_json(out, {2, true})) == write_json(out, {0, true}).size());
  }
}

}  // namespace
}  // namespace gatec::doc
