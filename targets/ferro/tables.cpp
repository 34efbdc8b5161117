#include "targets/ferro/tables.h"

#include "compiler/facts/providers.h"
#include "targets/dialect.h"

#include <algorithm>

namespace gatec::targets::ferro {
namespace {

enum class Area : std::uint8_t {
#define GATEC_AREA(name, fate, advice) name,
#include "targets/ferro/areas.def"
#undef GATEC_AREA
};

constexpr bool Manual = true;
constexpr bool Skipped = false;
constexpr AreaRow kAreas[] = {
#define GATEC_AREA(name, fate, advice) {#name, fate, advice},
#include "targets/ferro/areas.def"
#undef GATEC_AREA
};

constexpr KeyRow kRows[] = {
#define GATEC_KEY(path, type, handling, area, source) {path, KeyType::type, Handling::handling, #area, source, {}},
#include "targets/ferro/keys.def"
#undef GATEC_KEY
};

constexpr Area kRowAreas[] = {
#define GATEC_KEY(path, type, handling, area, source) Area::area,
#include "targets/ferro/keys.def"
#undef GATEC_KEY
};

constexpr std::string_view kModes[] = {"single",        "fallback",       "loadbalance",   "conditional",
                                       "least-latency", "cost-optimized", "content-based", "ab-test"};

// Page 1.9.
constexpr Variable kVariables[] = {
    {"ai21", "AI21_API_KEY", Said::Key, true, {}},
    {"ai21", "AI21_BASE_URL", Said::Url, false, {}},
    {"anthropic", "ANTHROPIC_API_KEY", Said::Key, true, {}},
    {"anthropic", "ANTHROPIC_BASE_URL", Said::Url, false, {}},
    {"azure-foundry", "AZURE_FOUNDRY_API_KEY", Said::Key, true, {}},
    {"azure-foundry", "AZURE_FOUNDRY_ENDPOINT", Said::Url, true, {}},
    {"azure-foundry", "AZURE_FOUNDRY_API_VERSION", Said::Version, false, {}},
    {"azure-openai", "AZURE_OPENAI_API_KEY", Said::Key, true, {}},
    {"azure-openai", "AZURE_OPENAI_ENDPOINT", Said::Url, true, {}},
    {"azure-openai", "AZURE_OPENAI_DEPLOYMENT", Said::Deployment, true, {}},
    {"azure-openai", "AZURE_OPENAI_API_VERSION", Said::Version, false, {}},
    {"bedrock", "AWS_BEARER_TOKEN_BEDROCK", Said::Key, false, {}},
    {"bedrock", "AWS_REGION", Said::Region, false, {}},
    {"bedrock", "AWS_ACCESS_KEY_ID", Said::Param, false, "aws_access_key_id"},
    {"bedrock", "AWS_SECRET_ACCESS_KEY", Said::Param, false, "aws_secret_access_key"},
    {"bedrock", "AWS_SESSION_TOKEN", Said::Param, false, "aws_session_token"},
    {"cerebras", "CEREBRAS_API_KEY", Said::Key, true, {}},
    {"cerebras", "CEREBRAS_BASE_URL", Said::Url, false, {}},
    {"cloudflare", "CLOUDFLARE_API_KEY", Said::Key, true, {}},
    {"cloudflare", "CLOUDFLARE_ACCOUNT_ID", Said::Param, true, "cloudflare_account_id"},
    {"cloudflare", "CLOUDFLARE_BASE_URL", Said::Url, false, {}},
    {"cohere", "COHERE_API_KEY", Said::Key, true, {}},
    {"cohere", "COHERE_BASE_URL", Said::Url, false, {}},
    {"databricks", "DATABRICKS_TOKEN", Said::Key, true, {}},
    {"databricks", "DATABRICKS_HOST", Said::Url, true, {}},
    {"deepinfra", "DEEPINFRA_API_KEY", Said::Key, true, {}},
    {"deepinfra", "DEEPINFRA_BASE_URL", Said::Url, false, {}},
    {"deepseek", "DEEPSEEK_API_KEY", Said::Key, true, {}},
    {"deepseek", "DEEPSEEK_BASE_URL", Said::Url, false, {}},
    {"fireworks", "FIREWORKS_API_KEY", Said::Key, true, {}},
    {"fireworks", "FIREWORKS_BASE_URL", Said::Url, false, {}},
    {"gemini", "GEMINI_API_KEY", Said::Key, true, {}},
    {"gemini", "GEMINI_BASE_URL", Said::Url, false, {}},
    {"groq", "GROQ_API_KEY", Said::Key, true, {}},
    {"groq", "GROQ_BASE_URL", Said::Url, false, {}},
    {"hugging-face", "HUGGING_FACE_API_KEY", Said::Key, true, {}},
    {"hugging-face", "HUGGING_FACE_ENDPOINT", Said::Url, false, {}},
    {"mistral", "MISTRAL_API_KEY", Said::Key, true, {}},
    {"mistral", "MISTRAL_BASE_URL", Said::Url, false, {}},
    {"moonshot", "MOONSHOT_API_KEY", Said::Key, true, {}},
    {"moonshot", "MOONSHOT_BASE_URL", Said::Url, false, {}},
    {"novita", "NOVITA_API_KEY", Said::Key, true, {}},
    {"novita", "NOVITA_BASE_URL", Said::Url, false, {}},
    {"nvidia-nim", "NVIDIA_NIM_API_KEY", Said::Key, true, {}},
    {"nvidia-nim", "NVIDIA_NIM_BASE_URL", Said::Url, false, {}},
    {"ollama", "OLLAMA_HOST", Said::Url, true, {}},
    {"ollama", "FERRO_OLLAMA_MODELS", Said::Models, false, {}},
    {"ollama-cloud", "OLLAMA_API_KEY", Said::Key, true, {}},
    {"ollama-cloud", "OLLAMA_CLOUD_BASE_URL", Said::Url, false, {}},
    {"ollama-cloud", "OLLAMA_CLOUD_MODELS", Said::Models, false, {}},
    {"openai", "OPENAI_API_KEY", Said::Key, true, {}},
    {"openai", "OPENAI_BASE_URL", Said::Url, false, {}},
    {"openrouter", "OPENROUTER_API_KEY", Said::Key, true, {}},
    {"openrouter", "OPENROUTER_BASE_URL", Said::Url, false, {}},
    {"perplexity", "PERPLEXITY_API_KEY", Said::Key, true, {}},
    {"perplexity", "PERPLEXITY_BASE_URL", Said::Url, false, {}},
    {"qwen", "QWEN_API_KEY", Said::Key, true, {}},
    {"qwen", "QWEN_BASE_URL", Said::Url, false, {}},
    {"replicate", "REPLICATE_API_TOKEN", Said::Key, true, {}},
    {"replicate", "REPLICATE_BASE_URL", Said::Url, false, {}},
    {"replicate", "REPLICATE_TEXT_MODELS", Said::Models, false, {}},
    {"replicate", "REPLICATE_IMAGE_MODELS", Said::Models, false, {}},
    {"sambanova", "SAMBANOVA_API_KEY", Said::Key, true, {}},
    {"sambanova", "SAMBANOVA_BASE_URL", Said::Url, false, {}},
    {"together", "TOGETHER_API_KEY", Said::Key, true, {}},
    {"together", "TOGETHER_BASE_URL", Said::Url, false, {}},
    {"vertex-ai", "VERTEX_AI_API_KEY", Said::Key, false, {}},
    {"vertex-ai", "VERTEX_AI_PROJECT_ID", Said::Param, true, "vertex_project"},
    {"vertex-ai", "VERTEX_AI_REGION", Said::Region, true, {}},
    {"vertex-ai", "VERTEX_AI_SERVICE_ACCOUNT_JSON", Said::Param, false, "vertex_credentials"},
    {"xai", "XAI_API_KEY", Said::Key, true, {}},
    {"xai", "XAI_BASE_URL", Said::Url, false, {}},
};

constexpr std::string_view kIds[] = {"ai21",         "anthropic",  "azure-foundry", "azure-openai", "bedrock",
                                     "cerebras",     "cloudflare", "cohere",        "databricks",   "deepinfra",
                                     "deepseek",     "fireworks",  "gemini",        "groq",         "hugging-face",
                                     "mistral",      "moonshot",   "novita",        "nvidia-nim",   "ollama",
                                     "ollama-cloud", "openai",     "openrouter",    "perplexity",   "qwen",
                                     "replicate",    "sambanova",  "together",      "vertex-ai",    "xai"};

// Page 1.10.
constexpr std::string_view kProcess[] = {"GATEWAY_CONFIG",
                                         "PORT",
                                         "MASTER_KEY",
                                         "ALLOW_UNAUTHENTICATED_PROXY",
                                         "GATEWAY_ENV",
                                         "RATE_LIMIT_RPS",
                                         "RATE_LIMIT_BURST",
                                         "TRUSTED_PROXIES",
                                         "CORS_ORIGINS",
                                         "API_KEY_STORE_BACKEND",
                                         "API_KEY_STORE_DSN",
                                         "CONFIG_STORE_BACKEND",
                                         "CONFIG_STORE_DSN",
                                         "REQUEST_LOG_STORE_BACKEND",
                                         "REQUEST_LOG_STORE_DSN",
                                         "FERRO_MODEL_CATALOG_URL",
                                         "FERRO_MODEL_CATALOG_TIMEOUT",
                                         "FERRO_MODEL_DISCOVERY_INTERVAL",
                                         "LOG_LEVEL",
                                         "ENABLE_PPROF",
                                         "OTEL_EXPORTER_OTLP_ENDPOINT",
                                         "OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
                                         "FERROGW_URL",
                                         "FERROGW_API_KEY",
                                         "NO_COLOR"};

constexpr Plugin kPlugins[] = {
    {"max-token", "guardrail", {"before_request"}},
    {"word-filter", "guardrail", {"before_request"}},
    {"rate-limit", "ratelimit", {"before_request"}},
    {"budget", "ratelimit", {"before_request", "after_request"}},
    {"response-cache", "transform", {"before_request", "after_request"}},
    {"request-logger", "logging", {"before_request", "after_request", "on_error"}},
};
constexpr std::string_view kManaged[] = {"pii-redact", "secret-scan", "prompt-shield", "schema-guard", "regex-guard"};
constexpr std::string_view kStages[] = {"before_request", "after_request", "on_error"};

template <std::size_t N>
bool among(const std::string_view (&names)[N], std::string_view name) {
  return std::ranges::find(names, name) != std::end(names);
}

}  // namespace

const KeyTable& keys() {
  static const KeyTable table{kRows};
  return table;
}

const AreaRow& area_of(const KeyRow& row) { return kAreas[static_cast<std::size_t>(kRowAreas[&row - kRows])]; }

std::optional<Mode> mode_of(std::string_view text) {
  const auto found = std::ranges::find(kModes, text);
  if (found == std::end(kModes)) return std::nullopt;
  return static_cast<Mode>(found - std::begin(kModes));
}
std::string_view mode_name(Mode mode) { return kModes[static_cast<std::size_t>(mode)]; }

std::optional<Mode> nearest_mode(std::string_view text) {
  const auto bare = [](std::string_view s) {
    std::string out;
    for (const char c : s) {
      if (c != '-' && c != '_' && c != ' ') out += c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    }
    return out;
  };
  const std::string wanted = bare(text);
  for (std::size_t i = 0; i < std::size(kModes); ++i) {
    if (bare(kModes[i]) == wanted) return static_cast<Mode>(i);
  }
  if (wanted == "roundrobin" || wanted == "weighted") return Mode::Loadbalance;
  return std::nullopt;
}

bool fails_over(Mode mode) { return mode != Mode::Single && mode != Mode::Conditional && mode != Mode::ContentBased; }

std::span<const Variable> variables() { return kVariables; }
const Variable* variable(std::string_view name) {
  if (name == "OLLAMA_MODELS") name = "FERRO_OLLAMA_MODELS";
  const auto found = std::ranges::find(kVariables, name, &Variable::name);
  return found == std::end(kVariables) ? nullptr : &*found;
}
const Variable* variable(std::string_view provider, Said says) {
  const auto found =
      std::ranges::find_if(kVariables, [&](const Variable& v) { return v.provider == provider && v.says == says; });
  return found == std::end(kVariables) ? nullptr : &*found;
}

std::span<const std::string_view> provider_ids() { return kIds; }
bool is_provider_id(std::string_view id) { return among(kIds, id); }

std::string_view id_of_kind(std::string_view kind) {
  const facts::ProviderFacts* known = facts::provider_by_kind(kind);
  if (known != nullptr) return known->ferro;
  return is_provider_id(kind) ? kind : std::string_view{};
}
std::string_view kind_of_id(std::string_view id) {
  const facts::ProviderFacts* known = facts::provider_by_ferro_id(id);
  return known == nullptr ? id : known->kind;
}

std::string_view id_in_words(std::string_view name) {
  std::string words = "-";
  for (const char c : name) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    const bool capital = c >= 'A' && c <= 'Z';
    words += letter ? c : capital ? static_cast<char>(c + 32) : '-';
  }
  words += '-';
  const auto has = [&](std::string_view word) {
    return words.find("-" + std::string(word) + "-") != std::string::npos;
  };
  std::string_view best;
  std::size_t length = 0;
  const auto better = [&](std::string_view word, std::string_view id) {
    if (word.size() <= length || id.empty() || !has(word)) return;
    best = id;
    length = word.size();
  };
  for (const std::string_view id : kIds) better(id, id);
  for (const facts::ProviderFacts& p : facts::providers()) better(p.portkey, p.ferro);
  constexpr std::pair<std::string_view, std::string_view> kShort[] = {{"azure", "azure-openai"},
                                                                      {"vertex", "vertex-ai"},
                                                                      {"aws", "bedrock"},
                                                                      {"claude", "anthropic"},
                                                                      {"gpt", "openai"}};
  for (const auto& [word, id] : kShort) {
    if (best.empty() && has(word)) best = id;
  }
  return best;
}

