#pragma once

#include "compiler/compare/compare.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <type_traits>
#include <unordered_map>
#include <utility>
#include <vector>

namespace gatec::compare {

using base::Decimal;
using ir::Field;
using ir::Gateway;
using ir::List;
using ir::NodeId;
using ir::Origin;
using ir::PlanNode;
using ir::Settings;
using ir::State;
using ir::Value;

template <class T>
struct IsField : std::false_type {};
template <class T>
struct IsField<Field<T>> : std::true_type {};
template <class T>
struct IsList : std::false_type {};
template <class T>
struct IsList<List<T>> : std::true_type {};
template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};

template <class T>
bool same_value(const T& a, const T& b) {
  return a == b;
}
bool same_value(const ir::Window& a, const ir::Window& b) { return same_meaning(a, b); }

template <class T>
bool same_field(const Field<T>& a, const Field<T>& b) {
  const bool has_text = a.state == State::Given || a.state == State::Unknown;  // of the latter, what sets it
  return a.state == b.state && (!has_text || same_value(a.value, b.value));
}

template <class T>
std::string show_field(const void* p) {
  const auto& field = *static_cast<const Field<T>*>(p);
  switch (field.state) {
    case State::Absent: return "none";
    case State::Given: return ir::show(field.value);
    case State::Unlimited: return "unlimited";
    case State::Unknown: return "unknown here";
  }
  return {};
}
std::string show_value(const void* p) { return ir::show(*static_cast<const Value*>(p)); }
template <class T>
std::string show_list(const void* p) {
  std::string text = "[";
  for (const auto& item : static_cast<const List<T>*>(p)->items) {
    if (text.size() > 1) text += ", ";
    text += ir::show(item.value);
  }
  return text + "]";
}

template <class E>
std::string key_of(const void* p) {
  return ir::identity(*static_cast<const E*>(p));
}
std::string pair_key(const void* p) { return static_cast<const std::pair<std::string, Value>*>(p)->first; }

/// Whether a member holds anything to tell of.
template <class M>
bool holds(const M& m) {
  if constexpr (IsField<M>::value || IsList<M>::value) {
    return !m.absent();
  } else if constexpr (IsVector<M>::value) {
    return !m.empty();
  } else if constexpr (ir::Described<M>) {
    return std::apply([&](const auto&... member) { return (holds(m.*member.pointer) || ...); }, ir::Members<M>::list);
  } else {
    return true;
  }
}
template <class M>
bool holds(const M* m) {
  return m != nullptr && holds(*m);
}

inline bool is_blank(const ir::Scope& s) {
  return s.model.value.empty() && s.provider.value.empty() && s.tag.value.empty() && s.per.items.empty();
}

template <class E>
bool same_identity(const E& a, const E& b) {
  if constexpr (requires { a.name.value; }) {
    if constexpr (std::is_same_v<E, ir::Guardrail> || std::is_same_v<E, ir::CredentialSet>)
      return a.name.value == b.name.value;
    return ir::identity(a) == ir::identity(b);
  } else if constexpr (std::is_same_v<E, ir::Param> || std::is_same_v<E, ir::ProviderParam>) {
    return a.name == b.name;
  } else if constexpr (std::is_same_v<E, ir::Extra>) {
    return a.key == b.key && a.section == b.section && a.dialect == b.dialect;
  } else if constexpr (std::is_same_v<E, ir::Price>) {
    return a.unit == b.unit && a.tier == b.tier;
  } else if constexpr (std::is_same_v<E, ir::Limit>) {
    return is_blank(a.scope) && is_blank(b.scope) ? a.counts == b.counts : ir::identity(a) == ir::identity(b);
  } else {
    return ir::identity(a) == ir::identity(b);
  }
}

/// Pairs of indexes, matched by identity and else left single (SIZE_MAX on the missing side). Equal neighbours cost
/// nothing.
using Pairs = std::vector<std::pair<std::size_t, std::size_t>>;
constexpr std::size_t kNone = SIZE_MAX;

/// Limits and budgets may have siblings of the same name, which their amounts tell apart.
template <class E>
bool same_amount(const E& a, const E& b) {
  if constexpr (std::is_same_v<E, ir::Limit> || std::is_same_v<E, ir::Budget>) return same_field(a.amount, b.amount);
  return true;
}

