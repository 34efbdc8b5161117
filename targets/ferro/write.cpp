#include "targets/ferro/reader.h"
#include "targets/ferro/writer.h"

#include <algorithm>

namespace gatec::targets::ferro {
namespace {

using ir::Fate;

/// Cuts the first name off a readable path: `a.b`, `a["b.c"].d`.
std::string next_name(std::string_view& path) {
  if (path.starts_with("[\"")) {
    std::string name;
    std::size_t i = 2;
    for (; i < path.size() && path[i] != '"'; ++i) {
      if (path[i] == '\\' && i + 1 < path.size()) ++i;
      name += path[i];
    }
    path.remove_prefix(std::min(i + 2, path.size()));
    if (path.starts_with('.')) path.remove_prefix(1);
    return name;
  }
  const auto end = path.find_first_of(".[");
  std::string name(path.substr(0, end));
  path.remove_prefix(name.size());
  if (path.starts_with('.')) path.remove_prefix(1);
  return name;
}

Out& section_at(Out& owner, std::string_view path, bool list) {
  Out* at = &owner;
  while (!path.empty()) {
    at = &at->at(next_name(path));
    if (at->is_null()) *at = path.empty() && list ? Out::sequence() : Out::mapping();
  }
  return *at;
}

constexpr std::string_view kOrder[] = {"apiVersion", "strategy", "targets", "aliases", "plugins"};

void sort_root(Out& root) {
  const auto rank = [](const std::string& key) { return std::ranges::find(kOrder, key) - std::begin(kOrder); };
  std::ranges::stable_sort(std::get<Out::Mapping>(root.storage()),
                           [&](const auto& a, const auto& b) { return rank(a.first) < rank(b.first); });
}

}  // namespace

std::vector<Artifact> write(const ir::Gateway& gateway, WriteContext& context) {
  return Writer(gateway, context).write();
}

Writer::Writer(const ir::Gateway& gateway, WriteContext& context) : gw_(gateway), context_(context) {
  speller_ = [this](const ir::Credential& c, const void* value, std::string_view hint) {
    return spell(c, value, hint);
  };
}

std::vector<Artifact> Writer::write() {
  std::vector<Artifact> artifacts;
  if (same()) {
    gather_same();
    if (targets_.empty() && !gw_.server.auth.absent()) {
      lose(&gw_.server.auth, Fate::Manual, DiagId::NotExpressible,
           "without a target the gateway does not start, and says nothing of who may call", "add a target");
    }
  } else {
    lose_rest();
    plan_routes();
  }
  Out root = config();
  if (!same()) {
    settle_arrivals();
    lose_settings();
  }
  const bool speaks = !root.empty() && (same() || !targets_.empty());
  std::string variables = speaks || same() ? environment() : std::string();
  if (speaks && !same()) share_losses();
  for (const RoutePlan& plan : plans_) announce(plan);
  if (speaks) artifacts.push_back({"config.yaml", doc::write_yaml(root), Role::Config, false, {}});
  if (!env_.empty()) artifacts.push_back({"ferro.env", std::move(variables), Role::Payload, false, {}});
  if (speaks && !targets_.empty()) add_deployment(artifacts);
  return artifacts;
}

const ir::Value* Writer::layout(std::string_view name) const {
  const auto found = std::ranges::find(gw_.layout, name, &ir::Param::name);
  return found == gw_.layout.end() ? nullptr : &found->value;
}

/// A gateway of our own reading: its parts stand where they stood.
void Writer::gather_same() {
  if (const ir::Value* mode = layout("mode")) mode_ = mode_of(mode->text).value_or(Mode::Single);
  if (const ir::Value* order = layout("targets")) {
    for (const ir::Value& key : order->items) {
      Target& t = targets_.emplace_back();
      t.key = key.text;
      if (const ir::Value* models = layout("models." + t.key)) {
        for (const ir::Value& m : models->items) t.models.push_back(m.text);
      }
      for (const ir::Provider& p : gw_.providers) {
        if (t.provider == nullptr && p.kind.value == kind_of_id(t.key)) t.provider = &p;
      }
      for (const ir::Deployment& d : gw_.deployments) {
        const bool ours = d.provider.valid() && &gw_.at(d.provider) == t.provider;
        if (ours && (t.deployment == nullptr || (t.deployment->upstream_model.from.rule() != &rules::kPinned &&
                                                 d.upstream_model.from.rule() == &rules::kPinned)))
          t.deployment = &d;
      }
      if (t.provider == nullptr) continue;
      for (const ir::Limit& l : t.provider->limits) {
        if (l.counts == ir::Counted::Concurrent && l.amount.given()) t.concurrency = l.amount->as_int64();
      }
      if (t.deployment == nullptr) continue;
      const ir::Settings& s = t.deployment->settings;
      if (s.retry.attempts.written()) t.attempts = *s.retry.attempts + 1;
      for (const auto& code : s.retry.statuses.items) t.statuses.push_back(*code);
      if (s.retry.min_wait.given()) t.backoff = *s.retry.min_wait;
      if (s.breaker.failures.written()) t.failures = *s.breaker.failures;
      if (s.breaker.cooldown.written()) t.cooldown = *s.breaker.cooldown;
    }
  }
  for (const ir::PlanNode& n : gw_.nodes) {
    const auto* balance = std::get_if<ir::Balance>(&n.what);
    if (balance == nullptr || (mode_ != Mode::Loadbalance && mode_ != Mode::AbTest)) continue;
    std::vector<Variant> variants;
    for (const ir::Edge& e : balance->edges) {
      const ir::Deployment& d = gw_.at(std::get<ir::Use>(gw_.at(e.node).what).deployment);
      for (Target& t : targets_) {
        if (t.provider != &gw_.at(d.provider) || !e.weight.written()) continue;
        if (mode_ == Mode::Loadbalance)
          t.weight = *e.weight;
        else
          variants.push_back({t.key, *e.weight, e.label.value});
      }
    }
    if (variants.size() > variants_.size()) variants_ = std::move(variants);
  }
  if (const ir::Value* rules = layout("conditions")) {
    for (const ir::Value& row : rules->items)
      rules_.push_back({row.find("key")->text, row.find("value")->text, row.find("target_key")->text});
  }
  if (const ir::Value* names = layout("aliases")) {
    for (const auto& [name, model] : names->pairs) aliases_.emplace_back(name, model.text);
  }
  if (gw_.defaults.timeouts.total.given()) timeout_ = *gw_.defaults.timeouts.total;
}

Out Writer::config() {
  Out root = Out::mapping();
  if (!targets_.empty()) {
    if (!same()) root.add("apiVersion", "v1");
    put_strategy(root);
    put_targets(root);
  }
  if (!aliases_.empty() && (same() || !targets_.empty())) {
    Out map = Out::mapping();
    for (const auto& [name, model] : aliases_) map.add(name, model);
    root.add("aliases", std::move(map));
  }
  if (same() || !targets_.empty()) {
    put_plugins(root);
    put_rest(root);
  }
  if (same()) place_extras(root);
  sort_root(root);
  return root;
}

void Writer::put_strategy(Out& root) {
  Out strategy = Out::mapping();
  strategy.add("mode", mode_name(mode_));
  if (!rules_.empty()) {
    Out list = Out::sequence();
    for (const Rule& r : rules_) {
      Out row = Out::mapping();
      row.add("key", r.key);
      row.add("value", r.value);
      row.add("target_key", r.target);
      list.push(std::move(row));
    }
    strategy.add("conditions", std::move(list));
  }
  if (!variants_.empty() && mode_ == Mode::AbTest) {
    Out list = Out::sequence();
    for (const Variant& v : variants_) {
      Out row = Out::mapping();
      row.add("target_key", v.target);
      row.add("weight", Out::number(v.weight.text()));
      if (!v.label.empty()) row.add("label", v.label);
      list.push(std::move(row));
    }
    strategy.add("ab_variants", std::move(list));
  }
  root.add("strategy", std::move(strategy));
}

void Writer::put_targets(Out& root) {
  Out list = Out::sequence();
  for (const Target& t : targets_) {
    Out out = Out::mapping();
    out.add("virtual_key", t.key);
    if (t.weight) out.add("weight", Out::number(t.weight->text()));
    if (!t.models.empty()) {
      Out models = Out::sequence();
      for (const std::string& m : t.models) models.push(m);
      out.add("models", std::move(models));
    }
    Out retry = Out::mapping();
    if (t.attempts) retry.add("attempts", Out::integer(*t.attempts));
    if (!t.statuses.empty()) {
      Out codes = Out::sequence();
      for (const std::int64_t code : t.statuses) codes.push(Out::integer(code));
      retry.add("on_status_codes", std::move(codes));
    }
    if (t.backoff)
      retry.add("initial_backoff_ms",
                Out::number(t.backoff->times(base::Decimal(1000)).value_or(base::Decimal(0)).text()));
    if (!retry.empty()) out.add("retry", std::move(retry));
    Out breaker = Out::mapping();
    if (t.failures) breaker.add("failure_threshold", Out::integer(*t.failures + 1));
    if (t.cooldown) breaker.add("timeout", duration_of(*t.cooldown));
    const bool bare = same() && t.deployment != nullptr && t.deployment->settings.breaker.enabled.given();
    if (!breaker.empty() || bare) out.add("circuit_breaker", std::move(breaker));
    if (t.concurrency) {
      Out limit = Out::mapping();
      limit.add("max_concurrency", Out::integer(*t.concurrency));
      out.add("concurrency", std::move(limit));
    }
    if (same() && t.provider != nullptr) {
      for (const ir::Extra& e : t.provider->extras) {
        if (e.section != "environment") place(out, e);
      }
    }
    list.push(std::move(out));
  }
  root.add("targets", std::move(list));
}

void Writer::put_rest(Out& root) {
  if (timeout_) root.add("request_timeout", duration_of(*timeout_));
  const auto& drop = gw_.defaults.params.drop_unsupported;
  if (drop.given()) {
    Out map = Out::mapping();
    map.add("on_unsupported_param", *drop ? "drop" : "reject");
    root.add("compatibility", std::move(map));
  }
}

void Writer::place_extras(Out& root) {
  for (const ir::Extra& e : gw_.extras) {
    const bool elsewhere = e.section == "plugins" || e.section.starts_with("plugins.") || e.section == "dead_models";
    if (!elsewhere) place(root, e);
  }
}

/// `#1` is an element of a list.
void Writer::place(Out& root, const ir::Extra& extra) {
  if (extra.dialect != kName) return;
  const bool element = extra.key.starts_with('#');
  Out& home = section_at(root, extra.section, element);
  if (element) {
    home.push(open(extra.value, extra.section));
  } else {
    home.add(extra.key, open(extra.value, extra.key));
  }
}

}  // namespace gatec::targets::ferro
