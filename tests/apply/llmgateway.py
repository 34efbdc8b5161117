"""LLM Gateway's management API on top of mock.py: objects in organizations and projects, routes with versions, answers in wrappers."""
import json
import re
import urllib.parse
import uuid

from mock import World

# The word under which an answer has the object, and under which a list has its objects.
WORDS = {"/orgs": ("organization", "organizations"), "/projects": ("project", "projects"), "/keys/provider": ("providerKey", "providerKeys"),
         "/keys/api": ("apiKey", "apiKeys"), "/members": ("member", "members"), "/iam": ("rule", "rules"), "/rate-limits": ("rateLimit", "rateLimits"),
         "/custom-models": ("customModel", "customModels")}
# What nobody may have twice, in one organization or project.
UNIQUE = {"/orgs": "name", "/projects": "name organizationId", "/keys/api": "description projectId", "/members": "email", "/iam": "ruleType ruleValue",
          "/rate-limits": "provider model limitType", "/custom-models": "modelName provider"}


class LlmGateway(World):
    def __init__(self, gateway, description, key):
        super().__init__(gateway, description, key)
        self.routes = {}  # (project, name) → the route
        self.published = 0

    def seed(self, sent):
        """Somebody has signed up: with a bundle that names no organization, theirs is meant."""
        if not any(path == "/orgs" and body.get("name") for path, body in sent):
            self.organization("Mine")

    def organization(self, name):
        made = {"id": uuid.uuid4().hex[:20], "name": name, "retentionLevel": "none"}
        self.objects.setdefault("/orgs", []).append(made)
        self.objects.setdefault("/projects", []).append(
            {"id": uuid.uuid4().hex[:20], "name": "Default Project", "organizationId": made["id"], "mode": "hybrid", "cachingEnabled": False})
        return made

    def has(self, collection, name):
        return any(o["id"] == name for o in self.objects.get(collection, []))

    def answer(self, method, target, headers, text):
        url = urllib.parse.urlsplit(target)
        path, query = url.path, dict(urllib.parse.parse_qsl(url.query))
        self.calls.append((method, target))
        template, values, operation = self.description.find(method, path)
        if operation is None:
            self.wrong.append(f"{method} {path} is not described")
            return (405 if template else 404), {"message": "no such path"}
        wanted = ("authorization", "Bearer " + self.key) if path.startswith("/v1/master/") else ("cookie", self.key)
        if headers.get(wanted[0]) != wanted[1]:
            self.wrong.append(f"{method} {path}: this is not who may")
            return 401, {"message": "Unauthorized"}
        # Who owns it is in the address.
        owner = {"/orgs/{": "/orgs", "/team/{": "/orgs", "/admin/": "/orgs", "/guardr": "/orgs", "/projec": "/projects", "/routin": "/projects", "/dynami": "/projects",
                 "/keys/api/{": "/keys/api"}
        for start, collection in owner.items():
            if template.startswith(start) and values and not self.has(collection, values[0]):
                self.wrong.append(f"{method} {path}: {values[0]!r} is nobody's id")
                return 404, {"message": "not found"}
        if method == "GET":
            return self.show(template, path, values, query)
        if headers.get("content-type") != "application/json":
            return self.complain(f"{method} {path}: {headers.get('content-type')} is not JSON")
        body = json.loads(text)
        self.received.append(text)
        problems = self.description.problems(self.description.body_schema(operation), body)
        problems += [f"{mark} was not filled in" for mark in re.findall(r"\$\{\w+", text)]
        for field, collection in (("organizationId", "/orgs"), ("projectId", "/projects")):
            if field in body and not self.has(collection, body[field]):
                problems.append(f"{field} {body[field]!r} is nobody's id")
        if template.endswith("/draft"):
            problems += self.graph_problems(body["graph"])
        if problems:
            return self.complain(f"{method} {path}: {'; '.join(problems)}")
        number = sum(m != "GET" for m, _ in self.calls)
        if self.fail_at == number:
            return 500, {"message": "the database is away, body was: " + text}
        answer = self.take(method, template, path, values, body)
        return (None, None) if self.lose_at == number else answer

    @staticmethod
    def graph_problems(graph):
        ids = [n["id"] for n in graph["nodes"]]
        nexts = [s["next"] for n in graph["nodes"] for s in n.get("splits", []) + n.get("conditions", []) + n.get("cases", [])] + [n["else"] for n in graph["nodes"] if "else" in n]
        lost = {*nexts, graph["entry"]} - set(ids)
        return [f"node {name} is not there" for name in sorted(lost)] + [f"nothing leads to node {n}" for n in ids if n not in nexts and n != graph["entry"]] + (
            [] if len(set(ids)) == len(ids) else ["ids are there twice"])

    def place(self, template, path):
        """(collection, its kind) of what a path makes."""
        if template == "/orgs/{id}/projects":
            return "/projects", "/projects"
        return path, next((k for k in WORDS if path.endswith(k)), path)

    def take(self, method, template, path, values, body):
        if template.startswith("/dynamic-routes/"):
            return self.take_route(method, template, values, body)
        if method in ("PUT", "PATCH"):
            if method == "PUT":
                before = self.settings.get(path)
                self.settings[path] = after = body
            else:
                collection = path.rsplit("/", 1)[0]
                item = next(o for o in self.objects[collection] if o["id"] == values[0])
                before, after = dict(item), {**item, **body}
                item.update(body)
            self.changed += before != after
            return 200, {"message": "updated"}
        collection, kind = self.place(template, path)
        places = self.objects.setdefault(collection, [])
        keys = UNIQUE.get(kind, "").split()
        if keys and any(all(o.get(k) == body.get(k) for k in keys) for o in places):
            self.wrong.append(f"POST {path}: is there already: {body}")
            return 409, {"message": "is there already"}
        self.created += 1
        self.changed += 1
        if kind == "/orgs":
            return 200, {"organization": self.organization(body["name"])}
        item = {"status": "active", **body, "id": uuid.uuid4().hex[:20]}
        places.append(item)
        answer = {k: v for k, v in item.items() if k != "token"}
        if kind == "/keys/api":
            self.minted.append("llmgtwy_" + uuid.uuid4().hex)
            answer["token"] = self.minted[-1]
        return 201, {WORDS[kind][0]: answer}

    def take_route(self, method, template, values, body):
        if template == "/dynamic-routes/{project}":
            place = (values[0], body["name"])
            if place in self.routes:
                self.wrong.append(f"the route {body['name']} is there already")
                return 409, {"message": "is there already"}
            self.routes[place] = {"id": uuid.uuid4().hex[:20], "name": body["name"], "description": body.get("description"), "enabled": False,
                                  "draftGraph": body.get("graph"), "publishedVersion": None}
            self.created += 1
            self.changed += 1
            return 201, self.routes[place]
        route = self.routes.get((values[0], values[1]))
        if route is None:
            return 404, {"message": "not found"}
        before = json.dumps(route)
        if template.endswith("/draft"):
            route["draftGraph"] = body["graph"]
        elif template.endswith("/publish"):
            if not route["draftGraph"]:
                return self.complain(f"{values[1]} has no draft to publish")
            self.published += 1
            route["publishedVersion"] = {"id": uuid.uuid4().hex[:20], "version": self.published, "graph": route["draftGraph"]}
        else:
            route.update(body)
        self.changed += before != json.dumps(route)
        return 200, route

    def show(self, template, path, values, query):
        if template == "/dynamic-routes/{project}":
            return 200, {"routes": [{k: v for k, v in r.items() if k != "draftGraph"} for (p, _), r in self.routes.items() if p == values[0]]}
        if template == "/dynamic-routes/{project}/{name}":
            route = self.routes.get(tuple(values))
            return (200, route) if route else (404, {"message": "not found"})
        if path.startswith(("/routing-config/", "/guardrails/")):
            return 200, {"config": self.settings.get(path)}
        collection, kind = self.place(template, path)
        items = self.objects.get(collection, [])
        if template == "/orgs/{id}/projects":
            items = [o for o in items if o["organizationId"] == values[0]]
        if kind == "/keys/api":
            items = [o for o in items if o["projectId"] == query.get("projectId", o["projectId"])]
        if kind == "/members":
            items = [{"id": o["id"], "role": o["role"], "user": {"id": o["id"], "email": o["email"]}} for o in items]
        return 200, {WORDS[kind][1]: [{k: v for k, v in o.items() if k != "token"} for o in items]}
