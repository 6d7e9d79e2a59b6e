"""A ``doorward`` command that keeps running, such as ``doorward tunnel run``, as a process of the test."""

from __future__ import annotations

import contextlib
import os
import select
import signal
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.live.system import DOORWARD, STOP_WITHIN, environment

START_WITHIN = 20.0


@dataclass
class Command:
    """One running command; its standard output and error are read together."""

    process: subprocess.Popen[bytes]
    said: str = field(default="")

    def wait_for(self, words: str, within: float = START_WITHIN) -> None:
        """Read on until it has said ``words``."""
        until = time.monotonic() + within
        while words not in self.said:
            left = until - time.monotonic()
            if left <= 0 or not self._read(left):
                raise AssertionError(f"it never said {words!r}:\n{self.said}")

    def ended(self, within: float = STOP_WITHIN) -> int:
        """Wait for its end; the exit code."""
        code = self.process.wait(within)
        while self._read(1):
            pass
        return code

    def interrupt(self) -> int:
        """Ctrl-C; the exit code."""
        self.process.send_signal(signal.SIGINT)
        return self.ended()

    def _read(self, within: float) -> bool:
        assert self.process.stdout is not None
        if not select.select([self.process.stdout], [], [], within)[0]:
            return False
        chunk = os.read(self.process.stdout.fileno(), 65536)
        self.said += chunk.decode(errors="replace")
        return bool(chunk)


@contextlib.contextmanager
def running(data: Path, *words: str) -> Iterator[Command]:
    """``doorward ...`` on a data folder until the end of the block."""
    with subprocess.Popen(
        [str(DOORWARD), *words],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        start_new_session=True,
        env=environment() | {"DOORWARD_DATA": str(data)},
    ) as process:
        try:
            yield Command(process)
        finally:
            if process.poll() is None:
                process.send_signal(signal.SIGINT)
                try:
                    process.wait(STOP_WITHIN)
                finally:
                    process.kill()


@contextlib.contextmanager
def connector(data: Path, folder: Path, token: str) -> Iterator[Command]:
    """A connector with this token, connected."""
    file = folder / f"token-{time.monotonic_ns()}"
    file.write_text(token)
    with running(data, "tunnel", "run", "--grace", "0", "--token-file", str(file)) as command:
        command.wait_for("Connected.")
        yield command
