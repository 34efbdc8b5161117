#pragma once

#include "compiler/doc/reader.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatec::doc {

using Reader = ReadResult (*)(const source::SourceManager&, source::FileId, diagnostics::Sink&, const ReadOptions&);

/// A text and what a reader makes of it.
class Reading {
 public:
  Reading(Reader reader, std::string text, std::string name = "in.yaml", const ReadOptions& options = {})
      : file_(sources_.add(std::move(name), std::move(text))), result_(reader(sources_, file_, sink_, options)) {}

  [[nodiscard]] bool good() const { return static_cast<bool>(result_); }
  [[nodiscard]] const Document& document() const { return *result_; }
  [[nodiscard]] const Node& root() const { return *document().root(); }
  [[nodiscard]] const Node& at(std::string_view key) const { return *root().get(key); }
  [[nodiscard]] const source::SourceManager& sources() const { return sources_; }
  [[nodiscard]] std::string written(const source::Span& span) const { return std::string(sources_.text(span)); }
  [[nodiscard]] std::string written(const Node& node) const { return written(node.span()); }

  /// `GW0102 2:5`, one for each finding.
  [[nodiscard]] std::vector<std::string> findings() const {
    std::vector<std::string> out;
    for (const auto& found : sink_.all())
      out.push_back(std::string(diagnostics::info(found.id).code) + ' ' + place(found.span));
    return out;
  }
  [[nodiscard]] std::string place(const source::Span& span) const {
    const auto at = sources_.position(span.file, span.begin);
    return std::to_string(at.line) + ':' + std::to_string(at.column);
  }
  [[nodiscard]] const diagnostics::Diagnostic& finding() const { return sink_.all().at(0); }
  [[nodiscard]] const std::vector<diagnostics::Diagnostic>& all() const { return sink_.all(); }
  [[nodiscard]] std::size_t finding_count() const { return sink_.all().size(); }

 private:
  source::SourceManager sources_;
  diagnostics::Sink sink_;
  source::FileId file_;
  ReadResult result_;
};

inline Reading yaml(std::string text) { return {read_yaml, std::move(text)}; }
inline Reading second(std::string text) { return {read_yaml_second, std::move(text)}; }
inline Reading json(std::string text) { return {read_json, std::move(text), "in.json"}; }
inline Reading any(std::string text, std::string name) { return {read_any, std::move(text), std::move(name)}; }

inline std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += text;
  return out;
}

/// All that both YAML readers must agree on, as text: kinds, types, texts, tags, leaf numbers, effective entries.
inline void describe(const Node& node, std::string& out) {
  out += node.tag();
  if (node.leaf().valid()) out += '#' + std::to_string(node.leaf().value) + ' ';
  switch (node.kind()) {
    case Kind::Scalar:
      out += std::to_string(static_cast<int>(node.type())) + '"' + std::string(node.text()) + "\"\n";
      return;
    case Kind::Sequence:
      out += "[\n";
      for (const Node* element : node.elements()) describe(*element, out);
      out += "]\n";
      return;
    case Kind::Mapping:
      out += "{\n";
      for (const Entry& entry : node.entries()) {
        describe(*entry.key, out);
        out += entry.aliased ? "* " : ": ";
        describe(*entry.value, out);
      }
      for (const Entry& entry : node.overridden()) out += "overridden " + std::string(entry.key->text()) + '\n';
      out += "}\n";
      return;
  }
}

inline std::string describe(const Document& document) {
  std::string out;
  for (const Node* root : document.roots()) {
    out += "---\n";
    describe(*root, out);
  }
  return out + std::to_string(document.leaf_count());
}

}  // namespace gatec::doc
