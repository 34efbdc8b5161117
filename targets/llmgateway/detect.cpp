#include "targets/llmgateway/llmgateway.h"
#include "targets/llmgateway/objects.h"

#include <algorithm>

namespace gatec::targets::llmgateway {
namespace {

bool has_any(const Node& node, std::initializer_list<std::string_view> keys) {
  return std::ranges::any_of(keys, [&](std::string_view key) { return node.get(key) != nullptr; });
}

/// Whether a target of the map is written as the gateway takes it.
bool speaks(std::string_view target) {
  const std::size_t slash = target.find('/');
  const std::string_view first = target.substr(0, slash);
  return slash == std::string_view::npos || is_provider(first) || first == "dynamic";
}

/// How surely one body is LLM Gateway's.
int score(const Object& object) {
  const Node& o = *object.node;
  if (!o.is_mapping()) return 0;
  switch (object.entity) {
    case Entity::Organization: return has_any(o, {"retentionLevel", "autoTopUpEnabled"}) ? 90 : 0;
    case Entity::ProviderKey: {
      const Node* provider = o.get("provider");
      const bool known = provider != nullptr && provider->is_string() &&
                         (is_provider(provider->text()) || provider->text() == kCustom);
      if (object.custom) return 70;
      return known && has_any(o, {"token", "maskedToken"}) ? 92 : provider == nullptr ? 40 : 0;
    }
    case Entity::CustomModel: return 90;
    case Entity::Project:
      return has_any(o, {"cachingEnabled", "cacheDurationSeconds"}) ? 95 : has_any(o, {"mode"}) ? 80 : 40;
    case Entity::ApiKey: return has_any(o, {"usageLimit", "iamRules", "periodUsageLimit"}) ? 92 : 45;
    case Entity::DynamicRoute: return 95;
    case Entity::RateLimit: return 92;
    case Entity::Guardrails: return has_any(o, {"systemRules"}) ? 90 : 0;
    case Entity::Member: return has_any(o, {"role"}) ? 55 : 0;
    case Entity::Team: return has_any(o, {"periodUsageLimit", "isDefault", "maxApiKeys", "_sourceId"}) ? 80 : 35;
    case Entity::Model: {
      const Node* target = o.get("target");
      return target != nullptr && target->is_string() && (speaks(target->text()) || has_any(o, {"grade", "headers"}))
                 ? 88
                 : 30;
    }
    case Entity::Count: break;
  }
  return 0;
}

int of_variables(const Node& root) {
  int own = 0;
  for (const doc::Entry& e : root.entries()) {
    const std::string_view name = e.key->text();
    if (variable(name) != nullptr || (name.starts_with("LLM_") && name.ends_with("_API_KEY"))) own = 96;
    if (name == "AI_TIMEOUT_MS" || name == "AI_STREAMING_TIMEOUT_MS" || name == "GATEWAY_API_KEY_HASH_SECRET")
      own = std::max(own, 85);
  }
  return own;
}

constexpr std::size_t kMost = 8;

}  // namespace

int detect(const doc::Document& document) {
  const Node* root = document.root();
  if (root == nullptr || root->is_scalar()) return 0;
  if (root->is_mapping()) {
    const Node* mark = root->get("gatec");
    if (mark != nullptr) return mark->is_string() && mark->text() == "llmgateway-bundle" ? 100 : 0;
    if (has_any(*root, {"model_list", "litellm_settings", "general_settings", "router_settings", "targets", "strategy",
                        "plugins"}))
      return 0;
  }
  const Contents contents = contents_of(*root, "");
  int best = 0;
  for (const Node* variables : contents.environment) best = std::max(best, of_variables(*variables));
  std::size_t seen = 0;
  for (const Object& object : contents.objects) {
    if (++seen > kMost) break;
    best = std::max(best, score(object));
  }
  return best;
}

}  // namespace gatec::targets::llmgateway
