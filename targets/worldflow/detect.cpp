#include <algorithm>
#include <array>

#include "targets/worldflow/objects.h"
#include "targets/worldflow/worldflow.h"

namespace gatec::targets::worldflow {
namespace {

bool has_any(const Node& node, std::initializer_list<std::string_view> keys) {
  return std::ranges::any_of(keys, [&](std::string_view key) { return node.get(key) != nullptr; });
}

bool is_type(const Node* node) {
  return node != nullptr && node->is_string() && (in_shape(node->text(), Shape::Guide) || in_shape(node->text(), Shape::Spec));
}

/// Provider keys have a spelling of their own (page 3.2).
bool is_vault_type(const Node* node) {
  return node != nullptr && node->is_string() && (node->text() == "OPENAI" || is_type(node));
}

bool known_tier(const Node& object) {
  const Node* body = object.get("body");
  const Node* name = body != nullptr && body->is_mapping() ? body->get("tier") : object.get("tier");
  return name != nullptr && name->is_string() && tier("docs", name->text()) != nullptr;
}

/// How surely one body is WorldFlow's.
int score(const Node& o) {
  const auto entity = entity_of(o);
  if (!entity) return 0;
  switch (*entity) {
    case Entity::Integration: return is_type(o.get("providerType")) ? 95 : 60;
    case Entity::Provider: return is_type(o.get("providerType")) || has_any(o, {"rateLimitRpm", "monthlyBudgetCents", "rateLimits", "isEnabled"}) ? 95 : 80;
    case Entity::Model:
    case Entity::Guardrail:
    case Entity::Thresholds: return 95;
    case Entity::RoutingConfig: {
      const Node* rules = o.get("rules");
      return rules != nullptr && rules->is_sequence() ? 90 : 40;
    }
    case Entity::RateLimit: return known_tier(o) ? 80 : 0;
    case Entity::Team:
    case Entity::VirtualKey: return 90;
    case Entity::User: return has_any(o, {"external_id", "display_name", "identity_provider"}) ? 60 : 0;
    case Entity::RoleGrant: return 40;
    case Entity::VaultKey: return is_vault_type(o.get("provider")) ? 85 : 0;
    case Entity::ApiKey: return 40;
    default: return 0;
  }
}

constexpr std::size_t kMost = 8;

}  // namespace

int detect(const doc::Document& document) {
  const Node* root = document.root();
  if (root == nullptr || root->is_scalar()) return 0;
  if (root->is_mapping()) {
    const Node* mark = root->get("gatec");
    if (mark != nullptr && mark->is_string() && mark->text() == "worldflow-bundle") return 100;
    if (has_any(*root, {"model_list", "litellm_settings", "targets", "plugins"})) return 0;
  }
  int best = 0;
  std::size_t seen = 0;
  for (const Object& object : contents_of(*root, "").objects) {
    if (++seen > kMost) break;
    best = std::max(best, score(*object.node));
  }
  return best;
}

}  // namespace gatec::targets::worldflow
