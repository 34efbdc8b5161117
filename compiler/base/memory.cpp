#include "compiler/base/memory.h"

#if defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(memory_sanitizer) || __has_feature(thread_sanitizer)
#define GATEC_HEAP_OF_LIBC
#endif
#endif
#if !defined(__GLIBC__) || defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define GATEC_HEAP_OF_LIBC
#endif

#if !defined(GATEC_HEAP_OF_LIBC)
#include <malloc.h>
#include <pthread.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <new>
#include <utility>
#endif

namespace gatec::base {

#if !defined(GATEC_HEAP_OF_LIBC)

namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20;

char* first_huge_page(char* begin) {
  return begin + (kHugePage - reinterpret_cast<std::uintptr_t>(begin) % kHugePage) % kHugePage;
}

void back_with_huge_pages(char* begin, char* end) {
  char* const first = first_huge_page(begin);
  // Refused where there are no huge pages: then nothing is won and nothing lost.
  if (first < end && static_cast<std::size_t>(end - first) >= kHugePage)
    static_cast<void>(madvise(first, static_cast<std::size_t>(end - first), MADV_HUGEPAGE));
}

/// Pages are zeroed by another thread, ahead of the one that will fill them. Where there can be none, or the system
/// does not know how, each page comes when it is touched.
void make_pages_aside(char* begin, char* end) {
#if defined(MADV_POPULATE_WRITE)
  struct Range {
    char* begin;
    char* end;
  };
  if (begin >= end) return;
  auto* const range = static_cast<Range*>(std::malloc(sizeof(Range)));
  if (range == nullptr) return;
  *range = {begin, end};
  const auto make = +[](void* given) -> void* {
    const Range pages = *static_cast<Range*>(given);
    std::free(given);
    for (char* at = pages.begin; at < pages.end; at += kHugePage) {
      const auto size = std::min(kHugePage, static_cast<std::size_t>(pages.end - at));
      if (madvise(at, size, MADV_POPULATE_WRITE) != 0) break;
    }
    return nullptr;
  };
  pthread_attr_t attributes;
  pthread_t thread{};
  bool started = false;
  if (pthread_attr_init(&attributes) == 0) {
    pthread_attr_setstacksize(&attributes, std::size_t{64} << 10);
    pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
    started = pthread_create(&thread, &attributes, make, range) == 0;
    pthread_attr_destroy(&attributes);
  }
  if (!started) std::free(range);
#endif
}

/// A compile makes some hundred thousand small blocks and keeps most of them to its end. They are cut from large
/// chunks; given back, a block waits in the list of its size. Each thread has its own lists, and a block may change
/// between them.
class SmallBlocks {
 public:
  [[nodiscard]] void* take(std::size_t bytes) {
    const std::size_t whole = bytes + kHeader;
    if (bytes > kLargest) return take_large(bytes);
    const std::size_t list = whole <= kFine ? (whole + kStep - 1) / kStep : kFine / kStep + (whole + kWide - 1) / kWide;
    if (Free* const free = free_[list]; free != nullptr) {
      free_[list] = free->next;
      return free;
    }
    return cut(list, whole <= kFine ? list * kStep : (list - kFine / kStep) * kWide);
  }

  void give(void* block) {
    const std::uint64_t list = *header_of(block);
    if (list == kLargeMark) {
      std::free(static_cast<char*>(block) - kStep);
      return;
    }
    if (list == kMappedMark) {
      unmap(static_cast<char*>(block));
      return;
    }
    auto* const free = static_cast<Free*>(block);
    free->next = free_[list];
    free_[list] = free;
  }

  /// How large further chunks are; `ahead`: they will be filled soon.
  void expect(std::size_t bytes, bool ahead) {
    next_chunk_ = bytes;
    ahead_ = ahead;
  }

 private:
  struct Free {
    Free* next;
  };
  static constexpr std::size_t kHeader = 8;  // the number of the list, before each block
  static constexpr std::size_t kStep = 16;   // sizes up to kFine
  static constexpr std::size_t kFine = 2048;
  static constexpr std::size_t kWide = 256;  // sizes above
  static constexpr std::size_t kLargest = 32 * 1024 - kHeader;
  static constexpr std::uint64_t kLargeMark = UINT64_MAX;
  static constexpr std::uint64_t kMappedMark = UINT64_MAX - 1;
  static constexpr std::size_t kMapped = 16 * kHugePage;  // blocks from here on have pages of their own
  static constexpr std::size_t kFirstChunk = 96 * 1024;
  static constexpr std::size_t kFurtherChunk = 16 * kHugePage;

  static std::uint64_t* header_of(void* block) {
    return reinterpret_cast<std::uint64_t*>(static_cast<char*>(block) - kHeader);
  }

  /// What stands before a block with pages of its own, its mark last.
  struct Mapping {
    char* begin;
    std::size_t size;
    std::uint64_t unused, mark;
  };

