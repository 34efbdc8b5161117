#pragma once

#include "compiler/base/ids.h"
#include "compiler/source/source_manager.h"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gatec::doc {

/// A leaf of the inputs: a scalar value or an empty container. Numbered through all documents of a run.
using LeafId = base::Id<struct LeafTag>;

enum class Kind : std::uint8_t { Scalar, Sequence, Mapping };
/// What PyYAML's safe_load makes of a YAML scalar; of a JSON one, what JSON says.
enum class Type : std::uint8_t { Null, Bool, Int, Float, String, Timestamp, Binary };
enum class Style : std::uint8_t { Plain, SingleQuoted, DoubleQuoted, Literal, Folded, Block, Flow };
enum class Format : std::uint8_t { Yaml, Json, Gate };

class Node;

/// Why an entry of a mapping does not count.
enum class Loss : std::uint8_t {
  None,
  Duplicate,  // a later entry of the same mapping has the same key
  MergeKey,   // the `<<` entry itself; its pairs are in the effective entries
};

struct Entry {
  const Node* key = nullptr;
  const Node* value = nullptr;  // for an alias, the anchored node itself
  Loss loss = Loss::None;
  bool aliased = false;  // the value was written as `*name`
};

/// One node of a document tree; lives in its Document's arena and never moves. Text views reach into the arena or the
/// source.
class Node {
 public:
  [[nodiscard]] Kind kind() const { return kind_; }
  [[nodiscard]] Type type() const { return type_; }
  [[nodiscard]] Style style() const { return style_; }
  /// The value itself, with its quotes or brackets, without its anchor and tag. A block collection ends with its last
  /// child.
  [[nodiscard]] source::Span span() const { return {file_, begin_, end_}; }
  [[nodiscard]] bool is_scalar() const { return kind_ == Kind::Scalar; }
  [[nodiscard]] bool is_sequence() const { return kind_ == Kind::Sequence; }
  [[nodiscard]] bool is_mapping() const { return kind_ == Kind::Mapping; }
  [[nodiscard]] bool is_null() const { return is_scalar() && type_ == Type::Null; }
  [[nodiscard]] bool is_string() const { return is_scalar() && type_ == Type::String; }
  [[nodiscard]] bool is_number() const { return is_scalar() && (type_ == Type::Int || type_ == Type::Float); }

  /// Scalars and empty containers; invalid for others, and for keys.
  [[nodiscard]] LeafId leaf() const { return counts_as_leaf() ? LeafId{number_} : LeafId{}; }
  /// Number of nodes below and including this one with aliases written out, saturating.
  [[nodiscard]] std::uint32_t expanded_size() const { return counts_as_leaf() ? 1 : number_; }

  /// Decoded text of a scalar, exactly as written for numbers.
  [[nodiscard]] std::string_view text() const {
    return is_scalar() ? std::string_view{text_, count_} : std::string_view{};
  }
  /// Explicit tag as written out in full (`tag:yaml.org,2002:str`, `!custom`), or empty.
  [[nodiscard]] std::string_view tag() const { return extra_ != nullptr ? extra_->tag : std::string_view{}; }
  [[nodiscard]] std::string_view anchor() const { return extra_ != nullptr ? extra_->anchor : std::string_view{}; }

  [[nodiscard]] std::optional<bool> as_bool() const;
  /// The exact value as PyYAML reads it: `0123` is 83, `1_000` is 1000, `30:00` is 1800; JSON numbers plainly.
  /// Returns its plain decimal text ("83", "0.000001", "1800"); nullopt for what is no number (or inf/nan).
  [[nodiscard]] std::optional<std::string> number() const;

