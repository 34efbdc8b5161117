#include "targets/ferro/checker.h"

#include <algorithm>

namespace gatec::targets::ferro {
namespace {

using base::Decimal;

bool is_on(const Node& entry) {
  const Node* enabled = entry.get("enabled");
  return enabled != nullptr && enabled->is_scalar() && enabled->as_bool().value_or(false);
}

const Node* setting(const Node& entry, std::string_view key) {
  const Node* config = entry.get("config");
  return config != nullptr && config->is_mapping() ? config->get(key) : nullptr;
}

std::optional<Decimal> amount_of(const Node* node) {
  const auto text = node != nullptr && node->is_number() ? node->number() : std::nullopt;
  return text ? Decimal::parse(*text) : std::nullopt;
}

}  // namespace

void Checker::check_plugins() {
  const Node* list = root_->get("plugins");
  if (list == nullptr) return;
  std::vector<std::pair<std::string_view, std::vector<const Node*>>> by_name;
  for (const Node* entry : list->elements()) {
    if (!entry->is_mapping() || !is_on(*entry)) continue;
    const std::string_view name = scalar_text(entry->get("name"));
    const auto found = std::ranges::find(by_name, name, [](const auto& pair) { return pair.first; });
    if (found == by_name.end())
      by_name.push_back({name, {entry}});
    else
      found->second.push_back(entry);
  }
  for (const auto& [name, entries] : by_name) {
    check_stages(name, entries);
    for (const Node* entry : entries) {
      if (name == "rate-limit") check_rate_limit(*entry);
      if (name == "word-filter") check_words(*entry);
    }
    if (name == "budget") check_budget(*entries.front());
  }
}

void Checker::check_stages(std::string_view name, const std::vector<const Node*>& entries) {
  const bool paired = name == "budget" || name == "response-cache" || name == "request-logger";
  if (!paired) return;
  const auto has = [&](std::string_view stage) {
    return std::ranges::any_of(entries, [&](const Node* e) { return scalar_text(e->get("stage")) == stage; });
  };
  const bool before = has("before_request");
  const bool after = has("after_request");
  const source::Span at = entries.front()->get("name")->span();
  if (name == "budget" && before != after) {
    report(DiagId::FerroHalfBudget, at,
           before ? "a budget before the request alone never counts anything"
                  : "a budget after the request alone never rejects anything",
           "list it at before_request and after_request with the same config");
  } else if (name == "response-cache" && before != after) {
    report(DiagId::FerroHalfCache, at,
           before ? "a cache before the request alone never stores anything"
                  : "a cache after the request alone never answers",
           "list it at before_request and after_request with the same config");
  } else if (name == "request-logger" && !has("on_error")) {
    report(DiagId::FerroHalfCache, at, "a logger that is not listed at on_error writes nothing of requests that fail");
  }
}

bool Checker::is_open() const { return scalar_text(variable_value("ALLOW_UNAUTHENTICATED_PROXY")) == "true"; }

void Checker::check_budget(const Node& entry) {
  const auto limit = amount_of(setting(entry, "spend_limit_usd"));
  if (!limit || limit->is_zero()) return;
  bool priced = false;
  for (const std::string_view key :
       {"input_per_m_tokens", "output_per_m_tokens", "cache_read_per_m_tokens", "cache_write_per_m_tokens"}) {
    const auto rate = amount_of(setting(entry, key));
    priced = priced || (rate && !rate->is_zero());
    if (rate && rate->is_negative())
      report(DiagId::FerroRange, setting(entry, key)->span(), "a negative price gives spend back");
  }
  if (!priced)
    report(DiagId::FerroUnpricedBudget, setting(entry, "spend_limit_usd")->span(),
           "the limit has no prices to count with: the gateway refuses the config");
  if (is_open())
    report(DiagId::FerroKeylessLimit, setting(entry, "spend_limit_usd")->span(),
           "callers have no keys here, so nobody is billed or stopped");
}

void Checker::check_rate_limit(const Node& entry) {
  const Node* rate = setting(entry, "requests_per_second");
  const Node* own = setting(entry, "key_rpm");
  if (rate == nullptr) {
    report(DiagId::FerroHiddenRate, entry.get("name")->span(),
           "without `requests_per_second` all requests together are limited to 100 a second",
           "write a large number to have no limit for all");
  }
  if (own != nullptr && is_open())
    report(DiagId::FerroKeylessLimit, own->span(), "callers have no keys here, so `key_rpm` holds nobody");
}

void Checker::check_words(const Node& entry) {
  const Node* words = setting(entry, "blocked_words");
  if (words == nullptr) return;
  for (const Node* word : words->elements()) {
    if (word->is_string() && word->text().empty())
      report(DiagId::FerroEmptyWord, word->span(), "the empty word is part of every request: all are blocked");
  }
}

}  // namespace gatec::targets::ferro
