#pragma once

#include "compiler/doc/value.h"

#include <cstddef>

namespace gatec::doc {

/// About how many bytes a tree is when written, for reserving them.
[[nodiscard]] std::size_t written_size(const Out& value, std::size_t indent, std::size_t depth = 0);

}  // namespace gatec::doc