bool takes_any_model(std::string_view id) {
  constexpr std::string_view kAny[] = {"azure-foundry", "cloudflare", "databricks",
                                       "hugging-face",  "ollama",     "openrouter"};
  return among(kAny, id);
}

bool may_own(std::string_view id, std::string_view model) {
  const auto is = [&](std::initializer_list<std::string_view> heads) {
    return std::ranges::any_of(heads, [&](std::string_view head) { return model.starts_with(head); });
  };
  const bool azure = id == "azure-openai" || id == "azure-foundry";
  if (is({"gpt-", "o1", "o3", "o4", "text-embedding-", "dall-e", "whisper", "tts-"})) return id == "openai" || azure;
  if (is({"claude-"})) return id == "anthropic" || id == "vertex-ai" || azure;
  if (is({"gemini-", "gemma-"})) return id == "gemini" || id == "vertex-ai";
  if (is({"grok-"})) return id == "xai" || azure;
  if (is({"deepseek-"})) return id == "deepseek" || azure;
  if (is({"mistral-", "codestral", "ministral", "pixtral"})) return id == "mistral" || id == "vertex-ai" || azure;
  if (is({"command-", "embed-", "rerank-"})) return id == "cohere";
  return false;
}

bool is_unpinned(std::string_view model, std::string_view mode) {
  if (!mode.empty()) return mode != "chat" && mode != "completion" && mode != "responses";
  return model.find("embedding") != std::string_view::npos || model.starts_with("dall-e") ||
         model.starts_with("gpt-image");
}

