#include "targets/portkey/portkey.h"
#include "targets/portkey/reader.h"

#include <algorithm>
#include <unordered_set>

namespace gatec::targets::portkey {
namespace {

using doc::Entry;

const Node* single_value(const Node& query, std::string_view& op) {
  if (query.size() != 1) return nullptr;
  for (const std::string_view join : {std::string_view("$and"), std::string_view("$or")}) {
    const Node* parts = query.get(join);
    if (parts != nullptr && parts->is_sequence() && parts->size() == 1 && parts->elements()[0]->is_mapping())
      return single_value(*parts->elements()[0], op);
  }
  const Node* value = query.get("params.model");
  if (value == nullptr) return nullptr;
  op = "$eq";
  if (value->is_scalar()) return value->is_string() ? value : nullptr;
  if (!value->is_mapping() || value->size() != 1) return nullptr;
  const Entry& only = value->entries().front();
  op = only.key->text();
  return only.value;
}

/// Whether a target, or any leaf of it, sends on the requested model name.
bool passes_model(const Node& target, bool has_model) {
  if (!target.is_mapping()) return false;
  if (const Node* params = target.get("override_params"); params != nullptr && params->is_mapping())
    has_model = has_model || params->get("model") != nullptr;
  if (const Node* targets = target.get("targets");
      targets != nullptr && target.get("strategy") != nullptr && targets->is_sequence()) {
    return std::ranges::any_of(targets->elements(), [&](const Node* t) { return passes_model(*t, has_model); });
  }
  return !has_model && target.get("deployment_id") == nullptr;
}

}  // namespace

std::optional<std::vector<Reader::ModelCase>> Reader::model_cases(const Parts& root) const {
  const Node* strategy = root.at(Slot::Strategy);
  const Node* targets = root.at(Slot::Targets);
  if (strategy == nullptr || !strategy->is_mapping() || targets == nullptr || !targets->is_sequence() ||
      targets->empty())
    return std::nullopt;
  const Node* mode = strategy->get("mode");
  const Node* conditions = strategy->get("conditions");
  if (mode == nullptr || !mode->is_string() || mode->text() != "conditional" || conditions == nullptr ||
      !conditions->is_sequence() || conditions->empty()) {
    return std::nullopt;
  }
  std::unordered_map<std::string_view, const Node*> by_name;
  for (const Node* target : targets->elements()) {
    if (!target->is_mapping()) return std::nullopt;
    if (const Node* name = target->get("name"); name != nullptr && name->is_string())
      by_name.emplace(name->text(), target);
  }
  std::vector<ModelCase> cases;
  for (const Node* condition : conditions->elements()) {
    if (!condition->is_mapping() || condition->size() != 2) return std::nullopt;
    ModelCase one;
    one.condition = condition;
    one.query = condition->get("query");
    one.then = condition->get("then");
    if (one.query == nullptr || !one.query->is_mapping() || one.then == nullptr || !one.then->is_string())
      return std::nullopt;
    const auto target = by_name.find(one.then->text());
    std::string_view op;
    const Node* value = single_value(*one.query, op);
    if (target == by_name.end() && value != nullptr) continue;  // kept as it is: it leads nowhere
    if (target == by_name.end() || value == nullptr) return std::nullopt;
    one.target = target->second;
    if (op == "$in" && value->is_sequence() && !value->empty()) {
      for (const Node* name : value->elements()) {
        if (!name->is_string()) return std::nullopt;
        one.names.push_back(name);
      }
    } else if ((op == "$eq" || op == "$regex") && value->is_string()) {
      one.regex = op == "$regex";
      if (one.regex && !pattern_of_regex(value->text())) return std::nullopt;
      if (value->text() == "*") return std::nullopt;  // no name of a model, and the default's name in the IR
      one.names.push_back(value);
    } else {
      return std::nullopt;
    }
    cases.push_back(std::move(one));
  }
  if (cases.empty()) return std::nullopt;
  return cases;
}

void Reader::add_route(std::string name, ir::Origin from, ir::RouteKind kind, const Node& target, const Above& above) {
  requested_ = name;
  ir::Route route;
  route.name = {std::move(name), std::move(from)};
  route.kind = kind;
  route.plan = read_target(target, above);
  gateway_.routes.push_back(std::move(route));
}

void Reader::read_model_routes(Parts& root, const std::vector<ModelCase>& cases) {
  const Node& strategy = *root.at(Slot::Strategy);
  const Above above = inherit(root, {});
  ir::Settings settings;
  read_settings(root, settings, {});
  ir::PlanNode strategy_rest;
  read_strategy_extras(strategy, Mode::Conditional, strategy_rest);
  if (settings.retry.attempts.absent()) settings.retry.attempts = gateway_.defaults.retry.attempts;
  if (settings.retry.redraw.absent()) settings.retry.redraw = gateway_.defaults.retry.redraw;
  if (strategy.get("cb_config") != nullptr) settings.breaker = std::move(strategy_rest.settings.breaker);
  gateway_.defaults = std::move(settings);
  for (ir::Extra& e : root.extras) gateway_.extras.push_back(std::move(e));
  for (ir::Extra& e : strategy_rest.extras) gateway_.extras.push_back(std::move(e));
  for (const Slot slot : {Slot::Name, Slot::Weight, Slot::Provider, Slot::VirtualKey, Slot::ApiKey, Slot::ResourceName,
                          Slot::DeploymentId, Slot::ApiVersion, Slot::BaseModel, Slot::Organization}) {
    if (const Entry* e = root.entry(slot))
      keep_inert(gateway_.extras, "", *e, "`" + std::string(e->key->text()) + "` has no effect here");
  }
  for (const auto& [key, value] : root.params)
    keep_as(gateway_.extras, "", key, *value, DiagId::InertKey, ir::Fate::Skipped, "nothing to do");

  route_targets_.clear();
  for (const ModelCase& one : cases) {
    const Node* name = one.target->get("name");
    for (const Node* asked : one.names) {
      const bool own_pattern = one.regex && pattern_of_regex(asked->text()) == name->text();
      if (!one.regex || own_pattern) route_targets_.emplace(own_pattern ? name->text() : asked->text(), one.target);
    }
  }
  std::size_t index = 0;
  for (const Node* condition : strategy.get("conditions")->elements()) {
    const std::string key = "[" + std::to_string(index++) + "]";
    if (std::ranges::any_of(cases, [&](const ModelCase& one) { return one.condition == condition; })) continue;
    const Node& then = *condition->get("then");
    report(DiagId::PortkeyConditionTarget, then.span(), "no target is named `" + std::string(then.text()) + "`");
    keep_as(gateway_.extras, "strategy.conditions", key, *condition, DiagId::PortkeyConditionTarget, ir::Fate::Manual,
            "correct the condition in the source");
  }
  std::unordered_map<const Node*, std::string> owners;
  for (const ModelCase& one : cases) read_model_case(one, above, root, owners);
  if (const Node* otherwise = strategy.get("default")) {
    const Node* target = nullptr;
    for (const Node* t : root.at(Slot::Targets)->elements()) {
      const Node* name = t->get("name");
      if (target == nullptr && name != nullptr && name->is_string() && name->text() == otherwise->text()) target = t;
    }
    if (target == nullptr) {
      report(DiagId::PortkeyConditionTarget, otherwise->span(),
             otherwise->is_string() ? "no target is named `" + std::string(otherwise->text()) + "`"
                                    : "`default` takes the name of a target");
      keep_as(gateway_.extras, "strategy", "default", *otherwise, DiagId::PortkeyConditionTarget, ir::Fate::Manual,
              "correct the condition in the source");
    } else if (owners.find(target) == owners.end() && read_refusal(*target, *otherwise)) {
      owners.emplace(target, "");
      target = nullptr;
    }
    if (target != nullptr) read_default(*target, *otherwise, *strategy.get("mode"), above, owners);
  }
  read_idle_targets(*root.at(Slot::Targets), owners);
  route_targets_.clear();
}

/// A target that refuses every model stands for "no default".
bool Reader::read_refusal(const Node& target, const Node& by) {
  const Node* guards = target.get("input_guardrails");
  if (guards == nullptr || !guards->is_sequence() || guards->size() != 1 || !guards->elements()[0]->is_mapping())
    return false;
  const Node& guard = *guards->elements()[0];
  const Node* list = guard.get("default.modelwhitelist");
  const Node* deny = guard.get("deny");
  const Node* models = list != nullptr && list->is_mapping() ? list->get("models") : nullptr;
  if (models == nullptr || !models->is_sequence() || models->size() != 1 || models->elements()[0]->text() != kNoModel)
    return false;
  if (deny == nullptr || !deny->as_bool().value_or(false)) return false;
  unlisted_.push_back(kit_.value(target, ""));
  settle(target, ir::Fate::Mapped, DiagId::NotModelled, "names that no route has are refused");
  settle(by, ir::Fate::Mapped, DiagId::NotModelled, "names that no route has are refused");
  return true;
}

void Reader::read_default(const Node& target, const Node& otherwise, const Node& mode, const Above& above,
                          std::unordered_map<const Node*, std::string>& owners) {
  ir::Origin from(otherwise.leaf());
  // `default` is what our writer calls a target that needs no name of its own, with `-any` after it where a route has
  // that name
  std::string_view name = otherwise.text();
  while (name.ends_with("-any")) name.remove_suffix(4);
  const bool nameless = owners.contains(&target) || name == "default";
  if (nameless) from.add(target.get("name")->leaf());
  from.add(mode.leaf());
  add_route("*", std::move(from), ir::RouteKind::Pattern, target, above);
  if (!nameless) gateway_.at(gateway_.routes.back().plan).name = label_of(target);
  note_weight(target, gateway_.routes.back().plan, "conditional strategy");
  owners.emplace(&target, "*");
}

/// The route that a target's further names are aliases of: its own name if somebody can ask for it, else the first one.
std::string Reader::owner_of(const Node& target, const std::unordered_map<const Node*, std::string>& owners) const {
  const std::string_view label = target.get("name")->text();
  if (const auto own = route_targets_.find(label); own != route_targets_.end() && own->second == &target)
    return std::string(label);
  const auto first = owners.find(&target);
  return first == owners.end() ? std::string() : first->second;
}

void Reader::read_model_case(const ModelCase& one, const Above& above, const Parts& root,
                             std::unordered_map<const Node*, std::string>& owners) {
  const Node& mode = *root.at(Slot::Strategy)->get("mode");
  for (const Node* asked : one.names) {
    const std::string name = one.regex ? *pattern_of_regex(asked->text()) : std::string(asked->text());
    ir::Origin from(asked->leaf());
    from.add(one.then->leaf());
    from.add(mode.leaf());
    if (!asked_.insert(name).second) {
      report(DiagId::PortkeyConditionOrder, asked->span(), "an earlier condition already answers for `" + name + "`");
      settle(*asked, ir::Fate::Skipped, DiagId::PortkeyConditionOrder, "an earlier condition answers");
      settle(*one.then, ir::Fate::Skipped, DiagId::PortkeyConditionOrder, "an earlier condition answers");
      continue;
    }
    const Node* label = one.target->get("name");
    const bool own_name = label->text() == name;
    const std::string owner = owner_of(*one.target, owners);
    const bool shares = !owner.empty() && owner != name && owner.find('*') == std::string::npos;
    if (shares && !one.regex && !passes_model(*one.target, above.model != nullptr)) {
      ir::Alias alias;
      alias.name = name;
      alias.name_from = std::move(from);
      alias.target = {owner, label->leaf()};
      alias.target.from.add(one.then->leaf());
      gateway_.aliases.push_back(std::move(alias));
      continue;
    }
    if (own_name) from.add(label->leaf());
    add_route(name, std::move(from), one.regex ? ir::RouteKind::Pattern : ir::RouteKind::Name, *one.target, above);
    const ir::NodeId plan = gateway_.routes.back().plan;
    if (!own_name) gateway_.at(plan).name = {std::string(label->text()), label->leaf()};
    note_weight(*one.target, plan, "conditional strategy");
    owners.emplace(one.target, name);
  }
}

void Reader::read_idle_targets(const Node& targets, const std::unordered_map<const Node*, std::string>& owners) {
  std::size_t index = 0;
  for (const Node* target : targets.elements()) {
    const std::string key = "[" + std::to_string(index++) + "]";
    if (owners.contains(target)) continue;
    report(DiagId::PortkeyDeadTarget, target->span(), "no condition leads to this target");
    keep_as(gateway_.extras, "targets", key, *target, DiagId::PortkeyDeadTarget, ir::Fate::Skipped,
            "nothing to do: the source gateway never uses it");
  }
}

void Reader::read_single_route(Parts& root, std::string name, ir::Origin from) {
  requested_ = name;
  ir::Route route;
  route.kind = name.find('*') != std::string::npos ? ir::RouteKind::Pattern : ir::RouteKind::Name;
  if (!from.has_leaves()) from.set_rule(rules::kAnyModel);
  route.name = {std::move(name), std::move(from)};
  const ir::Field<std::string> label = label_of(*root.node);
  const Entry* weight = root.entry(Slot::Weight);
  route.plan = read_object(root, {});
  ir::PlanNode& plan = gateway_.at(route.plan);
  plan.name = label;
  if (weight != nullptr && weight->value->is_number())
    keep_inert(plan.extras, "", *weight, "`weight` has no effect on a whole config");
  gateway_.routes.push_back(std::move(route));
}

}  // namespace gatec::targets::portkey
