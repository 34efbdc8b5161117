#include "compiler/ir/describe.h"
#include "targets/litellm/admin_reader.h"
#include "targets/litellm/durations.h"

#include <algorithm>

namespace gatec::targets::litellm {
namespace {

using doc::Entry;
using doc::Node;
using ir::Budget;
using ir::Counted;
using ir::Fate;
using ir::Limit;
using ir::Window;

constexpr std::int64_t kLimitSeconds = 60;

ir::Field<Window> limit_window() {
  Window window;
  window.kind = ir::WindowKind::Fixed;
  window.seconds = kLimitSeconds;
  return {window, ir::Origin(rules::kLimitWindow)};
}

ir::Field<Window> lifetime() {
  Window window;
  window.kind = ir::WindowKind::Lifetime;
  return {window, ir::Origin(rules::kNoReset)};
}

void count_each_member(ir::Scope& scope) { scope.per.push("user", ir::Origin(rules::kEachMember)); }

/// One spending rule of a model as it must look to be applied (§9.6).
struct ModelBudget {
  const Entry *amount = nullptr, *period = nullptr, *rpm = nullptr, *tpm = nullptr;
  bool sound = true;
};

ModelBudget look_at(const Node& node) {
  ModelBudget b;
  if (!node.is_mapping() || node.empty()) {
    b.sound = false;
    return b;
  }
  for (const Entry& e : node.entries()) {
    const std::string_view key = e.key->text();
    const Entry** into = key == "budget_limit" || key == "max_budget"       ? &b.amount
                         : key == "time_period" || key == "budget_duration" ? &b.period
                         : key == "rpm_limit"                               ? &b.rpm
                         : key == "tpm_limit"                               ? &b.tpm
                                                                            : nullptr;
    if (e.value->is_null()) continue;
    if (into == nullptr || *into != nullptr) b.sound = false;
    if (into != nullptr) *into = &e;
  }
  const auto is_amount = [](const Entry* e) {
    return e == nullptr || e->value->is_number() ||
           (e->value->is_string() && base::Decimal::parse(e->value->text()).has_value());
  };
  const bool period_is_read = b.period != nullptr && b.period->value->is_string() &&
                              rolling_window(b.period->value->text()).kind == ir::WindowKind::Rolling;
  if (!is_amount(b.amount) || !is_amount(b.rpm) || !is_amount(b.tpm)) b.sound = false;
  if (b.amount != nullptr && !period_is_read) b.sound = false;
  if (b.amount == nullptr && (b.period != nullptr || (b.rpm == nullptr && b.tpm == nullptr))) b.sound = false;
  return b;
}

ir::Field<std::string> model_name(const Entry& e, const Node& leaf) {
  return {std::string(e.key->text()), leaf.leaf()};
}

}  // namespace

bool AdminReader::take_amount(const Entry& e, AdminField field, Draft& d) {
  if (field == AdminField::BudgetDuration || field == AdminField::MemberBudgetDuration) {
    ir::Field<Window>& into = field == AdminField::BudgetDuration ? d.window : d.member_window;
    into = reset(*e.value, e.key->text());
    return into.given();
  }
  ir::Field<ir::Decimal>& into = field == AdminField::MaxBudget    ? d.amount
                                 : field == AdminField::SoftBudget ? d.soft
                                                                   : d.member_amount;
  into = kit_.decimal(*e.value, e.key->text());
  return into.given();
}

ir::Field<Window> AdminReader::reset(const Node& node, std::string_view what) {
  if (!node.is_string()) {
    kit_.wrong_type(node, what, "a duration such as `30d`");
    return {};
  }
  Window window = reset_window(node.text());
  if (window.kind == ir::WindowKind::Invalid) {
    ledger().settle(node.leaf(), Fate::Manual, DiagId::LitellmDurationBad, "LiteLLM cannot tell when this period ends");
  }
  return {std::move(window), node.leaf()};
}

bool AdminReader::take_limit(const Entry& e, AdminField field, Draft& d) {
  if (field == AdminField::RpmType || field == AdminField::TpmType) {
    ir::Field<std::string>& into = field == AdminField::RpmType ? d.rpm_type : d.tpm_type;
    ir::Field<std::string> type = kit_.string(*e.value, e.key->text());
    if (!type.given()) return false;
    if (into.given() && into.value == type.value) {
      into.from.add(type.from);
    } else if (into.given()) {
      shadowed(*e.value, "the field beside `metadata`");
    } else {
      into = std::move(type);
    }
    return true;
  }
  const ir::Field<std::int64_t> amount = kit_.integer(*e.value, e.key->text());
  if (!amount.given()) return false;
  Limit limit;
  limit.amount = {ir::Decimal(*amount), amount.from};
  const bool member = field == AdminField::MemberRpm || field == AdminField::MemberTpm;
  limit.counts = field == AdminField::Parallel                                ? Counted::Concurrent
                 : field == AdminField::Rpm || field == AdminField::MemberRpm ? Counted::Requests
                                                                              : Counted::Tokens;
  if (limit.counts != Counted::Concurrent) limit.window = limit_window();
  if (member) count_each_member(limit.scope);
  const bool counted = d.kind == AdminKind::Key || d.kind == AdminKind::Budget;
  if (limit.counts == Counted::Concurrent && !counted) limit.hint = {true, ir::Origin(rules::kParallelInert)};
  add_limit(d, std::move(limit));
  return true;
}

bool AdminReader::take_model_limits(const Entry& entry, Counted counts, Draft& d) {
  const Node& node = *entry.value;
  if (!node.is_mapping()) {
    kit_.wrong_type(node, entry.key->text(), "a mapping from models to numbers");
    return false;
  }
  if (node.empty()) settle_unset(node);
  for (const Entry& e : node.entries()) {
    if (e.value->is_null()) {
      settle_unset(*e.value);
      continue;
    }
    const ir::Field<std::int64_t> amount = kit_.integer(*e.value, e.key->text());
    if (!amount.given()) {
      keep_wrong(e, d.principal, std::string(entry.key->text()));
      continue;
    }
    Limit limit;
    limit.counts = counts;
    limit.amount = {ir::Decimal(*amount), amount.from};
    limit.window = limit_window();
    limit.scope.model = model_name(e, *e.value);
    add_limit(d, std::move(limit));
  }
  return true;
}

/// The same limit may stand beside `metadata`, within it and in `model_max_budget`: the first that is read counts.
void AdminReader::add_limit(Draft& d, Limit limit) {
  for (Limit& known : d.principal.limits) {
    const bool same = known.counts == limit.counts && known.scope.model.value == limit.scope.model.value &&
                      known.scope.per.state == limit.scope.per.state;
    if (!same) continue;
    if (known.amount.value == limit.amount.value) {
      known.amount.from.add(limit.amount.from);
    } else {
      limit.amount.from.each([&](ir::LeafId leaf) {
        ledger().settle(leaf, Fate::Skipped, DiagId::ShadowedSetting,
                        "the same limit is stated elsewhere in the object");
      });
    }
    return;
  }
  d.principal.limits.push_back(std::move(limit));
}

bool AdminReader::take_model_budgets(const Node& node, Draft& d) {
  if (!node.is_mapping()) {
    kit_.wrong_type(node, "model_max_budget", "a mapping from models to budgets");
    return false;
  }
  if (node.empty()) settle_unset(node);
  for (const Entry& e : node.entries()) {
    if (e.value->is_null()) {
      settle_unset(*e.value);
    } else if (!take_model_budget(e, d)) {
      keep(e, d.principal, "model_max_budget", DiagId::LitellmModelBudgetShape, Fate::Manual,
           "give the model's budget an amount and a period");
    }
  }
  return true;
}

bool AdminReader::take_model_budget(const Entry& entry, Draft& d) {
  const ModelBudget b = look_at(*entry.value);
  if (!b.sound) return false;
  for (const Entry& e : entry.value->entries()) {
    if (e.value->is_null()) settle_unset(*e.value);
  }
  if (b.amount != nullptr) {
    Budget budget;
    budget.amount = kit_.decimal(*b.amount->value, b.amount->key->text());
    budget.window = {rolling_window(b.period->value->text()), b.period->value->leaf()};
    budget.scope.model = model_name(entry, *b.amount->value);
    d.principal.budgets.push_back(std::move(budget));
  }
  for (const auto& [e, counts] : {std::pair{b.rpm, Counted::Requests}, std::pair{b.tpm, Counted::Tokens}}) {
    if (e == nullptr) continue;
    Limit limit;
    limit.counts = counts;
    limit.amount = kit_.decimal(*e->value, e->key->text());
    limit.window = limit_window();
    limit.scope.model = model_name(entry, *e->value);
    add_limit(d, std::move(limit));
  }
  return true;
}

bool AdminReader::take_budget_limits(const Node& list, Draft& d) {
  const auto is_sound = [](const Node* element) {
    const Node* amount = element->is_mapping() ? element->get("max_budget") : nullptr;
    const Node* period = element->is_mapping() ? element->get("budget_duration") : nullptr;
    return amount != nullptr && amount->is_number() && period != nullptr && period->is_string();
  };
  if (!list.is_sequence() || !std::all_of(list.elements().begin(), list.elements().end(), is_sound)) {
    kit_.wrong_type(list, "budget_limits", "a list of budgets with `max_budget` and `budget_duration`");
    return false;
  }
  if (list.empty()) settle_unset(list);
  for (const Node* element : list.elements()) {
    Budget budget;
    for (const Entry& e : element->entries()) {
      if (e.key->text() == "max_budget") {
        budget.amount = kit_.decimal(*e.value, "max_budget");
      } else if (e.key->text() == "budget_duration") {
        budget.window = reset(*e.value, "budget_duration");
      } else {
        settle_read_only(*e.value);
      }
    }
    d.principal.budgets.push_back(std::move(budget));
  }
  return true;
}

void AdminReader::finish_budgets(Draft& d) {
  ir::Principal& p = d.principal;
  const auto add = [&](ir::Field<ir::Decimal>& amount, ir::Field<ir::Decimal> soft, ir::Field<Window>& window,
                       bool each_member) {
    if (amount.absent() && soft.absent() && window.absent()) return;
    Budget budget;
    if (window.absent()) {
      window =
          p.budget_id.given() && !each_member ? ir::Field<Window>::unknown(ir::Origin(rules::kElsewhere)) : lifetime();
    }
    budget.amount = std::move(amount);
    budget.soft = std::move(soft);
    budget.window = std::move(window);
    if (each_member) count_each_member(budget.scope);
    // a period alone limits nothing: a whole budget of the same period is told from it
    const bool period_only = budget.amount.absent() && budget.soft.absent();
    p.budgets.insert(each_member || period_only ? p.budgets.end() : p.budgets.begin(), std::move(budget));
  };
  add(d.amount, std::move(d.soft), d.window, false);
  add(d.member_amount, {}, d.member_window, true);
  for (const auto& [type, counts] :
       {std::pair{&d.rpm_type, Counted::Requests}, std::pair{&d.tpm_type, Counted::Tokens}}) {
    if (!type->given()) continue;
    const auto own = std::find_if(p.limits.begin(), p.limits.end(), [counts = counts](const Limit& l) {
      return l.counts == counts && l.scope.model.absent() && l.scope.per.absent();
    });
    if (own != p.limits.end()) {
      own->guarantee = std::move(*type);
    } else {
      Limit limit;
      limit.counts = counts;
      limit.guarantee = std::move(*type);
      p.limits.push_back(std::move(limit));
    }
  }
}

/// What an export shows of the row that `budget_id` names. Where a body may name a row, it becomes one of its own; else
/// its values are the object's.
void AdminReader::read_budget_table(const Node& table, Draft& d) {
  const bool may_name_row = d.kind == AdminKind::Key || d.kind == AdminKind::Organization ||
                            d.kind == AdminKind::Customer || d.kind == AdminKind::Project;
  const Node* id = table.get("budget_id");
  if (!may_name_row || !d.principal.budget_id.given() ||
      (id != nullptr && id->is_string() && id->text() != *d.principal.budget_id)) {
    read_row_inline(table, d);
    return;
  }
  Draft row;
  row.kind = AdminKind::Budget;
  row.at = keys().root(table_root(AdminKind::Budget));
  row.principal.kind = ir::PrincipalKind::BudgetRow;
  if (id == nullptr) row.principal.id = d.principal.budget_id;
  read_fields(table, row);
  finish(table, row);
}

void AdminReader::read_row_inline(const Node& table, Draft& d) {
  if (table.empty()) settle_unset(table);
  for (const Entry& e : table.entries()) {
    const AdminField field = field_of(AdminKind::Budget, e.key->text());
    const bool taken_before = (field == AdminField::MaxBudget && d.amount.given()) ||
                              (field == AdminField::SoftBudget && d.soft.given()) ||
                              (field == AdminField::BudgetDuration && d.window.given());
    if (e.value->is_null()) {
      settle_unset(*e.value);
    } else if (field == AdminField::Unmodelled || field == AdminField::Id) {
      settle_read_only(*e.value);
    } else if (taken_before) {
      shadowed(*e.value, "the field of the object itself");
    } else if (!take(e, field, d)) {
      keep_wrong(e, d.principal, "litellm_budget_table");
    }
  }
  if (d.principal.budget_id.given()) {
    d.principal.budget_id.from.each([&](ir::LeafId leaf) {
      ledger().settle(leaf, Fate::Skipped, DiagId::ReadOnlyField, "what the budget row says stands beside it");
    });
    d.principal.budget_id = {};
  }
}

void fill_from_budget_rows(ir::Gateway& gateway) {
  std::unordered_map<std::string_view, std::size_t> rows;
  for (std::size_t i = 0; i < gateway.principals.size(); ++i) {
    const ir::Principal& p = gateway.principals[i];
    if (p.kind == ir::PrincipalKind::BudgetRow && p.id.given()) rows.emplace(*p.id, i);
  }
  if (rows.empty()) return;
  const auto fill = [](auto& into, const auto& from) {
    if (!(into.absent() || into.state == ir::State::Unknown) || from.absent()) return;
    into = from;
    into.from.set_rule(rules::kBudgetRow);
  };
  for (ir::Principal& p : gateway.principals) {
    const auto found = p.budget_id.given() ? rows.find(*p.budget_id) : rows.end();
    if (found == rows.end()) continue;
    const ir::Principal& row = gateway.principals[found->second];
    const bool has_model_budgets =
        std::any_of(p.budgets.begin(), p.budgets.end(), [](const Budget& b) { return b.scope.model.given(); });
    for (const Budget& b : row.budgets) {
      const bool of_model = b.scope.model.given();
      const auto own = std::find_if(p.budgets.begin(), p.budgets.end(), [&](const Budget& o) {
        return !of_model && o.scope.model.absent() && o.scope.per.absent();
      });
      if (of_model && has_model_budgets) continue;
      Budget& into = own != p.budgets.end() ? *own : p.budgets.emplace_back();
      fill(into.amount, b.amount);
      fill(into.soft, b.soft);
      fill(into.window, b.window);
      fill(into.scope.model, b.scope.model);
    }
    for (const Limit& l : row.limits) {
      const std::string name = ir::identity(l);
      const bool own =
          std::any_of(p.limits.begin(), p.limits.end(), [&](const Limit& o) { return ir::identity(o) == name; });
      if (own) continue;
      Limit& into = p.limits.emplace_back(l);
      into.amount.from.set_rule(rules::kBudgetRow);
      if (l.counts == Counted::Concurrent && p.kind != ir::PrincipalKind::Key)
        into.hint = {true, ir::Origin(rules::kParallelInert)};
    }
  }
}

}  // namespace gatec::targets::litellm
