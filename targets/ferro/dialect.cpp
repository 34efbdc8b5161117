#include "targets/ferro/ferro.h"
#include "targets/ferro/tables.h"

namespace gatec::targets {
namespace {

constexpr Version kVersions[] = {{"1.4", "v1.4.1, August 2026", true}};

constexpr OptionSpec kOptions[] = {
    {"mode", "fallback|loadbalance|least-latency|cost-optimized|conditional", "strategy to write, instead of the one that most routes ask for"},
};

constexpr Capability kCapabilities[] = {
    {"model routes", "exact", "one model id each; `aliases` for other names"},
    {"several providers", "approximated", "one credential, address and region for each provider in a process"},
    {"aliases", "approximated", "one step, to a model id"},
    {"wildcard routes", "none", "every provider offers its catalogue"},
    {"weights", "approximated", "one weight for a provider, whatever the model"},
    {"priorities within a group", "approximated", "one order for all models"},
    {"fallbacks", "none", "to other providers of the same model id only"},
    {"fallbacks by failure", "none", ""},
    {"dynamic balancing", "approximated", "latency or input price, for all models"},
    {"conditional routing", "approximated", "by model id, its prefix, or the prompt's text"},
    {"retries", "approximated", "for each target, at the same target"},
    {"timeouts", "approximated", "the whole request; single calls have fixed bounds"},
    {"circuit breaker", "approximated", "consecutive failures of a target"},
    {"cache", "approximated", "in memory, for equal requests of one key"},
    {"request parameters", "none", ""},
    {"guardrails", "approximated", "words and sizes only"},
    {"rate limits", "approximated", "requests as a whole, one number for all keys or users"},
    {"key budgets", "approximated", "one amount for all keys, at one price, never reset"},
    {"principals", "manual", "keys through `POST /admin/keys`"},
    {"secret references", "exact", "`${NAME}` in ferro.env and in plugin settings"},
};

constexpr Dialect kDialects[] = {
    {ferro::kName, "Ferro Labs AI Gateway", kVersions, kOptions, kCapabilities, &ferro::detect, &ferro::read, &ferro::write, &ferro::check},
};

}  // namespace

std::span<const Dialect> ferro_dialects() { return kDialects; }

}  // namespace gatec::targets
