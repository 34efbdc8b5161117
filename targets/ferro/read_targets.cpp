#include "compiler/base/nearest.h"
#include "targets/ferro/reader.h"

#include <algorithm>

namespace gatec::targets::ferro {

using base::Decimal;
using ir::Fate;
using ir::Origin;

namespace {

constexpr std::int64_t kMostQueued = 10'000;
constexpr std::string_view kCorrect = "correct the source, then convert again";

}  // namespace

void Reader::read_targets(const Node& list) {
  targets_.reserve(list.size());
  gw_.providers.reserve(list.size());
  for (const Node* target : list.elements()) read_target(*target);
  ir::Value order;
  order.kind = ir::Value::Kind::Sequence;
  for (const Target& t : targets_) {
    order.items.push_back(ir::Value::string(t.key));
    if (t.models.empty()) continue;
    ir::Value models;
    models.kind = ir::Value::Kind::Sequence;
    for (const Model& m : t.models) models.items.push_back(ir::Value::string(m.id));
    lay_out("models." + t.key, std::move(models));
  }
  lay_out("targets", std::move(order));
}

/// What nothing can be made of: numbered among its kind, as it stands behind the others when it is written.
void Reader::keep_element(std::vector<ir::Extra>& extras, const std::string& section, const Node& element,
                          DiagId code) {
  const auto before =
      std::ranges::count_if(extras, [&](const ir::Extra& e) { return e.section == section && e.key.starts_with('#'); });
  extras.push_back(kit_.extra(section, "#" + std::to_string(before + 1), element, code, Fate::Manual, kCorrect));
}

Reader::Target* Reader::target_named(std::string_view key) {
  const auto found = std::ranges::find(targets_, key, &Target::key);
  return found == targets_.end() ? nullptr : &*found;
}

void Reader::read_target(const Node& node) {
  const Node* key = node.is_mapping() ? node.get("virtual_key") : nullptr;
  std::string folded;
  if (key == nullptr && json_ && node.is_mapping()) {
    for (const Entry& e : node.entries()) {
      if (key_of(e, keys().root().child("targets").element(), folded) == "virtual_key") key = e.value;
      folded.clear();
    }
  }
  const bool named = key != nullptr && key->is_scalar() && !key->is_null() && !key->text().empty();
  if (named && json_ && !key->is_string()) kit_.wrong_type(*key, "virtual_key", "a string");
  if (!named) {
    report(DiagId::FerroUnknownProvider, key != nullptr ? key->span() : node.span(),
           "a target names its provider in `virtual_key`");
    keep_element(gw_.extras, "targets", node, DiagId::FerroUnknownProvider);
    return;
  }
  const Guide* guide = nullptr;
  for (Guide& g : guides_) {
    if (!g.key.empty() && g.key == key->text()) guide = &g;
  }
  const std::string id(guide != nullptr && !guide->provider.empty() ? guide->provider : key->text());
  Target* known = target_named(id);
  const bool again = known != nullptr;
  if (!again) {
    Target& made = targets_.emplace_back();
    made.key = id;
    made.node = &node;
    made.provider = gw_.providers.size();
    ir::Provider& provider = gw_.providers.emplace_back();
    provider.kind = {std::string(kind_of_id(id)), key->leaf()};
    known = &made;
    if (!is_provider_id(id) && !context_.proving) {
      auto told =
          context_.sink.report(DiagId::FerroUnknownProvider, key->span(), "`" + id + "` is no provider of the gateway");
      const auto near = base::nearest_word(id, provider_ids());
      if (near)
        told.fix("write `" + std::string(*near) + "`", diagnostics::FixSafety::Unsafe,
                 {{key->span(), std::string(*near)}});
      told.note("a target names a kind of provider, its credentials are in the environment");
    }
  } else {
    gw_.providers[known->provider].kind.from.add(key->leaf());
    if (guide == nullptr) {
      report(DiagId::FerroDuplicateTarget, key->span(),
             "`" + id + "` is a target already: models and weights are added, the rest of this entry is ignored");
    } else {
      report(DiagId::FerroSlotConflict, key->span(),
             "`" + id + "` is a target already: the gateway has one credential for each provider");
    }
  }
  if (guide != nullptr) use_guide(*guide, *known);
  const Place place{&gw_.providers[known->provider].extras, ""};
  if (!again) return read_target_keys(node, *known, place);
  for (const Entry& e : node.entries()) {
    const std::string_view name = e.key->text();
    if (name == "virtual_key") continue;
    if (name == "models" && e.value->is_sequence() && !e.value->empty()) {
      read_models(e, *known, place);
    } else if (name == "weight" && e.value->is_number() && e.value->number()) {
      const ir::Field<Decimal> more = number(*e.value, name);
      const auto sum = known->weight.given() ? known->weight->plus(*more) : more.value;
      if (sum) known->weight.value = *sum;
      known->weight.state = ir::State::Given;
      known->weight.from.add(more.from);
    } else {
      settle(*e.value, Fate::Skipped, DiagId::FerroDuplicateTarget, "an earlier target of the same provider counts");
    }
  }
}

void Reader::read_target_keys(const Node& node, Target& target, const Place& place) {
  walk(node, keys().root().child("targets").element(), place, [&](const Entry& e, std::string_view key) {
    if (key == "virtual_key") return true;
    if (key == "weight") {
      target.weight = number(*e.value, key);
      return target.weight.given();
    }
    if (key == "models") {
      if (is_list(e, key, place)) read_models(e, target, place);
    } else if (key == "retry") {
      if (is_map(e, key, place)) read_retry(e, target, place.below(key));
    } else if (key == "circuit_breaker") {
      read_breaker(e, target, place);
    } else if (key == "concurrency") {
      if (is_map(e, key, place)) read_concurrency(e, target, place.below(key));
    }
    return true;
  });
}

void Reader::read_models(const Entry& e, Target& target, const Place& place) {
  const auto elements = e.value->elements();
  for (std::size_t i = 0; i < elements.size(); ++i) {
    const Node& element = *elements[i];
    const std::string_view id = element.is_scalar() ? element.text() : std::string_view{};
    const bool wild = id.find_first_of("*?") != std::string_view::npos;
    const bool padded =
        id.empty() || id.front() == ' ' || id.back() == ' ' || !element.is_scalar() || element.is_null();
    if (json_ && element.is_scalar() && !element.is_null() && !element.is_string())
      kit_.wrong_type(element, "models", "a string in the list");
    const bool known = std::ranges::any_of(target.models, [&](const Model& m) { return m.id == id; });
    if (!wild && !padded && !known) {
      target.models.push_back({std::string(id), element.leaf()});
      continue;
    }
    report(DiagId::FerroModels, element.span(),
           wild    ? "`" + std::string(id) + "` is a pattern: each model id is declared exactly"
           : known ? "`" + std::string(id) + "` is declared twice"
                   : "a model id is text without blanks around it");
    keep_element(*place.extras, place.below("models").section, element, DiagId::FerroModels);
  }
}

void Reader::read_retry(const Entry& e, Target& target, const Place& place) {
  ir::Retry& retry = target.settings.retry;
  const Cursor at = keys().root().child("targets").element().child("retry");
  walk(*e.value, at, place, [&](const Entry& one, std::string_view key) {
    if (key == "attempts") {
      const auto tries = integer(*one.value, key);
      if (!tries.given()) return false;
      if (*tries < 0) report(DiagId::FerroRange, one.value->span(), "`retry.attempts` cannot be negative");
      if (*tries < 0) return false;
      retry.attempts = {std::max<std::int64_t>(*tries, 1) - 1, tries.from};
      return true;
    }
    if (key == "on_status_codes" || key == "retry_on_status") {
      if (key == "retry_on_status") {
        if (!context_.proving) {
          context_.sink
              .report(DiagId::FerroRetryOnStatus, one.key->span(),
                      "`retry_on_status` is a key of the guides: the gateway refuses the config")
              .fix("write `on_status_codes`", diagnostics::FixSafety::Safe, {{one.key->span(), "on_status_codes"}});
        }
        if (retry.statuses.given()) {
          settle(*one.value, Fate::Skipped, DiagId::FerroRetryOnStatus, "`on_status_codes` counts");
          return true;
        }
      }
      if (!one.value->is_sequence() || one.value->empty()) {
        if (!one.value->is_sequence()) kit_.wrong_type(*one.value, key, "a list of numbers");
        keep(one, "on_status_codes", place, one.value->is_sequence() ? DiagId::InertKey : DiagId::WrongType,
             Fate::Skipped, "nothing to do: it says nothing");
        return true;
      }
      ir::List<std::int64_t> list;
      for (const Node* element : one.value->elements()) {
        const auto code = integer(*element, key);
        if (!code.given()) return false;
        list.push(*code, code.from);
      }
      retry.statuses = std::move(list);
      return true;
    }
    const auto wait = integer(*one.value, key);
    if (!wait.given()) return false;
    if (*wait < 0) {
      report(DiagId::FerroRange, one.value->span(), "`retry.initial_backoff_ms` cannot be negative");
      return false;
    }
    if (*wait == 0) {
      keep(one, key, place, DiagId::InertKey, Fate::Skipped, "nothing to do: 0 is the default of 100 ms");
      return true;
    }
    retry.min_wait = {*Decimal(*wait).divided_by(Decimal(1000)), wait.from};
    return true;
  });
}

void Reader::read_breaker(const Entry& e, Target& target, const Place& outer) {
  ir::Breaker& breaker = target.settings.breaker;
  if (!e.value->is_mapping()) {
    kit_.wrong_type(*e.value, "circuit_breaker", "a mapping");
    keep_wrong(e, "circuit_breaker", outer);
    return;
  }
  breaker.enabled = {true, e.value->empty() ? Origin(e.value->leaf()) : Origin(rules::kBreakerFailures)};
  const Place place = outer.below("circuit_breaker");
  const Cursor at = keys().root().child("targets").element().child("circuit_breaker");
  walk(*e.value, at, place, [&](const Entry& one, std::string_view key) {
    if (key == "timeout") {
      auto rest = duration(*one.value, key);
      if (!rest.given()) return false;
      if (rest->is_negative()) {
        report(DiagId::FerroRange, one.value->span(), "`circuit_breaker.timeout` cannot be negative");
        return false;
      }
      if (rest->is_zero()) {
        keep(one, key, place, DiagId::InertKey, Fate::Skipped, "nothing to do: 0 is the default of 30 seconds");
      } else {
        breaker.cooldown = std::move(rest);
      }
      return true;
    }
    const auto count = integer(*one.value, key);
    if (!count.given()) return false;
    if (*count < 0) {
      report(DiagId::FerroRange, one.value->span(), "`circuit_breaker." + std::string(key) + "` cannot be negative");
      return false;
    }
    if (key != "failure_threshold") {
      keep_row(one, key, at.child(key), place);
    } else if (*count == 0) {
      keep(one, key, place, DiagId::InertKey, Fate::Skipped, "nothing to do: 0 is the default of 5");
    } else {
      breaker.failures = {*count - 1, count.from};
    }
    return true;
  });
  if (breaker.failures.absent()) breaker.failures = {4, Origin(rules::kBreakerFailures)};
  if (breaker.cooldown.absent()) breaker.cooldown = {Decimal(30), Origin(rules::kBreakerCooldown)};
}

void Reader::read_concurrency(const Entry& e, Target& target, const Place& place) {
  const Cursor at = keys().root().child("targets").element().child("concurrency");
  ir::Provider& provider = gw_.providers[target.provider];
  walk(*e.value, at, place, [&](const Entry& one, std::string_view key) {
    const auto count = integer(*one.value, key);
    if (!count.given()) return false;
    const bool most = key == "max_concurrency";
    if (*count < (most ? 1 : 0) || *count > kMostQueued) {
      report(DiagId::FerroRange, one.value->span(),
             "`concurrency." + std::string(key) + "` is " + (most ? "1" : "0") + " to 10000",
             most && *count == 0 ? "leave the block out for no limit" : "");
      return false;
    }
    if (!most) {
      keep_row(one, key, at.child(key), place);
      return true;
    }
    ir::Limit& limit = provider.limits.emplace_back();
    limit.counts = ir::Counted::Concurrent;
    limit.amount = {Decimal(*count), count.from};
    return true;
  });
  if (e.value->get("max_concurrency") == nullptr)
    report(DiagId::FerroRange, e.value->span(),
           "`concurrency` needs `max_concurrency`: the gateway refuses the config");
}

}  // namespace gatec::targets::ferro
