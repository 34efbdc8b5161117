"""The same traffic to a gateway with the source's config and to another with what gatec made of it."""
import collections
import concurrent.futures
import json
import math
import os
import re
import subprocess
import time

from cases import CASES
from gateways import Ferro, Nursery, Portkey, chat, read_env
from mock import Upstreams

TARGETS = {"litellm": "litellm", "portkey": "portkey-oss", "ferro": "ferro"}
KEYS = {"OPENAI_API_KEY": "sk-a", "GROQ_API_KEY": "sk-b", "DEEPSEEK_API_KEY": "sk-c", "LITELLM_MASTER_KEY": "sk-conformance-0000"}
DRAWS = 2600  # enough to see nine in ten turn into eighty-five in a hundred
SURE = 1e-6
CALLERS = 8


def upper_gamma(a, x):
    """The regularised upper incomplete gamma function."""
    if x < a + 1:
        term = total = 1 / a
        for n in range(1, 1000):
            term *= x / (a + n)
            total += term
            if term < total * 1e-16:
                break
        return 1 - total * math.exp(-x + a * math.log(x) - math.lgamma(a)) if x > 0 else 1.0
    b, c = x + 1 - a, 1e300
    d = 1 / b
    h = d
    for n in range(1, 1000):
        an = -n * (n - a)
        b += 2
        d = 1 / (an * d + b)
        c = b + an / c
        h *= d * c
        if abs(d * c - 1) < 1e-15:
            break
    return math.exp(-x + a * math.log(x) - math.lgamma(a)) * h


def same_distribution(a, b):
    """The chance that both counts come from one distribution."""
    names = sorted(set(a) | set(b))
    sums = sum(a.values()), sum(b.values())
    if len(names) < 2:
        return 1.0
    statistic = 0.0
    for name in names:
        share = (a[name] + b[name]) / sum(sums)
        statistic += sum((count[name] - share * total) ** 2 / (share * total) for count, total in zip((a, b), sums))
    return upper_gamma((len(names) - 1) / 2, statistic / 2)


