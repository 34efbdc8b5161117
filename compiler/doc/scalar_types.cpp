#include "compiler/doc/scalar_types.h"

#include "compiler/doc/reader.h"

#include <algorithm>
#include <array>
#include <utility>

// The patterns are those of PyYAML 6.0's resolver.py, which is YAML 1.1 with two twists: a float needs a dot and a
// signed exponent, and neither `y` nor `n` is a boolean.

namespace gatec::doc {
namespace {

/// Eats a pattern from the left. Every step says whether it matched.
class Matcher {
 public:
  explicit Matcher(std::string_view text) : rest_(text) {}

  [[nodiscard]] bool done() const { return rest_.empty(); }
  bool one(std::string_view set) {
    if (rest_.empty() || set.find(rest_.front()) == std::string_view::npos) return false;
    rest_.remove_prefix(1);
    return true;
  }
  std::size_t many(std::string_view set) {
    std::size_t n = 0;
    while (one(set)) ++n;
    return n;
  }
  bool word(std::string_view expected) {
    if (!rest_.starts_with(expected)) return false;
    rest_.remove_prefix(expected.size());
    return true;
  }
  bool digits(std::size_t least, std::size_t most) {
    std::size_t n = 0;
    while (n < most && one("0123456789")) ++n;
    return n >= least;
  }
  /// `(?::[0-5]?[0-9])+`
  bool sixties() {
    std::size_t n = 0;
    while (word(":")) {
      const std::string_view before = rest_;
      if (!one("0123456789")) return false;
      if (before.front() <= '5') one("0123456789");
      ++n;
    }
    return n > 0;
  }

 private:
  std::string_view rest_;
};

constexpr std::string_view kDigits = "0123456789";
constexpr std::string_view kDigitsAndBars = "0123456789_";

bool is_int(std::string_view text) {
  Matcher m(text);
  m.one("+-");
  if (m.word("0b")) return m.many("01_") > 0 && m.done();
  if (m.word("0x")) return m.many("0123456789abcdefABCDEF_") > 0 && m.done();
  if (m.word("0")) return (m.many("01234567_"), m.done());
  if (!m.one("123456789")) return false;
  m.many(kDigitsAndBars);
  return m.done() || (m.sixties() && m.done());
}

bool is_exponent_or_end(Matcher& m) {
  if (m.done()) return true;
  return m.one("eE") && m.one("+-") && m.many(kDigits) > 0 && m.done();
}

bool is_float(std::string_view text) {
  Matcher m(text);
  const bool sign = m.one("+-");
  if (m.word(".")) {
    if (m.word("inf") || m.word("Inf") || m.word("INF")) return m.done();
    if (sign) return false;
    if (m.word("nan") || m.word("NaN") || m.word("NAN")) return m.done();
    return m.one(kDigits) && (m.many(kDigitsAndBars), is_exponent_or_end(m));
  }
  if (!m.one(kDigits)) return false;
  m.many(kDigitsAndBars);
  if (m.word(".")) return (m.many(kDigitsAndBars), is_exponent_or_end(m));
  return m.sixties() && m.word(".") && (m.many(kDigitsAndBars), m.done());
}

bool is_zone_or_end(Matcher& m) {
  if (m.done()) return true;
  m.many(" \t");
  if (m.word("Z")) return m.done();
  if (!m.one("+-") || !m.digits(1, 2)) return false;
  return m.done() || (m.word(":") && m.digits(2, 2) && m.done());
}

bool is_timestamp(std::string_view text) {
  Matcher date(text);
  if (date.digits(4, 4) && date.word("-") && date.digits(2, 2) && date.word("-") && date.digits(2, 2) && date.done()) {
    return true;
  }
  Matcher m(text);
  if (!m.digits(4, 4) || !m.word("-") || !m.digits(1, 2) || !m.word("-") || !m.digits(1, 2)) return false;
  if (!m.one("Tt") && m.many(" \t") == 0) return false;
  if (!m.digits(1, 2) || !m.word(":") || !m.digits(2, 2) || !m.word(":") || !m.digits(2, 2)) return false;
  if (m.word(".")) m.many(kDigits);
  return is_zone_or_end(m);
}

constexpr std::size_t kLongestWord = 5;

template <std::size_t N>
bool is_one_of(std::string_view text, const std::array<std::string_view, N>& words) {
  if (text.size() > kLongestWord) return false;
  for (const std::string_view word : words) {
    if (text == word) return true;
  }
  return false;
}

constexpr std::array<std::string_view, 9> kTrue = {"yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"};
constexpr std::array<std::string_view, 9> kFalse = {"no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"};
constexpr std::array<std::string_view, 4> kNull = {"~", "null", "Null", "NULL"};

Type resolve_number(std::string_view text) {
  if (is_float(text)) return Type::Float;
  if (is_int(text)) return Type::Int;
  return is_timestamp(text) ? Type::Timestamp : Type::String;
}

std::string without_bars(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  for (const char c : text) {
    if (c != '_') out += c;
  }
  return out;
}

std::string signed_text(bool negative, std::string digits) {
  return negative && digits != "0" ? '-' + std::move(digits) : digits;
}

std::string_view without_leading_zeros(std::string_view digits) {
  while (digits.size() > 1 && digits.front() == '0') digits.remove_prefix(1);
  return digits;
}

/// A whole number of any size, in decimal digits, lowest first.
class BigDecimal {
 public:
  void times_plus(unsigned factor, unsigned add) {
    unsigned carry = add;
    for (char& digit : digits_) {
      const unsigned value = static_cast<unsigned>(digit) * factor + carry;
      digit = static_cast<char>(value % 10);
      carry = value / 10;
    }
    for (; carry != 0; carry /= 10) digits_ += static_cast<char>(carry % 10);
  }
  [[nodiscard]] std::string text() const {
    std::string out;
    for (auto it = digits_.rbegin(); it != digits_.rend(); ++it) out += static_cast<char>('0' + *it);
    return out.empty() ? "0" : out;
  }

