#include "compiler/doc/arena.h"

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace gatec::doc {
namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20U;

/// Memory that is touched for the first time, page by page, costs as much as filling it; huge pages save most of that.
char* allocate_block(std::size_t& size) {
#ifdef __linux__
  if (size >= kHugePage / 2) {
    size = (size + kHugePage - 1) / kHugePage * kHugePage;
    void* const block = std::aligned_alloc(kHugePage, size);
    if (block != nullptr) madvise(block, size, MADV_HUGEPAGE);
    return static_cast<char*>(block);
  }
#endif
  return static_cast<char*>(std::malloc(size));
}

}  // namespace

void Arena::grow(std::size_t size) {
  std::size_t block = std::max(next_block_, size);
  char* const memory = allocate_block(block);
  if (memory == nullptr) throw std::bad_alloc();
  blocks_.emplace_back(memory);
  next_ = memory;
  end_ = memory + block;
  next_block_ = std::min(next_block_ * 2, kMaxBlock);
}

}  // namespace gatec::doc
