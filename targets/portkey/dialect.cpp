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
    {"routing by rate limits", "none", "the shares arrive as weights"},
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
    {"routing by rate limits", "none", "the shares arrive as weights"},
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

void read_hosted(std::span<const Input> inputs, ReadContext& context, ir::Gateway& gateway) { portkey::read(inputs, context, gateway, kHosted); }
void read_oss(std::span<const Input> inputs, ReadContext& context, ir::Gateway& gateway) { portkey::read(inputs, context, gateway, kOss); }
void check_hosted(std::span<const Input> inputs, const ir::Gateway& gateway, ReadContext& context) {
  portkey::check(inputs, gateway, context, kHosted);
}
void check_oss(std::span<const Input> inputs, const ir::Gateway& gateway, ReadContext& context) { portkey::check(inputs, gateway, context, kOss); }
/// Content shows a Portkey config, not which of its gateways will run it.
int detect_oss(const doc::Document&) { return 0; }

constexpr Dialect kDialects[] = {
    {kHosted, "Portkey, hosted", kHostedVersions, kHostedOptions, kHostedCapabilities, &portkey::detect, &read_hosted, &portkey::write_hosted,
     &check_hosted},
    {kOss, "Portkey, open-source gateway", kOssVersions, kOssOptions, kOssCapabilities, &detect_oss, &read_oss, &portkey::write_oss, &check_oss},
};

}  // namespace

std::span<const Dialect> portkey_dialects() { return kDialects; }

}  // namespace gatec::targets
