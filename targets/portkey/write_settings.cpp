#include "targets/portkey/reader.h"
#include "targets/portkey/writer.h"

#include <algorithm>

namespace gatec::targets::portkey {
namespace {

using base::Decimal;
using ir::Fate;
using ir::Settings;

bool is_filler(const ir::Origin& from, const ir::Rule& rule) { return from.is_default() && from.rule() == &rule; }

bool is_filler(const ir::List<std::int64_t>& list, const ir::Rule& rule) {
  return !list.items.empty() && is_filler(list.items.front().from, rule);
}

Loss skipped(base::Text reason) { return {Fate::Skipped, DiagId::NotExpressible, std::move(reason), "", ""}; }

/// `{"id": "…"}` with nothing that could run here.
bool is_saved(const ir::Value& v) {
  return v.kind == ir::Value::Kind::Mapping && v.find("id") != nullptr && v.pairs.size() == 1;
}

constexpr std::int64_t kMinAge = 60;
constexpr std::int64_t kMaxAge = 7'776'000;
constexpr std::int64_t kMinCooldown = 30'000;
constexpr std::int64_t kLongest = 2'147'483'647;  // of a timer, in milliseconds

}  // namespace

/// The settings that stand between the last object that was written and this one.
void ConfigWriter::write_settings(Out& object) {
  write_retry(object);
  write_timeout(object);
  write_cache(object);
  write_params(object);
  write_guardrails(object);
  write_breaker(object);
  if (const auto* headers = own([](const Settings& s) -> const auto& { return s.forward_headers; })) {
    if (headers->given()) object.add("forward_headers", to_out(*headers));
  }
  if (const auto* strict = own([](const Settings& s) -> const auto& { return s.strict_openai; })) {
    if (strict->given()) object.add("strict_open_ai_compliance", **strict);
  }
  emitted_ = chain_.size();
}

// A retry object replaces the one above it whole (page 1.3), so each says all that counts below it.
void ConfigWriter::write_retry(Out& object) {
  const auto attempts_of = [](const Settings& s) -> const auto& { return s.retry.attempts; };
  const auto statuses_of = [](const Settings& s) -> const auto& { return s.retry.statuses; };
  const auto header_of = [](const Settings& s) -> const auto& { return s.retry.honour_retry_after; };
  const auto* own_attempts = own(attempts_of);
  const auto* own_statuses = own(statuses_of);
  const auto* own_header = own(header_of);
  const auto* attempts = any(attempts_of);
  const bool nothing_above = emitted_ == 0;
  const bool says_attempts = own_attempts != nullptr && !(nothing_above && own_attempts->from.is_default() &&
                                                          own_attempts->given() && **own_attempts == 0);
  if (!says_attempts && own_statuses == nullptr && own_header == nullptr) return;
  Out retry;
  if (attempts != nullptr && attempts->given()) {
    retry.add("attempts", Out::integer(**attempts));
  } else {
    retry.add("attempts", Out::integer(0));
    if (attempts != nullptr)
      lose(attempts, {Fate::Manual, DiagId::NotExpressible, "the number of retries comes from the environment", "",
                      "set the number by hand"});
  }
  const auto* statuses = any(statuses_of);
  if (statuses != nullptr && statuses->given() && !is_filler(*statuses, rules::kRetryStatuses))
    retry.add("on_status_codes", to_out(*statuses));
  const auto* header = any(header_of);
  if (header != nullptr && header->given() && !is_filler(header->from, rules::kRetryHeader)) {
    retry.add("use_retry_after_header", **header);
    // the hosted gateway's documents name the plural (page 0)
    if (!oss()) retry.add("use_retry_after_headers", **header);
  }
  object.add("retry", std::move(retry));
}

void ConfigWriter::write_timeout(Out& object) {
  const auto* timeout = own([](const Settings& s) -> const auto& { return s.timeouts.attempt; });
  if (timeout == nullptr) return;
  if (timeout->state == ir::State::Unlimited) {
    object.add("request_timeout", Out::integer(0));
    return;
  }
  if (!timeout->given()) {
    lose(timeout, {Fate::Manual, DiagId::NotExpressible, "the timeout comes from the environment", "",
                   "set `request_timeout` by hand"});
    return;
  }
  const auto exact = (*timeout)->times(Decimal(1000));
  auto whole = exact ? exact->floor() : std::nullopt;
  if (!whole) {
    object.add("request_timeout", Out::integer(kLongest));
    lose(timeout, {Fate::Approximated, DiagId::Approximated, "the timeout is too long to be written",
                   Decimal(kLongest).divided_by(Decimal(1000))->text(), ""});
    return;
  }
  // none at all would be no limit
  if (*whole == 0 && !(*timeout)->is_zero()) whole = 1;
  const auto found = Decimal(*whole).divided_by(Decimal(1000));
  if (*whole == 0) {
    if (!same())
      lose(timeout, {Fate::Approximated, DiagId::Approximated, "a limit of nothing means no limit", "unlimited", ""});
  } else if (!found || *found != **timeout) {
    lose(timeout, {Fate::Approximated, DiagId::Approximated, "timeouts count whole milliseconds, one at least",
                   found ? found->text() : "", ""});
  }
  object.add("request_timeout", Out::integer(*whole));
}

void ConfigWriter::write_cache(Out& object) {
  const auto* own_mode = own([](const Settings& s) -> const auto& { return s.cache.mode; });
  const auto* own_ttl = own([](const Settings& s) -> const auto& { return s.cache.ttl; });
  if (own_mode == nullptr && own_ttl == nullptr) return;
  if (oss() && !same()) {
    for (const void* lost : {static_cast<const void*>(own_mode), static_cast<const void*>(own_ttl)}) {
      if (lost != nullptr) lose(lost, skipped("the open-source gateway as published does not cache"));
    }
    return;
  }
  const auto* mode = any([](const Settings& s) -> const auto& { return s.cache.mode; });
  const auto* ttl = any([](const Settings& s) -> const auto& { return s.cache.ttl; });
  if (!same() && (mode == nullptr || !mode->given() || (**mode != "simple" && **mode != "semantic"))) {
    if (own_mode != nullptr && own_mode->given() && **own_mode == "off")
      lose(own_mode, {Fate::Approximated, DiagId::Approximated, "no cache object means no cache", "", ""});
    else if (own_mode != nullptr)
      lose(own_mode, skipped("the gateway knows no such cache"));
    if (own_ttl != nullptr) lose(own_ttl, skipped("nothing is cached here unless a request asks for it"));
    return;
  }
  Out cache;
  if (mode != nullptr && mode->given()) cache.add("mode", **mode);
  if (ttl != nullptr && ttl->given() && !is_filler(ttl->from, rules::kCacheTtl)) {
    Decimal age = **ttl;
    if (!same()) {
      const std::int64_t whole = std::clamp<std::int64_t>(age.floor().value_or(kMaxAge), kMinAge, kMaxAge);
      if (Decimal(whole) != age) {
        lose(ttl, {Fate::Approximated, DiagId::Approximated, "a cache keeps answers for 60 to 7776000 whole seconds",
                   std::to_string(whole), ""});
      }
      age = Decimal(whole);
    }
    cache.add("max_age", Out::number(age.text()));
  }
  object.add("cache", std::move(cache));
}

void ConfigWriter::write_params(Out& object) {
  Out overrides = Out::mapping();
  Out defaults = Out::mapping();
  std::set<std::string_view> seen_overrides;
  std::set<std::string_view> seen_defaults;
  const bool turned = oss() && !same();
  for (std::size_t i = chain_.size(); i-- > emitted_;) {
    for (const ir::Param& p : chain_[i]->params.overrides) {
      if (seen_overrides.insert(p.name).second) overrides.add(p.name, open(p.value, p.name));
    }
  }
  for (std::size_t i = chain_.size(); i-- > emitted_;) {
    for (const ir::Param& p : chain_[i]->params.defaults) {
      if (!seen_defaults.insert(p.name).second) continue;
      if (!turned) {
        defaults.add(p.name, open(p.value, p.name));
        continue;
      }
      lose(&p, {Fate::Approximated, DiagId::Approximated,
                "the open-source gateway has no defaults: the value now overrules the caller", "", ""});
      if (seen_overrides.insert(p.name).second) overrides.add(p.name, open(p.value, p.name));
    }
  }
  if (!overrides.empty()) object.add("override_params", std::move(overrides));
  if (!defaults.empty()) object.add("default_params", std::move(defaults));
  if (const auto* drop = own([](const Settings& s) -> const auto& { return s.params.drop; })) {
    if (turned) {
      lose(drop, skipped("the open-source gateway drops only what its own table of the provider lacks"));
    } else if (drop->given()) {
      object.add("drop_params", to_out(*drop));
    }
  }
}

void ConfigWriter::write_guardrails(Out& object) {
  const auto write = [&](auto pick, std::string_view key) {
    const std::vector<ir::Value>* list = nullptr;
    for (std::size_t i = chain_.size(); i-- > emitted_ && list == nullptr;) {
      if (!pick(*chain_[i]).empty()) list = &pick(*chain_[i]);
    }
    if (list == nullptr) return;
    Out out = Out::sequence();
    bool lost = false;
    for (const ir::Value& v : *list) {
      const bool saved = v.kind == ir::Value::Kind::String || is_saved(v);
      if (oss() && !same() && saved) {
        lost = true;
      } else {
        out.push(open(v, key));
      }
    }
    if (lost) {
      lose(list, {Fate::Manual, DiagId::NotExpressible, "a saved guardrail exists on the hosted gateway only", "",
                  "write its checks into the config, or requests pass unguarded"});
    }
    if (!out.empty()) object.add(std::string(key), std::move(out));
  };
  write(
      [](const Settings& s) -> const auto& { return s.guardrails.input; }, "input_guardrails");
  write(
      [](const Settings& s) -> const auto& { return s.guardrails.output; }, "output_guardrails");
  write(
      [](const Settings& s) -> const auto& { return s.guardrails.before; }, "before_request_hooks");
  write(
      [](const Settings& s) -> const auto& { return s.guardrails.after; }, "after_request_hooks");
}

void ConfigWriter::write_breaker(Out& object) {
  const auto failures = own([](const Settings& s) -> const auto& { return s.breaker.failures; });
  const auto percent = own([](const Settings& s) -> const auto& { return s.breaker.failure_percent; });
  const auto requests = own([](const Settings& s) -> const auto& { return s.breaker.min_requests; });
  const auto cooldown = own([](const Settings& s) -> const auto& { return s.breaker.cooldown; });
  const auto statuses = own([](const Settings& s) -> const auto& { return s.breaker.statuses; });
  if (failures == nullptr && percent == nullptr && requests == nullptr && cooldown == nullptr && statuses == nullptr)
    return;
  if (oss() && !same()) {
    for (const void* lost :
         {static_cast<const void*>(failures), static_cast<const void*>(percent), static_cast<const void*>(requests),
          static_cast<const void*>(cooldown), static_cast<const void*>(statuses)}) {
      if (lost != nullptr)
        lose(lost, skipped("the open-source gateway has no circuit breaker, a failing target is not rested"));
    }
    return;
  }
  Out breaker;
  if (failures != nullptr && failures->given()) breaker.add("failure_threshold", Out::integer(**failures + 1));
  if (percent != nullptr && percent->given()) breaker.add("failure_threshold_percentage", to_out(*percent));
  if (requests != nullptr && requests->given()) breaker.add("minimum_requests", to_out(*requests));
  if (cooldown != nullptr && cooldown->given()) {
    const auto exact = (*cooldown)->times(Decimal(1000));
    std::int64_t whole = exact ? exact->floor().value_or(kMinCooldown) : kMinCooldown;
    if (!same()) whole = std::max(whole, kMinCooldown);
    const auto found = Decimal(whole).divided_by(Decimal(1000));
    if (found && *found != **cooldown) {
      lose(cooldown, {Fate::Approximated, DiagId::Approximated, "a rest lasts at least 30 seconds", found->text(), ""});
    }
    breaker.add("cooldown_interval", Out::integer(whole));
  }
  if (statuses != nullptr && statuses->given()) breaker.add("failure_status_codes", to_out(*statuses));
  object.add("cb_config", std::move(breaker));
}

/// What no config object can say, wherever it stands.
void ConfigWriter::lose_settings(const Settings& s) {
  if (s.retry.redraw.given() && *s.retry.redraw) {
    lose(&s.retry.redraw, {Fate::Approximated, DiagId::Approximated, "a retry goes to the same target", "false", ""});
  }
  for (const ir::FailureCount& c : s.retry.by_failure) {
    lose(&c, {Fate::Approximated, DiagId::Approximated, "there is one number of retries for all status codes", "", ""});
  }
  lose_if(s.retry.min_wait, [] { return skipped("waits between retries are fixed: 1, 2, 4, 8, 16 seconds"); });
  lose_if(s.timeouts.total, [] { return skipped("there is a time limit for each attempt only"); });
  lose_if(s.timeouts.first_chunk, [] { return skipped("one limit holds for streams and whole answers alike"); });
  if (s.params.drop_unsupported.given() && *s.params.drop_unsupported) {
    lose(&s.params.drop_unsupported, {Fate::Approximated, DiagId::Approximated,
                                      "the gateway always drops what its table of the provider lacks", "", ""});
  } else {
    lose_if(s.params.drop_unsupported,
            [] { return skipped("the gateway drops what its table of the provider lacks, it does not refuse it"); });
  }
  lose_if(s.params.allow, [] { return skipped("the gateway's table of the provider cannot be widened"); });
  lose_if(s.breaker.enabled, [] { return skipped("a circuit breaker has no switch"); });
  lose_if(s.breaker.window, [] { return skipped("a circuit breaker has no window"); });
  for (const ir::FailureCount& c : s.breaker.by_failure)
    lose(&c, skipped("a circuit breaker counts all failures alike"));
}

}  // namespace gatec::targets::portkey
