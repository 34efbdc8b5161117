#include "compiler/base/nearest.h"
#include "compiler/facts/models.h"
#include "compiler/routing/capacity.h"
#include "compiler/routing/course.h"
#include "compiler/rules/rules.h"

#include <algorithm>
#include <unordered_map>

namespace gatec::rules {
namespace {

using diagnostics::DiagId;
using ir::Decimal;
using ir::DeploymentId;
using ir::FallbackEdge;

constexpr std::int64_t kSlowSeconds = 1800;

std::string name_of(const ir::Route& route) { return route.name.given() ? *route.name : std::string("*"); }

/// What happens when upstreams fail: each route's plan is run, and what comes of it is judged.
class FailureChecks {
 public:
  FailureChecks(const ir::Gateway& gateway, const passes::RouteIndex& index, passes::Context& context)
      : gateway_(gateway), index_(index), context_(context) {}

  void run() {
    for (const ir::Route& route : gateway_.routes) {
      const auto* fallback = std::get_if<ir::Fallback>(&gateway_.at(route.plan).what);
      courses(route);
      if (fallback != nullptr) edges(route, *fallback);
      embeddings(route, fallback);
    }
    amplified();
    switches();
    never_tried();
    futile_retries();
  }

 private:
  [[nodiscard]] source::Span span_of_node(ir::NodeId id) const {
    const auto& what = gateway_.at(id).what;
    if (const auto* to = std::get_if<ir::To>(&what)) return span_of(to->route.from, context_);
    for (const DeploymentId d : routing::primaries(gateway_, index_, id)) {
      const source::Span span = span_of(gateway_.at(d).upstream_model.from, context_);
      if (span.valid()) return span;
    }
    return {};
  }
  [[nodiscard]] std::string target_name(const FallbackEdge& edge) const {
    const auto* to = std::get_if<ir::To>(&gateway_.at(edge.node).what);
    return to != nullptr && to->route.given() ? "`" + *to->route + "`" : std::string("it");
  }
  diagnostics::Sink::Builder report(DiagId id, source::Span span, std::string message) {
    return context_.sink.report(id, span, std::move(message));
  }

  // ---- counted over the whole course

  void courses(const ir::Route& route) {
    const bool plain = std::holds_alternative<ir::Use>(gateway_.at(route.plan).what) && !can_repeat(route.plan);
    if (plain) return;
    if (has_limits_) amplification(route);
    slow(route);
  }

  /// Whether anything at all is written that makes a lone deployment's course worth running.
  [[nodiscard]] bool can_repeat(ir::NodeId plan) const {
    const ir::Deployment& d = gateway_.at(std::get<ir::Use>(gateway_.at(plan).what).deployment);
    return !d.limits.empty() || d.settings.retry.attempts.written() || gateway_.defaults.retry.attempts.written() ||
           gateway_.defaults.timeouts.total.written();
  }

  void amplification(const ir::Route& route) {
    const routing::Course course = routing::course(gateway_, index_, route, ir::Failure::RateLimit);
    std::unordered_map<std::uint32_t, std::int64_t> calls;
    for (const routing::Stop& stop : course.stops) calls[stop.deployment.value] += stop.calls;
    for (const auto& [id, number] : calls) {
      Worst& worst = worst_[id];
      if (worst.calls < number) worst = {number, &route};
    }
  }

  /// Of each upstream the route that calls it most.
  void amplified() {
    for (std::uint32_t id = 0; id < gateway_.deployments.size(); ++id) {
      const auto worst = worst_.find(id);
      if (worst == worst_.end() || worst->second.calls < 2) continue;
      const DeploymentId only[] = {DeploymentId{id}};
      const auto limit = routing::per_minute(gateway_, only, ir::Counted::Requests);
      if (!limit || limit->is_zero() || Decimal(2 * worst->second.calls) < *limit) continue;
      const ir::Deployment& d = gateway_.deployments[id];
      const auto written = std::ranges::find_if(
          d.limits, [](const ir::Limit& l) { return l.counts == ir::Counted::Requests && l.amount.given(); });
      report(DiagId::FailureAmplification, span_of(written->amount.from, context_),
             "when it answers 429, one request for `" + name_of(*worst->second.route) + "` calls this upstream " +
                 std::to_string(worst->second.calls) + " times, and it takes " + limit->text() + " in a minute");
    }
  }

