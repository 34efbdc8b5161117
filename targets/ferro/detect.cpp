#include "targets/ferro/ferro.h"
#include "targets/ferro/tables.h"

#include <algorithm>

namespace gatec::targets::ferro {
namespace {

using doc::Node;

constexpr std::string_view kForeign[] = {
    "model_list",          "litellm_settings", "router_settings",  "general_settings", "credential_list",
    "litellm_params",      "override_params",  "config_store",     "model_name",       "before_request_hooks",
    "after_request_hooks", "input_guardrails", "output_guardrails"};

std::string_view text_at(const Node& node, std::string_view key) {
  const Node* value = node.is_mapping() ? node.get(key) : nullptr;
  return value != nullptr && value->is_scalar() ? value->text() : std::string_view{};
}

const Node* list_at(const Node& node, std::string_view key) {
  const Node* value = node.get(key);
  return value != nullptr && value->is_sequence() ? value : nullptr;
}

int of_targets(const Node& root) {
  const Node* list = list_at(root, "targets");
  int best = 0;
  const Node* strategy = root.get("strategy");
  const bool moded =
      strategy != nullptr && mode_of(text_at(*strategy, "mode")) && strategy->get("on_status_codes") == nullptr;
  const bool all = list != nullptr && std::ranges::all_of(list->elements(), [](const Node* t) {
                     return is_provider_id(text_at(*t, "virtual_key"));
                   });
  for (std::size_t i = 0; list != nullptr && i < list->size() && i < 32; ++i) {
    const Node& target = *list->elements()[i];
    if (!target.is_mapping()) continue;
    for (const std::string_view key : {"override_params", "provider", "targets", "api_key", "custom_host", "strategy",
                                       "cache", "input_guardrails"}) {
      if (target.get(key) != nullptr) return 0;
    }
    if (target.get("virtual_key") == nullptr) continue;
    const bool own = target.get("models") || target.get("circuit_breaker") || target.get("concurrency");
    const Node* retry = target.get("retry");
    const bool guide = retry != nullptr && retry->is_mapping() && retry->get("retry_on_status") != nullptr;
    best = std::max(best, own || guide                                     ? 95
                          : all && moded                                   ? 78
                          : is_provider_id(text_at(target, "virtual_key")) ? 60
                                                                           : 20);
  }
  return best;
}

int of_strategy(const Node& root) {
  const Node* strategy = root.get("strategy");
  if (strategy == nullptr || !strategy->is_mapping()) return 0;
  for (const std::string_view key : {"content_conditions", "ab_variants", "unpriced_strategy"}) {
    if (strategy->get(key) != nullptr) return 95;
  }
  if (const Node* list = list_at(*strategy, "conditions")) {
    for (const Node* c : list->elements()) {
      if (c->is_mapping() && c->get("target_key") != nullptr) return 95;
      if (c->is_mapping() && c->get("query") != nullptr) return 0;
    }
  }
  const auto mode = mode_of(text_at(*strategy, "mode"));
  if (!mode) return 0;
  const bool shared =
      *mode == Mode::Single || *mode == Mode::Fallback || *mode == Mode::Loadbalance || *mode == Mode::Conditional;
  if (!shared) return 85;
  return root.size() == 1 && strategy->size() == 1 ? 45 : 10;
}

int of_plugins(const Node& root) {
  const Node* list = list_at(root, "plugins");
  int best = 0;
  for (std::size_t i = 0; list != nullptr && i < list->size() && i < 32; ++i) {
    const Node& entry = *list->elements()[i];
    const std::string_view name = text_at(entry, "name");
    const bool known = plugin_named(name) != nullptr || is_managed_plugin(name);
    if (is_stage(text_at(entry, "stage")))
      best = std::max(best, known ? 95 : 75);
    else if (known)
      best = std::max(best, 60);
  }
  return best;
}

int of_guides(const Node& root) {
  const Node* list = list_at(root, "providers");
  if (list == nullptr || list->empty() || !list->elements()[0]->is_mapping()) return 0;
  const Node& first = *list->elements()[0];
  const bool form = (first.get("key") && first.get("provider")) || (first.get("name") && first.get("type"));
  if (!form) return 0;
  return root.get("targets") || root.get("listeners") || root.get("routes") || root.get("strategy") ? 90 : 40;
}

int of_mcp(const Node& root) {
  const Node* list = list_at(root, "mcp_servers");
  if (list == nullptr || list->empty() || text_at(*list->elements()[0], "name").empty()) return 0;
  return list->elements()[0]->get("max_call_depth") || list->elements()[0]->get("allowed_tools") ? 70 : 58;
}

}  // namespace

int detect(const doc::Document& document) {
  const Node* root = document.root();
  if (root == nullptr || !root->is_mapping() || root->empty()) return 0;
  const bool variables = std::ranges::all_of(root->entries(), [](const doc::Entry& e) {
    return e.key->is_scalar() && e.value->is_scalar() &&
           (variable(e.key->text()) != nullptr || is_process_variable(e.key->text()));
  });
  if (variables) {
    const bool own = root->get("GATEWAY_CONFIG") || root->get("ALLOW_UNAUTHENTICATED_PROXY") ||
                     root->get("RATE_LIMIT_RPS") || root->get("MASTER_KEY");
    return own ? 70 : 30;
  }
  for (const std::string_view key : kForeign) {
    if (root->get(key) != nullptr) return 0;
  }
  int best = std::max({of_targets(*root), of_strategy(*root), of_plugins(*root), of_guides(*root), of_mcp(*root)});
  const bool alone = root->size() == 1 && root->get("aliases") != nullptr && root->get("aliases")->is_mapping();
  if (alone) best = std::max(best, 40);
  const bool compatible = root->get("compatibility") != nullptr && root->get("compatibility")->is_mapping() &&
                          root->get("compatibility")->get("on_unsupported_param") != nullptr;
  if (compatible) best = std::max(best, 90);
  if (best > 0 && text_at(*root, "apiVersion") == "v1") best = std::max(best, 80);
  return best;
}

}  // namespace gatec::targets::ferro
