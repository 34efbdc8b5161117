#include "compiler/doc/yaml_errors.h"

#include <algorithm>
#include <optional>
#include <string>

namespace gatec::doc {
namespace {

using diagnostics::DiagId;
using diagnostics::Reported;
using diagnostics::Sink;

/// Where the error is shown: where the parser noticed it, or where the thing begins that it was reading.
enum class Place { Problem, Context };

struct Wording {
  std::string_view problem;
  std::string_view context;  // a part of it; empty for any
  Place place;
  const char* message;
  const char* context_label;  // null for none
  const char* note;           // null for none
};

constexpr const char* kQuote = "if it belongs to the text, put the value in quotes";
constexpr const char* kUnclosed = "close it with the same kind of quote; inside single quotes, write '' for one";
constexpr const char* kIndent = "check that this line is indented like its siblings";

constexpr Wording kWordings[] = {
    {"mapping values are not allowed", "", Place::Problem, "a `: ` stands where no key can be", nullptr,
     "put a value that holds `: ` in quotes, and indent keys like their siblings"},
    {"could not find expected ':'", "simple key", Place::Context, "expected a `:` after this key", nullptr,
     "a line in a mapping reads `key: value`; text over several lines needs quotes or `|`"},
    {"did not find expected key", "block mapping", Place::Problem, "expected a key here, or the end of the mapping",
     "the mapping begins here", kIndent},
    {"did not find expected '-' indicator", "", Place::Problem, "expected `-` here, or the end of the list",
     "the list begins here", kIndent},
    {"did not find expected ',' or ']'", "", Place::Problem, "expected `,` or `]` here", "the list opens here",
     nullptr},
    {"did not find expected ',' or '}'", "", Place::Problem, "expected `,` or `}` here", "the mapping opens here",
     nullptr},
    {"did not find expected node content", "", Place::Problem, "expected a value here", nullptr, nullptr},
    {"found a tab character that violates indentation", "", Place::Problem, "a tab cannot indent YAML", nullptr,
     "use spaces"},
    {"found a tab character where an indentation", "", Place::Problem, "a tab cannot indent YAML", nullptr,
     "use spaces"},
    {"found unexpected end of stream", "quoted scalar", Place::Context, "this quoted text is never closed", nullptr,
     kUnclosed},
    {"found unexpected document indicator", "quoted scalar", Place::Context,
     "this quoted text is not closed before its document ends", nullptr, kUnclosed},
    {"found unknown escape character", "", Place::Problem, "this escape is unknown in double quotes", nullptr,
     "write `\\\\` for a backslash, or use single quotes, which know no escapes"},
    {"did not find expected hexdecimal number", "", Place::Problem, "expected hexadecimal digits in this escape",
     nullptr, nullptr},
    {"found invalid Unicode character escape code", "", Place::Problem, "this escape names no character", nullptr,
     nullptr},
    {"did not find expected alphabetic or numeric", "alias", Place::Context, "`*` begins an alias, and no name follows",
     nullptr, "to mean the star itself, put the value in quotes: \"*\""},
    {"did not find expected alphabetic or numeric", "anchor", Place::Context,
     "`&` begins an anchor, and no name follows", nullptr, kQuote},
    {"found unexpected ':'", "", Place::Problem, "a `:` cannot stand in this text without quotes", nullptr,
     "put the value in quotes"},
    {"block sequence entries are not allowed", "", Place::Problem, "a list item cannot begin here", nullptr,
     "put `- ` on a line of its own, below the key; quote text that begins with a dash"},
    {"mapping keys are not allowed", "", Place::Problem, "a key marked by `?` cannot begin here", nullptr, kQuote},
    {"did not find expected comment or line break", "block scalar", Place::Problem,
     "text cannot follow `|` or `>` on the same line", nullptr, "begin the text on the next line, indented"},
    {"did not find expected comment or line break", "", Place::Problem, "expected the end of the line here", nullptr,
     nullptr},
    {"found an indentation indicator equal to 0", "", Place::Problem, "the indentation of a text block cannot be 0",
     nullptr, nullptr},
    {"did not find expected <document start>", "", Place::Problem, "expected the end of the file, or `---` before more",
     nullptr, "what comes before this is complete by itself; only one value can stand at the top"},
    {"found undefined tag handle", "", Place::Problem, "this tag has a prefix that no %TAG line declares", nullptr,
     kQuote},
    {"found incompatible YAML document", "", Place::Problem, "only versions 1.1 and 1.2 of YAML are read", nullptr,
     nullptr},
    {"found duplicate %", "", Place::Problem, "this directive is repeated", nullptr, nullptr},
    {"control characters are not allowed", "", Place::Problem, "a control character is not allowed here", nullptr,
     nullptr},
    {"", "tag", Place::Problem, "this tag is malformed", nullptr, "text that begins with `!` needs quotes"},
    {"", "directive", Place::Problem, "this directive is malformed", nullptr, "text that begins with `%` needs quotes"},
};

bool matches(const Wording& wording, const YamlProblem& problem) {
  return problem.problem.starts_with(wording.problem) &&
         (wording.context.empty() || problem.context.find(wording.context) != std::string_view::npos);
}

source::Span one_character(source::FileId file, std::string_view text, std::uint32_t at) {
  std::uint32_t end = at;
  if (end < text.size() && text[end] != '\n' && text[end] != '\r') {
    ++end;
    while (end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) ++end;
  }
  return {file, at, end};
}

Reported report_odd_start(Sink& sink, source::Span span, std::string_view text) {
  const char found = span.begin < text.size() ? text[span.begin] : ' ';
  if (found == '\t') {
    return sink.report(DiagId::YamlSyntax, span, "a tab cannot indent YAML").note("use spaces");
  }
  if (found == '@' || found == '`') {
    const char* const name = found == '@' ? "`@`" : "a backtick";
    return sink.report(DiagId::YamlSyntax, span, std::string("a value cannot begin with ") + name)
        .note("put the value in quotes");
  }
  if (found == '%') {
    return sink.report(DiagId::YamlSyntax, span, "a value cannot begin with `%`").note("put the value in quotes");
  }
  return sink.report(DiagId::YamlSyntax, span, "nothing in YAML begins with this character").note(kQuote);
}

std::uint32_t line_begin(std::string_view text, std::uint32_t at) {
  const std::size_t found = at == 0 ? std::string_view::npos : text.find_last_of("\r\n", at - 1);
  return found == std::string_view::npos ? 0 : static_cast<std::uint32_t>(found + 1);
}

bool begins_its_line(std::string_view text, std::uint32_t at) {
  return std::min<std::size_t>(text.find_first_not_of(" \t", line_begin(text, at)), text.size()) >= at;
}

/// `- a: 1` and below it, deeper, `b: 2`: to YAML the second line belongs to the value `1`.
std::optional<std::uint32_t> line_that_goes_on(std::string_view text, std::uint32_t colon) {
  const std::uint32_t here = line_begin(text, colon);
  const std::size_t content = text.find_first_not_of(" \t", here);
  if (here == 0 || text.substr(content, colon - content).find(": ") != std::string_view::npos) return std::nullopt;
  const std::size_t last = text.find_last_not_of(" \t\r\n", here - 1);
  if (last == std::string_view::npos) return std::nullopt;
  const std::uint32_t above = line_begin(text, static_cast<std::uint32_t>(last));
  const std::size_t key = text.find_first_not_of(" \t-", above);
  const std::size_t value = text.find(": ", key);
  if (value >= last || content - here <= key - above) return std::nullopt;
  return static_cast<std::uint32_t>(std::min(text.find_first_not_of(' ', value + 1), last));
}

/// The cases in which more can be said than what libyaml knows.
std::optional<Reported> report_special(Sink& sink, source::FileId file, std::string_view text,
                                       const YamlProblem& problem) {
  const source::Span span = one_character(file, text, problem.at);
  if (problem.problem.starts_with("found character that cannot start")) return report_odd_start(sink, span, text);
  if (problem.problem.starts_with("mapping values are not allowed")) {
    const auto above = line_that_goes_on(text, problem.at);
    if (!above) return std::nullopt;
    return sink
        .report(DiagId::YamlSyntax, span,
                "this line is indented deeper than the one above and so goes on with its value, where no `: ` can be")
        .label(one_character(file, text, *above), "the value begins here")
        .note("indent this key like its siblings");
  }
  const bool in_block =
      problem.problem == "did not find expected key" || problem.problem == "did not find expected '-' indicator";
  if (in_block && !begins_its_line(text, problem.at)) {
    return sink.report(DiagId::YamlSyntax, span, "expected the end of the line here")
        .note(
            "the quote or bracket before this ends the value; to go on, put all of the value in quotes, and write '' "
            "for a quote inside single ones");
  }
  return std::nullopt;
}

}  // namespace

Reported report_libyaml_problem(Sink& sink, source::FileId file, std::string_view text, const YamlProblem& problem) {
  if (const auto told = report_special(sink, file, text, problem)) return *told;
  for (const Wording& wording : kWordings) {
    if (!matches(wording, problem)) continue;
    const std::uint32_t at = wording.place == Place::Context ? problem.context_at : problem.at;
    auto told = sink.report(DiagId::YamlSyntax, one_character(file, text, at), wording.message);
    if (wording.context_label != nullptr)
      told.label(one_character(file, text, problem.context_at), wording.context_label);
    if (wording.note != nullptr) told.note(wording.note);
    return told;
  }
  return sink.report(DiagId::YamlSyntax, one_character(file, text, problem.at), "the YAML is malformed here");
}

}  // namespace gatec::doc
