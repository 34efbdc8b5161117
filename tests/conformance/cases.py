"""What is tried: a config of one gateway, what its upstreams do, and what clients ask for.

  leaves   the source leaves that the case is about, as a regular expression over their paths in the report
  scenes   scripts of upstreams (mock.py) and requests in order; what the clients get and whom the gateway calls must be the same
           (`as`, the client that asks, with a key of its own where the gateway has keys)
  share    instead: a model that is asked for many times; the shares of the upstreams must be the same
  instead  for a target that the ledger says does otherwise: `told`, a regular expression that a reason or an assumption of the report holds, and
           perhaps `target`, what is seen there; `assumed` where defaults make the difference, `drawn` where chance decides whether it is seen; `untested`, why the case is excepted
"""
import json

OK, BAD = "ok", 500


def models(*entries):
    """A model list: (group, provider/model, upstream, more parameters)."""
    text = "model_list:\n"
    for group, model, upstream, *more in entries:
        key = {"openai": "OPENAI_API_KEY", "groq": "GROQ_API_KEY", "deepseek": "DEEPSEEK_API_KEY"}[model.split("/")[0]]
        base = f"@UP@/{upstream}/v1" if upstream != "dead" else "http://127.0.0.1:9/v1"
        text += f"  - model_name: {group}\n    litellm_params:\n      model: {model}\n      api_base: {base}\n      api_key: os.environ/{key}\n"
        for line in more:
            text += f"      {line}\n"
    return text


def litellm(name, what, leaves, config, **more):
    return {"name": "litellm-" + name, "dialect": "litellm", "what": what, "leaves": leaves, "files": {"config.yaml": config}, **more}


def portkey(name, what, leaves, config, **more):
    return {"name": "portkey-" + name, "dialect": "portkey", "what": what, "leaves": leaves, "files": {"config.json": config}, **more}


def target(upstream, provider="openai", more=""):
    key = {"openai": "OPENAI_API_KEY", "groq": "GROQ_API_KEY", "deepseek": "DEEPSEEK_API_KEY"}[provider]
    host = f"@UP@/{upstream}/v1" if upstream != "dead" else "http://127.0.0.1:9/v1"
    return f'{{"provider": "{provider}", "api_key": "${{{key}}}", "custom_host": "{host}"{", " + more if more else ""}}}'


def model(name):
    return f'"override_params": {{"model": "{name}"}}'


def for_m1(config):
    """The same for clients that ask for m1, and for no others."""
    return ('{"strategy": {"mode": "conditional", "conditions": [{"query": {"params.model": {"$eq": "m1"}}, "then": "m1"}]}, "targets": [{"name": "m1", ' + config[1:] + "]}")


ENV = "ALLOW_UNAUTHENTICATED_PROXY=true\nRATE_LIMIT_RPS=0\nOPENAI_API_KEY=${OPENAI_API_KEY}\nOPENAI_BASE_URL=@UP@/A/v1\nGROQ_API_KEY=${GROQ_API_KEY}\nGROQ_BASE_URL=@UP@/B/v1\n"
KEYED = ENV.replace("ALLOW_UNAUTHENTICATED_PROXY=true", "MASTER_KEY=${LITELLM_MASTER_KEY}")


def ferro(name, what, leaves, config, env=ENV, **more):
    return {"name": "ferro-" + name, "dialect": "ferro", "what": what, "leaves": leaves, "files": {"config.yaml": config, "ferro.env": env}, **more}


def ask(*names, **more):
    return [{"model": n, **more} for n in names]


def scene(requests, **upstreams):
    return {"requests": requests, "upstreams": upstreams}


# LiteLLM's own key store needs a database: a hook says what each key may do, the limits are the proxy's.
HOOK = """from litellm.proxy._types import UserAPIKeyAuth

LIMITS = @LIMITS@


async def user_api_key_auth(request, api_key):
    return UserAPIKeyAuth(api_key=api_key, **LIMITS[api_key])
"""


def keys(config, **limits):
    """A LiteLLM config whose keys have these limits, as gatec gets them and as the proxy does."""
    return {"config.yaml": config + "general_settings:\n  master_key: os.environ/LITELLM_MASTER_KEY\n  custom_auth: auth.user_api_key_auth\n",
            "keys.json": json.dumps([{"key_alias": name, **given} for name, given in limits.items()]),
            "auth.py": HOOK.replace("@LIMITS@", repr({"sk-" + name: given for name, given in limits.items()}))}