class Behaves:
    def __init__(self, gatec, cache, names, only=""):
        self.gatec, self.cache, self.names = os.path.abspath(gatec), cache, names
        self.cases = [c for c in CASES if c["dialect"] in names and only in c["name"]]
        self.rows, self.problems, self.figures = [], [], collections.Counter()

    def work(self, temp):
        self.upstreams = Upstreams()
        self.up = f"http://127.0.0.1:{self.upstreams.port}"
        self.nursery = Nursery(self.cache) if "litellm" in self.names else None
        self.portkey = Portkey(self.cache) if "portkey" in self.names else None
        try:
            for case in self.cases:
                self.judge(case, temp)
        finally:
            for program in (self.nursery and self.nursery.program, self.portkey):
                if program:
                    program.stop()

    def judge(self, case, temp):
        folder = os.path.join(temp, case["name"])
        inputs = self.lay(case, folder)
        source = None
        for name in TARGETS:
            if name == case["dialect"] or name not in self.names:
                continue
            row = {"case": case["name"], "from": case["dialect"], "to": name, "what": case["what"]}
            self.rows.append(row)
            stated = case.get("instead", {}).get(name, {})
            if "untested" in stated:
                row.update(verdict="excepted", reason=stated["untested"])
                self.figures["excepted"] += 1
                continue
            try:
                out = os.path.join(folder, "to-" + name)
                self.compile(case, folder, inputs, name, out)
                if source is None:
                    source = self.observe(case, case["dialect"], folder)
                target = self.observe(case, name, out)
            except (RuntimeError, OSError) as problem:
                row.update(verdict="failed", reason=str(problem)[:300])
            else:
                self.compare(case, row, stated, source, target, json.load(open(os.path.join(out, "report.json"), encoding="utf-8")))
            self.figures[row["verdict"]] += 1
            if row["verdict"] == "failed":
                self.problems.append(f"{case['name']} ({case['dialect']} → {name}): {row['reason']}")

    def lay(self, case, folder):
        os.makedirs(folder)
        names = []
        for name, text in case["files"].items():
            with open(os.path.join(folder, name), "w", encoding="utf-8") as file:
                file.write(text.replace("@UP@", self.up))
            if name != "auth.py":
                names.append(name)
        return names

    def compile(self, case, folder, inputs, name, out):
        done = subprocess.run([self.gatec, "compile", *inputs, "--from", TARGETS[case["dialect"]], "--to", TARGETS[name], "-o", out, "--allow", "weaker", "--source-map", "-q"],
                              cwd=folder, capture_output=True, text=True, stdin=subprocess.DEVNULL)
        if done.returncode != 0:
            raise RuntimeError(f"compile ended with {done.returncode}: {done.stderr.strip()[:200]}")

    def start(self, name, folder):
        if name == "litellm":
            return self.nursery.start(os.path.join(folder, "config.yaml"), KEYS)
        if name == "portkey":
            text = open(os.path.join(folder, "config.json"), encoding="utf-8").read()
            return self.portkey.with_config(re.sub(r"\$\{(\w+)\}", lambda m: KEYS.get(m.group(1), "sk-none"), text))
        environment = {k: re.sub(r"\$\{(\w+)\}", lambda m: KEYS.get(m.group(1), "sk-none"), v) for k, v in read_env(os.path.join(folder, "ferro.env")).items()}
        return Ferro(self.cache, os.path.join(folder, "config.yaml"), environment)

    def observe(self, case, name, folder):
        gateway = self.start(name, folder)
        try:
            if case.get("share"):
                return self.draw(case, gateway)
            seen = []
            for scene in case["scenes"]:
                self.upstreams.script(scene.get("upstreams", {}))
                for request in scene["requests"]:
                    seen.append(self.one(gateway, request, case))
            return seen
        finally:
            if name != "portkey":
                gateway.stop()

    def one(self, gateway, request, case):
        """What the client got, and who was called with which model."""
        self.upstreams.taken()
        if request.get("wait"):
            time.sleep(request["wait"])
        body = chat(request["model"], **request.get("body", {}))
        answer = gateway.ask(body, headers=request.get("headers"), key=request.get("as") and gateway.secret(request["as"]))
        time.sleep(0.05)
        log = self.upstreams.taken()
        calls = [f"{upstream} {model}" for _, upstream, model, _, _, _ in log]
        got = answer.content if answer.status == 200 else "limited" if not log and answer.status in (402, 429) else "an error"
        if case.get("sees") and log:
            calls += [f"{key}={log[-1][5].get(key)}" for key in case["sees"]]
        return got, calls

    def draw(self, case, gateway):
        self.upstreams.script(case.get("upstreams", {}))

        def some(_):
            caller = gateway.caller()
            for _ in range(DRAWS // CALLERS):
                gateway.ask(chat(case["share"]), caller=caller)
            caller.close()

        with concurrent.futures.ThreadPoolExecutor(CALLERS) as pool:
            list(pool.map(some, range(CALLERS)))
        return collections.Counter(f"{upstream} {model}" for _, upstream, model, _, _, _ in self.upstreams.taken())

    def compare(self, case, row, stated, source, target, report):
        row["source"], row["target"] = source, target
        fates = self.fates(case, report)
        row["fates"] = ", ".join(sorted(set(fates.values()))) or "none"
        if case.get("share"):
            chance = same_distribution(source, target)
            same, shown = chance >= SURE, f"{shares(source)} and {shares(target)}, p = {chance:.1e}"
        else:
            same, shown = source == target, first_difference(source, target)
        row["shown"] = shown
        if same:
            if stated and not stated.get("drawn"):
                row.update(verdict="failed", reason="the case states a difference, but there is none")
            else:
                row["verdict"] = "agreed"
            return
        if not stated:
            row.update(verdict="failed", reason=f"{row['fates']}: {shown}")
            return
        texts = [f"{e.get('reason', '')} {e.get('advice', '')}" for e in report["entries"] if e["fate"] != "mapped"] + [a["text"] for a in report["assumptions"]]
        if not any(re.search(stated["told"], text) for text in texts):
            row.update(verdict="failed", reason=f"the report does not say `{stated['told']}`: {shown}")
        elif "target" in stated and [list(t) for t in target] != [list(t) for t in stated["target"]]:
            row.update(verdict="failed", reason=f"not the difference that is stated: {shown}")
        elif fates and set(fates.values()) == {"mapped"} and not stated.get("assumed"):
            row.update(verdict="failed", reason=f"all of it is mapped, but {shown}")
        else:
            row.update(verdict="as stated", reason=next(t for t in texts if re.search(stated["told"], t)).strip())

    @staticmethod
    def fates(case, report):
        """Of the leaves that the case is about."""
        return {e["path"]: e["fate"] for e in report["entries"] if re.search(case["leaves"], e["path"])}

    def tell(self, passed, failed):
        for problem in self.problems:
            print(f"FAILED {problem}")
        print(f"behaves: {len(self.rows)} pairs of {len(self.cases)} cases: " + ", ".join(f"{count} {verdict}" for verdict, count in sorted(self.figures.items())))
        good = self.figures["agreed"] + self.figures["as stated"]
        return passed + good, failed + self.figures["failed"]


def shares(counts):
    total = sum(counts.values()) or 1
    return ", ".join(f"{name} {100 * count / total:.1f} %" for name, count in sorted(counts.items()))


def first_difference(source, target):
    for i, (a, b) in enumerate(zip(source, target)):
        if a != b:
            return f"request {i + 1}: {told(a)} became {told(b)}"
    return ""


def told(one):
    got, calls = one
    return f"{got} after {' → '.join(calls) or 'no call'}"
