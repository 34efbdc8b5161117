#include "targets/litellm/prices.h"

#include "targets/litellm/tables.h"

#include <catch2/catch.hpp>

namespace litellm = gatec::targets::litellm;

TEST_CASE("price keys are split into unit and tier") {
  const auto plain = litellm::price_of_key("input_cost_per_token");
  REQUIRE(plain);
  CHECK(plain->unit == "input_token");
  CHECK(plain->tier.empty());
  const auto tiered = litellm::price_of_key("output_cost_per_token_above_128k_tokens");
  REQUIRE(tiered);
  CHECK(tiered->unit == "output_token");
  CHECK(tiered->tier == "above_128k_tokens");
  const auto cached = litellm::price_of_key("cache_creation_input_token_cost_above_1hr");
  REQUIRE(cached);
  CHECK(cached->unit == "cache_creation_input_token");
  CHECK(cached->tier == "above_1hr");
  CHECK(litellm::price_of_key("output_cost_per_second_720p")->tier == "720p");
  CHECK_FALSE(litellm::price_of_key("temperature"));
}

TEST_CASE("every price key of the table comes back as it was") {
  int found = 0;
  for (const auto& row : litellm::keys().rows()) {
    if (litellm::slot_of(row) != litellm::Slot::Price) continue;
    const std::string_view key = row.path.substr(row.path.rfind('.') + 1);
    const auto name = litellm::price_of_key(key);
    if (key == "tiered_pricing") continue;
    INFO(key);
    REQUIRE(name);
    CHECK(litellm::key_of_price(name->unit, name->tier) == std::string(key));
    ++found;
  }
  CHECK(found > 60);
}
