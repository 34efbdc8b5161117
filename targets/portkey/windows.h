#pragma once

#include "compiler/ir/limits.h"

#include <cstdint>
#include <optional>
#include <string_view>

namespace gatec::targets::portkey {

/// `rpm` … as the fixed window that it counts in (page 3.2).
[[nodiscard]] std::optional<ir::Window> rate_window(std::string_view unit);
/// The unit of a window; empty where there is none.
[[nodiscard]] std::string_view rate_unit(const ir::Window& window);
/// `monthly`, `weekly`.
[[nodiscard]] std::optional<ir::Window> reset_window(std::string_view periodic_reset);
[[nodiscard]] ir::Window days_window(std::int64_t days);
[[nodiscard]] ir::Window lifetime_window();

}  // namespace gatec::targets::portkey
