#include "compiler/doc/memory_stream.h"
#include "compiler/doc/reader.h"
#include "compiler/doc/scalar_types.h"
#include "compiler/doc/text_check.h"
#include "compiler/doc/tree_builder.h"
#include "compiler/doc/yaml_marks.h"

#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <exception>
#include <istream>
#include <streambuf>

namespace gatec::doc {
namespace {

using diagnostics::DiagId;
using diagnostics::Reported;

/// Leaves yaml-cpp's parser when the builder has refused to go on.
struct Refused {};

/// yaml-cpp's events. Its marks are where a node begins, anchor and tag included, in bytes behind the byte-order mark.
class SecondHandler : public YAML::EventHandler {
 public:
  SecondHandler(std::string_view text, const TextFacts& facts, TreeBuilder& builder)
      : text_(text), begin_(facts.begin), builder_(builder) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    check_progress(mark);
    names_.clear();
    builder_.document_start();
  }

  void OnDocumentEnd() override { flush(UINT32_MAX); }

  /// yaml-cpp does not say how a null is written, and it places one that is not written at the next token.
  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const std::uint32_t begin = position(mark);
    flush(begin);
    pending_ = {true, content(begin, anchor != 0), anchor, 0};
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const std::uint32_t begin = position(mark);
    flush(begin);
    const std::string& name = names_[anchor];
    go_on(builder_.alias(name, begin, begin + 1 + static_cast<std::uint32_t>(name.size())));
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    const std::uint32_t begin = position(mark);
    flush(begin);
    const bool explicit_tag = tag != "?" && tag != "!";
    const bool unquoted = tag == "?";
    const bool bare_tag = tag == "!" && has_bare_tag(begin);
    TreeBuilder::Scalar scalar;
    scalar.begin = content(begin, explicit_tag || bare_tag || anchor != 0);
    scalar.end = scalar.begin;
    scalar.text = value;
    scalar.style =
        unquoted || ((explicit_tag || bare_tag) && !is_quote(scalar.begin)) ? Style::Plain : Style::DoubleQuoted;
    place(scalar);
    if (explicit_tag) {
      scalar.type = resolve_tagged(tag);
    } else if (unquoted || bare_tag) {
      scalar.type = resolve_plain(value);
    }
    go_on(builder_.scalar(scalar, properties(explicit_tag ? tag : std::string_view{}, anchor)));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value style) override {
    start(Kind::Sequence, mark, tag, anchor, style);
  }
  void OnSequenceEnd() override { end(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value style) override {
    start(Kind::Mapping, mark, tag, anchor, style);
  }
  void OnMapEnd() override { end(); }
  void OnAnchor(const YAML::Mark& /*mark*/, const std::string& name) override { name_ = name; }

  [[nodiscard]] std::uint32_t position(const YAML::Mark& mark) const {
    return static_cast<std::uint32_t>(
        std::min<std::size_t>(static_cast<std::size_t>(std::max(mark.pos, 0)) + begin_, text_.size()));
  }

 private:
  struct PendingNull {
    bool there = false;
    std::uint32_t at = 0;
    YAML::anchor_t anchor = 0;
    std::size_t ends = 0;  // of collections, since
  };

  /// Before a stray bracket or comma, yaml-cpp gives one empty document after the other and never moves on.
  void check_progress(const YAML::Mark& mark) {
    if (mark.pos <= last_document_) throw YAML::ParserException(mark, "no value can begin here");
    last_document_ = mark.pos;
  }

  static void go_on(bool yes) {
    if (!yes) throw Refused{};
  }

  [[nodiscard]] std::uint32_t content(std::uint32_t begin, bool properties) const {
    return properties ? skip_properties(text_, begin) : begin;
  }

  [[nodiscard]] bool is_quote(std::uint32_t at) const {
    return at < text_.size() && std::string_view("'\"|>").find(text_[at]) != std::string_view::npos;
  }

  /// The tag `!` and the mark of a quoted scalar are the same to yaml-cpp.
  [[nodiscard]] bool has_bare_tag(std::uint32_t begin) const {
    return begin < text_.size() && (text_[begin] == '!' || text_[begin] == '&') && !is_quote(begin) &&
           text_.substr(begin, skip_properties(text_, begin) - begin).find('!') != std::string_view::npos;
  }

  TreeBuilder::Properties properties(std::string_view tag, YAML::anchor_t anchor) {
    if (anchor == 0) return {tag, {}};
    return {tag, names_[anchor] = name_};
  }

  void place(TreeBuilder::Scalar& scalar) const {
    const std::size_t quote = scalar.style == Style::Plain ? 0 : 1;
    const std::string_view written = text_.substr(std::min(scalar.begin + quote, text_.size()), scalar.text.size());
    if (written != scalar.text) return;
    const std::size_t end = scalar.begin + 2 * quote + scalar.text.size();
    if (quote != 0 && (end > text_.size() || text_[end - 1] != text_[scalar.begin])) return;
    scalar.text = written;
    scalar.in_source = true;
    scalar.end = static_cast<std::uint32_t>(end);
  }

  /// `next` is where the event after the null begins: what is written there cannot be the null.
  void flush(std::uint32_t next) {
    if (!pending_.there) return;
    const PendingNull null = std::exchange(pending_, {});
    TreeBuilder::Scalar scalar;
    scalar.type = Type::Null;
    scalar.begin = scalar.end = null.at;
    if (null.at != next) {
      for (const std::string_view word : {"~", "null", "Null", "NULL"}) {
        if (!text_.substr(null.at).starts_with(word)) continue;
        scalar.text = text_.substr(null.at, word.size());
        scalar.in_source = true;
        scalar.end += static_cast<std::uint32_t>(word.size());
      }
    }
    go_on(builder_.scalar(scalar, properties({}, null.anchor)));
    for (std::size_t i = 0; i < null.ends; ++i) go_on(builder_.end(0));
  }

  void start(Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
             YAML::EmitterStyle::value style) {
    const std::uint32_t begin = position(mark);
    flush(begin);
    const bool tagged = tag != "?" && tag != "!";
    const auto style_here = style == YAML::EmitterStyle::Flow ? Style::Flow : Style::Block;
    const std::uint32_t at = content(begin, tagged || tag == "!" || anchor != 0);
    go_on(builder_.start(kind, style_here, at, properties(tagged ? tag : std::string_view{}, anchor)));
  }

  void end() {
    if (pending_.there) {
      ++pending_.ends;
    } else {
      go_on(builder_.end(0));
    }
  }

  std::string_view text_;
  std::uint32_t begin_;
  TreeBuilder& builder_;
  PendingNull pending_;
  int last_document_ = -1;
  std::string name_;
  std::unordered_map<YAML::anchor_t, std::string> names_;
};

Reported report_exception(diagnostics::Sink& sink, source::Span span, const YAML::Exception& error) {
  if (error.msg == YAML::ErrorMsg::UNKNOWN_ANCHOR) {
    return sink.report(DiagId::AliasUnknown, span, "this alias names no anchor before it")
        .note("if the star belongs to the text, put the value in quotes");
  }
  return sink.report(DiagId::YamlSyntax, span, "the second YAML reader stops here: " + error.msg);
}

}  // namespace

ReadResult read_yaml_second(const source::SourceManager& sources, source::FileId file, diagnostics::Sink& sink,
                            const ReadOptions& options) {
  const auto facts = check_text(sources, file, sink, Format::Yaml);
  if (!facts) return facts.error();
  const std::string_view text = sources.text(file);
  TreeBuilder builder(sources, file, sink, options, Format::Yaml);
  SecondHandler handler(text, *facts, builder);
  try {
    MemoryStream stream(text.substr(facts->begin));
    YAML::Parser parser(stream.in());
    while (parser.HandleNextDocument(handler)) {
    }
  } catch (const Refused&) {
    return builder.finish();
  } catch (const YAML::Exception& error) {
    const std::uint32_t at = handler.position(error.mark);
    return report_exception(sink, {file, at, at}, error);
  } catch (const std::exception&) {
    return sink.report(DiagId::YamlSyntax, {file, 0, 0}, "the second YAML reader gave up").told();
  }
  return builder.finish();
}

}  // namespace gatec::doc
