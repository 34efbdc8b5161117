#include "compiler/facts/providers.h"
#include "targets/fix_kit.h"
#include "targets/portkey/checker.h"
#include "targets/portkey/hosts.h"
#include "targets/portkey/portkey.h"

#include <algorithm>
#include <array>

namespace gatec::targets::portkey {
namespace {

using base::Decimal;
using doc::Entry;

std::optional<Decimal> number_of(const Node* node) {
  if (node == nullptr || !node->is_number()) return std::nullopt;
  const auto text = node->number();
  return text ? Decimal::parse(*text) : std::nullopt;
}

std::optional<std::int64_t> integer_of(const Node* node) {
  const auto value = number_of(node);
  return value ? value->as_int64() : std::nullopt;
}

std::string_view text_of(const Node* node) {
  return node != nullptr && node->is_string() ? node->text() : std::string_view();
}

bool is_list(const Node* node) { return node != nullptr && node->is_sequence(); }
bool is_mapping(const Node* node) { return node != nullptr && node->is_mapping(); }

bool holds(const Node* list, std::initializer_list<std::int64_t> codes) {
  if (!is_list(list)) return false;
  return std::ranges::any_of(list->elements(), [&](const Node* n) {
    const auto value = integer_of(n);
    return value && std::ranges::find(codes, *value) != codes.end();
  });
}

std::string lower(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; });
  return out;
}

/// Which provider a target asks for, as written; empty when it does not say.
std::string provider_of(const Node& target) {
  if (const std::string_view p = text_of(target.get("provider")); !p.empty())
    return std::string(p.substr(0, p.find('/')));
  if (const std::string_view v = text_of(target.get("virtual_key")); !v.empty()) return "@" + std::string(v);
  const Node* params = target.get("override_params");
  const std::string_view model = is_mapping(params) ? text_of(params->get("model")) : std::string_view();
  return model.starts_with('@') ? std::string(model.substr(0, model.find('/'))) : std::string();
}

bool says_model(const Node& target) {
  const Node* params = target.get("override_params");
  const bool in_slug = text_of(target.get("provider")).find('/') != std::string_view::npos;
  return in_slug || (is_mapping(params) && params->get("model") != nullptr) || target.get("deployment_id") ||
         target.get("prompt_id");
}

}  // namespace

void Checker::report(DiagId id, const Node& at, std::string message, std::string note) {
  auto told = context_.sink.report(id, at.span(), std::move(message));
  if (!note.empty()) told.note(std::move(note));
}

void Checker::report_key(DiagId id, const Node& mapping, std::string_view key, std::string message, std::string note) {
  const Entry* entry = mapping.entry(key);
  if (entry == nullptr) return;
  auto told = context_.sink.report(id, entry->key->span(), std::move(message));
  if (!note.empty()) told.note(std::move(note));
}

void Checker::run(std::span<const Input> inputs) {
  std::vector<std::pair<const Node*, Object>> objects;
  for (const Input& input : inputs) {
    for (const Node* root : input.document->roots()) {
      for (const Node* node : objects_of(*root)) {
        const Object kind = object_of(*node);
        if (kind != Object::Unknown) objects.emplace_back(node, kind);
        bundle_ = bundle_ || (kind != Object::Config && kind != Object::Unknown);
        if (kind == Object::Config) learn(*node);
        if (kind == Object::Integration) integrations_.emplace(text_of(node->get("slug")));
        if (kind == Object::Provider || kind == Object::VirtualKey || kind == Object::Integration)
          slugs_.emplace(text_of(node->get("slug")));
        if (const std::string_view pinned = text_of(node->get("default_provider_slug")); !pinned.empty())
          slugs_.emplace(pinned);
      }
    }
  }
  for (const auto& [node, kind] : objects) {
    if (kind == Object::Config) {
      config(*node, {});
    } else if (kind == Object::SavedConfig && is_mapping(node->get("config"))) {
      config(*node->get("config"), {});
      references(*node->get("config"));
    } else {
      object(*node, kind);
    }
  }
  if (weekly_policy_) {
    for (const Node* at : weekly_elsewhere_) {
      report(DiagId::PortkeyBudgetReset, *at, "this week starts on Sunday, that of a policy on Monday");
    }
  }
  if (oss()) {
    for (const Input& input : inputs) header(input);
  }
}