  [[nodiscard]] std::span<const Node* const> elements() const { return {elements_, is_sequence() ? count_ : 0U}; }
  /// Entries as written, duplicates and `<<` included, in order.
  [[nodiscard]] std::span<const Entry> written_entries() const { return {entries_, is_mapping() ? count_ : 0U}; }
  /// What the mapping holds: written entries that count, then merged ones that no written key overrides.
  [[nodiscard]] std::span<const Entry> entries() const {
    return extra_ != nullptr && extra_->replaced ? extra_->effective : written_entries();
  }
  /// Pairs that a `<<` brought and a nearer one overrides.
  [[nodiscard]] std::span<const Entry> overridden() const {
    return extra_ != nullptr ? extra_->overridden : std::span<const Entry>{};
  }
  /// The value of a scalar key; null when absent. Constant time over 8 keys.
  [[nodiscard]] const Node* get(std::string_view key) const;
  [[nodiscard]] const Entry* entry(std::string_view key) const;
  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] bool empty() const { return size() == 0; }

 private:
  friend class TreeBuilder;
  friend class LeafWalk;
  /// What most nodes lack.
  struct Extra {
    std::string_view tag;
    std::string_view anchor;
    std::span<const Entry> effective;
    std::span<const Entry> overridden;
    const struct KeyIndex* index = nullptr;
    bool replaced = false;  // `effective` stands in for the written entries
    bool from_key = false;  // written inside a key, numbered when an alias first used it as a value
  };
  [[nodiscard]] bool counts_as_leaf() const { return is_scalar() || count_ == 0; }

  Kind kind_ = Kind::Scalar;
  Type type_ = Type::Null;
  Style style_ = Style::Plain;
  source::FileId file_;
  std::uint32_t begin_ = 0;
  std::uint32_t end_ = 0;
  std::uint32_t number_ = UINT32_MAX;  // the leaf, or of other nodes the expanded size
  std::uint32_t count_ = 0;            // bytes, elements or entries
  union {
    const char* text_ = nullptr;
    const Node* const* elements_;
    const Entry* entries_;
  };
  Extra* extra_ = nullptr;
};

struct Comment {
  source::Span span;  // from `#` to the end of the line
  bool own_line = false;
};

/// All documents of one file. Owns the nodes; the SourceManager owns the text and must outlive it.
class Document {
 public:
  Document();
  ~Document();
  Document(Document&&) noexcept;
  Document& operator=(Document&&) noexcept;

  [[nodiscard]] source::FileId file() const { return file_; }
  [[nodiscard]] Format format() const { return format_; }
  /// One a document. As in PyYAML, a document that is opened by `---` and holds nothing is an empty scalar.
  [[nodiscard]] const std::vector<const Node*>& roots() const { return roots_; }
  /// The first document that holds something.
  [[nodiscard]] const Node* root() const;
  /// Leaves first_leaf … first_leaf + leaf_count - 1, in the order in which they are written.
  [[nodiscard]] std::uint32_t first_leaf() const { return first_leaf_; }
  [[nodiscard]] std::uint32_t leaf_count() const { return leaf_count_; }
  /// In the order written, found by going over the gaps between the tokens on demand; none in JSON.
  [[nodiscard]] std::vector<Comment> comments(const source::SourceManager& sources) const;

 private:
  friend class TreeBuilder;
  source::FileId file_;
  Format format_ = Format::Yaml;
  std::vector<const Node*> roots_;
  std::uint32_t first_leaf_ = 0;
  std::uint32_t leaf_count_ = 0;
  std::unique_ptr<class Arena> arena_;
};

/// Goes over every leaf of a document in the order written, once each (an alias is not entered again). The path is
/// readable (`model_list[0].litellm_params.rpm`), built on the way.
class LeafVisitor {
 public:
  virtual ~LeafVisitor() = default;
  /// Whether `leaf` shall hear of it: paths are spelled out for these only.
  virtual bool wants(const Node& node) {
    static_cast<void>(node);
    return true;
  }
  virtual void leaf(const Node& node, std::string_view path) = 0;
};
void visit_leaves(const Document& document, LeafVisitor& visitor);

/// Appends `.key`, or `["key"]` where the key is no plain word, to a readable path.
void append_key(std::string& path, std::string_view key);
void append_index(std::string& path, std::size_t index);

}  // namespace gatec::doc
