#include "compiler/doc/comments.h"
#include "compiler/doc/libyaml_parser.h"
#include "compiler/doc/reader.h"
#include "compiler/doc/scalar_types.h"
#include "compiler/doc/text_check.h"
#include "compiler/doc/tree_builder.h"
#include "compiler/doc/yaml_errors.h"
#include "compiler/doc/yaml_marks.h"
#include "compiler/doc/yaml_scan.h"

#include <cstring>

namespace gatec::doc {
namespace {

std::string_view view(const yaml_char_t* text) {
  return text != nullptr ? std::string_view(reinterpret_cast<const char*>(text)) : std::string_view{};
}

std::string_view view(const char* text) { return text != nullptr ? std::string_view(text) : std::string_view{}; }

Style scalar_style(yaml_scalar_style_t style) {
  switch (style) {
    case YAML_SINGLE_QUOTED_SCALAR_STYLE: return Style::SingleQuoted;
    case YAML_DOUBLE_QUOTED_SCALAR_STYLE: return Style::DoubleQuoted;
    case YAML_LITERAL_SCALAR_STYLE: return Style::Literal;
    case YAML_FOLDED_SCALAR_STYLE: return Style::Folded;
    case YAML_ANY_SCALAR_STYLE:
    case YAML_PLAIN_SCALAR_STYLE: break;
  }
  return Style::Plain;
}

/// One event of libyaml after the other, freed as the next one comes.
class LibyamlReader {
 public:
  LibyamlReader(std::string_view text, const TextFacts& facts, TreeBuilder& builder)
      : text_(text), marks_(text, facts), builder_(builder), parser_(text.substr(facts.begin)) {}

  void read() {
    for (bool go_on = true; go_on;) {
      yaml_event_t event;
      if (yaml_parser_parse(parser_.get(), &event) == 0) {
        builder_.refuse(report_problem());
        return;
      }
      go_on = take(event);
      yaml_event_delete(&event);
    }
  }

 private:
  bool take(const yaml_event_t& event) {
    switch (event.type) {
      case YAML_SCALAR_EVENT: return scalar(event);
      case YAML_MAPPING_START_EVENT: {
        const auto& data = event.data.mapping_start;
        return start(event, Kind::Mapping, data.style == YAML_FLOW_MAPPING_STYLE, data.tag, data.anchor);
      }
      case YAML_SEQUENCE_START_EVENT: {
        const auto& data = event.data.sequence_start;
        return start(event, Kind::Sequence, data.style == YAML_FLOW_SEQUENCE_STYLE, data.tag, data.anchor);
      }
      case YAML_MAPPING_END_EVENT:
      case YAML_SEQUENCE_END_EVENT: return builder_.end(marks_.offset(event.end_mark));
      case YAML_ALIAS_EVENT: {
        const std::uint32_t begin = marks_.offset(event.start_mark);
        return builder_.alias(view(event.data.alias.anchor), begin, marks_.offset(event.end_mark));
      }
      case YAML_DOCUMENT_START_EVENT: builder_.document_start(); return true;
      case YAML_NO_EVENT:
      case YAML_STREAM_END_EVENT: return false;
      case YAML_STREAM_START_EVENT:
      case YAML_DOCUMENT_END_EVENT: return true;
    }
    return false;
  }

  /// `!` asks for the type that the plain text would have, also for quoted text.
  static bool is_bare(const yaml_char_t* tag) { return view(tag) == "!"; }

  static TreeBuilder::Properties properties(const yaml_char_t* tag, const yaml_char_t* anchor) {
    return {is_bare(tag) ? std::string_view{} : view(tag), view(anchor)};
  }

  bool start(const yaml_event_t& event, Kind kind, bool flow, const yaml_char_t* tag, const yaml_char_t* anchor) {
    std::uint32_t begin = marks_.offset(event.start_mark);
    if (tag != nullptr || anchor != nullptr) begin = skip_properties(text_, begin);
    return builder_.start(kind, flow ? Style::Flow : Style::Block, begin, properties(tag, anchor));
  }