/// Slugs make a config a hosted one, an inline key beside a native provider makes it one of the open-source gateway.
void Checker::learn(const Node& node) {
  if (!node.is_mapping()) return;
  const std::string provider = provider_of(node);
  if (provider.starts_with('@'))
    world_ = World::Hosted;
  else if (!provider.empty() && node.get("api_key") != nullptr && world_ == World::Unknown)
    world_ = World::Oss;
  if (is_list(node.get("targets"))) {
    for (const Node* target : node.get("targets")->elements()) learn(*target);
  }
}

void Checker::config(const Node& node, const Around& around) {
  if (!node.is_mapping()) return;
  settings(node, around);
  const Node* own = node.get("strategy");
  if (is_mapping(own) && is_list(node.get("targets"))) {
    strategy(node, *own, around);
  } else {
    leaf(node, around);
  }
}

void Checker::settings(const Node& node, const Around& around) {
  if (const auto timeout = number_of(node.get("request_timeout"));
      timeout && *timeout > Decimal(0) && *timeout < Decimal(1000)) {
    const Node& written = *node.get("request_timeout");
    auto told =
        context_.sink.report(DiagId::PortkeyTimeoutUnit, written.span(),
                             "`request_timeout` counts milliseconds: " + timeout->text() + " is less than a second");
    told.note("seconds are written times 1000");
    if (const auto thousand = timeout->times(Decimal(1000)); thousand && *timeout <= Decimal(600))
      told.fix("write seconds times 1000", diagnostics::FixSafety::Unsafe, {{written.span(), thousand->text()}});
  }
  if (const Node* own = node.get("retry"); is_mapping(own)) retry(*own, around);
  if (const Node* own = node.get("cache"); is_mapping(own)) cache(*own, around);
  if (const Node* host = node.get("custom_host"); host != nullptr && host->is_string()) custom_host(*host);
  if (const Node* headers = node.get("forward_headers"); is_list(headers)) forwarded(*headers);
  if (const Node* key = node.get("api_key"); key != nullptr && key->is_string()) api_key(*key);
  if (dialect_ == kOss) hosted_only(node);
}

void Checker::retry(const Node& node, const Around& around) {
  if (const auto attempts = number_of(node.get("attempts"))) {
    if (!attempts->is_integer() || attempts->is_negative()) {
      report(DiagId::PortkeyRetryCap, *node.get("attempts"), "`attempts` is a whole number from 0 to 5");
    } else if (*attempts > Decimal(5)) {
      report(DiagId::PortkeyRetryCap, *node.get("attempts"),
             "the hosted gateway retries 5 times at most; the open-source one really tries " + attempts->text() +
                 " times more, with waits of 1, 2, 4, 8, 16 seconds");
    }
  }
  if (oss() && node.get("use_retry_after_headers") != nullptr && node.get("use_retry_after_header") == nullptr) {
    const Node& key = *node.entry("use_retry_after_headers")->key;
    context_.sink
        .report(DiagId::PortkeyRetryHeader, key.span(),
                "the open-source gateway reads `use_retry_after_header`, it ignores the plural")
        .fix("write `use_retry_after_header`", diagnostics::FixSafety::Safe,
             {{key.span(), requoted(context_.sources.text(key.span()), "use_retry_after_header")}});
  }
  replaced(node, around.retry, "retry");
}

