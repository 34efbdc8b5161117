#include "targets/portkey/portkey.h"

namespace gatec::targets::portkey {
void check(std::span<const Input>, const ir::Gateway&, ReadContext&, std::string_view) {}
}  // namespace gatec::targets::portkey
