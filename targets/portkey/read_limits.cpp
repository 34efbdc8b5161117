#include "compiler/facts/providers.h"
#include "compiler/ir/describe.h"
#include "targets/portkey/reader.h"
#include "targets/portkey/windows.h"

namespace gatec::targets::portkey {
namespace {

using base::Decimal;
using doc::Entry;
using ir::Fate;
using ir::Window;

std::string at_index(std::string_view path, std::size_t index) {
  return std::string(path) + ".[" + std::to_string(index) + "]";
}

std::optional<ir::Counted> counted_of(std::string_view type) {
  if (type == "cost") return ir::Counted::Usd;
  if (type == "tokens") return ir::Counted::Tokens;
  if (type == "requests") return ir::Counted::Requests;
  return std::nullopt;
}

}  // namespace

/// A list of them, or one.
void Reader::read_limits(const Node& node, std::string_view path, std::vector<ir::Limit>& limits,
                         std::vector<ir::Extra>& extras) {
  if (node.is_sequence() && !node.empty()) {
    for (std::size_t i = 0; i < node.size(); ++i) read_limits(*node.elements()[i], at_index(path, i), limits, extras);
    return;
  }
  if (!node.is_mapping() || node.empty()) {
    keep_whole(node, path, extras);
    return;
  }
  ir::Limit limit;
  const Node* type = node.get("type");
  const Node* unit = node.get("unit");
  const Node* value = node.get("value");
  if (type == nullptr || unit == nullptr || value == nullptr || !read_rate(*type, *unit, *value, limit)) {
    report(DiagId::PortkeyRateUnit, node.span(),
           "a rate limit takes `type` requests or tokens, `unit` rps, rpm, rph, rpd or rpw, and a number in `value`");
    keep_whole(node, path, extras);
    return;
  }
  for (const Entry& entry : node.entries()) {
    const std::string_view key = entry.key->text();
    if (key != "type" && key != "unit" && key != "value") keep_key(extras, path, keys().root("$rate_limit"), entry);
  }
  limits.push_back(std::move(limit));
}

bool Reader::read_rate(const Node& type, const Node& unit, const Node& value, ir::Limit& limit) {
  const auto counts = type.is_string() ? counted_of(type.text()) : std::nullopt;
  const auto window = unit.is_string() ? rate_window(unit.text()) : std::nullopt;
  if (!counts || !window || !value.is_number()) return false;
  limit.counts = *counts;
  limit.amount = number(value, "value");
  limit.amount.from.add(type.leaf());
  limit.window = {*window, unit.leaf()};
  return true;
}

void Reader::read_budgets(const Node& node, std::string_view path, std::vector<ir::Budget>& budgets,
                          std::vector<ir::Extra>& extras) {
  if (node.is_sequence() && !node.empty()) {
    for (std::size_t i = 0; i < node.size(); ++i) read_budgets(*node.elements()[i], at_index(path, i), budgets, extras);
    return;
  }
  if (!node.is_mapping() || node.empty()) {
    keep_whole(node, path, extras);
    return;
  }
  ir::Budget budget;
  if (!read_budget(node, budget)) {
    keep_whole(node, path, extras);
    return;
  }
  for (const Entry& entry : node.entries()) {
    if (!is_budget_key(entry.key->text())) keep_key(extras, path, keys().root("$usage_limit"), entry);
  }
  budgets.push_back(std::move(budget));
}

bool Reader::is_budget_key(std::string_view key) {
  return key == "type" || key == "credit_limit" || key == "alert_threshold" || key == "periodic_reset" ||
         key == "periodic_reset_days";
}

/// `type` is cost unless it says otherwise (terraform's older bodies leave it out).
bool Reader::read_budget(const Node& node, ir::Budget& budget) {
  const Node* type = node.get("type");
  const Node* amount = node.get("credit_limit");
  const Node* soft = node.get("alert_threshold");
  const Node* reset = node.get("periodic_reset");
  const Node* days = node.get("periodic_reset_days");
  const auto counts = type == nullptr     ? std::optional(ir::Counted::Usd)
                      : type->is_string() ? counted_of(type->text())
                                          : std::nullopt;
  const bool odd_reset = (reset != nullptr && (!reset->is_string() || !reset_window(reset->text()))) ||
                         (days != nullptr && !days->is_number());
  if (!counts || (amount == nullptr && soft == nullptr) || (amount != nullptr && !amount->is_number()) ||
      (soft != nullptr && !soft->is_number()) || odd_reset) {
    report(DiagId::PortkeyBudgetRange, node.span(),
           "a usage limit takes `type` cost or tokens, numbers in `credit_limit` and `alert_threshold`, and "
           "`periodic_reset` monthly or weekly, or `periodic_reset_days`");
    return false;
  }
  budget.counts = *counts;
  if (amount != nullptr) budget.amount = number(*amount, "credit_limit");
  if (soft != nullptr) budget.soft = number(*soft, "alert_threshold");
  if (type != nullptr) (budget.amount ? budget.amount.from : budget.soft.from).add(type->leaf());
  if (days != nullptr) {
    const ir::Field<std::int64_t> count = integer(*days, "periodic_reset_days");
    budget.window = {days_window(count.given() ? *count : 1), days->leaf()};
    if (reset != nullptr) budget.window.from.add(reset->leaf());
  } else if (reset != nullptr) {
    budget.window = {*reset_window(reset->text()), reset->leaf()};
  } else {
    budget.window = {lifetime_window(), ir::Origin(rules::kNoReset)};
  }
  return true;
}

/// What cannot be a limit stays as it is.
void Reader::keep_whole(const Node& node, std::string_view path, std::vector<ir::Extra>& extras) {
  const std::size_t dot = path.find_last_of('.');
  const std::string_view section = dot == std::string_view::npos ? std::string_view() : path.substr(0, dot);
  const std::string_view key = dot == std::string_view::npos ? path : path.substr(dot + 1);
  const bool empty = !node.is_scalar() && node.empty();
  keep_as(extras, section, key, node, empty || node.is_null() ? DiagId::InertKey : DiagId::WrongType,
          empty || node.is_null() ? Fate::Skipped : Fate::Manual,
          empty || node.is_null() ? "nothing to do: no limit is set" : "correct the limit in the source");
}

/// Conditions become the scope. One that holds for all says nothing; one that a scope has no field for is kept, and
/// named among the counters so that nobody takes the limit for a wider one.
void Reader::read_scope(const Node& body, const std::string& section, ir::Scope& scope, ir::Origin& general) {
  const Node* conditions = body.get("conditions");
  std::size_t index = 0;
  for (const Node* c : conditions != nullptr ? conditions->elements() : std::span<const Node* const>{}) {
    const Node* key = c->is_mapping() ? c->get("key") : nullptr;
    const Node* value = c->is_mapping() ? c->get("value") : nullptr;
    const bool plain = key != nullptr && value != nullptr && key->is_string() && value->is_string() && c->size() == 2;
    const std::string_view name = plain ? key->text() : std::string_view();
    ir::Origin from;
    add_leaves(from, *c);
    if (name == "api_key" && value->text() == "*") {
      general.add(from);
    } else if (name == "model" && scope.model.absent()) {
      scope.model = {std::string(value->text()), std::move(from)};
    } else if (name == "provider" && scope.provider.absent()) {
      const facts::ProviderFacts* facts = facts::provider_by_portkey_slug(value->text());
      scope.provider = {std::string(facts != nullptr ? facts->kind : value->text()), std::move(from)};
    } else if (name == "virtual_key" && scope.provider.absent()) {
      scope.provider = {"@" + std::string(value->text()), std::move(from)};
    } else if (name.starts_with("metadata.") && scope.tag.absent()) {
      scope.tag = {
          name == "metadata.tags" ? std::string(value->text()) : std::string(name) + "=" + std::string(value->text()),
          std::move(from)};
    } else {
      scope.per.push("if " + ir::show(kit_.value(*c, "")), std::move(from));
      keep_as(gateway_.extras, section, "if." + std::to_string(index++), *c, DiagId::NotModelled, Fate::Manual,
              "set this limit for what the condition says");
    }
  }
  const Node* group = body.get("group_by");
  const bool one_workspace = group != nullptr && group->is_sequence() && group->size() == 1 && workspace_count_ <= 1;
  for (const Node* g : group != nullptr ? group->elements() : std::span<const Node* const>{}) {
    const Node* key = g->is_mapping() ? g->get("key") : g;
    const std::string text = key != nullptr && key->is_scalar() ? std::string(key->text()) : std::string();
    ir::Origin from;
    add_leaves(from, *g);
    if (one_workspace && text == "workspace_id") {
      general.add(from);
    } else {
      scope.per.push(text, std::move(from));
    }
  }
}

}  // namespace gatec::targets::portkey
