#pragma once

#include "compiler/base/decimal.h"
#include "compiler/base/int128.h"

#include <compare>
#include <cstdint>
#include <optional>
#include <string>

namespace gatec::routing {

/// An exact fraction in lowest terms, zero or above; a share of all requests. What does not fit is refused, never
/// rounded.
class Ratio {
 public:
  constexpr Ratio() = default;
  explicit constexpr Ratio(std::int64_t whole) : over_(whole) {}
  /// Nothing below zero.
  [[nodiscard]] static std::optional<Ratio> make(base::Int128 over, base::Int128 under);
  [[nodiscard]] static std::optional<Ratio> of(const base::Decimal& decimal);

  [[nodiscard]] bool is_zero() const { return over_ == 0; }
  [[nodiscard]] std::optional<Ratio> plus(const Ratio& other) const;
  [[nodiscard]] std::optional<Ratio> times(const Ratio& other) const;
  [[nodiscard]] std::optional<Ratio> divided_by(const Ratio& other) const;
  [[nodiscard]] std::strong_ordering compare(const Ratio& other) const;
  friend bool operator==(const Ratio& a, const Ratio& b) { return a.over_ == b.over_ && a.under_ == b.under_; }
  friend std::strong_ordering operator<=>(const Ratio& a, const Ratio& b) { return a.compare(b); }

  /// "75%", "12.5%" where that is exact within four digits, else "1/3".
  [[nodiscard]] std::string text() const;

 private:
  constexpr Ratio(base::Int128 over, base::Int128 under) : over_(over), under_(under) {}

  base::Int128 over_ = 0;
  base::Int128 under_ = 1;
};

}  // namespace gatec::routing
