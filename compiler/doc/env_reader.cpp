#include "compiler/doc/reader.h"
#include "compiler/doc/text_check.h"
#include "compiler/doc/tree_builder.h"

namespace gatec::doc {
namespace {

using diagnostics::DiagId;

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r'; }
bool is_name(char c, bool first) {
  const bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
  return letter || (!first && c >= '0' && c <= '9');
}

/// `NAME=value` a line, as shells and containers read it. A value in single quotes is literal, one in double quotes
/// knows escapes.
class EnvReader {
 public:
  EnvReader(std::string_view text, TreeBuilder& builder) : text_(text), builder_(builder) {}

  bool read() {
    std::size_t line = text_.starts_with("\xEF\xBB\xBF") ? 3 : 0;
    while (line < text_.size()) {
      std::size_t end = text_.find('\n', line);
      if (end == std::string_view::npos) end = text_.size();
      if (!assignment(line, end)) return false;
      line = end + 1;
    }
    return !started_ || builder_.end(static_cast<std::uint32_t>(text_.size()));
  }

 private:
  bool start() {
    if (started_) return true;
    started_ = true;
    builder_.document_start();
    return builder_.start(Kind::Mapping, Style::Block, 0, {});
  }

  bool assignment(std::size_t at, std::size_t& end) {
    while (at < end && is_blank(text_[at])) ++at;
    if (at == end || text_[at] == '#') return true;
    constexpr std::string_view kExport = "export ";
    if (text_.substr(at, end - at).starts_with(kExport)) at += kExport.size();
    const std::size_t name = at;
    while (at < end && is_name(text_[at], at == name)) ++at;
    if (at == name || at == end || text_[at] != '=') return fail(name, end, "a line is `NAME=value`");
    if (!start() || !scalar(text_.substr(name, at - name), true, name, at, Style::Plain)) return false;
    return value(at + 1, end);
  }

  bool value(std::size_t at, std::size_t& end) {
    while (at < end && is_blank(text_[at])) ++at;
    if (at < end && text_[at] == '\'') return quoted(at, end, '\'');
    if (at < end && text_[at] == '"') return quoted(at, end, '"');
    std::size_t stop = at;
    for (std::size_t i = at; i < end; ++i) {
      if (text_[i] == '#' && (i == at || is_blank(text_[i - 1]))) break;
      if (!is_blank(text_[i])) stop = i + 1;
    }
    return scalar(text_.substr(at, stop - at), true, at, stop, Style::Plain);
  }

  /// May run over several lines.
  bool quoted(std::size_t at, std::size_t& end, char quote) {
    std::string decoded;
    std::size_t i = at + 1;
    for (; i < text_.size() && text_[i] != quote; ++i) {
      const bool escape = quote == '"' && text_[i] == '\\' && i + 1 < text_.size();
      if (!escape) {
        decoded += text_[i];
        continue;
      }
      const char c = text_[++i];
      if (c == 'n')
        decoded += '\n';
      else if (c == 't')
        decoded += '\t';
      else if (c == 'r')
        decoded += '\r';
      else if (c == '"' || c == '\\' || c == '$' || c == '`')
        decoded += c;
      else
        (decoded += '\\') += c;
    }
    if (i == text_.size()) return fail(at, end, "the quote is not closed");
    const std::size_t close = i + 1;
    end = text_.find('\n', close);
    if (end == std::string_view::npos) end = text_.size();
    for (std::size_t j = close; j < end && text_[j] != '#'; ++j) {
      if (!is_blank(text_[j])) return fail(j, end, "nothing may follow the closing quote");
    }
    return scalar(decoded, false, at, close, quote == '\'' ? Style::SingleQuoted : Style::DoubleQuoted);
  }

  bool scalar(std::string_view text, bool in_source, std::size_t begin, std::size_t end, Style style) {
    TreeBuilder::Scalar event;
    event.text = text;
    event.in_source = in_source;
    event.begin = static_cast<std::uint32_t>(begin);
    event.end = static_cast<std::uint32_t>(end);
    event.style = style;
    return builder_.scalar(event, {});
  }

  bool fail(std::size_t begin, std::size_t end, const char* message) {
    return builder_.refuse(builder_.sink().report(
        DiagId::EnvSyntax, builder_.span(static_cast<std::uint32_t>(begin), static_cast<std::uint32_t>(end)), message));
  }

  std::string_view text_;
  TreeBuilder& builder_;
  bool started_ = false;
};

}  // namespace

bool is_env_name(std::string_view name) { return name.ends_with(".env"); }

ReadResult read_env(const source::SourceManager& sources, source::FileId file, diagnostics::Sink& sink,
                    const ReadOptions& options) {
  const auto facts = check_text(sources, file, sink, Format::Json);
  if (!facts) return facts.error();
  TreeBuilder builder(sources, file, sink, options, Format::Json);
  EnvReader(sources.text(file), builder).read();
  return builder.finish();
}

}  // namespace gatec::doc
