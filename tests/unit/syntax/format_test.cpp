#include "programs.h"

#include <filesystem>
#include <fstream>
#include <iterator>

namespace gatec::syntax {
namespace {

std::string text_of(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

bool parses(std::string text) {
  source::SourceManager sources;
  diagnostics::Sink sink;
  const source::FileId file = sources.add("main.gate", std::move(text));
  return parse(sources, file, sink) != nullptr && sink.all().empty();
}

}  // namespace

TEST_CASE("one form of blanks, with comments where they were") {
  CHECK(format("a=1 # one\n\n\n\n# two\nb   =  [ 1,2 ,3 ]\nc{d=-1,e=a-b}\nf  { }\n") ==
        "a = 1  # one\n\n# two\nb = [1, 2, 3]\nc { d = -1, e = a-b }\nf {}\n");
  CHECK(format("m \"x\" {\n\n      a = {\n b = 1\n   }\n\n }\n") == "m \"x\" {\n  a = {\n    b = 1\n  }\n}\n");
  CHECK(format("x = [\n1,\n2\n]\ny = f(a,\n b)\n") == "x = [\n  1,\n  2\n]\ny = f(a,\n  b)\n");
  CHECK(format("x = \"a  # b ${ {y  =  1} } c\"  \n") == "x = \"a  # b ${ {y  =  1} } c\"\n");
  CHECK(format("") == "");
}

TEST_CASE("formatting twice changes nothing and keeps the meaning, for every program there is") {
  std::size_t count = 0;
  for (const char* folder : {"examples", "tests/golden", "stdlib/gate"}) {
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
      if (entry.path().extension() != ".gate") continue;
      ++count;
      INFO(entry.path());
      const std::string text = text_of(entry.path());
      if (!parses(text)) continue;
      const std::string once = format(text);
      CHECK(format(once) == once);
      if (folder == std::string_view("stdlib/gate")) CHECK(once == text);
      CHECK(Program(text).leaves == Program(once).leaves);
    }
  }
  CHECK(count >= 5);
}

TEST_CASE("texts and names are quoted so that they are read as they are") {
  for (const std::string text : {"", "a", "a\"b\\c", "${x}", "$", "line\nline\t\x01\x7F", "ä"}) {
    const Program p("x = " + quoted_string(text) + "\n");
    INFO(text);
    CHECK(p.at("x") == text);
  }
  for (const std::string name : {"a", "let", "a-b", "1a", "", "in", "by", "x y"}) {
    const Program p("x = { " + quoted_name(name) + " = 1 }\n");
    INFO(name);
    CHECK(p.read);
    CHECK(p.leaves.size() == 1);
  }
}

TEST_CASE("a carriage return that stands alone ends a line") {
  CHECK(format("provider op\rnai { kind = openai }\n") == format("provider op\nnai { kind = openai }\n"));
  CHECK(format("a = 1\r\nb = 2\r\n") == "a = 1\nb = 2\n");
}

}  // namespace gatec::syntax
