#include "targets/llmgateway/tables.h"

#include "compiler/facts/providers.h"

#include <algorithm>
#include <array>

namespace gatec::targets::llmgateway {
namespace {

enum class Area : std::uint8_t {
#define GATEC_AREA(name, fate, advice) name,
#include "targets/llmgateway/areas.def"
#undef GATEC_AREA
};

constexpr bool Manual = true;
constexpr bool Skipped = false;
constexpr AreaRow kAreas[] = {
#define GATEC_AREA(name, fate, advice) {#name, fate, advice},
#include "targets/llmgateway/areas.def"
#undef GATEC_AREA
};

constexpr KeyRow kRows[] = {
#define GATEC_KEY(path, type, handling, area, snapshot, source) \
  {path, KeyType::type, Handling::handling, #area, source, #snapshot},
#include "targets/llmgateway/keys.def"
#undef GATEC_KEY
};

constexpr Area kRowAreas[] = {
#define GATEC_KEY(path, type, handling, area, snapshot, source) Area::area,
#include "targets/llmgateway/keys.def"
#undef GATEC_KEY
};

constexpr EntityFacts kEntities[] = {
    {Entity::Organization, "organization", "organization", "$organization", "an organization"},
    {Entity::ProviderKey, "provider_keys", "providerKeys", "$provider_key", "a provider key"},
    {Entity::CustomModel, "custom_models", "customModels", "$custom_model", "a custom model"},
    {Entity::Member, "members", "members", "$member", "a member"},
    {Entity::Team, "teams", "teams", "$team", "a team"},
    {Entity::Project, "projects", "projects", "$project", "a project"},
    {Entity::DynamicRoute, "dynamic_routes", "dynamicRoutes", "$dynamic_route", "a dynamic route"},
    {Entity::ApiKey, "api_keys", "apiKeys", "$api_key", "an API key"},
    {Entity::RateLimit, "rate_limits", "rateLimits", "$rate_limit", "a rate limit"},
    {Entity::Guardrails, "guardrails", "guardrails", "$guardrails", "the guardrails"},
    {Entity::Model, "models", "models", "$model", "an entry of the model map"},
};
static_assert(std::size(kEntities) == static_cast<std::size_t>(Entity::Count));

// Section 2; ids of both snapshots.
constexpr std::string_view kProviders[] = {
    "openai",     "anthropic", "google-ai-studio", "google-vertex", "aws-bedrock", "azure",          "groq",
    "cerebras",   "xai",       "deepseek",         "mistral",       "together.ai", "together-ai",    "perplexity",
    "novita",     "moonshot",  "alibaba",          "zai",           "nebius",      "bytedance",      "inference.net",
    "nanogpt",    "routeway",  "canopywave",       "cloudrift",     "llmgateway",  "minimax",        "azure-ai-foundry",
    "embercloud", "glacier",   "quartz",           "avalanche",     "kluster.ai",  "azure-anthropic"};

// Section 2; names are irregular, so they stand in a table.
constexpr Variable kVariables[] = {
    {"LLM_OPENAI_API_KEY", "openai", Said::Key},
    {"LLM_OPENAI_BASE_URL", "openai", Said::Url},
    {"LLM_ANTHROPIC_API_KEY", "anthropic", Said::Key},
    {"LLM_GOOGLE_AI_STUDIO_API_KEY", "google-ai-studio", Said::Key},
    {"LLM_GOOGLE_AI_STUDIO_BASE_URL", "google-ai-studio", Said::Url},
    {"LLM_GOOGLE_VERTEX_API_KEY", "google-vertex", Said::Key},
    {"LLM_GOOGLE_CLOUD_PROJECT", "google-vertex", Said::Project},
    {"LLM_GOOGLE_VERTEX_REGION", "google-vertex", Said::Region},
    {"LLM_AWS_BEDROCK_API_KEY", "aws-bedrock", Said::Key},
    {"LLM_AWS_BEDROCK_BASE_URL", "aws-bedrock", Said::Url},
    {"LLM_AWS_BEDROCK_REGION", "aws-bedrock", Said::Prefix},
    {"LLM_AZURE_API_KEY", "azure", Said::Key},
    {"LLM_AZURE_RESOURCE", "azure", Said::Resource},
    {"LLM_AZURE_DEPLOYMENT_TYPE", "azure", Said::DeploymentType},
    {"LLM_AZURE_API_VERSION", "azure", Said::Version},
    {"LLM_AZURE_AI_FOUNDRY_API_KEY", "azure-ai-foundry", Said::Key},
    {"LLM_AZURE_AI_FOUNDRY_RESOURCE", "azure-ai-foundry", Said::Resource},
    {"LLM_GROQ_API_KEY", "groq", Said::Key},
    {"LLM_CEREBRAS_API_KEY", "cerebras", Said::Key},
    {"LLM_X_AI_API_KEY", "xai", Said::Key},
    {"LLM_DEEPSEEK_API_KEY", "deepseek", Said::Key},
    {"LLM_MISTRAL_API_KEY", "mistral", Said::Key},
    {"LLM_TOGETHER_AI_API_KEY", "together.ai", Said::Key},
    {"LLM_PERPLEXITY_API_KEY", "perplexity", Said::Key},
    {"LLM_NOVITA_AI_API_KEY", "novita", Said::Key},
    {"LLM_MOONSHOT_API_KEY", "moonshot", Said::Key},
    {"LLM_ALIBABA_API_KEY", "alibaba", Said::Key},
    {"LLM_ALIBABA_REGION", "alibaba", Said::Region},
    {"LLM_Z_AI_API_KEY", "zai", Said::Key},
    {"LLM_NEBIUS_API_KEY", "nebius", Said::Key},
    {"LLM_BYTEDANCE_API_KEY", "bytedance", Said::Key},
    {"LLM_INFERENCE_NET_API_KEY", "inference.net", Said::Key},
    {"LLM_NANO_GPT_API_KEY", "nanogpt", Said::Key},
    {"LLM_ROUTEWAY_API_KEY", "routeway", Said::Key},
    {"LLM_CANOPY_WAVE_API_KEY", "canopywave", Said::Key},
    {"LLM_CLOUD_RIFT_API_KEY", "cloudrift", Said::Key},
    {"LLM_LLMGATEWAY_API_KEY", "llmgateway", Said::Key},
    {"LLM_MINIMAX_API_KEY", "minimax", Said::Key},
};

// Section 8.
constexpr std::string_view kServer[] = {"POSTGRES_USER",
                                        "POSTGRES_PASSWORD",
                                        "POSTGRES_DB",
                                        "POSTGRES_PORT",
                                        "DATABASE_URL",
                                        "REDIS_HOST",
                                        "REDIS_PORT",
                                        "REDIS_PASSWORD",
                                        "AUTH_SECRET",
                                        "UI_URL",
                                        "API_URL",
                                        "API_BACKEND_URL",
                                        "ORIGIN_URLS",
                                        "DOCS_URL",
                                        "ADMIN_URL",
                                        "CODE_URL",
                                        "PLAYGROUND_URL",
                                        "COOKIE_DOMAIN",
                                        "PASSKEY_RP_ID",
                                        "PASSKEY_RP_NAME",
                                        "PAID_MODE",
                                        "HOSTED",
                                        "BILL_CANCELLED_REQUESTS",
                                        "ENABLE_DATA_RETENTION_CLEANUP",
                                        "BACKFILL_DURATION_SECONDS",
                                        "TIMEOUT_MS",
                                        "IMAGE_SIZE_LIMIT_FREE_MB",
                                        "IMAGE_SIZE_LIMIT_PRO_MB",
                                        "RUN_MIGRATIONS",
                                        "GITHUB_CLIENT_ID",
                                        "GITHUB_CLIENT_SECRET",
                                        "GATEWAY_API_KEY_HASH_SECRET",
                                        "CLIENT_IP_HEADER",
                                        "ALLOW_INSECURE_PROVIDER_URLS",
                                        "EXPLORATION_RATE",
                                        "PREFERRED_PROVIDER_TTL",
                                        "PREFERRED_PROVIDER_UPTIME_THRESHOLD",
                                        "PREFERRED_PROVIDER_SCORE_MARGIN",
                                        "SEMANTIC_CACHE_EMBEDDING_MODEL",
                                        "SEMANTIC_CACHE_EMBEDDING_API_KEY",
                                        "SEMANTIC_CACHE_EMBEDDING_BASE_URL",
                                        "SEMANTIC_CACHE_EMBEDDING_DIMENSIONS",
                                        "SHUTDOWN_GRACE_PERIOD_MS",
                                        "GATEWAY_RATE_LIMIT_WINDOW_SECONDS",
                                        "AI_STREAMING_TIMEOUT_MS",
                                        "AI_TIMEOUT_MS",
                                        "GATEWAY_TIMEOUT_MS"};

constexpr std::int64_t kHour = 3'600;
constexpr std::int64_t kDay = 86'400;
constexpr std::int64_t kWeek = 7 * kDay;
constexpr std::int64_t kLongMonth = 31 * kDay;

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }

bool dashed(std::string_view name, bool digits) {
  bool dash = true;
  for (const char c : name) {
    if (c == '-') {
      if (dash) return false;
      dash = true;
      continue;
    }
    if (!is_lower(c) && !(digits && c >= '0' && c <= '9')) return false;
    dash = false;
  }
  return !dash;
}

}  // namespace

const KeyTable& keys() {
  static const KeyTable table{kRows};
  return table;
}

const AreaRow& area_of(const KeyRow& row) { return kAreas[static_cast<std::size_t>(kRowAreas[&row - kRows])]; }

const EntityFacts& facts_of(Entity entity) { return kEntities[static_cast<std::size_t>(entity)]; }
std::span<const EntityFacts> entities() { return kEntities; }

std::string variable_for(std::string_view words, std::string_view ending) {
  std::string name;
  for (const char c : slug(words)) name += c == '-' ? '_' : is_lower(c) ? static_cast<char>(c - 'a' + 'A') : c;
  if (name.front() >= '0' && name.front() <= '9') name.insert(0, "P_");
  return (name += '_') += ending;
}

std::optional<ir::Credential> parse_reference(std::string_view text) {
  if (!text.starts_with("${") || !text.ends_with('}')) return std::nullopt;
  text = text.substr(2, text.size() - 3);
  if (!is_variable_name(text)) return std::nullopt;
  return ir::Credential::env(std::string(text));
}

std::vector<std::string_view> split_list(std::string_view text) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    std::string_view part = text.substr(0, comma);
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
    while (part.starts_with(' ') || part.starts_with('\t')) part.remove_prefix(1);
    while (part.ends_with(' ') || part.ends_with('\t')) part.remove_suffix(1);
    if (!part.empty()) parts.push_back(part);
  }
  return parts;
}

