#pragma once

#include "compiler/diagnostics/diagnostic.h"

#include <string_view>

namespace gatec::doc {

/// What a YAML parser refuses, with places in bytes.
struct YamlProblem {
  std::string_view problem;
  std::string_view context;  // what it was reading; may be empty
  std::uint32_t at = 0;
  std::uint32_t context_at = 0;
};

/// GW0102 in our own words, at the place where the text is wrong.
diagnostics::Reported report_libyaml_problem(diagnostics::Sink& sink, source::FileId file, std::string_view text,
                                             const YamlProblem& problem);

}  // namespace gatec::doc