  /// Of huge pages where there are some: zeroing small ones one by one costs more than filling them.
  static void* map(std::size_t bytes) {
    const std::size_t size = bytes + sizeof(Mapping) + kHugePage;
    void* const begin = bytes < SIZE_MAX / 2
                            ? mmap(nullptr, size, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
                            : MAP_FAILED;
    if (begin == MAP_FAILED) throw std::bad_alloc();
    auto* const first = first_huge_page(static_cast<char*>(begin));
    back_with_huge_pages(first, static_cast<char*>(begin) + size);
    new (first) Mapping{static_cast<char*>(begin), size, 0, kMappedMark};
    return first + sizeof(Mapping);
  }

  static void unmap(char* block) {
    const Mapping mapping = *reinterpret_cast<Mapping*>(block - sizeof(Mapping));
    munmap(mapping.begin, mapping.size);
  }

  static void* take_large(std::size_t bytes) {
    if (bytes >= kMapped) return map(bytes);
    char* const begin = bytes < SIZE_MAX - kStep ? static_cast<char*>(std::malloc(bytes + kStep)) : nullptr;
    if (begin == nullptr) throw std::bad_alloc();
    *header_of(begin + kStep) = kLargeMark;
    return begin + kStep;
  }

  void* cut(std::size_t list, std::size_t size) {
    if (static_cast<std::size_t>(end_ - at_) < size) refill();
    char* const block = at_ + kHeader;
    at_ += size;
    *header_of(block) = list;
    return block;
  }

  void refill() {
    char* begin = nullptr;
    if (next_chunk_ == 0) {
      begin = static_cast<char*>(std::malloc(kFirstChunk));
      if (begin == nullptr) throw std::bad_alloc();
      end_ = begin + kFirstChunk;
    } else {
      const std::size_t mapped = next_chunk_ + kHugePage;  // so that a huge page can begin it
      void* const chunk =
          mmap(nullptr, mapped, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
      if (chunk == MAP_FAILED) throw std::bad_alloc();
      begin = first_huge_page(static_cast<char*>(chunk));
      end_ = begin + next_chunk_;
      back_with_huge_pages(begin, end_);
      if (ahead_) make_pages_aside(begin, end_);
      next_chunk_ = std::min(next_chunk_, kFurtherChunk);
    }
    at_ = begin + kHeader;  // so that blocks behind their header are aligned for anything
  }

  char* at_ = nullptr;
  char* end_ = nullptr;
  std::size_t next_chunk_ = 0;
  bool ahead_ = false;
  std::array<Free*, kFine / kStep + (kLargest + kHeader) / kWide + 1> free_{};
};

constinit thread_local SmallBlocks small_blocks;
std::size_t chunk_of_threads = 0;

/// Of threads that ended.
constinit SmallBlocks left_behind;
constinit std::mutex left_behind_mutex;

}  // namespace

ThreadHeap::ThreadHeap() {
  const std::lock_guard lock(left_behind_mutex);
  small_blocks = std::exchange(left_behind, {});
  small_blocks.expect(chunk_of_threads, false);
}

ThreadHeap::~ThreadHeap() {
  const std::lock_guard lock(left_behind_mutex);
  left_behind = std::exchange(small_blocks, {});
}

void expect_input(std::size_t bytes) {
  constexpr std::size_t kSmall = 128 * 1024;
  constexpr std::size_t kSmallPerByte =
      32;  // of memory in small blocks for a byte of input, both sides of a compile together
  constexpr std::size_t kLargePerByte = 32;
  constexpr std::size_t kMost = std::size_t{256} << 20;
  constexpr std::size_t kThreadsPerByte = 8;
  static constinit std::atomic<bool> done = false;
  if (bytes < kSmall || done.exchange(true)) return;
  const auto chunk = [&](std::size_t per_byte) {
    return std::min((bytes * per_byte + kHugePage - 1) / kHugePage * kHugePage, kMost);
  };
  small_blocks.expect(chunk(kSmallPerByte), true);
  chunk_of_threads = chunk(kThreadsPerByte);
  mallopt(M_ARENA_MAX, 1);  // large blocks of all threads come from the same huge pages
  mallopt(M_TOP_PAD, static_cast<int>(std::min(bytes * kLargePerByte, kMost)));
  mallopt(M_TRIM_THRESHOLD, static_cast<int>(kMost));
  mallopt(M_MMAP_THRESHOLD, static_cast<int>(kMost / 8));
  auto* const begin = static_cast<char*>(sbrk(0));
  void* volatile grow = std::malloc(kSmall * 8);  // volatile: else the pair is optimised away
  std::free(grow);
  back_with_huge_pages(begin, static_cast<char*>(sbrk(0)));
  make_pages_aside(first_huge_page(begin), static_cast<char*>(sbrk(0)));
}

void expect_many_inputs() {
  constexpr int kKept = 64 << 20;
  mallopt(M_ARENA_MAX, 1);
  mallopt(M_TOP_PAD, 1 << 20);
  mallopt(M_TRIM_THRESHOLD, kKept);
  mallopt(M_MMAP_THRESHOLD, kKept / 2);
}

#else

void expect_input(std::size_t) {}
void expect_many_inputs() {}
ThreadHeap::ThreadHeap() = default;
ThreadHeap::~ThreadHeap() = default;

#endif

}  // namespace gatec::base

#if !defined(GATEC_HEAP_OF_LIBC)

void* operator new(std::size_t bytes) { return gatec::base::small_blocks.take(bytes); }
void operator delete(void* block) noexcept {
  if (block != nullptr) gatec::base::small_blocks.give(block);
}
void operator delete(void* block, std::size_t) noexcept {
  if (block != nullptr) gatec::base::small_blocks.give(block);
}

#endif
