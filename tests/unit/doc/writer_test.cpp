#include "compiler/base/overload.h"
#include "compiler/doc/value.h"
#include "reading.h"

#include <catch2/catch.hpp>

#include <random>

namespace gatec::doc {
namespace {

/// A tree as it is read, for comparing with what was to be written.
Out out_of(const Node& node) {
  switch (node.kind()) {
    case Kind::Scalar:
      if (node.is_null()) return {};
      if (const auto yes = node.as_bool()) return *yes;
      if (node.is_number()) return Out::number(std::string(node.text()));
      return node.type() == Type::String ? Out(node.text()) : Out("not a string: " + std::string(node.text()));
    case Kind::Sequence: {
      Out out = Out::sequence();
      for (const Node* element : node.elements()) out.push(out_of(*element));
      return out;
    }
    case Kind::Mapping: {
      Out out = Out::mapping();
      for (const Entry& entry : node.entries()) {
        const bool text = entry.key->is_string();
        out.add(text ? std::string(entry.key->text()) : "not a string: " + std::string(entry.key->text()),
                out_of(*entry.value));
      }
      return out;
    }
  }
  return {};
}

void check_round_trip(const Out& value) {
  const std::string expected = write_json(value);
  const std::string written = write_yaml(value);
  INFO(written);
  const Reading first = yaml(written);
  REQUIRE(first.good());
  CHECK(write_json(out_of(first.root())) == expected);
  const Reading other = second(written);
  REQUIRE(other.good());
  CHECK(write_json(out_of(other.root())) == expected);
  for (const bool ascii : {false, true}) {
    const Reading in = json(write_json(value, {.indent = 0, .ascii_only = ascii}));
    REQUIRE(in.good());
    CHECK(write_json(out_of(in.root())) == expected);
  }
}

TEST_CASE("block style, two spaces, lists below their key") {
  Out model = Out::mapping();
  model.add("name", "gpt-4o").add("rpm", Out::integer(100));
  Out value = Out::mapping();
  value.add("list", Out::sequence().push(std::move(model)).push("x").push(Out::sequence().push(true).push(Out())));
  value.add("empty", Out::mapping()).add("none", Out::sequence()).add("price", Out::number("0.000001"));
  value.at("nested").at("deep").at("key") = "v";
  CHECK(write_yaml(value, {.header = {"made by hand", ""}}) ==
        "# made by hand\n#\nlist:\n  - name: gpt-4o\n    rpm: 100\n  - x\n  - - true\n    - null\nempty: {}\nnone: []\n"
        "price: 0.000001\nnested:\n  deep:\n    key: v\n");
  CHECK(write_json(value, {.indent = 0}) ==
        "{\"list\": [{\"name\": \"gpt-4o\", \"rpm\": 100}, \"x\", [true, null]], \"empty\": {}, \"none\": [], "
        "\"price\": 0.000001, \"nested\": {\"deep\": {\"key\": \"v\"}}}\n");
  CHECK(write_json(Out::mapping().add("a", Out::sequence().push(Out::integer(1))).add("b", Out::mapping())) ==
        "{\n  \"a\": [\n    1\n  ],\n  \"b\": {}\n}\n");
  check_round_trip(value);
}

TEST_CASE("look-ups in a tree to be written") {
  Out value;
  CHECK(value.is_null());
  CHECK(value.empty());
  value.at("a") = "x";
  CHECK(value.find("a") != nullptr);
  CHECK(value.find("b") == nullptr);
  CHECK_FALSE(value.empty());
  CHECK(Out("").empty());
  CHECK_FALSE(Out(false).empty());
}

constexpr const char* kQuoted[] = {"",
                                   " ",
                                   "~",
                                   "null",
                                   "Null",
                                   "NULL",
                                   "true",
                                   "True",
                                   "TRUE",
                                   "false",
                                   "yes",
                                   "Yes",
                                   "no",
                                   "NO",
                                   "on",
                                   "On",
                                   "off",
                                   "OFF",
                                   "y",
                                   "Y",
                                   "n",
                                   "N",
                                   "0",
                                   "1",
                                   "-1",
                                   "+1",
                                   "12",
                                   "1_000",
                                   "0x1F",
                                   "0X1F",
                                   "0o7",
                                   "017",
                                   "0b1",
                                   "1.5",
                                   ".5",
                                   "-.5",
                                   "5.",
                                   "1e3",
                                   "1E5",
                                   "1.5e3",
                                   "1.0e-06",
                                   "1e-06",
                                   "+1e3",
                                   ".inf",
                                   "-.inf",
                                   "+.INF",
                                   ".nan",
                                   ".NaN",
                                   "-.nan",
                                   "12:30:45",
                                   "1:30",
                                   "1:30.5",
                                   "2024-02-01",
                                   "2024-02-01T10:00:00Z",
                                   "2024-02-01 10:00:00",
                                   "<<",
                                   "=",
                                   "-",
                                   "- a",
                                   "--- a",
                                   "---",
                                   "...",
                                   "? a",
                                   "?a",
                                   ": a",
                                   ":a",
                                   ",a",
                                   "[a",
                                   "]a",
                                   "{a",
                                   "}a",
                                   "#a",
                                   "&a",
                                   "*a",
                                   "*",
                                   "!a",
                                   "|a",
                                   ">a",
                                   "'a",
                                   "\"a",
                                   "%a",
                                   "@a",
                                   "`a",
                                   "a: b",
                                   "a:",
                                   "a #b",
                                   " a",
                                   "a ",
                                   "\ta",
                                   "a\t",
                                   "a\tb",
                                   "a\nb ",
                                   "\n",
                                   "\r",
                                   "a\rb",
                                   "\x7F",
                                   "\x1B[0m",
                                   "a\xC2\x85"
                                   "b",
                                   "\xE2\x80\xA8",
                                   "\xEF\xBB\xBF",
                                   "\xC2\x80",
                                   "1__0",
                                   "0_7",
                                   "190:20:30",
                                   "\xEF\xBF\xBF"};

constexpr const char* kPlain[] = {"a",
                                  "gpt-4o",
                                  "gpt-3.5-turbo",
                                  "os.environ/KEY",
                                  "https://x.y:8080/z?a=b&c=d#e",
                                  "a#b",
                                  "a:b",
                                  "-a",
                                  "--a",
                                  "a - b",
                                  "é",
                                  "日本語",
                                  "😀",
                                  "a, b",
                                  "a [b] {c}",
                                  "it's",
                                  "say \"hi\"",
                                  "a*b",
                                  "x@y.z",
                                  "50%",
                                  "1.2.3",
                                  "v1",
                                  "30s",
                                  "1d",
                                  "4o",
                                  "gpt-4,o",
                                  "None",
                                  "nan",
                                  "inf",
                                  "-inf",
                                  "trueish",
                                  "a=b",
                                  "<a",
                                  "a>b",
                                  "~a",
                                  "=a",
                                  "2024-02-01-preview",
                                  "10.0.0.1",
                                  "a\\b",
                                  "$HOME",
                                  "${X}",
                                  "(x)",
                                  "\xC2\xA0x",
                                  "_1",
                                  "+",
                                  "a?",
                                  "o_O"};

TEST_CASE("texts that a reader would take for something else are quoted") {
  for (const char* const text : kQuoted) {
    INFO(text);
    CHECK_FALSE(yaml_plain_is_safe(text));
    check_round_trip(Out::mapping().add("k", text));
    check_round_trip(Out::mapping().add(text, Out::sequence().push(text)));
    check_round_trip(Out(text));
  }
}

TEST_CASE("other texts stay plain") {
  for (const char* const text : kPlain) {
    INFO(text);
    CHECK(yaml_plain_is_safe(text));
    CHECK(write_yaml(Out(text)) == std::string(text) + '\n');
    check_round_trip(Out::mapping().add("k", text));
    check_round_trip(Out::mapping().add(text, Out::sequence().push(text)));
  }
}

TEST_CASE("double quotes and their escapes") {
  CHECK(write_yaml(Out("yes")) == "\"yes\"\n");
  CHECK(write_yaml(Out("a: \"b\" \\ \t\x1B")) == "\"a: \\\"b\\\" \\\\ \\t\\x1B\"\n");
  CHECK(write_yaml(Out("é: \xC2\x85\xE2\x80\xA8\xEF\xBB\xBF€")) == "\"é: \\x85\\u2028\\uFEFF€\"\n");
  std::string out;
  append_json_string(out, "é\"\\\n\x01😀/", true);
  CHECK(out == "\"\\u00e9\\\"\\\\\\n\\u0001\\ud83d\\ude00/\"");
  check_round_trip(Out(std::string_view("a\0b", 3)));
}

TEST_CASE("texts of several lines become literal blocks where these are exact") {
  CHECK(write_yaml(Out::mapping()
                       .add("k", "a\nb\n")
                       .add("l", "a\n\n  b")
                       .add("m", "a\n\n")
                       .add("o", Out::sequence().push("x\ny"))) ==
        "k: |\n  a\n  b\nl: |-\n  a\n\n    b\nm: |+\n  a\n\no:\n  - |-\n    x\n    y\n");
  for (const char* const text :
       {"a\nb",       "a\nb\n",     "a\nb\n\n",  "a\n\nb\n\n\n", "a\n",     "# a\n# b\n", "- a\n- b\n",
        "a: b\nc: d", "---\n...\n", "é\n日本\n", "a\n  b\n",     " a\nb",   "\na",        "a \nb",
        "a\n\tb",     "a\tb\nc",    "a\nb ",     "a\r\nb",       "a\n \nb", "\n\n",       "a\n\n\n"}) {
    check_round_trip(Out(text));
    check_round_trip(Out::mapping().add("k", text).add("after", "z"));
    check_round_trip(Out::sequence().push(Out::mapping().add("k", text)).push(text).push(Out::sequence().push(text)));
  }
}

TEST_CASE("keys that are too long for a simple key") {
  const std::string key(3000, 'k');
  check_round_trip(Out::mapping()
                       .add(key, "v")
                       .add(key + "2", Out::sequence().push("x"))
                       .add(key + ": 3", Out::mapping().add(key, Out())));
}

class Generator {
 public:
  explicit Generator(unsigned seed) : random_(seed) {}

