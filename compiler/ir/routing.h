#pragma once

#include "compiler/base/ids.h"
#include "compiler/diagnostics/diagnostic.h"
#include "compiler/ir/limits.h"
#include "compiler/ir/value.h"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace gatec::ir {

using DeploymentId = base::Id<struct DeploymentTag>;
using ProviderId = base::Id<struct ProviderTag>;
using NodeId = base::Id<struct PlanNodeTag>;

/// A setting that only one dialect knows, or that its gateway ignores or refuses: kept verbatim, written back for that
/// dialect, reported for others.
struct Extra {
  std::string section;  // place relative to its owner, in the dialect's words ("litellm_params", "cache_params")
  std::string key;
  Value value;
  std::string_view dialect;
  diagnostics::DiagId code{};      // why it is not modelled
  Fate elsewhere = Fate::Skipped;  // Manual or Skipped in another dialect
  std::string_view advice;         // static text: what a person does about it
};

/// What failed, in words that fallbacks and retries can be bound to.
enum class Failure : std::uint8_t {
  Any,
  RateLimit,
  Timeout,
  ServerError,
  Unavailable,
  BadGateway,
  Authentication,
  BadRequest,
  NotFound,
  ContextWindow,
  ContentPolicy
};
[[nodiscard]] std::string_view failure_name(Failure failure);

struct FailureCount {
  Failure failure = Failure::Any;
  Field<std::int64_t> count;
};

struct Retry {
  Field<std::int64_t> attempts;  // further tries after the first
  Field<bool> redraw;            // a retry may go to another member of the balance
  List<std::int64_t> statuses;   // retried on these only; absent = the gateway's own choice
  std::vector<FailureCount> by_failure;
  Field<bool> honour_retry_after;
  Field<Decimal> min_wait;  // seconds
};

struct Timeouts {  // seconds
  Field<Decimal> attempt;
  Field<Decimal> total;
  Field<Decimal> first_chunk;
};

struct CachePolicy {
  Field<std::string> mode;  // "simple", "semantic", "off"
  Field<Decimal> ttl;       // seconds
};

struct Param {
  std::string name;
  Value value;
};

struct RequestParams {
  std::vector<Param> defaults;   // used where the caller says nothing
  std::vector<Param> overrides;  // replace what the caller says
  List<std::string> drop;        // paths removed from the request
  Field<bool> drop_unsupported;  // drop what the provider does not take
  List<std::string> allow;       // passed on although the provider table does not know them
};

struct NodeGuardrails {
  std::vector<Value> input, output;  // saved ids or inline objects, in order
  std::vector<Value> before, after;  // the long form of the same
};

struct Breaker {
  Field<bool> enabled;
  Field<std::int64_t> failures;  // tolerated; one more opens it
  Field<Decimal> failure_percent;
  Field<std::int64_t> min_requests;
  Field<Decimal> window;    // seconds
  Field<Decimal> cooldown;  // seconds
  List<std::int64_t> statuses;
  std::vector<FailureCount> by_failure;
};

/// Settings that may stand on the gateway, a route, a node of a plan or a deployment. The nearest one wins, field by
/// field (lists and parameters as the reader's normal form says).
struct Settings {
  Retry retry;
  Timeouts timeouts;
  CachePolicy cache;
  RequestParams params;
  NodeGuardrails guardrails;
  Breaker breaker;
  List<std::string> forward_headers;  // of the client, sent upstream
  Field<bool> strict_openai;
};

enum class Policy : std::uint8_t { Weighted, RoundRobin, LeastBusy, Latency, Cost, Usage, First, Priority };
[[nodiscard]] std::string_view policy_name(Policy policy);
enum class OnFailure : std::uint8_t { Return, Next, Redraw };
[[nodiscard]] std::string_view on_failure_name(OnFailure value);

struct Stickiness {
  Field<bool> enabled;
  List<std::string> per;
  Field<Decimal> ttl;  // seconds
};

struct Edge {
  NodeId node;
  Field<Decimal> weight;      // relative to its siblings; absent = as all others
  Field<std::int64_t> order;  // lower first; equals share
  Field<std::string> label;   // a name without meaning of its own
};

struct Use {
  DeploymentId deployment;
};
/// Hands over to another route, by name.
struct To {
  Field<std::string> route;
  Field<bool> chained;  // the route's own fallbacks apply too
};
struct Balance {
  Field<Policy> policy;  // absent = the gateway's default
  Field<OnFailure> on_failure;
  Stickiness sticky;
  std::vector<Edge> edges;
};
struct FallbackEdge {
  NodeId node;
  Failure on = Failure::Any;
  Field<std::string> label;
  bool inherited = false;  // from the gateway's default fallbacks
};
struct Fallback {
  NodeId primary;
  std::vector<FallbackEdge> edges;  // in order
  List<std::int64_t> statuses;      // falls back on these only; absent = on any failure
  Field<std::string> primary_label;
};
struct Condition {
  enum class Op : std::uint8_t { Always, And, Or, Eq, Ne, Gt, Gte, Lt, Lte, In, Nin, Regex };
  Op op = Op::Always;
  std::string subject;  // "params.model", "metadata.user_plan", "url.pathname"
  std::vector<Value> operands;
  std::vector<Condition> parts;
};
struct SwitchCase {
  Condition condition;
  Origin condition_from;
  NodeId node;
  Field<std::string> label;
};
struct Switch {
  std::vector<SwitchCase> cases;  // in order
  NodeId otherwise;               // may be invalid: nothing matches, refused
  Field<std::string> otherwise_label;
  std::vector<Edge> idle;  // targets that no case reaches
};
struct Mirror {
  NodeId primary;
  Field<std::string> shadow;  // route that gets a copy, its answer unused
};

struct PlanNode {
  std::variant<Use, To, Balance, Fallback, Switch, Mirror> what;
  Settings settings;
  Field<std::string> name;
  std::vector<Extra> extras;
};

}  // namespace gatec::ir
