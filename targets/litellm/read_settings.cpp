#include "targets/litellm/durations.h"
#include "targets/litellm/reader.h"
#include "targets/litellm/rules.h"

#include <algorithm>
#include <array>

namespace gatec::targets::litellm {
namespace {

using doc::Entry;
using doc::Node;
using ir::Fate;
using ir::Field;
using ir::Origin;

constexpr std::string_view kLitellm = "litellm_settings";
constexpr std::string_view kGeneral = "general_settings";

/// Keys of litellm_settings that say what new principals get, each as one value of a group.
struct DefaultKey {
  std::string_view key, kind, name;
};
constexpr std::array<DefaultKey, 8> kDefaultKeys = {{
    {"max_internal_user_budget", "internal user budget", "max_budget"},
    {"default_max_internal_user_budget", "internal user budget", "default_max_budget"},
    {"internal_user_budget_duration", "internal user budget", "budget_duration"},
    {"max_user_budget", "user", "max_budget"},
    {"max_ui_session_budget", "dashboard session", "max_budget"},
    {"default_soft_budget", "key", "soft_budget"},
    {"max_end_user_budget", "end user", "max_budget"},
    {"max_end_user_budget_id", "end user", "budget_id"},
}};
constexpr std::array<DefaultKey, 4> kDefaultMaps = {{
    {"default_key_generate_params", "key default", ""},
    {"upperbound_key_generate_params", "key upper bound", ""},
    {"default_internal_user_params", "internal user", ""},
    {"default_team_params", "team", ""},
}};
constexpr std::array<DefaultKey, 6> kObservers = {{
    {"callbacks", "all", ""},
    {"success_callback", "success", ""},
    {"failure_callback", "failure", ""},
    {"service_callback", "service", ""},
    {"service_callbacks", "service", ""},
    {"audit_log_callbacks", "audit", ""},
}};

template <std::size_t N>
const DefaultKey* find(const std::array<DefaultKey, N>& rows, std::string_view key) {
  const auto found = std::ranges::find(rows, key, &DefaultKey::key);
  return found == rows.end() ? nullptr : &*found;
}

}  // namespace

// ---- litellm_settings
// --------------------------------------------------------------------------------------------------

bool Reader::read_litellm_setting(const Entry& e, const KeyRow& row, Cursor at) {
  const std::string_view key = e.key->text();
  const Place place = top(kLitellm);
  if (is_shared_setting(key)) return read_shared(e, kLitellm);
  if (key == "request_timeout") {
    if (!gw_.defaults.timeouts.attempt.absent()) {
      shadowed(e, "`timeout` in `router_settings`");
      return true;
    }
    const bool taken = take_time(e, place, gw_.defaults.timeouts.attempt);
    if (!gw_.defaults.timeouts.attempt.absent()) lay_out("timeout.section", kLitellm);
    return taken;
  }
  if (key == "allowed_fails") {
    module_allowed_fails_ = &e;
    return true;
  }
  if (key == "drop_params") return take(e, place, gw_.defaults.params.drop_unsupported);
  if (key == "cache") {
    cache_switch_ = &e;
    return take(e, place, gw_.cache.enabled);
  }
  if (key == "cache_params") return read_cache(e, at, place);
  if (key == "max_budget") {
    max_budget_ = &e;
    return true;
  }
  if (key == "budget_duration") {
    budget_duration_ = &e;
    return true;
  }
  if (key == "tag_budget_config") return read_named_budgets(e, at, true, place);
  if (key == "timezone") {
    gw_.server.params.push_back({std::string(key), open(e)});
    return true;
  }
  if (const DefaultKey* observer = find(kObservers, key)) return read_observers(e, row, observer->kind, place);
  if (const DefaultKey* one = find(kDefaultKeys, key)) return principal_default(e, one->kind, one->name);
  if (const DefaultKey* map = find(kDefaultMaps, key)) return read_principal_defaults(e, at, map->kind, place);
  keep_row(e, row, place);
  check_kept(*e.value, at, key, place);
  return true;
}

bool Reader::read_cache(const Entry& e, Cursor at, const Place& place) {
  if (!is_map(e, place)) return true;
  cache_params_ = true;
  const Place inner = place.below(e.key->text());
  walk(*e.value, at, inner, [&](const Entry& param, const KeyRow&, Cursor) { return read_cache_param(param, inner); });
  return true;
}

bool Reader::read_cache_param(const Entry& e, const Place& place) {
  const std::string_view key = e.key->text();
  ir::CacheBackend& cache = gw_.cache;
  if (key == "type") return take(e, cache.kind);
  if (key == "namespace") return take(e, cache.name_space);
  if (key == "similarity_threshold") return take(e, place, cache.similarity);
  if (key == "supported_call_types") return take(e, place, cache.call_types);
  if (key == "ttl") return take(e, place, gw_.defaults.cache.ttl);
  if (key == "mode" && e.value->is_string() && (e.value->text() == "default_on" || e.value->text() == "default_off")) {
    cache.on_by_default = {e.value->text() == "default_on", e.value->leaf()};
    return true;
  }
  cache.params.push_back({std::string(key), open(e)});
  return true;
}

void Reader::finish_cache() {
  ir::CacheBackend& cache = gw_.cache;
  if (!cache.enabled.given() || !*cache.enabled) return;
  if (cache.kind.absent()) cache.kind = {cache_params_ ? "local" : "redis", Origin(rules::kCacheKind)};
  if (cache.on_by_default.given() && !*cache.on_by_default) return;
  const bool semantic = cache.kind.given() && cache.kind->find("semantic") != std::string::npos;
  gw_.defaults.cache.mode = {semantic ? "semantic" : "simple", Origin(rules::kCacheMode)};
}

bool Reader::read_observers(const Entry& e, const KeyRow& row, std::string_view event, const Place& place) {
  if (e.value->is_sequence() && e.value->empty()) {
    keep_empty(e, place);
    return true;
  }
  if (e.value->is_sequence() &&
      std::ranges::any_of(e.value->elements(), [](const Node* n) { return n->is_mapping(); })) {
    keep_row(e, row, place);  // callbacks with settings of their own
    return true;
  }
  ir::List<std::string> names = kit_.strings(*e.value, e.key->text(), true);
  if (!names.given()) return false;
  if (e.key->text() == "service_callbacks") lay_out("service_callback", "service_callbacks");
  for (auto& name : names.items) gw_.observers.push_back({std::move(name), std::string(event)});
  return true;
}

bool Reader::read_principal_defaults(const Entry& e, Cursor at, std::string_view kind, const Place& place) {
  if (!is_map(e, place)) return true;
  const Place inner = place.below(e.key->text());
  for (const Entry& value : e.value->entries()) {
    const Cursor child = at.child(value.key->text());
    const bool known = child.row() != nullptr && child.row()->handling != Handling::Inert && !value.value->is_null();
    if (known) {
      principal_default(value, kind, value.key->text());
    } else {
      put_aside(value, at, child, inner);
    }
  }
  return true;
}

bool Reader::principal_default(const Entry& e, std::string_view kind, std::string_view name) {
  auto& all = gw_.principal_defaults;
  auto found = std::ranges::find(all, kind, &ir::PrincipalDefaults::kind);
  if (found == all.end()) found = all.insert(all.end(), {std::string(kind), {}});
  found->values.push_back({std::string(name), open(e)});
  return true;
}

/// 0 is off; a budget needs its window (page §6).
void Reader::finish_global_budget() {
  const Place place = top(kLitellm);
  ir::Budget budget;
  if (max_budget_ != nullptr) {
    if (!take(*max_budget_, place, budget.amount)) keep_wrong(*max_budget_, place);
    if (budget.amount.given() && budget.amount->is_zero()) {
      budget.amount = {};
      keep(*max_budget_, place, DiagId::LitellmZeroIsUnset, Fate::Skipped, "nothing to do: a budget of 0 is off");
    }
  }
  if (budget.amount.absent()) {
    if (budget_duration_ != nullptr) keep_inert(*budget_duration_, place);
    return;
  }
  if (budget_duration_ != nullptr) {
    if (budget_duration_->value->is_scalar()) {
      budget.window = {reset_window(budget_duration_->value->text()), budget_duration_->value->leaf()};
    } else {
      keep_wrong(*budget_duration_, place);
    }
  }
  gw_.budgets.push_back(std::move(budget));
}

// ---- general_settings
// --------------------------------------------------------------------------------------------------

bool Reader::read_general(const Entry& e, const KeyRow& row, Cursor at) {
  const std::string_view key = e.key->text();
  const Place place = top(kGeneral);
  ir::Server& server = gw_.server;
  if (key == "master_key") {
    server.master_key = kit_.credential(*e.value, key);
    return server.master_key.given();
  }
  if (key == "database_url") {
    server.database_url = kit_.credential(*e.value, key);
    return server.database_url.given();
  }
  if (key == "store_model_in_db") return take(e, place, server.models_in_database);
  if (key == "allowed_ips") return take(e, place, server.allowed_ips);
  if (key == "max_parallel_requests") return take(e, place, server.max_parallel_requests);
  if (key == "global_max_parallel_requests") return take(e, place, server.global_max_parallel_requests);
  if (key == "store_prompts_in_spend_logs") return take(e, place, server.stores_prompts);
  if (key == "custom_auth" || key == "enable_jwt_auth" || key == "alerting") {
    if (key == "custom_auth") custom_auth_ = &e;
    if (key == "enable_jwt_auth" && e.value->as_bool().value_or(false)) jwt_ = &e;
    server.params.push_back({std::string(key), open(e)});
    return true;
  }
  keep_row(e, row, place);
  check_kept(*e.value, at, key, place);
  return true;
}

void Reader::finish_auth() {
  ir::Server& server = gw_.server;
  if (custom_auth_ != nullptr) {
    server.auth = {ir::AuthMode::Custom, Origin(custom_auth_->value->leaf(), rules::kAuthCustom)};
  } else if (jwt_ != nullptr) {
    server.auth = {ir::AuthMode::Jwt, Origin(jwt_->value->leaf(), rules::kAuthJwt)};
  } else if (server.master_key.given()) {
    server.auth = {ir::AuthMode::Key, Origin(rules::kAuthKey)};
  }
}

// ---- other sections
// ----------------------------------------------------------------------------------------------------

void Reader::read_environment(const Entries& entries) {
  for (const Entry* e : entries) gw_.environment.push_back({std::string(e->key->text()), open(*e)});
}

void Reader::read_guardrails(const Node& list) {
  static const Cursor kElement = keys().root().child("guardrails").element();
  for (const Node* element : list.elements()) {
    const Node* name = element->is_mapping() ? element->get("guardrail_name") : nullptr;
    if (name == nullptr || !name->is_string()) {
      kit_.wrong_type(*element, "guardrails", "a list of mappings with a `guardrail_name`");
      gw_.extras.push_back(kit_.extra("guardrails", "#" + std::to_string(++dropped_), *element, DiagId::WrongType,
                                      Fate::Manual, "complete the guardrail, then convert again"));
      continue;
    }
    ir::Guardrail& guardrail = gw_.guardrails.emplace_back();
    guardrail.name = text(*name, "guardrail_name");
    const Place place{&guardrail.extras, ""};
    walk(*element, kElement, place, [&](const Entry& e, const KeyRow& row, Cursor at) {
      if (e.key->text() == "guardrail_name") return true;
      if (e.key->text() != "litellm_params") {
        keep_row(e, row, place);
        return true;
      }
      if (!is_map(e, place)) return true;
      const Place inner{&guardrail.extras, "litellm_params"};
      walk(*e.value, at, inner,
           [&](const Entry& p, const KeyRow&, Cursor) { return read_guardrail_param(p, guardrail, inner); });
      return true;
    });
  }
}

bool Reader::read_guardrail_param(const Entry& e, ir::Guardrail& guardrail, const Place& place) {
  const std::string_view key = e.key->text();
  if (key == "guardrail") return take(e, guardrail.kind);
  if (key == "default_on") return take(e, place, guardrail.default_on);
  if (key == "mode" && !e.value->is_mapping()) return take(e, place, guardrail.modes, true);
  if (key == "pii_entities_config" && e.value->is_mapping()) {
    // kinds of personal data and what is done with each: what stands under TOKEN or PASSWORD is no secret
    ir::Value entities;
    entities.kind = ir::Value::Kind::Mapping;
    if (e.value->leaf().valid()) entities.from = e.value->leaf();
    for (const Entry& entity : e.value->entries())
      entities.pairs.emplace_back(std::string(entity.key->text()), kit_.value(*entity.value, key));
    guardrail.params.push_back({std::string(key), std::move(entities)});
    return true;
  }
  guardrail.params.push_back({std::string(key), open(e)});
  return true;
}

}  // namespace gatec::targets::litellm
