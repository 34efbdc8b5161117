#pragma once

#include "compiler/diagnostics/diagnostic.h"

#include <cstdint>
#include <string_view>

namespace gatec::doc {

/// What the JSON reader stood before when the parser gave up.
enum class JsonState : std::uint8_t {
  Top,          // nothing read yet
  End,          // the one value is complete
  ObjectStart,  // behind `{`
  AfterKey,
  AfterMember,
  ArrayStart,  // behind `[`
  AfterElement,
};

struct JsonProblem {
  JsonState state = JsonState::Top;
  std::uint32_t after = 0;   // end of the last token that was taken in
  std::uint32_t opened = 0;  // the bracket that is open
};

/// GW0103 in our own words: goes on from the last good token and says what is missing or wrong there.
diagnostics::Reported report_json_problem(diagnostics::Sink& sink, source::FileId file, std::string_view text,
                                          const JsonProblem& problem);

}  // namespace gatec::doc
