#pragma once

#include "compiler/ir/routing.h"

#include <string>

namespace gatec::ir {

/// "metadata.plan = 'paid", one text for one meaning; a quote stands before a string, so that 1 and "1" differ.
[[nodiscard]] std::string show(const Condition& condition);

}  // namespace gatec::ir
