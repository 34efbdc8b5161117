#include "targets/litellm/detect.h"

#include <algorithm>
#include <array>

namespace gatec::targets::litellm {
namespace {

using doc::Entry;
using doc::Node;

struct Clue {
  std::string_view key;
  int score;
};

/// Top-level keys that no other gateway has, and those that others might.
constexpr Clue kClues[] = {
    {"litellm_settings", 100},
    {"router_settings", 90},
    {"general_settings", 90},
    {"model_list", 60},
    {"callback_settings", 60},
    {"credential_list", 70},
    {"vector_store_registry", 80},
    {"finetune_settings", 70},
    {"files_settings", 70},
    {"assistant_settings", 60},
    {"policy_attachments", 70},
    {"search_tools", 50},
    {"mcp_servers", 55},
    {"mcp_tools", 50},
    {"agent_list", 45},
    {"environment_variables", 45},
    {"default_vertex_config", 70},
    {"guardrails", 40},
    {"prompts", 35},
    {"policies", 35},
    {"include", 35},
    {"worker_registry", 60},
    {"litellm_params", 90},
    {"model_name", 40},
    {"model_info", 50},
    {"litellm_jwtauth", 60},
    {"proxy_config", 20},
};

bool has(const Node& node, std::string_view key) { return node.is_mapping() && node.get(key) != nullptr; }

/// An entry of model_list, a guardrail, a prompt or a store: all keep their settings in litellm_params.
bool is_litellm_element(const Node& node) {
  return has(node, "litellm_params") || (has(node, "model_name") && has(node, "model_info"));
}

bool holds_litellm_elements(const Node& node, int depth) {
  if (node.is_sequence()) {
    return std::ranges::any_of(node.elements(), [&](const Node* e) { return is_litellm_element(*e); });
  }
  if (!node.is_mapping() || depth == 0) return false;
  if (is_litellm_element(node)) return true;
  return std::ranges::any_of(node.entries(),
                             [&](const Entry& e) { return holds_litellm_elements(*e.value, depth - 1); });
}

int score_of_keys(const Node& root) {
  int best = 0;
  for (const Entry& e : root.entries()) {
    const auto found = std::ranges::find(kClues, e.key->text(), &Clue::key);
    if (found == std::end(kClues) || (e.value->is_scalar() && !e.value->is_null())) continue;
    best = std::max(best, found->score);
  }
  return best;
}

}  // namespace

int detect_config(const Node& root) {
  if (root.is_sequence()) return holds_litellm_elements(root, 1) ? 90 : 0;
  if (!root.is_mapping()) return 0;
  const int by_keys = score_of_keys(root);
  return by_keys < 80 && holds_litellm_elements(root, 2) ? std::max(by_keys, 80) : by_keys;
}

}  // namespace gatec::targets::litellm
