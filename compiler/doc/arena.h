#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <new>
#include <string_view>
#include <type_traits>
#include <vector>

namespace gatec::doc {

/// Bump allocator: nothing moves and nothing is freed before all is.
class Arena {
 public:
  explicit Arena(std::size_t first_block) : next_block_(std::clamp(first_block, kMinBlock, kMaxBlock)) {}

  ~Arena();
  Arena(const Arena&) = delete;
  Arena& operator=(const Arena&) = delete;

  template <class T>
  T* make() {
    static_assert(alignof(T) <= kAlignment);
    return new (allocate(sizeof(T))) T();
  }

  template <class T>
  T* array(std::size_t count) {
    static_assert(alignof(T) <= kAlignment && std::is_trivially_destructible_v<T>);
    T* const first = static_cast<T*>(allocate(sizeof(T) * count));
    std::uninitialized_value_construct_n(first, count);
    return first;
  }

  std::string_view copy(std::string_view text) {
    if (text.empty()) return {};
    char* const to = static_cast<char*>(allocate(text.size()));
    std::memcpy(to, text.data(), text.size());
    return {to, text.size()};
  }

 private:
  static constexpr std::size_t kAlignment = 8;
  static constexpr std::size_t kMinBlock = 1024;
  static constexpr std::size_t kMaxBlock = std::size_t{2} << 20U;

  void* allocate(std::size_t size) {
    size = (size + kAlignment - 1) & ~(kAlignment - 1);
    if (size > static_cast<std::size_t>(end_ - next_)) grow(size);
    char* const at = next_;
    next_ += size;
    return at;
  }

  void grow(std::size_t size);

  /// A stretch of memory from malloc, or, where `mapped` is its size, from the system.
  struct Block {
    char* memory = nullptr;
    std::size_t mapped = 0;
  };
  static Block allocate_block(std::size_t& size);

  std::vector<Block> blocks_;
  char* next_ = nullptr;
  char* end_ = nullptr;
  std::size_t next_block_;
};

}  // namespace gatec::doc
