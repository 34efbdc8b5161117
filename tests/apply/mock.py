"""A server on loopback that answers by a description (openapi.py): it judges each request, keeps what it is given, and counts."""
import fnmatch
import http.server
import json
import re
import threading
import urllib.parse
import uuid

PAGE = {"pageSize", "page_size", "size"}
NUMBER = {"page", "current_page", "currentPage"}
MOST = 8  # on a page, whatever is asked for

# Fields that hold what another object goes by: where that object is, and by which of its fields.
REFERENCES = {
    "worldflow": {
        "integrationId": ("/api/v1/model-catalog/integrations", "id"),
        "providerId": ("/api/v1/model-catalog/providers", "id"),
        "parentTeamId": ("/api/v1/teams", "id"),
        "apiKeyIds": ("/api/v1/keys", "id"),
    },
    "portkey": {
        "workspace_id": ("/admin/workspaces", "id"),
        "integration_id": ("/integrations", "slug"),
    },
    "litellm": {
        "team_id": ("/team", "team_id"),
        "organization_id": ("/organization", "organization_id"),
        "budget_id": ("/budget", "budget_id"),
        "project_id": ("/project", "project_id"),
    },
}
# What nobody may have twice, within the same parent.
UNIQUE = ("slug", "name", "modelId", "email")
UNIQUE_OF = {"/team": ("team_id",), "/organization": ("organization_id",), "/user": ("user_id", "user_email"), "/budget": ("budget_id",), "/key": ("key_alias",),
             "/project": ("project_id",), "/customer": ("user_id",), "/tag": ("name",), "/access_group": ("access_group",)}
SCOPE = ("workspace_id", "providerId", "providerType", "parentTeamId")


