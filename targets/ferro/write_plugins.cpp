#include <algorithm>

#include "targets/ferro/reader.h"
#include "targets/ferro/writer.h"

namespace gatec::targets::ferro {
namespace {

using base::Decimal;
using ir::Fate;

bool per(const ir::Scope& scope, std::string_view what) { return scope.per.items.size() == 1 && *scope.per.items.front() == what; }

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
      if (per(l.scope, "key")) put("key_rpm", l.amount);
      else if (per(l.scope, "user")) put("user_rpm", l.amount);
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
    if (e.section == section || e.section == "plugins[\"" + std::string(name) + "\"]") config.add(e.key, open(e.value, e.key));
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

void Writer::put_limits_foreign(Out& list) { static_cast<void>(list); }

/// A cache of any kind comes to the one in memory, for equal requests of one key.
void Writer::put_cache_foreign(Out& list) {
  const auto& mode = gw_.defaults.cache.mode;
  const bool on = (gw_.cache.enabled.given() && *gw_.cache.enabled) || (gw_.cache.enabled.absent() && mode.given() && *mode == "simple");
  const bool by_default = !gw_.cache.on_by_default.given() || *gw_.cache.on_by_default;
  if (!on || !by_default || (mode.given() && *mode != "simple")) return;
  Out config = Out::mapping();
  if (gw_.defaults.cache.ttl.given()) {
    const auto whole = gw_.defaults.cache.ttl->floor();
    if (whole && *whole > 0) {
      config.add("max_age", Out::integer(*whole));
      if (Decimal(*whole) != *gw_.defaults.cache.ttl) near(&gw_.defaults.cache.ttl, std::to_string(*whole), "the cache counts whole seconds");
    }
  }
  if (config.empty()) config.add("max_age", Out::integer(300));
  put_plugin(list, *plugin_named("response-cache"), config);
  if (gw_.cache.kind.given() && *gw_.cache.kind != "local") {
    lose(&gw_.cache.kind, Fate::Approximated, DiagId::Approximated, "the gateway caches in the memory of each process, for each key apart", {}, "local");
  }
  admit("cache", "the gateway caches in the memory of each process");
  for (const RoutePlan& plan : plans_) {
    if (plan.kept) admit("routes[" + *plan.route->name + "]", "the cache answers for all models");
  }
}

}  // namespace gatec::targets::ferro
