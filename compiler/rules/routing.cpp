#include "compiler/ir/describe.h"
#include "compiler/rules/rules.h"

#include <string>
#include <unordered_map>

namespace gatec::rules {
namespace {

using diagnostics::DiagId;

void zero_weights(const ir::Balance& balance, passes::Context& context) {
  const ir::Edge* weighted = nullptr;
  for (const ir::Edge& e : balance.edges) {
    if (!e.weight.given() || e.weight->is_negative() || !e.weight->is_zero()) return;
    if (e.weight.written()) weighted = &e;
  }
  if (weighted == nullptr) return;
  context.sink.report(DiagId::ZeroWeights, span_of(weighted->weight.from, context),
                      "all weights here are 0, so no target can be chosen");
}

/// What makes two members of a balance the same upstream with the same credential.
std::string upstream_of(const ir::Gateway& gateway, ir::NodeId id) {
  const auto* use = std::get_if<ir::Use>(&gateway.at(id).what);
  if (use == nullptr) return {};
  const ir::Deployment& d = gateway.at(use->deployment);
  if (d.id.given() || !d.upstream_model.given() || !d.provider.valid()) return {};
  const ir::Provider& p = gateway.at(d.provider);
  std::string text = *d.upstream_model;
  for (const auto* part :
       {&p.name, &p.kind, &p.base_url, &p.region, &p.api_version, &p.organization, &p.credential_set}) {
    text += '\n';
    text += part->value;
  }
  if (p.api_key.given()) text += ir::show(*p.api_key) + p.api_key->literal.reveal();
  for (const ir::ProviderParam& param : p.params) {
    text += "\n" + param.name + "=" +
            (param.value.kind == ir::Value::Kind::Secret
                 ? param.value.credential.literal.reveal() + param.value.credential.name
                 : ir::show(param.value));
  }
  return text;
}

bool differ_in_settings(const ir::Gateway& gateway, ir::NodeId a, ir::NodeId b) {
  const ir::Deployment& x = gateway.at(std::get<ir::Use>(gateway.at(a).what).deployment);
  const ir::Deployment& y = gateway.at(std::get<ir::Use>(gateway.at(b).what).deployment);
  return x.settings.params.defaults.size() != y.settings.params.defaults.size() ||
         x.settings.params.overrides.size() != y.settings.params.overrides.size() ||
         x.tags.items.size() != y.tags.items.size() || x.extras.size() != y.extras.size() ||
         !x.settings.params.defaults.empty() || !x.settings.params.overrides.empty();
}

void same_members(const ir::Gateway& gateway, const ir::Balance& balance, passes::Context& context) {
  std::unordered_map<std::string, ir::NodeId> seen;
  for (const ir::Edge& e : balance.edges) {
    std::string text = upstream_of(gateway, e.node);
    if (text.empty()) continue;
    const auto [first, fresh] = seen.emplace(std::move(text), e.node);
    if (fresh || differ_in_settings(gateway, first->second, e.node)) continue;
    const auto place = [&](ir::NodeId id) {
      return span_of(gateway.at(std::get<ir::Use>(gateway.at(id).what).deployment).upstream_model.from, context);
    };
    context.sink
        .report(DiagId::DuplicateDeployment, place(e.node),
                "this is the same upstream with the same credential as another member")
        .label(place(first->second), "the other one");
  }
}

}  // namespace

void check_routing(const ir::Gateway& gateway, passes::Context& context) {
  for (const ir::PlanNode& node : gateway.nodes) {
    const auto* balance = std::get_if<ir::Balance>(&node.what);
    if (balance == nullptr || balance->edges.size() < 2) continue;
    zero_weights(*balance, context);
    same_members(gateway, *balance, context);
  }
}

}  // namespace gatec::rules