/// A nearer object replaces the one above it whole (page 1.3).
void Checker::replaced(const Node& node, const Node* above, std::string_view key) {
  if (above == nullptr) return;
  for (const Entry& entry : above->entries()) {
    if (node.get(entry.key->text()) != nullptr || entry.key->text() == "use_retry_after_headers") continue;
    auto told = context_.sink.report(DiagId::PortkeyReplaced, node.span(),
                                     "this `" + std::string(key) + "` replaces the one above it whole: `" +
                                         std::string(entry.key->text()) + "` no longer counts here");
    told.label(above->span(), "the one above it");
    return;
  }
}

void Checker::cache(const Node& node, const Around& around) {
  const auto age = number_of(node.get("max_age"));
  if (age && !oss() && (*age < Decimal(60) || *age > Decimal(7'776'000))) {
    report(DiagId::PortkeyCacheRange, *node.get("max_age"), "`max_age` is 60 to 7776000 seconds");
  }
  replaced(node, around.cache, "cache");
}

void Checker::custom_host(const Node& node) {
  const std::string_view url = node.text();
  if (url.empty() || url.find("${") != std::string_view::npos) return;
  if (url.ends_with('/'))
    report(DiagId::PortkeyHost, node, "the slash at the end of `custom_host` is doubled in the path of each call");
  if (const HostVerdict verdict = judge_host(url); !verdict.why.empty()) {
    report(DiagId::PortkeyHost, node, "the gateway refuses this `custom_host`: " + std::string(verdict.why),
           verdict.trusted.empty()
               ? std::string()
               : "it takes it where `TRUSTED_CUSTOM_HOSTS` of its environment lists `" + verdict.trusted + "`");
  }
}

void Checker::forwarded(const Node& node) {
  for (const Node* header : node.elements()) {
    const std::string name = lower(text_of(header));
    if (name == "authorization" || name == "api-key" || name == "x-api-key") {
      report(DiagId::PortkeyForwardedKey, *header,
             "`" + std::string(text_of(header)) + "` of the client replaces the provider's own credential");
    }
  }
}

void Checker::api_key(const Node& node) {
  const std::string_view text = node.text();
  const bool reference = text.starts_with("os.environ/") || text.starts_with("{{") || text.starts_with("process.env") ||
                         (text.starts_with('$') && !parse_reference(text));
  if (reference)
    report(DiagId::PortkeySecretReference, node,
           "the gateway expands no references: this text is sent as the key itself",
           "gatec writes `${NAME}` and a script that fills it in");
}

/// What the open-source gateway refuses or ignores (page 0).
void Checker::hosted_only(const Node& node) {
  const auto tell = [&](std::string_view key, std::string_view what) {
    if (node.get(key) != nullptr)
      report_key(DiagId::PortkeyHostedKey, node, key,
                 "the open-source gateway " + std::string(what) + " `" + std::string(key) + "`");
  };
  if (text_of(node.get("provider")).starts_with('@'))
    report(DiagId::PortkeyHostedKey, *node.get("provider"),
           "the open-source gateway knows no slugs, it refuses the config");
  const Node* params = node.get("override_params");
  const bool slug_alone = node.get("provider") == nullptr && node.get("virtual_key") == nullptr;
  if (slug_alone && is_mapping(params) && text_of(params->get("model")).starts_with('@'))
    report(DiagId::PortkeyHostedKey, *params->get("model"),
           "the open-source gateway knows no slugs and finds no provider here");
  tell("virtual_key", "ignores");
  for (const std::string_view key : {"default_params", "drop_params", "passthrough", "cb_config", "prompt_id", "cache"})
    tell(key, "ignores");
  if (const Node* strategy = node.get("strategy"); is_mapping(strategy)) {
    for (const std::string_view key : {"sticky", "cb_config"}) {
      if (strategy->get(key) != nullptr)
        report_key(DiagId::PortkeyHostedKey, *strategy, key,
                   "the open-source gateway ignores `" + std::string(key) + "`");
    }
  }
  for (const std::string_view key : {"input_guardrails", "output_guardrails"}) {
    const Node* list = node.get(key);
    if (!is_list(list)) continue;
    for (const Node* one : list->elements()) {
      if (one->is_string())
        report(DiagId::PortkeyHostedKey, *one,
               "a saved guardrail does nothing in the open-source gateway: requests pass unguarded");
    }
  }
}

