#include "targets/litellm/durations.h"

#include <catch2/catch.hpp>

namespace gatec::targets::litellm {
namespace {

using ir::CalendarUnit;
using ir::Window;
using ir::WindowKind;

struct Row {
  const char* text;
  CalendarUnit unit;
  std::int64_t count;
};

TEST_CASE("spend is set back at the starts of periods") {
  const auto row = GENERATE(values<Row>({
      {"30d", CalendarUnit::Month, 1},
      {"1mo", CalendarUnit::Month, 1},
      {"7d", CalendarUnit::Week, 1},
      {"1w", CalendarUnit::Week, 1},
      {"1d", CalendarUnit::Day, 1},
      {"24h", CalendarUnit::Day, 1},
      {"31d", CalendarUnit::Day, 31},
      {"60d", CalendarUnit::Day, 60},
      {"90d", CalendarUnit::Day, 90},
      {"2w", CalendarUnit::Day, 14},
      {"1h", CalendarUnit::Hour, 1},
      {"6h", CalendarUnit::Hour, 6},
      {"5h", CalendarUnit::Hour, 5},
      {"30h", CalendarUnit::Day, 1},
      {"36h", CalendarUnit::Day, 1},
      {"48h", CalendarUnit::Day, 1},
      {"72h", CalendarUnit::Day, 1},
      {"30m", CalendarUnit::Minute, 30},
      {"90m", CalendarUnit::Hour, 1},
      {"120m", CalendarUnit::Hour, 2},
      {"60m", CalendarUnit::Hour, 1},
      {"1440m", CalendarUnit::Day, 1},
      {"60s", CalendarUnit::Minute, 1},
      {"30s", CalendarUnit::Minute, 1},
      {"3600s", CalendarUnit::Hour, 1},
      // an unknown unit, or none, is the next midnight
      {"1hr", CalendarUnit::Day, 1},
      {"1day", CalendarUnit::Day, 1},
      {"1week", CalendarUnit::Day, 1},
      {"1month", CalendarUnit::Day, 1},
      {"1min", CalendarUnit::Day, 1},
      {"30 days", CalendarUnit::Day, 1},
      {"30", CalendarUnit::Day, 1},
      {"1y", CalendarUnit::Day, 1},
      {"30D", CalendarUnit::Day, 1},
      {"1.5h", CalendarUnit::Day, 1},
      {"daily", CalendarUnit::Day, 1},
      {"monthly", CalendarUnit::Day, 1},
  }));
  INFO(row.text);
  const Window window = reset_window(row.text);
  CHECK(window.kind == WindowKind::Calendar);
  CHECK(window.unit == row.unit);
  CHECK(window.count == row.count);
  CHECK(window.text == row.text);
}

TEST_CASE("periods that never end, and those that cannot be told") {
  for (const char* text : {"", "none", "null"}) CHECK(reset_window(text).kind == WindowKind::Lifetime);
  for (const char* text : {"2mo", "3mo", "0mo", "0d", "0h", "0w"})
    CHECK(reset_window(text).kind == WindowKind::Invalid);
}

struct Span {
  const char* text;
  std::int64_t seconds, months;
};

TEST_CASE("lengths take the first number and unit and ignore the rest") {
  const auto row = GENERATE(
      values<Span>({{"30d", 2592000, 0}, {"31d", 2678400, 0},  {"7d", 604800, 0}, {"1w", 604800, 0}, {"1d", 86400, 0},
                    {"24h", 86400, 0},   {"1mo", 0, 1},        {"2mo", 0, 2},     {"3mo", 0, 3},     {"1hr", 3600, 0},
                    {"1day", 86400, 0},  {"1week", 604800, 0}, {"1month", 0, 1},  {"1min", 60, 0},   {"5h", 18000, 0},
                    {"30h", 108000, 0},  {"48h", 172800, 0},   {"90m", 5400, 0},  {"120m", 7200, 0}, {"45s", 45, 0},
                    {"0d", 0, 0}}));
  INFO(row.text);
  const auto span = length(row.text);
  REQUIRE(span);
  CHECK_FALSE(span->none);
  CHECK(span->seconds == row.seconds);
  CHECK(span->months == row.months);
}

TEST_CASE("lengths that LiteLLM refuses") {
  for (const char* text : {"30 days", "30", "1y", "30D", "1.5h", "daily", "monthly", "-1", "d30"}) {
    INFO(text);
    CHECK_FALSE(length(text));
    CHECK(rolling_window(text).kind == WindowKind::Invalid);
  }
  for (const char* text : {"", "none", "null"}) {
    REQUIRE(length(text));
    CHECK(length(text)->none);
    CHECK(rolling_window(text).kind == WindowKind::Lifetime);
  }
}

TEST_CASE("rolling months are as long as the longest") {
  CHECK(rolling_window("30d").seconds == 2592000);
  CHECK(rolling_window("1mo").seconds == 31 * 86400);
  CHECK(rolling_window("2mo").seconds == 62 * 86400);
  CHECK(rolling_window("3mo").seconds == 92 * 86400);
  CHECK(rolling_window("12mo").seconds == 366 * 86400);
  CHECK(rolling_window("0d").kind == WindowKind::Invalid);
}

TEST_CASE("a window is written so that it is read as itself") {
  for (const char* text : {"30d", "1mo", "7d", "1w", "1d", "24h", "48h", "31d", "2w", "6h", "90m", "1hr", "30 days"}) {
    INFO(text);
    CHECK(reset_text(reset_window(text)) == std::string(text));
  }
  Window window;
  window.kind = WindowKind::Calendar;
  window.unit = CalendarUnit::Month;
  window.count = 1;
  CHECK(reset_text(window) == std::string("1mo"));
  window.count = 3;
  CHECK_FALSE(reset_text(window));
  window.unit = CalendarUnit::Day;
  window.count = 30;  // 30d would be a calendar month
  CHECK_FALSE(reset_text(window));
  window.count = 45;
  CHECK(reset_text(window) == std::string("45d"));
  window.kind = WindowKind::Rolling;
  window.seconds = 7200;
  CHECK(rolling_text(window) == std::string("2h"));
  CHECK_FALSE(reset_text(window));
}

TEST_CASE("durations that the two parsers take differently") {
  for (const char* text : {"1hr", "1min", "30h", "48h", "5h", "90m", "45m", "1week", "1month"}) {
    INFO(text);
    CHECK(ambiguous_duration(text));
  }
  for (const char* text : {"30d", "1mo", "7d", "1d", "24h", "1day", "6h", "31d", "30 days", "2mo"}) {
    INFO(text);
    CHECK_FALSE(ambiguous_duration(text));
  }
}

TEST_CASE("what a misread duration was meant to be") {
  CHECK(intended_duration("30 days") == std::string("30d"));
  CHECK(intended_duration("1hr") == std::string("1h"));
  CHECK(intended_duration("1min") == std::string("1m"));
  CHECK(intended_duration("monthly") == std::string("1mo"));
  CHECK(intended_duration("30D") == std::string("30d"));
  CHECK_FALSE(intended_duration("30"));
  CHECK_FALSE(intended_duration("1y"));
}

}  // namespace
}  // namespace gatec::targets::litellm
