#include "targets/portkey/portkey.h"
#include "targets/portkey/reader.h"

#include <algorithm>

namespace gatec::targets::portkey {
namespace {

bool is(const Node* node, std::string_view text) {
  return node != nullptr && node->is_string() && node->text() == text;
}

bool has_any(const Node& node, std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys) {
    if (node.get(key) != nullptr) return true;
  }
  return false;
}

bool is_list(const Node* node) { return node != nullptr && node->is_sequence(); }
bool is_mapping(const Node* node) { return node != nullptr && node->is_mapping(); }

bool is_policy(const Node& node) {
  return is_list(node.get("conditions")) && has_any(node, {"group_by", "credit_limit", "unit"});
}

Object policy_of(const Node& node) {
  return has_any(node, {"unit", "value"}) ? Object::RatePolicy : Object::UsagePolicy;
}

bool looks_like_config(const Node& node) {
  return has_any(
      node, {"strategy", "targets", "override_params", "api_key", "virtual_key", "cache", "retry", "input_guardrails",
             "output_guardrails", "before_request_hooks", "after_request_hooks", "custom_host", "weight"});
}

}  // namespace

Object object_of(const Node& node) {
  if (!node.is_mapping()) return Object::Unknown;
  if (node.get("config") != nullptr && has_any(node, {"name", "slug", "isDefault"}) && !node.get("strategy"))
    return Object::SavedConfig;
  if (node.get("ai_provider_id") != nullptr) return Object::Integration;
  if (node.get("integration_id") != nullptr) return Object::Provider;
  if (node.get("manager_type") != nullptr) return Object::SecretReference;
  if (is_list(node.get("models")) && (node.get("allow_all_models") || node.size() <= 3))
    return Object::IntegrationModels;
  if (is_list(node.get("workspaces")) || node.get("global_workspace_access")) return Object::IntegrationWorkspaces;
  if (is_mapping(node.get("policy")) && is_policy(*node.get("policy"))) return policy_of(*node.get("policy"));
  if (is_policy(node)) return policy_of(node);
  if (is_list(node.get("checks")) && has_any(node, {"actions", "name"})) return Object::Guardrail;
  if (is_list(node.get("scopes")) || is(node.get("object"), "api-key")) return Object::ApiKey;
  if (looks_like_config(node)) return Object::Config;
  const bool named = node.get("name") != nullptr;
  if (named && node.get("provider") &&
      has_any(node, {"key", "usage_limits", "rate_limits", "resourceName", "deploymentConfig", "note", "slug"})) {
    return Object::VirtualKey;
  }
  if (named && is_mapping(node.get("defaults")) && node.get("defaults")->get("config_id")) return Object::ApiKey;
  if (is(node.get("object"), "workspace") ||
      (named && has_any(node, {"usage_limits", "rate_limits", "users", "defaults"})))
    return Object::Workspace;
  const bool nothing_else = std::ranges::all_of(node.entries(), [](const doc::Entry& e) {
    const std::string_view key = e.key->text();
    return key == "id" || key == "name" || key == "description" || key == "slug" || key == "icon_url";
  });
  return named && nothing_else ? Object::Workspace : Object::Config;
}

std::string_view root_name(Object object) {
  switch (object) {
    case Object::Config: return "$config";
    case Object::SavedConfig: return "$config_body";
    case Object::Workspace: return "$workspace";
    case Object::Integration: return "$integration";
    case Object::IntegrationModels: return "$integration_models";
    case Object::IntegrationWorkspaces: return "$integration_workspaces";
    case Object::Provider: return "$provider";
    case Object::VirtualKey: return "$virtual_key";
    case Object::ApiKey: return "$api_key";
    case Object::UsagePolicy: return "$usage_policy";
    case Object::RatePolicy: return "$rate_policy";
    case Object::Guardrail: return "$guardrail";
    case Object::SecretReference: return "$secret_reference";
    case Object::Unknown: break;
  }
  return "$config";
}

std::string workspace_variable(std::string_view name) {
  std::string variable = "WORKSPACE_";
  for (const char c : name) {
    const bool lower = c >= 'a' && c <= 'z';
    const bool plain = lower || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    if (plain)
      variable += lower ? static_cast<char>(c - 'a' + 'A') : c;
    else if (!variable.ends_with('_'))
      variable += '_';
  }
  while (variable.ends_with('_')) variable.pop_back();
  return variable + "_ID";
}

std::vector<const Node*> objects_of(const Node& root) {
  if (root.is_sequence()) return {root.elements().begin(), root.elements().end()};
  const Node* data = root.is_mapping() ? root.get("data") : nullptr;
  if (is(root.get("object"), "list") && is_list(data)) return {data->elements().begin(), data->elements().end()};
  return {&root};
}

}  // namespace gatec::targets::portkey
