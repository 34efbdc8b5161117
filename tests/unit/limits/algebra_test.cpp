#include "tests/unit/limits/caps.h"

#include <catch2/catch.hpp>

namespace gatec::limits {
namespace {

using namespace testing;
using ir::CalendarUnit;
using ir::WindowKind;

template <class F>
void property(const std::string& name, F&& f) {
  CHECK(rc::check(name, std::forward<F>(f)));
}

TEST_CASE("the most that goes through is a function of time") {
  CHECK(most_in(fixed("100", 60), 1) == Decimal(200));
  CHECK(most_in(fixed("100", 60), 60) == Decimal(200));
  CHECK(most_in(fixed("100", 60), 61) == Decimal(300));
  CHECK(most_in(fixed("100", 60), 3600) == Decimal(6100));
  CHECK(most_in(sliding("100", 60), 60) == Decimal(100));
  CHECK(most_in(sliding("100", 60), 61) == Decimal(200));
  CHECK(most_in(cap("5", window(WindowKind::Rolling, 86400)), 3600) == Decimal(10));
  CHECK(most_in(cap("5", calendar(CalendarUnit::Month)), 86400) == Decimal(10));
  CHECK(most_in(cap("5", calendar(CalendarUnit::Month)), 29 * 86400) == Decimal(15));
  CHECK(most_in(cap("5", lifetime()), 999999) == Decimal(5));
  CHECK(most_in(cap("5", lifetime(), "0", ir::Counted::Concurrent), 60) == Decimal(5));
}

TEST_CASE("a bucket lets through what the measured gateway did over 60 s from idle") {
  // rates of a second, as /docs/dialects/ferro.md counts them
  CHECK(most_in(bucket("100", 60, "20"), 60) == Decimal(120));
  CHECK(most_in(bucket("1.67", 1, "20"), 60) == Decimal(120));
  CHECK(most_in(bucket("100", 60, "1"), 60) == Decimal(101));
  CHECK(most_in(bucket("1", 1, "60"), 60) == Decimal(120));
  CHECK(most_in(bucket("40", 60, "60"), 60) == Decimal(100));
  CHECK(in_own_window(bucket("60", 60, "60")) == Decimal(120));
  CHECK(in_own_window(fixed("60", 60)) == Decimal(60));
}

TEST_CASE("caps are compared by what they let through, not by their numbers") {
  CHECK(compare(fixed("60", 60), fixed("60", 60)) == Relation::Equal);
  CHECK(compare(fixed("60", 60), fixed("61", 60)) == Relation::Stricter);
  // 60 a minute from a bucket of 60 never goes beyond 60 in a fixed minute at its edges
  CHECK(compare(bucket("60", 60, "60"), fixed("60", 60)) == Relation::Stricter);
  CHECK(compare(fixed("60", 60), bucket("60", 60, "60")) == Relation::Looser);
  CHECK(compare(sliding("60", 60), fixed("60", 60)) == Relation::Stricter);
  CHECK(compare(fixed("1", 1), fixed("60", 60)) == Relation::Stricter);
  CHECK(compare(fixed("3600", 3600), fixed("60", 60)) == Relation::Looser);
  // the day lets more through at once, the minute more in the long run
  CHECK(compare(fixed("1000", 86400), fixed("10", 60)) == Relation::Crossing);
  CHECK(compare(cap("100", calendar(CalendarUnit::Day)), cap("100", window(WindowKind::Rolling, 86400))) ==
        Relation::Equal);
  CHECK(compare(cap("100", calendar(CalendarUnit::Month)), cap("100", window(WindowKind::Rolling, 30 * 86400))) ==
        Relation::Looser);
  CHECK(compare(cap("100", lifetime()), cap("100", calendar(CalendarUnit::Month))) == Relation::Stricter);
  CHECK(compare(cap("100", lifetime()), cap("10", calendar(CalendarUnit::Month))) == Relation::Crossing);
  CHECK(compare(fixed("1", 60), cap("1", window(WindowKind::Fixed, 60), "0", ir::Counted::Tokens)) ==
        Relation::Incomparable);
}

TEST_CASE("a conversion says what it cut and which way it errs") {
  const auto month = convert(cap("10", calendar(CalendarUnit::Day), "0", ir::Counted::Usd),
                             calendar(CalendarUnit::Month), dec("0.01"));
  REQUIRE(month);
  CHECK(month->cap.amount == dec("280"));  // of the shortest month
  CHECK(month->exact);
  CHECK(month->long_run == Relation::Equal);
  CHECK(month->every_span == Relation::Looser);  // one day may now spend it all

  const auto minute = convert(fixed("100", 3600), window(WindowKind::Fixed, 60), Decimal(1));
  REQUIRE(minute);
  CHECK(minute->cap.amount == Decimal(1));
  CHECK_FALSE(minute->exact);
  CHECK(minute->long_run == Relation::Stricter);
  CHECK(minute->every_span == Relation::Stricter);

  const auto thirds = convert(cap("10", calendar(CalendarUnit::Day, 3)), calendar(CalendarUnit::Day), dec("0.5"));
  REQUIRE(thirds);
  CHECK(thirds->cap.amount == Decimal(3));
  CHECK(thirds->cut == dec("0.5"));  // of 3.33… a step of the unit at most

  CHECK_FALSE(convert(cap("10", lifetime()), calendar(CalendarUnit::Month), Decimal(1)));
  CHECK_FALSE(convert(fixed("10", 60), lifetime(), Decimal(1)));
}

TEST_CASE("properties of the algebra") {
  property("a longer span never lets less through", [] {
    const Cap c = *any_cap();
    const auto w = *rc::gen::inRange<std::int64_t>(1, 200000);
    const auto more = *rc::gen::inRange<std::int64_t>(0, 200000);
    RC_ASSERT(*most_in(c, w) <= *most_in(c, w + more));
  });
  property("relations are each other's mirror", [] {
    const Cap a = *any_cap();
    const Cap b = *any_cap();
    const Relation ab = compare(a, b);
    const Relation ba = compare(b, a);
    switch (ab) {
      case Relation::Stricter: RC_ASSERT(ba == Relation::Looser); break;
      case Relation::Looser: RC_ASSERT(ba == Relation::Stricter); break;
      default: RC_ASSERT(ba == ab); break;
    }
    RC_ASSERT(compare(a, a) == Relation::Equal);
  });
  property("what is stricter never lets more through", [] {
    const Cap a = *any_cap();
    const Cap b = *any_cap();
    const auto w = *rc::gen::inRange<std::int64_t>(1, 6000000);
    const Relation r = compare(a, b);
    if (r == Relation::Stricter || r == Relation::Equal) RC_ASSERT(*most_in(a, w) <= *most_in(b, w));
    if (r == Relation::Looser || r == Relation::Equal) RC_ASSERT(*most_in(a, w) >= *most_in(b, w));
  });
  property("a conversion there and back never loosens", [] {
    const Cap a = *any_cap();
    const Cap other = *any_cap();
    const Decimal unit = *rc::gen::element(Decimal(1), dec("0.01"), Decimal(100));
    const auto there = convert(a, other.window, unit);
    if (!there) return;
    RC_ASSERT(there->long_run != Relation::Looser);
    const auto back = convert(there->cap, a.window, unit);
    RC_ASSERT(back.has_value());
    RC_ASSERT(back->cap.amount <= a.amount);
    if (there->exact) RC_ASSERT(there->cut.is_zero());
  });
}

}  // namespace
}  // namespace gatec::limits
