#include "compiler/ir/resolved.h"
#include "compiler/ir/walk.h"
#include "targets/toy/toy.h"

#include <algorithm>

namespace gatec::targets::toy {
namespace {

using diagnostics::DiagId;
using doc::Out;
using ir::Fate;

ledger::Loss no_place() {
  return {Fate::Skipped, DiagId::NotExpressible, "the toy gateway has no place for it", "", ""};
}
ledger::Loss left_out() {
  return {Fate::Manual, DiagId::ToyOneModel, "the toy gateway serves a name by one model", "",
          "keep another gateway for this route"};
}

/// Whatever is not found again has had no place: the proof asks only for what differs.
void lose_everything(const ir::Gateway& gateway, WriteContext& context) {
  ir::walk(gateway, [&](const auto& value) { context.ledger.lose(&value, no_place()); });
  const auto each = [&](const auto& list) {
    for (const auto& entity : list) context.ledger.lose(&entity, no_place());
  };
  each(gateway.aliases);
  each(gateway.default_fallbacks);
  each(gateway.orphan_fallbacks);
  each(gateway.principals);
  each(gateway.guardrails);
  each(gateway.observers);
  each(gateway.environment);
  each(gateway.budgets);
  each(gateway.limits);
  each(gateway.credential_sets);
  each(gateway.principal_defaults);
  context.ledger.lose(&gateway.cache, no_place());
}

const ir::Deployment* only_one(const ir::Gateway& gateway, const ir::Route& route) {
  const auto* use = std::get_if<ir::Use>(&gateway.at(route.plan).what);
  return use != nullptr && route.kind == ir::RouteKind::Name ? &gateway.at(use->deployment) : nullptr;
}

}  // namespace

std::vector<Artifact> write(const ir::Gateway& gateway, WriteContext& context) {
  if (!context.same_dialect) {
    lose_everything(gateway, context);
    context.ledger.admit_added("extras[", "a mark of the format");
  }
  Out models = Out::mapping();
  for (const ir::Route& route : gateway.routes) {
    const ir::Deployment* deployment = only_one(gateway, route);
    if (deployment == nullptr) {
      context.ledger.lose(&route, left_out());
      continue;
    }
    const ir::Provider& provider = gateway.at(deployment->provider);
    const ir::ResolvedProvider r = ir::resolved(gateway, provider);
    Out model = Out::mapping();
    if (r.kind->given()) model.add("provider", **r.kind);
    if (deployment->upstream_model.given()) model.add("model", *deployment->upstream_model);
    if (r.api_key->given()) model.add("key", spell_credential(**r.api_key, r.api_key, "KEY", context, "$", ""));
    if (r.base_url->given()) model.add("url", **r.base_url);
    for (const ir::Extra& extra : deployment->extras) {
      if (extra.dialect == kName)
        model.add(extra.key, to_out(
                                 extra.value, [](const auto&, const void*, std::string_view) { return std::string(); },
                                 extra.key, true));
    }
    models.add(*route.name, std::move(model));
  }
  Out root = Out::mapping();
  root.add("toy", Out::integer(1));
  root.add("models", std::move(models));
  return {{"toy.yaml", doc::write_yaml(root), Role::Config, false, {}}};
}

}  // namespace gatec::targets::toy
