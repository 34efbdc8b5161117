#include "targets/portkey/reader.h"

namespace gatec::targets::portkey {

using base::Decimal;

// The gateway takes no numbers as text (page 7, "400s and their messages").
ir::Field<Decimal> Reader::number(const Node& node, std::string_view what) {
  if (node.is_number()) return kit_.decimal(node, what);
  kit_.wrong_type(node, what, "a number");
  return {};
}

ir::Field<std::int64_t> Reader::integer(const Node& node, std::string_view what) {
  if (node.is_number()) return kit_.integer(node, what);
  kit_.wrong_type(node, what, "an integer");
  return {};
}

/// A whole reference is a value that the environment holds.
ir::Field<std::string> Reader::text(const Node& node, std::string_view what) {
  ir::Field<std::string> field = kit_.string(node, what);
  if (field) from_environment(field);
  return field;
}

void Reader::from_environment(ir::Field<std::string>& field) {
  const auto reference = parse_reference(field.value);
  if (!reference) return;
  field.state = ir::State::Unknown;
  field.value = "env(" + reference->name + ")";
}

ir::Field<Decimal> Reader::milliseconds(const Node& node, std::string_view what) {
  ir::Field<Decimal> field = number(node, what);
  if (!field) return field;
  const auto seconds = field->divided_by(Decimal(1000));
  if (!seconds) return {};
  field.value = *seconds;
  return field;
}

ir::List<std::int64_t> Reader::statuses(const Node& node, std::string_view what) {
  ir::List<std::int64_t> list;
  if (!node.is_sequence()) {
    kit_.wrong_type(node, what, "a list of numbers");
    return list;
  }
  for (const Node* element : node.elements()) {
    const ir::Field<std::int64_t> code = integer(*element, what);
    if (!code) return {};
    list.push(*code, code.from);
  }
  list.state = ir::State::Given;
  if (node.empty()) list.from = node.leaf();
  return list;
}

void Reader::read_retry(const Node& node, ir::Retry& retry, const Above& above, std::vector<ir::Extra>& extras) {
  if (!node.is_mapping()) {
    kit_.wrong_type(node, "retry", "a mapping");
    keep_wrong(extras, "", "retry", node);
    return;
  }
  if (node.empty()) keep_wrong(extras, "", "retry", node);
  const KeyTable::Cursor rows = config_keys_.child("retry");
  for (const doc::Entry& entry : node.entries()) {
    const std::string_view key = entry.key->text();
    if (key == "attempts") {
      retry.attempts = integer(*entry.value, "attempts");
      if (!retry.attempts) keep_wrong(extras, "retry", key, *entry.value);
    } else if (key == "on_status_codes") {
      retry.statuses = statuses(*entry.value, "on_status_codes");
      if (!retry.statuses.given()) keep_wrong(extras, "retry", key, *entry.value);
    } else if (key == "use_retry_after_header" || key == "use_retry_after_headers") {
      const ir::Field<bool> flag = kit_.boolean(*entry.value, key);
      if (!flag) {
        keep_wrong(extras, "retry", key, *entry.value);
      } else if (retry.honour_retry_after.written()) {
        retry.honour_retry_after.from.add(flag.from);
        retry.honour_retry_after.value = retry.honour_retry_after.value || *flag;
      } else {
        retry.honour_retry_after = flag;
      }
    } else {
      keep_key(extras, "retry", rows, entry);
    }
  }
  if (retry.attempts.absent()) {
    const bool counted = node.get("count") != nullptr;
    report(DiagId::PortkeyRetryWithoutAttempts, node.span(), "`retry` needs `attempts`, the gateway refuses the config",
           counted ? "`count` was the name of an older format" : "");
  }
  // a retry object replaces the one above it whole (page 1.3)
  if (above.retry_statuses && retry.statuses.absent()) {
    for (const std::int64_t code : {429, 500, 502, 503, 504})
      retry.statuses.push(code, ir::Origin(rules::kRetryStatuses));
  }
  if (above.retry_header && retry.honour_retry_after.absent())
    retry.honour_retry_after = {false, ir::Origin(rules::kRetryHeader)};
}

void Reader::read_cache(const Node& node, ir::CachePolicy& cache, const Above& above, std::vector<ir::Extra>& extras) {
  if (!node.is_mapping() || node.empty()) {
    if (!node.is_mapping()) kit_.wrong_type(node, "cache", "a mapping");
    keep_wrong(extras, "", "cache", node);
    return;
  }
  for (const doc::Entry& entry : node.entries()) {
    const std::string_view key = entry.key->text();
    if (key == "mode") {
      cache.mode = text(*entry.value, "cache.mode");
      if (!cache.mode) keep_wrong(extras, "cache", key, *entry.value);
    } else if (key == "max_age") {
      cache.ttl = number(*entry.value, "max_age");
      if (!cache.ttl) keep_wrong(extras, "cache", key, *entry.value);
    } else {
      keep_key(extras, "cache", config_keys_.child("cache"), entry);
    }
  }
  if (above.cache_ttl && cache.ttl.absent()) cache.ttl = {Decimal(604800), ir::Origin(rules::kCacheTtl)};
}

void Reader::read_breaker(const Node& node, std::string_view section, ir::Breaker& breaker,
                          std::vector<ir::Extra>& extras) {
  if (!node.is_mapping() || node.empty()) {
    if (!node.is_mapping()) kit_.wrong_type(node, "cb_config", "a mapping");
    const bool inside = section.starts_with("strategy");
    keep_wrong(extras, inside ? "strategy" : "", "cb_config", node);
    return;
  }
  for (const doc::Entry& entry : node.entries()) {
    const std::string_view key = entry.key->text();
    bool taken = true;
    if (key == "failure_threshold") {
      breaker.failures = integer(*entry.value, key);
      // at the threshold it opens; the IR counts the failures that are tolerated
      if (breaker.failures) --breaker.failures.value;
      taken = breaker.failures.given();
    } else if (key == "failure_threshold_percentage") {
      taken = (breaker.failure_percent = number(*entry.value, key)).given();
    } else if (key == "minimum_requests") {
      taken = (breaker.min_requests = integer(*entry.value, key)).given();
    } else if (key == "cooldown_interval") {
      taken = (breaker.cooldown = milliseconds(*entry.value, key)).given();
    } else if (key == "failure_status_codes") {
      taken = (breaker.statuses = statuses(*entry.value, key)).given();
    } else {
      keep_key(extras, section, config_keys_.child("cb_config"), entry);
    }
    if (!taken) keep_wrong(extras, section, key, *entry.value);
  }
}

void Reader::read_sticky(const Node& node, ir::Stickiness& sticky, std::vector<ir::Extra>& extras) {
  if (!node.is_mapping() || node.empty()) {
    if (!node.is_mapping()) kit_.wrong_type(node, "sticky", "a mapping");
    keep_wrong(extras, "strategy", "sticky", node);
    return;
  }
  for (const doc::Entry& entry : node.entries()) {
    const std::string_view key = entry.key->text();
    bool taken = true;
    if (key == "enabled") {
      taken = (sticky.enabled = kit_.boolean(*entry.value, key)).given();
    } else if (key == "hash_fields") {
      taken = (sticky.per = kit_.strings(*entry.value, key)).given();
    } else if (key == "ttl") {
      taken = (sticky.ttl = number(*entry.value, key)).given();
    } else {
      keep_key(extras, "strategy.sticky", config_keys_.child("strategy").child("sticky"), entry);
    }
    if (!taken) keep_wrong(extras, "strategy.sticky", key, *entry.value);
  }
}

void Reader::read_params(Parts& parts, ir::RequestParams& params) {
  const auto read_map = [&](Slot slot, std::string_view key, std::vector<ir::Param>& into) {
    const Node* node = parts.at(slot);
    if (node == nullptr) return;
    if (!node->is_mapping() || node->empty()) {
      if (!node->is_mapping()) kit_.wrong_type(*node, key, "a mapping");
      keep_wrong(parts.extras, "", key, *node);
      return;
    }
    for (const doc::Entry& entry : node->entries()) {
      const std::string_view name = entry.key->text();
      if (slot == Slot::OverrideParams && name == "model" && entry.value->is_string()) continue;
      into.push_back({std::string(name), kit_.value(*entry.value, name)});
    }
  };
  read_map(Slot::OverrideParams, "override_params", params.overrides);
  read_map(Slot::DefaultParams, "default_params", params.defaults);
  if (const Node* drop = parts.at(Slot::DropParams)) {
    params.drop = kit_.strings(*drop, "drop_params");
    if (!params.drop.given()) keep_wrong(parts.extras, "", "drop_params", *drop);
  }
}

void Reader::read_guardrails(Parts& parts, ir::NodeGuardrails& guardrails) {
  const auto read_list = [&](Slot slot, std::string_view key, std::vector<ir::Value>& into) {
    const Node* node = parts.at(slot);
    if (node == nullptr) return;
    if (!node->is_sequence() || node->empty()) {
      if (!node->is_sequence()) kit_.wrong_type(*node, key, "a list");
      keep_wrong(parts.extras, "", key, *node);
      return;
    }
    for (const Node* element : node->elements()) into.push_back(kit_.value(*element, key));
  };
  read_list(Slot::InputGuardrails, "input_guardrails", guardrails.input);
  read_list(Slot::OutputGuardrails, "output_guardrails", guardrails.output);
  read_list(Slot::BeforeHooks, "before_request_hooks", guardrails.before);
  read_list(Slot::AfterHooks, "after_request_hooks", guardrails.after);
}

void Reader::read_settings(Parts& parts, ir::Settings& settings, const Above& above) {
  if (const Node* retry = parts.at(Slot::Retry)) read_retry(*retry, settings.retry, above, parts.extras);
  if (const Node* cache = parts.at(Slot::Cache)) read_cache(*cache, settings.cache, above, parts.extras);
  if (const Node* timeout = parts.at(Slot::RequestTimeout)) {
    settings.timeouts.attempt = milliseconds(*timeout, "request_timeout");
    if (!settings.timeouts.attempt) keep_wrong(parts.extras, "", "request_timeout", *timeout);
    if (settings.timeouts.attempt && settings.timeouts.attempt->is_zero()) {
      settings.timeouts.attempt = ir::Field<Decimal>::unlimited(timeout->leaf());
    }
  }
  const Node* strategy = parts.at(Slot::Strategy);
  const bool has_inner_breaker = strategy != nullptr && strategy->is_mapping() && strategy->get("cb_config") != nullptr;
  if (const Node* breaker = parts.at(Slot::Breaker); breaker != nullptr && has_inner_breaker) {
    keep_as(parts.extras, "", "cb_config", *breaker, DiagId::ShadowedSetting, ir::Fate::Skipped,
            "nothing to do: the one in `strategy` counts");
  } else if (breaker != nullptr) {
    read_breaker(*breaker, "cb_config", settings.breaker, parts.extras);
  }
  if (const Node* headers = parts.at(Slot::ForwardHeaders)) {
    settings.forward_headers = kit_.strings(*headers, "forward_headers");
    if (!settings.forward_headers.given()) keep_wrong(parts.extras, "", "forward_headers", *headers);
  }
  if (const Node* strict = parts.at(Slot::Strict)) {
    settings.strict_openai = kit_.boolean(*strict, "strict_open_ai_compliance");
    if (!settings.strict_openai) keep_wrong(parts.extras, "", "strict_open_ai_compliance", *strict);
  }
  read_params(parts, settings.params);
  read_guardrails(parts, settings.guardrails);
}

}  // namespace gatec::targets::portkey
