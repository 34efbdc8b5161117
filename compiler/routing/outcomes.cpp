#include "compiler/routing/outcomes.h"

#include <algorithm>
#include <numeric>
#include <tuple>

namespace gatec::routing {
namespace {

using ir::DeploymentId;
using ir::Failure;
using ir::NodeId;
using Chain = ir::SettingsChain;

constexpr std::string_view kTooMuch = "it has too many different outcomes";
constexpr std::size_t kDeepest = 64;  // routes
constexpr std::int64_t kBadRequest = 400;
constexpr std::int64_t kTooMany = 429;
constexpr std::int64_t kUnavailable = 503;

/// Thrown where an answer would not be exact, or not soon.
struct Stuck {
  std::string_view why;
};

Ratio exact(const std::optional<Ratio>& ratio) {
  if (!ratio) throw Stuck{"the shares of its outcomes are finer than gatec calculates"};
  return *ratio;
}

/// A path so far: what was called, and how it stands.
struct State {
  enum class Now : std::uint8_t { Open, Answered, Failed, Refused };  // refused: nothing more is tried
  Ratio share{1};
  std::vector<Attempt> attempts;
  Now now = Now::Open;
  Fault fault;
  std::string_view why;
  ir::LeafId decided;
  std::int64_t followed = 0;  // fallbacks
};
using States = std::vector<State>;

State with_share(const State& state, const Ratio& share, const ir::Origin& decided) {
  State next = state;
  next.share = exact(state.share.times(share));
  if (decided.first().valid()) next.decided = decided.first();
  return next;
}

State failed(State state, Fault fault, std::string_view why) {
  state.now = State::Now::Failed;
  state.fault = fault;
  state.why = why;
  return state;
}

class Run {
 public:
  Run(const ir::Gateway& gateway, const passes::RouteIndex& index, const Request& request)
      : gateway_(gateway), index_(index), request_(request), facts_(request.facts) {
    auto params = std::ranges::find(facts_.sections, "params", &std::pair<std::string, ir::Value>::first);
    if (params == facts_.sections.end()) {
      facts_.sections.push_back({"params", {}});
      params = std::prev(facts_.sections.end());
      params->second.kind = ir::Value::Kind::Mapping;
    }
    if (params->second.find("model") == nullptr)
      params->second.pairs.emplace_back("model", ir::Value::string(std::string(request.model)));
  }

  States run() {
    States ends;
    requested(request_.model, State{}, true, ends);
    return ends;
  }
  [[nodiscard]] bool any_of() const { return any_of_; }

 private:
  /// Whoever answers to a name; a path that failed before stays as it was where nobody does.
  void requested(std::string_view name, State state, bool with_fallbacks, States& ends) {
    const passes::RouteIndex::Found found = index_.find(name);
    if (found.route != nullptr) {
      path_.push_back(found.route);
      visit(found.route->plan, {&gateway_.defaults}, with_fallbacks, std::move(state), ends);
      path_.pop_back();
      return;
    }
    if (found.kind == passes::RouteIndex::Kind::DeploymentId) {
      const auto at = std::ranges::find_if(gateway_.deployments,
                                           [&](const ir::Deployment& d) { return d.id.given() && *d.id == name; });
      const DeploymentId id{static_cast<std::uint32_t>(at - gateway_.deployments.begin())};
      return call(id, {&gateway_.defaults}, std::move(state), ends);
    }
    if (state.now == State::Now::Open) {
      state = failed(std::move(state), fault_of(Failure::NotFound), "no model of this name");
      state.now = State::Now::Refused;
    }
    end(std::move(state), ends);
  }

