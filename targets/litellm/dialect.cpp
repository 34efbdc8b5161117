#include "targets/dialect.h"

#include "targets/litellm/admin.h"
#include "targets/litellm/check.h"
#include "targets/litellm/detect.h"
#include "targets/litellm/read.h"
#include "targets/litellm/write.h"

#include <algorithm>

namespace gatec::targets {
namespace {

constexpr Version kVersions[] = {
    {"1.83", "May 2026", true},
};

constexpr OptionSpec kOptions[] = {
    {"router", "simple-shuffle|least-busy|latency-based-routing|cost-based-routing|usage-based-routing-v2",
     "routing strategy to write when the source's balances differ or name none"},
    {"enforce", "yes|no",
     "make LiteLLM reject what exceeds a deployment's rpm and tpm (default: yes where the source does)"},
};

constexpr Capability kCapabilities[] = {
    {"several providers", "exact", ""},
    {"weights", "exact", "integers and decimals"},
    {"priorities within a group", "exact", "`order`"},
    {"fallbacks", "exact", "to other groups, with chains"},
    {"fallbacks by failure", "approximated",
     "context window and content policy have lists of their own; statuses do not"},
    {"conditional routing", "manual", "by model name only"},
    {"retries", "exact", ""},
    {"retried statuses", "approximated", "LiteLLM chooses them"},
    {"timeouts", "exact", "each call and first chunk; no total"},
    {"circuit breaker", "approximated", "cooldowns by share or number of failures"},
    {"cache", "exact", "one back end for all routes"},
    {"request parameters, defaults", "exact", ""},
    {"request parameters, overrides", "approximated", "the caller's own win"},
    {"guardrails", "exact", "by name; another gateway's own checks are not"},
    {"deployment rate limits", "exact", "`enforce_model_rate_limits`"},
    {"provider budgets", "approximated", "rolling windows"},
    {"key, team and user limits", "exact", "through the management API"},
    {"wildcard models", "exact", ""},
    {"model aliases", "exact", ""},
    {"secret references", "exact", "`os.environ/NAME`"},
};

int detect(const doc::Document& document) {
  const doc::Node* root = document.root();
  if (root == nullptr) return 0;
  return std::max(litellm::detect_config(*root), litellm::detect_admin(*root));
}

constexpr Dialect kDialects[] = {
    {"litellm", "LiteLLM proxy", kVersions, kOptions, kCapabilities, &detect, &litellm::read_litellm,
     &litellm::write_litellm, &litellm::check_litellm},
};

}  // namespace

std::span<const Dialect> litellm_dialects() { return kDialects; }

}  // namespace gatec::targets
