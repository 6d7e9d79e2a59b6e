"""Readiness probes: how the supervisor finds out that a part serves."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

from doorward.bootstrap.supervisor_parts import Probe, Run

ATTEMPT_SECONDS = 2.0
LONGEST_STATUS_LINE = 1024


def alive() -> Probe:
    """Ready as soon as it runs."""

    async def probe(_: Run) -> bool:
        return True

    return probe


def line_printed(text: str) -> Probe:
    """Ready once it printed a line that contains ``text``."""

    async def probe(run: Run) -> bool:
        return run.printed(text)

    return probe


def line_in_file(path: Path, text: str) -> Probe:
    """Ready once the file at ``path``, which the part writes anew at each start, contains ``text``."""

    async def probe(_: Run) -> bool:
        content = await asyncio.to_thread(path.read_text, errors="replace")
        return text in content

    return probe


def unix_socket(path: Path) -> Probe:
    """Ready once the unix socket at ``path`` accepts a connection."""

    async def probe(_: Run) -> bool:
        _reader, writer = await asyncio.open_unix_connection(str(path))
        await _close(writer)
        return True

    return probe


def tcp_port(host: str, port: int) -> Probe:
    """Ready once ``port`` accepts a connection."""

    async def probe(_: Run) -> bool:
        _reader, writer = await asyncio.open_connection(host, port)
        await _close(writer)
        return True

    return probe


def http_over_tcp(host: str, port: int, path: str) -> Probe:
    """Ready once ``GET path`` is answered with a 2xx status."""

    async def probe(_: Run) -> bool:
        return await _is_answered(*await asyncio.open_connection(host, port), path=path)

    return probe


def http_over_unix_socket(socket: Path, path: str) -> Probe:
    """Ready once ``GET path`` on the unix socket is answered with a 2xx status."""

    async def probe(_: Run) -> bool:
        return await _is_answered(*await asyncio.open_unix_connection(str(socket)), path=path)

    return probe


def every(*probes: Probe) -> Probe:
    """Ready once all of these find it so."""

    async def probe(run: Run) -> bool:
        for each in probes:
            if not await each(run):
                return False
        return True

    return probe


async def attempt(probe: Probe, run: Run) -> bool:
    """Ask once, for two seconds at most; whatever the network says against it means "not yet"."""
    try:
        async with asyncio.timeout(ATTEMPT_SECONDS):
            return await probe(run)
    except OSError:  # TimeoutError is one of them
        return False


async def _is_answered(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, *, path: str) -> bool:
    try:
        request = f"GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
        writer.write(request.encode("ascii"))
        status_line = await reader.read(LONGEST_STATUS_LINE)
    finally:
        await _close(writer)
    version, _, rest = status_line.partition(b" ")
    return version.startswith(b"HTTP/1.") and rest.startswith(b"2")


async def _close(writer: asyncio.StreamWriter) -> None:
    """Close the connection; how it ends does not matter any more."""
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
