#pragma once

#include <cstddef>

namespace gatec::base {

/// Tells the allocator that inputs of this many bytes are about to be read. For large ones the heap grows in one step and in huge
/// pages where the system has them: else a good third of the run is spent on page faults. No effect elsewhere than on glibc.
void expect_input(std::size_t bytes);

}  // namespace gatec::base
