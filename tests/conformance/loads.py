"""What gatec writes, given to the real programs; and what they refuse, given to `gatec lint`."""
import collections
import concurrent.futures
import json
import os
import re
import shlex
import subprocess
import tempfile

import yaml

import programs
from gateways import LITELLM_QUIET, Caller, Ferro, LiteLLM, Nursery, Portkey, chat, read_env
from mock import Upstreams
from sandbox import Program

HERE = os.path.dirname(os.path.abspath(__file__))
TARGETS = {"litellm": "litellm", "portkey": "portkey-oss", "ferro": "ferro"}
WORKERS = 2
STARTED = 30  # of each program, as a whole
BY_COMMAND = 10  # of LiteLLM's each tenth by its command line, the others from a process that has imported it
NEEDED = 95  # percent of the files that have a route
# What a machine gives to Ferro beside what is written: a source without an environment leaves keys to it, and Google's credentials are the machine's.
FERRO_AROUND = {**{name + "_API_KEY": "sk-conformance-0000" for name in ("OPENAI", "ANTHROPIC", "GEMINI", "GROQ", "MISTRAL", "COHERE", "DEEPSEEK", "VERTEX_AI")},
                "OLLAMA_HOST": "http://127.0.0.1:9", "ALLOW_UNAUTHENTICATED_PROXY": "true"}

# folder of the corpus, its dialect, whether its files are compiled
FOLDERS = [("litellm/real", "litellm", True), ("litellm/docs", "litellm", True), ("portkey", "portkey", True), ("ferro", "ferro", True),
           ("litellm/real-embedded", "litellm", True), ("ferro/embedded", "ferro", True), ("litellm/broken", "litellm", False), ("portkey/broken", "portkey", False),
           ("ferro/go-test-strings", "ferro", False)]
CONFIG = (".yaml", ".yml", ".json")
SECRET = "sk-conformance-0000"

Source = collections.namedtuple("Source", "name dialect folder inputs compiled corpus")


def set_to(name):
    """What stands for a variable that a config takes from its environment."""
    if "MODEL" in name:
        return "openai/gpt-4o"
    return "http://127.0.0.1:9" if re.search(r"BASE|URL|ENDPOINT|HOST|PROXY", name) else SECRET


def run(command, **kwargs):
    return subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, errors="replace", timeout=120, **kwargs)


def parallel(work, items):
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        return list(pool.map(work, items))


def corpus_sources(corpus):
    for folder, dialect, compiled in FOLDERS:
        base = os.path.join(corpus, folder)
        for name in sorted(os.listdir(base)) if os.path.isdir(base) else []:
            if os.path.isfile(os.path.join(base, name)) and name.endswith(CONFIG):
                yield Source(f"{folder}/{name}", dialect, base, [name], compiled, True)


def golden_sources(golden):
    """What the cases give to their first command that reads a config."""
    for group in sorted(os.listdir(golden)):
        for case in sorted(os.listdir(os.path.join(golden, group))) if os.path.isdir(os.path.join(golden, group)) else []:
            folder = os.path.join(golden, group, case)
            if os.path.exists(os.path.join(folder, "args")) and (found := first_inputs(folder)):
                yield Source(f"golden/{group}/{case}", found[0], folder, found[1], True, False)


def first_inputs(folder):
    for line in open(os.path.join(folder, "args"), encoding="utf-8"):
        words = shlex.split(line, comments=True)
        if words and words[0] in ("compile", "lint", "dump"):
            inputs = [w for w in words[1:] if not w.startswith("-") and os.path.exists(os.path.join(folder, w))]
            told = words[words.index("--from") + 1].split("@")[0] if "--from" in words else None
            if inputs and "--together" not in words:
                return told, inputs
    return None


