#pragma once

#include <span>
#include <string_view>
#include <vector>

#include "targets/dialect.h"

namespace gatec::targets::portkey {

inline constexpr std::string_view kHosted = "portkey";
inline constexpr std::string_view kOss = "portkey-oss";

[[nodiscard]] int detect(const doc::Document& document);
[[nodiscard]] std::vector<Artifact> write_oss(const ir::Gateway& gateway, WriteContext& context);
[[nodiscard]] std::vector<Artifact> write_hosted(const ir::Gateway& gateway, WriteContext& context);
void check(std::span<const Input> inputs, const ir::Gateway& gateway, ReadContext& context, std::string_view dialect);

}  // namespace gatec::targets::portkey
