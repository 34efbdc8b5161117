#include "targets/dialect.h"

namespace gatec::targets {

#define GATEC_DIALECT(folder) std::span<const Dialect> folder##_dialects();
#include "targets/registry.def"
#undef GATEC_DIALECT

std::span<const Dialect* const> dialects() {
  static const std::vector<const Dialect*> all = [] {
    std::vector<const Dialect*> found;
#define GATEC_DIALECT(folder) \
  for (const Dialect& d : folder##_dialects()) found.push_back(&d);
#include "targets/registry.def"
#undef GATEC_DIALECT
    return found;
  }();
  return all;
}

const Dialect* find_dialect(std::string_view name) {
  for (const Dialect* d : dialects()) {
    if (d->name == name) return d;
  }
  return nullptr;
}

}  // namespace gatec::targets
