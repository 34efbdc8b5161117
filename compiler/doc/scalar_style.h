#pragma once

#include <string_view>

namespace gatec::doc {

/// Whether a text is read back exactly from a literal block (`|`, with the mark that its last line breaks need).
[[nodiscard]] bool literal_is_safe(std::string_view text);

}  // namespace gatec::doc
