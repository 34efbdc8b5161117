#include "targets/ferro/reader.h"

#include <algorithm>

namespace gatec::targets::ferro {

using base::Decimal;
using ir::Counted;
using ir::Fate;
using ir::Origin;

namespace {

constexpr std::string_view kCorrect = "correct the source, then convert again";
constexpr std::string_view kIdle = "nothing to do: it does nothing at Ferro either";

bool is_text(const Node* node, std::string_view text) {
  return node != nullptr && node->is_scalar() && node->text() == text;
}

/// Equal as the gateway compares them: as JSON, whatever the order of keys (page 1.6). Absent and empty differ.
bool same_config(const Node* a, const Node* b) {
  if (a == nullptr || b == nullptr) return a == b;
  if (a->kind() != b->kind()) return false;
  if (a->is_sequence()) {
    return std::ranges::equal(a->elements(), b->elements(),
                              [](const Node* x, const Node* y) { return same_config(x, y); });
  }
  if (a->is_mapping()) {
    if (a->entries().size() != b->entries().size()) return false;
    return std::ranges::all_of(a->entries(), [&](const Entry& e) {
      const Node* other = b->get(e.key->text());
      return other != nullptr && same_config(e.value, other);
    });
  }
  if (a->is_number() && b->is_number()) return a->number() && a->number() == b->number();
  return a->type() == b->type() && a->text() == b->text();
}

ir::Window bucket(std::int64_t seconds) {
  ir::Window window;
  window.kind = ir::WindowKind::Bucket;
  window.seconds = seconds;
  return window;
}

}  // namespace

void Reader::keep_plugin(const Node& entry, std::size_t index, DiagId code, Fate elsewhere, std::string_view advice) {
  gw_.extras.push_back(kit_.extra("plugins", "#" + std::to_string(index + 1), entry, code, elsewhere, advice));
}

void Reader::read_plugins(const Node& list) {
  std::vector<PluginGroup> groups;
  ir::Value order;
  order.kind = ir::Value::Kind::Sequence;
  const auto lay = [&](std::string_view name, std::string_view stage, std::size_t index) {
    order.items.push_back(ir::Value::string(name.empty() ? "#" + std::to_string(index + 1)
                                                         : std::string(name) + "@" + std::string(stage)));
  };
  for (std::size_t i = 0; i < list.size(); ++i) {
    const Node& entry = *list.elements()[i];
    const Node* name = entry.is_mapping() ? entry.get("name") : nullptr;
    const Node* stage = entry.is_mapping() ? entry.get("stage") : nullptr;
    const Node* enabled = entry.is_mapping() ? entry.get("enabled") : nullptr;
    const Node* config = entry.is_mapping() ? entry.get("config") : nullptr;
    const std::string_view text = name != nullptr && name->is_scalar() ? name->text() : std::string_view{};
    const bool flat = entry.is_mapping() && stage == nullptr && config == nullptr && entry.size() > 2 &&
                      enabled == nullptr && !text.empty();
    if (flat) {
      if (read_flat_plugin(entry)) lay("rate-limit", "before_request", i);
      continue;
    }
    lay({}, {}, i);
    if (text.empty()) {
      report(DiagId::FerroUnknownPlugin, entry.span(), "a plugin needs a `name`");
      keep_plugin(entry, i, DiagId::FerroUnknownPlugin, Fate::Manual, kCorrect);
      continue;
    }
    const auto on = enabled != nullptr && enabled->is_scalar() ? enabled->as_bool() : std::nullopt;
    if (enabled != nullptr && !enabled->is_null() && !on) kit_.wrong_type(*enabled, "enabled", "true or false");
    if (!on.value_or(false)) {
      report(DiagId::FerroPluginDisabled, name->span(),
             "plugin `" + std::string(text) + "` is not enabled: it does nothing" +
                 (enabled == nullptr ? ", as it lacks `enabled: true`" : ""));
      keep_plugin(entry, i, DiagId::FerroPluginDisabled, Fate::Skipped, kIdle);
      continue;
    }
    const Plugin* plugin = plugin_named(text);
    if (plugin == nullptr) {
      const bool managed = is_managed_plugin(text);
      report(managed ? DiagId::FerroManagedPlugin : DiagId::FerroUnknownPlugin, name->span(),
             "`" + std::string(text) + "` is " +
                 (managed ? "a plugin of the managed product only" : "no plugin of the gateway") +
                 ": it refuses the config");
      keep_plugin(entry, i, managed ? DiagId::FerroManagedPlugin : DiagId::FerroUnknownPlugin, Fate::Manual,
                  "set up the like at the target gateway");
      continue;
    }
    const bool odd = std::ranges::any_of(entry.entries(), [](const Entry& e) {
      return !keys().root().child("plugins").element().child(e.key->text()).known();
    });
    const Node* type = entry.get("type");
    const bool typed = type == nullptr || type->is_scalar();
    if (!typed) kit_.wrong_type(*type, "type", "a string");
    const bool staged = stage != nullptr && stage->is_scalar() && is_stage(stage->text());
    if (!staged || !typed || odd || (config != nullptr && !config->is_mapping())) {
      if (!staged)
        report(DiagId::FerroPluginStage, stage != nullptr ? stage->span() : entry.span(),
               "`stage` is before_request, after_request or on_error");
      if (config != nullptr && !config->is_mapping() && !config->is_null())
        kit_.wrong_type(*config, "config", "a mapping");
      check_kept(entry, keys().root().child("plugins").element(), "plugins");
      keep_plugin(entry, i, staged ? DiagId::UnknownKey : DiagId::FerroPluginStage, Fate::Manual, kCorrect);
      continue;
    }
    const auto group = std::ranges::find(groups, plugin, &PluginGroup::plugin);
    if (group == groups.end()) {
      groups.push_back({plugin, {&entry}});
    } else {
      const bool again =
          std::ranges::any_of(group->entries, [&](const Node* e) { return is_text(e->get("stage"), stage->text()); });
      const bool same = same_config(group->entries.front()->get("config"), config);
      if (again || !same) {
        if (!again || same) {
          report(DiagId::FerroPluginStages, config != nullptr ? config->span() : entry.span(),
                 same ? "plugin `" + std::string(text) + "` stands here already"
                      : "plugin `" + std::string(text) +
                            "` has another config at another stage: the gateway refuses that");
        }
        const bool second = again && !same;  // an instance of its own
        keep_plugin(entry, i, second ? DiagId::NotModelled : DiagId::FerroPluginStages, Fate::Manual,
                    second ? "set up this second instance at the target gateway" : kCorrect);
        continue;
      }
      group->entries.push_back(&entry);
    }
    order.items.pop_back();
    lay(plugin->name, stage->text(), i);
  }
  if (!order.items.empty()) lay_out("plugins", std::move(order));
  for (const PluginGroup& group : groups) read_plugin(group);
}

void Reader::read_plugin(const PluginGroup& group) {
  const std::string_view name = group.plugin->name;
  if (name == "rate-limit") {
    read_rate_limit(group);
  } else if (name == "budget") {
    read_budget(group);
  } else if (name == "response-cache") {
    read_cache(group);
  } else if (name == "request-logger") {
    read_logger(group);
  } else {
    read_guardrail(group);
  }
  for (const Node* entry : group.entries) {
    const Node* config = entry->get("config");
    if (config != nullptr && config->leaf().valid()) {
      settle(*config, Fate::Mapped, DiagId::NotModelled, "an empty config says nothing");
    }
  }
}

/// The leaves that make an entry what it is, of all stages.
Origin Reader::scaffold(const PluginGroup& group, std::initializer_list<std::string_view> keys) const {
  Origin from;
  for (const Node* entry : group.entries) {
    for (const std::string_view key : keys) {
      if (const Node* node = entry->get(key); node != nullptr && node->leaf().valid()) from.add(node->leaf());
    }
  }
  return from;
}

Origin Reader::origin_in(const PluginGroup& group, std::string_view key) const {
  Origin from;
  for (const Node* entry : group.entries) {
    const Node* config = entry->get("config");
    const Node* node = config != nullptr ? config->get(key) : nullptr;
    if (node != nullptr && node->leaf().valid()) from.add(node->leaf());
  }
  return from;
}

namespace {
/// Adds the leaves of the same tree at another stage.
void join(ir::Value& value, const Node& other) {
  if (other.leaf().valid()) value.from.add(other.leaf());
  for (std::size_t i = 0; i < value.items.size() && i < other.size(); ++i) join(value.items[i], *other.elements()[i]);
  for (auto& [key, item] : value.pairs) {
    if (const Node* node = other.get(key)) join(item, *node);
  }
}
}  // namespace

/// Settings of a plugin: `f` takes those that it knows and gets the first stage's node; the rest is kept.
template <class F>
void Reader::each_setting(const PluginGroup& group, F f) {
  const Node* config = group.entries.front()->get("config");
  if (config == nullptr || !config->is_mapping()) return;
  const Cursor at = keys().root("$" + std::string(group.plugin->name));
  const Place place = top("plugins." + std::string(group.plugin->name));
  for (const Entry& e : config->entries()) {
    const std::string_view key = e.key->text();
    const Cursor child = at.child(key);
    if (child.known() && f(key, *e.value)) continue;
    if (!child.known()) {
      const auto near = keys().nearest(at, key);
      report(DiagId::FerroPluginSetting, e.key->span(),
             "plugin `" + std::string(group.plugin->name) + "` ignores `" + std::string(key) + "`" +
                 (near ? "; did you mean `" + std::string(*near) + "`?" : ""));
      keep(e, key, place, DiagId::FerroPluginSetting, Fate::Manual, "see what was meant by it");
    } else {
      keep_row(e, key, child, place);
    }
    for (std::size_t i = 1; i < group.entries.size(); ++i)
      join(gw_.extras.back().value, *group.entries[i]->get("config")->get(key));
  }
}

void Reader::read_rate_limit(const PluginGroup& group) {
  const auto limit = [&](std::int64_t seconds) -> ir::Limit {
    ir::Limit made;
    made.counts = Counted::Requests;
    made.window = {bucket(seconds), Origin(rules::kBucket)};
    return made;
  };
  ir::Limit global = limit(1);
  std::vector<ir::Limit> others;
  each_setting(group, [&](std::string_view key, const Node& node) {
    const auto amount = number(node, key);
    if (!amount.given()) return false;
    if (amount->is_zero() || amount->is_negative()) {
      report(DiagId::FerroRange, node.span(),
             "`" + std::string(key) + "` must be above 0: the gateway refuses the config");
      return false;
    }
    ir::Field<Decimal> field(*amount, origin_in(group, key));
    if (key == "requests_per_second") {
      global.amount = std::move(field);
    } else if (key == "burst") {
      global.burst = std::move(field);
    } else {
      ir::Limit own = limit(60);
      own.burst = {*amount, Origin(rules::kBurst)};
      own.amount = std::move(field);
      const bool per_key = key == "key_rpm";
      own.scope.per.push(per_key ? "key" : "user", Origin(per_key ? rules::kPerKey : rules::kPerUser));
      others.push_back(std::move(own));
    }
    return true;
  });
  if (global.amount.absent()) global.amount = {Decimal(100), Origin(rules::kHiddenRate)};
  if (global.burst.absent()) global.burst = {*global.amount, Origin(rules::kBurst)};
  global.amount.from.add(scaffold(group, {"name", "type", "stage", "enabled"}));
  gw_.limits.push_back(std::move(global));
  for (ir::Limit& l : others) gw_.limits.push_back(std::move(l));
}

void Reader::read_budget(const PluginGroup& group) {
  ir::Budget budget;
  budget.window = {{}, Origin(rules::kLifetime)};
  budget.window.value.kind = ir::WindowKind::Lifetime;
  budget.scope.per.push("key", Origin(rules::kPerKey));
  each_setting(group, [&](std::string_view key, const Node& node) {
    const auto amount = key == "store_id" ? ir::Field<Decimal>() : number(node, key);
    if (key != "spend_limit_usd" || !amount.given() || amount->is_negative()) return false;
    budget.amount = amount->is_zero() ? ir::Field<Decimal>::unlimited(origin_in(group, key))
                                      : ir::Field<Decimal>(*amount, origin_in(group, key));
    return true;
  });
  if (budget.amount.absent()) budget.amount = ir::Field<Decimal>::unlimited({});
  budget.amount.from.add(scaffold(group, {"name", "type", "stage", "enabled"}));
  gw_.budgets.push_back(std::move(budget));
}

void Reader::read_cache(const PluginGroup& group) {
  gw_.cache.enabled = {true, scaffold(group, {"name", "type", "stage", "enabled"})};
  gw_.cache.kind = {"local", Origin(rules::kCache)};
  ir::CachePolicy& policy = gw_.defaults.cache;
  policy.mode = {"simple", Origin(rules::kCache)};
  each_setting(group, [&](std::string_view key, const Node& node) {
    if (!node.is_number()) {
      report(DiagId::FerroPluginType, node.span(),
             "`" + std::string(key) + "` takes a number: the default counts instead");
      return false;
    }
    if (key != "max_age") return false;
    auto age = number(node, key);
    if (!age.given()) return false;
    policy.ttl = {*age, origin_in(group, key)};
    return true;
  });
  if (policy.ttl.absent()) policy.ttl = {Decimal(300), Origin(rules::kCacheAge)};
}

void Reader::read_guardrail(const PluginGroup& group) {
  ir::Guardrail guardrail;
  guardrail.name = {std::string(group.plugin->name), scaffold(group, {"name"})};
  guardrail.kind = {std::string(group.plugin->name), scaffold(group, {"type"})};
  for (const Node* entry : group.entries)
    guardrail.modes.push(std::string(entry->get("stage")->text()), entry->get("stage")->leaf());
  guardrail.default_on = {true, scaffold(group, {"enabled"})};
  each_setting(group, [&](std::string_view key, const Node& node) {
    const bool words = key == "blocked_words";
    const bool flag = key == "case_sensitive";
    const bool fits =
        words ? node.is_sequence() && std::ranges::all_of(node.elements(), [](const Node* n) { return n->is_string(); })
        : flag ? node.is_scalar() && node.type() == doc::Type::Bool &&
                     (node.text() == "true" || node.text() == "false" || json_)
               : node.is_number();
    if (!fits) {
      report(DiagId::FerroPluginType, node.span(),
             "`" + std::string(key) + "` takes " +
                 (words  ? "a list of strings"
                  : flag ? "true or false"
                         : "a number") +
                 ": what else stands here is ignored");
    }
    ir::Param& param = guardrail.params.emplace_back();
    param.name = key;
    param.value = kit_.value(node, key);
    for (std::size_t i = 1; i < group.entries.size(); ++i)
      join(param.value, *group.entries[i]->get("config")->get(key));
    return true;
  });
  gw_.guardrails.push_back(std::move(guardrail));
}

void Reader::read_logger(const PluginGroup& group) {
  gw_.observers.push_back({{"request-logger", scaffold(group, {"name", "type", "stage", "enabled"})}, "all"});
  each_setting(group, [](std::string_view, const Node&) { return false; });
}

/// The guides put a plugin's settings beside its name (page 1.11, form B). What can be told is taken.
bool Reader::read_flat_plugin(const Node& entry) {
  report(DiagId::FerroGuideForm, entry.span(),
         "settings of a plugin stand beside its name: the gateway wants `stage`, `enabled` and `config`");
  const Node* rpm = entry.get("requests_per_minute");
  const Node* burst = entry.get("burst");
  const bool readable = is_text(entry.get("name"), "rate-limit") && rpm != nullptr && rpm->is_number() && rpm->number();
  const auto rate = readable ? Decimal::parse(*rpm->number())->divided_by(Decimal(60)) : std::nullopt;
  if (!rate || rate->is_zero() || rate->is_negative()) {
    settle(entry, Fate::Manual, DiagId::FerroGuideForm,
           "no plugin of the gateway takes this; see what it was to do and set up the like");
    return false;
  }
  ir::Limit limit;
  limit.counts = Counted::Requests;
  limit.window = {bucket(1), Origin(rules::kBucket)};
  limit.amount = {*rate, rpm->leaf()};
  for (const Entry& e : entry.entries()) {
    const std::string_view key = e.key->text();
    if (key == "name" || key == "type")
      limit.amount.from.add(e.value->leaf());
    else if (key != "requests_per_minute" && key != "burst")
      settle(*e.value, Fate::Skipped, DiagId::FerroGuideForm, "the gateway has no such setting");
  }
  if (burst != nullptr && burst->is_number() && burst->number()) {
    limit.burst = kit_.decimal(*burst, "burst");
  } else {
    if (burst != nullptr) settle(*burst, Fate::Skipped, DiagId::FerroGuideForm, "it is no number");
    limit.burst = {*rate, Origin(rules::kBurst)};
  }
  gw_.limits.push_back(std::move(limit));
  return true;
}

}  // namespace gatec::targets::ferro
