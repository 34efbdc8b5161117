#pragma once

#include "compiler/base/nearest.h"
#include "targets/gate/reader.h"

namespace gatec::targets::gate {

template <class F>
void Reader::each_body(const Node& node, F f) {
  if (node.is_mapping()) f(node);
  if (is_blocks(node)) {
    for (const Node* body : node.elements()) f(*body);
  }
}

template <class E, std::size_t N, class Name>
bool Reader::enumerated(const Node& node, E& out, const std::array<E, N>& all, Name name, std::string_view what) {
  const std::string said = word(text(node));
  std::vector<std::string> words;
  for (const E e : all) {
    words.push_back(word(name(e)));
    if (words.back() != said) continue;
    out = e;
    return true;
  }
  std::string expected = "one of";
  for (const std::string& w : words) (expected += ' ') += w;
  wrong(node, what, expected);
  return false;
}

template <class T>
void Reader::any(const Node& node, Field<T>& field, std::string_view what) {
  const Tag t = tag(node);
  if (node.is_null()) {
    take(node);
    return;
  }
  if (t.kind == "unlimited") {
    field = Field<T>::unlimited(origin(node));
    return;
  }
  if (t.kind == "unknown") {
    field = Field<T>::unknown(origin(node));
    if constexpr (std::is_same_v<T, std::string>) field.value = node.text();
    return;
  }
  T out{};
  if (scalar(node, out, what)) field = {std::move(out), origin(node)};
}

template <class T>
void Reader::any(const Node& node, ir::List<T>& list, std::string_view what) {
  if (node.is_null()) {
    take(node);
    return;
  }
  const std::string_view kind = tag(node).kind;
  if (kind == "unlimited" || kind == "unknown") {
    list.state = kind == "unlimited" ? ir::State::Unlimited : ir::State::Unknown;
    list.from = origin(node);
    return;
  }
  list.state = ir::State::Given;
  const auto push = [&](const Node& item) {
    Field<T> field;
    any(item, field, what);
    if (!field.absent()) list.items.push_back(std::move(field));
  };
  if (node.is_sequence() && !is_blocks(node)) {
    if (node.empty()) list.from = origin(node);
    for (const Node* item : node.elements()) push(*item);
  } else if (node.is_scalar()) {
    push(node);
  } else {
    wrong(node, what, "a list");
  }
}

template <class T>
void Reader::any(const Node& node, std::vector<T>&, std::string_view what) {
  wrong(node, what, "nothing here");
}

template <ir::Described T>
void Reader::any(const Node& node, T& value, std::string_view what) {
  if (!node.is_mapping() && !is_blocks(node)) {
    wrong(node, what, "a map or a block");
    return;
  }
  each_body(node, [&](const Node& body) {
    if (body.empty()) take(body);
    for (const doc::Entry& entry : body.entries()) {
      if (member(entry, value)) continue;
      std::vector<std::string_view> known;
      names_of<T>(known);
      unknown(entry, std::move(known), what);
    }
  });
}

template <class T>
bool Reader::member(const doc::Entry& entry, T& value) {
  bool found = false;
  ir::for_each_member<T>([&](const auto& m) {
    if (found || m.name != entry.key->text()) return;
    found = true;
    any(*entry.value, value.*m.pointer, m.name);
  });
  return found;
}

template <class T>
void Reader::names_of(std::vector<std::string_view>& names) {
  ir::for_each_member<T>([&](const auto& m) { names.push_back(m.name); });
}

}  // namespace gatec::targets::gate
