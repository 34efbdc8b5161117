#pragma once

#include <cstdint>
#include <numeric>
#include <optional>

#include "compiler/base/decimal.h"

namespace gatec::base {

/// An exact fraction in lowest terms with a positive denominator.
struct Rational {
  std::int64_t num = 0;
  std::int64_t den = 1;

  [[nodiscard]] static std::optional<Rational> make(__int128 num, __int128 den) {
    if (den == 0) return std::nullopt;
    if (den < 0) {
      num = -num;
      den = -den;
    }
    __int128 a = num < 0 ? -num : num;
    __int128 b = den;
    while (b != 0) {
      const __int128 rest = a % b;
      a = b;
      b = rest;
    }
    if (a > 1) {
      num /= a;
      den /= a;
    }
    if (num > INT64_MAX || num < INT64_MIN || den > INT64_MAX) return std::nullopt;
    return Rational{static_cast<std::int64_t>(num), static_cast<std::int64_t>(den)};
  }
  friend bool operator==(const Rational&, const Rational&) = default;
};

}  // namespace gatec::base
