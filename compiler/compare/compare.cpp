#include "compiler/compare/compare.h"

#include "compiler/base/aside.h"
#include "compiler/base/pointer_map.h"
#include "compiler/ir/resolved.h"

#include <algorithm>
#include <memory>
#include <span>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace gatec::compare {
namespace {

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

/// Which fields of some settings are there, one bit each in the order of their description.
using Bits = std::uint64_t;
template <class F>
void each_setting(F&& f) {
  unsigned bit = 0;
  ir::for_each_member<Settings>([&](const auto& outer) {
    using Outer = std::remove_cvref_t<decltype(std::declval<Settings>().*outer.pointer)>;
    if constexpr (IsField<Outer>::value || IsList<Outer>::value) {
      f(Bits{1} << bit++, outer, outer, [&](const Settings& s) -> const Outer& { return s.*outer.pointer; });
    } else {
      ir::for_each_member<Outer>([&](const auto& inner) {
        using Inner = std::remove_cvref_t<decltype(std::declval<Outer>().*inner.pointer)>;
        f(Bits{1} << bit++, outer, inner,
          [&](const Settings& s) -> const Inner& { return s.*outer.pointer.*inner.pointer; });
      });
    }
  });
}

Bits bits_of(const Settings& s) {
  Bits bits = 0;
  each_setting([&](Bits bit, const auto&, const auto&, auto pick) { bits |= holds(pick(s)) ? bit : 0; });
  return bits;
}

bool is_blank(const ir::Scope& s) {
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
void match_nameless(const std::vector<ir::Principal>& a, const std::vector<ir::Principal>& b, Pairs& pairs) {
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

/// One gateway while a plan is walked: the settings on the way down, the gateway's own first.
struct Side {
  struct Link {
    const Settings* settings;
    Bits bits;
  };
  const Gateway* gateway = nullptr;
  std::vector<Link> chain;

  explicit Side(const Gateway& g)
      : gateway(&g), nodes_(g.nodes.size(), kUnknown), deployments_(g.deployments.size(), kUnknown) {
    chain.push_back({&g.defaults, bits_of(g.defaults)});
  }
  void push(const PlanNode& n) { chain.push_back({&n.settings, bits(n)}); }
  void push(const ir::Deployment& d) { chain.push_back({&d.settings, bits(d)}); }
  void pop() { chain.pop_back(); }
  [[nodiscard]] Bits bits(const PlanNode& n) {
    return known(nodes_[static_cast<std::size_t>(&n - gateway->nodes.data())], n.settings);
  }
  [[nodiscard]] Bits bits(const ir::Deployment& d) {
    return known(deployments_[static_cast<std::size_t>(&d - gateway->deployments.data())], d.settings);
  }
  [[nodiscard]] Bits bits() const {
    Bits all = 0;
    for (const Link& link : chain) all |= link.bits;
    return all;
  }

 private:
  static constexpr Bits kUnknown = ~Bits{0};
  static Bits known(Bits& bits, const Settings& s) {
    if (bits == kUnknown) bits = bits_of(s);
    return bits;
  }
  std::vector<Bits> nodes_, deployments_;  // what was looked at already
};

/// Values that were met.
class Met {
 public:
  void insert(const void* value) {
    if (known_.insert(value)) all_.push_back(value);
  }
  [[nodiscard]] bool contains(const void* value) const { return known_.contains(value); }
  void insert(const Met& others) {
    for (const void* value : others.all_) insert(value);
  }

 private:
  base::PointerMap known_;
  std::vector<const void*> all_;
};

class Comparer {
 public:
  Comparer(const Gateway& a, const Gateway& b, Listener& out)
      : out_(out), same_dialect_(a.dialect == b.dialect), a_(a), b_(b) {}

  void run() {
    out_.enter(a_.gateway, b_.gateway);
    routes();
    default_fallbacks();
    policy_default();
    idle_settings();
    providers();
    members(a_.gateway, b_.gateway, Class::Route);
    out_.leave();
  }

 private:
  // ---- values
  // --------------------------------------------------------------------------------------------------------

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

  // ---- described structs
  // ---------------------------------------------------------------------------------------------

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
        if (m.name == "layout" && !same_dialect_) return;
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

  // ---- routes and plans
  // ----------------------------------------------------------------------------------------------

  using RoutePair = std::pair<const ir::Route*, const ir::Route*>;

  void routes() {
    constexpr std::size_t kWorthAThread = 100;
    const std::vector<RoutePair> pairs = matched_routes();
    const std::span<const RoutePair> all = pairs;
    const std::unique_ptr<Listener> beside = all.size() > kWorthAThread ? out_.beside() : nullptr;
    if (beside == nullptr) {
      routes(all);
      return;
    }
    const std::size_t half = all.size() / 2;
    Comparer second(*a_.gateway, *b_.gateway, *beside);
    base::Aside work(true, [&] {
      beside->enter(a_.gateway, b_.gateway);
      second.routes(all.subspan(half));
      beside->leave();
    });
    routes(all.first(half));
    work.wait();
    if (out_.take(*beside)) {
      arrived_.insert(second.arrived_);
      seen_providers_.insert(second.seen_providers_);
    } else {
      routes(all.subspan(half));
    }
  }

  [[nodiscard]] std::vector<RoutePair> matched_routes() const {
    std::unordered_map<std::string_view, const ir::Route*> by_name;
    for (const ir::Route& r : b_.gateway->routes) by_name.emplace(*r.name, &r);
    std::unordered_set<const ir::Route*> used;
    std::vector<RoutePair> pairs;
    for (const ir::Route& r : a_.gateway->routes) {
      const auto found = by_name.find(*r.name);
      const ir::Route* other = found != by_name.end() && used.insert(found->second).second ? found->second : nullptr;
      pairs.emplace_back(&r, other);
    }
    for (const ir::Route& r : b_.gateway->routes) {
      if (!used.contains(&r)) pairs.emplace_back(nullptr, &r);
    }
    return pairs;
  }

  void routes(std::span<const RoutePair> pairs) {
    path_.push("routes");
    for (const auto& [x, y] : pairs) route(x, y);
    path_.pop();
  }

  void route(const ir::Route* x, const ir::Route* y) {
    static const auto key = +[](const void* p) { return *static_cast<const ir::Route*>(p)->name; };
    static const auto show_kind = +[](const void* p) -> std::string {
      switch (*static_cast<const ir::RouteKind*>(p)) {
        case ir::RouteKind::Name: return "name";
        case ir::RouteKind::Pattern: return "pattern";
        case ir::RouteKind::Catalogue: return "catalogue";
      }
      return {};
    };
    path_.push("", key, x ? x : y);
    out_.enter(x, y);
    path_.push("name");
    value(x ? &x->name : nullptr, y ? &y->name : nullptr, Class::Access);
    path_.pop();
    if (x && y && x->kind != y->kind) {
      path_.push("kind");
      static const Origin nowhere;
      out_.different({path_, Class::Access, &x->kind, &y->kind, &nowhere, &nowhere, show_kind}, Change::Changed);
      path_.pop();
    }
    path_.push("extras");
    elements(x ? &x->extras : nullptr, y ? &y->extras : nullptr, Class::Route);
    path_.pop();
    path_.push("plan");
    node(x ? x->plan : NodeId{}, y ? y->plan : NodeId{}, true);
    path_.pop();
    out_.leave();
    path_.pop();
  }

  const PlanNode* get(const Side& side, NodeId id) const { return id.valid() ? &side.gateway->at(id) : nullptr; }

  static bool chooses_nothing(const PlanNode& n) {
    const auto* balance = std::get_if<ir::Balance>(&n.what);
    const auto* fallback = std::get_if<ir::Fallback>(&n.what);
    return (balance != nullptr && balance->edges.size() == 1) || (fallback != nullptr && fallback->edges.empty());
  }

  /// Walks down through nodes that choose nothing: a balance of one, a fallback without alternatives. Their settings
  /// count.
  const PlanNode* strip(Side& side, NodeId id, bool is_before, std::vector<const PlanNode*>& passed, bool tier) {
    const PlanNode* n = get(side, id);
    while (n != nullptr) {
      if (const auto* balance = std::get_if<ir::Balance>(&n->what); balance && balance->edges.size() == 1) {
        moot_balance(*balance, is_before, tier);
        side.push(*n);
        passed.push_back(n);
        n = get(side, balance->edges[0].node);
      } else if (const auto* fallback = std::get_if<ir::Fallback>(&n->what); fallback && fallback->edges.empty()) {
        if (is_before) moot_list(fallback->statuses, "there is nothing to fall back to");
        if (is_before) moot(fallback->primary_label, "a label");
        side.push(*n);
        passed.push_back(n);
        n = get(side, fallback->primary);
      } else {
        break;
      }
    }
    return n;
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

  /// A tier of a fallback that is matched by one of the other side has said its order by its place.
  void moot_balance(const ir::Balance& balance, bool is_before, bool tier) {
    if (!is_before) return;
    constexpr std::string_view why = "a balance of one has nothing to choose";
    for (const ir::Edge& e : balance.edges) {
      moot(e.weight, why);
      if (tier && !e.order.absent()) {
        out_.same({path_, Class::Route, &e.order, nullptr, &e.order.from, nullptr, &show_field<std::int64_t>});
      } else {
        moot(e.order, why);
      }
      moot(e.label, "a label");
    }
    moot(balance.policy, why);
    moot(balance.on_failure, why);
    moot(balance.sticky.enabled, why);
    moot(balance.sticky.ttl, why);
    moot_list(balance.sticky.per, why);
  }

  void node(NodeId ix, NodeId iy, bool alone) {
    std::vector<const PlanNode*> passed_x;
    std::vector<const PlanNode*> passed_y;
    // what is lost as a whole may begin with a node that chooses nothing
    const PlanNode* whole = get(a_, ix);
    if (whole != nullptr && !chooses_nothing(*whole) && !out_.gone(whole)) whole = nullptr;
    if (whole != nullptr) out_.enter(whole, get(b_, iy));
    lone_pair(ix, iy);
    const bool tier = std::exchange(tier_, false) && !same_dialect_ && ix.valid() && iy.valid();
    const PlanNode* x = strip(a_, ix, true, passed_x, tier);
    const PlanNode* y = strip(b_, iy, false, passed_y, tier);
    passed(passed_x, passed_y);
    const PlanNode* left = x != nullptr && y != nullptr ? left_of(x) : nullptr;
    if (left != nullptr) {
      leftover(x, left, y, alone);
    } else if (x != nullptr || y != nullptr) {
      shapes(x, y, alone);
    }
    a_.chain.resize(a_.chain.size() - passed_x.size());
    b_.chain.resize(b_.chain.size() - passed_y.size());
    if (whole != nullptr) out_.leave();
  }

  /// Nodes that choose nothing: in one dialect each has its counterpart, in order.
  void passed(const std::vector<const PlanNode*>& x, const std::vector<const PlanNode*>& y) {
    const std::size_t paired = same_dialect_ ? std::min(x.size(), y.size()) : 0;
    for (std::size_t i = 0; i < paired; ++i) node_own(x[i], y[i], true);
    for (std::size_t i = paired; i < x.size(); ++i) node_own(x[i], nullptr, true);
    for (std::size_t i = paired; i < y.size(); ++i) node_own(nullptr, y[i], true);
  }

  template <class E>
  bool gone(const E& edge) const {
    return out_.gone(&edge) || (edge.node.valid() && out_.gone(get(a_, edge.node)));
  }

  /// The one member that is left where all others of a balance or fallback are known to be gone.
  const PlanNode* left_of(const PlanNode* n) const {
    const PlanNode* left = nullptr;
    std::size_t others = 0;
    std::size_t alive = 0;
    const auto count = [&](const auto& edge) {
      if (gone(edge)) {
        ++others;
      } else {
        ++alive;
        left = get(a_, edge.node);
      }
    };
    if (const auto* b = std::get_if<ir::Balance>(&n->what)) {
      for (const ir::Edge& e : b->edges) count(e);
    } else if (const auto* f = std::get_if<ir::Fallback>(&n->what)) {
      count(ir::Edge{.node = f->primary});
      for (const ir::FallbackEdge& e : f->edges) count(e);
    }
    return alive == 1 && others > 0 ? left : nullptr;
  }

  /// `y` against what is left of `x`; the rest of `x` has no counterpart.
  void leftover(const PlanNode* x, const PlanNode* left, const PlanNode* y, bool alone) {
    around(x, nullptr, [&] {
      const auto member = [&](const ir::NodeId id, bool lone) {
        node(id, get(a_, id) == left ? id_of(b_, y) : NodeId{}, lone);
      };
      if (const auto* b = std::get_if<ir::Balance>(&x->what)) {
        balance_own(b, nullptr);
        for (std::size_t i = 0; i < b->edges.size(); ++i) {
          const ir::Edge& e = b->edges[i];
          path_.push_index("balance", i);
          out_.enter(&e, nullptr);
          weight(&e, nullptr, std::nullopt);
          order(&e, nullptr);
          moot(e.label, "a label");
          member(e.node, false);
          out_.leave();
          path_.pop();
        }
        return;
      }
      const auto& f = std::get<ir::Fallback>(x->what);
      fallback_own(&f, nullptr);
      path_.push("primary");
      member(f.primary, alone);
      path_.pop();
      for (std::size_t i = 0; i < f.edges.size(); ++i) {
        path_.push_index("fallback", i);
        out_.enter(&f.edges[i], nullptr);
        moot(f.edges[i].label, "a label");
        member(f.edges[i].node, true);
        out_.leave();
        path_.pop();
      }
    });
  }

  /// Both are balances of one: their weights and orders still ought to arrive in the same dialect.
  void lone_pair(NodeId ix, NodeId iy) {
    if (!same_dialect_ || !ix.valid() || !iy.valid()) return;
    const auto* x = std::get_if<ir::Balance>(&get(a_, ix)->what);
    const auto* y = std::get_if<ir::Balance>(&get(b_, iy)->what);
    if (x == nullptr || x->edges.size() != 1) return;
    const bool both = y != nullptr && y->edges.size() == 1;
    path_.push("weight");
    value(&x->edges[0].weight, both ? &y->edges[0].weight : nullptr, Class::Route);
    path_.pop();
    path_.push("order");
    value(&x->edges[0].order, both ? &y->edges[0].order : nullptr, Class::Route);
    path_.pop();
  }

  /// Name and extras of the nodes themselves.
  void node_own(const PlanNode* x, const PlanNode* y, bool label_moot) {
    if (x != nullptr && y == nullptr && label_moot) {
      moot(x->name, "a label");
    } else {
      path_.push("name");
      value(x ? &x->name : nullptr, y ? &y->name : nullptr, Class::Cosmetic);
      path_.pop();
    }
    named("extras", x, y, &PlanNode::extras, Class::Route);
  }

  void shapes(const PlanNode* x, const PlanNode* y, bool alone) {
    if (x && y && x->what.index() != y->what.index()) {
      unlike(x, y, alone);
      return;
    }
    out_.enter(x, y);
    node_own(x, y, false);
    if (x) a_.push(*x);
    if (y) b_.push(*y);
    const auto& what = x ? x->what : y->what;
    switch (what.index()) {
      case 0: use(pick<ir::Use>(x), pick<ir::Use>(y), alone); break;
      case 1: to(pick<ir::To>(x), pick<ir::To>(y)); break;
      case 2: balance(pick<ir::Balance>(x), pick<ir::Balance>(y)); break;
      case 3: fallback(pick<ir::Fallback>(x), pick<ir::Fallback>(y)); break;
      case 4: choice(pick<ir::Switch>(x), pick<ir::Switch>(y)); break;
      default: mirror(pick<ir::Mirror>(x), pick<ir::Mirror>(y)); break;
    }
    if (x) a_.pop();
    if (y) b_.pop();
    out_.leave();
  }

  template <class T>
  static const T* pick(const PlanNode* n) {
    return n ? &std::get<T>(n->what) : nullptr;
  }

  NodeId id_of(const Side& side, const PlanNode* n) const {
    return n ? NodeId{static_cast<std::uint32_t>(n - side.gateway->nodes.data())} : NodeId{};
  }

  /// Two plans of different shape: what one adds around a common core is told apart from the core.
  void unlike(const PlanNode* x, const PlanNode* y, bool alone) {
    if (const auto* m = std::get_if<ir::Mirror>(&x->what)) {
      around(x, nullptr, [&] {
        shadow(m, nullptr);
        node(m->primary, id_of(b_, y), alone);
      });
    } else if (const auto* n = std::get_if<ir::Mirror>(&y->what)) {
      around(nullptr, y, [&] {
        shadow(nullptr, n);
        node(id_of(a_, x), n->primary, alone);
      });
    } else if (const auto* f = std::get_if<ir::Fallback>(&x->what)) {
      around(x, nullptr, [&] {
        fallback_own(f, nullptr);
        path_.push("primary");
        node(f->primary, id_of(b_, y), alone);
        path_.pop();
        for (std::size_t i = 0; i < f->edges.size(); ++i) fallback_edge(i, &f->edges[i], nullptr);
      });
    } else if (const auto* g = std::get_if<ir::Fallback>(&y->what)) {
      around(nullptr, y, [&] {
        fallback_own(nullptr, g);
        path_.push("primary");
        node(id_of(a_, x), g->primary, alone);
        path_.pop();
        for (std::size_t i = 0; i < g->edges.size(); ++i) fallback_edge(i, nullptr, &g->edges[i]);
      });
    } else {
      shapes(x, nullptr, alone);
      shapes(nullptr, y, alone);
    }
  }

  template <class F>
  void around(const PlanNode* x, const PlanNode* y, F&& inner) {
    out_.enter(x, y);
    node_own(x, y, true);
    if (x) a_.push(*x);
    if (y) b_.push(*y);
    inner();
    if (x) a_.pop();
    if (y) b_.pop();
    out_.leave();
  }

  void to(const ir::To* x, const ir::To* y) {
    named("to", x, y, &ir::To::route, Class::Route);
    named("chained", x, y, &ir::To::chained, Class::Route);
  }

  template <class T, class M>
  void named(std::string_view name, const T* x, const T* y, M T::*pointer, Class cls) {
    const M* of_x = x ? &(x->*pointer) : nullptr;
    const M* of_y = y ? &(y->*pointer) : nullptr;
    if (!holds(of_x) && !holds(of_y)) return;
    path_.push(name);
    any(of_x, of_y, cls, ir::Match::Set);
    path_.pop();
  }

  void shadow(const ir::Mirror* x, const ir::Mirror* y) { named("mirror", x, y, &ir::Mirror::shadow, Class::Route); }

  void mirror(const ir::Mirror* x, const ir::Mirror* y) {
    shadow(x, y);
    node(x ? x->primary : NodeId{}, y ? y->primary : NodeId{}, true);
  }

  // ---- balances
  // ------------------------------------------------------------------------------------------------------

  /// Enough of what a node leads to, to tell it from its siblings.
  std::string signature(const Side& side, NodeId id) const {
    const PlanNode* n = get(side, id);
    if (n == nullptr) return {};
    if (const auto* t = std::get_if<ir::To>(&n->what)) return "to " + t->route.value;
    if (const auto* m = std::get_if<ir::Mirror>(&n->what)) return signature(side, m->primary);
    if (const auto* b = std::get_if<ir::Balance>(&n->what)) {
      std::string text = b->edges.size() == 1 ? "" : "balance";
      for (const ir::Edge& e : b->edges) text += signature(side, e.node);
      return text;
    }
    if (const auto* f = std::get_if<ir::Fallback>(&n->what))
      return (f->edges.empty() ? "" : "fallback") + signature(side, f->primary);
    const auto* u = std::get_if<ir::Use>(&n->what);
    if (u == nullptr) return "switch";
    const ir::Deployment& d = side.gateway->at(u->deployment);
    std::string text = d.id.value;
    if (d.provider.valid()) {
      const ir::Provider& p = side.gateway->at(d.provider);
      for (const std::string* part : {&p.name.value, &p.kind.value, &p.base_url.value}) (text += '|') += *part;
      if (p.api_key.given()) text += ir::show(*p.api_key) + p.api_key->literal.reveal();
    }
    return text + "|" + d.upstream_model.value;
  }

  /// The same model at the same kind of provider, whatever names and addresses say; only single deployments.
  void match_by_model(const std::vector<NodeId>& x, const std::vector<NodeId>& y, const std::vector<bool>& left_out,
                      std::vector<std::size_t>& of_x, std::vector<bool>& used) const {
    const std::size_t n = x.size();
    const std::size_t m = y.size();
    if (n == m) return;
    std::unordered_map<std::string, std::vector<std::size_t>> rest;  // the first of equals is the last of its list
    for (std::size_t j = m; j-- > 0;) {
      if (!used[j]) rest[model_signature(b_, y[j])].push_back(j);
    }
    for (std::size_t i = 0; i < n && !rest.empty(); ++i) {
      if (of_x[i] != kNone || left_out[i]) continue;
      const std::string wanted = model_signature(a_, x[i]);
      const auto found = wanted.empty() ? rest.end() : rest.find(wanted);
      if (found == rest.end()) continue;
      take_first(rest, found, of_x[i], used);
    }
  }
  template <class Rest>
  static void take_first(Rest& rest, typename Rest::iterator found, std::size_t& of_x, std::vector<bool>& used) {
    of_x = found->second.back();
    used[of_x] = true;
    found->second.pop_back();
    if (found->second.empty()) rest.erase(found);
  }
  std::string model_signature(const Side& side, NodeId id) const {
    const PlanNode* n = get(side, id);
    const auto* u = n ? std::get_if<ir::Use>(&n->what) : nullptr;
    if (u == nullptr) return {};
    const ir::Deployment& d = side.gateway->at(u->deployment);
    return (d.provider.valid() ? side.gateway->at(d.provider).kind.value : std::string()) + "|" +
           d.upstream_model.value;
  }

  /// Equal parts make equal signatures; the parts of most children are equal, so that no text need be made.
  bool same_signature(NodeId ix, NodeId iy) const {
    const PlanNode* x = get(a_, ix);
    const PlanNode* y = get(b_, iy);
    const auto* ux = x ? std::get_if<ir::Use>(&x->what) : nullptr;
    const auto* uy = y ? std::get_if<ir::Use>(&y->what) : nullptr;
    if (ux != nullptr && uy != nullptr) {
      const ir::Deployment& dx = a_.gateway->at(ux->deployment);
      const ir::Deployment& dy = b_.gateway->at(uy->deployment);
      if (dx.id.value == dy.id.value && dx.upstream_model.value == dy.upstream_model.value && dx.provider.valid() &&
          dy.provider.valid()) {
        const ir::Provider& px = a_.gateway->at(dx.provider);
        const ir::Provider& py = b_.gateway->at(dy.provider);
        const bool same_key =
            px.api_key.given() == py.api_key.given() && (!px.api_key.given() || *px.api_key == *py.api_key);
        if (same_key && px.name.value == py.name.value && px.kind.value == py.kind.value &&
            px.base_url.value == py.base_url.value)
          return true;
      }
    }
    return signature(a_, ix) == signature(b_, iy);
  }

  /// Children of both sides: like with like first, then the rest in order.
  /// `left_out`: of the first side's, those that are known to be gone; may be shorter.
  Pairs match_children(const std::vector<NodeId>& x, const std::vector<NodeId>& y, std::vector<bool> left_out) const {
    Pairs pairs;
    const std::size_t n = x.size();
    const std::size_t m = y.size();
    std::vector<std::size_t> of_x(n, kNone);
    std::vector<bool> used(m, false);
    left_out.resize(n, false);
    std::size_t matched = 0;
    for (std::size_t i = 0; i < std::min(n, m); ++i) {
      if (left_out[i] || !same_signature(x[i], y[i])) continue;
      of_x[i] = i;
      used[i] = true;
      ++matched;
    }
    if (matched < n && matched < m) match_moved(x, y, left_out, of_x, used);
    match_by_model(x, y, left_out, of_x, used);
    // the rest in order, but not across those that found each other
    std::vector<std::size_t> end(n, m);
    for (std::size_t i = n; i-- > 1;) end[i - 1] = of_x[i] == kNone ? end[i] : std::min(end[i], of_x[i]);
    std::size_t first = 0;
    for (std::size_t i = 0; i < n; ++i) {
      if (of_x[i] == kNone && !left_out[i]) {
        while (first < end[i] && used[first]) ++first;
        if (first < end[i]) {
          of_x[i] = first;
          used[first] = true;
        }
      }
      if (of_x[i] != kNone) first = std::max(first, of_x[i] + 1);
      pairs.emplace_back(i, of_x[i]);
    }
    for (std::size_t j = 0; j < m; ++j) {
      if (!used[j]) pairs.emplace_back(kNone, j);
    }
    return pairs;
  }
  void match_moved(const std::vector<NodeId>& x, const std::vector<NodeId>& y, const std::vector<bool>& left_out,
                   std::vector<std::size_t>& of_x, std::vector<bool>& used) const {
    std::unordered_map<std::string, std::vector<std::size_t>> rest;
    for (std::size_t j = y.size(); j-- > 0;) {
      if (!used[j]) rest[signature(b_, y[j])].push_back(j);
    }
    for (std::size_t i = 0; i < x.size(); ++i) {
      if (of_x[i] != kNone || left_out[i]) continue;
      const auto found = rest.find(signature(a_, x[i]));
      if (found == rest.end()) continue;
      take_first(rest, found, of_x[i], used);
    }
  }
  template <class E>
  static std::vector<NodeId> nodes_of(const std::vector<E>* edges) {
    std::vector<NodeId> nodes;
    if (edges == nullptr) return nodes;
    nodes.reserve(edges->size());
    for (const E& e : *edges) nodes.push_back(e.node);
    return nodes;
  }
  template <class E>
  std::vector<bool> gone_of(const std::vector<E>* edges) const {
    std::vector<bool> left_out;
    for (std::size_t i = 0; edges != nullptr && i < edges->size(); ++i) left_out.push_back(gone((*edges)[i]));
    return left_out;
  }

  void balance(const ir::Balance* x, const ir::Balance* y) {
    balance_own(x, y);
    edges(x, y);
  }

  void balance_own(const ir::Balance* x, const ir::Balance* y) {
    balance_policy(x, y);
    named("on_failure", x, y, &ir::Balance::on_failure, Class::Route);
    named("sticky", x, y, &ir::Balance::sticky, Class::Route);
  }

  void edges(const ir::Balance* x, const ir::Balance* y) {
    const Pairs pairs = match_children(nodes_of(x ? &x->edges : nullptr), nodes_of(y ? &y->edges : nullptr),
                                       gone_of(x ? &x->edges : nullptr));
    const auto reference = weight_reference(x, y, pairs);
    for (const auto& [i, j] : pairs) {
      const ir::Edge* ex = i == kNone ? nullptr : &x->edges[i];
      const ir::Edge* ey = j == kNone ? nullptr : &y->edges[j];
      path_.push_index("balance", ex ? i : j);
      out_.enter(ex, ey);
      weight(ex, ey, reference);
      order(ex, ey);
      if (ex && ey && ex->label.given()) named("label", ex, ey, &ir::Edge::label, Class::Cosmetic);
      if (ex && !(ey && ex->label.given())) moot(ex->label, "a label");
      node(ex ? ex->node : NodeId{}, ey ? ey->node : NodeId{}, false);
      out_.leave();
      path_.pop();
    }
  }

  void balance_policy(const ir::Balance* x, const ir::Balance* y) {
    const auto effective = [](const Side& side, const ir::Balance* b) -> const Field<ir::Policy>* {
      if (b == nullptr) return nullptr;
      return b->policy.absent() ? &side.gateway->routing.policy : &b->policy;
    };
    const Field<ir::Policy>* px = effective(a_, x);
    if (px != nullptr) arrived_.insert(px);
    path_.push("policy");
    value(px, effective(b_, y), Class::Route);
    path_.pop();
  }

  static Decimal weight_of(const ir::Edge& e) { return e.weight.given() ? *e.weight : Decimal(1); }

  /// The first pair in which both weights count; the others are compared in proportion to it.
  static std::optional<std::pair<Decimal, Decimal>> weight_reference(const ir::Balance* x, const ir::Balance* y,
                                                                     const Pairs& pairs) {
    if (x == nullptr || y == nullptr) return std::nullopt;
    for (const auto& [i, j] : pairs) {
      if (i == kNone || j == kNone) continue;
      const Decimal wx = weight_of(x->edges[i]);
      const Decimal wy = weight_of(y->edges[j]);
      if (!wx.is_zero() && !wy.is_zero()) return std::pair(wx, wy);
    }
    return std::pair(Decimal(1), Decimal(1));
  }

  void weight(const ir::Edge* x, const ir::Edge* y, const std::optional<std::pair<Decimal, Decimal>>& reference) {
    const Field<Decimal>* fx = x && x->weight.given() ? &x->weight : nullptr;
    const Field<Decimal>* fy = y && y->weight.given() ? &y->weight : nullptr;
    if (fx == nullptr && fy == nullptr) return;
    path_.push("weight");
    const Pair pair{
        path_, Class::Route, fx, fy, fx ? &fx->from : nullptr, fy ? &fy->from : nullptr, &show_field<Decimal>};
    bool equal = false;
    if (x && y && reference) {
      const auto left = weight_of(*x).times(reference->second);
      const auto right = weight_of(*y).times(reference->first);
      equal = left && right ? *left == *right : weight_of(*x) == weight_of(*y);
    }
    if (!equal) {
      tell(pair, false);
    } else if (fx != nullptr && fy == nullptr) {
      out_.implied(pair);
    } else if (fx != nullptr) {
      out_.same(pair);
    }
    path_.pop();
  }

  /// The tiers of a plan carry the order; the number itself matters to its own dialect alone.
  void order(const ir::Edge* x, const ir::Edge* y) {
    const Field<std::int64_t>* fx = x && !x->order.absent() ? &x->order : nullptr;
    const Field<std::int64_t>* fy = y && !y->order.absent() ? &y->order : nullptr;
    if (fx == nullptr) return;
    path_.push("order");
    const Pair pair{path_, Class::Route, fx, fy, &fx->from, fy ? &fy->from : nullptr, &show_field<std::int64_t>};
    if (y != nullptr && (fy == nullptr ? !same_dialect_ : same_field(*fx, *fy) || !same_dialect_)) {
      out_.same(pair);
    } else {
      tell(pair, false);
    }
    path_.pop();
  }

  // ---- fallbacks and switches
  // ----------------------------------------------------------------------------------------

  void fallback_own(const ir::Fallback* x, const ir::Fallback* y) {
    named("fallback_statuses", x, y, &ir::Fallback::statuses, Class::Route);
    if (x != nullptr) moot(x->primary_label, "a label");
  }

  void fallback(const ir::Fallback* x, const ir::Fallback* y) {
    fallback_own(x, y);
    const std::size_t heir = x != nullptr && y != nullptr ? heir_of(*x) : kNone;
    path_.push("primary");
    tier_ = true;
    node(x ? x->primary : NodeId{}, y && heir == kNone ? y->primary : NodeId{}, true);
    path_.pop();
    if (heir != kNone) {
      path_.push_index("fallback", heir);
      out_.enter(&x->edges[heir], nullptr);
      moot(x->edges[heir].label, "a label");
      node(x->edges[heir].node, y->primary, true);
      out_.leave();
      path_.pop();
    }
    for (const ir::Failure on :
         {ir::Failure::Any, ir::Failure::RateLimit, ir::Failure::Timeout, ir::Failure::ServerError,
          ir::Failure::Unavailable, ir::Failure::BadGateway, ir::Failure::Authentication, ir::Failure::BadRequest,
          ir::Failure::NotFound, ir::Failure::ContextWindow, ir::Failure::ContentPolicy}) {
      fallback_edges(x, y, on, heir);
    }
  }

  /// The edge that takes the place of a primary that is gone.
  std::size_t heir_of(const ir::Fallback& f) const {
    if (!gone(ir::Edge{.node = f.primary})) return kNone;
    const auto heir = std::find_if(f.edges.begin(), f.edges.end(),
                                   [&](const ir::FallbackEdge& e) { return e.on == ir::Failure::Any && !gone(e); });
    return heir == f.edges.end() ? kNone : static_cast<std::size_t>(heir - f.edges.begin());
  }

  void fallback_edges(const ir::Fallback* x, const ir::Fallback* y, ir::Failure on, std::size_t heir) {
    std::vector<NodeId> ex;
    std::vector<NodeId> ey;
    std::vector<std::size_t> ix;
    std::vector<std::size_t> iy;
    const auto gather = [&](const ir::Fallback* f, std::vector<NodeId>& nodes, std::vector<std::size_t>& index) {
      for (std::size_t i = 0; f && i < f->edges.size(); ++i) {
        if (f->edges[i].on != on || (f == x && i == heir)) continue;
        if (f == x && gone(f->edges[i])) {
          fallback_edge(i, &f->edges[i], nullptr);
          continue;
        }
        nodes.push_back(f->edges[i].node);
        index.push_back(i);
      }
    };
    gather(x, ex, ix);
    gather(y, ey, iy);
    if (ex.empty() && ey.empty()) return;
    std::size_t last = 0;
    for (const auto& [i, j] : match_children(ex, ey, {})) {
      const ir::FallbackEdge* fx = i == kNone ? nullptr : &x->edges[ix[i]];
      const ir::FallbackEdge* fy = j == kNone ? nullptr : &y->edges[iy[j]];
      const bool out_of_order = fx && fy && iy[j] < last;
      if (fy != nullptr && fx != nullptr) last = std::max(last, iy[j]);
      if (out_of_order) {
        fallback_edge(ix[i], fx, nullptr);
        fallback_edge(iy[j], nullptr, fy);
      } else {
        fallback_edge(fx ? ix[i] : iy[j], fx, fy);
      }
    }
  }

  void fallback_edge(std::size_t index, const ir::FallbackEdge* x, const ir::FallbackEdge* y) {
    path_.push_index("fallback", index);
    out_.enter(x, y);
    if (x != nullptr) moot(x->label, "a label");
    tier_ = true;
    node(x ? x->node : NodeId{}, y ? y->node : NodeId{}, true);
    out_.leave();
    path_.pop();
  }

  void default_fallbacks() {
    const auto& x = a_.gateway->default_fallbacks;
    const auto& y = b_.gateway->default_fallbacks;
    if (x.empty() && y.empty()) return;
    path_.push("default_fallbacks");
    out_.enter(&x, &y);
    if (!same_dialect_ && y.empty() && any_inherited()) {
      out_.leave();
      path_.pop();
      return;
    }
    for (std::size_t i = 0; i < std::max(x.size(), y.size()); ++i)
      fallback_edge(i, i < x.size() ? &x[i] : nullptr, i < y.size() ? &y[i] : nullptr);
    out_.leave();
    path_.pop();
  }

  bool any_inherited() const {
    for (const PlanNode& n : a_.gateway->nodes) {
      const auto* f = std::get_if<ir::Fallback>(&n.what);
      if (f && std::any_of(f->edges.begin(), f->edges.end(), [](const ir::FallbackEdge& e) { return e.inherited; }))
        return true;
    }
    return false;
  }

  static std::string condition_text(const ir::Condition& c) {
    using Op = ir::Condition::Op;
    static constexpr std::string_view names[] = {"always", "and", "or", "=",  "!=",     ">",
                                                 ">=",     "<",   "<=", "in", "not in", "matches"};
    std::string text(names[static_cast<std::size_t>(c.op)]);
    if (c.op == Op::And || c.op == Op::Or) {
      for (const ir::Condition& part : c.parts) text += " (" + condition_text(part) + ")";
      return text;
    }
    text = c.subject + " " + text;
    for (const Value& v : c.operands) text += " " + std::string(v.kind == Value::Kind::String ? "'" : "") + ir::show(v);
    return text;
  }
  static std::string show_case(const void* p) {
    return condition_text(static_cast<const ir::SwitchCase*>(p)->condition);
  }

  void choice(const ir::Switch* x, const ir::Switch* y) {
    const std::size_t n = x ? x->cases.size() : 0;
    const std::size_t m = y ? y->cases.size() : 0;
    for (std::size_t i = 0, j = 0; i < n || j < m;) {
      const ir::SwitchCase* cx = i < n ? &x->cases[i] : nullptr;
      const ir::SwitchCase* cy = j < m && !(cx && y && gone(*cx)) ? &y->cases[j] : nullptr;
      path_.push_index("case", cx ? i : j);
      if (cx) ++i;
      if (cy) ++j;
      out_.enter(cx, cy);
      path_.push("when");
      tell({path_, Class::Route, cx, cy, cx ? &cx->condition_from : nullptr, cy ? &cy->condition_from : nullptr,
            &show_case},
           cx && cy && show_case(cx) == show_case(cy));
      path_.pop();
      if (cx && cx->label.given()) named("label", cx, cy, &ir::SwitchCase::label, Class::Cosmetic);
      node(cx ? cx->node : NodeId{}, cy ? cy->node : NodeId{}, true);
      out_.leave();
      path_.pop();
    }
    path_.push("otherwise");
    if (x && x->otherwise_label.given()) named("label", x, y, &ir::Switch::otherwise_label, Class::Cosmetic);
    node(x ? x->otherwise : NodeId{}, y ? y->otherwise : NodeId{}, true);
    path_.pop();
    idle(x, y);
  }

  void idle(const ir::Switch* x, const ir::Switch* y) {
    for (const auto& [i, j] : match_children(nodes_of(x ? &x->idle : nullptr), nodes_of(y ? &y->idle : nullptr),
                                             gone_of(x ? &x->idle : nullptr))) {
      const ir::Edge* ex = i == kNone ? nullptr : &x->idle[i];
      const ir::Edge* ey = j == kNone ? nullptr : &y->idle[j];
      path_.push_index("idle", ex ? i : j);
      out_.enter(ex, ey);
      if (ex) named("label", ex, ey, &ir::Edge::label, Class::Cosmetic);
      node(ex ? ex->node : NodeId{}, ey ? ey->node : NodeId{}, true);
      out_.leave();
      path_.pop();
    }
  }

  // ---- deployments
  // ---------------------------------------------------------------------------------------------------

  void use(const ir::Use* x, const ir::Use* y, bool alone) {
    const ir::Deployment* dx = x ? &a_.gateway->at(x->deployment) : nullptr;
    const ir::Deployment* dy = y ? &b_.gateway->at(y->deployment) : nullptr;
    out_.enter(dx, dy);
    members(dx, dy, Class::Route);
    provider(dx, dy);
    if (dx) a_.push(*dx);
    if (dy) b_.push(*dy);
    settings(dx != nullptr, dy != nullptr, alone);
    if (dx) a_.pop();
    if (dy) b_.pop();
    out_.leave();
  }

  void provider(const ir::Deployment* dx, const ir::Deployment* dy) {
    const ir::Provider* x = dx && dx->provider.valid() ? &a_.gateway->at(dx->provider) : nullptr;
    const ir::Provider* y = dy && dy->provider.valid() ? &b_.gateway->at(dy->provider) : nullptr;
    if (x == nullptr && y == nullptr) return;
    if (x) seen_providers_.insert(x);
    if (y) seen_providers_.insert(y);
    path_.push("provider");
    out_.enter(x, y);
    const ir::CredentialSet* sx =
        x && x->credential_set.given() ? a_.gateway->credential_set(*x->credential_set) : nullptr;
    const ir::CredentialSet* sy =
        y && y->credential_set.given() ? b_.gateway->credential_set(*y->credential_set) : nullptr;
    ir::for_each_member<ir::Provider>([&](const auto& m) {
      using M = std::remove_cvref_t<decltype(x->*m.pointer)>;
      if (sx == nullptr && sy == nullptr && !(x && holds(x->*m.pointer)) && !(y && holds(y->*m.pointer))) return;
      path_.push(m.name);
      if constexpr (std::is_same_v<M, std::vector<ir::ProviderParam>> || std::is_same_v<M, std::vector<ir::Param>>) {
        layered_names<typename M::value_type>({x ? &(x->*m.pointer) : nullptr, sx ? &(sx->values.*m.pointer) : nullptr},
                                              {y ? &(y->*m.pointer) : nullptr, sy ? &(sy->values.*m.pointer) : nullptr},
                                              m.cls);
      } else if constexpr (IsField<M>::value) {
        const auto through = [&](const ir::Provider* p, const ir::CredentialSet* set) -> const M* {
          if (p == nullptr) return nullptr;
          return (p->*m.pointer).absent() && set != nullptr && m.name != "name" ? &(set->values.*m.pointer)
                                                                                : &(p->*m.pointer);
        };
        if (m.name == "credential_set" && !same_dialect_ && x) {
          moot(x->credential_set, "what it names is written in its place");
        } else {
          value(through(x, sx), through(y, sy), m.cls);
        }
      } else {
        any(x ? &(x->*m.pointer) : nullptr, y ? &(y->*m.pointer) : nullptr, m.cls, m.match);
      }
      path_.pop();
    });
    out_.leave();
    path_.pop();
  }

  /// Named providers that no deployment uses.
  void providers() {
    path_.push("providers");
    std::vector<const ir::Provider*> rest;
    for (const ir::Provider& p : b_.gateway->providers) {
      if (!seen_providers_.contains(&p)) rest.push_back(&p);
    }
    for (const ir::Provider& p : a_.gateway->providers) {
      if (seen_providers_.contains(&p)) continue;
      const auto found = std::find_if(rest.begin(), rest.end(),
                                      [&](const ir::Provider* q) { return ir::identity(*q) == ir::identity(p); });
      const ir::Provider* other = found == rest.end() ? nullptr : *found;
      if (found != rest.end()) rest.erase(found);
      element(&p, other, Class::Route);
    }
    for (const ir::Provider* q : rest) element<ir::Provider>(nullptr, q, Class::Route);
    path_.pop();
  }

  template <class P>
  void layered_names(std::initializer_list<const std::vector<P>*> xs, std::initializer_list<const std::vector<P>*> ys,
                     Class cls) {
    std::vector<const P*> px;
    std::vector<const P*> py;
    const auto gather = [](const auto& lists, std::vector<const P*>& into) {
      for (const std::vector<P>* l : lists) {
        if (l == nullptr) continue;
        for (const P& p : *l) {
          if (std::none_of(into.begin(), into.end(), [&](const P* q) { return q->name == p.name; })) into.push_back(&p);
        }
      }
    };
    gather(xs, px);
    gather(ys, py);
    by_name(px, py, cls);
  }

  template <class P>
  void by_name(const std::vector<const P*>& px, const std::vector<const P*>& py, Class cls) {
    for (const P* p : px) {
      const auto found = std::find_if(py.begin(), py.end(), [&](const P* q) { return q->name == p->name; });
      arrived_.insert(p);
      element(p, found == py.end() ? nullptr : *found, cls);
    }
    for (const P* q : py) {
      if (std::none_of(px.begin(), px.end(), [&](const P* p) { return p->name == q->name; }))
        element<P>(nullptr, q, cls);
    }
  }

  // ---- settings
  // ------------------------------------------------------------------------------------------------------

  /// Pushes the names of a setting; one that stands in no group has one name.
  template <class Outer, class Inner>
  void push_setting(const Outer& outer, const Inner& inner) {
    path_.push(outer.name);
    if constexpr (!std::is_same_v<Outer, Inner>) path_.push(inner.name);
  }
  template <class Outer, class Inner>
  void pop_setting(const Outer&, const Inner&) {
    path_.pop();
    if constexpr (!std::is_same_v<Outer, Inner>) path_.pop();
  }

  void settings(bool has_x, bool has_y, bool alone) {
    const Bits there = (has_x ? a_.bits() : 0) | (has_y ? b_.bits() : 0);
    each_setting([&](Bits bit, const auto& outer, const auto& inner, auto pick) {
      if ((there & bit) == 0) return;
      push_setting(outer, inner);
      layered(has_x, has_y, bit, pick, inner.cls, inner.match,
              alone && outer.name == "retry" && inner.name == "redraw");
      pop_setting(outer, inner);
    });
  }

  template <class Pick>
  void layered(bool has_x, bool has_y, Bits bit, Pick pick, Class cls, ir::Match how, bool is_moot) {
    using M = std::remove_cvref_t<decltype(pick(*a_.chain.front().settings))>;
    if constexpr (std::is_same_v<M, std::vector<ir::Param>>) {
      std::vector<const ir::Param*> px;
      std::vector<const ir::Param*> py;
      if (has_x) gather_params(a_, bit, pick, px);
      if (has_y) gather_params(b_, bit, pick, py);
      if (!px.empty() || !py.empty()) by_name(px, py, cls);
    } else {
      const M* x = has_x ? nearest(a_, bit, pick) : nullptr;
      const M* y = has_y ? nearest(b_, bit, pick) : nullptr;
      if (x != nullptr) arrived_.insert(x);
      if constexpr (IsField<M>::value) {
        if (is_moot) {
          if (x != nullptr) moot(*x, "a lone member is drawn again anyway");
          return;
        }
      }
      if (x != nullptr || y != nullptr) any(x, y, cls, how);
    }
  }

  template <class Pick>
  static auto nearest(const Side& side, Bits bit, Pick pick) -> decltype(&pick(*side.chain.front().settings)) {
    for (std::size_t i = side.chain.size(); i-- > 0;) {
      if ((side.chain[i].bits & bit) != 0) return &pick(*side.chain[i].settings);
    }
    return nullptr;
  }

  template <class Pick>
  static void gather_params(const Side& side, Bits bit, Pick pick, std::vector<const ir::Param*>& into) {
    for (std::size_t i = side.chain.size(); i-- > 0;) {
      if ((side.chain[i].bits & bit) == 0) continue;
      for (const ir::Param& p : pick(*side.chain[i].settings)) {
        if (std::none_of(into.begin(), into.end(), [&](const ir::Param* q) { return q->name == p.name; }))
          into.push_back(&p);
      }
    }
  }

  /// Settings that reach no deployment: every one has its own, or there is none.
  void idle_settings() {
    const bool nothing_to_reach = a_.gateway->deployments.empty();
    path_.push("defaults");
    idle_of(a_.gateway->defaults, bits_of(a_.gateway->defaults),
            nothing_to_reach || same_dialect_ ? &b_.gateway->defaults : nullptr, nothing_to_reach || same_dialect_);
    path_.pop();
    for (const PlanNode& n : a_.gateway->nodes) idle_of(n.settings, a_.bits(n), nullptr, false);
    for (const ir::Deployment& d : a_.gateway->deployments) idle_of(d.settings, a_.bits(d), nullptr, false);
  }

  void idle_of(const Settings& s, Bits there, const Settings* other, bool strict) {
    if (there == 0) return;
    each_setting([&](Bits bit, const auto& outer, const auto& inner, auto pick) {
      if ((there & bit) == 0) return;
      push_setting(outer, inner);
      idle_one(pick(s), other ? &pick(*other) : nullptr, inner.cls, inner.match, strict);
      pop_setting(outer, inner);
    });
  }

  template <class M>
  void idle_one(const M& x, const M* y, Class cls, ir::Match how, bool strict) {
    constexpr std::string_view why = "every deployment that it could reach has its own";
    if constexpr (std::is_same_v<M, std::vector<ir::Param>>) {
      for (const ir::Param& p : x) {
        if (arrived_.contains(&p)) continue;
        if (strict) {
          element(&p, y ? find_in(*y, p.name) : nullptr, cls);
        } else {
          moot_value(p.value, why);
        }
      }
    } else if (!arrived_.contains(&x)) {
      if (strict) {
        any(&x, y, cls, how);
      } else if constexpr (IsField<M>::value) {
        moot(x, why);
      } else if constexpr (IsList<M>::value) {
        moot_list(x, why);
      } else if constexpr (std::is_same_v<M, std::vector<ir::FailureCount>>) {
        for (const ir::FailureCount& c : x) moot(c.count, why);
      } else {
        for (const Value& v : x) moot_value(v, why);
      }
    }
  }

  static const ir::Param* find_in(const std::vector<ir::Param>& params, std::string_view name) {
    const auto found = std::find_if(params.begin(), params.end(), [&](const ir::Param& p) { return p.name == name; });
    return found == params.end() ? nullptr : &*found;
  }

  void moot_value(const Value& v, std::string_view why) {
    if (v.from.has_leaves()) out_.moot({path_, Class::Cosmetic, &v, nullptr, &v.from, nullptr, &show_value}, why);
    for (const Value& item : v.items) moot_value(item, why);
    for (const auto& pair : v.pairs) moot_value(pair.second, why);
  }

  void policy_default() {
    const Field<ir::Policy>& x = a_.gateway->routing.policy;
    if (arrived_.contains(&x) || x.absent()) return;
    const Field<ir::Policy>& y = b_.gateway->routing.policy;
    path_.push("routing");
    path_.push("policy");
    if (same_dialect_ || same_field(x, y)) {
      value(&x, &y, Class::Route);
    } else {
      moot(x, "no route has more than one deployment to choose from");
    }
    path_.pop();
    path_.pop();
  }

  Listener& out_;
  bool same_dialect_;
  Side a_, b_;
  Path path_;
  bool tier_ = false;  // the next node is the primary or an edge of a fallback
  Met arrived_;
  Met seen_providers_;
};

class Collector final : public Listener {
 public:
  std::vector<Difference> found;
  void enter(const void*, const void*) override {}
  void enter_extra(const ir::Extra&) override {}
  void leave() override {}
  void same(const Pair&) override {}
  void moot(const Pair&, std::string_view) override {}
  void different(const Pair& pair, Change change) override {
    const void* where = pair.before ? pair.before : pair.after;
    if (!told_.insert(where).second) return;
    Difference& d = found.emplace_back();
    d.cls = pair.cls;
    d.change = change;
    d.path = pair.path.text();
    if (pair.before) d.before = pair.show(pair.before);
    if (pair.after) d.after = pair.show(pair.after);
    if (pair.before_from) d.before_from = *pair.before_from;
    if (pair.after_from) d.after_from = *pair.after_from;
  }

 private:
  std::unordered_set<const void*> told_;
};

}  // namespace

namespace {

void append_segment(std::string& text, const Path::Segment& s) {
  if (!s.name.empty()) {
    if (!text.empty()) text += '.';
    text += s.name;
  }
  if (s.key != nullptr) {
    ((text += '[') += s.key(s.element)) += ']';
  } else if (s.element != nullptr) {
    ((text += '[') += std::to_string(s.index)) += ']';
  }
}

}  // namespace

std::string Path::text_from(std::size_t segment) const {
  std::string text;
  for (; segment < segments_.size(); ++segment) append_segment(text, segments_[segment]);
  return text;
}

const std::string& Path::text() const {
  text_.resize(spelled_ == 0 ? 0 : segments_[spelled_ - 1].end);
  for (; spelled_ < segments_.size(); ++spelled_) {
    append_segment(text_, segments_[spelled_]);
    segments_[spelled_].end = text_.size();
  }
  return text_;
}

void compare(const Gateway& before, const Gateway& after, Listener& listener) {
  Comparer(before, after, listener).run();
}

std::vector<Difference> differences(const Gateway& before, const Gateway& after) {
  Collector collector;
  compare(before, after, collector);
  return std::move(collector.found);
}

}  // namespace gatec::compare
