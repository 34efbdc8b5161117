#pragma once

#include <algorithm>
#include <cstddef>
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

  template <class T>
  T* make() {
    return new (allocate(sizeof(T), alignof(T))) T();
  }

  template <class T>
  T* array(std::size_t count) {
    static_assert(std::is_trivially_destructible_v<T>);
    T* const first = static_cast<T*>(allocate(sizeof(T) * count, alignof(T)));
    std::uninitialized_value_construct_n(first, count);
    return first;
  }

  std::string_view copy(std::string_view text) {
    if (text.empty()) return {};
    char* const to = static_cast<char*>(allocate(text.size(), 1));
    std::memcpy(to, text.data(), text.size());
    return {to, text.size()};
  }

 private:
  static constexpr std::size_t kMinBlock = 1024;
  static constexpr std::size_t kMaxBlock = std::size_t{1} << 20U;

  void* allocate(std::size_t size, std::size_t alignment) {
    const std::size_t padding = (alignment - reinterpret_cast<std::uintptr_t>(next_) % alignment) % alignment;
    if (size + padding > static_cast<std::size_t>(end_ - next_)) {
      grow(size);
      return allocate(size, alignment);
    }
    char* const at = next_ + padding;
    next_ = at + size;
    return at;
  }

  void grow(std::size_t size) {
    const std::size_t block = std::max(next_block_, size + alignof(std::max_align_t));
    blocks_.push_back(std::make_unique_for_overwrite<char[]>(block));
    next_ = blocks_.back().get();
    end_ = next_ + block;
    next_block_ = std::min(next_block_ * 2, kMaxBlock);
  }

  std::vector<std::unique_ptr<char[]>> blocks_;
  char* next_ = nullptr;
  char* end_ = nullptr;
  std::size_t next_block_;
};

}  // namespace gatec::doc
