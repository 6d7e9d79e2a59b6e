"""Runs between the supervisor and a part: prepares the process, then becomes the part's program.

It ties the part's life to the supervisor's, so that even a supervisor that was killed leaves nothing
behind. It runs as a file, without the package around it (``python -I -S child.py``), because that
takes 15 ms: it may import the standard library only.

Rule: the kernel ties the process to the *thread* that started it (prctl(2), PR_SET_PDEATHSIG), so the
supervisor starts parts from the thread of its event loop and no other.
Rule: the tie holds for the part itself, not for its children. A part that has children of its own calls
``die_with_parent`` in each of them.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import sys

PR_SET_PDEATHSIG = 1
OPEN_FILES = 65_536
CANNOT_START = 127
"""Exit code of a program that could not be started, as a shell has it."""


def die_with_parent(parent: int) -> None:
    """Have the kernel kill this process when the thread that started it ends.

    ``parent`` is the process id of the starter: one that ended before the kernel knew of the tie
    is found by comparing, and then this process ends at once.

    Raises OSError when the kernel refuses.
    """
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_PDEATHSIG) failed")
    if os.getppid() != parent:
        os._exit(1)


def prepare(parent: int) -> None:
    """Make this process what every part expects to begin in."""
    die_with_parent(parent)
    # Databases, keys, logs and sockets are for this user alone, whatever the shell's umask is.
    os.umask(0o077)
    # Python ignores these two, and a program started from it would inherit that.
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
    # Every connection of a person is a file; the usual limit of 1024 is for programs that use select().
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = OPEN_FILES if hard == resource.RLIM_INFINITY else min(hard, OPEN_FILES)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def main(arguments: list[str]) -> int:
    """``child.py PARENT-PID PROGRAM [ARGUMENT ...]``: prepare, then become the program."""
    parent, *command = arguments
    prepare(int(parent))
    try:
        os.execvp(command[0], command)  # noqa: S606  (no shell is wanted)
    except OSError as error:
        sys.stderr.write(f"cannot start {command[0]}: {error.strerror}\n")
    return CANNOT_START


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
