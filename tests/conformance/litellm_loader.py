"""Loads configs with LiteLLM's own loader, each in a child of one process that has imported it.

Runs inside LiteLLM's environment. Paths come in on stdin, one a line; a line of JSON goes out for each:
{"path", "error", "names", "deployments", "dropped"}. `names` are the names that the program serves.
"""
import asyncio
import contextlib
import io
import json
import logging
import os
import re
import signal
import sys
import traceback

SECONDS = 60
# What a deployment has around it, and no config file says.
AROUND = {"REDIS_HOST": "127.0.0.1", "REDIS_PORT": "9", "OPENAI_API_KEY": "sk-conformance-0000", "AWS_REGION_NAME": "us-east-1", "HCP_VAULT_TOKEN": "none",
          "PRESIDIO_ANALYZER_API_BASE": "http://127.0.0.1:9", "PRESIDIO_ANONYMIZER_API_BASE": "http://127.0.0.1:9", "CYBERARK_API_KEY": "none",
          "AZURE_API_BASE": "http://127.0.0.1:9", "QDRANT_API_BASE": "http://127.0.0.1:9", "QDRANT_API_KEY": "none"}
REFERENCE = re.compile(r"os\.environ/([A-Za-z_][A-Za-z0-9_]*)")


def environment_of(text):
    """What a config takes from its environment is set, so that it loads as it would where it is used."""
    os.environ.update(AROUND)
    for name in REFERENCE.findall(text):
        if re.search(r"MODEL", name):
            value = "openai/gpt-4o"
        elif re.search(r"PORT\b|TTL|LIMIT|RPM|TPM|TIMEOUT|RETRIES|_DB$", name):
            value = "6379"
        elif re.search(r"BASE|URL|ENDPOINT|HOST", name):
            value = "redis://127.0.0.1:9" if "REDIS" in name and "URL" in name else "127.0.0.1" if "HOST" in name else "http://127.0.0.1:9/v1"
        else:
            value = "sk-conformance-0000"
        os.environ.setdefault(name, value)


STAND_IN = """
from litellm.integrations.custom_guardrail import CustomGuardrail
from litellm.integrations.custom_logger import CustomLogger


class Handler(CustomLogger):
    async def __call__(self, *args, **kwargs):
        return None


class Guardrail(CustomGuardrail):
    pass


def __getattr__(name):
    if name.startswith("__"):
        raise AttributeError(name)
    return Guardrail if "uardrail" in name else Handler() if name[0].islower() else Handler
"""
OWN_CODE = re.compile(r"Could not import (\w+) from ([\w.]+)")


async def load(path):
    from litellm.proxy import proxy_server

    for _ in range(6):
        try:
            router, _, _ = await proxy_server.ProxyConfig().load_config(router=None, config_file_path=path)
            break
        except ImportError as problem:
            # A config may name Python files of its owner's; something stands in for them.
            own = OWN_CODE.search(str(problem))
            if own is None:
                raise
            file = os.path.join(os.path.dirname(os.path.abspath(path)), *own.group(2).split(".")) + ".py"
            if os.path.exists(file):
                raise
            os.makedirs(os.path.dirname(file), exist_ok=True)
            open(file, "w").write(STAND_IN)
    names = sorted(set(router.get_model_names())) if router is not None else []
    kept = router.get_model_list() or [] if router is not None else []
    return {"names": names, "deployments": len(kept)}


def judge(path):
    answer = {"path": path, "error": None}
    log = io.StringIO()
    handler = logging.StreamHandler(log)
    for name in ("LiteLLM", "LiteLLM Proxy", "LiteLLM Router"):
        logger = logging.getLogger(name)
        logger.handlers = [handler]
        logger.propagate = False
    try:
        environment_of(open(path, encoding="utf-8-sig").read())
        os.chdir(os.path.dirname(os.path.abspath(path)))
        sys.path.insert(0, os.getcwd())
        with contextlib.redirect_stdout(io.StringIO()):
            answer.update(asyncio.run(load(path)))
    except BaseException as problem:  # SystemExit too: the program ends so
        last = traceback.extract_tb(problem.__traceback__)[-1]
        answer["error"] = f"{type(problem).__name__}: {problem}"[:600]
        answer["where"] = f"{os.path.basename(last.filename)}:{last.name}"
    answer["dropped"] = [line[:300] for line in log.getvalue().splitlines() if re.search(r"Error creating deployment|[Ii]gnoring|Could not|could not|Skipping", line)]
    return answer


def main():
    # The children have from here what is slow to import.
    import litellm._redis  # noqa: F401
    import litellm.proxy.proxy_server  # noqa: F401
    import redis.retry

    redis.retry.sleep = lambda seconds: None  # no server answers here, and nothing is gained by asking it again

    out = os.fdopen(os.dup(1), "w")
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 1)
    for line in sys.stdin:
        path = line.strip()
        read, write = os.pipe()
        child = os.fork()
        if child == 0:
            os.setpgid(0, 0)
            os.close(read)
            os.dup2(null, 0)
            os.dup2(null, 2)
            signal.alarm(SECONDS)
            try:
                with os.fdopen(write, "w") as pipe:
                    json.dump(judge(path), pipe)
            finally:
                os._exit(0)
        os.close(write)
        with os.fdopen(read) as pipe:
            text = pipe.read()
        _, status = os.waitpid(child, 0)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        if not text:
            text = json.dumps({"path": path, "error": f"the loader ended with {status} without an answer"})
        print(text, file=out, flush=True)


main()
