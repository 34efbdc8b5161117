#pragma once

#include "compiler/driver/session.h"

#include <string>

namespace gatec::driver {

struct DumpSettings {
  bool origins = false;   // each value as {"value", "from", "rule"}
  bool defaults = false;  // values that only a rule filled in too
};

/// The whole IR as JSON, nothing left out; a literal secret is "(secret)".
[[nodiscard]] std::string dump_json(Session& session, const DumpSettings& settings);

}  // namespace gatec::driver
