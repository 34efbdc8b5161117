#include "compiler/base/aside.h"

#include <catch2/catch.hpp>

#include <numeric>
#include <stdexcept>
#include <string>
#include <vector>

namespace gatec::base {
namespace {

TEST_CASE("work aside is done when it was waited for") {
  for (const bool worth : {true, false}) {
    std::vector<std::string> made;
    Aside aside(worth, [&] {
      for (int i = 0; i < 1000; ++i) made.push_back(std::string(static_cast<std::size_t>(i), 'x'));
    });
    std::vector<int> own(1000, 1);
    CHECK(std::accumulate(own.begin(), own.end(), 0) == 1000);
    aside.wait();
    REQUIRE(made.size() == 1000);
    CHECK(made.back().size() == 999);
    aside.wait();
  }
}

TEST_CASE("what work aside throws comes to the one who waits, once") {
  for (const bool worth : {true, false}) {
    Aside aside(worth, [] { throw std::runtime_error("no"); });
    CHECK_THROWS_AS(aside.wait(), std::runtime_error);
    CHECK_NOTHROW(aside.wait());
  }
}

TEST_CASE("work that nobody waits for ends before what it uses") {
  int done = 0;
  {
    const Aside aside(true, [&] { done = 1; });
  }
  CHECK(done == 1);
}

}  // namespace
}  // namespace gatec::base
