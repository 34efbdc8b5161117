#include "compiler/facts/providers.h"
#include "targets/portkey/checker.h"

#include <algorithm>

namespace gatec::targets::portkey {
namespace {

using base::Decimal;

std::optional<Decimal> number_of(const Node* node) {
  if (node == nullptr || !node->is_number()) return std::nullopt;
  const auto text = node->number();
  return text ? Decimal::parse(*text) : std::nullopt;
}

std::string_view text_of(const Node* node) {
  return node != nullptr && node->is_string() ? node->text() : std::string_view();
}
bool is_list(const Node* node) { return node != nullptr && node->is_sequence(); }

struct Required {
  Object object;
  std::string_view keys[4];
};
/// Starred in page 3.4.
constexpr Required kRequired[] = {
    {Object::Integration, {"name", "ai_provider_id", "", ""}},
    {Object::Provider, {"name", "integration_id", "", ""}},
    {Object::ApiKey, {"name", "scopes", "", ""}},
    {Object::Guardrail, {"name", "checks", "actions", ""}},
    {Object::UsagePolicy, {"conditions", "group_by", "type", "credit_limit"}},
    {Object::RatePolicy, {"conditions", "group_by", "unit", "value"}},
    {Object::SecretReference, {"name", "manager_type", "auth_config", "secret_path"}},
};

}  // namespace

void Checker::required(const Node& node, Object object) {
  for (const Required& r : kRequired) {
    if (r.object != object) continue;
    for (const std::string_view key : r.keys) {
      if (!key.empty() && node.get(key) == nullptr) {
        report(DiagId::PortkeyRequired, node,
               "`" + std::string(key) + "` is missing, the control plane refuses the object");
      }
    }
  }
}

void Checker::object(const Node& node, Object object) {
  const Node* inner = node.get("policy");
  const bool wrapped =
      (object == Object::UsagePolicy || object == Object::RatePolicy) && inner != nullptr && inner->is_mapping();
  const Node& body = wrapped ? *inner : node;
  required(body, object);
  switch (object) {
    case Object::UsagePolicy:
      budget(body, object);
      weekly_policy_ = weekly_policy_ || text_of(body.get("periodic_reset")) == "weekly";
      return;
    case Object::RatePolicy: rate(body, object); return;
    case Object::Integration: integration(node); break;
    case Object::ApiKey: scopes(node); break;
    case Object::IntegrationModels: prices(node); break;
    case Object::Provider:
    case Object::VirtualKey: {
      if (node.get("slug") == nullptr)
        report(DiagId::PortkeySlugUnpinned, node,
               "without `slug` the control plane makes one up, with a random ending");
      const std::string_view used = text_of(node.get("integration_id"));
      if (!used.empty() && !integrations_.empty() && !integrations_.contains(used)) {
        report(DiagId::PortkeyUnknownReference, *node.get("integration_id"),
               "no integration is named `" + std::string(used) + "`");
      }
      break;
    }
    default: break;
  }
  if (const Node* list = node.get("usage_limits")) usage(*list, object);
  if (const Node* list = node.get("rate_limits")) rates(*list, object);
  if (object != Object::IntegrationWorkspaces) return;
  if (const Node* all = node.get("global_workspace_access"); all != nullptr && all->is_mapping()) {
    if (const Node* list = all->get("usage_limits")) usage(*list, object);
    if (const Node* list = all->get("rate_limits")) rates(*list, object);
  }
  if (const Node* grants = node.get("workspaces"); is_list(grants)) {
    for (const Node* grant : grants->elements()) {
      if (!grant->is_mapping()) continue;
      if (const Node* list = grant->get("usage_limits")) usage(*list, object);
      if (const Node* list = grant->get("rate_limits")) rates(*list, object);
    }
  }
}

/// Who takes a list and who one object (page 3.2).
void Checker::usage(const Node& node, Object owner) {
  const bool takes_list = owner == Object::Workspace || owner == Object::IntegrationWorkspaces;
  if (takes_list && node.is_mapping()) report(DiagId::PortkeyLimitShape, node, "`usage_limits` is a list here");
  if (!takes_list && node.is_sequence())
    report(DiagId::PortkeyLimitShape, node, "`usage_limits` is one object here, not a list");
  if (node.is_mapping()) budget(node, owner);
  for (const Node* one : node.elements()) {
    if (one->is_mapping()) budget(*one, owner);
  }
}

void Checker::budget(const Node& node, Object owner) {
  const auto limit = number_of(node.get("credit_limit"));
  const auto alert = number_of(node.get("alert_threshold"));
  const auto days = number_of(node.get("periodic_reset_days"));
  const bool policy = owner == Object::UsagePolicy;
  if (limit && !policy && (!limit->is_integer() || *limit < Decimal(1))) {
    report(DiagId::PortkeyBudgetRange, *node.get("credit_limit"), "`credit_limit` is a whole number of 1 or more");
  } else if (limit && text_of(node.get("type")) == "tokens" && *limit < Decimal(100)) {
    report(DiagId::PortkeyBudgetRange, *node.get("credit_limit"), "a budget of tokens is 100 or more");
  }
  if (alert && limit && !(*alert < *limit))
    report(DiagId::PortkeyBudgetRange, *node.get("alert_threshold"), "`alert_threshold` stands below `credit_limit`");
  if (days && (*days < Decimal(1) || *days > Decimal(365)))
    report(DiagId::PortkeyBudgetRange, *node.get("periodic_reset_days"), "`periodic_reset_days` is 1 to 365");
  if (days && node.get("periodic_reset") != nullptr && !node.get("periodic_reset")->is_null()) {
    report(DiagId::PortkeyBudgetRange, *node.get("periodic_reset"),
           "`periodic_reset` and `periodic_reset_days` exclude each other");
  }
  if (!policy && text_of(node.get("periodic_reset")) == "weekly")
    weekly_elsewhere_.push_back(node.get("periodic_reset"));
}

void Checker::rates(const Node& node, Object owner) {
  const bool takes_object = owner == Object::Provider || owner == Object::VirtualKey;
  if (!takes_object && node.is_mapping()) report(DiagId::PortkeyLimitShape, node, "`rate_limits` is a list here");
  if (node.is_mapping()) rate(node, owner);
  for (const Node* one : node.elements()) {
    if (one->is_mapping()) rate(*one, owner);
  }
}

void Checker::rate(const Node& node, Object owner) {
  const Node* unit = node.get("unit");
  const std::string_view text = text_of(unit);
  const bool only_keys = text == "rps" || (text == "rpw" && owner != Object::ApiKey);
  if (!text.empty() && only_keys && owner != Object::ApiKey) {
    report(DiagId::PortkeyRateUnit, *unit,
           "`" + std::string(text) + "` is taken for API keys only, write rpm, rph or rpd");
  }
}

void Checker::integration(const Node& node) {
  const Node* made = node.get("create_default_provider");
  const bool none = made != nullptr && !made->as_bool().value_or(true);
  if (!none && node.get("default_provider_slug") == nullptr) {
    report(DiagId::PortkeySlugUnpinned, node,
           "a provider is made with a slug of its own choice; set `create_default_provider` to false or pin "
           "`default_provider_slug`");
  }
}

void Checker::scopes(const Node& node) {
  const Node* list = node.get("scopes");
  if (!is_list(list)) return;
  const bool may_call =
      std::ranges::any_of(list->elements(), [](const Node* s) { return text_of(s) == "completions.write"; });
  if (!may_call)
    report_key(DiagId::PortkeyKeyScope, node, "scopes",
               "without the scope `completions.write` this key calls no model");
}

void Checker::prices(const Node& node) {
  const Node* models = node.get("models");
  if (!is_list(models)) return;
  for (const Node* model : models->elements()) {
    if (model->is_mapping() && model->get("pricing_config") != nullptr) {
      report_key(DiagId::PortkeyPriceUnit, *model, "pricing_config",
                 "Portkey's prices are US cents for one token; a price in dollars is taken a hundred times too low");
    }
  }
}

/// Slugs in a saved config that nothing declares.
void Checker::references(const Node& config) {
  if (slugs_.empty() || !config.is_mapping()) return;
  const std::string_view provider = text_of(config.get("provider"));
  const std::string_view key = text_of(config.get("virtual_key"));
  const std::string_view slug = provider.starts_with('@') ? provider.substr(1, provider.find('/') - 1) : key;
  if (!slug.empty() && !slugs_.contains(slug)) {
    report(DiagId::PortkeyUnknownReference, *config.get(provider.starts_with('@') ? "provider" : "virtual_key"),
           "no provider is named `" + std::string(slug) + "`");
  }
  if (is_list(config.get("targets"))) {
    for (const Node* target : config.get("targets")->elements()) references(*target);
  }
}

}  // namespace gatec::targets::portkey
