#include "compiler/ir/describe.h"
#include "compiler/rules/hierarchy.h"

#include <algorithm>
#include <unordered_map>
#include <variant>

namespace gatec::rules {
namespace {

using base::Decimal;
using diagnostics::DiagId;
using ir::Counted;
using ir::Limit;
using limits::Term;

/// Below this many tokens for each request of a full minute no real request fits: its own answer is longer.
constexpr std::int64_t kTokensOfARequest = 10;
/// A day that is used up in an hour.
constexpr std::int64_t kEarlyShare = 24;
/// A member that gets more than this many times what its limits take, in tenths.
constexpr std::int64_t kTooMuchTenths = 15;

class RateChecks {
 public:
  RateChecks(const ir::Gateway& gateway, const Hierarchy& hierarchy, passes::Context& context)
      : gateway_(gateway), hierarchy_(hierarchy), context_(context) {}

  void run() {
    for (const ir::Principal& p : gateway_.principals) {
      for (const Limit& l : p.limits) own(l, true);
      together(p.limits);
    }
    for (const ir::Deployment& d : gateway_.deployments) {
      for (const Limit& l : d.limits) own(l, false);
      together(d.limits);
    }
    for (const ir::Provider& p : gateway_.providers) {
      for (const Limit& l : p.limits) own(l, false);
      together(p.limits);
    }
    for (const Limit& l : gateway_.limits) own(l, false);
    check_hierarchy(hierarchy_, false,
                    {DiagId::RateAboveParent, DiagId::RatesOversubscribed, DiagId::ModelRateAboveOwn}, context_);
    for (const ir::PlanNode& node : gateway_.nodes) {
      if (const auto* balance = std::get_if<ir::Balance>(&node.what)) {
        weights(*balance);
        half_limited(*balance);
      }
    }
    capacity();
  }

 private:
  static bool by_hand(const Limit& l) {
    return l.amount.given() && l.amount.from.has_leaves() && l.amount.from.rule() == nullptr;
  }
  static std::int64_t seconds(const Limit& l) {
    if (!l.window.given()) return 0;
    const auto length = limits::length_of(*l.window);
    return length ? length->shortest : 0;
  }

  void own(const Limit& l, bool of_caller) {
    if (!by_hand(l)) return;
    const source::Span at = span_of(l.amount.from, context_);
    const std::string what(ir::counted_name(l.counts));
    if (l.amount->is_negative()) {
      context_.sink.report(DiagId::NegativeAmount, at,
                           "a limit of " + l.amount->text() + " " + what + " is below nothing");
    } else if (l.amount->is_zero()) {
      if (of_caller && !(l.hint.given() && *l.hint))
        context_.sink.report(DiagId::ZeroRate, at, "a limit of 0 " + what + " refuses every call");
    } else if (*l.amount < Decimal(1) && l.counts == Counted::Requests &&
               (!l.window.given() || l.window->kind != ir::WindowKind::Bucket)) {
      context_.sink.report(DiagId::LessThanOneRequest, at,
                           l.amount->text() + " requests are less than one: every call is refused");
    }
    if (!l.burst.given() || !l.burst.from.has_leaves() || !l.window.given() || l.window->kind != ir::WindowKind::Bucket)
      return;
    const auto held = l.burst->times(Decimal(l.window->seconds));
    if (*l.burst < Decimal(1)) {
      context_.sink.report(
          DiagId::LessThanOneRequest, span_of(l.burst.from, context_),
          "a bucket that holds " + l.burst->text() + " never holds one whole request: every call is refused");
    } else if (held && *held < *l.amount) {
      context_.sink
          .report(DiagId::BurstBelowRate, span_of(l.burst.from, context_),
                  "a bucket of " + l.burst->text() + " is full before a second's " + what +
                      " have come in: callers that send once a second get less than the rate")
          .label(at, "the rate");
    }
  }

  /// Limits of one entity beside each other.
  void together(const std::vector<Limit>& all) {
    for (const Limit& requests : all) {
      if (!by_hand(requests) || requests.counts != Counted::Requests || requests.amount->is_zero()) continue;
      for (const Limit& other : all) {
        if (!by_hand(other) || &other == &requests || other.amount->is_zero()) continue;
        if (!(requests.scope.model.given() == other.scope.model.given() &&
              requests.scope.model.value == other.scope.model.value) ||
            requests.scope.per.items.size() != other.scope.per.items.size())
          continue;
        if (other.counts == Counted::Tokens && seconds(other) == seconds(requests)) tokens(requests, other);
        if (other.counts == Counted::Requests) early(requests, other);
      }
    }
  }

  void tokens(const Limit& requests, const Limit& tokens) {
    const auto least = requests.amount->times(Decimal(kTokensOfARequest));
    if (!least || *tokens.amount >= *least) return;
    context_.sink
        .report(DiagId::TokensPerRequest, span_of(tokens.amount.from, context_),
                tokens.amount->text() + " tokens are " + ratio(*tokens.amount, *requests.amount) + " for each of " +
                    requests.amount->text() + " requests: the requests are never reached")
        .label(span_of(requests.amount.from, context_), "the requests of the same window");
  }

