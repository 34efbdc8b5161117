"""Starts LiteLLM's proxy many times from one process that has imported it.

Runs inside LiteLLM's environment. Lines of JSON come in on stdin: {"config", "port", "environment"} starts a proxy in a child and prints its
process id, {"stop": id} ends one. The children are the whole program: its application, its start-up, its server.
"""
import contextlib
import json
import os
import signal
import sys


def serve(order):
    import uvicorn
    from litellm.proxy import proxy_server

    os.setpgid(0, 0)
    os.environ.update(order["environment"])
    folder = os.path.dirname(order["config"])
    os.chdir(folder)
    sys.path.insert(0, folder)
    # as the command line does, whose default is another than this function's
    proxy_server.save_worker_config(config=order["config"], request_timeout=None, telemetry=False)
    uvicorn.run(proxy_server.app, host="127.0.0.1", port=order["port"], log_level="warning")


def main():
    import litellm._redis  # noqa: F401
    import litellm.proxy.proxy_server  # noqa: F401  the children have it from here

    print("ready", flush=True)
    for line in sys.stdin:
        order = json.loads(line)
        if "stop" in order:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(order["stop"], signal.SIGKILL)
            with contextlib.suppress(ChildProcessError):
                os.waitpid(order["stop"], 0)
            print("stopped", flush=True)
            continue
        child = os.fork()
        if child == 0:
            try:
                log = os.open(order["log"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
                os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
                os.dup2(log, 1)
                os.dup2(log, 2)
                serve(order)
            finally:
                os._exit(1)
        print(child, flush=True)


main()
