#include "compiler/limits/load.h"

namespace gatec::limits {
namespace {

bool counts_whole(ir::Counted counts) { return counts == ir::Counted::Requests || counts == ir::Counted::Concurrent; }

/// The fewest whole units at which a bucket has nothing left: ⌈…⌉ by halving, as the quotient may have no end.
std::optional<Decimal> emptied_after(const Cap& cap, std::int64_t length, const Load& load) {
  const std::optional<std::int64_t> most = load.amount.ceil();
  if (!most || *most < 1) return std::nullopt;
  const bool whole = counts_whole(load.counts);
  // after n of them, (n − 1) of all steps have passed: n × length × all against burst × length × all + amount × span ×
  // (n − 1); of what is counted afterwards n of them
  const auto fits = [&](std::int64_t n) {
    const Decimal scale = Decimal(length).times(Decimal(*most)).value_or(Decimal(0));
    const auto used = scale.times(Decimal(n));
    const auto held = scale.times(cap.burst);
    const auto refilled = cap.amount.times(Decimal(load.seconds.value_or(0)));
    const auto gained = refilled ? refilled->times(Decimal(whole ? n - 1 : n)) : std::nullopt;
    const auto all = held && gained ? held->plus(*gained) : std::nullopt;
    if (!used || !all) return true;
    return whole ? *used <= *all : *used < *all;
  };
  if (fits(*most)) return fits(1) ? std::nullopt : std::optional(Decimal(0));
  std::int64_t good = 0;
  std::int64_t bad = *most;
  while (bad - good > 1) {
    const std::int64_t middle = good + (bad - good) / 2;
    (fits(middle) ? good : bad) = middle;
  }
  return Decimal(whole ? good : bad);
}

}  // namespace

std::optional<Decimal> refused_after(const Cap& cap, std::string_view blocks, const Load& load) {
  if (cap.counts != load.counts) return std::nullopt;
  const bool whole = counts_whole(load.counts);
  const auto length = load.counts == ir::Counted::Concurrent ? std::nullopt : length_of(cap.window);
  if (length && cap.window.kind == ir::WindowKind::Bucket) return emptied_after(cap, length->longest, load);
  // the part of the load that falls into one window: all of it, or its share of the span
  const bool parts = length && load.seconds && *load.seconds > length->longest;
  const auto used = parts ? load.amount.times(Decimal(length->longest)) : std::optional(load.amount);
  const auto allowed = parts ? cap.amount.times(Decimal(*load.seconds)) : std::optional(cap.amount);
  if (!used || !allowed) return std::nullopt;
  const bool refused = whole || blocks == ">" ? *used > *allowed : *used >= *allowed;
  return refused ? std::optional(cap.amount) : std::nullopt;
}

std::optional<Refusal> first_refusal(const std::vector<EffectiveCap>& caps, const Load& load) {
  std::optional<Refusal> first;
  for (const EffectiveCap& cap : caps) {
    if (cap.hint) continue;
    for (const Link& link : cap.chain) {
      const auto after = link.cap ? refused_after(*link.cap, link.blocks, load) : std::nullopt;
      if (after && (!first || *after <= first->after)) first = Refusal{cap, link, *after};
    }
  }
  return first;
}

}  // namespace gatec::limits