def normal(value):
    """Without what says nothing: a program's normalised config lists its zero values, a written one leaves them out."""
    if isinstance(value, dict):
        return {k: v for k, v in ((k, normal(v)) for k, v in value.items()) if v not in (None, "", 0, False, [], {})}
    if isinstance(value, list):
        return [normal(v) for v in value]
    return value


def first_difference(ours, theirs, path=""):
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for key in sorted(set(ours) | set(theirs)):
            if key not in ours or key not in theirs:
                return f"{path}.{key}: {'not known to the program' if key in ours else 'added by the program'}"
            if found := first_difference(ours[key], theirs[key], f"{path}.{key}"):
                return found
        return None
    if isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        return next((d for i, (a, b) in enumerate(zip(ours, theirs)) if (d := first_difference(a, b, f"{path}[{i}]"))), None)
    return None if ours == theirs else f"{path}: {ours!r} became {theirs!r}"


class FerroJudge:
    name = "ferro"

    def __init__(self, cache):
        self.program = programs.ferrogw(cache)

    def prepare(self, outs):
        pass

    def judge(self, files):
        return parallel(self.one, files)

    def one(self, file):
        done = run([self.program, "validate", "--format", "json", file])
        if done.returncode != 0:
            return done.stderr.strip().removeprefix("Error: "), {}
        try:
            theirs = json.loads(done.stdout[done.stdout.index("{"):])
            text = open(file, encoding="utf-8-sig").read()
            ours = yaml.safe_load(text) if not file.endswith(".json") else json.loads(text)
        except ValueError as problem:
            return None, {"differs": f"not to be read: {problem}"}
        ours = normal(ours)
        if "mode" not in ours.setdefault("strategy", {}):
            ours["strategy"]["mode"] = "single"
        ours.setdefault("apiVersion", "v1")
        return None, {"differs": first_difference(ours, normal(theirs))}

    def stop(self):
        pass


