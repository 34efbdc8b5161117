#include "targets/litellm/durations.h"

#include <algorithm>
#include <array>

namespace gatec::targets::litellm {
namespace {

constexpr std::int64_t kMinute = 60, kHour = 3600, kDay = 86400, kWeek = 604800;
constexpr std::int64_t kLargest = 1'000'000'000'000;  // beyond it a duration is nonsense

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }

bool means_none(std::string_view text) { return text.empty() || text == "none" || text == "null"; }

struct NumberAndRest {
  std::int64_t number = 0;
  std::string_view rest;
};

/// `\d+` at the start.
std::optional<NumberAndRest> leading_number(std::string_view text) {
  std::size_t end = 0;
  std::int64_t number = 0;
  while (end < text.size() && is_digit(text[end])) {
    number = std::min(number * 10 + (text[end] - '0'), kLargest);
    ++end;
  }
  if (end == 0) return std::nullopt;
  return NumberAndRest{number, text.substr(end)};
}

/// The letters after the number, which R takes as a whole.
std::string_view letters(std::string_view rest) {
  return rest.substr(0, std::find_if_not(rest.begin(), rest.end(), is_lower) - rest.begin());
}

std::int64_t unit_seconds(char unit) {
  switch (unit) {
    case 's': return 1;
    case 'm': return kMinute;
    case 'h': return kHour;
    case 'd': return kDay;
    case 'w': return kWeek;
    default: return 0;
  }
}

/// Days of the longest span of so many months; a span with a 29 February in it is no longer than these by more than a
/// day.
std::int64_t longest_days(std::int64_t months) {
  constexpr std::array<int, 12> kDays = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  std::int64_t longest = 0;
  for (std::int64_t start = 0; start < 12; ++start) {
    std::int64_t days = 0;
    bool february = false;
    for (std::int64_t i = 0; i < months % 12; ++i) {
      const auto month = static_cast<std::size_t>((start + i) % 12);
      days += kDays[month];
      february = february || month == 1;
    }
    longest = std::max(longest, days + (february ? 1 : 0));
  }
  const std::int64_t years = months / 12;
  return longest + years * 365 + (years + 3) / 4;
}

ir::Window calendar(ir::CalendarUnit unit, std::int64_t count) {
  ir::Window window;
  window.kind = ir::WindowKind::Calendar;
  window.unit = unit;
  window.count = count;
  switch (unit) {
    case ir::CalendarUnit::None:
    case ir::CalendarUnit::Month: break;
    case ir::CalendarUnit::Minute: window.seconds = count * kMinute; break;
    case ir::CalendarUnit::Hour: window.seconds = count * kHour; break;
    case ir::CalendarUnit::Day: window.seconds = count * kDay; break;
    case ir::CalendarUnit::Week: window.seconds = count * kWeek; break;
  }
  return window;
}

ir::Window invalid() {
  ir::Window window;
  window.kind = ir::WindowKind::Invalid;
  return window;
}

ir::Window midnight() { return calendar(ir::CalendarUnit::Day, 1); }

ir::Window days(std::int64_t n) {
  if (n == 7) return calendar(ir::CalendarUnit::Week, 1);
  if (n == 30) return calendar(ir::CalendarUnit::Month, 1);
  return calendar(ir::CalendarUnit::Day, n);
}

/// From hour x on: 24 hours and more mean tomorrow at x modulo 24, so that no reset is more than 47 hours away.
ir::Window whole_hours(std::int64_t n) {
  const std::int64_t reachable = n < 24 ? n : 24 + n % 24;
  return reachable == 24 ? midnight() : calendar(ir::CalendarUnit::Hour, reachable);
}

/// Above 24 hours the next multiple of N is N itself, whatever the hour: tomorrow at N modulo 24, every day.
ir::Window hours(std::int64_t n) { return n >= 24 ? midnight() : calendar(ir::CalendarUnit::Hour, n); }

/// From 60 minutes on only the whole hours of N count: the minute of the hour is N modulo 60 each time.
ir::Window minutes(std::int64_t n) { return n < 60 ? calendar(ir::CalendarUnit::Minute, n) : whole_hours(n / 60); }

ir::Window seconds(std::int64_t n) {
  if (n < 60) return calendar(ir::CalendarUnit::Minute, 1);
  const std::int64_t whole = n / 60;
  if (whole % 60 == 0) return whole_hours(whole / 60);
  return whole < 24 * 60 ? calendar(ir::CalendarUnit::Minute, whole) : whole_hours(whole / 60);
}

ir::Window reset_of(std::int64_t n, std::string_view unit) {
  if (unit == "mo") return n == 1 ? calendar(ir::CalendarUnit::Month, 1) : invalid();
  if (unit.size() != 1 || unit_seconds(unit[0]) == 0) return midnight();
  if (n == 0) return invalid();
  switch (unit[0]) {
    case 'd': return days(n);
    case 'w': return days(7 * n);
    case 'h': return hours(n);
    case 'm': return minutes(n);
    default: return seconds(n);
  }
}

ir::Window lifetime(std::string_view text) {
  ir::Window window;
  window.kind = ir::WindowKind::Lifetime;
  window.text = std::string(text);
  return window;
}

std::string with_unit(std::int64_t n, std::string_view unit) { return std::to_string(n).append(unit); }

std::optional<std::string> plainest_reset(const ir::Window& window) {
  switch (window.unit) {
    case ir::CalendarUnit::Minute: return with_unit(window.count, "m");
    case ir::CalendarUnit::Hour: return with_unit(window.count, "h");
    case ir::CalendarUnit::Day: return with_unit(window.count, "d");
    case ir::CalendarUnit::Week: return with_unit(7 * window.count, "d");
    case ir::CalendarUnit::Month: return with_unit(window.count, "mo");
    case ir::CalendarUnit::None: break;
  }
  return std::nullopt;
}

std::string plainest_length(std::int64_t length) {
  for (const auto& [unit, size] : {std::pair{"d", kDay}, std::pair{"h", kHour}, std::pair{"m", kMinute}}) {
    if (length % size == 0) return with_unit(length / size, unit);
  }
  return with_unit(length, "s");
}

}  // namespace

