#include "compiler/compare/changes.h"

#include "compiler/limits/effective.h"

#include <algorithm>
#include <array>
#include <map>
#include <numeric>
#include <optional>
#include <set>
#include <tuple>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace gatec::compare {
namespace {

using ir::Decimal;
using ir::Principal;

constexpr std::size_t kNone = static_cast<std::size_t>(-1);

/// One value, and where it stands.
struct Atom {
  Difference difference;
  std::vector<std::string> segments;  // "routes", "[a]", "plan", "limits", "[requests]", "amount"
  std::size_t group = kNone;          // of an entity that one side lacks
  const Principal* before = nullptr;  // around it
  const Principal* after = nullptr;
};

/// What one side lacks as a whole.
struct Group {
  Change change = Change::Added;
  std::vector<std::string> prefix;  // that all its values share
  bool told = false;
};

std::vector<std::string> segments_of(const Path& path) {
  std::vector<std::string> all;
  for (const Path::Segment& s : path.segments()) {
    if (!s.name.empty()) all.emplace_back(s.name);
    if (s.key != nullptr) {
      all.push_back('[' + s.key(s.element) + ']');
    } else if (s.element != nullptr) {
      all.push_back('[' + std::to_string(s.index) + ']');
    }
  }
  return all;
}

std::string text_of(const std::vector<std::string>& segments, std::size_t count) {
  std::string text;
  for (std::size_t i = 0; i < count; ++i) {
    if (!text.empty() && !segments[i].starts_with('[')) text += '.';
    text += segments[i];
  }
  return text;
}
std::string text_of(const std::vector<std::string>& segments) { return text_of(segments, segments.size()); }

/// An empty value of a key that nobody models says nothing.
bool says_nothing(const Atom& a) {
  if (std::ranges::find(a.segments, "extras") == a.segments.end()) return false;
  const auto empty = [](const std::string& text) {
    return text.empty() || text == "{}" || text == "[]" || text == "null";
  };
  return empty(a.difference.before) && empty(a.difference.after);
}

class Collector final : public Listener {
 public:
  std::vector<Atom> atoms;
  std::vector<Group> groups;

  void enter(const void* before, const void* after) override { push(before, after); }
  void enter_extra(const ir::Extra& before) override { push(&before, nullptr); }
  void leave() override {
    stack_.pop_back();
    if (open_ != kNone && stack_.size() < opened_at_) open_ = kNone;
  }
  void same(const Pair&) override {}
  void moot(const Pair&, std::string_view) override {}
  void different(const Pair& pair, Change change) override {
    if (!told_.insert(pair.before ? pair.before : pair.after).second) return;
    Atom& atom = atoms.emplace_back();
    Difference& d = atom.difference;
    d.cls = pair.cls;
    d.change = change;
    d.path = pair.path.text();
    if (pair.before) d.before = pair.show(pair.before);
    if (pair.after) d.after = pair.show(pair.after);
    if (pair.before_from) d.before_from = *pair.before_from;
    if (pair.after_from) d.after_from = *pair.after_from;
    atom.segments = segments_of(pair.path);
    if (says_nothing(atom)) d.cls = Class::Cosmetic;
    constexpr std::size_t kPrincipal = 2;  // the gateway, the list, and it
    if (atom.segments.front() == "principals" && stack_.size() > kPrincipal) {
      atom.before = static_cast<const Principal*>(stack_[kPrincipal].first);
      atom.after = static_cast<const Principal*>(stack_[kPrincipal].second);
    }
    if (open_ == kNone) return;
    atom.group = open_;
    Group& group = groups[open_];
    if (!std::exchange(group.told, true)) {
      group.prefix = atom.segments;
      return;
    }
    const auto [end, other] = std::ranges::mismatch(group.prefix, atom.segments);
    group.prefix.erase(end, group.prefix.end());
  }

 private:
  void push(const void* before, const void* after) {
    stack_.emplace_back(before, after);
    if (open_ != kNone || (before == nullptr) == (after == nullptr)) return;
    open_ = groups.size();
    opened_at_ = stack_.size();
    groups.push_back({before == nullptr ? Change::Added : Change::Removed, {}, false});
  }

