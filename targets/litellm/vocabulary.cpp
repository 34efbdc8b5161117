#include "targets/litellm/vocabulary.h"

#include "compiler/base/nearest.h"
#include "compiler/facts/providers.h"

#include <algorithm>

namespace gatec::targets::litellm {
namespace {

using ir::Failure;
using ir::Policy;

struct Strategy {
  std::string_view name;
  Policy policy;
};
/// The first name of a policy is the one that is written.
constexpr Strategy kStrategies[] = {
    {"simple-shuffle", Policy::Weighted},          {"least-busy", Policy::LeastBusy},
    {"latency-based-routing", Policy::Latency},    {"cost-based-routing", Policy::Cost},
    {"usage-based-routing-v2", Policy::Usage},     {"usage-based-routing", Policy::Usage},
    {"provider-budget-routing", Policy::Weighted},
};

struct FailureName {
  std::string_view name;
  Failure failure;
};
constexpr FailureName kFailures[] = {
    {"BadRequestError", Failure::BadRequest},
    {"AuthenticationError", Failure::Authentication},
    {"TimeoutError", Failure::Timeout},
    {"RateLimitError", Failure::RateLimit},
    {"ContentPolicyViolationError", Failure::ContentPolicy},
    {"InternalServerError", Failure::ServerError},
    {"ServiceUnavailableError", Failure::Unavailable},
    {"BadGatewayError", Failure::BadGateway},
    {"NotFoundError", Failure::NotFound},
    {"Default", Failure::Any},
};

}  // namespace

std::optional<Policy> policy_of(std::string_view strategy) {
  for (const Strategy& s : kStrategies) {
    if (s.name == strategy) return s.policy;
  }
  return std::nullopt;
}

std::string_view strategy_of(Policy policy) {
  for (const Strategy& s : kStrategies) {
    if (s.policy == policy) return s.name;
  }
  return {};
}

std::optional<std::string_view> nearest_strategy(std::string_view text) {
  if (text == "shuffle" || text == "weighted" || text == "round-robin") return "simple-shuffle";
  if (text == "lowest-latency" || text == "latency-based") return "latency-based-routing";
  if (text == "lowest-cost" || text == "cost-based") return "cost-based-routing";
  std::array<std::string_view, std::size(kStrategies)> names;
  std::ranges::transform(kStrategies, names.begin(), &Strategy::name);
  return base::nearest_word(text, names);
}

std::optional<Failure> failure_of_key(std::string_view key, std::string_view suffix) {
  if (!key.ends_with(suffix)) return std::nullopt;
  key.remove_suffix(suffix.size());
  for (const FailureName& f : kFailures) {
    if (f.name == key) return f.failure;
  }
  return std::nullopt;
}

std::string key_of_failure(Failure failure, std::string_view suffix) {
  for (const FailureName& f : kFailures) {
    if (f.failure == failure) return std::string(f.name) + std::string(suffix);
  }
  return {};
}

bool is_shared_setting(std::string_view key) {
  constexpr std::array<std::string_view, 6> kShared = {
      "num_retries",       "fallbacks",    "context_window_fallbacks", "content_policy_fallbacks",
      "default_fallbacks", "max_fallbacks"};
  return std::ranges::find(kShared, key) != kShared.end();
}

std::string_view provider_scope(std::string_view litellm_name) {
  const facts::ProviderFacts* provider = facts::provider_by_litellm_prefix(litellm_name);
  return provider != nullptr && provider->litellm_prefix() == litellm_name ? provider->kind : litellm_name;
}

std::string_view provider_name(std::string_view scope) {
  const facts::ProviderFacts* provider = facts::provider_by_kind(scope);
  return provider != nullptr && !provider->litellm.empty() ? provider->litellm_prefix() : scope;
}

}  // namespace gatec::targets::litellm
