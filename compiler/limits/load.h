#pragma once

#include "compiler/limits/effective.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace gatec::limits {

/// So many requests (tokens, dollars, calls at once), spread evenly over a span that begins with counters at nothing.
struct Load {
  ir::Counted counts = ir::Counted::Requests;
  Decimal amount;
  std::optional<std::int64_t> seconds;  // nothing: all of it at once, within the window of every counter
};

/// After how much of a load a counter refuses the next request; nothing where it takes all of it. Of requests and calls
/// at once the load itself may be refused; of tokens and money the request that follows, from the amount on, or beyond
/// it where the gateway blocks by `>`. Calendar months count as their longest.
[[nodiscard]] std::optional<Decimal> refused_after(const Cap& cap, std::string_view blocks, const Load& load);

/// The counter that is the first to refuse a load, and after how much.
struct Refusal {
  EffectiveCap level;  // by what it counts and its window
  Link by;
  Decimal after;
};
/// Hints refuse nothing. Of counters that refuse after as much, the one that stands later in its chain.
[[nodiscard]] std::optional<Refusal> first_refusal(const std::vector<EffectiveCap>& caps, const Load& load);

}  // namespace gatec::limits
