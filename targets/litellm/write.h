#pragma once

#include "targets/dialect.h"

#include <vector>

namespace gatec::targets::litellm {

/// config.yaml, and what belongs into the database as bodies of the management API.
[[nodiscard]] std::vector<Artifact> write_litellm(const ir::Gateway& gateway, WriteContext& context);

}  // namespace gatec::targets::litellm
