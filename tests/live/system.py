"""A whole Doorward as the user starts it: ``doorward demo`` as a process, on free ports, in a folder of
the test's own. What is started here is ended here, and nothing may be left behind.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import psutil
import yaml

from tests.live.visitor import SCRIPT, Door, Visitor

DOORWARD = Path(sys.executable).with_name("doorward")
START_WITHIN = 40.0
STOP_WITHIN = 25.0
LOOK_EVERY = 0.02
PORTS = ("https", "relay", "metrics", "sample", "entra")
ADA, BOB = "ada@example.com", "bob@example.com"


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """What it printed, as JSON."""
        return json.loads(self.out)


@dataclass
class System:
    """One demonstration, from ``with`` to the end of its block. ``data`` is a folder of the test's own;
    ``options`` are more words for the command, ``settings`` more settings by their name."""

    data: Path
    ports: Mapping[str, int] = field(
        default_factory=lambda: dict(zip(PORTS, free_ports(len(PORTS)), strict=True))
    )
    options: Sequence[str] = ()
    settings: Mapping[str, str] = field(default_factory=dict)
    described: dict[str, Any] = field(default_factory=dict)
    _process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    # --- the process ----------------------------------------------------------------------------

    def command(self) -> list[str]:
        """What a person would type."""
        ports = [word for name, port in self.ports.items() for word in (f"--{name}-port", str(port))]
        return [str(DOORWARD), "demo", "--data", str(self.data), *ports, *self.options, "--json"]

    def start(self) -> None:
        """Start it and wait until it says that it is ready."""
        process = subprocess.Popen(
            self.command(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            env=environment() | {f"DOORWARD_{name.upper()}": value for name, value in self.settings.items()},
        )
        self._process, line = process, ""
        try:
            line = _first_line(process, START_WITHIN)
            self.described = json.loads(line)
        except BaseException as error:
            self.stop()
            raise AssertionError(f"doorward demo did not become ready:\n{line[-4000:]}") from error

    def stop(self) -> int:
        """Ctrl-C, and look that no process of it is left. Returns the exit code."""
        process, self._process = self._process, None
        if process is None:
            return 0
        process.send_signal(signal.SIGINT)
        try:
            process.wait(STOP_WITHIN)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(STOP_WITHIN)
            raise AssertionError(f"it did not stop within {STOP_WITHIN:.0f} s") from None
        finally:
            if process.stdout is not None:
                process.stdout.close()
        left = self.processes()
        for found in left:
            found.kill()
        assert not left, f"left behind: {left}"
        return process.returncode

    def processes(self) -> list[psutil.Process]:
        """Every process that works in the data folder."""
        found = []
        for process in psutil.process_iter():
            with contextlib.suppress(psutil.Error):
                if Path(process.cwd()) == self.data and process.status() != psutil.STATUS_ZOMBIE:
                    found.append(process)
        return found

    # --- its parts --------------------------------------------------------------------------------

    def parts(self) -> dict[str, dict[str, Any]]:
        """What the supervisor reports of each part."""
        return dict(json.loads((self.data / "run" / "parts.json").read_text())["parts"])

    def pid_of(self, part: str) -> int:
        """The process id of a part."""
        return int(self.parts()[part]["pid"])

    @contextlib.contextmanager
    def frozen(self, part: str) -> Iterator[None]:
        """Within the block that part hangs: its process neither works nor ends."""
        pid = self.pid_of(part)
        os.kill(pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(pid, signal.SIGCONT)

    def log(self, part: str) -> str:
        """What a part has logged."""
        return (self.data / "logs" / f"{part}.log").read_text(errors="replace")

    def logged(self, path: str) -> dict[str, Any]:
        """The last line of the access log about a path, when it is there."""
        for _ in eventually(f"a line about {path}"):
            lines = (self.data / "logs" / "access.log").read_text().splitlines()
            found = [line for line in map(json.loads, lines) if line["path"] == path]
            if found:
                return dict(found[-1])
        raise AssertionError(path)

    # --- people and administrators ----------------------------------------------------------------

    @property
    def team_url(self) -> str:
        """The team domain's origin."""
        return str(self.described["team_url"])

    @property
    def app_url(self) -> str:
        """The sample application's origin."""
        return str(self.described["application_url"])

    def url(self, hostname: str) -> str:
        """The origin of another hostname."""
        return f"https://{hostname}:{self.ports['https']}"

    def password(self, email: str) -> str:
        """A person's password."""
        return next(str(p["password"]) for p in self.described["people"] if p["email"] == email)

    @property
    def door(self) -> Door:
        """The way in for clients: address and authority."""
        return self.door_from("127.0.0.1")

    def door_from(self, source: str) -> Door:
        """The same, for a client at another address of this machine."""
        context = ssl.create_default_context(cafile=str(self.described["ca_file"]))
        return Door(port=self.ports["https"], context=context, source=source)

    def visitor(self, source: str = "127.0.0.1") -> Visitor:
        """A browser that nobody has used yet."""
        return Visitor(door=self.door_from(source))

    def add_applications(self, *applications: Mapping[str, object]) -> None:
        """Bring these into force, beside those that there are or in place of those with their ids."""
        new = {application["id"] for application in applications}
        present = yaml.safe_load(self.cli("export").out)["applications"]
        kept = [application for application in present if application["id"] not in new]
        applied = self.apply({"applications": [*kept, *applications]})
        assert applied.code == 0, applied

    def sign_in(self, email: str, url: str = "") -> Visitor:
        """A browser in which this person has signed in on the way to ``url``."""
        visitor = self.visitor()
        visitor.sign_in(url or f"{self.app_url}/", email, self.password(email))
        return visitor

    def session_of(self, visitor: Visitor) -> str:
        """The id of this visitor's session."""
        answer = visitor.get(f"{self.app_url}/cdn-cgi/access/get-identity", SCRIPT)
        return str(answer.json()["session_id"])

    def cli(self, *words: str, stdin: str | None = None) -> Ended:
        """Run ``doorward ...`` on this data folder."""
        return run_cli(*words, data=self.data, stdin=stdin)

    def apply(self, file: Mapping[str, object]) -> Ended:
        """``doorward apply`` with this content."""
        return self.cli("apply", "-f", "-", stdin=json.dumps({"version": 1, **file}))


