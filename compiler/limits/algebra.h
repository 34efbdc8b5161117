#pragma once

#include "compiler/ir/limits.h"

#include <cstdint>
#include <optional>
#include <string>

namespace gatec::limits {

using base::Decimal;

/// One counter that refuses what goes beyond it. Amounts are in the unit of `counts`; `window` of a concurrency limit
/// means nothing.
struct Cap {
  ir::Counted counts = ir::Counted::Requests;
  Decimal amount;
  ir::Window window;
  Decimal burst;  // of a bucket: what it holds when it is full
};

[[nodiscard]] ir::Window lifetime();
[[nodiscard]] ir::Window fixed_minute();
/// An absent window is the lifetime; nothing where the amount or the window is not known here, or cannot be read.
[[nodiscard]] std::optional<Cap> cap_of(const ir::Limit& limit);
[[nodiscard]] std::optional<Cap> cap_of(const ir::Budget& budget);

/// Seconds of a window: of calendar months the fewest (28 days) or the most (31). Nothing for a lifetime.
struct Length {
  std::int64_t shortest = 0, longest = 0;
};
[[nodiscard]] std::optional<Length> length_of(const ir::Window& window);

/// The most that a cap lets through in any `seconds` in a row, wherever they begin:
///   fixed, rolling, calendar   amount × (windows that so many seconds can touch), so 2 × the amount at an edge
///   sliding                    amount × ⌈seconds / length⌉
///   bucket                     ⌊burst + amount × seconds / length⌋
///   lifetime                   the amount
///   concurrency                the amount, at one moment
/// Windows that begin with a first request are taken as if a clock began them, which lets through one more at most.
/// What a gateway books late comes on top. `seconds` > 0; nothing where the number does not fit.
[[nodiscard]] std::optional<Decimal> most_in(const Cap& cap, std::int64_t seconds);

/// What a cap counts to in a window of its own, as the gateway counts: a bucket ⌊burst + amount⌋, anything else the
/// amount.
[[nodiscard]] Decimal in_own_window(const Cap& cap);

enum class Relation : std::uint8_t {
  Equal,
  Stricter,      // never lets through more, sometimes less
  Looser,        // never less, sometimes more
  Crossing,      // more in some spans of time, less in others
  Incomparable,  // different things are counted, or too long to work out
};
[[nodiscard]] std::string_view relation_name(Relation relation);
/// What `a` is to `b`, by `most_in` over all spans of time.
[[nodiscard]] Relation compare(const Cap& a, const Cap& b);
/// By what goes through in the long run alone: amount over length, of months 28 days for `a` and 31 for `b` where
/// their windows differ.
[[nodiscard]] Relation compare_in_the_long_run(const Cap& a, const Cap& b);

/// A cap said in another window, never more in the long run than before. `unit` is the smallest step of an amount that
/// the target can say (1, 0.01).
struct Conversion {
  Cap cap;
  bool exact = false;  // nothing was cut off by rounding to `unit`
  Decimal cut;         // what rounding took from the amount, in the new window; exact where the quotient is finite
  Relation long_run = Relation::Equal;    // of the new one to the old one
  Relation every_span = Relation::Equal;  // as `compare`
};
/// Nothing between a lifetime and a window that ends: one renews, the other does not.
[[nodiscard]] std::optional<Conversion> convert(const Cap& cap, const ir::Window& to, const Decimal& unit);

}  // namespace gatec::limits
