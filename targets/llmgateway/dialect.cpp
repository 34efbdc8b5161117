#include "targets/llmgateway/llmgateway.h"
#include "targets/llmgateway/reader.h"

namespace gatec::targets {
namespace {

constexpr Version kVersions[] = {
    {"U26", "the sources of January 2026", true},
    {"N", "the later sources of 2026: several keys, periods, dynamic routes", false},
};

constexpr OptionSpec kOptions[] = {
    {"edition", "oss|enterprise", "whether dynamic routes, teams and custom models may be used (N)"},
    {"keys", "rows|env", "provider keys of the organization, or of the processes' environment, used in turn"},
};

constexpr Capability kCapabilities[] = {
    {"model routes", "exact", "an entry of the map that client code goes by"},
    {"model names of its own", "exact", ""},
    {"aliases", "exact", "a further entry of the map"},
    {"wildcard routes", "exact", "an entry with a star"},
    {"several credentials of a provider", "manual", "one key of a provider; `llmgateway@N` takes several"},
    {"upstream addresses", "exact", "one custom provider; `llmgateway@N` takes several"},
    {"headers to the provider", "manual", ""},
    {"weights", "approximated",
     "the gateway scores providers; dynamic routes of the enterprise edition draw by weight"},
    {"dynamic balancing", "none", "one score of price, uptime and speed"},
    {"priorities within a group", "none", "the first tier answers"},
    {"fallbacks", "manual", "other providers of the same model only"},
    {"fallbacks by kind of failure", "manual", ""},
    {"fallbacks by status", "none", ""},
    {"conditions on the request", "manual", "dynamic routes of the enterprise edition"},
    {"mirrored traffic", "none", ""},
    {"retries", "none", ""},
    {"retried statuses", "none", ""},
    {"timeouts", "none", "`llmgateway@N`: one for the whole gateway"},
    {"timeouts for the first chunk", "none", ""},
    {"cooldowns", "none", "fixed rules"},
    {"cache", "exact", "for all projects alike, equal requests"},
    {"semantic cache", "none", "of the enterprise edition"},
    {"request parameters, defaults", "manual", ""},
    {"request parameters, overrides", "manual", ""},
    {"dropped parameters", "manual", ""},
    {"guardrails", "manual", ""},
    {"logging callbacks", "manual", ""},
    {"prices", "none", "the catalogue's"},
    {"context windows", "none", "the catalogue's"},
    {"deployment rate limits", "manual", "`llmgateway@N`: limits of the operator"},
    {"routing by rate limits", "none", ""},
    {"provider budgets", "manual", ""},
    {"deployment budgets", "manual", ""},
    {"organisations", "exact", "one"},
    {"teams", "exact", "projects"},
    {"users", "exact", "members"},
    {"roles", "approximated", "owner, admin and developer"},
    {"keys", "exact", ""},
    {"access lists of keys", "exact", "rules on the models' own ids"},
    {"rate limits of keys", "manual", ""},
    {"token limits of keys", "manual", ""},
    {"budgets of keys", "manual", "for good only; `llmgateway@N` has periods"},
    {"budgets of teams", "manual", ""},
    {"expiry of keys", "manual", ""},
    {"blocked keys", "exact", ""},
    {"end customers", "manual", ""},
    {"tags", "manual", ""},
    {"secret references", "exact", "`${NAME}`, filled in by apply.sh"},
    {"master key", "manual", ""},
};

constexpr std::string_view kGoLive[] = {
    "Run the gateway (`ghcr.io/theopenco/llmgateway-unified`; the split images run no worker in the older version, and "
    "limits do not advance without it) with the variables of llmgateway.env, sign up in its dashboard, and turn the "
    "data retention on if answers shall be cached.",
    "Set `LLMGATEWAY_API`, `LLMGATEWAY_COOKIE` and the variables that apply.sh names, and run `./apply.sh --dry-run`, "
    "then `./apply.sh`. It needs curl and jq, finds what is there and stops at the first failure.",
    "Take the tokens of the new API keys from secrets.out and hand them to the clients: keys of the old gateway cannot "
    "be taken over.",
    "Rewrite the model names in client code by models.map.json, and send the headers that it gives beside them.",
};
constexpr std::string_view kConfirm[] = {
    "curl -fsS https://HOST/v1/models -H \"Authorization: Bearer $GATEWAY_KEY\"",
    "curl -fsS https://HOST/v1/chat/completions -H \"Authorization: Bearer $GATEWAY_KEY\" -H 'content-type: "
    "application/json' \\\n"
    "  -H 'X-No-Fallback: true' \\\n"
    "  -d '{\"model\": \"'\"$(jq -r '.[\"MODEL\"].target' models.map.json)\"'\", \"messages\": [{\"role\": \"user\", "
    "\"content\": \"ping\"}], \"max_tokens\": 5}'",
};
constexpr std::string_view kRollBack[] = {
    "Nothing of the old gateway was touched, both may run side by side. API keys that were made can be switched off "
    "(PATCH /keys/api/ID) or deleted.",
};
constexpr Guide kGuide{
    "https://HOST/v1",
    "an API key (`llmgtwy_…`) of secrets.out",
    "rewritten: models.map.json says what to ask for instead of each",
    "X-No-Fallback: true",
    "https://HOST",
    "https://HOST/v1",
    kGoLive,
    kConfirm,
    kRollBack,
    "migration_report.md",
};

constexpr const ir::Rule* kRules[] = {&llmgateway::rules::kAzureType, &llmgateway::rules::kRoundRobin,
                                      &llmgateway::rules::kShares};

constexpr Dialect kDialects[] = {
    {llmgateway::kDialect, "LLM Gateway", kVersions, kOptions, kCapabilities, &llmgateway::detect, &llmgateway::read,
     &llmgateway::write, &llmgateway::check, &kGuide, kRules, &llmgateway::enforcement},
};

}  // namespace

std::span<const Dialect> llmgateway_dialects() { return kDialects; }

}  // namespace gatec::targets
