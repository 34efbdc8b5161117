#include "compiler/passes/route_index.h"
#include "targets/worldflow/objects.h"
#include "targets/worldflow/worldflow.h"

#include <algorithm>
#include <map>
#include <set>

namespace gatec::targets::worldflow {
namespace {

using base::Decimal;
using diagnostics::DiagId;

std::string_view text_of(const Node* node) {
  return node != nullptr && node->is_scalar() ? node->text() : std::string_view();
}

std::optional<Decimal> number_of(const Node* node) {
  if (node == nullptr || !node->is_number()) return std::nullopt;
  const auto text = node->number();
  return text ? Decimal::parse(*text) : std::nullopt;
}

bool is_published(std::string_view strategy) {
  return strategy == "cost_optimized" || strategy == "quality_first" || strategy == "balanced";
}

bool matches(std::string_view glob, std::string_view text) {
  bool star = false;
  const auto pattern = unescape_glob(glob, star);
  return pattern && (star ? passes::matches_pattern(*pattern, text, true) : *pattern == text);
}

/// Findings on WorldFlow's own habits that the bodies alone show.
class Checker {
 public:
  explicit Checker(ReadContext& context) : context_(context) {}

  void run(std::span<const Input> inputs) {
    for (const Input& input : inputs) {
      for (const Node* root : input.document->roots()) {
        for (const Object& o : contents_of(*root, stem_of(input.name)).objects) objects_.push_back(o);
      }
    }
    for (const Object& o : objects_) {
      shapes(o);
      switch (o.entity) {
        case Entity::Integration: integration(*o.node); break;
        case Entity::RoutingConfig: routing(*o.node); break;
        case Entity::VirtualKey: key(*o.node); break;
        default: break;
      }
    }
    catalogue();
    teams();
    priorities();
  }

 private:
  void report(DiagId id, const Node& at, std::string message, std::string note = {}) {
    auto told = context_.sink.report(id, at.span(), std::move(message));
    if (!note.empty()) told.note(std::move(note));
  }

  [[nodiscard]] std::vector<const Node*> all(Entity entity) const {
    std::vector<const Node*> nodes;
    for (const Object& o : objects_) {
      if (o.entity == entity) nodes.push_back(o.node);
    }
    return nodes;
  }

  void shapes(const Object& o) {
    const Node* guide = nullptr;
    const Node* spec = nullptr;
    const auto root = keys().root(facts_of(o.entity).root);
    for (const doc::Entry& e : o.node->entries()) {
      const auto at = root.child(e.key->text());
      const KeyRow* row = at.named() ? at.row() : nullptr;
      if (row != nullptr && row->world == "Guide") guide = e.key;
      if (row != nullptr && row->world == "Spec") spec = e.key;
    }
    if (guide == nullptr || spec == nullptr) return;
    report(DiagId::WorldflowShapeMixed, *spec,
           quoted(spec->text()) + " is of the API description, " + quoted(guide->text()) + " beside it of the guides");
  }

  void integration(const Node& node) {
    const std::string_view type = text_of(node.get("providerType"));
    if (type != "CUSTOM" && type != "VLLM") return;
    const Node* url = node.get("baseUrl") != nullptr ? node.get("baseUrl") : node.get("endpointUrl");
    if (text_of(url).empty())
      report(DiagId::WorldflowCustomUrl, *node.get("providerType"),
             "an integration of type " + quoted(type) + " needs the address of its server");
  }

  void routing(const Node& node) {
    const Node* strategy = node.get("strategy");
    if (strategy != nullptr && !is_published(text_of(strategy))) {
      report(DiagId::WorldflowStrategy, *strategy,
             quoted(text_of(strategy)) + " is none of `cost_optimized`, `quality_first`, `balanced`");
    }
    weights(node.get("weights"));
    std::set<std::string_view> told;
    const Node* rules = node.get("rules");
    for (const Node* rule : rules != nullptr ? rules->elements() : std::span<const Node* const>{}) {
      const Node* experiment = rule->is_mapping() ? rule->get("experimentId") : nullptr;
      if (experiment == nullptr || !told.insert(text_of(experiment)).second) continue;
      report(DiagId::WorldflowSticky, *experiment,
             "a tenant always gets the same variant of " + quoted(text_of(experiment)) +
                 ": with one tenant all requests go to one model");
    }
  }

  void weights(const Node* node) {
    if (node == nullptr || !node->is_mapping() || node->empty()) return;
    Decimal sum(0);
    for (const doc::Entry& e : node->entries()) {
      const auto weight = number_of(e.value);
      if (!weight) return;
      sum = sum.plus(*weight).value_or(sum);
    }
    const Decimal off = sum > Decimal(1) ? *sum.minus(Decimal(1)) : *Decimal(1).minus(sum);
    if (off > *Decimal::parse("0.000000001"))
      report(DiagId::WorldflowWeights, *node, "the weights add up to " + sum.text() + ", not to 1");
  }

  void key(const Node& node) {
    if (text_of(node.get("_endpoint")).find("/api-keys/virtual") != std::string_view::npos) {
      report(DiagId::WorldflowLegacyEndpoint, *node.get("_endpoint"),
             "all newer pages make virtual keys at `/api/v1/virtual-keys`");
    }
    const auto rpm = number_of(node.get("rateLimitRpm"));
    if (rpm) key_rate(*node.get("rateLimitRpm"), *rpm);
  }

