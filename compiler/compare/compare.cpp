#include "compiler/compare/compare.h"

#include "compiler/base/aside.h"
#include "compiler/compare/plans.h"

#include <memory>
#include <span>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

namespace gatec::compare {
namespace {

/// Both gateways from end to end.
class Comparer final : private PlanComparer {
 public:
  Comparer(const Gateway& a, const Gateway& b, Listener& out) : PlanComparer(a, b, out) {}

  void run() {
    out_.enter(a_.gateway, b_.gateway);
    routes();
    default_fallbacks();
    policy_default();
    idle_settings();
    providers();
    members(a_.gateway, b_.gateway, Class::Route);
    out_.leave();
  }

 private:
  using RoutePair = std::pair<const ir::Route*, const ir::Route*>;

  void routes() {
    constexpr std::size_t kWorthAThread = 100;
    const std::vector<RoutePair> pairs = matched_routes();
    const std::span<const RoutePair> all = pairs;
    const std::unique_ptr<Listener> beside = all.size() > kWorthAThread ? out_.beside() : nullptr;
    if (beside == nullptr) {
      routes(all);
      return;
    }
    const std::size_t half = all.size() / 2;
    Comparer second(*a_.gateway, *b_.gateway, *beside);
    base::Aside work(true, [&] {
      beside->enter(a_.gateway, b_.gateway);
      second.routes(all.subspan(half));
      beside->leave();
    });
    routes(all.first(half));
    work.wait();
    if (out_.take(*beside)) {
      arrived_.insert(second.arrived_);
      seen_providers_.insert(second.seen_providers_);
    } else {
      routes(all.subspan(half));
    }
  }

  [[nodiscard]] std::vector<RoutePair> matched_routes() const {
    std::unordered_map<std::string_view, const ir::Route*> by_name;
    for (const ir::Route& r : b_.gateway->routes) by_name.emplace(*r.name, &r);
    std::unordered_set<const ir::Route*> used;
    std::vector<RoutePair> pairs;
    for (const ir::Route& r : a_.gateway->routes) {
      const auto found = by_name.find(*r.name);
      const ir::Route* other = found != by_name.end() && used.insert(found->second).second ? found->second : nullptr;
      pairs.emplace_back(&r, other);
    }
    for (const ir::Route& r : b_.gateway->routes) {
      if (!used.contains(&r)) pairs.emplace_back(nullptr, &r);
    }
    return pairs;
  }

  void routes(std::span<const RoutePair> pairs) {
    path_.push("routes");
    for (const auto& [x, y] : pairs) route(x, y);
    path_.pop();
  }
};

}  // namespace

void compare(const Gateway& before, const Gateway& after, Listener& listener) {
  Comparer(before, after, listener).run();
}

}  // namespace gatec::compare
