#pragma once

#include "compiler/diagnostics/diagnostic.h"

#include <string>
#include <string_view>
#include <vector>

namespace gatec::driver {

/// A file's text with the edits of fixes made in place. A fix is made whole or, where it overlaps one before it, not at
/// all.
struct Fixed {
  std::string text;
  std::size_t made = 0;  // fixes
};
[[nodiscard]] Fixed apply_fixes(const source::SourceManager& sources, source::FileId file,
                                const std::vector<const diagnostics::Fix*>& fixes);

/// The changed lines as a unified diff with three lines around them; empty when nothing changed.
[[nodiscard]] std::string unified_diff(std::string_view name, std::string_view before, std::string_view after);

}  // namespace gatec::driver