  void visit(NodeId id, const Chain& outer, bool with_fallbacks, State state, States& ends) {
    if (!id.valid()) return end(failed(std::move(state), fault_of(Failure::NotFound), "the plan is empty"), ends);
    if (++steps_ > kMostSteps) throw Stuck{kTooMuch};
    const ir::PlanNode& node = gateway_.at(id);
    const Chain chain = with(node.settings, outer);
    if (const auto* use = std::get_if<ir::Use>(&node.what)) {
      use_one(use->deployment, chain, std::move(state), ends);
    } else if (const auto* to = std::get_if<ir::To>(&node.what)) {
      go_on(*to, std::move(state), ends);
    } else if (const auto* balance = std::get_if<ir::Balance>(&node.what)) {
      members(*balance, chain, state, ends);
    } else if (const auto* fallback = std::get_if<ir::Fallback>(&node.what)) {
      States primary;
      visit(fallback->primary, chain, with_fallbacks, std::move(state), primary);
      for (State& one : primary) {
        if (with_fallbacks) {
          edges(*fallback, chain, std::move(one), ends);
        } else {
          end(std::move(one), ends);
        }
      }
    } else if (const auto* choice = std::get_if<ir::Switch>(&node.what)) {
      choose(*choice, chain, std::move(state), ends);
    } else if (const auto* mirror = std::get_if<ir::Mirror>(&node.what)) {
      visit(mirror->primary, chain, with_fallbacks, std::move(state), ends);
    }
  }

  void choose(const ir::Switch& choice, const Chain& chain, State state, States& ends) {
    for (const ir::SwitchCase& one : choice.cases) {
      if (!holds(one.condition, facts_)) continue;
      if (one.condition_from.first().valid()) state.decided = one.condition_from.first();
      return visit(one.node, chain, true, std::move(state), ends);
    }
    if (choice.otherwise.valid()) return visit(choice.otherwise, chain, true, std::move(state), ends);
    state = failed(std::move(state), {Failure::BadRequest, kBadRequest}, "no case of the switch holds");
    state.now = State::Now::Refused;
    end(std::move(state), ends);
  }

  void go_on(const ir::To& to, State state, States& ends) {
    if (to.route.from.first().valid()) state.decided = to.route.from.first();
    const ir::Route* const route = index_.find(to.route.value).route;
    if (route == nullptr) return requested(to.route.value, std::move(state), true, ends);
    const bool chained = to.chained.given() && *to.chained;
    const bool again = std::ranges::find(path_, route) != path_.end();
    const bool endless = path_.size() > kDeepest || (again && chained && !gateway_.routing.max_fallbacks.given());
    if (route == path_.back() || endless) {
      if (state.now == State::Now::Open)
        state = failed(std::move(state), fault_of(Failure::ServerError), "the model leads back to itself");
      return end(std::move(state), ends);
    }
    path_.push_back(route);
    visit(route->plan, {&gateway_.defaults}, chained, std::move(state), ends);
    path_.pop_back();
  }

  void use_one(DeploymentId id, const Chain& chain, State state, States& ends) {
    const std::vector<DeploymentId> group{id};
    if (const auto why = closed(id, group)) return end(failed(std::move(state), *why, kNobodyLeft), ends);
    call(id, chain, std::move(state), ends);
  }

  /// With all its retries.
  void call(DeploymentId id, const Chain& chain, State state, States& ends) {
    const Chain own = with(gateway_.at(id).settings, chain);
    const auto broken = request_.failing.find(id);
    if (broken == request_.failing.end()) {
      add(state, {id, 1, {}});
      state.now = State::Now::Answered;
    } else {
      add(state, {id, 1 + further_tries(own, broken->second, false), broken->second});
      state = failed(std::move(state), broken->second, {});
    }
    end(std::move(state), ends);
  }

  static void add(State& state, const Attempt& attempt) {
    const bool same = !state.attempts.empty() && state.attempts.back().deployment == attempt.deployment &&
                      state.attempts.back().failed == attempt.failed;
    if (same) {
      state.attempts.back().calls += attempt.calls;
    } else {
      state.attempts.push_back(attempt);
    }
  }

  /// A member of a balance that can be chosen.
  struct Member {
    const ir::Edge* edge;
    Ratio share;
  };

