"""The small program between the supervisor and a part."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import textwrap

from doorward.bootstrap import child

LOOK = """
    import ctypes, json, os, resource, signal
    tie = ctypes.c_int()
    ctypes.CDLL(None).prctl(2, ctypes.byref(tie), 0, 0, 0)
    print(json.dumps({
        "dies by": tie.value,
        "umask": os.umask(0),
        "files": resource.getrlimit(resource.RLIMIT_NOFILE),
        "ignored": [line.split()[1] for line in open("/proc/self/status") if line.startswith("SigIgn")][0],
    }))
"""


def run(*arguments: str, parent: int) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-I", "-S", child.__file__, str(parent), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=10)


def test_a_program_begins_tied_to_its_parent_private_and_with_room_for_connections() -> None:
    # A program that is not Python shows what is ignored: Python itself ignores SIGPIPE again.
    seen = json.loads(run(sys.executable, "-c", textwrap.dedent(LOOK), parent=os.getpid()).stdout)
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    assert seen["dies by"] == signal.SIGKILL
    assert seen["umask"] == 0o077
    assert seen["files"][0] >= min(hard, child.OPEN_FILES)


def test_a_program_does_not_inherit_that_python_ignores_broken_pipes() -> None:
    status = run("cat", "/proc/self/status", parent=os.getpid()).stdout
    ignored = next(line.split()[1] for line in status.splitlines() if line.startswith("SigIgn"))
    assert int(ignored, 16) & (1 << (signal.SIGPIPE - 1)) == 0


def test_a_program_whose_supervisor_is_gone_already_does_not_start() -> None:
    done = run("echo", "started", parent=1 if os.getpid() != 1 else 2)
    assert (done.stdout, done.returncode) == ("", 1)


def test_a_program_that_cannot_be_started_is_named() -> None:
    done = run("/nowhere/envoy", parent=os.getpid())
    assert done.returncode == child.CANNOT_START
    assert done.stderr == "cannot start /nowhere/envoy: No such file or directory\n"