template <class E>
void match(const std::vector<E>& a, const std::vector<E>& b, Pairs& pairs) {
  std::size_t i = 0;
  while (i < a.size() && i < b.size() && same_identity(a[i], b[i]) &&
         (a.size() == b.size() || same_amount(a[i], b[i]))) {
    pairs.emplace_back(i, i);
    ++i;
  }
  if (i == a.size() || i == b.size()) {
    for (std::size_t k = i; k < a.size(); ++k) pairs.emplace_back(k, kNone);
    for (std::size_t j = i; j < b.size(); ++j) pairs.emplace_back(kNone, j);
    return;
  }
  std::unordered_multimap<std::string, std::size_t> rest;
  for (std::size_t j = b.size(); j-- > i;) rest.emplace(ir::identity(b[j]), j);
  std::vector<bool> used(b.size(), false);
  std::vector<std::size_t> of_a(a.size(), kNone);
  for (const bool exactly : {true, false}) {
    for (std::size_t k = i; k < a.size(); ++k) {
      if (of_a[k] != kNone) continue;
      auto [first, last] = rest.equal_range(ir::identity(a[k]));
      auto best = last;
      for (auto it = first; it != last; ++it) {
        if (exactly && !same_amount(a[k], b[it->second])) continue;
        if (best == last || it->second < best->second) best = it;
      }
      if (best == last) continue;
      used[best->second] = true;
      of_a[k] = best->second;
      rest.erase(best);
    }
  }
  for (std::size_t k = i; k < a.size(); ++k) pairs.emplace_back(k, of_a[k]);
  for (std::size_t j = i; j < b.size(); ++j) {
    if (!used[j]) pairs.emplace_back(kNone, j);
  }
}

/// Nobody can tell nameless principals apart: those of one kind are taken in order, whatever the other side calls them.
inline void match_nameless(const std::vector<ir::Principal>& a, const std::vector<ir::Principal>& b, Pairs& pairs) {
  const auto nameless = [](const ir::Principal& p) {
    return p.id.value.empty() && p.alias.value.empty() && p.email.value.empty();
  };
  for (auto& [i, j] : pairs) {
    if (i == kNone || j != kNone || !nameless(a[i])) continue;
    const auto other = std::find_if(pairs.begin(), pairs.end(), [&, kind = a[i].kind](const auto& p) {
      return p.first == kNone && p.second != kNone && b[p.second].kind == kind;
    });
    if (other == pairs.end()) continue;
    j = other->second;
    other->second = kNone;
  }
  std::erase_if(pairs, [](const auto& p) { return p.first == kNone && p.second == kNone; });
}

template <class T>
const T* at_or_null(const std::vector<T>& v, std::size_t i) {
  return i == kNone ? nullptr : &v[i];
}

/// Compares values, lists and described structs, and tells what is the same and what is not.
class ValueComparer {
 protected:
  ValueComparer(Listener& out, bool same_dialect) : out_(out), same_dialect_(same_dialect) {}
  ValueComparer(const ValueComparer&) = delete;
  ValueComparer& operator=(const ValueComparer&) = delete;
  ~ValueComparer() = default;

  void tell(const Pair& pair, bool equal) {
    if (pair.before != nullptr && pair.after != nullptr) {
      if (equal) {
        out_.same(pair);
      } else {
        out_.different(pair, Change::Changed);
      }
    } else {
      out_.different(pair, pair.before != nullptr ? Change::Removed : Change::Added);
    }
  }

  template <class T>
  void value(const Field<T>* x, const Field<T>* y, Class cls) {
    if (x != nullptr && x->absent()) x = nullptr;
    if (y != nullptr && y->absent()) y = nullptr;
    if (x == nullptr && y == nullptr) return;
    if constexpr (std::is_same_v<T, ir::Credential>) cls = Class::Secret;
    tell({path_, cls, x, y, x ? &x->from : nullptr, y ? &y->from : nullptr, &show_field<T>},
         x && y && same_field(*x, *y));
  }

  template <class T>
  void list(const List<T>* x, const List<T>* y, Class cls, ir::Match how) {
    if (x != nullptr && x->absent()) x = nullptr;
    if (y != nullptr && y->absent()) y = nullptr;
    if (x == nullptr && y == nullptr) return;
    out_.enter(x, y);
    const bool empty_x = x == nullptr || x->items.empty();
    const bool empty_y = y == nullptr || y->items.empty();
    if ((x == nullptr || y == nullptr || empty_x != empty_y) && (empty_x || empty_y)) {
      const bool either_empty = (x != nullptr && empty_x) || (y != nullptr && empty_y);
      if (either_empty) tell({path_, cls, x, y, x ? &x->from : nullptr, y ? &y->from : nullptr, &show_list<T>}, false);
    } else if (empty_x && empty_y) {
      tell({path_, cls, x, y, &x->from, &y->from, &show_list<T>}, true);
    }
    list_items(x, y, cls, how);
    out_.leave();
  }

