#include "targets/toy/toy.h"

namespace gatec::targets {
namespace {

constexpr Version kVersions[] = {
    {"1", "the only one", true},
};

constexpr Capability kCapabilities[] = {
    {"model routes", "exact", ""},
    {"model names of its own", "exact", ""},
    {"aliases", "none", ""},
    {"wildcard routes", "none", ""},
    {"several credentials of a provider", "exact", ""},
    {"upstream addresses", "exact", ""},
    {"headers to the provider", "none", ""},
    {"weights", "none", ""},
    {"dynamic balancing", "none", ""},
    {"priorities within a group", "none", ""},
    {"fallbacks", "none", ""},
    {"fallbacks by kind of failure", "none", ""},
    {"fallbacks by status", "none", ""},
    {"conditions on the request", "manual", ""},
    {"mirrored traffic", "none", ""},
    {"retries", "none", ""},
    {"retried statuses", "none", ""},
    {"timeouts", "none", ""},
    {"timeouts for the first chunk", "none", ""},
    {"cooldowns", "none", ""},
    {"cache", "none", ""},
    {"semantic cache", "none", ""},
    {"request parameters, defaults", "none", ""},
    {"request parameters, overrides", "none", ""},
    {"dropped parameters", "none", ""},
    {"guardrails", "none", ""},
    {"logging callbacks", "none", ""},
    {"prices", "none", ""},
    {"context windows", "none", ""},
    {"deployment rate limits", "none", ""},
    {"routing by rate limits", "none", ""},
    {"provider budgets", "none", ""},
    {"deployment budgets", "none", ""},
    {"organisations", "none", ""},
    {"teams", "none", ""},
    {"users", "none", ""},
    {"roles", "none", ""},
    {"keys", "none", ""},
    {"access lists of keys", "none", ""},
    {"rate limits of keys", "none", ""},
    {"token limits of keys", "none", ""},
    {"budgets of keys", "none", ""},
    {"budgets of teams", "none", ""},
    {"expiry of keys", "none", ""},
    {"blocked keys", "none", ""},
    {"end customers", "none", ""},
    {"tags", "none", ""},
    {"secret references", "exact", ""},
    {"master key", "none", ""},
};

constexpr std::string_view kSteps[] = {"Start the toy gateway with `toy.yaml`."};

constexpr Guide kGuide = {
    "http://HOST:1234/v1", "any text", "they stay", "", "", "", kSteps, kSteps, kSteps,
};

constexpr Dialect kDialects[] = {
    {toy::kName, "Toy", kVersions, {}, kCapabilities, &toy::detect, &toy::read, &toy::write, nullptr, &kGuide},
};

}  // namespace

std::span<const Dialect> toy_dialects() { return kDialects; }

}  // namespace gatec::targets
