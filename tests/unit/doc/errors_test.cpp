#include "reading.h"

#include <catch2/catch.hpp>

namespace gatec::doc {
namespace {

struct Row {
  const char* text;
  const char* finding;
  const char* part;  // of the message
};

constexpr Row kYaml[] = {
    {"a: b: c\n", "GW0102 1:5", "`: `"},
    {"- a: 1\n    b: 2\n", "GW0102 2:6", "indented deeper"},
    {"a: 1\n  b: 2\n", "GW0102 2:4", "indented deeper"},
    {"a:\n  b: 1\n c: 2\n", "GW0102 3:2", "expected a key"},
    {"a:\n\tb: 1\n", "GW0102 2:1", "tab"},
    {"a:\n  b: 1\n\tc: 1\n", "GW0102 3:1", "tab"},
    {"model_name: *\n", "GW0102 1:13", "alias"},
    {"model_name: &\n", "GW0102 1:13", "anchor"},
    {"a: \"foo\nb: 1\n", "GW0102 1:4", "never closed"},
    {"a: 'foo\nb: 1\n---\nc: 1\n", "GW0102 1:4", "not closed"},
    {"a: 'it's'\nb: 1\n", "GW0102 1:8", "end of the line"},
    {"a: \"x\" y\n", "GW0102 1:8", "end of the line"},
    {"a: \"\\d+\"\n", "GW0102 1:5", "escape"},
    {"a: \"\\xZZ\"\n", "GW0102 1:7", "hexadecimal"},
    {"a: @foo\n", "GW0102 1:4", "`@`"},
    {"a: `foo`\n", "GW0102 1:4", "backtick"},
    {"a: %foo\n", "GW0102 1:4", "`%`"},
    {"a: [1, 2\nb: 3\n", "GW0102 2:2", "`]`"},
    {"a: {b: 1\nc: 3\n", "GW0102 2:2", "`}`"},
    {"a: [1, 2\n", "GW0102 2:1", "`]`"},
    {"a: ]\n", "GW0102 1:4", "value"},
    {"a: - b\n", "GW0102 1:4", "list item"},
    {"- a\nb: 1\n", "GW0102 2:1", "`-`"},
    {"a: 1\njunk\nb: 2\n", "GW0102 2:1", "`:`"},
    {"a: | text\n  b\n", "GW0102 1:6", "same line"},
    {"a: |0\n  b\n", "GW0102 1:5", "indentation"},
    {"{a: 1} {b: 2}\n", "GW0102 1:8", "`---`"},
    {"%YAML 3.0\n---\na: 1\n", "GW0102 1:1", "versions"},
    {"a: !x!y 1\n", "GW0102 1:4", "%TAG"},
    {"a: !<x 1\n", "GW0102 1:7", "tag"},
    {"é: \"ü\" ж\n", "GW0102 1:8", "end of the line"},
};

TEST_CASE("YAML errors have a place and words of their own") {
  for (const Row& row : kYaml) {
    INFO(row.text);
    const Reading in = yaml(row.text);
    CHECK_FALSE(in.good());
    CHECK(in.findings() == std::vector<std::string>{row.finding});
    INFO(in.finding().message);
    CHECK(in.finding().message.find(row.part) != std::string::npos);
  }
}

constexpr Row kJson[] = {
    {"{\"a\": 1,}", "GW0103 1:8", "comma"},
    {"[1, 2, ]", "GW0103 1:6", "comma"},
    {"// hi\n{}", "GW0103 1:1", "comment"},
    {"{\"a\": 1, // hi\n\"b\": 2}", "GW0103 1:10", "comment"},
    {"{\"a\": /* x */ 1}", "GW0103 1:7", "comment"},
    {"{\"a\": 1 # x\n}", "GW0103 1:9", "`#`"},
    {"{a: 1}", "GW0103 1:2", "key in double quotes"},
    {"{'a': 1}", "GW0103 1:2", "single quote"},
    {"{\"a\" 1}", "GW0103 1:6", "`:`"},
    {"{\"a\": 1 \"b\": 2}", "GW0103 1:9", "`,` or `}`"},
    {"[1 2]", "GW0103 1:4", "`,` or `]`"},
    {"{\"a\": }", "GW0103 1:7", "expected a value"},
    {"{\"a\": True}", "GW0103 1:7", "`True`"},
    {"{\"a\": nul}", "GW0103 1:7", "word"},
    {"{\"a\": [...]}", "GW0103 1:8", "`...`"},
    {"{\"a\": 1}}", "GW0103 1:9", "end of the file"},
    {"{} {}", "GW0103 1:4", "end of the file"},
    {"{\"a\": 1", "GW0103 1:8", "found the end"},
    {"[1,", "GW0103 1:4", "found the end"},
    {"[\"ab", "GW0103 1:2", "never closed"},
    {"[\"a\nb\"]", "GW0103 1:2", "on its line"},
    {"[\"a\tb\"]", "GW0103 1:4", "tab"},
    {"[\"a\\q\"]", "GW0103 1:4", "escape"},
    {"[\"\\u12\"]", "GW0103 1:3", "hexadecimal"},
    {"[\"\\ud83d\\ude00 \\ud800\"]", "GW0103 1:16", "half of a pair"},
    {"[01]", "GW0103 1:3", "zero"},
    {"[1.]", "GW0103 1:2", "after the point"},
    {"[-]", "GW0103 1:2", "after `-`"},
    {"[1e]", "GW0103 1:2", "exponent"},
    {"[1e999]", "GW0103 1:2", "too large"},
    {"{\"é\": 'x'}", "GW0103 1:7", "single quote"},
};

TEST_CASE("JSON errors say what was expected and what was found") {
  for (const Row& row : kJson) {
    INFO(row.text);
    const Reading in = any(row.text, "in.json");
    CHECK_FALSE(in.good());
    CHECK(in.findings() == std::vector<std::string>{row.finding});
    INFO(in.finding().message);
    CHECK(in.finding().message.find(row.part) != std::string::npos);
    CHECK(in.finding().message.find("json.exception") == std::string::npos);
  }
}

TEST_CASE("errors do not show the texts that they are about") {
  const Reading in = any("{\"api_key\": \"x\" \"sk-secret\"}", "in.json");
  CHECK(in.finding().message.find("sk-secret") == std::string::npos);
}

TEST_CASE("what opens like JSON but is none is read as YAML, unless it is named .json") {
  CHECK(any("{a: 1, b: [x, y], }", "in.yaml").at("b").size() == 2);
  CHECK(any("\"a\": 1\n", "in.yaml").at("a").text() == "1");
  CHECK(any("[a]\n", "-").root().size() == 1);
  CHECK_FALSE(any("{a: 1}", "in.JSON").good());
  CHECK(any("{\"a\": }", "in.json").finding().id == diagnostics::DiagId::JsonSyntax);
  CHECK(any("{\"a\": [}", "in.yaml").finding().id == diagnostics::DiagId::YamlSyntax);
}

TEST_CASE("JSON is known by its first character") {
  const Reading in = any("\t{\n\t\"a\": 1e-06, \"a\": 1e-07}\n", "-");
  REQUIRE(in.good());
  CHECK(in.document().format() == Format::Json);
  CHECK(in.at("a").number() == "0.0000001");
  CHECK(in.findings() == std::vector<std::string>{"GW0104 2:2"});
  CHECK(any("a: {}\n", "x").document().format() == Format::Yaml);
}

}  // namespace
}  // namespace gatec::doc
