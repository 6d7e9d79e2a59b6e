"""Who talks to a scaled edge, and what stands behind it: kept connections, and an origin."""

from __future__ import annotations

import asyncio
import contextlib
from dataclasses import dataclass

from doorward.envoy import names

SERVED, REFUSED = 200, 503
EVERY = 0.005
"""Seconds between questions to the edge: it and this process have other things to do meanwhile."""


@dataclass
class Connection:
    """One kept TLS connection of a client, HTTP/1.1."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    hostname: str
    token: str

    async def status(self) -> int:
        """One request over it. Raises IncompleteReadError when the edge has closed it."""
        self.writer.write(self._request())
        head = await self.reader.readuntil(b"\r\n\r\n")
        length = next(
            int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if b"content-length" in line
        )
        await self.reader.readexactly(length)
        return int(head.split()[1])

    async def upgrade(self) -> None:
        """Make a WebSocket of it."""
        self.writer.write(self._request("Connection: Upgrade", "Upgrade: websocket"))
        head = await self.reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 101"), head

    async def echo(self) -> None:
        """What is said over the WebSocket comes back."""
        self.writer.write(b"are you there?")
        assert await self.reader.readexactly(14) == b"are you there?"

    async def refused(self) -> None:
        """Ask until the edge lets it in no more."""
        while await self.status() == SERVED:
            await asyncio.sleep(EVERY)

    async def served(self) -> None:
        """Ask until the edge lets it in."""
        while await self.status() != SERVED:
            await asyncio.sleep(EVERY)

    def _request(self, *more: str) -> bytes:
        cookie = f"Cookie: {names.TOKEN_COOKIE}={self.token}"
        lines = ["GET / HTTP/1.1", f"Host: {self.hostname}", "Accept: */*", cookie, *more]
        return ("\r\n".join(lines) + "\r\n\r\n").encode()


async def behind_proxy_header(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """What stands in for the relay: PROXY protocol v2, then HTTP."""
    header = await reader.readexactly(16)
    await reader.readexactly(int.from_bytes(header[14:16]))
    await origin(reader, writer)


async def origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Says 200 to requests and echoes what comes over a WebSocket."""
    with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
        while True:
            head = await reader.readuntil(b"\r\n\r\n")
            if b"upgrade: websocket" in head.lower():
                writer.write(
                    b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n"
                )
                while said := await reader.read(4096):
                    writer.write(said)
                break
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")
    writer.close()
