#include "targets/litellm/checker.h"
#include "targets/litellm/vocabulary.h"

#include <algorithm>
#include <map>

namespace gatec::targets::litellm {
namespace {

using doc::Node;

constexpr std::string_view kWeights[] = {"weight", "rpm", "tpm"};

bool is_given(const Node* node) { return node != nullptr && !node->is_null(); }

bool is_weight(const ModelEntry& entry, std::string_view key) {
  return is_given(key == "weight" ? get(entry.params, key) : entry.param(key));
}

std::string_view strategy(const ConfigFile& file) {
  const Node* node = get(file.router, "routing_strategy");
  return node != nullptr && node->is_string() ? node->text() : std::string_view("simple-shuffle");
}

bool has_check(const ConfigFile& file, std::string_view name) {
  const Node* list = get(file.router, "optional_pre_call_checks");
  if (list == nullptr) return false;
  return std::any_of(list->elements().begin(), list->elements().end(),
                     [&](const Node* e) { return e->is_string() && e->text() == name; });
}

/// Members of one group that compete: an `order` of their own sets tiers apart (§5.3).
using Tiers = std::map<std::string_view, std::vector<const ModelEntry*>>;

std::map<std::string_view, Tiers> tiers_of(const ConfigFile& file) {
  std::map<std::string_view, Tiers> groups;
  for (const ModelEntry& entry : file.models) {
    if (entry.group.empty() || entry.params == nullptr) continue;
    const Node* order = get(entry.params, "order");
    groups[entry.group][order != nullptr && order->is_scalar() ? order->text() : std::string_view{}].push_back(&entry);
  }
  return groups;
}

}  // namespace

void Checker::check_groups(const ConfigFile& file) {
  if (strategy(file) == "simple-shuffle") {
    for (const auto& [group, tiers] : tiers_of(file)) {
      for (const auto& [order, tier] : tiers) {
        if (tier.size() > 1) shuffle_weights(tier);
      }
    }
  }
  rpm_not_enforced(file);
  windows_without_prechecks(file);
  tags(file);
}

/// The first member decides what the weights are (§5.4).
void Checker::shuffle_weights(const std::vector<const ModelEntry*>& tier) {
  const ModelEntry& first = *tier.front();
  std::string_view field;
  for (const std::string_view key : kWeights) {
    if (field.empty() && is_weight(first, key)) field = key;
  }
  for (const ModelEntry* entry : tier) {
    if (!field.empty() && !is_weight(*entry, field)) {
      report(DiagId::LitellmMixedWeights, entry->name->span(),
             "this deployment of " + quoted(entry->group) + " gets no traffic: its group is weighed by " +
                 quoted(field) + ", which it lacks")
          .label(first.name->span(), "the first deployment decides");
    } else if (field.empty() && is_weight(*entry, "weight")) {
      report(DiagId::LitellmMixedWeights, get(entry->params, "weight")->span(),
             "this weight does not count, as the first deployment of " + quoted(entry->group) + " has none")
          .label(first.name->span(), "the first deployment");
    }
  }
}

void Checker::rpm_not_enforced(const ConfigFile& file) {
  const std::string_view name = strategy(file);
  const bool filters = name.starts_with("usage-based") || name == "cost-based-routing";
  if (filters || has_check(file, "enforce_model_rate_limits")) return;
  const Node* first = nullptr;
  std::size_t count = 0;
  for (const ModelEntry& entry : file.models) {
    const Node* rpm = entry.param("rpm");
    const Node* limit =
        is_given(rpm) && !is_true(get(file.router, "enable_pre_call_checks")) ? rpm : entry.param("tpm");
    if (!is_given(limit)) continue;
    if (first == nullptr) first = limit;
    ++count;
  }
  if (first == nullptr) return;
  std::string message =
      "rpm and tpm of a deployment only steer the choice under " + quoted(name) + "; nothing is rejected";
  if (count > 1) message += " (" + std::to_string(count) + " deployments)";
  report(DiagId::LitellmRpmNotEnforced, first->span(), std::move(message))
      .note("`optional_pre_call_checks: [enforce_model_rate_limits]` makes them limits");
}

/// Context windows are looked at by the pre-call checks only (§5.8).
void Checker::windows_without_prechecks(const ConfigFile& file) {
  if (is_true(get(file.router, "enable_pre_call_checks"))) return;
  std::map<std::string_view, std::pair<const Node*, std::string>> windows;
  for (const ModelEntry& entry : file.models) {
    const Node* window = get(entry.info, "max_input_tokens");
    const auto size = number_of(window);
    if (!size || entry.group.empty()) continue;
    const auto [known, fresh] = windows.try_emplace(entry.group, window, size->text());
    if (fresh || known->second.second == size->text()) continue;
    report(DiagId::LitellmWindowUnchecked, window->span(),
           "the deployments of " + quoted(entry.group) +
               " take different lengths, but without `enable_pre_call_checks` nobody looks before sending");
    return;
  }
}

void Checker::tags(const ConfigFile& file) {
  const Node* first = nullptr;
  bool has_default = false;
  for (const ModelEntry& entry : file.models) {
    const Node* tags = get(entry.params, "tags");
    if (tags == nullptr || tags->elements().empty()) continue;
    if (first == nullptr) first = key_node(entry.params, "tags");
    for (const Node* tag : tags->elements()) has_default = has_default || tag->text() == "default";
  }
  if (first == nullptr) return;
  const Node* filtering = get(file.router, "enable_tag_filtering");
  const bool tagged_all = std::all_of(file.models.begin(), file.models.end(),
                                      [](const ModelEntry& e) { return get(e.params, "tags") != nullptr; });
  if (is_true(filtering)) {
    if (!has_default && tagged_all) {
      report(DiagId::LitellmNoDefaultTag, filtering->span(),
             "no deployment is tagged `default`, so a request whose tags none has is refused");
    }
  } else if (file.whole || file.router != nullptr) {
    report(DiagId::LitellmTagsUnused, first->span(),
           "tags choose no deployment as long as `router_settings.enable_tag_filtering` is off");
  }
}

}  // namespace gatec::targets::litellm