 private:
  std::string digits_;
};

int digit_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return 99;
}

// Python itself stops at 4,300 digits.
constexpr std::size_t kMaxDigits = 4300;

std::optional<std::string> in_base(std::string_view digits, unsigned base) {
  if (digits.empty() || digits.size() > kMaxDigits) return std::nullopt;
  BigDecimal value;
  for (const char c : digits) {
    const int digit = digit_value(c);
    if (digit >= static_cast<int>(base)) return std::nullopt;
    value.times_plus(base, static_cast<unsigned>(digit));
  }
  return value.text();
}

std::optional<std::string> decimal_int(std::string_view digits) {
  if (digits.empty() || digits.size() > kMaxDigits) return std::nullopt;
  if (digits.find_first_not_of(kDigits) != std::string_view::npos) return std::nullopt;
  return std::string(without_leading_zeros(digits));
}

/// `190:20:30`: every part but the first below sixty, as the pattern has it.
std::optional<std::string> sexagesimal_int(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (text.size() > kMaxDigits) return std::nullopt;
  BigDecimal value;
  for (const char c : text.substr(0, colon)) {
    if (digit_value(c) > 9) return std::nullopt;
    value.times_plus(10, static_cast<unsigned>(digit_value(c)));
  }
  for (std::size_t at = colon; at != std::string_view::npos;) {
    const std::size_t next = text.find(':', at + 1);
    const std::string_view part = text.substr(at + 1, next == std::string_view::npos ? next : next - at - 1);
    if (part.empty() || part.size() > 2 || part.find_first_not_of(kDigits) != std::string_view::npos)
      return std::nullopt;
    const int low = part.size() == 2 ? digit_value(part[0]) * 10 + digit_value(part[1]) : digit_value(part[0]);
    value.times_plus(60, static_cast<unsigned>(low));
    at = next;
  }
  return value.text();
}

struct Scientific {
  std::string digits;  // of the mantissa, without its dot
  long exponent = 0;   // of ten, for the last digit
};

std::optional<Scientific> split_scientific(std::string_view text) {
  Scientific out;
  std::size_t i = 0;
  bool dot = false;
  for (; i < text.size() && (text[i] == '.' || (text[i] >= '0' && text[i] <= '9')); ++i) {
    if (text[i] == '.') {
      if (dot) return std::nullopt;
      dot = true;
      continue;
    }
    out.digits += text[i];
    if (dot) --out.exponent;
  }
  if (out.digits.empty()) return std::nullopt;
  if (i == text.size()) return out;
  if (text[i] != 'e' && text[i] != 'E') return std::nullopt;
  ++i;
  const bool negative = i < text.size() && text[i] == '-';
  if (i < text.size() && (text[i] == '-' || text[i] == '+')) ++i;
  if (i == text.size() || text.find_first_not_of(kDigits, i) != std::string_view::npos) return std::nullopt;
  long exponent = 0;
  for (; i < text.size(); ++i) exponent = std::min(exponent * 10 + (text[i] - '0'), 1'000'000'000L);
  out.exponent += negative ? -exponent : exponent;
  return out;
}

/// Plain decimal text. What is beyond a double is infinite or zero, as in Python.
std::optional<std::string> plain_decimal(std::string_view text) {
  auto parts = split_scientific(text);
  if (!parts) return std::nullopt;
  std::string& digits = parts->digits;
  long& exponent = parts->exponent;
  while (digits.size() > 1 && digits.back() == '0') {
    digits.pop_back();
    ++exponent;
  }
  digits.erase(0, digits.size() - without_leading_zeros(digits).size());
  if (digits == "0") return digits;
  const long top = static_cast<long>(digits.size()) + exponent;
  if (top > 309) return std::nullopt;
  if (top < -323) return "0";
  if (exponent >= 0) return digits + std::string(static_cast<std::size_t>(exponent), '0');
  if (top > 0) return digits.insert(static_cast<std::size_t>(top), ".");
  return "0." + std::string(static_cast<std::size_t>(-top), '0') + digits;
}

/// `1:30.5`: the last part may have a fraction, which the whole ones before it do not touch.
std::optional<std::string> sexagesimal_float(std::string_view text) {
  const std::size_t dot = text.find('.');
  auto whole = sexagesimal_int(text.substr(0, dot));
  if (!whole) return std::nullopt;
  return plain_decimal(*whole + std::string(dot == std::string_view::npos ? "" : text.substr(dot)));
}

std::pair<bool, std::string_view> split_sign(std::string_view text) {
  const bool negative = text.starts_with('-');
  if (negative || text.starts_with('+')) text.remove_prefix(1);
  return {negative, text};
}

}  // namespace

Type resolve_plain(std::string_view text) {
  if (text.empty()) return Type::Null;
  switch (text.front()) {
    case '~':
    case 'n':
    case 'N':
      if (is_one_of(text, kNull)) return Type::Null;
      [[fallthrough]];
    case 'y':
    case 'Y':
    case 't':
    case 'T':
    case 'f':
    case 'F':
    case 'o':
    case 'O': return is_one_of(text, kTrue) || is_one_of(text, kFalse) ? Type::Bool : Type::String;
    case '+':
    case '-':
    case '.':
    case '0':
    case '1':
    case '2':
    case '3':
    case '4':
    case '5':
    case '6':
    case '7':
    case '8':
    case '9': return resolve_number(text);
    default: return Type::String;
  }
}

Type resolve_tagged(std::string_view tag) {
  if (!tag.starts_with(kCoreTagPrefix)) return Type::String;
  const std::string_view name = tag.substr(kCoreTagPrefix.size());
  if (name == "int") return Type::Int;
  if (name == "float") return Type::Float;
  if (name == "bool") return Type::Bool;
  if (name == "null") return Type::Null;
  if (name == "binary") return Type::Binary;
  return name == "timestamp" ? Type::Timestamp : Type::String;
}

std::optional<bool> bool_value(std::string_view text) {
  // The constructor lowers the case of what `!!bool` tags, so `tRUE` is true there.
  std::string lower(text);
  for (char& c : lower) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  if (is_one_of(std::string_view(lower), kTrue)) return true;
  if (is_one_of(std::string_view(lower), kFalse)) return false;
  return std::nullopt;
}

bool is_plain_integer(std::string_view text) {
  constexpr std::size_t kMost = 18;
  if (text.empty() || text.size() > kMost || text[0] == '0') return false;
  return std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

std::optional<std::string> int_value(std::string_view text) {
  if (is_plain_integer(text)) return std::string(text);
  const std::string clean = without_bars(text);
  const auto [negative, digits] = split_sign(clean);
  std::optional<std::string> value;
  if (digits == "0") {
    value = "0";
  } else if (digits.starts_with("0b")) {
    value = in_base(digits.substr(2), 2);
  } else if (digits.starts_with("0x")) {
    value = in_base(digits.substr(2), 16);
  } else if (digits.starts_with('0')) {
    // No plain text with `0o` is an int, but `!!int` makes it one, and Python's int() takes the prefix.
    value = in_base(digits.substr(digits.starts_with("0o") || digits.starts_with("0O") ? 2 : 0), 8);
  } else if (digits.find(':') != std::string_view::npos) {
    value = sexagesimal_int(digits);
  } else {
    value = decimal_int(digits);
  }
  if (!value) return std::nullopt;
  return signed_text(negative, std::move(*value));
}

std::optional<std::string> float_value(std::string_view text) {
  const std::string clean = without_bars(text);
  const auto [negative, digits] = split_sign(clean);
  auto value = digits.find(':') != std::string_view::npos ? sexagesimal_float(digits) : plain_decimal(digits);
  if (!value) return std::nullopt;
  return signed_text(negative, std::move(*value));
}

}  // namespace gatec::doc