class LiteLLMJudge:
    name = "litellm"

    def __init__(self, cache):
        self.cache = cache

    def prepare(self, outs):
        pass

    def judge(self, files):
        loader = os.path.join(HERE, "litellm_loader.py")
        parts = [files[i::WORKERS] for i in range(WORKERS)]

        def work(part):
            program = Program([programs.litellm_python(self.cache), loader], {**LITELLM_QUIET, "LITELLM_LOG": "WARNING"}, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
            out, _ = program.process.communicate("".join(f + "\n" for f in part))
            program.stop()
            answers = [json.loads(line) for line in out.splitlines()]
            if len(answers) != len(part):
                raise RuntimeError(f"LiteLLM's loader ended early: {program.tail()}")
            return answers

        answers = {a["path"]: a for part in parallel(work, [p for p in parts if p]) for a in part}
        return [self.verdict(answers[f], f) for f in files]

    def verdict(self, answer, file):
        if answer["error"]:
            return answer["error"], answer
        return None, {**answer, "differs": self.missing(answer, file)}

    @staticmethod
    def missing(answer, file):
        """Entries of the model list that the program dropped or names that it does not serve."""
        try:
            config = yaml.safe_load(open(file, encoding="utf-8-sig")) or {}
        except (yaml.YAMLError, ValueError):
            return None
        entries = [e for e in config.get("model_list") or [] if isinstance(e, dict)]
        names = {e.get("model_name") for e in entries} - {None}
        lost = sorted(str(n) for n in names - set(answer.get("names", [])))
        return f"not served: {', '.join(lost[:4])}; {'; '.join(answer['dropped'][:1])}" if lost else None

    def stop(self):
        pass


class PortkeyJudge:
    """A config is judged by a request that carries it; an upstream on loopback answers whoever is called."""

    name = "portkey"

    def __init__(self, cache):
        self.cache, self.gateway, self.upstreams = cache, None, Upstreams()

    def prepare(self, outs):
        """Its environment holds what the bundles' `portkey.env` ask for."""
        trusted = {host for out in outs for host in read_env(os.path.join(out, "portkey.env")).get("TRUSTED_CUSTOM_HOSTS", "").split(",") if host}
        trusted |= {"localhost", "127.0.0.1", "::1", "host.docker.internal"}
        self.gateway = Portkey(self.cache, {"TRUSTED_CUSTOM_HOSTS": ",".join(sorted(trusted))})

    def judge(self, files):
        return parallel(self.one, files)

    def one(self, file):
        try:
            text = open(file, encoding="utf-8-sig").read()
            config = json.loads(text) if not file.endswith((".yaml", ".yml")) else yaml.safe_load(text)
            compact = json.dumps(config, separators=(",", ":"))
        except (ValueError, TypeError, yaml.YAMLError) as problem:
            return f"Invalid config passed: {problem}", {}
        # A config that says no provider is one for clients that name it in a header of their own.
        lone = isinstance(config, dict) and not config.keys() & {"provider", "targets"}
        extra = {"x-portkey-provider": "openai"} if lone else {}
        served = []
        for model in asked(config):
            error = self.post(compact, model, extra)
            if error is not None:
                return error, {}
            served.append(model)
        return None, {"names": served}

    def post(self, compact, model, extra):
        caller = Caller(self.gateway.port)
        try:
            answer = caller.ask("/v1/chat/completions", chat(model, max_tokens=5), {"x-portkey-config": compact, "authorization": "Bearer none", **extra,
                                                                  "x-portkey-custom-host": f"http://127.0.0.1:{self.upstreams.port}/any/v1"}, seconds=2)
        except TimeoutError:
            return None  # it was taken, and a provider is being asked that no header leads elsewhere
        except OSError as problem:
            return f"no answer: {problem}"
        finally:
            caller.close()
        if answer.status == 431:
            return "431: the config is larger than a header may be"
        message = answer.body.get("message") or ""
        if answer.body.get("status") == "failure" and isinstance(message, str):
            errors = "; ".join(str(e.get("message", e)) if isinstance(e, dict) else str(e) for e in answer.body.get("errors") or [])
            if answer.status == 400 or "not found" in message:
                return f"{answer.status}: {message} {errors}".strip()[:400]
        return None

    def stop(self):
        self.gateway.stop()


def asked(config):
    """Names that a config serves: of its conditions on the model, else any."""
    found = []
    strategy = config.get("strategy") if isinstance(config, dict) else None
    for condition in strategy.get("conditions") or [] if isinstance(strategy, dict) else []:
        query = condition.get("query") if isinstance(condition, dict) else None
        value = query.get("params.model") if isinstance(query, dict) else None
        if isinstance(value, dict):
            pattern = value.get("$regex")
            value = re.sub(r"[\^$]|\.\*", "", pattern).replace("\\", "") + "x" if isinstance(pattern, str) else value.get("$eq", value.get("$in"))
        found += [v for v in (value if isinstance(value, list) else [value]) if isinstance(v, str)]
    return found[:2] or ["gpt-4o"]


def is_config(name, path):
    """Not an object of a management API, nor a Portkey file that several documents share."""
    try:
        root = yaml.safe_load(open(path, encoding="utf-8-sig").read().replace("\t", " "))
    except (yaml.YAMLError, ValueError):
        return name != "portkey" or path.endswith(".json")
    if name == "litellm" and isinstance(root, list):
        return any(isinstance(e, dict) and "litellm_params" in e for e in root)
    if name != "portkey":
        return True
    return isinstance(root, dict) and not root.keys() & {"workspace_id", "slug", "ai_provider_id", "scopes", "config", "conditions", "rate_limits", "usage_limits", "models"}


JUDGES = {"litellm": LiteLLMJudge, "portkey": PortkeyJudge, "ferro": FerroJudge}


class Loads:
    def __init__(self, gatec, corpus, golden, cache, names, only=""):
        self.gatec, self.cache, self.names = os.path.abspath(gatec), cache, names
        self.only, self.whole_corpus = only, corpus is not None
        self.sources = [s for s in [*(corpus_sources(corpus) if corpus else ()), *golden_sources(golden)] if only in s.name]
        self.exceptions = json.load(open(os.path.join(HERE, "exceptions.json"), encoding="utf-8"))
        self.used, self.loaded = collections.Counter(), collections.defaultdict(set)
        self.figures, self.problems = {}, []

    def work(self, temp):
        read = parallel(self.read, self.sources)
        self.routes = {s.name: routes for s, (routes, _) in zip(self.sources, read)}
        self.sources = [s._replace(dialect=s.dialect or dialect) for s, (_, dialect) in zip(self.sources, read)]
        jobs = [(s, n) for s in self.sources if s.compiled for n in self.names]
        outs = parallel(lambda job: self.compile(*job, temp), jobs)
        judges = {n: JUDGES[n](self.cache) for n in self.names}
        for name, judge in judges.items():
            judge.prepare([out for (_, n), out in zip(jobs, outs) if n == name and out])
            refused = self.forward(name, judge, [(s, out) for (s, n), out in zip(jobs, outs) if n == name and out])
            sources = self.backward(name, judge, temp)
            self.settle(name, refused, sources)
            judge.stop()
            self.whole(name, [(s, out) for (s, n), out in zip(jobs, outs) if n == name and out])

    def read(self, source):
        """How many routes it has, and whose it is."""
        done = run([self.gatec, "dump", *source.inputs, *self.told(source)], cwd=source.folder)
        try:
            dump = json.loads(done.stdout)
            return len(dump.get("routes", [])), dump.get("dialect")
        except ValueError:
            return 0, None

    @staticmethod
    def told(source):
        return ["--from", source.dialect] if source.dialect else []

    def compile(self, source, name, temp):
        out = os.path.join(temp, name, source.name.replace("/", "__"))
        os.makedirs(os.path.dirname(out), exist_ok=True)
        done = run([self.gatec, "compile", *source.inputs, *self.told(source), "--to", TARGETS[name], "-o", out, "--allow", "weaker", "--quiet", "--no-sidecar"],
                   cwd=source.folder)
        if done.returncode != 0:
            if source.corpus:
                self.fail(name, f"{source.name} → {name}: compile ended with {done.returncode}: {done.stderr.strip()[:200]}")
            return None
        return out

    def fail(self, name, what):
        self.problems.append((name, what))

    def failed(self, name):
        return sum(of == name for of, _ in self.problems)

    # what gatec wrote
    def forward(self, name, judge, compiled):
        files = {s.name: self.config_of(name, out) for s, out in compiled}
        present = [(s, out) for s, out in compiled if files[s.name]]
        verdicts = judge.judge([files[s.name] for s, _ in present])
        figures = self.figures.setdefault(name, collections.Counter())
        judged, refused = {}, []
        for (source, out), (error, detail) in zip(present, verdicts):
            judged[source.name] = error
            figures["configs"] += 1
            said = error or detail.get("differs")
            if said is None:
                figures["loaded"] += 1
                self.loaded[name].add(source.name)
                continue
            if source.dialect == name:
                refused.append((source, out, said))  # perhaps it refuses the source for the same
            elif self.excepted(name, "written", said, source, os.path.join(out, "report.json")):
                figures["excepted"] += 1
            else:
                self.fail(name, f"{source.name} → {name}: {said[:300]}")
        for source, out in compiled:
            if source.corpus and self.routes[source.name]:
                figures["with a route"] += 1
                took = source.name in judged and judged[source.name] is None
                figures["with a route, loaded"] += took
                if files[source.name] is not None:
                    figures["can be said"] += 1
                elif not self.excepted(name, "written", "nothing was written", source, os.path.join(out, "report.json")):
                    self.fail(name, f"{source.name} → {name}: it has a route, but no config was written")
        return refused

    def settle(self, name, refused, sources):
        """What was written in the source's own dialect is refused where the source is, and lint has told that."""
        figures = self.figures[name]
        for source, out, said in refused:
            refused_too = sources[source.name] if source.name in sources else self.lint(source).returncode != 0
            if refused_too:
                figures["refused as their source"] += 1
            elif self.excepted(name, "written", said, source, os.path.join(out, "report.json")):
                figures["excepted"] += 1
            else:
                self.fail(name, f"{source.name} → {name}: {said[:300]}, its source: {(sources.get(source.name) or 'taken')[:120]}")

    def config_of(self, name, out):
        """The config of a bundle as the program gets it."""
        if name != "portkey":
            path = os.path.join(out, "config.yaml")
            return path if os.path.exists(path) else None
        path, script = os.path.join(out, "config.json"), os.path.join(out, "render.sh")
        if not os.path.exists(path):
            return None
        if os.path.exists(script):
            names = re.search(r"^for name in (.*); do$", open(script).read(), re.M).group(1).split()
            done = run(["sh", script, os.path.join(out, "rendered.json")], env={**os.environ, **{n: set_to(n) for n in names}})
            if done.returncode != 0:
                self.fail(name, f"{out}: render.sh ended with {done.returncode}: {done.stderr.strip()[:200]}")
            return os.path.join(out, "rendered.json")
        return path

    def excepted(self, program, way, said, source, report=None):
        """A row of exceptions.json that fits, and whose words the report of that compile has already told."""
        for i, row in enumerate(self.exceptions):
            if row["program"] not in (program, "*") or row["way"] != way or not re.search(row["says"], said):
                continue
            if "source" in row and not re.search(row["source"], source.name):
                continue
            if way == "written" and not self.told_already(row, source, report):
                continue
            self.used[i] += 1
            return True
        return False

    def told_already(self, row, source, report):
        if row.get("lint"):
            return self.lint(source).returncode != 0
        told = json.load(open(report, encoding="utf-8"))
        codes = {e.get("code") for e in told["entries"] if e["fate"] != "mapped"} | {n.get("code") for n in told.get("notes", []) if isinstance(n, dict)}
        return bool((codes | {a["rule"] for a in told["assumptions"]}) & set(row["codes"]))

    # what the program refuses
    def backward(self, name, judge, temp):
        """A config of its own that a program refuses must not be clean for lint."""
        mine = [s for s in self.sources if s.dialect == name and len(s.inputs) == 1 and s.inputs[0].endswith(CONFIG) and os.path.isfile(os.path.join(s.folder, s.inputs[0]))]
        mine = [s for s in mine if is_config(name, os.path.join(s.folder, s.inputs[0]))]
        copies = []
        for source in mine:
            folder = os.path.join(temp, "source-" + name, source.name.replace("/", "__"))
            os.makedirs(folder, exist_ok=True)
            copy = os.path.join(folder, "config" + os.path.splitext(source.inputs[0])[1])
            with open(os.path.join(source.folder, source.inputs[0]), "rb") as original, open(copy, "wb") as into:
                into.write(original.read())
            copies.append(copy)
        figures = self.figures.setdefault(name, collections.Counter())
        verdicts = {}
        for source, (error, detail) in zip(mine, judge.judge(copies)):
            said = verdicts[source.name] = error or (detail.get("differs") if name == "litellm" else None)
            figures["sources"] += 1
            if said is None:
                continue
            figures["sources refused"] += 1
            if self.lint(source).returncode != 0:
                figures["refused and told by lint"] += 1
            elif self.excepted(name, "source", said, source):
                figures["sources excepted"] += 1
            else:
                self.fail(name, f"{source.name}: {name} refuses it, lint calls it clean: {said[:300]}")
        return verdicts

    def lint(self, source):
        told = ["--from", TARGETS.get(source.dialect, source.dialect)] if source.dialect else []
        return run([self.gatec, "lint", *source.inputs, *told, "--quiet"], cwd=source.folder)

    # whole programs
    def whole(self, name, compiled):
        """The program itself is started with some of the configs, and lists what it serves."""
        if name == "portkey":
            return  # every config went to the whole program
        figures = self.figures[name]
        chosen = [(s, out) for s, out in compiled if s.name in self.loaded[name] and self.routes[s.name] and "database_url" not in open(self.config_of(name, out)).read()]
        chosen = chosen[::max(1, len(chosen) // STARTED)][:STARTED]
        nursery = Nursery(self.cache) if name == "litellm" else None
        results = parallel(lambda job: self.start(name, nursery if job[0] % BY_COMMAND else None, *job[1]), list(enumerate(chosen)))
        if nursery:
            nursery.program.stop()
        for (source, _), said in zip(chosen, results):
            figures["started"] += 1
            if said and not self.excepted(name, "started", said, source):
                figures["not started"] += 1
                self.fail(name, f"{source.name} → {name}, started: {said[:400]}")

    def start(self, name, nursery, source, out):
        config = self.config_of(name, out)
        try:
            if name == "litellm":
                text = open(config, encoding="utf-8").read()
                environment = {"REDIS_HOST": "127.0.0.1", "REDIS_PORT": "9"} | {n: set_to(n) for n in re.findall(r"os\.environ/([A-Za-z_]\w*)", text)}
                key = (yaml.safe_load(text).get("general_settings") or {}).get("master_key") or SECRET
                key = SECRET if key.startswith("os.environ/") else key
                gateway = nursery.start(config, environment, key) if nursery else LiteLLM(self.cache, config, environment, key)
            else:
                environment = {**FERRO_AROUND, **read_env(os.path.join(out, "ferro.env"))}
                environment = {k: re.sub(r"\$\{(\w+)\}", lambda m: set_to(m.group(1)), v) for k, v in environment.items()}
                gateway = Ferro(self.cache, config, environment)
        except (RuntimeError, OSError) as problem:
            return str(problem)
        try:
            wanted = {e["model_name"] for e in yaml.safe_load(open(config)).get("model_list") or []} if name == "litellm" else \
                {m for t in yaml.safe_load(open(config)).get("targets") or [] for m in t.get("models") or []}
            lost = sorted(m for m in wanted - set(gateway.models()) if "*" not in m)
            return f"it does not list {', '.join(lost[:5])}" if lost else None
        except (OSError, KeyError, TypeError) as problem:
            return f"{type(problem).__name__}: {problem}"
        finally:
            gateway.stop()

    def tell(self, passed, failed):
        for _, problem in self.problems:
            print(f"FAILED {problem}")
        failed += len(self.problems)
        for name, f in self.figures.items():
            share = 100 * f["with a route, loaded"] / max(1, f["can be said"])
            print(f"{name}: {f['loaded']} of {f['configs']} configs load, {f['refused as their source']} are refused as their source is, {f['excepted']} excepted; "
                  f"{f['with a route, loaded']} of {f['can be said']} corpus files with a route that {name} can say ({share:.1f} %); "
                  f"{f['with a route'] - f['can be said']} it cannot; {f['started'] or 'all'} given to whole programs")
            print(f"{name}: {f['sources refused']} of {f['sources']} sources are refused, lint tells {f['refused and told by lint']}, {f['sources excepted']} excepted")
            passed += f["loaded"] + f["refused as their source"] + f["excepted"] + f["refused and told by lint"] + f["sources excepted"] + f["started"] - f["not started"]
            if f["can be said"] and share < NEEDED:
                print(f"FAILED {name}: less than {NEEDED} %")
                failed += 1
        for i, row in enumerate(self.exceptions):
            if self.only == "" and self.whole_corpus and row["program"] in self.names and not self.used[i]:
                print(f"FAILED exceptions.json: nothing needs the row for `{row['says']}`")
                failed += 1
        return passed, failed
