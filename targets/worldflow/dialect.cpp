#include "targets/worldflow/reader.h"
#include "targets/worldflow/worldflow.h"

namespace gatec::targets {
namespace {

constexpr Version kVersions[] = {
    {"guide", "the form of the migration guides", true},
    {"spec", "the form of the published API description", false},
};

constexpr OptionSpec kOptions[] = {
    {"api", "guide|spec", "the form of the bodies, whatever the version"},
    {"tiers", "docs|api", "which published table of tenant tiers counts"},
    {"optimizer", "pin|free", "one rule for each model name, or none where the optimizer may choose"},
};

constexpr Capability kCapabilities[] = {
    {"model routes", "exact", "a rule for each name, so that the optimizer cannot answer with another model"},
    {"model names of its own", "exact", ""},
    {"aliases", "exact", "a copy of the rules"},
    {"wildcard routes", "manual", "a rule leads to one model, the requested name cannot be passed on"},
    {"several credentials of a provider", "exact", ""},
    {"upstream addresses", "exact", ""},
    {"headers to the provider", "manual", ""},
    {"weights", "exact", "whole numbers in the same ratio; one tenant always gets the same variant"},
    {"dynamic balancing", "approximated", "a draw by the shares of an experiment"},
    {"priorities within a group", "none", "the first tier answers, the gateway fails over by itself"},
    {"fallbacks", "manual", "the gateway fails over by provider health and takes no list"},
    {"fallbacks by kind of failure", "manual", ""},
    {"fallbacks by status", "none", ""},
    {"conditions on the request", "manual", "equal headers and metadata can be said"},
    {"mirrored traffic", "none", ""},
    {"retries", "none", ""},
    {"retried statuses", "none", ""},
    {"timeouts", "none", "30 seconds"},
    {"timeouts for the first chunk", "none", ""},
    {"cooldowns", "none", "by provider health, inside the gateway"},
    {"cache", "approximated", "always on; a threshold of 1 leaves exact duplicates"},
    {"semantic cache", "none", "a threshold for the whole gateway, not for one route"},
    {"request parameters, defaults", "manual", ""},
    {"request parameters, overrides", "manual", ""},
    {"dropped parameters", "manual", ""},
    {"guardrails", "manual", ""},
    {"logging callbacks", "manual", ""},
    {"prices", "exact", "of input and output tokens"},
    {"context windows", "exact", ""},
    {"deployment rate limits", "approximated", ""},
    {"routing by rate limits", "approximated", "the shares arrive as weights, the sum as the provider's rate"},
    {"provider budgets", "approximated", "a calendar month"},
    {"deployment budgets", "manual", ""},
    {"organisations", "exact", "teams at the top"},
    {"teams", "exact", ""},
    {"users", "exact", ""},
    {"roles", "approximated", "admin, operator and viewer"},
    {"keys", "exact", ""},
    {"access lists of keys", "exact", ""},
    {"rate limits of keys", "exact", ""},
    {"token limits of keys", "manual", "`worldflow@spec` has a place for them"},
    {"budgets of keys", "exact", "whole cents of a month"},
    {"budgets of teams", "exact", "whole cents of a day, a week, a month or for good"},
    {"expiry of keys", "exact", "counted from when apply.sh runs"},
    {"blocked keys", "approximated", "not made"},
    {"end customers", "manual", ""},
    {"tags", "manual", ""},
    {"secret references", "exact", "`${NAME}`, filled in by apply.sh"},
    {"master key", "manual", ""},
};

constexpr std::string_view kGoLive[] = {
    "Set `GATEWAY`, `WF_API_KEY` and the variables that apply.sh names, and run `./apply.sh --dry-run`, then "
    "`./apply.sh`. It needs curl and jq, finds what is there and stops at the first failure.",
    "Take the secrets of the new virtual keys from secrets.out and hand them to the clients: keys of the old gateway "
    "cannot be taken over.",
    "Tell clients that must not be answered from the cache to send `X-Synapse-Skip-Cache: true`: the gateway caches "
    "unasked.",
    "Watch the response headers `x-worldflow-routing-reason` and `x-worldflow-cost` while the traffic moves.",
};
constexpr std::string_view kConfirm[] = {
    "curl -fsS https://HOST/v1/models -H \"Authorization: Bearer $GATEWAY_KEY\"",
    "curl -fsS https://HOST/api/v1/routing/simulate -H \"Authorization: Bearer $WF_TOKEN\" -H 'content-type: "
    "application/json' \\\n"
    "  -d '{\"query\": \"ping\", \"model\": \"MODEL\"}'",
    "curl -fsS https://HOST/v1/chat/completions -H \"Authorization: Bearer $GATEWAY_KEY\" -H 'content-type: "
    "application/json' \\\n"
    "  -d '{\"model\": \"MODEL\", \"messages\": [{\"role\": \"user\", \"content\": \"ping\"}], \"max_tokens\": 5}'",
};
constexpr std::string_view kRollBack[] = {
    "Nothing of the old gateway was touched, both may run side by side. Virtual keys that were made can be deleted "
    "(DELETE /api/v1/virtual-keys/ID); deleting a team does not revoke its keys.",
};
constexpr Guide kGuide{
    "https://HOST/v1",
    "a virtual key (`sk-syn-…`) of secrets.out",
    "unchanged: a rule stands for each name",
    "",
    "",
    "",
    kGoLive,
    kConfirm,
    kRollBack,
    "migration_report.md",
};

constexpr const ir::Rule* kRules[] = {&worldflow::rules::kCatalogue, &worldflow::rules::kCustom};

constexpr Dialect kDialects[] = {
    {worldflow::kDialect, "WorldFlow AI", kVersions, kOptions, kCapabilities, &worldflow::detect, &worldflow::read,
     &worldflow::write, &worldflow::check, &kGuide, kRules, &worldflow::enforcement},
};

}  // namespace

std::span<const Dialect> worldflow_dialects() { return kDialects; }

}  // namespace gatec::targets