  void slow(const ir::Route& route) {
    const auto& attempt = gateway_.defaults.timeouts.attempt;
    const auto& total = gateway_.defaults.timeouts.total;
    if (!attempt.written() && !total.written() && !any_timeout_) return;
    const routing::Course course = routing::course(gateway_, index_, route, ir::Failure::Timeout);
    if (!course.seconds) return;
    if (total.given() && attempt.given() && *total < *course.seconds) {
      if (told_total_) return;
      told_total_ = true;
      report(DiagId::RetriesOutlive, span_of((total.written() ? total : attempt).from, context_),
             std::to_string(course.calls) + (course.calls == 1 ? " call" : " calls") + " of up to " + attempt->text() +
                 " s for `" + name_of(route) + "` may outlive the " + total->text() + " s that a request may take");
      return;
    }
    if (total.given() || *course.seconds < Decimal(kSlowSeconds) || course.calls < 2 || told_slow_) return;
    const source::Span span = slowest(course);
    if (!span.valid()) return;
    told_slow_ = true;
    const auto minutes = course.seconds->divided_by(Decimal(60));
    report(DiagId::SlowFailure, span,
           "a request for `" + name_of(route) + "` may hang for " +
               (minutes && minutes->is_integer() ? minutes->text() + " minutes" : course.seconds->text() + " s") +
               ": " + std::to_string(course.calls) + " calls, each as long as its timeout allows");
  }

  /// The written timeout that most of it comes from.
  [[nodiscard]] source::Span slowest(const routing::Course& course) const {
    const auto& shared = gateway_.defaults.timeouts.attempt;
    const ir::Field<Decimal>* worst = shared.written() ? &shared : nullptr;
    for (const routing::Stop& stop : course.stops) {
      const auto& own = gateway_.at(stop.deployment).settings.timeouts.attempt;
      if (own.written() && own.given() && (worst == nullptr || **worst < *own)) worst = &own;
    }
    return worst == nullptr ? source::Span{} : span_of(worst->from, context_);
  }

  // ---- one edge against its primary

  void edges(const ir::Route& route, const ir::Fallback& fallback) {
    const std::vector<DeploymentId> primary = routing::primaries(gateway_, index_, fallback.primary);
    if (primary.empty()) return;
    std::vector<const FallbackEdge*> seen;
    for (const FallbackEdge& edge : fallback.edges) {
      if (repeats(edge, seen)) continue;
      seen.push_back(&edge);
      const auto* to = std::get_if<ir::To>(&gateway_.at(edge.node).what);
      if (to == nullptr) continue;  // a tier of the same group
      if (to->route.given() && index_.find(*to->route).route == &route) continue;
      const std::vector<DeploymentId> target = routing::primaries(gateway_, index_, edge.node);
      if (target.empty() || same_upstreams(edge, primary, target)) continue;
      other_mode(route, edge, primary, target);
      if (edge.on == ir::Failure::ContextWindow) window(route, edge, primary, target);
      if (edge.on == ir::Failure::Any) headroom(route, edge, primary, target);
      leaves(route, edge, primary, target);
    }
  }

  /// Whether the failures that take the edge took an earlier one to the same place.
  bool repeats(const FallbackEdge& edge, const std::vector<const FallbackEdge*>& seen) {
    const auto* to = std::get_if<ir::To>(&gateway_.at(edge.node).what);
    if (to == nullptr || !to->route.given()) return false;
    const auto earlier = std::ranges::find_if(seen, [&](const FallbackEdge* other) {
      const auto* that = std::get_if<ir::To>(&gateway_.at(other->node).what);
      return that != nullptr && that->route.given() && *that->route == *to->route && other->on == edge.on;
    });
    if (earlier == seen.end()) return false;
    if (edge.inherited) return true;
    report(DiagId::FallbackRepeats, span_of_node(edge.node),
           target_name(edge) + " has failed already when its turn comes")
        .label(span_of_node((*earlier)->node), "it was tried here");
    return true;
  }

