#include "compiler/doc/node.h"

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
  path += std::to_string(index);
  path += ']';
}

/// Aliases are met again where they stand, so a leaf counts only where its number is the next one.
class LeafWalk {
 public:
  LeafWalk(const Document& document, LeafVisitor& visitor) : visitor_(visitor), next_(document.first_leaf()) {}

  void root(const Node& node) {
    path_.clear();
    walk(node, 0);
  }

 private:
  /// `written` is where the parent begins: what begins before it is an alias.
  void walk(const Node& node, std::uint32_t written) {
    if (node.counts_as_leaf()) {
      if (node.number_ != next_) return;
      ++next_;
      visitor_.leaf(node, path_);
      return;
    }
    const bool entered = node.begin_ >= written || (node.extra_ != nullptr && node.extra_->from_key);
    if (!entered) return;
    const std::size_t length = path_.size();
    std::uint32_t position = node.begin_;
    std::size_t index = 0;
    for (const Node* element : node.elements()) {
      append_index(path_, index++);
      walk(*element, position);
      path_.resize(length);
      position = std::max(position, element->end_);
    }
    for (const Entry& entry : node.written_entries()) {
      if (entry.key->is_scalar()) {
        append_key(path_, entry.key->text());
      } else {
        path_ += "[?]";
      }
      walk(*entry.value, entry.aliased ? UINT32_MAX : node.begin_);
      path_.resize(length);
    }
  }

  LeafVisitor& visitor_;
  std::string path_;
  std::uint32_t next_;
};

void visit_leaves(const Document& document, LeafVisitor& visitor) {
  LeafWalk walk(document, visitor);
  for (const Node* root : document.roots()) walk.root(*root);
}

}  // namespace gatec::doc
