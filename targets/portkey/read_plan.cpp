#include "targets/portkey/reader.h"

#include <algorithm>

namespace gatec::targets::portkey {
namespace {

using doc::Entry;

constexpr std::string_view kCorrect = "correct the strategy in the source: the gateway refuses it";
constexpr std::string_view kDead = "nothing to do: the source gateway never uses it";

std::string index_key(std::size_t index) { return "[" + std::to_string(index) + "]"; }

/// A copy may be named and weighed as it likes.
bool is_label(std::string_view key) { return key == "name" || key == "weight"; }

bool same_tree(const Node& a, const Node& b, bool labels_too) {
  if (a.kind() != b.kind()) return false;
  if (a.is_scalar()) return a.type() == b.type() && a.text() == b.text();
  if (a.is_sequence()) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i) {
      if (!same_tree(*a.elements()[i], *b.elements()[i], true)) return false;
    }
    return true;
  }
  std::size_t left = 0;
  for (const Entry& entry : a.entries()) {
    if (!labels_too && is_label(entry.key->text())) continue;
    const Node* other = b.get(entry.key->text());
    if (other == nullptr || !same_tree(*entry.value, *other, true)) return false;
    ++left;
  }
  std::size_t right = b.size();
  if (!labels_too) right -= (b.get("name") != nullptr) + (b.get("weight") != nullptr);
  return left == right;
}

void count_targets(const Node& object, std::size_t& count) {
  const Node* targets = object.is_mapping() ? object.get("targets") : nullptr;
  if (targets == nullptr || !targets->is_sequence()) return;
  for (const Node* target : targets->elements()) {
    ++count;
    count_targets(*target, count);
  }
}

const Node* first_fallback_target(const Node& target) {
  const Node* strategy = target.get("strategy");
  const Node* targets = target.get("targets");
  if (strategy == nullptr || targets == nullptr || !targets->is_sequence() || targets->empty()) return nullptr;
  const Node* mode = strategy->get("mode");
  return mode != nullptr && mode->is_string() && mode->text() == "fallback" ? targets->elements()[0] : nullptr;
}

}  // namespace

/// Room for all targets of a config at once; aliases can make them more than anybody wrote.
void Reader::make_room(const Node& config) {
  constexpr std::size_t kMost = 200'000;
  std::size_t targets = 1;
  count_targets(config, targets);
  targets = std::min(targets, kMost);
  const auto make = [targets](auto& table) {
    if (targets > table.size()) table.reserve(table.size() + targets);
  };
  make(gateway_.deployments);
  make(gateway_.providers);
  make(gateway_.nodes);
}

Parts Reader::take_apart(const Node& node) {
  Parts parts;
  parts.node = &node;
  const auto put = [&](Slot slot, const Entry& entry) {
    const Entry*& place = parts.slots[static_cast<std::size_t>(slot)];
    if (place != nullptr)
      settle(*place->value, ir::Fate::Skipped, DiagId::ShadowedSetting, "a later spelling of the same key counts");
    place = &entry;
  };
  for (const Entry& entry : node.entries()) {
    const std::string_view key = entry.key->text();
    const KeyRow* row = config_keys_.child(key).row();
    if (row == nullptr) {
      const auto snake = snake_case(key);
      row = snake ? config_keys_.child(*snake).row() : nullptr;
      if (row != nullptr && row->handling == Handling::Read) {
        const std::string message = "`" + std::string(key) +
                                    "` is a spelling that the gateway obeys without checking it; write `" + *snake +
                                    "`";
        if (node.get(*snake) == nullptr) {
          report_fixed(DiagId::PortkeyCamelCase, *entry.key, message, *snake);
        } else {
          report(DiagId::PortkeyCamelCase, entry.key->span(), message);
        }
      } else {
        row = nullptr;
      }
    }
    const Slot slot = row == nullptr ? Slot::None : slot_of(*row);
    if (slot == Slot::None) {
      keep_key(parts.extras, "", config_keys_, entry);
    } else if (slot == Slot::Param) {
      parts.params.emplace_back(row->path.substr(8), entry.value);
    } else {
      put(slot, entry);
    }
  }
  return parts;
}

ir::Field<std::string> Reader::label_of(const Node& target) const {
  const Node* name = target.get("name");
  if (name == nullptr || !name->is_string()) return {};
  return {std::string(name->text()), name->leaf()};
}

/// Wrong weights stay with the target itself.
ir::Field<base::Decimal> Reader::weight_of(const Node& target) {
  const Node* weight = target.get("weight");
  if (weight == nullptr || !weight->is_number()) return {};
  return kit_.decimal(*weight, "weight");
}

