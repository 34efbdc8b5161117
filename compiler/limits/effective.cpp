#include "compiler/limits/effective.h"

#include "compiler/limits/levels.h"

#include <algorithm>
#include <array>
#include <deque>
#include <set>

namespace gatec::limits {
namespace {

using ir::Counted;
using ir::Principal;
using ir::PrincipalKind;

bool is_caller(PrincipalKind kind) { return kind != PrincipalKind::BudgetRow && kind != PrincipalKind::AccessGroup; }

bool has_star(std::string_view text) { return text.find('*') != std::string_view::npos; }

bool concerns(const Term& term, std::string_view name) {
  if (term.scope == nullptr || !term.scope->model.given()) return true;
  const std::string& model = *term.scope->model;
  return model == name || (has_star(model) && passes::matches_pattern(model, name, true));
}

/// What the terms of one window come to.
struct Folded {
  Counted counts;
  const std::string* window;
  bool hint;
  bool unknown = false;
  const Term* binding = nullptr;
};

}  // namespace

class Caps::Worked {
 public:
  Worked(const ir::Gateway& gateway, const Query& query)
      : gateway_(gateway), query_(query), levels_(gateway), capacity_(gateway), index_(gateway) {
    for (const ir::Route& r : gateway.routes) name(r.name.value, &r);
    for (const ir::Alias& a : gateway.aliases) name(a.name, index_.find(a.name).route);
    if (gateway.routes.empty()) name("*", nullptr);  // objects of people alone: their models stand elsewhere
    for (const Principal& p : gateway.principals) {
      for (const auto& item : p.models.items) by_pattern(item.value);
      for (const ir::Limit& l : p.limits) by_pattern(l.scope.model.value);
      for (const ir::Budget& b : p.budgets) by_pattern(b.scope.model.value);
    }
    if (!query.model.empty() && !known_.contains(query.model)) name(query.model, index_.find(query.model).route);
    find_callers();
    classify();
  }

  struct Asked {
    Levels::Requested facts;
    std::vector<Term> upstream;
    std::size_t of_class = 0;
  };
  struct Caller {
    const Principal* principal;  // null: whoever calls
    std::string name;
  };
  [[nodiscard]] const std::vector<Caller>& callers() const { return callers_; }
  [[nodiscard]] const std::deque<Asked>& names() const { return names_; }

  [[nodiscard]] bool may_use(std::size_t caller, std::size_t name) const {
    const Principal* const p = callers_[caller].principal;
    return p == nullptr || levels_.may_use(*p, paths_of(caller).path, names_[name].facts);
  }

  [[nodiscard]] std::optional<Barrier> barrier(std::size_t caller, std::size_t name) const {
    const Principal* const p = callers_[caller].principal;
    if (p == nullptr) return std::nullopt;
    const std::vector<const Principal*>& path = paths_of(caller).path;
    for (const Principal* one : path) {
      if (one->blocked.given() && *one->blocked) return Barrier{levels_.name(*one), one->blocked.from.first()};
    }
    const Principal* const refuser = levels_.refuser(*p, path, names_[name].facts);
    if (refuser == nullptr) return std::nullopt;
    const auto& models = refuser->models;
    return Barrier{levels_.name(*refuser),
                   models.items.empty() ? models.from.first() : models.items.front().from.first()};
  }

  /// Of equals the later one is nearer to the caller, but what is shared by all callers comes after them.
  void fold(std::size_t caller, std::size_t name, std::vector<Folded>& to, std::vector<const Term*>& terms) const {
    const Paths& own = paths_of(caller);
    const Asked& asked = names_[name];
    const Principal* const p = callers_[caller].principal;
    const bool is_key = p == nullptr || p->kind == PrincipalKind::Key;
    terms.clear();
    to.clear();
    for (const std::vector<Term>* source : {&own.above, &own.global, &asked.upstream}) {
      for (const Term& term : *source) {
        if (concerns(term, asked.facts.name) && (is_key || !term.each_key)) terms.push_back(&term);
      }
    }
    std::ranges::stable_sort(terms, {}, &Term::level);
    for (const Term* term : terms) {
      auto at = std::ranges::find_if(to, [&](const Folded& f) { return holds(f, *term); });
      if (at == to.end()) at = to.insert(to.end(), {term->counts, &term->window, term->hint});
      if (!term->link.limit) {
        at->unknown = true;
      } else if (at->binding == nullptr || *term->link.limit <= *at->binding->link.limit) {
        const bool shared = term->level >= Level::Route;
        if (at->binding != nullptr && *term->link.limit == *at->binding->link.limit && shared) continue;
        at->binding = term;
      }
    }
    std::ranges::stable_sort(to, {}, &Folded::counts);
  }
  static bool holds(const Folded& f, const Term& term) {
    return f.counts == term.counts && *f.window == term.window && f.hint == term.hint;
  }

