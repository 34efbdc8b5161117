#pragma once

#include "compiler/base/decimal.h"
#include "compiler/ir/limits.h"
#include "compiler/ir/routing.h"
#include "compiler/ir/value.h"
#include "targets/dialect.h"
#include "targets/key_table.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gatec::targets::llmgateway {

/// keys.def.
[[nodiscard]] const KeyTable& keys();
/// The row of areas.def that a key belongs to.
[[nodiscard]] const AreaRow& area_of(const KeyRow& row);

/// Kinds of bodies, in the order in which they are sent.
enum class Entity : std::uint8_t {
  Organization,
  ProviderKey,
  CustomModel,
  Member,
  Team,
  Project,
  DynamicRoute,
  ApiKey,
  RateLimit,
  Guardrails,
  Model,
  Count,
};
struct EntityFacts {
  Entity entity;
  std::string_view stem;    // of its file
  std::string_view plural;  // its key in a bundle and in the API's answers
  std::string_view root;    // of its rows in keys.def
  std::string_view word;    // for people
};
[[nodiscard]] const EntityFacts& facts_of(Entity entity);
[[nodiscard]] std::span<const EntityFacts> entities();

/// "OpenAI (EU)", "KEY" → "OPENAI_EU_KEY".
[[nodiscard]] std::string variable_for(std::string_view words, std::string_view ending);
/// `${NAME}` as the whole text.
[[nodiscard]] std::optional<ir::Credential> parse_reference(std::string_view text);
/// Cut at commas, trimmed, without empty parts: as the gateway does.
[[nodiscard]] std::vector<std::string_view> split_list(std::string_view text);

enum class Snapshot : std::uint8_t { U26, N };

inline constexpr std::string_view kCustom = "custom";
/// A provider of the gateway's catalogue, in either snapshot.
[[nodiscard]] bool is_provider(std::string_view id);
/// The canonical kind behind a provider id; the id itself where the facts have none.
[[nodiscard]] std::string kind_of(std::string_view id);
/// The id under which a snapshot knows a kind; empty where it has none.
[[nodiscard]] std::string_view provider_of(std::string_view kind, Snapshot snapshot);
/// The kind of an OpenAI-compatible server that only its address tells.
[[nodiscard]] std::string kind_at(std::string_view base_url);
/// Whether the gateway appends the `/v1` that the IR's address of this kind ends with.
[[nodiscard]] bool appends_v1(std::string_view kind);

/// What a variable of the process says of a provider.
enum class Said : std::uint8_t { Key, Url, Region, Project, Resource, Version, DeploymentType, Prefix };
struct Variable {
  std::string_view name, provider;
  Said says;
};
[[nodiscard]] const Variable* variable(std::string_view name);
[[nodiscard]] const Variable* variable(std::string_view provider, Said says);
/// Names of 2025, without `LLM_`: the variable of today.
[[nodiscard]] const Variable* legacy_variable(std::string_view name);
/// A setting of the server's processes.
[[nodiscard]] bool is_server_variable(std::string_view name);

/// A window of spending: hour, day, week, month.
struct Period {
  std::int64_t value = 0;
  std::string_view unit;
};
/// Nothing for an unknown unit or a count that is not positive.
[[nodiscard]] std::optional<ir::Window> period_window(std::int64_t value, std::string_view unit);
/// The nearest window that is not shorter; nothing where there is none. `exact` says whether it is as long.
[[nodiscard]] std::optional<Period> period_of(const ir::Window& window, bool& exact);
/// Counts that the API takes: hour ≤ 8760, day ≤ 365, week ≤ 52, month ≤ 12.
[[nodiscard]] bool period_allowed(std::int64_t value, std::string_view unit);
[[nodiscard]] ir::Window lifetime_window();
[[nodiscard]] ir::Window sliding(std::int64_t seconds);

/// The inference prefix at the beginning of a Bedrock model ("us."), with `converse/` and the like left out of `rest`.
struct BedrockName {
  std::string_view prefix, rest;
};
[[nodiscard]] BedrockName bedrock_name(std::string_view model);

[[nodiscard]] std::optional<ir::Policy> policy_of(std::string_view strategy);
[[nodiscard]] bool is_custom_name(std::string_view name, Snapshot snapshot);
[[nodiscard]] bool is_route_name(std::string_view name);

}  // namespace gatec::targets::llmgateway
