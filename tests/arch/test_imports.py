"""Importing Doorward does nothing: no connection, no child process, no file read or written."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.arch.places import ROOT, module_name, source_files

# Runs in a fresh interpreter, with warnings as errors. Modules of other people may read their own
# files while they are imported; none may do more.
IMPORT_ALL = """
import importlib, os, sys

FORBIDDEN = (
    "socket.__new__", "socket.getaddrinfo", "sqlite3.connect", "subprocess.Popen", "os.exec", "os.fork",
    "os.mkdir", "os.posix_spawn", "os.remove", "os.rename", "os.system",
)
checkout = sys.argv[1]
environment = sys.prefix

def watch(event, arguments):
    if event in FORBIDDEN:
        raise AssertionError(f"{event}{arguments!r} while importing")
    if event == "open" and isinstance(arguments[0], (str, os.PathLike)):
        path, flags = os.path.abspath(os.fspath(arguments[0])), arguments[2]
        if flags & (os.O_WRONLY | os.O_RDWR):
            raise AssertionError(f"{path} was opened for writing while importing")
        ours = path.startswith(checkout + os.sep) and not path.startswith(environment + os.sep)
        code = path.endswith((".py", ".pyc")) or ".egg-info" in path  # of Doorward as installed
        if ours and not code:
            raise AssertionError(f"{path} was read while importing")

sys.dont_write_bytecode = True
sys.addaudithook(watch)
for name in sys.argv[2:]:
    importlib.import_module(name)
"""


def imported(*modules: str, path: Path) -> subprocess.CompletedProcess[str]:
    """Import these modules, with ``path`` in front of others, and say what happened."""
    return subprocess.run(
        [sys.executable, "-W", "error", "-c", IMPORT_ALL, str(ROOT), *modules],
        cwd=path,
        env={"PYTHONPATH": str(path), "PATH": ""},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def test_every_module_can_be_imported_and_does_nothing_then() -> None:
    modules = sorted(module_name(path) for path in source_files() if path.name != "__main__.py")
    result = imported(*modules, path=ROOT / "src")
    assert (result.returncode, result.stderr) == (0, "")


def test_the_check_sees_a_module_that_acts_when_imported(tmp_path: Path) -> None:
    (tmp_path / "connects.py").write_text("import socket\nsocket.create_connection(('127.0.0.1', 9))\n")
    (tmp_path / "writes.py").write_text("from pathlib import Path\nPath('x').write_text('x')\n")
    for module in ("connects", "writes"):
        result = imported(module, path=tmp_path)
        assert result.returncode == 1
        assert "while importing" in result.stderr
