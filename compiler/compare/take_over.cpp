#include "compiler/compare/take_over.h"

#include "compiler/compare/compare.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <optional>
#include <set>
#include <type_traits>
#include <unordered_map>
#include <utility>

namespace gatec::compare {
namespace {

using ir::DeploymentId;
using ir::Gateway;
using ir::NodeId;
using ir::PlanNode;
using ir::ProviderId;
using ir::Settings;

using Place = std::pair<std::string, std::string>;  // section, identity of the element or nothing

/// The entities in which two gateways differ.
class Edits final : public Listener {
 public:
  /// `defaults`: settings ("retry.attempts") that differ where routes inherit them from.
  explicit Edits(std::set<std::string> defaults) : defaults_(std::move(defaults)) {
    for (const std::string& name : defaults_) places.emplace("defaults", name);
  }

  std::set<Place> places;
  bool providers = false;                                     // something about a provider
  std::set<std::string> paths;                                // of all that differs
  std::unordered_map<const void*, const void*> counterparts;  // entities of the second side → of the first

  void enter(const void* before, const void* after) override {
    if (before != nullptr && after != nullptr) counterparts.emplace(after, before);
  }
  void enter_extra(const ir::Extra&) override {}
  void leave() override {}
  void same(const Pair&) override {}
  void moot(const Pair&, std::string_view) override {}
  void different(const Pair& pair, Change) override {
    const auto& segments = pair.path.segments();
    if (segments.empty() || segments[0].name == "layout") return;
    paths.insert(pair.path.text());
    bool inherited = false;
    for (std::size_t i = 0; i < segments.size(); ++i) {
      const std::string name(segments[i].name);
      providers = providers || name == "provider";
      inherited = inherited || defaults_.contains(name) ||
                  (i > 0 && defaults_.contains(std::string(segments[i - 1].name) + "." + name));
    }
    if (inherited) return;
    std::string key;
    if (segments.size() > 1 && segments[1].name.empty() && segments[1].key != nullptr)
      key = segments[1].key(segments[1].element);
    places.emplace(std::string(segments[0].name), std::move(key));
  }

 private:
  std::set<std::string> defaults_;
};

template <class T>
constexpr bool kIsVector = false;
template <class T>
constexpr bool kIsVector<std::vector<T>> = true;

bool is_same(const ir::Value& a, const ir::Value& b);
template <ir::Described T>
bool is_same(const T& a, const T& b);
template <class T>
bool is_same(const ir::Field<T>& a, const ir::Field<T>& b) {
  return a.state == b.state && (!a.given() || ir::show(*a) == ir::show(*b));
}
template <class T>
bool is_same(const std::vector<T>& a, const std::vector<T>& b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const T& x, const T& y) { return is_same(x, y); });
}
bool is_same(const ir::Value& a, const ir::Value& b) { return ir::same_meaning(a, b); }
template <class T>
bool is_same(const ir::List<T>& a, const ir::List<T>& b) {
  return a.state == b.state && is_same(a.items, b.items);
}

template <ir::Described T>
bool is_same(const T& a, const T& b) {
  bool same = true;
  if constexpr (requires { ir::identity(a); }) same = ir::identity(a) == ir::identity(b);
  ir::for_each_member<T>([&](const auto& m) { same = same && is_same(a.*m.pointer, b.*m.pointer); });
  return same;
}

/// What was edited of an entity goes into its fuller counterpart, member by member.
template <ir::Described T>
void merge(const T& before, const T& after, T& into) {
  ir::for_each_member<T>([&](const auto& m) {
    if (!is_same(before.*m.pointer, after.*m.pointer)) into.*m.pointer = after.*m.pointer;
  });
}

/// Calls `f(name, pointer…)` with both sides of each setting, named as in a path: "retry.attempts".
template <class A, class B, class F>
void each_setting(A& a, B& b, F&& f) {
  ir::for_each_member<Settings>([&](const auto& outer) {
    auto& group = a.*outer.pointer;
    auto& other = b.*outer.pointer;
    using Group = std::remove_cvref_t<decltype(group)>;
    if constexpr (ir::Described<Group>) {
      ir::for_each_member<Group>([&](const auto& m) {
        f(std::string(outer.name) + "." + std::string(m.name), group.*m.pointer, other.*m.pointer);
      });
    } else {
      f(std::string(outer.name), group, other);
    }
  });
}

