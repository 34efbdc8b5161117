#include "targets/litellm/checker.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace gatec::targets::litellm {
namespace {

using base::Decimal;
using diagnostics::FixSafety;
using doc::Entry;
using doc::Node;

constexpr std::int64_t kManyTries = 12;
constexpr std::int64_t kModuleAllowedFails = 3, kDefaultMaxFallbacks = 5;

bool is_given(const Node* node) { return node != nullptr && !node->is_null(); }

/// One list of fallbacks: the sources in order. `*` and malformed items are left to others.
std::vector<const Entry*> items_of(const Node* list) {
  std::vector<const Entry*> items;
  if (list == nullptr) return items;
  for (const Node* element : list->elements()) {
    for (const Entry& e : element->entries()) items.push_back(&e);
  }
  return items;
}

std::string names(const std::vector<std::string_view>& list) {
  constexpr std::size_t kShown = 3;
  std::string text;
  for (std::size_t i = 0; i < std::min(list.size(), kShown); ++i) (text += i == 0 ? "" : ", ") += quoted(list[i]);
  if (list.size() > kShown) text += " and " + std::to_string(list.size() - kShown) + " more";
  return text;
}

std::optional<std::int64_t> integer(const Node* node) {
  const auto number = number_of(node);
  return number ? number->as_int64() : std::nullopt;
}

}  // namespace

void Checker::check_router(const ConfigFile& file) {
  const Node* strategy = get(file.router, "routing_strategy");
  if (strategy != nullptr && strategy->is_string() && strategy->text() == "usage-based-routing") {
    report(DiagId::LitellmUsageRouting, strategy->span(),
           "`usage-based-routing` is slow and counts wrong under load; LiteLLM advises against it")
        .fix("write `usage-based-routing-v2`", FixSafety::Unsafe,
             {{strategy->span(), rewritten(strategy->span(), "usage-based-routing-v2")}});
  }
  if (const Node* cooldown = get(file.router, "cooldown_time")) {
    const auto seconds = number_of(cooldown);
    if (seconds && seconds->is_zero()) {
      report(DiagId::LitellmCooldownZero, cooldown->span(),
             "a cooldown of 0 counts as not set, so it lasts 5 seconds; `disable_cooldowns: true` has none");
    }
  }
  allowed_fails(file);
  timeouts(file);
  retries(file);
  own_fallback_lists(file, "context_window_fallbacks");
  own_fallback_lists(file, "content_policy_fallbacks");
  smaller_windows(file);
  redis(file);
}

/// Failures are counted only if a policy is set or the router's number differs from the module's (§5.5).
void Checker::allowed_fails(const ConfigFile& file) {
  const Node* policy = file.shared("allowed_fails_policy");
  const Node* of_router = get(file.router, "allowed_fails");
  const Node* of_module = get(file.litellm, "allowed_fails");
  const auto allowed = integer(of_router);
  const std::int64_t module = integer(of_module).value_or(kModuleAllowedFails);
  const bool counts = is_given(policy) || (allowed && *allowed != module);
  if (!counts && allowed) {
    report(DiagId::LitellmAllowedFailsInert, of_router->span(),
           "`allowed_fails` of " + std::to_string(*allowed) +
               " is what LiteLLM has anyway: failures are not counted, their share in a minute decides");
  } else if (!counts && integer(of_module)) {
    report(DiagId::LitellmAllowedFailsInert, of_module->span(),
           "`allowed_fails` has no effect here alone; failures are counted where `router_settings` has it");
  }
  if (!counts || is_true(get(file.router, "disable_cooldowns"))) return;
  const Node* of_rate_limit = get(policy, "RateLimitErrorAllowedFails");
  const Node* at = is_given(policy) ? key_node(file.router, "allowed_fails_policy") : of_router;
  if (is_given(of_rate_limit) || at == nullptr) return;
  report(DiagId::LitellmRateLimitCounted, at->span(),
         "since failures are counted, a deployment that answers 429 no longer rests at once")
      .note("`allowed_fails_policy: {RateLimitErrorAllowedFails: …}` sets how many it may");
}

void Checker::timeouts(const ConfigFile& file) {
  const Node* request = get(file.litellm, "request_timeout");
  const Node* router = get(file.router, "timeout");
  const auto a = number_of(request);
  const auto b = number_of(router);
  if (!a || !b || *a == *b || a->is_zero() || b->is_zero()) return;
  report(DiagId::LitellmTimeoutShadow, request->span(),
         "`request_timeout` and the router's `timeout` differ, and versions of LiteLLM differ in which counts")
      .label(router->span(), "the router's");
}

