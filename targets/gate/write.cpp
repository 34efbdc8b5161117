#include "targets/gate/gate.h"
#include "targets/gate/write_members.h"

#include <algorithm>

namespace gatec::targets::gate {
namespace {

using syntax::quoted_name;
using syntax::quoted_string;

}  // namespace

Writer::Writer(const ir::Gateway& gateway, WriteContext& context)
    : gateway_(gateway), context_(context), spoken_(find_dialect(gateway.dialect)) {
  if (spoken_ != nullptr && spoken_->name == "gate") spoken_ = nullptr;
  // What most balances say stands once for all.
  std::map<std::pair<int, bool>, std::size_t> counts;
  for (const ir::PlanNode& n : gateway.nodes) {
    const auto* b = std::get_if<ir::Balance>(&n.what);
    if (b == nullptr || !b->on_failure.given()) continue;
    const std::size_t now = ++counts[{static_cast<int>(*b->on_failure), b->on_failure.from.is_default()}];
    const bool more = std::all_of(counts.begin(), counts.end(), [&](const auto& c) { return c.second <= now; });
    if (more) on_failure_ = b->on_failure;
  }
}

/// From what tells it: the name that the gateway has for it, the variable of its key, its kind.
std::string Writer::provider_name(const ir::Provider& p) {
  if (p.name.given() && !p.name->empty()) return identifier(*p.name);
  const std::string kind = p.kind.given() && !p.kind->empty() ? identifier(*p.kind) : "provider";
  if (p.credential_set.given()) return identifier(*p.credential_set);
  if (p.api_key.given() && p.api_key->kind == ir::Credential::Kind::Env && !p.api_key->name.empty()) {
    std::string name = identifier(p.api_key->name);
    for (const std::string_view ending : {"_api_key", "_key", "_token"}) {
      if (name.ends_with(ending) && name.size() > ending.size()) {
        name.resize(name.size() - ending.size());
        break;
      }
    }
    const std::string first = kind.substr(0, kind.find('_'));
    return identifier(kind == "provider" || name.find(first) != std::string::npos ? name : kind + "_" + name);
  }
  if (p.region.given()) return identifier(kind + "_" + *p.region);
  return kind;
}

Lines Writer::provider_body(const ir::Provider& p, bool with_name) {
  Lines body;
  if (with_name) {
    members(body, p);
  } else {
    members(body, p, {"name"});
  }
  return body;
}

void Writer::providers(Lines& to) {
  std::vector<std::size_t> uses(gateway_.providers.size(), 0);
  for (const ir::Deployment& d : gateway_.deployments) {
    if (d.provider.valid()) ++uses[d.provider.value];
  }
  bindings_.resize(gateway_.providers.size());
  std::map<std::string, std::string> known;  // of providers that nothing tells apart
  std::map<std::string, int> taken;
  for (std::size_t i = 0; i < gateway_.providers.size(); ++i) {
    const ir::Provider& p = gateway_.providers[i];
    const bool labelled = can_label(p.name);
    prefix_.clear();
    for (const char c : provider_name(p)) prefix_ += c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    prefix_ += '_';
    Line line{"provider", true, provider_body(p, !labelled)};
    prefix_.clear();
    const std::string said = labelled ? quoted_string(*p.name) + map(line.body) : print(line.body);
    const bool own = p.name.absent() && uses[i] == 1;
    if (own) {
      const auto found = known.find(said);
      if (found != known.end()) {
        bindings_[i] = found->second;
        continue;
      }
    }
    std::string name = provider_name(p);
    if (const int number = ++taken[name]; number > 1) {
      std::string numbered = name + "_" + std::to_string(number);
      while (taken.contains(numbered)) numbered += "_";
      name = numbered;
      ++taken[name];
    }
    bindings_[i] = name;
    if (own) known.emplace(said, name);
    line.head += " " + name;
    if (labelled) line.head += " " + quoted_string(*p.name);
    to.push_back(std::move(line));
  }
}

void Writer::credential_sets(Lines& to) {
  for (const ir::CredentialSet& s : gateway_.credential_sets) {
    Line line{"credential_set", true, {}};
    if (can_label(s.name)) {
      line.head += " " + quoted_string(*s.name);
    } else {
      any(line.body, "set_name", s.name);
    }
    members(line.body, s.values, {"extras"});
    any(line.body, "", s.extras);
    to.push_back(std::move(line));
  }
}

void Writer::routes(Lines& to) {
  for (const ir::Route& r : gateway_.routes) {
    const std::string_view kind = r.kind == ir::RouteKind::Name      ? "model"
                                  : r.kind == ir::RouteKind::Pattern ? "pattern"
                                                                     : "catalogue";
    Line line{std::string(kind), true, {}};
    if (can_label(r.name)) {
      line.head += " " + quoted_string(*r.name);
    } else {
      any(line.body, "name", r.name);
    }
    plan(line.body, r.plan, &r);
    any(line.body, "", r.extras);
    to.push_back(std::move(line));
  }
}

void Writer::principals(Lines& to) {
  for (const ir::Principal& p : gateway_.principals) {
    const auto word =
        std::find_if(kPrincipals.begin(), kPrincipals.end(), [&](const PrincipalWord& w) { return w.kind == p.kind; });
    Line line{std::string(word->word), true, {}};
    const ir::Field<std::string>& label = word->by_alias ? p.alias : p.id;
    if (can_label(label)) {
      line.head += " " + quoted_string(*label);
      members(line.body, p, {word->by_alias ? "alias" : "id"});
    } else {
      members(line.body, p);
    }
    to.push_back(std::move(line));
  }
}

void Writer::gateway_settings(Lines& to) {
  if (spoken_ != nullptr)
    to.push_back({"dialect = " + quoted_string(std::string(gateway_.dialect) +
                                               (gateway_.version.empty() ? "" : "@" + gateway_.version)),
                  false,
                  {}});
  Line defaults{"defaults", true, {}};
  members(defaults.body, gateway_.defaults);
  if (!defaults.body.empty()) to.push_back(std::move(defaults));
  Line routing{"routing", true, {}};
  any(routing.body, "policy", gateway_.routing.policy);
  any(routing.body, "on_failure", on_failure_);
  members(routing.body, gateway_.routing);
  if (!routing.body.empty()) to.push_back(std::move(routing));
  Line server{"server", true, {}};
  members(server.body, gateway_.server);
  if (!server.body.empty()) to.push_back(std::move(server));
  Line cache{"cache", true, {}};
  members(cache.body, gateway_.cache);
  if (!cache.body.empty()) to.push_back(std::move(cache));
}

void Writer::rest(Lines& to) {
  any(to, "aliases", gateway_.aliases);
  if (!gateway_.default_fallbacks.empty())
    edges(to, gateway_.default_fallbacks, nullptr, nullptr, 0, "default_fallback");
  for (const ir::OrphanFallback& o : gateway_.orphan_fallbacks) {
    Line line{"orphan_fallback " + quoted_string(o.source), true, {}};
    if (o.on != ir::Failure::Any) line.body.push_back({"on = " + quoted_string(ir::failure_name(o.on)), false, {}});
    members(line.body, o);
    to.push_back(std::move(line));
  }
  any(to, "context_list_exists", gateway_.context_list_exists);
  any(to, "content_list_exists", gateway_.content_list_exists);
  any(to, "limit", gateway_.limits);
  any(to, "budget", gateway_.budgets);
  for (const ir::Guardrail& g : gateway_.guardrails) {
    Line line{"guardrail", true, {}};
    if (can_label(g.name)) {
      line.head += " " + quoted_string(*g.name);
      members(line.body, g, {"name"});
    } else {
      members(line.body, g);
    }
    to.push_back(std::move(line));
  }
  std::vector<std::string_view> events;
  for (const ir::Observer& o : gateway_.observers) {
    if (std::find(events.begin(), events.end(), o.event) == events.end()) events.push_back(o.event);
  }
  Lines observers;
  for (const std::string_view event : events) {
    ir::List<std::string> names;
    for (const ir::Observer& o : gateway_.observers) {
      if (o.event == event) names.items.push_back(o.name);
    }
    names.state = ir::State::Given;
    any(observers, event, names);
  }
  if (!observers.empty()) to.push_back({"observers = " + map(observers), false, {}});
  Lines environment;
  for (const ir::EnvironmentVariable& v : gateway_.environment)
    put(environment, v.name, value(v.value, v.name), v.value.from);
  if (!environment.empty()) to.push_back({"environment = " + map(environment), false, {}});
  for (const ir::PrincipalDefaults& d : gateway_.principal_defaults) {
    Line line{"principal_defaults " + quoted_string(d.kind), true, {}};
    for (const ir::Param& p : d.values) put(line.body, p.name, value(p.value, p.name), p.value.from);
    to.push_back(std::move(line));
  }
  any(to, "layout", gateway_.layout);
  any(to, "", gateway_.extras);
}

std::string Writer::write() {
  Lines lines;
  gateway_settings(lines);
  credential_sets(lines);
  providers(lines);
  deployments(lines);
  routes(lines);
  principals(lines);
  rest(lines);
  Lines lets;
  factor(lines, lets);
  // The first statement says whose config it is; names that others use stand before them.
  const std::size_t first = spoken_ != nullptr && !lines.empty() ? 1 : 0;
  lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(first), lets.begin(), lets.end());
  return syntax::format(print(lines));
}

std::vector<Artifact> write_gate(const ir::Gateway& gateway, WriteContext& context) {
  return {{"main.gate", Writer(gateway, context).write(), Role::Config, false, {}}};
}

}  // namespace gatec::targets::gate