 private:
  void name(std::string_view text, const ir::Route* route) {
    if (!known_.insert(text).second || (!query_.model.empty() && text != query_.model)) return;
    Asked& asked = names_.emplace_back();
    asked.facts.name = text;
    asked.facts.route = route;
    if (route == nullptr) return;
    asked.upstream = capacity_.of(*route);
    bool all_owned = true;
    for (const ir::DeploymentId id : capacity_.deployments(*route)) {
      const ir::Deployment& d = gateway_.at(id);
      for (const auto& group : d.access_groups.items) asked.facts.groups.push_back(group.value);
      if (d.owner.given())
        asked.facts.owners.push_back(*d.owner);
      else
        all_owned = false;
    }
    if (!all_owned) asked.facts.owners.clear();
  }

  /// A name that only a pattern answers to, or nothing that is known here, but which somebody's list or limit names.
  void by_pattern(std::string_view text) {
    if (text.empty() || has_star(text) || known_.contains(text)) return;
    if (gateway_.routes.empty()) return name(text, nullptr);
    const passes::RouteIndex::Found found = index_.find(text);
    if (found.kind == passes::RouteIndex::Kind::Pattern) name(text, found.route);
  }

  void find_callers() {
    bool anybody = false;
    for (const Principal& p : gateway_.principals) {
      if (!is_caller(p.kind) || query_.anybody) continue;
      anybody = true;
      if (asked_for(p)) callers_.push_back({&p, levels_.name(p)});
    }
    if (!anybody && query_.key.empty() && query_.team.empty()) callers_.push_back({nullptr, "*"});
  }

  [[nodiscard]] bool asked_for(const Principal& p) const {
    const auto is = [](const Principal& one, std::string_view text) {
      return (one.alias.given() && *one.alias == text) || (one.id.given() && *one.id == text) ||
             (one.email.given() && *one.email == text);
    };
    if (!query_.key.empty() && (p.kind != PrincipalKind::Key || !is(p, query_.key))) return false;
    if (query_.team.empty()) return true;
    return std::ranges::any_of(levels_.above(p), [&](const Principal* one) {
      return one->kind == PrincipalKind::Team && is(*one, query_.team);
    });
  }

  /// By what the upstreams allow, and by which lists and limits of callers can tell names apart.
  void classify() {
    std::set<std::string_view> said, patterns;
    const auto say = [&](std::string_view text) { (has_star(text) ? patterns : said).insert(text); };
    const auto say_scopes = [&](const auto& owner) {
      for (const ir::Limit& l : owner.limits) say(l.scope.model.value);
      for (const ir::Budget& b : owner.budgets) say(b.scope.model.value);
    };
    say_scopes(gateway_);
    for (const Principal& p : gateway_.principals) {
      for (const auto& item : p.models.items) say(item.value);
      say_scopes(p);
    }
    std::map<std::string, std::size_t> classes;
    for (Asked& asked : names_) {
      std::string text;
      const auto add = [&](std::string_view part) { (text += part) += '\n'; };
      add(said.contains(asked.facts.name) ? asked.facts.name : std::string_view());
      for (const std::string_view pattern : patterns) {
        if (passes::matches_pattern(pattern, asked.facts.name, true)) add(pattern);
      }
      add("groups");
      for (const std::string_view group : asked.facts.groups) add(group);
      add("owners");
      for (const std::string_view owner : asked.facts.owners) add(owner);
      add("upstream");
      for (const Term& term : asked.upstream) {
        if (!concerns(term, asked.facts.name)) continue;
        add(std::to_string(static_cast<int>(term.level)) + ' ' + std::to_string(static_cast<int>(term.counts)) + ' ' +
            std::to_string(static_cast<int>(term.hint)) + std::to_string(static_cast<int>(term.each_key)));
        add(term.window);
        add(term.link.limit ? term.link.limit->text() : "?");
        if (term.cap)
          add(term.cap->amount.text() + ' ' + ir::window_name(term.cap->window) + ' ' + term.cap->burst.text());
      }
      asked.of_class = classes.emplace(std::move(text), classes.size()).first->second;
    }
  }

