#include "targets/worldflow/reader.h"

#include <algorithm>

namespace gatec::targets::worldflow {
namespace {

ir::Condition equals(std::string subject, ir::Value value) {
  ir::Condition condition;
  condition.op = ir::Condition::Op::Eq;
  condition.subject = std::move(subject);
  condition.operands.push_back(std::move(value));
  return condition;
}

/// Rules that are drawn from together.
bool same_draw(const Rule& a, const Rule& b) {
  return !a.experiment.empty() && a.experiment == b.experiment && a.priority == b.priority;
}

}  // namespace

void Reader::keep_rule(const Node& node, DiagId code, ir::Fate elsewhere, std::string_view advice) {
  gateway_.extras.push_back(
      kit_.extra("routing_config.rules", "#" + std::to_string(++kept_rules_), node, code, elsewhere, advice));
}

void Reader::read_routing(const Node& node) {
  const Place place{&gateway_.extras, "routing_config"};
  walk(node, keys().root("$routing_config"), place, [&](std::string_view key, const Node& value) {
    if (key == "strategy") {
      const auto policy = value.is_string() ? policy_of(value.text()) : std::nullopt;
      if (policy && gateway_.routing.policy.absent()) {
        gateway_.routing.policy = {*policy, ir::Origin(value.leaf())};
      } else {
        keep_as(place, key, value, DiagId::NotModelled, ir::Fate::Manual,
                "decide how the target gateway picks a model");
      }
      return true;
    }
    if (!value.is_sequence()) return false;
    if (value.empty()) {
      settle(value, ir::Fate::Skipped, DiagId::InertKey, "there are no rules");
      lay_out("no_rules", ir::Value::of_bool(true));
      return true;
    }
    for (const Node* element : value.elements()) {
      Rule rule;
      if (element->is_mapping() && read_rule(*element, rule)) {
        rules_.push_back(std::move(rule));
      } else {
        keep_rule(*element, DiagId::NotModelled, ir::Fate::Manual,
                  "decide what the target gateway does for these requests");
      }
    }
    return true;
  });
}

/// False where a rule has conditions that only WorldFlow knows, or no form that could be followed.
bool Reader::read_rule(const Node& node, Rule& rule) {
  rule.node = &node;
  const Node* pattern = nullptr;
  const Node* target = nullptr;
  std::vector<const Node*> notes;
  for (const Entry& entry : node.entries()) {
    const std::string_view key = entry.key->text();
    const Node& value = *entry.value;
    if (value.is_null()) {
      notes.push_back(&value);
    } else if (key == "modelPattern" && value.is_scalar()) {
      pattern = &value;
    } else if (key == "routeTo" && value.is_scalar()) {
      target = &value;
    } else if (key == "priority") {
      const ir::Field<std::int64_t> number = kit_.integer(value, key);
      if (!number.given()) return false;
      rule.priority = *number;
      rule.from.add(value.leaf());
    } else if (key == "experimentId" && value.is_string() && !value.text().empty()) {
      rule.experiment = value.text();
      rule.experiment_from.add(value.leaf());
    } else if (key == "variant" && value.is_scalar()) {
      rule.variant = value.text();
      rule.variant_from.add(value.leaf());
    } else if (key == "weight") {
      rule.weight = number(value, key);
      if (!rule.weight.given() || rule.weight->is_negative()) return false;
    } else if (key == "_provider" && value.is_string()) {
      rule.provider = value.text();
      rule.from.add(value.leaf());
    } else if (key == "_alias" && value.is_string()) {
      rule.alias = value.text();
      rule.alias_from.add(value.leaf());
    } else if (key == "conditionOperator" && value.is_string() && value.text() == "and") {
      rule.from.add(value.leaf());
    } else if (key == "headerMatch" || key == "metadataMatch") {
      if (!read_conditions(value, rule)) return false;
    } else if (key.starts_with('_')) {
      notes.push_back(&value);
    } else {
      return false;
    }
  }
  if (pattern == nullptr || target == nullptr || pattern->text().empty()) return false;
  const auto name = unescape_glob(pattern->text(), rule.glob);
  if (!name) return false;
  rule.pattern = pattern->text();
  rule.name = *name;
  rule.route_to = target->text();
  ir::Origin named(pattern->leaf());
  named.add(target->leaf());
  named.add(rule.from);
  rule.from = std::move(named);
  for (const Node* note : notes) settle(*note, ir::Fate::Skipped, DiagId::NotModelled, "a note that is never sent");
  // without an experiment there is nothing to draw
  if (rule.experiment.empty()) {
    if (rule.weight.given()) rule.from.add(rule.weight.from);
    rule.from.add(rule.variant_from);
    rule.weight = {};
  }
  return true;
}

bool Reader::read_conditions(const Node& node, Rule& rule) {
  if (!node.is_mapping() || node.empty()) return false;
  const bool header = rule.node->get("headerMatch") == &node;
  std::vector<ir::Condition> parts;
  if (rule.condition && rule.condition->op == ir::Condition::Op::And)
    parts = rule.condition->parts;
  else if (rule.condition)
    parts.push_back(*rule.condition);
  for (const Entry& entry : node.entries()) {
    if (!entry.value->is_scalar() || entry.value->is_null()) return false;
    parts.push_back(
        equals((header ? "headers." : "metadata.") + std::string(entry.key->text()), kit_.value(*entry.value, "")));
    rule.condition_from.add(entry.value->leaf());
  }
  if (parts.size() == 1) {
    rule.condition = std::move(parts.front());
  } else {
    ir::Condition all;
    all.op = ir::Condition::Op::And;
    all.parts = std::move(parts);
    rule.condition = std::move(all);
  }
  return true;
}

/// The model that a rule leads to: by the provider that it names, or the variant; nothing where several could be meant.
std::optional<ir::DeploymentId> Reader::deployment_of(const Rule& rule) {
  const auto found = by_model_.find(rule.route_to);
  if (found == by_model_.end()) return std::nullopt;
  if (found->second.size() == 1) return found->second.front();
  std::optional<std::size_t> provider;
  if (!rule.provider.empty()) provider = providers_.find(rule.provider);
  for (std::size_t i = 0; !provider && !rule.variant.empty() && i < providers_.slugs.size(); ++i) {
    if (providers_.slugs[i] == rule.variant) provider = i;
  }
  for (const ir::DeploymentId id : found->second) {
    if (provider && gateway_.at(id).provider.value == *provider) return id;
  }
  return std::nullopt;
}

/// Rules whose models are known, by pattern in order of first appearance; then the models that no rule leads to.
void Reader::build_routes() {
  std::vector<std::vector<const Rule*>> groups;
  std::map<std::string_view, std::size_t> index;
  for (const Rule& rule : rules_) {
    if (!by_model_.contains(rule.route_to)) {
      if (by_model_.empty() || !outside_.empty()) {
        ir::Deployment bare;
        bare.upstream_model = {rule.route_to, ir::Origin(rules::kCatalogue)};
        bare.provider = gateway_.add(ir::Provider{});
        provider_types_.resize(gateway_.providers.size());
        outside_.insert(rule.route_to);
        by_model_[rule.route_to].push_back(gateway_.add(std::move(bare)));
      } else {
        report(DiagId::WorldflowUnknownModel, *rule.node->get("routeTo"),
               quoted(rule.route_to) + " is no model of the catalogue");
        keep_rule(*rule.node, DiagId::WorldflowUnknownModel, ir::Fate::Manual,
                  "name a model of the catalogue, then convert again");
        continue;
      }
    }
    const auto [found, fresh] = index.try_emplace(rule.pattern, groups.size());
    if (fresh) groups.emplace_back();
    groups[found->second].push_back(&rule);
  }
  std::vector<const std::vector<const Rule*>*> aliases;
  for (const auto& group : groups) {
    const bool alias = std::ranges::all_of(
        group, [&](const Rule* r) { return !r->alias.empty() && r->alias == group.front()->alias; });
    if (alias)
      aliases.push_back(&group);
    else
      build_route(group);
  }
  for (const auto* group : aliases) {
    if (!is_alias(*group)) {
      build_route(*group);
      continue;
    }
    const Rule& first = *group->front();
    ir::Alias alias;
    alias.name = first.name;
    for (const Rule* r : *group) {
      alias.name_from.add(r->from);
      alias.target.from.add(r->alias_from);
      alias.target.from.add(r->weight.from);
      alias.name_from.add(r->experiment_from);
      alias.name_from.add(r->variant_from);
    }
    alias.target.value = first.alias;
    alias.target.state = ir::State::Given;
    gateway_.aliases.push_back(std::move(alias));
  }
  catalogue_routes();
}

/// Whether the rules are a copy of those for the name that `_alias` gives.
bool Reader::is_alias(const std::vector<const Rule*>& rules) const {
  const std::string& target = rules.front()->alias;
  if (rules.front()->glob || target == rules.front()->name || !route_names_.contains(target)) return false;
  std::vector<const Rule*> others;
  for (const Rule& r : rules_) {
    if (r.name == target && r.alias.empty()) others.push_back(&r);
  }
  return std::ranges::equal(rules, others, [](const Rule* a, const Rule* b) {
    return a->route_to == b->route_to && a->provider == b->provider && a->weight.given() == b->weight.given() &&
           (!a->weight.given() || *a->weight == *b->weight) && !a->condition && !b->condition;
  });
}

void Reader::build_route(const std::vector<const Rule*>& rules) {
  ir::Route route;
  const Rule& first = *rules.front();
  route.name = {first.name, {}};
  route.kind = first.glob ? ir::RouteKind::Pattern : ir::RouteKind::Name;
  route.plan = plan_of(rules, route.name.from);
  if (!route_names_.insert(first.name).second) {
    for (const Rule* r : rules)
      keep_rule(*r->node, DiagId::WorldflowDeadRule, ir::Fate::Skipped, "nothing to do: another rule answers first");
    return;
  }
  gateway_.routes.push_back(std::move(route));
}

/// The rules for one name, the highest priority first: those with conditions are cases, the first without any ends it.
ir::NodeId Reader::plan_of(const std::vector<const Rule*>& rules, ir::Origin& name_from) {
  std::vector<const Rule*> sorted = rules;
  std::ranges::stable_sort(sorted, [](const Rule* a, const Rule* b) { return a->priority > b->priority; });
  const std::string& name = sorted.front()->name;
  const auto leaf_of = [&](const Rule& rule) {
    name_from.add(rule.from);
    name_from.add(rule.alias_from);
    if (const auto id = deployment_of(rule)) {
      reached_.insert(id->value);
      return new_node(gateway_, ir::Use{*id});
    }
    report(DiagId::WorldflowAmbiguous, *rule.node,
           "several providers serve " + quoted(rule.route_to) + ", a rule names only the model");
    ir::Balance any;
    for (const ir::DeploymentId id : by_model_.at(rule.route_to)) {
      reached_.insert(id.value);
      ir::Edge edge;
      edge.node = new_node(gateway_, ir::Use{id});
      any.edges.push_back(std::move(edge));
    }
    return new_node(gateway_, std::move(any));
  };
  const auto draw = [&](const std::vector<const Rule*>& members) {
    ir::Balance balance;
    balance.policy = {ir::Policy::Weighted, ir::Origin(rules::kExperiment)};
    balance.sticky.enabled = {true, ir::Origin(rules::kSticky)};
    balance.sticky.per.push("tenant", ir::Origin(rules::kSticky));
    for (const Rule* r : members) {
      ir::Edge edge;
      edge.node = leaf_of(*r);
      edge.weight = r->weight;
      if (!r->variant.empty()) edge.label = {r->variant, r->variant_from};
      balance.policy.from.add(r->experiment_from);
      balance.edges.push_back(std::move(edge));
    }
    return new_node(gateway_, std::move(balance));
  };
  ir::Switch choice;
  std::vector<ir::Value> priorities;
  std::vector<ir::Value> experiments;
  bool ended = false;
  for (std::size_t i = 0; i < sorted.size();) {
    std::vector<const Rule*> members{sorted[i]};
    std::size_t next = i + 1;
    for (; next < sorted.size() && same_draw(*sorted[i], *sorted[next]) && !sorted[i]->condition &&
           !sorted[next]->condition;
         ++next)
      members.push_back(sorted[next]);
    if (ended) {
      for (const Rule* r : members) {
        report(DiagId::WorldflowDeadRule, *r->node,
               "a rule for " + quoted(name) + " before this one answers every request");
        keep_rule(*r->node, DiagId::WorldflowDeadRule, ir::Fate::Skipped, "nothing to do: another rule answers first");
      }
      i = next;
      continue;
    }
    priorities.push_back(ir::Value::number(std::to_string(sorted[i]->priority)));
    experiments.push_back(ir::Value::string(sorted[i]->experiment));
    const ir::NodeId node = sorted[i]->experiment.empty() ? leaf_of(*sorted[i]) : draw(members);
    if (sorted[i]->condition) {
      ir::SwitchCase one;
      one.condition = *sorted[i]->condition;
      one.condition_from = sorted[i]->condition_from;
      one.node = node;
      choice.cases.push_back(std::move(one));
    } else {
      choice.otherwise = node;
      ended = true;
    }
    i = next;
  }
  const auto list = [](std::vector<ir::Value> values) {
    ir::Value all;
    all.kind = ir::Value::Kind::Sequence;
    all.items = std::move(values);
    return all;
  };
  lay_out("priority " + sorted.front()->pattern, list(std::move(priorities)));
  if (std::ranges::any_of(experiments, [](const ir::Value& v) { return !v.text.empty(); }))
    lay_out("experiment " + sorted.front()->pattern, list(std::move(experiments)));
  if (choice.cases.empty()) return choice.otherwise;
  if (!choice.otherwise.valid()) {
    // what no rule answers goes to the model of that name
    if (const auto own = by_model_.find(name); own != by_model_.end()) {
      reached_.insert(own->second.front().value);
      choice.otherwise = new_node(gateway_, ir::Use{own->second.front()});
    }
  }
  return new_node(gateway_, std::move(choice));
}

/// Models that no rule leads to are asked for by their own names.
void Reader::catalogue_routes() {
  std::vector<std::string> names;
  std::set<std::string> known;
  for (std::uint32_t i = 0; i < gateway_.deployments.size(); ++i) {
    if (reached_.contains(i)) continue;
    const auto node = model_nodes_.find(i);
    const std::string name(node != model_nodes_.end() ? node->second->get("modelId")->text()
                                                      : std::string_view(*gateway_.deployments[i].upstream_model));
    if (known.insert(name).second) names.push_back(name);
  }
  for (const std::string& name : names) {
    const bool taken = route_names_.contains(name) ||
                       std::ranges::any_of(gateway_.aliases, [&](const ir::Alias& a) { return a.name == name; });
    if (taken) {
      for (const ir::DeploymentId id : by_model_.at(name)) {
        const auto node = model_nodes_.find(id.value);
        if (reached_.contains(id.value) || node == model_nodes_.end()) continue;
        gateway_.extras.push_back(kit_.extra("models", "#" + std::to_string(++kept_objects_), *node->second,
                                             DiagId::WorldflowDeadRule, ir::Fate::Skipped,
                                             "nothing to do: no request reaches the model"));
      }
      continue;
    }
    ir::Balance any;
    ir::Origin from;
    for (const ir::DeploymentId id : by_model_.at(name)) {
      if (reached_.contains(id.value)) continue;
      from.add(gateway_.at(id).upstream_model.from);
      ir::Edge edge;
      edge.node = new_node(gateway_, ir::Use{id});
      any.edges.push_back(std::move(edge));
    }
    from.set_rule(rules::kCatalogue);
    ir::Route route;
    route.kind = ir::RouteKind::Name;
    route.name = {name, std::move(from)};
    route.plan = any.edges.size() == 1 ? any.edges.front().node : new_node(gateway_, std::move(any));
    gateway_.routes.push_back(std::move(route));
  }
}

}  // namespace gatec::targets::worldflow