void Checker::strategy(const Node& node, const Node& strategy, const Around& around) {
  const std::string_view mode = text_of(strategy.get("mode"));
  const Node& targets = *node.get("targets");
  fan_out(targets, mode, around.depth);
  if (mode == "fallback") fallback(node, strategy, around);
  if (mode == "loadbalance") balance(node, strategy, around);
  if (mode == "conditional") conditional(node, strategy);
  if (mode == "fallback" || mode == "loadbalance") models(node, around);
  Around below = around;
  ++below.depth;
  if (is_mapping(node.get("retry"))) below.retry = node.get("retry");
  if (is_mapping(node.get("cache"))) below.cache = node.get("cache");
  below.model = around.model || says_model(node);
  below.fallback = around.fallback || mode == "fallback";
  below.guarded = around.guarded || is_list(node.get("input_guardrails")) || is_list(node.get("before_request_hooks"));
  for (const Node* target : targets.elements()) config(*target, below);
}

void Checker::fallback(const Node& node, const Node& strategy, const Around& around) {
  const Node* codes = strategy.get("on_status_codes");
  if (codes == nullptr) {
    report(DiagId::PortkeyFallbackUnlisted, *strategy.get("mode"),
           "without `on_status_codes` every error goes on to the next target, malformed requests too");
    return;
  }
  if (!is_list(codes)) return;
  if (codes->empty()) report(DiagId::PortkeyFallbackCodes, *codes, "with an empty list nothing ever falls back");
  if (holds(codes, {200, 201, 202, 203, 204}))
    report(DiagId::PortkeyFallbackCodes, *codes,
           "a status of success in the list calls the next target after a good answer");
  const bool guarded =
      around.guarded || is_list(node.get("input_guardrails")) || is_list(node.get("before_request_hooks"));
  if (guarded && holds(codes, {246, 446})) {
    report(DiagId::PortkeyGuardrailInherited, *codes,
           "the guardrail is handed down to every target, so each of them fails in the same way",
           "put the guardrail on the first target alone");
  }
}

void Checker::balance(const Node& node, const Node& strategy, const Around& around) {
  if (!around.fallback) {
    report(DiagId::PortkeyNoRedispatch, *strategy.get("mode"),
           "when the picked target fails, its failure is the answer: no other target is tried");
  }
  for (const Node* target : node.get("targets")->elements()) {
    const auto weight = target->is_mapping() ? number_of(target->get("weight")) : std::nullopt;
    if (weight && weight->is_negative())
      report(DiagId::PortkeyWeights, *target->get("weight"),
             "a negative weight is taken, and one target then gets every request");
  }
}

/// A target of another provider is sent the model name that the caller chose for the first (page 1.7).
void Checker::models(const Node& node, const Around& around) {
  if (around.model || says_model(node)) return;
  std::set<std::string> providers;
  const Node* without = nullptr;
  for (const Node* target : node.get("targets")->elements()) {
    if (!target->is_mapping() || target->get("targets") != nullptr) continue;
    if (const std::string provider = provider_of(*target); !provider.empty()) providers.insert(provider);
    if (without == nullptr && !says_model(*target) && target->get("passthrough") == nullptr) without = target;
  }
  if (without != nullptr && providers.size() > 1) {
    report(DiagId::PortkeyLeafNoModel, *without,
           "this target has no model of its own, so the name that was asked for goes to different providers unchanged");
  }
}