  std::vector<std::pair<const void*, const void*>> stack_;
  std::size_t open_ = kNone, opened_at_ = 0;
  std::unordered_set<const void*> told_;
};

/// What belongs together, by number.
class Sets {
 public:
  explicit Sets(std::size_t count) : above_(count) { std::iota(above_.begin(), above_.end(), std::size_t{0}); }
  std::size_t of(std::size_t i) {
    while (above_[i] != i) i = above_[i] = above_[above_[i]];
    return i;
  }
  void join(std::size_t a, std::size_t b) {
    a = of(a);
    b = of(b);
    above_[std::max(a, b)] = std::min(a, b);
  }

 private:
  std::vector<std::size_t> above_;
};

bool has(const std::vector<std::string>& segments, std::string_view name) {
  return std::ranges::find(segments, name) != segments.end();
}

/// Lists whose elements come and go as wholes.
bool is_list(std::string_view name) {
  static constexpr std::array<std::string_view, 10> kLists = {"budgets", "limits", "balance", "fallback", "case",
                                                              "idle",    "prices", "routes",  "aliases",  "principals"};
  return std::ranges::find(kLists, name) != kLists.end();
}
/// The list that an element is of; empty for what is none.
std::string_view list_of(const std::vector<std::string>& element) {
  if (element.size() < 2 || !element.back().starts_with('[')) return {};
  const std::string& list = element[element.size() - 2];
  return is_list(list) ? std::string_view(list) : std::string_view();
}

bool is_weight(const Atom& a) { return a.segments.back() == "weight"; }
bool shapes_balance(const Atom& a) { return is_weight(a) || a.segments.back() == "policy"; }

/// "routes[a].plan": of whose balance a value is.
std::string balance_of(const Atom& a) {
  for (std::size_t i = a.segments.size(); i-- > 0;) {
    if (a.segments[i] == "balance" || (a.segments[i] == "policy" && i > 1)) return text_of(a.segments, i);
  }
  return {};
}

/// "routes[a]", where `segments` lie in its plan; empty elsewhere.
std::string plan_of(const std::vector<std::string>& segments) {
  return segments.size() > 2 && segments[0] == "routes" && segments[2] == "plan" ? text_of(segments, 2) : std::string();
}

/// The limit or budget that a value stands in, without what tells one window from another.
std::string counter_of(const Atom& a) {
  for (std::size_t i = a.segments.size(); i-- > 1;) {
    if (a.segments[i - 1] != "limits" && a.segments[i - 1] != "budgets") continue;
    const std::string& key = a.segments[i];
    return text_of(a.segments, i) + key.substr(0, key.find_first_of("@]"));
  }
  return {};
}

/// Of a list of names that somebody may use or come from: so many segments lead to it, 0 for anything else.
std::size_t list_of_names(const Atom& a) {
  static constexpr std::array<std::string_view, 4> kNames = {"models", "allowed_ips", "allowed_routes", "aliases"};
  if (a.segments.front() != "principals" && a.segments.front() != "server") return 0;
  const std::size_t size = a.segments.size();
  for (const std::size_t length : {size, size - 1}) {
    if (length > 1 && std::ranges::find(kNames, a.segments[length - 1]) != kNames.end()) return length;
  }
  return 0;
}

bool is_other_provider(const Atom& a) {
  const std::size_t size = a.segments.size();
  return size > 2 && a.segments[size - 1] == "kind" && a.segments[size - 2] == "provider" &&
         a.segments.front() == "routes";
}

Direction turned(Direction d) {
  return d == Direction::Wider ? Direction::Narrower : d == Direction::Narrower ? Direction::Wider : d;
}

/// Of a number that allows more the greater it is.
Direction by_number(const Difference& d) {
  if (d.change == Change::Added) return Direction::Narrower;
  if (d.change == Change::Removed) return Direction::Wider;
  const auto before = Decimal::parse(d.before);
  const auto after = Decimal::parse(d.after);
  if (before && after) return *before < *after ? Direction::Wider : Direction::Narrower;
  if (before && d.after == "unlimited") return Direction::Wider;
  return after && d.before == "unlimited" ? Direction::Narrower : Direction::Other;
}

Direction of_names(const std::vector<const Atom*>& atoms) {
  const Atom& first = *atoms.front();
  const std::string& list = first.segments[list_of_names(first) - 1];
  if (first.before != nullptr && first.after != nullptr && list != "aliases") {
    const auto pick = [&](const Principal& p) -> const ir::List<std::string>& {
      return list == "models" ? p.models : list == "allowed_ips" ? p.allowed_ips : p.allowed_routes;
    };
    if (pick(*first.before).items.empty()) return Direction::Narrower;  // an empty list allows all
    if (pick(*first.after).items.empty()) return Direction::Wider;
  }
  const bool added = std::ranges::any_of(atoms, [](const Atom* a) { return a->difference.change != Change::Removed; });
  const bool removed = std::ranges::any_of(atoms, [](const Atom* a) { return a->difference.change != Change::Added; });
  return added && removed ? Direction::Other : added ? Direction::Wider : Direction::Narrower;
}

Direction direction_of(const Atom& atom) {
  const Difference& d = atom.difference;
  const std::string& name = atom.segments.back();
  const bool counted = d.cls == Class::Rate || d.cls == Class::Spend;
  if (counted && (name == "amount" || name == "burst" || name.ends_with("parallel_requests"))) return by_number(d);
  if (name == "hint") return d.after == "true" ? Direction::Wider : Direction::Narrower;
  if (name == "blocked") return d.after == "true" ? Direction::Narrower : Direction::Wider;
  if (name == "auth")
    return d.after == "open" ? Direction::Wider : d.before == "open" ? Direction::Narrower : Direction::Other;
  if (name == "expires" && d.change != Change::Changed)
    return d.change == Change::Added ? Direction::Narrower : Direction::Wider;
  return Direction::Other;
}

/// Of an entity that came; what went is turned round.
Direction direction_of(std::string_view list, Class cls, const std::vector<std::string>& prefix) {
  if (list == "routes" || list == "aliases") return Direction::Wider;
  if (list == "principals") {
    const bool calls = prefix.size() > 1 && !prefix[1].starts_with("[budget") && !prefix[1].starts_with("[access");
    return calls ? Direction::Wider : Direction::Other;
  }
  if ((list == "limits" && cls == Class::Rate) || list == "budgets") return Direction::Narrower;
  return !prefix.empty() && prefix.front() == "guardrails" ? Direction::Narrower : Direction::Other;
}

int weight_of(Class cls) {
  switch (cls) {
    case Class::Access: return 5;
    case Class::Spend: return 4;
    case Class::Rate: return 3;
    case Class::Secret: return 2;
    case Class::Route: return 1;
    default: return 0;
  }
}

std::string entity_of(const std::vector<std::string>& segments) {
  const auto inner = [&] { return segments[1].substr(1, segments[1].size() - 2); };
  if (segments.size() < 2 || !segments[1].starts_with('[')) return "gateway";
  if (segments[0] == "routes") return "route:" + inner();
  if (segments[0] == "aliases") return "alias:" + inner();
  if (segments[0] == "principals") return inner();
  if (segments[0] == "guardrails") return "guardrail:" + inner();
  return "gateway";
}

/// Makes changes of atoms.
class Telling {
 public:
  Telling(const ir::Gateway& before, const ir::Gateway& after) : before_(before), after_(after) {
    compare(before, after, collector_);
    for (Group& g : collector_.groups) {
      while (g.prefix.size() > 1 && !g.prefix.back().starts_with('[') && g.prefix.back() != "plan" &&
             g.prefix.back() != "primary" && std::ranges::any_of(g.prefix, is_list))
        g.prefix.pop_back();
    }
  }

