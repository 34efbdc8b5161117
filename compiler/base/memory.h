#pragma once

#include <cstddef>

namespace gatec::base {

/// Tells the heap that inputs of this many bytes are about to be read. For large ones it grows in one step and in huge
/// pages where the system has them: else a good third of the run is spent on page faults. Small blocks come from lists
/// of our own, which never ask another thread. No effect elsewhere than on glibc, nor under sanitizers.
void expect_input(std::size_t bytes);

/// Tells the heap that many inputs are about to be read one after the other: what one gives back is kept for the next.
void expect_many_inputs();

/// Stands at the beginning of a thread that works for a while: it takes up the lists that an earlier one left behind.
class ThreadHeap {
 public:
  ThreadHeap();
  ThreadHeap(const ThreadHeap&) = delete;
  ThreadHeap& operator=(const ThreadHeap&) = delete;
  ~ThreadHeap();
};

}  // namespace gatec::base
