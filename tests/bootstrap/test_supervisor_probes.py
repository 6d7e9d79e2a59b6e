"""Readiness probes against real sockets and files."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import pytest

from doorward.bootstrap import supervisor_probes as probes
from doorward.bootstrap.supervisor_parts import Probe


@dataclass(frozen=True)
class Run:
    """A run that printed these lines."""

    lines: tuple[str, ...] = ()
    pid: int = 1

    def printed(self, text: str) -> bool:
        return any(text in line for line in self.lines)


def ask(probe: Probe, run: Run = Run()) -> bool:
    return asyncio.run(probes.attempt(probe, run))


def ask_a_server(answer: bytes, probe: Callable[[int, Path], Probe], folder: Path) -> bool:
    """What the probe says of a server that answers so, on a port and on a unix socket."""
    served = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if answer:
            await reader.readuntil(b"\r\n\r\n")
        writer.write(answer)
        writer.close()
        with suppress(OSError):
            await writer.wait_closed()
        served.set()

    async def whole() -> bool:
        path = folder / "x.sock"
        async with (
            await asyncio.start_server(serve, "127.0.0.1", 0) as tcp,
            await asyncio.start_unix_server(serve, str(path)),
        ):
            port = tcp.sockets[0].getsockname()[1]
            is_ready = await probes.attempt(probe(port, path), Run())
            await served.wait()
            return is_ready

    return asyncio.run(whole())


HTTP: list[Callable[[int, Path], Probe]] = [
    lambda port, _: probes.http_over_tcp("127.0.0.1", port, "/ready"),
    lambda _, path: probes.http_over_unix_socket(path, "/ready"),
]
SOCKETS: list[Callable[[int, Path], Probe]] = [
    lambda port, _: probes.tcp_port("127.0.0.1", port),
    lambda _, path: probes.unix_socket(path),
]


@pytest.mark.parametrize("probe", HTTP)
@pytest.mark.parametrize(
    ("answer", "ready"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\n", True),
        (b"HTTP/1.1 204 No Content\r\n\r\n", True),
        (b"HTTP/1.1 503 Service Unavailable\r\n\r\n", False),
        (b"HTTP/1.1 302 Found\r\n\r\n", False),
        (b"220 smtp.example.com\r\n", False),
        (b"", False),
    ],
)
def test_only_a_good_answer_means_ready(
    tmp_path: Path, probe: Callable[[int, Path], Probe], answer: bytes, *, ready: bool
) -> None:
    assert ask_a_server(answer, probe, tmp_path) is ready


@pytest.mark.parametrize("probe", SOCKETS)
def test_a_socket_that_accepts_means_ready(tmp_path: Path, probe: Callable[[int, Path], Probe]) -> None:
    assert ask_a_server(b"", probe, tmp_path)


@pytest.mark.parametrize("probe", [*SOCKETS, *HTTP])
def test_a_socket_that_is_not_there_means_not_yet(
    tmp_path: Path, probe: Callable[[int, Path], Probe]
) -> None:
    assert not ask(probe(1, tmp_path / "x.sock"))


def test_a_line_that_was_printed_means_ready() -> None:
    assert ask(probes.line_printed("ready"), Run(("starting", "relay ready")))
    assert not ask(probes.line_printed("ready"), Run(("starting",)))


def test_a_line_in_a_file_means_ready(tmp_path: Path) -> None:
    probe = probes.line_in_file(tmp_path / "state", "ready")
    assert not ask(probe)
    (tmp_path / "state").write_text("starting\n")
    assert not ask(probe)
    (tmp_path / "state").write_bytes(b"\xff ready\n")
    assert ask(probe)


def test_a_part_may_be_ready_as_soon_as_it_runs() -> None:
    assert ask(probes.alive())


def test_a_probe_that_hangs_means_not_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(probes, "ATTEMPT_SECONDS", 0.05)

    async def hang(_: object) -> bool:
        await asyncio.sleep(60)
        return True

    assert not ask(hang)


def test_every_probe_must_find_it_ready() -> None:
    yes, no = probes.alive(), probes.line_printed("never")
    assert ask(probes.every(yes, yes))
    assert not ask(probes.every(yes, no))
    assert not ask(probes.every(no, yes))
