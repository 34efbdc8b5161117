#include "compiler/routing/course.h"

#include "compiler/routing/failing.h"

#include <algorithm>

namespace gatec::routing {
namespace {

using ir::Decimal;
using ir::Failure;

constexpr Failure kFailures[] = {Failure::RateLimit,   Failure::ServerError,   Failure::Timeout,
                                 Failure::Unavailable, Failure::ContextWindow, Failure::ContentPolicy};
/// A plan that comes to more calls is cut here: it is bad enough.
constexpr std::int64_t kMostCalls = 2000;
/// Nodes and routes after which a plan that calls nobody is taken to lead back into itself.
constexpr std::int64_t kMostSteps = 100'000;
constexpr std::size_t kDeepest = 64;

class Walk {
 public:
  Walk(const ir::Gateway& gateway, const passes::RouteIndex& index, Failure failure, Course& course)
      : gateway_(gateway), index_(index), fault_(fault_of(failure)), course_(course) {}

  void run(const ir::Route& route) {
    path_ = {&route};
    visit(route.plan, {&gateway_.defaults}, true);
  }

 private:
  using Chain = ir::SettingsChain;

  /// How long one call may take: only a call that never answers takes that long.
  static std::optional<Decimal> patience(const Chain& chain) {
    const auto& attempt = ir::nearest(
        chain, [](const ir::Settings& s) -> const auto& { return s.timeouts.attempt; });
    return attempt.given() ? std::optional(*attempt) : std::nullopt;
  }

  void wait(std::int64_t calls, const std::optional<Decimal>& each) {
    if (!course_.seconds) return;
    const auto all = each ? each->times(Decimal(calls)) : std::nullopt;
    course_.seconds = all ? course_.seconds->plus(*all) : std::nullopt;
  }

  void call(ir::DeploymentId deployment, std::int64_t calls, const std::optional<Decimal>& each) {
    course_.stops.push_back({deployment, calls, top_});
    course_.calls += calls;
    wait(calls, each);
  }

  void visit(ir::NodeId id, const Chain& outer, bool with_fallbacks) {
    if (!id.valid() || course_.calls > kMostCalls) return;
    if (++steps_ > kMostSteps) {
      course_.endless = true;
      return;
    }
    const ir::PlanNode& node = gateway_.at(id);
    const Chain chain = with(node.settings, outer);
    if (const auto* use = std::get_if<ir::Use>(&node.what)) {
      const Chain own = with(gateway_.at(use->deployment).settings, chain);
      call(use->deployment, 1 + further_tries(own, fault_, false), patience(own));
    } else if (const auto* to = std::get_if<ir::To>(&node.what)) {
      go_on(*to);
    } else if (const auto* balance = std::get_if<ir::Balance>(&node.what)) {
      members(*balance, chain);
    } else if (const auto* fallback = std::get_if<ir::Fallback>(&node.what)) {
      visit(fallback->primary, chain, with_fallbacks);
      if (with_fallbacks) edges(*fallback, chain);
    } else if (const auto* choice = std::get_if<ir::Switch>(&node.what)) {
      std::vector<ir::NodeId> cases;
      for (const ir::SwitchCase& one : choice->cases) cases.push_back(one.node);
      if (choice->otherwise.valid()) cases.push_back(choice->otherwise);
      worst_of(cases, chain);
    } else if (const auto* mirror = std::get_if<ir::Mirror>(&node.what)) {
      visit(mirror->primary, chain, with_fallbacks);
    }
  }

  void members(const ir::Balance& balance, const Chain& chain) {
    const ir::OnFailure on_failure = balance.on_failure.given() ? *balance.on_failure : ir::OnFailure::Return;
    const bool redraw = on_failure == ir::OnFailure::Redraw;
    std::vector<ir::NodeId> nodes;
    for (const ir::Edge& e : balance.edges) {
      if (on_failure == ir::OnFailure::Next || !is_idle(balance, e)) nodes.push_back(e.node);
    }
    if (on_failure == ir::OnFailure::Next) {
      for (const ir::NodeId id : nodes) visit(id, chain, true);
    } else {
      const auto bare = [&](ir::NodeId id) { return lone_deployment(gateway_, id).has_value(); };
      const auto plans =
          redraw ? std::ranges::stable_partition(nodes, bare) : std::ranges::subrange(nodes.end(), nodes.end());
      const std::vector<ir::NodeId> drawn(nodes.begin(), plans.begin());
      // Draws that follow each other are spread over the members, so each gets its share of the tries.
      const std::size_t before = course_.stops.size();
      worst_of(drawn, chain);
      const auto members = static_cast<std::int64_t>(drawn.size());
      for (std::size_t i = before; i < course_.stops.size() && redraw; ++i)
        course_.stops[i].calls = (course_.stops[i].calls + members - 1) / members;
      // The last draw may be a plan of its own.
      if (!plans.empty()) worst_of({plans.begin(), plans.end()}, chain);
    }
  }

