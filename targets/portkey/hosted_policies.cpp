#include "compiler/facts/providers.h"
#include "compiler/ir/describe.h"
#include "targets/portkey/hosted_writer.h"
#include "targets/portkey/reader.h"

#include <algorithm>

namespace gatec::targets::portkey {
namespace {

using ir::Fate;

constexpr std::string_view kCondition = "if ";

Out condition(std::string_view key, std::string_view value) {
  Out out = Out::mapping();
  out.add("key", key);
  out.add("value", value);
  return out;
}

Out group(std::string_view key) {
  Out out = Out::mapping();
  out.add("key", key);
  return out;
}

bool from_grant(const ir::Scope& scope) { return scope.provider.from.rule() == &rules::kGrant; }

}  // namespace

/// What a scope says as conditions and groups, the inverse of Reader::read_scope.
Out HostedWriter::scope_conditions(const ir::Scope& scope, Out& group_by) {
  Out conditions = Out::sequence();
  if (scope.model.given()) conditions.push(condition("model", *scope.model));
  if (scope.provider.given()) {
    const bool slug = scope.provider->starts_with('@');
    const facts::ProviderFacts* facts = slug ? nullptr : facts::provider_by_kind(*scope.provider);
    const std::string name = slug                                          ? scope.provider->substr(1)
                             : facts != nullptr && !facts->portkey.empty() ? std::string(facts->portkey)
                                                                           : *scope.provider;
    conditions.push(condition(slug ? "virtual_key" : "provider", name));
  }
  if (scope.tag.given()) {
    const std::size_t equals = scope.tag->starts_with("metadata.") ? scope.tag->find('=') : std::string::npos;
    if (equals == std::string::npos)
      conditions.push(condition("metadata.tags", *scope.tag));
    else
      conditions.push(condition(scope.tag->substr(0, equals), scope.tag->substr(equals + 1)));
  }
  for (const auto& per : scope.per.items) {
    if (!per->starts_with(kCondition)) group_by.push(group(*per));
  }
  return conditions;
}

std::vector<ir::Extra> HostedWriter::policy_extras(const std::string& section) const {
  std::vector<ir::Extra> own;
  for (const ir::Extra& e : gateway_.extras) {
    if (e.section != section) continue;
    ir::Extra copy = e;
    copy.section.clear();
    own.push_back(std::move(copy));
  }
  return own;
}

/// Conditions and groups are asked for; without any the policy holds for every key of a workspace.
Out HostedWriter::policy_body(const ir::Scope& scope, const Out& limit, const std::string& section) {
  Out group_by = Out::sequence();
  Out conditions = scope_conditions(scope, group_by);
  std::vector<ir::Extra> own;
  std::vector<ir::Extra> around;
  for (ir::Extra& e : policy_extras(section)) {
    if (e.key.starts_with("if.")) {
      conditions.push(configs_.open(e.value, ""));
    } else if (e.key.starts_with("wrapper.")) {
      e.key = e.key.substr(8);
      around.push_back(std::move(e));
    } else {
      own.push_back(std::move(e));
    }
  }
  if (conditions.empty()) conditions.push(condition("api_key", "*"));
  if (group_by.empty()) group_by.push(group("workspace_id"));
  Out body = Out::mapping();
  body.add("conditions", std::move(conditions));
  body.add("group_by", std::move(group_by));
  for (const auto& [key, value] : std::get<Out::Mapping>(limit.storage())) body.add(key, value);
  if (!same()) return body;
  put(body, own);
  if (around.empty()) return body;
  Out wrapper = Out::mapping();
  put(wrapper, around);
  wrapper.add("policy", std::move(body));
  return wrapper;
}

/// Budgets and limits that belong to no object are policies.
void HostedWriter::add_policies() {
  int number = 0;
  for (const ir::Budget& b : gateway_.budgets) {
    if (from_grant(b.scope)) continue;
    auto out = budget(b, true);
    const std::string section = "usage_policies." + std::to_string(++number);
    if (!out) continue;
    if (!same()) admit_policy(b);
    Out named = Out::mapping();
    if (b.id.given()) named.add("name", *b.id);
    for (auto& [key, value] : std::get<Out::Mapping>(out->storage())) named.add(key, std::move(value));
    file("usage-policies", "POST", "/policies/usage-limits", "policy")
        .bodies.push_back(policy_body(b.scope, named, section));
  }
  number = 0;
  for (const ir::Limit& l : gateway_.limits) {
    if (from_grant(l.scope)) continue;
    auto out = limit(l);
    const std::string section = "rate_policies." + std::to_string(++number);
    if (out && !same() && workspaces_.size() > 1) {
      lose(&l,
           {Fate::Approximated, DiagId::Approximated, "a rate policy counts it, for each workspace by itself", "", ""});
      context_.ledger.admit_added("limits[", "a rate policy for each limit of the whole gateway");
    }
    if (out)
      file("rate-policies", "POST", "/policies/rate-limits", "policy")
          .bodies.push_back(policy_body(l.scope, *out, section));
  }
  if (same()) return;
  const std::string advice = "set it on the provider by hand, if the control plane has the like";
  for (const ir::Provider& p : gateway_.providers) {
    if (p.name.given()) continue;
    const bool used = std::ranges::any_of(gateway_.deployments, [&](const ir::Deployment& d) {
      return d.provider.valid() && &gateway_.at(d.provider) == &p;
    });
    if (!used)
      lose(&p, {Fate::Manual, DiagId::NotExpressible, "a provider without a name that nothing uses", "",
                "use it in a target"});
    for (const ir::Limit& l : p.limits)
      lose(&l, {Fate::Manual, DiagId::DroppedLimit, "the limit of a provider without a name has no object to stand in",
                "", advice});
    for (const ir::Budget& b : p.budgets)
      lose(&b, {Fate::Manual, DiagId::DroppedLimit, "the budget of a provider without a name has no object to stand in",
                "", advice});
  }
}

/// With several workspaces, each counts for itself.
void HostedWriter::admit_policy(const ir::Budget& b) {
  if (workspaces_.size() > 1) {
    lose(&b,
         {Fate::Approximated, DiagId::Approximated, "a usage policy counts it, for each workspace by itself", "", ""});
  }
  if (context_.ledger.loss(&b) != nullptr)
    context_.ledger.admit_added("budgets[", "a usage policy for each budget of the whole gateway");
}

/// Whole objects that have no place in the IR, by kind and in order.
void HostedWriter::add_kept_objects() {
  for (const ir::Extra& e : gateway_.extras) {
    if (e.section != "objects") continue;
    const std::string kind = e.key.substr(0, e.key.find('.'));
    const bool reference = kind == "secret_reference";
    file(reference ? "secret-references" : "objects", "POST", reference ? "/secret-references" : "/",
         reference ? "secret reference" : "object")
        .bodies.push_back(configs_.open(e.value, ""));
  }
}

}  // namespace gatec::targets::portkey
