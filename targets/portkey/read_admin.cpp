#include "targets/portkey/reader.h"

namespace gatec::targets::portkey {

void Reader::read_admin(const Node& node, Object object) {
  settle(node, ir::Fate::Skipped, DiagId::UnknownObject, "todo");
  static_cast<void>(object);
}
void Reader::resolve_providers() {}

}  // namespace gatec::targets::portkey
