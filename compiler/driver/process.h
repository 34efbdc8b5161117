#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace gatec::driver {

/// Runs a program of the PATH with `input` on its stdin and appends what it prints to `output`; what it says on stderr
/// is dropped. 0, or an errno: ENOENT when there is no such program or it ends in anything but 0, EFBIG beyond `limit`.
[[nodiscard]] int run_program(std::vector<std::string> words, std::string_view input, std::uint64_t limit,
                              std::string& output);

}  // namespace gatec::driver
