#include "compiler/diagnostics/render_text.h"

#include "compiler/diagnostics/render_github.h"

#include <catch2/catch.hpp>

namespace gatec::diagnostics {
namespace {

struct Case {
  source::SourceManager sources;
  source::FileId file;
  Sink sink;

  explicit Case(std::string text) : file(sources.add("config.yaml", std::move(text))) {}
  source::Span span(std::string_view word, std::size_t from = 0) const {
    const auto at = static_cast<std::uint32_t>(sources.text(file).find(word, from));
    return {file, at, at + static_cast<std::uint32_t>(word.size())};
  }
  std::string text(bool colour = false) const {
    Mask mask(sources);
    mask.understood(file);
    std::string out;
    for (const Diagnostic& d : sink.all()) render_text(out, d, mask, colour);
    return out;
  }
};

}  // namespace

TEST_CASE("a diagnostic shows its line, labels, notes and fix") {
  Case c("a: 1\nrpm: 10\nrpm: 20\n");
  c.sink.report(DiagId::DuplicateKey, c.span("rpm"), "the key `rpm` is repeated")
      .label(c.span("rpm", 8), "this one counts")
      .note("the last one wins")
      .fix("remove the first", FixSafety::Safe, {{c.span("rpm: 10"), ""}});
  CHECK(c.text() ==
        "warning[GW0104]: the key `rpm` is repeated\n"
        " --> config.yaml:2:1\n"
        "  |\n"
        "2 | rpm: 10\n"
        "  | ^^^\n"
        "3 | rpm: 20\n"
        "  | --- this one counts\n"
        "  = note: the last one wins\n"
        "  = help: remove the first (`gatec lint --fix` does it)\n");
}

TEST_CASE("a diagnostic without a place is its head and its notes") {
  Case c("");
  c.sink.report(DiagId::FileUnreadable, {}, "cannot read `x`").note("look again");
  CHECK(c.text() == "error[GW0101]: cannot read `x`\n  = note: look again\n");
}

TEST_CASE("tabs, wide text and secrets keep the caret in place") {
  Case c("\tkey: \"äöü\" value\n");
  c.sink.report(DiagId::WrongType, c.span("value"), "m");
  CHECK(c.text().find("1 |     key: \"äöü\" value\n  |                ^^^^^\n") != std::string::npos);

  Case s("{key: topsecret, rpm: x}\n");
  s.sources.mark_secret(s.span("topsecret"));
  s.sink.report(DiagId::WrongType, s.span("x}"), "m");
  CHECK(s.text().find("1 | {key: ••••, rpm: x}\n  |                  ^^\n") != std::string::npos);
}

TEST_CASE("long lines are cut around the caret") {
  std::string words;
  for (int i = 0; i < 1000; ++i) words += "a word ";
  Case c(words + "here " + words + "\n");
  c.sink.report(DiagId::WrongType, c.span("here"), "m");
  const std::string text = c.text();
  CHECK(text.size() < 1000);
  CHECK(text.find("…") != std::string::npos);
  const std::size_t line = text.find("1 | ");
  const std::size_t caret = text.find("^^^^");
  REQUIRE(caret != std::string::npos);
  const std::string shown = text.substr(line, text.find('\n', line) - line);
  const std::size_t caret_column = caret - text.rfind('\n', caret);
  CHECK(shown.find("here") + 1 - (std::string("…").size() - 1) == caret_column);
}

TEST_CASE("spans at the end of a line and over several lines are underlined on the first") {
  Case c("a: [1,\n  2]\nb:\n");
  c.sink.report(DiagId::WrongType, c.span("[1,\n  2]"), "m");
  c.sink.report(DiagId::EmptyDocument, {c.file, 14, 14}, "end");
  CHECK(c.text().find("1 | a: [1,\n  |    ^^^\n") != std::string::npos);
  CHECK(c.text().find("3 | b:\n  |   ^\n") != std::string::npos);
}

TEST_CASE("control characters of a config do not reach the terminal") {
  Case c("a: \x1b[2Jx\n");
  c.sink.report(DiagId::UnknownKey, c.span("x"), "found \x1b[2J");
  CHECK(c.text().find('\x1b') == std::string::npos);
  CHECK(c.text(true).find("\x1b[1;33mwarning") == 0);
}

TEST_CASE("GitHub annotations escape what separates them") {
  Case c("a: 1\n");
  c.sink.report(DiagId::UnknownKey, c.span("a"), "50% of\nit: a, b");
  const Finding findings[] = {{&c.sink.all().front(), &c.sources}};
  CHECK(
      render_github(findings) ==
      "::warning file=config.yaml,line=1,endLine=1,col=1,endColumn=2,title=GW0801 unknown-key::50%25 of%0Ait: a, b\n");
}

}  // namespace gatec::diagnostics
