#pragma once

#include "compiler/ir/gateway.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

/// LiteLLM's words for what the IR names, both ways.
namespace gatec::targets::litellm {

[[nodiscard]] std::optional<ir::Policy> policy_of(std::string_view strategy);
/// Empty where LiteLLM has no such strategy.
[[nodiscard]] std::string_view strategy_of(ir::Policy policy);
[[nodiscard]] std::optional<std::string_view> nearest_strategy(std::string_view text);

/// `RateLimitErrorRetries` (suffix Retries), `TimeoutErrorAllowedFails` (suffix AllowedFails).
[[nodiscard]] std::optional<ir::Failure> failure_of_key(std::string_view key, std::string_view suffix);
[[nodiscard]] std::string key_of_failure(ir::Failure failure, std::string_view suffix);

/// Whether router_settings and litellm_settings both take the key.
[[nodiscard]] bool is_shared_setting(std::string_view key);

/// What provider_budget_config names, as the IR names it, and back.
[[nodiscard]] std::string_view provider_scope(std::string_view litellm_name);
[[nodiscard]] std::string_view provider_name(std::string_view scope);

/// What LiteLLM tries again (page §5.5).
inline constexpr std::array<std::int64_t, 7> kRetriedStatuses = {408, 409, 429, 500, 502, 503, 504};

}  // namespace gatec::targets::litellm
