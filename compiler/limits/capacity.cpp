#include "compiler/base/overload.h"
#include "compiler/limits/levels.h"

#include <algorithm>
#include <array>

namespace gatec::limits {
namespace {

/// One counted thing in one kind of window, of hints or of caps.
struct Key {
  ir::Counted counts;
  std::string window;
  bool hint;
  friend bool operator<(const Key& a, const Key& b) {
    return std::tie(a.counts, a.window, a.hint) < std::tie(b.counts, b.window, b.hint);
  }
};
Key key_of(const Term& term) { return {term.counts, term.window, term.hint}; }

/// The least of the terms of one carrier for each key.
std::map<Key, Term> least(std::vector<Term> terms) {
  std::map<Key, Term> all;
  for (Term& term : terms) {
    const auto [at, fresh] = all.emplace(key_of(term), term);
    if (fresh || !at->second.link.limit) continue;
    if (!term.link.limit || *term.link.limit < *at->second.link.limit) at->second = std::move(term);
  }
  return all;
}

constexpr std::int64_t kTooManyRequests = 429;

bool tried_on_429(const ir::Fallback& fallback, const ir::FallbackEdge& edge) {
  if (edge.on != ir::Failure::Any && edge.on != ir::Failure::RateLimit) return false;
  return fallback.statuses.absent() || std::ranges::any_of(fallback.statuses.items, [](const auto& status) {
           return status.value == kTooManyRequests;
         });
}

/// Deployments that share the counter of a carrier, and what the carrier itself allows.
struct Group {
  std::map<Key, Term> own;
  std::vector<std::map<Key, Term>> parts;
};

/// What the parts allow together, held against the group's own counters.
std::map<Key, Term> together(const Group& group) {
  std::map<Key, Term> all = group.own;
  if (group.parts.empty()) return all;
  for (const auto& [key, first] : group.parts.front()) {
    Term sum = first;
    if (group.parts.size() > 1) {
      std::optional<Decimal> amount = first.link.limit;
      Cap cap = first.cap.value_or(Cap{});
      std::vector<Link> links = {first.link};
      bool everywhere = true;
      for (std::size_t i = 1; i < group.parts.size() && everywhere; ++i) {
        const auto part = group.parts[i].find(key);
        everywhere = part != group.parts[i].end();
        if (!everywhere) break;
        const Term& term = part->second;
        amount = amount && term.link.limit ? amount->plus(*term.link.limit) : std::nullopt;
        if (term.cap) {
          cap.amount = cap.amount.plus(term.cap->amount).value_or(cap.amount);
          cap.burst = cap.burst.plus(term.cap->burst).value_or(cap.burst);
        }
        links.push_back(term.link);
      }
      if (!everywhere) continue;  // one of them is not counted
      sum.link.limit = amount;
      sum.cap = amount ? std::optional(cap) : std::nullopt;
      sum.link.sum_of.clear();
      for (Link& link : links) {
        if (link.sum_of.empty()) {
          sum.link.sum_of.push_back(std::move(link));
        } else {
          std::ranges::move(link.sum_of, std::back_inserter(sum.link.sum_of));
        }
      }
    }
    const auto own = all.find(key);
    const bool tighter =
        own == all.end() || (own->second.link.limit && sum.link.limit && *sum.link.limit < *own->second.link.limit);
    if (tighter) all[key] = std::move(sum);
  }
  return all;
}

const ir::Provider& provider_of(const ir::Gateway& gateway, const ir::Deployment& d) {
  static const ir::Provider kNone;
  return d.provider.valid() ? gateway.at(d.provider) : kNone;
}

bool scoped_to(const ir::Scope& scope, const ir::Provider& provider) {
  const std::string& text = scope.provider.value;
  if (provider.kind.given() && *provider.kind == text) return true;
  return provider.name.given() && (*provider.name == text || "@" + *provider.name == text);
}

}  // namespace

Capacity::Capacity(const ir::Gateway& gateway) : gateway_(gateway), terms_(gateway), index_(gateway) {}

void Capacity::collect(ir::NodeId id, std::vector<ir::DeploymentId>& into, std::vector<const ir::Route*>& seen) const {
  if (!id.valid()) return;
  std::visit(base::Overload{
                 [&](const ir::Use& use) {
                   if (std::ranges::find(into, use.deployment) == into.end()) into.push_back(use.deployment);
                 },
                 [&](const ir::To& to) {
                   const ir::Route* route = index_.find(to.route.value).route;
                   if (route == nullptr || std::ranges::find(seen, route) != seen.end()) return;
                   seen.push_back(route);
                   collect(route->plan, into, seen);
                 },
                 [&](const ir::Balance& balance) {
                   for (const ir::Edge& e : balance.edges) collect(e.node, into, seen);
                 },
                 [&](const ir::Fallback& fallback) {
                   collect(fallback.primary, into, seen);
                   for (const ir::FallbackEdge& e : fallback.edges) {
                     if (tried_on_429(fallback, e)) collect(e.node, into, seen);
                   }
                 },
                 [&](const ir::Switch& choice) {
                   for (const ir::SwitchCase& c : choice.cases) collect(c.node, into, seen);
                   collect(choice.otherwise, into, seen);
                 },
                 [&](const ir::Mirror& mirror) { collect(mirror.primary, into, seen); },
             },
             gateway_.at(id).what);
}

std::vector<ir::DeploymentId> Capacity::deployments(const ir::Route& route) const {
  std::vector<ir::DeploymentId> all;
  std::vector<const ir::Route*> seen = {&route};
  collect(route.plan, all, seen);
  return all;
}

std::string Capacity::deployment_name(ir::DeploymentId id) const {
  const ir::Deployment& d = gateway_.at(id);
  if (d.id.given()) return "deployment:" + *d.id;
  const ir::Provider& p = provider_of(gateway_, d);
  std::string text = "deployment:";
  if (p.name.given() && !p.name->empty()) {
    (text += *p.name) += '/';
  } else if (p.kind.given()) {
    (text += *p.kind) += '/';
  }
  return text + d.upstream_model.value;
}

std::vector<Term> Capacity::of(const ir::Route& route) const {
  std::vector<Term> scoped;
  terms_.add(scoped, Level::Global, "", "provider", gateway_.limits, gateway_.budgets);
  std::erase_if(scoped, [](const Term& t) { return !t.scope->provider.given() || !t.scope->per.absent(); });

  std::vector<Term> each_key;
  // by what the gateway counts for a kind or name of provider, then by provider, then by deployment
  std::map<std::vector<const ir::Scope*>, std::map<ir::ProviderId, Group>> groups;
  for (const ir::DeploymentId id : deployments(route)) {
    const ir::Deployment& d = gateway_.at(id);
    const ir::Provider& provider = provider_of(gateway_, d);
    std::vector<const ir::Scope*> scopes;
    for (const Term& term : scoped) {
      if (scoped_to(*term.scope, provider) && !term.scope->model.given()) scopes.push_back(term.scope);
    }
    Group& group = groups[scopes][d.provider];
    if (group.parts.empty()) {
      std::vector<Term> own;
      const std::string name = provider.name.given()   ? *provider.name
                               : provider.kind.given() ? *provider.kind
                                                       : std::string();
      terms_.add(own, Level::Route, "provider:" + name, "provider", provider.limits, provider.budgets);
      std::erase_if(own, [](const Term& t) { return !t.scope->per.absent() || t.scope->model.given(); });
      group.own = least(std::move(own));
    }
    std::vector<Term> own;
    terms_.add(own, Level::Route, deployment_name(id), "deployment", d.limits, d.budgets);
    for (Term& term : own) {
      if (!term.each_key) continue;
      term.level = Level::Key;
      each_key.push_back(term);
    }
    std::erase_if(own, [](const Term& t) { return !t.scope->per.absent(); });
    group.parts.push_back(least(std::move(own)));
  }
  Group whole;
  for (const auto& [scopes, providers] : groups) {
    Group kind;
    std::vector<Term> own;
    for (const Term& term : scoped) {
      if (std::ranges::find(scopes, term.scope) == scopes.end()) continue;
      own.push_back(term);
      own.back().level = Level::Route;
      own.back().link.at = "provider:" + term.scope->provider.value;
    }
    kind.own = least(std::move(own));
    for (const auto& [provider, group] : providers) kind.parts.push_back(together(group));
    whole.parts.push_back(together(kind));
  }
  std::vector<Term> all = std::move(each_key);
  for (auto& [key, term] : together(whole)) {
    if (!term.link.sum_of.empty()) term.link.at = "route:" + route.name.value;
    all.push_back(std::move(term));
  }
  return all;
}

}  // namespace gatec::limits
