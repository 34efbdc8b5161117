#pragma once

#include <span>
#include <string_view>

namespace gatec::targets {

/// What a gateway's config can be about. Every dialect that is written states for each of them how it says it
/// (`Dialect::capabilities`); tests/matrix holds it to that.
struct Feature {
  std::string_view name, text;
};
[[nodiscard]] std::span<const Feature> features();

}  // namespace gatec::targets