  bool scalar(const yaml_event_t& event) {
    const auto& data = event.data.scalar;
    TreeBuilder::Scalar scalar;
    scalar.begin = marks_.offset(event.start_mark);
    scalar.end = marks_.offset(event.end_mark);
    scalar.style = scalar_style(data.style);
    scalar.text = {reinterpret_cast<const char*>(data.value), data.length};
    if (data.tag != nullptr || data.anchor != nullptr) {
      scalar.begin = std::min(skip_properties(text_, scalar.begin), scalar.end);
    }
    place(scalar, event.start_mark.line == event.end_mark.line);
    if (data.plain_implicit != 0 || is_bare(data.tag)) {
      scalar.type = resolve_plain(scalar.text);
    } else if (data.tag != nullptr) {
      scalar.type = resolve_tagged(view(data.tag));
    }
    return builder_.scalar(scalar, properties(data.tag, data.anchor));
  }

  /// Takes the text from the source where it stands there as it is.
  void place(TreeBuilder::Scalar& scalar, bool one_line) const {
    if (scalar.style == Style::Literal || scalar.style == Style::Folded) {
      while (scalar.end > scalar.begin && std::strchr(" \t\r\n", text_[scalar.end - 1]) != nullptr) --scalar.end;
      return;
    }
    if (scalar.style == Style::Plain && scalar.text.empty()) scalar.begin = scalar.end = behind_colon(scalar.end);
    const std::size_t quote = scalar.style == Style::Plain ? 0 : 1;
    const std::size_t width = scalar.end - scalar.begin;
    if (width != scalar.text.size() + 2 * quote) return;
    const std::string_view written = text_.substr(scalar.begin + quote, scalar.text.size());
    scalar.in_source = (quote == 0 && one_line) || written == scalar.text;
    if (scalar.in_source) scalar.text = written;
  }

  /// In a flow mapping, the mark of an empty value is at the comma or brace behind it.
  [[nodiscard]] std::uint32_t behind_colon(std::uint32_t at) const {
    const std::size_t before = at == 0 ? std::string_view::npos : text_.find_last_not_of(" \t\r\n", at - 1);
    return before != std::string_view::npos && text_[before] == ':' ? static_cast<std::uint32_t>(before + 1) : at;
  }

  diagnostics::Reported report_problem() {
    YamlProblem problem{view(parser_->problem), view(parser_->context), 0, 0};
    if (parser_->error == YAML_READER_ERROR) {
      problem.at = static_cast<std::uint32_t>(std::min(parser_->problem_offset, text_.size()));
      problem.context_at = problem.at;
    } else {
      problem.context_at = marks_.offset(parser_->context_mark);
      problem.at = marks_.offset(parser_->problem_mark);
    }
    return report_libyaml_problem(builder_.sink(), builder_.span(0, 0).file, text_, problem);
  }

  std::string_view text_;
  YamlMarks marks_;
  TreeBuilder& builder_;
  LibyamlParser parser_;
};

}  // namespace

ReadResult parse_yaml(const source::SourceManager& sources, source::FileId file, diagnostics::Sink& sink,
                      const ReadOptions& options) {
  const auto facts = check_text(sources, file, sink, Format::Yaml);
  if (!facts) return facts.error();
  if (const auto tab = tab_between_tokens(sources.text(file), file, *facts)) {
    return sink
        .report(diagnostics::DiagId::YamlSyntax, {file, *tab, *tab + 1}, "a tab stands where YAML takes blanks only")
        .note("use spaces")
        .told();
  }
  TreeBuilder builder(sources, file, sink, options, Format::Yaml);
  LibyamlReader reader(sources.text(file), *facts, builder);
  reader.read();
  return builder.finish();
}

ReadResult read_yaml(const source::SourceManager& sources, source::FileId file, diagnostics::Sink& sink,
                     const ReadOptions& options) {
  const auto facts = check_text(sources, file, sink, Format::Yaml);
  if (!facts) return facts.error();
  {
    // What has to be told is for the other to tell, which finds things in another order.
    diagnostics::Sink untold;
    TreeBuilder builder(sources, file, untold, options, Format::Yaml);
    if (scan_yaml(sources.text(file), *facts, builder) && untold.all().empty()) return builder.finish();
  }
  return parse_yaml(sources, file, sink, options);
}

}  // namespace gatec::doc