  std::vector<ChangeSet> run() {
    const std::vector<Atom>& atoms = collector_.atoms;
    Sets sets(atoms.size());
    by_group(sets);
    by_leaf(sets);
    by_balance(sets);
    by_plan(sets);
    by_name(sets, [](const Atom& a) {
      const std::size_t size = a.segments.size();
      const bool edge = size > 3 && a.segments.back() == "to" && a.segments[size - 3] == "fallback";
      return edge ? text_of(a.segments, size - 2) : std::string();
    });
    by_name(sets, [](const Atom& a) {
      // what a gateway does unasked everywhere, and now does otherwise
      const Difference& d = a.difference;
      const ir::Rule* const rule = d.after_from.is_default()    ? d.after_from.rule()
                                   : d.before_from.is_default() ? d.before_from.rule()
                                                                : nullptr;
      return rule == nullptr || a.group != kNone
                 ? std::string()
                 : std::string(rule->id) + a.segments.back() + d.before + '\n' + d.after;
    });
    by_name(sets, [](const Atom& a) { return counter_of(a); });
    by_name(sets, [](const Atom& a) {
      const std::size_t length = list_of_names(a);
      return length == 0 ? std::string() : text_of(a.segments, length);
    });
    by_name(sets, [](const Atom& a) {  // a check that makes limits of hints
      const bool by_check = a.segments.back() == "hint" || has(a.segments, "optional_prechecks");
      return by_check ? "checks" : "";
    });
    std::map<std::size_t, std::vector<const Atom*>> together;
    for (std::size_t i = 0; i < atoms.size(); ++i) together[sets.of(i)].push_back(&atoms[i]);
    std::vector<ChangeSet> all;
    for (const auto& [first, members] : together) all.push_back(told(members));
    find_renamed(all);
    find_caps(all);
    return all;
  }

