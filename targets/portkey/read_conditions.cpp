#include "targets/portkey/reader.h"

#include <unordered_set>

namespace gatec::targets::portkey {
namespace {

using doc::Entry;
using ir::Condition;

struct Operator {
  std::string_view name;
  Condition::Op op;
  bool list;
};
constexpr Operator kOperators[] = {
    {"$eq", Condition::Op::Eq, false},   {"$ne", Condition::Op::Ne, false},  {"$gt", Condition::Op::Gt, false},
    {"$gte", Condition::Op::Gte, false}, {"$lt", Condition::Op::Lt, false},  {"$lte", Condition::Op::Lte, false},
    {"$in", Condition::Op::In, true},    {"$nin", Condition::Op::Nin, true}, {"$regex", Condition::Op::Regex, false},
};

const Operator* operator_of(std::string_view name) {
  for (const Operator& o : kOperators) {
    if (o.name == name) return &o;
  }
  return nullptr;
}

/// Several parts hold together; one inside another of the same kind is flattened, as the gateway's reading is the same.
Condition joined(std::vector<Condition> parts) {
  if (parts.size() == 1) return std::move(parts.front());
  Condition all;
  all.op = Condition::Op::And;
  for (Condition& part : parts) {
    if (part.op == Condition::Op::And && !part.parts.empty()) {
      for (Condition& inner : part.parts) all.parts.push_back(std::move(inner));
    } else {
      all.parts.push_back(std::move(part));
    }
  }
  return all;
}

constexpr std::string_view kCorrect = "correct the condition in the source";

}  // namespace

bool Reader::field_conditions(const Entry& entry, std::vector<Condition>& parts, ir::Origin& from) {
  const auto make = [&](Condition::Op op) {
    Condition c;
    c.op = op;
    c.subject = entry.key->text();
    return c;
  };
  const Node& value = *entry.value;
  add_leaves(from, value);
  if (value.is_scalar()) {
    parts.push_back(make(Condition::Op::Eq));
    parts.back().operands.push_back(kit_.value(value, ""));
    return true;
  }
  if (!value.is_mapping() || value.empty()) {
    report(DiagId::PortkeyCondition, value.span(),
           "`" + std::string(entry.key->text()) + "` is compared with no operator");
    return false;
  }
  bool ended = false;
  for (const Entry& test : value.entries()) {
    const Operator* o = operator_of(test.key->text());
    if (ended) {
      // the operator before it has answered already (page 1.4)
      report(DiagId::PortkeyConditionOrder, test.key->span(),
             "what stands behind `$regex` in the same object is never looked at");
      settle(*test.value, ir::Fate::Skipped, DiagId::PortkeyConditionOrder, "the gateway never looks at it");
      continue;
    }
    if (o == nullptr) {
      report(DiagId::PortkeyCondition, test.key->span(),
             "`" + std::string(test.key->text()) + "` is no operator, the gateway refuses the request");
      return false;
    }
    if (o->list != test.value->is_sequence() || test.value->is_mapping()) {
      kit_.wrong_type(*test.value, o->name, o->list ? "a list" : "a single value");
      return false;
    }
    parts.push_back(make(o->op));
    if (o->list) {
      for (const Node* element : test.value->elements()) parts.back().operands.push_back(kit_.value(*element, ""));
    } else {
      parts.back().operands.push_back(kit_.value(*test.value, ""));
    }
    ended = o->op == Condition::Op::Regex;
  }
  return true;
}

bool Reader::logic_condition(const Entry& entry, std::vector<Condition>& parts, ir::Origin& from) {
  if (!entry.value->is_sequence()) {
    kit_.wrong_type(*entry.value, entry.key->text(), "a list of conditions");
    return false;
  }
  add_leaves(from, *entry.value);
  std::vector<Condition> inner;
  for (const Node* element : entry.value->elements()) {
    if (!element->is_mapping()) {
      kit_.wrong_type(*element, entry.key->text(), "conditions");
      return false;
    }
    ir::Origin seen;
    auto part = condition(*element, seen);
    if (!part) return false;
    inner.push_back(*std::move(part));
  }
  if (entry.key->text() == "$and" && !inner.empty()) {
    for (Condition& c : inner) parts.push_back(std::move(c));
    return true;
  }
  if (inner.size() == 1) {
    parts.push_back(std::move(inner.front()));
    return true;
  }
  Condition c;
  c.op = entry.key->text() == "$or" ? Condition::Op::Or : Condition::Op::And;
  c.parts = std::move(inner);
  parts.push_back(std::move(c));
  return true;
}

std::optional<Condition> Reader::condition(const Node& query, ir::Origin& from) {
  if (query.empty()) {
    from.add(query.leaf());
    return Condition{};
  }
  std::vector<Condition> parts;
  bool ended = false;
  for (const Entry& entry : query.entries()) {
    const std::string_view key = entry.key->text();
    if (ended) {
      // `$and` and `$or` answer at once (page 1.4)
      report(
          DiagId::PortkeyConditionOrder, entry.key->span(),
          "what stands behind `$and` or `$or` in the same object is never looked at; put it into an `$and` with them");
      settle(*entry.value, ir::Fate::Skipped, DiagId::PortkeyConditionOrder, "the gateway never looks at it");
      continue;
    }
    if (key == "$and" || key == "$or") {
      if (!logic_condition(entry, parts, from)) return std::nullopt;
      ended = true;
    } else if (key.starts_with('$')) {
      report(DiagId::PortkeyCondition, entry.key->span(),
             "`" + std::string(key) + "` is no operator, the gateway refuses the request");
      return std::nullopt;
    } else if (!field_conditions(entry, parts, from)) {
      return std::nullopt;
    }
  }
  return joined(std::move(parts));
}

void Reader::unusable(const Node& condition, std::size_t index, ir::PlanNode& node, DiagId id, const Node& at,
                      std::string message) {
  if (!message.empty()) report(id, at.span(), std::move(message));
  keep_as(node.extras, "strategy.conditions", "[" + std::to_string(index) + "]", condition, id, ir::Fate::Manual,
          kCorrect);
}

void Reader::fill_switch(const Parts& parts, ir::PlanNode& node, const Above& below) {
  const Node& strategy = *parts.at(Slot::Strategy);
  const Node* mode = strategy.get("mode");
  ir::Switch choice;
  const std::vector<const Node*> targets = targets_of(parts, node);
  std::unordered_map<std::string_view, const Node*> by_name;
  for (const Node* target : targets) {
    if (const Node* name = target->get("name"); name != nullptr && name->is_string())
      by_name.emplace(name->text(), target);
  }
  std::unordered_set<const Node*> used;
  const auto find = [&](const Node* name) -> const Node* {
    if (name == nullptr || !name->is_string()) return nullptr;
    const auto found = by_name.find(name->text());
    return found == by_name.end() ? nullptr : found->second;
  };
  const auto read_named = [&](const Node& target, const Node& by, ir::Field<std::string>& label) {
    used.insert(&target);
    label = {std::string(by.text()), by.leaf()};
    label.from.add(target.get("name")->leaf());
    const ir::NodeId child = read_target(target, below);
    note_weight(target, child, "conditional strategy");
    return child;
  };
  const Node* conditions = strategy.get("conditions");
  if (conditions != nullptr && !conditions->is_sequence()) {
    kit_.wrong_type(*conditions, "conditions", "a list");
    keep_wrong(node.extras, "strategy", "conditions", *conditions);
  } else if (conditions != nullptr && conditions->empty()) {
    keep_wrong(node.extras, "strategy", "conditions", *conditions);
  }
  std::size_t index = 0;
  for (const Node* c : conditions != nullptr ? conditions->elements() : std::span<const Node* const>{}) {
    const std::size_t at = index++;
    const Node* query = c->is_mapping() ? c->get("query") : nullptr;
    const Node* then = c->is_mapping() ? c->get("then") : nullptr;
    if (query == nullptr || !query->is_mapping()) {
      unusable(*c, at, node, DiagId::PortkeyCondition, query ? *query : *c, "a condition takes an object in `query`");
      continue;
    }
    const Node* target = find(then);
    if (target == nullptr) {
      unusable(*c, at, node, DiagId::PortkeyConditionTarget, then ? *then : *c,
               then && then->is_string() ? "no target is named `" + std::string(then->text()) + "`"
                                         : "a condition needs the name of a target in `then`");
      continue;
    }
    ir::SwitchCase one;
    auto parsed = condition(*query, one.condition_from);
    const bool again_and_again = used.contains(target) && read_objects_ > object_budget_;
    if (!parsed || again_and_again) {
      unusable(*c, at, node, DiagId::PortkeyCondition, *c,
               again_and_again ? "too many conditions lead to the same targets" : "");
      continue;
    }
    one.condition = *std::move(parsed);
    for (const Entry& entry : c->entries()) {
      const std::string_view key = entry.key->text();
      if (key == "query" || key == "then") continue;
      keep_key(node.extras, "strategy.conditions.[" + std::to_string(at) + "]",
               config_keys_.child("strategy").child("conditions").element(), entry);
    }
    if (choice.cases.empty() && mode_of(mode->text())) one.condition_from.add(mode->leaf());
    one.node = read_named(*target, *then, one.label);
    choice.cases.push_back(std::move(one));
  }
  if (const Node* otherwise = strategy.get("default")) {
    const Node* target = find(otherwise);
    if (target != nullptr) {
      choice.otherwise = read_named(*target, *otherwise, choice.otherwise_label);
    } else {
      report(DiagId::PortkeyConditionTarget, otherwise->span(),
             otherwise->is_string() ? "no target is named `" + std::string(otherwise->text()) + "`"
                                    : "`default` takes the name of a target");
      keep_as(node.extras, "strategy", "default", *otherwise, DiagId::PortkeyConditionTarget, ir::Fate::Manual,
              kCorrect);
    }
  }
  for (const Node* target : targets) {
    if (used.contains(target)) continue;
    report(DiagId::PortkeyDeadTarget, target->span(), "no condition leads to this target");
    ir::Edge edge;
    edge.node = read_target(*target, below);
    note_weight(*target, edge.node, "conditional strategy");
    edge.label = label_of(*target);
    choice.idle.push_back(std::move(edge));
  }
  if (choice.cases.empty() && mode_of(mode->text())) {
    if (choice.otherwise.valid())
      note_mode(choice.otherwise, *mode);
    else
      settle(*mode, ir::Fate::Skipped, DiagId::PortkeyHalfStrategy,
             "the strategy has no condition that can be evaluated");
  }
  node.what = std::move(choice);
}

}  // namespace gatec::targets::portkey