  Out value(int depth) {
    const unsigned kind = pick(depth > 4 ? 6 : 10);
    if (kind < 4) return text();
    if (kind == 4) return pick(2) == 0 ? Out() : Out(pick(2) == 0);
    if (kind == 5) return Out::number(kNumbers[pick(std::size(kNumbers))]);
    Out out = kind < 8 ? Out::mapping() : Out::sequence();
    for (unsigned i = pick(4); i > 0; --i) {
      kind < 8 ? out.add(text() + std::to_string(next_++) + (pick(8) == 0 ? text() : ""), value(depth + 1))
               : out.push(value(depth + 1));
    }
    return out;
  }

 private:
  static constexpr const char* kNumbers[] = {"0", "-1", "12", "1.5", "0.000001", "100000"};
  static constexpr const char* kPieces[] = {"a",
                                            "b",
                                            "true",
                                            "null",
                                            "1",
                                            "0",
                                            ".",
                                            "-",
                                            ":",
                                            ": ",
                                            " ",
                                            "  ",
                                            "#",
                                            " #",
                                            "\n",
                                            "\n\n",
                                            "\t",
                                            "'",
                                            "\"",
                                            "\\",
                                            "[",
                                            "]",
                                            "{",
                                            "}",
                                            ",",
                                            "&",
                                            "*",
                                            "!",
                                            "|",
                                            ">",
                                            "%",
                                            "@",
                                            "`",
                                            "é",
                                            "日",
                                            "😀",
                                            "\r",
                                            "?",
                                            "? ",
                                            "- ",
                                            "e",
                                            "x",
                                            "<<",
                                            "=",
                                            "~",
                                            "_",
                                            "+",
                                            "0x",
                                            "yes",
                                            "---",
                                            "..",
                                            "\x01",
                                            "\x7F",
                                            "\xC2\x85",
                                            "\xC2\xA0",
                                            "\xE2\x80\xA8",
                                            "\xEF\xBB\xBF",
                                            "word ",
                                            "on",
                                            "k: v",
                                            "T",
                                            "Z",
                                            "2024-01-01"};

  unsigned pick(std::size_t below) { return static_cast<unsigned>(random_() % below); }

  std::string text() {
    std::string out;
    for (unsigned i = pick(7); i > 0; --i) out += kPieces[pick(std::size(kPieces))];
    return out;
  }

  std::mt19937 random_;
  unsigned next_ = 0;
};

TEST_CASE("generated trees come back from every reader") {
  Generator generator(20261120);
  for (int i = 0; i < 3000; ++i) check_round_trip(generator.value(0));
}

}  // namespace
}  // namespace gatec::doc
