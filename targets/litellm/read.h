#pragma once

#include "targets/dialect.h"

#include <span>

namespace gatec::targets::litellm {

/// config.yaml in one or several files, with whatever of the management API's objects stands beside it.
void read_litellm(std::span<const Input> inputs, ReadContext& context, ir::Gateway& gateway);

}  // namespace gatec::targets::litellm
