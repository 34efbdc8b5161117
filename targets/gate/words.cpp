#include "targets/gate/words.h"

#include "compiler/syntax/format.h"

#include <charconv>

namespace gatec::targets::gate {
namespace {

constexpr std::array<std::string_view, 6> kUnits = {"", "minute", "hour", "day", "week", "month"};
constexpr std::array<std::int64_t, 6> kSeconds = {0, 60, 3600, 86400, 604800, 0};

std::optional<std::int64_t> whole(std::string_view text) {
  const auto d = base::Decimal::parse(text);
  return d ? d->as_int64() : std::nullopt;
}

}  // namespace

std::string word(std::string_view name) {
  std::string text(name);
  for (char& c : text) {
    if (c == '-') c = '_';
  }
  return text;
}

std::string identifier(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool letter = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (letter)
      out += c;
    else if (c >= 'A' && c <= 'Z')
      out += static_cast<char>(c - 'A' + 'a');
    else if (!out.empty() && out.back() != '_')
      out += '_';
  }
  while (!out.empty() && out.back() == '_') out.pop_back();
  if (out.empty() || (out[0] >= '0' && out[0] <= '9')) out = "p_" + out;
  return syntax::quoted_name(out) == out ? out : out + "_";
}

std::string_view counted_word(ir::Counted counts) {
  switch (counts) {
    case ir::Counted::Requests: return "requests";
    case ir::Counted::Tokens: return "tokens";
    case ir::Counted::InputTokens: return "input_tokens";
    case ir::Counted::OutputTokens: return "output_tokens";
    case ir::Counted::Concurrent: return "concurrent";
    case ir::Counted::Usd: return "usd";
  }
  return "";
}

std::string window_text(const ir::Window& w) {
  const auto seconds = [&](std::string_view kind) { return std::string(kind) + " " + std::to_string(w.seconds); };
  switch (w.kind) {
    case ir::WindowKind::Fixed: return seconds("fixed");
    case ir::WindowKind::Sliding: return seconds("sliding");
    case ir::WindowKind::Rolling: return seconds("rolling");
    case ir::WindowKind::Bucket: return seconds("bucket");
    case ir::WindowKind::Lifetime: return "lifetime";
    case ir::WindowKind::Invalid: return "invalid " + w.text;
    case ir::WindowKind::Calendar: break;
  }
  return "calendar " +
         std::string(w.unit == ir::CalendarUnit::None ? "none" : kUnits[static_cast<std::size_t>(w.unit)]) + " " +
         std::to_string(w.count);
}

std::optional<ir::Window> parse_window(std::string_view text) {
  ir::Window w;
  if (text == "lifetime") {
    w.kind = ir::WindowKind::Lifetime;
    return w;
  }
  const std::size_t blank = text.find(' ');
  if (blank == std::string_view::npos) return std::nullopt;
  const std::string_view kind = text.substr(0, blank);
  std::string_view rest = text.substr(blank + 1);
  if (kind == "invalid") {
    w.kind = ir::WindowKind::Invalid;
    w.text = rest;
    return w;
  }
  if (kind == "calendar") {
    w.kind = ir::WindowKind::Calendar;
    const std::size_t second = rest.find(' ');
    const auto count = second == std::string_view::npos ? std::nullopt : whole(rest.substr(second + 1));
    if (!count || *count < 0) return std::nullopt;
    w.count = *count;
    const std::string_view unit = rest.substr(0, second);
    if (unit == "none") return w;
    for (std::size_t i = 1; i < kUnits.size(); ++i) {
      if (kUnits[i] != unit) continue;
      w.unit = static_cast<ir::CalendarUnit>(i);
      w.seconds = kSeconds[i] > 0 && w.count < 1'000'000 ? kSeconds[i] * w.count : 0;
      return w;
    }
    return std::nullopt;
  }
  const auto seconds = whole(rest);
  if (!seconds || *seconds < 0) return std::nullopt;
  w.seconds = *seconds;
  w.kind = kind == "fixed"     ? ir::WindowKind::Fixed
           : kind == "sliding" ? ir::WindowKind::Sliding
           : kind == "rolling" ? ir::WindowKind::Rolling
                               : ir::WindowKind::Bucket;
  return w;
}

}  // namespace gatec::targets::gate
