#include "compiler/diagnostics/render_text.h"

#include <algorithm>

namespace gatec::diagnostics {
namespace {

constexpr std::size_t kTab = 4;
constexpr std::size_t kWidth = 100;    // columns of source shown
constexpr std::uint32_t kReach = 400;  // bytes looked at on either side of a span's begin
constexpr std::string_view kUnknown = "\xEF\xBF\xBD";

struct Paint {
  bool on;
  [[nodiscard]] std::string_view severity(Severity s) const {
    switch (s) {
      case Severity::Error: return on ? "\x1b[1;31m" : "";
      case Severity::Warning: return on ? "\x1b[1;33m" : "";
      case Severity::Info: return on ? "\x1b[1;36m" : "";
    }
    return "";
  }
  [[nodiscard]] std::string_view bold() const { return on ? "\x1b[1m" : ""; }
  [[nodiscard]] std::string_view frame() const { return on ? "\x1b[1;34m" : ""; }
  [[nodiscard]] std::string_view off() const { return on ? "\x1b[0m" : ""; }
};

bool is_control(char c) { return static_cast<unsigned char>(c) < 0x20U || c == 0x7F; }
bool is_continuation(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

/// A part of one source line as it is shown: one cell a column.
struct Excerpt {
  std::vector<std::string> cells;
  std::size_t caret = 0;
  std::size_t caret_end = 0;
  bool cut_before = false;
  bool cut_after = false;
};

struct Range {
  std::uint32_t begin;
  std::uint32_t end;
};

/// The bytes of the line around the span, at most kReach to either side, whole characters only.
Range window(std::string_view text, Range line, Range span) {
  Range w = {std::max(line.begin, span.begin - std::min(span.begin, kReach)), std::min(line.end, span.begin + kReach)};
  while (w.begin > line.begin && is_continuation(text[w.begin])) --w.begin;
  while (w.end < line.end && is_continuation(text[w.end])) ++w.end;
  return w;
}

std::string cell_of(std::string_view text, std::uint32_t at, std::uint32_t end, std::uint32_t& next) {
  next = at + 1;
  if (is_control(text[at])) return std::string(kUnknown);
  if (static_cast<unsigned char>(text[at]) < 0x80U) return std::string(1, text[at]);
  while (next < end && is_continuation(text[next]) && next - at < 4) ++next;
  return next - at > 1 && !is_continuation(text[at]) ? std::string(text.substr(at, next - at)) : std::string(kUnknown);
}

void append_cells(Excerpt& e, std::string_view text, std::uint32_t at, std::uint32_t end, std::uint32_t& next) {
  if (text[at] != '\t') {
    e.cells.push_back(cell_of(text, at, end, next));
    return;
  }
  next = at + 1;
  do e.cells.emplace_back(" ");
  while (e.cells.size() % kTab != 0);
}

Excerpt excerpt(const Mask& mask, source::FileId file, Range line, Range span) {
  const std::string_view text = mask.sources().text(file);
  const Range w = window(text, line, span);
  const Mask::Ranges hidden = mask.hidden(file, w.begin, w.end);
  Excerpt e;
  e.cut_before = w.begin > line.begin;
  e.cut_after = w.end < line.end;
  auto secret = hidden.begin();
  bool caret_set = false;
  for (std::uint32_t at = w.begin; at < w.end;) {
    const std::size_t column = e.cells.size();
    std::uint32_t next = at;
    if (secret != hidden.end() && at >= secret->first) {
      for (std::size_t i = 0; i < 4; ++i) e.cells.emplace_back(kMasked.substr(i * 3, 3));
      next = secret->second;
      ++secret;
    } else {
      append_cells(e, text, at, w.end, next);
    }
    if (!caret_set && next > span.begin) {
      e.caret = column;
      caret_set = true;
    }
    if (at < span.end) e.caret_end = e.cells.size();
    at = std::max(next, at + 1);
  }
  if (!caret_set) e.caret = e.cells.size();
  e.caret_end = std::max(e.caret_end, e.caret + 1);
  return e;
}

/// Leaves at most kWidth columns, the caret among them.
void cut(Excerpt& e) {
  if (e.cells.size() <= kWidth) return;
  const std::size_t first = e.caret < kWidth / 2 ? 0 : std::min(e.caret - kWidth / 3, e.cells.size() - kWidth);
  e.cut_after = e.cut_after || first + kWidth < e.cells.size();
  e.cells.erase(e.cells.begin() + static_cast<std::ptrdiff_t>(std::min(first + kWidth, e.cells.size())), e.cells.end());
  e.cells.erase(e.cells.begin(), e.cells.begin() + static_cast<std::ptrdiff_t>(first));
  e.cut_before = e.cut_before || first > 0;
  e.caret -= first;
  e.caret_end = std::min(e.caret_end - first, e.cells.size());
}

class TextRenderer {
 public:
  TextRenderer(std::string& out, const Mask& mask, bool colour)
      : out_(out), mask_(mask), sources_(mask.sources()), paint_{colour} {}

  void render(const Diagnostic& d) {
    head(d);
    gutter_ = gutter_width(d);
    if (d.span.valid()) {
      place("-->", d.span);
      snippet(d.span, '^', {}, paint_.severity(d.severity));
      for (const Label& label : d.labels) {
        if (label.span.valid() && label.span.file != d.span.file) place(":::", label.span);
        if (label.span.valid()) snippet(label.span, '-', label.text, paint_.frame());
      }
    }
    for (const std::string& note : d.notes) remark("note", note);
    if (d.fix) remark("help", d.fix->title + (d.fix->safety == FixSafety::Safe ? " (`gatec lint --fix` does it)" : ""));
  }

 private:
  void head(const Diagnostic& d) {
    (out_ += paint_.severity(d.severity)) += severity_name(d.severity);
    ((out_ += '[') += info(d.id).code) += ']';
    ((out_ += paint_.off()) += paint_.bold()) += ": ";
    (out_ += printable(d.message)) += paint_.off();
    out_ += '\n';
  }

  [[nodiscard]] std::size_t gutter_width(const Diagnostic& d) const {
    std::uint32_t last = d.span.valid() ? sources_.position(d.span.file, d.span.begin).line : 1;
    for (const Label& label : d.labels) {
      if (label.span.valid()) last = std::max(last, sources_.position(label.span.file, label.span.begin).line);
    }
    return std::to_string(last).size();
  }

  void gutter(std::string_view number) {
    out_ += paint_.frame();
    out_.append(gutter_ - number.size(), ' ');
    ((out_ += number) += " |") += paint_.off();
  }

  void place(std::string_view arrow, source::Span span) {
    const source::Position at = sources_.position(span.file, span.begin);
    out_.append(gutter_, ' ');
    (((out_ += paint_.frame()) += arrow) += paint_.off()) += ' ';
    (out_ += printable(sources_.name(span.file))) += ':';
    ((out_ += std::to_string(at.line)) += ':') += std::to_string(at.column);
    out_ += '\n';
    gutter("");
    out_ += '\n';
  }

  void snippet(source::Span span, char mark, std::string_view text, std::string_view colour) {
    const std::uint32_t number = sources_.position(span.file, span.begin).line;
    const std::uint32_t begin = sources_.line_begin(span.file, number);
    const auto length = static_cast<std::uint32_t>(sources_.line(span.file, number).size());
    Excerpt e = excerpt(mask_, span.file, {begin, begin + length}, {span.begin, std::min(span.end, begin + length)});
    cut(e);
    gutter(std::to_string(number));
    const std::size_t line_start = out_.size();
    out_ += ' ';
    if (e.cut_before) out_ += "…";
    for (const std::string& cell : e.cells) out_ += cell;
    while (out_.size() > line_start && out_.back() == ' ') out_.pop_back();
    if (e.cut_after) out_ += "…";
    out_ += '\n';
    gutter("");
    out_.append(1 + e.caret + (e.cut_before ? 1 : 0), ' ');
    out_ += colour;
    out_.append(std::max<std::size_t>(1, e.caret_end - std::min(e.caret, e.caret_end)), mark);
    if (!text.empty()) (out_ += ' ') += printable(text);
    (out_ += paint_.off()) += '\n';
  }

  void remark(std::string_view kind, std::string_view text) {
    out_.append(gutter_, ' ');
    ((out_ += paint_.frame()) += " = ") += paint_.off();
    (((out_ += paint_.bold()) += kind) += paint_.off()) += ": ";
    const std::string shown = printable(text);
    for (const char c : shown) {
      out_ += c;
      if (c == '\n') out_.append(gutter_ + 3, ' ');
    }
    out_ += '\n';
  }

  std::string& out_;
  const Mask& mask_;
  const source::SourceManager& sources_;
  Paint paint_;
  std::size_t gutter_ = 1;
};

}  // namespace

void render_text(std::string& out, const Diagnostic& diagnostic, const Mask& mask, bool colour) {
  TextRenderer(out, mask, colour).render(diagnostic);
}

std::string printable(std::string_view text) {
  static constexpr char kDigits[] = "0123456789abcdef";
  std::string shown;
  shown.reserve(text.size());
  for (const char c : text) {
    if (!is_control(c) || c == '\n') {
      shown += c;
      continue;
    }
    shown += "\\x";
    shown += kDigits[static_cast<unsigned char>(c) >> 4U];
    shown += kDigits[static_cast<unsigned char>(c) & 15U];
  }
  return shown;
}

}  // namespace gatec::diagnostics
