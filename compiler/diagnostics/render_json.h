#pragma once

#include "compiler/base/json_writer.h"
#include "compiler/diagnostics/diagnostic.h"

#include <span>
#include <string>

namespace gatec::diagnostics {

/// A diagnostic and the texts that its spans point into.
struct Finding {
  const Diagnostic* diagnostic = nullptr;
  const source::SourceManager* sources = nullptr;
};

/// Appends `"diagnostics": [...]` to an open object.
void write_diagnostics(base::JsonWriter& json, std::span<const Finding> findings);

}  // namespace gatec::diagnostics
