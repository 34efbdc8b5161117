#!/usr/bin/env python3
"""Runs golden cases. A case is a folder:

  args              one command line of gatec per line, quoted as in a shell; $OUT is a fresh output folder
  stdin             fed to every command (default: nothing)
  inputs            names of files and folders that are read without being named in args, one per line
  README.md         for people
  expected/stdout, expected/stderr, expected/exit
                    absent: empty, empty, 0; several commands are separated by a line `--- N`
  expected/out/     the files of $OUT, compared byte for byte; absent: $OUT is not compared, unless there is an out-only
  expected/out-only names of the files of $OUT to compare, one per line; absent: all of them

Every other file must be named in args or inputs, itself or by a folder above it. Commands run in a copy of the folder.
"""

import argparse
import concurrent.futures
import difflib
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TIMEOUT_SECONDS = 60
STREAMS = ("stdout", "stderr", "exit")
OUT = "out"


class CaseError(Exception):
    pass


def lines_of(path):
    if not path.is_file():
        return []
    lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    return [line for line in lines if line and not line.startswith("#")]


def files_below(folder):
    return {path.relative_to(folder).as_posix(): path for path in sorted(folder.rglob("*")) if path.is_file()}


def bookkeeping(case):
    return {"args", "stdin", "README.md", "expected"} | ({"inputs"} if (case / "inputs").is_file() else set())


def check_nothing_unread(case, commands):
    inputs = lines_of(case / "inputs")
    for name in inputs:
        if not (case / name).exists():
            raise CaseError(f"inputs names {name}, which does not exist")
    words = [word for command in commands for token in command for word in [token, *re.split("[=,:]", token)]]
    named = {os.path.normpath(name) for name in words + inputs if name}
    unread = []
    for name in files_below(case):
        if name.split("/")[0] in bookkeeping(case):
            continue
        if not named & {name, ".", *(parent.as_posix() for parent in Path(name).parents)}:
            unread.append(name)
    if (case / "expected").is_dir():
        known = {*STREAMS, "out", "out-only"}
        unread += [f"expected/{path.name}" for path in (case / "expected").iterdir() if path.name not in known]
    if unread:
        raise CaseError("nothing reads " + ", ".join(sorted(unread)))


def environment(home):
    env = {"PATH": "/usr/bin:/bin", "LANG": "C", "LC_ALL": "C", "TZ": "UTC", "TERM": "dumb", "NO_COLOR": "1"}
    env["HOME"] = env["TMPDIR"] = str(home)
    env.update({name: os.environ[name] for name in ("ASAN_OPTIONS", "UBSAN_OPTIONS") if name in os.environ})
    return env


def join(parts, nothing):
    """One stream of all commands; empty when every part says nothing."""
    if all(part == nothing for part in parts):
        return b""
    text = parts[0]
    for number, part in enumerate(parts[1:], start=2):
        if text and not text.endswith(b"\n"):
            text += b"\n"
        text += b"--- %d\n" % number + part
    return text


def run_commands(case, gatec, commands, work):
    home = work / "home"
    cwd = work / "case"
    home.mkdir()
    hidden = bookkeeping(case) - {"README.md"}
    shutil.copytree(case, cwd, ignore=lambda folder, names: hidden & set(names) if Path(folder) == case else set())
    if (cwd / OUT).exists():
        raise CaseError(f"the name {OUT} is kept for the output folder")
    (cwd / OUT).mkdir()
    stdin = (case / "stdin").read_bytes() if (case / "stdin").is_file() else b""

    parts = {stream: [] for stream in STREAMS}
    for number, command in enumerate(commands, start=1):
        try:
            done = subprocess.run(
                [str(gatec), *(token.replace("$OUT", OUT) for token in command)],
                cwd=cwd, env=environment(home), input=stdin, capture_output=True, timeout=TIMEOUT_SECONDS, check=False,
            )
        except subprocess.TimeoutExpired as error:
            raise CaseError(f"command {number} took more than {TIMEOUT_SECONDS} s") from error
        if done.returncode < 0:
            raise CaseError(f"command {number} died of signal {-done.returncode}\n{done.stderr.decode(errors='replace')}")
        parts["stdout"].append(done.stdout)
        parts["stderr"].append(done.stderr)
        parts["exit"].append(b"%d\n" % done.returncode)
    actual = {stream: join(parts[stream], b"0\n" if stream == "exit" else b"") for stream in STREAMS}
    return actual, {name: path.read_bytes() for name, path in files_below(cwd / OUT).items()}


