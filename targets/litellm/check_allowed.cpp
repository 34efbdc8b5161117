#include "targets/litellm/checker.h"

#include <algorithm>
#include <unordered_set>

namespace gatec::targets::litellm {

/// Lists of models that keys, teams and users may use hold names of models and of access groups, letter by letter.
void Checker::allowed_models() {
  if (gateway_.routes.empty()) return;
  std::unordered_set<std::string_view> groups;
  for (const ir::Deployment& d : gateway_.deployments) {
    for (const auto& group : d.access_groups.items) groups.insert(*group);
  }
  for (const ir::Principal& p : gateway_.principals) {
    if (p.kind != ir::PrincipalKind::AccessGroup) continue;
    if (p.id.given()) groups.insert(*p.id);
    if (p.alias.given()) groups.insert(*p.alias);
  }
  for (const ir::Principal& p : gateway_.principals) {
    for (const auto& model : p.models.items) {
      if (!model.given() || !model.written()) continue;
      const std::string& name = *model;
      // `all-proxy-models` and its kin, patterns, and names with a provider's place in them are no plain names.
      const bool special = name.empty() || name.starts_with("all-") || name.starts_with("no-default") ||
                           name.find_first_of("*/") != std::string::npos;
      const bool own =
          std::any_of(p.aliases.begin(), p.aliases.end(), [&](const ir::Alias& a) { return a.name == name; });
      if (special || own || groups.contains(name) || is_requested(name)) continue;
      auto told = report(DiagId::AllowedUnknown, span_of(model.from),
                         "no model, alias or access group is called `" + name + "`");
      if (const auto near = nearest_model(name)) told.note("did you mean `" + std::string(*near) + "`?");
    }
  }
}

}  // namespace gatec::targets::litellm