UrlEnds url_ends(std::string_view id) {
  if (id == "anthropic") return {"/v1", ""};
  if (id == "gemini") return {"/v1beta", ""};
  if (id == "databricks") return {"", "/serving-endpoints"};
  return {};
}

bool is_process_variable(std::string_view name) { return among(kProcess, name); }

std::optional<ir::Credential> parse_reference(std::string_view text) {
  if (text.size() < 4 || !text.starts_with("${") || !text.ends_with('}')) return std::nullopt;
  const std::string_view name = text.substr(2, text.size() - 3);
  if (!is_variable_name(name)) return std::nullopt;
  return ir::Credential::env(std::string(name));
}

std::optional<base::Decimal> seconds_of(std::string_view duration) {
  using base::Decimal;
  const bool negative = duration.starts_with('-');
  if (negative || duration.starts_with('+')) duration.remove_prefix(1);
  if (duration == "0") return Decimal(0);
  if (duration.empty()) return std::nullopt;
  struct Unit {
    std::string_view name, seconds;
  };
  constexpr Unit kUnits[] = {{"ns", "0.000000001"}, {"us", "0.000001"}, {"µs", "0.000001"}, {"ms", "0.001"}, {"s", "1"},
                             {"m", "60"},           {"h", "3600"}};
  Decimal sum(0);
  while (!duration.empty()) {
    const std::size_t end = duration.find_first_not_of("0123456789.");
    if (end == 0 || end == std::string_view::npos) return std::nullopt;
    const auto amount = Decimal::parse(duration.substr(0, end));
    duration.remove_prefix(end);
    std::size_t unit_end = duration.find_first_of("0123456789.");
    if (unit_end == std::string_view::npos) unit_end = duration.size();
    const auto unit = std::ranges::find(kUnits, duration.substr(0, unit_end), &Unit::name);
    if (!amount || unit == std::end(kUnits)) return std::nullopt;
    duration.remove_prefix(unit_end);
    const auto part = amount->times(*Decimal::parse(unit->seconds));
    const auto next = part ? sum.plus(*part) : std::nullopt;
    if (!next) return std::nullopt;
    sum = *next;
  }
  return negative ? Decimal(0).minus(sum) : sum;
}

std::string duration_of(const base::Decimal& seconds) { return seconds.text() + "s"; }

const Plugin* plugin_named(std::string_view name) {
  const auto found = std::ranges::find(kPlugins, name, &Plugin::name);
  return found == std::end(kPlugins) ? nullptr : &*found;
}
std::span<const Plugin> plugins() { return kPlugins; }
bool is_managed_plugin(std::string_view name) { return among(kManaged, name); }
bool is_stage(std::string_view text) { return among(kStages, text); }

bool has_declared_models(std::string_view version) { return version.empty() || version == "1.4"; }

}  // namespace gatec::targets::ferro
