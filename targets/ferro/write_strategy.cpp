#include "targets/ferro/reader.h"
#include "targets/ferro/writer.h"

#include <algorithm>
#include <set>

namespace gatec::targets::ferro {
namespace {

using base::Decimal;
using ir::Fate;

Decimal weight_of(const ir::Edge* edge) { return edge != nullptr && edge->weight.given() ? *edge->weight : Decimal(1); }

/// Equal shares where nothing else is said.
bool proportional(const Decimal& a, const Decimal& b, const Decimal& x, const Decimal& y) {
  const auto left = a.times(y);
  const auto right = b.times(x);
  return left && right && *left == *right;
}

}  // namespace

/// The mode that a route of several targets asks for; nothing for others.
std::optional<Mode> Writer::wish_of(const RoutePlan& plan) const {
  if (!plan.kept || plan.order.size() < 2) return std::nullopt;
  const Tier* first = nullptr;
  std::size_t tiers = 0;
  std::size_t first_kept = 0;
  for (const Tier& tier : plan.tiers) {
    const auto kept = static_cast<std::size_t>(std::ranges::count_if(tier.members, &Member::kept));
    if (kept == 0) continue;
    if (++tiers == 1) {
      first = &tier;
      first_kept = kept;
    }
  }
  if (tiers > 1 && first_kept == 1) return Mode::Fallback;
  const ir::Field<ir::Policy>* policy = &gw_.routing.policy;
  if (first->balance != nullptr && !first->balance->policy.absent()) policy = &first->balance->policy;
  if (policy->given() && **policy == ir::Policy::Latency) return Mode::LeastLatency;
  if (policy->given() && **policy == ir::Policy::Cost) return Mode::CostOptimized;
  if (policy->given() && **policy == ir::Policy::Priority) return Mode::Fallback;
  return Mode::Loadbalance;
}

/// Whether a target outside its route may own a route's model by its catalogue.
bool Writer::leaks() const {
  std::set<std::string> all;
  for (const RoutePlan& plan : plans_) {
    if (plan.kept) all.insert(plan.order.begin(), plan.order.end());
    for (const auto& [id, model] : plan.offers) all.insert(id);
  }
  for (const RoutePlan& plan : plans_) {
    if (!plan.kept || plan.model == "*") continue;
    for (const std::string& id : all) {
      if (std::ranges::find(plan.order, id) == plan.order.end() && may_own(id, plan.model)) return true;
    }
  }
  return false;
}

/// One mode for all: the one that most routes of several targets ask for. Where there is none, the choice is between
/// failover, which then has nobody to go to, and a condition for each model, which keeps other owners of the id out.
void Writer::choose_mode() {
  std::map<Mode, std::size_t> votes;
  std::vector<Mode> order;
  for (const RoutePlan& plan : plans_) {
    if (const auto wish = wish_of(plan)) {
      if (++votes[*wish] == 1) order.push_back(*wish);
    }
  }
  if (!has_declared_models(context_.version)) {
    // a condition is the only way to name a model there
    mode_ = Mode::Conditional;
    return;
  }
  if (const auto forced = mode_of(context_.option("mode")); forced) {
    mode_ = *forced;
    return;
  }
  if (order.empty()) {
    mode_ = leaks() ? Mode::Conditional : Mode::Fallback;
    return;
  }
  mode_ = order.front();
  for (const Mode mode : order) {
    if (votes[mode] > votes[mode_]) mode_ = mode;
  }
}

Writer::Target& Writer::target(std::string_view key) {
  const auto found = std::ranges::find(targets_, key, &Target::key);
  return *found;
}

void Writer::make_targets() {
  std::vector<std::string> keys;
  for (const RoutePlan& plan : plans_) {
    if (!plan.kept) continue;
    for (const std::string& id : plan.order) {
      if (std::ranges::find(keys, id) == keys.end()) keys.push_back(id);
    }
  }
  for (const RoutePlan& plan : plans_) {
    for (const auto& [id, model] : plan.offers) {
      if (std::ranges::find(keys, id) == keys.end()) keys.push_back(id);
    }
  }
  for (const RoutePlan& plan : plans_) {
    if (*plan.route->name != "*" || plan.tiers.empty() || plan.tiers.front().members.empty()) continue;
    const auto at = std::ranges::find(keys, plan.tiers.front().members.front().id);
    if (at != keys.end()) std::rotate(keys.begin(), at, at + 1);
  }
  if (mode_ == Mode::Fallback) order_targets(keys);
  if (mode_ == Mode::Conditional) {
    // unmatched ids go to the first target
    for (const RoutePlan& plan : plans_) {
      const bool served = plan.kept && plan.model == "*" && !plan.order.empty();
      const bool offered = !plan.kept && *plan.route->name == "*" && !plan.offers.empty();
      if (!served && !offered) continue;
      const auto at = std::ranges::find(keys, served ? plan.order.front() : plan.offers.front().first);
      std::rotate(keys.begin(), at, at + 1);
    }
  }
  for (const std::string& key : keys) {
    Target& t = targets_.emplace_back();
    t.key = key;
    t.deployment = slots_.at(key).deployment;
    for (auto plan = plans_.rbegin(); plan != plans_.rend(); ++plan) {
      for (const Tier& tier : plan->tiers) {
        for (const Member& m : tier.members) {
          if (plan->kept && m.kept && m.id == key && (key != "azure-openai" || is_pinned(m)))
            t.deployment = m.deployment;
        }
      }
    }
    t.provider = &gw_.at(t.deployment->provider);
  }
  for (const RoutePlan& plan : plans_) {
    if (!plan.kept || plan.model == "*") continue;
    for (const std::string& id : plan.order) {
      std::vector<std::string>& models = target(id).models;
      if (std::ranges::find(models, plan.model) == models.end()) models.push_back(plan.model);
    }
    if (mode_ == Mode::Conditional) {
      const bool known = std::ranges::any_of(rules_, [&](const Rule& r) { return r.value == plan.model; });
      if (!known) rules_.push_back({"model", plan.model, plan.order.front()});
    }
  }
  add_offers();
  if (!has_declared_models(context_.version)) {
    for (Target& t : targets_) t.models.clear();
  }
  if (rules_.empty() && mode_ == Mode::Conditional) mode_ = Mode::Fallback;
}

/// Never beside a route's own targets, which a further owner of the model would join.
void Writer::add_offers() {
  for (const RoutePlan& plan : plans_) {
    for (const auto& [id, model] : plan.offers) {
      if (model.empty()) continue;
      const bool routed = std::ranges::any_of(plans_, [&, &wanted = model](const RoutePlan& p) {
        return p.kept && (p.model == wanted || (*p.route->name == wanted && p.model != wanted));
      });
      std::vector<std::string>& models = target(id).models;
      if (routed || std::ranges::find(models, model) != models.end()) continue;
      models.push_back(model);
      admit("routes[" + model + "]", "the model can be asked for by its own id");
      const bool known = std::ranges::any_of(rules_, [&, &wanted = model](const Rule& r) { return r.value == wanted; });
      if (mode_ == Mode::Conditional && !known) rules_.push_back({"model", model, id});
    }
  }
}

/// One order that keeps to the routes' own, as long as they agree.
void Writer::order_targets(std::vector<std::string>& keys) {
  std::set<std::pair<std::string, std::string>> before;
  const auto reaches = [&](const std::string& from, const std::string& to, const auto& self, int depth) -> bool {
    if (from == to) return true;
    if (depth > 40) return true;
    for (const std::string& k : keys) {
      if (before.contains({from, k}) && self(k, to, self, depth + 1)) return true;
    }
    return false;
  };
  for (const RoutePlan& plan : plans_) {
    if (!plan.kept) continue;
    for (std::size_t i = 0; i + 1 < plan.order.size(); ++i) {
      if (!reaches(plan.order[i + 1], plan.order[i], reaches, 0)) before.insert({plan.order[i], plan.order[i + 1]});
    }
  }
  std::vector<std::string> sorted;
  while (sorted.size() < keys.size()) {
    for (const std::string& k : keys) {
      if (std::ranges::find(sorted, k) != sorted.end()) continue;
      const bool free = std::ranges::none_of(keys, [&](const std::string& other) {
        return before.contains({other, k}) && std::ranges::find(sorted, other) == sorted.end();
      });
      if (!free) continue;
      sorted.push_back(k);
      break;
    }
  }
  keys = std::move(sorted);
}

/// One weight for each provider: the first route that has two of them decides their proportion.
void Writer::choose_weights() {
  if (mode_ != Mode::Loadbalance) return;
  const auto scale = [](const Decimal& amount, const Decimal& by, const Decimal& over) {
    const auto product = amount.times(by);
    return product ? product->divided_by(over) : std::nullopt;
  };
  bool changed = true;
  while (changed) {
    changed = false;
    for (const RoutePlan& plan : plans_) {
      if (!plan.kept || plan.order.size() < 2) continue;
      std::vector<std::pair<Target*, Decimal>> members;
      for (const Tier& tier : plan.tiers) {
        for (const Member& m : tier.members) {
          if (m.kept) members.emplace_back(&target(m.id), weight_of(m.edge));
        }
      }
      const auto anchor = std::ranges::find_if(
          members, [](const auto& m) { return m.first->weight && !m.first->weight->is_zero() && !m.second.is_zero(); });
      const bool fresh = anchor == members.end() &&
                         std::ranges::none_of(members, [](const auto& m) { return m.first->weight.has_value(); });
      for (auto& [t, weight] : members) {
        if (t->weight) continue;
        if (fresh) {
          t->weight = weight;
          changed = true;
        } else if (anchor != members.end()) {
          const auto scaled = scale(weight, *anchor->first->weight, anchor->second);
          if (!scaled) continue;
          t->weight = scaled;
          changed = true;
        }
      }
    }
  }
  for (Target& t : targets_) {
    if (!t.weight || t.weight->is_negative()) t.weight = Decimal(1);
  }
  const bool none = std::ranges::all_of(targets_, [](const Target& t) { return t.weight->is_zero(); });
  for (Target& t : targets_) {
    if (none) t.weight = Decimal(1);
  }
}

void Writer::add_aliases() {
  for (const RoutePlan& plan : plans_) {
    if (plan.kept && plan.model != "*" && *plan.route->name != plan.model)
      aliases_.emplace_back(*plan.route->name, plan.model);
  }
  const auto is_alias = [&](std::string_view name) {
    return std::ranges::any_of(aliases_, [&](const auto& a) { return a.first == name; });
  };
  const auto is_target = [&](std::string_view name) {
    return std::ranges::any_of(aliases_, [&](const auto& a) { return a.second == name; });
  };
  for (const ir::Alias& alias : gw_.aliases) {
    std::string wanted = alias.target.given() ? *alias.target : std::string();
    // flatten what names another alias
    for (int step = 0; step < 8; ++step) {
      const auto next = std::ranges::find(gw_.aliases, wanted, &ir::Alias::name);
      if (next == gw_.aliases.end() || !next->target.given() || gw_.route(wanted) != nullptr) break;
      wanted = *next->target;
    }
    const auto plan = std::ranges::find_if(
        plans_, [&](const RoutePlan& p) { return p.kept && p.model != "*" && *p.route->name == wanted; });
    const bool hidden = gw_.route(alias.name) != nullptr;
    if (plan == plans_.end() || hidden || is_alias(alias.name) || is_target(alias.name) || alias.name.empty() ||
        alias.name == plan->model) {
      lose(&alias, hidden ? Fate::Skipped : Fate::Manual, hidden ? DiagId::AliasShadows : DiagId::FerroAlias,
           hidden ? "a route has the same name"
                  : "the model that it leads to is not among those that the gateway serves",
           hidden ? "" : "let clients ask for the model itself");
      continue;
    }
    lose(&alias, Fate::Approximated, DiagId::Approximated,
         "an alias leads to the model id, as a route of its own does");
    admit("routes[" + alias.name + "]", "an alias of the source is a name of its own for the same model id");
    aliases_.emplace_back(alias.name, plan->model);
  }
}

/// A target outside a route that has the route's model in its catalogue is asked, too: nothing in the file can keep it
/// out.
void Writer::tell_leaks(const RoutePlan& plan) {
  if (plan.model == "*" && !context_.same_dialect) {
    context_.ledger.assume(
        "routes[*].name", "ferro.catalogue",
        "the gateway answers for the names of its catalogue and of `models`, and refuses others with "
        "404: `GET /v1/models` shows them");
  }
  if (mode_ == Mode::Conditional || plan.model == "*") return;
  for (const Target& t : targets_) {
    if (std::ranges::find(plan.order, t.key) != plan.order.end() || !may_own(t.key, plan.model)) continue;
    const bool pinned = t.key == "azure-openai" && t.deployment != nullptr;
    context_.ledger.assume("routes[" + *plan.route->name + "]", "ferro.closure",
                           "target `" + t.key + "` may have `" + plan.model +
                               "` in its catalogue and then answers for it as well" +
                               (pinned ? ", with deployment `" + t.deployment->upstream_model.value + "`" : "") +
                               ": `GET /v1/models` of the running gateway shows it, a second process keeps it out");
  }
}

/// What the source left to its defaults and the environment or a target names.
void Writer::admit_defaults(const RoutePlan& plan) {
  const std::string path = "routes[" + *plan.route->name + "]";
  const std::string reason = "the environment and the targets name what the source left to its defaults";
  if (!plan.kept) return;
  if (plan.reshaped) {
    admit(path, reason);
    return;
  }
  for (const Tier& tier : plan.tiers) {
    for (const Member& m : tier.members) {
      for (const std::string_view field :
           {"provider.base_url", "provider.api_key", "provider.api_version", "provider.region", "provider.params",
            "retry.", "breaker.", "cache.", "provider.limits"}) {
        if (m.kept) context_.ledger.admit_within(m.deployment, std::string(field), reason);
      }
      if (m.kept) {
        context_.ledger.admit_within(m.deployment, "provider.kind", "the words of its name tell which provider it is",
                                     std::string(kind_of_id(m.id)));
      }
      if (m.kept && timeout_) context_.ledger.admit_within(m.deployment, "timeout.total", reason, timeout_->text());
      if (m.kept && m.id == "azure-openai")
        context_.ledger.admit_within(m.deployment, "provider.extras[environment.AZURE_OPENAI_DEPLOYMENT]", reason,
                                     "env(AZURE_OPENAI_DEPLOYMENT)");
    }
  }
}

/// How a lone target is chosen among those that are left out.
void Writer::lose_choice(const ir::Balance& balance) {
  const std::string reason = "there is one target to choose";
  near(balance.policy.absent() ? &gw_.routing.policy : &balance.policy, "", reason);
  const auto skip = [&](const auto& field) {
    if (!field.absent()) lose(&field, Fate::Skipped, DiagId::NotExpressible, reason);
  };
  skip(balance.on_failure);
  skip(balance.sticky.enabled);
  skip(balance.sticky.per);
  skip(balance.sticky.ttl);
  for (const ir::Edge& edge : balance.edges) {
    if (context_.ledger.gone(&edge)) continue;
    skip(edge.order);
    skip(edge.weight);
  }
}

void Writer::judge_route(RoutePlan& plan) {
  if (!plan.kept) return;
  const std::string path = "routes[" + *plan.route->name + "]";
  tell_leaks(plan);
  if (plan.model != "*" && *plan.route->name != plan.model)
    admit("routes[" + plan.model + "]", "the gateway answers to the upstream id itself, too");
  const ir::PlanNode& root = gw_.at(plan.route->plan);
  const auto lose_weights = [&](const Loss& whole) {
    for (const Tier& tier : plan.tiers) {
      for (const Member& m : tier.members) {
        if (!m.kept || m.edge == nullptr || m.edge->weight.absent()) continue;
        const Target& t = target(m.id);
        lose(&m.edge->weight, whole.fate, whole.code, whole.reason, whole.advice, t.weight ? t.weight->text() : "");
      }
    }
  };
  const auto flattened = [&](std::string reason) {
    plan.reshaped = true;
    Loss loss{Fate::Manual, DiagId::FerroOneStrategy, std::move(reason), "",
              "check how `" + *plan.route->name + "` answers, and what it does when a target fails"};
    loss.shape = true;
    if (plan.model == "*") {
      for (const Tier& tier : plan.tiers) {
        for (const Member& m : tier.members) {
          if (m.kept) lose(&m.deployment->upstream_model, loss.fate, loss.code, loss.reason, loss.advice);
        }
      }
    }
    lose_weights(loss);
    context_.ledger.lose(&root, std::move(loss));
  };
  // the catalogue holds all targets, whatever the source's own catch-all had
  const bool all = plan.model == "*";
  if (all && plan.order.size() != targets_.size() && mode_ != Mode::Conditional) {
    return flattened(
        "what is not declared goes to every target whose catalogue has it, not only to those of this route");
  }
  if (all && mode_ == Mode::Conditional && plan.order.size() > 1)
    return flattened("what no condition names goes to the first target alone");
  const std::size_t source_members = [&] {
    std::size_t n = 0;
    for (const Tier& tier : plan.tiers) n += tier.members.size();
    return n;
  }();
  const auto wish = wish_of(plan);
  if (!wish) {
    const bool several = plan.tiers.size() == 1 && source_members > 1;
    const bool first_left_out =
        !plan.tiers.empty() && plan.tiers.size() > 1 && std::ranges::none_of(plan.tiers.front().members, &Member::kept);
    const bool tiered = plan.tiers.size() > 1 && plan.tiers.front().members.size() > 1;
    if (plan.paired) {
      if (several || first_left_out || tiered) {
        for (const Tier& tier : plan.tiers) {
          if (tier.balance != nullptr) lose_choice(*tier.balance);
        }
        lose_weights({Fate::Manual, DiagId::FerroOneStrategy, "only one target of the route can be written", "",
                      "run a second gateway process for the others"});
      }
    } else {
      plan.reshaped = true;
      Loss loss{Fate::Manual, DiagId::FerroOneStrategy, "only one target of the route can be written", "",
                "run a second gateway process for the others"};
      loss.shape = true;
      lose_weights(loss);
      context_.ledger.lose(&root, std::move(loss));
    }
    return;
  }
  std::vector<std::string> order;
  for (const Target& t : targets_) {
    if (std::ranges::find(plan.order, t.key) != plan.order.end()) order.push_back(t.key);
  }
  const std::string name(mode_name(mode_));
  if (*wish != mode_)
    return flattened("the gateway has one strategy for all models, `" + name + "`; this route asks for `" +
                     std::string(mode_name(*wish)) + "`");
  if (!plan.plain) return flattened("the plan is a list of targets under `" + name + "`");
  if (mode_ == Mode::Fallback) {
    const bool tiers_of_one = std::ranges::all_of(plan.tiers, [](const Tier& t) { return t.members.size() == 1; });
    const bool first_kept = !plan.tiers.empty() && plan.tiers.front().members.front().kept;
    if (!tiers_of_one || !first_kept || order != plan.order)
      flattened("the gateway tries its targets in one order for all models");
    return;
  }
  if (plan.tiers.size() > 1)
    return flattened("the gateway shares among all targets of a model, it has no second choice behind them");
  const Tier& tier = plan.tiers.front();
  const bool guessed = std::ranges::any_of(tier.members, [&](const Member& m) {
    return m.kept && !ir::resolved(gw_, gw_.at(m.deployment->provider)).kind->given();
  });
  if (guessed && order != plan.order)
    return flattened("targets stand in one order for all models, and names alone tell which is which");
  const ir::Balance& balance = *tier.balance;
  if (balance.on_failure.given() && *balance.on_failure != ir::OnFailure::Next) {
    lose(&balance.on_failure, Fate::Approximated, DiagId::Approximated,
         "a failed call goes on to the next target in the order of the file", {},
         std::string(ir::on_failure_name(ir::OnFailure::Next)));
  }
  const ir::Field<ir::Policy>& policy = balance.policy.absent() ? gw_.routing.policy : balance.policy;
  const ir::Policy written = mode_ == Mode::LeastLatency    ? ir::Policy::Latency
                             : mode_ == Mode::CostOptimized ? ir::Policy::Cost
                                                            : ir::Policy::Weighted;
  if (!policy.absent() && (!policy.given() || *policy != written)) {
    near(&policy, std::string(ir::policy_name(written)), "the gateway has no such policy, it draws by weight");
  }
  if (!balance.sticky.enabled.absent() || !balance.sticky.per.absent() || !balance.sticky.ttl.absent()) {
    lose(&balance.sticky, Fate::Manual, DiagId::NotExpressible, "the gateway pins no callers to a target",
         "pin callers before the gateway, or do without");
  }
  if (mode_ != Mode::Loadbalance) {
    for (const Member& m : tier.members) {
      if (!m.edge->weight.absent())
        lose(&m.edge->weight, Fate::Skipped, DiagId::NotExpressible, "`" + name + "` has no weights");
    }
    return;
  }
  const Member* reference = nullptr;
  for (const Member& m : tier.members) {
    if (!m.kept) continue;
    const Decimal& found = *target(m.id).weight;
    if (reference == nullptr && !found.is_zero() && !weight_of(m.edge).is_zero()) reference = &m;
    const bool fits = reference != nullptr &&
                      proportional(weight_of(m.edge), weight_of(reference->edge), found, *target(reference->id).weight);
    if (m.edge->weight.absent()) continue;
    const bool both_zero = found.is_zero() && weight_of(m.edge).is_zero();
    if (m.edge->weight.given() && (fits || both_zero)) continue;
    lose(&m.edge->weight, m.edge->weight.given() ? Fate::Approximated : Fate::Manual, DiagId::FerroOneStrategy,
         "a provider has one weight for all models; another route decides it",
         m.edge->weight.given() ? "" : "set the weight by hand", m.edge->weight.given() ? found.text() : "");
  }
}

}  // namespace gatec::targets::ferro
