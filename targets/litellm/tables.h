#pragma once

#include "compiler/ir/value.h"
#include "targets/key_table.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace gatec::targets::litellm {

/// keys.def.
[[nodiscard]] const KeyTable& keys();
/// The row of areas.def that a key belongs to.
[[nodiscard]] const AreaRow& area_of(const KeyRow& row);

/// What the reader does with a key of a deployment or of a credential set, told by its row in constant time.
enum class Slot : std::uint8_t {
  None,
  // beside litellm_params
  ModelName,
  LitellmParams,
  ModelInfo,
  // provider
  Model,
  CustomProvider,
  ApiKey,
  ApiBase,
  ApiVersion,
  Organization,
  CredentialName,
  Region,
  ProviderParam,
  Headers,
  // limits and routing
  Rpm,
  Tpm,
  Itpm,
  Otpm,
  MaxParallel,
  DefaultKeyRpm,
  DefaultKeyTpm,
  Weight,
  Order,
  MaxBudget,
  BudgetDuration,
  Tags,
  TagRegex,
  SilentModel,
  // settings
  Timeout,
  StreamTimeout,
  NumRetries,
  MaxRetries,
  Cooldown,
  DropParams,
  AdditionalDropParams,
  AllowedParams,
  RequestParam,
  // model_info
  Id,
  Mode,
  BaseModel,
  MaxTokens,
  MaxInputTokens,
  MaxOutputTokens,
  AccessGroups,
  Environments,
  TeamId,
  Blocked,
  Price,
  SearchPrices,
};
[[nodiscard]] Slot slot_of(const KeyRow& row);

inline constexpr std::string_view kReferencePrefix = "os.environ/";
/// `os.environ/NAME` as the whole text: Env, or Manager (with the whole text) for `os.environ/oidc/…` (page §1.4).
[[nodiscard]] std::optional<ir::Credential> parse_reference(std::string_view text);

}  // namespace gatec::targets::litellm
