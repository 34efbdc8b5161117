#include "compiler/doc/scalar_style.h"

#include "compiler/doc/reader.h"
#include "compiler/doc/value.h"

#include <algorithm>
#include <array>

namespace gatec::doc {
namespace {

enum Trait : unsigned char {
  kNone = 0,
  kNotFirst = 1,   // an indicator, or another sign that is best quoted at the start
  kNever = 2,      // needs an escape
  kLookAround = 4  // `:`, `#` and bytes of characters that may be line breaks
};

constexpr std::array<unsigned char, 256> traits() {
  std::array<unsigned char, 256> out{};
  for (std::size_t c = 0; c < 0x20; ++c) out[c] = kNever;
  out[0x7F] = kNever;
  for (const char c : std::string_view("?,[]{}&*!|>'\"%@` ")) out[static_cast<unsigned char>(c)] = kNotFirst;
  out[':'] = out['#'] = kNotFirst | kLookAround;
  out[0xC2] = out[0xE2] = out[0xEF] = kLookAround;
  return out;
}

constexpr auto kTraits = traits();

/// C1 controls with U+0085, the line breaks U+2028 and U+2029, the byte-order mark, U+FFFE and U+FFFF.
bool is_odd_character(std::string_view at) {
  const auto byte = [&](std::size_t i) { return i < at.size() ? static_cast<unsigned char>(at[i]) : 0U; };
  if (byte(0) == 0xC2) return byte(1) < 0xA0;
  if (byte(0) == 0xE2) return byte(1) == 0x80 && (byte(2) == 0xA8 || byte(2) == 0xA9);
  if (byte(0) == 0xEF) return (byte(1) == 0xBB && byte(2) == 0xBF) || (byte(1) == 0xBF && byte(2) >= 0xBE);
  return false;
}

bool breaks_plain(std::string_view text, std::size_t i) {
  switch (text[i]) {
    case ':': return i + 1 == text.size() || text[i + 1] == ' ';
    case '#': return i > 0 && text[i - 1] == ' ';
    default: return is_odd_character(text.substr(i, 3));
  }
}

std::size_t count(std::string_view text, std::size_t from, std::string_view set) {
  const std::size_t end = text.find_first_not_of(set, from);
  return (end == std::string_view::npos ? text.size() : end) - from;
}

constexpr std::string_view kDigits = "0123456789_";

bool is_number_with_prefix(std::string_view text) {
  if (text.size() < 3 || text[0] != '0') return false;
  std::string_view digits;
  switch (text[1]) {
    case 'b':
    case 'B': digits = "01_"; break;
    case 'o':
    case 'O': digits = "01234567_"; break;
    case 'x':
    case 'X': digits = "0123456789abcdefABCDEF_"; break;
    default: return false;
  }
  return count(text, 2, digits) == text.size() - 2;
}

/// Numbers of YAML 1.2 and, more widely, what readers of other languages take for one: `1e3`, `0o17`, `.5`, `+1_000`.
bool is_number_elsewhere(std::string_view text) {
  if (text.starts_with('+') || text.starts_with('-')) text.remove_prefix(1);
  if (is_number_with_prefix(text)) return true;
  std::string_view name = text.starts_with('.') ? text.substr(1) : std::string_view{};
  if (name == "inf" || name == "Inf" || name == "INF" || name == "nan" || name == "NaN" || name == "NAN") return true;
  std::size_t i = count(text, 0, kDigits);
  std::size_t digits = i;
  if (i < text.size() && text[i] == '.') {
    const std::size_t more = count(text, i + 1, kDigits);
    digits += more;
    i += 1 + more;
  }
  if (digits == 0 || text.starts_with('_')) return false;
  if (i < text.size() && (text[i] == 'e' || text[i] == 'E')) {
    ++i;
    if (i < text.size() && (text[i] == '+' || text[i] == '-')) ++i;
    const std::size_t exponent = count(text, i, kDigits);
    if (exponent == 0) return false;
    i += exponent;
  }
  return i == text.size();
}

bool is_typed(std::string_view text) {
  switch (text.front()) {
    case '~': return text.size() == 1;
    case '=': return text.size() == 1;
    case '<': return text == "<<";
    case 'y':
    case 'Y':
    case 'n':
    case 'N':
      // YAML 1.1 itself has these for booleans, though PyYAML does not.
      return text.size() == 1 || resolve_plain(text) != Type::String;
    case 't':
    case 'T':
    case 'f':
    case 'F':
    case 'o':
    case 'O': return resolve_plain(text) != Type::String;
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
    case '9': return resolve_plain(text) != Type::String || is_number_elsewhere(text);
    default: return false;
  }
}

}  // namespace

bool yaml_plain_is_safe(std::string_view text) {
  if (text.empty() || text.back() == ' ') return false;
  const char first = text.front();
  if ((kTraits[static_cast<unsigned char>(first)] & kNotFirst) != 0) return false;
  if (first == '-' && (text.size() == 1 || text[1] == ' ' || text.starts_with("---"))) return false;
  if (text.starts_with("...")) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const unsigned char traits = kTraits[static_cast<unsigned char>(text[i])];
    if ((traits & kNever) != 0) return false;
    if ((traits & kLookAround) != 0 && breaks_plain(text, i)) return false;
  }
  return !is_typed(text);
}

bool literal_is_safe(std::string_view text) {
  if (text.front() == '\n' || text.front() == ' ' || text.find('\n') == std::string_view::npos) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const bool line_end = i + 1 == text.size() || text[i + 1] == '\n';
    if (c == '\n') continue;
    if ((c == ' ' || c == '\t') && line_end) return false;
    if (c == '\t') {
      if (i == 0 || text[i - 1] == '\n') return false;
      continue;
    }
    if ((kTraits[static_cast<unsigned char>(c)] & kNever) != 0) return false;
    if (static_cast<unsigned char>(c) >= 0x80 && is_odd_character(text.substr(i, 3))) return false;
  }
  return true;
}

}  // namespace gatec::doc
