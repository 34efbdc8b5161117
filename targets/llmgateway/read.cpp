#include "targets/llmgateway/reader.h"

#include <algorithm>

namespace gatec::targets::llmgateway {
namespace {

/// "a provider key", for people.
std::string place_name(std::string_view parent) {
  parent = parent.substr(0, parent.find('.'));
  for (const EntityFacts& e : entities()) {
    if (e.root == parent) return std::string(e.word);
  }
  return "the bundle";
}

constexpr ir::Enforcement kEnforcement[] = {
    {"key", "usd", ">=", "blocks", rules::kPage},         {"user", "usd", ">=", "blocks", rules::kPage},
    {"team", "usd", ">=", "blocks", rules::kPage},        {"provider", "usd", ">=", "blocks", rules::kPage},
    {"gateway", "requests", ">", "blocks", rules::kPage},
};

}  // namespace

std::span<const ir::Enforcement> enforcement() { return kEnforcement; }

Reader::Reader(ReadContext& context, ir::Gateway& gateway)
    : BodyReader(context, gateway, {kDialect, keys(), &area_of, &place_name, &parse_reference, DiagId::NotModelled}) {}

void read(std::span<const Input> inputs, ReadContext& context, ir::Gateway& gateway) {
  gateway.dialect = kDialect;
  Reader(context, gateway).read_all(inputs);
}

void Reader::read_all(std::span<const Input> inputs) {
  if (context_.version == "N") snapshot_ = Snapshot::N;
  for (const Input& input : inputs) gather(input);
  gateway_.version = snapshot_ == Snapshot::N ? "N" : context_.version;
  // those that later ones refer to come first, whatever the order of the files
  for (const Object& o : all(Entity::Organization)) read_organization(o);
  for (const Object& o : all(Entity::Project)) read_project(o);
  for (const Object& o : all(Entity::ProviderKey)) read_provider_key(o);
  read_environment();
  for (const Object& o : all(Entity::CustomModel)) read_custom_model(o);
  read_models();
  for (const Object& o : all(Entity::Team)) read_team(o);
  for (const Object& o : all(Entity::Member)) read_member(o);
  for (const Object& o : all(Entity::ApiKey)) read_api_key(o);
  for (const Object& o : all(Entity::RateLimit)) read_rate_limit(o);
  for (const Object& o : all(Entity::Guardrails))
    keep_object(o, DiagId::NotModelled, ir::Fate::Manual,
                "set up the guardrails at the target gateway and test that they block");
  for (const CustomModel& m : custom_models_) {
    if (m.used) continue;
    for (const Object& o : objects_) {
      if (o.node == m.node && o.entity == Entity::CustomModel)
        keep_object(o, DiagId::NotModelled, ir::Fate::Skipped, "nothing to do: no name leads to this model");
    }
  }
  cache_of_projects();
  defaults();
}

void Reader::gather(const Input& input) {
  for (const Node* root : input.document->roots()) {
    settle_duplicates(context_.ledger, *root);
    const Contents contents = contents_of(*root, stem_of(input.name));
    for (const Object& object : contents.objects) objects_.push_back(object);
    for (const Node* node : contents.environment) {
      for (const Entry& e : node->entries()) env_.push_back(&e);
    }
    for (const Node* node : contents.bundles) read_bundle(*node);
    for (const Node* node : contents.wrapper)
      settle(*node, ir::Fate::Skipped, DiagId::ReadOnlyField, "it holds nothing that could be sent");
    for (const Node* node : contents.unknown) keep_unknown_object(*node);
  }
}

/// What stands around the bodies.
void Reader::read_bundle(const Node& node) {
  const Cursor root = keys().root("$bundle");
  const Place place{&gateway_.extras, "bundle"};
  for (const Entry& e : node.entries()) {
    const std::string_view key = e.key->text();
    const bool of_bodies =
        std::ranges::any_of(entities(), [&](const EntityFacts& f) { return f.plural == key || f.stem == key; });
    if (of_bodies || key == "env" || key == "customProviders" || key == "custom_providers" || key == "organizations" ||
        ((key == "project" || key == "providerKey" || key == "apiKey") && e.value->is_mapping())) {
      const bool taken = !e.value->is_scalar() || e.value->is_null();
      if (!taken) keep_wrong(place, key, *e.value);
      if (taken && key == "env" && !(e.value->is_mapping() && !e.value->empty()))
        settle(*e.value, ir::Fate::Skipped, DiagId::InertKey, "there are no variables");
      continue;
    }
    if (key == "target" && e.value->is_mapping()) {
      walk(*e.value, root.child("target"), {&gateway_.extras, "bundle.target"},
           [&](std::string_view what, const Node& value) {
             if (!value.is_string()) return false;
             if (what == "snapshot") {
               if (value.text() != "U26" && value.text() != "N") return false;
               if (value.text() == "N") snapshot_ = Snapshot::N;
             } else if (value.text() != "oss" && value.text() != "enterprise") {
               return false;
             }
             settle(value, ir::Fate::Skipped, DiagId::ReadOnlyField, "it says for which gateway the bundle is");
             lay_out(std::string(what), ir::Value::string(std::string(value.text())));
             return true;
           });
      continue;
    }
    if (key == "gatec" || key == "version") {
      settle(*e.value, ir::Fate::Skipped, DiagId::ReadOnlyField, "it stands around the bodies and is not sent");
      continue;
    }
    if (key.starts_with("total") || key.starts_with("page")) {
      settle(*e.value, ir::Fate::Skipped, DiagId::ReadOnlyField, "it stands around the bodies and is not sent");
      continue;
    }
    keep_key(e, root, place);
  }
}

std::vector<Object> Reader::all(Entity entity) const {
  std::vector<Object> found;
  for (const Object& o : objects_) {
    if (o.entity == entity) found.push_back(o);
  }
  return found;
}

void Reader::keep_object(const Object& object, DiagId code, ir::Fate elsewhere, std::string_view advice) {
  const EntityFacts& facts = facts_of(object.entity);
  std::string key = "#" + std::to_string(++kept_[object.entity]);
  if (object.entity == Entity::Model) {
    const Node* alias = object.node->is_mapping() ? object.node->get("alias") : nullptr;
    if (!object.alias.empty())
      key = object.alias;
    else if (alias != nullptr && alias->is_scalar())
      key = alias->text();
    key.insert(0, ".");
  }
  gateway_.extras.push_back(kit_.extra(std::string(facts.stem), key, *object.node, code, elsewhere, advice));
}

/// What the gateway does unasked, and which key of the IR is what.
void Reader::defaults() {
  gateway_.server.auth = {ir::AuthMode::Key, ir::Origin(rules::kAuth)};
  gateway_.enforcement.assign(std::begin(kEnforcement), std::end(kEnforcement));
  ir::Value list;
  list.kind = ir::Value::Kind::Sequence;
  for (const Key& key : keys_) {
    const std::string_view from = key.from == From::Row ? "row " : key.from == From::Env ? "env " : "made ";
    list.items.push_back(
        ir::Value::string(std::string(from) + (key.custom ? "custom " : "") + key.provider + " " + key.prefix));
  }
  if (!list.items.empty()) lay_out("keys", std::move(list));
}

}  // namespace gatec::targets::llmgateway
