#include "targets/key_table.h"

#include "compiler/base/nearest.h"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <functional>
#include <mutex>
#include <unordered_map>
#include <utility>

namespace gatec::targets {
namespace {

constexpr std::uint32_t kNone = UINT32_MAX;
constexpr std::string_view kArrow = " -> ";

struct Node {
  std::string_view key;
  const KeyRow* row = nullptr;
  std::uint32_t parent = kNone;
  std::uint32_t shared = kNone;  // the right side of an arrow, whose children it has too; otherwise itself
  std::uint32_t first_child = kNone;
  std::uint32_t last_child = kNone;
  std::uint32_t next_sibling = kNone;
  std::uint32_t element = kNone;
  std::uint32_t data = kNone;   // `*`
  std::uint32_t rest = kNone;   // `**` directly below
  std::uint32_t cover = kNone;  // `**` below it or below the nearest ancestor
};

std::string_view own_path(const KeyRow& row) { return row.path.substr(0, row.path.find(kArrow)); }

std::string_view shared_path(const KeyRow& row) {
  const auto arrow = row.path.find(kArrow);
  return arrow == std::string_view::npos ? std::string_view{} : row.path.substr(arrow + kArrow.size());
}

/// Cuts the first segment off: a name, or `[]`.
std::string_view next_segment(std::string_view& path) {
  if (path.starts_with("[]")) {
    path.remove_prefix(2);
    if (path.starts_with('.')) path.remove_prefix(1);
    return "[]";
  }
  const auto end = std::min(path.find('.'), path.find("[]"));
  const std::string_view segment = path.substr(0, end);
  path.remove_prefix(segment.size());
  if (path.starts_with('.')) path.remove_prefix(1);
  return segment;
}

bool holds_list(KeyType type) {
  return type == KeyType::List || type == KeyType::StringList || type == KeyType::StringOrList || type == KeyType::Any;
}

bool holds_data_map(KeyType type) { return type == KeyType::IntMap || type == KeyType::SecretRefMap; }

bool holds_anything(const KeyRow* row) {
  return row == nullptr || row->type == KeyType::Any || row->type == KeyType::Map || row->type == KeyType::List;
}

std::uint32_t first_of(std::uint32_t own, std::uint32_t shared) { return own != kNone ? own : shared; }

bool is_offered(const KeyRow* row) {
  return row != nullptr && (row->handling == Handling::Read || row->handling == Handling::Keep);
}

}  // namespace

struct KeyTable::Cursor::Trie {
  std::vector<Node> nodes;
  std::vector<std::uint32_t> slots;

  explicit Trie(std::span<const KeyRow> rows) {
    nodes.reserve(rows.size() + rows.size() / 4 + 1);
    slots.assign(std::bit_ceil(4 * rows.size() + 16), kNone);
    nodes.emplace_back().shared = 0;
    for (const KeyRow& row : rows) nodes[make(own_path(row))].row = &row;
    for (const KeyRow& row : rows) {
      if (const auto shared = shared_path(row); !shared.empty()) {
        const std::uint32_t target = make(shared);
        nodes[make(own_path(row))].shared = target;
      }
    }
    // parents come before their children
    for (Node& node : nodes) {
      if (node.rest != kNone) {
        node.cover = node.rest;
      } else if (node.parent != kNone) {
        node.cover = nodes[node.parent].cover;
      }
      if (node.row == nullptr && node.key == "[]") node.row = nodes[node.parent].row;
    }
  }

  [[nodiscard]] std::size_t slot_of(std::uint32_t parent, std::string_view key) const {
    const std::size_t mask = slots.size() - 1;
    std::size_t at = (std::hash<std::string_view>{}(key) ^ (parent * std::size_t{0x9E3779B97F4A7C15})) & mask;
    while (slots[at] != kNone && (nodes[slots[at]].parent != parent || nodes[slots[at]].key != key))
      at = (at + 1) & mask;
    return at;
  }

  [[nodiscard]] std::uint32_t find(std::uint32_t parent, std::string_view key) const {
    return slots[slot_of(parent, key)];
  }

  std::uint32_t make(std::string_view path) {
    std::uint32_t at = 0;
    while (!path.empty()) {
      const std::string_view segment = next_segment(path);
      const std::size_t slot = slot_of(at, segment);
      if (slots[slot] == kNone)
        at = add(at, segment, slot);
      else
        at = slots[slot];
    }
    return at;
  }

  std::uint32_t add(std::uint32_t parent, std::string_view key, std::size_t slot) {
    const auto index = static_cast<std::uint32_t>(nodes.size());
    slots[slot] = index;
    Node& node = nodes.emplace_back();
    node.key = key;
    node.parent = parent;
    node.shared = index;
    Node& above = nodes[parent];
    if (key == "[]") {
      above.element = index;
    } else if (key == "*") {
      above.data = index;
    } else if (key == "**") {
      above.rest = index;
    } else {
      (above.last_child == kNone ? above.first_child : nodes[above.last_child].next_sibling) = index;
      above.last_child = index;
    }
    if (2 * nodes.size() > slots.size()) rehash();
    return index;
  }