void Reader::note_weight(const Node& target, ir::NodeId child, std::string_view where) {
  const Entry* weight = target.entry("weight");
  if (weight == nullptr || !weight->value->is_number()) return;
  keep_inert(gateway_.at(child).extras, "", *weight, "`weight` has no effect in a " + std::string(where));
}

Above Reader::inherit(const Parts& parts, const Above& above) {
  Above below = above;
  if (const Node* params = parts.at(Slot::OverrideParams); params != nullptr && params->is_mapping()) {
    if (const Node* model = params->get("model"); model != nullptr && model->is_string()) {
      below.model = model;
      inherited_models_.push_back(model);
    }
  }
  if (const Node* host = parts.at(Slot::CustomHost); host != nullptr && host->is_string() && !host->text().empty())
    below.custom_host = host;
  if (const Node* retry = parts.at(Slot::Retry); retry != nullptr && retry->is_mapping()) {
    below.retry_statuses = below.retry_statuses || retry->get("on_status_codes") != nullptr;
    below.retry_header =
        below.retry_header || retry->get("use_retry_after_header") || retry->get("use_retry_after_headers");
  }
  if (const Node* cache = parts.at(Slot::Cache); cache != nullptr && cache->is_mapping()) {
    below.cache_ttl = below.cache_ttl || cache->get("max_age") != nullptr;
  }
  return below;
}

ir::NodeId Reader::read_target(const Node& node, const Above& above) {
  Parts parts = take_apart(node);
  return read_object(parts, above);
}

ir::NodeId Reader::read_object(Parts& parts, const Above& above) {
  ++read_objects_;
  const Node* strategy = parts.at(Slot::Strategy);
  const Node* targets = parts.at(Slot::Targets);
  if (strategy == nullptr && targets == nullptr) return read_leaf(parts, above);
  const std::optional<Mode> mode = strategy_mode(parts);
  return mode ? read_strategy(parts, *mode, above) : read_broken(parts, above);
}

/// The mode of a strategy that can be read at all; tells why there is none.
std::optional<Mode> Reader::strategy_mode(Parts& parts) {
  const Node* strategy = parts.at(Slot::Strategy);
  const Node* targets = parts.at(Slot::Targets);
  if (strategy == nullptr) {
    report(DiagId::PortkeyHalfStrategy, parts.entry(Slot::Targets)->key->span(),
           "`targets` without `strategy` are never used");
    return std::nullopt;
  }
  if (!strategy->is_mapping()) {
    kit_.wrong_type(*strategy, "strategy", "a mapping");
    return std::nullopt;
  }
  if (targets == nullptr || !targets->is_sequence() || targets->empty()) {
    if (targets != nullptr && !targets->is_sequence())
      kit_.wrong_type(*targets, "targets", "a list");
    else
      report(DiagId::PortkeyHalfStrategy, parts.entry(Slot::Strategy)->key->span(),
             "`strategy` has no targets to choose from");
    return std::nullopt;
  }
  bool any_object = false;
  for (const Node* target : targets->elements()) any_object = any_object || target->is_mapping();
  const Node* mode = strategy->get("mode");
  if (mode == nullptr || !mode->is_string()) {
    if (mode != nullptr)
      kit_.wrong_type(*mode, "mode", "a string");
    else
      report(DiagId::PortkeyMode, parts.entry(Slot::Strategy)->key->span(),
             "`strategy` has no `mode`, the gateway refuses the config");
    return std::nullopt;
  }
  if (const auto exact = mode_of(mode->text())) return any_object ? exact : std::nullopt;
  const auto near = nearest_mode(mode->text());
  std::string message = "`" + std::string(mode->text()) + "` is no mode that the gateway knows";
  if (near)
    ((message += ", write `") += mode_name(*near)) += '`';
  else
    message += ", it takes `single`, `fallback`, `loadbalance` or `conditional`";
  if (near) {
    report_fixed(DiagId::PortkeyMode, *mode, std::move(message), mode_name(*near));
  } else {
    report(DiagId::PortkeyMode, mode->span(), std::move(message));
  }
  return any_object ? near : std::nullopt;
}

/// A strategy that the gateway refuses: nothing is routed, everything is kept as it stands.
ir::NodeId Reader::read_broken(Parts& parts, const Above& above) {
  for (const Slot slot : {Slot::Strategy, Slot::Targets}) {
    const Entry*& entry = parts.slots[static_cast<std::size_t>(slot)];
    if (entry == nullptr) continue;
    keep_as(parts.extras, "", entry->key->text(), *entry->value, DiagId::PortkeyHalfStrategy, ir::Fate::Manual,
            kCorrect);
    entry = nullptr;
  }
  return read_leaf(parts, above);
}

