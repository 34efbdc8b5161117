#include "targets/litellm/prices.h"

#include <algorithm>
#include <array>

namespace gatec::targets::litellm {
namespace {

constexpr std::string_view kSearch = "search_context_size_";

struct Special {
  std::string_view key, unit;
};
/// Cache prices name the tokens last.
constexpr Special kSpecials[] = {
    {"cache_creation_input_token_cost", "cache_creation_input_token"},
    {"cache_read_input_token_cost", "cache_read_input_token"},
    {"input_cost_per_token_cache_hit", "cache_hit_input_token"},
    {"citation_cost_per_token", "citation_token"},
};

bool is_tier(std::string_view tier) {
  constexpr std::array<std::string_view, 9> kTiers = {"flex", "priority", "batches", "480p", "720p",
                                                      "768p", "1080p",    "2k",      "4k"};
  if (tier.starts_with("above_")) return tier.ends_with("_tokens") || tier.ends_with("hr");
  return std::ranges::find(kTiers, tier) != kTiers.end();
}

/// Splits the tier off: the longest ending that is one.
PriceName split(std::string_view rest) {
  const auto above = rest.find("_above_");
  const auto cut = above != std::string_view::npos ? above : rest.rfind('_');
  if (cut != std::string_view::npos && is_tier(rest.substr(cut + 1)))
    return {std::string(rest.substr(0, cut)), std::string(rest.substr(cut + 1))};
  return {std::string(rest), {}};
}

}  // namespace

std::optional<PriceName> price_of_key(std::string_view key) {
  if (key.starts_with(kSearch)) return PriceName{std::string(kSearchUnit), std::string(key.substr(kSearch.size()))};
  for (const Special& s : kSpecials) {
    if (!key.starts_with(s.key)) continue;
    const std::string_view rest = key.substr(s.key.size());
    if (rest.empty()) return PriceName{std::string(s.unit), {}};
    if (rest.front() == '_' && is_tier(rest.substr(1)))
      return PriceName{std::string(s.unit), std::string(rest.substr(1))};
  }
  for (const std::string_view side : {"input", "output"}) {
    constexpr std::string_view kPer = "_cost_per_";
    if (!key.starts_with(side) || !key.substr(side.size()).starts_with(kPer)) continue;
    PriceName name = split(key.substr(side.size() + kPer.size()));
    name.unit = std::string(side) + "_" + name.unit;
    return name;
  }
  return std::nullopt;
}

std::optional<std::string> key_of_price(std::string_view unit, std::string_view tier) {
  if (unit == kSearchUnit) return std::string(kSearch) + std::string(tier);
  std::string key;
  for (const Special& s : kSpecials) {
    if (s.unit == unit) key = s.key;
  }
  for (const std::string_view side : {"input", "output"}) {
    if (!key.empty() || !unit.starts_with(side) || unit.size() <= side.size() + 1 || unit[side.size()] != '_') continue;
    key = std::string(side) + "_cost_per_" + std::string(unit.substr(side.size() + 1));
  }
  if (key.empty()) return std::nullopt;
  if (!tier.empty()) (key += '_') += tier;
  const auto back = price_of_key(key);
  if (!back || back->unit != unit || back->tier != tier) return std::nullopt;
  return key;
}

}  // namespace gatec::targets::litellm
