#pragma once

#include "compiler/doc/arena.h"
#include "compiler/doc/node.h"

#include <bit>
#include <cstdint>
#include <functional>
#include <span>
#include <string_view>

namespace gatec::doc {

/// Mappings of more keys than this one have an index.
inline constexpr std::size_t kLinearKeys = 8;

/// Open addressing over the scalar keys of a list of entries that the owner keeps.
struct KeyIndex {
  std::uint32_t mask = 0;
  std::uint32_t* slots = nullptr;  // one more than the entry's position; 0 is free

  static KeyIndex* make(Arena& arena, std::size_t entries) {
    auto* const index = arena.make<KeyIndex>();
    const auto size = static_cast<std::uint32_t>(std::bit_ceil(entries * 2));
    index->mask = size - 1;
    index->slots = arena.array<std::uint32_t>(size);
    return index;
  }

  /// The slot that holds the key, or the free one where it belongs.
  [[nodiscard]] std::uint32_t& slot(std::span<const Entry> entries, std::string_view key) const {
    auto at = static_cast<std::uint32_t>(std::hash<std::string_view>{}(key)) & mask;
    while (slots[at] != 0 && entries[slots[at] - 1].key->text() != key) at = (at + 1) & mask;
    return slots[at];
  }
};

}  // namespace gatec::doc
