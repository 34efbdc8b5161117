#pragma once

#include "compiler/diagnostics/render_json.h"
#include "compiler/diagnostics/render_mask.h"

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

namespace gatec::driver {

struct LintFigures {
  std::size_t files = 0, passed_over = 0, errors = 0, warnings = 0, infos = 0, accepted = 0, fixable = 0, fixed = 0;
};

/// All that a run of `lint` shows, in order.
struct LintOutcome {
  std::vector<diagnostics::Finding> findings;
  std::vector<std::size_t> owners;  // beside findings: number of the mask
  std::vector<std::function<diagnostics::Mask()>> masks;
  std::vector<std::string> files;
  LintFigures figures;
};

/// `format` is text, json, sarif, github or junit.
[[nodiscard]] std::string render_lint(const LintOutcome& outcome, const std::string& format, bool colour);
/// How often each code was found, the most frequent first, as text or JSON.
[[nodiscard]] std::string render_statistics(const LintOutcome& outcome, const std::string& format);
/// One line for people.
[[nodiscard]] std::string lint_summary(const LintFigures& figures, bool only_shown);

}  // namespace gatec::driver
