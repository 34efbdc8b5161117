#include "targets/worldflow/reader.h"

#include <algorithm>

namespace gatec::targets::worldflow {
namespace {

/// "a model", "a routing rule", for people.
std::string place_name(std::string_view parent) {
  if (parent.starts_with('$')) parent.remove_prefix(1);
  std::string text;
  for (const char c : parent.substr(0, parent.find('.'))) text += c == '_' ? ' ' : c;
  return "the body of a " + text;
}

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

std::span<const ir::Enforcement> enforcement() { return kEnforcement; }

Reader::Reader(ReadContext& context, ir::Gateway& gateway)
    : BodyReader(context, gateway, {kDialect, keys(), &area_of, &place_name, &parse_reference, DiagId::InertKey}) {}

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
    settle_duplicates(context_.ledger, *root);
    const Contents contents = contents_of(*root, stem_of(input.name));
    for (const Object& object : contents.objects) objects_.push_back(object);
    for (const Node* node : contents.wrapper) {
      settle(*node, ir::Fate::Skipped, DiagId::ReadOnlyField, "it stands around the bodies and is not sent");
    }
    for (const Node* node : contents.unknown) keep_unknown_object(*node);
  }
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
  }
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

void Reader::seen(const KeyRow& row) {
  spec_ = spec_ || row.world == "Spec";
  guide_ = guide_ || row.world == "Guide";
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