  /// A long window that the short one beside it empties long before its end.
  void early(const Limit& fast, const Limit& slow) {
    const std::int64_t short_window = seconds(fast);
    const std::int64_t long_window = seconds(slow);
    if (short_window <= 0 || long_window <= short_window) return;
    // gone after amount(slow) / amount(fast) short windows
    const auto used = slow.amount->times(Decimal(short_window * kEarlyShare));
    const auto whole = fast.amount->times(Decimal(long_window));
    if (!used || !whole || *used >= *whole) return;
    const auto gone = slow.amount->times(Decimal(short_window));
    const auto minutes = fast.amount->times(Decimal(60));
    context_.sink
        .report(DiagId::WindowUsedUpEarly, span_of(slow.amount.from, context_),
                "at " + fast.amount->text() + " requests per " + limits::window_label(*fast.window) + " the " +
                    slow.amount->text() + " per " + limits::window_label(*slow.window) + " are used up after " +
                    (gone && minutes ? ratio(*gone, *minutes) : std::string("few")) + " minutes")
        .label(span_of(fast.amount.from, context_), "this fast");
  }

  [[nodiscard]] const ir::Deployment* used_by(const ir::Edge& edge) const {
    const auto* use = std::get_if<ir::Use>(&gateway_.at(edge.node).what);
    return use != nullptr ? &gateway_.at(use->deployment) : nullptr;
  }
  static const Limit* requests_of(const std::vector<Limit>& limits) {
    const auto found = std::ranges::find_if(limits, [](const Limit& l) {
      return by_hand(l) && l.counts == Counted::Requests && l.scope.per.absent() && l.scope.model.absent();
    });
    return found == limits.end() ? nullptr : &*found;
  }
  static const Limit* requests_of(const ir::Deployment& d) { return requests_of(d.limits); }

  /// What upstreams take in one kind of window, added up.
  struct Quota {
    Decimal sum;
    std::string window;
    /// False where one of them has no limit, or counts in another window.
    bool add(const Limit* limit) { return limit != nullptr && add(*limit); }
    bool add(const Limit& limit) {
      if (!limit.window.given()) return false;
      const std::string own = limits::window_label(*limit.window);
      if (!window.empty() && own != window) return false;
      window = own;
      sum = sum.plus(*limit.amount).value_or(sum);
      return true;
    }
  };

  /// A share that is far above what the member takes: w / Σw against rpm / Σrpm.
  void weights(const ir::Balance& balance) {
    Decimal all_weights;
    Decimal all_requests;
    for (const ir::Edge& e : balance.edges) {
      const ir::Deployment* d = used_by(e);
      const Limit* l = d != nullptr ? requests_of(*d) : nullptr;
      const bool own_weight = e.weight.given() && e.weight.from.has_leaves() && e.weight.from.rule() == nullptr;
      if (l == nullptr || !own_weight || l->amount->is_zero()) return;
      all_weights = all_weights.plus(*e.weight).value_or(all_weights);
      all_requests = all_requests.plus(*l->amount).value_or(all_requests);
    }
    for (const ir::Edge& e : balance.edges) {
      const Limit* l = requests_of(*used_by(e));
      const auto share = e.weight->times(all_requests);
      const auto takes = l->amount->times(all_weights);
      const auto tenfold = share ? share->times(Decimal(10)) : std::nullopt;
      const auto most = takes ? takes->times(Decimal(kTooMuchTenths)) : std::nullopt;
      if (!tenfold || !most || *tenfold <= *most) continue;
      context_.sink
          .report(DiagId::WeightAgainstRate, span_of(e.weight.from, context_),
                  "this weight gives " + ratio(*share, *takes) +
                      " times the share that its requests per minute have in the group")
          .label(span_of(l->amount.from, context_), "what it takes");
    }
  }

  void half_limited(const ir::Balance& balance) {
    const Limit* limited = nullptr;
    bool free = false;
    for (const ir::Edge& e : balance.edges) {
      const ir::Deployment* d = used_by(e);
      if (d == nullptr) return;
      const Limit* l = requests_of(*d);
      if (l != nullptr && l->hint.given() && *l->hint) return;  // a share, nothing that refuses
      free = free || l == nullptr;
      if (l != nullptr && limited == nullptr) limited = l;
    }
    if (limited == nullptr || !free) return;
    context_.sink.report(DiagId::HalfLimitedGroup, span_of(limited->amount.from, context_),
                         "other members of the group have no limit of requests, so the group has none");
  }

  /// What keys may send, against what all upstreams together take in the same window.
  void capacity() {
    if (gateway_.deployments.empty()) return;
    Quota quota;
    std::unordered_map<std::uint32_t, const Limit*> of_provider;  // null: it has none, its deployments may
    for (const ir::Deployment& d : gateway_.deployments) {
      const auto [known, fresh] = of_provider.try_emplace(d.provider.value, nullptr);
      if (fresh) known->second = requests_of(gateway_.at(d.provider).limits);
      const bool counted = known->second != nullptr ? !fresh || quota.add(*known->second) : quota.add(requests_of(d));
      if (!counted) return;
    }
    Decimal promised;
    const Term* largest = nullptr;
    for (const Hierarchy::Node& node : hierarchy_.nodes()) {
      if (node.principal->kind != ir::PrincipalKind::Key) continue;
      for (const Term& term : node.own) {
        if (term.counts != Counted::Requests || of_model(term) || term.window != quota.window) continue;
        promised = promised.plus(*term.link.limit).value_or(promised);
        if (largest == nullptr || *term.link.limit > *largest->link.limit) largest = &term;
      }
    }
    if (largest == nullptr || promised <= quota.sum) return;
    context_.sink.report(
        DiagId::KeysAboveCapacity, span_of(largest->link.from, context_),
        "the keys may send " + said(promised, *largest) + ", and the deployments take " + quota.sum.text());
  }

  const ir::Gateway& gateway_;
  const Hierarchy& hierarchy_;
  passes::Context& context_;
};

}  // namespace

void check_rates(const ir::Gateway& gateway, const Hierarchy& hierarchy, passes::Context& context) {
  RateChecks(gateway, hierarchy, context).run();
}

}  // namespace gatec::rules
