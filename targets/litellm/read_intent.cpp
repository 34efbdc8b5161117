#include "targets/litellm/reader.h"

#include <algorithm>
#include <string>

namespace gatec::targets::litellm {
namespace {

using doc::Entry;

constexpr std::string_view kRouterSection = "router_settings";
constexpr std::string_view kModuleSection = "litellm_settings";
constexpr std::string_view kGeneralSection = "general_settings";
constexpr std::string_view kRule = "litellm.intent";

}  // namespace

/// Whether a section says a key itself, so that what stands elsewhere need not be guessed.
bool Reader::says(std::string_view section_name, std::string_view key) const {
  const Section* found = section(section_name);
  return found != nullptr && std::ranges::any_of(found->entries, [&](const Entry* e) {
           return e->value->is_mapping() && e->value->get(key) != nullptr;
         });
}

void Reader::tell_intent(const Entry& e, const Place& place, std::string_view meaning) {
  const std::string name = (place.section.empty() ? "" : place.section + ".") + std::string(e.key->text());
  context_.ledger.assume(
      name, kRule, "LiteLLM ignores this key here; as --honour-intent is given, it counts as " + std::string(meaning));
}

/// A key without effect, or in a section that does not read it, gets the meaning that whoever wrote it expects. False
/// where there is none, the right place says it too, or the value does not fit.
bool Reader::honour(const Entry& e, const Place& place) {
  if (!context_.honour_intent || place.extras != &gw_.extras || !e.key->is_scalar() || e.value->is_null()) return false;
  const std::string_view key = e.key->text();
  const bool router = place.section == kRouterSection;
  const bool module = place.section == kModuleSection;
  const bool general = place.section == kGeneralSection;
  ir::RoutingOptions& routing = gw_.routing;
  ir::Server& server = gw_.server;
  const auto taken = [&](bool fits, std::string_view meaning) {
    if (fits) tell_intent(e, place, meaning);
    return fits;
  };
  const auto elsewhere = [&](std::string_view home, std::string_view name) { return says(home, name); };

  if (router && (key == "rpm_limit" || key == "tpm_limit")) {
    const bool requests = key == "rpm_limit";
    ir::Field<ir::Decimal> amount;
    if (!take(e, place, amount) || !amount.given() || amount->is_negative()) return false;
    add_limit(gw_.limits, requests ? ir::Counted::Requests : ir::Counted::Tokens, std::move(amount), false);
    return taken(true, requests ? "a cap on the requests of all callers in a minute"
                                : "a cap on the tokens of all callers in a minute");
  }
  if (router && key == "enable_pre_call_check" && !elsewhere(kRouterSection, "enable_pre_call_checks"))
    return taken(take(e, place, routing.prechecks), "`enable_pre_call_checks`");
  const bool no_retries = gw_.defaults.retry.attempts.absent() && !elsewhere(kRouterSection, "num_retries") &&
                          !elsewhere(kModuleSection, "num_retries");
  if (((router && key == "retries") || (general && key == "num_retries")) && no_retries)
    return taken(take(e, place, gw_.defaults.retry.attempts), "`num_retries` of `router_settings`");
  if (module && key == "cooldown_time" && !elsewhere(kRouterSection, key))
    return taken(take_time(e, place, gw_.defaults.breaker.cooldown), "`cooldown_time` of `router_settings`");
  if (module && key == "retry_after" && !elsewhere(kRouterSection, key))
    return taken(take_time(e, place, gw_.defaults.retry.min_wait), "`retry_after` of `router_settings`");
  if (module && key == "max_parallel_requests" && !elsewhere(kGeneralSection, key))
    return taken(take(e, place, server.max_parallel_requests), "`max_parallel_requests` of `general_settings`");
  if (!general && key == "master_key" && e.value->is_scalar() && server.master_key.absent() &&
      !elsewhere(kGeneralSection, key)) {
    ir::Field<ir::Credential> credential = kit_.credential(*e.value, key);
    if (!credential.given()) return false;
    server.master_key = std::move(credential);
    return taken(true, "`master_key` of `general_settings`, so that callers need a key");
  }
  if (module && key == "database_url" && e.value->is_scalar() && !elsewhere(kGeneralSection, key)) {
    ir::Field<ir::Credential> credential = kit_.credential(*e.value, key);
    if (!credential.given()) return false;
    server.database_url = std::move(credential);
    return taken(true, "`database_url` of `general_settings`");
  }
  return false;
}

/// `rpm` and `tpm` under `model_info` count as if they stood under `litellm_params`.
bool Reader::honour_info(const Entry& e, const doc::Node& params, Draft& draft, const Place& place) {
  if (!context_.honour_intent || !e.key->is_scalar() || e.value->is_null()) return false;
  const std::string_view key = e.key->text();
  if ((key != "rpm" && key != "tpm") || params.get(key) != nullptr) return false;
  static const Cursor kParams = keys().root().child("model_list").element().child("litellm_params");
  const KeyRow* row = kParams.child(key).row();
  if (row == nullptr || !read_limit(e, *row, draft, place)) return false;
  tell_intent(e, place, "`" + std::string(key) + "` of `litellm_params`");
  return true;
}

}  // namespace gatec::targets::litellm