  void rehash() {
    slots.assign(2 * slots.size(), kNone);
    for (std::uint32_t i = 1; i < nodes.size(); ++i) slots[slot_of(nodes[i].parent, nodes[i].key)] = i;
  }
};

const AreaRow* find_area(std::span<const AreaRow> areas, std::string_view name) {
  const auto found = std::ranges::find(areas, name, &AreaRow::name);
  return found == areas.end() ? nullptr : &*found;
}

KeyTable::KeyTable(std::span<const KeyRow> rows) : rows_(rows) {}
KeyTable::~KeyTable() = default;

const KeyTable::Cursor::Trie& KeyTable::trie() const {
  std::call_once(once_, [this] { trie_ = std::make_unique<const Cursor::Trie>(rows_); });
  return *trie_;
}

KeyTable::Cursor KeyTable::root(std::string_view name) const {
  const Cursor::Trie& all = trie();
  if (name.empty()) return Cursor(&all, 0, Cursor::How::Named);
  const std::uint32_t found = all.find(0, name);
  return found == kNone ? Cursor{} : Cursor(&all, found, Cursor::How::Named);
}

KeyTable::Cursor KeyTable::Cursor::child(std::string_view key) const {
  if (!known() || how_ == How::Scalar) return {};
  if (how_ == How::Covered) return *this;
  if (node_ == 0 && key.starts_with('$')) return {};
  const Node& here = trie_->nodes[node_];
  const Node& shared = trie_->nodes[here.shared];
  // `[]`, `*` and `**` are marks of the table, not names
  if (key != "[]" && key != "*" && key != "**") {
    std::uint32_t found = trie_->find(node_, key);
    if (found == kNone && here.shared != node_) found = trie_->find(here.shared, key);
    if (found != kNone) return Cursor(trie_, found, How::Named);
  }
  if (const std::uint32_t data = first_of(here.data, shared.data); data != kNone)
    return Cursor(trie_, data, How::Named);
  return below(first_of(here.rest, shared.rest), here.row != nullptr && holds_data_map(here.row->type));
}

KeyTable::Cursor KeyTable::Cursor::element() const {
  if (!known()) return {};
  // a webhook map holds one address or several
  if (how_ == How::Scalar) return row()->type == KeyType::SecretRefMap ? *this : Cursor{};
  if (how_ == How::Covered) return *this;
  const Node& here = trie_->nodes[node_];
  const Node& shared = trie_->nodes[here.shared];
  const std::uint32_t element = first_of(here.element, shared.element);
  if (element != kNone) return Cursor(trie_, element, How::Named);
  return below(first_of(here.rest, shared.rest), here.row != nullptr && holds_list(here.row->type));
}

KeyTable::Cursor KeyTable::Cursor::below(std::uint32_t rest, bool scalar) const {
  if (rest != kNone) return Cursor(trie_, rest, How::Covered);
  if (scalar) return Cursor(trie_, node_, How::Scalar);
  const Node& here = trie_->nodes[node_];
  const std::uint32_t cover = first_of(trie_->nodes[here.shared].cover, here.cover);
  return cover != kNone && holds_anything(here.row) ? Cursor(trie_, cover, How::Covered) : Cursor{};
}

const KeyRow* KeyTable::Cursor::row() const { return known() ? trie_->nodes[node_].row : nullptr; }

bool KeyTable::Cursor::open() const {
  if (!known() || how_ == How::Scalar) return false;
  if (how_ == How::Covered) return true;
  const Node& here = trie_->nodes[node_];
  const Node& shared = trie_->nodes[here.shared];
  if (first_of(here.data, shared.data) != kNone) return true;
  return below(first_of(here.rest, shared.rest), here.row != nullptr && holds_data_map(here.row->type)).known();
}

std::optional<std::string_view> KeyTable::nearest(Cursor parent, std::string_view key) const {
  if (!parent.known() || parent.how_ != Cursor::How::Named) return std::nullopt;
  const auto& nodes = parent.trie_->nodes;
  std::vector<std::string_view> candidates;
  const auto collect = [&](std::uint32_t holder) {
    for (std::uint32_t i = nodes[holder].first_child; i != kNone; i = nodes[i].next_sibling) {
      if (is_offered(nodes[i].row) && !nodes[i].key.starts_with('$')) candidates.push_back(nodes[i].key);
    }
  };
  collect(parent.node_);
  if (nodes[parent.node_].shared != parent.node_) collect(nodes[parent.node_].shared);
  return base::nearest_word(key, candidates);
}

namespace {

/// Rows by the last word of their path, each list in the order of the rows.
using ByName = std::vector<std::pair<std::string_view, const KeyRow*>>;

/// Made once for each table, by any thread.
const ByName& by_name(std::span<const KeyRow> rows) {
  static std::mutex mutex;
  static std::unordered_map<const KeyRow*, ByName> tables;
  const std::lock_guard lock(mutex);
  const auto [known, fresh] = tables.try_emplace(rows.data());
  if (fresh) {
    for (const KeyRow& row : rows) {
      if (!is_offered(&row)) continue;
      const std::string_view path = own_path(row);
      known->second.emplace_back(path.substr(path.rfind('.') + 1), &row);
    }
    std::ranges::stable_sort(known->second, {}, [](const auto& row) { return row.first; });
  }
  return known->second;
}

}  // namespace

std::vector<std::string_view> KeyTable::homes(std::string_view key) const {
  std::vector<std::string_view> out;
  const std::string_view last = key.substr(key.rfind('.') + 1);
  const ByName& rows = by_name(rows_);
  const auto name_of = [](const auto& row) { return row.first; };
  for (auto at = std::ranges::lower_bound(rows, last, {}, name_of); at != rows.end() && at->first == last; ++at) {
    const std::string_view path = own_path(*at->second);
    if (!path.ends_with(key)) continue;
    const std::size_t start = path.size() - key.size();
    if (start == 0)
      out.emplace_back();
    else if (path[start - 1] == '.')
      out.push_back(path.substr(0, start - 1));
  }
  std::stable_partition(out.begin(), out.end(), [](std::string_view home) { return !home.starts_with('$'); });
  return out;
}

}  // namespace gatec::targets
