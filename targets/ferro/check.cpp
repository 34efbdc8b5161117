#include "targets/ferro/checker.h"

#include <algorithm>

namespace gatec::targets::ferro {
namespace {

using base::Decimal;

/// More upstream calls than this for one request are told of (page 7, retry-amplification).
constexpr std::int64_t kManyCalls = 6;

std::optional<Decimal> number_of(const Node* node) {
  const auto text = node != nullptr && node->is_number() ? node->number() : std::nullopt;
  return text ? Decimal::parse(*text) : std::nullopt;
}

const Node* child(const Node& node, std::string_view key) { return node.is_mapping() ? node.get(key) : nullptr; }

}  // namespace

void check(std::span<const Input> inputs, const ir::Gateway& gateway, ReadContext& context) {
  const Node* root = nullptr;
  std::vector<const Entry*> environment;
  for (const Input& input : inputs) {
    const Node* node = input.document->root();
    if (node == nullptr || !node->is_mapping()) continue;
    if (input.name.ends_with(".env")) {
      for (const Entry& e : node->entries()) environment.push_back(&e);
    } else if (root == nullptr) {
      root = node;
    }
  }
  Checker(root, std::move(environment), gateway, context).run();
}

void Checker::run() {
  check_environment();
  if (root_ == nullptr) return;
  if (const Node* list = root_->get("targets"); list != nullptr) {
    for (const Node* node : list->elements()) {
      if (node->is_mapping()) targets_.push_back({node, scalar_text(node->get("virtual_key"))});
    }
  }
  check_targets();
  check_version();
  check_weights();
  check_variants();
  check_conditions();
  check_leaks();
  check_failover();
  check_amplification();
  check_references();
  check_target_names();
  check_mcp();
  check_plugins();
}

Mode Checker::mode() const {
  const Node* strategy = root_->get("strategy");
  const std::string_view text = strategy != nullptr ? scalar_text(child(*strategy, "mode")) : std::string_view{};
  return mode_of(text).value_or(nearest_mode(text).value_or(Mode::Single));
}

const Node* Checker::variable_value(std::string_view name) const {
  for (const Entry* e : environment_) {
    if (e->key->text() == name) return e->value;
  }
  return nullptr;
}

bool Checker::declares(const Node& target, std::string_view model) const {
  const Node* models = target.get("models");
  return models != nullptr &&
         std::ranges::any_of(models->elements(), [&](const Node* m) { return scalar_text(m) == model; });
}

void Checker::check_targets() {
  const Node* list = root_->get("targets");
  const bool guide = root_->get("providers") != nullptr;
  if (!guide && !root_->entries().empty() && (list == nullptr || list->empty())) {
    report(DiagId::FerroNoTargets, list != nullptr ? list->span() : root_->entries().front().value->span(),
           "a config needs one target at least: the gateway refuses it");
  }
}

/// A target with a list of its own is asked for a model of another's list, too, if its catalogue has it (page 2.2).
void Checker::check_leaks() {
  if (mode() == Mode::Conditional) return;
  for (const Target& other : targets_) {
    const Node* own = other.node->get("models");
    if (own == nullptr || !own->is_sequence() || own->empty()) continue;
    for (const Target& target : targets_) {
      const Node* models = target.node->get("models");
      if (target.key == other.key || models == nullptr || !models->is_sequence()) continue;
      for (const Node* model : models->elements()) {
        const std::string_view id = scalar_text(model);
        if (id.empty() || declares(*other.node, id) || !may_own(other.key, id)) continue;
        report(DiagId::FerroClosureLeak, model->span(),
               quoted(other.key) + " does not list " + quoted(id) +
                   ", but may have it in its catalogue and then answers for it as well" +
                   (other.key == "azure-openai" ? ", with the one deployment that its environment names" : ""),
               "`GET /v1/models` of the running gateway shows it; conditions keep it out");
      }
    }
  }
}

/// Keys that the version at hand refuses (page 8).
void Checker::check_version() {
  if (has_declared_models(context_.version)) return;
  const auto tell = [&](const Node* node, std::string_view key) {
    if (node != nullptr)
      report(DiagId::FerroVersionGate, node->span(),
             quoted(key) + " needs 1.4: " + context_.version + " refuses the config");
  };
  for (const std::string_view key : {"batch_target", "responses_target"}) tell(root_->get(key), key);
  for (const Target& t : targets_) tell(t.node->get("models"), "models");
}

void Checker::check_weights() {
  const Mode now = mode();
  bool positive = false;
  bool any = false;
  for (const Target& t : targets_) {
    const Node* weight = t.node->get("weight");
    if (now != Mode::Loadbalance) {
      if (weight != nullptr)
        report(DiagId::FerroInertSetting, weight->span(), "`weight` means nothing under " + quoted(mode_name(now)));
      continue;
    }
    any = true;
    const auto value = number_of(weight);
    if (weight == nullptr) {
      report(DiagId::FerroZeroWeight,
             t.node->get("virtual_key") != nullptr ? t.node->get("virtual_key")->span() : t.node->span(),
             "target " + quoted(t.key) + " has no weight, which is no share",
             "it still gets the traffic of targets that fail");
    } else if (!value) {
      if (weight->is_number()) report(DiagId::FerroWeights, weight->span(), "a weight is a finite number");
      positive = true;
    } else if (value->is_negative()) {
      report(DiagId::FerroWeights, weight->span(),
             "target " + quoted(t.key) + " has a negative weight: the gateway refuses the config");
    } else if (value->is_zero()) {
      report(DiagId::FerroZeroWeight, weight->span(),
             "target " + quoted(t.key) + " has no share, but still gets the traffic of targets that fail",
             "take it out to keep traffic away from it");
    }
    positive = positive || (value && !value->is_negative() && !value->is_zero());
  }
  if (any && !positive)
    report(DiagId::FerroWeights, targets_.front().node->span(),
           "the weights sum to zero: the gateway refuses the config");
}

void Checker::check_variants() {
  const Node* strategy = root_->get("strategy");
  const Node* list = strategy != nullptr ? child(*strategy, "ab_variants") : nullptr;
  if (mode() != Mode::AbTest) return;
  if (list == nullptr || list->empty()) {
    report(DiagId::FerroCondition, strategy->span(), "`ab-test` needs a variant in `ab_variants`");
    return;
  }
  bool positive = false;
  for (const Node* v : list->elements()) {
    const auto weight = number_of(child(*v, "weight"));
    if (weight && weight->is_negative())
      report(DiagId::FerroWeights, child(*v, "weight")->span(),
             "a variant has a negative weight: the gateway refuses the config");
    if (!weight || weight->is_zero())
      report(DiagId::FerroZeroWeight, v->span(),
             "a variant without weight gets no traffic of its own since 1.4, but that of targets that fail");
    positive = positive || (weight && !weight->is_negative() && !weight->is_zero());
  }
  if (!positive)
    report(DiagId::FerroWeights, list->span(),
           "the weights of the variants sum to zero: the gateway refuses the config");
}

void Checker::check_conditions() {
  const Node* strategy = root_->get("strategy");
  if (strategy == nullptr || !strategy->is_mapping() || (mode() != Mode::Conditional && mode() != Mode::ContentBased))
    return;
  const bool by_model = mode() == Mode::Conditional;
  const Node* list = strategy->get(by_model ? "conditions" : "content_conditions");
  if (list == nullptr || list->empty()) {
    report(DiagId::FerroCondition, strategy->span(),
           by_model ? "`conditional` needs a condition" : "`content-based` needs an entry in `content_conditions`");
    return;
  }
  const Node* aliases = root_->get("aliases");
  std::vector<std::pair<bool, std::string_view>> seen;  // prefix, value
  for (const Node* c : list->elements()) {
    const Node* value = child(*c, "value");
    const Node* to = child(*c, "target_key");
    const auto target = std::ranges::find(targets_, scalar_text(to), &Target::key);
    if (!by_model) {
      const std::string_view type = scalar_text(child(*c, "type"));
      if (type != "prompt_contains" && type != "prompt_not_contains" && type != "prompt_regex") {
        report(DiagId::FerroCondition, c->span(), "`type` is prompt_contains, prompt_not_contains or prompt_regex");
      }
      if (target == targets_.end())
        report(DiagId::FerroCondition, to != nullptr ? to->span() : c->span(),
               "`target_key` names no configured target");
      const std::string_view text = scalar_text(value);
      if (type == "prompt_regex" &&
          (text.find("(?=") != std::string_view::npos || text.find("(?!") != std::string_view::npos ||
           text.find("(?<") != std::string_view::npos)) {
        report(DiagId::FerroCondition, value->span(), "the gateway's expressions have no look-around");
      }
      continue;
    }
    if (value == nullptr || !value->is_scalar()) continue;
    const bool prefix = scalar_text(child(*c, "key")) == "model_prefix";
    const std::string_view text = value->text();
    if (aliases != nullptr && aliases->is_mapping() && !prefix && aliases->get(text) != nullptr) {
      report(DiagId::FerroConditionOnAlias, value->span(),
             quoted(text) + " is an alias: conditions see the model that it leads to, so this one never holds");
    }
    for (const auto& [earlier_prefix, earlier] : seen) {
      const bool covers = earlier_prefix ? text.starts_with(earlier) : !prefix && text == earlier;
      if (!covers) continue;
      report(DiagId::FerroConditionShadowed, value->span(),
             "an earlier condition on " + quoted(earlier) + " takes all that this one waits for");
      break;
    }
    seen.emplace_back(prefix, text);
    const bool elsewhere = std::ranges::any_of(targets_, [&](const Target& t) { return declares(*t.node, text); });
    if (!prefix && target != targets_.end() && elsewhere && !declares(*target->node, text)) {
      report(DiagId::FerroConditionNotOwner, to->span(),
             "target " + quoted(target->key) + " does not declare " + quoted(text) + ", another target does",
             "a model that its target does not have is answered with 404");
    }
  }
  for (std::size_t i = 1; i < targets_.size(); ++i) {
    const Node* breaker = targets_[i].node->get("circuit_breaker");
    if (breaker == nullptr) continue;
    report(DiagId::FerroBreakerUnderConditional, breaker->span(),
           "when this circuit is open the first target is asked, whether it has the model or not",
           "callers then get 404 instead of 503");
  }
}

void Checker::check_failover() {
  if (targets_.size() < 2 || fails_over(mode()) || mode() == Mode::Conditional || mode() == Mode::ContentBased) return;
  const Node* strategy = root_->get("strategy");
  const Node* at =
      strategy != nullptr && child(*strategy, "mode") != nullptr ? child(*strategy, "mode") : targets_[1].node;
  report(DiagId::FerroNoFailover, at->span(),
         quoted(mode_name(mode())) + " calls the first target only: the others are never asked",
         "`fallback` goes on to the next one");
}

void Checker::check_amplification() {
  std::int64_t calls = 0;
  const Node* last = nullptr;
  for (const Target& t : targets_) {
    const Node* retry = t.node->get("retry");
    const auto attempts = number_of(retry != nullptr ? child(*retry, "attempts") : nullptr);
    const std::int64_t tries = attempts ? std::clamp<std::int64_t>(attempts->floor().value_or(1), 1, 1000) : 1;
    const bool asked = fails_over(mode()) || calls == 0;
    if (!asked) continue;
    calls += tries;
    if (attempts && tries > 1) last = child(*retry, "attempts");
  }
  if (calls > kManyCalls && last != nullptr) {
    report(DiagId::FerroRetryAmplification, last->span(),
           "one request may become " + std::to_string(calls) +
               " upstream calls: each target that owns the model has tries of its own");
  }
}

void Checker::check_references() {
  for (const Entry& e : root_->entries()) {
    const std::string_view key = e.key->text();
    if (key == "providers" || key == "server") continue;
    check_references(*e.value, key, key == "plugins" || key == "mcp_servers" || key == "observability");
  }
}

/// `${NAME}` counts in settings of plugins, exporters, headers and environments of tool servers (page 1.2); nothing
/// else does.
void Checker::check_references(const Node& node, std::string_view key, bool expanded) {
  for (const Node* element : node.elements()) check_references(*element, key, expanded);
  for (const Entry& e : node.written_entries()) {
    if (!e.aliased) check_references(*e.value, e.key->text(), expanded);
  }
  if (!node.is_string()) return;
  const std::string_view text = node.text();
  const auto brace = text.find("${");
  const bool elsewhere = text.find("os.environ/") == 0;
  bool odd = elsewhere;
  if (brace != std::string_view::npos) {
    const auto close = text.find('}', brace);
    const bool whole = close != std::string_view::npos && parse_reference(text.substr(brace, close - brace + 1));
    odd = odd || !whole || !expanded || key == "url" || key == "name";
  }
  if (!odd) return;
  report(DiagId::FerroReference, node.span(),
         elsewhere                  ? "`os.environ/…` is LiteLLM's: here it is text"
         : expanded && key != "url" ? "a reference is `${NAME}` and nothing else: this is text"
                                    : "references are not filled in here: this is text");
}

void Checker::check_target_names() {
  for (const std::string_view key : {"batch_target", "responses_target"}) {
    const Node* node = root_->get(key);
    if (node == nullptr || !node->is_scalar() || node->is_null()) continue;
    const std::string_view name = node->text();
    const bool known = std::ranges::any_of(targets_, [&](const Target& t) { return t.key == name; });
    const bool serves = key == "batch_target" ? name == "openai" || name == "azure-openai" || name == "groq" ||
                                                    name == "novita" || name == "qwen"
                                              : name == "openai" || name == "xai";
    if (!known) {
      report(DiagId::FerroTargetReference, node->span(),
             quoted(key) + " " + quoted(name) + " names no configured target: the gateway refuses the config");
    } else if (!serves) {
      report(DiagId::FerroTargetReference, node->span(),
             quoted(name) + " has no such endpoint: calls of it answer 501");
    }
  }
}

void Checker::check_mcp() {
  const Node* list = root_->get("mcp_servers");
  if (list == nullptr) return;
  std::vector<std::string_view> names;
  for (const Node* server : list->elements()) {
    if (!server->is_mapping()) continue;
    const std::string_view name = scalar_text(server->get("name"));
    const bool url = !scalar_text(server->get("url")).empty();
    const bool command = !scalar_text(server->get("command")).empty();
    if (name.empty())
      report(DiagId::FerroMcp, server->span(), "a tool server needs a `name`: the gateway refuses the config");
    else if (std::ranges::find(names, name) != names.end())
      report(DiagId::FerroMcp, server->get("name")->span(), "two tool servers are called " + quoted(name));
    if (url == command)
      report(DiagId::FerroMcp, server->span(),
             url ? "`url` and `command` exclude each other" : "a tool server needs `url` or `command`");
    names.push_back(name);
  }
}

void Checker::check_environment() {
  if (environment_.empty()) return;
  if (variable_value("RATE_LIMIT_RPS") == nullptr) {
    report(DiagId::FerroIpLimiter, environment_.front()->key->span(),
           "RATE_LIMIT_RPS is not set: each address may send 20 requests a second, 40 at once",
           "behind a proxy that TRUSTED_PROXIES does not name, all callers share one address");
  }
}

}  // namespace gatec::targets::ferro
