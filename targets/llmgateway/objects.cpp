#include "targets/llmgateway/objects.h"

#include <algorithm>

namespace gatec::targets::llmgateway {
namespace {

bool has_any(const Node& node, std::initializer_list<std::string_view> keys) {
  return std::ranges::any_of(keys, [&](std::string_view key) { return node.get(key) != nullptr; });
}

std::string_view text_of(const Node* node) {
  return node != nullptr && node->is_string() ? node->text() : std::string_view();
}

bool is_mode(std::string_view text) { return text == "api-keys" || text == "credits" || text == "hybrid"; }

std::optional<Entity> entity_of_key(std::string_view key) {
  for (const EntityFacts& e : entities()) {
    if (e.plural == key || e.stem == key) return e.entity;
  }
  if (key == "customProviders" || key == "custom_providers") return Entity::ProviderKey;
  if (key == "organizations") return Entity::Organization;
  return std::nullopt;
}

/// As the API answers to one that was made.
std::optional<Entity> entity_of_singular(std::string_view key) {
  if (key == "organization") return Entity::Organization;
  if (key == "project") return Entity::Project;
  if (key == "providerKey") return Entity::ProviderKey;
  if (key == "apiKey") return Entity::ApiKey;
  return std::nullopt;
}

/// Bodies under the names that the API's answers have for them, and nothing else but how many they are.
bool is_answer(const Node& root) {
  bool bodies = false;
  for (const doc::Entry& e : root.entries()) {
    const std::string_view key = e.key->text();
    const bool list = entity_of_key(key) && !e.value->is_scalar();
    const bool one = entity_of_singular(key) && e.value->is_mapping();
    if (!list && !one && !key.starts_with("total") && !key.starts_with("page")) return false;
    bodies = bodies || list || one;
  }
  return bodies;
}

class Gatherer {
 public:
  Gatherer(Contents& contents) : c_(contents) {}

  void add(const Node& node, std::optional<Entity> entity, const Node* parent, bool custom) {
    if (!entity && node.is_mapping()) entity = entity_of(node);
    if (!entity || !node.is_mapping() || node.empty()) {
      c_.unknown.push_back(&node);
      return;
    }
    c_.objects.push_back({&node, *entity, parent, {}, custom});
    const auto nested = [&](std::string_view key, Entity inner, bool of_custom = false) {
      const Node* list = node.get(key);
      if (list != nullptr && list->is_sequence()) add_all(*list, inner, &node, of_custom);
    };
    if (*entity == Entity::Organization) {
      nested("providerKeys", Entity::ProviderKey);
      nested("customProviders", Entity::ProviderKey, true);
      nested("customModels", Entity::CustomModel);
      nested("members", Entity::Member);
      nested("teams", Entity::Team);
    } else if (*entity == Entity::Project) {
      nested("apiKeys", Entity::ApiKey);
      nested("dynamicRoutes", Entity::DynamicRoute);
    } else if (*entity == Entity::ProviderKey) {
      nested("models", Entity::CustomModel);
    }
  }

  void add_all(const Node& node, std::optional<Entity> entity, const Node* parent, bool custom) {
    if (!node.is_sequence()) {
      if (entity == Entity::Model && is_model_map(node)) {
        add_map(node);
      } else if (!node.is_null()) {
        add(node, entity, parent, custom);
      } else {
        c_.wrapper.push_back(&node);
      }
      return;
    }
    if (node.empty()) c_.wrapper.push_back(&node);
    for (const Node* element : node.elements()) add(*element, entity, parent, custom);
  }

  void add_map(const Node& node) {
    for (const doc::Entry& e : node.entries())
      c_.objects.push_back({e.value, Entity::Model, nullptr, e.key->text(), false});
  }