bool is_provider(std::string_view id) { return std::ranges::find(kProviders, id) != std::end(kProviders); }

std::string kind_of(std::string_view id) {
  const facts::ProviderFacts* facts = facts::provider_by_llmgateway_id(id);
  return std::string(facts != nullptr ? facts->kind : id);
}

std::string_view provider_of(std::string_view kind, Snapshot snapshot) {
  if (kind == "azure_ai" && snapshot == Snapshot::U26) return "azure";
  const facts::ProviderFacts* facts = facts::provider_by_kind(kind);
  if (facts == nullptr || facts->llmgateway.empty()) {
    return std::ranges::find(kProviders, kind) != std::end(kProviders) ? *std::ranges::find(kProviders, kind)
                                                                       : std::string_view();
  }
  const std::string_view id = snapshot == Snapshot::N ? facts->llmgateway.back() : facts->llmgateway.front();
  return id == "minimax" && snapshot == Snapshot::U26 ? std::string_view() : id;
}

std::string kind_at(std::string_view base_url) {
  const facts::ProviderFacts* facts = base_url.empty() ? nullptr : facts::provider_by_host(base_url);
  return std::string(facts != nullptr ? facts->kind : std::string_view("openai"));
}

bool appends_v1(std::string_view kind) {
  const facts::ProviderFacts* facts = facts::provider_by_kind(kind);
  return facts != nullptr && (facts->kind == "openai" || facts->base_url().ends_with("/v1"));
}

