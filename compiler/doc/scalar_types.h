#pragma once

#include "compiler/doc/node.h"

#include <optional>
#include <string>
#include <string_view>

namespace gatec::doc {

inline constexpr std::string_view kCoreTagPrefix = "tag:yaml.org,2002:";

/// Type of a scalar with an explicit tag; what safe_load knows no constructor for is a string.
[[nodiscard]] Type resolve_tagged(std::string_view tag);

/// The constructors of PyYAML, with the value as plain decimal text. nullopt where they raise, and for inf and nan.
/// Numbers of JSON are a subset of what these take.
[[nodiscard]] std::optional<bool> bool_value(std::string_view text);
[[nodiscard]] std::optional<std::string> int_value(std::string_view text);
/// Digits without a sign or a leading zero, few enough for 64 bits: an int that says its value as it stands.
[[nodiscard]] bool is_plain_integer(std::string_view text);
[[nodiscard]] std::optional<std::string> float_value(std::string_view text);

}  // namespace gatec::doc
