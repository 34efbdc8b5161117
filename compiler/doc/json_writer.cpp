#include "compiler/base/json_writer.h"

#include "compiler/base/aside.h"
#include "compiler/base/overload.h"
#include "compiler/doc/value.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace gatec::doc {
namespace {

/// What JSON must escape, and beyond it DEL, which is invisible.
constexpr std::array<bool, 256> escaped_bytes() {
  std::array<bool, 256> out{};
  for (std::size_t c = 0; c < 0x20; ++c) out[c] = true;
  out['"'] = out['\\'] = out[0x7F] = true;
  return out;
}

constexpr auto kEscaped = escaped_bytes();

void append_unit(std::string& out, std::uint32_t unit) {
  constexpr char kHex[] = "0123456789abcdef";
  out += "\\u";
  for (const unsigned shift : {12U, 8U, 4U, 0U}) out += kHex[(unit >> shift) & 15U];
}

void append_code_point(std::string& out, std::uint32_t c) {
  if (c < 0x10000) {
    append_unit(out, c);
    return;
  }
  append_unit(out, 0xD800 + ((c - 0x10000) >> 10U));
  append_unit(out, 0xDC00 + ((c - 0x10000) & 0x3FFU));
}

void append_escape(std::string& out, unsigned char c) {
  switch (c) {
    case '"': out += "\\\""; break;
    case '\\': out += "\\\\"; break;
    case '\b': out += "\\b"; break;
    case '\f': out += "\\f"; break;
    case '\n': out += "\\n"; break;
    case '\r': out += "\\r"; break;
    case '\t': out += "\\t"; break;
    default: append_unit(out, c); break;
  }
}

/// Reads one character of more than a byte; `i` ends behind it.
std::uint32_t decode(std::string_view text, std::size_t& i) {
  const auto lead = static_cast<unsigned char>(text[i++]);
  const unsigned more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : 1;
  std::uint32_t c = lead & (0x3FU >> more);
  for (unsigned n = 0; n < more && i < text.size(); ++n)
    c = (c << 6U) | (static_cast<unsigned char>(text[i++]) & 0x3FU);
  return c;
}

class JsonWriter {
 public:
  JsonWriter(std::string& out, const JsonStyle& style) : out_(out), style_(style) {}

  void write(const Out& value, std::size_t depth) {
    std::visit(base::Overload{[&](Out::Null) { out_ += "null"; }, [&](bool b) { out_ += b ? "true" : "false"; },
                              [&](const Out::Number& number) { out_ += number.text; },
                              [&](const std::string& text) { append_json_string(out_, text, style_.ascii_only); },
                              [&](const Out::Sequence& elements) { sequence(elements, depth); },
                              [&](const Out::Mapping& pairs) { mapping(pairs, depth); }},
               value.storage());
  }

 private:
  void line(std::size_t depth, bool first) {
    if (!first) out_ += ',';
    if (style_.indent > 0) {
      out_ += '\n';
      out_.append(depth * static_cast<std::size_t>(style_.indent), ' ');
    } else if (!first) {
      out_ += ' ';
    }
  }

  void close(std::size_t depth, char bracket) {
    if (style_.indent > 0) line(depth, true);
    out_ += bracket;
  }

  void some(const Out::Sequence& elements, std::size_t begin, std::size_t end, std::size_t depth) {
    for (std::size_t i = begin; i < end; ++i) {
      line(depth + 1, i == 0);
      write(elements[i], depth + 1);
    }
  }

  void halves(const Out::Sequence& elements, std::size_t depth) {
    const std::size_t half = elements.size() / 2;
    std::string rest;
    base::Aside second(true, [&] { JsonWriter(rest, style_).some(elements, half, elements.size(), depth); });
    some(elements, 0, half, depth);
    second.wait();
    out_ += rest;
  }

  void sequence(const Out::Sequence& elements, std::size_t depth) {
    constexpr std::size_t kWorthAThread = 500;
    out_ += '[';
    if (depth <= 1 && elements.size() > kWorthAThread) {
      halves(elements, depth);
    } else {
      some(elements, 0, elements.size(), depth);
    }
    elements.empty() ? void(out_ += ']') : close(depth, ']');
  }

  void mapping(const Out::Mapping& pairs, std::size_t depth) {
    out_ += '{';
    bool first = true;
    for (const auto& [key, value] : pairs) {
      line(depth + 1, first);
      first = false;
      append_json_string(out_, key, style_.ascii_only);
      out_ += ": ";
      write(value, depth + 1);
    }
    pairs.empty() ? void(out_ += '}') : close(depth, '}');
  }

  std::string& out_;
  const JsonStyle& style_;
};

}  // namespace

void append_json_string(std::string& out, std::string_view text, bool ascii_only) {
  out += '"';
  std::size_t done = 0;
  for (std::size_t i = base::plain_end(text, 0); i < text.size(); i = base::plain_end(text, i)) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (!kEscaped[c] && (c < 0x80 || !ascii_only)) {
      ++i;
      continue;
    }
    out.append(text, done, i - done);
    if (c < 0x80) {
      append_escape(out, c);
      ++i;
    } else {
      append_code_point(out, decode(text, i));
    }
    done = i;
  }
  out.append(text, done);
  out += '"';
}

std::size_t one_line_size(std::string_view json) {
  std::size_t size = 0;
  for (std::size_t at = 0; at < json.size();) {
    const std::size_t end = std::min(json.find('\n', at), json.size());
    const std::size_t text = std::min(json.find_first_not_of(' ', at), end);
    size += end - text;
    const bool more = end > text && json[end - 1] == ',';
    const bool last = end < json.size() && end + 1 == json.size();
    if (more || last) ++size;  // a space behind the comma, the line break at the end
    at = end + 1;
  }
  return size;
}

std::string write_json(const Out& value, const JsonStyle& style) {
  std::string out;
  JsonWriter(out, style).write(value, 0);
  out += '\n';
  return out;
}

}  // namespace gatec::doc