  bool same_upstreams(const FallbackEdge& edge, const std::vector<DeploymentId>& primary,
                      const std::vector<DeploymentId>& target) {
    const bool same = std::ranges::all_of(target, [&](DeploymentId t) {
      return std::ranges::any_of(
          primary, [&](DeploymentId p) { return routing::same_upstream(gateway_, gateway_.at(p), gateway_.at(t)); });
    });
    // A context window may differ in parameters that are no part of the upstream.
    if (!same || edge.on != ir::Failure::Any || edge.inherited) return same;
    report(DiagId::FallbackSameUpstream, span_of_node(edge.node),
           target_name(edge) + " is the upstream that has just failed, with the same credential");
    return true;
  }

  const std::string& mode_of(DeploymentId id) {
    if (modes_.empty()) modes_.resize(gateway_.deployments.size());
    std::optional<std::string>& mode = modes_[id.value];
    if (!mode) mode = routing::mode_of(gateway_, gateway_.at(id));
    return *mode;
  }

  [[nodiscard]] std::string common_mode(const std::vector<DeploymentId>& group) {
    std::string mode;
    for (const DeploymentId id : group) {
      const std::string& own = mode_of(id);
      if (own.empty() || (!mode.empty() && own != mode)) return {};
      mode = own;
    }
    return mode == "responses" ? "chat" : mode;
  }

  void other_mode(const ir::Route& route, const FallbackEdge& edge, const std::vector<DeploymentId>& primary,
                  const std::vector<DeploymentId>& target) {
    if (edge.inherited) return;
    const std::string from = common_mode(primary);
    const std::string to = from.empty() ? from : common_mode(target);
    if (to.empty() || from == to) return;
    report(DiagId::FallbackOtherMode, span_of_node(edge.node),
           "`" + name_of(route) + "` is for " + from + ", and " + target_name(edge) + " for " + to);
  }

  /// From the table of models alone; what the config says itself is judged by its dialect.
  [[nodiscard]] std::optional<Decimal> listed_window(DeploymentId id) const {
    const ir::Deployment& d = gateway_.at(id);
    if (d.max_input_tokens.given() || !d.provider.valid() || !d.upstream_model.given()) return std::nullopt;
    const auto facts = facts::model(gateway_.at(d.provider).kind.value, *d.upstream_model);
    return facts ? Decimal::parse(facts->context_tokens) : std::nullopt;
  }

  void window(const ir::Route& route, const FallbackEdge& edge, const std::vector<DeploymentId>& primary,
              const std::vector<DeploymentId>& target) {
    std::optional<Decimal> least;
    for (const DeploymentId id : primary) {
      const auto own = listed_window(id);
      if (!own) return;
      if (!least || *own < *least) least = own;
    }
    std::optional<Decimal> most;
    for (const DeploymentId id : target) {
      const auto own = listed_window(id);
      if (!own) return;
      if (!most || *most < *own) most = own;
    }
    if (*least < *most) return;
    report(DiagId::WindowNoLarger, span_of_node(edge.node),
           target_name(edge) + " takes " + most->text() + " tokens, and `" + name_of(route) + "` " + least->text());
  }

  void headroom(const ir::Route& route, const FallbackEdge& edge, const std::vector<DeploymentId>& primary,
                const std::vector<DeploymentId>& target) {
    if (edge.inherited) return;
    for (const auto& [counts, unit] :
         {std::pair{ir::Counted::Requests, "requests"}, std::pair{ir::Counted::Tokens, "tokens"}}) {
      const auto before = routing::per_minute(gateway_, primary, counts);
      const auto after = routing::per_minute(gateway_, target, counts);
      const auto twice = after ? after->times(Decimal(2)) : std::nullopt;
      if (!before || !twice || *twice >= *before) continue;
      report(DiagId::NoHeadroom, span_of_node(edge.node),
             target_name(edge) + " takes " + after->text() + " " + unit + " in a minute, and `" + name_of(route) +
                 "`, whose traffic it gets, " + before->text());
      return;
    }
  }

