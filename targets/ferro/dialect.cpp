#include "targets/ferro/ferro.h"
#include "targets/ferro/reader.h"
#include "targets/ferro/tables.h"

namespace gatec::targets {
namespace {

constexpr Version kVersions[] = {
    {"1.4", "v1.4.1, August 2026", true},
    {"1.2", "v1.2 and v1.3: no declared models, no targets of batches, retries under `fallback` only", false},
};

constexpr OptionSpec kOptions[] = {
    {"mode", "fallback|loadbalance|least-latency|cost-optimized|conditional",
     "strategy to write, instead of the one that most routes ask for"},
};

constexpr Capability kCapabilities[] = {
    {"model routes", "exact", ""},
    {"model names of its own", "exact", "`aliases`"},
    {"aliases", "approximated", "one step, to the model id"},
    {"wildcard routes", "manual", "every provider offers its catalogue under bare ids"},
    {"several credentials of a provider", "manual",
     "one credential, address and region a provider; a second process has others"},
    {"upstream addresses", "exact", "one for each provider, in the environment"},
    {"headers to the provider", "manual", ""},
    {"weights", "exact", "one weight a provider, whatever the model"},
    {"dynamic balancing", "exact", "latency or input price; other policies become weights"},
    {"priorities within a group", "exact", "one order for all models"},
    {"fallbacks", "manual", "to other providers of the same model id only"},
    {"fallbacks by kind of failure", "manual", ""},
    {"fallbacks by status", "approximated", "any failure leads to the next target"},
    {"conditions on the request", "manual", "by model id, its prefix, or the prompt's text"},
    {"mirrored traffic", "manual", ""},
    {"retries", "exact", "for each target, at the same target"},
    {"retried statuses", "exact", "for each target"},
    {"timeouts", "approximated", "the whole request; single calls have fixed bounds"},
    {"timeouts for the first chunk", "manual", "fixed for each provider"},
    {"cooldowns", "exact", "consecutive failures of a target"},
    {"cache", "exact", "in the memory of each process, for each key apart"},
    {"semantic cache", "manual", ""},
    {"request parameters, defaults", "manual", ""},
    {"request parameters, overrides", "manual", ""},
    {"dropped parameters", "manual", ""},
    {"guardrails", "manual", "words and sizes only"},
    {"logging callbacks", "manual", "a request log and OpenTelemetry"},
    {"prices", "none", "the catalogue's"},
    {"context windows", "none", ""},
    {"deployment rate limits", "approximated", "of a lone model; else only all requests together"},
    {"routing by rate limits", "manual", "they become weights"},
    {"provider budgets", "manual", ""},
    {"deployment budgets", "manual", ""},
    {"organisations", "manual", ""},
    {"teams", "manual", ""},
    {"users", "manual", ""},
    {"roles", "manual", ""},
    {"keys", "manual", "`POST /admin/keys` makes them, with new secrets"},
    {"access lists of keys", "manual", ""},
    {"rate limits of keys", "approximated", "one number for all keys"},
    {"token limits of keys", "manual", ""},
    {"budgets of keys", "approximated", "one amount for all keys at one price, never reset"},
    {"budgets of teams", "manual", ""},
    {"expiry of keys", "manual", ""},
    {"blocked keys", "manual", ""},
    {"end customers", "manual", ""},
    {"tags", "none", ""},
    {"secret references", "exact", "`${NAME}` in ferro.env and in plugin settings"},
    {"master key", "exact", "`MASTER_KEY`"},
};

constexpr std::string_view kGoLive[] = {
    "Export the variables that `ferro.env` refers to, and check the file offline: `ferrogw validate config.yaml`.",
    "Start the gateway where `GATEWAY_CONFIG` names the config (`docker compose up -d` with the files of this folder): "
    "mounting it alone is not enough.",
    "Make a key for each caller: `curl -fsS http://HOST:8080/admin/keys -H \"Authorization: Bearer $MASTER_KEY\" -H "
    "'content-type: application/json' -d '{\"name\": \"NAME\"}'`; the secret is shown once.",
    "With a persistent CONFIG_STORE_BACKEND a config applied through the API outranks the file: `DELETE /admin/config` "
    "goes back to it.",
};
constexpr std::string_view kConfirm[] = {
    "curl -fsS http://HOST:8080/readyz",
    "curl -fsS http://HOST:8080/v1/models -H \"Authorization: Bearer $GATEWAY_KEY\"",
    "curl -fsS http://HOST:8080/v1/chat/completions -H \"Authorization: Bearer $GATEWAY_KEY\" -H 'content-type: "
    "application/json' \\\n"
    "  -d '{\"model\": \"MODEL\", \"messages\": [{\"role\": \"user\", \"content\": \"ping\"}], \"max_tokens\": 5}'",
};
constexpr std::string_view kRollBack[] = {
    "Stop the process; limits, budgets and caches are in its memory and gone with it.",
};
constexpr Guide kGuide{
    "http://HOST:8080/v1",
    "a gateway key (`fgw_…`) made by `POST /admin/keys`, or the value of MASTER_KEY; provider keys and keys of the old "
    "gateway are refused",
    "unchanged where `aliases` or `models` have them; patterns are asked for by the bare model id",
    "",
    "",
    "http://HOST:8080/v1",
    kGoLive,
    kConfirm,
    kRollBack,
};

constexpr const ir::Rule* kRules[] = {&ferro::rules::kHiddenRate, &ferro::rules::kPinned};

constexpr Dialect kDialects[] = {
    {ferro::kName, "Ferro Labs AI Gateway", kVersions, kOptions, kCapabilities, &ferro::detect, &ferro::read,
     &ferro::write, &ferro::check, &kGuide, kRules, &ferro::enforcement},
};

}  // namespace

std::span<const Dialect> ferro_dialects() { return kDialects; }

}  // namespace gatec::targets