ir::NodeId Reader::read_strategy(Parts& parts, Mode mode, const Above& above) {
  ir::PlanNode node;
  const Above below = inherit(parts, above);
  read_settings(parts, node.settings, above);
  for (const Slot slot : {Slot::Provider, Slot::VirtualKey, Slot::ApiKey, Slot::ResourceName, Slot::DeploymentId,
                          Slot::ApiVersion, Slot::BaseModel, Slot::Organization}) {
    if (const Entry* e = parts.entry(slot)) {
      keep_inert(parts.extras, "", *e,
                 "`" + std::string(e->key->text()) + "` beside `targets` is not handed down to them");
    }
  }
  for (const auto& [key, value] : parts.params) {
    report(DiagId::InertKey, value->span(), "`" + std::string(key) + "` beside `targets` is not handed down to them");
    keep_as(parts.extras, "", key, *value, DiagId::InertKey, ir::Fate::Skipped, kDead);
  }
  if (const Node* weight = parts.at(Slot::Weight); weight != nullptr && !weight->is_number()) {
    kit_.wrong_type(*weight, "weight", "a number");
    keep_wrong(parts.extras, "", "weight", *weight);
  }
  if (const Node* name = parts.at(Slot::Name); name != nullptr && !name->is_string())
    keep_wrong(parts.extras, "", "name", *name);
  node.extras = std::move(parts.extras);
  read_strategy_extras(*parts.at(Slot::Strategy), mode, node);
  switch (mode) {
    case Mode::Single: fill_single(parts, node, below); break;
    case Mode::Fallback: fill_fallback(parts, node, below); break;
    case Mode::Loadbalance: fill_loadbalance(parts, node, below); break;
    case Mode::Conditional: fill_switch(parts, node, below); break;
  }
  gateway_.nodes.push_back(std::move(node));
  return ir::NodeId{static_cast<std::uint32_t>(gateway_.nodes.size() - 1)};
}

/// The keys of `strategy` that its mode does not read, and a respelt mode.
void Reader::read_strategy_extras(const Node& strategy, Mode mode, ir::PlanNode& node) {
  const KeyTable::Cursor rows = config_keys_.child("strategy");
  for (const Entry& entry : strategy.entries()) {
    const std::string_view key = entry.key->text();
    if (key == "mode") {
      if (!mode_of(entry.value->text())) {
        keep_as(node.extras, "strategy", key, *entry.value, DiagId::PortkeyMode, ir::Fate::Manual,
                "correct the mode in the source");
      }
    } else if (key == "cb_config") {
      ir::Breaker breaker;
      read_breaker(*entry.value, "strategy.cb_config", breaker, node.extras);
      node.settings.breaker = std::move(breaker);
    } else if (key == "on_status_codes" && mode == Mode::Fallback) {
      continue;
    } else if (key == "sticky" && mode == Mode::Loadbalance) {
      continue;
    } else if ((key == "conditions" || key == "default") && mode == Mode::Conditional) {
      continue;
    } else if (rows.child(key).named()) {
      keep_inert(
          node.extras, "strategy", entry,
          "`" + std::string(key) + "` has no effect on a strategy of mode `" + std::string(mode_name(mode)) + "`");
    } else {
      keep_key(node.extras, "strategy", rows, entry);
    }
  }
}

/// The targets that are objects; others stay as they are, each at its place.
std::vector<const Node*> Reader::targets_of(const Parts& parts, ir::PlanNode& node) {
  std::vector<const Node*> good;
  std::size_t index = 0;
  for (const Node* target : parts.at(Slot::Targets)->elements()) {
    if (target->is_mapping()) {
      good.push_back(target);
    } else {
      kit_.wrong_type(*target, "targets", "objects");
      keep_wrong(node.extras, "targets", index_key(index), *target);
    }
    ++index;
  }
  return good;
}

/// The word that names a strategy counts where the strategy is: with what it leads to.
void Reader::note_mode(ir::NodeId child, const Node& mode) {
  for (int depth = 0; depth < 512 && child.valid(); ++depth) {
    ir::PlanNode& node = gateway_.at(child);
    if (auto* use = std::get_if<ir::Use>(&node.what)) {
      gateway_.at(use->deployment).upstream_model.from.add(mode.leaf());
      return;
    }
    if (auto* to = std::get_if<ir::To>(&node.what)) {
      to->route.from.add(mode.leaf());
      return;
    }
    if (auto* balance = std::get_if<ir::Balance>(&node.what)) {
      if (balance->edges.size() > 1) {
        balance->policy.from.add(mode.leaf());
        return;
      }
      child = balance->edges.front().node;
    } else if (auto* fallback = std::get_if<ir::Fallback>(&node.what)) {
      child = fallback->primary;
    } else if (auto* choice = std::get_if<ir::Switch>(&node.what)) {
      if (!choice->cases.empty()) {
        choice->cases.front().condition_from.add(mode.leaf());
        return;
      }
      child = choice->otherwise;
    } else {
      break;
    }
  }
  settle(mode, ir::Fate::Mapped, DiagId::NotModelled, "");
}

