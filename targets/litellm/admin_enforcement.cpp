#include "targets/litellm/admin.h"

namespace gatec::targets::litellm {
namespace {

constexpr std::string_view kBudgets = "docs/dialects/litellm.md §9.3";
constexpr std::string_view kRates = "docs/dialects/litellm.md §9.5";
constexpr std::string_view kRouter = "docs/dialects/litellm.md §9.6";

constexpr ir::Enforcement kTable[] = {
    {"key", "usd", ">=", "blocks", kBudgets},
    {"team", "usd", ">", "blocks", kBudgets},  // after the first call that costs something
    {"user", "usd", ">=", "blocks", kBudgets, ir::kPersonalOnly},
    {"user", "models", "", "", kBudgets, ir::kPersonalOnly},
    {"member", "usd", ">=", "blocks", kBudgets},
    {"project", "usd", ">", "blocks", kBudgets},
    {"organization", "usd", ">=", "unlimited", kBudgets},
    {"customer", "usd", ">", "blocks", kBudgets},  // after the first call that costs something
    {"tag", "usd", ">", "blocks", kBudgets},
    {"gateway", "usd", ">", "unlimited", kBudgets},
    {"provider", "usd", ">=", "unlimited", kRouter},
    {"deployment", "usd", ">=", "unlimited", kRouter},
    {"model of a key", "usd", ">=", "ignored", kBudgets},
    {"key", "requests", ">", "blocks", kRates},
    {"key", "tokens", ">", "blocks", kRates},
    {"key", "concurrent", ">", "blocks", kRates},
    {"team", "requests", ">", "blocks", kRates},
    {"team", "tokens", ">", "blocks", kRates},
    {"team", "concurrent", "never", "ignored", kRates},
    {"user", "requests", ">", "blocks", kRates},
    {"user", "tokens", ">", "blocks", kRates},
    {"user", "concurrent", "never", "ignored", kRates},
    {"member", "requests", ">", "blocks", kRates},
    {"member", "tokens", ">", "blocks", kRates},
    {"customer", "requests", ">", "blocks", kRates},
    {"customer", "tokens", ">", "blocks", kRates},
    {"organization", "requests", ">", "blocks", kRates},
    {"organization", "tokens", ">", "blocks", kRates},
    {"project", "requests", ">", "blocks", kRates},
    {"project", "tokens", ">", "blocks", kRates},
};

}  // namespace

std::span<const ir::Enforcement> enforcement() { return kTable; }

void fill_enforcement(ir::Gateway& gateway) { gateway.enforcement.assign(std::begin(kTable), std::end(kTable)); }

}  // namespace gatec::targets::litellm