 private:
  void by_group(Sets& sets) {
    std::unordered_map<std::size_t, std::size_t> seen;
    for (std::size_t i = 0; i < collector_.atoms.size(); ++i) {
      const std::size_t group = collector_.atoms[i].group;
      if (group == kNone) continue;
      const auto [at, fresh] = seen.emplace(group, i);
      if (!fresh) sets.join(at->second, i);
    }
  }

  /// One leaf, many places: a setting that arrives everywhere, a value that others are made of.
  void by_leaf(Sets& sets) {
    std::unordered_map<std::uint32_t, std::size_t> before, after;
    const auto join = [&](std::unordered_map<std::uint32_t, std::size_t>& seen, const ir::Origin& from, std::size_t i) {
      from.each([&](ir::LeafId leaf) {
        const auto [at, fresh] = seen.emplace(leaf.value, i);
        if (!fresh) sets.join(at->second, i);
      });
    };
    for (std::size_t i = 0; i < collector_.atoms.size(); ++i) {
      const Difference& d = collector_.atoms[i].difference;
      join(before, d.before_from, i);
      join(after, d.after_from, i);
    }
  }

  /// Shares of one whole are one matter, and where they were made of limits, of those limits.
  void by_balance(Sets& sets) {
    std::map<std::string, std::vector<std::size_t>> weights;
    std::set<std::string> made;
    const std::vector<Atom>& atoms = collector_.atoms;
    for (std::size_t i = 0; i < atoms.size(); ++i) {
      if (!shapes_balance(atoms[i])) continue;
      const std::string balance = balance_of(atoms[i]);
      weights[balance].push_back(i);
      const Difference& d = atoms[i].difference;
      if (d.before_from.rule() != nullptr || d.after_from.rule() != nullptr) made.insert(balance);
    }
    for (const auto& [balance, all] : weights) {
      for (const std::size_t i : all) sets.join(all.front(), i);
    }
    for (std::size_t i = 0; i < atoms.size() && !made.empty(); ++i) {
      if (!has(atoms[i].segments, "limits") && atoms[i].group == kNone) continue;
      const std::string balance = balance_of(atoms[i]);
      if (made.contains(balance)) sets.join(weights[balance].front(), i);
    }
  }

  /// A plan of another form, and targets that are others, are one change of their route.
  void by_plan(Sets& sets) {
    const std::vector<Atom>& atoms = collector_.atoms;
    std::map<std::string, std::vector<std::string>> others;  // by route: where another target stands
    for (const Atom& a : atoms) {
      const std::size_t size = a.segments.size();
      if (a.group != kNone) {
        const std::vector<std::string>& prefix = collector_.groups[a.group].prefix;
        const bool form = !prefix.empty() && (prefix.back() == "plan" || prefix.back() == "primary");
        if (form) others[plan_of(prefix)].push_back(text_of(prefix));
      } else if (is_other_provider(a)) {
        others[plan_of(a.segments)].push_back(text_of(a.segments, size - 2));
      }
    }
    others.erase("");
    std::map<std::string, std::size_t> seen;
    for (std::size_t i = 0; i < atoms.size() && !others.empty(); ++i) {
      const auto found = others.find(plan_of(atoms[i].segments));
      if (found == others.end()) continue;
      const bool inside = std::ranges::any_of(
          found->second, [&](const std::string& place) { return atoms[i].difference.path.starts_with(place); });
      if (!inside) continue;
      const auto [at, fresh] = seen.emplace(found->first, i);
      if (!fresh) sets.join(at->second, i);
    }
  }

