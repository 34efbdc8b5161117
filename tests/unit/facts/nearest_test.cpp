#include "compiler/base/nearest.h"

#include <catch2/catch.hpp>

#include <array>
#include <string>

namespace gatec::base {

TEST_CASE("nearest word", "[nearest]") {
  constexpr std::array<std::string_view, 8> kWords = {"routing_strategy", "num_retries", "timeout", "rpm",
                                                      "weight",           "api_key",     "mode",    "api_base"};
  const auto nearest = [&](std::string_view word) { return nearest_word(word, kWords); };

  CHECK(nearest("routing_stratgy") == "routing_strategy");
  CHECK(nearest("timoeut") == "timeout");
  CHECK(nearest("wieght") == "weight");
  CHECK(nearest("numRetries") == "num_retries");
  CHECK(nearest("API-KEY") == "api_key");
  CHECK(nearest("mdoe") == "mode");
  CHECK(nearest("rmp") == "rpm");

  SECTION("not everything is a misspelling") {
    CHECK_FALSE(nearest("tpm").has_value());
    CHECK_FALSE(nearest("fallbacks").has_value());
    CHECK_FALSE(nearest("").has_value());
    CHECK_FALSE(nearest("rp").has_value());
    CHECK_FALSE(nearest(std::string(500, 'a')).has_value());
  }
  SECTION("a word is not a misspelling of itself") { CHECK_FALSE(nearest("weight").has_value()); }
  SECTION("of equals the first") {
    constexpr std::array<std::string_view, 2> kPair = {"model_a", "model_b"};
    CHECK(nearest_word("model_c", kPair) == "model_a");
  }
}

}  // namespace gatec::base
