"""Runs the command line of one peer on many files inside one process, so that start-up is paid once and not per file.

Reads paths from stdin and writes one line each: exit code, wall seconds, CPU seconds, path. Every file is judged in a
forked child, which may crash, hang or grow without harm. Run by `compare.py` with the interpreter of the peer.
"""

import importlib
import os
import resource
import signal
import sys
import time

# Module and function of the command line, and its arguments before the path.
PEERS = {
    "picklescan": ("picklescan.cli", "main", ["-p"]),
    "modelscan": ("modelscan.cli", "main", ["scan", "-p"]),
    "fickling": ("fickling.cli", "main", ["--check-safety", "--json-output", "/dev/null"]),
    "modelaudit": ("modelaudit.cli", "main", ["scan", "--no-cache", "--format", "json"]),
}

# The most memory of one child, in bytes.
MEMORY = 8 << 30


def child(main, arguments, path):
    """Never returns: the exit code is the verdict."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    sys.argv = [sys.argv[0], *arguments, path]
    try:
        code = main()
    except SystemExit as end:
        code = end.code
    except BaseException:
        code = 2
    os._exit(code if isinstance(code, int) else 0 if code is None else 2)


def run(main, arguments, path, limit):
    started = time.monotonic()
    pid = os.fork()
    if pid == 0:
        signal.alarm(limit)
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        child(main, arguments, path)
    _, status, used = os.wait4(pid, 0)
    code = 124 if os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGALRM else os.waitstatus_to_exitcode(status)
    return code, time.monotonic() - started, used.ru_utime + used.ru_stime


def main():
    name, limit, warm = sys.argv[1], int(sys.argv[2]), sys.argv[3]
    module, function, arguments = PEERS[name]
    entry = getattr(importlib.import_module(module), function)
    # A child for the first file loads what is loaded lazily; the parent does too, so that later children need not.
    saved = [os.dup(number) for number in (0, 1, 2)]
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    sys.argv = [sys.argv[0], *arguments, warm]
    try:
        entry()
    except BaseException:
        pass
    for number in (0, 1, 2):
        os.dup2(saved[number], number)
    for line in iter(sys.stdin.readline, ""):
        path = line.rstrip("\n")
        code, wall, cpu = run(entry, arguments, path, limit)
        print(code, f"{wall:.4f}", f"{cpu:.4f}", path, sep="\t", flush=True)


main()