void Reader::fill_single(const Parts& parts, ir::PlanNode& node, const Above& below) {
  const Node& mode = *parts.at(Slot::Strategy)->get("mode");
  ir::Balance balance;
  balance.policy = {ir::Policy::First, mode.leaf()};
  balance.on_failure = {ir::OnFailure::Return, ir::Origin(rules::kPickIsFinal)};
  for (const Node* target : targets_of(parts, node)) {
    ir::Edge edge;
    edge.node = read_target(*target, below);
    edge.label = label_of(*target);
    edge.weight = weight_of(*target);
    if (!balance.edges.empty()) {
      report(DiagId::PortkeyDeadTarget, target->span(),
             "`single` uses the first target alone, this one is never called");
    }
    balance.edges.push_back(std::move(edge));
  }
  if (balance.edges.size() == 1) note_mode(balance.edges[0].node, mode);
  node.what = std::move(balance);
}

void Reader::fill_loadbalance(const Parts& parts, ir::PlanNode& node, const Above& below) {
  const Node& strategy = *parts.at(Slot::Strategy);
  const Node& mode = *strategy.get("mode");
  ir::Balance balance;
  balance.policy = {ir::Policy::Weighted, mode_of(mode.text()) ? ir::Origin(mode.leaf()) : ir::Origin(rules::kReadAs)};
  balance.on_failure = {ir::OnFailure::Return, ir::Origin(rules::kPickIsFinal)};
  if (const Node* sticky = strategy.get("sticky")) read_sticky(*sticky, balance.sticky, node.extras);
  for (const Node* target : targets_of(parts, node)) {
    ir::Edge edge;
    edge.node = read_target(*target, below);
    edge.label = label_of(*target);
    edge.weight = weight_of(*target);
    balance.edges.push_back(std::move(edge));
  }
  if (balance.edges.size() == 1) note_mode(balance.edges[0].node, mode);
  node.what = std::move(balance);
}

void Reader::fill_fallback(const Parts& parts, ir::PlanNode& node, const Above& below) {
  const Node& strategy = *parts.at(Slot::Strategy);
  const Node& mode = *strategy.get("mode");
  ir::Fallback fallback;
  if (const Node* codes = strategy.get("on_status_codes")) {
    fallback.statuses = statuses(*codes, "on_status_codes");
    if (!fallback.statuses.given()) keep_wrong(node.extras, "strategy", "on_status_codes", *codes);
  }
  bool first = true;
  for (const Node* target : targets_of(parts, node)) {
    const std::optional<ir::NodeId> copy = first ? std::nullopt : route_copy(*target);
    const ir::NodeId child = copy ? *copy : read_target(*target, below);
    ir::Field<std::string> label = copy ? ir::Field<std::string>{} : label_of(*target);
    if (!copy) note_weight(*target, child, "fallback");
    if (first) {
      fallback.primary = child;
      fallback.primary_label = std::move(label);
    } else {
      ir::FallbackEdge edge;
      edge.node = child;
      edge.label = std::move(label);
      fallback.edges.push_back(std::move(edge));
    }
    first = false;
  }
  if (mode_of(mode.text())) note_mode(fallback.edges.empty() ? fallback.primary : fallback.edges.front().node, mode);
  node.what = std::move(fallback);
}

/// A target that repeats what the route of its name holds leads to that route (our writer's way of saying so).
std::optional<ir::NodeId> Reader::route_copy(const Node& target) {
  const Node* name = target.get("name");
  if (name == nullptr || !name->is_string()) return std::nullopt;
  const auto found = route_targets_.find(name->text());
  if (found == route_targets_.end() || found->second == &target) return std::nullopt;
  const Node* primary = first_fallback_target(*found->second);
  const bool whole = same_tree(target, *found->second, false);
  if (!whole && (primary == nullptr || !same_tree(target, *primary, false))) return std::nullopt;
  ir::PlanNode node;
  ir::To to;
  to.route = {std::string(name->text()), name->leaf()};
  add_leaves(to.route.from, target);
  to.chained = {whole, ir::Origin(rules::kChained)};
  node.what = std::move(to);
  gateway_.nodes.push_back(std::move(node));
  return ir::NodeId{static_cast<std::uint32_t>(gateway_.nodes.size() - 1)};
}

}  // namespace gatec::targets::portkey
