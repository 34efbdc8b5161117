#include "compiler/doc/tree_builder.h"

#include "compiler/doc/scalar_types.h"

#include <algorithm>
#include <limits>

namespace gatec::doc {
namespace {

using diagnostics::DiagId;

constexpr std::string_view kMergeTag = "tag:yaml.org,2002:merge";

std::uint32_t saturating_add(std::uint32_t a, std::uint32_t b) { return b > UINT32_MAX - a ? UINT32_MAX : a + b; }

/// A name for a message: of one line and not endless.
std::string shown(std::string_view name) {
  constexpr std::size_t kShown = 60;
  std::size_t length = std::min(name.size(), kShown);
  while (length < name.size() && (static_cast<unsigned char>(name[length]) & 0xC0U) == 0x80U) --length;
  std::string out;
  for (const char c : name.substr(0, length)) out += static_cast<unsigned char>(c) < 0x20 ? ' ' : c;
  if (length < name.size()) out += "…";
  return out;
}

/// A quick look at length and ends of the keys, which mostly differ.
bool may_repeat(std::span<const Entry> entries) {
  std::uint64_t seen = 0;
  for (const Entry& entry : entries) {
    const std::string_view key = entry.key->text();
    const auto ends =
        key.empty() ? 0U : static_cast<unsigned char>(key.front()) * 5U + static_cast<unsigned char>(key.back()) * 3U;
    const std::uint64_t bit = std::uint64_t{1} << ((ends + key.size()) & 63U);
    if ((seen & bit) != 0) return true;
    seen |= bit;
  }
  return false;
}

std::string alias_text(std::string_view name) { return "`*" + shown(name) + "`"; }

}  // namespace

TreeBuilder::TreeBuilder(const source::SourceManager& sources, source::FileId file, diagnostics::Sink& sink,
                         const ReadOptions& options, Format format)
    : sources_(sources),
      file_(file),
      sink_(sink),
      options_(options),
      arena_((document_.arena_ = std::make_unique<Arena>(sources.text(file).size() * 4), *document_.arena_)),
      next_leaf_(options.first_leaf) {
  document_.file_ = file;
  document_.format_ = format;
  document_.first_leaf_ = options.first_leaf;
  frames_.reserve(32);
  items_.reserve(64);
}

void TreeBuilder::document_start() {
  anchors_.clear();
  brought_ = 0;
}

Node::Extra& TreeBuilder::extra(Node& node) {
  if (node.extra_ == nullptr) node.extra_ = arena_.make<Node::Extra>();
  return *node.extra_;
}

Node* TreeBuilder::make_node(Kind kind, Style style, std::uint32_t begin, std::uint32_t end,
                             const Properties& properties) {
  Node* const node = arena_.make<Node>();
  node->kind_ = kind;
  node->style_ = style;
  node->file_ = file_;
  node->begin_ = begin;
  node->end_ = end;
  if (!properties.tag.empty()) extra(*node).tag = arena_.copy(properties.tag);
  if (!properties.anchor.empty()) extra(*node).anchor = arena_.copy(properties.anchor);
  return node;
}

bool TreeBuilder::next_is_key() const {
  if (frames_.empty()) return false;
  const Frame& top = frames_.back();
  return top.in_key || (top.node->is_mapping() && (items_.size() - top.first_item) % 2 == 0);
}

void TreeBuilder::number(Node& node) { node.number_ = next_leaf_++; }

void TreeBuilder::push(const Node* node, bool aliased, std::uint32_t end, std::uint32_t expanded,
                       std::uint32_t height) {
  if (frames_.empty()) {
    document_.roots_.push_back(node);
    return;
  }
  items_.push_back({node, aliased});
  Frame& top = frames_.back();
  top.last_end = std::max(top.last_end, end);
  top.expanded = saturating_add(top.expanded, expanded);
  top.height = std::max(top.height, height);
}

bool TreeBuilder::scalar(const Scalar& event, const Properties& properties) {
  Node* const node = make_node(Kind::Scalar, event.style, event.begin, event.end, properties);
  const std::string_view text = event.in_source ? event.text : arena_.copy(event.text);
  node->type_ = event.type;
  node->text_ = text.data();
  node->count_ = static_cast<std::uint32_t>(text.size());
  const bool key = next_is_key();
  if (!key) number(*node);
  if (!properties.anchor.empty()) anchors_[node->anchor()] = {node, 0, false, key};
  push(node, false, event.end, 1, 0);
  return true;
}

bool TreeBuilder::alias(std::string_view name, std::uint32_t begin, std::uint32_t end) {
  const auto found = anchors_.find(name);
  if (found == anchors_.end()) {
    return refuse(sink_
                      .report(DiagId::AliasUnknown, span(begin, end),
                              "the alias " + alias_text(name) + " names no anchor before it")
                      .note("if the star belongs to the text, put the value in quotes"));
  }
  Anchor& anchor = found->second;
  if (anchor.open) {
    return refuse(sink_
                      .report(DiagId::AliasExpansion, span(begin, end),
                              "the alias " + alias_text(name) + " stands inside the value that it repeats")
                      .label(span(anchor.node->begin_, anchor.node->begin_), "the value starts here"));
  }
  if (frames_.size() + anchor.height > static_cast<std::size_t>(kMaxDepth)) {
    return refuse(
        sink_.report(DiagId::TooDeep, span(begin, end),
                     "written out, this alias nests more than " + std::to_string(kMaxDepth) + " levels deep"));
  }
  brought_ = saturating_add(brought_, anchor.node->expanded_size());
  if (brought_ > kMaxExpandedNodes) {
    return refuse(sink_.report(
        DiagId::AliasExpansion, span(begin, end),
        "written out, the aliases up to here hold more than " + std::to_string(kMaxExpandedNodes) + " values"));
  }
  // What was first written inside a key becomes a value, and so a leaf, with the first alias that stands for a value.
  if (anchor.from_key && !next_is_key()) {
    number_key_leaves(*anchor.node);
    anchor.from_key = false;
  }
  push(anchor.node, true, end, anchor.node->expanded_size(), anchor.height);
  return true;
}

void TreeBuilder::number_key_leaves(const Node& node) {
  auto& own = const_cast<Node&>(node);
  if (node.counts_as_leaf()) {
    if (node.number_ == UINT32_MAX) number(own);
    return;
  }
  if (extra(own).from_key) return;
  extra(own).from_key = true;
  for (const Node* element : node.elements()) number_key_leaves(*element);
  for (const Entry& entry : node.written_entries()) number_key_leaves(*entry.value);
}

bool TreeBuilder::start(Kind kind, Style style, std::uint32_t begin, const Properties& properties) {
  if (frames_.size() >= static_cast<std::size_t>(kMaxDepth)) {
    return refuse(sink_.report(DiagId::TooDeep, span(begin, begin + 1),
                               "this is nested more than " + std::to_string(kMaxDepth) + " levels deep"));
  }
  Node* const node = make_node(kind, style, begin, begin, properties);
  Frame frame{node, items_.size(), begin};
  frame.in_key = next_is_key();
  frame.anchored = !properties.anchor.empty();
  if (frame.anchored) anchors_[node->anchor()] = {node, 0, true, frame.in_key};
  frames_.push_back(frame);
  return true;
}

bool TreeBuilder::end(std::uint32_t end) {
  const Frame frame = frames_.back();
  Node& node = *frame.node;
  if (node.is_mapping()) {
    if (!close_mapping(frame)) return false;
  } else {
    close_sequence(frame);
  }
  items_.resize(frame.first_item);
  frames_.pop_back();
  node.end_ = node.style_ == Style::Block ? frame.last_end : std::max(end, frame.last_end);
  if (node.count_ != 0) {
    node.number_ = frame.expanded;
  } else if (!frame.in_key) {
    number(node);
  }
  if (frame.anchored) {
    const auto found = anchors_.find(node.anchor());
    if (found->second.node == &node) {
      found->second.open = false;
      found->second.height = frame.height + 1;
    }
  }
  push(&node, false, node.end_, node.expanded_size(), frame.height + 1);
  return true;
}

void TreeBuilder::close_sequence(const Frame& frame) {
  const std::size_t count = items_.size() - frame.first_item;
  auto* const elements = arena_.array<const Node*>(count);
  for (std::size_t i = 0; i < count; ++i) elements[i] = items_[frame.first_item + i].node;
  frame.node->elements_ = elements;
  frame.node->count_ = static_cast<std::uint32_t>(count);
}

bool TreeBuilder::is_merge_key(const Node& key) {
  if (!key.is_scalar()) return false;
  if (!key.tag().empty()) return key.tag() == kMergeTag;
  return key.style() == Style::Plain && key.text() == "<<";
}

bool TreeBuilder::close_mapping(const Frame& frame) {
  Node& node = *frame.node;
  const std::size_t count = (items_.size() - frame.first_item) / 2;
  auto* const first = arena_.array<Entry>(count);
  bool merges = false;
  bool complex = false;
  for (std::size_t i = 0; i < count; ++i) {
    const Item& key = items_[frame.first_item + 2 * i];
    const Item& value = items_[frame.first_item + 2 * i + 1];
    const bool merge_key = document_.format_ == Format::Yaml && is_merge_key(*key.node);
    first[i] = {key.node, value.node, merge_key ? Loss::MergeKey : Loss::None, value.aliased};
    merges = merges || merge_key;
    complex = complex || !key.node->is_scalar();
  }
  const std::span<Entry> entries{first, count};
  node.entries_ = first;
  node.count_ = static_cast<std::uint32_t>(count);
  if (complex) report_complex_keys(entries);
  bool lost = false;
  const KeyIndex* const index = find_duplicates(entries, lost);
  if (lost && options_.report_duplicates) report_duplicates(entries);
  if (merges || lost) return merge(node, entries);
  if (index != nullptr) extra(node).index = index;
  return true;
}

KeyIndex* TreeBuilder::find_duplicates(std::span<Entry> entries, bool& lost) {
  const auto counts = [](const Entry& entry) { return entry.loss == Loss::None && entry.key->is_scalar(); };
  if (entries.size() <= kLinearKeys) {
    if (!may_repeat(entries)) return nullptr;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      for (std::size_t j = i + 1; j < entries.size() && counts(entries[i]); ++j) {
        if (!counts(entries[j]) || entries[i].key->text() != entries[j].key->text()) continue;
        entries[i].loss = Loss::Duplicate;
        lost = true;
      }
    }
    return nullptr;
  }
  KeyIndex* const index = KeyIndex::make(arena_, entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    if (!counts(entries[i])) continue;
    std::uint32_t& slot = index->slot(entries, entries[i].key->text());
    if (slot != 0) {
      entries[slot - 1].loss = Loss::Duplicate;
      lost = true;
    }
    slot = static_cast<std::uint32_t>(i + 1);
  }
  return index;
}