  template <class T>
  void list_items(const List<T>* x, const List<T>* y, Class cls, ir::Match how) {
    const std::size_t n = x ? x->items.size() : 0;
    const std::size_t m = y ? y->items.size() : 0;
    std::vector<bool> used(m, false);
    for (std::size_t i = 0; i < n; ++i) {
      std::size_t j = kNone;
      if (i < m && !used[i] && (how == ir::Match::Ordered || same_field(x->items[i], y->items[i]))) {
        j = i;
      } else if (how == ir::Match::Set) {
        for (std::size_t k = 0; k < m && j == kNone; ++k) {
          if (!used[k] && same_field(x->items[i], y->items[k]) && !(k < n && same_field(x->items[k], y->items[k])))
            j = k;
        }
      }
      if (j != kNone) used[j] = true;
      path_.push_index("", i);
      value(&x->items[i], j == kNone ? nullptr : &y->items[j], cls);
      path_.pop();
    }
    for (std::size_t j = 0; j < m; ++j) {
      if (used[j]) continue;
      path_.push_index("", j);
      value<T>(nullptr, &y->items[j], cls);
      path_.pop();
    }
  }

  void open_value(const Value* x, const Value* y, Class cls) {
    const bool containers = (x && x->is_container()) || (y && y->is_container());
    if (!containers || (x && y && x->kind != y->kind)) {
      if (containers) {
        open_value_parts(x, nullptr, cls);
        open_value_parts(nullptr, y, cls);
        return;
      }
      scalar(x, y, cls);
      return;
    }
    open_value_parts(x, y, cls);
  }

  void scalar(const Value* x, const Value* y, Class cls) {
    if (x == nullptr && y == nullptr) return;
    const bool secret = (x && x->kind == Value::Kind::Secret) || (y && y->kind == Value::Kind::Secret);
    tell({path_, secret ? Class::Secret : cls, x, y, x ? &x->from : nullptr, y ? &y->from : nullptr, &show_value},
         x && y && same_meaning(*x, *y));
  }

  void open_value_parts(const Value* x, const Value* y, Class cls) {
    if (x == nullptr && y == nullptr) return;
    const bool empty_x = x && x->items.empty() && x->pairs.empty();
    const bool empty_y = y && y->items.empty() && y->pairs.empty();
    if (empty_x || empty_y || (x && !x->is_container()) || (y && !y->is_container())) {
      if ((x == nullptr || empty_x || !x->is_container()) && (y == nullptr || empty_y || !y->is_container())) {
        scalar(x, y, cls);
        return;
      }
      if (empty_x) scalar(x, nullptr, cls);
      if (empty_y) scalar(nullptr, y, cls);
    }
    out_.enter(x, y);
    sequence_parts(x, y, cls);
    mapping_parts(x, y, cls);
    out_.leave();
  }

  void sequence_parts(const Value* x, const Value* y, Class cls) {
    const std::size_t n = x ? x->items.size() : 0;
    const std::size_t m = y ? y->items.size() : 0;
    for (std::size_t i = 0; i < std::max(n, m); ++i) {
      path_.push_index("", i);
      open_value(i < n ? &x->items[i] : nullptr, i < m ? &y->items[i] : nullptr, cls);
      path_.pop();
    }
  }

  void mapping_parts(const Value* x, const Value* y, Class cls) {
    if (x != nullptr) {
      for (const auto& entry : x->pairs) {
        path_.push("", &pair_key, &entry);
        open_value(&entry.second, y ? y->find(entry.first) : nullptr, cls);
        path_.pop();
      }
    }
    if (y != nullptr) {
      for (const auto& entry : y->pairs) {
        if (x != nullptr && x->find(entry.first) != nullptr) continue;
        path_.push("", &pair_key, &entry);
        open_value(nullptr, &entry.second, cls);
        path_.pop();
      }
    }
  }

  template <class T>
  void any(const T* x, const T* y, Class cls, ir::Match how) {
    if constexpr (IsField<T>::value) {
      value(x, y, cls);
    } else if constexpr (IsList<T>::value) {
      list(x, y, cls, how);
    } else if constexpr (IsVector<T>::value) {
      elements(x, y, cls);
    } else if constexpr (std::is_same_v<T, Value>) {
      open_value(x, y, cls);
    } else if constexpr (ir::Described<T>) {
      out_.enter(x, y);
      members(x, y, cls);
      out_.leave();
    } else {
      static_assert(sizeof(T) == 0, "no comparison for this member");
    }
  }