def run_cli(*words: str, data: Path, stdin: str | None = None) -> Ended:
    """Run a command to its end."""
    done = subprocess.run(
        [str(DOORWARD), *words],
        input=stdin if stdin is not None else "",
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env=environment() | {"DOORWARD_DATA": str(data)},
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def environment() -> dict[str, str]:
    """The environment without settings for Doorward that a developer may have there."""
    return {key: value for key, value in os.environ.items() if not key.startswith("DOORWARD_")}


def free_ports(count: int) -> Sequence[int]:
    """Ports that nobody has, all different."""
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.socket()) for _ in range(count)]
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [int(each.getsockname()[1]) for each in sockets]


def eventually(check: str, within: float = 10.0) -> Iterator[float]:
    """Yield the seconds gone by, again and again, until the caller breaks; fail after ``within``."""
    began = time.monotonic()
    while (gone := time.monotonic() - began) < within:
        yield gone
        time.sleep(LOOK_EVERY)
    raise AssertionError(f"not within {within:g} s: {check}")


def _first_line(process: subprocess.Popen[bytes], within: float) -> str:
    """The first line, or what there is when time or the process is over."""
    assert process.stdout is not None
    until, text = time.monotonic() + within, b""
    while b"\n" not in text and (left := until - time.monotonic()) > 0:
        if select.select([process.stdout], [], [], left)[0]:
            chunk = os.read(process.stdout.fileno(), 65536)
            if not chunk:
                break
            text += chunk
    return text.decode(errors="replace")
