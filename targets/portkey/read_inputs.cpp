#include "targets/portkey/reader.h"

#include <algorithm>
#include <set>

namespace gatec::targets::portkey {
namespace {

using doc::Entry;

/// "configs/fast.json" → "fast".
std::string stem(std::string_view path) {
  const std::size_t slash = path.find_last_of('/');
  if (slash != std::string_view::npos) path.remove_prefix(slash + 1);
  const std::size_t dot = path.find('.');
  return std::string(path.substr(0, dot == 0 ? path.size() : dot));
}

bool names_a_slug(const ir::Gateway& gateway) {
  for (const ir::Provider& p : gateway.providers) {
    if (p.name.given()) return true;
  }
  return false;
}

bool has_own_key(const ir::Gateway& gateway) {
  for (const ir::Provider& p : gateway.providers) {
    if (p.api_key.given()) return true;
  }
  return false;
}

/// Whether some target is named by no condition.
bool has_idle_targets(const Node& config) {
  const Node* strategy = config.get("strategy");
  const Node* targets = config.get("targets");
  const Node* conditions = strategy != nullptr && strategy->is_mapping() ? strategy->get("conditions") : nullptr;
  if (conditions == nullptr || targets == nullptr) return false;
  std::set<std::string_view> named;
  const auto add = [&](const Node* name) {
    if (name != nullptr && name->is_string()) named.insert(name->text());
  };
  add(strategy->get("default"));
  for (const Node* condition : conditions->elements()) {
    if (condition->is_mapping()) add(condition->get("then"));
  }
  return std::ranges::any_of(targets->elements(), [&](const Node* target) {
    const Node* name = target->is_mapping() ? target->get("name") : nullptr;
    return name == nullptr || !name->is_string() || !named.contains(name->text());
  });
}

constexpr ir::Enforcement kHostedEnforcement[] = {
    {"key", "usd", ">=", "ignored", rules::kPage},         {"key", "tokens", ">=", "ignored", rules::kPage},
    {"key", "requests", ">", "blocks", rules::kPage},      {"team", "usd", ">=", "ignored", rules::kPage},
    {"team", "requests", ">", "blocks", rules::kPage},     {"provider", "usd", ">=", "ignored", rules::kPage},
    {"provider", "requests", ">", "blocks", rules::kPage},
};

}  // namespace

std::span<const ir::Enforcement> enforcement() { return kHostedEnforcement; }

Reader::Reader(ReadContext& context, ir::Gateway& gateway, std::string_view dialect)
    : context_(context),
      gateway_(gateway),
      dialect_(dialect),
      kit_(context, dialect, &parse_reference),
      config_keys_(keys().root("$config")) {}

void read(std::span<const Input> inputs, ReadContext& context, ir::Gateway& gateway, std::string_view dialect) {
  gateway.dialect = dialect;
  Reader(context, gateway, dialect).read_all(inputs);
}

void Reader::read_all(std::span<const Input> inputs) {
  for (const Input& input : inputs) {
    object_budget_ += std::uint64_t{4} * input.document->leaf_count() + 1000;
    gather(input);
  }
  gateway_.defaults.retry.attempts = {0, ir::Origin(rules::kRetries)};
  gateway_.defaults.retry.redraw = {false, ir::Origin(rules::kSameTarget)};
  for (const Held& held : objects_) workspace_count_ += held.object == Object::Workspace;
  // what others refer to comes first, whatever the order of the files
  for (const Object wanted : {Object::Workspace, Object::Integration}) {
    for (const Held& held : objects_) {
      if (held.object == wanted) read_admin(held);
    }
  }
  for (const Held& held : objects_) {
    if (held.object != Object::Workspace && held.object != Object::Integration) read_admin(held);
  }
  const bool several = configs_.size() > 1;
  for (const Source& source : configs_) {
    ir::Origin from;
    std::string name = route_name_of(source, several, from);
    read_config(source, std::move(name), std::move(from));
  }
  for (const Node* model : inherited_models_) {
    if (!sent_models_.contains(model))
      settle(*model, ir::Fate::Skipped, DiagId::ShadowedSetting, "every target below names a model of its own");
  }
  resolve_providers();
  defaults();
}

/// Sorts an input's objects into configs and bodies of the control plane.
void Reader::gather(const Input& input) {
  for (const Node* root : input.document->roots()) {
    if (root->is_null() && root->text().empty() && input.document->roots().size() > 1) {
      settle(*root, ir::Fate::Skipped, DiagId::UnknownObject, "the document is empty");
      continue;
    }
    settle_duplicates(context_.ledger, *root);
    const std::vector<const Node*> objects = objects_of(*root);
    if (objects.size() != 1 || objects.front() != root) {
      for (const Entry& entry : root->entries()) {
        if (entry.key->text() != "data")
          settle(*entry.value, ir::Fate::Skipped, DiagId::ReadOnlyField, "only the gateway's API writes this field");
      }
      if (objects.empty()) settle(*root, ir::Fate::Skipped, DiagId::UnknownObject, "the list is empty");
    }
    for (const Node* node : objects) {
      const Object object = object_of(*node);
      if (object == Object::Unknown) {
        report(DiagId::UnknownObject, node->span(), "a Portkey config is an object, not " + describe(*node));
        settle(*node, ir::Fate::Skipped, DiagId::UnknownObject, "no object");
      } else if (node->empty()) {
        settle(*node, ir::Fate::Skipped, DiagId::UnknownObject, "the object is empty");
      } else if (object == Object::Config) {
        configs_.push_back({node, &input, nullptr});
      } else if (object == Object::SavedConfig && node->get("config")->is_mapping()) {
        configs_.push_back({node->get("config"), &input, node});
      } else {
        objects_.push_back({node, object, &input});
      }
    }
  }
}

std::string Reader::route_name_of(const Source& source, bool several, ir::Origin& from) {
  if (!source.input->route.empty()) return source.input->route;
  if (!several) return "*";
  const Node* name = source.wrapper != nullptr ? source.wrapper->get("name") : nullptr;
  std::string text;
  if (name != nullptr && name->is_string()) {
    text = name->text();
    from.add(name->leaf());
  } else {
    text = stem(source.input->name);
  }
  std::string free = text;
  for (int n = 2; asked_.contains(free); ++n) free = text + "-" + std::to_string(n);
  if (free != text) {
    report(DiagId::DuplicateEntity, source.node->span(),
           "two configs are named `" + text + "`, this one is taken as `" + free + "`");
  }
  asked_.insert(free);
  return free;
}

/// Of several configs only one can be routes of the gateway itself, and its settings would reach the others.
bool Reader::takes_apart_by_model(const Parts& root, bool named) const {
  if (configs_.size() < 2) return true;
  if (named) return false;
  std::size_t by_model = 0;
  for (const Source& source : configs_) {
    const Node* strategy = source.node->get("strategy");
    const Node* mode = strategy != nullptr && strategy->is_mapping() ? strategy->get("mode") : nullptr;
    by_model += mode != nullptr && mode->is_string() && mode->text() == mode_name(Mode::Conditional);
  }
  const bool has_settings = std::ranges::any_of(root.node->entries(), [](const Entry& entry) {
    const std::string_view key = entry.key->text();
    if (key == "override_params") return entry.value->size() != 1 || entry.value->get("model") == nullptr;
    return key != "strategy" && key != "targets";
  });
  return by_model == 1 && !has_settings && !has_idle_targets(*root.node);
}

void Reader::read_config(const Source& source, std::string route_name, ir::Origin name_from) {
  make_room(*source.node);
  Parts root = take_apart(*source.node);
  const std::size_t first = gateway_.routes.size();
  const bool name_is_used = name_from.has_leaves();
  const auto cases = takes_apart_by_model(root, !source.input->route.empty()) ? model_cases(root) : std::nullopt;
  if (cases) {
    read_model_routes(root, *cases);
    if (name_is_used) name_from.each([&](doc::LeafId leaf) { gateway_.routes[first].name.from.add(leaf); });
  } else {
    read_single_route(root, std::move(route_name), std::move(name_from));
  }
  if (source.wrapper == nullptr) return;
  const KeyTable::Cursor rows = keys().root("$config_body");
  std::vector<ir::Extra>& extras = gateway_.routes[first].extras;
  for (const Entry& entry : source.wrapper->entries()) {
    const std::string_view key = entry.key->text();
    if (key == "config" || (key == "name" && name_is_used)) continue;
    if (key == "name" || key == "slug" || key == "workspace_id") {
      keep_as(extras, "", key, *entry.value, DiagId::NotModelled, ir::Fate::Skipped,
              "nothing to do: it names the saved config");
    } else {
      keep_key(extras, "", rows, entry);
    }
  }
}

/// What the gateway does unasked, and how slugs were spelt.
void Reader::defaults() {
  const bool hosted = !objects_.empty() || names_a_slug(gateway_);
  if (dialect_ == "portkey-oss" || (!hosted && has_own_key(gateway_))) {
    gateway_.server.auth = {ir::AuthMode::Open, ir::Origin(rules::kOssAuth)};
  } else if (hosted) {
    gateway_.server.auth = {ir::AuthMode::Key, ir::Origin(rules::kHostedAuth)};
  }
  if (hosted) gateway_.enforcement.assign(std::begin(kHostedEnforcement), std::end(kHostedEnforcement));
  for (const std::string_view how : {std::string_view("virtual_key"), std::string_view("model")}) {
    ir::Value names;
    names.kind = ir::Value::Kind::Sequence;
    for (const auto& [slug, spelling] : spelt_) {
      if (spelling == how) names.items.push_back(ir::Value::string(slug));
    }
    if (!names.items.empty()) gateway_.layout.push_back({std::string(how), std::move(names)});
  }
  const auto lay_out = [&](std::string_view name, std::vector<ir::Value> values) {
    if (values.empty()) return;
    ir::Value list;
    list.kind = ir::Value::Kind::Sequence;
    list.items = std::move(values);
    gateway_.layout.push_back({std::string(name), std::move(list)});
  };
  lay_out("unlisted", std::move(unlisted_));
  std::vector<ir::Value> ids;
  for (const std::string& id : source_ids_) ids.push_back(ir::Value::string(id));
  lay_out("source_ids", std::move(ids));
  std::vector<ir::Value> legacy;
  for (const auto& [slug, kind] : object_of_slug_) legacy.push_back(ir::Value::string(std::string(kind) + ":" + slug));
  lay_out("objects", std::move(legacy));
  if (configs_.size() > 1) lay_out("several", {ir::Value::of_bool(true)});
}

}  // namespace gatec::targets::portkey
