#include "compiler/base/decimal.h"

#include <algorithm>

namespace gatec::base {
namespace {

constexpr int kMaxDigits = 36;

Int128 power_of_ten(int n) {
  Int128 value = 1;
  for (int i = 0; i < n; ++i) value *= 10;
  return value;
}

/// Nearly all numbers of a config are small: most work on them needs no wide arithmetic.
constexpr std::int64_t kSmall = 1'000'000'000'000'000'000;
constexpr std::size_t kSmallDigits = 18;
bool is_small(Int128 value) { return value < kSmall && value > -kSmall; }

int digits(Int128 value) {
  if (value < 0) value = -value;
  int n = 0;
  if (is_small(value)) {
    for (auto rest = static_cast<std::uint64_t>(value); rest > 0; rest /= 10) ++n;
    return n;
  }
  while (value > 0) {
    value /= 10;
    ++n;
  }
  return n;
}

/// Both mantissas at one scale; false where the widened one does not fit.
bool align(Int128& a, int scale_a, Int128& b, int scale_b) {
  const int scale = std::max(scale_a, scale_b);
  if (digits(a) + scale - scale_a > kMaxDigits || digits(b) + scale - scale_b > kMaxDigits) return false;
  a *= power_of_ten(scale - scale_a);
  b *= power_of_ten(scale - scale_b);
  return true;
}

}  // namespace

std::optional<Decimal> Decimal::parse(std::string_view text) {
  if (!text.empty() && text.size() <= kSmallDigits) {
    std::int64_t whole = 0;
    std::size_t read = 0;
    for (; read < text.size() && text[read] >= '0' && text[read] <= '9'; ++read)
      whole = whole * 10 + (text[read] - '0');
    if (read == text.size()) return Decimal(whole);
  }
  std::size_t i = 0;
  bool negative = false;
  if (i < text.size() && (text[i] == '+' || text[i] == '-')) negative = text[i++] == '-';
  Int128 mantissa = 0;
  int scale = 0;
  int count = 0;
  bool any = false;
  bool point = false;
  for (; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '_' && any) continue;
    if (c == '.' && !point) {
      point = true;
      continue;
    }
    if (c < '0' || c > '9') break;
    any = true;
    if (count == 0 && c == '0' && !point) continue;
    if (mantissa != 0 || c != '0') ++count;
    if (count > kMaxDigits || scale > 4096) return std::nullopt;
    mantissa = mantissa * 10 + (c - '0');
    if (point) ++scale;
  }
  if (!any) return std::nullopt;
  int exponent = 0;
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    bool exponent_negative = false;
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) exponent_negative = text[i++] == '-';
    if (i == text.size()) return std::nullopt;
    for (; i < text.size() && text[i] >= '0' && text[i] <= '9'; ++i) {
      exponent = exponent * 10 + (text[i] - '0');
      if (exponent > 4096) return std::nullopt;
    }
    if (exponent_negative) exponent = -exponent;
  }
  if (i != text.size()) return std::nullopt;
  return make(negative ? -mantissa : mantissa, scale - exponent);
}

std::optional<Decimal> Decimal::make(Int128 mantissa, int scale) {
  if (mantissa == 0) return Decimal{};
  if (scale == 0 && is_small(mantissa)) return Decimal{mantissa, 0};
  while (scale > 0 && mantissa % 10 == 0) {
    mantissa /= 10;
    --scale;
  }
  if (scale < 0) {
    if (digits(mantissa) - scale > kMaxDigits) return std::nullopt;
    mantissa *= power_of_ten(-scale);
    scale = 0;
  }
  if (digits(mantissa) > kMaxDigits || scale > kMaxDigits) return std::nullopt;
  return Decimal{mantissa, scale};
}

std::string Decimal::text() const {
  if (scale_ == 0 && is_small(mantissa_)) return std::to_string(static_cast<std::int64_t>(mantissa_));
  Int128 rest = mantissa_ < 0 ? -mantissa_ : mantissa_;
  std::string reversed;
  int position = 0;
  do {
    if (position == scale_ && scale_ > 0) reversed += '.';
    reversed += static_cast<char>('0' + static_cast<int>(rest % 10));
    rest /= 10;
    ++position;
  } while (rest > 0 || position <= scale_);
  if (mantissa_ < 0) reversed += '-';
  std::reverse(reversed.begin(), reversed.end());
  return reversed;
}

