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
    {"aliases", "exact", "a copy of the rules"},
    {"wildcard routes", "approximated", "only where they lead to one model: the requested name cannot be passed on"},
    {"weights", "approximated", "exact ratios; one tenant always gets the same variant"},
    {"fallbacks", "manual", "the gateway fails over by itself, no list is taken"},
    {"fallbacks by kind of failure", "none", ""},
    {"retries", "none", "inside the server"},
    {"timeouts", "none", "30 seconds"},
    {"conditions on the request", "approximated", "equal headers and metadata"},
    {"request parameters", "none", ""},
    {"dynamic balancing", "approximated", "strategies of the optimizer"},
    {"cooldowns", "none", "by provider health, inside the server"},
    {"cache", "approximated", "by meaning and always on; a threshold of 1 leaves exact duplicates"},
    {"guardrails", "manual", ""},
    {"key budgets", "approximated", "whole cents a month"},
    {"rate limits", "approximated", "of keys, providers and tenants"},
    {"principals", "approximated", "teams, users with roles, virtual keys"},
    {"secret references", "manual", "`${NAME}`, filled in by apply.sh"},
};

constexpr Dialect kDialects[] = {
    {worldflow::kDialect, "WorldFlow AI", kVersions, kOptions, kCapabilities, &worldflow::detect, &worldflow::read, &worldflow::write, &worldflow::check},
};

}  // namespace

std::span<const Dialect> worldflow_dialects() { return kDialects; }

}  // namespace gatec::targets
