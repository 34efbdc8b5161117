#include "targets/ferro/reader.h"
#include "targets/ferro/writer.h"

#include <algorithm>

namespace gatec::targets::ferro {
namespace {

using base::Decimal;
using ir::Fate;

bool whole(const ir::Scope& scope) {
  return scope.per.items.empty() && scope.model.absent() && scope.provider.absent() && scope.tag.absent();
}
bool per(const ir::Scope& scope, std::string_view what) {
  return scope.per.items.size() == 1 && *scope.per.items.front() == what;
}

}  // namespace

void Writer::put_plugin(Out& list, const Plugin& plugin, const Out& config, std::string_view stage) {
  for (const std::string_view at : plugin.stages) {
    if (at.empty() || (!stage.empty() && at != stage)) continue;
    Out entry = Out::mapping();
    entry.add("name", plugin.name);
    entry.add("type", plugin.type);
    entry.add("stage", at);
    entry.add("enabled", true);
    entry.add("config", config);
    list.push(std::move(entry));
  }
}

/// The settings of a plugin of our own reading; nothing when it is not among the source's.
std::optional<Out> Writer::plugin_config(std::string_view name) {
  Out config = Out::mapping();
  bool there = false;
  const auto put = [&](std::string_view key, const ir::Field<Decimal>& field) {
    if (field.given() && !field.from.is_default()) config.add(std::string(key), Out::number(field->text()));
  };
  if (name == "rate-limit") {
    for (const ir::Limit& l : gw_.limits) {
      there = true;
      if (per(l.scope, "key"))
        put("key_rpm", l.amount);
      else if (per(l.scope, "user"))
        put("user_rpm", l.amount);
      else {
        if (l.amount.from.rule() != &rules::kHiddenRate) put("requests_per_second", l.amount);
        put("burst", l.burst);
      }
    }
  } else if (name == "budget") {
    for (const ir::Budget& b : gw_.budgets) {
      there = true;
      put("spend_limit_usd", b.amount);
    }
  } else if (name == "response-cache") {
    there = gw_.cache.enabled.given();
    put("max_age", gw_.defaults.cache.ttl);
  } else if (name == "request-logger") {
    there = !gw_.observers.empty();
  } else {
    for (const ir::Guardrail& g : gw_.guardrails) {
      if (g.name.value != name) continue;
      there = true;
      for (const ir::Param& p : g.params) config.add(p.name, open(p.value, p.name));
    }
  }
  if (!there) return std::nullopt;
  const std::string section = "plugins." + std::string(name);
  for (const ir::Extra& e : gw_.extras) {
    if (e.section == section) config.add(e.key, open(e.value, e.key));
  }
  return config;
}

void Writer::put_plugins(Out& root) {
  Out list = Out::sequence();
  if (!same()) {
    put_limits_foreign(list);
    put_cache_foreign(list);
    if (!list.empty()) root.add("plugins", std::move(list));
    return;
  }
  const ir::Value* order = layout("plugins");
  for (std::size_t i = 0; order != nullptr && i < order->items.size(); ++i) {
    const std::string& item = order->items[i].text;
    if (item.starts_with('#')) {
      for (const ir::Extra& e : gw_.extras) {
        if (e.section == "plugins" && e.key == item) list.push(open(e.value, "plugins"));
      }
      continue;
    }
    const std::size_t at = item.find('@');
    const std::string name = item.substr(0, at);
    const std::string stage = item.substr(at + 1);
    const Plugin* plugin = plugin_named(name);
    const auto config = plugin_config(name);
    if (plugin == nullptr || !config) continue;
    Out entry = Out::mapping();
    entry.add("name", plugin->name);
    entry.add("type", plugin->type);
    entry.add("stage", stage);
    entry.add("enabled", true);
    entry.add("config", *config);
    list.push(std::move(entry));
  }
  if (!list.empty()) root.add("plugins", std::move(list));
}

namespace {

/// Millionths, rounded down.
Decimal per_second(const Decimal& amount, std::int64_t seconds) {
  const auto scaled = amount.times(Decimal(1'000'000));
  const auto whole = scaled ? scaled->floor() : std::nullopt;
  const auto down = Decimal(whole.value_or(0) / std::max<std::int64_t>(seconds, 1)).divided_by(Decimal(1'000'000));
  return down.value_or(Decimal(0));
}

const ir::Limit* minute_limit(const ir::Principal& p) {
  for (const ir::Limit& l : p.limits) {
    const bool minute = l.window.given() && l.window->seconds == 60;
    if (l.counts == ir::Counted::Requests && l.amount.given() && minute && whole(l.scope)) return &l;
  }
  return nullptr;
}

const ir::Budget* dollars(const ir::Principal& p) {
  for (const ir::Budget& b : p.budgets) {
    if (b.counts == ir::Counted::Usd && b.amount.given() && whole(b.scope)) return &b;
  }
  return nullptr;
}

/// What all keys have, the smallest; nothing where one of them has none.
template <class Pick>
std::optional<Decimal> common(const std::vector<const ir::Principal*>& keys, Pick pick) {
  std::optional<Decimal> least;
  for (const ir::Principal* key : keys) {
    const auto* own = pick(*key);
    if (own == nullptr || own->amount->is_negative() || own->amount->is_zero()) return std::nullopt;
    if (!least || *own->amount < *least) least = *own->amount;
  }
  return least;
}

}  // namespace

/// Limits of keys become the one that the plugin has for all of them; a lone model's cap becomes the cap of all
/// requests (page 2.7).
void Writer::put_limits_foreign(Out& list) {
  std::vector<const ir::Principal*> keys;
  for (const ir::Principal& p : gw_.principals) {
    if (p.kind == ir::PrincipalKind::Key) keys.push_back(&p);
  }
  Out config = Out::mapping();
  const auto rate = common(keys, minute_limit);
  const ir::Limit* global = global_cap();
  const ir::Limit* cap = lone_cap();
  const auto slower = [](const ir::Limit& a, const ir::Limit& b) {
    return *a.amount->times(Decimal(b.window->seconds)) < *b.amount->times(Decimal(a.window->seconds));
  };
  if (global != nullptr && (cap == nullptr || slower(*global, *cap))) cap = global;
  if (cap != nullptr) {
    // one at a time, so that no sixty seconds see more than the cap
    const Decimal second = per_second(*(*cap->amount).minus(Decimal(1)), cap->window->seconds);
    config.add("requests_per_second", Out::number(second.text()));
    config.add("burst", Out::integer(1));
    const std::string why =
        std::string(cap == global ? "the cap of all requests: " : "the only model's cap holds for all requests: ") +
        second.text() + " a second in a bucket of 1, so that " + std::to_string(cap->window->seconds) +
        " seconds see " + cap->amount->text() + " at most";
    if (cap != global) lose(cap, Fate::Approximated, DiagId::Approximated, why);
    if (global != nullptr) {
      const ir::Window window{ir::WindowKind::Bucket, ir::CalendarUnit::None, 0, 1, {}};
      lose(&global->amount, Fate::Approximated, DiagId::Approximated, why, {}, second.text());
      lose(&global->window, Fate::Approximated, DiagId::Approximated, why, {}, ir::show(window));
    }
  } else if (rate) {
    config.add("requests_per_second", Out::integer(1'000'000'000));
  }
  if (rate) {
    config.add("key_rpm", Out::number(rate->text()));
    for (const ir::Principal* key : keys) {
      lose(minute_limit(*key), Fate::Approximated, DiagId::FerroOneLimit,
           "one limit holds for every key, the smallest: " + rate->text() +
               " a minute, counted by a bucket that lets through up to twice as many in the first minute after a rest");
    }
  }
  if (!config.empty()) {
    put_plugin(list, *plugin_named("rate-limit"), config);
    admit("limits", "the plugin counts all requests, and those of each key");
  }
  put_budget_foreign(list, keys);
}

/// A hard cap on the requests of all callers.
const ir::Limit* Writer::global_cap() const {
  if (std::ranges::none_of(plans_, [](const RoutePlan& plan) { return plan.kept; })) return nullptr;
  for (const ir::Limit& l : gw_.limits) {
    const bool hard = !(l.hint.given() && *l.hint) && l.counts == ir::Counted::Requests && whole(l.scope);
    const bool plain = l.burst.absent() && l.guarantee.absent() && l.hint.absent();
    if (hard && plain && l.amount.given() && l.window.given() && l.window->seconds > 0 && *l.amount > Decimal(1))
      return &l;
  }
  return nullptr;
}

/// A hard cap on requests of the only deployment that there is.
const ir::Limit* Writer::lone_cap() const {
  const bool lone =
      plans_.size() == 1 && plans_.front().kept && plans_.front().order.size() == 1 && targets_.size() == 1;
  if (!lone) return nullptr;
  for (const Tier& tier : plans_.front().tiers) {
    for (const Member& m : tier.members) {
      if (!m.kept) continue;
      for (const ir::Limit& l : m.deployment->limits) {
        const bool hard = !(l.hint.given() && *l.hint) && l.counts == ir::Counted::Requests && whole(l.scope);
        if (hard && l.amount.given() && l.window.given() && l.window->seconds > 0 && *l.amount > Decimal(1)) return &l;
      }
    }
  }
  return nullptr;
}

/// One amount for every key, counted at one price for all models: the highest, so that nobody spends more than he may.
void Writer::put_budget_foreign(Out& list, const std::vector<const ir::Principal*>& keys) {
  const auto amount = common(keys, dollars);
  if (!amount) return;
  struct Range {
    std::optional<Decimal> least, most;
  };
  Range input;
  Range output;
  const auto widen = [](Range& range, const Decimal& price) {
    if (!range.least || price < *range.least) range.least = price;
    if (!range.most || *range.most < price) range.most = price;
  };
  bool priced = true;
  std::string as_of;  // of prices that the source does not name
  for (const RoutePlan& plan : plans_) {
    for (const Tier& tier : plan.tiers) {
      for (const Member& m : tier.members) {
        if (!plan.kept || !m.kept) continue;
        std::size_t found = 0;
        for (const ir::Price& p : m.deployment->prices) {
          if (!p.tier.empty() || !p.amount.given() || p.amount->is_negative()) continue;
          if (p.unit == "input_token") widen(input, *p.amount), ++found;
          if (p.unit == "output_token") widen(output, *p.amount), ++found;
        }
        if (const auto listed = found == 0 ? listed_model(gw_, *m.deployment) : std::nullopt) {
          if (listed->input_price) widen(input, *listed->input_price), ++found;
          if (listed->output_price) widen(output, *listed->output_price), ++found;
          as_of = std::max(as_of, listed->as_of);
        }
        priced = priced && found == 2;
      }
    }
  }
  const bool usable = priced && input.most && output.most && !(input.most->is_zero() && output.most->is_zero());
  if (!usable) {
    for (const ir::Principal* key : keys) {
      lose(dollars(*key), Fate::Manual, DiagId::FerroUnpricedBudget,
           "the plugin `budget` counts with prices of its own, and neither the source nor gatec's table of models has "
           "those of "
           "every model",
           "add the plugin `budget` with `spend_limit_usd: " + amount->text() +
               "` and the prices of the dearest model for a million tokens");
    }
    return;
  }
  const auto million = [](const Decimal& price) { return price.times(Decimal(1'000'000)).value_or(price).text(); };
  Out config = Out::mapping();
  config.add("spend_limit_usd", Out::number(amount->text()));
  config.add("input_per_m_tokens", Out::number(million(*input.most)));
  config.add("output_per_m_tokens", Out::number(million(*output.most)));
  put_plugin(list, *plugin_named("budget"), config);
  const bool flat = *input.least != *input.most || *output.least != *output.most;
  std::string reason = "one budget holds for every key, the smallest: " + amount->text() +
                       " dollars, which never start anew but when the process does";
  if (flat) {
    reason += "; all models count at the price of the dearest (" + million(*input.most) + " and " +
              million(*output.most) + " for a million tokens), the cheapest costs " + million(*input.least) + " and " +
              million(*output.least);
  }
  if (!as_of.empty())
    reason += "; prices that the source does not name are those of gatec's own table of models, as of " + as_of;
  for (const ir::Principal* key : keys)
    lose(dollars(*key), Fate::Approximated, flat ? DiagId::FerroFlatBudget : DiagId::FerroOneLimit, reason);
  admit("budgets", "the plugin has one budget for every key");
  admit("extras[plugins.budget", "the plugin counts with prices of its own");
}

/// A cache of any kind comes to the one in memory, for equal requests of one key.
void Writer::put_cache_foreign(Out& list) {
  const auto& mode = gw_.defaults.cache.mode;
  const bool on = (gw_.cache.enabled.given() && *gw_.cache.enabled) ||
                  (gw_.cache.enabled.absent() && mode.given() && *mode == "simple");
  const bool by_default = !gw_.cache.on_by_default.given() || *gw_.cache.on_by_default;
  if (!on || !by_default || (mode.given() && *mode != "simple")) return;
  Out config = Out::mapping();
  if (gw_.defaults.cache.ttl.given()) {
    const auto whole = gw_.defaults.cache.ttl->floor();
    if (whole && *whole > 0) {
      config.add("max_age", Out::integer(*whole));
      if (Decimal(*whole) != *gw_.defaults.cache.ttl)
        near(&gw_.defaults.cache.ttl, std::to_string(*whole), "the cache counts whole seconds");
    }
  }
  for (const void* field :
       {static_cast<const void*>(&gw_.defaults.cache.mode), static_cast<const void*>(&gw_.defaults.cache.ttl)})
    arrivals_[field].missing = arrivals_[field].somewhere = true;
  if (config.empty()) config.add("max_age", Out::integer(300));
  put_plugin(list, *plugin_named("response-cache"), config);
  if (gw_.cache.kind.given() && *gw_.cache.kind != "local") {
    lose(&gw_.cache.kind, Fate::Approximated, DiagId::Approximated,
         "the gateway caches in the memory of each process, for each key apart", {}, "local");
  }
  admit("cache", "the gateway caches in the memory of each process");
  for (const RoutePlan& plan : plans_) {
    if (plan.kept) admit("routes[" + *plan.route->name + "]", "the cache answers for all models");
  }
}

}  // namespace gatec::targets::ferro
