#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace gatec::base {

/// Numbers by address, in one flat table: for tables that are asked for every value of a config. Neighbours in memory
/// are neighbours in the table, as values are mostly asked for in the order they stand.
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
    constexpr unsigned kStride = 4;  // no two values begin within so many bits of an address
    constexpr unsigned kNear = 5;    // bits of the slot that tell neighbours apart
    const std::uint64_t address = reinterpret_cast<std::uintptr_t>(key);
    const std::uint64_t mixed = (address >> (kStride + kNear)) * 0x9E3779B97F4A7C15ULL;
    const std::uint64_t near = (address >> kStride) & ((1U << kNear) - 1);
    return static_cast<std::size_t>((mixed >> 20U) << kNear | near) & mask();
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
