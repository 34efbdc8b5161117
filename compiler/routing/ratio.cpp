#include "compiler/routing/ratio.h"

#include <algorithm>
#include <utility>

namespace gatec::routing {
namespace {

using base::Int128;

Int128 common(Int128 a, Int128 b) {
  while (b != 0) a = std::exchange(b, a % b);
  return a;
}

std::optional<Int128> product(Int128 a, Int128 b) {
  Int128 result = 0;
  return __builtin_mul_overflow(a, b, &result) ? std::nullopt : std::optional(result);
}

std::string digits_of(Int128 value) {
  std::string text;
  do {
    text += static_cast<char>('0' + static_cast<int>(value % 10));
    value /= 10;
  } while (value != 0);
  std::reverse(text.begin(), text.end());
  return text;
}

}  // namespace

std::optional<Ratio> Ratio::make(Int128 over, Int128 under) {
  if (over < 0 || under <= 0) return std::nullopt;
  const Int128 by = common(over, under);
  return Ratio(over / by, under / by);
}

std::optional<Ratio> Ratio::of(const base::Decimal& decimal) {
  Int128 over = 0;
  Int128 under = 1;
  bool behind = false;
  for (const char c : decimal.text()) {
    if (c == '-') return std::nullopt;
    if (c == '.') {
      behind = true;
      continue;
    }
    const auto longer = product(over, 10);
    const auto finer = behind ? product(under, 10) : std::optional(under);
    if (!longer || !finer) return std::nullopt;
    over = *longer + (c - '0');
    under = *finer;
  }
  return make(over, under);
}

std::optional<Ratio> Ratio::plus(const Ratio& other) const {
  const Int128 shared = common(under_, other.under_);
  const auto mine = product(over_, other.under_ / shared);
  const auto theirs = product(other.over_, under_ / shared);
  const auto under = product(under_ / shared, other.under_);
  Int128 over = 0;
  if (!mine || !theirs || !under || __builtin_add_overflow(*mine, *theirs, &over)) return std::nullopt;
  return make(over, *under);
}

std::optional<Ratio> Ratio::times(const Ratio& other) const {
  const Int128 first = common(over_, other.under_);
  const Int128 second = common(other.over_, under_);
  const auto over = product(over_ / first, other.over_ / second);
  const auto under = product(under_ / second, other.under_ / first);
  if (!over || !under) return std::nullopt;
  return make(*over, *under);
}

std::optional<Ratio> Ratio::divided_by(const Ratio& other) const {
  if (other.is_zero()) return std::nullopt;
  return times(Ratio(other.under_, other.over_));
}

std::strong_ordering Ratio::compare(const Ratio& other) const {
  Int128 a = over_;
  Int128 b = under_;
  Int128 c = other.over_;
  Int128 d = other.under_;
  // As continued fractions, so that no product is needed: a/b against c/d.
  for (bool turned = false;; turned = !turned) {
    const Int128 whole = a / b;
    const Int128 others = c / d;
    const auto order = whole <=> others;
    if (order != 0) return turned ? 0 <=> order : order;
    a %= b;
    c %= d;
    if (a == 0 || c == 0) {
      const auto rest =
          a == 0 ? (c == 0 ? std::strong_ordering::equal : std::strong_ordering::less) : std::strong_ordering::greater;
      return turned ? 0 <=> rest : rest;
    }
    std::swap(a, b);
    std::swap(c, d);
  }
}

std::string Ratio::text() const {
  constexpr Int128 kHundredths = 10000;  // of a percent, in all
  const auto scaled = product(over_, kHundredths);
  if (!scaled || *scaled % under_ != 0) return digits_of(over_) + "/" + digits_of(under_);
  const Int128 value = *scaled / under_;
  std::string text = digits_of(value / 100);
  const int rest = static_cast<int>(value % 100);
  if (rest != 0) {
    text += '.';
    text += static_cast<char>('0' + rest / 10);
    if (rest % 10 != 0) text += static_cast<char>('0' + rest % 10);
  }
  return text + "%";
}

}  // namespace gatec::routing
