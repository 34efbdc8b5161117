#include "targets/llmgateway/llmgateway.h"
#include "targets/llmgateway/objects.h"

namespace gatec::targets::llmgateway {

void check(std::span<const Input>, const ir::Gateway&, ReadContext&) {}

}  // namespace gatec::targets::llmgateway
