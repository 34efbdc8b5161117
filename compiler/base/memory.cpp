#include "compiler/base/memory.h"

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__)
#include <malloc.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#endif

namespace gatec::base {

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__)

void expect_input(std::size_t bytes) {
  constexpr std::size_t kSmall = 128 * 1024;
  constexpr std::size_t kPerByte = 64;  // of memory for a byte of input, both sides of a compile together
  constexpr std::size_t kMost = std::size_t{512} << 20;
  constexpr std::uintptr_t kHugePage = std::uintptr_t{2} << 20;
  static bool done = false;
  if (done || bytes < kSmall) return;
  done = true;
  const std::size_t reserve = std::min(bytes * kPerByte, kMost);
  mallopt(M_TOP_PAD, static_cast<int>(reserve));
  mallopt(M_TRIM_THRESHOLD, static_cast<int>(kMost));
  mallopt(M_MMAP_THRESHOLD, static_cast<int>(kMost / 16));
  const auto begin = reinterpret_cast<std::uintptr_t>(sbrk(0));
  void* volatile grow = std::malloc(kSmall * 8);  // volatile: else the pair is optimised away
  std::free(grow);
  const auto end = reinterpret_cast<std::uintptr_t>(sbrk(0));
  const std::uintptr_t aligned = (begin + kHugePage - 1) / kHugePage * kHugePage;
  // Refused where there are no huge pages: then nothing is won and nothing lost.
  if (aligned + kHugePage <= end) static_cast<void>(madvise(reinterpret_cast<void*>(aligned), end - aligned, MADV_HUGEPAGE));
}

#else

void expect_input(std::size_t) {}

#endif

}  // namespace gatec::base
