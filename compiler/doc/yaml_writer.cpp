#include "compiler/base/overload.h"
#include "compiler/doc/scalar_style.h"
#include "compiler/doc/value.h"

namespace gatec::doc {
namespace {

// Both parsers look no further than 1024 characters for the `:` of a key.
constexpr std::size_t kMaxSimpleKey = 1000;

void append_hex(std::string& out, const char* prefix, std::uint32_t value, unsigned digits) {
  out += prefix;
  while (digits-- > 0) out += "0123456789ABCDEF"[(value >> (4U * digits)) & 15U];
}

/// Length of the invisible character at `at` that double quotes need escaped; 0 for others.
std::size_t escape_multibyte(std::string& out, std::string_view at) {
  const auto byte = [&](std::size_t i) { return i < at.size() ? static_cast<unsigned char>(at[i]) : 0U; };
  if (byte(0) == 0xC2 && byte(1) < 0xA0) {
    append_hex(out, "\\x", byte(1), 2);
    return 2;
  }
  if (byte(0) != 0xE2 && byte(0) != 0xEF) return 0;
  const std::uint32_t c = ((byte(0) & 0x0FU) << 12U) | ((byte(1) & 0x3FU) << 6U) | (byte(2) & 0x3FU);
  if (c != 0x2028 && c != 0x2029 && c != 0xFEFF && c < 0xFFFE) return 0;
  append_hex(out, "\\u", c, 4);
  return 3;
}

void append_ascii_escape(std::string& out, unsigned char c) {
  switch (c) {
    case '"': out += "\\\""; break;
    case '\\': out += "\\\\"; break;
    case '\0': out += "\\0"; break;
    case '\n': out += "\\n"; break;
    case '\r': out += "\\r"; break;
    case '\t': out += "\\t"; break;
    default: append_hex(out, "\\x", c, 2); break;
  }
}

void append_double_quoted(std::string& out, std::string_view text) {
  out += '"';
  std::size_t done = 0;
  for (std::size_t i = 0; i < text.size();) {
    const auto c = static_cast<unsigned char>(text[i]);
    const bool ascii = c < 0x20 || c == '"' || c == '\\' || c == 0x7F;
    if (!ascii && c != 0xC2 && c != 0xE2 && c != 0xEF) {
      ++i;
      continue;
    }
    const std::size_t before = out.size();
    out.append(text, done, i - done);
    std::size_t length = 1;
    if (ascii) {
      append_ascii_escape(out, c);
    } else {
      length = escape_multibyte(out, text.substr(i, 3));
    }
    if (length == 0) {
      out.resize(before);
      ++i;
      continue;
    }
    i += length;
    done = i;
  }
  out.append(text, done);
  out += '"';
}

class YamlWriter {
 public:
  explicit YamlWriter(std::string& out) : out_(out) {}

  void document(const Out& value) {
    if (is_block(value)) {
      block(value, 0, true);
    } else {
      scalar(value, 0);
    }
  }

 private:
  static bool is_block(const Out& value) { return (value.is_mapping() || value.is_sequence()) && !value.empty(); }

  void indent(std::size_t depth) { out_.append(depth, ' '); }

  /// `placed` says that the first line has its indentation already.
  void block(const Out& value, std::size_t depth, bool placed) {
    if (const auto* pairs = std::get_if<Out::Mapping>(&value.storage())) {
      for (const auto& [key, child] : *pairs) {
        if (!placed) indent(depth);
        placed = false;
        pair(key, child, depth);
      }
    } else if (const auto* elements = std::get_if<Out::Sequence>(&value.storage())) {
      for (const Out& element : *elements) {
        if (!placed) indent(depth);
        placed = false;
        out_ += "- ";
        is_block(element) ? block(element, depth + 2, true) : scalar(element, depth + 2);
      }
    }
  }

  void pair(std::string_view key, const Out& value, std::size_t depth) {
    const std::size_t start = out_.size();
    one_line(key);
    if (out_.size() - start > kMaxSimpleKey) {
      out_.insert(start, "? ");
      out_ += '\n';
      indent(depth);
    }
    out_ += ':';
    if (is_block(value)) {
      out_ += '\n';
      block(value, depth + 2, false);
    } else {
      out_ += ' ';
      scalar(value, depth + 2);
    }
  }

  /// With the line break behind it.
  void scalar(const Out& value, std::size_t depth) {
    std::visit(
        base::Overload{[&](Out::Null) { out_ += "null\n"; }, [&](bool b) { out_ += b ? "true\n" : "false\n"; },
                       [&](const Out::Number& number) { (out_ += number.text) += '\n'; },
                       [&](const std::string& text) { string(text, depth); },
                       [&](const Out::Sequence&) { out_ += "[]\n"; }, [&](const Out::Mapping&) { out_ += "{}\n"; }},
        value.storage());
  }

  void string(std::string_view text, std::size_t depth) {
    if (!text.empty() && literal_is_safe(text)) {
      literal(text, depth == 0 ? 2 : depth);
    } else {
      one_line(text);
      out_ += '\n';
    }
  }

  void one_line(std::string_view text) {
    if (yaml_plain_is_safe(text)) {
      out_ += text;
    } else {
      append_double_quoted(out_, text);
    }
  }

  void literal(std::string_view text, std::size_t depth) {
    const bool one_break = text.ends_with('\n');
    out_ += one_break ? (text.ends_with("\n\n") ? "|+\n" : "|\n") : "|-\n";
    if (one_break) text.remove_suffix(1);
    for (std::size_t at = 0; at <= text.size();) {
      const std::size_t end = std::min(text.find('\n', at), text.size());
      if (end > at) indent(depth);
      out_.append(text, at, end - at);
      out_ += '\n';
      at = end + 1;
    }
  }

  std::string& out_;
};

}  // namespace

std::string write_yaml(const Out& value, const YamlStyle& style) {
  std::string out;
  for (const std::string& line : style.header) {
    out += line.empty() ? "#" : "# ";
    out += line;
    out += '\n';
  }
  YamlWriter(out).document(value);
  return out;
}

}  // namespace gatec::doc
