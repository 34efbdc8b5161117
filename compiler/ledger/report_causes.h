#pragma once

#include "compiler/ledger/report.h"

#include <cstdint>
#include <string_view>
#include <vector>

namespace gatec::ledger {

/// Entries that share fate, code and reason. Texts reach into the report.
struct Cause {
  Fate fate = Fate::Open;
  std::string_view code, reason;
  std::int64_t count = 0;
  const Entry* first = nullptr;
};
/// Manual before approximated before skipped, then the most frequent, then by place.
[[nodiscard]] std::vector<Cause> causes(const Report& report);

/// Things that a person must do, each once, by the first place in the source that needs it.
struct Task {
  std::string_view text;
  std::int64_t count = 0;
  const Entry* first = nullptr;
};
[[nodiscard]] std::vector<Task> tasks(const Report& report);

/// "litellm@1.83".
[[nodiscard]] std::string side(const std::string& dialect, const std::string& version);
/// "12.5 %" of all leaves.
[[nodiscard]] std::string share(const Report& report, std::int64_t part);
/// "config.yaml:12:7".
[[nodiscard]] std::string place(const Entry& entry);

/// That the sidecar was used, and where not. For reports with `restored`.
[[nodiscard]] std::string restored_text(const Report& report);

}  // namespace gatec::ledger
