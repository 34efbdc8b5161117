#include "targets/worldflow/objects.h"

#include <algorithm>
#include <array>

namespace gatec::targets::worldflow {
namespace {

bool has_any(const Node& node, std::initializer_list<std::string_view> keys) {
  return std::ranges::any_of(keys, [&](std::string_view key) { return node.get(key) != nullptr; });
}

bool is_text(const Node* node) { return node != nullptr && node->is_string(); }

/// Keys around the bodies: of a manifest, and of a list that the API returns.
constexpr std::array kAround = {
    std::string_view("gatec"),     std::string_view("version"),    std::string_view("api"),
    std::string_view("tenant"),    std::string_view("files"),      std::string_view("generatedFrom"),
    std::string_view("total"),     std::string_view("page"),       std::string_view("pageSize"),
    std::string_view("page_size"), std::string_view("totalPages"), std::string_view("total_pages"),
    std::string_view("extensions")};

bool stands_around(std::string_view key) { return std::ranges::find(kAround, key) != kAround.end(); }

std::optional<Entity> entity_of_plural(std::string_view key, const Node& value) {
  if (key == "rules") return std::nullopt;  // of a routing config
  if (const auto entity = entity_of_stem(key)) return entity;
  if (key == "keys" && value.is_sequence() && !value.empty()) return entity_of(*value.elements().front());
  return std::nullopt;
}

void add(Contents& contents, const Node& node, std::optional<Entity> entity) {
  if (!entity && node.is_mapping()) entity = entity_of(node);
  if (entity && node.is_mapping() && !node.empty())
    contents.objects.push_back({&node, *entity});
  else
    contents.unknown.push_back(&node);
}

void add_all(Contents& contents, const Node& node, std::optional<Entity> entity) {
  if (!node.is_sequence()) {
    add(contents, node, entity);
    return;
  }
  if (node.empty()) contents.wrapper.push_back(&node);
  for (const Node* element : node.elements()) add(contents, *element, entity);
}

}  // namespace

std::optional<Entity> entity_of(const Node& o) {
  if (!o.is_mapping()) return std::nullopt;
  if (has_any(o, {"modelId"}) && has_any(o, {"providerId", "providerType", "inputCostPer1kTokens", "qualityScore",
                                             "contextLength", "maxContextLength", "pricing", "modelType"})) {
    return Entity::Model;
  }
  if (has_any(o, {"integrationId"})) return Entity::Provider;
  if (is_text(o.get("providerType")))
    return has_any(o, {"slug", "rateLimits", "budget", "rateLimitRpm", "monthlyBudgetCents"}) ? Entity::Provider
                                                                                              : Entity::Integration;
  if (is_text(o.get("strategy")) && has_any(o, {"rules", "weights", "cascadeConfig", "sloConfig"}))
    return Entity::RoutingConfig;
  if (has_any(o, {"guardType"})) return Entity::Guardrail;
  if (has_any(o, {"cacheHitThreshold", "partialHitThreshold", "l1TtlSecs", "l2TtlSecs"})) return Entity::Thresholds;
  if (const Node* steps = o.get("steps"); steps != nullptr && steps->is_sequence() && has_any(o, {"name"}))
    return Entity::Chain;
  if (is_text(o.get("tier")) ||
      (o.get("body") != nullptr && o.get("body")->is_mapping() && o.get("body")->get("tier") != nullptr))
    return Entity::RateLimit;
  if (has_any(o, {"maxBudgetCents", "budgetPeriod", "parentTeamId"})) return Entity::Team;
  if (has_any(o, {"rateLimitRpm", "rateLimitTpm", "rateLimitRpd", "allowedModels", "apiKeyIds", "monthlyBudgetCents",
                  "allowedIps", "_monthlyBudgetCents"})) {
    return Entity::VirtualKey;
  }
  if (has_any(o, {"user_id"}) && has_any(o, {"role", "roleId"})) return Entity::RoleGrant;
  if (is_text(o.get("email")) && has_any(o, {"external_id", "display_name", "identity_provider", "name"}))
    return Entity::User;
  if (has_any(o, {"name"}) && has_any(o, {"key"}) && has_any(o, {"provider"})) return Entity::VaultKey;
  if (has_any(o, {"name"}) && has_any(o, {"permissions"}))
    return has_any(o, {"expiresAt"}) ? Entity::ApiKey : Entity::Role;
  return std::nullopt;
}

Contents contents_of(const Node& root, std::string_view stem) {
  Contents contents;
  const std::optional<Entity> named = entity_of_stem(stem);
  if (!root.is_mapping()) {
    add_all(contents, root, named);
    return contents;
  }
  const bool bundle = std::ranges::any_of(
      root.entries(), [](const doc::Entry& e) { return entity_of_plural(e.key->text(), *e.value).has_value(); });
  const bool manifest = root.get("gatec") != nullptr;
  if (!bundle && !manifest) {
    add(contents, root, named);
    return contents;
  }
  for (const doc::Entry& entry : root.entries()) {
    const auto entity = entity_of_plural(entry.key->text(), *entry.value);
    if (entity)
      add_all(contents, *entry.value, entity);
    else if (stands_around(entry.key->text()))
      contents.wrapper.push_back(entry.value);
    else
      contents.unknown.push_back(entry.value);
  }
  return contents;
}

std::string_view stem_of(std::string_view path) {
  const std::size_t slash = path.find_last_of('/');
  if (slash != std::string_view::npos) path.remove_prefix(slash + 1);
  const std::size_t dot = path.find('.');
  return dot == 0 ? path : path.substr(0, dot);
}

}  // namespace gatec::targets::worldflow
