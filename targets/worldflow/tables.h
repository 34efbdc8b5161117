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

namespace gatec::targets::worldflow {

/// keys.def.
[[nodiscard]] const KeyTable& keys();
/// The row of areas.def that a key belongs to.
[[nodiscard]] const AreaRow& area_of(const KeyRow& row);

/// The two published shapes of the API.
enum class Shape : std::uint8_t { Guide, Spec };
[[nodiscard]] std::string_view shape_name(Shape shape);

/// Kinds of bodies, in the order in which they are sent (page 9.3).
enum class Entity : std::uint8_t {
  VaultKey,
  Integration,
  Provider,
  Model,
  Guardrail,
  Thresholds,
  Chain,
  RoutingConfig,
  RateLimit,
  Team,
  User,
  Role,
  RoleGrant,
  ApiKey,
  VirtualKey,
  Count,
};
struct EntityFacts {
  Entity entity;
  std::string_view stem;      // of its file, and its key in a bundle in one file
  std::string_view singular;  // in references and ids: `@integration/openai`
  std::string_view root;      // of its rows in keys.def
  bool one = false;           // one object, no list
};
[[nodiscard]] const EntityFacts& facts_of(Entity entity);
[[nodiscard]] std::span<const EntityFacts> entities();
[[nodiscard]] std::optional<Entity> entity_of_stem(std::string_view stem);

/// `@integration/openai`.
[[nodiscard]] std::string reference(Entity entity, std::string_view name);
/// `${NAME}` or `$NAME` as the whole text.
[[nodiscard]] std::optional<ir::Credential> parse_reference(std::string_view text);

/// The type under which a kind of provider is known; CUSTOM where it has none.
[[nodiscard]] std::string_view provider_type(std::string_view kind, Shape shape);
/// The kind behind a type: of CUSTOM the provider whose host the URL names, else any OpenAI-compatible server. Nothing
/// for a type that neither shape has.
[[nodiscard]] std::optional<std::string> provider_kind(std::string_view type, std::string_view base_url,
                                                       bool has_project);
[[nodiscard]] bool in_shape(std::string_view type, Shape shape);

/// Presets of a tenant (page 5).
struct Tier {
  std::string_view name;
  std::int64_t rps, rpm, tpm, rpd;
};
/// `docs`: the guides' table, `api`: the example of the API description.
[[nodiscard]] std::span<const Tier> tiers(std::string_view table);
[[nodiscard]] const Tier* tier(std::string_view table, std::string_view name);

[[nodiscard]] std::optional<ir::Policy> policy_of(std::string_view strategy);
[[nodiscard]] std::string_view strategy_of(ir::Policy policy);

/// A fixed minute, a fixed day, a calendar month.
[[nodiscard]] ir::Window day_window();
/// daily, weekly, monthly; nothing for other words.
[[nodiscard]] std::optional<ir::Window> period_window(std::string_view period);
[[nodiscard]] std::string_view period_of(const ir::Window& window);
[[nodiscard]] ir::Window lifetime_window();

/// Names with the letters that a glob gives a meaning written out, and back. `unescaped` is nothing where a glob has
/// more than stars.
[[nodiscard]] std::string escape_glob(std::string_view name, bool keep_stars);
[[nodiscard]] std::optional<std::string> unescape_glob(std::string_view glob, bool& has_star);

/// USD as whole cents, rounded down; exact says whether nothing was lost.
struct Cents {
  std::int64_t amount = 0;
  bool exact = true;
};
[[nodiscard]] std::optional<Cents> cents_of(const base::Decimal& usd);
[[nodiscard]] base::Decimal usd_of(std::int64_t cents);

}  // namespace gatec::targets::worldflow
