#pragma once

#include "compiler/ir/origin.h"

/// What the LiteLLM proxy does unasked. Sections are those of docs/dialects/litellm.md.
namespace gatec::targets::litellm::rules {

using ir::Rule;

inline constexpr Rule kRetries{"litellm.retries", "a failed request is tried twice more", "§1.7"};
inline constexpr Rule kRedraw{"litellm.redraw", "a retry draws again among all healthy deployments of the group",
                              "§5.5"};
inline constexpr Rule kRetriedStatuses{"litellm.retried-statuses",
                                       "408, 409, 429 and server errors are retried, other errors are not", "§5.5"};
inline constexpr Rule kRetryAfter{"litellm.retry-after", "a Retry-After header is honoured", "§5.5"};
inline constexpr Rule kTimeout{"litellm.timeout", "a call may take 6000 seconds", "§1.7"};
inline constexpr Rule kCooldown{"litellm.cooldown", "a failing deployment rests for 5 seconds", "§1.7"};
inline constexpr Rule kFailureShare{"litellm.failure-share",
                                    "a deployment rests when more than half of at least 5 requests in a minute failed",
                                    "§5.5"};
inline constexpr Rule kAllowedFails{"litellm.allowed-fails", "3 failures are allowed where failures are counted",
                                    "§5.5"};
inline constexpr Rule kFailWindow{"litellm.fail-window", "counted failures are forgotten after the cooldown time",
                                  "§5.5"};
inline constexpr Rule kPolicy{"litellm.strategy", "deployments are drawn at random by weight", "§5.4"};
inline constexpr Rule kMaxFallbacks{"litellm.max-fallbacks", "at most 5 fallbacks follow each other", "§5.1"};
inline constexpr Rule kChained{"litellm.chained", "the fallbacks of a fallback apply as well", "§5.6"};
inline constexpr Rule kInherited{"litellm.default-fallbacks",
                                 "a group without fallbacks of its own takes the default ones", "§5.6"};
inline constexpr Rule kListSet{"litellm.own-list",
                               "where this list is set, its kind of failure never takes the general one", "§5.6"};
inline constexpr Rule kWeightOfGroup{
    "litellm.shuffle-weight",
    "the first deployment of a group decides whether weight, rpm or tpm is the weight; who lacks it gets 0", "§5.4"};
inline constexpr Rule kHint{"litellm.rpm-steers", "rpm and tpm of a deployment steer the choice and reject nothing",
                            "§9.1"};
inline constexpr Rule kMinute{"litellm.minute", "rpm and tpm count per minute", "§9.1"};
inline constexpr Rule kPerKey{"litellm.per-key", "counted for each key", "§3.2"};
inline constexpr Rule kKeyEnv{"litellm.key-env", "without api_key the provider's own variable is read", "§4"};
inline constexpr Rule kAzureVersion{"litellm.azure-version", "without api_version Azure gets 2025-02-01-preview",
                                    "§3.2"};
inline constexpr Rule kInferredName{"litellm.infer-name", "the provider is told by the model's name", "§3.4"};
inline constexpr Rule kInferredHost{"litellm.infer-host", "the provider is told by api_base", "§3.4"};
inline constexpr Rule kInferredLater{"litellm.infer-request", "the provider is told by the requested name", "§3.5"};
inline constexpr Rule kNonOpenAiAzure{"litellm.azure-foreign",
                                      "Cohere and Mistral models on Azure are called as OpenAI-compatible", "§3.4"};
inline constexpr Rule kCacheKind{
    "litellm.cache-kind", "a cache without cache_params is Redis, one with params but no type is local", "§14.1"};
inline constexpr Rule kCacheMode{"litellm.cache-mode",
                                 "a cache answers equal requests; a semantic one answers similar ones", "§14.1"};
inline constexpr Rule kAuthKey{"litellm.auth-key", "with a master key every caller needs a key", "§1.7"};
inline constexpr Rule kAuthCustom{"litellm.auth-custom", "the proxy asks its own code who may call", "§7"};
inline constexpr Rule kAuthJwt{"litellm.auth-jwt", "callers show a signed token", "§7"};

}  // namespace gatec::targets::litellm::rules
