#pragma once

#include "compiler/base/decimal.h"
#include "compiler/ir/routing.h"
#include "targets/key_table.h"

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace gatec::targets::ferro {

inline constexpr std::string_view kName = "ferro";

/// keys.def.
[[nodiscard]] const KeyTable& keys();
/// The row of areas.def that a key belongs to.
[[nodiscard]] const AreaRow& area_of(const KeyRow& row);

enum class Mode : std::uint8_t {
  Single,
  Fallback,
  Loadbalance,
  Conditional,
  LeastLatency,
  CostOptimized,
  ContentBased,
  AbTest
};
[[nodiscard]] std::optional<Mode> mode_of(std::string_view text);
[[nodiscard]] std::string_view mode_name(Mode mode);
/// A respelling that leaves no doubt (`load-balance`, `least_latency`).
[[nodiscard]] std::optional<Mode> nearest_mode(std::string_view text);
/// Whether a failed call goes on to another target.
[[nodiscard]] bool fails_over(Mode mode);

/// What a variable of the environment says of a provider.
enum class Said : std::uint8_t { Key, Url, Version, Region, Deployment, Param, Models };
struct Variable {
  std::string_view provider;  // the gateway's id
  std::string_view name;
  Said says;
  bool required = false;   // without it the provider does not register
  std::string_view param;  // canonical name of a Param
};
[[nodiscard]] std::span<const Variable> variables();
[[nodiscard]] const Variable* variable(std::string_view name);
[[nodiscard]] const Variable* variable(std::string_view provider, Said says);

/// Ids that a target may name.
[[nodiscard]] std::span<const std::string_view> provider_ids();
[[nodiscard]] bool is_provider_id(std::string_view id);
/// The gateway's id of a canonical kind; empty when it has none.
[[nodiscard]] std::string_view id_of_kind(std::string_view kind);
/// The provider that the words of somebody's own name for one tell (`openai-prod`, `my_azure`); empty when none does.
[[nodiscard]] std::string_view id_in_words(std::string_view name);
/// Canonical kind of an id; the id itself when nobody knows it.
[[nodiscard]] std::string_view kind_of_id(std::string_view id);
/// Providers that are offered every model id that nobody else owns.
[[nodiscard]] bool takes_any_model(std::string_view id);
/// Providers of whose catalogue a model id is likely to be a part, told by its family.
[[nodiscard]] bool may_own(std::string_view id, std::string_view model);
/// Calls of azure-openai that take the requested id for the deployment.
[[nodiscard]] bool is_unpinned(std::string_view model, std::string_view mode);

/// Between the IR's base URL and the gateway's root: what is added there and what is taken off.
struct UrlEnds {
  std::string_view ferro, ir;
};
[[nodiscard]] UrlEnds url_ends(std::string_view id);

/// Variables of the process, beside those of providers.
[[nodiscard]] bool is_process_variable(std::string_view name);

/// `${NAME}` as the whole text.
[[nodiscard]] std::optional<ir::Credential> parse_reference(std::string_view text);

/// Go's durations (`1h30m`, `500ms`) in seconds.
[[nodiscard]] std::optional<base::Decimal> seconds_of(std::string_view duration);
[[nodiscard]] std::string duration_of(const base::Decimal& seconds);

struct Plugin {
  std::string_view name, type;
  std::array<std::string_view, 3> stages;  // those it works at, in order; empty ones at the end
};
[[nodiscard]] const Plugin* plugin_named(std::string_view name);
[[nodiscard]] std::span<const Plugin> plugins();
[[nodiscard]] bool is_managed_plugin(std::string_view name);
[[nodiscard]] bool is_stage(std::string_view text);

/// 1.4 and later: declared models, failover under every strategy of choice, stages with one config.
[[nodiscard]] bool has_declared_models(std::string_view version);

}  // namespace gatec::targets::ferro
