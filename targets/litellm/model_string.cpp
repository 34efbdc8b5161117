#include "targets/litellm/model_string.h"

#include "targets/litellm/rules.h"

#include <algorithm>
#include <array>

namespace gatec::targets::litellm {
namespace {

template <std::size_t N>
bool starts_with_any(std::string_view text, const std::array<std::string_view, N>& prefixes) {
  return std::ranges::any_of(prefixes, [&](std::string_view p) { return text.starts_with(p); });
}

/// Cohere and Mistral models of the cost map, which LiteLLM does not call as Azure OpenAI (page §3.4).
bool is_foreign_on_azure(std::string_view model) {
  constexpr std::array<std::string_view, 19> kModels = {
      "command-a-03-2025",    "command-light",      "command-nightly",        "command-r",
      "command-r-08-2024",    "command-r-plus",     "command-r-plus-08-2024", "command-r7b-12-2024",
      "codestral-latest",     "mistral-large-2402", "mistral-large-2407",     "mistral-large-2411",
      "mistral-large-latest", "mistral-medium",     "mistral-medium-latest",  "mistral-small",
      "mistral-small-latest", "mistral-tiny",       "open-mixtral-8x7b"};
  return std::ranges::find(kModels, model) != kModels.end();
}

bool has_version_hash(std::string_view text) {
  const auto colon = text.rfind(':');
  if (colon == std::string_view::npos || text.size() - colon - 1 != 64) return false;
  return std::all_of(text.begin() + static_cast<std::ptrdiff_t>(colon) + 1, text.end(),
                     [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

ModelString of_kind(std::string_view kind, std::string_view model, const ir::Rule& rule,
                    std::string_view spelling = {}) {
  ModelString out;
  out.kind = kind;
  out.model = model;
  out.rule = &rule;
  out.spelling = spelling;
  return out;
}

/// `us.anthropic.claude-…`, `amazon.nova-…`: ids of Bedrock.
bool is_bedrock_id(std::string_view text) {
  constexpr std::array<std::string_view, 6> kRegions = {"us.", "eu.", "apac.", "global.", "us-gov.", "jp."};
  constexpr std::array<std::string_view, 8> kVendors = {"anthropic.", "amazon.", "meta.",      "mistral.",
                                                        "cohere.",    "ai21.",   "stability.", "deepseek."};
  for (const std::string_view region : kRegions) {
    if (text.starts_with(region)) {
      text.remove_prefix(region.size());
      break;
    }
  }
  return starts_with_any(text, kVendors);
}

ModelString infer_by_name(std::string_view text) {
  constexpr std::array<std::string_view, 13> kOpenAi = {
      "gpt-",   "o1",      "o3",  "o4",      "chatgpt-",        "text-embedding-",
      "dall-e", "whisper", "tts", "ft:gpt-", "omni-moderation", "text-moderation",
      "codex-"};
  constexpr std::array<std::string_view, 4> kCompletion = {"gpt-3.5-turbo-instruct", "davinci-002", "babbage-002",
                                                           "text-davinci-"};
  if (starts_with_any(text, kCompletion))
    return of_kind("openai", text, rules::kInferredName, "text-completion-openai");
  if (starts_with_any(text, kOpenAi)) return of_kind("openai", text, rules::kInferredName);
  if (text.starts_with("claude-")) return of_kind("anthropic", text, rules::kInferredName);
  if (text.starts_with("command") || text.starts_with("embed-")) return of_kind("cohere", text, rules::kInferredName);
  if (has_version_hash(text)) return of_kind("replicate", text, rules::kInferredName);
  if (text.starts_with("gemini-")) return of_kind("vertex_ai", text, rules::kInferredName);
  if (is_bedrock_id(text)) return of_kind("bedrock", text, rules::kInferredName);
  return {};
}

}  // namespace

KindName kind_of_name(std::string_view litellm_name) {
  const facts::ProviderFacts* provider = facts::provider_by_litellm_prefix(litellm_name);
  if (provider == nullptr) return {litellm_name, {}};
  return {provider->kind, provider->litellm_prefix() == litellm_name ? std::string_view{} : litellm_name};
}

ModelString split_known_prefix(std::string_view text) {
  const auto slash = text.find('/');
  if (slash == std::string_view::npos) return {};
  const std::string_view prefix = text.substr(0, slash);
  const facts::ProviderFacts* provider = facts::provider_by_litellm_prefix(prefix);
  if (provider == nullptr) return {};
  ModelString out;
  out.model = text.substr(slash + 1);
  if (prefix == "azure" && is_foreign_on_azure(out.model))
    return of_kind("openai", out.model, rules::kNonOpenAiAzure, prefix);
  out.kind = provider->kind;
  if (provider->litellm_prefix() != prefix) out.spelling = prefix;
  return out;
}

ModelString infer_provider(std::string_view text, std::string_view api_base) {
  if (!api_base.empty()) {
    const facts::ProviderFacts* host = facts::provider_by_host(api_base);
    if (host != nullptr && host->openai_compatible && !host->litellm.empty())
      return of_kind(host->kind, text, rules::kInferredHost);
  }
  if (text == "*") {
    ModelString out;
    out.model = text;
    out.rule = &rules::kInferredLater;
    out.told_by_request = true;
    return out;
  }
  const bool has_slash = text.find('/') != std::string_view::npos;
  if (!has_slash || has_version_hash(text)) {
    if (ModelString by_name = infer_by_name(text); !by_name.kind.empty()) return by_name;
  }
  ModelString out;
  out.model = text;
  out.problem = has_slash ? ModelString::Problem::UnknownPrefix : ModelString::Problem::NoProvider;
  return out;
}

}  // namespace gatec::targets::litellm
