#pragma once

#include "compiler/base/pointer_map.h"
#include "compiler/compare/values.h"

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <vector>

namespace gatec::compare {

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

inline Bits bits_of(const Settings& s) {
  Bits bits = 0;
  each_setting([&](Bits bit, const auto&, const auto&, auto pick) { bits |= holds(pick(s)) ? bit : 0; });
  return bits;
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

/// Compares deployments, their providers and the settings that reach them, where these arrive.
class SettingsComparer : public ValueComparer {
 protected:
  SettingsComparer(const Gateway& a, const Gateway& b, Listener& out)
      : ValueComparer(out, a.dialect == b.dialect), a_(a), b_(b) {}
  ~SettingsComparer() = default;

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

  Side a_, b_;
  Met arrived_;
  Met seen_providers_;
};

}  // namespace gatec::compare
