#include "compiler/limits/algebra.h"

#include "compiler/base/int128.h"

#include <algorithm>
#include <numeric>

namespace gatec::limits {
namespace {

using base::Int128;
using ir::Window;
using ir::WindowKind;

constexpr std::int64_t kDay = 86'400;
/// Steps after which two functions that have not parted are given up.
constexpr std::int64_t kMostSteps = 200'000;

std::optional<Decimal> product(const Decimal& a, std::int64_t b) { return a.times(Decimal(b)); }

std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

/// `most_in` as a function of time, right of a point: a staircase amount × (steps begun + extra), or a bucket.
struct Curve {
  bool bucket = false;
  Decimal amount;
  std::int64_t length = 0;  // 0: a constant
  std::int64_t extra = 0;   // windows that are touched at once, beyond one for each length begun
  Decimal burst;

  /// The value for spans just longer than `t`.
  [[nodiscard]] std::optional<Decimal> after(std::int64_t t) const {
    if (length == 0) return amount;
    if (!bucket) return product(amount, t / length + 1 + extra);
    return at(t);
  }
  [[nodiscard]] std::optional<Decimal> at(std::int64_t t) const {
    if (length == 0) return amount;
    if (!bucket) return product(amount, ceil_div(t, length) + extra);
    const auto held = product(burst, length);
    const auto refilled = product(amount, t);
    const auto sum = held && refilled ? held->plus(*refilled) : std::nullopt;
    const auto whole = sum ? sum->floor() : std::nullopt;
    // ⌊x / n⌋ is ⌊⌊x⌋ / n⌋ for a whole n
    return whole ? std::optional(Decimal(*whole / length)) : std::nullopt;
  }
};

Curve curve_of(const Cap& cap, bool shortest) {
  Curve c;
  c.amount = cap.amount;
  c.burst = cap.burst;
  if (cap.counts == ir::Counted::Concurrent) return c;
  const auto length = length_of(cap.window);
  if (!length) return c;
  c.length = shortest ? length->shortest : length->longest;
  c.bucket = cap.window.kind == WindowKind::Bucket;
  c.extra = cap.window.kind == WindowKind::Sliding ? 0 : 1;
  return c;
}

/// a.amount / a.length against b's, without division.
std::optional<std::strong_ordering> compare_rates(const Curve& a, const Curve& b) {
  if (a.length == 0 && b.length == 0) return a.amount <=> b.amount;
  if (a.length == 0) return b.amount.is_zero() ? std::strong_ordering::equal : std::strong_ordering::less;
  if (b.length == 0) return a.amount.is_zero() ? std::strong_ordering::equal : std::strong_ordering::greater;
  const auto x = product(a.amount, b.length);
  const auto y = product(b.amount, a.length);
  if (!x || !y) return std::nullopt;
  return *x <=> *y;
}

/// amount × extra and what the curve gains in a length: the straight lines between which a curve stays.
struct Line {
  Decimal low, high;  // at the start; both rise by the amount in each length
};
std::optional<Line> lines_of(const Curve& c) {
  if (c.bucket) {
    const auto low = c.burst.minus(Decimal(1));  // rounded down to a whole number
    return low ? std::optional(Line{*low, c.burst}) : std::nullopt;
  }
  const auto low = product(c.amount, c.extra);
  const auto high = product(c.amount, c.extra + 1);
  return low && high ? std::optional(Line{*low, *high}) : std::nullopt;
}

/// Whether, from `t` on, the highest that a can be is not above the lowest that b can be. Both have a length, and b
/// does not rise slower.
std::optional<bool> parted(const Curve& a, const Line& of_a, const Curve& b, const Line& of_b, std::int64_t t) {
  // (high + amount × t / length) of a against (low + amount × t / length) of b, times both lengths
  const auto scaled = [t](const Decimal& start, const Decimal& amount, std::int64_t own,
                          std::int64_t other) -> std::optional<Decimal> {
    const auto x = start.times(Decimal(own));
    const auto y = amount.times(Decimal(t));
    const auto sum = x && y ? x->plus(*y) : std::nullopt;
    return sum ? sum->times(Decimal(other)) : std::nullopt;
  };
  const auto x = scaled(of_a.high, a.amount, a.length, b.length);
  const auto y = scaled(of_b.low, b.amount, b.length, a.length);
  if (!x || !y) return std::nullopt;
  return *x <= *y;
}

/// Whether a never lets through more than b. Nothing where that takes too long to work out or does not fit.
std::optional<bool> below(const Curve& a, const Curve& b) {
  if (a.length == 0) {  // what it lets through at once is all
    const auto first = b.after(0);
    if (!first) return std::nullopt;
    return a.amount <= *first;
  }
  const auto rates = compare_rates(a, b);
  if (!rates) return std::nullopt;
  if (*rates > 0) return false;
  if (b.length == 0) return true;  // a lets nothing through
  if (a.bucket && b.bucket) return a.burst <= b.burst;
  const auto of_a = lines_of(a);
  const auto of_b = lines_of(b);
  if (!of_a || !of_b) return std::nullopt;
  // a is ahead of b most where a has just stepped up, or where b is about to; after the least common multiple of both
  // lengths the lead of a repeats, or shrinks
  const Int128 together = Int128{a.length} / std::gcd(a.length, b.length) * b.length;
  std::int64_t ta = 0;
  std::int64_t tb = b.length;
  for (std::int64_t step = 0; step < kMostSteps; ++step) {
    const bool a_steps = ta <= tb;
    const std::int64_t t = a_steps ? ta : tb;
    const auto x = a_steps ? a.after(t) : a.at(t);
    const auto y = a_steps ? b.after(t) : b.at(t);
    const auto apart = parted(a, *of_a, b, *of_b, t);
    if (!x || !y || !apart) return std::nullopt;
    if (*x > *y) return false;
    if (*apart || t >= together) return true;
    (a_steps ? ta : tb) += a_steps ? a.length : b.length;
  }
  return std::nullopt;
}

/// The largest whole number that is not above a / b; both are not negative, b is not zero.
std::optional<Decimal> divided_down(Decimal a, Decimal b) {
  while (!a.is_integer() || !b.is_integer()) {
    const auto x = a.times(Decimal(10));
    const auto y = b.times(Decimal(10));
    if (!x || !y) return std::nullopt;
    a = *x;
    b = *y;
  }
  const auto x = a.as_int64();
  const auto y = b.as_int64();
  if (!x || !y || *y == 0) return std::nullopt;
  return Decimal(*x / *y);
}

std::optional<Cap> make_cap(ir::Counted counts, const ir::Field<Decimal>& amount, const ir::Field<Window>& window,
                            const Decimal& burst) {
  if (!amount.given() || window.state == ir::State::Unknown) return std::nullopt;
  if (window.given() && window->kind == WindowKind::Invalid) return std::nullopt;
  Cap cap{counts, *amount, window.given() ? *window : limits::lifetime(), burst};
  if (cap.window.kind == WindowKind::Bucket && burst.is_zero()) cap.burst = std::max(*amount, Decimal(1));
  return cap;
}

}  // namespace

Window lifetime() {
  Window window;
  window.kind = WindowKind::Lifetime;
  return window;
}

ir::Window fixed_minute() {
  Window minute;
  minute.kind = WindowKind::Fixed;
  minute.seconds = 60;
  return minute;
}

std::optional<Cap> cap_of(const ir::Limit& limit) {
  return make_cap(limit.counts, limit.amount, limit.window, limit.burst.given() ? *limit.burst : Decimal());
}
std::optional<Cap> cap_of(const ir::Budget& budget) {
  return make_cap(budget.counts, budget.amount, budget.window, Decimal());
}

std::optional<Length> length_of(const Window& w) {
  if (w.kind == WindowKind::Lifetime || w.kind == WindowKind::Invalid) return std::nullopt;
  if (w.kind != WindowKind::Calendar) return w.seconds > 0 ? std::optional(Length{w.seconds, w.seconds}) : std::nullopt;
  const std::int64_t count = std::max<std::int64_t>(w.count, 1);
  const auto exactly = [&](std::int64_t seconds) { return Length{seconds * count, seconds * count}; };
  switch (w.unit) {
    case ir::CalendarUnit::Minute: return exactly(60);
    case ir::CalendarUnit::Hour: return exactly(3600);
    case ir::CalendarUnit::Day: return exactly(kDay);
    case ir::CalendarUnit::Week: return exactly(7 * kDay);
    case ir::CalendarUnit::Month: return Length{28 * kDay * count, 31 * kDay * count};
    case ir::CalendarUnit::None: break;
  }
  return std::nullopt;
}

std::optional<Decimal> most_in(const Cap& cap, std::int64_t seconds) { return curve_of(cap, true).at(seconds); }

Decimal in_own_window(const Cap& cap) {
  if (cap.window.kind != WindowKind::Bucket || cap.counts == ir::Counted::Concurrent) return cap.amount;
  const auto sum = cap.burst.plus(cap.amount);
  const auto whole = sum ? sum->floor() : std::nullopt;
  return whole ? Decimal(*whole) : cap.amount;
}

std::string_view relation_name(Relation relation) {
  switch (relation) {
    case Relation::Equal: return "equal";
    case Relation::Stricter: return "stricter";
    case Relation::Looser: return "looser";
    case Relation::Crossing: return "crossing";
    case Relation::Incomparable: return "incomparable";
  }
  return "";
}

Relation compare(const Cap& a, const Cap& b) {
  if (a.counts != b.counts) return Relation::Incomparable;
  if (same_meaning(a.window, b.window) && a.window.kind != WindowKind::Bucket) {
    if (a.amount == b.amount) return Relation::Equal;
    return a.amount < b.amount ? Relation::Stricter : Relation::Looser;
  }
  const auto less = below(curve_of(a, true), curve_of(b, true));
  const auto more = below(curve_of(b, true), curve_of(a, true));
  if (!less || !more) return Relation::Incomparable;
  if (*less && *more) return Relation::Equal;
  if (*less) return Relation::Stricter;
  return *more ? Relation::Looser : Relation::Crossing;
}

Relation compare_in_the_long_run(const Cap& a, const Cap& b) {
  if (a.counts != b.counts) return Relation::Incomparable;
  const bool same = same_meaning(a.window, b.window);
  const auto order = compare_rates(curve_of(a, true), curve_of(b, same));
  if (!order) return Relation::Incomparable;
  if (*order == 0) return Relation::Equal;
  return *order < 0 ? Relation::Stricter : Relation::Looser;
}

std::optional<Conversion> convert(const Cap& cap, const Window& to, const Decimal& unit) {
  Conversion made;
  made.cap = cap;
  made.cap.window = to;
  const auto from_length = length_of(cap.window);
  const auto to_length = length_of(to);
  if (cap.counts != ir::Counted::Concurrent && from_length.has_value() != to_length.has_value()) return std::nullopt;
  if (from_length && !same_meaning(cap.window, to)) {
    // the longest of the old, the shortest of the new: never more in the long run
    const auto scaled = product(cap.amount, to_length->shortest);
    const auto divisor = unit.times(Decimal(from_length->longest));
    if (!scaled || !divisor) return std::nullopt;
    const auto steps = divided_down(*scaled, *divisor);
    const auto amount = steps ? steps->times(unit) : std::nullopt;
    if (!amount) return std::nullopt;
    made.cap.amount = *amount;
    const auto back = product(*amount, from_length->longest);
    const auto rest = back ? scaled->minus(*back) : std::nullopt;
    if (!rest) return std::nullopt;
    made.exact = rest->is_zero();
    made.cut = rest->divided_by(Decimal(from_length->longest)).value_or(unit);
  } else {
    const auto steps = divided_down(cap.amount, unit);
    const auto amount = steps ? steps->times(unit) : std::nullopt;
    const auto rest = amount ? cap.amount.minus(*amount) : std::nullopt;
    if (!rest) return std::nullopt;
    made.cap.amount = *amount;
    made.exact = rest->is_zero();
    made.cut = *rest;
  }
  if (to.kind == WindowKind::Bucket && cap.window.kind != WindowKind::Bucket) made.cap.burst = made.cap.amount;
  made.long_run = compare_in_the_long_run(made.cap, cap);
  made.every_span = compare(made.cap, cap);
  return made;
}

}  // namespace gatec::limits
