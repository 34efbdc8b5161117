#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace gatec::targets::litellm {

/// Unit and tier of a price key (`input_cost_per_token_above_128k_tokens`: input_token, above_128k_tokens).
struct PriceName {
  std::string unit;
  std::string tier;
};
[[nodiscard]] std::optional<PriceName> price_of_key(std::string_view key);
/// The key again; nullopt for what LiteLLM has no price for. Search prices (`search_context_query`) give the inner key.
[[nodiscard]] std::optional<std::string> key_of_price(std::string_view unit, std::string_view tier);
inline constexpr std::string_view kSearchUnit = "search_context_query";

}  // namespace gatec::targets::litellm
