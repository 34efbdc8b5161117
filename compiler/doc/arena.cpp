#include "compiler/doc/arena.h"

#include <cstdint>
#include <cstdlib>

#ifdef __linux__
#include <sys/mman.h>
#endif

namespace gatec::doc {
namespace {

#ifdef __linux__

constexpr std::size_t kHugePage = std::size_t{2} << 20U;

/// Memory that is touched for the first time, page by page, costs as much as filling it; huge pages save most of that.
char* map_huge(std::size_t size) {
  void* const mapped = mmap(nullptr, size + kHugePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) return nullptr;
  char* const begin = static_cast<char*>(mapped);
  const std::size_t before = (kHugePage - reinterpret_cast<std::uintptr_t>(begin) % kHugePage) % kHugePage;
  if (before != 0) munmap(begin, before);
  munmap(begin + before + size, kHugePage - before);
  madvise(begin + before, size, MADV_HUGEPAGE);
  return begin + before;
}

#endif

}  // namespace

Arena::~Arena() {
  for (const Block& block : blocks_) {
#ifdef __linux__
    if (block.mapped != 0) {
      munmap(block.memory, block.mapped);
      continue;
    }
#endif
    std::free(block.memory);
  }
}

Arena::Block Arena::allocate_block(std::size_t& size) {
#ifdef __linux__
  if (size >= kHugePage / 2) {
    size = (size + kHugePage - 1) / kHugePage * kHugePage;
    if (char* const memory = map_huge(size)) return {memory, size};
  }
#endif
  return {static_cast<char*>(std::malloc(size)), 0};
}

void Arena::grow(std::size_t size) {
  std::size_t bytes = std::max(next_block_, size);
  const Block block = allocate_block(bytes);
  if (block.memory == nullptr) throw std::bad_alloc();
  blocks_.push_back(block);
  next_ = block.memory;
  end_ = next_ + bytes;
  next_block_ = std::min(next_block_ * 2, kMaxBlock);
}

}  // namespace gatec::doc
