#include "compiler/doc/json_errors.h"

#include <algorithm>
#include <array>
#include <string>

namespace gatec::doc {
namespace {

using diagnostics::DiagId;
using diagnostics::Reported;
using diagnostics::Sink;

bool is_word(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }

/// Walks the rest of the text from the last good token.
class Diagnosis {
 public:
  Diagnosis(Sink& sink, source::FileId file, std::string_view text, const JsonProblem& problem)
      : sink_(sink), file_(file), text_(text), problem_(problem), at_(problem.after) {
    skip_blanks();
  }

  Reported tell() {
    switch (problem_.state) {
      case JsonState::Top: return value("expected a value");
      case JsonState::End: return wrong("expected the end of the file");
      case JsonState::ObjectStart: return key("expected a key in double quotes or `}`");
      case JsonState::AfterKey: return take(':') ? value("expected a value") : wrong("expected `:` after the key");
      case JsonState::AfterMember:
        return take(',') ? after_comma('}', true) : wrong("expected `,` or `}` after this member");
      case JsonState::ArrayStart: return value("expected a value or `]`");
      case JsonState::AfterElement:
        return take(',') ? after_comma(']', false) : wrong("expected `,` or `]` after this element");
    }
    return wrong("expected nothing more");
  }

 private:
  [[nodiscard]] char peek(std::size_t ahead = 0) const {
    return at_ + ahead < text_.size() ? text_[at_ + ahead] : '\0';
  }
  void skip_blanks() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }
  bool take(char c) {
    if (peek() != c) return false;
    comma_ = at_++;
    skip_blanks();
    return true;
  }
  [[nodiscard]] source::Span span(std::size_t begin, std::size_t end) const {
    return {file_, static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(std::min(end, text_.size()))};
  }

  Reported after_comma(char bracket, bool object) {
    if (peek() == bracket) {
      return sink_
          .report(DiagId::JsonSyntax, span(comma_, comma_ + 1),
                  std::string("expected ") + (object ? "another key" : "another value") + ", found `" + bracket +
                      "`: the list of " + (object ? "members" : "elements") + " ends with a comma")
          .note("JSON has no trailing commas: remove it");
    }
    return object ? key("expected a key in double quotes") : value("expected a value");
  }

  Reported key(const char* expected) { return peek() == '"' ? string() : wrong(expected); }

  Reported value(const char* expected) {
    if (peek() == '"') return string();
    if (peek() == '-' || is_digit(peek())) return number();
    return wrong(expected);
  }

  /// A token that cannot stand here, or is none.
  Reported wrong(const std::string& expected) {
    if (at_ >= text_.size()) return at_end(expected);
    if (at_ == problem_.after && at_ > 0 && text_[at_ - 1] == '0' && is_digit(peek())) {
      return wrong_number(number_end(), "a number cannot begin with a zero");
    }
    if (text_.substr(at_, 3) == "...") {
      return sink_.report(DiagId::JsonSyntax, span(at_, at_ + 3), expected + ", found `...`")
          .note("put in what was left out");
    }
    if (peek() == '/' && (peek(1) == '/' || peek(1) == '*')) {
      return sink_.report(DiagId::JsonSyntax, span(at_, at_ + 2), expected + ", found a comment")
          .note("JSON has no comments: remove it, or write the config as YAML");
    }
    if (peek() == '#') {
      return sink_.report(DiagId::JsonSyntax, span(at_, at_ + 1), expected + ", found `#`")
          .note("JSON has no comments");
    }
    if (peek() == '\'') {
      return sink_.report(DiagId::JsonSyntax, span(at_, at_ + 1), expected + ", found a single quote")
          .note("JSON takes double quotes only");
    }
    if (peek() == '"') return sink_.report(DiagId::JsonSyntax, span(at_, string_end()), expected + ", found a string");
    if (peek() == '-' || is_digit(peek())) {
      return sink_.report(DiagId::JsonSyntax, span(at_, number_end()), expected + ", found a number");
    }
    if (is_word(peek())) return word(expected);
    return sink_.report(DiagId::JsonSyntax, span(at_, at_ + 1), expected + ", found `" + peek() + "`");
  }

  Reported at_end(const std::string& expected) {
    auto told =
        sink_.report(DiagId::JsonSyntax, span(text_.size(), text_.size()), expected + ", found the end of the file");
    const bool open = problem_.state != JsonState::Top && problem_.state != JsonState::End;
    if (open) told.label(span(problem_.opened, problem_.opened + 1), "this is not closed");
    return told;
  }

  Reported word(const std::string& expected) {
    struct Known {
      std::string_view word;
      const char* note;
    };
    static constexpr std::array<Known, 9> kKnown = {{{"True", "JSON writes `true`"},
                                                     {"False", "JSON writes `false`"},
                                                     {"None", "JSON writes `null`"},
                                                     {"undefined", "JSON writes `null`"},
                                                     {"NaN", "JSON has no NaN"},
                                                     {"Infinity", "JSON has no infinity"},
                                                     {"true", nullptr},
                                                     {"false", nullptr},
                                                     {"null", nullptr}}};
    std::size_t end = at_;
    while (end < text_.size() && is_word(text_[end])) ++end;
    const std::string_view found = text_.substr(at_, end - at_);
    for (const Known& known : kKnown) {
      if (known.word != found) continue;
      auto told = sink_.report(DiagId::JsonSyntax, span(at_, end), expected + ", found `" + std::string(found) + "`");
      if (known.note != nullptr) told.note(known.note);
      return told;
    }
    return sink_.report(DiagId::JsonSyntax, span(at_, end), expected + ", found a word without quotes")
        .note("JSON puts every key and every text in double quotes");
  }

