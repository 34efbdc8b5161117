#pragma once

#include "compiler/ir/gateway.h"

#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace gatec::passes {

/// Whether text matches a pattern with `*` for any characters. Anchored at the start; at the end only if `whole`.
[[nodiscard]] bool matches_pattern(std::string_view pattern, std::string_view text, bool whole);

/// Who answers to a name. Built once for a gateway; views into it.
class RouteIndex {
 public:
  explicit RouteIndex(const ir::Gateway& gateway);
  enum class Kind { None, Alias, Route, Pattern, DeploymentId };
  struct Found {
    Kind kind = Kind::None;
    const ir::Route* route = nullptr;  // of an alias: what it leads to, null when that is nothing
    const ir::Alias* alias = nullptr;
  };
  /// Aliases first, one step; then exact names, patterns (the longer first), deployment ids.
  [[nodiscard]] Found find(std::string_view name) const;
  [[nodiscard]] const ir::Route* exact(std::string_view name) const;
  /// All names that a request may carry, for did-you-mean.
  [[nodiscard]] std::vector<std::string_view> names() const;

 private:
  [[nodiscard]] Found without_alias(std::string_view name) const;

  std::unordered_map<std::string_view, const ir::Route*> exact_;
  std::unordered_map<std::string_view, const ir::Alias*> aliases_;
  std::vector<const ir::Route*> patterns_;
  std::unordered_map<std::string_view, bool> ids_;
};

}  // namespace gatec::passes