  void members(const ir::Balance& balance, const Chain& chain, const State& state, States& ends) {
    std::vector<Member> open;
    std::optional<Fault> why;
    std::vector<DeploymentId> group;
    for (const ir::Edge& edge : balance.edges) {
      if (const auto id = lone_deployment(gateway_, edge.node)) group.push_back(*id);
    }
    for (const ir::Edge& edge : balance.edges) {
      const auto id = lone_deployment(gateway_, edge.node);
      const auto shut = id ? closed(*id, group) : std::nullopt;
      if (shut) {
        why = shut;
      } else {
        open.push_back({&edge, {}});
      }
    }
    if (open.empty())
      return end(failed(state, why.value_or(Fault{Failure::Unavailable, kUnavailable}), kNobodyLeft), ends);
    const bool redraw = draws_again(balance, chain);
    if (!share_out(balance, redraw, open))
      return end(failed(state, {Failure::Unavailable, kUnavailable}, "no member can be drawn: all weights are 0"),
                 ends);
    if (redraw) return draw(open, chain, state, ends);
    const bool next = balance.on_failure.given() && *balance.on_failure == ir::OnFailure::Next;
    for (std::size_t head = 0; head < open.size(); ++head) {
      if (open[head].share.is_zero()) continue;
      States now{with_share(state, open[head].share, open[head].edge->weight.from)};
      const std::size_t tried = next ? open.size() : 1;
      for (std::size_t k = 0; k < tried && !now.empty(); ++k) {
        const Member& member = open[(head + k) % open.size()];
        States after;
        for (State& one : now) visit(member.edge->node, chain, true, std::move(one), after);
        now.clear();
        for (State& one : after) {
          const bool goes_on = one.now == State::Now::Failed && k + 1 < tried;
          if (goes_on) {
            now.push_back(std::move(one));
          } else {
            end(std::move(one), ends);
          }
        }
      }
    }
  }

  static bool draws_again(const ir::Balance& balance, const Chain& chain) {
    if (balance.on_failure.given()) return *balance.on_failure == ir::OnFailure::Redraw;
    const auto& redraw = ir::nearest(
        chain, [](const ir::Settings& s) -> const auto& { return s.retry.redraw; });
    return redraw.given() && *redraw;
  }

  /// What each of them is drawn with; false where none can be.
  bool share_out(const ir::Balance& balance, bool redraw, std::vector<Member>& open) {
    const auto& said = balance.policy.absent() ? gateway_.routing.policy : balance.policy;
    const ir::Policy policy = said.given() ? *said : ir::Policy::Weighted;
    if (open.size() == 1) {
      open.front().share = Ratio(1);
      return true;
    }
    if (policy == ir::Policy::First || policy == ir::Policy::Priority) {
      const auto order = [](const Member& m) { return m.edge->order.given() ? *m.edge->order : INT64_MAX; };
      std::ranges::min_element(open, {}, order)->share = Ratio(1);
      return true;
    }
    const bool weighed = std::ranges::any_of(open, [](const Member& m) { return m.edge->weight.given(); });
    const bool unknown =
        std::ranges::any_of(open, [](const Member& m) { return m.edge->weight.state == ir::State::Unknown; });
    const bool live = policy != ir::Policy::Weighted && policy != ir::Policy::RoundRobin;
    if ((live && !weighed) || unknown) any_of_ = true;
    Ratio sum;
    for (Member& m : open) {
      const bool negative = m.edge->weight.given() && m.edge->weight->is_negative();
      m.share = negative ? Ratio(0) : m.edge->weight.given() && !unknown ? exact(Ratio::of(*m.edge->weight)) : Ratio(1);
      sum = exact(sum.plus(m.share));
    }
    if (sum.is_zero() && !redraw) return false;
    const bool even = sum.is_zero();
    for (Member& m : open)
      m.share = even ? exact(Ratio(1).divided_by(Ratio(static_cast<std::int64_t>(open.size()))))
                     : exact(m.share.divided_by(sum));
    return true;
  }