  template <class F>
  void by_name(Sets& sets, F name) {
    std::map<std::string, std::size_t> seen;
    for (std::size_t i = 0; i < collector_.atoms.size(); ++i) {
      const std::string text = name(collector_.atoms[i]);
      if (text.empty()) continue;
      const auto [at, fresh] = seen.emplace(text, i);
      if (!fresh) sets.join(at->second, i);
    }
  }

  /// The cause comes before what follows from it: what was written before what a rule made, classes by their weight.
  static bool leads(const Atom& a, const Atom& b) {
    const auto rank = [](const Atom& x) {
      const Difference& d = x.difference;
      const bool derived = d.before_from.rule() != nullptr || d.after_from.rule() != nullptr || d.before == d.after;
      const int weight = 2 * weight_of(d.cls);
      constexpr int kProvider = 5;  // its credential follows from it
      return std::tuple(is_weight(x) && derived, -(is_other_provider(x) ? kProvider : weight), derived);
    };
    return rank(a) < rank(b);
  }

  ChangeSet told(const std::vector<const Atom*>& members) const {
    const Atom* lead = members.front();
    for (const Atom* a : members) {
      if (leads(*a, *lead)) lead = a;
    }
    ChangeSet c;
    const Difference& d = lead->difference;
    c.cls = d.cls;
    c.kind = d.change == Change::Added ? Kind::Added : d.change == Change::Removed ? Kind::Removed : Kind::Changed;
    c.path = d.path;
    c.before = d.before;
    c.after = d.after;
    c.before_from = d.before_from;
    c.after_from = d.after_from;
    c.direction = direction_of(*lead);
    c.entity = entity_of(lead->segments);
    const Group* group = lead->group == kNone ? nullptr : &collector_.groups[lead->group];
    const bool one_group = std::ranges::all_of(members, [&](const Atom* a) { return a->group == lead->group; });
    const std::string counter = counter_of(*lead);
    const std::string plan = plan_of(lead->segments);
    const bool of_plan = group != nullptr && !group->prefix.empty() &&
                         (group->prefix.back() == "plan" || group->prefix.back() == "primary");
    if (of_plan) {
      c.cls = Class::Route;
      c.kind = Kind::Changed;
      c.direction = Direction::Other;
      c.path = plan + ".plan";
      c.before.clear();
      c.after.clear();
    } else if (list_of_names(*lead) > 0 && (group == nullptr || group->prefix.size() > 2)) {
      as_names(c, members);
    } else if (group != nullptr && (one_group || counter.empty())) {
      as_entity(c, *group, *lead);
    } else if (!counter.empty()) {
      as_counter(c, members, counter);
    }
    for (const Atom* a : members) {
      c.parts.push_back(a->difference);
      const Direction other = a->group == kNone ? direction_of(*a) : Direction::Other;
      if (c.direction == Direction::Other && c.kind == Kind::Changed) c.direction = other;
    }
    return c;
  }

  void as_entity(ChangeSet& c, const Group& group, const Atom& lead) const {
    const std::string_view list = list_of(group.prefix);
    c.path = text_of(group.prefix);
    if (list == "routes" || list == "aliases" || list == "principals") {
      c.cls = Class::Access;
    } else if (list == "budgets" || list == "prices") {
      c.cls = Class::Spend;
    } else if (list == "balance" || list == "fallback" || list == "case" || list == "idle") {
      c.cls = Class::Route;
    }
    c.kind = group.change == Change::Added ? Kind::Added : Kind::Removed;
    c.direction = direction_of(list, c.cls, group.prefix);
    if (list == "limits" && lead.difference.cls != Class::Rate) c.direction = Direction::Other;
    if (c.kind == Kind::Removed) c.direction = turned(c.direction);
  }

  /// A limit that is there before and after, whatever its window was.
  static void as_counter(ChangeSet& c, const std::vector<const Atom*>& members, const std::string& counter) {
    std::string before, after;
    const Difference* amount_before = nullptr;
    const Difference* amount_after = nullptr;
    for (const Atom* a : members) {
      if (counter_of(*a) != counter) continue;
      const Difference& d = a->difference;
      const std::string& name = a->segments.back();
      if (name != "amount" && name != "window") continue;
      const auto add = [&](std::string& text, const std::string& value) {
        if (value.empty()) return;
        text = text.empty() ? value : name == "amount" ? value + " per " + text : text + " per " + value;
      };
      if (d.change != Change::Added) add(before, d.before);
      if (d.change != Change::Removed) add(after, d.after);
      if (name != "amount") continue;
      if (d.change != Change::Added) amount_before = &d;
      if (d.change != Change::Removed) amount_after = &d;
    }
    if (!before.empty() && !after.empty()) {
      c.kind = Kind::Changed;
      c.before = before;
      c.after = after;
      const bool whole = before.find(" per ") == std::string::npos && after.find(" per ") == std::string::npos;
      if (amount_before != nullptr) c.before_from = amount_before->before_from;
      if (amount_after != nullptr) c.after_from = amount_after->after_from;
      if (!whole) c.direction = Direction::Other;
    }
    if (c.cls != Class::Rate && c.cls != Class::Spend) c.direction = Direction::Other;
  }