std::int64_t LengthResult::longest_seconds() const { return months > 0 ? longest_days(months) * kDay : seconds; }

std::optional<LengthResult> length(std::string_view text) {
  LengthResult result;
  if (means_none(text)) {
    result.none = true;
    return result;
  }
  const auto number = leading_number(text);
  if (!number || number->rest.empty()) return std::nullopt;
  if (number->rest.starts_with("mo")) {
    result.months = number->number;
    return result;
  }
  const std::int64_t unit = unit_seconds(number->rest.front());
  if (unit == 0) return std::nullopt;
  result.seconds = number->number * unit;
  return result;
}

ir::Window reset_window(std::string_view text) {
  if (means_none(text)) return lifetime(text);
  const auto number = leading_number(text);
  const std::string_view unit = number ? letters(number->rest) : std::string_view{};
  ir::Window window = unit.empty() ? midnight() : reset_of(number->number, unit);
  window.text = std::string(text);
  return window;
}

ir::Window rolling_window(std::string_view text) {
  const auto span = length(text);
  if (span && span->none) return lifetime(text);
  ir::Window window = invalid();
  window.text = std::string(text);
  if (!span || span->longest_seconds() == 0) return window;
  window.kind = ir::WindowKind::Rolling;
  window.seconds = span->longest_seconds();
  if (span->months > 0) {
    window.unit = ir::CalendarUnit::Month;
    window.count = span->months;
  }
  return window;
}

std::optional<std::string> reset_text(const ir::Window& window) {
  if (!window.text.empty() && same_meaning(reset_window(window.text), window)) return window.text;
  if (window.kind != ir::WindowKind::Calendar) return std::nullopt;
  auto text = plainest_reset(window);
  if (text && !same_meaning(reset_window(*text), window)) return std::nullopt;
  return text;
}

std::optional<std::string> rolling_text(const ir::Window& window) {
  if (!window.text.empty() && same_meaning(rolling_window(window.text), window)) return window.text;
  if (window.kind != ir::WindowKind::Rolling || window.seconds <= 0) return std::nullopt;
  return plainest_length(window.seconds);
}

bool periods_are_even(const ir::Window& window) {
  if (window.kind != ir::WindowKind::Calendar || window.count <= 0) return true;
  if (window.unit == ir::CalendarUnit::Hour) return 24 % window.count == 0;
  return window.unit != ir::CalendarUnit::Minute || window.count >= 60 || 60 % window.count == 0;
}

bool ambiguous_duration(std::string_view text) {
  const auto span = length(text);
  const ir::Window window = reset_window(text);
  if (!span || span->none || window.kind != ir::WindowKind::Calendar) return false;
  if (span->months > 0) return window.unit != ir::CalendarUnit::Month;
  if (!periods_are_even(window)) return true;
  // A calendar month is what people mean by thirty days, so it is as good as equal.
  const std::int64_t reset = window.unit == ir::CalendarUnit::Month ? 30 * kDay : window.seconds;
  return std::abs(reset - span->seconds) * 100 > span->seconds;
}

std::optional<std::string> intended_duration(std::string_view text) {
  struct Word {
    std::string_view word, unit;
  };
  constexpr std::array<Word, 9> kPeriods = {{{"hourly", "1h"},
                                             {"daily", "1d"},
                                             {"day", "1d"},
                                             {"weekly", "7d"},
                                             {"week", "7d"},
                                             {"monthly", "1mo"},
                                             {"month", "1mo"},
                                             {"hour", "1h"},
                                             {"minutely", "1m"}}};
  constexpr std::array<Word, 22> kUnits = {
      {{"s", "s"},    {"sec", "s"},    {"secs", "s"},    {"second", "s"}, {"seconds", "s"}, {"min", "m"},
       {"mins", "m"}, {"minute", "m"}, {"minutes", "m"}, {"h", "h"},      {"hr", "h"},      {"hrs", "h"},
       {"hour", "h"}, {"hours", "h"},  {"d", "d"},       {"day", "d"},    {"days", "d"},    {"w", "w"},
       {"week", "w"}, {"weeks", "w"},  {"month", "mo"},  {"months", "mo"}}};
  std::string lower;
  for (char c : text) {
    if (c != ' ' && c != '_' && c != '-') lower += static_cast<char>(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
  }
  for (const Word& p : kPeriods) {
    if (lower == p.word) return std::string(p.unit);
  }
  const auto number = leading_number(lower);
  if (!number) return std::nullopt;
  for (const Word& u : kUnits) {
    if (number->rest == u.word) return with_unit(number->number, u.unit);
  }
  return std::nullopt;
}

}  // namespace gatec::targets::litellm
