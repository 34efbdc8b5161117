#include "compiler/ir/describe.h"
#include "targets/worldflow/reader.h"
#include "targets/worldflow/writer.h"

#include <algorithm>

namespace gatec::targets::worldflow {
namespace {

bool is_whole(const ir::Extra& e) { return e.key.starts_with('#'); }

/// Adds or replaces.
void set(Out& mapping, std::string_view key, Out value) { mapping.at(key) = std::move(value); }

}  // namespace

std::vector<Artifact> write(const ir::Gateway& gateway, WriteContext& context) {
  return Writer(gateway, context).write();
}

Writer::Writer(const ir::Gateway& gateway, WriteContext& context) : BodyWriter(gateway, context, &parse_reference) {
  if (context_.version == "spec") shape_ = Shape::Spec;
  const ir::Value* shape = context_.same_dialect && !context_.version_named ? layout("shape") : nullptr;
  if (shape != nullptr && shape->text == "spec") shape_ = Shape::Spec;
  if (const std::string_view api = context_.option("api"); !api.empty())
    shape_ = api == "spec" ? Shape::Spec : Shape::Guide;
  plan_.shape = shape_;
}

std::string Writer::manager_variable(std::string_view hint) const {
  std::string name = "SECRET_" + slug(hint);
  std::ranges::transform(name, name.begin(), [](char c) {
    return c == '-' ? '_' : c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  return name;
}

void Writer::put_one(Out& body, const ir::Extra& extra) {
  Out* at = &body;
  if (!extra.section.empty()) at = &body.at(extra.section);
  if (at->is_null()) *at = Out::mapping();
  set(*at, extra.key, open(extra.value, extra.key));
}

/// Whether the form of the API that is written has such a field; what it lacks is lost.
bool Writer::has_place(const ir::Extra& extra, Entity entity, std::string_view section) {
  if (!other_shape()) return true;
  KeyTable::Cursor at = keys().root(facts_of(entity).root);
  for (std::size_t begin = 0; begin < section.size();) {
    const std::size_t end = std::min(section.find('.', begin), section.size());
    at = at.child(section.substr(begin, end - begin));
    begin = end + 1;
  }
  if (!is_whole(extra)) at = at.child(extra.key);
  const KeyRow* row = at.row();
  const std::string_view other = spec() ? "Guide" : "Spec";
  // a list of words in the guides, switches in the description
  const bool words = entity == Entity::Model && section.empty() && extra.key == "capabilities" &&
                     (extra.value.kind == ir::Value::Kind::Mapping) != spec();
  if (!words && (row == nullptr || row->world != other)) return true;
  lose(&extra, skipped(words    ? "the other form of the API says differently what a model can do"
                       : spec() ? "only the guides' form of the API has this field"
                                : "only the API description's form has this field"));
  return false;
}

void Writer::put(Out& body, const std::vector<ir::Extra>& extras, Entity entity) {
  if (!same()) return;
  for (const ir::Extra& e : extras) {
    if (has_place(e, entity)) put_one(body, e);
  }
}

/// Whole bodies that were kept as they stood.
std::vector<Out> Writer::kept(std::string_view stem) {
  std::vector<Out> bodies;
  if (!same()) return bodies;
  const std::optional<Entity> entity = entity_of_stem(stem);
  for (const ir::Extra& e : gateway_.extras) {
    if (e.section != stem || !is_whole(e)) continue;
    if (!entity || has_place(e, *entity, "")) bodies.push_back(open(e.value, ""));
  }
  return bodies;
}

Artifact Writer::artifact(Entity entity, const std::vector<Out>& bodies) const {
  const EntityFacts& facts = facts_of(entity);
  Artifact made;
  made.path = "payloads/" + std::string(facts.stem) + ".json";
  made.role = Role::Payload;
  const bool alone = facts.one && bodies.size() == 1;
  made.text = doc::write_json(alone ? bodies.front() : Out(Out::Sequence(bodies)));
  return made;
}

void Writer::put_file(Entity entity, std::vector<Out> bodies) {
  for (Out& body : kept(facts_of(entity).stem)) bodies.push_back(std::move(body));
  if (bodies.empty()) return;
  plan_.files.push_back({entity, bodies.size()});
  artifacts_.push_back(artifact(entity, bodies));
}

Out Writer::routing_body() {
  Out body = Out::mapping();
  const ir::Field<ir::Policy>& policy = gateway_.routing.policy;
  Out rules = rules_out();
  if (same()) {
    if (policy.given()) body.add("strategy", strategy_of(*policy));
    for (Out& rule : kept("routing_config.rules")) rules.push(std::move(rule));
    if (!rules.empty() || !policy.absent() || layout("no_rules") != nullptr) body.add("rules", std::move(rules));
    for (const ir::Extra& e : gateway_.extras) {
      if (e.section != "routing_config") continue;
      ir::Extra inner = e;
      inner.section.clear();
      put_one(body, inner);
    }
    return body;
  }
  if (rules.empty()) return body;
  const ir::Policy source = policy.given() ? *policy : ir::Policy::Weighted;
  const bool by_latency = source == ir::Policy::Latency || source == ir::Policy::LeastBusy;
  const bool balanced = by_latency || source == ir::Policy::Usage;
  body.add("strategy", balanced ? "balanced" : "cost_optimized");
  body.add("rules", std::move(rules));
  if (by_latency) {
    Out weights = Out::mapping();
    weights.add("cost", Out::number("0.2"));
    weights.add("quality", Out::number("0.2"));
    weights.add("latency", Out::number("0.4"));
    weights.add("health", Out::number("0.1"));
    weights.add("cacheAffinity", Out::number("0.1"));
    body.add("weights", std::move(weights));
    admit("extras[routing_config.weights]",
          "`balanced` with twice the weight on latency stands for " + std::string(ir::policy_name(source)));
  }
  context_.ledger.assume(
      "routing.policy", "worldflow.strategy",
      "`" + std::string(balanced ? "balanced" : "cost_optimized") +
          "` scores only the requests that no rule answers; the guide and the tool's README both map " +
          std::string(ir::policy_name(source)) +
          (source == ir::Policy::Latency     ? " otherwise: to `balanced` with more weight on latency and to "
                                               "`latency_sensitive`, which no list of strategies has"
           : source == ir::Policy::LeastBusy ? " to `balanced` with more weight on latency or not at all"
           : balanced                        ? " to it"
                      : " to it, and a rule for each name keeps the optimizer from answering with another model"));
  return body;
}

std::vector<Out> Writer::tier_bodies() {
  std::vector<Out> bodies;
  Out body = Out::mapping();
  if (same()) {
    const ir::Value* tier = layout("tier");
    if (tier == nullptr) return bodies;
    const ir::Value* tenant = layout("tenant");
    if (tenant != nullptr) {
      if (const auto variable = parse_reference(tenant->text)) variables_.insert(variable->name);
      body.add("tenant", tenant->text);
    }
    Out inner = Out::mapping();
    inner.add("tier", tier->text);
    body.add("body", std::move(inner));
    for (const ir::Extra& e : gateway_.extras) {
      if (is_whole(e) || (e.section != "rate_limits" && e.section != "rate_limits.body")) continue;
      ir::Extra own = e;
      own.section = e.section == "rate_limits" ? "" : "body";
      put_one(body, own);
    }
  } else {
    choose_tier(body);
    if (body.empty() && !routes_.empty()) {
      const Tier& least = tiers(context_.option("tiers", "docs")).front();
      context_.ledger.assume("limits", "worldflow.starter",
                             "a tenant without a tier has the limits of `" + std::string(least.name) +
                                 "`: " + std::to_string(least.rpm) + " requests and " + std::to_string(least.tpm) +
                                 " tokens a minute");
    }
  }
  if (!body.empty()) bodies.push_back(std::move(body));
  return bodies;
}

/// The smallest tier that covers what the deployments may take together (page 5).
void Writer::choose_tier(Out& body) {
  base::Decimal rpm(0);
  base::Decimal tpm(0);
  Out aggregates = Out::mapping();
  for (const RouteOut& route : routes_) {
    if (!route.alias_of.empty()) continue;
    base::Decimal own_rpm(0);
    base::Decimal own_tpm(0);
    std::set<const ir::Deployment*> seen;
    for (const Step& step : route.steps) {
      for (const Member& member : step.members) {
        if (!seen.insert(member.deployment).second) continue;
        for (const ir::Limit& l : member.deployment->limits) {
          const bool counts = l.amount.given() && l.window.given() && l.window->seconds == 60 && l.scope.per.absent();
          if (!counts) continue;
          if (l.counts == ir::Counted::Requests) own_rpm = own_rpm.plus(*l.amount).value_or(own_rpm);
          if (l.counts == ir::Counted::Tokens) own_tpm = own_tpm.plus(*l.amount).value_or(own_tpm);
        }
      }
    }
    if (own_rpm.is_zero() && own_tpm.is_zero()) continue;
    Out one = Out::mapping();
    if (!own_rpm.is_zero()) one.add("rpm", Out::number(own_rpm.text()));
    if (!own_tpm.is_zero()) one.add("tpm", Out::number(own_tpm.text()));
    aggregates.add(route.name, std::move(one));
    rpm = rpm.plus(own_rpm).value_or(rpm);
    tpm = tpm.plus(own_tpm).value_or(tpm);
  }
  if (aggregates.empty()) return;
  const std::string_view table = context_.option("tiers", "docs");
  const Tier* chosen = nullptr;
  for (const Tier& t : tiers(table)) {
    chosen = &t;
    if (base::Decimal(t.rpm) >= rpm && base::Decimal(t.tpm) >= tpm) break;
  }
  const bool enough = base::Decimal(chosen->rpm) >= rpm && base::Decimal(chosen->tpm) >= tpm;
  std::string why = "the tenant's tier: all models together may take " + rpm.text() + " requests and " + tpm.text() +
                    " tokens a minute, `" + std::string(chosen->name) + "` gives " + std::to_string(chosen->rpm) +
                    " and " + std::to_string(chosen->tpm);
  if (!enough) why += "; no tier gives that much, ask for limits of your own";
  tier_ = chosen;
  body.add("tenant", "${WF_TENANT}");
  Out inner = Out::mapping();
  inner.add("tier", chosen->name);
  body.add("body", std::move(inner));
  body.add("_aggregates", std::move(aggregates));
  admit("limits[", why);
  admit("extras[rate_limits._aggregates", "what the models may take, for information");
}

std::vector<Out> Writer::threshold_bodies() {
  std::vector<Out> bodies;
  Out body = Out::mapping();
  const ir::CacheBackend& cache = gateway_.cache;
  if (same()) {
    for (const ir::Extra& e : gateway_.extras) {
      if (e.section != "thresholds" || is_whole(e)) continue;
      ir::Extra own = e;
      own.section.clear();
      put_one(body, own);
    }
  } else if (!routes_.empty()) {
    // the cache is on without being told to: 1 leaves exact duplicates only
    const bool on = cache.enabled.given() && *cache.enabled;
    const bool by_meaning =
        on && cache.similarity.given() && !cache.similarity->is_negative() && *cache.similarity <= base::Decimal(1);
    body.add("cacheHitThreshold", by_meaning ? to_out(cache.similarity) : Out::number("1"));
    admit("extras[thresholds.", by_meaning ? "answers are taken from the cache from the same similarity on"
                                : on ? "only exact duplicates are answered from the cache, as long as the source says"
                                     : "the cache cannot be switched off: only exact duplicates are answered from it, "
                                       "and clients may send `X-Synapse-Skip-Cache: true`");
    if (by_meaning)
      lose(&cache.similarity,
           nearly("`cacheHitThreshold` is " + cache.similarity->text() + " too, with another embedding model"));
    const ir::Field<base::Decimal>& ttl = gateway_.defaults.cache.ttl;
    const auto whole = on && ttl.given() ? ttl->floor() : std::nullopt;
    if (whole && *whole > 0) {
      body.add("l1TtlSecs", Out::integer(*whole));
      body.add("l2TtlSecs", Out::integer(*whole));
      lose(&ttl, nearly("`l1TtlSecs` and `l2TtlSecs` are " + std::to_string(*whole)));
      ttl_written_ = true;
    }
  }
  if (!body.empty()) bodies.push_back(std::move(body));
  return bodies;
}

std::vector<Artifact> Writer::write() {
  if (same()) keep_catalogue();
  collect_routes();
  if (!same()) {
    finish_models();
    finish_providers();
  }
  std::vector<Out> bodies;
  put_file(Entity::VaultKey, {});
  for (IntegrationOut& i : integrations_) bodies.push_back(std::move(i.body));
  put_file(Entity::Integration, std::exchange(bodies, {}));
  for (ProviderOut& p : providers_) {
    if (!p.body.is_null()) bodies.push_back(std::move(p.body));
  }
  put_file(Entity::Provider, std::exchange(bodies, {}));
  for (ModelOut& m : models_) {
    if (!m.body.is_null()) bodies.push_back(std::move(m.body));
  }
  put_file(Entity::Model, std::exchange(bodies, {}));
  put_file(Entity::Guardrail, {});
  put_file(Entity::Thresholds, threshold_bodies());
  put_file(Entity::Chain, {});
  Out routing = routing_body();
  if (!routing.empty()) bodies.push_back(std::move(routing));
  put_file(Entity::RoutingConfig, std::exchange(bodies, {}));
  put_file(Entity::RateLimit, tier_bodies());
  if (std::ranges::any_of(plan_.files, [](const ScriptPlan::File& f) { return f.entity == Entity::RateLimit; }))
    variables_.insert("WF_TENANT");
  add_people();
  lose_gateway();
  soften_losses();
  if (!artifacts_.empty()) artifacts_.push_back({"apply.sh", apply_script(plan_, variables_), Role::Aid, true, {}});
  return std::move(artifacts_);
}

}  // namespace gatec::targets::worldflow
