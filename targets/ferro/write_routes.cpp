#include "compiler/base/overload.h"
#include "targets/ferro/reader.h"
#include "targets/ferro/writer.h"

#include <algorithm>

namespace gatec::targets::ferro {
namespace {

using ir::Fate;

constexpr int kMaxDepth = 24;

ir::SettingsChain with(const ir::Settings& settings, const ir::SettingsChain& chain) {
  ir::SettingsChain longer{&settings};
  longer.insert(longer.end(), chain.begin(), chain.end());
  return longer;
}

std::string text_of(const ir::Field<std::string>& field) { return field.absent() ? std::string() : field.value; }

}  // namespace

void Writer::plan_routes() {
  plans_.reserve(gw_.routes.size());
  for (const ir::Route& route : gw_.routes) {
    RoutePlan& plan = plans_.emplace_back();
    plan.route = &route;
    flatten(route, plan);
  }
  choose_slots();
  choose_members();
  name_routes();
  choose_mode();
  make_targets();
  choose_weights();
  choose_settings();
  for (RoutePlan& plan : plans_) {
    judge_route(plan);
    admit_defaults(plan);
  }
  add_aliases();
  for (const RoutePlan& plan : plans_) {
    const bool arrives_unchanged = plan.kept && plan.plain && !plan.reshaped;
    if (arrives_unchanged || gw_.routing.policy.absent()) continue;
    Arrival& policy = arrivals_[&gw_.routing.policy];
    policy.missing = policy.somewhere = true;
  }
  judge_settings();
  for (const RoutePlan& plan : plans_) {
    for (const Tier& tier : plan.tiers) {
      for (const Member& m : tier.members) {
        if (plan.kept && m.kept && plan.plain && !plan.reshaped) continue;
        const ir::ResolvedProvider r = ir::resolved(gw_, gw_.at(m.deployment->provider));
        lost_credentials_.insert(r.api_key);
        for (const ir::ProviderParam* p : r.params) lost_credentials_.insert(&p->value);
      }
    }
  }
  if (targets_.empty()) return;
  admit("providers[", "a target that serves what clients ask for by its id");
  admit("routes[*]",
        "the gateway answers to every id of its targets' catalogues; only an empty catalogue at "
        "FERRO_MODEL_CATALOG_URL would close it");
  admit("extras[apiVersion]", "the config names its schema");
}

void Writer::flatten(const ir::Route& route, RoutePlan& plan) {
  if (route.plan.valid()) flatten(route.plan, {&gw_.defaults}, plan, 0);
}

/// Tiers in the order in which they are tried. Whatever else the plan says is lost where it stands.
void Writer::flatten(ir::NodeId id, ir::SettingsChain chain, RoutePlan& plan, int depth) {
  if (!id.valid() || depth > kMaxDepth) {
    plan.plain = plan.paired = false;
    return;
  }
  const ir::PlanNode& node = gw_.at(id);
  const auto single = [&] {
    if (auto member = member_of(id, std::move(chain), plan, depth))
      plan.tiers.push_back({{std::move(*member)}, nullptr});
  };
  std::visit(
      base::Overload{
          [&](const ir::Use&) { single(); },
          [&](const ir::Mirror&) { single(); },
          [&](const ir::To&) { single(); },
          [&](const ir::Balance& balance) { flatten_balance(node, balance, with(node.settings, chain), plan, depth); },
          [&](const ir::Fallback& fallback) { flatten_fallback(fallback, with(node.settings, chain), plan, depth); },
          [&](const ir::Switch& choice) {
            plan.plain = plan.paired = false;
            const ir::NodeId next = choose_case(choice);
            flatten(next, with(node.settings, chain), plan, depth + 1);
          },
      },
      node.what);
}

/// What is left of a choice that hangs on the request: what holds otherwise, or the first case.
ir::NodeId Writer::choose_case(const ir::Switch& choice) {
  const ir::NodeId next = choice.otherwise.valid() ? choice.otherwise
                          : choice.cases.empty()   ? ir::NodeId{}
                                                   : choice.cases.front().node;
  bool taken = choice.otherwise.valid();
  for (const ir::SwitchCase& c : choice.cases) {
    Loss loss{Fate::Manual, DiagId::NotExpressible,
              "the gateway chooses by the model id or the prompt, not by what else a request says", "",
              "let clients ask for a model of its own where the condition holds"};
    loss.shape = !taken;
    loss.gone = taken;
    taken = true;
    context_.ledger.lose(&c, std::move(loss));
  }
  for (const ir::Edge& idle : choice.idle) {
    Loss loss = skipped("no condition leads to this target");
    loss.gone = true;
    context_.ledger.lose(&idle, std::move(loss));
  }
  return next;
}

/// The one deployment that a node comes to; of more, the first.
std::optional<Writer::Member> Writer::member_of(ir::NodeId id, ir::SettingsChain chain, RoutePlan& plan, int depth) {
  for (; id.valid() && depth <= kMaxDepth; ++depth) {
    const ir::PlanNode& node = gw_.at(id);
    chain = with(node.settings, chain);
    if (const auto* use = std::get_if<ir::Use>(&node.what)) {
      Member member;
      member.deployment = &gw_.at(use->deployment);
      member.place = &node;
      member.chain = with(member.deployment->settings, chain);
      const ir::Provider& provider = gw_.at(member.deployment->provider);
      const ir::Field<std::string>& kind = *ir::resolved(gw_, provider).kind;
      member.id = id_of_kind(text_of(kind));
      if (!kind.given() && provider.name.given()) {
        member.id = id_in_words(*provider.name);
        if (!member.id.empty()) guess(provider, kind, member.id);
      }
      return member;
    }
    if (const auto* mirror = std::get_if<ir::Mirror>(&node.what)) {
      lose(&mirror->shadow, Fate::Manual, DiagId::NotExpressible,
           "the gateway cannot send a copy of the traffic elsewhere", "mirror the traffic before the gateway");
      id = mirror->primary;
      continue;
    }
    if (const auto* balance = std::get_if<ir::Balance>(&node.what); balance != nullptr && balance->edges.size() == 1) {
      id = balance->edges.front().node;
      continue;
    }
    plan.plain = plan.paired = false;
    if (const auto* to = std::get_if<ir::To>(&node.what)) {
      const ir::Route* route = gw_.route(*to->route);
      if (route == nullptr) return std::nullopt;
      id = route->plan;
    } else if (const auto* balance = std::get_if<ir::Balance>(&node.what);
               balance != nullptr && !balance->edges.empty()) {
      Loss loss = manual("a member of a group is one target", "name the other targets as the route's own");
      loss.gone = true;
      for (const ir::Edge& edge : balance->edges) {
        if (&edge != &balance->edges.front()) context_.ledger.lose(&edge, loss);
        if (!edge.weight.absent()) context_.ledger.lose(&edge.weight, loss);
      }
      id = balance->edges.front().node;
    } else if (const auto* fallback = std::get_if<ir::Fallback>(&node.what)) {
      for (const ir::FallbackEdge& edge : fallback->edges) {
        Loss loss{Fate::Manual, DiagId::FerroOneStrategy, "a member of a group has no fallback of its own", "",
                  "name the other target as one of the route's own"};
        loss.gone = true;
        context_.ledger.lose(&edge, std::move(loss));
      }
      id = fallback->primary;
    } else if (const auto* choice = std::get_if<ir::Switch>(&node.what)) {
      id = choose_case(*choice);
    } else {
      return std::nullopt;
    }
  }
  return std::nullopt;
}

/// Only the source gateway knows what stands behind a name of its own: the words tell it, and a person checks.
void Writer::guess(const ir::Provider& provider, const ir::Field<std::string>& kind, std::string_view id) {
  const Variable* key = variable(id, Said::Key);
  const std::string advice =
      "check that `" + std::string(id) + "` is right" +
      (key != nullptr ? " and put the provider's key into " + std::string(key->name) : std::string());
  const std::string reason = "only the source gateway knows which provider `" + *provider.name + "` is and has its key";
  lose(&provider.name, Fate::Manual, DiagId::FerroUnknownProvider, reason, advice);
  if (!kind.absent())
    lose(&kind, Fate::Manual, DiagId::FerroUnknownProvider, reason, advice, std::string(kind_of_id(id)));
}

void Writer::flatten_balance(const ir::PlanNode& node, const ir::Balance& balance, const ir::SettingsChain& chain,
                             RoutePlan& plan, int depth) {
  Tier tier;
  tier.holders.push_back(&node);
  tier.balance = balance.edges.size() > 1 ? &balance : nullptr;
  for (const ir::Edge& edge : balance.edges) {
    auto member = member_of(edge.node, chain, plan, depth + 1);
    if (!member) {
      Loss loss{Fate::Manual, DiagId::RouteLeftOut, "the model that is named here is not declared", "",
                "declare it or name another one"};
      loss.gone = true;
      context_.ledger.lose(&edge, std::move(loss));
      plan.plain = false;
      continue;
    }
    member->edge = &edge;
    member->place = &edge;
    tier.members.push_back(std::move(*member));
  }
  const bool first_only = balance.policy.given() && *balance.policy == ir::Policy::First && tier.members.size() > 1;
  if (first_only) {
    for (std::size_t i = 1; i < tier.members.size(); ++i) {
      leave_out(tier.members[i], Fate::Skipped, DiagId::NotExpressible, "the source never calls this target", "");
    }
    tier.members.resize(1);
    tier.balance = nullptr;
    lose_choice(balance);
    plan.plain = false;
  }
  if (!tier.members.empty()) plan.tiers.push_back(std::move(tier));
}

void Writer::flatten_fallback(const ir::Fallback& fallback, const ir::SettingsChain& chain, RoutePlan& plan,
                              int depth) {
  const auto is_list = [&](ir::NodeId id) {
    const auto* inner = id.valid() ? std::get_if<ir::Fallback>(&gw_.at(id).what) : nullptr;
    return inner != nullptr && !inner->edges.empty();
  };
  // a list within a list comes to one list
  if (is_list(fallback.primary) || std::ranges::any_of(fallback.edges, is_list, &ir::FallbackEdge::node))
    plan.plain = plan.paired = false;
  flatten(fallback.primary, chain, plan, depth + 1);
  if (fallback.statuses.given()) {
    lose(&fallback.statuses, Fate::Approximated, DiagId::Approximated,
         "the gateway goes on to the next target after any failure, also after a refused request");
  }
  const std::string advice = "let clients ask for the other model when this one fails";
  for (const ir::FallbackEdge& edge : fallback.edges) {
    const ir::PlanNode& next = gw_.at(edge.node);
    const auto drop = [&](DiagId code, std::string reason) {
      Loss loss{Fate::Manual, code, std::move(reason), "", advice};
      loss.gone = true;
      context_.ledger.lose(&edge, std::move(loss));
    };
    if (edge.on != ir::Failure::Any) {
      drop(DiagId::NotExpressible, "the gateway has no fallbacks for one kind of failure");
    } else if (std::holds_alternative<ir::To>(next.what)) {
      const auto& to = std::get<ir::To>(next.what);
      drop(DiagId::FerroCrossModel, "a request keeps its model id, so it cannot fall back to model `" + to.route.value +
                                        "`; only other providers of the same id are tried");
    } else {
      const std::size_t before = plan.tiers.size();
      flatten(edge.node, chain, plan, depth + 1);
      if (plan.tiers.size() == before + 1) plan.tiers.back().holders.push_back(&edge);
    }
  }
}

// ---- slots ---------------------------------------------------------------------------------------------------------

bool Writer::is_pinned(const Member& m) const {
  return m.id == "azure-openai" && !is_unpinned(text_of(m.deployment->upstream_model), "");
}

std::string Writer::signature_of(const ir::Deployment& d, std::string_view id) const {
  const ir::ResolvedProvider r = ir::resolved(gw_, gw_.at(d.provider));
  std::string text;
  const auto add = [&](const std::string& part) { (text += part) += '\x1f'; };
  const ir::Provider& provider = gw_.at(d.provider);
  if (!r.kind->given()) add(text_of(provider.name));  // an account of its own, as far as anybody can tell
  for (const auto* field : {r.base_url, r.region, r.api_version}) add(text_of(*field));
  const ir::Credential key = r.api_key->given() ? **r.api_key : ir::Credential{};
  add(r.api_key->given() ? ir::show(key) + key.literal.reveal() : "");
  for (const Variable& v : variables()) {
    if (v.provider != id || v.says != Said::Param) continue;
    for (const ir::ProviderParam* p : r.params) {
      if (p->name == v.param) add(std::string(v.param) + ir::show(p->value) + p->value.credential.literal.reveal());
    }
  }
  return text;
}

/// Each provider has one credential, address and region in a process: those that most deployments need, the first of
/// equals. On azure-openai the deployment that answers chat is one of them.
void Writer::choose_slots() {
  std::map<std::string, std::vector<Slot>, std::less<>> wanted;
  for (const RoutePlan& plan : plans_) {
    for (const Tier& tier : plan.tiers) {
      for (const Member& m : tier.members) {
        if (m.id.empty()) continue;
        std::string signature = signature_of(*m.deployment, m.id);
        if (is_pinned(m)) (signature += "deployment ") += text_of(m.deployment->upstream_model);
        auto& slots = wanted[m.id];
        auto found = std::ranges::find(slots, signature, &Slot::signature);
        if (found == slots.end()) found = slots.insert(slots.end(), Slot{signature, m.deployment, {}});
        found->users.push_back(m.deployment);
      }
    }
  }
  for (auto& [id, slots] : wanted) {
    const auto most = std::ranges::max_element(slots, {}, [](const Slot& s) { return s.users.size(); });
    slots_.emplace(id, std::move(*most));
  }
}

void Writer::leave_out(Member& member, Fate fate, DiagId code, const std::string& reason, const std::string& advice) {
  Loss loss{fate, code, reason, "", advice};
  loss.gone = true;
  context_.ledger.lose(member.place, loss);
  lose_whole(member, std::move(loss));
  member.told = true;
}

void Writer::leave_out(RoutePlan& plan, DiagId code, const std::string& reason, const std::string& advice) {
  const Loss loss{Fate::Manual, code, "the route is left out: " + reason, "", advice};
  lose(plan.route, loss.fate, loss.code, loss.reason, loss.advice);
  Loss gone = loss;
  gone.gone = true;
  for (Tier& tier : plan.tiers) {
    for (Member& m : tier.members) {
      if (m.told) continue;
      context_.ledger.lose(m.place, gone);
      lose_whole(m, loss);
      m.told = true;
    }
  }
}

void Writer::choose_members() {
  for (RoutePlan& plan : plans_) {
    choose_members(plan);
    drop_tiers(plan);
  }
}

/// A tier without members is gone with what holds it.
void Writer::drop_tiers(const RoutePlan& plan) {
  for (const Tier& tier : plan.tiers) {
    const bool left = tier.members.empty() || std::ranges::any_of(tier.members, &Member::kept);
    const Loss* known = left ? nullptr : context_.ledger.loss(tier.members.front().place);
    if (known == nullptr || !known->gone) continue;
    const Loss loss = *known;
    for (const void* holder : tier.holders) context_.ledger.lose(holder, loss);
  }
}

/// The deployments of a route that one process can serve under one model id.
void Writer::choose_members(RoutePlan& plan) {
  const std::string& name = *plan.route->name;
  std::string why = "it has no deployment";
  std::string advice = "add a deployment to the route";
  DiagId code = DiagId::RouteLeftOut;
  const auto refuse = [&](Member& m, DiagId with, std::string reason, std::string what) {
    leave_out(m, Fate::Manual, with, reason, what);
    why = std::move(reason);
    advice = std::move(what);
    code = with;
  };
  const bool pattern = plan.route->kind != ir::RouteKind::Name;
  if (pattern && name != "*") {
    leave_out(plan, DiagId::RouteLeftOut,
              "the gateway knows no patterns: it answers to the ids of its providers' catalogues, without a prefix",
              "let clients ask for the bare model id, and declare under `models` what the catalogue lacks");
  }
  // what the id is, by those that do not follow a pinned deployment
  std::map<std::string, std::size_t, std::less<>> votes;
  std::vector<std::string> order;
  for (Tier& tier : plan.tiers) {
    for (Member& m : tier.members) {
      const ir::Deployment& d = *m.deployment;
      const std::string kind = text_of(*ir::resolved(gw_, gw_.at(d.provider)).kind);
      if (d.blocked.given() && *d.blocked) {
        refuse(m, DiagId::RouteLeftOut, "the deployment is blocked", "");
      } else if (m.id.empty()) {
        refuse(m, DiagId::NotExpressible,
               kind.empty() ? "the source does not say which provider this is"
                            : "the gateway has no provider `" + kind + "`",
               kind.empty() ? "name the provider in the source"
                            : "reach it through a provider that the gateway has, or keep it elsewhere");
      } else {
        std::string signature = signature_of(d, m.id);
        if (is_pinned(m)) (signature += "deployment ") += text_of(d.upstream_model);
        if (slots_.at(m.id).signature != signature) {
          refuse(m, DiagId::FerroSlotConflict,
                 m.id == "azure-openai" ? "the gateway has one endpoint, key and chat deployment for azure-openai in a "
                                          "process; another one takes them"
                                        : "the gateway has one key, address and region for `" + m.id +
                                              "` in a process; another deployment takes them",
                 "run a second gateway process for this deployment, with an environment of its own");
        } else {
          m.kept = true;
        }
      }
      if (!m.kept || is_pinned(m) || d.upstream_model.state != ir::State::Given) continue;
      if (++votes[*d.upstream_model] == 1) order.push_back(*d.upstream_model);
    }
  }
  plan.model = name;
  for (const std::string& id : order) {
    if (plan.model == name && !votes.contains(name) && id == order.front()) plan.model = id;
    if (votes[id] > (votes.contains(plan.model) ? votes[plan.model] : 0)) plan.model = id;
  }
  std::vector<std::string> seen;
  bool any = false;
  for (Tier& tier : plan.tiers) {
    for (Member& m : tier.members) {
      if (!m.kept) continue;
      const ir::Deployment& d = *m.deployment;
      if (!is_pinned(m) && (d.upstream_model.state != ir::State::Given || *d.upstream_model != plan.model)) {
        m.kept = false;
        refuse(m, DiagId::FerroCrossModel,
               d.upstream_model.state == ir::State::Given
                   ? "a request goes to all targets under one model id, here `" + plan.model + "`, so `" +
                         *d.upstream_model + "` cannot be asked"
                   : "the source names the model in its environment",
               d.upstream_model.state == ir::State::Given ? "let clients ask for `" + *d.upstream_model + "` themselves"
                                                          : "name the model in the source");
      } else if (is_pinned(m) && is_unpinned(plan.model, "")) {
        m.kept = false;
        refuse(m, DiagId::FerroCrossModel, "azure-openai takes the requested id for the deployment here",
               "let clients ask for `" + text_of(d.upstream_model) + "`");
      } else if (std::ranges::find(seen, m.id) != seen.end()) {
        m.kept = false;
        plan.plain = false;
        leave_out(m, Fate::Skipped, DiagId::NotExpressible, "the target stands in the route already", "");
      } else {
        seen.push_back(m.id);
        any = true;
      }
    }
  }
  plan.order = seen;
  const bool bad_id = plan.model.find_first_of("*?") != std::string::npos || plan.model.empty() ||
                      plan.model.front() == ' ' || plan.model.back() == ' ';
  if (pattern && name == "*") {
    plan.kept = any && plan.model == "*";
    if (!plan.kept && any) {
      leave_out(plan, DiagId::FerroCrossModel,
                "the gateway sends the requested id on, it cannot put `" + plan.model + "` in its place",
                "let clients ask for `" + plan.model + "`");
    } else if (!plan.kept) {
      leave_out(plan, code, why, advice);
    }
  } else if (!pattern) {
    plan.kept = any && !bad_id;
    if (!plan.kept)
      leave_out(plan, code, any ? "its model id cannot be declared" : why, any ? "name one model" : advice);
  }
  for (const Tier& tier : plan.tiers) {
    for (const Member& m : tier.members) offer(plan, m);
  }
}

/// What a left-out member can still serve, to clients who ask for the model by its own id.
void Writer::offer(RoutePlan& plan, const Member& m) {
  const ir::Deployment& d = *m.deployment;
  const bool blocked = d.blocked.given() && *d.blocked;
  if (m.id.empty() || blocked) return;
  const bool pattern = plan.route->kind != ir::RouteKind::Name;
  if (m.kept && (!pattern || plan.kept)) return;
  std::string signature = signature_of(d, m.id);
  if (is_pinned(m)) (signature += "deployment ") += text_of(d.upstream_model);
  if (slots_.at(m.id).signature != signature || d.upstream_model.state != ir::State::Given) return;
  const std::string& model = *d.upstream_model;
  if (model.find('*') != std::string::npos) {
    plan.offers.emplace_back(m.id, "");
  } else if (!model.empty() && model.find('?') == std::string::npos && model.front() != ' ' && model.back() != ' ') {
    plan.offers.emplace_back(m.id, model);
  }
}

/// An alias is one step, and what leads to one model id is one route.
void Writer::name_routes() {
  std::map<std::string, const RoutePlan*, std::less<>> by_model;
  std::set<std::string, std::less<>> names;
  std::set<std::string, std::less<>> models;
  for (RoutePlan& plan : plans_) {
    if (!plan.kept || plan.model == "*") continue;
    const std::string& name = *plan.route->name;
    const bool aliased = name != plan.model;
    if ((aliased && (models.contains(name) || name.empty())) || names.contains(plan.model)) {
      plan.kept = false;
      leave_out(plan, DiagId::FerroAlias,
                "`" + (aliased ? name : plan.model) + "` is an alias and a model id at once, and an alias is one step",
                "give one of the two another name");
      continue;
    }
    const auto [known, fresh] = by_model.emplace(plan.model, &plan);
    if (!fresh && known->second->order != plan.order) {
      plan.kept = false;
      leave_out(plan, DiagId::FerroCrossModel,
                "`" + *known->second->route->name + "` leads to model `" + plan.model +
                    "` at other providers already, and the gateway routes by the model id alone",
                "let clients ask for `" + *known->second->route->name + "`, or run a second gateway process");
      continue;
    }
    models.insert(plan.model);
    if (aliased) names.insert(name);
  }
}

}  // namespace gatec::targets::ferro
