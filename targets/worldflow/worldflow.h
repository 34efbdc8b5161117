#pragma once

#include "targets/dialect.h"

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace gatec::targets::worldflow {

inline constexpr std::string_view kDialect = "worldflow";

/// Who applies limits, and how.
[[nodiscard]] std::span<const ir::Enforcement> enforcement();
[[nodiscard]] int detect(const doc::Document& document);
void read(std::span<const Input> inputs, ReadContext& context, ir::Gateway& gateway);
[[nodiscard]] std::vector<Artifact> write(const ir::Gateway& gateway, WriteContext& context);
void check(std::span<const Input> inputs, const ir::Gateway& gateway, ReadContext& context);

}  // namespace gatec::targets::worldflow
