#include "reading.h"

#include <catch2/catch.hpp>

#include <chrono>

namespace gatec::doc {
namespace {

using Paths = std::vector<std::string>;

/// One finding, and soon: the limit is far above what the answer takes even under sanitizers.
void check_refused(const Reading& in, const std::string& finding) {
  CHECK_FALSE(in.good());
  CHECK(in.findings() == Paths{finding});
}

template <class Run>
void check_quick(Run&& run) {
  const auto start = std::chrono::steady_clock::now();
  run();
  CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(2));
}

TEST_CASE("nesting is capped while parsing") {
  constexpr std::size_t kMany = 100'000;
  check_quick([] { check_refused(yaml(std::string(kMany, '[')), "GW0105 1:257"); });
  check_quick([] { check_refused(yaml("a: " + repeated("{a: ", kMany)), "GW0105 1:1024"); });
  check_quick([] { check_refused(yaml(repeated("- ", kMany) + "x"), "GW0105 1:513"); });
  check_quick([] { check_refused(yaml(repeated("? ", kMany) + "x"), "GW0105 1:513"); });
  check_quick([] { check_refused(json(std::string(kMany, '[')), "GW0105 1:257"); });
  check_quick([] { check_refused(json(repeated("{\"a\":", kMany)), "GW0105 1:1281"); });
  check_quick([] { CHECK_FALSE(second(std::string(kMany, '[')).good()); });
  check_quick([] { check_refused(second(repeated("- ", kMany) + "x"), "GW0105 1:513"); });
}

TEST_CASE("256 levels are fine") {
  const std::string flow = std::string(256, '[') + std::string(256, ']');
  CHECK(yaml(flow).good());
  CHECK(json(flow).good());
  CHECK(second(flow).good());
  CHECK_FALSE(yaml('[' + flow + ']').good());
  CHECK_FALSE(json('[' + flow + ']').good());
  CHECK_FALSE(second('[' + flow + ']').good());
  CHECK(yaml(repeated("- ", 256) + "x").good());
}

std::string laughs(int levels) {
  std::string text = "a: &a0 [x, x, x, x, x, x, x, x, x]\n";
  for (int i = 1; i <= levels; ++i) {
    const std::string alias = "*a" + std::to_string(i - 1);
    text += 'a' + std::to_string(i) + ": &a" + std::to_string(i) + " [" + alias + repeated(", " + alias, 8) + "]\n";
  }
  return text;
}

TEST_CASE("aliases are not written out, and only so much of them is let in") {
  CHECK(yaml(laughs(4)).good());
  CHECK(yaml(laughs(4)).root().expanded_size() > 9 * 9 * 9 * 9 * 9);
  check_quick([] { check_refused(yaml(laughs(9)), "GW0106 7:35"); });
  check_quick([] { check_refused(second(laughs(9)), "GW0106 7:35"); });
}

TEST_CASE("aliases do not go around the depth") {
  std::string text = "- &a0 [x]\n";
  for (int i = 1; i < 1000; ++i) text += "- &a" + std::to_string(i) + " [*a" + std::to_string(i - 1) + "]\n";
  check_refused(yaml(text), "GW0105 256:10");
}

TEST_CASE("aliases of what is not there or not complete") {
  check_refused(yaml("model_name: *gpt\n"), "GW0117 1:13");
  check_refused(second("model_name: *gpt\n"), "GW0117 1:13");
  check_refused(yaml("a: &x 1\n---\nb: *x\n"), "GW0117 3:4");
  check_refused(yaml("a: &x\n  b: *x\n"), "GW0106 2:6");
  check_refused(second("a: &x\n  b: *x\n"), "GW0106 2:6");
  CHECK(yaml("model_name: *gpt\n").finding().message.find("*gpt") != std::string::npos);
}

TEST_CASE("what is not text") {
  check_refused(yaml(std::string("a: b\0c\n", 7)), "GW0108 1:5");
  check_refused(yaml("a: \x07"), "GW0108 1:4");
  check_refused(yaml("a: caf\xE9\n"), "GW0108 1:7");
  check_refused(yaml("a: é\xC3"), "GW0108 1:5");
  check_refused(yaml("a: \xED\xA0\x80"), "GW0108 1:4");
  check_refused(yaml("a: \xC0\x80"), "GW0108 1:4");
  check_refused(yaml("a: \xF5\x80\x80\x80"), "GW0108 1:4");
  check_refused(yaml("a: \x7F"), "GW0108 1:4");
  check_refused(yaml("a: x\xEF\xBB\xBF"), "GW0108 1:5");
  check_refused(json("[\"\x7F\", \"\x01\"]"), "GW0108 1:8");
  check_refused(json("[\"\xFF\"]"), "GW0108 1:3");
  check_refused(any(std::string("\x7F"
                                "ELF\x02\0\0",
                                7),
                    "x"),
                "GW0108 1:1");
  // Behind a long stretch of plain text, where 64 bytes are looked at together.
  check_refused(yaml("k: " + std::string(1000, 'x') + '\x02'), "GW0108 1:1004");
}

TEST_CASE("other encodings are named") {
  using namespace std::string_literals;
  for (const std::string& text : {"\xFF\xFE"
                                  "a\0:\0"s,
                                  "\xFE\xFF\0a\0:"s, "a\0:\0 \0"s, "\0a\0:"s}) {
    const Reading in = any(text, "in.yaml");
    check_refused(in, "GW0108 1:1");
    CHECK(in.finding().message.find("UTF-16") != std::string::npos);
  }
  CHECK(yaml("\xFF\xFE\0\0a\0\0\0"s).finding().message.find("UTF-32") != std::string::npos);
}

TEST_CASE("what is empty") {
  for (const char* const text : {"", "\n\n", "# only\n# comments\n", "---\n", "---\n---\n", "\xEF\xBB\xBF"}) {
    const Reading first = yaml(text);
    CHECK_FALSE(first.good());
    CHECK(first.finding().id == diagnostics::DiagId::EmptyDocument);
    CHECK_FALSE(second(text).good());
  }
  CHECK_FALSE(json(" \n").good());
  CHECK(json(" \n").finding().id == diagnostics::DiagId::EmptyDocument);
  CHECK(yaml("~\n").document().leaf_count() == 1);
  CHECK(yaml("''\n").document().leaf_count() == 1);
}

TEST_CASE("more than 64 MB is refused unread") {
  const Reading in = any(std::string(source::kMaxBytes + 1, 'x'), "in.yaml");
  CHECK(in.findings() == Paths{"GW0107 1:1"});
}

}  // namespace
}  // namespace gatec::doc
