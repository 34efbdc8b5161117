#include "compiler/ir/describe.h"
#include "compiler/limits/algebra.h"
#include "targets/worldflow/writer.h"

#include <algorithm>

namespace gatec::targets::worldflow {
namespace {

using ir::Fate;

constexpr std::string_view kInside = "the gateway decides this by itself";

Loss setting_loss(std::string_view group, std::string_view field) {
  if (group == "retry") return skipped("retries are made inside the gateway and cannot be set");
  if (group == "timeout")
    return skipped("a request times out after 30 seconds, " +
                   std::string(field == "first_chunk" ? "streams too" : "which cannot be set"));
  if (group == "cache") return skipped("the cache is set for the whole gateway, not for one model");
  if (group == "params")
    return manual("the gateway adds nothing to a request and takes nothing from it",
                  "let the clients send this themselves");
  if (group == "guardrails")
    return manual("guardrails hold for the whole gateway",
                  "set up the guardrail (POST /api/v1/guardrails) and test that it blocks");
  if (group == "breaker") return skipped("a provider is rested by its health, inside the gateway");
  if (group == "forward_headers")
    return manual("which headers go on is not set", "check which headers of the clients reach the provider");
  return skipped(std::string(kInside));
}

}  // namespace

void Writer::lose_settings(const ir::Settings& settings, bool reaches) {
  ir::for_each_member<ir::Settings>([&](const auto& outer) {
    using Outer = std::remove_cvref_t<decltype(settings.*outer.pointer)>;
    if constexpr (ir::Described<Outer>) {
      ir::for_each_member<Outer>([&](const auto& inner) {
        const auto& member = settings.*outer.pointer.*inner.pointer;
        if (!present(member) || (static_cast<const void*>(&member) == &gateway_.defaults.cache.ttl && ttl_written_))
          return;
        const Loss loss =
            reaches ? setting_loss(outer.name, inner.name) : skipped("there is no route that it could hold for");
        lose(&member, loss);
        if constexpr (std::is_same_v<std::remove_cvref_t<decltype(member)>, std::vector<ir::Param>>) {
          for (const ir::Param& p : member) lose(&p, loss);
        }
      });
    } else if (present(settings.*outer.pointer)) {
      lose(&(settings.*outer.pointer), setting_loss(outer.name, ""));
    }
  });
}

void Writer::lose_node(const ir::PlanNode& node) { lose_if(node.name, skipped("a label without meaning")); }

void Writer::lose_provider(const ir::Provider& source) {
  const ir::ResolvedProvider r = ir::resolved(gateway_, source);
  const auto no_place = [](std::string_view what) {
    return manual(
        "an integration has no place for " + std::string(what) + " in the guides' form of the API",
        "enter it at the integration in the console, or write `worldflow@spec`, whose `config` has a place for it");
  };
  if (!spec()) {
    lose_if(*r.region, no_place("a region"));
    lose_if(*r.api_version, no_place("an API version"));
    lose_if(*r.organization, no_place("an organization"));
  }
  for (const ir::ProviderParam* p : r.params) {
    const bool written = spec() && p->name == "vertex_project" &&
                         (p->value.kind == ir::Value::Kind::String || p->value.kind == ir::Value::Kind::Secret);
    if (written) continue;
    const Loss loss =
        p->value.kind == ir::Value::Kind::Secret
            ? manual("an integration holds one key",
                     "give the integration a key that opens this provider, `" + p->name + "` has no place")
            : manual("an integration has no such setting",
                     "see how WorldFlow reaches this provider without `" + p->name + "`");
    lose(p, loss);
  }
  for (const ir::Param* h : r.headers)
    lose(h, manual("an integration sends no headers of its own",
                   "see how WorldFlow reaches this provider without the header `" + h->name + "`"));
  for (const ir::Limit& l : source.limits) {
    const bool rate = l.amount.given() && l.window.given() && l.window->seconds == 60 && l.scope.per.absent() &&
                      l.scope.model.absent() && !l.burst.given();
    const bool written = rate && (l.counts == ir::Counted::Requests || (spec() && l.counts == ir::Counted::Tokens));
    if (!written)
      lose(&l,
           dropped("a provider's rate counts requests of a minute", "set the nearest limit at the provider's console"));
    else
      lose_if(l.hint, skipped("it rejects what is above it"));
  }
  lose_if(source.models, manual("a provider serves the models that are registered", "register these models only"));
  lose_if(source.owner,
          manual("a provider belongs to nobody in particular", "bind the team's keys to the models of this provider"));
}

/// What a model of the catalogue has no place for. Limits are looked at with their provider.
void Writer::lose_deployment(const ir::Deployment& d) {
  lose_if(d.id, skipped("the gateway gives ids itself"));
  lose_if(d.upstream_spelling, nearly("the caller's path decides which of the provider's endpoints is called"));
  lose_if(d.base_model, skipped("prices stand with the model itself"));
  if (!spec()) {
    if (d.mode.given() && *d.mode == "chat")
      lose(&d.mode, nearly("a model is for chat unless told otherwise"));
    else
      lose_if(d.mode, manual("a model has no type in the guides' form of the API",
                             "see that the gateway serves such requests, or write `worldflow@spec`"));
    lose_if(d.max_output_tokens, skipped("a model has one context length"));
  } else {
    if (d.max_output_tokens.state == ir::State::Unknown)
      lose(&d.max_output_tokens, skipped("the number comes from the environment"));
    if (d.mode.state == ir::State::Unknown) lose(&d.mode, skipped("the mode comes from the environment"));
    lose_if(d.blocked,
            manual("a model is not switched off when it is registered", "disable the provider or leave the model out"));
  }
  lose_if(d.max_tokens, skipped("a model has one context length, which is that of its input"));
  if (d.max_input_tokens.state == ir::State::Unknown)
    lose(&d.max_input_tokens, skipped("the number comes from the environment"));
  if (d.blocked.state == ir::State::Unknown)
    lose(&d.blocked, manual("the switch comes from the environment", "disable the model by hand"));
  for (const ir::Price& p : d.prices) {
    const bool known = (p.unit == "input_token" || p.unit == "output_token") && p.tier.empty() && p.amount.given();
    if (!known)
      lose(&p,
           manual("a model has a price for input and one for output tokens", "watch these costs outside the gateway"));
  }
  bool requests = false;
  bool tokens = false;
  for (const ir::Limit& l : d.limits) {
    const bool hint = l.hint.given() && *l.hint;
    const bool plain = l.amount.given() && l.window.given() && l.window->seconds == 60 && l.scope.per.absent() &&
                       l.scope.model.absent();
    bool& seen = l.counts == ir::Counted::Requests ? requests : tokens;
    const bool looked_at = plain && (l.counts == ir::Counted::Requests || l.counts == ir::Counted::Tokens) && !seen;
    if (looked_at) {
      seen = true;
      continue;
    }
    if (hint)
      lose(&l, skipped("it steers the choice of the source only"));
    else
      lose(&l, dropped(l.counts == ir::Counted::Concurrent ? "parallel requests are limited for the whole gateway only"
                                                           : "a model has no limits of its own",
                       "set the nearest limit on the provider or the keys"));
  }
  for (const ir::Budget& b : d.budgets)
    lose(&b, dropped("a model has no budget of its own", "give the model a provider of its own with this budget"));
  for (const auto* tags : {&d.tags, &d.tag_patterns})
    lose_if(*tags, manual("a model cannot be asked for by tag",
                          "let clients send metadata and write rules with `metadataMatch`"));
  lose_if(d.access_groups, manual("there are no groups of models that keys are bound to",
                                  "list the models in `allowedModels` of each key"));
  lose_if(d.environments, manual("the gateway has no environments", "send the payloads of one environment only"));
  lose_if(d.owner, manual("a model belongs to nobody in particular",
                          "list the model in `allowedModels` of the team's keys only"));
}

/// What belongs to no route and has no place, all of it.
/// The tier's own limits stand where those of all traffic would.
void Writer::lose_limits() {
  std::set<ir::Counted> told;
  for (const ir::Limit& l : gateway_.limits) {
    const Loss loss = dropped("the whole tenant is limited by its tier", "choose the tier with this limit in mind");
    const bool requests = l.counts == ir::Counted::Requests;
    const bool of_tier = tier_ != nullptr && (requests || l.counts == ir::Counted::Tokens) &&
                         ir::identity(l) == ir::identity(ir::Limit{.counts = l.counts}) && told.insert(l.counts).second;
    if (!of_tier) {
      lose(&l, loss);
      continue;
    }
    const auto field = [&](const auto& value, std::string written) {
      Loss own = loss;
      own.written = std::move(written);
      lose(&value, std::move(own));
    };
    field(l.amount, std::to_string(requests ? tier_->rpm : tier_->tpm));
    if (!l.window.absent()) field(l.window, ir::show(limits::fixed_minute()));
    if (!l.burst.absent()) field(l.burst, {});
    if (!l.hint.absent()) field(l.hint, {});
    if (!l.guarantee.absent()) field(l.guarantee, {});
  }
}

void Writer::lose_gateway() {
  if (same()) return;
  const bool reaches = !gateway_.routes.empty();
  lose_settings(gateway_.defaults, reaches);
  for (const ir::PlanNode& n : gateway_.nodes) lose_settings(n.settings, true);
  for (const ir::Deployment& d : gateway_.deployments) lose_settings(d.settings, true);
  for (const ir::CredentialSet& set : gateway_.credential_sets)
    lose(&set, skipped("each integration holds its own credentials"));
  for (const ir::Provider& p : gateway_.providers) {
    const bool used = std::ranges::any_of(gateway_.deployments, [&](const ir::Deployment& d) {
      return d.provider.valid() && &gateway_.at(d.provider) == &p;
    });
    if (!used) lose(&p, manual("no route uses this provider", "add it in the console if it shall be there"));
  }
  if (!gateway_.default_fallbacks.empty()) {
    lose(&gateway_.default_fallbacks, manual("no list of fallbacks is taken: the gateway fails over by provider health",
                                             "see that the models to fall back to are in the catalogue"));
  }
  for (const ir::OrphanFallback& o : gateway_.orphan_fallbacks)
    lose(&o, skipped("it is for a name that nobody can ask for"));
  lose_if(gateway_.context_list_exists, skipped("there are no fallbacks for context windows"));
  lose_if(gateway_.content_list_exists, skipped("there are no fallbacks for content policies"));
  const ir::RoutingOptions& routing = gateway_.routing;
  for (const ir::Param& p : routing.policy_args)
    lose(&p, manual("a strategy takes weights for cost, quality, latency, health and cache only",
                    "choose these weights in the routing config"));
  lose_if(routing.max_fallbacks, skipped(std::string(kInside)));
  lose_if(routing.prechecks, skipped(std::string(kInside)));
  lose_if(routing.optional_prechecks, skipped(std::string(kInside)));
  lose_if(routing.tag_filtering, manual("models cannot be asked for by tag",
                                        "let clients send metadata and write rules with `metadataMatch`"));
  lose_if(routing.tag_match_any, skipped("models cannot be asked for by tag"));
  lose_if(routing.cooldowns_off, skipped(std::string(kInside)));
  lose_if(routing.default_max_parallel, dropped("parallel requests are limited for the whole gateway only",
                                                "set `gateway.config.maxConcurrentRequests` of the Helm chart"));
  for (const ir::Budget& b : gateway_.budgets) {
    if (context_.ledger.loss(&b) == nullptr)
      lose(&b, dropped("there is no budget for this part of the traffic",
                       "give it to the teams or providers that cause it"));
  }
  lose_limits();
  for (const ir::PrincipalDefaults& d : gateway_.principal_defaults) {
    lose(&d, {Fate::Manual, DiagId::DroppedPrincipal, "there are no defaults for principals made later", "",
              "set it on each of them"});
  }
  for (const ir::Guardrail& g : gateway_.guardrails) {
    lose(&g, manual("a guardrail has rules of another kind there",
                    "set up the guardrail (POST /api/v1/guardrails) and test that it blocks"));
  }
  for (const ir::Observer& o : gateway_.observers)
    lose(&o, manual("the gateway has analytics of its own and takes no callbacks",
                    "connect `" + o.name.value + "` to them, or call it from the clients"));
  for (const ir::EnvironmentVariable& v : gateway_.environment)
    lose(&v, manual("payloads set no environment", "set " + v.name + " where the gateway runs, if it needs it"));
  const ir::CacheBackend& cache = gateway_.cache;
  lose_if(cache.enabled,
          cache.enabled.given() && *cache.enabled
              ? nearly("the cache is always on")
              : skipped("the cache cannot be switched off; clients may send `X-Synapse-Skip-Cache: true`"));
  lose_if(cache.kind, skipped("the gateway caches in Redis and Milvus"));
  const bool kept_similarity = cache.similarity.given() && cache.enabled.given() && *cache.enabled &&
                               *cache.similarity <= base::Decimal(1) && !cache.similarity->is_negative() &&
                               !routes_.empty();
  if (!kept_similarity && !cache.similarity.absent())
    lose(&cache.similarity, skipped("only exact duplicates are answered from the cache"));
  lose_if(cache.name_space, skipped("the cache keeps tenants apart by itself"));
  lose_if(cache.on_by_default, skipped("the cache is on for every request"));
  lose_if(cache.call_types, skipped("the cache is on for every kind of call"));
  for (const ir::Param& p : cache.params) lose(&p, skipped("it sets up the store of the source's cache"));
  const ir::Server& server = gateway_.server;
  if (!server.auth.absent() && !(server.auth.given() && *server.auth == ir::AuthMode::Key)) {
    lose(&server.auth, nearly("every request needs a key or token", "key"));
  }
  lose_if(server.master_key, {Fate::Manual, DiagId::DroppedPrincipal, "the gateway has admin keys of its own", "",
                              "use an admin key of the gateway (`sk-syn-…`)"});
  lose_if(server.database_url, skipped("the gateway's own stores are set in its Helm chart"));
  lose_if(server.models_in_database, skipped("models are registered in the catalogue"));
  lose_if(server.allowed_ips, manual("the gateway as a whole does not look at addresses",
                                     "allow the addresses in the network, or on each key (`allowedIps`)"));
  for (const auto* limit : {&server.max_parallel_requests, &server.global_max_parallel_requests}) {
    lose_if(*limit, dropped("how many requests run at once is set in the Helm chart",
                            "set `gateway.config.maxConcurrentRequests`"));
  }
  lose_if(server.stores_prompts,
          manual("what is logged is set with the gateway itself", "decide what the gateway logs"));
  for (const ir::Param& p : server.params) lose(&p, lost_server_param(p));
}

}  // namespace gatec::targets::worldflow
