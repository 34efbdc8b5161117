#include "targets/ferro/reader.h"

#include <algorithm>

namespace gatec::targets::ferro {

using base::Decimal;
using ir::Fate;
using ir::Field;
using ir::NodeId;
using ir::Origin;

namespace {

constexpr std::string_view kCorrect = "correct the source, then convert again";
constexpr std::string_view kOtherMode = "nothing to do: another strategy mode is in force";

ir::Value text_value(std::string_view text) { return ir::Value::string(std::string(text)); }

}  // namespace

void Reader::read_strategy() {
  const Cursor at = keys().root().child("strategy");
  const Place place = top("strategy");
  if (const Node* mode = strategy_->get("mode"); mode != nullptr && mode->is_scalar() && !mode->is_null()) {
    auto known = mode_of(mode->text());
    if (mode->text().empty()) known = Mode::Single;
    if (!known) {
      known = nearest_mode(mode->text());
      if (!context_.proving) {
        auto told = context_.sink.report(
            DiagId::FerroMode, mode->span(),
            "`" + std::string(mode->text()) + "` is no strategy mode: the gateway refuses the config");
        if (known)
          told.fix("write `" + std::string(mode_name(*known)) + "`", diagnostics::FixSafety::Safe,
                   {{mode->span(), std::string(mode_name(*known))}});
      }
    }
    if (known) {
      mode_ = *known;
      mode_from_ = mode->leaf();
    } else {
      gw_.extras.push_back(kit_.extra("strategy", "mode", *mode, DiagId::FerroMode, Fate::Manual, kCorrect));
    }
  }
  walk(*strategy_, at, place, [&](const Entry& e, std::string_view key) {
    if (key == "mode") return e.value->is_scalar();
    const bool active = (key == "conditions" && mode_ == Mode::Conditional) ||
                        (key == "ab_variants" && mode_ == Mode::AbTest) ||
                        (key == "content_conditions" && mode_ == Mode::ContentBased) ||
                        (key == "unpriced_strategy" && mode_ == Mode::CostOptimized);
    if (!active) {
      report(DiagId::FerroInertSetting, e.key->span(),
             "`" + std::string(key) + "` means nothing under `" + std::string(mode_name(mode_)) + "`");
      keep(e, key, place, DiagId::FerroInertSetting, Fate::Skipped, kOtherMode);
      return true;
    }
    if (key == "conditions") {
      if (is_list(e, key, place)) read_conditions(e, place.below(key));
    } else if (key == "ab_variants") {
      if (is_list(e, key, place)) read_variants(e, place.below(key));
    } else {
      keep_row(e, key, at.child(key), place);
    }
    return true;
  });
}

void Reader::read_conditions(const Entry& e, const Place& place) {
  const auto elements = e.value->elements();
  ir::Value order;
  order.kind = ir::Value::Kind::Sequence;
  for (std::size_t i = 0; i < elements.size(); ++i) {
    const Node& node = *elements[i];
    const auto field = [&](std::string_view key) { return node.is_mapping() ? node.get(key) : nullptr; };
    const Node* key = field("key");
    const Node* value = field("value");
    const Node* to = field("target_key");
    Target* target = to != nullptr && to->is_scalar() ? target_named(to->text()) : nullptr;
    if (to != nullptr && to->is_scalar() && target == nullptr) {
      for (const Guide& g : guides_) {
        if (g.key == to->text()) target = target_named(g.provider);
      }
    }
    const bool exact = key != nullptr && key->is_string() && key->text() == "model";
    const bool prefix = key != nullptr && key->is_string() && key->text() == "model_prefix";
    const bool odd = node.is_mapping() && std::ranges::any_of(node.entries(), [](const Entry& x) {
                       const std::string_view k = x.key->text();
                       return k != "key" && k != "value" && k != "target_key";
                     });
    if ((!exact && !prefix) || value == nullptr || !value->is_scalar() || target == nullptr || odd) {
      const std::string what = key == nullptr      ? "`key` is missing"
                               : !exact && !prefix ? "`key` is `model` or `model_prefix`"
                               : value == nullptr  ? "`value` is missing"
                               : to == nullptr     ? "`target_key` is missing"
                               : target == nullptr ? "`target_key` names no configured target"
                                                   : "a condition has `key`, `value` and `target_key`";
      report(DiagId::FerroCondition, node.span(), what);
      keep_element(*place.extras, place.section, node, DiagId::FerroCondition);
      continue;
    }
    Condition condition;
    condition.prefix = prefix;
    condition.value = value->text();
    condition.target = index_of(*target);
    condition.from = value->leaf();
    condition.from.add(key->leaf());
    condition.from.add(to->leaf());
    ir::Value row;
    row.kind = ir::Value::Kind::Mapping;
    row.pairs.emplace_back("key", text_value(key->text()));
    row.pairs.emplace_back("value", text_value(value->text()));
    row.pairs.emplace_back("target_key", text_value(target->key));
    order.items.push_back(std::move(row));
    conditions_.push_back(std::move(condition));
  }
  lay_out("conditions", std::move(order));
}

void Reader::read_variants(const Entry& e, const Place& place) {
  const auto elements = e.value->elements();
  for (std::size_t i = 0; i < elements.size(); ++i) {
    const Node& node = *elements[i];
    const auto field = [&](std::string_view key) { return node.is_mapping() ? node.get(key) : nullptr; };
    const Node* to = field("target_key");
    const Node* weight = field("weight");
    const Node* label = field("label");
    Target* target = to != nullptr && to->is_scalar() ? target_named(to->text()) : nullptr;
    const bool odd = node.is_mapping() && std::ranges::any_of(node.entries(), [](const Entry& x) {
                       const std::string_view k = x.key->text();
                       return k != "target_key" && k != "weight" && k != "label";
                     });
    const bool fits = target != nullptr && !odd && (weight == nullptr || (weight->is_number() && weight->number())) &&
                      (label == nullptr || (label->is_scalar() && !label->is_null()));
    const bool twice =
        fits && std::ranges::any_of(variants_, [&](const Variant& v) { return v.target == index_of(*target); });
    if (!fits || twice) {
      report(DiagId::FerroCondition, node.span(),
             to == nullptr       ? "a variant names its target in `target_key`"
             : target == nullptr ? "`target_key` names no configured target"
                                 : "a variant has `target_key`, `weight` and `label`, and each target one variant");
      keep_element(*place.extras, place.section, node, DiagId::FerroCondition);
      continue;
    }
    Variant variant;
    variant.target = index_of(*target);
    variant.weight =
        weight != nullptr ? kit_.decimal(*weight, "weight") : Field<Decimal>(Decimal(0), Origin(rules::kNoWeight));
    variant.weight.from.add(to->leaf());
    if (label != nullptr) variant.label = {std::string(label->text()), label->leaf()};
    variants_.push_back(std::move(variant));
  }
}

std::vector<std::size_t> Reader::owners_of(std::string_view model) const {
  std::vector<std::size_t> owners;
  for (std::size_t i = 0; i < targets_.size(); ++i) {
    if (std::ranges::any_of(targets_[i].models, [&](const Model& m) { return m.id == model; })) owners.push_back(i);
  }
  return owners;
}

/// Who has an undeclared model is in a catalogue that no config holds: the family of the model tells it, or nobody
/// does.
std::vector<std::size_t> Reader::likely_owners_of(std::string_view model) const {
  std::vector<std::size_t> owners;
  for (std::size_t i = 0; i < targets_.size(); ++i) {
    if (may_own(targets_[i].key, model)) owners.push_back(i);
  }
  if (!owners.empty()) return owners;
  for (std::size_t i = 0; i < targets_.size(); ++i) owners.push_back(i);
  return owners;
}

const Reader::Condition* Reader::condition_for(std::string_view model) const {
  for (const Condition& c : conditions_) {
    if (c.prefix ? model.starts_with(c.value) : model == c.value) return &c;
  }
  return nullptr;
}

NodeId Reader::use(std::size_t index, const std::string& model, const Origin& from) {
  const Target& target = targets_[index];
  ir::Deployment& d = gw_.deployments.emplace_back();
  d.provider = ir::ProviderId{static_cast<std::uint32_t>(target.provider)};
  d.upstream_model = {model, from};
  if (target.key == "azure-openai" && !azure_deployment_.absent() && !is_unpinned(model, "")) {
    d.upstream_model = azure_deployment_;
    d.upstream_model.from.set_rule(rules::kPinned);
  }
  d.settings = target.settings;
  return node(ir::Use{ir::DeploymentId{static_cast<std::uint32_t>(gw_.deployments.size() - 1)}});
}

NodeId Reader::balance_of(const std::vector<std::size_t>& owners, const std::string& model, const Origin& from) {
  ir::Balance balance;
  balance.on_failure = {ir::OnFailure::Next, Origin(rules::kOnFailure)};
  ir::Policy policy = ir::Policy::Weighted;
  if (mode_ == Mode::LeastLatency) policy = ir::Policy::Latency;
  if (mode_ == Mode::CostOptimized) policy = ir::Policy::Cost;
  if (!fails_over(mode_)) {
    policy = ir::Policy::First;
    balance.on_failure = {ir::OnFailure::Return, Origin(rules::kOnFailureStop)};
  }
  balance.policy = {policy, mode_from_};
  const auto add = [&](std::size_t target) -> ir::Edge& {
    const NodeId leaf = use(target, model, from);
    ir::Edge& edge = balance.edges.emplace_back();
    edge.node = leaf;
    return edge;
  };
  if (mode_ == Mode::AbTest) {
    for (const Variant& v : variants_) {
      if (std::ranges::find(owners, v.target) == owners.end()) continue;
      ir::Edge& edge = add(v.target);
      edge.weight = v.weight;
      edge.label = v.label;
    }
    for (const std::size_t owner : owners) {
      const bool varies = std::ranges::any_of(variants_, [&](const Variant& v) { return v.target == owner; });
      if (!varies) add(owner).weight = {Decimal(0), Origin(rules::kNoWeight)};
    }
    return node(std::move(balance));
  }
  for (const std::size_t owner : owners) {
    ir::Edge& edge = add(owner);
    if (mode_ != Mode::Loadbalance) continue;
    edge.weight = targets_[owner].weight;
    if (edge.weight.absent()) edge.weight = {Decimal(0), Origin(rules::kNoWeight)};
  }
  return node(std::move(balance));
}

/// What answers where these targets own the model.
NodeId Reader::plan_of(const std::vector<std::size_t>& owners, const std::string& model, const Origin& from) {
  const bool weighs = mode_ == Mode::Loadbalance || mode_ == Mode::AbTest;
  if (owners.size() == 1 &&
      !(weighs && mode_ == Mode::AbTest ? !variants_.empty() : weighs && !targets_[owners[0]].weight.absent())) {
    return use(owners.front(), model, from);
  }
  if (mode_ != Mode::Fallback) return balance_of(owners, model, from);
  ir::Fallback fallback;
  fallback.primary = use(owners.front(), model, from);
  for (std::size_t i = 1; i < owners.size(); ++i)
    fallback.edges.push_back({use(owners[i], model, from), ir::Failure::Any, {}, false});
  return node(std::move(fallback));
}

void Reader::add_route(std::string name, Origin from, ir::RouteKind kind, NodeId plan) {
  ir::Route& route = gw_.routes.emplace_back();
  route.name = {std::move(name), std::move(from)};
  route.kind = kind;
  route.plan = plan;
}

void Reader::build_routes() {
  for (Target& t : targets_) {
    if (mode_ == Mode::Loadbalance || !t.weight.written()) continue;
    ir::Extra extra;
    extra.key = "weight";
    extra.value = ir::Value::number(t.weight->text(), t.weight.from);
    extra.dialect = kName;
    extra.code = DiagId::FerroInertSetting;
    extra.elsewhere = Fate::Skipped;
    extra.advice = kOtherMode;
    gw_.providers[t.provider].extras.push_back(std::move(extra));
    t.weight = {};
  }
  if (!targets_.empty()) lay_out("mode", text_value(mode_name(mode_)));
  std::size_t uses = 0;
  for (const Target& t : targets_) uses += 2 * (t.models.size() + 1);
  gw_.deployments.reserve(uses + aliases_.size() + conditions_.size());
  std::vector<std::string> names;
  const auto taken = [&](std::string_view name) { return std::ranges::find(names, name) != names.end(); };
  const auto declare = [&](const std::string& id, std::string name, Origin from) {
    std::vector<std::size_t> owners = owners_of(id);
    if (owners.empty()) owners = likely_owners_of(id);
    if (mode_ == Mode::Conditional) {
      const Condition* rule = condition_for(id);
      owners = {rule != nullptr ? rule->target : 0};
    } else if (mode_ == Mode::Single || mode_ == Mode::ContentBased) {
      const bool first = !owners.empty() && owners.front() == 0;
      if (!first) return false;
      owners = {0};
    }
    const Origin upstream = from;
    const NodeId plan = plan_of(owners, id, upstream);
    names.push_back(name);
    add_route(std::move(name), std::move(from), ir::RouteKind::Name, plan);
    return true;
  };
  std::vector<std::pair<std::string, Origin>> declared;
  for (const Target& t : targets_) {
    for (const Model& m : t.models) {
      const auto found = std::ranges::find(declared, m.id, &std::pair<std::string, Origin>::first);
      if (found == declared.end()) {
        declared.emplace_back(m.id, m.from);
      } else {
        found->second.add(m.from);
      }
    }
  }
  for (const Condition& c : conditions_) {
    if (c.prefix) continue;
    const auto found = std::ranges::find(declared, c.value, &std::pair<std::string, Origin>::first);
    if (found == declared.end()) {
      declared.emplace_back(c.value, c.from);
    } else {
      found->second.add(c.from);
    }
  }
  std::vector<const AliasEntry*> loose;
  for (const AliasEntry& alias : aliases_) {
    const std::string target(alias.node->text());
    if (!declare(target, alias.name, alias.from)) loose.push_back(&alias);
  }
  for (auto& [id, from] : declared) {
    // an alias of this name hides the model
    if (!taken(id) && declare(id, id, from)) continue;
    ir::Extra extra;
    extra.section = "dead_models";
    extra.key = id;
    extra.value = ir::Value::string(id, from);
    extra.dialect = kName;
    extra.code = DiagId::InertKey;
    extra.elsewhere = Fate::Skipped;
    extra.advice = "nothing to do: no request reaches it";
    gw_.extras.push_back(std::move(extra));
  }
  for (const Condition& c : conditions_) {
    if (!c.prefix) continue;
    std::string name = c.value + "*";
    if (taken(name) || name == "*") {
      gw_.providers[targets_[c.target].provider].kind.from.add(c.from);
      continue;
    }
    names.push_back(name);
    const NodeId plan = use(c.target, name, c.from);
    add_route(std::move(name), c.from, ir::RouteKind::Pattern, plan);
  }
  if (!targets_.empty() && open_catalogue_) {
    std::vector<std::size_t> all;
    for (std::size_t i = 0; i < targets_.size(); ++i) all.push_back(i);
    if (mode_ == Mode::Conditional) all = {0};
    Origin from = mode_from_;
    from.set_rule(rules::kCatalogue);
    const NodeId plan = plan_of(all, "*", Origin(rules::kCatalogue));
    add_route("*", std::move(from), ir::RouteKind::Pattern, plan);
  } else if (!gw_.routes.empty()) {
    gw_.routes.front().name.from.add(mode_from_);
  } else {
    mode_from_.each([this](ir::LeafId leaf) {
      context_.ledger.settle(leaf, Fate::Skipped, DiagId::InertKey, "there is nothing to choose from");
    });
  }
  for (const Target& t : targets_) {
    // what stands at a target that nothing leads to
    const bool used =
        std::ranges::any_of(gw_.deployments, [&](const ir::Deployment& d) { return d.provider.value == t.provider; });
    if (used) continue;
    std::vector<ir::Extra>& extras = gw_.providers[t.provider].extras;
    for (const std::string_view key : {"retry", "circuit_breaker"}) {
      const Node* block = t.node->get(key);
      if (block == nullptr || !block->is_mapping() || block->is_null()) continue;
      std::erase_if(extras,
                    [&](const ir::Extra& e) { return e.section == key || (e.section.empty() && e.key == key); });
      extras.push_back(kit_.extra("", key, *block, DiagId::InertKey, Fate::Skipped,
                                  "nothing to do: no request reaches this target"));
    }
  }
  const bool pins = std::ranges::any_of(
      gw_.deployments, [](const ir::Deployment& d) { return d.upstream_model.from.rule() == &rules::kPinned; });
  if (azure_entry_ != nullptr && !pins) {
    // nothing that azure-openai is asked for here is chat
    ir::Extra extra = kit_.extra("environment", azure_entry_->key->text(), *azure_entry_->value, DiagId::InertKey,
                                 Fate::Skipped, "nothing to do: no chat goes there");
    gw_.providers[target_of("azure-openai")->provider].extras.push_back(std::move(extra));
  }
  for (const AliasEntry* alias : loose) {
    ir::Alias made;
    made.name = alias->name;
    made.target = {std::string(alias->node->text()), alias->from};
    gw_.aliases.push_back(std::move(made));
  }
}

}  // namespace gatec::targets::ferro
