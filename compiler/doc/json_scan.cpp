#include "compiler/doc/json_scan.h"

#include <string>

namespace gatec::doc {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_blank(char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; }

/// Beyond these a float may not be finite, which is for the other parser to tell.
constexpr std::size_t kMaxNumber = 200;
constexpr std::size_t kMaxExponent = 2;

class Scanner {
 public:
  Scanner(std::string_view text, std::uint32_t begin, TreeBuilder& builder)
      : first_(text.data()), at_(text.data() + begin), end_(text.data() + text.size()), builder_(builder) {}

  bool document() { return value() && (blanks(), at_ == end_); }

 private:
  [[nodiscard]] std::uint32_t offset(const char* p) const { return static_cast<std::uint32_t>(p - first_); }
  void blanks() {
    while (at_ < end_ && is_blank(*at_)) ++at_;
  }
  /// Behind blanks, the character that comes next; 0 at the end.
  char peek() {
    blanks();
    return at_ < end_ ? *at_ : '\0';
  }

  bool value() {
    switch (peek()) {
      case '{': return object();
      case '[': return array();
      case '"': return string();
      case 't': return literal("true", Type::Bool);
      case 'f': return literal("false", Type::Bool);
      case 'n': return literal("null", Type::Null);
      default: return number();
    }
  }

  bool object() {
    if (!builder_.start(Kind::Mapping, Style::Flow, offset(at_), {})) return false;
    ++at_;
    if (peek() == '}') return close();
    for (;;) {
      if (peek() != '"' || !string() || peek() != ':') return false;
      ++at_;
      if (!value()) return false;
      const char next = peek();
      if (next == '}') return close();
      if (next != ',') return false;
      ++at_;
    }
  }

  bool array() {
    if (!builder_.start(Kind::Sequence, Style::Flow, offset(at_), {})) return false;
    ++at_;
    if (peek() == ']') return close();
    for (;;) {
      if (!value()) return false;
      const char next = peek();
      if (next == ']') return close();
      if (next != ',') return false;
      ++at_;
    }
  }

  bool close() { return builder_.end(offset(++at_)); }

  bool plain(const char* begin, Type type) {
    const std::string_view text(begin, static_cast<std::size_t>(at_ - begin));
    return builder_.scalar({text, true, offset(begin), offset(at_), Style::Plain, type}, {});
  }

  bool literal(std::string_view word, Type type) {
    if (static_cast<std::size_t>(end_ - at_) < word.size() || std::string_view(at_, word.size()) != word) return false;
    const char* const begin = at_;
    at_ += word.size();
    return plain(begin, type);
  }

  std::size_t digits() {
    const char* const begin = at_;
    while (at_ < end_ && is_digit(*at_)) ++at_;
    return static_cast<std::size_t>(at_ - begin);
  }

  bool number() {
    const char* const begin = at_;
    if (at_ < end_ && *at_ == '-') ++at_;
    const bool zero = at_ < end_ && *at_ == '0';
    const std::size_t whole = digits();
    if (whole == 0 || (zero && whole > 1)) return false;
    bool real = false;
    if (at_ < end_ && *at_ == '.') {
      real = true;
      ++at_;
      if (digits() == 0) return false;
    }
    if (at_ < end_ && (*at_ == 'e' || *at_ == 'E')) {
      real = true;
      ++at_;
      if (at_ < end_ && (*at_ == '+' || *at_ == '-')) ++at_;
      const std::size_t exponent = digits();
      if (exponent == 0 || exponent > kMaxExponent) return false;
    }
    if (static_cast<std::size_t>(at_ - begin) > kMaxNumber) return false;
    return plain(begin, real ? Type::Float : Type::Int);
  }

  bool string() {
    const char* const begin = at_++;
    while (at_ < end_ && *at_ != '"' && *at_ != '\\' && static_cast<unsigned char>(*at_) >= 0x20U) ++at_;
    if (at_ == end_) return false;
    if (*at_ == '"') {
      const std::string_view text(begin + 1, static_cast<std::size_t>(at_ - begin - 1));
      ++at_;
      return builder_.scalar({text, true, offset(begin), offset(at_), Style::DoubleQuoted, Type::String}, {});
    }
    decoded_.assign(begin + 1, at_);
    while (at_ < end_ && *at_ != '"') {
      if (static_cast<unsigned char>(*at_) < 0x20U) return false;
      if (*at_ != '\\') {
        decoded_ += *at_++;
      } else if (!escape()) {
        return false;
      }
    }
    if (at_ == end_) return false;
    ++at_;
    return builder_.scalar({decoded_, false, offset(begin), offset(at_), Style::DoubleQuoted, Type::String}, {});
  }

  bool escape() {
    if (end_ - at_ < 2) return false;
    const char c = at_[1];
    at_ += 2;
    switch (c) {
      case '"':
      case '\\':
      case '/': decoded_ += c; return true;
      case 'b': decoded_ += '\b'; return true;
      case 'f': decoded_ += '\f'; return true;
      case 'n': decoded_ += '\n'; return true;
      case 'r': decoded_ += '\r'; return true;
      case 't': decoded_ += '\t'; return true;
      case 'u': return unicode();
      default: return false;
    }
  }

  bool four(std::uint32_t& unit) {
    if (end_ - at_ < 4) return false;
    unit = 0;
    for (int i = 0; i < 4; ++i) {
      const char c = *at_++;
      const char lower = static_cast<char>(c | 0x20);
      if (is_digit(c)) {
        unit = unit * 16 + static_cast<std::uint32_t>(c - '0');
      } else if (lower >= 'a' && lower <= 'f') {
        unit = unit * 16 + static_cast<std::uint32_t>(lower - 'a' + 10);
      } else {
        return false;
      }
    }
    return true;
  }

  bool unicode() {
    std::uint32_t c = 0;
    if (!four(c) || c == 0 || (c >= 0xDC00 && c < 0xE000)) return false;
    if (c >= 0xD800 && c < 0xDC00) {
      std::uint32_t low = 0;
      if (end_ - at_ < 6 || at_[0] != '\\' || at_[1] != 'u') return false;
      at_ += 2;
      if (!four(low) || low < 0xDC00 || low >= 0xE000) return false;
      c = 0x10000 + ((c - 0xD800) << 10U) + (low - 0xDC00);
    }
    append_utf8(c);
    return true;
  }

  void append_utf8(std::uint32_t c) {
    const auto more = [&](unsigned shift) { decoded_ += static_cast<char>(0x80U | ((c >> shift) & 0x3FU)); };
    if (c < 0x80) {
      decoded_ += static_cast<char>(c);
    } else if (c < 0x800) {
      decoded_ += static_cast<char>(0xC0U | (c >> 6U));
      more(0);
    } else if (c < 0x10000) {
      decoded_ += static_cast<char>(0xE0U | (c >> 12U));
      more(6);
      more(0);
    } else {
      decoded_ += static_cast<char>(0xF0U | (c >> 18U));
      more(12);
      more(6);
      more(0);
    }
  }

  const char* first_;
  const char* at_;
  const char* end_;
  TreeBuilder& builder_;
  std::string decoded_;
};

}  // namespace

bool scan_json(std::string_view text, std::uint32_t begin, TreeBuilder& builder) {
  return Scanner(text, begin, builder).document();
}

}  // namespace gatec::doc
