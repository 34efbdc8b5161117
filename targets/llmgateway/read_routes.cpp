#include "targets/llmgateway/reader.h"

#include <algorithm>

namespace gatec::targets::llmgateway {
namespace {

constexpr int kDeepest = 40;
constexpr std::size_t kMostNodes = 4'000;

const Node* string_at(const Node& node, std::string_view key) {
  const Node* value = node.get(key);
  return value != nullptr && value->is_string() ? value : nullptr;
}

bool only(const Node& node, std::initializer_list<std::string_view> keys) {
  return std::ranges::all_of(node.entries(),
                             [&](const Entry& e) { return std::ranges::find(keys, e.key->text()) != keys.end(); });
}

std::string_view text_of(const Node* node) {
  return node != nullptr && node->is_scalar() ? node->text() : std::string_view();
}

/// `{X-No-Fallback: "true"}`.
bool is_pin(const Node& headers) {
  if (!headers.is_mapping() || headers.size() != 1) return false;
  const Entry& e = headers.entries().front();
  return e.key->text() == "X-No-Fallback" && text_of(e.value) == "true";
}

bool same_target(const Node& a, const Node& b) {
  const auto list = [](const Node& node) {
    std::vector<std::string_view> names;
    const Node* providers = node.get("providers");
    for (const Node* p : providers != nullptr ? providers->elements() : std::span<const Node* const>{})
      names.push_back(text_of(p));
    return names;
  };
  return text_of(a.get("target")) == text_of(b.get("target")) && list(a) == list(b);
}

}  // namespace

void Reader::read_models() {
  const std::vector<Object> entries = all(Entity::Model);
  const std::vector<Object> dynamic = all(Entity::DynamicRoute);
  has_map_ = !entries.empty();
  for (const Object& o : dynamic) {
    const Node* name = string_at(*o.node, "name");
    if (name != nullptr) dynamic_.emplace(std::string(name->text()), &o);
  }
  const auto name_of = [](const Object& o) { return o.alias.empty() ? text_of(o.node->get("alias")) : o.alias; };
  std::vector<std::pair<const Object*, const Object*>> aliases;
  for (const Object& o : entries) {
    const Node* of = string_at(*o.node, "aliasOf");
    const Object* original = nullptr;
    for (const Object& other : entries) {
      if (of != nullptr && &other != &o && name_of(other) == of->text() && other.node->get("aliasOf") == nullptr &&
          same_target(*o.node, *other.node))
        original = &other;
    }
    if (original != nullptr)
      aliases.emplace_back(&o, original);
    else
      read_model(o);
  }
  for (const auto& [o, original] : aliases) {
    ir::Alias& alias = gateway_.aliases.emplace_back();
    alias.name = name_of(*o);
    alias.target = {std::string(name_of(*original)), ir::Origin(o->node->get("aliasOf")->leaf())};
    for (const Entry& e : o->node->entries()) {
      const std::string_view key = e.key->text();
      if (key == "aliasOf") continue;
      add_leaves(alias.name_from, *e.value);
      if (key == "grade") lay_out("grade " + alias.name, ir::Value::string(std::string(text_of(e.value))));
    }
    lay_out("alias " + alias.name, ir::Value::of_bool(o->node->get("headers") != nullptr));
  }
  for (const Object& o : dynamic) {
    const Node* name = string_at(*o.node, "name");
    if (name == nullptr || !inlined_.contains(name->text())) read_dynamic(o);
  }
  if (entries.empty() && dynamic.empty()) offered_routes();
}

void Reader::read_model(const Object& o) {
  const Node& node = *o.node;
  const Node* target_node = string_at(node, "target");
  std::string name(o.alias.empty() ? text_of(node.get("alias")) : o.alias);
  if (name.empty() || target_node == nullptr || target_node->text().empty() || gateway_.route(name) != nullptr) {
    const bool twice = !name.empty() && target_node != nullptr;
    if (!twice) report(DiagId::LlmgatewayRequired, node, "an entry of the model map has a name and a `target`");
    keep_object(o, twice ? DiagId::DuplicateEntity : DiagId::LlmgatewayRequired, ir::Fate::Manual,
                "complete the entry, then convert again");
    return;
  }
  ir::Route route;
  const Place place{&route.extras, ""};
  ir::Origin name_from;
  ir::Origin target_from(target_node->leaf());
  const Node* providers = nullptr;
  bool pin = false;
  walk(node, keys().root("$model"), place, [&](std::string_view key, const Node& value) {
    if (key == "alias") {
      if (!value.is_scalar() || !o.alias.empty()) return false;
      name_from.add(value.leaf());
      return true;
    }
    if (key == "target") return true;
    if (key == "providers") {
      const bool fine = value.is_sequence() && !value.empty() &&
                        std::ranges::all_of(value.elements(), [](const Node* e) { return e->is_string(); });
      if (fine) providers = &value;
      return fine;
    }
    if (key == "headers") {
      if (!is_pin(value)) return false;
      add_leaves(name_from, value);
      return pin = true;
    }
    if (key == "noFallback") {
      if (!value.is_scalar() || !value.as_bool().value_or(false)) return false;
      name_from.add(value.leaf());
      return pin = true;
    }
    return key == "aliasOf" && value.is_string() && (name_from.add(value.leaf()), true);
  });
  bool root_id = false;
  const std::string_view text = target_node->text();
  ir::Value layout;
  layout.kind = ir::Value::Kind::Sequence;
  if (text.starts_with("dynamic/")) {
    const auto found = dynamic_.find(text.substr(8));
    const Node* graph = found != dynamic_.end() ? found->second->node->get("graph") : nullptr;
    const Node* entry = graph != nullptr && graph->is_mapping() ? string_at(*graph, "entry") : nullptr;
    ir::Origin spine(target_node->leaf());
    const Node* enabled = found != dynamic_.end() ? found->second->node->get("enabled") : nullptr;
    const bool on = enabled == nullptr || (enabled->is_scalar() && enabled->as_bool().value_or(false));
    const std::size_t nodes = gateway_.nodes.size();
    const std::size_t deployments = gateway_.deployments.size();
    const auto plan = entry != nullptr && on && only(*graph, {"entry", "nodes"}) && !inlined_.contains(text.substr(8))
                          ? graph_node(*graph, entry->text(), spine, 0)
                          : std::nullopt;
    if (!plan) {
      gateway_.nodes.resize(nodes);
      gateway_.deployments.resize(deployments);
      if (found == dynamic_.end())
        report(DiagId::LlmgatewayReference, *target_node, "no dynamic route is named " + quoted(text.substr(8)));
      keep_object(o, DiagId::NotModelled, ir::Fate::Manual, "decide what the target gateway does for this name");
      return;
    }
    inlined_.insert(std::string(text.substr(8)));
    add_leaves(spine, *entry);
    walk(*found->second->node, keys().root("$dynamic_route"), {&route.extras, "dynamic"},
         [&](std::string_view key, const Node& value) {
           if (key == "graph") return true;
           if (!value.is_scalar()) return false;
           spine.add(value.leaf());
           return true;
         });
    name_from.add(spine);
    route.plan = *plan;
    note_roots(name, route.plan);
    layout.items.push_back(ir::Value::string("dynamic"));
    layout.items.push_back(ir::Value::string(std::string(text.substr(8))));
  } else {
    route.plan = target(text, providers, target_from, *target_node, root_id);
    const std::size_t slash = root_id ? std::string_view::npos : text.find('/');
    const std::string model(slash == std::string_view::npos ? text : text.substr(slash + 1));
    if (model.find('*') == std::string::npos) roots_[name] = {model};
    layout.items.push_back(ir::Value::string(root_id ? "root" : "pin"));
    if (root_id && providers != nullptr) layout.items.push_back(ir::Value::string("listed"));
  }
  if (pin) layout.items.push_back(ir::Value::string("header"));
  route.name = {name, std::move(name_from)};
  if (providers != nullptr) {
    if (!root_id)
      keep_wrong(place, "providers", *providers);
    else if (providers->size() == 1 || std::get_if<ir::Balance>(&gateway_.at(route.plan).what) == nullptr)
      add_leaves(route.name.from, *providers);
  }
  if (name.find('*') != std::string::npos) route.kind = ir::RouteKind::Pattern;
  lay_out("entry " + name, std::move(layout));
  gateway_.routes.push_back(std::move(route));
}

/// A dynamic route that clients ask for by its own name.
void Reader::read_dynamic(const Object& o) {
  const Node& node = *o.node;
  const Node* name = string_at(node, "name");
  const Node* graph = node.get("graph");
  const Node* entry = graph != nullptr && graph->is_mapping() ? string_at(*graph, "entry") : nullptr;
  const Node* enabled = node.get("enabled");
  const bool on = enabled == nullptr || (enabled->is_scalar() && enabled->as_bool().value_or(false));
  const std::string route_name = "dynamic/" + std::string(text_of(name));
  ir::Origin spine;
  const bool fine = name != nullptr && entry != nullptr && on && only(*graph, {"entry", "nodes"}) &&
                    gateway_.route(route_name) == nullptr;
  const std::size_t nodes = gateway_.nodes.size();
  const std::size_t deployments = gateway_.deployments.size();
  const auto plan = fine ? graph_node(*graph, entry->text(), spine, 0) : std::nullopt;
  if (!plan) {
    gateway_.nodes.resize(nodes);
    gateway_.deployments.resize(deployments);
    if (name == nullptr) report(DiagId::LlmgatewayRequired, node, "`name` is missing, the API refuses the body");
    keep_object(o, DiagId::NotModelled, ir::Fate::Manual, "decide how the target gateway picks a model here");
    return;
  }
  ir::Route route;
  add_leaves(spine, *entry);
  walk(node, keys().root("$dynamic_route"), {&route.extras, "dynamic"}, [&](std::string_view key, const Node& value) {
    if (key == "graph") return true;
    if (!value.is_scalar()) return false;
    spine.add(value.leaf());
    return true;
  });
  route.name = {route_name, std::move(spine)};
  route.plan = *plan;
  note_roots(route_name, route.plan);
  ir::Value layout;
  layout.kind = ir::Value::Kind::Sequence;
  layout.items.push_back(ir::Value::string("own"));
  layout.items.push_back(ir::Value::string(std::string(name->text())));
  lay_out("entry " + route_name, std::move(layout));
  gateway_.routes.push_back(std::move(route));
}

ir::NodeId Reader::use(std::size_t key, std::string_view model, const ir::Origin& from) {
  ir::Deployment deployment;
  deployment.provider = ir::ProviderId{static_cast<std::uint32_t>(key)};
  deployment.upstream_model = {keys_[key].prefix + std::string(model), from};
  if (keys_[key].custom) describe_model(keys_[key].provider, model, deployment);
  keys_[key].used = true;
  return new_node(gateway_, ir::Use{gateway_.add(std::move(deployment))});
}

/// A model at one provider, with all keys that there are for it.
ir::NodeId Reader::pinned(std::string_view provider, std::string_view model, const ir::Origin& from, const Node& at) {
  const std::vector<std::size_t> found = keys_of(provider, model);
  if (found.empty()) {
    const bool known = is_provider(provider) || std::ranges::any_of(keys_, [&](const Key& k) {
                         return k.from != From::Made && k.provider == provider;
                       });
    return use(made_key(provider, known, known ? nullptr : &at), model, from);
  }
  if (found.size() == 1) return use(found.front(), model, from);
  if (keys_[found.front()].from == From::Env) {
    ir::Balance balance;
    balance.policy = {ir::Policy::RoundRobin, ir::Origin(rules::kRoundRobin)};
    for (const std::size_t key : found) {
      ir::Edge edge;
      edge.node = use(key, model, from);
      balance.edges.push_back(std::move(edge));
    }
    return new_node(gateway_, std::move(balance));
  }
  ir::Fallback fallback;
  fallback.primary = use(found.front(), model, from);
  for (std::size_t i = 1; i < found.size(); ++i) {
    ir::FallbackEdge edge;
    edge.node = use(found[i], model, from);
    fallback.edges.push_back(std::move(edge));
  }
  return new_node(gateway_, std::move(fallback));
}

ir::NodeId Reader::target(std::string_view text, const Node* providers, const ir::Origin& from, const Node& at,
                          bool& root_id) {
  const std::size_t slash = text.find('/');
  if (slash != std::string_view::npos && (providers == nullptr || is_provider(text.substr(0, slash))))
    return pinned(text.substr(0, slash), text.substr(slash + 1), from, at);
  root_id = true;
  std::vector<std::pair<std::string, ir::Origin>> serving;
  if (providers != nullptr) {
    for (const Node* p : providers->elements()) serving.emplace_back(std::string(p->text()), ir::Origin(p->leaf()));
  } else {
    for (const Key& key : keys_) {
      const bool usable = !key.custom && key.from != From::Made && !keys_of(key.provider, text).empty();
      const bool fresh = std::ranges::none_of(serving, [&](const auto& s) { return s.first == key.provider; });
      if (usable && fresh) serving.emplace_back(key.provider, ir::Origin());
    }
    if (text == "auto" || text == "custom" || text == "smart") serving = {{"llmgateway", {}}};
    if (serving.size() != 1) {
      if (serving.size() > 1)
        report(DiagId::LlmgatewayRootId, at,
               "which of the providers serve " + quoted(text) + " is not told; name them in `providers`");
      return use(made_key("", false, nullptr), text, from);
    }
  }
  if (serving.size() == 1) return pinned(serving.front().first, text, from, at);
  ir::Balance balance;
  if (gateway_.routing.policy.absent()) balance.policy = {ir::Policy::Cost, ir::Origin(rules::kScore)};
  for (const auto& [provider, leaf] : serving) {
    ir::Origin both = from;
    both.add(leaf);
    ir::Edge edge;
    edge.node = pinned(provider, text, both, at);
    balance.edges.push_back(std::move(edge));
  }
  const ir::NodeId id = new_node(gateway_, std::move(balance));
  if (snapshot_ == Snapshot::N) {
    ir::Retry& retry = gateway_.at(id).settings.retry;
    retry.attempts = {2, ir::Origin(rules::kRetries)};
    retry.redraw = {true, ir::Origin(rules::kRetries)};
  }
  return id;
}

/// A node of a dynamic route; nothing where the IR cannot say it.
std::optional<ir::NodeId> Reader::graph_node(const Node& graph, std::string_view id, ir::Origin& spine, int depth) {
  const Node* nodes = graph.get("nodes");
  if (nodes == nullptr || !nodes->is_sequence() || depth > kDeepest || gateway_.nodes.size() > kMostNodes * 10)
    return std::nullopt;
  const Node* found = nullptr;
  for (const Node* n : nodes->elements()) {
    if (!n->is_mapping()) return std::nullopt;
    if (text_of(n->get("id")) == id && found == nullptr) found = n;
  }
  const Node* type = found != nullptr ? string_at(*found, "type") : nullptr;
  if (type == nullptr) return std::nullopt;
  ir::Origin from(type->leaf());
  std::optional<ir::NodeId> made;
  if (type->text() == "model") made = model_node(*found, from);
  if (type->text() == "percentage") made = percentage_node(graph, *found, from, depth);
  if (type->text() == "conditional") made = conditional_node(graph, *found, from, depth);
  if (!made) return std::nullopt;
  if (depth == 0) {
    // nodes that nothing leads to have no place
    std::set<std::string, std::less<>> reached{std::string(id)};
    for (bool grown = true; grown;) {
      grown = false;
      for (const Node* n : nodes->elements()) {
        if (!reached.contains(text_of(n->get("id")))) continue;
        const auto reach = [&](const Node* next) {
          grown = (next != nullptr && reached.emplace(text_of(next)).second) || grown;
        };
        for (const std::string_view list : {"splits", "conditions"}) {
          const Node* parts = n->get(list);
          for (const Node* part : parts != nullptr ? parts->elements() : std::span<const Node* const>{})
            if (part->is_mapping()) reach(part->get("next"));
        }
        reach(n->get("else"));
      }
    }
    for (const Node* n : nodes->elements()) {
      if (!reached.contains(text_of(n->get("id")))) return std::nullopt;
      if (text_of(n->get("type")) == "end") add_leaves(spine, *n);
    }
  }
  ir::PlanNode& node = gateway_.at(*made);
  node.name = {std::string(id), ir::Origin(found->get("id")->leaf())};
  return made;
}

std::optional<ir::NodeId> Reader::model_node(const Node& node, ir::Origin from) {
  const Node* model = string_at(node, "model");
  const Node* providers = node.get("providers");
  if (model == nullptr || !only(node, {"id", "type", "model", "providers"})) return std::nullopt;
  from.add(model->leaf());
  bool root_id = false;
  if (providers == nullptr) return target(model->text(), nullptr, from, *model, root_id);
  if (!providers->is_sequence() || providers->empty()) return std::nullopt;
  for (const Node* p : providers->elements()) {
    if (!p->is_string()) return std::nullopt;
  }
  const auto one = [&](const Node& provider) {
    ir::Origin both = from;
    both.add(provider.leaf());
    return pinned(provider.text(), model->text(), both, *model);
  };
  if (providers->size() == 1) return one(*providers->elements().front());
  ir::Fallback fallback;
  fallback.primary = one(*providers->elements().front());
  for (std::size_t i = 1; i < providers->size(); ++i) {
    ir::FallbackEdge edge;
    edge.node = one(*providers->elements()[i]);
    fallback.edges.push_back(std::move(edge));
  }
  return new_node(gateway_, std::move(fallback));
}

std::optional<ir::NodeId> Reader::percentage_node(const Node& graph, const Node& node, ir::Origin from, int depth) {
  const Node* splits = node.get("splits");
  if (splits == nullptr || !splits->is_sequence() || splits->empty() || !only(node, {"id", "type", "splits"}))
    return std::nullopt;
  ir::Balance balance;
  from.set_rule(rules::kShares);
  balance.policy = {ir::Policy::Weighted, std::move(from)};
  for (const Node* split : splits->elements()) {
    const Node* next = split->is_mapping() ? string_at(*split, "next") : nullptr;
    const Node* weight = split->is_mapping() ? split->get("weight") : nullptr;
    if (next == nullptr || weight == nullptr || !weight->is_number() || !only(*split, {"weight", "next"}))
      return std::nullopt;
    ir::Edge edge;
    edge.weight = kit_.decimal(*weight, "weight");
    ir::Origin unused;
    const auto member = graph_node(graph, next->text(), unused, depth + 1);
    if (!member || !edge.weight.given() || edge.weight->is_negative()) return std::nullopt;
    edge.weight.from.add(next->leaf());
    edge.node = *member;
    balance.edges.push_back(std::move(edge));
  }
  return new_node(gateway_, std::move(balance));
}

std::optional<ir::NodeId> Reader::conditional_node(const Node& graph, const Node& node, ir::Origin from, int depth) {
  const Node* conditions = node.get("conditions");
  const Node* otherwise = string_at(node, "else");
  if (conditions == nullptr || !conditions->is_sequence() || conditions->empty() || otherwise == nullptr ||
      !only(node, {"id", "type", "conditions", "else"}))
    return std::nullopt;
  using Op = ir::Condition::Op;
  ir::Switch choice;
  from.add(otherwise->leaf());
  for (const Node* c : conditions->elements()) {
    const Node* field = c->is_mapping() ? c->get("field") : nullptr;
    const Node* op = c->is_mapping() ? string_at(*c, "op") : nullptr;
    const Node* value = c->is_mapping() ? c->get("value") : nullptr;
    const Node* next = c->is_mapping() ? string_at(*c, "next") : nullptr;
    const Node* source = field != nullptr && field->is_mapping() ? string_at(*field, "source") : nullptr;
    const Node* path = field != nullptr && field->is_mapping() ? string_at(*field, "path") : nullptr;
    if (op == nullptr || value == nullptr || next == nullptr || source == nullptr || path == nullptr ||
        !only(*c, {"field", "op", "value", "next"}) || !only(*field, {"source", "path"}))
      return std::nullopt;
    ir::SwitchCase one;
    const std::string_view word = op->text();
    if (word == "eq" || word == "neq" || word == "gt" || word == "lt") {
      if (!value->is_scalar()) return std::nullopt;
      one.condition.op = word == "eq" ? Op::Eq : word == "neq" ? Op::Ne : word == "gt" ? Op::Gt : Op::Lt;
      one.condition.operands.push_back(kit_.value(*value, ""));
    } else if (word == "in" && value->is_sequence() && !value->empty()) {
      one.condition.op = Op::In;
      for (const Node* element : value->elements()) {
        if (!element->is_scalar()) return std::nullopt;
        one.condition.operands.push_back(kit_.value(*element, ""));
      }
    } else {
      return std::nullopt;
    }
    const std::string_view place = source->text();
    if (place != "header" && place != "metadata" && place != "body") return std::nullopt;
    one.condition.subject = std::string(place == "header" ? "headers."
                                        : place == "body" ? "params."
                                                          : "metadata.") +
                            std::string(path->text());
    one.condition_from = from;
    for (const Node* leaf : {source, path, op, next}) one.condition_from.add(leaf->leaf());
    add_leaves(one.condition_from, *value);
    ir::Origin unused;
    const auto member = graph_node(graph, next->text(), unused, depth + 1);
    if (!member) return std::nullopt;
    one.node = *member;
    choice.cases.push_back(std::move(one));
  }
  const Node* nodes = graph.get("nodes");
  bool ends = false;
  for (const Node* n : nodes->elements())
    ends = ends || (text_of(n->get("id")) == otherwise->text() && text_of(n->get("type")) == "end");
  if (!ends) {
    ir::Origin unused;
    const auto member = graph_node(graph, otherwise->text(), unused, depth + 1);
    if (!member) return std::nullopt;
    choice.otherwise = *member;
  }
  return new_node(gateway_, std::move(choice));
}

/// What can be asked for where no map of names says otherwise.
void Reader::offered_routes() {
  std::set<std::string> told;
  const std::vector<Key> keys = keys_;
  const auto add = [&](const std::string& name, ir::NodeId plan, ir::RouteKind kind) {
    ir::Route route;
    route.name = {name, ir::Origin(rules::kOffered)};
    route.kind = kind;
    route.plan = plan;
    gateway_.routes.push_back(std::move(route));
  };
  for (const Key& key : keys) {
    if (!key.active || !told.insert(key.provider).second || keys_of(key.provider, "*").empty()) continue;
    static const Node nowhere;
    add(key.provider + "/*", pinned(key.provider, "*", ir::Origin(rules::kOffered), nowhere), ir::RouteKind::Pattern);
  }
  for (std::size_t i = 0; i < custom_models_.size(); ++i) {
    const std::string provider = custom_models_[i].provider;
    const std::string model = custom_models_[i].name;
    static const Node nowhere;
    if (provider.empty() || model.empty() || !told.contains(provider) ||
        gateway_.route(provider + "/" + model) != nullptr)
      continue;
    add(provider + "/" + model, pinned(provider, model, ir::Origin(rules::kOffered), nowhere), ir::RouteKind::Name);
  }
}

void Reader::note_roots(std::string_view route, ir::NodeId id) {
  std::vector<std::string>& list = roots_[std::string(route)];
  const auto walk_plan = [&](auto&& self, ir::NodeId at) -> void {
    if (!at.valid()) return;
    const ir::PlanNode& node = gateway_.at(at);
    if (const auto* use = std::get_if<ir::Use>(&node.what)) {
      const ir::Deployment& d = gateway_.at(use->deployment);
      std::string model = d.upstream_model.value;
      const std::string& prefix = keys_[d.provider.value].prefix;
      if (model.starts_with(prefix)) model.erase(0, prefix.size());
      if (std::ranges::find(list, model) == list.end()) list.push_back(std::move(model));
    } else if (const auto* balance = std::get_if<ir::Balance>(&node.what)) {
      for (const ir::Edge& e : balance->edges) self(self, e.node);
    } else if (const auto* fallback = std::get_if<ir::Fallback>(&node.what)) {
      self(self, fallback->primary);
      for (const ir::FallbackEdge& e : fallback->edges) self(self, e.node);
    } else if (const auto* choice = std::get_if<ir::Switch>(&node.what)) {
      for (const ir::SwitchCase& c : choice->cases) self(self, c.node);
      self(self, choice->otherwise);
    }
  };
  walk_plan(walk_plan, id);
}

}  // namespace gatec::targets::llmgateway