std::set<std::string> different_settings(const Settings& a, const Settings& b) {
  std::set<std::string> names;
  each_setting(a, b, [&](std::string name, const auto& x, const auto& y) {
    if (!is_same(x, y)) names.insert(std::move(name));
  });
  return names;
}

void fill(std::vector<ir::Param>& into, const std::vector<ir::Param>& from) {
  for (const ir::Param& p : from) {
    if (std::none_of(into.begin(), into.end(), [&](const ir::Param& q) { return q.name == p.name; })) into.push_back(p);
  }
}
template <class T>
void fill(std::vector<T>& into, const std::vector<T>& from) {
  if (into.empty()) into = from;
}
template <class T>
void fill(T& into, const T& from) {
  if (into.absent() && !from.absent() && !from.from.is_default()) into = from;
}

class Graft {
 public:
  Graft(const Gateway& before, const Gateway& from, Gateway& into, const Edits& edits)
      : before_(before), from_(from), into_(into), edits_(edits) {
    Edits pairs({});
    compare(before, into, pairs);
    for (const auto& [fuller, old] : pairs.counterparts) {
      const auto* d = static_cast<const ir::Deployment*>(fuller);
      const ir::Deployment* first = into.deployments.data();
      if (!std::less<>{}(d, first) && std::less<>{}(d, first + into.deployments.size()))
        fuller_.emplace(old, static_cast<std::size_t>(d - first));
    }
  }

  /// A copy of a plan. What somebody wrote for it in the defaults moves to its root, unless it inherits the same.
  NodeId plan(NodeId id) {
    const NodeId root = node(id);
    if (!root.valid()) return root;
    std::set<std::string> differ = different_settings(from_.defaults, into_.defaults);
    each_setting(into_.at(root).settings, from_.defaults,
                 [&](const std::string& name, auto& own, const auto& inherited) {
                   if (differ.contains(name)) fill(own, inherited);
                 });
    return root;
  }

 private:
  NodeId node(NodeId id) {
    if (!id.valid()) return {};
    PlanNode copy = from_.at(id);
    std::visit([this](auto& what) { descend(what); }, copy.what);
    return into_.add(std::move(copy));
  }

  void descend(ir::Use& use) { use.deployment = deployment(use.deployment); }
  void descend(ir::To&) {}
  void descend(ir::Balance& balance) {
    for (ir::Edge& e : balance.edges) e.node = node(e.node);
  }
  void descend(ir::Fallback& fallback) {
    fallback.primary = node(fallback.primary);
    for (ir::FallbackEdge& e : fallback.edges) e.node = node(e.node);
  }
  void descend(ir::Switch& choice) {
    for (ir::SwitchCase& c : choice.cases) c.node = node(c.node);
    choice.otherwise = node(choice.otherwise);
    for (ir::Edge& e : choice.idle) e.node = node(e.node);
  }
  void descend(ir::Mirror& mirror) { mirror.primary = node(mirror.primary); }

  DeploymentId deployment(DeploymentId id) {
    if (!id.valid()) return {};
    const auto [known, is_new] = deployments_.try_emplace(id.value);
    if (is_new) {
      known->second = into_.add(merged(from_.at(id)));
    }
    return known->second;
  }

  /// What the fuller gateway says of the same deployment stays, but for edits.
  ir::Deployment merged(const ir::Deployment& after) {
    const auto before = edits_.counterparts.find(&after);
    const auto fuller = before == edits_.counterparts.end() ? fuller_.end() : fuller_.find(before->second);
    if (fuller == fuller_.end()) {
      ir::Deployment copy = after;
      copy.provider = provider(copy.provider);
      return copy;
    }
    const auto& old = *static_cast<const ir::Deployment*>(before->second);
    ir::Deployment copy = into_.deployments[fuller->second];
    merge(old, after, copy);
    each_setting(old.settings, after.settings, [&](const std::string& name, const auto& x, const auto& y) {
      if (is_same(x, y)) return;
      each_setting(copy.settings, after.settings, [&](const std::string& other, auto& own, const auto& edited) {
        if (other == name) own = edited;
      });
    });
    if (!old.provider.valid() || !after.provider.valid() || !copy.provider.valid() ||
        before_.at(old.provider).name.given() || from_.at(after.provider).name.given()) {
      copy.provider = provider(after.provider);
    } else {
      ir::Provider one = into_.at(copy.provider);
      merge(before_.at(old.provider), from_.at(after.provider), one);
      copy.provider = into_.add(std::move(one));
    }
    return copy;
  }