std::optional<std::int64_t> Decimal::as_int64() const {
  if (scale_ != 0) return std::nullopt;
  return floor();
}

std::optional<std::int64_t> Decimal::floor() const {
  if (scale_ == 0 && is_small(mantissa_)) return static_cast<std::int64_t>(mantissa_);
  const Int128 unit = power_of_ten(scale_);
  Int128 whole = mantissa_ / unit;
  if (mantissa_ < 0 && mantissa_ % unit != 0) --whole;
  if (whole > INT64_MAX || whole < INT64_MIN) return std::nullopt;
  return static_cast<std::int64_t>(whole);
}

std::optional<std::int64_t> Decimal::ceil() const {
  const auto below = floor();
  if (!below || scale_ == 0) return below;
  if (*below == INT64_MAX) return std::nullopt;
  return *below + 1;
}

std::optional<Decimal> Decimal::plus(const Decimal& other) const {
  Int128 a = mantissa_;
  Int128 b = other.mantissa_;
  if (!align(a, scale_, b, other.scale_)) return std::nullopt;
  return make(a + b, std::max(scale_, other.scale_));
}

std::optional<Decimal> Decimal::minus(const Decimal& other) const {
  return plus(Decimal{-other.mantissa_, other.scale_});
}

std::optional<Decimal> Decimal::times(const Decimal& other) const {
  Int128 product = 0;
  if (__builtin_mul_overflow(mantissa_, other.mantissa_, &product)) return std::nullopt;
  return make(product, scale_ + other.scale_);
}

std::optional<Decimal> Decimal::divided_by(const Decimal& other) const {
  if (other.is_zero()) return std::nullopt;
  Int128 numerator = mantissa_;
  int scale = scale_ - other.scale_;
  if (scale == 0 && is_small(mantissa_) && is_small(other.mantissa_)) {
    const auto whole = static_cast<std::int64_t>(mantissa_);
    const auto by = static_cast<std::int64_t>(other.mantissa_);
    if (whole % by == 0) return Decimal(whole / by);
  }
  while (numerator % other.mantissa_ != 0) {
    if (digits(numerator) >= kMaxDigits) return std::nullopt;
    numerator *= 10;
    ++scale;
  }
  return make(numerator / other.mantissa_, scale);
}

std::strong_ordering Decimal::compare(const Decimal& other) const {
  if (scale_ == other.scale_) return mantissa_ <=> other.mantissa_;
  const bool negative = mantissa_ < 0;
  if (negative != (other.mantissa_ < 0)) return negative ? std::strong_ordering::less : std::strong_ordering::greater;
  Int128 a = mantissa_;
  Int128 b = other.mantissa_;
  if (align(a, scale_, b, other.scale_))
    return a < b ? std::strong_ordering::less : a > b ? std::strong_ordering::greater : std::strong_ordering::equal;
  // One of them has far more digits before the point than the other: the count of those decides.
  const int whole_a = digits(mantissa_) - scale_;
  const int whole_b = digits(other.mantissa_) - other.scale_;
  if (whole_a == whole_b) {
    const Int128 top_a = digits(mantissa_) > 18 ? mantissa_ / power_of_ten(digits(mantissa_) - 18)
                                                : mantissa_ * power_of_ten(18 - digits(mantissa_));
    const Int128 top_b = digits(other.mantissa_) > 18 ? other.mantissa_ / power_of_ten(digits(other.mantissa_) - 18)
                                                      : other.mantissa_ * power_of_ten(18 - digits(other.mantissa_));
    return top_a < top_b ? std::strong_ordering::less : std::strong_ordering::greater;
  }
  return (whole_a < whole_b) != negative ? std::strong_ordering::less : std::strong_ordering::greater;
}

}  // namespace gatec::base
