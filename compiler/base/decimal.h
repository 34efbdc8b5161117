#pragma once

#include "compiler/base/int128.h"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gatec::base {

/// An exact decimal number, mantissa × 10^-scale. Money, prices, weights, seconds and rates are kept in it, so that no
/// binary float touches them. The mantissa holds 36 decimal digits; what does not fit is refused, never rounded.
class Decimal {
 public:
  constexpr Decimal() = default;
  explicit constexpr Decimal(std::int64_t whole) : mantissa_(whole) {}

  /// Reads `12`, `-0.5`, `.5`, `1_000`, `1e-06`, `1.5E+3`. Nothing else (no spaces, no `inf`); nullopt when it does not
  /// fit.
  [[nodiscard]] static std::optional<Decimal> parse(std::string_view text);
  [[nodiscard]] static std::optional<Decimal> make(Int128 mantissa, int scale);

  /// Shortest plain form without exponent: `0.0000015`, `12`, `-3.5`.
  [[nodiscard]] std::string text() const;

  [[nodiscard]] bool is_integer() const { return scale_ == 0; }
  [[nodiscard]] bool is_zero() const { return mantissa_ == 0; }
  [[nodiscard]] bool is_negative() const { return mantissa_ < 0; }
  [[nodiscard]] std::optional<std::int64_t> as_int64() const;
  /// Largest whole number not above the value; nullopt beyond 64 bits.
  [[nodiscard]] std::optional<std::int64_t> floor() const;
  [[nodiscard]] std::optional<std::int64_t> ceil() const;

  /// Exact arithmetic; nullopt where the exact result does not fit.
  [[nodiscard]] std::optional<Decimal> plus(const Decimal& other) const;
  [[nodiscard]] std::optional<Decimal> minus(const Decimal& other) const;
  [[nodiscard]] std::optional<Decimal> times(const Decimal& other) const;
  /// The exact quotient, if it has a finite decimal form that fits.
  [[nodiscard]] std::optional<Decimal> divided_by(const Decimal& other) const;

  [[nodiscard]] std::strong_ordering compare(const Decimal& other) const;
  friend bool operator==(const Decimal& a, const Decimal& b) {
    return a.mantissa_ == b.mantissa_ && a.scale_ == b.scale_;
  }
  friend std::strong_ordering operator<=>(const Decimal& a, const Decimal& b) { return a.compare(b); }

 private:
  constexpr Decimal(Int128 mantissa, int scale) : mantissa_(mantissa), scale_(scale) {}
  void reduce();

  // Aligned as two words, so that the many optional numbers of the IR take no padding.
  __extension__ typedef __int128 Packed128 __attribute__((aligned(8)));  // NOLINT(modernize-use-using): as Int128

  Packed128 mantissa_ = 0;
  int scale_ = 0;  // never negative, and no trailing zero of the mantissa is kept behind the point
};

}  // namespace gatec::base