  /// A provider that has a name is the one of that name.
  ProviderId provider(ProviderId id) {
    if (!id.valid()) return {};
    const auto [known, is_new] = providers_.try_emplace(id.value);
    if (!is_new) return known->second;
    const ir::Provider& wanted = from_.at(id);
    for (std::uint32_t i = 0; wanted.name.given() && i < into_.providers.size(); ++i) {
      if (!into_.providers[i].name.given() || *into_.providers[i].name != *wanted.name) continue;
      if (edits_.providers) into_.providers[i] = wanted;
      return known->second = ProviderId{i};
    }
    return known->second = into_.add(wanted);
  }

  const Gateway& before_;
  const Gateway& from_;
  Gateway& into_;
  const Edits& edits_;
  std::unordered_map<const void*, std::size_t> fuller_;  // deployment of before_ → that of into_
  std::unordered_map<std::uint32_t, DeploymentId> deployments_;
  std::unordered_map<std::uint32_t, ProviderId> providers_;
};

/// What routes use, and the removal of what they no longer do.
class Reach {
 public:
  explicit Reach(const Gateway& gateway)
      : gateway_(gateway),
        nodes(gateway.nodes.size()),
        deployments(gateway.deployments.size()),
        providers(gateway.providers.size()) {
    for (const ir::Route& r : gateway.routes) node(r.plan);
    for (const ir::FallbackEdge& e : gateway.default_fallbacks) node(e.node);
  }

 private:
  void node(NodeId id) {
    if (!id.valid() || std::exchange(nodes[id.value], 1) != 0) return;
    std::visit([this](const auto& what) { descend(what); }, gateway_.at(id).what);
  }
  void descend(const ir::Use& use) {
    if (!use.deployment.valid()) return;
    deployments[use.deployment.value] = 1;
    const ProviderId provider = gateway_.at(use.deployment).provider;
    if (provider.valid()) providers[provider.value] = 1;
  }
  void descend(const ir::To&) {}
  void descend(const ir::Balance& balance) {
    for (const ir::Edge& e : balance.edges) node(e.node);
  }
  void descend(const ir::Fallback& fallback) {
    node(fallback.primary);
    for (const ir::FallbackEdge& e : fallback.edges) node(e.node);
  }
  void descend(const ir::Switch& choice) {
    for (const ir::SwitchCase& c : choice.cases) node(c.node);
    node(choice.otherwise);
    for (const ir::Edge& e : choice.idle) node(e.node);
  }
  void descend(const ir::Mirror& mirror) { node(mirror.primary); }

  const Gateway& gateway_;

 public:
  std::vector<char> nodes, deployments, providers;
};

/// New numbers after the removal of those that are in `was` and not in `is`.
std::vector<std::uint32_t> renumber(const std::vector<char>& was, const std::vector<char>& is) {
  std::vector<std::uint32_t> numbers(is.size());
  std::uint32_t next = 0;
  for (std::size_t i = 0; i < is.size(); ++i) {
    const bool removed = i < was.size() && was[i] != 0 && is[i] == 0;
    numbers[i] = removed ? NodeId{}.value : next++;
  }
  return numbers;
}

template <class T>
void compact(std::vector<T>& items, const std::vector<std::uint32_t>& numbers) {
  std::vector<T> kept;
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (numbers[i] != NodeId{}.value) kept.push_back(std::move(items[i]));
  }
  items = std::move(kept);
}

template <class Id>
void change(Id& id, const std::vector<std::uint32_t>& numbers) {
  if (id.valid()) id.value = numbers[id.value];
}

void drop_unused(Gateway& gateway, const Reach& was) {
  const Reach is(gateway);
  const std::vector<std::uint32_t> nodes = renumber(was.nodes, is.nodes);
  const std::vector<std::uint32_t> deployments = renumber(was.deployments, is.deployments);
  const std::vector<std::uint32_t> providers = renumber(was.providers, is.providers);
  compact(gateway.nodes, nodes);
  compact(gateway.deployments, deployments);
  compact(gateway.providers, providers);
  for (ir::Deployment& d : gateway.deployments) change(d.provider, providers);
  for (ir::Route& r : gateway.routes) change(r.plan, nodes);
  for (ir::FallbackEdge& e : gateway.default_fallbacks) change(e.node, nodes);
  for (PlanNode& n : gateway.nodes) {
    if (auto* use = std::get_if<ir::Use>(&n.what)) {
      change(use->deployment, deployments);
    } else if (auto* balance = std::get_if<ir::Balance>(&n.what)) {
      for (ir::Edge& e : balance->edges) change(e.node, nodes);
    } else if (auto* fallback = std::get_if<ir::Fallback>(&n.what)) {
      change(fallback->primary, nodes);
      for (ir::FallbackEdge& e : fallback->edges) change(e.node, nodes);
    } else if (auto* choice = std::get_if<ir::Switch>(&n.what)) {
      for (ir::SwitchCase& c : choice->cases) change(c.node, nodes);
      change(choice->otherwise, nodes);
      for (ir::Edge& e : choice->idle) change(e.node, nodes);
    } else if (auto* mirror = std::get_if<ir::Mirror>(&n.what)) {
      change(mirror->primary, nodes);
    }
  }
}

