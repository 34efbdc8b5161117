#include "compiler/limits/algebra.h"
#include "targets/worldflow/reader.h"

#include <algorithm>

namespace gatec::targets::worldflow {

/// The tier of a tenant stands for its limits, by the table of the option `tiers`.
void Reader::read_tier(const Node& node) {
  const Place place{&gateway_.extras, "rate_limits"};
  const Node* name = nullptr;
  const Node* tenant = nullptr;
  const auto option = context_.options.find("tiers");
  const std::string_view table = option == context_.options.end() ? "docs" : std::string_view(option->second);
  const Node* body = node.get("body");
  const Node* written = body != nullptr && body->is_mapping() ? body->get("tier") : node.get("tier");
  const Tier* known = written != nullptr && written->is_string() ? tier(table, written->text()) : nullptr;
  if (known == nullptr || has_tier_) {
    gateway_.extras.push_back(
        kit_.extra("rate_limits", "#" + std::to_string(++kept_objects_), node, DiagId::NotModelled, ir::Fate::Manual,
                   has_tier_ ? "set the limits of this tenant by hand" : "set the limits of this tier by hand"));
    return;
  }
  has_tier_ = true;
  walk(node, keys().root("$rate_limit"), place, [&](std::string_view key, const Node& value) {
    if (key == "tier") return (name = &value) != nullptr;
    if (key == "body") {
      if (!value.is_mapping() || value.empty()) return false;
      walk(value, keys().root("$rate_limit").child("body"), {&gateway_.extras, "rate_limits.body"},
           [&](std::string_view, const Node& inner) { return (name = &inner) != nullptr; });
      return true;
    }
    if (!value.is_scalar() || tenant != nullptr) return false;
    tenant = &value;
    return true;
  });
  ir::Origin from(written->leaf(), rules::kTier);
  if (tenant != nullptr) from.add(tenant->leaf());
  const auto add = [&](ir::Counted counts, std::int64_t amount, ir::Window window) {
    add_limit(gateway_.limits, counts, {base::Decimal(amount), from}, std::move(window));
  };
  add(ir::Counted::Requests, known->rpm, limits::fixed_minute());
  add(ir::Counted::Tokens, known->tpm, limits::fixed_minute());
  add(ir::Counted::Requests, known->rpd, day_window());
  lay_out("tier", ir::Value::string(std::string(known->name)));
  if (tenant != nullptr) lay_out("tenant", ir::Value::string(std::string(tenant->text())));
}

void Reader::read_thresholds(const Node& node) {
  walk(node, keys().root("$thresholds"), {&gateway_.extras, "thresholds"},
       [](std::string_view, const Node&) { return false; });
}

}  // namespace gatec::targets::worldflow
