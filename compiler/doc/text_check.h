#pragma once

#include "compiler/base/expected.h"
#include "compiler/diagnostics/diagnostic.h"
#include "compiler/doc/node.h"

#include <cstdint>

namespace gatec::doc {

struct TextFacts {
  bool ascii = true;
  std::uint32_t begin = 0;  // behind the byte-order mark
};

/// Whether the input is UTF-8 text of a readable size without characters that the format forbids; else GW0107 or
/// GW0108.
[[nodiscard]] base::Expected<TextFacts, diagnostics::Reported> check_text(const source::SourceManager& sources,
                                                                          source::FileId file, diagnostics::Sink& sink,
                                                                          Format format);

}  // namespace gatec::doc
