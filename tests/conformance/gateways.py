"""The three real gateways as programs that can be started with a config and asked."""
import http.client
import json
import os
import re
import subprocess
import tempfile
import threading
import time

import programs
from sandbox import Program, free_port

LITELLM_QUIET = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "LITELLM_MODE": "PRODUCTION", "LITELLM_TELEMETRY": "False", "LITELLM_LOG": "ERROR", "DISABLE_ADMIN_UI": "True",
                 "LITELLM_LOCAL_ANTHROPIC_BETA_HEADERS": "True", "NO_DOCS": "True"}
FERRO_QUIET = {"FERRO_MODEL_CATALOG_TIMEOUT": "0", "LOG_LEVEL": "warn"}


class Answer:
    def __init__(self, status, headers, text):
        self.status, self.headers, self.text = status, headers, text

    @property
    def body(self):
        try:
            return json.loads(self.text)
        except ValueError:
            return {}

    @property
    def content(self):
        try:
            return self.body["choices"][0]["message"]["content"]
        except (KeyError, IndexError, TypeError):
            return None


class Caller:
    """One connection that is kept open; a thread has one each."""

    def __init__(self, port):
        self.port, self.connection = port, None

    def ask(self, path, body, headers, seconds=60, method="POST"):
        for attempt in (1, 2):
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds)
            try:
                self.connection.request(method, path, json.dumps(body) if body is not None else None, {"content-type": "application/json", **headers})
                response = self.connection.getresponse()
                return Answer(response.status, dict(response.getheaders()), response.read().decode(errors="replace"))
            except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
                self.close()
                if attempt == 2:
                    raise
        return None

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None


def chat(model, **more):
    return {"model": model, "messages": [{"role": "user", "content": "hello"}], **more}


class Gateway:
    """What the three have in common: `ask` sends a chat completion as a client of that gateway would."""

    port, path = 0, "/v1/chat/completions"

    def caller(self):
        return Caller(self.port)

    def headers(self, key=None):
        return {"authorization": f"Bearer {key or self.key}"}

    def ask(self, body, headers=None, key=None, caller=None, seconds=60):
        own = caller or self.caller()
        try:
            return own.ask(self.path, body, {**self.headers(key), **(headers or {})}, seconds)
        finally:
            if caller is None:
                own.close()

    def secret(self, name):
        """What the client of that name proves itself with."""
        return self.key

    def models(self):
        caller = self.caller()
        try:
            answer = caller.ask("/v1/models", None, self.headers(), method="GET")
            return sorted(m["id"] for m in answer.body.get("data", []))
        finally:
            caller.close()


class LiteLLM(Gateway):
    """The program as its command line starts it."""

    def __init__(self, cache, config, environment=None, key="sk-conformance-0000"):
        self.port, self.key = free_port(), key
        command = [os.path.join(os.path.dirname(programs.litellm_python(cache)), "litellm"), "--config", config, "--host", "127.0.0.1", "--port", str(self.port)]
        self.program = Program(command, {**LITELLM_QUIET, **(environment or {})}, os.path.dirname(config))
        self.program.wait_for(self.port, 120, lambda: self.ready())

    def ready(self):
        return Caller(self.port).ask("/health/liveliness", None, {}, method="GET").status == 200

    def stop(self):
        self.program.stop()


class Nursery:
    """LiteLLM's proxies from a process that has imported it already."""

    def __init__(self, cache):
        here = os.path.dirname(os.path.abspath(__file__))
        self.program = Program([programs.litellm_python(cache), os.path.join(here, "litellm_nursery.py")], LITELLM_QUIET, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.lock = threading.Lock()
        if self.program.process.stdout.readline().strip() != "ready":
            raise RuntimeError(f"LiteLLM cannot be imported: {self.program.tail()}")

    def order(self, **order):
        with self.lock:
            self.program.process.stdin.write(json.dumps(order) + "\n")
            self.program.process.stdin.flush()
            return self.program.process.stdout.readline().strip()

    def start(self, config, environment=None, key="sk-conformance-0000"):
        return Nursling(self, config, environment, key)


class Nursling(Gateway):
    def __init__(self, nursery, config, environment, key):
        self.nursery, self.port, self.key = nursery, free_port(), key
        self.custom_auth = os.path.exists(os.path.join(os.path.dirname(config), "auth.py"))
        self.log = tempfile.NamedTemporaryFile(suffix=".log")
        self.id = int(nursery.order(config=os.path.abspath(config), port=self.port, environment=environment or {}, log=self.log.name))
        end = time.monotonic() + 90
        while True:
            try:
                if Caller(self.port).ask("/health/liveliness", None, {}, method="GET").status == 200:
                    return
            except OSError:
                pass
            if time.monotonic() > end or not os.path.exists(f"/proc/{self.id}/exe"):
                self.stop()
                raise RuntimeError("LiteLLM's proxy did not start: " + " | ".join(open(self.log.name, errors="replace").read().splitlines()[-6:])[-600:])
            time.sleep(0.1)

    def secret(self, name):
        return f"sk-{name}" if self.custom_auth else self.key

    def stop(self):
        self.nursery.order(stop=self.id)


class Portkey(Gateway):
    """One process serves every config: a config is a header of the request."""

    def __init__(self, cache, environment=None):
        self.port, self.key, self.config = free_port(), "none", None
        self.program = Program([*programs.portkey_command(cache), "--headless", f"--port={self.port}"], {"NODE_ENV": "production", **(environment or {})})
        self.program.wait_for(self.port, 60)
        time.sleep(2)  # it minds its crashes only after a greeting of a second and a half

    def headers(self, key=None):
        return {"x-portkey-config": self.config} if self.config is not None else {}

    def with_config(self, text):
        """The gateway as a client sees it that sends this config."""
        other = object.__new__(Portkey)
        other.__dict__.update(self.__dict__, config=json.dumps(json.loads(text), separators=(",", ":")))
        return other

    def stop(self):
        self.program.stop()


class Ferro(Gateway):
    def __init__(self, cache, config, environment=None, key=None):
        environment = dict(environment or {})
        self.port, self.made = free_port(), {}
        self.key = key or environment.get("MASTER_KEY", "none")
        environment |= {"GATEWAY_CONFIG": config, "PORT": str(self.port), **FERRO_QUIET}
        self.program = Program([programs.ferrogw(cache), "serve"], environment, os.path.dirname(config))
        self.program.wait_for(self.port, 60, lambda: Caller(self.port).ask("/livez", None, {}, method="GET").status == 200)

    def secret(self, name):
        """Of a key that is made for it, as the report tells its reader to."""
        if name not in self.made:
            answer = Caller(self.port).ask("/admin/keys", {"name": name}, self.headers())
            if answer.status not in (200, 201):
                raise RuntimeError(f"no key could be made: {answer.status} {answer.text[:200]}")
            self.made[name] = answer.body["key"]
        return self.made[name]

    def stop(self):
        self.program.stop()


ASSIGNMENT = re.compile(r"^([A-Za-z_][A-Za-z0-9_]*)=(.*)$")


def read_env(path):
    """The assignments of an env file, without quotes."""
    found = {}
    if os.path.exists(path):
        for line in open(path, encoding="utf-8"):
            if match := ASSIGNMENT.match(line.strip()):
                value = match.group(2)
                found[match.group(1)] = value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "'\"" else value
    return found
