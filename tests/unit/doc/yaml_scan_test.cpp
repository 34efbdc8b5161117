#include "compiler/doc/yaml_scan.h"

#include "reading.h"

#include <catch2/catch.hpp>

#include <random>

namespace gatec::doc {
namespace {

Reading parsed(std::string text) { return {parse_yaml, std::move(text), "in.yaml"}; }

void details(const Node& node, std::string& out) {
  (out += std::to_string(node.span().begin) + '-') += std::to_string(node.span().end);
  (out += '/') += std::to_string(static_cast<int>(node.style())) + ' ';
  for (const Node* element : node.elements()) details(*element, out);
  for (const Entry& entry : node.written_entries()) {
    details(*entry.key, out);
    details(*entry.value, out);
  }
}

/// Tree, places and findings.
std::string all_of(const Reading& in) {
  std::string out;
  if (in.good()) {
    out = describe(in.document());
    details(in.root(), out);
  }
  for (const std::string& finding : in.findings()) out += '\n' + finding;
  return out;
}

void check_same(const std::string& text) {
  const std::string scanned = all_of(yaml(text));
  const std::string judged = all_of(parsed(text));
  if (scanned == judged) return;
  INFO(text);
  CHECK(scanned == judged);
}

bool taken(const std::string& text) {
  source::SourceManager sources;
  const source::FileId file = sources.add("in.yaml", text);
  diagnostics::Sink sink;
  const auto facts = check_text(sources, file, sink, Format::Yaml);
  if (!facts) return false;
  TreeBuilder builder(sources, file, sink, {}, Format::Yaml);
  return scan_yaml(sources.text(file), *facts, builder);
}

TEST_CASE("the scanner takes the plain YAML of configs") {
  for (const char* text :
       {"a: 1", "a:\n  b: c\n", "- 1\n- 2\n", "a:\n- 1\n- 2\nb: 3\n", "a:\n  - b: 1\n    c:\n      - d\n  - b: 2\n",
        "a: # c\n  - b # d\n", "---\na: b\n", "# c\n\n  a: 1\n  b:\n", "- - 1\n  - 2\n-\n  a: 1\n-\n",
        "\"a b\": 'c''d'\n'e': \"f\\\"g\\n\"\n", "a: http://b:1/c#d\n",
        "a: [b, \"c\", {d: 1, e: [2]}, -1] # f\nb: {}\nc: []\n", "a :  b c  \n", "\xC3\xA4: \xE2\x82\xAC\n",
        "a:\n  b\nc: -d\n",
        "\xEF\xBB\xBF"
        "a: 1\n"}) {
    INFO(text);
    CHECK(taken(text));
    check_same(text);
  }
}

TEST_CASE("what is not plain YAML is left to libyaml") {
  for (const char* text : {"",
                           "\n",
                           "# c\n",
                           "a",
                           "\"a\"",
                           "[a]",
                           "{a: b}",
                           "---\n",
                           "a: b\n---\nc: d\n",
                           "a: b\n...\n",
                           "a: &x b\nc: *x\n",
                           "a: !!str 1\n",
                           "a: |\n  b\n",
                           "a: >-\n  b\n",
                           "a: b\n  c\n",
                           "a: b\n  # c\n  d\n",
                           "- a\n  b\n",
                           "a: \"b\n  c\"\n",
                           "a: [b,\n  c]\n",
                           "a:\tb\n",
                           "a: b\r\n",
                           "a: b: c\n",
                           "a: - b\n",
                           "? a\n: b\n",
                           "a: b\n c: d\n",
                           "a:\n  b: 1\n c: 2\n",
                           "- a\nb: c\n",
                           "a: b\n- c\n",
                           "a:\n  - b\n  c: d\n",
                           "a: \"\\x41\"\n",
                           "a: \"b\"c\n",
                           "a: [b,c]\n",
                           "a: [b, ]\n",
                           "a: [b}\n",
                           "a: {b}\n",
                           "a: {b: }\n",
                           "a: [b: c]\n",
                           "a: [b #c]\n",
                           "a: @b\n",
                           "a: `b`\n",
                           "a: %b\n",
                           "%YAML 1.1\n---\na: b\n",
                           "a: ?b\n",
                           "a: --- b\n",
                           "...a: b\n",
                           "a: \xE2\x80\xA8\n",
                           "a: \xC2\x85\n",
                           "a: 'b\n",
                           "a: \"\\",
                           "a: 'b' c\n",
                           "a:b\n",
                           "a\nb: c\n",
                           " a: 1\nb: 2\n"}) {
    INFO(text);
    CHECK_FALSE(taken(text));
    check_same(text);
  }
  check_same(repeated("a", 1020) + ": b\n");
  check_same(repeated("a", 1030) + ": b\n");
  check_same(repeated("- ", 300) + "a\n");
  check_same("a: " + repeated("[", 300) + repeated("]", 300) + "\n");
  check_same("a: 1\na: 2\n");
  check_same("a: 1\na: 2\nb: @\n");
  check_same("<<: 1\nb: 2\n");
  check_same("a: {b: 1, b: 2}\n");
}

TEST_CASE("YAML that is broken at random is read alike") {
  const std::string good =
      "---\n# pools\nmodel_list:\n  - model_name: pool-0 # a\n    litellm_params:\n      model: openai/gpt-4o\n      "
      "rpm: 100\n      tags: [a, \"b\"]\n"
      "      empty:\n  -\n    'x y': \"q\\n\"\n\nrouter_settings:\n  fallbacks:\n  - {a: [b, c]}\n  - d: 'it''s'\n  "
      "num: -1.5e3\nend: ~\n";
  std::mt19937 random(11);
  const std::string_view marks = "{}[]\",:\\ 0-?#&*!|>'%@`\n\n  a.~";
  std::size_t scanned = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string text = good;
    for (std::size_t n = 1 + random() % 3; n > 0; --n) {
      const std::size_t at = random() % text.size();
      switch (random() % 4) {
        case 0: text[at] = marks[random() % marks.size()]; break;
        case 1: text.erase(at, 1 + random() % 3); break;
        case 2:
          text.erase(at);
          text += good.substr(random() % good.size());
          break;
        default: text.insert(at, 1, marks[random() % marks.size()]); break;
      }
    }
    check_same(text);
    scanned += taken(text) ? 1 : 0;
  }
  CHECK(scanned > 2000);
}

}  // namespace
}  // namespace gatec::doc
