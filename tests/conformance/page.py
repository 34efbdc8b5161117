"""docs/conformance.md, from a run."""

HEAD = """# Conformance

What gatec writes is given to the real programs, and the same traffic goes through a gateway with the source's config and through another with what gatec made
of it. `make conformance` does it and, where nothing was left out, writes this page: its numbers are those of one run. The cases are in
`tests/conformance/cases.py`, the exceptions in `tests/conformance/exceptions.json`, the versions in `tests/conformance/pins`.

Programs run where nothing but loopback can be reached. Upstreams are a server that answers by a script and keeps a log of who was called with which model.
A program that cannot be installed is a failure; `CONFORMANCE_ARGS="--skip NAME"` leaves it out, `--outage-skips` leaves out those whose registry does not
answer after three attempts. Both say so.
"""
UNTESTED = """## Not judged
- What LiteLLM's keys, teams and users may spend, and the limits of teams and users: its own store needs a database client that is not installed here. Limits of keys
  are tried through its hook for authentication.
- Limits and budgets that gatec asks to be made through LiteLLM's management API, for the same reason.
- `use_retry_after_header` of Portkey: the pinned build does not honour it without a patched dependency.
- Guardrails, caches and streams: they depend on services or timing that a script on loopback does not have.
- Helm values: gatec writes none.
"""
PROGRAMS = """LiteLLM 1.82.7 and 1.82.8 are never installed: their files were compromised. Ferro 1.4.1, whose source the dialect's page describes, is not to be had: the Go module
proxy refuses it, and 1.4.4 is the oldest release on PyPI. WorldFlow and LLM Gateway have no program to be had; descriptions of their APIs (`tests/apply`) and golden cases
judge what is written for them.
"""
SHOWN = {"agreed": "agreed", "as stated": "differs as the report says", "excepted": "excepted", "failed": "**failed**"}
TITLES = {"litellm": "LiteLLM proxy", "portkey": "Portkey, open-source gateway", "ferro": "Ferro Labs AI Gateway"}


def table(header, rows):
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join("| " + " | ".join(str(c).replace("|", "\\|").replace("\n", " ") for c in line) + " |" for line in lines) + "\n"


def write(path, versions, loads, behaves):
    parts = [HEAD, "## Programs\n", table(["program", "version", "from"], [[TITLES[n], versions[n]["version"], versions[n]["from"]] for n in versions])]
    parts += [PROGRAMS, "## Loads\n", loads_part(loads), "## Behaves\n", behaves_part(behaves), UNTESTED]
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(parts))


def loads_part(loads):
    figures = loads.figures
    text = "Every file of the corpus and every golden case, compiled for each program. LiteLLM judges with its own loader and lists what it serves, Portkey by a request that carries\n" \
           "the config, Ferro with `validate`, whose normalised config must be the written one. Of LiteLLM and Ferro, whole programs are started with some of the configs and\n" \
           "must list what these declare; a tenth of LiteLLM's by its command line, the others from a process that has imported it.\n\n"
    text += table(["program", "configs", "load", "refused as their source is", "excepted", "failed", "corpus files with a route that it can say", "of them load", "it cannot say", "started whole"],
                  [[TITLES[n], f["configs"], f["loaded"], f["refused as their source"], f["excepted"], loads.failed(n), f["can be said"],
                    f"{f['with a route, loaded']} ({100 * f['with a route, loaded'] / max(1, f['can be said']):.1f} %)", f["with a route"] - f["can be said"],
                    f["started"] or "all"] for n, f in figures.items()])
    text += "\n\"Refused as their source is\": the same dialect, where the program refuses the source too, or `gatec lint` tells of it. \"It cannot say\": nothing of the source has a form there,\n" \
            "its providers above all; the report of each says so.\n\nThe other way, configs of its own that a program refuses and `gatec lint` must not call clean:\n\n"
    text += table(["program", "configs", "refused", "told by lint", "excepted"],
                  [[TITLES[n], f["sources"], f["sources refused"], f["refused and told by lint"], f["sources excepted"]] for n, f in figures.items()])
    rows = [[TITLES.get(r["program"], "any"), {"written": "what is written", "source": "sources, lint", "started": "started"}[r["way"]], loads.used[i], r["reason"],
             ", ".join(r.get("codes", [])) or "-"] for i, r in enumerate(loads.exceptions) if loads.used[i]]
    return text + "\n### Exceptions\nWith the codes one of which the report of each has told.\n\n" + table(["program", "of", "files", "reason", "codes"], rows)


def behaves_part(behaves):
    pairs = {}
    for row in behaves.rows:
        counts = pairs.setdefault((row["from"], row["to"]), {})
        counts[row["verdict"]] = counts.get(row["verdict"], 0) + 1
    text = "Sequences of answers and calls must be equal; shares of draws come from one distribution unless a chi-square test is sure at p < 1e-6. Where the two differ, the report of\n" \
           "that compile must say how.\n\n"
    text += table(["from", "to", "cases", *SHOWN.values()], [[TITLES[a], TITLES[b], sum(c.values()), *(c.get(v, 0) for v in SHOWN)] for (a, b), c in sorted(pairs.items())])
    text += "\n" + table(["case", "what", "to", "verdict", "why"], [[r["case"], r["what"], r["to"], SHOWN[r["verdict"]], r.get("reason", "") if r["verdict"] != "agreed" else ""] for r in behaves.rows])
    return text
