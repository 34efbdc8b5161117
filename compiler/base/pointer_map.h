#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gatec::base {

/// Numbers by address, in one flat table: for tables that are asked for every value of a config.
class PointerMap {
 public:
  static constexpr std::uint32_t kNone = UINT32_MAX;

  [[nodiscard]] std::uint32_t find(const void* key) const {
    if (slots_.empty()) return kNone;
    for (std::size_t at = start(key);; at = (at + 1) & mask()) {
      if (slots_[at].key == key) return slots_[at].number;
      if (slots_[at].key == nullptr) return kNone;
    }
  }
  [[nodiscard]] bool contains(const void* key) const { return find(key) != kNone; }
  /// False when the key has a number already, which then stays. No key is null.
  bool insert(const void* key, std::uint32_t number = 0) {
    if (2 * (size_ + 1) > slots_.size()) grow();
    std::size_t at = start(key);
    for (; slots_[at].key != nullptr; at = (at + 1) & mask()) {
      if (slots_[at].key == key) return false;
    }
    slots_[at] = {key, number};
    ++size_;
    return true;
  }
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  struct Slot {
    const void* key = nullptr;
    std::uint32_t number = kNone;
  };
  [[nodiscard]] std::size_t mask() const { return slots_.size() - 1; }
  [[nodiscard]] std::size_t start(const void* key) const {
    const std::uint64_t mixed = std::uint64_t{reinterpret_cast<std::uintptr_t>(key)} * 0x9E3779B97F4A7C15ULL;
    return static_cast<std::size_t>(mixed >> 20U) & mask();
  }
  void grow() {
    std::vector<Slot> old(slots_.empty() ? 64 : 2 * slots_.size());
    old.swap(slots_);
    size_ = 0;
    for (const Slot& slot : old) {
      if (slot.key != nullptr) insert(slot.key, slot.number);
    }
  }

  std::vector<Slot> slots_;
  std::size_t size_ = 0;
};

}  // namespace gatec::base
