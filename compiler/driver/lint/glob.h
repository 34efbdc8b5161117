#pragma once

#include <string_view>

namespace gatec::driver {

/// Whether a path (relative, with `/`) is meant by a pattern: `*` and `?` stand for characters of one name, `**` for
/// any folders. A pattern without `/` is one of names, wherever they lie; one that ends in `/` means all below.
[[nodiscard]] bool glob_matches(std::string_view pattern, std::string_view path);
/// Whether the pattern names one path only.
[[nodiscard]] bool is_plain_path(std::string_view pattern);

}  // namespace gatec::driver
