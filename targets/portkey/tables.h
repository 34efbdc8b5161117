#pragma once

#include "compiler/ir/value.h"
#include "targets/key_table.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace gatec::targets::portkey {

/// keys.def.
[[nodiscard]] const KeyTable& keys();
/// The row of areas.def that a key belongs to.
[[nodiscard]] const AreaRow& area_of(const KeyRow& row);

/// What the reader does with a key of a config object.
enum class Slot : std::uint8_t {
  None,
  Name,
  Weight,
  Strategy,
  Targets,
  Provider,
  VirtualKey,
  ApiKey,
  CustomHost,
  ResourceName,
  DeploymentId,
  ApiVersion,
  BaseModel,
  Organization,
  OverrideParams,
  DefaultParams,
  DropParams,
  ForwardHeaders,
  Strict,
  Retry,
  Cache,
  RequestTimeout,
  Breaker,
  BeforeHooks,
  AfterHooks,
  InputGuardrails,
  OutputGuardrails,
  Param,  // a key of one provider
  Count,
};
[[nodiscard]] Slot slot_of(const KeyRow& row);

/// Kinds of provider that share their keys.
enum class Family : std::uint8_t { Any, Azure, AzureAi, Aws, Vertex, Cloudflare };
[[nodiscard]] bool in_family(Family family, std::string_view kind);
/// A provider's key and its canonical name (docs/ir.md). `@region`, `@api_version` and `@base_url` are named fields.
struct ParamName {
  std::string_view key;
  Family family;
  std::string_view canonical;
};
[[nodiscard]] std::span<const ParamName> param_names();
/// Null where the key is its own canonical name for this kind of provider.
[[nodiscard]] const ParamName* param_by_key(std::string_view key, std::string_view kind);
[[nodiscard]] const ParamName* param_by_canonical(std::string_view canonical, std::string_view kind);
/// A key of a config object that belongs to one provider alone.
[[nodiscard]] bool is_provider_key(std::string_view key);

enum class Mode : std::uint8_t { Single, Fallback, Loadbalance, Conditional };
/// Exactly as the gateway takes it.
[[nodiscard]] std::optional<Mode> mode_of(std::string_view text);
/// A respelling that leaves no doubt (`load-balance`, `Fallback`).
[[nodiscard]] std::optional<Mode> nearest_mode(std::string_view text);
[[nodiscard]] std::string_view mode_name(Mode mode);

/// `${NAME}` as the whole text.
[[nodiscard]] std::optional<ir::Credential> parse_reference(std::string_view text);
/// "customHost" → "custom_host"; nothing when there is no capital in it.
[[nodiscard]] std::optional<std::string> snake_case(std::string_view key);

/// `^prefix` and what else stands for a wildcard pattern, and back. Nothing for other expressions.
[[nodiscard]] std::optional<std::string> pattern_of_regex(std::string_view regex);
[[nodiscard]] std::string regex_of_pattern(std::string_view pattern);

/// The ending that a base URL has in Portkey's custom_host and not in the IR ("/v1" of anthropic).
[[nodiscard]] std::string_view host_suffix(std::string_view kind);

}  // namespace gatec::targets::portkey
