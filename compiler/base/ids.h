#pragma once

#include <compare>
#include <cstdint>
#include <functional>

namespace gatec::base {

/// A typed index into a table. The default value refers to nothing.
template <class Tag>
struct Id {
  std::uint32_t value = UINT32_MAX;

  [[nodiscard]] constexpr bool valid() const { return value != UINT32_MAX; }
  friend constexpr auto operator<=>(Id, Id) = default;
};

}  // namespace gatec::base

template <class Tag>
struct std::hash<gatec::base::Id<Tag>> {
  std::size_t operator()(gatec::base::Id<Tag> id) const noexcept { return std::hash<std::uint32_t>{}(id.value); }
};
