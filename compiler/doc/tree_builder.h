#pragma once

#include "compiler/doc/arena.h"
#include "compiler/doc/key_index.h"
#include "compiler/doc/reader.h"

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace gatec::doc {

/// Makes the tree of one file from the events of any parser: leaf numbers, anchors, merges, duplicates and the guards
/// are here. Every event answers whether to go on; when not, it has reported why.
class TreeBuilder {
 public:
  TreeBuilder(const source::SourceManager& sources, source::FileId file, diagnostics::Sink& sink,
              const ReadOptions& options, Format format);

  struct Properties {
    std::string_view tag;  // in full
    std::string_view anchor;
  };
  struct Scalar {
    std::string_view text;
    bool in_source = false;  // the text is a view into the source and need not be copied
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    Style style = Style::Plain;
    Type type = Type::String;
  };

  void document_start();
  bool scalar(const Scalar& event, const Properties& properties);
  bool alias(std::string_view name, std::uint32_t begin, std::uint32_t end);
  bool start(Kind kind, Style style, std::uint32_t begin, const Properties& properties);
  /// What follows stands in another file: a tree that is evaluated is made of several.
  void in_file(source::FileId file) { file_ = file; }
  /// The scalar that was made last, and the same leaf once more.
  [[nodiscard]] const Node* last() const { return items_.empty() ? nullptr : items_.back().node; }
  void repeat(const Node& leaf, std::uint32_t end) { push(&leaf, true, end, 1, 0); }
  /// A flow collection ends behind its bracket; a block collection's end is that of its last child.
  bool end(std::uint32_t end);

  /// Ends the reading with an error that was reported; false, for callers to hand on.
  bool refuse(diagnostics::Reported told) {
    refused_ = told;
    return false;
  }
  [[nodiscard]] diagnostics::Sink& sink() { return sink_; }
  [[nodiscard]] source::Span span(std::uint32_t begin, std::uint32_t end) const { return {file_, begin, end}; }
  /// The document, the error that ended the reading, or GW0109 where there is nothing in the input.
  [[nodiscard]] ReadResult finish();

 private:
  struct Item {
    const Node* node;
    bool aliased;
  };
  struct Frame {
    Node* node;
    std::size_t first_item;
    std::uint32_t last_end;
    std::uint32_t expanded = 1;
    std::uint32_t height = 0;  // levels of containers below
    bool in_key = false;
    bool anchored = false;
  };
  struct Anchor {
    Node* node;
    std::uint32_t height = 0;
    bool open = false;
    bool from_key = false;
  };
  class Merge;

  Node* make_node(Kind kind, Style style, std::uint32_t begin, std::uint32_t end, const Properties& properties);
  Node::Extra& extra(Node& node);
  [[nodiscard]] bool next_is_key() const;
  void number(Node& node);
  void number_key_leaves(const Node& node);
  void push(const Node* node, bool aliased, std::uint32_t end, std::uint32_t expanded, std::uint32_t height);

  void close_sequence(const Frame& frame);
  bool close_mapping(const Frame& frame);
  [[nodiscard]] static bool is_merge_key(const Node& key);
  KeyIndex* find_duplicates(std::span<Entry> entries, bool& lost);
  void report_complex_keys(std::span<const Entry> entries);
  void report_duplicates(std::span<const Entry> entries);
  bool merge(Node& node, std::span<const Entry> entries);
  bool collect_merged(const Entry& entry, std::vector<const Node*>& sources);

  const source::SourceManager& sources_;
  source::FileId file_;
  diagnostics::Sink& sink_;
  ReadOptions options_;
  Document document_;
  Arena& arena_;
  std::uint32_t next_leaf_;
  std::uint32_t brought_ = 0;  // nodes that the aliases of this document write out
  std::optional<diagnostics::Reported> refused_;
  std::vector<Frame> frames_;
  std::vector<Item> items_;
  std::unordered_map<std::string_view, Anchor> anchors_;
};

}  // namespace gatec::doc
