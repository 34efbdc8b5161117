#include "compiler/facts/providers.h"
#include "targets/portkey/portkey.h"
#include "targets/portkey/reader.h"

#include <algorithm>
#include <array>

namespace gatec::targets::portkey {
namespace {

/// Sections of other gateways' files.
constexpr std::array kForeign = {std::string_view("model_list"),      std::string_view("litellm_settings"),
                                 std::string_view("router_settings"), std::string_view("general_settings"),
                                 std::string_view("plugins"),         std::string_view("mcp_servers"),
                                 std::string_view("providers"),       std::string_view("listeners"),
                                 std::string_view("aliases"),         std::string_view("config_store"),
                                 std::string_view("apiVersion"),      std::string_view("environment_variables"),
                                 std::string_view("team_id"),         std::string_view("key_alias"),
                                 std::string_view("litellm_params")};
/// Keys that no other gateway has.
constexpr std::array kOwn = {std::string_view("override_params"),
                             std::string_view("before_request_hooks"),
                             std::string_view("after_request_hooks"),
                             std::string_view("input_guardrails"),
                             std::string_view("output_guardrails"),
                             std::string_view("custom_host"),
                             std::string_view("forward_headers"),
                             std::string_view("prompt_id"),
                             std::string_view("passthrough"),
                             std::string_view("overrideParams"),
                             std::string_view("customHost"),
                             std::string_view("cb_config"),
                             std::string_view("strict_open_ai_compliance"),
                             std::string_view("default_params")};

bool has_text(const Node* node, std::string_view text) {
  return node != nullptr && node->is_string() && node->text() == text;
}

/// What speaks for a lone section.
int section_score(const Node& node) {
  const Node* cache = node.get("cache");
  if (cache != nullptr && cache->is_mapping() &&
      (has_text(cache->get("mode"), "simple") || has_text(cache->get("mode"), "semantic")))
    return 85;
  const Node* retry = node.get("retry");
  if (retry != nullptr && retry->is_mapping() &&
      (retry->get("attempts") || retry->get("count") || retry->get("on_status_codes")))
    return 75;
  if (node.get("request_timeout") != nullptr) return 60;
  return 0;
}

int provider_score(const Node& node) {
  if (const Node* provider = node.get("provider"); provider != nullptr && provider->is_string()) {
    const std::string_view slug = provider->text();
    if (slug.starts_with('@')) return 95;
    if (facts::provider_by_portkey_slug(slug) != nullptr) return node.get("api_key") || node.get("targets") ? 85 : 70;
  }
  if (const Node* key = node.get("virtual_key"); key != nullptr && key->is_string()) {
    const bool other_reading = facts::provider_by_ferro_id(key->text()) != nullptr;
    return other_reading ? 35 : 80;
  }
  return 0;
}

int strategy_score(const Node& node) {
  const Node* strategy = node.get("strategy");
  if (strategy == nullptr || !strategy->is_mapping()) return 0;
  if (strategy->get("on_status_codes") != nullptr || strategy->get("sticky") != nullptr) return 85;
  if (const Node* conditions = strategy->get("conditions"); conditions != nullptr && conditions->is_sequence()) {
    for (const Node* c : conditions->elements()) {
      if (c->is_mapping() && c->get("query") != nullptr && c->get("then") != nullptr) return 97;
    }
  }
  const Node* mode = strategy->get("mode");
  return mode != nullptr && mode->is_string() && nearest_mode(mode->text()) ? 30 : 0;
}

int score(const Node& node, int depth) {
  if (!node.is_mapping() || depth > 8) return 0;
  for (const std::string_view key : kForeign) {
    if (node.get(key) != nullptr) return 0;
  }
  int best = std::max({section_score(node), provider_score(node), strategy_score(node)});
  for (const std::string_view key : kOwn) {
    if (node.get(key) != nullptr) best = std::max(best, 92);
  }
  if (best >= 90) return best;
  for (const std::string_view list : {std::string_view("targets"), std::string_view("conditions")}) {
    const Node* children = node.get(list);
    if (children == nullptr || !children->is_sequence()) continue;
    for (std::size_t i = 0; i < children->size() && i < 32 && best < 90; ++i) {
      const Node& child = *children->elements()[i];
      // another gateway's targets: models and breakers stand beside the key
      if (child.is_mapping() && (child.get("circuit_breaker") || child.get("models") || child.get("target_key")))
        return std::min(best, 30);
      best = std::max(best, score(child, depth + 1));
      if (child.is_mapping() && child.get("target") != nullptr)
        best = std::max(best, score(*child.get("target"), depth + 1));
    }
  }
  return best;
}

}  // namespace

int detect(const doc::Document& document) {
  const Node* root = document.root();
  if (root == nullptr || root->is_scalar()) return 0;
  int best = 0;
  std::size_t seen = 0;
  for (const Node* object : objects_of(*root)) {
    if (++seen > 8) break;
    if (!object->is_mapping()) continue;
    switch (object_of(*object)) {
      case Object::Config: best = std::max(best, score(*object, 0)); break;
      case Object::SavedConfig: {
        const Node* config = object->get("config");
        best = std::max(best, config->is_mapping() ? score(*config, 0) : 60);
        break;
      }
      case Object::Unknown: break;
      case Object::Workspace: best = std::max(best, 60); break;
      case Object::ApiKey:
      case Object::Guardrail:
      case Object::VirtualKey: best = std::max(best, 75); break;
      default: best = std::max(best, 90);
    }
  }
  return best;
}

}  // namespace gatec::targets::portkey