def text_lines(data):
    lines = data.decode("utf-8", "backslashreplace").splitlines(keepends=True)
    if lines and not lines[-1].endswith("\n"):
        lines[-1] += "\n\\ no newline at end of file\n"
    return lines


def diff(name, expected, actual):
    return "".join(difflib.unified_diff(text_lines(expected), text_lines(actual), f"expected/{name}", f"actual/{name}"))


def out_filter(case):
    only = lines_of(case / "expected" / "out-only")
    return (lambda name: name in only) if only else (lambda name: True)


def compare(case, actual, out):
    problems = []
    for stream in STREAMS:
        path = case / "expected" / stream
        expected = path.read_bytes() if path.is_file() else b""
        if stream == "exit" and expected.strip() == b"0":
            expected = b""
        if expected != actual[stream]:
            shown = [data or b"0\n" for data in (expected, actual[stream])] if stream == "exit" else [expected, actual[stream]]
            problems.append(diff(stream, *shown))
    folder = case / "expected" / OUT
    if not folder.is_dir() and not (case / "expected" / "out-only").is_file():
        return problems
    wanted = out_filter(case)
    expected = {name: path.read_bytes() for name, path in files_below(folder).items()}
    for name in lines_of(case / "expected" / "out-only"):
        if name not in expected:
            problems.append(f"expected/out-only names {name}, which is not in expected/out\n")
    for name in sorted(expected.keys() | out.keys()):
        if not wanted(name):
            continue
        if name not in out:
            problems.append(f"$OUT/{name} was not written\n")
        elif name not in expected:
            problems.append(f"$OUT/{name} is not expected\n" + diff(f"out/{name}", b"", out[name]))
        elif out[name] != expected[name]:
            problems.append(diff(f"out/{name}", expected[name], out[name]))
    return problems


def update(case, actual, out):
    expected = case / "expected"
    compared = (expected / OUT).is_dir() or (expected / "out-only").is_file() or not expected.is_dir()
    files = {stream: actual[stream] for stream in STREAMS if actual[stream]}
    if compared:
        files.update({f"{OUT}/{name}": data for name, data in out.items() if out_filter(case)(name)})
    if expected.is_dir():
        for name, path in files_below(expected).items():
            if name not in files and name != "out-only":
                path.unlink()
    for name, data in files.items():
        path = expected / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_file() or path.read_bytes() != data:
            path.write_bytes(data)


def run_case(case, gatec, rewrite):
    """The problems of one case, as text; an empty list is a pass."""
    try:
        commands = [shlex.split(line) for line in lines_of(case / "args")]
        if not commands:
            raise CaseError("no command in args")
        check_nothing_unread(case, commands)
        with tempfile.TemporaryDirectory(prefix="gatec-golden-") as work:
            actual, out = run_commands(case, gatec, commands, Path(work))
        if rewrite:
            update(case, actual, out)
            return []
        return compare(case, actual, out)
    except (CaseError, OSError, ValueError) as error:
        return [f"{error}\n"]


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gatec", type=Path, default=ROOT / "build/release/gatec", help="the program under test")
    parser.add_argument("--update", action="store_true", help="rewrite what is expected")
    parser.add_argument("--all", action="store_true", help="every case in tests/golden")
    parser.add_argument("cases", nargs="*", type=Path)
    options = parser.parse_args()
    cases = [case.resolve() for case in options.cases]
    if options.all:
        cases += [path for path in sorted((ROOT / "tests/golden").glob("*/*")) if path.is_dir()]
    if not cases:
        parser.error("name a case folder, or give --all")
    gatec = options.gatec.resolve()

    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for case, problems in zip(cases, pool.map(lambda case: run_case(case, gatec, options.update), cases)):
            if problems:
                failed += 1
                print(f"FAILED {case.parent.name}/{case.name}", *problems, sep="\n")
    if len(cases) > 1:
        print(f"{len(cases) - failed} passed, {failed} failed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
