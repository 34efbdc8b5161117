#include "compiler/driver/test/trial.h"

#include "compiler/base/nearest.h"
#include "compiler/ir/resolved.h"

#include <algorithm>

namespace gatec::driver {
namespace {

using diagnostics::DiagId;
using ir::DeploymentId;
using ir::Gateway;
using ir::Principal;
using ir::PrincipalKind;
using routing::Fault;
using routing::Outcome;
using routing::Ratio;

std::string quoted(std::string_view text) { return "`" + std::string(text) + "`"; }

std::string fault_name(const Fault& fault) {
  const std::string name(ir::failure_name(fault.failure));
  return fault == routing::fault_of(fault.failure) ? name : name + " (" + std::to_string(fault.status) + ")";
}

/// The names behind `provider` in a program, by the order of its providers: its reader makes them before anything else.
std::vector<std::string_view> bindings_of(const Session& session) {
  std::vector<std::string_view> names;
  if (session.documents().empty() || session.documents().front().format() != doc::Format::Gate) return names;
  const doc::Node* const root = session.documents().front().root();
  const doc::Node* const list = root != nullptr ? root->get("provider") : nullptr;
  if (list == nullptr) return names;
  for (const doc::Node* body : list->elements()) {
    const doc::Node* const name = body->get("$");
    if (name != nullptr) names.push_back(name->text());
  }
  return names;
}

/// What people call the provider of a deployment, from the nearest name to the widest.
std::vector<std::string_view> provider_names(const Session& session, DeploymentId id) {
  const Gateway& gateway = session.gateway;
  const ir::ProviderId provider = gateway.at(id).provider;
  std::vector<std::string_view> names;
  if (!provider.valid()) return names;
  const std::vector<std::string_view> bindings = bindings_of(session);
  if (provider.value < bindings.size()) names.push_back(bindings[provider.value]);
  const ir::Provider& p = gateway.at(provider);
  if (p.name.given()) names.push_back(*p.name);
  const auto* const kind = ir::resolved(gateway, p).kind;
  if (kind->given()) names.push_back(**kind);
  return names;
}

bool is_named(const Session& session, DeploymentId id, std::string_view text) {
  const ir::Deployment& d = session.gateway.at(id);
  if (d.id.given() && *d.id == text) return true;
  const auto is_model = [&](std::string_view name) {
    const std::string& model = d.upstream_model.value;
    if (model.empty()) return false;
    return model == name || (model.find('*') != std::string::npos && passes::matches_pattern(model, name, true));
  };
  if (is_model(text)) return true;
  return std::ranges::any_of(provider_names(session, id), [&](std::string_view name) {
    if (name == text) return true;
    return text.size() > name.size() + 1 && text.starts_with(name) && text[name.size()] == '/' &&
           is_model(text.substr(name.size() + 1));
  });
}

std::vector<DeploymentId> all_named(const Session& session, std::string_view text) {
  std::vector<DeploymentId> found;
  for (std::uint32_t i = 0; i < session.gateway.deployments.size(); ++i) {
    if (is_named(session, {i}, text)) found.push_back({i});
  }
  return found;
}

/// How alike two deployments of different gateways are; 0 for another upstream.
int likeness(const Gateway& a, DeploymentId x, const Gateway& b, DeploymentId y) {
  const ir::Deployment& one = a.at(x);
  const ir::Deployment& other = b.at(y);
  if (!one.provider.valid() || !other.provider.valid()) return 0;
  const ir::ResolvedProvider p = ir::resolved(a, a.at(one.provider));
  const ir::ResolvedProvider q = ir::resolved(b, b.at(other.provider));
  if (p.kind->value != q.kind->value || one.upstream_model.value != other.upstream_model.value) return 0;
  const auto same_key = [&] {
    return p.api_key->given() && q.api_key->given() && (*p.api_key)->kind == (*q.api_key)->kind &&
           (*p.api_key)->name == (*q.api_key)->name;
  };
  return 1 + int{p.base_url->value == q.base_url->value} + int{p.region->value == q.region->value} + int{same_key()} +
         int{a.at(one.provider).name.value == b.at(other.provider).name.value} + int{one.id.value == other.id.value};
}

std::string joined(const std::vector<std::string>& parts, std::string_view between) {
  std::string text;
  for (const std::string& part : parts) (text += text.empty() ? "" : between) += part;
  return text;
}

std::string amount_of(const limits::Load& load) {
  std::string text = load.counts == ir::Counted::Usd
                         ? "$" + load.amount.text()
                         : load.amount.text() + " " + std::string(ir::counted_name(load.counts));
  if (load.seconds) text += " within " + std::to_string(*load.seconds) + "s";
  return text;
}

std::string expectation(const Expected& x) {
  std::vector<std::string> parts;
  std::vector<std::string> answers;
  bool shares = false;
  for (const auto& [name, share] : x.answers) {
    answers.push_back(quoted(name.text) + (share ? " answers " + share->text() : ""));
    shares = shares || share.has_value();
  }
  if (!answers.empty()) parts.push_back(joined(answers, shares ? ", " : " or ") + (shares ? "" : " answers"));
  if (x.refused)
    parts.push_back("refused (" + std::string(refused_name(*x.refused)) + ")" +
                    (x.by ? " by " + quoted(x.by->text) : ""));
  if (x.error) {
    parts.push_back("error " + (x.error->status    ? std::to_string(*x.error->status)
                                : x.error->failure ? std::string(ir::failure_name(*x.error->failure))
                                                   : std::string("of any kind")));
  }
  if (x.attempts) {
    parts.push_back((x.attempts->at_most ? "at most " : "") + std::to_string(x.attempts->number) +
                    (x.attempts->number == 1 ? " call" : " calls"));
  }
  return joined(parts, ", ");
}

bool is_caller(PrincipalKind kind) { return kind != PrincipalKind::BudgetRow && kind != PrincipalKind::AccessGroup; }

bool is_error(const Outcome& outcome, const Expected::Error& error) {
  return !outcome.answers && (!error.failure || outcome.failure.failure == *error.failure) &&
         (!error.status || outcome.failure.status == *error.status);
}

}  // namespace

Trials::Trials(Session& on, Session& source) : on_(on), source_(source), index_(on.gateway), levels_(on.gateway) {}

const Principal* Trials::caller(const std::string& text) const {
  const std::size_t colon = text.find(':');
  for (const Principal& p : on_.gateway.principals) {
    if (!is_caller(p.kind)) continue;
    if (levels_.name(p) == text) return &p;
    if (colon == std::string::npos || ir::principal_kind_name(p.kind) != text.substr(0, colon)) continue;
    const std::string name = text.substr(colon + 1);
    for (const auto* field : {&p.alias, &p.id, &p.email}) {
      if (field->given() && **field == name) return &p;
    }
  }
  return nullptr;
}

std::string Trials::known_callers_nearest(const std::string& text) const {
  std::vector<std::string_view> names;
  for (const Principal& p : on_.gateway.principals) {
    if (is_caller(p.kind)) names.push_back(levels_.name(p));
  }
  const auto near = base::nearest_word(text, names);
  return near ? ", did you mean " + quoted(*near) + "?" : std::string();
}

bool Trials::check(const TestCase& test, diagnostics::Sink& sink) {
  const std::size_t before = sink.all().size();
  if (test.caller && caller(test.caller->text) == nullptr) {
    sink.report(DiagId::CaseName, test.caller->span,
                "there is no caller " + quoted(test.caller->text) + known_callers_nearest(test.caller->text))
        .note("callers are named by kind and name, as `gatec effective` shows them: `key:alice`, `team:research`");
  }
  const bool may_be_unknown = test.expected.refused || test.expected.error;
  const auto kind = index_.find(test.model.text).kind;
  if (kind == passes::RouteIndex::Kind::None && !may_be_unknown) {
    std::string message = "no model answers to " + quoted(test.model.text);
    if (const auto near = base::nearest_word(test.model.text, index_.names()))
      message += ", did you mean " + quoted(*near) + "?";
    sink.report(DiagId::CaseName, test.model.span, std::move(message));
  }
  const auto upstream = [&](const Named& name) {
    if (!all_named(on_, name.text).empty()) return;
    std::vector<std::string_view> known;
    for (std::uint32_t i = 0; i < on_.gateway.deployments.size(); ++i) {
      const ir::Deployment& d = on_.gateway.deployments[i];
      for (const std::string_view one : provider_names(on_, {i})) known.push_back(one);
      if (d.upstream_model.given()) known.push_back(*d.upstream_model);
      if (d.id.given()) known.push_back(*d.id);
    }
    std::string message = "there is no upstream " + quoted(name.text);
    if (const auto near = base::nearest_word(name.text, known)) message += ", did you mean " + quoted(*near) + "?";
    sink.report(DiagId::CaseName, name.span, std::move(message))
        .note(
            "upstreams are named by provider, by kind of provider, by model, by both as in `openai/gpt-4o`, or by id");
  };
  for (const auto& [name, fault] : test.failing) upstream(name);
  for (const auto& [name, share] : test.expected.answers) upstream(name);
  return sink.all().size() == before;
}

Trials::Asked& Trials::asked(const std::string& model, bool anybody) {
  const auto [at, fresh] = asked_.try_emplace({model, anybody});
  Asked& asked = at->second;
  if (!fresh) return asked;
  limits::Query query;
  query.model = at->first.first;
  query.anybody = anybody;
  asked.caps = std::make_unique<limits::Caps>(on_.gateway, query);
  for (std::size_t i = 0; i < asked.caps->callers(); ++i) asked.callers.emplace(asked.caps->caller(i), i);
  for (std::size_t i = 0; i < asked.caps->routes(); ++i) {
    if (asked.caps->route(i) == model) asked.route = i;
  }
  return asked;
}

Verdict Trials::run(const TestCase& test) {
  Verdict verdict;
  verdict.expected = expectation(test.expected);
  const Principal* who = nullptr;
  if (test.caller) {
    who = caller(test.caller->text);
    const bool anybody =
        std::ranges::any_of(on_.gateway.principals, [](const Principal& p) { return is_caller(p.kind); });
    if (who == nullptr && anybody) {
      verdict.refused = {Refused::Access, test.caller->text, "it is not known there", {}};
      judge_stop(test, verdict);
      return verdict;
    }
    if (who == nullptr) verdict.notes.emplace_back("nobody is declared there, so the caller is whoever calls");
  }
  if (stopped(test, who, verdict)) {
    judge_stop(test, verdict);
  } else {
    route(test, who, verdict);
  }
  return verdict;
}

/// By a list, a block or a counter.
bool Trials::stopped(const TestCase& test, const Principal* who, Verdict& verdict) {
  Asked& asked = this->asked(test.model.text, who == nullptr);
  const std::size_t number = who != nullptr ? asked.callers.at(levels_.name(*who)) : 0;
  if (const auto barrier = asked.caps->barrier(number, asked.route)) {
    verdict.refused = {Refused::Access, barrier->at, "may not use " + quoted(test.model.text),
                       on_.place(barrier->from)};
    return true;
  }
  if (test.loads.empty()) return false;
  std::vector<limits::EffectiveCap> caps;
  asked.caps->add(number, asked.route, caps);
  for (const limits::Load& load : test.loads) {
    if (const auto refusal = limits::first_refusal(caps, load)) {
      const bool money = load.counts == ir::Counted::Usd;
      const std::string limit = (money ? "$" : "") + refusal->by.limit.value_or(refusal->after).text() +
                                (money ? "" : " " + std::string(ir::counted_name(load.counts)));
      std::string why = "has " + limit + ", " + refusal->level.window + ", and is asked for " + amount_of(load);
      verdict.refused = {money ? Refused::Budget : Refused::Rate, refusal->by.at, std::move(why),
                         on_.place(refusal->by.from)};
      return true;
    }
    const bool unknown = std::ranges::any_of(
        caps, [&](const limits::EffectiveCap& c) { return c.unknown && !c.hint && c.counts == load.counts; });
    if (unknown)
      verdict.notes.push_back("a limit on " + std::string(ir::counted_name(load.counts)) +
                              " is not known here, and may refuse it");
  }
  return false;
}

void Trials::judge_stop(const TestCase& test, Verdict& verdict) const {
  const Verdict::Stop& stop = *verdict.refused;
  const Expected& x = test.expected;
  verdict.happens = "refused (" + std::string(refused_name(stop.what)) + "): " + quoted(stop.by) + " " + stop.why;
  verdict.holds = x.refused == stop.what && (!x.by || x.by->text == stop.by);
}

/// As far as they are found here: an upstream of the source under whatever name it has here, or what has that name.
Trials::Ids Trials::upstreams(const std::string& text) const {
  if (&on_ == &source_) return all_named(on_, text);
  Ids found;
  for (const DeploymentId theirs : all_named(source_, text)) {
    int best = 1;
    Ids nearest;
    for (std::uint32_t i = 0; i < on_.gateway.deployments.size(); ++i) {
      const int like = likeness(source_.gateway, theirs, on_.gateway, {i});
      if (like < best) continue;
      if (like > best) nearest.clear();
      best = like;
      nearest.push_back({i});
    }
    for (const DeploymentId id : nearest) {
      if (std::ranges::find(found, id) == found.end()) found.push_back(id);
    }
  }
  return found.empty() ? all_named(on_, text) : found;
}

void Trials::route(const TestCase& test, const Principal* who, Verdict& verdict) {
  routing::Request request;
  request.facts = test.facts;
  std::string model = test.model.text;
  if (who != nullptr) {
    request.teams.emplace();
    bool renamed = false;
    for (const Principal* p : levels_.above(*who)) {
      if (p->kind == PrincipalKind::Team && p->id.given()) request.teams->push_back(*p->id);
      if (p->kind == PrincipalKind::Key || p->kind == PrincipalKind::Team) {
        for (const auto& tag : p->tags.items) {
          if (tag.given()) request.facts.tags.push_back(*tag);
        }
      }
      const auto alias = std::ranges::find(p->aliases, model, &ir::Alias::name);
      if (renamed || alias == p->aliases.end() || !alias->target.given()) continue;
      model = *alias->target;
      renamed = true;
    }
  }
  request.model = model;
  for (const auto& [name, fault] : test.failing) {
    const Ids broken = upstreams(name.text);
    if (broken.empty()) verdict.notes.push_back("there is no upstream " + quoted(name.text) + " there");
    for (const DeploymentId id : broken) request.failing[id] = fault;
  }
  const routing::Outcomes found = routing::outcomes(on_.gateway, index_, request);
  verdict.problem = found.problem;
  if (found.any_of)
    verdict.notes.emplace_back("which of them is chosen hangs on load or time; the shares count it as even");
  for (const Outcome& outcome : found.all) verdict.paths.push_back(path_of(outcome));
  if (found.problem.empty()) judge(test, found, verdict);
}

void Trials::judge(const TestCase& test, const routing::Outcomes& found, Verdict& verdict) {
  const Expected& x = test.expected;
  std::vector<std::pair<std::string, Ratio>> ends;
  std::int64_t fewest = INT64_MAX;
  std::int64_t most = 0;
  for (const Outcome& o : found.all) {
    std::string end = o.answers ? label(*o.answers) + " answers" : "error " + fault_name(o.failure);
    auto at = std::ranges::find(ends, end, &std::pair<std::string, Ratio>::first);
    if (at == ends.end()) at = ends.insert(ends.end(), {std::move(end), Ratio(0)});
    at->second = at->second.plus(o.share).value_or(at->second);
    fewest = std::min(fewest, o.calls());
    most = std::max(most, o.calls());
  }
  std::vector<std::string> parts;
  for (const auto& [end, share] : ends) parts.push_back(end + (ends.size() > 1 ? " " + share.text() : ""));
  verdict.happens = joined(parts, ", ");
  if (x.attempts)
    verdict.happens += fewest == most ? ", " + std::to_string(most) + (most == 1 ? " call" : " calls")
                                      : ", " + std::to_string(fewest) + " to " + std::to_string(most) + " calls";

  verdict.holds = !x.refused;
  if (x.attempts)
    verdict.holds =
        verdict.holds && (x.attempts->at_most || fewest == x.attempts->number) && most <= x.attempts->number;
  if (x.error)
    verdict.holds =
        verdict.holds && std::ranges::all_of(found.all, [&](const Outcome& o) { return is_error(o, *x.error); });
  Ids any;
  for (const auto& [name, share] : x.answers) {
    const Ids wanted = upstreams(name.text);
    any.insert(any.end(), wanted.begin(), wanted.end());
    if (!share) continue;
    Ratio sum;
    for (const Outcome& o : found.all) {
      if (o.answers && std::ranges::find(wanted, *o.answers) != wanted.end()) sum = sum.plus(o.share).value_or(sum);
    }
    verdict.holds = verdict.holds && sum == *share;
  }
  const bool shares = !x.answers.empty() && x.answers.front().second.has_value();
  if (!x.answers.empty() && !shares) {
    verdict.holds = verdict.holds && std::ranges::all_of(found.all, [&](const Outcome& o) {
                      return o.answers && std::ranges::find(any, *o.answers) != any.end();
                    });
  }
}

Verdict::Path Trials::path_of(const Outcome& outcome) {
  Verdict::Path path;
  path.share = outcome.share.text();
  for (const routing::Attempt& a : outcome.attempts) {
    path.steps.push_back({label(a.deployment), a.calls, a.failed ? fault_name(*a.failed) : std::string(),
                          on_.place(on_.gateway.at(a.deployment).upstream_model.from.first())});
  }
  if (outcome.answers) {
    path.answers = label(*outcome.answers);
  } else {
    path.error = fault_name(outcome.failure);
    if (!outcome.why.empty()) path.error += ": " + std::string(outcome.why);
  }
  path.decided = on_.place(outcome.decided);
  return path;
}

std::string Trials::label(DeploymentId id) const {
  const auto names = provider_names(on_, id);
  std::string text(names.empty() ? std::string_view() : names.front());
  const std::string& model = on_.gateway.at(id).upstream_model.value;
  if (!text.empty() && !model.empty()) text += '/';
  return text += model;
}

}  // namespace gatec::driver
