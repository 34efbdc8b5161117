#include "targets/portkey/portkey.h"
#include "targets/portkey/reader.h"

namespace gatec::targets {
namespace {

using portkey::kHosted;
using portkey::kOss;

constexpr Version kOssVersions[] = {{"1.15", "npm and image 1.15", true}};
constexpr Version kHostedVersions[] = {{"2.x", "control plane and gateway of 2026", true}};

constexpr OptionSpec kOssOptions[] = {
    {"split", "none|route", "one config that chooses by the requested model, or one for each route"},
};
constexpr OptionSpec kHostedOptions[] = {
    {"split", "none|route", "one config that chooses by the requested model, or one for each route"},
    {"unlisted", "refuse|none", "what becomes of model names that no route has"},
};

constexpr Capability kOssCapabilities[] = {
    {"model routes", "exact", "one conditional on the requested model"},
    {"model names of its own", "exact", ""},
    {"aliases", "exact", "a further condition"},
    {"wildcard routes", "manual", "the requested name cannot be rewritten"},
    {"several credentials of a provider", "exact", ""},
    {"upstream addresses", "exact", ""},
    {"headers to the provider", "manual", ""},
    {"weights", "exact", ""},
    {"dynamic balancing", "approximated", "weights only"},
    {"priorities within a group", "exact", ""},
    {"fallbacks", "exact", "copies of the routes they lead to"},
    {"fallbacks by kind of failure", "none", "status codes only"},
    {"fallbacks by status", "exact", ""},
    {"conditions on the request", "exact", ""},
    {"mirrored traffic", "none", ""},
    {"retries", "exact", "the same target, one count, fixed waits"},
    {"retried statuses", "exact", ""},
    {"timeouts", "exact", "whole milliseconds, for each attempt"},
    {"timeouts for the first chunk", "none", ""},
    {"cooldowns", "none", ""},
    {"cache", "none", ""},
    {"semantic cache", "none", ""},
    {"request parameters, defaults", "approximated", "overrides only"},
    {"request parameters, overrides", "exact", ""},
    {"dropped parameters", "none", ""},
    {"guardrails", "manual", "inline checks of its own only"},
    {"logging callbacks", "manual", ""},
    {"prices", "manual", ""},
    {"context windows", "none", ""},
    {"deployment rate limits", "none", ""},
    {"routing by rate limits", "approximated", "the shares arrive as weights"},
    {"provider budgets", "manual", ""},
    {"deployment budgets", "none", ""},
    {"organisations", "manual", ""},
    {"teams", "manual", ""},
    {"users", "manual", ""},
    {"roles", "manual", ""},
    {"keys", "manual", "its callers bring their own keys"},
    {"access lists of keys", "manual", ""},
    {"rate limits of keys", "manual", ""},
    {"token limits of keys", "manual", ""},
    {"budgets of keys", "manual", ""},
    {"budgets of teams", "manual", ""},
    {"expiry of keys", "manual", ""},
    {"blocked keys", "manual", ""},
    {"end customers", "manual", ""},
    {"tags", "manual", ""},
    {"secret references", "exact", "`${NAME}`, filled in by render.sh"},
    {"master key", "manual", ""},
};
constexpr Capability kHostedCapabilities[] = {
    {"model routes", "exact", "one conditional on the requested model"},
    {"model names of its own", "exact", ""},
    {"aliases", "exact", "a further condition"},
    {"wildcard routes", "manual", "the requested name cannot be rewritten"},
    {"several credentials of a provider", "exact", ""},
    {"upstream addresses", "exact", ""},
    {"headers to the provider", "exact", ""},
    {"weights", "exact", ""},
    {"dynamic balancing", "approximated", "weights only"},
    {"priorities within a group", "exact", ""},
    {"fallbacks", "exact", "copies of the routes they lead to"},
    {"fallbacks by kind of failure", "none", "status codes only"},
    {"fallbacks by status", "exact", ""},
    {"conditions on the request", "exact", ""},
    {"mirrored traffic", "none", ""},
    {"retries", "exact", "the same target, one count, fixed waits"},
    {"retried statuses", "exact", ""},
    {"timeouts", "exact", "whole milliseconds, for each attempt"},
    {"timeouts for the first chunk", "none", ""},
    {"cooldowns", "exact", "a circuit breaker, 30 seconds at least"},
    {"cache", "approximated", "where the source's store is does not matter there"},
    {"semantic cache", "exact", ""},
    {"request parameters, defaults", "exact", ""},
    {"request parameters, overrides", "exact", ""},
    {"dropped parameters", "exact", ""},
    {"guardrails", "manual", "saved checks, named by id"},
    {"logging callbacks", "manual", ""},
    {"prices", "manual", ""},
    {"context windows", "none", ""},
    {"deployment rate limits", "none", ""},
    {"routing by rate limits", "approximated", "the shares arrive as weights"},
    {"provider budgets", "approximated", "of the integration"},
    {"deployment budgets", "none", ""},
    {"organisations", "manual", ""},
    {"teams", "exact", "workspaces"},
    {"users", "manual", ""},
    {"roles", "manual", ""},
    {"keys", "exact", "service keys"},
    {"access lists of keys", "manual", ""},
    {"rate limits of keys", "exact", "fixed windows of a minute, an hour, a day or a week"},
    {"token limits of keys", "exact", ""},
    {"budgets of keys", "exact", "whole dollars, days, weeks or months in UTC"},
    {"budgets of teams", "exact", "of the workspace"},
    {"expiry of keys", "exact", ""},
    {"blocked keys", "approximated", "not created"},
    {"end customers", "manual", ""},
    {"tags", "manual", ""},
    {"secret references", "exact", "`${NAME}`, filled in by apply.sh"},
    {"master key", "manual", ""},
};

constexpr std::string_view kOssGoLive[] = {
    "Fill in the secrets: `render.sh` makes the configs that are sent, which then hold keys and belong in a secret "
    "store.",
    "Start the gateway (`npx @portkey-ai/gateway@1.15`, or its image) where only your own clients reach it: it asks "
    "its callers for no key. If there is a `portkey.env`, its environment needs what stands there, or it refuses the "
    "config.",
    "Put the config where the clients, or a proxy before the gateway, add it to each request as `x-portkey-config`.",
};
constexpr std::string_view kOssConfirm[] = {
    "curl -fsS http://HOST:8787/",
    "curl -fsS http://HOST:8787/v1/chat/completions -H \"x-portkey-config: $(tr -d '\\n' < config.json)\" -H "
    "'content-type: application/json' \\\n"
    "  -d '{\"model\": \"MODEL\", \"messages\": [{\"role\": \"user\", \"content\": \"ping\"}], \"max_tokens\": 5}'",
};
constexpr std::string_view kOssRollBack[] = {"Stop the gateway; it keeps no state."};
constexpr Guide kOssGuide{
    "http://HOST:8787/v1",
    "none of the gateway's own: the config holds the providers' keys",
    "unchanged: the config chooses by the requested model",
    "x-portkey-config: <the config as one line of JSON>",
    "http://HOST:8787",
    "",
    kOssGoLive,
    kOssConfirm,
    kOssRollBack,
};

constexpr std::string_view kHostedGoLive[] = {
    "`apply.sh` has created integrations, providers, configs and keys in the order of the payloads' numbers. "
    "The new keys are in `secrets.out`: keep them where secrets are kept. The list of configs has the slug (`pc-…`) of "
    "the new one.",
    "Give each client its new key; a key can carry the config's slug as its default, so that clients need send no "
    "header.",
};
constexpr std::string_view kHostedConfirm[] = {
    "curl -fsS https://api.portkey.ai/v1/chat/completions -H \"x-portkey-api-key: $GATEWAY_KEY\" -H "
    "\"x-portkey-config: $CONFIG_SLUG\" \\\n"
    "  -H 'content-type: application/json' \\\n"
    "  -d '{\"model\": \"MODEL\", \"messages\": [{\"role\": \"user\", \"content\": \"ping\"}], \"max_tokens\": 5}'",
};
constexpr std::string_view kHostedRollBack[] = {
    "Leave what was created in the control plane, or delete it in the opposite order of the payloads' numbers: keys, "
    "configs, providers, integrations.",
};
constexpr Guide kHostedGuide{
    "https://api.portkey.ai/v1",
    "a service key of Portkey, as `x-portkey-api-key` or as the bearer key",
    "unchanged: the config chooses by the requested model",
    "x-portkey-config: <slug of the config>",
    "https://api.portkey.ai",
    "https://api.portkey.ai/v1",
    kHostedGoLive,
    kHostedConfirm,
    kHostedRollBack,
};

void read_hosted(std::span<const Input> inputs, ReadContext& context, ir::Gateway& gateway) {
  portkey::read(inputs, context, gateway, kHosted);
}
void read_oss(std::span<const Input> inputs, ReadContext& context, ir::Gateway& gateway) {
  portkey::read(inputs, context, gateway, kOss);
}
void check_hosted(std::span<const Input> inputs, const ir::Gateway& gateway, ReadContext& context) {
  portkey::check(inputs, gateway, context, kHosted);
}
void check_oss(std::span<const Input> inputs, const ir::Gateway& gateway, ReadContext& context) {
  portkey::check(inputs, gateway, context, kOss);
}
/// Content shows a Portkey config, not which of its gateways will run it.
int detect_oss(const doc::Document&) { return 0; }

constexpr const ir::Rule* kRules[] = {&portkey::rules::kRetryStatuses, &portkey::rules::kRetryHeader,
                                      &portkey::rules::kCacheTtl, &portkey::rules::kPassModel, &portkey::rules::kGrant};

constexpr Dialect kDialects[] = {
    {kHosted, "Portkey, hosted", kHostedVersions, kHostedOptions, kHostedCapabilities, &portkey::detect, &read_hosted,
     &portkey::write_hosted, &check_hosted, &kHostedGuide, kRules, &portkey::enforcement},
    {kOss, "Portkey, open-source gateway", kOssVersions, kOssOptions, kOssCapabilities, &detect_oss, &read_oss,
     &portkey::write_oss, &check_oss, &kOssGuide, kRules},
};

}  // namespace

std::span<const Dialect> portkey_dialects() { return kDialects; }

}  // namespace gatec::targets