  static void as_names(ChangeSet& c, const std::vector<const Atom*>& members) {
    const std::vector<std::string>& segments = members.front()->segments;
    c.path = text_of(segments, list_of_names(*members.front()));
    c.direction = of_names(members);
    if (members.size() == 1) return;
    c.kind = Kind::Changed;
    c.before.clear();
    c.after.clear();
    const auto add = [](std::string& text, const std::string& value) {
      if (value.empty()) return;
      if (!text.empty()) text += ", ";
      text += value;
    };
    for (const Atom* a : members) {
      add(c.before, a->difference.before);
      add(c.after, a->difference.after);
    }
  }

  /// Two entities, one gone and one come, that differ by nothing but the name.
  static void find_renamed(std::vector<ChangeSet>& all) {
    const auto content = [](const ChangeSet& c) {
      std::string text;
      std::size_t values = 0;
      for (const Difference& d : c.parts) {
        if (!d.path.starts_with(c.path)) continue;
        const std::string rest = d.path.substr(c.path.size());
        if (rest == ".name" || rest == ".id" || rest == ".alias" || rest == ".secret") continue;
        ++values;
        ((text += rest) += '=') += (d.change == Change::Added ? d.after : d.before) + '\n';
      }
      return values == 0 ? std::string() : text;
    };
    std::map<std::string, std::size_t> gone;
    const auto whole = [](const ChangeSet& c, Kind kind) {
      const bool listed = c.path.starts_with("routes[") || c.path.starts_with("principals[");
      return c.kind == kind && c.cls == Class::Access && listed && c.path.ends_with(']');
    };
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (!whole(all[i], Kind::Removed)) continue;
      if (const std::string text = content(all[i]); !text.empty()) gone.emplace(text, i);
    }
    std::vector<std::size_t> spent;
    for (std::size_t i = 0; i < all.size(); ++i) {
      if (!whole(all[i], Kind::Added)) continue;
      const auto found = gone.find(content(all[i]));
      if (found == gone.end()) continue;
      ChangeSet& old = all[found->second];
      ChangeSet& now = all[i];
      now.kind = Kind::Renamed;
      now.direction = Direction::Other;
      now.before = old.entity;
      now.after = now.entity;
      now.before_from = old.parts.front().before_from;
      now.after_from = now.parts.front().after_from;
      now.parts.insert(now.parts.end(), old.parts.begin(), old.parts.end());
      spent.push_back(found->second);
      gone.erase(found);
    }
    std::ranges::sort(spent, std::greater<>());
    for (const std::size_t i : spent) all.erase(all.begin() + static_cast<std::ptrdiff_t>(i));
  }

