#include "targets/worldflow/worldflow.h"

namespace gatec::targets::worldflow {

void check(std::span<const Input>, const ir::Gateway&, ReadContext&) {}

}  // namespace gatec::targets::worldflow