void TreeBuilder::report_complex_keys(std::span<const Entry> entries) {
  for (const Entry& entry : entries) {
    if (entry.key->is_scalar()) continue;
    sink_.report(DiagId::ComplexKey, entry.key->span(),
                 entry.key->is_mapping() ? "this key is a mapping, and no gateway reads such a key"
                                         : "this key is a list, and no gateway reads such a key");
  }
}

void TreeBuilder::report_duplicates(std::span<const Entry> entries) {
  std::unordered_map<std::string_view, const Node*> last;
  for (const Entry& entry : entries) {
    if (entry.loss == Loss::None && entry.key->is_scalar()) last[entry.key->text()] = entry.key;
  }
  for (const Entry& entry : entries) {
    if (entry.loss != Loss::Duplicate) continue;
    sink_
        .report(DiagId::DuplicateKey, entry.key->span(),
                "the key `" + shown(entry.key->text()) + "` is repeated in this mapping, and the last one wins")
        .label(last[entry.key->text()]->span(), "this one counts");
  }
}

bool TreeBuilder::collect_merged(const Entry& entry, std::vector<const Node*>& sources) {
  const Node& value = *entry.value;
  const auto refuse_it = [&](const Node& what) {
    const char* const found = what.is_sequence() ? "a list" : what.is_null() ? "empty" : "a single value";
    // An alias is shown where it is used, behind its key.
    const bool aliased = entry.aliased || what.begin_ < entry.value->begin_;
    const source::Span place = aliased ? entry.key->span() : what.span();
    return refuse(sink_.report(DiagId::BadMerge, place, std::string("`<<` merges mappings, but this is ") + found)
                      .note("give it a mapping, an alias of one, or a list of these"));
  };
  if (value.is_mapping()) {
    sources.push_back(&value);
    return true;
  }
  if (value.is_scalar()) return refuse_it(value);
  for (const Node* element : value.elements()) {
    if (!element->is_mapping()) return refuse_it(*element);
    sources.push_back(element);
  }
  return true;
}

