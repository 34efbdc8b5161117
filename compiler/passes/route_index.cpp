#include "compiler/passes/route_index.h"

#include <algorithm>

namespace gatec::passes {

bool matches_pattern(std::string_view pattern, std::string_view text, bool whole) {
  std::size_t star = std::string_view::npos;
  std::size_t retry = 0;
  std::size_t p = 0;
  std::size_t t = 0;
  while (true) {
    if (p == pattern.size() && (!whole || t == text.size())) return true;
    if (p < pattern.size() && pattern[p] == '*') {
      star = p++;
      retry = t;
    } else if (p < pattern.size() && t < text.size() && pattern[p] == text[t]) {
      ++p;
      ++t;
    } else if (star != std::string_view::npos && retry < text.size()) {
      p = star + 1;
      t = ++retry;
    } else {
      return false;
    }
  }
}

RouteIndex::RouteIndex(const ir::Gateway& gateway) {
  for (const ir::Route& r : gateway.routes) {
    if (r.kind == ir::RouteKind::Name) {
      exact_.emplace(*r.name, &r);
    } else {
      patterns_.push_back(&r);
    }
  }
  std::stable_sort(patterns_.begin(), patterns_.end(),
                   [](const ir::Route* a, const ir::Route* b) { return a->name->size() > b->name->size(); });
  for (const ir::Alias& a : gateway.aliases) aliases_.emplace(a.name, &a);
  for (const ir::Deployment& d : gateway.deployments) {
    if (d.id.given()) ids_.emplace(*d.id, true);
  }
}

RouteIndex::Found RouteIndex::find(std::string_view name) const {
  if (const auto alias = aliases_.find(name); alias != aliases_.end()) {
    Found found = without_alias(alias->second->target.value);
    found.kind = Kind::Alias;
    found.alias = alias->second;
    return found;
  }
  return without_alias(name);
}

RouteIndex::Found RouteIndex::without_alias(std::string_view name) const {
  if (const ir::Route* r = exact(name)) return {Kind::Route, r, nullptr};
  for (const ir::Route* r : patterns_) {
    if (*r->name == name || matches_pattern(*r->name, name, false)) return {Kind::Pattern, r, nullptr};
  }
  if (ids_.contains(name)) return {Kind::DeploymentId, nullptr, nullptr};
  return {};
}

const ir::Route* RouteIndex::exact(std::string_view name) const {
  const auto found = exact_.find(name);
  return found == exact_.end() ? nullptr : found->second;
}

std::vector<std::string_view> RouteIndex::names() const {
  std::vector<std::string_view> all;
  for (const auto& [name, route] : exact_) all.push_back(name);
  for (const auto& [name, alias] : aliases_) all.push_back(name);
  for (const ir::Route* r : patterns_) all.push_back(*r->name);
  std::sort(all.begin(), all.end());
  return all;
}

}  // namespace gatec::passes