  [[nodiscard]] std::size_t string_end() const {
    std::size_t i = at_ + 1;
    while (i < text_.size() && text_[i] != '"' && text_[i] != '\n') i += text_[i] == '\\' ? 2 : 1;
    return i + 1;
  }

  [[nodiscard]] std::size_t number_end() const {
    return std::min(text_.find_first_not_of("0123456789+-.eE", at_), text_.size());
  }

  /// A string stands in the right place, so the fault is inside.
  Reported string() {
    for (std::size_t i = at_ + 1; i < text_.size() && text_[i] != '"'; ++i) {
      if (static_cast<unsigned char>(text_[i]) < 0x20) return unescaped(i);
      if (text_[i] != '\\') continue;
      if (i + 1 < text_.size() && text_[i + 1] == 'u') {
        if (!four_digits(i + 2)) {
          return sink_.report(DiagId::JsonSyntax, span(i, i + 2), "expected four hexadecimal digits after `\\u`");
        }
        if (const std::size_t length = surrogate_fault(i); length != 0) {
          return sink_.report(DiagId::JsonSyntax, span(i, i + length),
                              "this escape is half of a pair, and the other half is missing");
        }
        i += 5;
      } else if (i + 1 < text_.size() && std::string_view("\"\\/bfnrt").find(text_[i + 1]) == std::string_view::npos) {
        return sink_.report(DiagId::JsonSyntax, span(i, i + 2), "this escape is unknown in JSON")
            .note("write `\\\\` for a backslash");
      } else {
        ++i;
      }
    }
    return sink_.report(DiagId::JsonSyntax, span(at_, at_ + 1), "this string is never closed");
  }

  Reported unescaped(std::size_t i) {
    const bool line = text_[i] == '\n' || text_[i] == '\r';
    if (line) {
      return sink_.report(DiagId::JsonSyntax, span(at_, i), "this string is not closed on its line")
          .note("a line break in a string is written `\\n`");
    }
    return sink_
        .report(DiagId::JsonSyntax, span(i, i + 1),
                text_[i] == '\t' ? "a tab stands in a string" : "a control character stands in a string")
        .note(text_[i] == '\t' ? "write it as `\\t`" : "write it as an escape");
  }

  [[nodiscard]] bool four_digits(std::size_t from) const {
    return from + 4 <= text_.size() &&
           text_.substr(from, 4).find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
  }

  [[nodiscard]] unsigned unit(std::size_t from) const {
    return static_cast<unsigned>(std::stoul(std::string(text_.substr(from, 4)), nullptr, 16));
  }

  /// 0, or how many bytes from the backslash on are at fault; a good pair's second half is checked with the first.
  std::size_t surrogate_fault(std::size_t& i) const {
    const unsigned first = unit(i + 2);
    if (first < 0xD800 || first > 0xDFFF) return 0;
    const bool pair = first < 0xDC00 && text_.substr(i + 6, 2) == "\\u" && four_digits(i + 8) &&
                      unit(i + 8) >= 0xDC00 && unit(i + 8) <= 0xDFFF;
    if (!pair) return 6;
    i += 6;
    return 0;
  }

  Reported number() {
    const std::size_t end = number_end();
    std::size_t i = at_ + (peek() == '-' ? 1 : 0);
    if (i >= text_.size() || !is_digit(text_[i])) return wrong_number(end, "expected a digit after `-`");
    while (i < text_.size() && is_digit(text_[i])) ++i;
    if (i < text_.size() && text_[i] == '.') {
      if (++i >= text_.size() || !is_digit(text_[i])) return wrong_number(end, "expected a digit after the point");
      while (i < text_.size() && is_digit(text_[i])) ++i;
    }
    if (i < text_.size() && (text_[i] == 'e' || text_[i] == 'E')) {
      if (++i < text_.size() && (text_[i] == '+' || text_[i] == '-')) ++i;
      if (i >= text_.size() || !is_digit(text_[i])) return wrong_number(end, "expected a digit in the exponent");
    }
    return wrong_number(end, "this number is too large");
  }

  Reported wrong_number(std::size_t end, const char* message) {
    return sink_.report(DiagId::JsonSyntax, span(at_, end), message);
  }

  Sink& sink_;
  source::FileId file_;
  std::string_view text_;
  const JsonProblem& problem_;
  std::size_t at_;
  std::size_t comma_ = 0;
};

}  // namespace

Reported report_json_problem(Sink& sink, source::FileId file, std::string_view text, const JsonProblem& problem) {
  return Diagnosis(sink, file, text, problem).tell();
}

}  // namespace gatec::doc
