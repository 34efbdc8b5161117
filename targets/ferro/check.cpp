#include "targets/ferro/reader.h"

namespace gatec::targets::ferro {

void check(std::span<const Input> inputs, const ir::Gateway& gateway, ReadContext& context) {
  static_cast<void>(inputs);
  static_cast<void>(gateway);
  static_cast<void>(context);
}

}  // namespace gatec::targets::ferro
