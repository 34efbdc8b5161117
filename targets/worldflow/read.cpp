#include "targets/worldflow/reader.h"

#include <algorithm>

namespace gatec::targets::worldflow {
namespace {

std::string quoted(std::string_view key) {
  std::string text = "`";
  return (text += key) += '`';
}

/// "a model", "a routing rule", for people.
std::string place_name(std::string_view parent) {
  if (parent.starts_with('$')) parent.remove_prefix(1);
  std::string text;
  for (const char c : parent.substr(0, parent.find('.'))) text += c == '_' ? ' ' : c;
  return "the body of a " + text;
}

ir::Fate fate_of(const KeyRow& row) { return area_of(row).manual ? ir::Fate::Manual : ir::Fate::Skipped; }

constexpr std::string_view kIgnored = "nothing to do: the source gateway ignores it too";

constexpr ir::Enforcement kEnforcement[] = {
    {"key", "requests", ">", "blocks", rules::kPage},    {"key", "tokens", ">", "blocks", rules::kPage},
    {"key", "usd", ">=", "blocks", rules::kPage},        {"provider", "requests", ">", "blocks", rules::kPage},
    {"provider", "usd", ">=", "blocks", rules::kPage},   {"team", "usd", ">=", "blocks", rules::kPage},
    {"tenant", "requests", ">", "blocks", rules::kPage},
};

/// Kinds that later ones refer to come first, whatever the order of the files.
constexpr Entity kOrder[] = {Entity::Integration, Entity::Provider,   Entity::Model, Entity::RoutingConfig,
                             Entity::RateLimit,   Entity::Thresholds, Entity::Team,  Entity::User,
                             Entity::RoleGrant,   Entity::VirtualKey};

}  // namespace

Reader::Reader(ReadContext& context, ir::Gateway& gateway)
    : context_(context), gateway_(gateway), kit_(context, kDialect, &parse_reference) {}

void read(std::span<const Input> inputs, ReadContext& context, ir::Gateway& gateway) {
  gateway.dialect = kDialect;
  Reader(context, gateway).read_all(inputs);
}

void Reader::read_all(std::span<const Input> inputs) {
  for (const Input& input : inputs) gather(input);
  gateway_.version = context_.version;
  for (const Entity entity : kOrder) {
    for (const Node* node : all(entity)) {
      switch (entity) {
        case Entity::Integration: read_integration(*node); break;
        case Entity::Provider: read_provider(*node); break;
        case Entity::Model: read_model(*node); break;
        case Entity::RoutingConfig: read_routing(*node); break;
        case Entity::RateLimit: read_tier(*node); break;
        case Entity::Thresholds: read_thresholds(*node); break;
        case Entity::Team: read_team(*node); break;
        case Entity::User: read_user(*node); break;
        case Entity::RoleGrant: read_grant(*node); break;
        case Entity::VirtualKey: read_virtual_key(*node); break;
        default: break;
      }
    }
  }
  keep_integrations();
  resolve_people();
  build_routes();
  for (const Entity entity : {Entity::VaultKey, Entity::Guardrail, Entity::Chain, Entity::Role, Entity::ApiKey})
    keep_objects(entity);
  defaults();
}

void Reader::gather(const Input& input) {
  for (const Node* root : input.document->roots()) {
    settle_duplicates(*root);
    const Contents contents = contents_of(*root, stem_of(input.name));
    for (const Object& object : contents.objects) objects_.push_back(object);
    for (const Node* node : contents.wrapper) {
      settle(*node, ir::Fate::Skipped, DiagId::ReadOnlyField, "it stands around the bodies and is not sent");
    }
    for (const Node* node : contents.unknown) {
      if (!node->is_scalar() && node->empty()) {
        settle(*node, ir::Fate::Skipped, DiagId::UnknownObject, "the object is empty");
        continue;
      }
      report(DiagId::UnknownObject, *node, "what kind of object this is cannot be told");
      settle(*node, ir::Fate::Skipped, DiagId::UnknownObject, "the kind of this object cannot be told");
    }
  }
}

void Reader::settle_duplicates(const Node& node) {
  for (const Entry& entry : node.written_entries()) {
    if (entry.loss == doc::Loss::Duplicate) {
      settle(*entry.value, ir::Fate::Skipped, DiagId::DuplicateKey, "a later entry with the same key counts");
    } else if (!entry.aliased) {
      settle_duplicates(*entry.value);
    }
  }
  for (const Entry& entry : node.overridden()) {
    settle(*entry.value, ir::Fate::Skipped, DiagId::MergeOverridden, "a nearer entry with the same key counts");
  }
  for (const Node* element : node.elements()) settle_duplicates(*element);
}

std::vector<const Node*> Reader::all(Entity entity) const {
  std::vector<const Node*> nodes;
  for (const Object& o : objects_) {
    if (o.entity == entity) nodes.push_back(o.node);
  }
  return nodes;
}

/// Bodies without a place in the IR stay whole, by kind and in order.
void Reader::keep_objects(Entity entity) {
  const EntityFacts& facts = facts_of(entity);
  std::size_t n = 0;
  for (const Node* node : all(entity)) {
    const KeyRow* row = keys().root(facts.root).row();
    gateway_.extras.push_back(kit_.extra(std::string(facts.stem), "#" + std::to_string(++n), *node, DiagId::NotModelled,
                                         row != nullptr ? fate_of(*row) : ir::Fate::Manual,
                                         row != nullptr ? area_of(*row).advice : kIgnored));
    settle(*node, ir::Fate::Open, DiagId::NotModelled, "");
  }
}

void Reader::keep_key(const Entry& entry, Cursor parent, const Place& place) {
  const std::string_view key = entry.key->text();
  const Cursor here = parent.child(key);
  const KeyRow* row = here.known() ? here.row() : nullptr;
  if (row != nullptr && row->handling == Handling::ReadOnly) {
    settle(*entry.value, ir::Fate::Skipped, DiagId::ReadOnlyField, "only the gateway's API writes this field");
    return;
  }
  if (row != nullptr) {
    note_shape(row->world, key);
    keep_as(place, key, *entry.value, DiagId::NotModelled, fate_of(*row), area_of(*row).advice);
    return;
  }
  if (key.starts_with('_')) {
    keep_as(place, key, *entry.value, DiagId::NotModelled, ir::Fate::Skipped,
            "nothing to do: a note that is never sent");
    return;
  }
  if (const auto near = keys().nearest(parent, key)) {
    report(DiagId::UnknownKey, *entry.key, quoted(key) + " is not known here, did you mean " + quoted(*near) + "?");
  } else if (const auto homes = keys().homes(key); !homes.empty()) {
    report(DiagId::MisplacedKey, *entry.key,
           quoted(key) + " does not belong here, it stands in " + place_name(homes.front()));
    keep_as(place, key, *entry.value, DiagId::MisplacedKey, ir::Fate::Skipped, kIgnored);
    return;
  } else {
    report(DiagId::UnknownKey, *entry.key, quoted(key) + " is not known here");
  }
  keep_as(place, key, *entry.value, DiagId::UnknownKey, ir::Fate::Skipped, kIgnored);
}

void Reader::keep_as(const Place& place, std::string_view key, const Node& value, DiagId code, ir::Fate elsewhere,
                     std::string_view advice) {
  place.extras->push_back(kit_.extra(place.section, key, value, code, elsewhere, advice));
}

void Reader::keep_wrong(const Place& place, std::string_view key, const Node& value) {
  keep_as(place, key, value, DiagId::WrongType, ir::Fate::Manual, "correct the value in the source");
}

void Reader::settle(const Node& node, ir::Fate fate, DiagId code, std::string_view reason) {
  if (fate != ir::Fate::Open) context_.ledger.settle(node, fate, code, std::string(reason));
}

void Reader::report(DiagId id, const Node& at, std::string message, std::string note) {
  if (context_.proving) return;
  auto told = context_.sink.report(id, at.span(), std::move(message));
  if (!note.empty()) told.note(std::move(note));
}

ir::Field<std::string> Reader::text(const Node& node, std::string_view what) {
  ir::Field<std::string> field = kit_.string(node, what, true);
  if (!field.given()) return field;
  if (const auto reference = parse_reference(field.value)) {
    field.state = ir::State::Unknown;
    field.value = "env(" + reference->name + ")";
  }
  return field;
}

ir::Field<base::Decimal> Reader::number(const Node& node, std::string_view what) { return kit_.decimal(node, what); }

bool Reader::whole(const Node& node, std::string_view what, ir::Field<base::Decimal>& into) {
  const ir::Field<std::int64_t> field = kit_.integer(node, what);
  if (!field.given()) return false;
  into = {base::Decimal(*field), field.from};
  return true;
}

bool Reader::cents(const Node& node, std::string_view what, ir::Field<base::Decimal>& into) {
  const ir::Field<std::int64_t> field = kit_.integer(node, what);
  if (!field.given()) return false;
  into = {usd_of(*field), field.from};
  return true;
}

void Reader::lay_out(std::string name, ir::Value value) {
  gateway_.layout.push_back({std::move(name), std::move(value)});
}

void Reader::add_leaves(ir::Origin& origin, const Node& node) {
  if (node.leaf().valid()) {
    origin.add(node.leaf());
    return;
  }
  for (const Node* element : node.elements()) add_leaves(origin, *element);
  for (const Entry& entry : node.entries()) add_leaves(origin, *entry.value);
}

void Reader::note_shape(std::string_view shape, std::string_view) {
  spec_ = spec_ || shape == "Spec";
  guide_ = guide_ || shape == "Guide";
}

/// What the gateway does unasked.
void Reader::defaults() {
  gateway_.server.auth = {ir::AuthMode::Key, ir::Origin(rules::kAuth)};
  gateway_.enforcement.assign(std::begin(kEnforcement), std::end(kEnforcement));
  const bool routes = !gateway_.routes.empty();
  if (routes) gateway_.defaults.timeouts.total = {base::Decimal(30), ir::Origin(rules::kTimeout)};
  if (spec_ && !guide_) lay_out("shape", ir::Value::string("spec"));
  if (guide_) lay_out("shape", ir::Value::string("guide"));
}

}  // namespace gatec::targets::worldflow
