#include "targets/worldflow/writer.h"

namespace gatec::targets::worldflow {

void Writer::add_people() {
  for (const ir::Principal& p : gateway_.principals) {
    if (!same()) lose(&p, {ir::Fate::Manual, DiagId::DroppedPrincipal, "not written", "", "set it up by hand"});
  }
}

}  // namespace gatec::targets::worldflow