  void leaves(const ir::Route& route, const FallbackEdge& edge, const std::vector<DeploymentId>& primary,
              const std::vector<DeploymentId>& target) {
    std::string_view home;
    for (const DeploymentId id : primary) {
      const std::string_view own = routing::jurisdiction(gateway_, gateway_.at(id));
      if (own.empty() || (!home.empty() && own != home)) home = "world";
      if (home.empty()) home = own;
    }
    for (const DeploymentId id : target) {
      const std::string_view away = routing::jurisdiction(gateway_, gateway_.at(id));
      if (home == "us" || home == "world" || home.empty() || away.empty() || away == home) continue;
      report(DiagId::LeavesRegion, span_of_node(edge.node),
             "`" + name_of(route) + "` stands in `" + std::string(home) + "`, and " + target_name(edge) + " in `" +
                 std::string(away) + "`");
      return;
    }
    const auto own_server = [&](DeploymentId id) {
      const ir::Deployment& d = gateway_.at(id);
      if (!d.provider.valid()) return false;
      const ir::Provider& p = gateway_.at(d.provider);
      return p.base_url.given() && routing::is_near(*p.base_url) && p.kind.value != "litellm_proxy";
    };
    const auto public_one = [&](DeploymentId id) {
      const ir::Deployment& d = gateway_.at(id);
      if (!d.provider.valid()) return false;
      const ir::Provider& p = gateway_.at(d.provider);
      const std::string_view kind = p.kind.value;
      const bool is_public = kind == "openai" || kind == "anthropic" || kind == "google" || kind == "openrouter" ||
                             kind == "groq" || kind == "deepseek" || kind == "mistral" || kind == "together_ai";
      return p.base_url.absent() && is_public;
    };
    if (edge.inherited || !std::ranges::all_of(primary, own_server) || !std::ranges::any_of(target, public_one)) return;
    report(DiagId::LeavesPremises, span_of_node(edge.node),
           "`" + name_of(route) + "` runs on servers of your own, and " + target_name(edge) + " is a public provider");
  }

  // ---- embeddings

  /// Dear look-ups are for those alone that look like it.
  static bool may_embed(const ir::Deployment& d) {
    if (d.mode.given()) return *d.mode == "embedding";
    const std::string& model = d.upstream_model.value;
    return model.find("embed") != std::string::npos || model.find("bge") != std::string::npos;
  }

  void embeddings(const ir::Route& route, const ir::Fallback* fallback) {
    std::vector<DeploymentId> all =
        routing::primaries(gateway_, index_, fallback != nullptr ? fallback->primary : route.plan);
    const std::size_t own = all.size();
    if (own == 0 || !may_embed(gateway_.at(all.front())) || mode_of(all.front()) != "embedding") return;
    const std::string_view first = model_name(all.front());
    if (first.empty()) return;
    std::vector<const FallbackEdge*> by(own, nullptr);
    if (fallback != nullptr) {
      for (const FallbackEdge& edge : fallback->edges) {
        for (const DeploymentId id : routing::primaries(gateway_, index_, edge.node)) {
          all.push_back(id);
          by.push_back(&edge);
        }
      }
    }
    for (std::size_t i = 1; i < all.size(); ++i) {
      if (mode_of(all[i]) != "embedding") continue;
      const std::string_view other = model_name(all[i]);
      if (other.empty() || same_family(first, other)) continue;
      const source::Span span =
          by[i] != nullptr ? span_of_node(by[i]->node) : span_of(gateway_.at(all[i]).upstream_model.from, context_);
      report(DiagId::MixedEmbeddings, span,
             "`" + name_of(route) + "` gives vectors of `" + std::string(first) + "` and of `" + std::string(other) +
                 "`, which cannot be compared")
          .label(span_of(gateway_.at(all.front()).upstream_model.from, context_), "the first of them");
      return;
    }
  }

  /// Without the folders of marketplaces; nothing for names that only their owner knows (Azure's deployments).
  [[nodiscard]] std::string_view model_name(DeploymentId id) const {
    const ir::Deployment& d = gateway_.at(id);
    if (!d.upstream_model.given() || d.upstream_model->find('*') != std::string::npos) return {};
    std::string_view name =
        d.base_model.given() ? std::string_view(*d.base_model) : std::string_view(*d.upstream_model);
    const std::string_view kind = d.provider.valid() ? std::string_view(gateway_.at(d.provider).kind.value) : "";
    name.remove_prefix(name.rfind('/') + 1);
    if (kind.starts_with("azure") && !name.starts_with("text-embedding-")) return {};
    return name;
  }
  /// One name may carry a version or size tag that the other leaves out.
  static bool same_family(std::string_view a, std::string_view b) {
    const auto plain = [](std::string_view name) { return name.substr(0, name.find(':')); };
    const std::string_view x = plain(a);
    const std::string_view y = plain(b);
    return x == y || x.starts_with(y) || y.starts_with(x);
  }