  template <class T>
  void members(const T* x, const T* y, Class cls) {
    ir::for_each_member<T>([&](const auto& m) {
      if constexpr (std::is_same_v<T, Gateway>) {
        if (m.name == "layout" && !same_dialect_) {
          if (x != nullptr) moot_layout(*x);
          return;
        }
      }
      const auto* of_x = x ? &(x->*m.pointer) : nullptr;
      const auto* of_y = y ? &(y->*m.pointer) : nullptr;
      if (!holds(of_x) && !holds(of_y)) return;
      path_.push(is_named_value<T> ? std::string_view{} : m.name);
      any(of_x, of_y, inherit_class(x, y, m.cls, cls), m.match);
      path_.pop();
    });
  }

  /// Elements that are nothing but a name and its value: the key of the element says it all.
  template <class T>
  static constexpr bool is_named_value = std::is_same_v<T, ir::Param> || std::is_same_v<T, ir::ProviderParam> ||
                                         std::is_same_v<T, ir::Extra> || std::is_same_v<T, ir::EnvironmentVariable>;

  /// A limit that only steers is a matter of routing, whatever its fields are otherwise.
  template <class T>
  static Class inherit_class(const T* x, const T* y, Class own, Class outer) {
    if constexpr (std::is_same_v<T, ir::Limit>) {
      const ir::Limit* l = x ? x : y;
      if (l->hint.given() && *l->hint) return Class::Route;
    }
    return is_named_value<T> || std::is_same_v<T, ir::Scope> ? outer : own;
  }

  template <class E>
  void elements(const std::vector<E>* x, const std::vector<E>* y, Class cls) {
    if ((x == nullptr || x->empty()) && (y == nullptr || y->empty())) return;
    out_.enter(x, y);
    if constexpr (std::is_same_v<E, Value>) {
      for (std::size_t i = 0; i < std::max(x ? x->size() : 0, y ? y->size() : 0); ++i) {
        path_.push_index("", i);
        open_value(x && i < x->size() ? &(*x)[i] : nullptr, y && i < y->size() ? &(*y)[i] : nullptr, cls);
        path_.pop();
      }
    } else {
      static const std::vector<E> none;
      Pairs pairs;
      match(x ? *x : none, y ? *y : none, pairs);
      if constexpr (std::is_same_v<E, ir::Principal>) match_nameless(x ? *x : none, y ? *y : none, pairs);
      for (const auto& [i, j] : pairs) element(at_or_null(x ? *x : none, i), at_or_null(y ? *y : none, j), cls);
    }
    out_.leave();
  }

  template <class E>
  void element(const E* x, const E* y, Class cls) {
    path_.push("", &key_of<E>, x ? x : y);
    if constexpr (std::is_same_v<E, ir::Extra>) {
      if (x != nullptr && y == nullptr) {
        out_.enter_extra(*x);
      } else {
        out_.enter(x, y);
      }
    } else {
      out_.enter(x, y);
    }
    if constexpr (std::is_same_v<E, ir::Alias>) alias_name(x, y);
    members(x, y, cls);
    out_.leave();
    path_.pop();
  }

  void alias_name(const ir::Alias* x, const ir::Alias* y) {
    static const auto show = +[](const void* p) { return static_cast<const ir::Alias*>(p)->name; };
    const Origin* from_x = x && x->name_from.has_leaves() ? &x->name_from : nullptr;
    if (from_x == nullptr) return;
    tell({path_, Class::Access, x, y, from_x, y ? &y->name_from : nullptr, show}, y != nullptr);
  }

  template <class T>
  void moot(const Field<T>& field, std::string_view why) {
    if (!field.absent())
      out_.moot({path_, Class::Cosmetic, &field, nullptr, &field.from, nullptr, &show_field<T>}, why);
  }
  template <class T>
  void moot_list(const List<T>& l, std::string_view why) {
    if (l.from.has_leaves()) out_.moot({path_, Class::Cosmetic, &l, nullptr, &l.from, nullptr, &show_list<T>}, why);
    for (const auto& item : l.items) moot(item, why);
  }
  void moot_value(const Value& v, std::string_view why) {
    if (v.from.has_leaves()) out_.moot({path_, Class::Cosmetic, &v, nullptr, &v.from, nullptr, &show_value}, why);
    for (const Value& item : v.items) moot_value(item, why);
    for (const auto& pair : v.pairs) moot_value(pair.second, why);
  }
  void moot_layout(const Gateway& gateway) {
    for (const ir::Param& p : gateway.layout) moot_value(p.value, "how a config of the source gateway is laid out");
  }

  Listener& out_;
  bool same_dialect_;
  Path path_;
};

}  // namespace gatec::compare