const Variable* variable(std::string_view name) {
  const auto found = std::ranges::find(kVariables, name, &Variable::name);
  return found == std::end(kVariables) ? nullptr : &*found;
}

const Variable* variable(std::string_view provider, Said says) {
  if (provider == "together-ai") provider = "together.ai";
  for (const Variable& v : kVariables) {
    if (v.provider == provider && v.says == says) return &v;
  }
  return nullptr;
}

const Variable* legacy_variable(std::string_view name) {
  for (const Variable& v : kVariables) {
    if (v.says == Said::Key && v.name.substr(4) == name) return &v;
  }
  return nullptr;
}

bool is_server_variable(std::string_view name) {
  return std::ranges::find(kServer, name) != std::end(kServer) || name.starts_with("STRIPE_");
}

std::optional<ir::Window> period_window(std::int64_t value, std::string_view unit) {
  if (value <= 0 || value > 1'000'000) return std::nullopt;
  ir::Window window;
  window.kind = ir::WindowKind::Rolling;
  window.text = std::to_string(value) + " " + std::string(unit);
  if (unit == "hour") {
    window.seconds = value * kHour;
  } else if (unit == "day") {
    window.seconds = value * kDay;
  } else if (unit == "week") {
    window.seconds = value * kWeek;
  } else if (unit == "month") {
    window.seconds = value * kLongMonth;
    window.unit = ir::CalendarUnit::Month;
    window.count = value;
  } else {
    return std::nullopt;
  }
  return window;
}

