"""One running process: started, listened to, signalled, gone.

Every process is the leader of a session of its own: a Ctrl-C at the terminal reaches the supervisor
only, and signals to the group reach what the process started too.

Linux only: a process is watched and signalled through a pidfd, which cannot mean another process that
got the same number later.
"""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Self

from doorward.bootstrap import child
from doorward.bootstrap.processes_output import Output

READ_SIZE = 64 * 1024
READS_AT_THE_END = 64

INHERITED = (
    "HOME",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "LANG",
    "LC_ALL",
    "LD_LIBRARY_PATH",
    "LOGNAME",
    "NO_PROXY",
    "PATH",
    "PYTHONPATH",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "TMPDIR",
    "TZ",
    "USER",
    "VIRTUAL_ENV",
    "http_proxy",
    "https_proxy",
    "no_proxy",
)
"""Environment variables that every part may see. The rest, which may hold secrets, is given by name."""


def environment_of(part: Mapping[str, str], *, ours: Mapping[str, str]) -> dict[str, str]:
    """What a part sees: the harmless variables of ``ours`` and its own."""
    return {name: ours[name] for name in INHERITED if name in ours} | dict(part)


class Process:
    """A child process. ``ended`` is set once it is gone; then ``exit_code`` says how.

    ``exit_code`` is negative for a process that a signal ended, as in ``subprocess``.
    """

    def __init__(self, popen: subprocess.Popen[bytes], pidfd: int, reading: int, output: Output) -> None:
        self._popen = popen
        self._pidfd = pidfd
        self._reading = reading
        self.pid = popen.pid
        self.output = output
        self.ended = asyncio.Event()
        self.exit_code: int | None = None
        loop = asyncio.get_running_loop()
        loop.add_reader(pidfd, self._gone)
        loop.add_reader(reading, self._read)

    @classmethod
    def start(
        cls, command: Sequence[str], *, environment: Mapping[str, str], cwd: Path, output: Output
    ) -> Self:
        """Start ``command`` with exactly this ``environment``. Call it on the event loop's thread.

        A program that does not exist ends with exit code 127 and says so in its output.

        Raises OSError when the system can start no process at all, or ``cwd`` is not there.
        """
        wrapper = [sys.executable, "-I", "-S", child.__file__, str(os.getpid())]
        reading, writing = os.pipe()
        try:
            os.set_blocking(reading, False)
            popen = subprocess.Popen(
                [*wrapper, *command],
                env=dict(environment),
                cwd=cwd,
                stdin=subprocess.DEVNULL,
                stdout=writing,
                stderr=writing,
                start_new_session=True,
            )
        except BaseException:
            os.close(reading)
            raise
        finally:
            os.close(writing)
        return cls(popen, os.pidfd_open(popen.pid), reading, output)

    def send(self, number: signal.Signals) -> None:
        """Send a signal to the process itself; nothing happens when it is gone."""
        if not self.ended.is_set():
            with suppress(ProcessLookupError):
                signal.pidfd_send_signal(self._pidfd, number)

    def kill(self) -> None:
        """Kill the process and all that it started, wait for it, and set ``ended``."""
        if not self.ended.is_set():
            self.send(signal.SIGKILL)
            self._gone()

    def _gone(self) -> None:
        # Before the process is reaped, its number cannot be anyone else's: the group is still its own.
        os.waitid(os.P_PIDFD, self._pidfd, os.WEXITED | os.WNOWAIT)
        os.killpg(self.pid, signal.SIGKILL)
        self.exit_code = self._popen.wait()
        loop = asyncio.get_running_loop()
        loop.remove_reader(self._pidfd)
        os.close(self._pidfd)
        self._read_the_rest()
        self.ended.set()

    def _read_the_rest(self) -> None:
        # Bounded: someone outside the group may hold the other end and go on writing.
        for _ in range(READS_AT_THE_END):
            if not self._read():
                break
        if self._reading >= 0:
            self._stop_reading()
        self.output.finish()

    def _read(self) -> bool:
        if self._reading < 0:
            return False
        try:
            data = os.read(self._reading, READ_SIZE)
        except BlockingIOError:
            return False
        if data:
            self.output.feed(data)
        else:
            self._stop_reading()
        return bool(data)

    def _stop_reading(self) -> None:
        asyncio.get_running_loop().remove_reader(self._reading)
        os.close(self._reading)
        self._reading = -1
