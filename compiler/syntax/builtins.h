#pragma once

#include <array>
#include <string_view>

namespace gatec::syntax {

/// The functions of the language, in the order of their table.
inline constexpr std::array<std::string_view, 46> kBuiltins = {
    "env",     "secret",  "template", "placeholder", "literal",  "timestamp",   "number",    "unknown",
    "fixed",   "sliding", "rolling",  "bucket",      "calendar", "invalid",     "min",       "max",
    "floor",   "ceil",    "len",      "keys",        "values",   "range",       "upper",     "lower",
    "replace", "split",   "join",     "flatten",     "contains", "starts_with", "ends_with", "lookup",
    "text",    "file",    "eq",       "ne",          "gt",       "gte",         "lt",        "lte",
    "one_of",  "none_of", "matches",  "all",         "any",      "always"};

}  // namespace gatec::syntax