  // ---- what stands in plans and settings

  void switches() {
    for (const ir::PlanNode& node : gateway_.nodes) {
      if (const auto* choice = std::get_if<ir::Switch>(&node.what)) {
        for (std::size_t i = 1; i < choice->cases.size(); ++i) shadowed(*choice, i);
      } else if (const auto* balance = std::get_if<ir::Balance>(&node.what)) {
        idle(*balance);
      }
    }
  }

  static bool same(const ir::Condition& a, const ir::Condition& b) {
    if (a.op != b.op || a.subject != b.subject || a.operands.size() != b.operands.size() ||
        a.parts.size() != b.parts.size())
      return false;
    for (std::size_t i = 0; i < a.operands.size(); ++i) {
      if (!ir::same_meaning(a.operands[i], b.operands[i])) return false;
    }
    for (std::size_t i = 0; i < a.parts.size(); ++i) {
      if (!same(a.parts[i], b.parts[i])) return false;
    }
    return true;
  }

  void shadowed(const ir::Switch& choice, std::size_t i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (!same(choice.cases[i].condition, choice.cases[j].condition)) continue;
      const source::Span span = span_of(choice.cases[i].condition_from, context_);
      if (!span.valid()) return;
      report(DiagId::ShadowedCase, span, "an earlier condition is the same, so this one is never asked")
          .label(span_of(choice.cases[j].condition_from, context_), "the earlier one");
      return;
    }
  }

  void idle(const ir::Balance& balance) {
    const auto weighs = [](const ir::Edge& e) { return !e.weight.given() || !e.weight->is_zero(); };
    if (!std::ranges::any_of(balance.edges, weighs)) return;
    for (const ir::Edge& e : balance.edges) {
      // A weight that a reader derived has a rule; its dialect has its own say about it.
      if (weighs(e) || !e.weight.from.has_leaves() || e.weight.from.rule() != nullptr) continue;
      report(DiagId::IdleMember, span_of(e.weight.from, context_),
             "this member is never drawn while another one can be");
    }
  }

  void never_tried() {
    const auto& most = gateway_.routing.max_fallbacks;
    if (!most.given() || !most.written() || *most > 0) return;
    const bool any = std::ranges::any_of(gateway_.routes, [&](const ir::Route& route) {
      return std::holds_alternative<ir::Fallback>(gateway_.at(route.plan).what);
    });
    if (any)
      report(DiagId::FallbackNeverTried, span_of(most.from, context_),
             "no fallback may follow a failure, so none of those declared is ever tried");
  }

  void futile_retries() {
    futile(gateway_.defaults);
    for (const ir::PlanNode& node : gateway_.nodes) futile(node.settings);
    for (const ir::Deployment& d : gateway_.deployments) futile(d.settings);
  }

  void futile(const ir::Settings& settings) {
    if (settings.retry.attempts.given() && *settings.retry.attempts < 1) return;
    for (const auto& item : settings.retry.statuses.items) {
      if (!item.given() || !item.written()) continue;
      const std::int64_t status = *item;
      const bool futile = status >= 400 && status < 500 && status != 408 && status != 409 && status != 425 &&
                          status != 429 && status != 446;
      if (futile)
        report(DiagId::FutileRetry, span_of(item.from, context_),
               std::to_string(status) + " says that the request is wrong; sent again, it is as wrong");
    }
  }

  const ir::Gateway& gateway_;
  const passes::RouteIndex& index_;
  passes::Context& context_;
  bool has_limits_ =
      std::ranges::any_of(gateway_.deployments, [](const ir::Deployment& d) { return !d.limits.empty(); });
  bool any_timeout_ = std::ranges::any_of(
      gateway_.deployments, [](const ir::Deployment& d) { return d.settings.timeouts.attempt.written(); });
  bool told_total_ = false, told_slow_ = false;
  std::vector<std::optional<std::string>> modes_;  // by deployment, as asked for
  struct Worst {
    std::int64_t calls = 0;
    const ir::Route* route = nullptr;
  };
  std::unordered_map<std::uint32_t, Worst> worst_;  // by deployment
};

}  // namespace

void check_failures(const ir::Gateway& gateway, const passes::RouteIndex& index, passes::Context& context) {
  FailureChecks(gateway, index, context).run();
}

}  // namespace gatec::rules
