#pragma once

#include "compiler/doc/node.h"

namespace gatec::targets::litellm {

/// 0 = surely no config.yaml of LiteLLM, 100 = surely one, or a part of one.
[[nodiscard]] int detect_config(const doc::Node& root);

}  // namespace gatec::targets::litellm
