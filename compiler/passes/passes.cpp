#include "compiler/passes/passes.h"

#include "compiler/base/overload.h"

#include <stdexcept>
#include <string>

namespace gatec::passes {
namespace {

constexpr Pass kPipeline[] = {
    {"flatten-fallbacks", "a fallback in the first place of another becomes one list", &flatten_fallbacks},
    {"validate", "ids lead into their tables and plans end", &validate},
};

/// Follows a plan; `depth` grows with each step, and a plan deeper than all nodes together goes in a circle.
class PlanValidator {
 public:
  explicit PlanValidator(const ir::Gateway& gateway) : gateway_(gateway) {}

  void node(ir::NodeId id, std::size_t depth) const {
    if (id.value >= gateway_.nodes.size() || depth > gateway_.nodes.size())
      throw std::logic_error("a plan leads outside its table or in a circle");
    std::visit(base::Overload{[&](const ir::Use& use) { deployment(use.deployment); }, [](const ir::To&) {},
                              [&](const ir::Balance& b) {
                                for (const ir::Edge& e : b.edges) node(e.node, depth + 1);
                              },
                              [&](const ir::Fallback& f) {
                                node(f.primary, depth + 1);
                                for (const ir::FallbackEdge& e : f.edges) node(e.node, depth + 1);
                              },
                              [&](const ir::Switch& s) {
                                for (const ir::SwitchCase& c : s.cases) node(c.node, depth + 1);
                                for (const ir::Edge& e : s.idle) node(e.node, depth + 1);
                                if (s.otherwise.valid()) node(s.otherwise, depth + 1);
                              },
                              [&](const ir::Mirror& m) { node(m.primary, depth + 1); }},
               gateway_.at(id).what);
  }

 private:
  void deployment(ir::DeploymentId id) const {
    if (id.value >= gateway_.deployments.size()) throw std::logic_error("a plan uses a deployment that is not there");
    const ir::ProviderId provider = gateway_.at(id).provider;
    if (provider.valid() && provider.value >= gateway_.providers.size())
      throw std::logic_error("a deployment uses a provider that is not there");
  }

  const ir::Gateway& gateway_;
};

}  // namespace

std::span<const Pass> pipeline() { return kPipeline; }

void run(ir::Gateway& gateway, Context& context) {
  for (const Pass& pass : kPipeline) pass.run(gateway, context);
}

void validate(ir::Gateway& gateway, Context&) {
  const PlanValidator validator(gateway);
  for (const ir::Route& r : gateway.routes) validator.node(r.plan, 0);
}

}  // namespace gatec::passes
