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
    {"aliases", "exact", "a further condition"},
    {"wildcard routes", "approximated", "the requested name cannot be rewritten"},
    {"weights", "exact", ""},
    {"fallbacks", "exact", "copies of the routes they lead to"},
    {"fallbacks by kind of failure", "none", "status codes only"},
    {"retries", "approximated", "the same target, one count, fixed waits"},
    {"timeouts", "exact", "whole milliseconds, for each attempt"},
    {"conditions on the request", "exact", ""},
    {"request parameters", "approximated", "overrides only"},
    {"dynamic balancing", "none", "weights only"},
    {"cooldowns", "none", ""},
    {"cache", "none", ""},
    {"guardrails", "approximated", "inline checks only"},
    {"key budgets", "none", ""},
    {"rate limits", "none", ""},
    {"principals", "none", ""},
    {"secret references", "manual", "`${NAME}`, filled in by render.sh"},
};
constexpr Capability kHostedCapabilities[] = {
    {"model routes", "exact", "one conditional on the requested model"},
    {"aliases", "exact", "a further condition"},
    {"wildcard routes", "approximated", "the requested name cannot be rewritten"},
    {"weights", "exact", ""},
    {"fallbacks", "exact", "copies of the routes they lead to"},
    {"fallbacks by kind of failure", "none", "status codes only"},
    {"retries", "approximated", "the same target, one count, fixed waits"},
    {"timeouts", "exact", "whole milliseconds, for each attempt"},
    {"conditions on the request", "exact", ""},
    {"request parameters", "exact", "defaults, overrides and drops"},
    {"dynamic balancing", "none", "weights only"},
    {"cooldowns", "approximated", "a circuit breaker, 30 seconds at least"},
    {"cache", "exact", "simple and semantic"},
    {"guardrails", "approximated", ""},
    {"key budgets", "approximated", "whole dollars, days, weeks or months in UTC"},
    {"rate limits", "exact", "fixed windows of a minute, an hour, a day or a week"},
    {"principals", "approximated", "teams are workspaces, keys are service keys"},
    {"secret references", "manual", "`${NAME}`, filled in by apply.sh"},
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
