#include "compiler/ir/describe.h"
#include "targets/ferro/writer.h"

#include <algorithm>

namespace gatec::targets::ferro {
namespace {

using ir::Fate;

struct Reason {
  std::string_view member;
  Fate fate;
  std::string_view reason, advice;
};

constexpr std::string_view kBefore = "limit this in a gateway or proxy before it";

// What a field comes to where no part of the file or the environment says it. A value that is found again is none of
// these.
constexpr Reason kSettings[] = {
    {"retry.attempts", Fate::Manual, "a target has one number of tries", "set `retry.attempts` of the target"},
    {"retry.redraw", Fate::Skipped, "a retry goes to the same target", ""},
    {"retry.statuses", Fate::Manual, "a target has one list of retried statuses",
     "set `retry.on_status_codes` of the target"},
    {"retry.by_failure", Fate::Approximated,
     "there is one number of tries for all failures, the largest, and a list of statuses", ""},
    {"retry.honour_retry_after", Fate::Skipped, "the gateway always honours Retry-After, up to 30 seconds", ""},
    {"retry.min_wait", Fate::Manual, "a target has one wait between tries",
     "set `retry.initial_backoff_ms` of the target"},
    {"timeouts.attempt", Fate::Manual,
     "how long a single call may take is fixed for each provider; `request_timeout` bounds the whole request",
     "bound calls in the clients"},
    {"timeouts.total", Fate::Manual, "the gateway has one time limit for all requests", "set `request_timeout`"},
    {"timeouts.first_chunk", Fate::Manual, "how long the first byte may take is fixed for each provider",
     "bound it in the clients"},
    {"cache.mode", Fate::Manual, "the gateway has one cache for all models, in memory and for equal requests",
     "add the plugin `response-cache`"},
    {"cache.ttl", Fate::Manual, "the gateway has one cache for all models",
     "set `max_age` of the plugin `response-cache`"},
    {"params.defaults", Fate::Manual, "the gateway never adds parameters to a request", "let clients send it"},
    {"params.overrides", Fate::Manual, "the gateway never changes parameters of a request", "let clients send it"},
    {"params.drop", Fate::Manual, "the gateway removes no single parameters", "let clients leave it out"},
    {"params.drop_unsupported", Fate::Manual, "the gateway decides this for all models alike",
     "set `compatibility.on_unsupported_param`"},
    {"params.allow", Fate::Skipped, "the gateway's table of a provider cannot be widened", ""},
    {"guardrails.input", Fate::Manual, "checks of the source gateway are not known here",
     "set up `word-filter` or `max-token`, or check before the gateway"},
    {"guardrails.output", Fate::Manual, "checks of the source gateway are not known here",
     "check answers behind the gateway"},
    {"guardrails.before", Fate::Manual, "checks of the source gateway are not known here",
     "check requests before the gateway"},
    {"guardrails.after", Fate::Manual, "checks of the source gateway are not known here",
     "check answers behind the gateway"},
    {"breaker.enabled", Fate::Skipped, "a target has a circuit breaker where it has the block", ""},
    {"breaker.failures", Fate::Manual, "a circuit counts consecutive failures of a target",
     "set `circuit_breaker.failure_threshold`"},
    {"breaker.failure_percent", Fate::Skipped, "a circuit counts consecutive failures, not a share of them", ""},
    {"breaker.min_requests", Fate::Skipped, "a circuit counts consecutive failures, not a share of them", ""},
    {"breaker.window", Fate::Skipped, "consecutive failures have no window", ""},
    {"breaker.cooldown", Fate::Manual, "a target rests only once its circuit is open", "set `circuit_breaker.timeout`"},
    {"breaker.statuses", Fate::Skipped, "the gateway decides which failures count", ""},
    {"breaker.by_failure", Fate::Skipped, "a circuit counts all failures alike but rate limits", ""},
    {"forward_headers", Fate::Manual, "the gateway forwards no headers of the client",
     "let clients call the provider where they need it"},
    {"strict_openai", Fate::Skipped, "the gateway always answers in OpenAI's form", ""},
};

constexpr Reason kDeployment[] = {
    {"id", Fate::Skipped, "deployments have no ids", ""},
    {"upstream_model", Fate::Manual, "the requested id is sent on", "ask for the model by its own id"},
    {"upstream_spelling", Fate::Skipped, "a spelling of the source gateway", ""},
    {"mode", Fate::Skipped, "the endpoint that a client calls says what is asked", ""},
    {"base_model", Fate::Skipped, "prices come from the gateway's catalogue", ""},
    {"max_input_tokens", Fate::Skipped, "the gateway looks at no context windows", ""},
    {"max_output_tokens", Fate::Skipped, "the gateway looks at no context windows", ""},
    {"max_tokens", Fate::Skipped, "the gateway looks at no context windows", ""},
    {"prices", Fate::Skipped, "prices come from the gateway's catalogue", ""},
    {"limits", Fate::Manual, "the gateway limits requests as a whole, by key or by user, not by model or target",
     kBefore},
    {"budgets", Fate::Manual, "the gateway has no budget of a model", "cap the spend with the provider"},
    {"tags", Fate::Skipped, "targets cannot be asked for by tag", ""},
    {"tag_patterns", Fate::Skipped, "targets cannot be asked for by tag", ""},
    {"access_groups", Fate::Manual, "every key may call every model", "restrict models before the gateway"},
    {"environments", Fate::Manual, "every target serves every environment", "write a config for each environment"},
    {"blocked", Fate::Approximated, "a blocked deployment is left out", ""},
    {"owner", Fate::Manual, "every key may call every model", "restrict models before the gateway"},
};

constexpr Reason kProvider[] = {
    {"name", Fate::Skipped, "a target is named by its kind of provider", ""},
    {"kind", Fate::Manual, "the gateway has no such provider", "reach it through a provider that the gateway has"},
    {"base_url", Fate::Manual, "the gateway reads no address for this provider", "see how the gateway reaches it"},
    {"region", Fate::Manual, "the gateway reads no region for this provider",
     "put the region into the provider's address"},
    {"api_version", Fate::Skipped, "the gateway reads no API version for this provider", ""},
    {"organization", Fate::Manual, "the gateway sends no organisation", "use a key that belongs to the organisation"},
    {"api_key", Fate::Manual, "the gateway reads no key for this provider", "see how the gateway signs in there"},
    {"credential_set", Fate::Approximated, "what it names is in the environment", ""},
    {"params", Fate::Manual, "the gateway reads no such setting of a provider", "see how the gateway signs in there"},
    {"headers", Fate::Manual, "the gateway adds no headers to upstream calls",
     "add them in a proxy behind the gateway"},
    {"limits", Fate::Manual, "the gateway limits requests as a whole, by key or by user", kBefore},
    {"budgets", Fate::Manual, "the gateway has no budget of a provider", "cap the spend with the provider"},
    {"models", Fate::Manual, "a provider offers its whole catalogue", "restrict models before the gateway"},
    {"owner", Fate::Manual, "providers belong to nobody", "run a gateway process for each owner"},
};

const Reason& find(std::span<const Reason> rows, std::string_view member) {
  const auto found = std::ranges::find(rows, member, &Reason::member);
  static constexpr Reason kOther{"", Fate::Skipped, "the gateway has no place for it", ""};
  return found == rows.end() ? kOther : *found;
}

DiagId code_of(const Reason& r) {
  if (r.member == "limits" || r.member == "budgets") return DiagId::DroppedLimit;
  return r.fate == Fate::Approximated ? DiagId::Approximated : DiagId::NotExpressible;
}

}  // namespace

/// Everything that has no place, first of all; what is said otherwise overrules it.
void Writer::lose_rest() {
  for (const ir::PlanNode& n : gw_.nodes) {
    lose_label(n.name);
    std::visit([this](const auto& what) { lose_labels(what); }, n.what);
  }
  for (const ir::Deployment& d : gw_.deployments) lose_deployment(d);
  for (const ir::Provider& p : gw_.providers) lose_provider(p);
  lose_gateway();
  lose_principals();
}

void Writer::lose_label(const ir::Field<std::string>& label) {
  if (!label.absent()) lose(&label, Fate::Skipped, DiagId::NotExpressible, "a label without meaning");
}

template <class Node>
void Writer::lose_labels(const Node& node) {
  if constexpr (requires { node.edges; }) {
    for (const auto& e : node.edges) lose_label(e.label);
  }
  if constexpr (requires { node.primary_label; }) lose_label(node.primary_label);
  if constexpr (requires { node.cases; }) {
    for (const ir::SwitchCase& c : node.cases) lose_label(c.label);
    for (const ir::Edge& e : node.idle) lose_label(e.label);
    lose_label(node.otherwise_label);
  }
}

/// Settings that nobody has judged so far.
void Writer::lose_settings() {
  lose_settings(gw_.defaults);
  for (const ir::PlanNode& n : gw_.nodes) lose_settings(n.settings);
  for (const ir::Deployment& d : gw_.deployments) lose_settings(d.settings);
}

void Writer::lose_settings(const ir::Settings& settings) {
  const auto one = [this](const auto& member, std::string_view name) {
    const Reason& r = find(kSettings, name);
    const auto tell = [&](const auto* what) {
      if (arrives(what) || context_.ledger.loss_of_value(what) != nullptr) return;
      lose(what, r.fate, code_of(r), std::string(r.reason), std::string(r.advice));
    };
    using M = std::remove_cvref_t<decltype(member)>;
    if constexpr (requires { member.state; }) {
      if (member.state != ir::State::Absent) tell(&member);
    } else if constexpr (std::is_same_v<M, std::vector<ir::Param>>) {
      for (const ir::Param& p : member) tell(&p);
    } else if (!member.empty()) {
      tell(&member);
    }
  };
  ir::for_each_member<ir::Settings>([&](const auto& outer) {
    const auto& part = settings.*outer.pointer;
    if constexpr (ir::Described<std::remove_cvref_t<decltype(part)>>) {
      ir::for_each_member<std::remove_cvref_t<decltype(part)>>([&](const auto& inner) {
        std::string_view group = outer.name == "timeout" ? "timeouts" : outer.name;
        std::string_view field = inner.name == "default"    ? "defaults"
                                 : inner.name == "override" ? "overrides"
                                                            : inner.name;
        one(part.*inner.pointer, std::string(group) + "." + std::string(field));
      });
    } else {
      one(part, outer.name);
    }
  });
}

namespace {
template <class Owner, class Lose>
void lose_members(const Owner& owner, std::span<const Reason> rows, Lose lose) {
  ir::for_each_member<Owner>([&](const auto& m) {
    const auto& member = owner.*m.pointer;
    if (m.name == "extras") return;
    const Reason& r = find(rows, m.name);
    if constexpr (requires { member.state; }) {
      if (member.state != ir::State::Absent) lose(&member, r);
    } else {
      if (!member.empty()) lose(&member, r);
      for (const auto& element : member) lose(&element, r);
    }
  });
}
}  // namespace

void Writer::lose_deployment(const ir::Deployment& d) {
  lose_members(d, kDeployment, [this](const auto* what, const Reason& r) {
    if (r.member != "upstream_model") lose(what, r.fate, code_of(r), std::string(r.reason), std::string(r.advice));
  });
}

/// What its variables hold is written, or left out with the deployments that need another value.
void Writer::lose_provider(const ir::Provider& p) {
  std::string id(id_of_kind(p.kind.value));
  if (!p.kind.given() && p.name.given()) id = id_in_words(*p.name);
  const auto said = [&](Said what) { return id.empty() || variable(id, what) != nullptr; };
  lose_members(p, kProvider, [&](const auto* what, const Reason& r) {
    const bool written = r.member == "kind" || (r.member == "base_url" && said(Said::Url)) ||
                         (r.member == "region" && said(Said::Region)) ||
                         (r.member == "api_version" && said(Said::Version)) ||
                         (r.member == "api_key" && said(Said::Key));
    if (!written && r.member != "params") lose(what, r.fate, code_of(r), std::string(r.reason), std::string(r.advice));
  });
  const Reason& r = find(kProvider, "params");
  for (const ir::ProviderParam& param : p.params) {
    const bool written = std::ranges::any_of(
        variables(), [&](const Variable& v) { return (id.empty() || v.provider == id) && v.param == param.name; });
    if (!written) lose(&param, r.fate, code_of(r), std::string(r.reason), std::string(r.advice));
  }
  const bool used = std::ranges::any_of(
      gw_.deployments, [&](const ir::Deployment& d) { return d.provider.valid() && &gw_.at(d.provider) == &p; });
  if (!used)
    lose(&p, Fate::Manual, DiagId::NotExpressible, "the gateway has providers where a target names them",
         "add a target for this provider");
}

/// All that a left-out deployment says is lost for the same reason.
void Writer::lose_whole(const Member& member, Loss loss) {
  loss.gone = false;
  const ir::Deployment& d = *member.deployment;
  const auto tell = [&](const auto* what, const Reason&) { context_.ledger.lose(what, loss); };
  lose_members(d, kDeployment, tell);
  const ir::Provider& p = gw_.at(d.provider);
  const auto users =
      std::ranges::count_if(gw_.deployments, [&](const ir::Deployment& other) { return other.provider == d.provider; });
  if (users == 1) lose_members(p, kProvider, tell);
  ir::for_each_member<ir::Settings>([&](const auto& outer) {
    const auto& part = d.settings.*outer.pointer;
    if constexpr (ir::Described<std::remove_cvref_t<decltype(part)>>) {
      ir::for_each_member<std::remove_cvref_t<decltype(part)>>([&](const auto& inner) {
        const auto& member_of_part = part.*inner.pointer;
        context_.ledger.lose(&member_of_part, loss);
        if constexpr (std::is_same_v<std::remove_cvref_t<decltype(member_of_part)>, std::vector<ir::Param>>) {
          for (const ir::Param& param : member_of_part) context_.ledger.lose(&param, loss);
        }
      });
    } else {
      context_.ledger.lose(&part, loss);
    }
  });
}

void Writer::lose_gateway() {
  const auto skip = [this](const auto& field, std::string_view reason) {
    if (field.state != ir::State::Absent) lose(&field, Fate::Skipped, DiagId::NotExpressible, std::string(reason));
  };
  for (const ir::CredentialSet& set : gw_.credential_sets) {
    lose_provider(set.values);
    lose(&set, Fate::Approximated, DiagId::Approximated,
         "what it holds is in the environment, for those providers that a target names");
  }
  if (!gw_.default_fallbacks.empty()) {
    lose(&gw_.default_fallbacks, Fate::Manual, DiagId::FerroCrossModel,
         "a request keeps its model id, so it cannot fall back to another model",
         "let clients ask for the other model when one fails");
    for (const ir::FallbackEdge& e : gw_.default_fallbacks) {
      lose(&e, Fate::Manual, DiagId::FerroCrossModel,
           "a request keeps its model id, so it cannot fall back to another model",
           "let clients ask for the other model when one fails");
    }
  }
  for (const ir::OrphanFallback& o : gw_.orphan_fallbacks)
    lose(&o, Fate::Skipped, DiagId::UnknownFallbackSource, "it is for a name that nobody can ask for");
  skip(gw_.context_list_exists, "there are no fallbacks for context windows");
  skip(gw_.content_list_exists, "there are no fallbacks for content policies");
  const ir::RoutingOptions& routing = gw_.routing;
  skip(routing.policy, "no model has more than one target to choose from");
  for (const ir::Param& p : routing.policy_args)
    lose(&p, Fate::Skipped, DiagId::NotExpressible, "strategies have no arguments");
  skip(routing.max_fallbacks, "each target that owns the model is tried once");
  skip(routing.prechecks, "the gateway does not look at context windows or regions before it calls");
  skip(routing.optional_prechecks, "the gateway makes no such checks");
  if (!routing.tag_filtering.absent()) {
    lose(&routing.tag_filtering, Fate::Manual, DiagId::NotExpressible, "targets cannot be asked for by tag",
         "run a gateway process for each group of tags");
  }
  skip(routing.tag_match_any, "targets cannot be asked for by tag");
  skip(routing.cooldowns_off, "a target without a circuit breaker is never rested");
  if (!routing.default_max_parallel.absent()) {
    lose(&routing.default_max_parallel, Fate::Manual, DiagId::DroppedLimit,
         "parallel calls are limited for each target", "set `concurrency.max_concurrency` of the targets");
  }
  for (const ir::Observer& o : gw_.observers) {
    lose(&o, Fate::Manual, DiagId::NotExpressible, "the gateway logs to its own store, and traces by OpenTelemetry",
         "add the plugin `request-logger`, or `observability.tracing`, for `" + o.name.value + "`");
  }
  for (const ir::EnvironmentVariable& v : gw_.environment) {
    lose(&v, Fate::Manual, DiagId::NotExpressible,
         "what else the process finds in its environment is set where it runs",
         "set " + v.name + " where the gateway runs, if it is needed there");
  }
  for (const ir::Guardrail& g : gw_.guardrails) {
    lose(&g, Fate::Manual, DiagId::NotExpressible, "guardrails of the source are not known here",
         "set up `word-filter` or `max-token`, or check requests before the gateway");
  }
  lose(&gw_.cache, Fate::Skipped, DiagId::NotExpressible, "the gateway caches in the memory of each process");
  const ir::Server& server = gw_.server;
  if (!server.database_url.absent()) {
    lose(&server.database_url, Fate::Manual, DiagId::NotExpressible,
         "the gateway has stores of its own for keys, its config and logs",
         "set API_KEY_STORE_BACKEND and API_KEY_STORE_DSN if keys shall outlive a restart");
  }
  skip(server.models_in_database, "the gateway takes no models from a database");
  if (!server.allowed_ips.absent()) {
    lose(&server.allowed_ips, Fate::Manual, DiagId::DroppedPrincipal, "the gateway does not look at addresses",
         "allow the addresses in the network or a proxy before it");
  }
  for (const auto* limit : {&server.max_parallel_requests, &server.global_max_parallel_requests}) {
    if (!limit->absent())
      lose(limit, Fate::Manual, DiagId::DroppedLimit, "parallel calls are limited for each target",
           "set `concurrency.max_concurrency` of the targets");
  }
  skip(server.stores_prompts, "the request log keeps no prompts");
  for (const ir::Param& p : server.params) context_.ledger.lose(&p, lost_server_param(p));
  if (!server.auth.absent() && *server.auth != ir::AuthMode::Key && *server.auth != ir::AuthMode::Open) {
    lose(&server.auth, Fate::Manual, DiagId::NotExpressible, "callers show a bearer key of the gateway, nothing else",
         "give each caller a key, or check tokens before the gateway");
  }
  if (!server.master_key.absent())
    lose(&server.master_key, Fate::Manual, DiagId::NotExpressible, "nothing is left for it to open", "");
}

void Writer::lose_principals() {
  for (const ir::Limit& l : gw_.limits) {
    lose(&l, Fate::Manual, DiagId::DroppedLimit,
         "the gateway limits requests as a whole, by key or by user, one number for all", std::string(kBefore));
  }
  for (const ir::Budget& b : gw_.budgets) {
    lose(&b, Fate::Manual, DiagId::DroppedLimit,
         "the gateway has one budget in dollars for each key, which never starts anew",
         "cap the spend with the provider");
  }
  for (const ir::Principal& p : gw_.principals) {
    const bool key = p.kind == ir::PrincipalKind::Key;
    lose(&p, Fate::Manual, DiagId::DroppedPrincipal,
         key ? "keys are made through the gateway's API, with new secrets, and have no models, limits or budgets of "
               "their own"
             : "the gateway knows keys, and neither users nor teams",
         key ? "make it with `POST /admin/keys`, hand out the new secret, and keep its limits in a proxy before the "
               "gateway"
             : "give its members keys, and keep its limits in a proxy before the gateway");
  }
  for (const ir::PrincipalDefaults& d : gw_.principal_defaults) {
    lose(&d, Fate::Manual, DiagId::DroppedPrincipal, "there are no defaults for keys made later",
         "see to it when making keys");
  }
}

}  // namespace gatec::targets::ferro