class World:
    """What the server knows and has seen."""

    def __init__(self, gateway, description, key):
        self.gateway, self.description, self.key = gateway, description, key
        self.token = "token-" + uuid.uuid4().hex
        self.objects = {}  # collection → list of bodies with id
        self.settings = {}  # path → body
        self.calls, self.wrong, self.minted, self.received = [], [], [], []
        self.created = self.changed = 0
        self.fail_at = self.lose_at = None  # the number of the writing call that is refused, or answered by nothing
        self.lock = threading.Lock()

    def seed(self, sent):
        """Objects that are there before: those that (path, body) refer to and none of them makes."""
        for field, (collection, by) in REFERENCES[self.gateway].items():
            makers = [body for path, body in sent if self.collection(path) == collection]
            made = {body.get(name) for body in makers for name in ("id", "slug", by, "team_alias", "organization_alias")}
            for path, body in sent:
                if self.collection(path) == collection:
                    continue
                value = body.get(field)
                for one in value if isinstance(value, list) else [value]:
                    if isinstance(one, str) and one not in made and not re.match(r"@|\$\{", one):
                        self.objects.setdefault(collection, []).append({"id": one, by: one})
                        made.add(one)

    def complain(self, text):
        self.wrong.append(text)
        return 400, {"error": {"message": text, "type": "invalid_request"}}

    # -- answers

    def answer(self, method, target, headers, text):
        url = urllib.parse.urlsplit(target)
        path = url.path
        self.calls.append((method, target))
        template, values, operation = self.description.find(method, path)
        if operation is None:
            if method != "GET":
                self.wrong.append(f"{method} {path} is not described")
            return (405 if template else 404), {"error": {"message": "no such path"}}
        token = path == "/api/v1/auth/token"
        wanted = ("x-portkey-api-key", self.key) if self.gateway == "portkey" else (
            "authorization", "Bearer " + (self.token if self.gateway == "worldflow" else self.key))
        if not token and headers.get(wanted[0]) != wanted[1]:
            self.wrong.append(f"{method} {path}: the key is not the right one")
            return 401, {"error": {"message": "unauthorized"}}
        query = dict(urllib.parse.parse_qsl(url.query, keep_blank_values=True))
        known = self.description.parameters(template, operation)
        for name in query:
            if name not in known:
                return self.complain(f"{method} {target}: {name} is no parameter")
        if method == "GET":
            return self.show(template, path, values, operation, query, known)
        if headers.get("content-type") != "application/json":
            return self.complain(f"{method} {path}: {headers.get('content-type')} is not JSON")
        try:
            body = json.loads(text)
        except ValueError:
            return self.complain(f"{method} {path}: no JSON: {text[:80]}")
        self.received.append(text)
        problems = self.description.problems(self.description.body_schema(operation), body)
        problems += self.lost(path, body)
        prefix = template.split("/{")[0]
        if values and self.description.find("POST", prefix)[2] is not None:
            if not any(values[0] in (o.get("id"), o.get("slug")) for o in self.objects.get(prefix, [])):
                problems.append(f"{values[0]!r} is nobody's id")
        if problems:
            return self.complain(f"{method} {path}: {'; '.join(problems)}")
        if token:
            right = body["api_key"] == self.key
            return (200, {"access_token": self.token, "token_type": "Bearer", "expires_in": 86400, "role": "admin"}) if right else (401, {})
        return self.take(method, template, path, values, operation, body)

    def lost(self, path, body):
        """References that lead nowhere, and variables that were not filled in."""
        found = [f"{mark} was not filled in" for mark in re.findall(r"\$\{\w+|@[a-z_]+/[^\"]*", json.dumps(body))
                 if mark.startswith("${") or self.gateway == "worldflow"]
        for field, (collection, by) in REFERENCES[self.gateway].items():
            if path == collection + "/new":
                continue
            value = body.get(field)
            for one in value if isinstance(value, list) else [value]:
                if one is not None and not any(o.get(by) == one for o in self.objects.get(collection, [])):
                    found.append(f"{field} {one!r} is nobody's {by}")
        return found

    def collection(self, path):
        """Where the objects of a path are: `/team/new` makes what `/team/list` lists."""
        return re.sub(r"/(new|list|generate|info|(workspace|organisation)/(user|service))$", "", path)

    def is_kept(self, template, method):
        """Whether the call makes one more object; other calls set something or only ask."""
        if method != "POST" or template.endswith(("/simulate", "/verify", "/sync", "/member_update")):
            return False
        return True

    def take(self, method, template, path, values, operation, body):
        status, schema = self.description.answer(operation)
        number = sum(m != "GET" and "/auth/" not in p for m, p in self.calls)
        if self.fail_at == number:
            return 500, {"error": {"message": "the database is away, body was: " + json.dumps(body)}}
        answer = dict(body)
        if self.is_kept(template, method):
            places = self.objects.setdefault(self.collection(path), [])
            for field in UNIQUE_OF.get(self.collection(path), UNIQUE):
                same = [o for o in places if o.get(field) is not None and o.get(field) == body.get(field)
                        and all(o.get(s) == body.get(s) for s in SCOPE)]
                if same and "member" not in body:
                    return self.complain(f"{method} {path}: there is a {field} {body[field]!r} already")
            if "member" in body and body in [{k: o[k] for k in body if k in o} for o in places]:
                return self.complain(f"{method} {path}: is a member already: {body}")
            answer.setdefault("id", str(uuid.uuid4()))
            if self.gateway == "litellm" and "member" not in body:
                answer.setdefault(next((f for f in ("team_id", "organization_id", "user_id", "project_id", "budget_id") if f.split("_")[0] in path), "id"), answer["id"])
            if self.gateway == "portkey":
                answer.setdefault("slug", "made-" + answer["id"][:8])
            places.append(dict(answer))
            self.created += 1
            self.changed += 1
            if path.endswith(("virtual-keys", "/service", "/api-keys/virtual", "/generate")) and not isinstance(body.get("key"), str):
                self.minted.append("sk-minted-" + uuid.uuid4().hex)
                answer["secret"] = self.minted[-1]
                if self.gateway != "worldflow":
                    answer["key"] = self.minted[-1]
        elif method == "PUT" or template.endswith("/member_update"):
            place = path if method == "PUT" else json.dumps([path, body.get("team_id"), body.get("user_id"), body.get("user_email")])
            if self.settings.get(place) != body:
                self.settings[place] = body
                self.changed += 1
        elif template.endswith("/simulate"):
            answer["modelId"] = self.route(body.get("model", ""))
        elif template.endswith("/verify"):
            answer = {"success": True}
        if self.lose_at == number:
            return None, None
        return status, self.shown(schema, answer)

    def route(self, model):
        rules = self.settings.get("/api/v1/routing/config", {}).get("rules", [])
        for rule in sorted(rules, key=lambda r: -r.get("priority", 0)):
            plain = all(k not in rule for k in ("headerMatch", "metadataMatch", "contentMatch", "timeWindow", "complexity", "domain"))
            if plain and fnmatch.fnmatchcase(model, rule.get("modelPattern", "*")):
                return rule["routeTo"]
        return model

    def shown(self, schema, answer):
        """What the answer shows: without a description of it, all but keys that were given."""
        schema = self.description.at(schema)
        if not schema:
            return {k: v for k, v in answer.items() if k not in ("apiKey",)}
        return self.description.made_up(schema, {k: v for k, v in answer.items() if k != "key" or isinstance(v, str)})

    def show(self, template, path, values, operation, query, known):
        status, schema = self.description.answer(operation)
        schema = self.description.at(schema)
        base = self.collection(path)
        if values and template.endswith("}"):  # one object, or a setting
            if path in self.settings:
                return status, self.shown(schema, {**self.settings[path], "tenantId": values[-1]})
            one = [o for o in self.objects.get(self.collection(path.rsplit("/", 1)[0]), []) if values[-1] in (o.get("id"), o.get("slug"))]
            return (status, self.shown(schema, one[0])) if one else (404, {"error": {"message": "not found"}})
        if path in self.settings:
            return status, self.shown(schema, self.settings[path])
        if path.endswith("/info"):  # a team or organisation with its members
            field = next(iter(query))
            if not any(o.get(field) == query[field] for o in self.objects.get(base, [])):
                return 404, {"error": {"message": "not found"}}
            members = [o["member"] for o in self.objects.get(base + "/member_add", []) if o.get(field) == query[field]]
            return status, {"team_info": {"members_with_roles": members}, "members": members}
        if values and base not in self.objects and not path.endswith("/roles"):
            return 404, {"error": {"message": "not found"}}
        found = [o for o in self.objects.get(base, []) if self.fits(o, query)]
        rows = schema if schema and schema.get("type") == "array" else None
        place = None
        for name, part in ((schema or {}).get("properties") or {}).items():
            if (self.description.at(part) or {}).get("type") == "array":
                rows, place = self.description.at(part), name
                break
        whole = {"total": len(found), "total_count": len(found)}
        if NUMBER & known.keys():
            first = 0 if self.gateway == "portkey" else 1
            number = int(next((query[n] for n in NUMBER if n in query), first)) - first
            size = min(MOST, int(next((query[n] for n in PAGE if n in query), 20)))
            pages = -(-len(found) // size)
            whole.update(page=number + first, totalPages=pages, total_pages=pages)
            found = found[number * size : (number + 1) * size]
        items = [self.shown((rows or {}).get("items"), o) for o in found]
        if place is None:
            return status, items
        answer = self.description.made_up(schema, whole)
        answer[place] = items
        return status, answer

    @staticmethod
    def fits(item, query):
        for name, value in query.items():
            if name == "search" and not any(value in v for v in item.values() if isinstance(v, str)):
                return False
            if name in ("name", "workspace_id") and item.get(name) != value:
                return False
        return True


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, world):
        super().__init__(("127.0.0.1", 0), Handler)
        self.world = world
        threading.Thread(target=self.serve_forever, args=(0.02,), daemon=True).start()

    @property
    def address(self):
        return f"http://127.0.0.1:{self.server_port}"


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def handle_any(self):
        text = self.rfile.read(int(self.headers.get("content-length") or 0)).decode()
        with self.server.world.lock:
            status, answer = self.server.world.answer(self.command, self.path, {k.lower(): v for k, v in self.headers.items()}, text)
        if status is None:  # the answer is lost on the way
            self.close_connection = True
            return
        data = json.dumps(answer).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = handle_any

    def log_message(self, *args):
        pass
