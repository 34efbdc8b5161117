"""Bodies of a compiled bundle, as they would be sent, without sending them."""
import json
import os
import re

WORLDFLOW = {
    "vault_keys": ("POST", "/api/v1/keys"),
    "integrations": ("POST", "/api/v1/model-catalog/integrations"),
    "providers": ("POST", "/api/v1/model-catalog/providers"),
    "models": ("POST", "/api/v1/model-catalog/models"),
    "guardrails": ("POST", "/api/v1/guardrails"),
    "thresholds": ("PUT", "/api/v1/thresholds"),
    "chains": ("POST", "/api/v1/chains"),
    "routing_config": ("PUT", "/api/v1/routing/config"),
    "rate_limits": ("PUT", "/api/v1/rate-limits/tenant"),
    "teams": ("POST", "/api/v1/teams"),
    "users": ("POST", "/api/v1/users"),
    "roles": ("POST", "/api/v1/roles"),
    "role_grants": ("POST", "/api/v1/users/user/roles"),
    "api_keys": ("POST", "/api/v1/api-keys"),
    "virtual_keys": ("POST", "/api/v1/virtual-keys"),
}
PORTKEY = {
    "secret-references": ("POST", "/secret-references"),
    "workspaces": ("POST", "/admin/workspaces"),
    "integrations": ("POST", "/integrations"),
    "integration-models": ("PUT", "/integrations/slug/models"),
    "integration-workspaces": ("PUT", "/integrations/slug/workspaces"),
    "providers": ("POST", "/providers"),
    "virtual-keys": ("POST", "/virtual-keys"),
    "guardrails": ("POST", "/guardrails"),
    "configs": ("POST", "/configs"),
    "api-keys": ("POST", "/api-keys/workspace/service"),
    "usage-policies": ("POST", "/policies/usage-limits"),
    "rate-policies": ("POST", "/policies/rate-limits"),
}
LITELLM = {
    "budgets": ("POST", "/budget/new"),
    "organizations": ("POST", "/organization/new"),
    "teams": ("POST", "/team/new"),
    "users": ("POST", "/user/new"),
    "organization-members": ("POST", "/organization/member_add"),
    "team-members": ("POST", "/team/member_add"),
    "team-member-limits": ("POST", "/team/member_update"),
    "projects": ("POST", "/project/new"),
    "keys": ("POST", "/key/generate"),
    "customers": ("POST", "/customer/new"),
    "tags": ("POST", "/tag/new"),
    "access-groups": ("POST", "/access_group/new"),
}
LLMGATEWAY = {
    "organization": ("POST", "/orgs"),
    "projects": ("POST", "/projects"),
    "provider_keys": ("POST", "/keys/provider"),
    "custom_models": ("POST", "/v1/master/custom-models"),
    "members": ("POST", "/team/org/members"),
    "teams": ("", ""),  # by hand
    "dynamic_routes": ("POST", "/dynamic-routes/project"),
    "api_keys": ("POST", "/keys/api"),
    "rate_limits": ("POST", "/admin/organizations/org/rate-limits"),
    "guardrails": ("PUT", "/guardrails/config/org"),
}
CALLS = {"worldflow": WORLDFLOW, "portkey": PORTKEY, "litellm": LITELLM, "llmgateway": LLMGATEWAY}
# Their payloads are named by the kind alone.
PLAIN_NAMES = ("worldflow", "llmgateway")
SOME_ID = "0f0e0d0c-0b0a-4908-8706-050403020100"


def sent(target, kind, body):
    """A body as the script sends it, with any id and any time."""
    if target == "worldflow":
        def change(value):
            if isinstance(value, dict):
                return {k: change(v) for k, v in value.items() if not k.startswith("_")}
            if isinstance(value, list):
                return [change(v) for v in value]
            if isinstance(value, str) and re.match(r"@[a-z_]+/", value):
                return SOME_ID
            if isinstance(value, str) and value.startswith("@now+"):
                return "2030-01-01T00:00:00Z"
            return value

        if kind == "rate_limits":
            body = {"tier": body.get("body", body).get("tier")}
        if kind == "role_grants":
            body = {k: v for k, v in body.items() if k != "user_id"}
        return change(body)
    if target == "portkey":
        body = {k: v for k, v in body.items() if k != "id"}
        text = re.sub(r"\$\{WORKSPACE_[A-Z0-9_]*_ID\}", SOME_ID, json.dumps(body))
        return json.loads(re.sub(r"\$\{[A-Z0-9_]*\}", "value", text))
    if target == "llmgateway":
        given = {k: v for k, v in body.items() if not k.startswith("_")}
        if kind == "organization":
            return {"name": body.get("name", "Mine")}
        if kind == "projects":
            return {"organizationId": SOME_ID, **{k: v for k, v in given.items() if k != "routingConfig"}}
        if kind == "provider_keys":
            return {"organizationId": SOME_ID, **{k: v for k, v in given.items() if k != "models"}}
        if kind == "custom_models":
            return {"provider": body.get("_provider"), **given}
        if kind == "members":
            return {k: given[k] for k in ("email", "role") if k in given}
        if kind == "dynamic_routes":
            return {k: v for k, v in given.items() if k in ("name", "description", "graph") and v is not None}
        if kind == "api_keys":
            return {"projectId": SOME_ID, **{k: v for k, v in given.items() if k not in ("iamRules", "status")}}
        return given
    if kind == "keys" and "expires" in body:
        body = {"duration" if k == "expires" else k: v for k, v in body.items()}
    return body


def payloads(folder, target):
    """(file, kind, body) of every body."""
    base = os.path.join(folder, "payloads")
    for name in sorted(os.listdir(base)) if os.path.isdir(base) else []:
        with open(os.path.join(base, name), encoding="utf-8") as file:
            data = json.load(file)
        kind = name[: -len(".json")] if target in PLAIN_NAMES else name.split("-", 1)[1].split(".")[0]
        for body in data if isinstance(data, list) else [data]:
            yield name, kind, body


def held_back(folder, target):
    """Whether the script sends nothing: an address is still to be written."""
    return target == "llmgateway" and any(kind == "provider_keys" and body.get("baseUrl", "").startswith("<") for _, kind, body in payloads(folder, target))


def problems(folder, target, description):
    found, count = [], 0
    for name, kind, body in payloads(folder, target):
        count += 1
        method, path = CALLS[target].get(kind, ("POST", "/" + kind))
        if not method:
            continue
        _, _, operation = description.find(method, path)
        if operation is None:
            found.append(f"{name}: {method} {path} is not described")
            continue
        body = sent(target, kind, body)
        if kind == "provider_keys" and body.get("baseUrl", "").startswith("<"):
            continue  # never sent
        found += [f"{name}: {problem}" for problem in description.problems(description.body_schema(operation), body)]
    return count, found
