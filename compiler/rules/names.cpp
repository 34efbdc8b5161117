#include "compiler/base/nearest.h"
#include "compiler/rules/rules.h"

#include <algorithm>
#include <functional>
#include <string>
#include <unordered_map>

namespace gatec::rules {
namespace {

using diagnostics::DiagId;
using passes::RouteIndex;

class NameChecks {
 public:
  NameChecks(const ir::Gateway& gateway, const RouteIndex& index, passes::Context& context)
      : gateway_(gateway), index_(index), context_(context) {}

  void run() {
    // A file that declares no model at all is a part of a configuration: what it names may stand elsewhere.
    if (gateway_.routes.empty()) return;
    for (const ir::FallbackEdge& e : gateway_.default_fallbacks) fallback_target({}, e.node);
    for (const ir::Route& r : gateway_.routes) plan(r, r.plan);
    for (const ir::OrphanFallback& o : gateway_.orphan_fallbacks) orphan(o);
    for (const ir::Alias& a : gateway_.aliases) alias(a);
    cycles();
  }

 private:
  const std::string* target_of(ir::NodeId id) const {
    const auto* to = std::get_if<ir::To>(&gateway_.at(id).what);
    return to != nullptr && to->route.given() ? &*to->route : nullptr;
  }

  void plan(const ir::Route& route, ir::NodeId id) {
    const ir::PlanNode& node = gateway_.at(id);
    if (const auto* f = std::get_if<ir::Fallback>(&node.what)) {
      plan(route, f->primary);
      for (const ir::FallbackEdge& e : f->edges) {
        if (!e.inherited) fallback_target(*route.name, e.node);
        plan(route, e.node);
      }
    } else if (const auto* b = std::get_if<ir::Balance>(&node.what)) {
      for (const ir::Edge& e : b->edges) plan(route, e.node);
    } else if (const auto* s = std::get_if<ir::Switch>(&node.what)) {
      for (const ir::SwitchCase& c : s->cases) plan(route, c.node);
      if (s->otherwise.valid()) plan(route, s->otherwise);
    } else if (const auto* m = std::get_if<ir::Mirror>(&node.what)) {
      plan(route, m->primary);
      if (m->shadow.given()) target(*m->shadow, m->shadow.from, "mirrored traffic goes to");
    }
  }

  void fallback_target(std::string_view source, ir::NodeId id) {
    const std::string* name = target_of(id);
    if (name == nullptr) return;
    const ir::Origin& from = std::get<ir::To>(gateway_.at(id).what).route.from;
    if (!source.empty() && *name == source) {
      context_.sink.report(DiagId::SelfFallback, span_of(from, context_), "`" + *name + "` falls back to itself");
      return;
    }
    target(*name, from, "a fallback names");
  }

  /// A template's place that somebody fills in later: what will stand there cannot be known.
  static bool is_blank_form(std::string_view name) { return name.find("{{") != std::string_view::npos; }

  void target(const std::string& name, const ir::Origin& from, std::string_view what) {
    if (is_blank_form(name)) return;
    if (index_.find(name).kind != RouteIndex::Kind::None) return;
    auto builder = context_.sink.report(DiagId::UnknownModel, span_of(from, context_),
                                        std::string(what) + " `" + name + "`, which is not declared");
    suggest(builder, name, from);
  }

  void suggest(diagnostics::Sink::Builder& builder, const std::string& name, const ir::Origin& from) {
    const auto candidates = index_.names();
    if (const auto nearest = base::nearest_word(name, candidates)) {
      builder.note("did you mean `" + std::string(*nearest) + "`?");
      builder.fix("name the declared model", diagnostics::FixSafety::Unsafe,
                  {{span_of(from, context_), std::string(*nearest)}});
    }
  }

  void orphan(const ir::OrphanFallback& o) {
    const ir::Origin* from = o.targets.items.empty() ? &o.targets.from : &o.targets.items.front().from;
    if (!o.source.empty() && !is_blank_form(o.source) && index_.find(o.source).kind == RouteIndex::Kind::None) {
      auto builder = context_.sink.report(DiagId::UnknownFallbackSource, span_of(*from, context_),
                                          "a fallback is declared for `" + o.source + "`, which no request can name");
      const auto candidates = index_.names();
      if (const auto nearest = base::nearest_word(o.source, candidates))
        builder.note("did you mean `" + std::string(*nearest) + "`?");
    }
    for (const auto& t : o.targets.items) target(*t, t.from, "a fallback names");
  }

  void alias(const ir::Alias& a) {
    const source::Span span = span_of(a.target.given() ? a.target.from : a.name_from, context_);
    if (index_.exact(a.name) != nullptr) {
      context_.sink.report(DiagId::AliasShadows, span, "the alias `" + a.name + "` hides the model of the same name");
    }
    if (!a.target.given()) return;
    const auto is_alias = [&](const std::string& name) {
      return std::any_of(gateway_.aliases.begin(), gateway_.aliases.end(),
                         [&](const ir::Alias& other) { return other.name == name; });
    };
    if (index_.exact(*a.target) != nullptr) return;
    if (is_alias(*a.target)) {
      context_.sink.report(DiagId::AliasChain, span,
                           "the alias `" + a.name + "` names another alias, `" + *a.target + "`");
      return;
    }
    if (index_.find(*a.target).kind == RouteIndex::Kind::None) {
      auto builder =
          context_.sink.report(DiagId::AliasUnknownModel, span,
                               "the alias `" + a.name + "` names `" + *a.target + "`, which is not declared");
      suggest(builder, *a.target, a.target.from);
    }
  }

  /// Edges between routes, over chained fallbacks alone.
  void cycles() {
    std::unordered_map<std::string_view, std::vector<std::pair<std::string_view, const ir::Origin*>>> edges;
    for (const ir::Route& r : gateway_.routes) {
      const auto* f = std::get_if<ir::Fallback>(&gateway_.at(r.plan).what);
      if (f == nullptr) continue;
      for (const ir::FallbackEdge& e : f->edges) {
        const std::string* name = e.inherited ? nullptr : target_of(e.node);
        if (name == nullptr || *name == *r.name) continue;
        const auto found = index_.find(*name);
        if (found.route != nullptr)
          edges[*r.name].emplace_back(*found.route->name, &std::get<ir::To>(gateway_.at(e.node).what).route.from);
      }
    }
    enum class Mark : std::uint8_t { New, Open, Done };
    std::unordered_map<std::string_view, Mark> marks;
    const std::function<void(std::string_view)> visit = [&](std::string_view name) {
      marks[name] = Mark::Open;
      for (const auto& [next, from] : edges[name]) {
        if (marks[next] == Mark::Open) {
          context_.sink.report(
              DiagId::RouteCycle, span_of(*from, context_),
              "the fallback from `" + std::string(name) + "` to `" + std::string(next) + "` closes a circle");
        } else if (marks[next] == Mark::New) {
          visit(next);
        }
      }
      marks[name] = Mark::Done;
    };
    for (const ir::Route& r : gateway_.routes) {
      if (edges.contains(*r.name) && marks[*r.name] == Mark::New) visit(*r.name);
    }
  }

  const ir::Gateway& gateway_;
  const RouteIndex& index_;
  passes::Context& context_;
};

}  // namespace

void check_names(const ir::Gateway& gateway, const RouteIndex& index, passes::Context& context) {
  NameChecks(gateway, index, context).run();
}

}  // namespace gatec::rules
