#include "compiler/base/overload.h"
#include "targets/litellm/rules.h"
#include "targets/litellm/vocabulary.h"
#include "targets/litellm/writer.h"

#include <algorithm>
#include <map>

namespace gatec::targets::litellm {
namespace {

using ir::Decimal;
using ir::Fate;
using ir::NodeId;
using ir::PlanNode;
using ir::SettingsChain;

constexpr int kMaxDepth = 16;

SettingsChain with(const ir::Settings& nearest, const SettingsChain& chain) {
  SettingsChain longer;
  longer.reserve(chain.size() + 1);
  longer.push_back(&nearest);
  longer.insert(longer.end(), chain.begin(), chain.end());
  return longer;
}

bool is_derived(const ir::Field<Decimal>& weight) { return weight.from.rule() == &rules::kWeightOfGroup; }

}  // namespace

void Writer::lower_routes() {
  groups_.reserve(gw_.routes.size());
  for (const ir::Route& route : gw_.routes) names_.insert(*route.name);
  for (const ir::Alias& alias : gw_.aliases) names_.insert(alias.name);
  for (const ir::Route& route : gw_.routes) lower_route(route);
  for (const ir::FallbackEdge& edge : gw_.default_fallbacks) {
    const auto* to = std::get_if<ir::To>(&gw_.at(edge.node).what);
    if (to != nullptr) {
      default_targets_.push_back(*to->route);
    } else {
      Group none;
      none.name = "default";
      lower_alone(edge.node, {}, none, "fallback", edge.on, 0);
      for (const Target& t : none.targets) default_targets_.push_back(t.group);
    }
  }
}

void Writer::lower_route(const ir::Route& route) {
  Group group;
  group.name = *route.name;
  if (!ours() && route.kind == ir::RouteKind::Name && route.name->find('*') != std::string::npos)
    lose(&route.kind, Fate::Approximated, DiagId::Approximated, "LiteLLM takes a name with `*` for many models", {},
         "pattern");
  if (route.plan.valid()) lower(route.plan, {}, group, 0);
  const bool enough = std::ranges::any_of(group.tiers, [](const Tier& t) { return !t.empty(); });
  if (!enough)
    lose(&route, Fate::Manual, DiagId::RouteLeftOut, "LiteLLM needs a deployment for each model group",
         "add a deployment to the group");
  if (group.reshaped && route.plan.valid()) {
    context_.ledger.lose(&gw_.at(route.plan),
                         {Fate::Manual, DiagId::Approximated,
                          "LiteLLM has groups, tiers and fallbacks; the plan was flattened into them", "",
                          "check how group `" + group.name + "` and its fallbacks answer", false, true});
    context_.ledger.admit_added("routes[" + group.name + "].plan", "the plan was flattened");
  }
  for (Tier& tier : group.tiers) complete_weights(tier);
  // groups that were made for parts of this plan stand behind it
  const auto made = std::exchange(made_groups_, {});
  groups_.push_back(std::move(group));
  for (Group part : made) groups_.push_back(std::move(part));
}

/// `base-suffix`, without a star, which would make the name a pattern.
std::string Writer::unique_name(std::string_view base, std::string_view suffix) {
  std::string stem;
  for (const std::string_view part : {base, suffix}) {
    std::string text(part);
    std::erase(text, '*');
    while (text.ends_with('/') || text.ends_with('-')) text.pop_back();
    if (!stem.empty() && !text.empty()) stem += '-';
    stem += text;
  }
  if (stem.empty()) stem = "group";
  std::string name = stem;
  for (int n = 2; names_.contains(name); ++n) name = stem + "-" + std::to_string(n);
  names_.insert(name);
  return name;
}

void Writer::lower(NodeId id, SettingsChain chain, Group& group, int depth) {
  if (!id.valid() || depth > kMaxDepth) {
    group.reshaped = true;
    return;
  }
  const PlanNode& node = gw_.at(id);
  chain = with(node.settings, chain);
  std::visit(base::Overload{
                 [&](const ir::Use& use) {
                   Member member;
                   member.deployment = use.deployment;
                   member.chain = with(gw_.at(use.deployment).settings, chain);
                   group.tiers.push_back({std::move(member)});
                 },
                 [&](const ir::To& to) { lower_to(node, to, chain, group, depth); },
                 [&](const ir::Balance& balance) { lower_balance(balance, chain, group, depth); },
                 [&](const ir::Fallback& fallback) { lower_fallback(fallback, chain, group, depth); },
                 [&](const ir::Switch& choice) { lower_switch(choice, chain, group, depth); },
                 [&](const ir::Mirror& mirror) {
                   const std::size_t first = group.tiers.size();
                   lower(mirror.primary, chain, group, depth + 1);
                   for (std::size_t i = first; i < group.tiers.size(); ++i) {
                     for (Member& m : group.tiers[i]) m.shadow = &mirror.shadow;
                   }
                 },
             },
             node.what);
}

void Writer::lose_weight(const ir::Field<Decimal>& weight) {
  if (!weight.absent())
    lose(&weight, Fate::Manual, DiagId::Approximated, "shares of a nested balance are multiplied out",
         "check that each deployment gets its share");
}

/// A plan that is another route: its primary is written out once more.
void Writer::lower_to(const PlanNode& node, const ir::To& to, const SettingsChain& chain, Group& group, int depth) {
  group.reshaped = true;
  const ir::Route* target = gw_.route(*to.route);
  if (target == nullptr || !target->plan.valid()) {
    lose(&node, Fate::Manual, DiagId::RouteLeftOut, "the model that is named here is not declared",
         "declare it or name another one");
    return;
  }
  lower(target->plan, chain, group, depth + 1);
}

void Writer::lower_balance(const ir::Balance& balance, const SettingsChain& chain, Group& group, int depth) {
  judge_balance(balance);
  Tier tier;
  std::vector<Tier> later;
  struct Part {
    std::size_t first, count;
    Decimal inner_sum;
  };
  std::vector<Part> parts;
  bool nested = false;
  for (const ir::Edge& edge : balance.edges) {
    Group inner;
    inner.name = group.name;
    lower(edge.node, chain, inner, depth + 1);
    group.reshaped = group.reshaped || inner.reshaped || inner.tiers.size() > 1 || !inner.targets.empty();
    Part part{tier.size(), 0, Decimal(1)};
    if (!inner.tiers.empty()) {
      part.count = inner.tiers.front().size();
      for (Member& m : inner.tiers.front()) tier.push_back(std::move(m));
      for (std::size_t i = 1; i < inner.tiers.size(); ++i) later.push_back(std::move(inner.tiers[i]));
    }
    for (Target& t : inner.targets) group.targets.push_back(std::move(t));
    if (part.count == 1) {
      Member& m = tier[part.first];
      m.order = edge.order.absent() ? nullptr : &edge.order;
      m.weight_field = edge.weight.absent() ? nullptr : &edge.weight;
    }
    nested = nested || part.count > 1;
    parts.push_back(part);
  }
  if (nested) {
    group.reshaped = true;
    for (std::size_t e = 0; e < parts.size(); ++e) {
      lose_weight(balance.edges[e].weight);
      for (std::size_t i = 0; i < parts[e].count; ++i) {
        if (tier[parts[e].first + i].weight_field != nullptr) lose_weight(*tier[parts[e].first + i].weight_field);
      }
    }
    // shares of a nested balance: outer × inner / Σ inner, all times the product of the sums
    for (Part& part : parts) {
      if (part.count <= 1) continue;
      complete_weights(tier);
      Decimal sum;
      for (std::size_t i = 0; i < part.count; ++i)
        sum = sum.plus(tier[part.first + i].weight.value_or(Decimal(1))).value_or(sum);
      if (!sum.is_zero()) part.inner_sum = sum;
    }
    for (std::size_t e = 0; e < parts.size(); ++e) {
      Decimal outer = balance.edges[e].weight.given() ? *balance.edges[e].weight : Decimal(1);
      for (std::size_t o = 0; o < parts.size(); ++o) {
        if (o != e) outer = outer.times(parts[o].inner_sum).value_or(outer);
      }
      for (std::size_t i = 0; i < parts[e].count; ++i) {
        Member& m = tier[parts[e].first + i];
        const Decimal inner = parts[e].count > 1 ? m.weight.value_or(Decimal(1)) : Decimal(1);
        m.weight = outer.times(inner).value_or(outer);
        m.weight_field = nullptr;
      }
    }
  }
  group.tiers.push_back(std::move(tier));
  for (Tier& t : later) group.tiers.push_back(std::move(t));
}

void Writer::lower_fallback(const ir::Fallback& fallback, const SettingsChain& chain, Group& group, int depth) {
  const std::size_t before = group.tiers.size();
  lower(fallback.primary, chain, group, depth + 1);
  if (group.tiers.size() != before + 1 || !group.targets.empty())
    group.reshaped = group.reshaped || !fallback.edges.empty();
  if (fallback.statuses.given()) {
    lose(&fallback.statuses, Fate::Approximated, DiagId::Approximated,
         "LiteLLM falls back on any failure that retries did not mend");
  }
  for (const ir::FallbackEdge& edge : fallback.edges) {
    if (edge.inherited) {
      group.inherits = true;
      continue;
    }
    const bool special = edge.on == ir::Failure::ContextWindow || edge.on == ir::Failure::ContentPolicy;
    if (!special && edge.on != ir::Failure::Any) {
      lose(&edge, Fate::Manual, DiagId::Approximated,
           "LiteLLM has fallbacks for any failure, context windows and content policies only",
           "check that the fallback may serve any failure");
      context_.ledger.admit_added("routes[" + group.name + "]", "a fallback for one kind of failure serves all");
    }
    const PlanNode& node = gw_.at(edge.node);
    if (const auto* to = std::get_if<ir::To>(&node.what)) {
      if (to->chained.given() && !*to->chained) {
        lose(&to->chained, Fate::Approximated, DiagId::Approximated, "LiteLLM applies the fallbacks of a fallback too",
             {}, "true");
      }
      group.targets.push_back({*to->route, special ? edge.on : ir::Failure::Any});
      continue;
    }
    if (special || !group.targets.empty()) {
      group.reshaped = true;
      lower_alone(edge.node, chain, group, special ? ir::failure_name(edge.on) : "fallback", edge.on, depth);
      continue;
    }
    Group inner;
    inner.name = group.name;
    lower(edge.node, chain, inner, depth + 1);
    group.reshaped = group.reshaped || inner.reshaped || inner.tiers.size() != 1 || !inner.targets.empty();
    for (Tier& t : inner.tiers) group.tiers.push_back(std::move(t));
    for (Target& t : inner.targets) group.targets.push_back(std::move(t));
  }
}

/// A part of a plan as a group of its own, which the group falls back to.
void Writer::lower_alone(NodeId id, const SettingsChain& chain, Group& group, std::string_view suffix, ir::Failure on,
                         int depth) {
  Group own;
  own.name = unique_name(group.name, suffix);
  lower(id, chain, own, depth + 1);
  for (Tier& tier : own.tiers) complete_weights(tier);
  context_.ledger.admit_added("routes[" + own.name + "]", "a part of a plan became a group of its own");
  const bool special = on == ir::Failure::ContextWindow || on == ir::Failure::ContentPolicy;
  group.targets.push_back({own.name, special ? on : ir::Failure::Any});
  made_groups_.push_back(std::move(own));
}

/// LiteLLM chooses by the model's name alone: the case that holds otherwise stays, each other one becomes a group that
/// clients must name.
void Writer::lower_switch(const ir::Switch& choice, const SettingsChain& chain, Group& group, int depth) {
  group.reshaped = true;
  const bool otherwise = choice.otherwise.valid();
  lower(otherwise              ? choice.otherwise
        : choice.cases.empty() ? NodeId{}
                               : choice.cases.front().node,
        chain, group, depth + 1);
  for (std::size_t i = otherwise ? 0 : 1; i < choice.cases.size(); ++i) {
    const ir::SwitchCase& c = choice.cases[i];
    Group own;
    own.name =
        unique_name(group.name, c.label.given() && !c.label->empty() ? *c.label : "case-" + std::to_string(i + 1));
    lower(c.node, chain, own, depth + 1);
    for (Tier& tier : own.tiers) complete_weights(tier);
    context_.ledger.admit_added("routes[" + own.name + "]", "a case of a condition became a group of its own");
    lose(&c, Fate::Manual, DiagId::NotExpressible, "LiteLLM cannot choose by what the request says",
         "let clients ask for model `" + own.name + "` where the condition holds");
    made_groups_.push_back(std::move(own));
  }
  for (const ir::Edge& idle : choice.idle) {
    lose(&idle, Fate::Skipped, DiagId::NotExpressible, "no condition leads to this target");
  }
}

/// In a tier all members have a weight or none (page §5.4): a missing one counts as 1 elsewhere.
void Writer::complete_weights(Tier& tier) {
  const bool any = std::ranges::any_of(
      tier, [](const Member& m) { return m.weight || (m.weight_field != nullptr && m.weight_field->given()); });
  const bool derived = std::ranges::all_of(
      tier, [](const Member& m) { return m.weight_field != nullptr && is_derived(*m.weight_field); });
  if (derived && ours()) return;
  if (tier.size() == 1 && !ours()) return;
  for (Member& m : tier) {
    if (m.weight || (m.weight_field != nullptr && m.weight_field->state == ir::State::Unknown)) continue;
    if (m.weight_field != nullptr && m.weight_field->given()) {
      if (!(ours() && is_derived(*m.weight_field) && m.weight_field->from.is_default()))
        m.weight = m.weight_field->value;
    } else if (any && !ours()) {
      m.weight = Decimal(1);
    }
  }
  if (any || ours() || tier.size() < 2) return;
  // without a weight LiteLLM would draw by rpm or tpm
  const bool limited = std::ranges::any_of(tier, [&](const Member& m) { return !gw_.at(m.deployment).limits.empty(); });
  if (!limited) return;
  for (Member& m : tier) m.weight = Decimal(1);
}

void Writer::judge_balance(const ir::Balance& balance) {
  if (balance.on_failure.given() && *balance.on_failure != ir::OnFailure::Redraw) {
    lose(&balance.on_failure, Fate::Approximated, DiagId::Approximated,
         "a failed call of LiteLLM draws again among the group, as often as `num_retries` says", {},
         std::string(ir::on_failure_name(ir::OnFailure::Redraw)));
  }
  if (balance.sticky.enabled.given() || balance.sticky.per.given() || balance.sticky.ttl.given()) {
    lose(&balance.sticky, Fate::Manual, DiagId::NotExpressible, "LiteLLM pins callers for all groups or none",
         "set `optional_pre_call_checks: [session_affinity]` if that will do");
  }
}

/// LiteLLM has one strategy for all groups: the gateway's own, else the one that most balances name.
void Writer::choose_policy() {
  const auto writable = [](const ir::Field<ir::Policy>& p) { return p.given() && !strategy_of(*p).empty(); };
  std::map<ir::Policy, std::size_t> votes;
  std::vector<const ir::Field<ir::Policy>*> effective;
  for (const PlanNode& node : gw_.nodes) {
    const auto* balance = std::get_if<ir::Balance>(&node.what);
    if (balance == nullptr || balance->edges.size() < 2) continue;
    const ir::Field<ir::Policy>& policy = balance->policy.absent() ? gw_.routing.policy : balance->policy;
    effective.push_back(&policy);
    if (writable(policy)) ++votes[*policy];
  }
  const std::string_view wanted = context_.option("router");
  if (const auto chosen = policy_of(wanted)) {
    policy_ = {*chosen, {}};
  } else if (!votes.empty()) {
    const auto most = std::ranges::max_element(votes, {}, [](const auto& v) { return v.second; });
    policy_ = {most->first, {}};
  } else if (writable(gw_.routing.policy)) {
    policy_ = gw_.routing.policy;
  }
  const ir::Policy written = policy_.given() ? *policy_ : ir::Policy::Weighted;
  if (writable(gw_.routing.policy) && effective.empty()) policy_ = gw_.routing.policy;
  for (const auto* policy : effective) {
    if (policy->given() && **policy != written) {
      lose(policy, Fate::Approximated, DiagId::Approximated,
           "LiteLLM has one strategy for all groups and no " + std::string(ir::policy_name(**policy)) + " beside it",
           {}, std::string(ir::policy_name(written)));
    }
  }
}

/// The number of retries that most deployments have is the router's, as older versions pass over a deployment's own
/// number (page §1.7).
void Writer::choose_attempts() {
  if (ours()) return;
  std::map<std::int64_t, std::size_t> votes;
  for (const Group& group : groups_) {
    for (const Tier& tier : group.tiers) {
      for (const Member& m : tier) {
        SettingsChain chain = m.chain;
        chain.push_back(&gw_.defaults);
        const auto& attempts = ir::nearest(
            chain, [](const ir::Settings& s) -> const auto& { return s.retry.attempts; });
        if (attempts.given()) ++votes[*attempts];
      }
    }
  }
  if (votes.empty()) {
    const std::string_view reason = "there is no deployment that it could hold for";
    lose(&gw_.defaults.retry.attempts, Fate::Skipped, DiagId::NotExpressible, std::string(reason));
    lose(&gw_.defaults.retry.redraw, Fate::Skipped, DiagId::NotExpressible, std::string(reason));
    return;
  }
  attempts_ = std::ranges::max_element(votes, {}, [](const auto& v) { return v.second; })->first;
}

}  // namespace gatec::targets::litellm
