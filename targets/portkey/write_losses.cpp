#include "compiler/ir/describe.h"
#include "targets/portkey/writer.h"

namespace gatec::targets::portkey {
namespace {

using ir::Fate;

}  // namespace

void ConfigWriter::settle(const ir::Origin& origin, ir::Fate fate, DiagId code, const std::string& reason) {
  origin.each([&](ir::LeafId leaf) { context_.ledger.settle(leaf, fate, code, reason); });
}

/// What reaches both a written and a left-out target is found as announced at one and missing at the other.
void ConfigWriter::soften_losses() {
  if (!left_out_) return;
  for (const void* value : approximated_) context_.ledger.soften(value);
}

/// Settings for routes where there is no route.
void ConfigWriter::lose_all(const ir::Settings& settings) {
  const auto lose_one = [this](const auto* value) { lose(value, skipped("there is no route that it could hold for")); };
  ir::for_each_member<ir::Settings>([&](const auto& outer) {
    using Outer = std::remove_cvref_t<decltype(settings.*outer.pointer)>;
    if constexpr (ir::Described<Outer>) {
      ir::for_each_member<Outer>([&](const auto& inner) {
        const auto& member = settings.*outer.pointer.*inner.pointer;
        lose_one(&member);
        if constexpr (std::is_same_v<std::remove_cvref_t<decltype(member)>, std::vector<ir::Param>>) {
          for (const ir::Param& p : member) lose_one(&p);
        }
      });
    } else {
      lose_one(&(settings.*outer.pointer));
    }
  });
}

/// What each weight says of its group, by the leaves that it was made of.
void ConfigWriter::find_shares() {
  shares_.reserve(gateway_.deployments.size());
  for (const ir::PlanNode& n : gateway_.nodes) {
    const auto* balance = std::get_if<ir::Balance>(&n.what);
    if (balance == nullptr || balance->edges.size() < 2) continue;
    ir::Decimal sum;
    for (const ir::Edge& e : balance->edges) {
      if (e.weight.given()) sum = sum.plus(*e.weight).value_or(sum);
    }
    for (const ir::Edge& e : balance->edges) {
      if (!e.weight.given() || e.weight.from.rule() == nullptr) continue;
      e.weight.from.each([&](ir::LeafId leaf) { shares_.emplace(leaf.value, Share{&*e.weight, sum}); });
    }
  }
}

/// What belongs to no route and has no place in a config.
void ConfigWriter::lose_gateway() {
  find_shares();
  lose_settings(gateway_.defaults);
  for (const ir::PlanNode& n : gateway_.nodes) lose_settings(n.settings);
  for (const ir::Deployment& d : gateway_.deployments) lose_settings(d.settings);
  if (same()) return;
  for (const ir::CredentialSet& set : gateway_.credential_sets) {
    lose(&set, {Fate::Approximated, DiagId::Approximated, "each target holds its own credentials", "", ""});
  }
  if (!gateway_.default_fallbacks.empty()) {
    lose(&gateway_.default_fallbacks,
         {Fate::Approximated, DiagId::Approximated, "they are repeated on each route that takes them", "", ""});
  }
  for (const ir::OrphanFallback& o : gateway_.orphan_fallbacks)
    lose(&o, skipped("it is for a name that nobody can ask for"));
  lose_if(gateway_.context_list_exists, skipped("there are no fallbacks for context windows"));
  lose_if(gateway_.content_list_exists, skipped("there are no fallbacks for content policies"));
  const ir::RoutingOptions& routing = gateway_.routing;
  for (const ir::Param& p : routing.policy_args) lose(&p, skipped("a draw by weight has no arguments"));
  lose_if(routing.max_fallbacks,
          {Fate::Approximated, DiagId::Approximated, "each route says its chain of fallbacks itself", "", ""});
  lose_if(routing.prechecks, skipped("the gateway does not look at context windows or regions before it calls"));
  lose_if(routing.optional_prechecks, skipped("the gateway makes no such checks"));
  lose_if(routing.tag_filtering,
          manual("targets cannot be asked for by tag", "let clients send metadata and route by a condition on it"));
  lose_if(routing.tag_match_any, skipped("targets cannot be asked for by tag"));
  lose_if(routing.cooldowns_off,
          {Fate::Approximated, DiagId::Approximated, "a config without a circuit breaker rests no target", "", ""});
  lose_if(routing.default_max_parallel,
          {Fate::Skipped, DiagId::DroppedLimit, "parallel requests are not limited", "", ""});
  for (const ir::PrincipalDefaults& d : gateway_.principal_defaults) {
    lose(&d, {Fate::Manual, DiagId::DroppedPrincipal, "there are no defaults for principals made later", "",
              "set it on each of them"});
  }
  for (const ir::Observer& o : gateway_.observers) {
    lose(&o,
         manual("a config names no callbacks", "connect `" + o.name.value + "` to the gateway's own logs or traces"));
  }
  for (const ir::EnvironmentVariable& v : gateway_.environment) {
    lose(&v, manual("a config sets no environment", "set " + v.name + " where the gateway runs"));
  }
  lose(&gateway_.cache, skipped("which store caches is no matter of a config"));
  if (!oss() && gateway_.cache.enabled.given() && gateway_.defaults.cache.mode.given()) {
    lose(&gateway_.cache.enabled,
         {Fate::Approximated, DiagId::Approximated, "each config says itself whether it caches", "", ""});
  }
  lose_if(gateway_.server.database_url, skipped("the gateway needs no database of this kind"));
  lose_if(gateway_.server.models_in_database, skipped("the gateway takes no models from a database"));
  lose_if(gateway_.server.allowed_ips,
          manual("the gateway does not look at addresses", "allow the addresses in the network or a proxy before it"));
  for (const auto* limit : {&gateway_.server.max_parallel_requests, &gateway_.server.global_max_parallel_requests}) {
    lose_if(*limit, {Fate::Skipped, DiagId::DroppedLimit, "parallel requests are not limited", "", ""});
  }
  lose_if(gateway_.server.stores_prompts,
          manual("what is logged is set with the gateway itself", "decide what the gateway logs"));
  for (const ir::Param& p : gateway_.server.params) lose(&p, lost_server_param(p));
}

}  // namespace gatec::targets::portkey
