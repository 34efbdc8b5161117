#include "targets/litellm/tables.h"

#include <array>
#include <string>

namespace gatec::targets::litellm {
namespace {

enum class Area : std::uint8_t {
#define GATEC_AREA(name, fate, advice) name,
#include "targets/litellm/areas.def"
#undef GATEC_AREA
};

constexpr bool Manual = true;
constexpr bool Skipped = false;
constexpr AreaRow kAreas[] = {
#define GATEC_AREA(name, fate, advice) {#name, fate, advice},
#include "targets/litellm/areas.def"
#undef GATEC_AREA
};

constexpr KeyRow kRows[] = {
#define GATEC_KEY(path, type, handling, area, source) {path, KeyType::type, Handling::handling, #area, source, {}},
#include "targets/litellm/keys.def"
#undef GATEC_KEY
};

constexpr Area kRowAreas[] = {
#define GATEC_KEY(path, type, handling, area, source) Area::area,
#include "targets/litellm/keys.def"
#undef GATEC_KEY
};

struct Named {
  std::string_view key;
  Slot slot;
};

constexpr Named kEntrySlots[] = {
    {"model_name", Slot::ModelName},
    {"litellm_params", Slot::LitellmParams},
    {"model_info", Slot::ModelInfo},
    {"rpm", Slot::Rpm},
    {"tpm", Slot::Tpm},
};

constexpr Named kParamSlots[] = {
    {"model", Slot::Model},
    {"custom_llm_provider", Slot::CustomProvider},
    {"api_key", Slot::ApiKey},
    {"api_base", Slot::ApiBase},
    {"base_url", Slot::ApiBase},
    {"api_version", Slot::ApiVersion},
    {"organization", Slot::Organization},
    {"litellm_credential_name", Slot::CredentialName},
    {"aws_region_name", Slot::Region},
    {"vertex_location", Slot::Region},
    {"vertex_ai_location", Slot::Region},
    {"watsonx_region_name", Slot::Region},
    {"extra_headers", Slot::Headers},
    {"headers", Slot::Headers},
    {"rpm", Slot::Rpm},
    {"tpm", Slot::Tpm},
    {"itpm", Slot::Itpm},
    {"otpm", Slot::Otpm},
    {"max_parallel_requests", Slot::MaxParallel},
    {"default_api_key_rpm_limit", Slot::DefaultKeyRpm},
    {"default_api_key_tpm_limit", Slot::DefaultKeyTpm},
    {"weight", Slot::Weight},
    {"order", Slot::Order},
    {"max_budget", Slot::MaxBudget},
    {"budget_duration", Slot::BudgetDuration},
    {"tags", Slot::Tags},
    {"tag_regex", Slot::TagRegex},
    {"silent_model", Slot::SilentModel},
    {"timeout", Slot::Timeout},
    {"stream_timeout", Slot::StreamTimeout},
    {"num_retries", Slot::NumRetries},
    {"max_retries", Slot::MaxRetries},
    {"cooldown_time", Slot::Cooldown},
    {"drop_params", Slot::DropParams},
    {"additional_drop_params", Slot::AdditionalDropParams},
    {"allowed_openai_params", Slot::AllowedParams},
    {"search_context_cost_per_query", Slot::SearchPrices},
};

constexpr Named kInfoSlots[] = {
    {"id", Slot::Id},
    {"mode", Slot::Mode},
    {"base_model", Slot::BaseModel},
    {"max_tokens", Slot::MaxTokens},
    {"max_input_tokens", Slot::MaxInputTokens},
    {"max_output_tokens", Slot::MaxOutputTokens},
    {"access_groups", Slot::AccessGroups},
    {"supported_environments", Slot::Environments},
    {"team_id", Slot::TeamId},
    {"blocked", Slot::Blocked},
    {"search_context_cost_per_query", Slot::SearchPrices},
};

template <std::size_t N>
constexpr Slot find(const Named (&names)[N], std::string_view key) {
  for (const Named& n : names) {
    if (n.key == key) return n.slot;
  }
  return Slot::None;
}

constexpr bool cut(std::string_view& path, std::string_view prefix) {
  if (!path.starts_with(prefix)) return false;
  path.remove_prefix(prefix.size());
  return true;
}

constexpr Slot slot_of_path(std::string_view path, Handling handling, Area area) {
  if (handling != Handling::Read) return Slot::None;
  const bool set = cut(path, "credential_list[].credential_values.");
  if (!set && !cut(path, "model_list[].")) return Slot::None;
  const bool params = set || cut(path, "litellm_params.");
  const bool info = !params && cut(path, "model_info.");
  if (path.find('.') != std::string_view::npos || path.find('[') != std::string_view::npos) return Slot::None;
  if (!params && !info) return find(kEntrySlots, path);
  if (const Slot named = params ? find(kParamSlots, path) : find(kInfoSlots, path); named != Slot::None) return named;
  if (area == Area::Price) return Slot::Price;
  if (!params) return Slot::None;
  return area == Area::RequestParams ? Slot::RequestParam : Slot::ProviderParam;
}

constexpr auto kSlots = [] {
  std::array<Slot, std::size(kRows)> slots{};
  for (std::size_t i = 0; i < std::size(kRows); ++i)
    slots[i] = slot_of_path(kRows[i].path, kRows[i].handling, kRowAreas[i]);
  return slots;
}();

std::size_t index_of(const KeyRow& row) { return static_cast<std::size_t>(&row - kRows); }

}  // namespace

const KeyTable& keys() {
  static const KeyTable table{kRows};
  return table;
}

const AreaRow& area_of(const KeyRow& row) { return kAreas[static_cast<std::size_t>(kRowAreas[index_of(row)])]; }

Slot slot_of(const KeyRow& row) { return kSlots[index_of(row)]; }

std::optional<ir::Credential> parse_reference(std::string_view text) {
  if (!text.starts_with(kReferencePrefix)) return std::nullopt;
  const std::string_view name = text.substr(kReferencePrefix.size());
  if (name.empty() || name.find_first_of(" \t\r\n") != std::string_view::npos) return std::nullopt;
  if (name.starts_with("oidc/")) return ir::Credential{ir::Credential::Kind::Manager, std::string(text), {}};
  return ir::Credential::env(std::string(name));
}

}  // namespace gatec::targets::litellm
