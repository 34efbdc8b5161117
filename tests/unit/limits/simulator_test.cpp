// Limiters as gateways run them, driven by arrivals: none lets through more than the algebra's bound, and the worst
// arrivals reach it. Time is in milliseconds.
#include "tests/unit/limits/caps.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <deque>
#include <vector>

namespace gatec::limits {
namespace {

using namespace testing;
using Time = std::int64_t;
constexpr Time kSecond = 1000;

/// Windows of the clock.
struct FixedLimiter {
  std::int64_t amount;
  Time length;
  std::int64_t used = 0;
  Time current = -1;
  bool admit(Time now) {
    if (now / length != current) {
      current = now / length;
      used = 0;
    }
    return used < amount && ++used > 0;
  }
};
/// A window begins with the first request that finds none.
struct FirstRequestLimiter {
  std::int64_t amount;
  Time length;
  std::int64_t used = 0;
  Time begun = -1;
  bool admit(Time now) {
    if (begun < 0 || now >= begun + length) {
      begun = now;
      used = 0;
    }
    return used < amount && ++used > 0;
  }
};
struct SlidingLimiter {
  std::int64_t amount;
  Time length;
  std::deque<Time> admitted = {};
  bool admit(Time now) {
    while (!admitted.empty() && admitted.front() + length <= now) admitted.pop_front();
    if (static_cast<std::int64_t>(admitted.size()) >= amount) return false;
    admitted.push_back(now);
    return true;
  }
};
/// Starts full. Holds tokens × length, so that nothing is rounded.
struct BucketLimiter {
  std::int64_t amount;
  Time length;
  std::int64_t burst;
  std::int64_t held = burst * length;
  Time last = 0;
  bool admit(Time now) {
    held = std::min(burst * length, held + (now - last) * amount);
    last = now;
    if (held < length) return false;
    held -= length;
    return true;
  }
};

template <class Limiter>
std::vector<Time> run(Limiter limiter, const std::vector<Time>& arrivals) {
  std::vector<Time> admitted;
  for (const Time t : arrivals) {
    if (limiter.admit(t)) admitted.push_back(t);
  }
  return admitted;
}

/// The most that went through in any `span` in a row.
std::int64_t most_of(const std::vector<Time>& admitted, Time span) {
  std::size_t first = 0;
  std::size_t most = 0;
  for (std::size_t i = 0; i < admitted.size(); ++i) {
    while (admitted[i] - admitted[first] >= span) ++first;
    most = std::max(most, i - first + 1);
  }
  return static_cast<std::int64_t>(most);
}

template <class Limiter>
void never_more(const std::string& name, ir::WindowKind kind) {
  CHECK(rc::check(name, [kind] {
    const auto amount = *rc::gen::inRange<std::int64_t>(1, 30);
    const auto seconds = *rc::gen::inRange<std::int64_t>(1, 20);
    const auto burst = *rc::gen::inRange<std::int64_t>(1, 30);
    const auto span = *rc::gen::inRange<std::int64_t>(1, 60);
    auto gaps = *rc::gen::container<std::vector<Time>>(
        rc::gen::oneOf(rc::gen::inRange<Time>(0, 3), rc::gen::inRange<Time>(0, 25 * kSecond)));
    std::vector<Time> arrivals;
    Time now = 0;
    for (const Time gap : gaps) {
      now += gap;
      for (int i = 0; i < 40; ++i) arrivals.push_back(now);
    }
    Cap c = cap(std::to_string(amount), window(kind, seconds), std::to_string(burst));
    std::vector<Time> admitted;
    if constexpr (std::is_same_v<Limiter, BucketLimiter>)
      admitted = run(BucketLimiter{amount, seconds * kSecond, burst}, arrivals);
    else
      admitted = run(Limiter{amount, seconds * kSecond}, arrivals);
    RC_ASSERT(Decimal(most_of(admitted, span * kSecond)) <= *most_in(c, span));
  }));
}

TEST_CASE("no limiter lets more through than its bound") {
  never_more<FixedLimiter>("windows of the clock", ir::WindowKind::Fixed);
  never_more<FirstRequestLimiter>("windows of the first request", ir::WindowKind::Rolling);
  never_more<SlidingLimiter>("a sliding window", ir::WindowKind::Sliding);
  never_more<BucketLimiter>("a bucket", ir::WindowKind::Bucket);
}

std::vector<Time> crowd(std::initializer_list<Time> moments, int each) {
  std::vector<Time> arrivals;
  for (const Time t : moments) arrivals.insert(arrivals.end(), static_cast<std::size_t>(each), t);
  return arrivals;
}

TEST_CASE("the worst arrivals reach the bound") {
  // at both sides of an edge
  CHECK(Decimal(most_of(run(FixedLimiter{100, 60 * kSecond}, crowd({60 * kSecond - 1, 60 * kSecond}, 200)), kSecond)) ==
        *most_in(fixed("100", 60), 1));
  CHECK(
      Decimal(most_of(run(FixedLimiter{100, 60 * kSecond}, crowd({60 * kSecond - 1, 60 * kSecond, 120 * kSecond}, 200)),
                      61 * kSecond)) == *most_in(fixed("100", 60), 61));
  CHECK(Decimal(most_of(run(SlidingLimiter{100, 60 * kSecond}, crowd({0, 60 * kSecond}, 200)), 61 * kSecond)) ==
        *most_in(sliding("100", 60), 61));
  // a full bucket, and every token that comes in
  std::vector<Time> steady;
  for (Time t = 0; t <= 60 * kSecond; ++t) steady.insert(steady.end(), t == 0 ? 50 : 1, t);
  CHECK(Decimal(most_of(run(BucketLimiter{100, 60 * kSecond, 20}, steady), 60 * kSecond + 1)) ==
        *most_in(bucket("100", 60, "20"), 60));
  // the one that a window begun by its first request lets through less
  const auto first = run(FirstRequestLimiter{100, 60 * kSecond}, [] {
    std::vector<Time> arrivals = {0};
    const auto rest = crowd({60 * kSecond - 1, 60 * kSecond}, 200);
    arrivals.insert(arrivals.end(), rest.begin(), rest.end());
    return arrivals;
  }());
  CHECK(Decimal(most_of(first, kSecond) + 1) == *most_in(cap("100", window(ir::WindowKind::Rolling, 60)), 1));
}

}  // namespace
}  // namespace gatec::limits
