#include "compiler/doc/text_check.h"

#include <algorithm>
#include <array>
#include <string>

namespace gatec::doc {
namespace {

using diagnostics::DiagId;

constexpr std::string_view kBom = "\xEF\xBB\xBF";

std::string hex(std::uint32_t value, int width) {
  std::string out;
  for (int i = width - 1; i >= 0; --i) out += "0123456789ABCDEF"[(value >> (4U * static_cast<unsigned>(i))) & 15U];
  return out;
}

/// 64 bytes at once, in a form that compilers turn into vector code.
bool is_plain_chunk(const char* at) {
  unsigned odd = 0;
  for (int i = 0; i < 64; ++i) {
    const auto c = static_cast<unsigned char>(at[i]);
    const unsigned blank =
        static_cast<unsigned>(c == '\t') | static_cast<unsigned>(c == '\n') | static_cast<unsigned>(c == '\r');
    odd |= (static_cast<unsigned>(c < 0x20) & (blank ^ 1U)) | static_cast<unsigned>(c >= 0x7F);
  }
  return odd == 0;
}

struct CodePoint {
  std::uint32_t value = 0;
  unsigned length = 0;  // 0 where the bytes are no UTF-8
};

CodePoint decode(std::string_view text) {
  const auto byte = [&](std::size_t i) { return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U; };
  const unsigned lead = byte(0);
  if (lead < 0x80) return {lead, 1};
  const unsigned length = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : 2;
  if (lead < 0xC2 || lead > 0xF4) return {};
  std::uint32_t value = lead & (0xFFU >> (length + 1));
  for (unsigned i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0U) != 0x80U) return {};
    value = (value << 6U) | (byte(i) & 0x3FU);
  }
  constexpr std::array<std::uint32_t, 5> kLeast = {0, 0, 0x80, 0x800, 0x10000};
  if (value < kLeast[length] || value > 0x10FFFF || (value >= 0xD800 && value < 0xE000)) return {};
  return {value, length};
}

bool is_allowed(std::uint32_t c, Format format) {
  if (c < 0x20) return c == '\t' || c == '\n' || c == '\r';
  if (format == Format::Json) return true;
  if (c >= 0x7F && c < 0xA0) return c == 0x85;
  return c != 0xFEFF && c != 0xFFFE && c != 0xFFFF;
}

/// The other encodings of Unicode, by their mark or by the zeros that ASCII characters have in them.
const char* other_encoding(std::string_view text) {
  using namespace std::string_view_literals;
  if (text.starts_with("\xFF\xFE\0\0"sv) || text.starts_with("\0\0\xFE\xFF"sv)) return "UTF-32";
  if (text.starts_with("\xFF\xFE"sv) || text.starts_with("\xFE\xFF"sv)) return "UTF-16";
  if (text.size() < 4 || (text[0] == 0) == (text[1] == 0)) return nullptr;
  return text[2] == 0 && text[3] == 0 ? "UTF-32" : (text[2] == 0) != (text[3] == 0) ? "UTF-16" : nullptr;
}

diagnostics::Reported report_bytes(diagnostics::Sink& sink, source::Span span, std::string_view text,
                                   const CodePoint& found) {
  if (const char* const name = other_encoding(text)) {
    return sink
        .report(DiagId::InvalidUtf8, {span.file, 0, 1},
                std::string("the input is ") + name + " text, and gatec reads UTF-8")
        .note("save the file as UTF-8");
  }
  if (found.length == 0) {
    const auto byte = static_cast<unsigned char>(text[span.begin]);
    return sink.report(DiagId::InvalidUtf8, span, "the byte 0x" + hex(byte, 2) + " is no UTF-8 here")
        .note("save the file as UTF-8; if it is an archive or a program, it is the wrong file");
  }
  auto told = sink.report(DiagId::InvalidUtf8, span,
                          "the control character U+" + hex(found.value, 4) + " is not allowed in a config");
  if (text.find('\0') != std::string_view::npos) told.note("the input looks like an archive or a program");
  return told;
}

}  // namespace

base::Expected<TextFacts, diagnostics::Reported> check_text(const source::SourceManager& sources, source::FileId file,
                                                            diagnostics::Sink& sink, Format format) {
  const std::string_view text = sources.text(file);
  if (text.size() > source::kMaxBytes) {
    return sink
        .report(DiagId::TooLarge, {file, 0, 0},
                "the input has " + std::to_string(text.size()) + " bytes, and gatec reads up to 64 MB")
        .told();
  }
  TextFacts facts;
  if (text.starts_with(kBom)) facts.begin = static_cast<std::uint32_t>(kBom.size());
  for (std::size_t i = facts.begin; i < text.size();) {
    if (i + 64 <= text.size() && is_plain_chunk(text.data() + i)) {
      i += 64;
      continue;
    }
    for (const std::size_t stop = std::min(i + 64, text.size()); i < stop;) {
      const CodePoint found = decode(text.substr(i, 4));
      if (found.length == 0 || !is_allowed(found.value, format)) {
        const auto begin = static_cast<std::uint32_t>(i);
        return report_bytes(sink, {file, begin, begin + std::max(1U, found.length)}, text, found);
      }
      facts.ascii = facts.ascii && found.length == 1;
      i += found.length;
    }
  }
  return facts;
}

}  // namespace gatec::doc