void Checker::fan_out(const Node& targets, std::string_view mode, int depth) {
  const std::size_t most = depth > 0 ? 50 : mode == "conditional" ? 1000 : 100;
  if (dialect_ != kOss && targets.size() > most) {
    report(DiagId::PortkeyFanOut, *targets.elements()[most],
           "the hosted gateway takes " + std::to_string(most) + " targets here, these are " +
               std::to_string(targets.size()));
  }
}

void Checker::leaf(const Node& node, const Around& around) {
  const std::string_view provider = text_of(node.get("provider"));
  if (provider == "portkey" || provider == "cortex") {
    report(
        DiagId::PortkeyDeadProvider, *node.get("provider"),
        "`" + std::string(provider) + "` is accepted but not implemented: the call fails, and a fallback stops there");
  }
  const bool bare = !provider.empty() && !provider.starts_with('@') && node.get("virtual_key") == nullptr;
  if (bundle_ && bare) {
    report(
        DiagId::PortkeyInlineBlocked, *node.get("provider"),
        "a provider without a slug is refused where inline providers are blocked, as they are for new organisations");
  }
  if (!oss()) return;
  const bool placed = node.get("vertex_region") != nullptr &&
                      (node.get("vertex_project_id") != nullptr || node.get("vertex_service_account_json") != nullptr);
  if (provider == "vertex-ai" && !placed) {
    report(DiagId::PortkeyLeafNoProvider, *node.get("provider"),
           "Vertex needs `vertex_region` and `vertex_project_id` or `vertex_service_account_json`, the gateway refuses "
           "the config");
  }
  if (around.depth == 0) {
    constexpr std::array kAlsoEnough = {"retry",
                                        "cache",
                                        "request_timeout",
                                        "before_request_hooks",
                                        "after_request_hooks",
                                        "input_guardrails",
                                        "output_guardrails"};
    const auto is_there = [&](const char* key) { return node.get(key) != nullptr; };
    if (provider.empty() || std::ranges::any_of(kAlsoEnough, is_there)) return;
  }
  if (provider.empty() && node.get("virtual_key") == nullptr && !provider_of(node).starts_with('@')) {
    report(DiagId::PortkeyLeafNoProvider, node,
           "this target names no provider: the gateway takes it and then fails with status 500");
    return;
  }
  const bool keyless = node.get("api_key") || provider == "ollama" || provider == "triton" ||
                       node.get("aws_access_key_id") || node.get("azure_auth_mode") || provider == "vertex-ai";
  if (bare && !keyless)
    report(DiagId::PortkeyLeafNoProvider, *node.get("provider"),
           "this target has no `api_key`, the gateway refuses the config");
}

/// The config travels in a header (page 1.7).
void Checker::header(const Input& input) {
  constexpr std::size_t kMost = 15'000;
  const Node* root = input.document->root();
  if (root == nullptr || object_of(*root) != Object::Config) return;
  const std::string_view text = context_.sources.text(input.document->file());
  std::size_t compact = 0;
  for (const char c : text) compact += c != ' ' && c != '\n' && c != '\r' && c != '\t';
  if (compact > kMost) {
    report(DiagId::PortkeyHeaderSize, *root,
           "the config takes " + std::to_string(compact) +
               " bytes of a request's headers, of which the gateway takes 16 KiB in all");
  }
  const auto raw = std::ranges::find_if(text, [](char c) { return static_cast<unsigned char>(c) >= 0x80; });
  const auto offset = static_cast<std::uint32_t>(raw - text.begin());
  if (raw != text.end() && offset > 2) {
    context_.sink.report(DiagId::PortkeyHeaderText, {input.document->file(), offset, offset + 1},
                         "text outside ASCII is misread in a header; write it as \\uXXXX");
  }
}

void check(std::span<const Input> inputs, const ir::Gateway&, ReadContext& context, std::string_view dialect) {
  Checker(context, dialect).run(inputs);
}

}  // namespace gatec::targets::portkey
