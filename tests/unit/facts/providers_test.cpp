#include "compiler/facts/providers.h"

#include "compiler/facts/secrets.h"

#include <catch2/catch.hpp>

#include <set>
#include <string>

namespace gatec::facts {
namespace {

std::string kind_of(const ProviderFacts* provider) { return provider == nullptr ? "-" : std::string(provider->kind); }

}  // namespace

TEST_CASE("providers by the names of each dialect", "[providers]") {
  CHECK(kind_of(provider_by_kind("openai")) == "openai");
  CHECK(kind_of(provider_by_litellm_prefix("gemini")) == "google");
  CHECK(kind_of(provider_by_litellm_prefix("cohere_chat")) == "cohere");
  CHECK(kind_of(provider_by_litellm_prefix("hosted_vllm")) == "vllm");
  CHECK(kind_of(provider_by_litellm_prefix("google")) == "-");
  CHECK(kind_of(provider_by_litellm_prefix("")) == "-");
  CHECK(kind_of(provider_by_portkey_slug("azure-openai")) == "azure_openai");
  CHECK(kind_of(provider_by_portkey_slug("workers-ai")) == "cloudflare");
  CHECK(kind_of(provider_by_portkey_slug("@openai-prod")) == "-");
  CHECK(kind_of(provider_by_ferro_id("qwen")) == "dashscope");
  CHECK(kind_of(provider_by_llmgateway_id("together-ai")) == "together_ai");
  CHECK(kind_of(provider_by_worldflow_type("AZURE")) == "azure_openai");
  CHECK(kind_of(provider_by_worldflow_type("GOOGLE")) == "google");
  CHECK(kind_of(provider_by_worldflow_type("VERTEX_AI")) == "vertex_ai");
  CHECK(kind_of(provider_by_key_env("GROQ_API_KEY")) == "groq");

  const ProviderFacts* together = provider_by_kind("together_ai");
  REQUIRE(together != nullptr);
  CHECK(together->main_key_env() == "TOGETHER_API_KEY");
  CHECK(together->litellm_prefix() == "together_ai");
  CHECK(together->base_url() == "https://api.together.xyz/v1");
  CHECK(together->openai_compatible);

  const ProviderFacts* azure = provider_by_kind("azure_openai");
  REQUIRE(azure != nullptr);
  CHECK(azure->base_required);
  CHECK(azure->base_url().empty());
  CHECK(provider_by_kind("snowflake")->portkey_oss == PortkeyOss::Dead);
  CHECK(provider_by_kind("databricks")->portkey_oss == PortkeyOss::No);
}

TEST_CASE("providers by the host of a base URL", "[providers]") {
  CHECK(kind_of(provider_by_host("https://api.openai.com/v1")) == "openai");
  CHECK(kind_of(provider_by_host("https://API.Groq.com/openai/v1/")) == "groq");
  CHECK(kind_of(provider_by_host("https://api.together.ai")) == "together_ai");
  CHECK(kind_of(provider_by_host("https://acme-eu.openai.azure.com/openai/deployments/x?api-version=1")) ==
        "azure_openai");
  CHECK(kind_of(provider_by_host("https://us-central1-aiplatform.googleapis.com/v1")) == "vertex_ai");
  CHECK(kind_of(provider_by_host("https://bedrock-runtime.eu-west-1.amazonaws.com")) == "bedrock");
  CHECK(kind_of(provider_by_host("https://a.b.openai.azure.com")) == "-");
  CHECK(kind_of(provider_by_host("https://api.openai.com.evil.example/v1")) == "-");
  CHECK(kind_of(provider_by_host("https://llm.internal:8443/v1")) == "-");
  CHECK(kind_of(provider_by_host("")) == "-");
  CHECK(kind_of(provider_by_host("http://[::1]:11434")) == "-");

  SECTION("a server on this machine may be anything") {
    CHECK(kind_of(provider_by_host("http://localhost:11434")) == "ollama");
    CHECK(kind_of(provider_by_host("http://127.0.0.1:11434/")) == "ollama");
    CHECK(kind_of(provider_by_host("http://localhost:11434/v1")) == "-");
    CHECK(kind_of(provider_by_host("http://localhost:8080/v1")) == "-");
    CHECK(kind_of(provider_by_host("http://localhost")) == "-");
  }
}

TEST_CASE("the table of providers is sound", "[providers]") {
  std::set<std::string_view> kinds;
  std::set<std::string_view> prefixes;
  std::set<std::string_view> slugs;
  for (const ProviderFacts& provider : providers()) {
    INFO(provider.kind);
    CHECK(kinds.insert(provider.kind).second);
    CHECK_FALSE(provider.title.empty());
    CHECK(provider_by_kind(provider.kind) == &provider);
    for (const std::string_view prefix : provider.litellm) {
      CHECK(prefixes.insert(prefix).second);
      CHECK(provider_by_litellm_prefix(prefix) == &provider);
    }
    if (!provider.portkey.empty()) {
      CHECK(slugs.insert(provider.portkey).second);
      CHECK(provider_by_portkey_slug(provider.portkey) == &provider);
    }
    if (!provider.ferro.empty()) CHECK(provider_by_ferro_id(provider.ferro) == &provider);
    for (const std::string_view id : provider.llmgateway) CHECK(provider_by_llmgateway_id(id) == &provider);
    for (const std::string_view name : provider.key_env) {
      INFO(name);
      CHECK(is_credential_key(name));
    }
    for (const std::string_view url : provider.base_urls) CHECK(url.find("://") != std::string_view::npos);
  }
  CHECK(kinds.size() > 150);
  CHECK(slugs.size() >= 74);
}

}  // namespace gatec::facts