void Checker::retries(const ConfigFile& file) {
  const Node* shared = file.shared("num_retries");
  const auto tries = integer(shared);
  bool told_inert = false;
  for (const ModelEntry& entry : file.models) {
    if (const Node* inert = get(entry.params, "max_retries"); integer(inert).value_or(0) > 0 && !told_inert) {
      report(DiagId::LitellmMaxRetriesInert, inert->span(),
             "`max_retries` is set to 0 for every call that is routed; `num_retries` is what counts");
      told_inert = true;
    }
    const Node* own = get(entry.params, "num_retries");
    const auto number = integer(own);
    if (!number || !tries || *number == *tries) continue;
    report(DiagId::LitellmRetriesConflict, own->span(),
           "`num_retries` of one deployment and of the router differ, and versions of LiteLLM differ in which counts")
        .label(shared->span(), "the router's");
  }
  if (!tries || *tries < 1) return;
  const std::int64_t depth = integer(file.shared("max_fallbacks")).value_or(kDefaultMaxFallbacks);
  for (const Entry* item : items_of(file.shared("fallbacks"))) {
    const auto groups = 1 + std::min<std::int64_t>(depth, static_cast<std::int64_t>(item->value->size()));
    const std::int64_t calls = *tries > kManyTries ? kManyTries * groups + 1 : (1 + *tries) * groups;
    if (calls <= kManyTries || !item->value->is_sequence()) continue;
    report(DiagId::LitellmManyTries, shared->span(),
           "one request may become " + std::to_string((1 + *tries) * groups) + " calls: " + std::to_string(1 + *tries) +
               " to each of " + std::to_string(groups) + " groups")
        .label(item->key->span(), "with these fallbacks");
    return;
  }
}

/// Such a failure takes its own list or nothing, and that list knows no `*` (§5.6).
void Checker::own_fallback_lists(const ConfigFile& file, std::string_view key) {
  const Node* list = file.shared(key);
  if (list == nullptr || !list->is_sequence() || list->empty()) return;
  std::unordered_set<std::string_view> own;
  for (const Entry* item : items_of(list)) {
    own.insert(item->key->text());
    if (item->key->text() == "*") {
      report(DiagId::LitellmStarInOwnList, item->key->span(),
             "`*` means every group in `fallbacks` only; here it is a name that nobody asks for");
    }
  }
  std::vector<std::string_view> without;
  for (const Entry* item : items_of(file.shared("fallbacks"))) {
    if (item->key->text() != "*" && !own.contains(item->key->text())) without.push_back(item->key->text());
  }
  if (without.empty()) return;
  const Node* at = key_node(file.router, key) != nullptr ? key_node(file.router, key) : key_node(file.litellm, key);
  const std::string_view failure = key.starts_with("context") ? "a prompt that is too long" : "refused content";
  report(DiagId::LitellmOwnListHides, at->span(),
         "with this list set, " + std::string(failure) + " never takes the general `fallbacks`, and " + names(without) +
             (without.size() == 1 ? " is not in it" : " are not in it"));
}

/// Only where no member of the group can have been too small while the target is not.
void Checker::smaller_windows(const ConfigFile& file) {
  struct Range {
    Decimal least, most;
  };
  std::unordered_map<std::string_view, Range> windows;
  for (const ModelEntry& entry : file.models) {
    const auto size = number_of(get(entry.info, "max_input_tokens"));
    if (!size || entry.group.empty()) continue;
    const auto [known, fresh] = windows.try_emplace(entry.group, Range{*size, *size});
    if (*size < known->second.least) known->second.least = *size;
    if (*size > known->second.most) known->second.most = *size;
  }
  for (const Entry* item : items_of(file.shared("context_window_fallbacks"))) {
    const auto source = windows.find(item->key->text());
    if (source == windows.end()) continue;
    for (const Node* target : item->value->elements()) {
      const auto found = target->is_string() ? windows.find(target->text()) : windows.end();
      if (found == windows.end() || found->second.most > source->second.least) continue;
      report(DiagId::LitellmSmallerWindow, target->span(),
             quoted(target->text()) + " takes " + found->second.most.text() + " tokens, no more than " +
                 quoted(item->key->text()) + " with " + source->second.least.text());
    }
  }
}

void Checker::redis(const ConfigFile& file) {
  const Node* host = get(file.router, "redis_host");
  const Node* port = get(file.router, "redis_port");
  if (is_given(get(file.router, "redis_url")) || is_given(host) == is_given(port)) return;
  const bool has_host = is_given(host);
  report(DiagId::LitellmRedisHalf,
         has_host ? key_node(file.router, "redis_host")->span() : key_node(file.router, "redis_port")->span(),
         has_host ? "`redis_host` without `redis_port` is not used: every process keeps its own counts"
                  : "`redis_port` without `redis_host` is not used: every process keeps its own counts");
}

}  // namespace gatec::targets::litellm
