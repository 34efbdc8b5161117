#include "targets/portkey/writer.h"

#include <algorithm>

namespace gatec::targets::portkey {
namespace {

using ir::Fate;

/// More copies than this in one chain, and the chain stops at the next route's own primary.
constexpr std::size_t kMaxInlined = 64;

Out strategy_of(Mode mode) {
  Out strategy;
  strategy.add("mode", mode_name(mode));
  return strategy;
}

void add_name(Out& object, std::string_view name) { object.add("name", name); }

/// The object with a name in front.
Out named(const Out& object, std::string_view name) {
  Out out;
  add_name(out, name);
  for (const auto& [key, value] : std::get<Out::Mapping>(object.storage())) {
    if (key != "name") out.add(key, value);
  }
  return out;
}

bool has_copies(const ir::Gateway& gateway, const ir::Fallback& fallback) {
  return std::ranges::any_of(fallback.edges, [&](const ir::FallbackEdge& e) {
    return std::holds_alternative<ir::To>(gateway.at(e.node).what);
  });
}

std::string_view operator_name(ir::Condition::Op op) {
  using Op = ir::Condition::Op;
  switch (op) {
    case Op::Always:
    case Op::Eq: return "$eq";
    case Op::And: return "$and";
    case Op::Or: return "$or";
    case Op::Ne: return "$ne";
    case Op::Gt: return "$gt";
    case Op::Gte: return "$gte";
    case Op::Lt: return "$lt";
    case Op::Lte: return "$lte";
    case Op::In: return "$in";
    case Op::Nin: return "$nin";
    case Op::Regex: return "$regex";
  }
  return "$eq";
}

/// What the stars of a pattern stand for in a name, each as short as can be; nothing when the name does not fit.
std::optional<std::vector<std::string>> match_pattern(std::string_view pattern, std::string_view name) {
  std::vector<std::string> captures;
  const std::size_t star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == name ? std::optional(captures) : std::nullopt;
  if (!name.starts_with(pattern.substr(0, star))) return std::nullopt;
  name.remove_prefix(star);
  pattern.remove_prefix(star + 1);
  if (pattern.find('*') == std::string_view::npos) {
    if (!name.ends_with(pattern)) return std::nullopt;
    captures.emplace_back(name.substr(0, name.size() - pattern.size()));
    return captures;
  }
  for (std::size_t n = 0; n <= name.size(); ++n) {
    if (auto rest = match_pattern(pattern, name.substr(n))) {
      captures.emplace_back(name.substr(0, n));
      captures.insert(captures.end(), rest->begin(), rest->end());
      return captures;
    }
  }
  return std::nullopt;
}

}  // namespace

std::optional<Out> ConfigWriter::write_node(ir::NodeId id, const ir::Field<std::string>* label) {
  const ir::PlanNode& node = gateway_.at(id);
  Out object = Out::mapping();
  if (label != nullptr && label->given()) {
    add_name(object, **label);
  } else if (node.name.given() && same()) {
    add_name(object, *node.name);
  } else if (node.name.given()) {
    lose(&node.name, {Fate::Skipped, DiagId::NotExpressible, "a label without meaning", "", ""});
  }
  chain_.push_back(&node.settings);
  const std::size_t emitted = emitted_;
  std::optional<Out> out;
  if (const auto* use = std::get_if<ir::Use>(&node.what)) {
    out = write_leaf(node, gateway_.at(use->deployment), std::move(object));
  } else if (const auto* to = std::get_if<ir::To>(&node.what)) {
    out = write_copy(*to, &node);
  } else if (const auto* balance = std::get_if<ir::Balance>(&node.what)) {
    out = write_balance(node, *balance, std::move(object));
  } else if (const auto* fallback = std::get_if<ir::Fallback>(&node.what)) {
    out = write_fallback(node, *fallback, std::move(object));
  } else if (const auto* choice = std::get_if<ir::Switch>(&node.what)) {
    out = write_switch(node, *choice, std::move(object));
  } else if (const auto* mirror = std::get_if<ir::Mirror>(&node.what)) {
    lose_if(mirror->shadow,
            {Fate::Skipped, DiagId::NotExpressible, "the gateway cannot send a copy of the traffic elsewhere", "", ""});
    out = write_node(mirror->primary, label);
  }
  emitted_ = emitted;
  chain_.pop_back();
  return out;
}

std::optional<Out> ConfigWriter::write_balance(const ir::PlanNode& node, const ir::Balance& balance, Out object) {
  const bool lone = balance.edges.size() == 1;
  if (lone && !same()) {
    const ir::Edge& edge = balance.edges.front();
    return write_node(edge.node, nullptr);
  }
  const ir::Field<ir::Policy>& policy = balance.policy.absent() ? gateway_.routing.policy : balance.policy;
  const bool first = policy.given() && *policy == ir::Policy::First;
  if (policy.absent()) {
    context_.ledger.admit_within(&node, "policy", "a load balance picks at random by weight");
  } else if (!first && !(policy.given() && *policy == ir::Policy::Weighted)) {
    const std::string name = policy.given() ? std::string(ir::policy_name(*policy)) : "one from the environment";
    lose(&policy, {Fate::Approximated, DiagId::Approximated,
                   "the gateway knows no policy but weights; " + name + " becomes a draw by the weights as written",
                   "weighted", ""});
  }
  if (balance.on_failure.given() && *balance.on_failure != ir::OnFailure::Return) {
    lose(&balance.on_failure,
         {Fate::Approximated, DiagId::Approximated,
          "the failure of a picked target is the answer, no other member of the group is tried", "return", ""});
  }
  write_settings(object);
  Out strategy = strategy_of(first ? Mode::Single : Mode::Loadbalance);
  if (!balance.sticky.enabled.absent() || !balance.sticky.per.absent() || !balance.sticky.ttl.absent()) {
    if (oss() && !same()) {
      lose(&balance.sticky,
           {Fate::Skipped, DiagId::NotExpressible, "the open-source gateway has no sticky sessions", "", ""});
    } else {
      Out sticky;
      if (balance.sticky.enabled.given()) sticky.add("enabled", *balance.sticky.enabled);
      if (balance.sticky.per.given()) sticky.add("hash_fields", to_out(balance.sticky.per));
      if (balance.sticky.ttl.given()) sticky.add("ttl", to_out(balance.sticky.ttl));
      strategy.add("sticky", std::move(sticky));
    }
  }
  Out targets = Out::sequence();
  std::size_t written = 0;
  for (std::size_t i = 0; i < balance.edges.size(); ++i) {
    const ir::Edge& edge = balance.edges[i];
    const Step step(path_, "balance", i);
    auto target = write_node(edge.node, edge.label.given() ? &edge.label : nullptr);
    if (!target) {
      leave_out(&edge, why_);
      continue;
    }
    if (edge.weight.given()) target->add("weight", Out::number(edge.weight->text()));
    if (edge.weight.state == ir::State::Unknown) {
      lose(&edge.weight, {Fate::Manual, DiagId::NotExpressible, "the weight comes from the environment", "",
                          "set the weight by hand"});
    }
    targets.push(*std::move(target));
    ++written;
  }
  if (written == 0) return std::nullopt;
  if (written == 1 && !lone) {
    // one member of several is left: what is read back is no balance any more
    lose(&node, {Fate::Approximated, DiagId::Approximated, "only one member of the group can be written", "", "", false,
                 true});
    for (const ir::Edge& e : balance.edges)
      lose_if(e.weight, {Fate::Skipped, DiagId::NotExpressible, "only one member of the group can be written", "", ""});
  }
  object.add("strategy", std::move(strategy));
  object.add("targets", std::move(targets));
  put_extras(object, node.extras);
  return object;
}

std::optional<Out> ConfigWriter::write_fallback(const ir::PlanNode& node, const ir::Fallback& fallback, Out object) {
  // with the settings on each target a copy of a route is self-contained
  const bool push_down = !same() || has_copies(gateway_, fallback);
  if (!push_down) write_settings(object);
  Out targets = Out::sequence();
  {
    const Step step(path_, "primary");
    auto primary = write_node(fallback.primary, fallback.primary_label.given() ? &fallback.primary_label : nullptr);
    if (primary) {
      targets.push(*std::move(primary));
    } else {
      Loss loss = why_;
      loss.reason = "the first choice cannot be written: " + loss.reason;
      leave_out(&gateway_.at(fallback.primary), std::move(loss));
    }
  }
  for (std::size_t i = 0; i < fallback.edges.size(); ++i) {
    const Step step(path_, "fallback", i);
    const ir::FallbackEdge& edge = fallback.edges[i];
    auto target = write_fallback_edge(edge);
    if (!target) continue;
    const bool first = std::get<Out::Sequence>(targets.storage()).empty();
    targets.push(*std::move(target));
    if (!first || !std::holds_alternative<ir::To>(gateway_.at(edge.node).what)) continue;
    // where a copy stands first nothing tells it from a target of its own
    lose(&edge, {Fate::Approximated, DiagId::Approximated,
                 "a copy of what the route leads to takes the place of the first choice", "", ""});
    context_.ledger.admit_within(&edge, "", "a copy of what a route leads to");
  }
  const std::size_t written = std::get<Out::Sequence>(targets.storage()).size();
  if (written == 0) return std::nullopt;
  if (written == 1 && !same()) {
    lose_if(fallback.statuses, {Fate::Skipped, DiagId::NotExpressible, "nothing is left to fall back to", "", ""});
    Out only = std::move(std::get<Out::Sequence>(targets.storage()).front());
    // it stands where the fallback stood, under that name
    const Out* name = object.find("name");
    if (name != nullptr) return named(only, std::get<std::string>(name->storage()));
    std::erase_if(std::get<Out::Mapping>(only.storage()), [](const auto& pair) { return pair.first == "name"; });
    return only;
  }
  Out strategy = strategy_of(Mode::Fallback);
  if (fallback.statuses.given()) strategy.add("on_status_codes", to_out(fallback.statuses));
  object.add("strategy", std::move(strategy));
  object.add("targets", std::move(targets));
  put_extras(object, node.extras);
  return object;
}

std::optional<Out> ConfigWriter::write_fallback_edge(const ir::FallbackEdge& edge) {
  if (edge.on != ir::Failure::Any) {
    leave_out(&edge, {Fate::Skipped, DiagId::NotExpressible,
                      "a fallback cannot be bound to " + std::string(ir::failure_name(edge.on)) +
                          ": status 400 stands for any bad request",
                      "", ""});
    return std::nullopt;
  }
  const ir::PlanNode& node = gateway_.at(edge.node);
  if (const auto* to = std::get_if<ir::To>(&node.what)) return write_copy(*to, &edge);
  auto target = write_node(edge.node, edge.label.given() ? &edge.label : nullptr);
  if (!target) leave_out(&edge, why_);
  return target;
}

/// A copy of what a route holds, under the route's name: that is how the reader knows it again.
std::optional<Out> ConfigWriter::write_copy(const ir::To& to, const void* edge) {
  const std::string& name = *to.route;
  std::string_view wanted = name;
  if (const auto alias = alias_index_.find(wanted); alias != alias_index_.end() && !route_index_.contains(wanted))
    wanted = *alias->second->target;
  auto found = route_index_.find(wanted);
  std::optional<std::vector<std::string>> captures;
  for (std::size_t i = 0; found == route_index_.end() && i < gateway_.routes.size() && !captures; ++i) {
    const ir::Route& route = gateway_.routes[i];
    if (route.kind != ir::RouteKind::Pattern) continue;
    captures = match_pattern(*route.name, wanted);
    if (captures) {
      found = route_index_.find(*route.name);
      break;
    }
  }
  if (found == route_index_.end()) {
    leave_out(edge, {Fate::Skipped, DiagId::UnknownModel, "no route is named `" + name + "`", "", ""});
    return std::nullopt;
  }
  const bool chained = to.chained.given() && *to.chained;
  const Chain& chain = chain_of(found->second);
  const bool whole = !chain.cyclic && chain.leaves <= kMaxInlined && chain.depth < chain_limit();
  constexpr int kMostCopies = 8;
  if (copies_ >= kMostCopies) {
    leave_out(edge, {Fate::Skipped, DiagId::Approximated,
                     "the chain of fallbacks is cut here, it has no end or too many", "", ""});
    return std::nullopt;
  }
  ++copies_;
  struct Leave {
    int& depth;
    ~Leave() { --depth; }
  } const leave{copies_};
  if (captures || to.route.state != ir::State::Given) {
    const std::vector<std::string> saved = std::exchange(captures_, captures ? *captures : std::vector<std::string>{});
    const bool was_filled = std::exchange(filled_, true);
    const std::size_t emitted = std::exchange(emitted_, std::min<std::size_t>(emitted_, 1));
    const std::vector<const ir::Settings*> chain_before = std::exchange(chain_, {chain_.front()});
    auto out = write_node(gateway_.routes[found->second].plan, nullptr);
    chain_ = chain_before;
    emitted_ = emitted;
    captures_ = saved;
    filled_ = was_filled;
    if (!out) {
      leave_out(edge, {Fate::Skipped, DiagId::RouteLeftOut, "the route `" + name + "` cannot be written", "", ""});
      return out;
    }
    lose(edge, {Fate::Approximated, DiagId::Approximated,
                "a copy of what the pattern `" + *gateway_.routes[found->second].name + "` leads to", "", ""});
    context_.ledger.admit_within(edge, "", "a copy of what a pattern leads to");
    return out;
  }
  const ir::Route& route = gateway_.routes[found->second];
  const ir::PlanNode& plan = gateway_.at(route.plan);
  const auto* fallback = std::get_if<ir::Fallback>(&plan.what);
  std::optional<Out> out;
  if (split_) {
    out = write_own_copy(route, plan, fallback == nullptr || (whole && chained) ? route.plan : fallback->primary);
    lose(edge, {Fate::Approximated, DiagId::Approximated, "each config has a copy of the routes that it falls back to",
                "", ""});
    context_.ledger.admit_within(edge, "", "a copy of the route `" + name + "`");
  } else if (fallback == nullptr || (whole && chained)) {
    out = route_target(found->second);
  } else {
    if (chained) {
      lose(&to.chained, {Fate::Approximated, DiagId::Approximated,
                         "the chain of fallbacks is cut here, it has no end or too many", "false", ""});
    }
    out = write_primary(route, plan, *fallback);
  }
  if (!out) {
    leave_out(edge, {Fate::Skipped, DiagId::RouteLeftOut, "the route `" + name + "` cannot be written", "", ""});
    return std::nullopt;
  }
  return named(*out, name);
}

/// A route or its primary within the config of another route, with all settings that reach it.
std::optional<Out> ConfigWriter::write_own_copy(const ir::Route& route, const ir::PlanNode& plan, ir::NodeId node) {
  const std::string_view requested = std::exchange(requested_, std::string_view(*route.name));
  std::vector<const ir::Settings*> chain{chain_.front()};
  if (&gateway_.at(node) != &plan) chain.push_back(&plan.settings);
  const std::vector<const ir::Settings*> chain_before = std::exchange(chain_, std::move(chain));
  const std::size_t emitted = std::exchange(emitted_, 0);
  auto out = write_node(node, nullptr);
  emitted_ = emitted;
  chain_ = chain_before;
  requested_ = requested;
  return out;
}

/// The primary of a route, as it stands in the route's own target.
std::optional<Out> ConfigWriter::write_primary(const ir::Route& route, const ir::PlanNode& plan,
                                               const ir::Fallback& fallback) {
  const bool pushed_down = !same() || has_copies(gateway_, fallback);
  const std::string_view requested = std::exchange(requested_, std::string_view(*route.name));
  std::vector<const ir::Settings*> chain{chain_.front()};
  if (pushed_down) chain.push_back(&plan.settings);
  const std::vector<const ir::Settings*> chain_before = std::exchange(chain_, std::move(chain));
  const std::size_t emitted = std::exchange(emitted_, std::min<std::size_t>(emitted_, 1));
  const std::string path = std::exchange(path_, "routes[" + *route.name + "].plan.primary");
  auto out = write_node(fallback.primary, fallback.primary_label.given() ? &fallback.primary_label : nullptr);
  path_ = path;
  emitted_ = emitted;
  chain_ = chain_before;
  requested_ = requested;
  return out;
}

std::optional<Out> ConfigWriter::write_switch(const ir::PlanNode& node, const ir::Switch& choice, Out object) {
  write_settings(object);
  Out strategy = strategy_of(Mode::Conditional);
  Out conditions = Out::sequence();
  Out targets = Out::sequence();
  for (std::size_t i = 0; i < choice.cases.size(); ++i) {
    const ir::SwitchCase& one = choice.cases[i];
    const Step step(path_, "case", i);
    std::string name;
    if (!add_case_target(targets, one.node, one.label, name)) {
      leave_out(&one, why_);
      continue;
    }
    Out condition;
    condition.add("query", condition_out(one.condition));
    condition.add("then", name);
    conditions.push(std::move(condition));
  }
  if (!conditions.empty()) strategy.add("conditions", std::move(conditions));
  if (choice.otherwise.valid()) {
    const Step step(path_, "otherwise");
    std::string name;
    if (add_case_target(targets, choice.otherwise, choice.otherwise_label, name))
      strategy.add("default", name);
    else {
      leave_out(&gateway_.at(choice.otherwise), why_);
      lose_if(choice.otherwise_label,
              {Fate::Skipped, DiagId::NotExpressible, "the target that it names is left out", "", ""});
    }
  }
  for (std::size_t i = 0; i < choice.idle.size(); ++i) {
    const Step step(path_, "idle", i);
    auto target = write_node(choice.idle[i].node, choice.idle[i].label.given() ? &choice.idle[i].label : nullptr);
    if (target)
      targets.push(*std::move(target));
    else
      leave_out(&choice.idle[i], why_);
  }
  if (std::get<Out::Sequence>(targets.storage()).empty()) return std::nullopt;
  object.add("strategy", std::move(strategy));
  object.add("targets", std::move(targets));
  put_extras(object, node.extras);
  return object;
}

/// Adds a target under its label unless the same one stands there already; `name` is what conditions call it.
bool ConfigWriter::add_case_target(Out& targets, ir::NodeId node, const ir::Field<std::string>& label,
                                   std::string& name) {
  auto& all = std::get<Out::Sequence>(targets.storage());
  name = label.given() ? *label : "target-" + std::to_string(all.size() + 1);
  auto target = write_node(node, nullptr);
  if (!target) return false;
  Out made = named(*target, name);
  for (const Out& other : all) {
    const Out* other_name = other.find("name");
    if (other_name == nullptr || std::get<std::string>(other_name->storage()) != name) continue;
    if (doc::write_json(other, {0, false}) == doc::write_json(made, {0, false})) return true;
    name += "-" + std::to_string(all.size() + 1);
    made = named(made, name);
    break;
  }
  targets.push(std::move(made));
  return true;
}

Out ConfigWriter::condition_out(const ir::Condition& condition) {
  using Op = ir::Condition::Op;
  Out out = Out::mapping();
  if (condition.op == Op::Always) return out;
  if (condition.op == Op::And || condition.op == Op::Or) {
    Out parts = Out::sequence();
    for (const ir::Condition& part : condition.parts) parts.push(condition_out(part));
    out.add(std::string(operator_name(condition.op)), std::move(parts));
    return out;
  }
  Out test = Out::mapping();
  if (condition.op == Op::In || condition.op == Op::Nin) {
    Out list = Out::sequence();
    for (const ir::Value& v : condition.operands) list.push(open(v, ""));
    test.add(std::string(operator_name(condition.op)), std::move(list));
  } else {
    test.add(std::string(operator_name(condition.op)),
             condition.operands.empty() ? Out() : open(condition.operands.front(), ""));
  }
  out.add(condition.subject, std::move(test));
  return out;
}

const ConfigWriter::Chain& ConfigWriter::chain_of(std::size_t route) {
  constexpr int kDeepest = 64;
  Chain& chain = chains_[route];
  if (chain.state != Chain::State::Unseen) {
    if (chain.state == Chain::State::Open) chain.cyclic = true;
    return chain;
  }
  chain.state = Chain::State::Open;
  if (++measuring_ > kDeepest) {
    chain.cyclic = true;
  } else {
    measure(gateway_.routes[route].plan, chain);
  }
  --measuring_;
  chain.state = Chain::State::Done;
  return chain;
}

void ConfigWriter::measure(ir::NodeId id, Chain& chain) {
  if (!id.valid()) return;
  const ir::PlanNode& node = gateway_.at(id);
  if (std::holds_alternative<ir::Use>(node.what)) {
    ++chain.leaves;
  } else if (const auto* balance = std::get_if<ir::Balance>(&node.what)) {
    for (const ir::Edge& e : balance->edges) measure(e.node, chain);
  } else if (const auto* mirror = std::get_if<ir::Mirror>(&node.what)) {
    measure(mirror->primary, chain);
  } else if (const auto* choice = std::get_if<ir::Switch>(&node.what)) {
    for (const ir::SwitchCase& c : choice->cases) measure(c.node, chain);
    measure(choice->otherwise, chain);
  } else if (const auto* fallback = std::get_if<ir::Fallback>(&node.what)) {
    measure(fallback->primary, chain);
    for (const ir::FallbackEdge& e : fallback->edges) {
      if (e.on == ir::Failure::Any) measure(e.node, chain);
    }
  } else if (const auto* to = std::get_if<ir::To>(&node.what)) {
    const auto found = route_index_.find(*to->route);
    if (found == route_index_.end() || !(to->chained.given() && *to->chained)) {
      ++chain.leaves;
      return;
    }
    const Chain& next = chain_of(found->second);
    chain.cyclic = chain.cyclic || next.cyclic;
    chain.leaves += next.leaves;
    chain.depth = std::max(chain.depth, next.depth + 1);
  }
}

int ConfigWriter::chain_limit() const {
  constexpr int kDeepest = 5;
  const auto& limit = gateway_.routing.max_fallbacks;
  return limit.given() ? static_cast<int>(std::clamp<std::int64_t>(*limit, 1, kDeepest)) : kDeepest;
}

}  // namespace gatec::targets::portkey
