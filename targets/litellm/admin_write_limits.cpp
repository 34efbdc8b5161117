#include "compiler/ir/describe.h"
#include "targets/litellm/admin_writer.h"
#include "targets/litellm/durations.h"

#include <algorithm>

namespace gatec::targets::litellm {
namespace {

using diagnostics::DiagId;
using doc::Out;
using ir::Budget;
using ir::CalendarUnit;
using ir::Counted;
using ir::Fate;
using ir::Limit;
using ir::Principal;
using ir::Window;
using ir::WindowKind;

constexpr std::int64_t kMinute = 60, kHour = 3600, kDay = 86400;

bool is_plain(const ir::Scope& scope) {
  return scope.model.absent() && scope.provider.absent() && scope.tag.absent() && scope.per.absent();
}

bool is_each_member(const ir::Scope& scope) {
  return scope.per.given() && scope.per.items.size() == 1 && scope.per.items[0].value == "user" &&
         scope.model.absent() && scope.provider.absent() && scope.tag.absent();
}

bool is_of_model(const ir::Scope& scope) {
  return scope.model.given() && scope.provider.absent() && scope.tag.absent() && scope.per.absent();
}

std::string number(std::int64_t n, std::string_view unit) { return std::to_string(n).append(unit); }

/// The shortest period of LiteLLM's reset that is not shorter than so many seconds.
std::string not_shorter_reset(std::int64_t seconds) {
  for (const auto& [unit, name, most] : {std::tuple{kMinute, "m", kHour}, std::tuple{kHour, "h", kDay}}) {
    for (std::int64_t n = 1; n * unit < most; ++n) {
      if (most % (n * unit) == 0 && n * unit >= seconds) return number(n, name);
    }
  }
  const std::int64_t days = (seconds + kDay - 1) / kDay;
  return number(days == 30 ? 31 : days, "d");  // 30d is a calendar month, which may have 28 days
}

/// A period that LiteLLM can say and that is not shorter than the window; nullopt for one that never ends.
std::optional<std::string> stricter_reset(const Window& window) {
  if (window.kind == WindowKind::Lifetime || window.kind == WindowKind::Invalid) return std::nullopt;
  if (window.kind == WindowKind::Calendar && window.unit == CalendarUnit::Month) {
    const auto span = length(number(window.count, "mo"));
    return not_shorter_reset(span->longest_seconds());
  }
  return window.seconds > 0 ? std::optional(not_shorter_reset(window.seconds)) : std::nullopt;
}

std::string stricter_rolling(const Window& window) {
  if (window.unit == CalendarUnit::Month && window.count > 0) return number(window.count, "mo");
  return number(std::max<std::int64_t>(1, (window.seconds + kDay - 1) / kDay), "d");
}

std::string shown(const Window& window) { return ir::show(window); }

Window never() {
  Window window;
  window.kind = WindowKind::Lifetime;
  return window;
}

std::string_view limit_key(Counted counts) {
  switch (counts) {
    case Counted::Requests: return "rpm_limit";
    case Counted::Tokens: return "tpm_limit";
    case Counted::Concurrent: return "max_parallel_requests";
    default: return "";
  }
}

std::string_view model_limit_key(Counted counts) {
  switch (counts) {
    case Counted::Requests: return "model_rpm_limit";
    case Counted::Tokens: return "model_tpm_limit";
    case Counted::InputTokens: return "model_itpm_limit";
    case Counted::OutputTokens: return "model_otpm_limit";
    default: return "";
  }
}

std::string_view member_limit_key(Counted counts) {
  return counts == Counted::Requests ? "team_member_rpm_limit"
         : counts == Counted::Tokens ? "team_member_tpm_limit"
                                     : "";
}

Out amount_of(const ir::Field<ir::Decimal>& field) { return Out::number(field->text()); }

}  // namespace

void AdminWriter::drop(const Limit& limit, std::string reason) {
  context_.ledger.lose(&limit, {Fate::Skipped, DiagId::DroppedLimit, std::move(reason), {}, {}});
}

void AdminWriter::drop(const Budget& budget, std::string reason) {
  context_.ledger.lose(&budget, {Fate::Skipped, DiagId::DroppedLimit, std::move(reason), {}, {}});
}

/// The one that is `max_budget`: others over the same traffic go to `budget_limits`.
const Budget* AdminWriter::find_main(const Principal& p) const {
  const Budget* main = nullptr;
  for (const Budget& b : p.budgets) {
    if (!is_plain(b.scope) || b.counts != Counted::Usd) continue;
    const bool must =
        b.soft.given() || b.amount.absent() || !b.window.given() || b.window->kind == WindowKind::Lifetime;
    if (main == nullptr || must) main = &b;
    if (must) break;
  }
  return main;
}

void AdminWriter::budgets(const Principal& p, AdminKind kind, Out& body) {
  const Budget* main = find_main(p);
  const Principal* row = row_of(p);
  const Budget* row_main = row != nullptr ? find_main(*row) : nullptr;
  Out models = Out::mapping();
  for (const Budget& b : p.budgets) {
    const bool from_row = row != nullptr && b.amount.from.rule() != nullptr &&
                          b.amount.from.rule()->id == "litellm.budget-row" && &b != main;
    if (from_row) continue;
    if (b.counts != Counted::Usd) {
      drop(b, "LiteLLM counts budgets in dollars only");
    } else if (&b == main) {
      main_budget(b, kind, row_main, body);
    } else if (is_of_model(b.scope) && takes(kind, "model_max_budget")) {
      model_budget(b, models);
    } else if (is_each_member(b.scope) && kind == AdminKind::Team) {
      member_budget(b, body);
    } else if (is_plain(b.scope) && takes(kind, "budget_limits") && b.amount.given()) {
      Out window = Out::mapping();
      const std::string reset = reset_of(b);
      if (!reset.empty()) window.add("budget_duration", Out(reset));
      window.add("max_budget", amount_of(b.amount));
      body.at("budget_limits").push(std::move(window));
    } else {
      drop(b, "a " + std::string(kind_word(kind)) + " of LiteLLM has no budget of this scope");
    }
    if (b.id.given()) no_place(b.id, "LiteLLM names no budgets but rows of their own");
  }
  if (!models.empty()) body.add("model_max_budget", std::move(models));
}

/// What equals the budget row that the principal names comes from there.
void AdminWriter::main_budget(const Budget& b, AdminKind kind, const Budget* row, Out& body) {
  const auto put_amount = [&](std::string_view key, const ir::Field<ir::Decimal>& field,
                              const ir::Field<ir::Decimal>* of_row) {
    if (!field.given()) {
      if (!field.absent())
        context_.ledger.lose(
            &field, {Fate::Approximated, DiagId::Approximated, "without an amount nothing is limited", {}, {}});
      return;
    }
    if (of_row != nullptr && of_row->given() && of_row->value == field.value) return;
    if (takes(kind, key)) {
      body.add(std::string(key), amount_of(field));
    } else {
      no_place(field, "a " + std::string(kind_word(kind)) + " of LiteLLM has no `" + std::string(key) + "`");
    }
  };
  put_amount("max_budget", b.amount, row != nullptr ? &row->amount : nullptr);
  put_amount("soft_budget", b.soft, row != nullptr ? &row->soft : nullptr);
  if (b.window.state == ir::State::Unknown && !takes(kind, "budget_id")) {
    context_.ledger.lose(&b.window,
                         {Fate::Manual, DiagId::NotExpressible, "when the budget starts anew is set elsewhere",
                          shown(never()), "give the " + std::string(kind_word(kind)) + " a `budget_duration`"});
  }
  const bool of_row =
      row != nullptr && row->window.given() && b.window.given() && same_meaning(*row->window, *b.window);
  if (!b.window.given() || of_row) return;
  if (!takes(kind, "budget_duration")) {
    if (b.window->kind != WindowKind::Lifetime) no_place(b.window, "this budget of LiteLLM is never set back");
    return;
  }
  const std::string reset = reset_of(b);
  if (!reset.empty()) body.add("budget_duration", Out(reset));
}

/// The duration to write; what it approximates is told. Empty = never set back.
std::string AdminWriter::reset_of(const Budget& b) {
  if (!b.window.given() || b.window->kind == WindowKind::Lifetime) return {};
  if (auto exact = reset_text(*b.window)) return *std::move(exact);
  const auto text = stricter_reset(*b.window);
  const Window written = text ? reset_window(*text) : never();
  other_period(b, written,
               "LiteLLM sets back at the starts of its own periods; the next one that is not shorter is taken");
  return text.value_or(std::string());
}

/// A budget is told from its siblings by its window, so a change of it is one of the whole budget.
void AdminWriter::other_period(const Budget& b, const Window& written, std::string reason) {
  context_.ledger.lose(&b, {Fate::Approximated, DiagId::Approximated, std::move(reason), shown(written), {}});
  context_.ledger.admit_added("principals[", "the budget stands under the period that could be written");
}

void AdminWriter::model_budget(const Budget& b, Out& models) {
  if (!b.amount.given() || !b.window.given() || b.window->kind == WindowKind::Lifetime ||
      b.window->kind == WindowKind::Invalid) {
    drop(b, "a model's budget of LiteLLM needs an amount and a period");
    return;
  }
  std::string period;
  if (const auto exact = rolling_text(*b.window)) {
    period = *exact;
  } else {
    period = stricter_rolling(*b.window);
    other_period(b, rolling_window(period), "a model's budget of LiteLLM runs from the first spend");
  }
  Out budget = Out::mapping();
  budget.add("budget_limit", amount_of(b.amount));
  budget.add("time_period", Out(period));
  models.add(*b.scope.model, std::move(budget));
}

void AdminWriter::member_budget(const Budget& b, Out& body) {
  if (b.amount.given()) body.add("team_member_budget", amount_of(b.amount));
  if (b.soft.given()) no_place(b.soft, "the budget of each member has no warning amount");
  const std::string reset = reset_of(b);
  if (!reset.empty()) body.add("team_member_budget_duration", Out(reset));
}

void AdminWriter::membership_budget(const Principal& p, std::string_view key, Out& body) {
  for (const Budget& b : p.budgets) {
    if (b.counts != Counted::Usd || !is_plain(b.scope) || body.find(key) != nullptr) {
      drop(b, "a membership of LiteLLM has one budget in dollars");
      continue;
    }
    if (b.amount.given()) body.add(std::string(key), amount_of(b.amount));
    if (b.soft.given()) no_place(b.soft, "a membership has no warning amount");
    if (b.window.given() && b.window->kind != WindowKind::Lifetime) {
      other_period(b, never(), "a membership's budget is sent without a period, so it is never set back");
    }
  }
}

bool AdminWriter::in_row(const Principal& p, const Limit& limit) const {
  const Principal* row = row_of(p);
  if (row == nullptr) return false;
  const std::string name = ir::identity(limit);
  return std::any_of(row->limits.begin(), row->limits.end(), [&](const Limit& l) {
    return ir::identity(l) == name && l.amount.given() && limit.amount.given() && l.amount.value == limit.amount.value;
  });
}

/// LiteLLM has one limit of a kind, so the first stands for all of them, as strict as the strictest.
void AdminWriter::limits(const Principal& p, AdminKind kind, Out& body) {
  struct Alike {
    const Limit* first;
    std::vector<const Limit*> others;
  };
  std::vector<Alike> groups;
  std::unordered_map<std::string, std::size_t> known;
  for (const Limit& l : p.limits) {
    if (in_row(p, l)) continue;
    const auto [place, fresh] = known.emplace(ir::identity(l), groups.size());
    if (fresh) {
      groups.push_back({&l, {}});
    } else {
      groups[place->second].others.push_back(&l);
    }
  }
  for (const Alike& group : groups) limit(*group.first, group.others, kind, body);
}

void AdminWriter::limit(const Limit& l, const std::vector<const Limit*>& others, AdminKind kind, Out& body) {
  const bool member = is_each_member(l.scope) && kind == AdminKind::Team;
  const bool model = is_of_model(l.scope);
  const std::string key(member ? member_limit_key(l.counts) : model ? model_limit_key(l.counts) : limit_key(l.counts));
  guarantee(l, kind, body);
  if (!l.amount.given()) {
    if (!l.amount.absent())
      context_.ledger.lose(&l.amount,
                           {Fate::Approximated, DiagId::Approximated, "without an amount nothing is limited", {}, {}});
    return;
  }
  if (key.empty() || !takes(kind, key) || (!member && !model && !is_plain(l.scope))) {
    for (const Limit* other : others) drop(*other, "LiteLLM has no limit of this kind and scope here");
    drop(l, "a " + std::string(kind_word(kind)) + " of LiteLLM has no limit of this kind and scope");
    return;
  }
  auto amount = whole_amount(l);
  for (const Limit* other : others) {
    const auto theirs = other->amount.given() ? whole_amount(*other) : std::nullopt;
    if (theirs && (!amount || *theirs < *amount)) amount = theirs;
    context_.ledger.lose(other, {Fate::Approximated,
                                 DiagId::Approximated,
                                 "LiteLLM has one limit of this kind; the strictest stands for all",
                                 {},
                                 {}});
  }
  if (!amount) {
    drop(l, "LiteLLM counts per minute, and this allows less than one a minute, or is for once");
    return;
  }
  if (l.burst.given()) no_place(l.burst, "LiteLLM's limits have no burst of their own");
  tell_rounding(l, *amount, !others.empty());
  if (model) {
    body.at(key).add(*l.scope.model, Out::integer(*amount));
  } else {
    body.add(key, Out::integer(*amount));
  }
}

/// A whole number a minute, or at once; nullopt when nothing is left of it.
std::optional<std::int64_t> AdminWriter::whole_amount(const Limit& l) {
  if (l.counts == Counted::Concurrent) return l.amount->floor();
  const auto minute = per_minute(l);
  const auto amount = minute ? minute->cap.amount.floor() : std::nullopt;
  return amount == 0 && !l.amount->is_zero() ? std::nullopt : amount;
}

void AdminWriter::tell_rounding(const Limit& l, std::int64_t amount, bool of_several) {
  const Window minute = limits::fixed_minute();
  if (l.counts != Counted::Concurrent && !(l.window.given() && same_meaning(*l.window, minute))) {
    context_.ledger.lose(
        &l.window,
        {Fate::Approximated, DiagId::Approximated, "LiteLLM counts in fixed windows of 60 seconds", shown(minute), {}});
  }
  if (ir::Decimal(amount) == *l.amount) return;
  context_.ledger.lose(&l.amount, {Fate::Approximated,
                                   DiagId::Approximated,
                                   of_several ? "the strictest of several limits, for a minute"
                                              : "the same rate for a minute, rounded down",
                                   std::to_string(amount),
                                   {}});
}

void AdminWriter::guarantee(const Limit& l, AdminKind kind, Out& body) {
  if (!l.guarantee.given()) return;
  const std::string_view key = l.counts == Counted::Requests ? "rpm_limit_type"
                               : l.counts == Counted::Tokens ? "tpm_limit_type"
                                                             : "";
  if (key.empty() || !takes(kind, key) || body.find(key) != nullptr) {
    no_place(l.guarantee, "LiteLLM guarantees the limits of keys and teams only");
  } else {
    body.add(std::string(key), Out(*l.guarantee));
  }
}

}  // namespace gatec::targets::litellm
