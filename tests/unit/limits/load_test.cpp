#include "compiler/limits/load.h"

#include <catch2/catch.hpp>
#include <rapidcheck.h>

namespace gatec::limits {
namespace {

using ir::Counted;
using ir::WindowKind;

Cap cap(Counted counts, std::int64_t amount, WindowKind kind, std::int64_t seconds, std::int64_t burst = 0) {
  Cap c;
  c.counts = counts;
  c.amount = Decimal(amount);
  c.window.kind = kind;
  c.window.seconds = seconds;
  c.burst = Decimal(burst);
  return c;
}
Load load(Counted counts, std::int64_t amount, std::optional<std::int64_t> seconds = {}) {
  return {counts, Decimal(amount), seconds};
}

/// How many of `all` requests, one each `span` / `all` seconds from 0 on, come before the first that is refused. Time
/// is counted in parts of a second, `all` to each.
std::optional<std::int64_t> simulated(const Cap& c, std::int64_t all, std::int64_t span) {
  const std::int64_t amount = *c.amount.as_int64();
  const std::int64_t length = c.window.seconds * all;
  std::int64_t used = 0;
  std::int64_t window = 0;
  for (std::int64_t i = 0; i < all; ++i) {
    const std::int64_t now = i * span;
    if (c.window.kind == WindowKind::Bucket) {
      if ((i + 1) * length > *c.burst.as_int64() * length + amount * now) return i;
      continue;
    }
    if (now / length != window) {
      window = now / length;
      used = 0;
    }
    if (++used > amount) return i;
  }
  return std::nullopt;
}

}  // namespace

TEST_CASE("what a load meets in one window") {
  const Cap minute = cap(Counted::Requests, 60, WindowKind::Fixed, 60);
  CHECK(refused_after(minute, ">", load(Counted::Requests, 61, 60)) == Decimal(60));
  CHECK_FALSE(refused_after(minute, ">", load(Counted::Requests, 60, 60)));
  CHECK_FALSE(refused_after(minute, ">", load(Counted::Requests, 120, 120)));
  CHECK(refused_after(minute, ">", load(Counted::Requests, 121, 120)) == Decimal(60));
  CHECK(refused_after(minute, ">", load(Counted::Requests, 61)) == Decimal(60));
  CHECK_FALSE(refused_after(minute, ">", load(Counted::Tokens, 61)));
}

TEST_CASE("money and tokens refuse the request that follows") {
  Cap budget = cap(Counted::Usd, 100, WindowKind::Calendar, 0);
  budget.window.unit = ir::CalendarUnit::Month;
  budget.window.count = 1;
  CHECK(refused_after(budget, ">=", load(Counted::Usd, 100)) == Decimal(100));
  CHECK_FALSE(refused_after(budget, ">", load(Counted::Usd, 100)));
  CHECK(refused_after(budget, ">", load(Counted::Usd, 101)) == Decimal(100));
  constexpr std::int64_t kDay = 86400;
  CHECK_FALSE(refused_after(budget, ">=", load(Counted::Usd, 199, 62 * kDay)));
  CHECK(refused_after(budget, ">=", load(Counted::Usd, 200, 62 * kDay)) == Decimal(100));
}

TEST_CASE("a bucket refills meanwhile") {
  const Cap bucket = cap(Counted::Requests, 60, WindowKind::Bucket, 60, 10);
  CHECK(refused_after(bucket, ">", load(Counted::Requests, 11)) == Decimal(10));
  CHECK_FALSE(refused_after(bucket, ">", load(Counted::Requests, 61, 60)));
  CHECK(refused_after(bucket, ">", load(Counted::Requests, 100, 60)) == Decimal(23));
  CHECK(refused_after(cap(Counted::Requests, 60, WindowKind::Bucket, 60, 0), ">", load(Counted::Requests, 1)) ==
        Decimal(0));
}

TEST_CASE("the first to refuse is named, of equals the later one") {
  const auto level = [](std::string at, const Cap& c) {
    Link link;
    link.at = std::move(at);
    link.limit = c.amount;
    link.cap = c;
    return link;
  };
  EffectiveCap requests;
  requests.chain = {level("team:t", cap(Counted::Requests, 60, WindowKind::Fixed, 60)),
                    level("key:k", cap(Counted::Requests, 60, WindowKind::Fixed, 60)),
                    level("global", cap(Counted::Requests, 100, WindowKind::Fixed, 60))};
  EffectiveCap hint = requests;
  hint.hint = true;
  hint.chain.front().cap->amount = Decimal(1);
  const auto refusal = first_refusal({hint, requests}, load(Counted::Requests, 200, 60));
  REQUIRE(refusal);
  CHECK(refusal->by.at == "key:k");
  CHECK_FALSE(first_refusal({hint}, load(Counted::Requests, 200, 60)));
}

TEST_CASE("a load meets what arrivals meet one by one") {
  CHECK(rc::check([] {
    const bool bucket = *rc::gen::arbitrary<bool>();
    const Cap c = cap(Counted::Requests, *rc::gen::inRange(0, 40), bucket ? WindowKind::Bucket : WindowKind::Fixed,
                      *rc::gen::inRange(1, 90), bucket ? *rc::gen::inRange(0, 20) : 0);
    const std::int64_t all = *rc::gen::inRange(1, 120);
    const std::int64_t span = *rc::gen::inRange(1, 300);
    const auto passed = simulated(c, all, span);
    const auto found = refused_after(c, ">", load(Counted::Requests, all, span));
    RC_ASSERT(found.has_value() == passed.has_value());
    if (found) RC_ASSERT(*found == Decimal(*passed));
  }));
}

}  // namespace gatec::limits
