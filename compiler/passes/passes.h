#pragma once

#include "compiler/diagnostics/diagnostic.h"
#include "compiler/ir/gateway.h"
#include "compiler/ledger/ledger.h"

#include <functional>
#include <span>
#include <string_view>

namespace gatec::passes {

struct Context {
  diagnostics::Sink& sink;
  ledger::Ledger& ledger;
  std::function<source::Span(ir::LeafId)> span;  // of a source leaf
  bool quiet = false;                            // reading back: tell nothing
};

/// A step that every gateway goes through after reading. Running one twice changes nothing.
struct Pass {
  std::string_view name, summary;
  void (*run)(ir::Gateway& gateway, Context& context);
};
[[nodiscard]] std::span<const Pass> pipeline();

void run(ir::Gateway& gateway, Context& context);

/// `Fallback` in the place of another's primary says no more than one list: A then B, else C is A then B then C. Taken
/// apart only where the inner one has no settings, statuses or name of its own, and both fall back on any failure.
void flatten_fallbacks(ir::Gateway& gateway, Context& context);

/// A gateway whose ids lead outside its tables, or whose plans turn in a circle, is a bug of its reader: stops the
/// program.
void validate(ir::Gateway& gateway, Context& context);

}  // namespace gatec::passes
