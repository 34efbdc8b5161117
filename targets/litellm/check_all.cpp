#include "targets/fix_kit.h"
#include "targets/litellm/admin.h"
#include "targets/litellm/check.h"
#include "targets/litellm/checker.h"
#include "targets/litellm/detect.h"

#include <algorithm>
#include <array>

namespace gatec::targets::litellm {
namespace {

using doc::Node;

const Node* section(const Node& root, std::string_view key) {
  const Node* node = root.is_mapping() ? root.get(key) : nullptr;
  return node != nullptr && node->is_mapping() ? node : nullptr;
}

ModelEntry model_entry(const Node& node) {
  ModelEntry entry;
  entry.node = &node;
  if (const Node* name = node.get("model_name"); name != nullptr && name->is_string()) {
    entry.name = name;
    entry.group = name->text();
  }
  entry.params = section(node, "litellm_params");
  entry.info = section(node, "model_info");
  if (const Node* model = get(entry.params, "model"); model != nullptr && model->is_string())
    entry.model = model->text();
  return entry;
}

ConfigFile config_file(const Node& root) {
  ConfigFile file;
  file.root = &root;
  file.litellm = section(root, "litellm_settings");
  file.router = section(root, "router_settings");
  file.general = section(root, "general_settings");
  file.environment = section(root, "environment_variables");
  const Node* models = root.is_sequence() ? &root : root.is_mapping() ? root.get("model_list") : nullptr;
  if (models != nullptr) {
    for (const Node* element : models->elements()) {
      if (element->is_mapping()) file.models.push_back(model_entry(*element));
    }
  } else if (root.is_mapping() && root.get("litellm_params") != nullptr) {
    file.models.push_back(model_entry(root));
  }
  const bool runs = file.general != nullptr && !file.general->empty();
  file.whole = runs && !file.models.empty() && root.is_mapping() && root.get("include") == nullptr;
  return file;
}

bool uses_budgets(const ir::Gateway& gateway) {
  const auto has_budget = [](const auto& owner) { return !owner.budgets.empty(); };
  const auto is_budget = [](const ir::Param& p) { return p.name == "max_budget"; };
  const auto sets_budget = [&](const ir::PrincipalDefaults& d) { return std::ranges::any_of(d.values, is_budget); };
  return has_budget(gateway) || std::ranges::any_of(gateway.principals, has_budget) ||
         std::ranges::any_of(gateway.deployments, has_budget) || std::ranges::any_of(gateway.providers, has_budget) ||
         std::ranges::any_of(gateway.principal_defaults, sets_budget);
}

}  // namespace

void check_litellm(std::span<const Input> inputs, const ir::Gateway& gateway, ReadContext& context) {
  if (!context.proving) Checker(inputs, gateway, context).run();
}

const Node* ModelEntry::param(std::string_view key) const {
  const Node* inside = get(params, key);
  return inside != nullptr && !inside->is_null() ? inside : get(node, key);
}

const Node* ConfigFile::shared(std::string_view key) const {
  const Node* node = get(router, key);
  return node != nullptr && !node->is_null() ? node : get(litellm, key);
}

bool ConfigFile::sets_environment(std::string_view name) const { return get(environment, name) != nullptr; }

Checker::Checker(std::span<const Input> inputs, const ir::Gateway& gateway, ReadContext& context)
    : inputs_(inputs), gateway_(gateway), context_(context), uses_budgets_(uses_budgets(gateway)) {
  for (const Input& input : inputs) {
    const Node* root = input.document->root();
    if (root != nullptr && (detect_config(*root) > 0 || !root->is_mapping() || root->get("model_list") != nullptr)) {
      files_.push_back(config_file(*root));
    }
  }
}

void Checker::run() {
  for (const ConfigFile& file : files_) {
    if (file.root->is_sequence() && !file.models.empty() && file.models.front().params != nullptr) {
      report(DiagId::LitellmBareList, file.root->elements().front()->span(),
             "LiteLLM does not start with a list: these entries belong under `model_list`");
    }
    check_models(file);
    check_groups(file);
    check_router(file);
    check_server(file);
    check_guardrails(file);
    check_budgets(file);
  }
  check_principals();
  allowed_models();
}

void Checker::collect_places(const Node& node, const Node* key, const Node* outer_key) const {
  if (node.leaf().valid()) places_.emplace(node.leaf().value, Place{&node, key, outer_key});
  for (const Node* element : node.elements()) collect_places(*element, key, outer_key);
  for (const doc::Entry& e : node.written_entries()) {
    if (!e.aliased) collect_places(*e.value, e.key, key);
  }
}

const Checker::Place* Checker::place_of(const ir::Origin& from) const {
  if (!from.has_leaves()) return nullptr;
  if (places_.empty()) {
    for (const Input& input : inputs_) {
      for (const Node* root : input.document->roots()) collect_places(*root, nullptr, nullptr);
    }
  }
  const auto found = places_.find(from.first().value);
  return found == places_.end() ? nullptr : &found->second;
}

source::Span Checker::span_of(const ir::Origin& from) const {
  const Place* place = place_of(from);
  return place == nullptr ? source::Span{} : place->leaf->span();
}

source::Span Checker::key_span_of(const ir::Origin& from, std::string_view key) const {
  const Place* place = place_of(from);
  if (place == nullptr) return {};
  for (const Node* candidate : {place->key, place->outer_key}) {
    if (candidate != nullptr && candidate->is_scalar() && candidate->text() == key) return candidate->span();
  }
  return place->leaf->span();
}

std::string Checker::rewritten(source::Span scalar, std::string_view text) const {
  return requoted(context_.sources.text(scalar), text);
}

std::optional<base::Decimal> number_of(const Node* node) {
  if (node == nullptr || !node->is_scalar()) return std::nullopt;
  if (const auto text = node->number()) return base::Decimal::parse(*text);
  return node->is_string() ? base::Decimal::parse(node->text()) : std::nullopt;
}

bool is_true(const Node* node) { return node != nullptr && node->is_scalar() && node->as_bool().value_or(false); }

const Node* key_node(const Node* mapping, std::string_view key) {
  const doc::Entry* entry = mapping != nullptr && mapping->is_mapping() ? mapping->entry(key) : nullptr;
  return entry == nullptr ? nullptr : entry->key;
}

const Node* get(const Node* mapping, std::string_view key) {
  return mapping != nullptr && mapping->is_mapping() ? mapping->get(key) : nullptr;
}

bool pattern_takes(std::string_view pattern, std::string_view name) {
  const auto star = pattern.find('*');
  if (star == std::string_view::npos) return pattern == name;
  if (!name.starts_with(pattern.substr(0, star))) return false;
  name.remove_prefix(star);
  pattern.remove_prefix(star + 1);
  // Anchored at the start only: text behind the last star may be followed by more.
  while (!pattern.empty()) {
    const std::string_view part = pattern.substr(0, pattern.find('*'));
    const auto found = name.find(part);
    if (found == std::string_view::npos) return false;
    name.remove_prefix(found + part.size());
    pattern.remove_prefix(std::min(pattern.size(), part.size() + 1));
  }
  return true;
}

}  // namespace gatec::targets::litellm
