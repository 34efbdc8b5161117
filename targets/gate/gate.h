#pragma once

#include "targets/dialect.h"

namespace gatec::targets::gate {

void read_gate(std::span<const Input> inputs, ReadContext& context, ir::Gateway& gateway);
[[nodiscard]] std::vector<Artifact> write_gate(const ir::Gateway& gateway, WriteContext& context);

}  // namespace gatec::targets::gate
