#include "compiler/ir/gateway.h"

#include <algorithm>

namespace gatec::ir {
namespace {

template <class IdType, class T>
IdType append(std::vector<T>& table, T&& value) {
  table.push_back(std::move(value));
  return IdType{static_cast<std::uint32_t>(table.size() - 1)};
}

}  // namespace

DeploymentId Gateway::add(Deployment d) { return append<DeploymentId>(deployments, std::move(d)); }
ProviderId Gateway::add(Provider p) { return append<ProviderId>(providers, std::move(p)); }
NodeId Gateway::add(PlanNode n) { return append<NodeId>(nodes, std::move(n)); }

const Route* Gateway::route(std::string_view name) const {
  const auto found = std::find_if(routes.begin(), routes.end(), [&](const Route& r) { return *r.name == name; });
  return found == routes.end() ? nullptr : &*found;
}

const CredentialSet* Gateway::credential_set(std::string_view name) const {
  const auto found = std::find_if(credential_sets.begin(), credential_sets.end(),
                                  [&](const CredentialSet& s) { return *s.name == name; });
  return found == credential_sets.end() ? nullptr : &*found;
}

std::string_view failure_name(Failure failure) {
  switch (failure) {
    case Failure::Any: return "any";
    case Failure::RateLimit: return "rate_limit";
    case Failure::Timeout: return "timeout";
    case Failure::ServerError: return "server_error";
    case Failure::Unavailable: return "unavailable";
    case Failure::BadGateway: return "bad_gateway";
    case Failure::Authentication: return "authentication";
    case Failure::BadRequest: return "bad_request";
    case Failure::NotFound: return "not_found";
    case Failure::ContextWindow: return "context_window";
    case Failure::ContentPolicy: return "content_policy";
  }
  return "";
}

std::string_view policy_name(Policy policy) {
  switch (policy) {
    case Policy::Weighted: return "weighted";
    case Policy::RoundRobin: return "round-robin";
    case Policy::LeastBusy: return "least-busy";
    case Policy::Latency: return "latency";
    case Policy::Cost: return "cost";
    case Policy::Usage: return "usage";
    case Policy::First: return "first";
    case Policy::Priority: return "priority";
  }
  return "";
}

std::string_view on_failure_name(OnFailure value) {
  switch (value) {
    case OnFailure::Return: return "return";
    case OnFailure::Next: return "next";
    case OnFailure::Redraw: return "redraw";
  }
  return "";
}

std::string_view principal_kind_name(PrincipalKind kind) {
  switch (kind) {
    case PrincipalKind::Organization: return "org";
    case PrincipalKind::Team: return "team";
    case PrincipalKind::User: return "user";
    case PrincipalKind::Member: return "member";
    case PrincipalKind::Key: return "key";
    case PrincipalKind::Project: return "project";
    case PrincipalKind::Customer: return "customer";
    case PrincipalKind::Tag: return "tag";
    case PrincipalKind::BudgetRow: return "budget";
    case PrincipalKind::OrgMember: return "org-member";
    case PrincipalKind::AccessGroup: return "access-group";
  }
  return "";
}

std::string_view auth_mode_name(AuthMode mode) {
  switch (mode) {
    case AuthMode::Open: return "open";
    case AuthMode::Key: return "key";
    case AuthMode::Custom: return "custom";
    case AuthMode::Jwt: return "jwt";
  }
  return "";
}

}  // namespace gatec::ir