class TakeOver {
 public:
  TakeOver(const Gateway& before, const Gateway& after, Gateway& into, Reach& was, const Edits& edits)
      : after_(after), into_(into), was_(was), graft_(before, after, into, edits) {}

  void take(const std::string& section, const std::string& key) {
    if (section == "routes") {
      route(key);
    } else if (section == "defaults") {
      each_setting(after_.defaults, into_.defaults, [&](const std::string& name, const auto& from, auto& to) {
        if (name == key) to = from;
      });
    } else if (section == "routing") {
      into_.routing = after_.routing;
    } else if (section == "providers") {
      provider(key);
    } else if (section == "default_fallbacks") {
      into_.default_fallbacks = after_.default_fallbacks;
      for (ir::FallbackEdge& e : into_.default_fallbacks) e.node = graft_.plan(e.node);
    } else {
      ir::for_each_member<Gateway>([&](const auto& m) {
        if (m.name == section) member(after_.*m.pointer, into_.*m.pointer, key);
      });
    }
  }

 private:
  template <class T>
  static void member(const T& from, T& into, const std::string& key) {
    if constexpr (kIsVector<T>) {
      const auto is_it = [&](const auto& item) { return ir::identity(item) == key; };
      std::erase_if(into, is_it);
      std::copy_if(from.begin(), from.end(), std::back_inserter(into), is_it);
    } else {
      into = from;
    }
  }

  void route(const std::string& name) {
    const auto is_it = [&](const ir::Route& r) { return *r.name == name; };
    const auto old = std::find_if(into_.routes.begin(), into_.routes.end(), is_it);
    const auto edited = std::find_if(after_.routes.begin(), after_.routes.end(), is_it);
    if (edited == after_.routes.end()) {
      if (old != into_.routes.end()) into_.routes.erase(old);
      return;
    }
    ir::Route copy = *edited;
    copy.plan = graft_.plan(copy.plan);
    if (old != into_.routes.end()) {
      *old = std::move(copy);
    } else {
      into_.routes.push_back(std::move(copy));
    }
  }

  /// One that no deployment uses.
  void provider(const std::string& name) {
    const auto is_it = [&](const ir::Provider& p) { return ir::identity(p) == name; };
    const auto old = std::find_if(into_.providers.begin(), into_.providers.end(), is_it);
    const auto edited = std::find_if(after_.providers.begin(), after_.providers.end(), is_it);
    if (edited != after_.providers.end() && old != into_.providers.end()) {
      *old = *edited;
    } else if (edited != after_.providers.end()) {
      (void)into_.add(*edited);
    } else if (old != into_.providers.end()) {
      was_.providers[static_cast<std::size_t>(old - into_.providers.begin())] = 1;  // goes with what is no longer used
    }
  }

  const Gateway& after_;
  Gateway& into_;
  Reach& was_;
  Graft graft_;
};

}  // namespace

std::optional<std::vector<std::string>> take_over(const Gateway& before, const Gateway& after, Gateway& into) {
  Edits edits(different_settings(before.defaults, after.defaults));
  compare(before, after, edits);
  Reach was(into);
  TakeOver take(before, after, into, was, edits);
  std::vector<std::string> names;
  for (const auto& [section, key] : edits.places) {
    take.take(section, key);
    names.push_back(key.empty() ? section : section + "[" + key + "]");
  }
  if (names.empty()) return names;
  drop_unused(into, was);
  Edits left({});
  compare(into, after, left);
  for (const std::string& path : edits.paths) {
    if (left.paths.contains(path)) return std::nullopt;
  }
  return names;
}

}  // namespace gatec::compare
