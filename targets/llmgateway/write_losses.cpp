#include "compiler/ir/describe.h"
#include "targets/llmgateway/writer.h"

#include <algorithm>

namespace gatec::targets::llmgateway {
namespace {

using ir::Fate;

constexpr std::string_view kInside = "the gateway decides this by itself";

Loss setting_loss(std::string_view group, std::string_view field, bool is_new) {
  if (group == "retry")
    return skipped(
        is_new ? "other providers of a model are tried twice at most; the enterprise edition sets it for a project"
               : "a failed request is not tried again");
  if (group == "timeout")
    return is_new && field != "first_chunk" ? manual("timeouts hold for the whole gateway",
                                                     "set AI_TIMEOUT_MS and GATEWAY_TIMEOUT_MS to what suits all")
                                            : skipped("how long the gateway waits cannot be set");
  if (group == "cache") return skipped("the cache is set for a project, not for one model");
  if (group == "params")
    return manual("the gateway adds nothing to a request and takes nothing from it",
                  "let the clients send this themselves");
  if (group == "guardrails")
    return manual("guardrails are set for the organization, in the enterprise edition",
                  "set up the guardrail in the dashboard and test that it blocks");
  if (group == "breaker") return skipped("a failing key or provider is rested by fixed rules");
  if (group == "forward_headers")
    return manual("which headers go on is not set", "check which headers of the clients reach the provider");
  return skipped(std::string(kInside));
}

}  // namespace

/// The newer snapshot has two timeouts for the whole process, in milliseconds.
void Writer::put_timeouts() {
  if (!is_new() && !same()) return;
  const auto put_one_of = [&](const ir::Field<base::Decimal>& field, std::string_view name,
                              const ir::Field<base::Decimal>*& written) {
    if (!field.given() || (same() && field.from.is_default())) return;
    if (!same() && (routes_.empty() || field.from.is_default())) return;
    const auto exact = field->times(base::Decimal(1000));
    const auto whole = exact ? exact->floor() : std::nullopt;
    if (!whole || *whole <= 0) return;
    set_variable(name, same() ? exact->text() : std::to_string(*whole));
    written = &field;
    if (!same() && base::Decimal(*whole) != *exact) {
      const auto seconds = base::Decimal(*whole).divided_by(base::Decimal(1000));
      lose(&field, nearly("whole milliseconds, rounded down", seconds ? seconds->text() : ""));
    }
  };
  put_one_of(gateway_.defaults.timeouts.attempt, "AI_TIMEOUT_MS", attempt_written_);
  put_one_of(gateway_.defaults.timeouts.total, "GATEWAY_TIMEOUT_MS", total_written_);
}

void Writer::lose_settings(const ir::Settings& settings, bool reaches) {
  ir::for_each_member<ir::Settings>([&](const auto& outer) {
    using Outer = std::remove_cvref_t<decltype(settings.*outer.pointer)>;
    if constexpr (ir::Described<Outer>) {
      ir::for_each_member<Outer>([&](const auto& inner) {
        const auto& member = settings.*outer.pointer.*inner.pointer;
        if (!present(member)) return;
        const void* const at = &member;
        if (at == attempt_written_ || at == total_written_) return;
        if (cache_on_ && (at == &gateway_.defaults.cache.ttl || at == &gateway_.defaults.cache.mode)) return;
        Loss loss = reaches ? setting_loss(outer.name, inner.name, is_new())
                            : skipped("there is no route that it could hold for");
        if (outer.name == "timeout") {
          const ir::Field<base::Decimal>* of_all = inner.name == "attempt" ? attempt_written_
                                                   : inner.name == "total" ? total_written_
                                                                           : nullptr;
          if (of_all != nullptr) {
            loss.fate = Fate::Manual;
            loss.written = ir::show(**of_all);
          }
        }
        if (outer.name == "cache" && cache_on_) {
          loss.fate = Fate::Manual;
          loss.advice = "see that the cache of the projects suits this model too";
          if (inner.name == "ttl" && gateway_.defaults.cache.ttl.given())
            loss.written = ir::show(*gateway_.defaults.cache.ttl);
          if (inner.name == "mode") loss.written = "simple";
        }
        lose(&member, loss);
        if constexpr (std::is_same_v<std::remove_cvref_t<decltype(member)>, std::vector<ir::Param>>) {
          for (const ir::Param& p : member) lose(&p, loss);
        }
      });
    } else if (present(settings.*outer.pointer)) {
      lose(&(settings.*outer.pointer), setting_loss(outer.name, "", is_new()));
    }
  });
}

/// What belongs to no route and has no place, all of it.
void Writer::lose_gateway() {
  if (same()) return;
  const bool reaches = !gateway_.routes.empty();
  cache_on_ = cache_on_ && plan_.files.contains(Entity::Project);
  lose_settings(gateway_.defaults, reaches);
  for (const ir::PlanNode& n : gateway_.nodes) lose_settings(n.settings, true);
  for (const ir::Deployment& d : gateway_.deployments) lose_settings(d.settings, true);
  for (const ir::CredentialSet& set : gateway_.credential_sets)
    lose(&set, skipped("each provider key holds its own credential"));
  for (const ir::Provider& p : gateway_.providers) {
    const bool used = std::ranges::any_of(gateway_.deployments, [&](const ir::Deployment& d) {
      return d.provider.valid() && &gateway_.at(d.provider) == &p;
    });
    if (!used) lose(&p, manual("no route uses this provider", "add a provider key if it shall be there"));
  }
  if (!gateway_.default_fallbacks.empty()) {
    lose(&gateway_.default_fallbacks,
         Loss{Fate::Manual, DiagId::LlmgatewayFallbackLost, "there is no edge for failures", "",
              "let the clients ask for another model when one fails"});
  }
  for (const ir::OrphanFallback& o : gateway_.orphan_fallbacks)
    lose(&o, skipped("it is for a name that nobody can ask for"));
  lose_if(gateway_.context_list_exists, skipped("there are no fallbacks for context windows"));
  lose_if(gateway_.content_list_exists, skipped("there are no fallbacks for content policies"));
  const ir::RoutingOptions& routing = gateway_.routing;
  for (const ir::Param& p : routing.policy_args)
    lose(&p, skipped("what the score is made of is set for a project of the enterprise edition"));
  if (!strategy_written_ && context_.ledger.loss_of_value(&routing.policy) == nullptr)
    lose_if(routing.policy, skipped("no model has several providers to choose from"));
  lose_if(routing.max_fallbacks, skipped("there are no fallbacks to other models"));
  lose_if(routing.prechecks, skipped(std::string(kInside)));
  lose_if(routing.optional_prechecks, skipped(std::string(kInside)));
  lose_if(routing.tag_filtering,
          manual("models cannot be asked for by tag", "let the clients ask for the model by its name"));
  lose_if(routing.tag_match_any, skipped("models cannot be asked for by tag"));
  lose_if(routing.cooldowns_off, skipped(std::string(kInside)));
  lose_if(routing.default_max_parallel,
          dropped("parallel requests are not limited for a model", "limit them in a proxy before the gateway"));
  for (const ir::Budget& b : gateway_.budgets) {
    lose(&b, dropped("there is no budget for this part of the traffic",
                     "give it to the keys that cause it, or cap the spend at the provider"));
  }
  for (const ir::Limit& l : gateway_.limits) {
    if (context_.ledger.loss(&l) == nullptr)
      lose(&l, dropped("the gateway has no such limit", "limit the requests in a proxy before the gateway"));
  }
  for (const ir::PrincipalDefaults& d : gateway_.principal_defaults) {
    lose(&d, {Fate::Manual, DiagId::DroppedPrincipal, "there are no defaults for keys made later", "",
              "set it on each of them"});
  }
  for (const ir::Guardrail& g : gateway_.guardrails) {
    lose(&g, manual("guardrails are set for the organization, in the enterprise edition",
                    "set up the guardrail in the dashboard and test that it blocks"));
  }
  for (const ir::Observer& o : gateway_.observers)
    lose(&o, manual("the gateway keeps its own request log and takes no callbacks",
                    "read the log, or call `" + o.name.value + "` from the clients"));
  for (const ir::EnvironmentVariable& v : gateway_.environment)
    lose(&v, manual("what else a process finds in its environment is set where it runs",
                    "set " + v.name + " where the gateway runs, if it needs it"));
  const ir::CacheBackend& cache = gateway_.cache;
  if (cache.enabled.state == ir::State::Unknown) {
    Loss loss = manual("whether the cache is on is not known here", "set `cachingEnabled` of the projects");
    loss.written = "false";
    lose(&cache.enabled, std::move(loss));
  }
  if (!plan_.files.contains(Entity::Project))
    lose_if(cache.enabled, skipped("there is no project that it could hold for"));
  lose_if(cache.kind, skipped("the gateway caches in its own Redis"));
  lose_if(cache.similarity, manual("answers of like requests are cached by the enterprise edition only",
                                   "set the threshold of the semantic cache of the project"));
  lose_if(cache.name_space, skipped("the cache keeps projects apart by itself"));
  lose_if(cache.on_by_default, skipped("the cache of a project is on for every request"));
  lose_if(cache.call_types, skipped("the cache of a project is on for every kind of call"));
  for (const ir::Param& p : cache.params) lose(&p, skipped("it sets up the store of the source's cache"));
  const ir::Server& server = gateway_.server;
  if (!server.auth.absent() && !(server.auth.given() && *server.auth == ir::AuthMode::Key))
    lose(&server.auth, nearly("every request needs an API key", "key"));
  lose_if(server.master_key, {Fate::Manual, DiagId::DroppedPrincipal, "the gateway is managed by people who sign in",
                              "", "sign in to the dashboard; the enterprise edition has master keys (`llmgmk_…`)"});
  lose_if(server.database_url, skipped("the gateway's own database is set where it runs"));
  lose_if(server.models_in_database, skipped("models are those of the gateway's catalogue"));
  lose_if(server.allowed_ips, manual("the gateway as a whole does not look at addresses",
                                     "allow the addresses in the network, or by a rule of each key"));
  for (const auto* limit : {&server.max_parallel_requests, &server.global_max_parallel_requests}) {
    lose_if(*limit,
            dropped("how many requests run at once is not limited", "limit them in a proxy before the gateway"));
  }
  lose_if(server.stores_prompts,
          manual("what is kept of requests is set by `retentionLevel`", "choose what the organization retains"));
  for (const ir::Param& p : server.params) lose(&p, lost_server_param(p));
}

}  // namespace gatec::targets::llmgateway
