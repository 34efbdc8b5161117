#include "targets/fix_kit.h"
#include "targets/llmgateway/checker.h"

#include <algorithm>

namespace gatec::targets::llmgateway {
namespace {

constexpr std::int64_t kHuge = 100'000;
constexpr std::size_t kFreeKeys = 5;

}  // namespace

std::string_view text_of(const Node* node) {
  return node != nullptr && node->is_scalar() ? node->text() : std::string_view();
}

void Checker::report(DiagId id, const Node& at, std::string message, std::string note) {
  auto told = context_.sink.report(id, at.span(), std::move(message));
  if (!note.empty()) told.note(std::move(note));
}

std::vector<const Object*> Checker::all(Entity entity) const {
  std::vector<const Object*> found;
  for (const Object& o : objects_) {
    if (o.entity == entity) found.push_back(&o);
  }
  return found;
}

void Checker::run(std::span<const Input> inputs) {
  is_new_ = context_.version == "N";
  for (const Input& input : inputs) {
    for (const Node* root : input.document->roots()) {
      const Contents contents = contents_of(*root, stem_of(input.name));
      for (const Object& o : contents.objects) objects_.push_back(o);
      for (const Node* node : contents.environment) {
        for (const doc::Entry& e : node->entries()) env_.push_back(&e);
      }
      for (const Node* node : contents.bundles) {
        const Node* target = node->get("target");
        if (target == nullptr || !target->is_mapping()) continue;
        is_new_ = is_new_ || text_of(target->get("snapshot")) == "N";
        open_source_ = open_source_ || text_of(target->get("edition")) == "oss";
      }
    }
  }
  environment();
  for (const Object* o : all(Entity::Project)) project(*o->node);
  provider_keys();
  for (const Object* o : all(Entity::Model)) model(*o);
  for (const Object* o : all(Entity::DynamicRoute)) dynamic_route(*o->node);
  for (const Entity e : {Entity::ApiKey, Entity::Member, Entity::Team}) {
    for (const Object* o : all(e)) {
      money(*o->node);
      rules(*o->node);
    }
  }
  key_count();
  if (is_new_ && !open_source_) return;
  for (const Entity e : {Entity::DynamicRoute, Entity::Team, Entity::CustomModel, Entity::Guardrails}) {
    const auto found = all(e);
    if (!found.empty())
      report(DiagId::LlmgatewayEnterprise, *found.front()->node,
             std::string(facts_of(e).word) +
                 (is_new_ ? " is of the enterprise edition only" : " is not known to the snapshot U26"));
  }
}

void Checker::environment() {
  std::map<std::string_view, std::size_t> counts;
  const Node* first = nullptr;
  const auto parts = [](const Node& node) {
    return node.is_sequence() ? node.size() : split_list(text_of(&node)).size();
  };
  for (const doc::Entry* e : env_) {
    const Variable* v = variable(e->key->text());
    if (v == nullptr && legacy_variable(e->key->text()) != nullptr) {
      v = legacy_variable(e->key->text());
      report(DiagId::LlmgatewayLegacyEnv, *e->key,
             quoted(e->key->text()) + " is read by versions of 2025 only, today it is " + quoted(v->name));
    }
    if (v == nullptr || v->says != Said::Key) continue;
    counts[v->provider] += std::max<std::size_t>(parts(*e->value), 1);
    if (first == nullptr) first = e->key;
  }
  has_env_keys_ = first != nullptr;
  for (const doc::Entry* e : env_) {
    const Variable* v = variable(e->key->text());
    if (v != nullptr && v->says != Said::Key) {
      const std::size_t n = parts(*e->value);
      const auto keys = counts.find(v->provider);
      if (n > 1 && keys != counts.end() && n < keys->second)
        report(DiagId::LlmgatewayParallel, *e->value,
               std::to_string(n) + " values stand beside " + std::to_string(keys->second) +
                   " keys, the last one counts for the rest");
    }
    const std::string_view name = e->key->text();
    const auto number = base::Decimal::parse(text_of(e->value));
    const std::int64_t most = name == "AI_TIMEOUT_MS"             ? 600'000
                              : name == "AI_STREAMING_TIMEOUT_MS" ? 1'200'000
                              : name == "GATEWAY_TIMEOUT_MS"      ? 1'500'000
                                                                  : 0;
    if (most > 0 && number && *number > base::Decimal(most))
      report(DiagId::LlmgatewayTimeout, *e->value,
             quoted(name) + " is " + std::to_string(most) + " unless told otherwise, and projects can only lower it");
  }
  const auto projects = all(Entity::Project);
  const bool rows_only = !projects.empty() && std::ranges::all_of(projects, [](const Object* o) {
    return text_of(o->node->get("mode")) == "api-keys";
  });
  if (first != nullptr && rows_only)
    report(DiagId::LlmgatewayEnvUnused, *first, "every project is of mode `api-keys` and uses the organization's keys");
}

void Checker::project(const Node& node) {
  const Node* mode = node.get("mode");
  const Node* name = node.get("name");
  const Node& at = mode != nullptr ? *mode : name != nullptr ? *name : node;
  const std::string_view word = text_of(mode);
  if (mode == nullptr)
    report(DiagId::LlmgatewayMode, at,
           "`mode` is missing: the API takes `credits`, the database `hybrid`, say `api-keys`");
  if ((word == "hybrid" || word == "credits") && !env_.empty() && !has_env_keys_)
    report(DiagId::LlmgatewayNeedsEnv, at,
           "a project of mode " + quoted(word) +
               " looks for providers among the `LLM_…_API_KEY` variables, and there are none");
  if (word == "credits" || (word == "hybrid" && has_env_keys_))
    report(DiagId::LlmgatewayCredits, at,
           "keys of the environment are used while the organization has credits, self-hosted too, else requests end in "
           "402");
  const Node* cache = node.get("cachingEnabled");
  const bool on = cache != nullptr && cache->is_scalar() && cache->as_bool().value_or(false);
  if (on && !is_new_) {
    for (const Object* o : all(Entity::Organization)) {
      if (text_of(o->node->get("retentionLevel")) != "retain")
        report(DiagId::LlmgatewayRetention, *cache, "this version caches only while `retentionLevel` is `retain`");
    }
  }
  const Node* seconds = node.get("cacheDurationSeconds");
  const auto number = base::Decimal::parse(text_of(seconds));
  if (number && (*number < base::Decimal(10) || *number > base::Decimal(31'536'000)))
    report(DiagId::LlmgatewayCacheSeconds, *seconds,
           "a cache duration is 10 to 31,536,000 seconds, the API refuses this one");
}

void Checker::provider_keys() {
  std::map<std::string, const Node*> seen;
  for (const Object* o : all(Entity::ProviderKey)) {
    const Node& node = *o->node;
    const Node* provider = node.get("provider");
    const Node* name = node.get("name");
    const bool custom = o->custom || text_of(provider) == kCustom || (provider == nullptr && name != nullptr);
    const std::string id = custom ? std::string(kCustom) : std::string(text_of(provider));
    const bool live = text_of(node.get("status")) != "inactive" && text_of(node.get("status")) != "deleted";
    if (!is_new_ && live && !seen.emplace(id, &node).second) {
      report(DiagId::LlmgatewayOneKey, provider != nullptr ? *provider : node,
             custom ? "this version takes one custom provider for an organization"
                    : "the provider has a key already, this version takes one");
    }
    if (custom && name != nullptr && !is_custom_name(text_of(name), is_new_ ? Snapshot::N : Snapshot::U26))
      report(DiagId::LlmgatewayCustomName, *name,
             quoted(text_of(name)) +
                 (is_new_ ? " is not made of small letters and single dashes" : " is not made of small letters alone"));
    const Node* url = node.get("baseUrl");
    std::string_view address = text_of(url);
    while (address.ends_with('/')) address.remove_suffix(1);
    if (address.ends_with("/v1")) {
      address.remove_suffix(3);
      context_.sink
          .report(DiagId::LlmgatewayBaseUrl, url->span(), "the gateway appends `/v1/chat/completions`, leave `/v1` out")
          .fix("leave `/v1` out", diagnostics::FixSafety::Safe,
               {{url->span(), requoted(context_.sources.text(url->span()), address)}});
    }
  }
}

void Checker::model(const Object& o) {
  const Node* target = o.node->get("target");
  const std::string_view text = text_of(target);
  const std::size_t slash = text.find('/');
  const bool prefixed = slash != std::string_view::npos && is_provider(text.substr(0, slash));
  const Node* pin = o.node->get("noFallback");
  const bool pinned = o.node->get("headers") != nullptr || (pin != nullptr && pin->as_bool().value_or(false));
  if (prefixed && !pinned)
    report(DiagId::LlmgatewayReroutes, *target,
           "below 90 % uptime another provider answers, unless the client sends `X-No-Fallback: true`");
  const Node* providers = o.node->get("providers");
  for (const Node* p : providers != nullptr ? providers->elements() : std::span<const Node* const>{}) {
    if (text_of(p) == "azure" && !is_new_ && !prefixed)
      report(DiagId::LlmgatewayRootAzure, *p,
             "most models of Azure are marked unstable, and a name without a prefix does not reach those");
  }
}

void Checker::dynamic_route(const Node& node) {
  const Node* name = node.get("name");
  if (name != nullptr && !is_route_name(text_of(name)))
    report(DiagId::LlmgatewayRouteName, *name,
           quoted(text_of(name)) + " is not made of small letters, digits and single dashes, 64 at most");
  const Node* graph = node.get("graph");
  const Node* nodes = graph != nullptr && graph->is_mapping() ? graph->get("nodes") : nullptr;
  if (nodes == nullptr || !nodes->is_sequence()) return;
  std::map<std::string_view, const Node*> by_id;
  for (const Node* n : nodes->elements()) {
    const Node* id = n->is_mapping() ? n->get("id") : nullptr;
    if (id != nullptr && !by_id.emplace(text_of(id), n).second)
      report(DiagId::LlmgatewayGraph, *id, "another node is named " + quoted(text_of(id)));
  }
  if (nodes->size() > 100) report(DiagId::LlmgatewayGraph, *nodes, "a graph has 100 nodes at most");
  std::map<std::string_view, int> state;  // 1 on the way, 2 done
  const auto visit = [&](auto&& self, const Node& from, std::string_view id) -> void {
    const auto found = by_id.find(id);
    if (found == by_id.end()) {
      report(DiagId::LlmgatewayGraph, from, "no node is named " + quoted(id));
      return;
    }
    int& known = state[id];
    if (known == 1) report(DiagId::LlmgatewayGraph, from, "the way leads back to " + quoted(id));
    if (known != 0) return;
    known = 1;
    const Node& n = *found->second;
    for (const std::string_view list : {"splits", "conditions", "cases"}) {
      const Node* parts = n.get(list);
      if (parts == nullptr || !parts->is_sequence()) continue;
      if (parts->size() > 20 || (list == "splits" && parts->size() < 2))
        report(DiagId::LlmgatewayGraph, *parts,
               list == "splits" ? "a split has 2 to 20 parts" : "a choice has 20 conditions at most");
      for (const Node* part : parts->elements()) {
        const Node* next = part->is_mapping() ? part->get("next") : nullptr;
        if (next != nullptr) self(self, *next, text_of(next));
      }
    }
    if (const Node* rest = n.get("else")) self(self, *rest, text_of(rest));
    state[id] = 2;
  };
  const Node* entry = graph->get("entry");
  if (entry != nullptr) visit(visit, *entry, text_of(entry));
  for (const auto& [id, n] : by_id) {
    if (!state.contains(id)) report(DiagId::LlmgatewayGraph, *n->get("id"), "nothing leads to the node " + quoted(id));
  }
}

void Checker::money(const Node& node) {
  for (const std::string_view key : {"usageLimit", "periodUsageLimit"}) {
    const Node* limit = node.get(key);
    if (limit == nullptr || limit->is_null()) continue;
    const auto number = base::Decimal::parse(text_of(limit));
    if (!limit->is_string() || !number || number->is_negative())
      report(DiagId::LlmgatewayUsageLimit, *limit, quoted(key) + " is a decimal in quotes, in dollars");
    else if (*number > base::Decimal(kHuge))
      report(DiagId::LlmgatewayHugeLimit, *limit, quoted(key) + " is in dollars, not in tokens or cents");
  }
  const Node* amount = node.get("periodUsageLimit");
  const Node* value = node.get("periodUsageDurationValue");
  const Node* unit = node.get("periodUsageDurationUnit");
  const Node* first = amount != nullptr ? amount : value != nullptr ? value : unit;
  if (first == nullptr || first->is_null()) return;
  if (!is_new_) {
    report(DiagId::LlmgatewayPeriodLost, *first, "the snapshot U26 has limits for good only");
    return;
  }
  const auto number = base::Decimal::parse(text_of(value));
  const auto whole = number ? number->as_int64() : std::nullopt;
  if (amount == nullptr || !whole || unit == nullptr)
    report(DiagId::LlmgatewayPeriod, *first, "a limit of a period has an amount, a value and a unit, all three");
  else if (!period_allowed(*whole, text_of(unit)))
    report(DiagId::LlmgatewayPeriod, *value, "a period is 1 to 8760 hours, 365 days, 52 weeks or 12 months");
}

void Checker::rules(const Node& node) {
  const Node* list = node.get("iamRules");
  if (list == nullptr || !list->is_sequence()) return;
  std::set<std::string_view> seen;
  for (const Node* rule : list->elements()) {
    const Node* type = rule->is_mapping() ? rule->get("ruleType") : nullptr;
    if (type == nullptr || text_of(rule->get("status")) == "inactive") continue;
    const std::string_view word = text_of(type);
    if (word.starts_with("allow_") && !seen.insert(word).second)
      report(DiagId::LlmgatewayMultiAllow, *type,
             "two rules " + quoted(word) + ": the older version allows what both name, the newer what either names");
    if (!is_new_ && (word == "allow_providers" || word == "deny_providers"))
      report(DiagId::LlmgatewayRootBypass, *type,
             "this version does not look at it when a model is asked for without a prefix");
    const Node* value = rule->get("ruleValue");
    const Node* models = value != nullptr && value->is_mapping() ? value->get("models") : nullptr;
    for (const Node* m : models != nullptr ? models->elements() : std::span<const Node* const>{}) {
      const std::string_view name = text_of(m);
      const std::size_t slash = name.find('/');
      if (!is_new_ && slash != std::string_view::npos && is_provider(name.substr(0, slash)))
        report(DiagId::LlmgatewayIamPrefix, *m,
               "this version compares models without their providers: " + quoted(name.substr(slash + 1)));
    }
  }
}

void Checker::key_count() {
  std::map<std::string_view, std::vector<const Node*>> of_project;
  for (const Object* key : all(Entity::ApiKey)) {
    const Node* project =
        key->node->get("_project") != nullptr ? key->node->get("_project") : key->node->get("projectId");
    std::string_view name = text_of(project);
    if (name.empty() && key->parent != nullptr) name = text_of(key->parent->get("name"));
    of_project[is_new_ ? std::string_view() : name].push_back(key->node);
  }
  for (const auto& [name, keys] : of_project) {
    if (keys.size() > kFreeKeys)
      report(DiagId::LlmgatewayKeyCount, *keys[kFreeKeys],
             std::to_string(keys.size()) + " keys, the free plan has " + std::to_string(kFreeKeys) +
                 (is_new_ ? " for an organization" : " for a project"));
  }
}

void check(std::span<const Input> inputs, const ir::Gateway&, ReadContext& context) { Checker(context).run(inputs); }

}  // namespace gatec::targets::llmgateway
