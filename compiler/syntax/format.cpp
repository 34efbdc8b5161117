#include "compiler/syntax/format.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <vector>

namespace gatec::syntax {
namespace {

enum class Kind : std::uint8_t { Word, Text, Comment, Open, Close, Comma, Colon, Sign, Dot };

struct Token {
  Kind kind;
  std::string_view text;
  bool spaced = false;  // a blank stood before it
  int breaks = 0;       // line breaks before it
};

bool wordy(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '$' ||
         (static_cast<unsigned char>(c) & 0x80U) != 0;
}

std::size_t string_end(std::string_view text, std::size_t at) {
  for (++at; at < text.size(); ++at) {
    if (text[at] == '\\') {
      ++at;
    } else if (text[at] == '"') {
      return at + 1;
    } else if (text[at] == '$' && at + 1 < text.size() && text[at + 1] == '{') {
      int depth = 0;
      for (++at; at < text.size(); ++at) {
        if (text[at] == '"')
          at = string_end(text, at) - 1;
        else if (text[at] == '{')
          ++depth;
        else if (text[at] == '}' && --depth == 0)
          break;
      }
    }
  }
  return text.size();
}

constexpr std::array<std::string_view, 10> kSigns = {"...", "?=", "==", "!=", "<=", ">=", "=>", "&&", "||", "->"};

std::vector<Token> tokens_of(std::string_view text) {
  std::vector<Token> tokens;
  bool spaced = false;
  int breaks = 0;
  for (std::size_t at = text.starts_with("\xEF\xBB\xBF") ? 3 : 0; at < text.size();) {
    const char c = text[at];
    const bool ends_line = c == '\n' || (c == '\r' && !text.substr(at + 1).starts_with('\n'));
    if (ends_line) {  // what stands behind it may be another statement
      ++breaks;
      ++at;
      continue;
    }
    if (c == ' ' || c == '\t' || c == '\r') {
      spaced = true;
      ++at;
      continue;
    }
    Token t{Kind::Sign, {}, spaced, breaks};
    std::size_t end = at + 1;
    if (c == '#') {
      t.kind = Kind::Comment;
      end = std::min(text.find('\n', at), text.size());
      while (end > at && (text[end - 1] == ' ' || text[end - 1] == '\t' || text[end - 1] == '\r')) --end;
    } else if (c == '"') {
      t.kind = Kind::Text;
      end = string_end(text, at);
    } else if (wordy(c)) {
      t.kind = Kind::Word;
      const bool number = (c >= '0' && c <= '9') || c == '$';
      while (end < text.size()) {
        const char n = text[end];
        const bool point = number && n == '.' && end + 1 < text.size() && text[end + 1] >= '0' && text[end + 1] <= '9';
        const bool sign = number && (n == '-' || n == '+') && (text[end - 1] == 'e' || text[end - 1] == 'E') &&
                          end + 1 < text.size() && text[end + 1] >= '0' && text[end + 1] <= '9';
        if (!wordy(n) && !point && !sign) break;
        ++end;
      }
    } else if (c == '{' || c == '[' || c == '(') {
      t.kind = Kind::Open;
    } else if (c == '}' || c == ']' || c == ')') {
      t.kind = Kind::Close;
    } else if (c == ',' || c == ';') {
      t.kind = Kind::Comma;
    } else if (c == ':') {
      t.kind = Kind::Colon;
    } else {
      for (const std::string_view sign : kSigns) {
        if (text.substr(at).starts_with(sign)) {
          end = at + sign.size();
          break;
        }
      }
      t.kind = text.substr(at, end - at) == "." ? Kind::Dot : Kind::Sign;
    }
    t.text = text.substr(at, end - at);
    tokens.push_back(t);
    spaced = false;
    breaks = 0;
    at = end;
  }
  return tokens;
}

/// Signs that take a blank on both sides, whatever stood there: those that can only be binary.
bool always_apart(const Token& t) {
  return t.kind == Kind::Sign && t.text != "-" && t.text != "/" && t.text != "!" && t.text != "...";
}

bool blank_between(const Token& a, const Token& b) {
  if (b.kind == Kind::Comma || b.kind == Kind::Colon || b.kind == Kind::Dot || a.kind == Kind::Dot) return false;
  if (a.kind == Kind::Comma || a.kind == Kind::Colon) return true;
  if (a.text == "{" && b.text == "}") return false;
  if (a.text == "{" || b.text == "}") return true;
  if (a.kind == Kind::Open) return false;
  if (b.text == "{" && b.kind == Kind::Open) return true;
  if (b.kind == Kind::Close) return false;
  if (always_apart(a) || always_apart(b)) return true;
  return b.spaced;
}

}  // namespace

std::string format(std::string_view text) {
  const std::vector<Token> tokens = tokens_of(text);
  std::string out;
  out.reserve(text.size());
  // Brackets that are opened on one line indent what follows by one level together.
  struct Bracket {
    bool indents;
  };
  std::vector<Bracket> open;
  std::size_t level = 0;
  bool indented = false;  // a bracket of this line indents already
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    const Token& t = tokens[i];
    const bool new_line = i > 0 && t.breaks > 0;
    if (new_line) indented = false;
    if (t.kind == Kind::Close && !open.empty()) {
      if (open.back().indents) {
        --level;
        indented = false;
      }
      open.pop_back();
    }
    if (i == 0) {
      // nothing before the first
    } else if (new_line) {
      const bool tight = tokens[i - 1].kind == Kind::Open || t.kind == Kind::Close;
      out += t.breaks > 1 && !tight ? "\n\n" : "\n";
      out.append(2 * level, ' ');
    } else if (t.kind == Kind::Comment) {
      out += "  ";
    } else if (blank_between(tokens[i - 1], t)) {
      out += ' ';
    }
    out += t.text;
    if (t.kind == Kind::Open) {
      open.push_back({!indented});
      if (!indented) ++level;
      indented = true;
    }
  }
  if (!out.empty()) out += '\n';
  return out;
}

std::string quoted_string(std::string_view text) {
  static constexpr std::string_view kHex = "0123456789abcdef";
  std::string out = "\"";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == '"' || c == '\\') {
      (out += '\\') += c;
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '\t') {
      out += "\\t";
    } else if (c == '\r') {
      out += "\\r";
    } else if (c == '$' && i + 1 < text.size() && text[i + 1] == '{') {
      out += "\\$";
    } else if (static_cast<unsigned char>(c) < 0x20 || c == 0x7F) {
      ((out += "\\u{") += kHex[static_cast<unsigned char>(c) >> 4U]) += kHex[static_cast<unsigned char>(c) & 15U];
      out += '}';
    } else {
      out += c;
    }
  }
  return out += '"';
}

std::string quoted_name(std::string_view name) {
  static constexpr std::array<std::string_view, 15> kReserved = {"import", "param",  "let",    "fn",   "check",
                                                                 "for",    "in",     "if",     "then", "else",
                                                                 "by",     "forall", "exists", "and",  "or"};
  bool plain = !name.empty() && !(name[0] >= '0' && name[0] <= '9') && name != "not" &&
               std::find(kReserved.begin(), kReserved.end(), name) == kReserved.end();
  for (const char c : name)
    plain = plain && ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_');
  return plain ? std::string(name) : quoted_string(name);
}

}  // namespace gatec::syntax
