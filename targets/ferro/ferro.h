#pragma once

#include "targets/dialect.h"

namespace gatec::targets::ferro {

[[nodiscard]] int detect(const doc::Document& document);
/// Who applies limits, and how.
[[nodiscard]] std::span<const ir::Enforcement> enforcement();
void read(std::span<const Input> inputs, ReadContext& context, ir::Gateway& gateway);
[[nodiscard]] std::vector<Artifact> write(const ir::Gateway& gateway, WriteContext& context);
void check(std::span<const Input> inputs, const ir::Gateway& gateway, ReadContext& context);

}  // namespace gatec::targets::ferro