NO_RETRY = "router_settings:\n  num_retries: 0\n"
MODELS = r"^model_list"

CASES = [
    # LiteLLM
    litellm("names", "each name leads to its upstream, and no other does", MODELS, models(("a", "openai/m1", "A"), ("b", "groq/m2", "B")) + NO_RETRY,
            scenes=[scene(ask("a", "b", "c"))]),
    litellm("alias", "an alias leads where its group does", "model_group_alias", models(("a", "openai/m1", "A"), ("b", "groq/m2", "B")) +
            "router_settings:\n  num_retries: 0\n  model_group_alias: {other: b}\n", scenes=[scene(ask("other", "a"))]),
    litellm("weights", "weights of nine to one", r"weight$", models(("m1", "openai/m1", "A", "weight: 9"), ("m1", "groq/m1", "B", "weight: 1")) + NO_RETRY, share="m1"),
    litellm("rpm-shares", "rpm that only steers, of nine to one", r"rpm$", models(("m1", "openai/m1", "A", "rpm: 900"), ("m1", "groq/m1", "B", "rpm: 100")) + NO_RETRY, share="m1"),
    litellm("order", "the second of two priorities answers when the first fails", r"order$",
            models(("m1", "openai/m1", "A", "order: 1"), ("m1", "groq/m1", "B", "order: 2")) + NO_RETRY, scenes=[scene(ask("m1"), A=[BAD])]),
    litellm("order-first", "the first of two priorities answers while it can", r"order$",
            models(("m1", "openai/m1", "A", "order: 1"), ("m1", "groq/m1", "B", "order: 2")) + NO_RETRY, scenes=[scene(ask("m1", "m1", "m1"))]),
    litellm("fallback", "another model answers when the first fails", r"fallbacks", models(("a", "openai/m1", "A"), ("b", "groq/m2", "B")) +
            "router_settings:\n  num_retries: 0\n  fallbacks: [{a: [b]}]\n", scenes=[scene(ask("a", "b"), A=[BAD])],
            instead={"ferro": {"told": "cannot fall back to model", "target": [("an error", ["A m1"]), ("B", ["B m2"])]}}),
    litellm("fallback-chain", "two further models are tried in order", r"fallbacks", models(("a", "openai/m1", "A"), ("b", "groq/m2", "B"), ("c", "deepseek/m3", "C")) +
            "router_settings:\n  num_retries: 0\n  fallbacks: [{a: [b, c]}]\n", scenes=[scene(ask("a"), A=[BAD], B=[503])],
            instead={"ferro": {"told": "cannot fall back to model", "target": [("an error", ["A m1"])]}}),
    litellm("default-fallback", "the fallback of all models", r"default_fallbacks", models(("a", "openai/m1", "A"), ("b", "groq/m2", "B")) +
            "router_settings:\n  num_retries: 0\n  default_fallbacks: [b]\n", scenes=[scene(ask("a"), A=[BAD])],
            instead={"ferro": {"told": "cannot fall back to model", "target": [("an error", ["A m1"])]}}),
    litellm("refused-connection", "nobody listens at the first upstream", r"fallbacks", models(("a", "openai/m1", "dead"), ("b", "groq/m2", "B")) +
            "router_settings:\n  num_retries: 0\n  fallbacks: [{a: [b]}]\n", scenes=[scene(ask("a"))],
            instead={"ferro": {"told": "cannot fall back to model", "target": [("an error", [])]}}),
    litellm("retries", "two further tries at the same upstream", r"num_retries", models(("m1", "openai/m1", "A")) + "router_settings:\n  num_retries: 2\n",
            scenes=[scene(ask("m1"), A=[BAD, BAD, OK])]),
    litellm("retries-used-up", "three tries fail", r"num_retries", models(("m1", "openai/m1", "A")) + "router_settings:\n  num_retries: 2\n",
            scenes=[scene(ask("m1"), A=[BAD])]),
    litellm("retry-after", "a refusal for a second, then an answer", r"num_retries", models(("m1", "openai/m1", "A")) + "router_settings:\n  num_retries: 1\n",
            scenes=[scene(ask("m1"), A=["429:1", OK])]),
    litellm("bad-request", "a malformed request is not tried again", r"num_retries", models(("m1", "openai/m1", "A")) + "router_settings:\n  num_retries: 2\n",
            scenes=[scene(ask("m1"), A=[400])]),
    litellm("timeout", "an upstream is slower than the timeout", r"timeout$", models(("m1", "openai/m1", "A", "timeout: 1")) + NO_RETRY,
            scenes=[scene(ask("m1"), A=["slow:4000"])]),
    litellm("timeout-fallback", "another model answers when the first is too slow", r"timeout$|fallbacks", models(("a", "openai/m1", "A", "timeout: 1"), ("b", "groq/m2", "B")) +
            "router_settings:\n  num_retries: 0\n  fallbacks: [{a: [b]}]\n", scenes=[scene(ask("a"), A=["slow:4000"])],
            instead={"ferro": {"told": "how long a single call may take is fixed", "target": [("A", ["A m1"])]}}),
    litellm("context-window", "a larger model answers when the window is too small", r"context_window_fallbacks", models(("a", "openai/m1", "A"), ("b", "groq/m2", "B")) +
            "router_settings:\n  num_retries: 0\n  context_window_fallbacks: [{a: [b]}]\n", scenes=[scene(ask("a"), A=["context"])],
            instead={"portkey": {"told": "cannot be bound to context_window", "target": [("an error", ["A m1"])]},
                     "ferro": {"told": "no fallbacks for one kind of failure", "target": [("an error", ["A m1"])]}}),
    litellm("content-policy", "another model answers what the first will not", r"content_policy_fallbacks", models(("a", "openai/m1", "A"), ("b", "groq/m2", "B")) +
            "router_settings:\n  num_retries: 0\n  content_policy_fallbacks: [{a: [b]}]\n", scenes=[scene(ask("a"), A=["policy"])],
            instead={"portkey": {"told": "cannot be bound to content_policy", "target": [("an error", ["A m1"])]},
                     "ferro": {"told": "no fallbacks for one kind of failure", "target": [("an error", ["A m1"])]}}),
    litellm("wildcard", "any name of a provider", MODELS, models(('"openai/*"', '"openai/*"'.strip('"'), "A")) + NO_RETRY, scenes=[scene(ask("openai/m9"))],
            instead={"portkey": {"told": "the requested name goes upstream as it is", "target": [("A", ["A openai/m9"])]},
                     "ferro": {"told": "the gateway knows no patterns", "target": [("an error", [])]}}),
    litellm("parameters", "a parameter of the deployment", r"temperature$", models(("m1", "openai/m1", "A", "temperature: 0.5")) + NO_RETRY, sees=["temperature"],
            scenes=[scene(ask("m1"))],
            instead={"ferro": {"told": "never adds parameters", "target": [("A", ["A m1", "temperature=None"])]}}),
    litellm("key-limits", "three requests a minute for each key", r"rpm_limit$", "", files=keys(models(("m1", "openai/m1", "A")) + NO_RETRY, ci={"rpm_limit": 3}, web={"rpm_limit": 3}),
            scenes=[scene(ask("m1", "m1", "m1", "m1", **{"as": "ci"}) + ask("m1", **{"as": "web"}))],
            instead={"portkey": {"told": "has no keys, users, teams or budgets", "target": [("A", ["A m1"])] * 5}}),
    litellm("unequal-key-limits", "more requests a minute for one key than for another", r"rpm_limit$", "",
            files=keys(models(("m1", "openai/m1", "A")) + NO_RETRY, ci={"rpm_limit": 2}, web={"rpm_limit": 4}),
            scenes=[scene(ask("m1", "m1", "m1", **{"as": "ci"}) + ask("m1", "m1", "m1", **{"as": "web"}))],
            instead={"portkey": {"told": "has no keys, users, teams or budgets", "target": [("A", ["A m1"])] * 6},
                     "ferro": {"told": "one limit holds for every key, the smallest: 2 a minute", "target": ([("A", ["A m1"])] * 2 + [("limited", [])]) * 2}}),
    litellm("key-budgets", "a budget of a key", r"max_budget$", "", files=keys(models(("m1", "openai/m1", "A")) + NO_RETRY, ci={"max_budget": 1}), scenes=[scene(ask("m1", **{"as": "ci"}))],
            instead={"portkey": {"untested": "LiteLLM counts what its keys spend in its database"}, "ferro": {"untested": "LiteLLM counts what its keys spend in its database"}}),
    # Portkey
    portkey("lone", "a config for any model", "provider|custom_host", target("A"), scenes=[scene(ask("m1", "m2"))],
            instead={"ferro": {"told": "refuses others with 404", "assumed": True, "target": [("an error", []), ("an error", [])]}}),
    portkey("weights", "weights of nine to one", r"weight$", for_m1('{"strategy": {"mode": "loadbalance"}, "targets": [' + target("A", more='"weight": 0.9, ' + model("m1")) + ", " +
            target("B", "groq", '"weight": 0.1, ' + model("m1")) + "]}"), share="m1"),
    portkey("failed-pick", "the failure of the picked target is the answer", r"mode$", for_m1('{"strategy": {"mode": "loadbalance"}, "targets": [' +
            target("A", more='"weight": 1, ' + model("m1")) + ", " + target("A", "groq", '"weight": 1, ' + model("m1")) + "]}"), scenes=[scene(ask("m1"), A=[BAD])],
            instead={"ferro": {"told": "a failed call goes on to the next target", "assumed": True, "target": [("an error", ["A m1", "A m1"])]}}),
    portkey("fallback", "the second target answers when the first fails", r"mode$", for_m1('{"strategy": {"mode": "fallback"}, "targets": [' + target("A", more=model("m1")) + ", " +
            target("B", "groq", model("m1")) + "]}"), scenes=[scene(ask("m1"), A=[BAD]), scene(ask("m1"))]),
    portkey("fallback-models", "another model answers", r"mode$", for_m1('{"strategy": {"mode": "fallback"}, "targets": [' + target("A", more=model("m1")) + ", " +
            target("B", "groq", model("m2")) + "]}"), scenes=[scene(ask("m1"), A=[BAD])],
            instead={"ferro": {"told": "a request goes to all targets under one model id", "target": [("an error", ["A m1"])]}}),
    portkey("fallback-codes", "only a refusal for now goes on", r"on_status_codes", for_m1('{"strategy": {"mode": "fallback", "on_status_codes": [429]}, "targets": [' +
            target("A", more=model("m1")) + ", " + target("B", "groq", model("m1")) + "]}"), scenes=[scene(ask("m1"), A=["429"]), scene(ask("m1"), A=[BAD])],
            instead={"litellm": {"told": "LiteLLM falls back on any failure", "target": [("B", ["A m1", "B m1"]), ("B", ["A m1", "B m1"])]},
                     "ferro": {"told": "goes on to the next target after any failure", "target": [("B", ["A m1", "B m1"]), ("B", ["A m1", "B m1"])]}}),
    portkey("retry", "two further tries", r"attempts$", for_m1('{"retry": {"attempts": 2}, ' + target("A", more=model("m1"))[1:]), scenes=[scene(ask("m1"), A=[BAD, BAD, OK])]),
    portkey("retry-used-up", "three tries fail", r"attempts$", for_m1('{"retry": {"attempts": 2}, ' + target("A", more=model("m1"))[1:]), scenes=[scene(ask("m1"), A=[BAD])]),
    portkey("no-retry", "nothing is tried again unasked", r"provider$", for_m1(target("A", more=model("m1"))), scenes=[scene(ask("m1"), A=[BAD, OK])]),
    portkey("timeout", "a target is slower than the timeout", r"request_timeout", for_m1('{"request_timeout": 1000, ' + target("A", more=model("m1"))[1:]),
            scenes=[scene(ask("m1"), A=["slow:4000"])]),
    portkey("by-model", "the model's name chooses the target", r"conditions", '{"strategy": {"mode": "conditional", "conditions": ['
            '{"query": {"params.model": {"$eq": "m1"}}, "then": "one"}, {"query": {"params.model": {"$eq": "m2"}}, "then": "two"}]}, "targets": [' +
            target("A", more='"name": "one", ' + model("m1")) + ", " + target("B", "groq", '"name": "two", ' + model("m2")) + "]}", scenes=[scene(ask("m1", "m2", "m3"))]),
    portkey("by-metadata", "the client's metadata choose the target", r"conditions", '{"strategy": {"mode": "conditional", "conditions": ['
            '{"query": {"metadata.tier": {"$eq": "paid"}}, "then": "one"}], "default": "two"}, "targets": [' +
            target("A", more='"name": "one", ' + model("m1")) + ", " + target("B", "groq", '"name": "two", ' + model("m1")) + "]}",
            scenes=[scene(ask("m1", headers={"x-portkey-metadata": '{"tier": "paid"}'}) + ask("m1"))],
            instead={"litellm": {"told": "LiteLLM cannot choose by what the request says", "target": [("B", ["B m1"]), ("B", ["B m1"])]},
                     "ferro": {"told": "not by what else a request says"}}),
    portkey("single", "only the first target is used", r"mode$", for_m1('{"strategy": {"mode": "single"}, "targets": [' + target("A", more=model("m1")) + ", " +
            target("B", "groq", model("m1")) + "]}"), scenes=[scene(ask(*["m1"] * 16))],
            instead={"litellm": {"told": "no first beside it", "drawn": True}}),
    portkey("overrides", "a parameter that the config sets", r"temperature", for_m1(target("A", more='"override_params": {"model": "m1", "temperature": 0.5}')), sees=["temperature"],
            scenes=[scene(ask("m1"))],
            instead={"ferro": {"told": "never changes parameters", "target": [("A", ["A m1", "temperature=None"])]}}),
    portkey("refused-connection", "nobody listens at the first target", r"mode$", for_m1('{"strategy": {"mode": "fallback"}, "targets": [' + target("dead", more=model("m1")) + ", " +
            target("B", "groq", model("m1")) + "]}"), scenes=[scene(ask("m1"))]),
    # Ferro
    ferro("names", "each model leads to its target", r"models", "strategy: {mode: fallback}\ntargets:\n  - {virtual_key: openai, models: [m1]}\n  - {virtual_key: groq, models: [m2]}\n",
          scenes=[scene(ask("m1", "m2", "m3"))],
            instead={"litellm": {"told": "which refuses those that it does not have", "assumed": True, "target": [("A", ["A m1"]), ("B", ["B m2"]), ("A", ["A m3"])]},
                     "portkey": {"told": "which refuses those that it does not have", "assumed": True, "target": [("A", ["A m1"]), ("B", ["B m2"]), ("A", ["A m3"])]}}),
    ferro("fallback", "the second target answers when the first fails", r"mode$",
          "strategy: {mode: fallback}\ntargets:\n  - {virtual_key: openai, models: [m1]}\n  - {virtual_key: groq, models: [m1]}\n", scenes=[scene(ask("m1"), A=[BAD]), scene(ask("m1"))]),
    ferro("weights", "weights of nine to one", r"weight$",
          "strategy: {mode: loadbalance}\ntargets:\n  - {virtual_key: openai, weight: 9, models: [m1]}\n  - {virtual_key: groq, weight: 1, models: [m1]}\n", share="m1"),
    ferro("weights-failover", "the other target answers when the picked one fails", r"mode$",
          "strategy: {mode: loadbalance}\ntargets:\n  - {virtual_key: openai, weight: 1, models: [m1]}\n  - {virtual_key: groq, weight: 0, models: [m1]}\n", scenes=[scene(ask("m1"), A=[BAD])],
            instead={"litellm": {"told": "draws again among the group, as often as `num_retries` says|draws again among the group", "assumed": True, "target": [("an error", ["A m1"])]},
                     "portkey": {"told": "the failure of a picked target is the answer", "assumed": True, "target": [("an error", ["A m1"])]}}),
    ferro("retry", "three tries in all", r"attempts$", "strategy: {mode: single}\ntargets:\n  - {virtual_key: openai, models: [m1], retry: {attempts: 3}}\n",
          scenes=[scene(ask("m1"), A=[BAD, BAD, OK])]),
    ferro("retry-used-up", "three tries fail", r"attempts$", "strategy: {mode: single}\ntargets:\n  - {virtual_key: openai, models: [m1], retry: {attempts: 3}}\n",
          scenes=[scene(ask("m1"), A=[BAD])]),
    ferro("retry-codes", "only a refusal for now is tried again", r"on_status_codes",
          "strategy: {mode: single}\ntargets:\n  - {virtual_key: openai, models: [m1], retry: {attempts: 2, on_status_codes: [429]}}\n",
          scenes=[scene(ask("m1"), A=["429", OK]), scene(ask("m1"), A=[BAD, OK])],
            instead={"litellm": {"told": "LiteLLM decides itself which statuses", "target": [("A", ["A m1", "A m1"]), ("A", ["A m1", "A m1"])]}}),
    ferro("no-retry", "nothing is tried again unasked", r"virtual_key", "strategy: {mode: single}\ntargets:\n  - {virtual_key: openai, models: [m1]}\n",
          scenes=[scene(ask("m1"), A=[BAD, OK])]),
    ferro("aliases", "an alias leads to its model", r"aliases", "strategy: {mode: fallback}\ntargets:\n  - {virtual_key: openai, models: [m1]}\n  - {virtual_key: groq, models: [m2]}\n"
          "aliases: {quick: m2}\n", scenes=[scene(ask("quick", "m1"))]),
    ferro("conditions", "conditions choose the target", r"conditions", "strategy:\n  mode: conditional\n  conditions:\n    - {key: model, value: m1, target_key: openai}\n"
          "    - {key: model, value: m2, target_key: groq}\ntargets:\n  - {virtual_key: openai, models: [m1]}\n  - {virtual_key: groq, models: [m2]}\n", scenes=[scene(ask("m1", "m2"))]),
    ferro("conditions-stop", "a condition's target fails, and no other is tried", r"conditions", "strategy:\n  mode: conditional\n  conditions:\n"
          "    - {key: model, value: m1, target_key: openai}\ntargets:\n  - {virtual_key: openai, models: [m1]}\n  - {virtual_key: groq, models: [m1]}\n", scenes=[scene(ask("m1"), A=[BAD])]),
    ferro("timeout", "an upstream is slower than the timeout", r"request_timeout", "request_timeout: 1s\nstrategy: {mode: single}\ntargets:\n  - {virtual_key: openai, models: [m1]}\n",
          scenes=[scene(ask("m1"), A=["slow:4000"])],
            instead={"litellm": {"told": "bounds each call, not the whole request", "target": [("A", ["A m1"])]},
                     "portkey": {"told": "a time limit for each attempt only", "target": [("A", ["A m1"])]}}),
    ferro("variants", "an experiment of nine to one", r"weight$", "strategy:\n  mode: ab-test\n  ab_variants:\n    - {target_key: openai, weight: 9}\n    - {target_key: groq, weight: 1}\n"
          "targets:\n  - {virtual_key: openai, models: [m1]}\n  - {virtual_key: groq, models: [m1]}\n", share="m1"),
    ferro("limit-of-all", "one request a second, two at once", r"requests_per_second|burst", "strategy: {mode: single}\ntargets:\n  - {virtual_key: openai, models: [m1]}\nplugins:\n"
          "  - {name: rate-limit, type: ratelimit, stage: before_request, enabled: true, config: {requests_per_second: 0.01, burst: 2}}\n", scenes=[scene(ask("m1", "m1", "m1"))],
            instead={"litellm": {"told": "no rate limit of the whole proxy", "target": [("A", ["A m1"])] * 3},
                     "portkey": {"told": "enforces no rate limits", "target": [("A", ["A m1"])] * 3}}),
    ferro("key-limits", "three requests a minute for each key", r"key_rpm", "strategy: {mode: single}\ntargets:\n  - {virtual_key: openai, models: [m1]}\nplugins:\n"
          "  - {name: rate-limit, type: ratelimit, stage: before_request, enabled: true, config: {requests_per_second: 1000000, key_rpm: 3}}\n", KEYED,
          scenes=[scene(ask("m1", "m1", "m1", "m1", **{"as": "ci"}) + ask("m1", **{"as": "web"}))],
            instead={"litellm": {"told": "no rate limit of the whole proxy", "target": [("A", ["A m1"])] * 5},
                     "portkey": {"told": "enforces no rate limits", "target": [("A", ["A m1"])] * 5}}),
    ferro("budget", "half a thousandth of a dollar for each key, at 0.00018 a request", r"spend_limit_usd", "strategy: {mode: single}\ntargets:\n"
          "  - {virtual_key: openai, models: [m1]}\nplugins:\n" + "".join(f"  - {{name: budget, type: ratelimit, stage: {stage}, enabled: true, config: "
          "{spend_limit_usd: 0.0005, input_per_m_tokens: 3, output_per_m_tokens: 15}}\n" for stage in ("before_request", "after_request")), KEYED,
          scenes=[scene(ask("m1", "m1", "m1", "m1", **{"as": "ci"}) + ask("m1", **{"as": "web"}))],
            instead={"litellm": {"told": "budgets of keys and users with each of them", "target": [("A", ["A m1"])] * 5},
                     "portkey": {"told": "enforces no budgets", "target": [("A", ["A m1"])] * 5}}),
    ferro("refused-connection", "nobody listens at the first target", r"mode$",
          "strategy: {mode: fallback}\ntargets:\n  - {virtual_key: openai, models: [m1]}\n  - {virtual_key: groq, models: [m1]}\n", ENV.replace("@UP@/A/v1", "http://127.0.0.1:9/v1"),
          scenes=[scene(ask("m1"))]),
]
