#include "targets/litellm/tables.h"

#include <catch2/catch.hpp>

namespace litellm = gatec::targets::litellm;
using litellm::Slot;

namespace {

Slot slot(std::string_view section, std::string_view key) {
  const auto* row = litellm::keys().root().child("model_list").element().child(section).child(key).row();
  return row == nullptr ? Slot::None : litellm::slot_of(*row);
}

}  // namespace

TEST_CASE("rows of a deployment have their slots") {
  CHECK(slot("litellm_params", "rpm") == Slot::Rpm);
  CHECK(slot("litellm_params", "base_url") == Slot::ApiBase);
  CHECK(slot("litellm_params", "aws_access_key_id") == Slot::ProviderParam);
  CHECK(slot("litellm_params", "temperature") == Slot::RequestParam);
  CHECK(slot("litellm_params", "api_bas") == Slot::RequestParam);
  CHECK(slot("litellm_params", "mock_response") == Slot::None);
  CHECK(slot("model_info", "id") == Slot::Id);
  CHECK(slot("model_info", "rpm") == Slot::None);
  CHECK(slot("model_info", "input_cost_per_token") == Slot::Price);
}

TEST_CASE("a reference is the whole text") {
  const auto env = litellm::parse_reference("os.environ/OPENAI_API_KEY");
  REQUIRE(env);
  CHECK(env->kind == gatec::ir::Credential::Kind::Env);
  CHECK(env->name == "OPENAI_API_KEY");
  const auto token = litellm::parse_reference("os.environ/oidc/google/aud");
  REQUIRE(token);
  CHECK(token->kind == gatec::ir::Credential::Kind::Manager);
  CHECK_FALSE(litellm::parse_reference("bearer os.environ/X"));
  CHECK_FALSE(litellm::parse_reference("os.environ/"));
  CHECK_FALSE(litellm::parse_reference("${X}"));
}

TEST_CASE("every area of a key has a word of advice") {
  for (const auto& row : litellm::keys().rows()) CHECK_FALSE(litellm::area_of(row).advice.empty());
}
