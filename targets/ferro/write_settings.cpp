#include "targets/ferro/reader.h"
#include "targets/ferro/writer.h"

#include <algorithm>
#include <array>

namespace gatec::targets::ferro {
namespace {

using base::Decimal;
using ir::Failure;
using ir::Fate;
using ir::Settings;

constexpr std::int64_t kMostTries = 10;

/// Status that a kind of failure has (page 6.1).
std::int64_t status_of(Failure failure) {
  switch (failure) {
    case Failure::Authentication: return 401;
    case Failure::Timeout: return 408;
    case Failure::RateLimit: return 429;
    case Failure::BadRequest:
    case Failure::ContextWindow:
    case Failure::ContentPolicy: return 400;
    case Failure::NotFound: return 404;
    case Failure::ServerError: return 500;
    case Failure::BadGateway: return 502;
    case Failure::Unavailable: return 503;
    case Failure::Any: break;
  }
  return 0;
}

const std::vector<ir::FailureCount>* nearest_counts(const ir::SettingsChain& chain) {
  for (const Settings* s : chain) {
    if (!s->retry.by_failure.empty()) return &s->retry.by_failure;
  }
  return nullptr;
}

/// What most members say; the first of equals.
template <class T, class Pick>
std::optional<T> most(const auto& members, Pick pick) {
  std::vector<std::pair<T, std::size_t>> votes;
  for (const auto* m : members) {
    const std::optional<T> value = pick(*m);
    if (!value) continue;
    const auto found = std::ranges::find(votes, *value, &std::pair<T, std::size_t>::first);
    if (found == votes.end())
      votes.emplace_back(*value, 1);
    else
      ++found->second;
  }
  if (votes.empty()) return std::nullopt;
  return std::ranges::max_element(votes, {}, &std::pair<T, std::size_t>::second)->first;
}

}  // namespace

/// The field is found again as `found`, empty where it is not found at all; told as one loss when all places agree.
void Writer::near(const void* field, std::string found, std::string_view reason) {
  Arrival& arrival = arrivals_[field];
  arrival.found.insert(std::move(found));
  if (arrival.reason.empty()) arrival.reason = reason;
}

bool Writer::arrives(const void* field) const {
  const auto known = arrivals_.find(field);
  return known != arrivals_.end() && known->second.found.empty() && !known->second.missing;
}

void Writer::settle_arrivals() {
  for (const auto& [field, arrival] : arrivals_) {
    Loss loss{Fate::Approximated, DiagId::Approximated, "it holds for what is written, the rest is left out", "", ""};
    if (!arrival.found.empty()) {
      std::set<std::string> texts = arrival.found;
      const bool everywhere = texts.size() == 1 && (!arrival.missing || texts.begin()->empty());
      texts.erase("");
      loss = {everywhere ? Fate::Approximated : Fate::Manual, DiagId::Approximated, arrival.reason,
              texts.empty() ? "" : *texts.begin(),
              everywhere ? "" : "check the targets: each has one value for all of its models"};
    } else if (!arrival.missing || !arrival.somewhere) {
      continue;
    }
    loss.partly = !arrival.found.contains("");
    context_.ledger.lose_field(field, std::move(loss));
  }
}

void Writer::choose_settings() {
  std::map<std::string, std::vector<const Member*>, std::less<>> users;
  for (const RoutePlan& plan : plans_) {
    if (!plan.kept) continue;
    for (const Tier& tier : plan.tiers) {
      for (const Member& m : tier.members) {
        if (m.kept) users[m.id].push_back(&m);
      }
    }
  }
  for (Target& t : targets_) {
    choose_retry(t, users[t.key]);
    choose_breaker(t, users[t.key]);
  }
  choose_timeout();
}

void Writer::choose_retry(Target& target, const std::vector<const Member*>& members) {
  if (!has_declared_models(context_.version)) return;  // tried again under `fallback` only, there
  std::set<std::int64_t> codes;
  std::int64_t by_failure = 0;
  for (const Member* m : members) {
    const auto* counts = nearest_counts(m->chain);
    for (std::size_t i = 0; counts != nullptr && i < counts->size(); ++i) {
      const ir::FailureCount& c = (*counts)[i];
      if (!c.count.given() || *c.count <= 0) continue;
      by_failure = std::max(by_failure, *c.count);
      if (const std::int64_t code = status_of(c.failure)) codes.insert(code);
    }
  }
  const auto attempts = most<std::int64_t>(members, [](const Member& m) -> std::optional<std::int64_t> {
    const auto& field = ir::nearest(
        m.chain, [](const Settings& s) -> const auto& { return s.retry.attempts; });
    return field.given() ? std::optional(*field) : std::nullopt;
  });
  const std::int64_t further = std::max(attempts.value_or(0), by_failure);
  if (further > 0) target.attempts = std::min(further, kMostTries) + 1;
  const auto statuses =
      most<std::vector<std::int64_t>>(members, [](const Member& m) -> std::optional<std::vector<std::int64_t>> {
        const auto& list = ir::nearest(
            m.chain, [](const Settings& s) -> const auto& { return s.retry.statuses; });
        if (!list.given() || list.items.empty() || list.items.front().from.is_default()) return std::nullopt;
        std::vector<std::int64_t> all;
        for (const auto& item : list.items) all.push_back(*item);
        return all;
      });
  if (statuses)
    target.statuses = *statuses;
  else
    target.statuses.assign(codes.begin(), codes.end());
  const auto wait = most<Decimal>(members, [](const Member& m) -> std::optional<Decimal> {
    const auto& field = ir::nearest(
        m.chain, [](const Settings& s) -> const auto& { return s.retry.min_wait; });
    return field.given() && !field->is_negative() ? std::optional(*field) : std::nullopt;
  });
  if (!wait) return;
  const auto milliseconds = wait->times(Decimal(1000));
  const auto whole = milliseconds ? milliseconds->ceil() : std::nullopt;
  if (whole && *whole > 0) target.backoff = Decimal(*whole).divided_by(Decimal(1000));
}

void Writer::choose_breaker(Target& target, const std::vector<const Member*>& members) {
  if (!fails_over(mode_)) return;  // an open circuit turns into a wrong answer there (page 2.3)
  const auto off = gw_.routing.cooldowns_off.given() && *gw_.routing.cooldowns_off;
  if (off) return;
  target.failures = most<std::int64_t>(members, [](const Member& m) -> std::optional<std::int64_t> {
    const auto& field = ir::nearest(
        m.chain, [](const Settings& s) -> const auto& { return s.breaker.failures; });
    return field.written() && field.given() && *field >= 0 ? std::optional(*field) : std::nullopt;
  });
  target.cooldown = most<Decimal>(members, [](const Member& m) -> std::optional<Decimal> {
    const auto& field = ir::nearest(
        m.chain, [](const Settings& s) -> const auto& { return s.breaker.cooldown; });
    return field.written() && field.given() && !field->is_negative() && !field->is_zero() ? std::optional(*field)
                                                                                          : std::nullopt;
  });
}

/// The gateway bounds the whole request: as long as all calls of it may take, where every route has the same bound.
void Writer::choose_timeout() {
  std::optional<Decimal> bound;
  bool sums = false;
  for (const RoutePlan& plan : plans_) {
    if (!plan.kept) continue;
    std::int64_t calls = 0;
    std::optional<Decimal> longest;
    for (const Tier& tier : plan.tiers) {
      for (const Member& m : tier.members) {
        if (!m.kept) continue;
        const auto& total = ir::nearest(
            m.chain, [](const Settings& s) -> const auto& { return s.timeouts.total; });
        const auto& attempt = ir::nearest(
            m.chain, [](const Settings& s) -> const auto& { return s.timeouts.attempt; });
        if (total.given()) {
          bound = !bound || *bound < *total ? *total : *bound;
          continue;
        }
        if (!attempt.given() || !attempt.written()) return;
        sums = true;
        calls += target(m.id).attempts.value_or(1);
        longest = !longest || *longest < *attempt ? *attempt : *longest;
      }
    }
    if (!longest) continue;
    const auto all = longest->times(Decimal(calls));
    if (all) bound = !bound || *bound < *all ? *all : *bound;
  }
  if (bound && !bound->is_zero() && !bound->is_negative()) timeout_ = bound;
  timeout_of_attempts_ = timeout_ && sums;
}

/// Who answers to the name of a left-out route all the same.
std::vector<std::string> Writer::answerers_of(const RoutePlan& plan) const {
  std::string name = *plan.route->name;
  std::vector<std::string> keys;
  if (plan.kept) return keys;
  const auto alias = std::ranges::find(aliases_, name, &std::pair<std::string, std::string>::first);
  if (alias != aliases_.end()) name = alias->second;
  const auto rule = std::ranges::find(rules_, name, &Rule::value);
  if (mode_ == Mode::Conditional && rule != rules_.end()) return {rule->target};
  for (const Target& t : targets_) {
    if (name == "*" || std::ranges::find(t.models, name) != t.models.end()) keys.push_back(t.key);
  }
  if (name == "*" && mode_ == Mode::Conditional && keys.size() > 1) keys.resize(1);
  return keys;
}

/// The one target that stands where a left-out route had its only or first deployment.
const Writer::Target* Writer::stand_in(const RoutePlan& plan) const {
  const std::vector<std::string> keys = answerers_of(plan);
  const bool lone = plan.plain && plan.tiers.size() == 1 && plan.tiers.front().members.size() == 1;
  if (!lone || keys.empty() || (keys.size() > 1 && mode_ != Mode::Fallback)) return nullptr;
  return &*std::ranges::find(targets_, keys.front(), &Target::key);
}

/// What is found there instead.
void Writer::announce(const RoutePlan& plan) {
  const Target* t = stand_in(plan);
  if (t == nullptr) {
    const Loss* told = plan.kept || !plan.route->plan.valid() ? nullptr : context_.ledger.loss(plan.route);
    if (told == nullptr) return;
    Loss gone = *told;
    gone.gone = true;
    context_.ledger.lose(&gw_.at(plan.route->plan), std::move(gone));
    admit("routes[" + *plan.route->name + "]", "other targets answer to the name of a route that is left out");
    return;
  }
  const Member& m = plan.tiers.front().members.front();
  const ir::ResolvedProvider before = ir::resolved(gw_, gw_.at(m.deployment->provider));
  const ir::ResolvedProvider after = ir::resolved(gw_, *t->provider);
  const Loss* told = context_.ledger.loss(plan.route);
  const std::string reason = told != nullptr ? std::string(told->reason.view()) : "the route is left out";
  const std::string advice = told != nullptr ? std::string(told->advice.view()) : "";
  const auto text = [](const auto& field) {
    return field.given() ? ir::show(*field) : field.absent() ? std::string() : std::string("unknown here");
  };
  const auto pair = [&](const auto& x, const std::string& found) {
    if (!x.absent() && text(x) != found) lose(&x, Fate::Manual, DiagId::RouteLeftOut, reason, advice, found);
  };
  const auto spelt = [&](const void* value, const ir::Credential& credential) {
    const Loss* loss = context_.ledger.loss_of_value(value);
    return credential.kind == ir::Credential::Kind::Literal && loss != nullptr && !loss->written.empty()
               ? loss->written
               : ir::show(credential);
  };
  pair(*before.kind, std::string(kind_of_id(t->key)));
  pair(*before.base_url, text(*after.base_url));
  pair(*before.region, text(*after.region));
  pair(*before.api_version, text(*after.api_version));
  const Variable* key = variable(t->key, Said::Key);
  const std::string usual = key != nullptr ? "env(" + std::string(key->name) + ")" : "";
  if (before.api_key != after.api_key)
    pair(*before.api_key, after.api_key->given() ? spelt(after.api_key, **after.api_key) : usual);
  for (const ir::ProviderParam* p : before.params) {
    const auto other = std::ranges::find(after.params, p->name, &ir::ProviderParam::name);
    if (other == after.params.end() || *other == p || p->value.is_container()) continue;
    const ir::Value& value = (*other)->value;
    const Loss* loss = context_.ledger.loss_of_value(&value);
    const bool secret = value.kind == ir::Value::Kind::Secret;
    const std::string found = secret                                      ? spelt(&value, value.credential)
                              : loss != nullptr && !loss->written.empty() ? loss->written
                                                                          : ir::show(value);
    if (ir::show(p->value) != found || secret)
      lose(&p->value, Fate::Manual, DiagId::RouteLeftOut, reason, advice, found);
  }
  const std::string& name = *plan.route->name;
  const bool pinned = t->key == "azure-openai" && !is_unpinned(name, "");
  const auto alias = std::ranges::find(aliases_, name, &std::pair<std::string, std::string>::first);
  const bool known = pinned && t->deployment->upstream_model.given() && *t->deployment->upstream_model != "*" &&
                     !is_unpinned(*t->deployment->upstream_model, "");
  pair(m.deployment->upstream_model, pinned ? (known ? *t->deployment->upstream_model : "unknown here")
                                     : alias != aliases_.end() ? alias->second
                                                               : name);
}

/// Every setting that arrives at a deployment, held against what its target says.
void Writer::judge_settings() {
  for (const RoutePlan& plan : plans_) {
    for (const Tier& tier : plan.tiers) {
      for (const Member& m : tier.members) {
        const Target* t = plan.kept && m.kept ? &target(m.id) : stand_in(plan);
        const bool whole = t != nullptr && !plan.reshaped && plan.kept;
        const auto compare = [&](const auto& field, const std::optional<std::string>& found, std::string_view reason) {
          if (field.absent()) return;
          const bool equal = t != nullptr && field.given() && found && ir::show(*field) == *found;
          const std::string text = t != nullptr && found ? *found : std::string();
          Arrival& arrival = arrivals_[&field];
          arrival.missing = arrival.missing || !whole;
          arrival.somewhere = arrival.somewhere || t != nullptr;
          if (t != nullptr && !equal) near(&field, text, reason);
        };
        const auto& attempts = ir::nearest(
            m.chain, [](const Settings& s) -> const auto& { return s.retry.attempts; });
        compare(attempts, t != nullptr ? std::optional(std::to_string(t->attempts.value_or(1) - 1)) : std::nullopt,
                "a target has one number of tries for all of its models and failures");
        const auto& redraw = ir::nearest(
            m.chain, [](const Settings& s) -> const auto& { return s.retry.redraw; });
        compare(redraw, std::string("false"),
                "a retry goes to the same target, then the next target has tries of its own");
        const auto& header = ir::nearest(
            m.chain, [](const Settings& s) -> const auto& { return s.retry.honour_retry_after; });
        compare(header, std::string("true"), "the gateway always honours Retry-After, up to 30 seconds");
        const auto& wait = ir::nearest(
            m.chain, [](const Settings& s) -> const auto& { return s.retry.min_wait; });
        compare(wait, t != nullptr && t->backoff ? std::optional(t->backoff->text()) : std::nullopt,
                "waits start at random between 0 and this and double with each try");
        const auto& failures = ir::nearest(
            m.chain, [](const Settings& s) -> const auto& { return s.breaker.failures; });
        const bool breaker = t != nullptr && (t->failures || t->cooldown);
        compare(failures, breaker ? std::optional(std::to_string(t->failures.value_or(4))) : std::nullopt,
                "a circuit of a target counts consecutive failures, rate limits not among them");
        const auto& cooldown = ir::nearest(
            m.chain, [](const Settings& s) -> const auto& { return s.breaker.cooldown; });
        compare(cooldown, breaker ? std::optional(t->cooldown ? t->cooldown->text() : "30") : std::nullopt,
                "a target rests only once its circuit is open");
        const auto& total = ir::nearest(
            m.chain, [](const Settings& s) -> const auto& { return s.timeouts.total; });
        compare(total, t != nullptr && timeout_ ? std::optional(timeout_->text()) : std::nullopt,
                "the gateway has one time limit for all requests");
        const auto& attempt = ir::nearest(
            m.chain, [](const Settings& s) -> const auto& { return s.timeouts.attempt; });
        if (timeout_of_attempts_ && t != nullptr && attempt.written() && total.absent()) {
          near(&attempt, "",
               "`request_timeout` bounds the whole request, as long as all of its calls may take; single calls have "
               "fixed bounds");
        }
        const auto& drop = ir::nearest(
            m.chain, [](const Settings& s) -> const auto& { return s.params.drop_unsupported; });
        const auto& of_all = gw_.defaults.params.drop_unsupported;
        compare(drop, of_all.given() ? std::optional(ir::show(*of_all)) : std::nullopt,
                "the gateway decides this for all models alike");
        judge_statuses(ir::nearest(
                           m.chain, [](const Settings& s) -> const auto& { return s.retry.statuses; }),
                       t, whole);
      }
    }
  }
}

/// A list that is found again in part, status by status.
void Writer::judge_statuses(const ir::List<std::int64_t>& statuses, const Target* target, bool whole) {
  if (statuses.absent()) return;
  const std::string_view reason =
      "a target has one list of retried statuses; without one it retries 408, 429 and server errors, and transport "
      "errors always";
  Arrival& list = arrivals_[&statuses];
  if (statuses.items.empty() && (target == nullptr || !target->statuses.empty())) near(&statuses, "", reason);
  list.missing = list.missing || !whole;
  list.somewhere = list.somewhere || target != nullptr;
  for (const ir::Field<std::int64_t>& status : statuses.items) {
    Arrival& arrival = arrivals_[&status];
    arrival.missing = arrival.missing || !whole;
    arrival.somewhere = arrival.somewhere || target != nullptr;
    const bool found = target != nullptr && std::ranges::find(target->statuses, *status) != target->statuses.end();
    if (target != nullptr && !found) near(&status, "", reason);
  }
}

}  // namespace gatec::targets::ferro
