#pragma once

#include "compiler/ir/limits.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace gatec::targets::litellm {

/// What LiteLLM's length parser makes of a duration: key lifetimes, rolling budgets, upper bounds.
struct LengthResult {
  std::int64_t seconds = 0;
  std::int64_t months = 0;  // given instead of seconds
  bool none = false;        // "", "none", "null": as if absent

  /// Longest that it can be: a month has up to 31 days.
  [[nodiscard]] std::int64_t longest_seconds() const;
};

/// Parser L of docs/dialects/litellm.md §10.1. nullopt where LiteLLM raises ValueError.
[[nodiscard]] std::optional<LengthResult> length(std::string_view text);

/// Parser R: when the spend of keys, teams, users, organisations, customers, tags and budget rows starts anew. Lifetime
/// for
/// "", "none" and "null"; Invalid where LiteLLM raises ValueError (`2mo`) or resets without end (`0d`). `text` is kept.
[[nodiscard]] ir::Window reset_window(std::string_view text);
/// Budgets of providers, deployments, router tags and single models: the length counted from the first spend. Months
/// have unit Month and count beside the seconds of the longest such span. Invalid where L raises ValueError.
[[nodiscard]] ir::Window rolling_window(std::string_view text);

/// The text that R, or L, reads as this very window: its own text if it does, else the plainest. nullopt if there is
/// none.
[[nodiscard]] std::optional<std::string> reset_text(const ir::Window& window);
[[nodiscard]] std::optional<std::string> rolling_text(const ir::Window& window);

/// False where a period is cut short each hour or day because it does not divide it (`5h`, `45m`).
[[nodiscard]] bool periods_are_even(const ir::Window& window);
/// Whether both parsers read the text, and what they make of it differs (`1hr`, `1min`, `48h`, `90m`, `5h`).
[[nodiscard]] bool ambiguous_duration(std::string_view text);
/// What a text that R misreads was meant to be (`30 days` → `30d`, `monthly` → `1mo`, `1hr` → `1h`), where that is
/// plain.
[[nodiscard]] std::optional<std::string> intended_duration(std::string_view text);

}  // namespace gatec::targets::litellm