  /// All of them are stops, and the one with the most calls counts.
  void worst_of(const std::vector<ir::NodeId>& nodes, const Chain& chain) {
    const std::int64_t calls = course_.calls;
    const std::optional<Decimal> seconds = course_.seconds;
    const std::int64_t followed = followed_;
    std::int64_t most = calls;
    std::int64_t fewest = INT64_MAX;
    std::optional<Decimal> longest = seconds;
    for (const ir::NodeId id : nodes) {
      course_.calls = calls;
      course_.seconds = seconds;
      followed_ = followed;
      visit(id, chain, true);
      fewest = std::min(fewest, followed_);
      most = std::max(most, course_.calls);
      if (longest && (!course_.seconds || *longest < *course_.seconds)) longest = course_.seconds;
    }
    course_.calls = most;
    course_.seconds = longest;
    followed_ = nodes.empty() ? followed : fewest;
  }

  void edges(const ir::Fallback& fallback, const Chain& chain) {
    const auto& most = gateway_.routing.max_fallbacks;
    for (const ir::FallbackEdge& edge : fallback.edges) {
      if (most.given() && followed_ >= *most) return;
      if (!takes(gateway_, fallback, edge, fault_, fault_)) continue;
      ++followed_;
      const bool first = top_ == nullptr;
      if (first) {
        top_ = &edge;
        course_.taken.push_back(&edge);
      }
      visit(edge.node, chain, true);
      if (first) top_ = nullptr;
    }
  }

  void go_on(const ir::To& to) {
    const ir::Route* const route = to.route.given() ? index_.find(*to.route).route : nullptr;
    if (route == nullptr || route == path_.back()) return;
    const bool again = std::ranges::find(path_, route) != path_.end();
    const bool chained = to.chained.given() && *to.chained;
    if (path_.size() > kDeepest || (again && chained && !gateway_.routing.max_fallbacks.given())) {
      course_.endless = true;
      return;
    }
    path_.push_back(route);
    visit(route->plan, {&gateway_.defaults}, chained);
    path_.pop_back();
  }

  const ir::Gateway& gateway_;
  const passes::RouteIndex& index_;
  Fault fault_;
  Course& course_;
  std::vector<const ir::Route*> path_;
  std::int64_t followed_ = 0;  // fallbacks so far
  std::int64_t steps_ = 0;
  const ir::FallbackEdge* top_ = nullptr;
};

void collect(const ir::Gateway& gateway, const passes::RouteIndex& index, ir::NodeId id, std::size_t depth,
             std::vector<ir::DeploymentId>& found) {
  if (!id.valid() || depth > kDeepest) return;
  const auto& what = gateway.at(id).what;
  const auto go = [&](ir::NodeId next) { collect(gateway, index, next, depth + 1, found); };
  if (const auto* use = std::get_if<ir::Use>(&what)) {
    found.push_back(use->deployment);
  } else if (const auto* to = std::get_if<ir::To>(&what)) {
    const ir::Route* const route = to->route.given() ? index.find(*to->route).route : nullptr;
    if (route != nullptr && depth < 2) go(route->plan);
  } else if (const auto* balance = std::get_if<ir::Balance>(&what)) {
    for (const ir::Edge& e : balance->edges) go(e.node);
  } else if (const auto* fallback = std::get_if<ir::Fallback>(&what)) {
    go(fallback->primary);
  } else if (const auto* choice = std::get_if<ir::Switch>(&what)) {
    for (const ir::SwitchCase& one : choice->cases) go(one.node);
    go(choice->otherwise);
  } else if (const auto* mirror = std::get_if<ir::Mirror>(&what)) {
    go(mirror->primary);
  }
}

}  // namespace

Course course(const ir::Gateway& gateway, const passes::RouteIndex& index, const ir::Route& route, Failure failure) {
  Course course;
  Walk(gateway, index, failure, course).run(route);
  return course;
}

std::span<const Failure> failures() { return kFailures; }

std::vector<ir::DeploymentId> primaries(const ir::Gateway& gateway, const passes::RouteIndex& index, ir::NodeId plan) {
  std::vector<ir::DeploymentId> found;
  collect(gateway, index, plan, 0, found);
  return found;
}

}  // namespace gatec::routing
