#include "programs.h"

namespace gatec::syntax {

TEST_CASE("one run tells of every mistake, none of them twice") {
  const Program p(R"(provider openai { kind = openai, api_key env("X") }
let a = 3 +
let b = (1 + 2
model "a" { use openai["gpt"
}
let c = 6000 rpm + $3
d = nobody
param e: strng
check { true }
model "b" { retry = , timeout = 3s }
f = "abc
g = min()
}
h = [1, 2
)");
  CHECK_FALSE(p.read);
  std::vector<std::string> places;
  for (const std::string& told : p.told()) places.push_back(told.substr(0, told.find(' ')));
  std::sort(places.begin(), places.end());
  CHECK(places == std::vector<std::string>{"10:21", "11:9", "12:5", "13:1", "15:1", "1:45", "2:12", "3:15", "4:29",
                                           "6:9", "7:5", "8:7", "9:7"});
}

TEST_CASE("what a malformed statement would have bound is missed by nobody") {
  const Program p("let a = 3 +\nlet b = a + 1\nx = b\n");
  REQUIRE(p.told().size() == 1);
  CHECK(p.told()[0] == "1:12 GW0201 expected a value behind the operator, not the end of the line");
}

TEST_CASE("a mistake within a block leaves its neighbours alone") {
  const Program p("model \"a\" {\n  retry = = 2\n  timeout = 3s\n  x = nobody\n}\n");
  REQUIRE(p.told().size() == 2);
  CHECK(p.told()[0].starts_with("2:11 GW0201 "));
  CHECK(p.told()[1].starts_with("4:7 GW0204 "));
}

TEST_CASE("what nests without end is refused once") {
  for (const char* open : {"[", "(", "{ a = ", "-", "f(", "\"${"}) {
    std::string text = "x = ";
    for (int i = 0; i < 5000; ++i) text += open;
    const Program p(text);
    INFO(open);
    CHECK_FALSE(p.read);
    REQUIRE(p.told().size() == 1);
    CHECK(p.told()[0].find("GW0202") != std::string::npos);
  }
  std::string blocks;
  for (int i = 0; i < 3000; ++i) blocks += "a {\n";
  CHECK(Program(blocks).told().size() == 1);
}

TEST_CASE("an end that is missing is one mistake") {
  CHECK(Program("a { b { c { d = [1,").told().size() == 1);
  CHECK(Program("a { b { c { ").told().size() == 1);
}

TEST_CASE("programs are told from other texts by their first statement") {
  CHECK(looks_like_gate("# hello\n\nprovider openai { }"));
  CHECK(looks_like_gate("model \"a\" {"));
  CHECK(looks_like_gate("let a = 1"));
  CHECK_FALSE(looks_like_gate("model_list:\n  - a"));
  CHECK_FALSE(looks_like_gate("model: gpt"));
  CHECK_FALSE(looks_like_gate("model : gpt"));
  CHECK_FALSE(looks_like_gate("{\"model\": 1}"));
  CHECK_FALSE(looks_like_gate("cache: true"));
  CHECK_FALSE(looks_like_gate(""));
}

TEST_CASE("texts that are none are refused") {
  CHECK_FALSE(Program(std::string("a = 1\xFF")).read);
  CHECK_FALSE(Program(std::string("a = \"\0\"", 7)).read);
}

}  // namespace gatec::syntax
