#include "targets/dialect.h"

#include "targets/gate/gate.h"

namespace gatec::targets {
namespace {

constexpr Version kVersions[] = {
    {"1", "the language as docs/language/ has it", true},
};

constexpr Capability kCapabilities[] = {
    {"model routes", "exact", ""},
    {"model names of its own", "exact", ""},
    {"aliases", "exact", ""},
    {"wildcard routes", "exact", ""},
    {"several credentials of a provider", "exact", ""},
    {"upstream addresses", "exact", ""},
    {"headers to the provider", "exact", ""},
    {"weights", "exact", ""},
    {"dynamic balancing", "exact", ""},
    {"priorities within a group", "exact", ""},
    {"fallbacks", "exact", ""},
    {"fallbacks by kind of failure", "exact", ""},
    {"fallbacks by status", "exact", ""},
    {"conditions on the request", "exact", ""},
    {"mirrored traffic", "exact", ""},
    {"retries", "exact", ""},
    {"retried statuses", "exact", ""},
    {"timeouts", "exact", ""},
    {"timeouts for the first chunk", "exact", ""},
    {"cooldowns", "exact", ""},
    {"cache", "exact", ""},
    {"semantic cache", "exact", ""},
    {"request parameters, defaults", "exact", ""},
    {"request parameters, overrides", "exact", ""},
    {"dropped parameters", "exact", ""},
    {"guardrails", "exact", ""},
    {"logging callbacks", "exact", ""},
    {"prices", "exact", ""},
    {"context windows", "exact", ""},
    {"deployment rate limits", "exact", ""},
    {"routing by rate limits", "exact", ""},
    {"provider budgets", "exact", ""},
    {"deployment budgets", "exact", ""},
    {"organisations", "exact", ""},
    {"teams", "exact", ""},
    {"users", "exact", ""},
    {"roles", "exact", ""},
    {"keys", "exact", ""},
    {"access lists of keys", "exact", ""},
    {"rate limits of keys", "exact", ""},
    {"token limits of keys", "exact", ""},
    {"budgets of keys", "exact", ""},
    {"budgets of teams", "exact", ""},
    {"expiry of keys", "exact", ""},
    {"blocked keys", "exact", ""},
    {"end customers", "exact", ""},
    {"tags", "exact", ""},
    {"secret references", "exact", ""},
    {"master key", "exact", ""},
};

/// A program is told by its form before any dialect is asked (syntax::read_gate).
int detect(const doc::Document& document) { return document.format() == doc::Format::Gate ? 100 : 0; }

constexpr Dialect kDialects[] = {
    {"gate",
     "Gate, gatec's own language",
     kVersions,
     {},
     kCapabilities,
     &detect,
     &gate::read_gate,
     &gate::write_gate,
     nullptr},
};

}  // namespace

std::span<const Dialect> gate_dialects() { return kDialects; }

}  // namespace gatec::targets
