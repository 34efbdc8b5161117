#include "compiler/doc/comments.h"

#include "compiler/doc/libyaml_parser.h"
#include "compiler/doc/node.h"
#include "compiler/doc/text_check.h"
#include "compiler/doc/yaml_marks.h"

#include <algorithm>

namespace gatec::doc {
namespace {

/// Between two tokens there is nothing but blanks and comments.
class CommentFinder {
 public:
  CommentFinder(std::string_view text, source::FileId file, const TextFacts& facts)
      : text_(text),
        file_(file),
        marks_(text, facts),
        begin_(facts.begin),
        at_(facts.begin),
        parser_(text.substr(facts.begin)) {}

  std::vector<Comment> find() {
    for (bool more = true; more;) {
      yaml_token_t token;
      if (yaml_parser_scan(parser_.get(), &token) == 0) break;
      more = token.type != YAML_STREAM_END_TOKEN;
      gap(more ? marks_.offset(token.start_mark) : static_cast<std::uint32_t>(text_.size()));
      if (token.type == YAML_SCALAR_TOKEN) {
        const auto style = token.data.scalar.style;
        if (style == YAML_LITERAL_SCALAR_STYLE || style == YAML_FOLDED_SCALAR_STYLE) block_header(at_);
        if (style == YAML_PLAIN_SCALAR_STYLE) look_for_tab(at_, marks_.offset(token.end_mark));
      }
      at_ = std::max(at_, marks_.offset(token.end_mark));
      yaml_token_delete(&token);
    }
    return std::move(comments_);
  }
  /// The first tab outside quoted text, block text and comments.
  [[nodiscard]] std::optional<std::uint32_t> tab() const { return tab_; }

 private:
  void gap(std::uint32_t end) {
    while (at_ < end) {
      const std::size_t found = std::min<std::size_t>(text_.find('#', at_), end);
      look_for_tab(at_, found);
      if (found == end) break;
      at_ = add(static_cast<std::uint32_t>(found));
    }
    at_ = std::max(at_, end);
  }

  void look_for_tab(std::size_t begin, std::size_t end) {
    const std::size_t found = text_.substr(0, end).find('\t', begin);
    if (!tab_ && found != std::string_view::npos) tab_ = static_cast<std::uint32_t>(found);
  }

  /// `| # comment`: the token reaches from the bar to the end of the text.
  void block_header(std::uint32_t begin) {
    const std::size_t line_end = std::min(text_.find_first_of("\r\n", begin), text_.size());
    const std::size_t found = text_.find('#', begin);
    if (found < line_end) add(static_cast<std::uint32_t>(found));
  }

  std::uint32_t add(std::uint32_t begin) {
    const auto end = static_cast<std::uint32_t>(std::min(text_.find_first_of("\r\n", begin), text_.size()));
    std::uint32_t line = begin;
    while (line > begin_ && text_[line - 1] != '\n' && text_[line - 1] != '\r') --line;
    const bool own_line = text_.find_first_not_of(" \t", line) == begin;
    comments_.push_back({{file_, begin, end}, own_line});
    return end;
  }

  std::string_view text_;
  source::FileId file_;
  YamlMarks marks_;
  std::uint32_t begin_;
  std::uint32_t at_;
  LibyamlParser parser_;
  std::vector<Comment> comments_;
  std::optional<std::uint32_t> tab_;
};

}  // namespace

std::optional<std::uint32_t> tab_between_tokens(std::string_view text, source::FileId file, const TextFacts& facts) {
  if (text.find('\t') == std::string_view::npos) return std::nullopt;
  CommentFinder finder(text, file, facts);
  static_cast<void>(finder.find());
  return finder.tab();
}

std::vector<Comment> Document::comments(const source::SourceManager& sources) const {
  if (format_ != Format::Yaml) return {};
  diagnostics::Sink unheard;
  const auto facts = check_text(sources, file_, unheard, Format::Yaml);
  if (!facts) return {};
  return CommentFinder(sources.text(file_), file_, *facts).find();
}

}  // namespace gatec::doc