 private:
  Contents& c_;
};

}  // namespace

bool is_environment(const Node& root) {
  if (!root.is_mapping() || root.empty()) return false;
  return std::ranges::all_of(root.entries(), [](const doc::Entry& e) {
    const std::string_view name = e.key->is_scalar() ? e.key->text() : std::string_view();
    return e.value->is_scalar() && name.size() > 2 && std::ranges::all_of(name, [](char c) {
             return c == '_' || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
           });
  });
}

bool is_model_map(const Node& root) {
  if (!root.is_mapping() || root.empty()) return false;
  return std::ranges::all_of(root.entries(), [](const doc::Entry& e) {
    return e.key->is_scalar() && e.value->is_mapping() && !text_of(e.value->get("target")).empty();
  });
}

std::optional<Entity> entity_of(const Node& o) {
  if (!o.is_mapping()) return std::nullopt;
  if (has_any(o, {"description"}) &&
      has_any(o, {"usageLimit", "iamRules", "projectId", "_project", "periodUsageLimit", "_sourceId"}))
    return Entity::ApiKey;
  if (!text_of(o.get("provider")).empty() &&
      has_any(o, {"token", "maskedToken", "options", "baseUrl", "allowedModels"}))
    return Entity::ProviderKey;
  if (has_any(o, {"name"}) && has_any(o, {"baseUrl"}) && has_any(o, {"token"})) return Entity::ProviderKey;
  if (has_any(o, {"modelName"}) &&
      has_any(o, {"contextSize", "maxOutput", "inputPrice", "outputPrice", "_provider", "requestPrice"}))
    return Entity::CustomModel;
  if (const Node* graph = o.get("graph"); graph != nullptr && graph->is_mapping() && graph->get("nodes") != nullptr)
    return Entity::DynamicRoute;
  if (has_any(o, {"limitType"}) && has_any(o, {"maxRequests"})) return Entity::RateLimit;
  if (has_any(o, {"cachingEnabled", "cacheDurationSeconds", "defaultRoutingStrategy", "routingConfig"}) ||
      (has_any(o, {"name"}) && is_mode(text_of(o.get("mode")))))
    return Entity::Project;
  if (has_any(o, {"retentionLevel", "autoTopUpEnabled", "providerKeys", "customProviders"}))
    return Entity::Organization;
  if (has_any(o, {"systemRules"})) return Entity::Guardrails;
  const std::string_view role = text_of(o.get("role"));
  if (has_any(o, {"email", "user"}) && (role == "owner" || role == "admin" || role == "developer"))
    return Entity::Member;
  if (has_any(o, {"name"}) && has_any(o, {"isDefault", "maxApiKeys", "periodUsageLimit", "usageLimit"}))
    return Entity::Team;
  if (!text_of(o.get("alias")).empty() && !text_of(o.get("target")).empty()) return Entity::Model;
  return std::nullopt;
}

Contents contents_of(const Node& root, std::string_view stem) {
  Contents contents;
  Gatherer gatherer(contents);
  std::optional<Entity> named;
  for (const EntityFacts& e : entities()) {
    if (e.stem == stem) named = e.entity;
  }
  if (stem == "custom_providers") named = Entity::ProviderKey;
  if (!root.is_mapping()) {
    gatherer.add_all(root, named, nullptr, stem == "custom_providers");
    return contents;
  }
  if (is_environment(root)) {
    contents.environment.push_back(&root);
    return contents;
  }
  if (is_model_map(root)) {
    gatherer.add_map(root);
    return contents;
  }
  const bool manifest = root.get("gatec") != nullptr;
  const bool answer = is_answer(root);
  const std::optional<Entity> alone = manifest || answer ? std::nullopt : entity_of(root);
  const bool bundle =
      manifest || answer || (!alone && !named && std::ranges::any_of(root.entries(), [](const doc::Entry& e) {
        const std::string_view key = e.key->text();
        return (entity_of_key(key) && !e.value->is_scalar()) || (entity_of_singular(key) && e.value->is_mapping());
      }));
  if (!bundle) {
    gatherer.add(root, alone ? alone : named, nullptr, false);
    return contents;
  }
  contents.bundles.push_back(&root);
  for (const doc::Entry& entry : root.entries()) {
    const std::string_view key = entry.key->text();
    if (key == "env" && entry.value->is_mapping()) {
      contents.environment.push_back(entry.value);
    } else if (const auto entity = entity_of_key(key);
               entity && !(entry.value->is_scalar() && !entry.value->is_null())) {
      gatherer.add_all(*entry.value, entity, nullptr, key.starts_with("custom") && *entity == Entity::ProviderKey);
    } else if (const auto one = entity_of_singular(key); one && entry.value->is_mapping()) {
      gatherer.add(*entry.value, one, nullptr, false);
    }
  }
  return contents;
}

std::string_view stem_of(std::string_view path) {
  const std::size_t slash = path.find_last_of('/');
  if (slash != std::string_view::npos) path.remove_prefix(slash + 1);
  const std::size_t dot = path.find('.');
  return dot == 0 ? path : path.substr(0, dot);
}

}  // namespace gatec::targets::llmgateway
