#include "targets/dialect.h"

#include "targets/litellm/admin.h"
#include "targets/litellm/admin_fields.h"
#include "targets/litellm/check.h"
#include "targets/litellm/detect.h"
#include "targets/litellm/read.h"
#include "targets/litellm/rules.h"
#include "targets/litellm/write.h"

#include <algorithm>

namespace gatec::targets {
namespace {

constexpr Version kVersions[] = {
    {"1.83", "May 2026", true},
};

constexpr OptionSpec kOptions[] = {
    {"router", "simple-shuffle|least-busy|latency-based-routing|cost-based-routing|usage-based-routing-v2",
     "routing strategy to write when the source's balances differ or name none"},
    {"enforce", "yes|no",
     "make LiteLLM reject what exceeds a deployment's rpm and tpm (default: yes where the source does)"},
};

constexpr Capability kCapabilities[] = {
    {"model routes", "exact", ""},
    {"model names of its own", "exact", ""},
    {"aliases", "exact", ""},
    {"wildcard routes", "exact", ""},
    {"several credentials of a provider", "exact", ""},
    {"upstream addresses", "exact", ""},
    {"headers to the provider", "exact", ""},
    {"weights", "exact", "integers and decimals"},
    {"dynamic balancing", "exact", ""},
    {"priorities within a group", "exact", "`order`"},
    {"fallbacks", "exact", "to other groups, with chains"},
    {"fallbacks by kind of failure", "exact", "lists for context window and content policy"},
    {"fallbacks by status", "approximated", "LiteLLM falls back on any failure"},
    {"conditions on the request", "manual", "routes are chosen by model name only"},
    {"mirrored traffic", "exact", ""},
    {"retries", "exact", ""},
    {"retried statuses", "approximated",
     "LiteLLM chooses the statuses itself, a retry policy counts by kind of failure"},
    {"timeouts", "exact", "each call; there is no total"},
    {"timeouts for the first chunk", "exact", ""},
    {"cooldowns", "exact", "by share or number of failures"},
    {"cache", "exact", "one back end for all routes"},
    {"semantic cache", "manual", "set up `redis-semantic` or `qdrant-semantic` with an embedding model"},
    {"request parameters, defaults", "exact", ""},
    {"request parameters, overrides", "manual", "the caller's own win"},
    {"dropped parameters", "exact", ""},
    {"guardrails", "exact", "by name; another gateway's own checks are not"},
    {"logging callbacks", "exact", ""},
    {"prices", "exact", ""},
    {"context windows", "exact", ""},
    {"deployment rate limits", "exact", "`enforce_model_rate_limits`"},
    {"routing by rate limits", "exact", ""},
    {"provider budgets", "exact", "rolling windows"},
    {"deployment budgets", "exact", "rolling windows"},
    {"organisations", "exact", "through the management API"},
    {"teams", "exact", "through the management API"},
    {"users", "exact", "through the management API"},
    {"roles", "exact", ""},
    {"keys", "exact", "through the management API"},
    {"access lists of keys", "exact", ""},
    {"rate limits of keys", "exact", ""},
    {"token limits of keys", "exact", ""},
    {"budgets of keys", "exact", ""},
    {"budgets of teams", "exact", ""},
    {"expiry of keys", "exact", ""},
    {"blocked keys", "exact", ""},
    {"end customers", "exact", "through the management API"},
    {"tags", "exact", ""},
    {"secret references", "exact", "`os.environ/NAME`"},
    {"master key", "exact", ""},
};

constexpr std::string_view kGoLive[] = {
    "Set the environment variables that the config names where the proxy runs, and start it: `litellm --config "
    "config.yaml`.",
    "Where there are payloads, the proxy needs a database (`DATABASE_URL`) and a master key; then send them with the "
    "script beside them.",
};
constexpr std::string_view kConfirm[] = {
    "curl -fsS http://HOST:4000/health/readiness",
    "curl -fsS http://HOST:4000/v1/models -H \"Authorization: Bearer $GATEWAY_KEY\"",
    "curl -fsS http://HOST:4000/v1/chat/completions -H \"Authorization: Bearer $GATEWAY_KEY\" -H 'content-type: "
    "application/json' \\\n"
    "  -d '{\"model\": \"MODEL\", \"messages\": [{\"role\": \"user\", \"content\": \"ping\"}], \"max_tokens\": 5}'",
};
constexpr std::string_view kRollBack[] = {
    "Stop the proxy; what it wrote into its database (keys, spend) stays and does no harm.",
};
constexpr Guide kGuide{
    "http://HOST:4000/v1",
    "a virtual key (`sk-…`) made by `/key/generate`, or the master key where there are none",
    "unchanged: `model_name` is what clients ask for",
    "",
    "http://HOST:4000",
    "http://HOST:4000/v1",
    kGoLive,
    kConfirm,
    kRollBack,
};

int detect(const doc::Document& document) {
  const doc::Node* root = document.root();
  if (root == nullptr) return 0;
  return std::max(litellm::detect_config(*root), litellm::detect_admin(*root));
}

constexpr const ir::Rule* kRules[] = {&litellm::rules::kWeightOfGroup, &litellm::rules::kBudgetRow};

constexpr Dialect kDialects[] = {
    {"litellm", "LiteLLM proxy", kVersions, kOptions, kCapabilities, &detect, &litellm::read_litellm,
     &litellm::write_litellm, &litellm::check_litellm, &kGuide, kRules, &litellm::enforcement},
};

}  // namespace

std::span<const Dialect> litellm_dialects() { return kDialects; }

}  // namespace gatec::targets
