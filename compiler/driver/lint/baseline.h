#pragma once

#include "compiler/driver/lint/project.h"

#include <compare>
#include <cstddef>
#include <string>
#include <vector>

namespace gatec::driver {

/// A finding as the baseline keeps it: by its words, so that it is known again when lines move.
struct OldFinding {
  std::string file, code, message;
  std::size_t times = 0;
};

/// The project file's text with an entry of `accept` for each finding, and without the entries `stale`. Comments and
/// all else stay. Throws UsageError when `accept` is not written as a list of lines.
[[nodiscard]] std::string with_baseline(const Project& project, const std::vector<OldFinding>& findings,
                                        const std::vector<const Accepted*>& stale);

}  // namespace gatec::driver