  /// Draws until one answers or the tries of the one that was drawn last are used up.
  void draw(const std::vector<Member>& open, const Chain& chain, const State& state, States& ends) {
    std::vector<Tried> tried;
    for (const Member& m : open) tried.push_back(tried_of(m, chain, open.size() > 1));
    using Counts = std::vector<std::int64_t>;  // calls that failed, by member
    std::map<Counts, Ratio> drawing{{Counts(open.size()), Ratio(1)}};
    for (std::int64_t draws = 1; !drawing.empty(); ++draws) {
      std::map<Counts, Ratio> again;
      for (const auto& [counts, share] : drawing) {
        for (std::size_t i = 0; i < open.size(); ++i) {
          if (open[i].share.is_zero()) continue;
          const Ratio here = exact(share.times(open[i].share));
          if (!tried[i].broken) {
            States after;
            visit(open[i].edge->node, chain, true, drawn(state, open, tried, counts, here, i), after);
            for (State& one : after) end(std::move(one), ends);
            continue;
          }
          Counts more = counts;
          ++more[i];
          if (draws < tried[i].most) {
            Ratio& all = again[std::move(more)];
            all = exact(all.plus(here));
          } else {
            end(failed(drawn(state, open, tried, more, here, i), *tried[i].broken, {}), ends);
          }
          bound(again.size());
        }
      }
      drawing = std::move(again);
    }
  }

  /// What becomes of a call to a member: of one that is a plan of its own nothing is known before it is visited.
  struct Tried {
    DeploymentId deployment;
    std::optional<Fault> broken;
    std::int64_t most = 1;  // draws
  };
  [[nodiscard]] Tried tried_of(const Member& member, const Chain& outer, bool elsewhere) const {
    Tried tried;
    Chain chain = outer;
    NodeId id = member.edge->node;
    while (id.valid()) {
      const ir::PlanNode& node = gateway_.at(id);
      chain = with(node.settings, chain);
      if (const auto* mirror = std::get_if<ir::Mirror>(&node.what)) {
        id = mirror->primary;
        continue;
      }
      if (const auto* use = std::get_if<ir::Use>(&node.what)) tried.deployment = use->deployment;
      break;
    }
    const auto broken = request_.failing.find(tried.deployment);
    if (!tried.deployment.valid() || broken == request_.failing.end()) return tried;
    tried.broken = broken->second;
    tried.most = 1 + further_tries(with(gateway_.at(tried.deployment).settings, chain), broken->second, elsewhere);
    return tried;
  }

  static State drawn(const State& state, const std::vector<Member>& open, const std::vector<Tried>& tried,
                     const std::vector<std::int64_t>& counts, const Ratio& share, std::size_t last) {
    State next = with_share(state, share, open[last].edge->weight.from);
    for (std::size_t i = 0; i < open.size(); ++i) {
      if (counts[i] > 0) add(next, {tried[i].deployment, counts[i], tried[i].broken});
    }
    return next;
  }

  void edges(const ir::Fallback& fallback, const Chain& chain, State state, States& ends) {
    const Fault first = state.now == State::Now::Failed ? state.fault : Fault{Failure::Any, 200};
    States now{std::move(state)};
    const auto& most = gateway_.routing.max_fallbacks;
    for (const ir::FallbackEdge& edge : fallback.edges) {
      States after;
      for (State& one : now) {
        if (!goes_on(fallback, edge, first, one) || (most.given() && one.followed >= *most)) {
          after.push_back(std::move(one));
          continue;
        }
        ++one.followed;
        visit(edge.node, chain, true, std::move(one), after);
      }
      now = std::move(after);
      bound(now.size());
    }
    for (State& one : now) end(std::move(one), ends);
  }

  /// A list of statuses may hold that of an answer.
  [[nodiscard]] bool goes_on(const ir::Fallback& fallback, const ir::FallbackEdge& edge, const Fault& first,
                             const State& state) const {
    constexpr std::int64_t kOk = 200;
    if (state.now == State::Now::Answered) return !fallback.statuses.absent() && holds(fallback.statuses, kOk);
    return state.now == State::Now::Failed && takes(gateway_, fallback, edge, first, state.fault);
  }