/// PyYAML puts the pairs of every `<<` before the written ones and lets the last of a key win: a later `<<` beats an
/// earlier one, and in a list the earlier mapping beats the later.
bool TreeBuilder::merge(Node& node, std::span<const Entry> entries) {
  std::vector<const Node*> sources;
  for (std::size_t i = entries.size(); i-- > 0;) {
    if (entries[i].loss == Loss::MergeKey && !collect_merged(entries[i], sources)) return false;
  }
  std::size_t candidates = entries.size();
  for (const Node* source : sources) candidates += source->entries().size();

  auto* const effective = arena_.array<Entry>(candidates);
  KeyIndex* const index = KeyIndex::make(arena_, candidates);
  std::uint32_t count = 0;
  std::vector<Entry> overridden;
  const auto add = [&](const Entry& entry) {
    if (entry.key->is_scalar()) {
      std::uint32_t& slot = index->slot({effective, count}, entry.key->text());
      if (slot != 0) {
        overridden.push_back(entry);
        return;
      }
      slot = count + 1;
    }
    effective[count++] = entry;
  };
  for (const Entry& entry : entries) {
    if (entry.loss == Loss::None) add(entry);
  }
  for (const Node* source : sources) {
    for (const Entry& entry : source->entries()) add(entry);
  }

  Node::Extra& out = extra(node);
  out.replaced = true;
  out.effective = {effective, count};
  out.index = index;
  if (!overridden.empty()) {
    auto* const kept = arena_.array<Entry>(overridden.size());
    std::copy(overridden.begin(), overridden.end(), kept);
    out.overridden = {kept, overridden.size()};
  }
  return true;
}

ReadResult TreeBuilder::finish() {
  if (refused_) return *refused_;
  if (document_.root() == nullptr) {
    const auto end = static_cast<std::uint32_t>(sources_.text(file_).size());
    return sink_.report(DiagId::EmptyDocument, span(end, end), "the input holds no document").told();
  }
  document_.leaf_count_ = next_leaf_ - document_.first_leaf_;
  return std::move(document_);
}

}  // namespace gatec::doc