  /// Of the caller that was asked for last.
  struct Paths {
    std::size_t caller = SIZE_MAX;
    std::vector<const Principal*> path;
    std::vector<Term> above, global;
  };
  [[nodiscard]] const Paths& paths_of(std::size_t caller) const {
    if (paths_.caller == caller) return paths_;
    const Principal* const p = callers_[caller].principal;
    paths_.caller = caller;
    paths_.path = p != nullptr ? levels_.above(*p) : std::vector<const Principal*>();
    paths_.above = p != nullptr ? levels_.of(*p) : std::vector<Term>();
    paths_.global = levels_.global(p);
    return paths_;
  }

  const ir::Gateway& gateway_;
  const Query query_;
  Levels levels_;
  Capacity capacity_;
  passes::RouteIndex index_;
  std::deque<Asked> names_;
  std::set<std::string_view> known_;
  std::vector<Caller> callers_;
  mutable Paths paths_;
};

Caps::Caps(const ir::Gateway& gateway, const Query& query) : worked_(std::make_unique<Worked>(gateway, query)) {}
Caps::~Caps() = default;
std::size_t Caps::callers() const { return worked_->callers().size(); }
const std::string& Caps::caller(std::size_t caller) const { return worked_->callers()[caller].name; }
std::size_t Caps::routes() const { return worked_->names().size(); }
std::string_view Caps::route(std::size_t route) const { return worked_->names()[route].facts.name; }
std::size_t Caps::class_of(std::size_t route) const { return worked_->names()[route].of_class; }
bool Caps::may_use(std::size_t caller, std::size_t route) const { return worked_->may_use(caller, route); }
std::optional<Caps::Barrier> Caps::barrier(std::size_t caller, std::size_t route) const {
  return worked_->barrier(caller, route);
}

std::vector<PlainCap> Caps::plain(std::size_t caller, std::size_t route) const {
  std::vector<Folded> folded;
  std::vector<const Term*> terms;
  worked_->fold(caller, route, folded, terms);
  std::vector<PlainCap> all;
  for (const Folded& f : folded) {
    const bool known = f.binding != nullptr;
    all.push_back({f.counts, *f.window, f.hint, known ? &*f.binding->link.limit : nullptr,
                   known && f.binding->cap ? &*f.binding->cap : nullptr, known ? f.binding->link.from : ir::LeafId{}});
  }
  return all;
}

void Caps::add(std::size_t caller, std::size_t route, std::vector<EffectiveCap>& to) const {
  std::vector<Folded> folded;
  std::vector<const Term*> terms;
  worked_->fold(caller, route, folded, terms);
  const auto fresh = [&](Counted counts) -> EffectiveCap& {
    EffectiveCap& cap = to.emplace_back();
    cap.principal = this->caller(caller);
    cap.route = this->route(route);
    cap.counts = counts;
    return cap;
  };
  std::size_t next = 0;
  const auto add_one = [&](const Folded& f) {
    EffectiveCap& cap = fresh(f.counts);
    cap.window = *f.window;
    cap.hint = f.hint;
    cap.unknown = f.unknown;
    if (f.binding != nullptr) {
      cap.limit = f.binding->link.limit;
      cap.binding = f.binding->link.at;
      cap.cap = f.binding->cap;
    }
    for (const Term* term : terms) {
      if (!Worked::holds(f, *term)) continue;
      cap.chain.push_back(term->link);
      cap.chain.back().cap = term->cap;
    }
  };
  for (const Counted counts : ir::kCounted) {
    bool hard = false;
    for (; next < folded.size() && folded[next].counts == counts; ++next) {
      add_one(folded[next]);
      hard = hard || !folded[next].hint;
    }
    const bool expected = counts == Counted::Requests || counts == Counted::Tokens || counts == Counted::Usd;
    if (expected && !hard) fresh(counts);
  }
}

std::vector<EffectiveCap> effective_caps(const ir::Gateway& gateway, const Query& query) {
  const Caps caps(gateway, query);
  std::vector<EffectiveCap> all;
  for (std::size_t i = 0; i < caps.callers(); ++i) {
    for (std::size_t j = 0; j < caps.routes(); ++j) {
      if (caps.may_use(i, j)) caps.add(i, j, all);
    }
  }
  return all;
}

}  // namespace gatec::limits
