#include "compiler/driver/app.h"

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/driver/arguments.h"
#include "compiler/driver/options.h"
#include "tests/unit/driver/support.h"

#include <catch2/catch.hpp>

namespace gatec::driver {

TEST_CASE("the version and the help go to stdout") {
  World w;
  CHECK(w.run({"--version"}) == ExitCode::Clean);
  CHECK(w.out.text.starts_with("gatec "));
  for (const auto& words :
       {std::initializer_list<std::string>{"--help"}, {"help"}, {"help", "lint"}, {"lint", "--help"}}) {
    CHECK(w.run(words) == ExitCode::Clean);
    CHECK(w.out.text.find("usage: gatec ") != std::string::npos);
    CHECK(w.err.text.empty());
  }
}

TEST_CASE("bad usage ends in 2 and names what was meant") {
  World w;
  CHECK(w.run({}) == ExitCode::Unreadable);
  CHECK(w.out.text.empty());
  CHECK(w.run({"lnit"}) == ExitCode::Unreadable);
  CHECK(w.err.text.find("did you mean `lint`?") != std::string::npos);
  CHECK(w.run({"lint", "--formt", "json", "x"}) == ExitCode::Unreadable);
  CHECK(w.err.text.find("did you mean `--format`?") != std::string::npos);
  CHECK(w.run({"lint", "--format", "xml", "x"}) == ExitCode::Unreadable);
  CHECK(w.err.text.find("takes text, json, sarif, github or junit, not `xml`") != std::string::npos);
  CHECK(w.run({"lint", "x", "--format"}) == ExitCode::Unreadable);
  CHECK(w.err.text.find("`--format` needs a value") != std::string::npos);
  CHECK(w.run({"lint"}) == ExitCode::Unreadable);
  CHECK(w.run({"diff", "a"}) == ExitCode::Unreadable);
  CHECK(w.run({"diff", "a", "b", "c"}) == ExitCode::Unreadable);
  CHECK(w.run({"compile", "x"}) == ExitCode::Unreadable);
  CHECK(w.run({"compile", "x", "--to", "nothing"}) == ExitCode::Unreadable);
  CHECK(w.run({"explain"}) == ExitCode::Unreadable);
  CHECK(w.run({"explain", "GW0000"}) == ExitCode::Unreadable);
}

TEST_CASE("unreadable input ends in 2") {
  World w;
  for (const char* verb : {"lint", "dump"}) {
    CHECK(w.run({verb, "/nowhere/a.yaml"}) == ExitCode::Unreadable);
    CHECK((w.out.text + w.err.text).find("GW0101") != std::string::npos);
    w.in.text = "a: [";
    CHECK(w.run({verb, "-"}) == ExitCode::Unreadable);
    CHECK((w.out.text + w.err.text).find("<stdin>:1:") != std::string::npos);
    w.in.text = "nothing: known\n";
    CHECK(w.run({verb, "-"}) == ExitCode::Unreadable);
    CHECK((w.out.text + w.err.text).find("GW0112") != std::string::npos);
  }
}

TEST_CASE("a syntax error does not show the credential beside it") {
  World w;
  w.in.text = "a:\n  api_key: hunter2hunter2 }: x: y\n";
  CHECK(w.run({"lint", "-"}) == ExitCode::Unreadable);
  CHECK(w.out.text.find("hunter2") == std::string::npos);
}

TEST_CASE("data that does not arrive is no success, a closed pipe is") {
  World w;
  w.out.failure = ENOSPC;
  CHECK(w.run({"explain", "--list"}) == ExitCode::Unreadable);
  CHECK(w.err.text == "error: cannot write to stdout: the disk is full\n");
  w.out.failure = EPIPE;
  CHECK(w.run({"explain", "--list"}) == ExitCode::Clean);
  CHECK(w.err.text.empty());
}

TEST_CASE("explain lists every code with name, severity and family") {
  World w;
  CHECK(w.run({"explain", "--list"}) == ExitCode::Clean);
  CHECK(w.out.text.find("GW0104 duplicate-key warning documents\n") != std::string::npos);
  CHECK(std::count(w.out.text.begin(), w.out.text.end(), '\n') ==
        static_cast<std::ptrdiff_t>(diagnostics::catalog().size()));
  CHECK(w.run({"explain", "duplicate-key"}) == ExitCode::Clean);
  CHECK(w.out.text.starts_with("# GW0104 duplicate-key\n"));
}

TEST_CASE("words are quoted as a shell takes them") {
  CHECK(shell_quoted("a/b-c.yaml") == "a/b-c.yaml");
  CHECK(shell_quoted("my file") == "'my file'");
  CHECK(shell_quoted("it's") == "'it'\\''s'");
  CHECK(shell_quoted("") == "''");
}

TEST_CASE("options may repeat, split at commas and stand behind the inputs") {
  std::vector<std::string> in, codes, opts;
  std::string to;
  bool quiet = false;
  Arguments arguments("test", "Tests.");
  arguments.positional("IN", in, "", 1, 9);
  arguments.option("--to", to, "X", "");
  arguments.option("--codes", codes, "X", "", true);
  arguments.option("--opt", opts, "X", "", false);
  arguments.flag("-q,--quiet", quiet, "");
  const std::vector<std::string> words = {"a",  "--codes",   "x,y",  "-", "--opt=k=1,2",
                                          "-q", "--codes=z", "--to", "p", "b"};
  REQUIRE(arguments.parse(words));
  CHECK(in == std::vector<std::string>{"a", "-", "b"});
  CHECK(codes == std::vector<std::string>{"x", "y", "z"});
  CHECK(opts == std::vector<std::string>{"k=1,2"});
  CHECK(to == "p");
  CHECK(quiet);
}

}  // namespace gatec::driver
