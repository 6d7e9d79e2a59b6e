"""``/ready`` and ``/metrics`` of a connector, on 127.0.0.1 only."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping

from doorward.model.errors import Unavailable

PREFIX = "doorward_connector_"


class StatusServer:
    """``metrics`` gives numbers by name; the connector is ready while it has a link."""

    def __init__(self, metrics: Callable[[], Mapping[str, int]]) -> None:
        self._metrics = metrics
        self._server: asyncio.Server | None = None

    async def open(self, port: int) -> None:
        """Listen. Raises Unavailable when the port is taken."""
        try:
            self._server = await asyncio.start_server(self._answer, "127.0.0.1", port, limit=8192)
        except OSError as error:
            raise Unavailable(f"port {port} for /metrics is taken: {error.strerror}") from error

    def close(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(5):
                request = await reader.readuntil(b"\r\n\r\n")
            writer.write(self.respond(request.split(b"\r\n", 1)[0].decode("latin-1")))
            await writer.drain()
        except (OSError, asyncio.IncompleteReadError, asyncio.LimitOverrunError):
            pass
        finally:
            writer.close()

    def respond(self, request_line: str) -> bytes:
        """The whole answer to a request with this first line."""
        metrics = self._metrics()
        match request_line.split(" ")[:2]:
            case ["GET", "/ready"]:
                status, body = ("200 OK", "ready\n") if metrics["links"] else ("503 Not Ready", "no link\n")
            case ["GET", "/metrics"]:
                status, body = "200 OK", "".join(_exposition(name, metrics[name]) for name in metrics)
            case _:
                status, body = "404 Not Found", "only /ready and /metrics are here\n"
        head = (
            f"HTTP/1.1 {status}\r\ncontent-type: text/plain; version=0.0.4\r\n"
            f"content-length: {len(body)}\r\nconnection: close\r\n\r\n"
        )
        return (head + body).encode()


def _exposition(name: str, value: int) -> str:
    kind = "counter" if name.endswith("_total") else "gauge"
    return f"# TYPE {PREFIX}{name} {kind}\n{PREFIX}{name} {value}\n"
