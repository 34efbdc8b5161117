#pragma once

#include "targets/gate/writer.h"

#include <algorithm>

namespace gatec::targets::gate {

template <class T>
std::string Writer::field(const ir::Field<T>& f, std::string_view name) {
  switch (f.state) {
    case ir::State::Absent: return "none";
    case ir::State::Unlimited: return "unlimited";
    case ir::State::Unknown:
      if constexpr (std::is_same_v<T, std::string>)
        return f.value.empty() ? "unknown()" : "unknown(" + syntax::quoted_string(f.value) + ")";
      return "unknown()";
    case ir::State::Given: break;
  }
  return text(f.value, name, &f);
}

template <class T>
void Writer::any(Lines& to, std::string_view name, const ir::Field<T>& f) {
  if (!f.absent()) put(to, name, field(f, name), f.from);
}

template <class T>
void Writer::any(Lines& to, std::string_view name, const ir::List<T>& list) {
  if (list.absent()) return;
  if (list.state == ir::State::Unlimited || list.state == ir::State::Unknown) {
    put(to, name, list.state == ir::State::Unlimited ? "unlimited" : "unknown()", list.from);
    return;
  }
  std::string out = "[";
  for (const auto& item : list.items) {
    if (out.size() > 1) out += ", ";
    out += field(item, name);
  }
  put(to, name, out + "]", list.items.empty() ? list.from : list.items.front().from);
}

template <ir::Described T>
void Writer::any(Lines& to, std::string_view name, const T& value) {
  Lines inner;
  members(inner, value);
  if (inner.empty()) return;
  const bool flat = std::none_of(inner.begin(), inner.end(), [](const Line& l) { return l.block; });
  if (flat) {
    to.push_back({syntax::quoted_name(name) + " = " + map(inner), false, {}});
  } else {
    to.push_back({syntax::quoted_name(name), true, std::move(inner)});
  }
}

template <class T>
void Writer::members(Lines& to, const T& value, std::initializer_list<std::string_view> but) {
  ir::for_each_member<T>([&](const auto& m) {
    if (std::find(but.begin(), but.end(), m.name) == but.end()) any(to, m.name, value.*m.pointer);
  });
}

}  // namespace gatec::targets::gate