  void key_rate(const Node& at, const Decimal& rpm) {
    for (const Node* limit : all(Entity::RateLimit)) {
      const Node* body = limit->get("body");
      const std::string_view name =
          text_of(body != nullptr && body->is_mapping() ? body->get("tier") : limit->get("tier"));
      const auto option = context_.options.find("tiers");
      const Tier* known = tier(option == context_.options.end() ? "docs" : std::string_view(option->second), name);
      if (known == nullptr || Decimal(known->rpm) >= rpm) continue;
      report(DiagId::WorldflowKeyRate, at,
             "the key may ask " + rpm.text() + " times a minute, its tenant's tier " + quoted(name) + " takes " +
                 std::to_string(known->rpm));
      return;
    }
  }

  /// Models that nobody pins are what the optimizer scores.
  void catalogue() {
    const auto models = all(Entity::Model);
    const auto configs = all(Entity::RoutingConfig);
    std::set<std::string_view> pinned;
    std::vector<std::string_view> patterns;
    for (const Node* config : configs) {
      const Node* rules = config->get("rules");
      for (const Node* rule : rules != nullptr ? rules->elements() : std::span<const Node* const>{}) {
        if (!rule->is_mapping()) continue;
        pinned.insert(text_of(rule->get("routeTo")));
        patterns.push_back(text_of(rule->get("modelPattern")));
      }
    }
    for (const Node* model : models) {
      const Node* id = model->get("modelId");
      const std::string_view name = text_of(id);
      if (configs.empty() || name.empty()) continue;
      const bool answered =
          pinned.contains(name) || std::ranges::any_of(patterns, [&](std::string_view p) { return matches(p, name); });
      if (answered) continue;
      report(DiagId::WorldflowOptimizer, *id,
             "no rule is for " + quoted(name) + ": the optimizer may answer with another model",
             "pin it with a rule whose `modelPattern` and `routeTo` are " + quoted(name));
      const Node* pricing = model->get("pricing");
      const bool priced = model->get("inputCostPer1kTokens") != nullptr ||
                          model->get("outputCostPer1kTokens") != nullptr ||
                          (pricing != nullptr && pricing->is_mapping() && !pricing->empty());
      if (!priced) report(DiagId::WorldflowUnpriced, *id, quoted(name) + " has no price, so its cost cannot be scored");
    }
    if (models.empty()) return;
    for (const Node* key : all(Entity::VirtualKey)) {
      const Node* allowed = key->get("allowedModels");
      for (const Node* name : allowed != nullptr ? allowed->elements() : std::span<const Node* const>{}) {
        const std::string_view text = text_of(name);
        const bool known =
            std::ranges::any_of(models, [&](const Node* m) { return text_of(m->get("modelId")) == text; }) ||
            std::ranges::any_of(patterns, [&](std::string_view p) { return p == text || matches(p, text); });
        if (!known)
          report(DiagId::WorldflowUnknownModel, *name,
                 quoted(text) + " is neither in the catalogue nor the pattern of a rule: the key cannot use it");
      }
    }
  }

  struct Team {
    const Node* node = nullptr;
    const Node* parent_node = nullptr;
    std::size_t parent = SIZE_MAX;
  };

  void teams() {
    const auto nodes = all(Entity::Team);
    std::vector<Team> teams;
    std::map<std::string, std::size_t, std::less<>> names;
    for (const Node* node : nodes) {
      Team& t = teams.emplace_back();
      t.node = node;
      t.parent_node = node->get("parentTeamId");
      const std::string_view name = text_of(node->get("name"));
      names.emplace(reference(Entity::Team, name), teams.size() - 1);
      names.emplace(std::string(name), teams.size() - 1);
      for (const std::string_view key : {std::string_view("id"), std::string_view("_id")}) {
        if (const Node* id = node->get(key))
          names.emplace((key == "_id" ? "@" : "") + std::string(text_of(id)), teams.size() - 1);
      }
    }
    for (Team& t : teams) {
      const auto found = t.parent_node != nullptr ? names.find(text_of(t.parent_node)) : names.end();
      if (found != names.end()) t.parent = found->second;
    }
    for (std::size_t i = 0; i < teams.size(); ++i) above(teams, i);
  }

  void above(const std::vector<Team>& teams, std::size_t index) {
    const Team& t = teams[index];
    std::size_t at = t.parent;
    for (std::size_t steps = 0; at != SIZE_MAX; at = teams[at].parent) {
      if (at == index) {
        report(DiagId::WorldflowTeamCycle, *t.parent_node,
               "the parents of " + quoted(text_of(t.node->get("name"))) + " lead back to it");
        return;
      }
      if (++steps > teams.size()) return;
    }
  }

  void priorities() {
    bool rules = false;
    for (const Node* config : all(Entity::RoutingConfig)) {
      const Node* list = config->get("rules");
      for (const Node* rule : list != nullptr ? list->elements() : std::span<const Node* const>{})
        rules = rules || (rule->is_mapping() && rule->get("priority") != nullptr);
    }
    for (const Node* guardrail : all(Entity::Guardrail)) {
      if (!rules || guardrail->get("priority") == nullptr) continue;
      report(DiagId::WorldflowPriorities, *guardrail->get("priority"),
             "of guardrails the lower priority comes first, of rules the higher");
      return;
    }
  }

  ReadContext& context_;
  std::vector<Object> objects_;
};

}  // namespace

void check(std::span<const Input> inputs, const ir::Gateway&, ReadContext& context) { Checker(context).run(inputs); }

}  // namespace gatec::targets::worldflow
