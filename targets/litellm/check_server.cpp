#include "compiler/facts/secrets.h"
#include "targets/litellm/checker.h"
#include "targets/litellm/tables.h"

#include <algorithm>
#include <array>

namespace gatec::targets::litellm {
namespace {

using doc::Entry;
using doc::Node;

bool is_given(const Node* node) { return node != nullptr && !node->is_null(); }

/// Texts that are no key but stand for one.
bool is_stand_in(std::string_view text) {
  return parse_reference(text).has_value() || facts::is_placeholder(text) ||
         text.find_first_of("${<") != std::string_view::npos;
}

constexpr std::array<std::string_view, 9> kRedisKeys = {
    "host", "port", "password", "url", "redis_url", "redis_startup_nodes", "service_name", "sentinel_nodes", "ssl"};

}  // namespace

void Checker::check_server(const ConfigFile& file) {
  master_key(file);
  database(file);
  enterprise(file);
  cache(file);
  const Node* workers = get(file.environment, "NUM_WORKERS");
  const auto count = number_of(workers);
  const bool shared = file.shared("redis_url") != nullptr || file.shared("redis_host") != nullptr ||
                      file.sets_environment("REDIS_HOST") || file.sets_environment("REDIS_URL") ||
                      get(get(file.litellm, "cache_params"), "type") != nullptr;
  if (count && *count > base::Decimal(1) && !shared && uses_budgets_) {
    report(DiagId::LitellmWorkersNoRedis, workers->span(),
           "without Redis every worker counts alone, so a limit holds " + count->text() + " times");
  }
}

void Checker::master_key(const ConfigFile& file) {
  const Node* key = get(file.general, "master_key");
  if (key == nullptr || !key->is_string()) return;
  const std::string_view text = key->text();
  if (text == "sk-1234") {
    report(DiagId::LitellmMasterKeyWeak, key->span(),
           "this master key is the one of LiteLLM's documentation: everybody knows it");
  } else if (text.empty()) {
    report(DiagId::LitellmMasterKeyWeak, key->span(), "the master key is empty, so the proxy is open");
  } else if (!text.starts_with("sk-") && !is_stand_in(text)) {
    report(DiagId::LitellmMasterKeyWeak, key->span(), "a master key must start with `sk-`");
  }
}

/// Keys, teams, users and their spend live in the database; so does the spend of the proxy.
void Checker::database(const ConfigFile& file) {
  if (const Node* stored = get(file.general, "store_model_in_db"); is_true(stored)) {
    report(DiagId::LitellmDatabaseOverrides, stored->span(), "what the database holds overrules this file, key by key");
  }
  const bool known = is_given(get(file.general, "database_url")) || file.sets_environment("DATABASE_URL") ||
                     file.sets_environment("DATABASE_HOST");
  if (!file.whole || known) return;
  for (const std::string_view key :
       {"max_budget", "default_key_generate_params", "upperbound_key_generate_params", "default_team_params",
        "default_internal_user_params", "max_internal_user_budget", "max_end_user_budget"}) {
    const Node* at = key_node(file.litellm, key);
    const auto amount = number_of(get(file.litellm, key));
    if (at == nullptr || (amount && amount->is_zero())) continue;
    report(DiagId::LitellmNeedsDatabase, at->span(),
           quoted(key) + " has an effect only with a database: set `database_url`, or DATABASE_URL in the environment");
    return;
  }
}

void Checker::enterprise(const ConfigFile& file) {
  if (is_given(get(file.general, "litellm_license")) || file.sets_environment("LITELLM_LICENSE")) return;
  for (const std::string_view key : {"allowed_ips", "enforced_params"}) {
    if (!is_given(get(file.general, key))) continue;
    report(DiagId::LitellmEnterprise, key_node(file.general, key)->span(),
           quoted(key) + " needs a licence: LiteLLM does not start without");
  }
  if (is_given(get(file.litellm, "tag_budget_config"))) {
    report(DiagId::LitellmEnterprise, key_node(file.litellm, "tag_budget_config")->span(),
           "budgets of tags need a licence");
  }
}

void Checker::cache(const ConfigFile& file) {
  const Node* params = get(file.litellm, "cache_params");
  if (params == nullptr || !params->is_mapping() || params->empty() || !is_true(get(file.litellm, "cache"))) return;
  const auto redis_key = std::find_if(kRedisKeys.begin(), kRedisKeys.end(),
                                      [&](std::string_view key) { return get(params, key) != nullptr; });
  const Node* type = get(params, "type");
  if (!is_given(type) && redis_key != kRedisKeys.end()) {
    report(DiagId::LitellmCacheType, key_node(file.litellm, "cache_params")->span(),
           "without `type` the cache is the memory of each process, and " + quoted(*redis_key) + " has no effect")
        .note("`type: redis` uses it");
  }
  if (type == nullptr || type->text() != "redis") return;
  const auto has = [&](std::string_view key) { return is_given(get(params, key)); };
  const bool reached = has("host") || has("url") || has("redis_url") || has("redis_startup_nodes") ||
                       has("sentinel_nodes") || has("service_name") || has("startup_nodes") ||
                       file.sets_environment("REDIS_HOST") || file.sets_environment("REDIS_URL");
  if (!reached && (has("port") || has("password"))) {
    report(DiagId::LitellmCacheNoHost, type->span(),
           "the cache has a port or a password but no host; it is taken from REDIS_HOST, if that is set");
  }
}

}  // namespace gatec::targets::litellm
