#include "compiler/routing/failing.h"

#include <algorithm>

namespace gatec::routing {
namespace {

using ir::Failure;

std::int64_t status_of(Failure failure) {
  switch (failure) {
    case Failure::RateLimit: return 429;
    case Failure::Timeout: return 408;
    case Failure::Unavailable: return 503;
    case Failure::BadGateway: return 502;
    case Failure::Authentication: return 401;
    case Failure::BadRequest:
    case Failure::ContextWindow:
    case Failure::ContentPolicy: return 400;
    case Failure::NotFound: return 404;
    case Failure::Any:
    case Failure::ServerError: return 500;
  }
  return 500;
}

bool is_about_the_prompt(Failure failure) {
  return failure == Failure::ContextWindow || failure == Failure::ContentPolicy;
}

/// It would fail again, and elsewhere too; a credential may be better elsewhere.
bool is_final(Failure failure, bool elsewhere) {
  return is_about_the_prompt(failure) || failure == Failure::BadRequest || failure == Failure::NotFound ||
         (failure == Failure::Authentication && !elsewhere);
}

}  // namespace

Fault fault_of(Failure failure) { return {failure, status_of(failure)}; }

Fault fault_of(std::int64_t status) {
  constexpr std::int64_t kServerSide = 500;
  switch (status) {
    case 401:
    case 403: return {Failure::Authentication, status};
    case 404: return {Failure::NotFound, status};
    case 408:
    case 504: return {Failure::Timeout, status};
    case 429: return {Failure::RateLimit, status};
    case 502: return {Failure::BadGateway, status};
    case 503: return {Failure::Unavailable, status};
    default: return {status < kServerSide ? Failure::BadRequest : Failure::ServerError, status};
  }
}

bool holds(const ir::List<std::int64_t>& list, std::int64_t status) {
  return std::ranges::any_of(list.items, [&](const auto& item) { return item.given() && *item == status; });
}

std::int64_t further_tries(const ir::SettingsChain& chain, const Fault& fault, bool elsewhere) {
  for (const ir::Settings* s : chain) {
    for (const ir::FailureCount& one : s->retry.by_failure) {
      if (one.failure == fault.failure && one.count.given()) return std::max<std::int64_t>(*one.count, 0);
    }
  }
  const auto& attempts = ir::nearest(
      chain, [](const ir::Settings& s) -> const auto& { return s.retry.attempts; });
  if (!attempts.given()) return 0;
  for (const ir::Settings* s : chain) {
    if (s->retry.statuses.absent()) continue;
    return holds(s->retry.statuses, fault.status) ? std::max<std::int64_t>(*attempts, 0) : 0;
  }
  return is_final(fault.failure, elsewhere) ? 0 : std::max<std::int64_t>(*attempts, 0);
}

bool takes(const ir::Gateway& gateway, const ir::Fallback& fallback, const ir::FallbackEdge& edge, const Fault& first,
           const Fault& last) {
  if (!fallback.statuses.absent() && !holds(fallback.statuses, last.status)) return false;
  if (!is_about_the_prompt(first.failure)) return edge.on == Failure::Any || edge.on == first.failure;
  const auto& own_list =
      first.failure == Failure::ContextWindow ? gateway.context_list_exists : gateway.content_list_exists;
  if (own_list.given() && *own_list) return edge.on == first.failure;
  const bool special =
      std::ranges::any_of(fallback.edges, [&](const ir::FallbackEdge& e) { return e.on == first.failure; });
  return special ? edge.on == first.failure : edge.on == Failure::Any;
}

std::optional<ir::DeploymentId> lone_deployment(const ir::Gateway& gateway, ir::NodeId plan) {
  while (plan.valid()) {
    const auto& what = gateway.at(plan).what;
    if (const auto* use = std::get_if<ir::Use>(&what)) return use->deployment;
    const auto* mirror = std::get_if<ir::Mirror>(&what);
    if (mirror == nullptr) return std::nullopt;
    plan = mirror->primary;
  }
  return std::nullopt;
}

bool is_idle(const ir::Balance& balance, const ir::Edge& edge) {
  const auto drawn = [](const ir::Edge& e) { return !e.weight.given() || *e.weight > ir::Decimal(0); };
  return !drawn(edge) && std::ranges::any_of(balance.edges, drawn);
}

ir::SettingsChain with(const ir::Settings& settings, const ir::SettingsChain& chain) {
  ir::SettingsChain longer{&settings};
  longer.insert(longer.end(), chain.begin(), chain.end());
  return longer;
}

}  // namespace gatec::routing
