#pragma once

#include "targets/dialect.h"

#include <span>

namespace gatec::targets::litellm {

/// Findings about LiteLLM's own habits that the documents alone can show (docs/dialects/litellm.md §17).
void check_litellm(std::span<const Input> inputs, const ir::Gateway& gateway, ReadContext& context);

}  // namespace gatec::targets::litellm
