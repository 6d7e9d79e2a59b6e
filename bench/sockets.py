"""Thousands of idle WebSockets through the tunnel, and what they cost."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Iterator
from contextlib import contextmanager

from bench.machine import Machine

KEY = "dGhlIHNhbXBsZSBub25jZQ=="
ANSWER = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
    b"Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n\r\n"
)


class _Silent(asyncio.Protocol):
    """Accepts an upgrade, and says nothing more."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.WriteTransport):
            self._transport = transport

    def data_received(self, data: bytes) -> None:
        if b"\r\n\r\n" in data:
            self._transport.write(ANSWER)


async def origin(port: int) -> asyncio.Server:
    """An origin that accepts every upgrade and then stays silent."""
    loop = asyncio.get_running_loop()
    return await loop.create_server(_Silent, "127.0.0.1", port, backlog=1024)


async def open_many(machine: Machine, hostname: str, count: int) -> list[asyncio.StreamWriter]:
    """Open ``count`` WebSockets, fifty at a time. Raises RuntimeError when one is refused."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    gate = asyncio.Semaphore(50)

    async def one() -> asyncio.StreamWriter:
        async with gate:
            reader, writer = await asyncio.open_connection(
                "127.0.0.1", machine.port, ssl=context, server_hostname=hostname, limit=4096
            )
            writer.write(_request(machine, hostname))
            head = await reader.readuntil(b"\r\n\r\n")
            if b" 101 " not in head.split(b"\r\n")[0]:
                raise RuntimeError(f"a WebSocket was refused: {head[:100]!r}")
            return writer

    return list(await asyncio.gather(*(one() for _ in range(count))))


def _request(machine: Machine, hostname: str) -> bytes:
    lines = [
        "GET /ws HTTP/1.1",
        f"Host: {hostname}:{machine.port}",
        f"Cookie: {machine.cookies[hostname]}",
        "Connection: Upgrade",
        "Upgrade: websocket",
        "Sec-WebSocket-Version: 13",
        f"Sec-WebSocket-Key: {KEY}",
    ]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


@contextmanager
def closing(writers: list[asyncio.StreamWriter]) -> Iterator[None]:
    """Close them all at the end."""
    try:
        yield
    finally:
        for writer in writers:
            writer.transport.abort()