std::optional<Period> period_of(const ir::Window& window, bool& exact) {
  exact = window.kind == ir::WindowKind::Rolling;
  const auto allowed = [](std::int64_t value, std::string_view unit) -> std::optional<Period> {
    if (!period_allowed(value, unit)) return std::nullopt;
    return Period{value, unit};
  };
  if (exact) {
    for (const std::string_view unit : {"month", "week", "day", "hour"}) {
      if (!window.text.ends_with(" " + std::string(unit))) continue;
      const auto number = base::Decimal::parse(window.text.substr(0, window.text.size() - unit.size() - 1));
      const auto value = number ? number->as_int64() : std::nullopt;
      const auto same = value ? period_window(*value, unit) : std::nullopt;
      if (same && same_meaning(*same, window)) return allowed(*value, unit);
    }
  }
  std::int64_t seconds = window.seconds;
  if (window.kind == ir::WindowKind::Calendar) {
    const std::int64_t n = std::max<std::int64_t>(window.count, 1);
    switch (window.unit) {
      case ir::CalendarUnit::Month: return allowed(n, "month");
      case ir::CalendarUnit::Week: return allowed(n, "week");
      case ir::CalendarUnit::Day: return allowed(n, "day");
      case ir::CalendarUnit::Hour: return allowed(n, "hour");
      default: return std::nullopt;
    }
  }
  if (window.kind == ir::WindowKind::Lifetime || window.kind == ir::WindowKind::Invalid || seconds < kHour)
    return std::nullopt;
  if (seconds % kDay == 0 && seconds / kDay <= 365) return allowed(seconds / kDay, "day");
  if (seconds % kWeek == 0 && seconds / kWeek <= 52) return allowed(seconds / kWeek, "week");
  exact = exact && seconds % kHour == 0;
  const std::int64_t hours = (seconds + kHour - 1) / kHour;
  if (hours <= 8'760) return allowed(hours, "hour");
  return std::nullopt;
}

bool period_allowed(std::int64_t value, std::string_view unit) {
  const std::int64_t most = unit == "hour"    ? 8'760
                            : unit == "day"   ? 365
                            : unit == "week"  ? 52
                            : unit == "month" ? 12
                                              : 0;
  return value >= 1 && value <= most;
}

ir::Window lifetime_window() {
  ir::Window window;
  window.kind = ir::WindowKind::Lifetime;
  return window;
}

ir::Window sliding(std::int64_t seconds) {
  ir::Window window;
  window.kind = ir::WindowKind::Sliding;
  window.seconds = seconds;
  return window;
}

BedrockName bedrock_name(std::string_view model) {
  for (const std::string_view way : {"converse/", "invoke/"}) {
    if (model.starts_with(way)) model.remove_prefix(way.size());
  }
  for (const std::string_view prefix : {"us.", "eu.", "apac.", "global."}) {
    if (model.starts_with(prefix)) return {model.substr(0, prefix.size()), model.substr(prefix.size())};
  }
  return {{}, model};
}

std::optional<ir::Policy> policy_of(std::string_view strategy) {
  if (strategy == "auto" || strategy == "price") return ir::Policy::Cost;
  if (strategy == "latency") return ir::Policy::Latency;
  return std::nullopt;
}

bool is_custom_name(std::string_view name, Snapshot snapshot) {
  if (name == "dynamic" || name.empty()) return false;
  return snapshot == Snapshot::U26 ? std::ranges::all_of(name, is_lower) : dashed(name, false);
}

bool is_route_name(std::string_view name) { return name.size() <= 64 && dashed(name, true); }

}  // namespace gatec::targets::llmgateway
