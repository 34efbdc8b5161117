#pragma once

#include "compiler/base/decimal.h"
#include "compiler/ir/origin.h"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gatec::ir {

using base::Decimal;

enum class Counted : std::uint8_t { Requests, Tokens, InputTokens, OutputTokens, Concurrent, Usd };
inline constexpr std::array kCounted = {Counted::Requests,     Counted::Tokens,     Counted::InputTokens,
                                        Counted::OutputTokens, Counted::Concurrent, Counted::Usd};
/// "requests", "tokens", "input_tokens", "output_tokens", "concurrent", "usd".
[[nodiscard]] std::string_view counted_name(Counted counts);

/// How the counter of a limit or budget starts anew.
enum class WindowKind : std::uint8_t {
  Fixed,     // fixed windows of `seconds`, started by the first request or the clock
  Sliding,   // the last `seconds` at every moment
  Rolling,   // `seconds` from the first spend, then anew
  Calendar,  // at midnight, week or month starts (`unit`, every `count`)
  Bucket,    // tokens refill at amount / seconds, `burst` at most
  Lifetime,  // never
  Invalid,   // the gateway cannot read what is written there
};
enum class CalendarUnit : std::uint8_t { None, Minute, Hour, Day, Week, Month };

struct Window {
  WindowKind kind = WindowKind::Fixed;
  CalendarUnit unit = CalendarUnit::None;  // Calendar only
  std::int64_t count = 0;                  // Calendar: every so many units
  std::int64_t seconds = 0;  // Fixed, Sliding, Rolling, Bucket; of Calendar the nominal length, 0 for months
  std::string text;          // as the source writes it ("30d"), for the same dialect's writer
};
/// By meaning: the text does not count.
[[nodiscard]] bool same_meaning(const Window& a, const Window& b);
/// "60s", "30d", "calendar month", "lifetime".
[[nodiscard]] std::string window_name(const Window& window);

/// What a limit or budget is counted over and for which part of the traffic.
struct Scope {
  Field<std::string> model;     // name as requested
  Field<std::string> provider;  // provider kind or name
  Field<std::string> tag;
  List<std::string> per;  // one counter for each distinct tuple of these ("key", "user", "metadata.team")
};

struct Limit {
  Counted counts = Counted::Requests;
  Field<Decimal> amount;  // in the unit of `counts`, per window; concurrency has no window
  Field<Window> window;
  Field<Decimal> burst;
  Scope scope;
  Field<bool> hint;              // given and true: steers routing, rejects nothing
  Field<std::string> guarantee;  // LiteLLM's rpm_limit_type and the like
};

struct Budget {
  Counted counts = Counted::Usd;  // or Tokens, Requests
  Field<Decimal> amount;
  Field<Window> window;
  Field<Decimal> soft;  // warns, never blocks
  Scope scope;
  Field<std::string> id;  // of a reusable budget row
};

}  // namespace gatec::ir
