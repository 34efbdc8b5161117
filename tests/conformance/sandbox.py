"""Where the judged programs run: a network that has a loopback interface only, and processes that all end."""
import atexit
import contextlib
import fcntl
import os
import shutil
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time

INSIDE = "GATEC_CONFORMANCE_INSIDE"
NAMESPACES = ["unshare", "--user", "--map-root-user", "--net", "--pid", "--fork", "--kill-child", "--mount-proc"]


def enter():
    """Starts the running script again in namespaces of its own, where the kernel allows them."""
    if os.environ.get(INSIDE):
        if os.environ[INSIDE] == "namespaces":
            raise_loopback()
        return
    allowed = shutil.which("unshare") and subprocess.run([*NAMESPACES, "true"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode == 0
    if not allowed:
        print("conformance: no network namespace can be made here; programs are told not to fetch anything instead", flush=True)
    environment = {**os.environ, INSIDE: "namespaces" if allowed else "plain"}
    command = [*(NAMESPACES if allowed else []), sys.executable, *sys.argv]
    sys.stdout.flush()
    os.execvpe(command[0], command, environment)


def raise_loopback():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, 0x8914, struct.pack("16sh14x", b"lo", 1))  # SIOCSIFFLAGS, IFF_UP


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# Nothing but what a program needs reaches it; a proxy that nobody serves keeps all else from going out.
QUIET = {"PATH": os.environ.get("PATH", ""), "HOME": "/nonexistent", "LANG": "C.UTF-8", "HTTP_PROXY": "http://127.0.0.1:9", "HTTPS_PROXY": "http://127.0.0.1:9",
         "http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.1,localhost", "no_proxy": "127.0.0.1,localhost"}

running = []


class Program:
    """A process with its own group, ended with everything that it started."""

    def __init__(self, command, environment=None, folder=None, stdin=subprocess.DEVNULL, stdout=None):
        self.log = tempfile.NamedTemporaryFile("w+", suffix=".log", errors="replace")
        self.process = subprocess.Popen(command, env={**QUIET, **(environment or {})}, cwd=folder, stdin=stdin, stdout=stdout or self.log, stderr=self.log,
                                        start_new_session=True, text=True)
        running.append(self)

    def wait_for(self, port, seconds, ready=None):
        """Until the port takes connections, and `ready()` is true."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if self.process.poll() is not None:
                raise RuntimeError(f"ended with {self.process.returncode}: {self.tail()}")
            with contextlib.suppress(OSError):
                socket.create_connection(("127.0.0.1", port), 1).close()
                if ready is None or ready():
                    return
            time.sleep(0.1)
        raise RuntimeError(f"no answer within {seconds} seconds: {self.tail()}")

    def tail(self):
        self.log.flush()
        return " | ".join(line.strip() for line in open(self.log.name, errors="replace").read().splitlines()[-8:] if line.strip())[-800:]

    def stop(self):
        if self in running:
            running.remove(self)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGTERM)
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            pass
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


@atexit.register
def stop_all():
    for program in list(running):
        program.stop()
