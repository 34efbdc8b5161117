#pragma once

#include "compiler/ir/routing.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace gatec::routing {

/// What a request says beside its model.
struct Facts {
  /// By section: "metadata", "params", "headers", "url"; each a mapping. Names of headers are in lower case.
  std::vector<std::pair<std::string, ir::Value>> sections;
  std::vector<std::string> tags;

  /// "metadata.plan"; null where the request does not say it.
  [[nodiscard]] const ir::Value* find(std::string_view subject) const;
};

/// Whether a condition holds. What the request does not say equals nothing, so `ne` and `nin` hold of it. Equal values
/// are of one type; `gt`, `gte`, `lt` and `lte` compare what reads as a number, a text or not.
[[nodiscard]] bool holds(const ir::Condition& condition, const Facts& facts);

}  // namespace gatec::routing
