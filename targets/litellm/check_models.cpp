#include "compiler/base/nearest.h"
#include "compiler/facts/providers.h"
#include "targets/litellm/checker.h"
#include "targets/litellm/model_string.h"
#include "targets/litellm/prices.h"

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

namespace gatec::targets::litellm {
namespace {

using base::Decimal;
using diagnostics::FixSafety;
using doc::Entry;
using doc::Node;

std::ptrdiff_t stars(std::string_view text) { return std::count(text.begin(), text.end(), '*'); }

bool is_pattern(std::string_view name) { return name.find('*') != std::string_view::npos; }

std::string_view prefix_of(std::string_view model) {
  const auto slash = model.find('/');
  return slash == std::string_view::npos ? std::string_view{} : model.substr(0, slash);
}

/// A dollar for a hundred tokens: no model costs that much, so the price is one for more tokens.
const Decimal& unlikely_token_price() {
  static const Decimal kPrice = *Decimal::parse("0.01");
  return kPrice;
}

bool has_base_variable(const facts::ProviderFacts& provider) {
  const auto is_base = [](std::string_view name) {
    return name.ends_with("_BASE") || name.ends_with("_URL") || name.ends_with("_ENDPOINT");
  };
  return std::any_of(provider.other_env.begin(), provider.other_env.end(), is_base);
}

bool sets_base_variable(const ConfigFile& file, const facts::ProviderFacts& provider) {
  return std::any_of(provider.other_env.begin(), provider.other_env.end(),
                     [&](std::string_view name) { return file.sets_environment(name); });
}

bool has_base(const ModelEntry& entry) {
  for (const std::string_view key :
       {"api_base", "base_url", "litellm_credential_name", "mock_response", "configurable_clientside_auth_params"}) {
    if (get(entry.params, key) != nullptr) return true;
  }
  return false;
}

bool is_priced(const ModelEntry& entry) {
  for (const Node* map : {entry.params, entry.info}) {
    if (map == nullptr) continue;
    for (const Entry& e : map->entries()) {
      if (e.key->text() == "base_model" || price_of_key(e.key->text()).has_value()) return true;
    }
  }
  return false;
}

/// Names under which the price table has Azure's OpenAI models.
bool is_named_as_model(std::string_view deployment) {
  constexpr std::string_view kFamilies[] = {"gpt-",   "o1",      "o3",  "o4",           "text-embedding-",
                                            "dall-e", "whisper", "tts", "computer-use", "codex",
                                            "ada",    "global",  "eu/", "us/"};
  return std::any_of(std::begin(kFamilies), std::end(kFamilies),
                     [&](std::string_view family) { return deployment.starts_with(family); });
}

}  // namespace

void Checker::check_models(const ConfigFile& file) {
  for (const ModelEntry& entry : file.models) {
    for (const Node* map : {entry.params, entry.info}) {
      if (map == nullptr) continue;
      for (const Entry& e : map->entries()) price_of(e, map == entry.info);
    }
    zero_cost(entry);
    captures(entry);
  }
  overlapping_patterns(file);
  base_models(file);
  api_bases(file);
  ids(file);
  credentials(file);
}

void Checker::price_of(const Entry& e, bool in_info) {
  const auto name = price_of_key(e.key->text());
  const auto amount = name ? number_of(e.value) : std::nullopt;
  if (!amount) return;
  if (in_info && e.value->is_string()) {
    const bool plain = e.value->style() == doc::Style::Plain;
    report(DiagId::LitellmPriceAsString, e.value->span(),
           quoted(e.value->text()) + (plain ? " is a string in YAML 1.1" : " in quotes is a string") + ", not a price")
        .fix("write the number in full", FixSafety::Safe, {{e.value->span(), amount->text()}});
  }
  if (name->unit.ends_with("token") && *amount > unlikely_token_price()) {
    report(DiagId::LitellmPriceScale, e.value->span(),
           quoted(e.key->text()) + " is in dollars for one token; " + amount->text() +
               " looks like a price for more of them");
  }
}

/// A model that costs nothing is let through whatever has been spent (§3.3).
void Checker::zero_cost(const ModelEntry& entry) {
  const auto price = [&](std::string_view key) {
    const Node* node = get(entry.params, key);
    return node != nullptr ? node : get(entry.info, key);
  };
  const Node* input = price("input_cost_per_token");
  const auto in = number_of(input);
  const auto out = number_of(price("output_cost_per_token"));
  if (!in || !out || !in->is_zero() || !out->is_zero() || !uses_budgets_) return;
  report(DiagId::LitellmZeroCost, input->span(), "a model that costs nothing passes every budget check");
}

void Checker::captures(const ModelEntry& entry) {
  const auto captured = stars(entry.group);
  const auto filled = stars(entry.model);
  if (filled == 0 || captured == filled || entry.name == nullptr) return;
  const Node* model = get(entry.params, "model");
  if (captured > filled) {
    report(DiagId::LitellmWildcardCapture, model->span(),
           quoted(entry.group) + " captures more than " + quoted(entry.model) +
               " takes, so the requested name is sent as it is");
  } else {
    report(DiagId::LitellmWildcardCapture, model->span(),
           "a `*` of " + quoted(entry.model) + " gets nothing from " + quoted(entry.group) + " and is sent as it is");
  }
}

void Checker::overlapping_patterns(const ConfigFile& file) {
  constexpr std::size_t kMost = 100;
  std::vector<const ModelEntry*> patterns;
  bool catch_all = false;
  for (const ModelEntry& entry : file.models) {
    if (!is_pattern(entry.group)) continue;
    if (entry.group == "*") {
      if (!catch_all && file.models.size() > 1)
        report(DiagId::LitellmCatchAll, entry.name->span(),
               "`*` takes every name that no other entry has, misspelt ones too");
      catch_all = true;
      continue;
    }
    const bool known =
        std::any_of(patterns.begin(), patterns.end(), [&](const ModelEntry* p) { return p->group == entry.group; });
    if (!known && patterns.size() < kMost) patterns.push_back(&entry);
  }
  for (const ModelEntry* narrow : patterns) {
    for (const ModelEntry* wide : patterns) {
      if (narrow == wide || !pattern_takes(wide->group, narrow->group)) continue;
      report(DiagId::LitellmWildcardOverlap, narrow->name->span(),
             quoted(wide->group) + " takes these names too; the longer pattern is tried first")
          .label(wide->name->span(), "the wider pattern");
    }
  }
}

/// Without it Azure's name of the deployment finds no price, and spend stays at zero.
void Checker::base_models(const ConfigFile& file) {
  if (!uses_budgets_) return;
  for (const ModelEntry& entry : file.models) {
    const std::string_view prefix = prefix_of(entry.model);
    if (prefix != "azure" || is_pattern(entry.model) || is_priced(entry)) continue;
    if (is_named_as_model(entry.model.substr(prefix.size() + 1))) continue;
    report(DiagId::LitellmAzureBaseModel, get(entry.params, "model")->span(),
           "no price is known for " + quoted(entry.model) + " without `model_info.base_model`, so it moves no budget");
  }
}

/// Where no environment variable can give it, or where the others of the provider have one.
void Checker::api_bases(const ConfigFile& file) {
  std::unordered_set<std::string_view> given;
  for (const ModelEntry& entry : file.models) {
    if (has_base(entry)) given.insert(prefix_of(entry.model));
  }
  for (const ModelEntry& entry : file.models) {
    const std::string_view prefix = prefix_of(entry.model);
    const facts::ProviderFacts* provider = prefix.empty() ? nullptr : facts::provider_by_litellm_prefix(prefix);
    if (provider == nullptr || !provider->base_required || has_base(entry) || sets_base_variable(file, *provider))
      continue;
    if (has_base_variable(*provider) && !given.contains(prefix)) continue;
    report(DiagId::LitellmNoApiBase, get(entry.params, "model")->span(),
           quoted(prefix) + " needs an `api_base`, and this entry has none");
  }
}

void Checker::ids(const ConfigFile& file) {
  std::unordered_map<std::string_view, std::size_t> members;
  for (const ModelEntry& entry : file.models) ++members[entry.group];
  for (const ModelEntry& entry : file.models) {
    const Node* id = get(entry.info, "id");
    const auto group = id != nullptr && id->is_scalar() && !id->is_null() ? members.find(id->text()) : members.end();
    const bool only_member = group != members.end() && group->first == entry.group && group->second == 1;
    if (group == members.end() || only_member) continue;
    report(DiagId::LitellmIdShadows, id->span(),
           "requests for the model " + quoted(id->text()) + " all go to this one deployment, as its id is the same");
  }
}

void Checker::credentials(const ConfigFile& file) {
  const Node* list = get(file.root, "credential_list");
  if (list == nullptr || list->elements().empty()) return;
  std::vector<std::string_view> names;
  for (const Node* element : list->elements()) {
    if (const Node* name = get(element, "credential_name"); name != nullptr && name->is_string())
      names.push_back(name->text());
  }
  for (const ModelEntry& entry : file.models) {
    const Node* used = get(entry.params, "litellm_credential_name");
    if (used == nullptr || !used->is_string() || std::find(names.begin(), names.end(), used->text()) != names.end())
      continue;
    const auto near = base::nearest_word(used->text(), names);
    std::string message = "`credential_list` has no " + quoted(used->text());
    if (near) message += "; did you mean " + quoted(*near) + "?";
    auto told = report(DiagId::LitellmCredentialUndefined, used->span(), std::move(message));
    if (near) told.fix("write " + quoted(*near), FixSafety::Unsafe, {{used->span(), rewritten(used->span(), *near)}});
  }
}

}  // namespace gatec::targets::litellm
