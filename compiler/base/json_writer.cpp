#include "compiler/base/json_writer.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

#include <bit>
#include <charconv>
#include <cstring>

namespace gatec::base {
namespace {

/// Length of the UTF-8 sequence at the front, 0 when there is none.
std::size_t sequence_length(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t length = lead < 0x80U                    ? 1
                             : lead >= 0xC2U && lead < 0xE0U ? 2
                             : lead >= 0xE0U && lead < 0xF0U ? 3
                             : lead >= 0xF0U && lead < 0xF5U ? 4
                                                             : 0;
  if (length == 0 || length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0U) != 0x80U) return 0;
  }
  if (length < 3) return length;
  const auto second = static_cast<unsigned char>(text[1]);
  const bool overlong = (lead == 0xE0U && second < 0xA0U) || (lead == 0xF0U && second < 0x90U);
  const bool outside = (lead == 0xEDU && second >= 0xA0U) || (lead == 0xF4U && second >= 0x90U);
  return overlong || outside ? 0 : length;
}

bool is_plain(char c) {
  return static_cast<unsigned char>(c) >= 0x20U && static_cast<unsigned char>(c) < 0x7FU && c != '"' && c != '\\';
}

#if defined(__SSE2__)

constexpr std::size_t kWide = 16;

/// How many of the bytes from here on are plain, up to all; the tests are those of `is_plain`.
std::size_t plain_bytes(const char* at) {
  const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(at));
  const auto is = [bytes](char c) { return _mm_cmpeq_epi8(bytes, _mm_set1_epi8(c)); };
  // Beyond ASCII, bytes are negative and so less than a blank.
  const __m128i outside = _mm_or_si128(_mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20)), is(0x7F));
  const __m128i odd = _mm_or_si128(outside, _mm_or_si128(is('"'), is('\\')));
  return static_cast<std::size_t>(std::countr_zero(static_cast<unsigned>(_mm_movemask_epi8(odd)) | 1U << kWide));
}

#else

constexpr std::size_t kWide = 8;

/// All of the bytes from here on, or none where one of them is not plain; the tests are those of `is_plain`.
std::size_t plain_bytes(const char* at) {
  constexpr std::uint64_t kOnes = 0x0101010101010101ULL;
  constexpr std::uint64_t kTops = 0x80 * kOnes;
  std::uint64_t word = 0;
  std::memcpy(&word, at, sizeof word);
  const auto holds = [word](unsigned char c) {
    const std::uint64_t rest = word ^ (c * kOnes);
    return (rest - kOnes) & ~rest;
  };
  const std::uint64_t low = (word - 0x20 * kOnes) & ~word;
  return ((low | word | holds(0x7F) | holds('"') | holds('\\')) & kTops) == 0 ? kWide : 0;
}

#endif

void append_escape(std::string& out, char c) {
  switch (c) {
    case '"': out += "\\\""; return;
    case '\\': out += "\\\\"; return;
    case '\n': out += "\\n"; return;
    case '\r': out += "\\r"; return;
    case '\t': out += "\\t"; return;
    default: break;
  }
  static constexpr char kDigits[] = "0123456789abcdef";
  out += "\\u00";
  out += kDigits[static_cast<unsigned char>(c) >> 4U];
  out += kDigits[static_cast<unsigned char>(c) & 15U];
}

}  // namespace

std::size_t plain_end(std::string_view text, std::size_t i) {
  while (i + kWide <= text.size()) {
    const std::size_t plain = plain_bytes(text.data() + i);
    i += plain;
    if (plain < kWide) break;
  }
  // The rest at once, with some of what was before it or with blanks behind it: most texts are short.
  const std::size_t rest = text.size() - i;
  if (rest > 0 && rest < kWide) {
    char padded[kWide];
    const char* last = text.data() + text.size() - kWide;
    if (text.size() < kWide) {
      std::memset(padded, ' ', kWide);
      std::memcpy(padded, text.data() + i, rest);
      last = padded;
    }
    if (plain_bytes(last) == kWide) return text.size();
  }
  while (i < text.size() && is_plain(text[i])) ++i;
  return i;
}

void append_json_quoted(std::string& out, std::string_view text) {
  std::size_t i = plain_end(text, 0);
  if (char quoted[64]; i == text.size() && i + 2 <= sizeof quoted) {
    quoted[0] = '"';
    text.copy(quoted + 1, i);
    quoted[i + 1] = '"';
    out.append(quoted, i + 2);
    return;
  }
  out += '"';
  out.append(text, 0, i);
  while (i < text.size()) {
    const std::size_t start = i;
    i = plain_end(text, i);
    out.append(text, start, i - start);
    if (i == text.size()) break;
    if (static_cast<unsigned char>(text[i]) < 0x80U) {
      append_escape(out, text[i++]);
    } else if (const std::size_t length = sequence_length(text.substr(i)); length != 0) {
      out.append(text, i, length);
      i += length;
    } else {
      out += "\xEF\xBF\xBD";
      ++i;
    }
  }
  out += '"';
}

void JsonWriter::key(std::string_view name) {
  separate();
  append_json_quoted(out_, name);
  out_ += indent_ > 0 ? ": " : ":";
  after_key_ = true;
}

void JsonWriter::string(std::string_view text) {
  separate();
  append_json_quoted(out_, text);
}

void append_integer(std::string& out, std::int64_t value) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out.append(digits, static_cast<std::size_t>(end - digits));
}

void JsonWriter::integer(std::int64_t value) { append_integer(raw(), value); }

void JsonWriter::boolean(bool value) { number(value ? "true" : "false"); }

void JsonWriter::null() { number("null"); }

void JsonWriter::number(std::string_view text) {
  separate();
  out_ += text;
}

std::string& JsonWriter::raw() {
  separate();
  return out_;
}

void JsonWriter::take_back(const Mark& mark) {
  out_.resize(mark.size);
  filled_.pop_back();
  if (!filled_.empty()) filled_.back() = mark.filled;
  after_key_ = false;
}

void JsonWriter::open(char bracket) {
  separate();
  out_ += bracket;
  filled_.push_back(false);
}

void JsonWriter::close(char bracket) {
  const bool filled = filled_.back();
  filled_.pop_back();
  if (filled) new_line();
  out_ += bracket;
  if (filled_.empty() && indent_ > 0) out_ += '\n';
}

void JsonWriter::separate() {
  if (after_key_) {
    after_key_ = false;
    return;
  }
  if (filled_.empty()) return;
  const bool first = !filled_.back();
  filled_.back() = true;
  if (!first) out_ += ',';
  new_line();
}

void JsonWriter::new_line() {
  if (indent_ == 0) return;
  out_ += '\n';
  out_.append(static_cast<std::size_t>(indent_) * filled_.size(), ' ');
}

}  // namespace gatec::base
