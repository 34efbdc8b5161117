#include "targets/litellm/detect.h"

#include "compiler/doc/reader.h"

#include <catch2/catch.hpp>

namespace {

int score(std::string text) {
  gatec::source::SourceManager sources;
  gatec::diagnostics::Sink sink;
  const auto file = sources.add("config.yaml", std::move(text));
  const auto document = gatec::doc::read_yaml(sources, file, sink, {});
  REQUIRE(document);
  return gatec::targets::litellm::detect_config(*document->root());
}

}  // namespace

TEST_CASE("configs and parts of them are told by their content") {
  CHECK(score("litellm_settings: {drop_params: true}") >= 80);
  CHECK(score("general_settings: {master_key: x}") >= 80);
  CHECK(score("model_list: [{model_name: a, litellm_params: {model: openai/a}}]") >= 80);
  CHECK(score("- {model_name: a, litellm_params: {model: openai/a}}") >= 80);
  CHECK(score("litellm_params: {model: openai/a}") >= 80);
  CHECK(score("model list: [{model_name: a, litellm_params: {model: openai/a}}]") >= 80);
  CHECK(score("guardrails: [{guardrail_name: a, litellm_params: {guardrail: aporia}}]") >= 80);
  CHECK(score("mcp_servers: {a: {url: x}}") > 0);
  CHECK(score("environment_variables: {A: b}") > 0);
}

TEST_CASE("other gateways' configs are not LiteLLM's") {
  CHECK(score("strategy: {mode: fallback}\ntargets: [{provider: openai}]") == 0);
  CHECK(score("strategy: {mode: single}\ntargets: [{virtual_key: openai}]\nplugins: []") == 0);
  CHECK(score("providers: {openai: {keys: []}}\nclient: {}") == 0);
  CHECK(score("[1, 2]") == 0);
}
