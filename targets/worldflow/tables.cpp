#include "targets/worldflow/tables.h"

#include "compiler/facts/providers.h"

#include <algorithm>
#include <array>

namespace gatec::targets::worldflow {
namespace {

enum class Area : std::uint8_t {
#define GATEC_AREA(name, fate, advice) name,
#include "targets/worldflow/areas.def"
#undef GATEC_AREA
};

constexpr bool Manual = true;
constexpr bool Skipped = false;
constexpr AreaRow kAreas[] = {
#define GATEC_AREA(name, fate, advice) {#name, fate, advice},
#include "targets/worldflow/areas.def"
#undef GATEC_AREA
};

constexpr KeyRow kRows[] = {
#define GATEC_KEY(path, type, handling, area, shape, source) \
  {path, KeyType::type, Handling::handling, #area, source, #shape},
#include "targets/worldflow/keys.def"
#undef GATEC_KEY
};

constexpr Area kRowAreas[] = {
#define GATEC_KEY(path, type, handling, area, shape, source) Area::area,
#include "targets/worldflow/keys.def"
#undef GATEC_KEY
};

constexpr EntityFacts kEntities[] = {
    {Entity::VaultKey, "vault_keys", "vault_key", "$vault_key"},
    {Entity::Integration, "integrations", "integration", "$integration"},
    {Entity::Provider, "providers", "provider", "$provider"},
    {Entity::Model, "models", "model", "$model"},
    {Entity::Guardrail, "guardrails", "guardrail", "$guardrail"},
    {Entity::Thresholds, "thresholds", "thresholds", "$thresholds", true},
    {Entity::Chain, "chains", "chain", "$chain"},
    {Entity::RoutingConfig, "routing_config", "routing_config", "$routing_config", true},
    {Entity::RateLimit, "rate_limits", "rate_limit", "$rate_limit", true},
    {Entity::Team, "teams", "team", "$team"},
    {Entity::User, "users", "user", "$user"},
    {Entity::Role, "roles", "role", "$role"},
    {Entity::RoleGrant, "role_grants", "role_grant", "$role_grant"},
    {Entity::ApiKey, "api_keys", "api_key", "$api_key"},
    {Entity::VirtualKey, "virtual_keys", "virtual_key", "$virtual_key"},
};
static_assert(std::size(kEntities) == static_cast<std::size_t>(Entity::Count));

// Page 5; the sources contradict each other, so both tables are kept.
constexpr Tier kDocsTiers[] = {{"starter", 10, 600, 100'000, 10'000},
                               {"pro", 100, 6'000, 1'000'000, 100'000},
                               {"enterprise", 500, 30'000, 10'000'000, 1'000'000}};
constexpr Tier kApiTiers[] = {{"starter", 10, 100, 100'000, 5'000},
                              {"pro", 50, 1'000, 1'000'000, 50'000},
                              {"enterprise", 100, 3'000, 2'000'000, 100'000}};

constexpr std::string_view kCustom = "CUSTOM";
constexpr std::int64_t kDay = 86'400;

struct Strategy {
  std::string_view name;
  ir::Policy policy;
};
// Page 4.2, read backwards: what a strategy comes nearest to.
constexpr Strategy kStrategies[] = {
    {"cost_optimized", ir::Policy::Cost}, {"balanced", ir::Policy::Usage}, {"latency_sensitive", ir::Policy::Latency}};

}  // namespace

const KeyTable& keys() {
  static const KeyTable table{kRows};
  return table;
}

const AreaRow& area_of(const KeyRow& row) { return kAreas[static_cast<std::size_t>(kRowAreas[&row - kRows])]; }

std::string_view shape_name(Shape shape) { return shape == Shape::Spec ? "spec" : "guide"; }

const EntityFacts& facts_of(Entity entity) { return kEntities[static_cast<std::size_t>(entity)]; }
std::span<const EntityFacts> entities() { return kEntities; }

std::optional<Entity> entity_of_stem(std::string_view stem) {
  for (const EntityFacts& e : kEntities) {
    if (e.stem == stem) return e.entity;
  }
  return std::nullopt;
}

std::string reference(Entity entity, std::string_view name) {
  return "@" + std::string(facts_of(entity).singular) + "/" + slug(name);
}

std::optional<ir::Credential> parse_reference(std::string_view text) {
  if (!text.starts_with('$')) return std::nullopt;
  text.remove_prefix(1);
  if (text.starts_with('{') && text.ends_with('}')) text = text.substr(1, text.size() - 2);
  if (!is_variable_name(text)) return std::nullopt;
  return ir::Credential::env(std::string(text));
}

std::string_view provider_type(std::string_view kind, Shape shape) {
  const facts::ProviderFacts* facts = facts::provider_by_kind(kind);
  if (facts == nullptr) return kCustom;
  const std::string_view type = shape == Shape::Spec ? facts->worldflow_spec : facts->worldflow;
  return type.empty() ? kCustom : type;
}

std::optional<std::string> provider_kind(std::string_view type, std::string_view base_url, bool has_project) {
  if (type == kCustom) {
    const facts::ProviderFacts* facts = base_url.empty() ? nullptr : facts::provider_by_host(base_url);
    return std::string(facts != nullptr ? facts->kind : std::string_view("openai"));
  }
  if (type == "GOOGLE") return has_project ? "vertex_ai" : "google";
  const facts::ProviderFacts* facts = facts::provider_by_worldflow_type(type);
  if (facts == nullptr) return std::nullopt;
  return std::string(facts->kind);
}

bool in_shape(std::string_view type, Shape shape) {
  return std::ranges::any_of(facts::providers(), [&](const facts::ProviderFacts& f) {
    return (shape == Shape::Spec ? f.worldflow_spec : f.worldflow) == type;
  });
}

std::span<const Tier> tiers(std::string_view table) {
  if (table == "api") return kApiTiers;
  return kDocsTiers;
}

const Tier* tier(std::string_view table, std::string_view name) {
  for (const Tier& t : tiers(table)) {
    if (t.name == name) return &t;
  }
  return nullptr;
}

std::optional<ir::Policy> policy_of(std::string_view strategy) {
  for (const Strategy& s : kStrategies) {
    if (s.name == strategy) return s.policy;
  }
  return std::nullopt;
}

std::string_view strategy_of(ir::Policy policy) {
  for (const Strategy& s : kStrategies) {
    if (s.policy == policy) return s.name;
  }
  return {};
}

ir::Window day_window() {
  ir::Window window;
  window.kind = ir::WindowKind::Fixed;
  window.seconds = kDay;
  return window;
}

std::optional<ir::Window> period_window(std::string_view period) {
  ir::Window window;
  window.kind = ir::WindowKind::Calendar;
  window.count = 1;
  window.text = period;
  if (period == "daily") {
    window.unit = ir::CalendarUnit::Day;
    window.seconds = kDay;
  } else if (period == "weekly") {
    window.unit = ir::CalendarUnit::Week;
    window.seconds = 7 * kDay;
  } else if (period == "monthly") {
    window.unit = ir::CalendarUnit::Month;
  } else {
    return std::nullopt;
  }
  return window;
}

std::string_view period_of(const ir::Window& window) {
  if (window.kind != ir::WindowKind::Calendar) return {};
  if (window.count == 1 && window.unit == ir::CalendarUnit::Day) return "daily";
  if (window.count == 1 && window.unit == ir::CalendarUnit::Week) return "weekly";
  if (window.count == 1 && window.unit == ir::CalendarUnit::Month) return "monthly";
  return {};
}

ir::Window lifetime_window() {
  ir::Window window;
  window.kind = ir::WindowKind::Lifetime;
  return window;
}

std::string escape_glob(std::string_view name, bool keep_stars) {
  std::string out;
  for (const char c : name) {
    const bool special = c == '?' || c == '[' || c == ']' || c == '\\' || (c == '*' && !keep_stars);
    if (special) out += '\\';
    out += c;
  }
  return out;
}

std::optional<std::string> unescape_glob(std::string_view glob, bool& has_star) {
  std::string out;
  has_star = false;
  for (std::size_t i = 0; i < glob.size(); ++i) {
    const char c = glob[i];
    if (c == '\\' && i + 1 < glob.size()) {
      if (glob[i + 1] == '*') return std::nullopt;
      out += glob[++i];
      continue;
    }
    if (c == '?' || c == '[' || c == ']') return std::nullopt;
    has_star = has_star || c == '*';
    out += c;
  }
  return out;
}

std::optional<Cents> cents_of(const base::Decimal& usd) {
  const auto cents = usd.times(base::Decimal(100));
  const auto whole = cents ? cents->floor() : std::nullopt;
  if (!whole) return std::nullopt;
  return Cents{*whole, base::Decimal(*whole) == *cents};
}

base::Decimal usd_of(std::int64_t cents) {
  return base::Decimal(cents).divided_by(base::Decimal(100)).value_or(base::Decimal(0));
}

}  // namespace gatec::targets::worldflow