  /// Effective caps that are others now, under the change that their binding line belongs to.
  void find_caps(std::vector<ChangeSet>& all) const {
    const bool concerned = std::ranges::any_of(all, [](const ChangeSet& c) {
      return c.cls == Class::Rate || c.cls == Class::Spend || c.cls == Class::Access;
    });
    if (!concerned) return;
    std::unordered_map<std::uint32_t, std::size_t> before_leaf, after_leaf;
    for (std::size_t i = 0; i < all.size(); ++i) {
      for (const Difference& d : all[i].parts) {
        d.before_from.each([&](ir::LeafId leaf) { before_leaf.emplace(leaf.value, i); });
        d.after_from.each([&](ir::LeafId leaf) { after_leaf.emplace(leaf.value, i); });
      }
    }
    const limits::Caps before(before_);
    const limits::Caps after(after_);
    std::unordered_map<std::string_view, std::size_t> callers, routes;
    for (std::size_t i = 0; i < after.callers(); ++i) callers.emplace(after.caller(i), i);
    for (std::size_t j = 0; j < after.routes(); ++j) routes.emplace(after.route(j), j);
    std::map<std::pair<std::size_t, std::size_t>, std::vector<std::pair<std::size_t, std::size_t>>> alike;
    for (std::size_t j = 0; j < before.routes(); ++j) {
      const auto same = routes.find(before.route(j));
      if (same != routes.end()) alike[{before.class_of(j), after.class_of(same->second)}].emplace_back(j, same->second);
    }
    std::map<std::tuple<std::size_t, std::string, std::string, std::string, std::string>,
             std::pair<std::size_t, std::size_t>>
        seen;
    for (std::size_t i = 0; i < before.callers(); ++i) {
      const auto same = callers.find(before.caller(i));
      if (same == callers.end()) continue;
      for (const auto& [classes, pairs] : alike) {
        const auto [j, k] = pairs.front();
        if (!before.may_use(i, j) || !after.may_use(same->second, k)) continue;
        const std::vector<limits::PlainCap> old_caps = before.plain(i, j);
        const std::vector<limits::PlainCap> new_caps = after.plain(same->second, k);
        const auto tell = [&](const limits::PlainCap* x, const limits::PlainCap* y) {
          const limits::PlainCap& any = x != nullptr ? *x : *y;
          std::size_t cause = kNone;
          if (y != nullptr) {
            const auto found = after_leaf.find(y->from.value);
            if (found != after_leaf.end()) cause = found->second;
          }
          if (x != nullptr && cause == kNone) {
            const auto found = before_leaf.find(x->from.value);
            if (found != before_leaf.end()) cause = found->second;
          }
          if (cause == kNone) return;
          CapChange c;
          c.principal = before.caller(i);
          c.route = before.route(j);
          c.more = pairs.size() - 1;
          c.counted = std::string(ir::counted_name(any.counts)) + " per " + std::string(any.window);
          if (x != nullptr) c.before = x->limit != nullptr ? x->limit->text() : "unknown";
          if (y != nullptr) c.after = y->limit != nullptr ? y->limit->text() : "unknown";
          c.direction = x == nullptr                                 ? Direction::Narrower
                        : y == nullptr                               ? Direction::Wider
                        : x->limit == nullptr || y->limit == nullptr ? Direction::Other
                        : *x->limit < *y->limit                      ? Direction::Wider
                                                                     : Direction::Narrower;
          const auto [at, fresh] =
              seen.try_emplace({cause, c.principal, c.counted, c.before, c.after}, cause, all[cause].caps.size());
          if (fresh) {
            all[cause].caps.push_back(std::move(c));
          } else {
            all[at->second.first].caps[at->second.second].more += pairs.size();
          }
        };
        const auto find = [](const std::vector<limits::PlainCap>& caps, const limits::PlainCap& cap) {
          const auto found = std::ranges::find_if(caps, [&](const limits::PlainCap& other) {
            return other.counts == cap.counts && other.window == cap.window && other.hint == cap.hint;
          });
          return found == caps.end() ? nullptr : &*found;
        };
        for (const limits::PlainCap& x : old_caps) {
          if (x.hint) continue;
          const limits::PlainCap* const y = find(new_caps, x);
          const bool equal = y != nullptr && (x.limit == nullptr) == (y->limit == nullptr) &&
                             (x.limit == nullptr || *x.limit == *y->limit);
          if (!equal) tell(&x, y);
        }
        for (const limits::PlainCap& y : new_caps) {
          if (!y.hint && find(old_caps, y) == nullptr) tell(nullptr, &y);
        }
      }
    }
  }

  const ir::Gateway& before_;
  const ir::Gateway& after_;
  Collector collector_;
};

}  // namespace

std::string_view direction_name(Direction direction) {
  switch (direction) {
    case Direction::Wider: return "wider";
    case Direction::Narrower: return "narrower";
    case Direction::Other: return "other";
  }
  return "";
}

std::string_view kind_name(Kind kind) {
  switch (kind) {
    case Kind::Added: return "added";
    case Kind::Removed: return "removed";
    case Kind::Changed: return "changed";
    case Kind::Renamed: return "renamed";
  }
  return "";
}

std::vector<ChangeSet> changes(const ir::Gateway& before, const ir::Gateway& after) {
  return Telling(before, after).run();
}

}  // namespace gatec::compare
