#include "compiler/routing/capacity.h"

#include "compiler/facts/models.h"
#include "compiler/ir/describe.h"
#include "compiler/ir/resolved.h"
#include "compiler/limits/algebra.h"

#include <algorithm>
#include <iterator>

namespace gatec::routing {
namespace {

using ir::Decimal;

struct Jurisdiction {
  std::string_view start, name;
};
/// Beginnings of regions as AWS, Google Cloud and Azure name them; the longer first where one begins another.
constexpr Jurisdiction kJurisdictions[] = {
    {"eu-west-2", "uk"},
    {"eu-central-2", "ch"},
    {"eu-", "eu"},
    {"europe-west2", "uk"},
    {"europe-west6", "ch"},
    {"europe-", "eu"},
    {"westeurope", "eu"},
    {"northeurope", "eu"},
    {"francecentral", "eu"},
    {"germany", "eu"},
    {"swedencentral", "eu"},
    {"polandcentral", "eu"},
    {"spaincentral", "eu"},
    {"italynorth", "eu"},
    {"switzerland", "ch"},
    {"uksouth", "uk"},
    {"ukwest", "uk"},
    {"us-", "us"},
    {"eastus", "us"},
    {"westus", "us"},
    {"centralus", "us"},
    {"northcentralus", "us"},
    {"southcentralus", "us"},
    {"ca-", "ca"},
    {"northamerica-northeast", "ca"},
    {"canada", "ca"},
    {"ap-northeast-1", "jp"},
    {"ap-northeast-3", "jp"},
    {"asia-northeast1", "jp"},
    {"asia-northeast2", "jp"},
    {"japan", "jp"},
    {"ap-northeast-2", "kr"},
    {"korea", "kr"},
    {"ap-south-", "in"},
    {"asia-south", "in"},
    {"centralindia", "in"},
    {"southindia", "in"},
    {"ap-southeast-2", "au"},
    {"australia", "au"},
    {"sa-east", "br"},
    {"southamerica-east1", "br"},
    {"brazil", "br"},
};

/// Of one deployment, by its strictest limit of all traffic.
std::optional<Decimal> own_per_minute(const ir::Deployment& d, ir::Counted counts) {
  std::optional<Decimal> least;
  for (const ir::Limit& limit : d.limits) {
    if (limit.counts != counts || !limit.scope.per.absent()) continue;
    const auto cap = limits::cap_of(limit);
    const auto minute = cap ? limits::convert(*cap, limits::fixed_minute(), *Decimal::parse("0.000001")) : std::nullopt;
    if (minute && (!least || minute->cap.amount < *least)) least = minute->cap.amount;
  }
  return least;
}

std::string_view host_of(std::string_view url) {
  const std::size_t scheme = url.find("://");
  if (scheme != std::string_view::npos) url.remove_prefix(scheme + 3);
  const std::size_t user = url.substr(0, url.find('/')).rfind('@');
  if (user != std::string_view::npos) url.remove_prefix(user + 1);
  if (url.starts_with('[')) return "localhost";
  return url.substr(0, url.find_first_of(":/?"));
}

/// A cross-region profile of Bedrock says in its id where it stays.
std::string_view of_bedrock_id(std::string_view model) {
  for (const std::string_view name : {"eu", "us", "jp", "au", "ca"}) {
    if (model.starts_with(std::string(name) + ".")) return name;
  }
  return {};
}

const ir::Provider* provider_of(const ir::Gateway& gateway, const ir::Deployment& d) {
  return d.provider.valid() ? &gateway.at(d.provider) : nullptr;
}

std::string text_of(const ir::Gateway& gateway, const ir::Provider& provider) {
  const ir::ResolvedProvider p = ir::resolved(gateway, provider);
  std::string text = provider.name.value;
  for (const auto* part : {p.kind, p.base_url, p.region, p.api_version, p.organization}) {
    text += '\n';
    text += part->value;
  }
  text += '\n';
  if (p.api_key->given()) text += ir::show(**p.api_key) + (*p.api_key)->literal.reveal();
  for (const ir::ProviderParam* param : p.params) {
    ((text += '\n') += param->name) += '=';
    text += param->value.kind == ir::Value::Kind::Secret
                ? param->value.credential.literal.reveal() + param->value.credential.name
                : ir::show(param->value);
  }
  return text;
}

}  // namespace

std::optional<Decimal> per_minute(const ir::Gateway& gateway, std::span<const ir::DeploymentId> deployments,
                                  ir::Counted counts) {
  std::optional<Decimal> sum;
  for (const ir::DeploymentId id : deployments) {
    const auto own = own_per_minute(gateway.at(id), counts);
    if (!own) return std::nullopt;
    sum = sum ? sum->plus(*own) : own;
    if (!sum) return std::nullopt;
  }
  return sum;
}

std::string_view jurisdiction(std::string_view region) {
  for (const Jurisdiction& one : kJurisdictions) {
    if (region.starts_with(one.start)) return one.name;
  }
  return {};
}

std::string_view jurisdiction(const ir::Gateway& gateway, const ir::Deployment& d) {
  const ir::Provider* const provider = provider_of(gateway, d);
  if (provider == nullptr) return {};
  const ir::ResolvedProvider p = ir::resolved(gateway, *provider);
  const bool bedrock = p.kind->given() && **p.kind == "bedrock";
  if (bedrock && d.upstream_model.given()) {
    if (const std::string_view own = of_bedrock_id(*d.upstream_model); !own.empty()) return own;
    if (d.upstream_model->starts_with("global.")) return "world";
  }
  return p.region->given() ? jurisdiction(**p.region) : std::string_view();
}

bool is_near(std::string_view url) {
  const std::string_view host = host_of(url);
  if (host.find('.') == std::string_view::npos || host.starts_with("127.") || host == "0.0.0.0" ||
      host.starts_with("10.") || host.starts_with("192.168."))
    return true;
  for (const std::string_view suffix : {".local", ".internal", ".localhost", ".svc", ".lan", ".test", ".example"}) {
    if (host.ends_with(suffix)) return true;
  }
  if (!host.starts_with("172.")) return false;
  const std::string_view second = host.substr(4, host.find('.', 4) - 4);
  return second.size() == 2 && second >= "16" && second <= "31";
}

std::string mode_of(const ir::Gateway& gateway, const ir::Deployment& d) {
  if (d.mode.given()) return *d.mode == "completion" ? "chat" : *d.mode;
  const ir::Provider* const provider = provider_of(gateway, d);
  if (provider == nullptr || !d.upstream_model.given()) return {};
  const std::string& model = *d.upstream_model;
  if (const auto facts = facts::model(provider->kind.value, model); facts && !facts->mode.empty())
    return std::string(facts->mode);
  for (const std::string_view part : {"text-embedding-", "embed-", "-embed", "embedding", "nomic-embed"}) {
    if (model.find(part) != std::string::npos) return "embedding";
  }
  if (model.starts_with("gpt-4") || model.starts_with("gpt-5") || model.starts_with("claude-")) return "chat";
  return {};
}

bool same_upstream(const ir::Gateway& gateway, const ir::Deployment& a, const ir::Deployment& b) {
  const ir::Provider* const p = provider_of(gateway, a);
  const ir::Provider* const q = provider_of(gateway, b);
  if (p == nullptr || q == nullptr || !a.upstream_model.given() || !b.upstream_model.given()) return false;
  if (*a.upstream_model != *b.upstream_model || a.upstream_model->find('*') != std::string::npos) return false;
  return p == q || text_of(gateway, *p) == text_of(gateway, *q);
}

}  // namespace gatec::routing
