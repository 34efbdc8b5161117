#include "targets/litellm/model_string.h"

#include <catch2/catch.hpp>

using gatec::targets::litellm::ModelString;

namespace {

ModelString read(std::string_view text, std::string_view api_base = {}) {
  return gatec::targets::litellm::read_model_string(text, api_base,
                                                    [](std::string_view name) { return name == "my-llm"; });
}

}  // namespace

TEST_CASE("a known prefix is the provider and the rest the model") {
  const ModelString m = read("openrouter/anthropic/claude-3.5-sonnet");
  CHECK(m.kind == "openrouter");
  CHECK(m.model == "anthropic/claude-3.5-sonnet");
  CHECK(m.spelling.empty());
  CHECK(m.rule == nullptr);
}

TEST_CASE("a prefix that is not the canonical one is kept as spelling") {
  const ModelString m = read("text-completion-openai/davinci-002");
  CHECK(m.kind == "openai");
  CHECK(m.spelling == "text-completion-openai");
}

TEST_CASE("a prefix that the config declares is a provider of its own") {
  const ModelString m = read("my-llm/small");
  CHECK(m.kind == "my-llm");
  CHECK(m.model == "small");
}

TEST_CASE("without a prefix the address tells the provider, then the name") {
  CHECK(read("meta-llama/Llama-3", "https://api.deepinfra.com/v1/openai").kind == "deepinfra");
  CHECK(read("gpt-4o").kind == "openai");
  CHECK(read("claude-sonnet-4").kind == "anthropic");
  CHECK(read("gemini-2.0-flash").kind == "vertex_ai");
  CHECK(read("us.anthropic.claude-sonnet-4-v1:0").kind == "bedrock");
  CHECK(read("gpt-4o").rule != nullptr);
}

TEST_CASE("Mistral on Azure is called as OpenAI-compatible") {
  const ModelString m = read("azure/mistral-large-latest");
  CHECK(m.kind == "openai");
  CHECK(m.spelling == "azure");
  CHECK(read("azure/gpt-4o").kind == "azure_openai");
}

TEST_CASE("a star alone has its provider told by each request") {
  const ModelString m = read("*");
  CHECK(m.told_by_request);
  CHECK(m.kind.empty());
  CHECK(m.problem == ModelString::Problem::None);
  CHECK(read("openai/*").kind == "openai");
}

TEST_CASE("what tells no provider is a problem") {
  CHECK(read("llama2").problem == ModelString::Problem::NoProvider);
  CHECK(read("google/gemini-pro").problem == ModelString::Problem::UnknownPrefix);
  CHECK(read("llama2").model == "llama2");
}
