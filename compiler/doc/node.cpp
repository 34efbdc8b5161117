#include "compiler/doc/node.h"

#include "compiler/base/json_writer.h"
#include "compiler/doc/arena.h"
#include "compiler/doc/key_index.h"
#include "compiler/doc/scalar_types.h"
#include "compiler/doc/value.h"

namespace gatec::doc {

std::optional<bool> Node::as_bool() const {
  if (!is_scalar() || type_ != Type::Bool) return std::nullopt;
  return bool_value(text());
}

std::optional<std::string> Node::number() const {
  if (!is_scalar()) return std::nullopt;
  if (type_ == Type::Int) return int_value(text());
  if (type_ == Type::Float) return float_value(text());
  return std::nullopt;
}

const Entry* Node::entry(std::string_view key) const {
  const auto all = entries();
  if (extra_ != nullptr && extra_->index != nullptr) {
    const std::uint32_t slot = extra_->index->slot(all, key);
    return slot != 0 ? &all[slot - 1] : nullptr;
  }
  for (const Entry& entry : all) {
    if (entry.key->is_scalar() && entry.key->text() == key) return &entry;
  }
  return nullptr;
}

const Node* Node::get(std::string_view key) const {
  const Entry* const found = entry(key);
  return found != nullptr ? found->value : nullptr;
}

std::size_t Node::size() const {
  switch (kind_) {
    case Kind::Scalar: return 0;
    case Kind::Sequence: return count_;
    case Kind::Mapping: return entries().size();
  }
  return 0;
}

Document::Document() = default;
Document::~Document() = default;
Document::Document(Document&&) noexcept = default;
Document& Document::operator=(Document&&) noexcept = default;

const Node* Document::root() const {
  for (const Node* root : roots_) {
    if (!root->is_null() || !root->text().empty()) return root;
  }
  return nullptr;
}

void append_key(std::string& path, std::string_view key) {
  const auto word_start = [](char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_'; };
  bool plain = !key.empty() && word_start(key.front());
  for (const char c : key) plain = plain && (word_start(c) || (c >= '0' && c <= '9') || c == '-');
  if (plain) {
    if (!path.empty()) path += '.';
    path += key;
  } else {
    path += '[';
    append_json_string(path, key, false);
    path += ']';
  }
}

void append_index(std::string& path, std::size_t index) {
  path += '[';
  base::append_integer(path, static_cast<std::int64_t>(index));
  path += ']';
}

/// Aliases are met again where they stand, so a leaf counts only where its number is the next one. Steps are kept apart
/// and spelled out as far as the next leaf needs them.
class LeafWalk {
 public:
  LeafWalk(const Document& document, LeafVisitor& visitor)
      : visitor_(visitor), next_(document.first_leaf()), evaluated_(document.format() == Format::Gate) {}

  void root(const Node& node) {
    steps_.clear();
    spelled_ = 0;
    walk(node, 0);
  }

 private:
  struct Step {
    const Node* key;  // null: an element
    std::size_t index;
    std::size_t end = 0;  // of the path, once spelled out
  };

  std::string_view path() {
    path_.resize(spelled_ == 0 ? 0 : steps_[spelled_ - 1].end);
    for (; spelled_ < steps_.size(); ++spelled_) {
      Step& step = steps_[spelled_];
      if (step.key == nullptr) {
        append_index(path_, step.index);
      } else if (step.key->is_scalar()) {
        append_key(path_, step.key->text());
      } else {
        path_ += "[?]";
      }
      step.end = path_.size();
    }
    return path_;
  }

  void below(const Node& node, Step step, std::uint32_t written) {
    steps_.push_back(step);
    walk(node, written);
    steps_.pop_back();
    spelled_ = std::min(spelled_, steps_.size());
  }

  /// `written` is where the parent begins: what begins before it is an alias.
  void walk(const Node& node, std::uint32_t written) {
    if (node.counts_as_leaf()) {
      if (node.number_ != next_) return;
      ++next_;
      if (visitor_.wants(node)) visitor_.leaf(node, path());
      return;
    }
    const bool entered = evaluated_ || node.begin_ >= written || (node.extra_ != nullptr && node.extra_->from_key);
    if (!entered) return;
    std::uint32_t position = node.begin_;
    std::size_t index = 0;
    for (const Node* element : node.elements()) {
      below(*element, {nullptr, index++}, position);
      position = std::max(position, element->end_);
    }
    for (const Entry& entry : node.written_entries())
      below(*entry.value, {entry.key, 0}, entry.aliased ? UINT32_MAX : node.begin_);
  }

  LeafVisitor& visitor_;
  std::vector<Step> steps_;
  std::size_t spelled_ = 0;  // so many steps stand in path_
  std::string path_;
  std::uint32_t next_;
  bool evaluated_;  // places say nothing of the order, and containers are never shared
};

void visit_leaves(const Document& document, LeafVisitor& visitor) {
  LeafWalk walk(document, visitor);
  for (const Node* root : document.roots()) walk.root(*root);
}

}  // namespace gatec::doc