  /// Why a deployment is not there for this request at all; `group` is what it stands for its model with.
  [[nodiscard]] std::optional<Fault> closed(DeploymentId id, const std::vector<DeploymentId>& group) const {
    const ir::Deployment& d = gateway_.at(id);
    if (d.blocked.given() && *d.blocked) return Fault{Failure::RateLimit, kTooMany};
    if (d.owner.given() && request_.teams && std::ranges::find(*request_.teams, *d.owner) == request_.teams->end())
      return Fault{Failure::RateLimit, kTooMany};
    if (!gateway_.routing.tag_filtering.given() || !*gateway_.routing.tag_filtering) return std::nullopt;
    const auto tagged = [&](DeploymentId one) { return has_tags(gateway_.at(one)); };
    const auto is_default = [&](DeploymentId one) { return has_tag(gateway_.at(one), "default"); };
    if (!facts_.tags.empty() && std::ranges::any_of(group, tagged))
      return tagged(id) ? std::nullopt : std::optional(Fault{Failure::RateLimit, kTooMany});
    const bool pool = std::ranges::any_of(group, is_default);
    if (pool) return is_default(id) ? std::nullopt : std::optional(Fault{Failure::RateLimit, kTooMany});
    return facts_.tags.empty() ? std::nullopt : std::optional(fault_of(Failure::Authentication));
  }

  static bool has_tag(const ir::Deployment& d, std::string_view tag) {
    return std::ranges::any_of(d.tags.items, [&](const auto& one) { return one.given() && *one == tag; });
  }
  [[nodiscard]] bool has_tags(const ir::Deployment& d) const {
    const auto has = [&](const std::string& tag) { return has_tag(d, tag); };
    const bool one_is_enough = !gateway_.routing.tag_match_any.given() || *gateway_.routing.tag_match_any;
    return one_is_enough ? std::ranges::any_of(facts_.tags, has) : std::ranges::all_of(facts_.tags, has);
  }

  void end(State state, States& ends) {
    ends.push_back(std::move(state));
    bound(ends.size());
  }
  static void bound(std::size_t states) {
    if (states > kMostOutcomes) throw Stuck{kTooMuch};
  }

  static constexpr std::string_view kNobodyLeft = "no deployment is there for this request";

  const ir::Gateway& gateway_;
  const passes::RouteIndex& index_;
  const Request& request_;
  Facts facts_;
  std::vector<const ir::Route*> path_;
  std::size_t steps_ = 0;
  bool any_of_ = false;
};

Outcome outcome_of(State&& state) {
  Outcome outcome;
  outcome.attempts = std::move(state.attempts);
  outcome.share = state.share;
  outcome.decided = state.decided;
  if (state.now == State::Now::Answered) {
    outcome.answers = outcome.attempts.back().deployment;
  } else {
    outcome.failure = state.fault;
    outcome.why = state.why;
  }
  return outcome;
}

}  // namespace

std::int64_t Outcome::calls() const {
  return std::accumulate(attempts.begin(), attempts.end(), std::int64_t{0},
                         [](std::int64_t sum, const Attempt& a) { return sum + a.calls; });
}

Outcomes outcomes(const ir::Gateway& gateway, const passes::RouteIndex& index, const Request& request) {
  Outcomes result;
  try {
    Run run(gateway, index, request);
    using Key = std::tuple<std::vector<Attempt>, bool, Fault, std::string_view>;
    std::map<Key, std::size_t> known;
    for (State& state : run.run()) {
      Outcome outcome = outcome_of(std::move(state));
      Key key(outcome.attempts, outcome.answers.has_value(), outcome.failure, outcome.why);
      const auto [same, fresh] = known.emplace(std::move(key), result.all.size());
      if (fresh) {
        result.all.push_back(std::move(outcome));
      } else {
        Ratio& share = result.all[same->second].share;
        share = exact(share.plus(outcome.share));
      }
    }
    result.any_of = run.any_of();
    std::ranges::stable_sort(result.all, std::ranges::greater(), &Outcome::share);
  } catch (const Stuck& stuck) {
    result.all.clear();
    result.problem = stuck.why;
  }
  return result;
}

}  // namespace gatec::routing
