#include <algorithm>

#include "compiler/facts/providers.h"
#include "compiler/ir/describe.h"
#include "targets/portkey/hosted_writer.h"
#include "targets/portkey/reader.h"

namespace gatec::targets::portkey {
namespace {

using ir::Fate;

constexpr std::string_view kCondition = "if ";
constexpr std::string_view kNumbered = "policies.";

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
    conditions.push(condition(slug ? "virtual_key" : "provider", slug ? scope.provider->substr(1) : *scope.provider));
  }
  if (scope.tag.given()) {
    const std::size_t equals = scope.tag->find('=');
    conditions.push(condition(scope.tag->substr(0, equals), equals == std::string::npos ? "" : scope.tag->substr(equals + 1)));
  }
  for (const auto& per : scope.per.items) {
    if (!per->starts_with(kCondition)) group_by.push(group(*per));
  }
  return conditions;
}

/// Budgets and limits that belong to no object are policies; in another dialect's words they nearly are.
void HostedWriter::add_policies() {
  int number = 0;
  const auto extras_of = [&](int n) {
    std::vector<ir::Extra> own;
    const std::string section = std::string(kNumbered) + std::to_string(n);
    for (const ir::Extra& e : gateway_.extras) {
      if (e.section != section) continue;
      ir::Extra copy = e;
      copy.section.clear();
      own.push_back(std::move(copy));
    }
    return own;
  };
  const auto finish = [&](const ir::Scope& scope, Out body, std::string_view name, std::string_view path, int n) {
    Out group_by = Out::sequence();
    Out conditions = scope_conditions(scope, group_by);
    std::size_t index = 0;
    for (const auto& per : scope.per.items) {
      if (per->starts_with(kCondition) && index < kept_conditions_.size()) conditions.push(kept_conditions_[index++]);
    }
    if (!same() && conditions.empty()) conditions.push(condition("api_key", "*"));
    if (!same() && group_by.empty()) group_by.push(group("workspace_id"));
    Out whole = Out::mapping();
    whole.add("conditions", std::move(conditions));
    whole.add("group_by", std::move(group_by));
    for (auto& [key, value] : std::get<Out::Mapping>(body.storage())) whole.add(key, std::move(value));
    if (same()) put(whole, extras_of(n));
    file(name, "POST", path, "policy").bodies.push_back(std::move(whole));
  };
  for (const ir::Budget& b : gateway_.budgets) {
    if (from_grant(b.scope)) continue;
    auto out = budget(b, true);
    ++number;
    if (!out) continue;
    if (!same()) {
      lose(&b, {Fate::Approximated, DiagId::Approximated, "a usage policy counts it, for each workspace", "", ""});
      context_.ledger.admit_added("budgets[", "a usage policy for each budget of the whole gateway");
    }
    if (b.id.given()) {
      Out named = Out::mapping();
      named.add("name", *b.id);
      for (auto& [key, value] : std::get<Out::Mapping>(out->storage())) named.add(key, std::move(value));
      out = std::move(named);
    }
    kept_conditions_ = conditions_of(b.scope);
    finish(policy_scope(b.scope), *std::move(out), "usage-policies", "/policies/usage-limits", number);
  }
  for (const ir::Limit& l : gateway_.limits) {
    if (from_grant(l.scope)) continue;
    auto out = limit(l);
    ++number;
    if (!out) continue;
    kept_conditions_ = conditions_of(l.scope);
    finish(policy_scope(l.scope), *std::move(out), "rate-policies", "/policies/rate-limits", number);
  }
}

/// Conditions that a scope has no field for stand in its text as `key: value` pairs.
std::vector<Out> HostedWriter::conditions_of(const ir::Scope& scope) {
  std::vector<Out> out;
  for (const auto& per : scope.per.items) {
    if (!per->starts_with(kCondition)) continue;
    std::string_view text = std::string_view(*per).substr(kCondition.size());
    if (text.size() >= 2) text = text.substr(1, text.size() - 2);
    Out one = Out::mapping();
    while (!text.empty()) {
      const std::size_t comma = text.find(", ");
      const std::string_view pair = text.substr(0, comma);
      const std::size_t colon = pair.find(": ");
      if (colon != std::string_view::npos) one.add(std::string(pair.substr(0, colon)), pair.substr(colon + 2));
      text.remove_prefix(comma == std::string_view::npos ? text.size() : comma + 2);
    }
    out.push_back(std::move(one));
  }
  return out;
}

/// A provider kind of the IR by the name that policies have for it.
ir::Scope HostedWriter::policy_scope(const ir::Scope& scope) const {
  ir::Scope out = scope;
  if (same() || !scope.provider.given()) return out;
  const facts::ProviderFacts* facts = facts::provider_by_kind(*scope.provider);
  if (facts != nullptr && !facts->portkey.empty()) out.provider.value = facts->portkey;
  if (scope.tag.given()) out.tag.value = "metadata.tags=" + *scope.tag;
  return out;
}

/// Whole objects that have no place in the IR, by kind and in order.
void HostedWriter::add_kept_objects() {
  for (const ir::Extra& e : gateway_.extras) {
    if (e.section != "objects") continue;
    const std::string kind = e.key.substr(0, e.key.find('.'));
    const bool reference = kind == "secret_reference";
    file(reference ? "secret-references" : "objects", "POST", reference ? "/secret-references" : "/", reference ? "secret reference" : "object")
        .bodies.push_back(configs_.open(e.value, ""));
  }
}

}  // namespace gatec::targets::portkey
