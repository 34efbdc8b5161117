#include "compiler/base/nearest.h"
#include "targets/litellm/checker.h"
#include "targets/litellm/tables.h"

#include <algorithm>
#include <array>
#include <unordered_set>

namespace gatec::targets::litellm {
namespace {

using diagnostics::FixSafety;
using doc::Entry;
using doc::Node;

/// What version 1.83 has; others are own code, with a dot in the name.
constexpr std::array<std::string_view, 42> kKinds = {"aim",
                                                     "akto",
                                                     "aporia",
                                                     "azure/prompt_shield",
                                                     "azure/text_moderations",
                                                     "bedrock",
                                                     "block_code_execution",
                                                     "crowdstrike_aidr",
                                                     "custom_code",
                                                     "dynamoai",
                                                     "enkryptai",
                                                     "generic_guardrail_api",
                                                     "grayswan",
                                                     "guardrails_ai",
                                                     "hiddenlayer",
                                                     "hide-secrets",
                                                     "ibm_guardrails",
                                                     "javelin",
                                                     "lakera",
                                                     "lakera_v2",
                                                     "lasso",
                                                     "litellm_content_filter",
                                                     "llm_as_a_judge",
                                                     "mcp_end_user_permission",
                                                     "mcp_jwt_signer",
                                                     "mcp_security",
                                                     "model_armor",
                                                     "noma",
                                                     "noma_v2",
                                                     "onyx",
                                                     "openai_moderation",
                                                     "pangea",
                                                     "panw_prisma_airs",
                                                     "pillar",
                                                     "presidio",
                                                     "prompt_security",
                                                     "promptguard",
                                                     "qualifire",
                                                     "semantic_guard",
                                                     "tool_permission",
                                                     "tool_policy",
                                                     "zscaler_ai_guard"};
constexpr std::array<std::string_view, 7> kModes = {"pre_call",
                                                    "post_call",
                                                    "during_call",
                                                    "logging_only",
                                                    "pre_mcp_call",
                                                    "during_mcp_call",
                                                    "realtime_input_transcription"};

constexpr std::array<std::string_view, 85> kCallbacks = {"langfuse",
                                                         "langfuse_otel",
                                                         "otel",
                                                         "arize",
                                                         "arize_phoenix",
                                                         "langsmith",
                                                         "langtrace",
                                                         "langwatch",
                                                         "logfire",
                                                         "braintrust",
                                                         "opik",
                                                         "weave_otel",
                                                         "agentops",
                                                         "mlflow",
                                                         "argilla",
                                                         "galileo",
                                                         "literalai",
                                                         "lunary",
                                                         "helicone",
                                                         "athina",
                                                         "promptlayer",
                                                         "traceloop",
                                                         "greenscale",
                                                         "deepeval",
                                                         "posthog",
                                                         "prometheus",
                                                         "datadog",
                                                         "datadog_metrics",
                                                         "datadog_llm_observability",
                                                         "datadog_cost_management",
                                                         "newrelic",
                                                         "sentry",
                                                         "pagerduty",
                                                         "openmeter",
                                                         "lago",
                                                         "cloudzero",
                                                         "focus",
                                                         "vantage",
                                                         "ramp",
                                                         "mavvrik",
                                                         "levo",
                                                         "sumologic",
                                                         "rubrik",
                                                         "qualifire_eval",
                                                         "s3",
                                                         "s3_v2",
                                                         "aws_sqs",
                                                         "gcs_bucket",
                                                         "gcs_pubsub",
                                                         "azure_storage",
                                                         "azure_sentinel",
                                                         "dynamodb",
                                                         "supabase",
                                                         "wandb",
                                                         "slack",
                                                         "generic_api",
                                                         "resend_email",
                                                         "sendgrid_email",
                                                         "smtp_email",
                                                         "dynamic_rate_limiter",
                                                         "dynamic_rate_limiter_v3",
                                                         "anthropic_cache_control_hook",
                                                         "vector_store_pre_call_hook",
                                                         "compression_interception",
                                                         "detect_prompt_injection",
                                                         "presidio",
                                                         "hide_secrets",
                                                         "llmguard_moderations",
                                                         "llamaguard_moderations",
                                                         "google_text_moderation",
                                                         "blocked_user_check",
                                                         "banned_keywords",
                                                         "dotprompt",
                                                         "bitbucket",
                                                         "gitlab",
                                                         "humanloop",
                                                         "azure_content_safety",
                                                         "lakera_prompt_injection",
                                                         "openai_moderations",
                                                         "aporia_prompt_injection",
                                                         "custom_callback_api",
                                                         "sqs",
                                                         "websearch_interception",
                                                         "prompt_layer",
                                                         "batch_redis_requests"};

void collect_strings(const Node* list, std::unordered_set<std::string_view>& into) {
  if (list == nullptr) return;
  if (list->is_string()) into.insert(list->text());
  for (const Node* element : list->elements()) {
    if (element->is_string()) into.insert(element->text());
  }
}

void collect_named(const ir::Value& value, std::unordered_set<std::string_view>& into) {
  if (value.kind == ir::Value::Kind::String) into.insert(value.text);
  for (const ir::Value& item : value.items) collect_named(item, into);
}

}  // namespace

void Checker::check_guardrails(const ConfigFile& file) {
  const Node* list = get(file.root, "guardrails");
  std::unordered_set<std::string_view> named;
  for (const ModelEntry& entry : file.models) collect_strings(get(entry.params, "guardrails"), named);
  for (const ir::Principal& p : gateway_.principals) {
    for (const ir::Extra& e : p.extras) {
      if (e.key == "guardrails") collect_named(e.value, named);
    }
  }
  const Node* rules = get(file.root, "policies");
  for (const Entry& policy : rules != nullptr ? rules->entries() : std::span<const Entry>{}) {
    collect_strings(get(get(policy.value, "guardrails"), "add"), named);
    if (const Node* pipeline = get(get(policy.value, "pipeline"), "steps")) {
      for (const Node* step : pipeline->elements()) collect_strings(get(step, "guardrail"), named);
    }
  }
  for (const Node* guardrail : list != nullptr ? list->elements() : std::span<const Node* const>{}) {
    const Node* params = get(guardrail, "litellm_params");
    if (const Node* mode = get(params, "mode")) guardrail_modes(*mode);
    if (const Node* kind = get(params, "guardrail")) guardrail_kind(*kind, get(params, "mode") != nullptr);
    const Node* name = get(guardrail, "guardrail_name");
    if (!file.whole || name == nullptr || !name->is_string() || is_true(get(params, "default_on")) ||
        named.contains(name->text()))
      continue;
    report(DiagId::LitellmGuardrailIdle, name->span(),
           quoted(name->text()) + " runs only where a request, a key or a team names it: `default_on` is not set");
  }
  policies(file);
  callbacks(file);
}

void Checker::guardrail_kind(const Node& kind, bool has_mode) {
  if (!has_mode)
    report(DiagId::LitellmGuardrailNoMode, kind.span(), "this guardrail has no `mode`: LiteLLM does not start");
  const bool own_code = kind.is_string() && kind.text().find('.') != std::string_view::npos;
  if (!kind.is_string() || own_code || kind.text().starts_with(kReferencePrefix) ||
      std::find(kKinds.begin(), kKinds.end(), kind.text()) != kKinds.end())
    return;
  std::string message = quoted(kind.text()) + " is no guardrail of version 1.83: LiteLLM does not start";
  const auto near = base::nearest_word(kind.text(), kKinds);
  if (near) message += "; did you mean " + quoted(*near) + "?";
  report(DiagId::LitellmGuardrailUnknown, kind.span(), std::move(message));
}

void Checker::guardrail_modes(const Node& mode) {
  if (mode.is_string()) guardrail_mode(mode);
  for (const Node* element : mode.elements()) guardrail_mode(*element);
  if (const Node* tags = get(&mode, "tags")) {
    for (const Entry& e : tags->entries()) guardrail_modes(*e.value);
  }
  if (const Node* otherwise = get(&mode, "default")) guardrail_modes(*otherwise);
}

void Checker::guardrail_mode(const Node& mode) {
  if (!mode.is_string() || std::find(kModes.begin(), kModes.end(), mode.text()) != kModes.end()) return;
  const auto near = base::nearest_word(mode.text(), kModes);
  std::string message = quoted(mode.text()) + " is no mode of a guardrail";
  if (near) message += "; did you mean " + quoted(*near) + "?";
  auto told = report(DiagId::LitellmGuardrailMode, mode.span(), std::move(message));
  if (near) told.fix("write " + quoted(*near), FixSafety::Safe, {{mode.span(), rewritten(mode.span(), *near)}});
}

void Checker::policies(const ConfigFile& file) {
  const Node* rules = get(file.root, "policies");
  const Node* attachments = get(file.root, "policy_attachments");
  const Node* list = get(file.root, "guardrails");
  if (rules == nullptr || !rules->is_mapping()) return;
  std::unordered_set<std::string_view> used;
  for (const Node* attachment : attachments != nullptr ? attachments->elements() : std::span<const Node* const>{}) {
    collect_strings(get(attachment, "policy"), used);
  }
  std::unordered_set<std::string_view> known;
  for (const Node* guardrail : list != nullptr ? list->elements() : std::span<const Node* const>{})
    collect_strings(get(guardrail, "guardrail_name"), known);
  for (const Entry& policy : rules->entries()) collect_strings(get(policy.value, "inherit"), used);
  for (const Entry& policy : rules->entries()) {
    if (attachments != nullptr && !used.contains(policy.key->text())) {
      report(DiagId::LitellmPolicyUnattached, policy.key->span(),
             quoted(policy.key->text()) + " does nothing: no attachment names it");
    }
    const Node* added = get(get(policy.value, "guardrails"), "add");
    for (const Node* name : added != nullptr && list != nullptr ? added->elements() : std::span<const Node* const>{}) {
      if (!name->is_string() || known.contains(name->text())) continue;
      report(DiagId::LitellmPolicyGuardrail, name->span(), "`guardrails` has no " + quoted(name->text()));
    }
  }
}

/// A plain name that LiteLLM does not know is passed over in silence; one with a dot is imported.
void Checker::callbacks(const ConfigFile& file) {
  const Node* own = get(file.root, "callback_settings");
  for (const std::string_view key :
       {"callbacks", "success_callback", "failure_callback", "service_callbacks", "audit_log_callbacks"}) {
    const Node* list = get(file.litellm, key);
    if (list == nullptr) continue;
    const Node* const alone[] = {list};
    for (const Node* name : list->is_string() ? std::span<const Node* const>(alone) : list->elements()) {
      if (!name->is_string() || name->text().find_first_of("./:$") != std::string_view::npos ||
          get(own, name->text()) != nullptr)
        continue;
      if (std::find(kCallbacks.begin(), kCallbacks.end(), name->text()) != kCallbacks.end()) continue;
      const auto near = base::nearest_word(name->text(), kCallbacks);
      std::string message = quoted(name->text()) + " is no callback that LiteLLM knows";
      if (near) message += "; did you mean " + quoted(*near) + "?";
      auto told = report(DiagId::LitellmCallbackUnknown, name->span(), std::move(message));
      if (near) told.fix("write " + quoted(*near), FixSafety::Unsafe, {{name->span(), rewritten(name->span(), *near)}});
    }
  }
}

}  // namespace gatec::targets::litellm
