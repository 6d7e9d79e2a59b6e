from __future__ import annotations

import asyncio
import socket

import pytest

from doorward.connector.status import StatusServer
from doorward.model.errors import Unavailable
from tests.fakes.tunnel_world import free_port


def test_ready_follows_the_links() -> None:
    links = 0
    server = StatusServer(lambda: {"links": links})
    assert server.respond("GET /ready HTTP/1.1").startswith(b"HTTP/1.1 503 ")
    links = 1
    assert server.respond("GET /ready HTTP/1.1").startswith(b"HTTP/1.1 200 ")


def test_metrics_are_in_the_format_of_prometheus() -> None:
    answer = StatusServer(lambda: {"links": 4, "streams_opened_total": 7}).respond("GET /metrics HTTP/1.1")
    assert answer.split(b"\r\n\r\n")[1].decode().splitlines() == [
        "# TYPE doorward_connector_links gauge",
        "doorward_connector_links 4",
        "# TYPE doorward_connector_streams_opened_total counter",
        "doorward_connector_streams_opened_total 7",
    ]


@pytest.mark.parametrize("line", ["GET / HTTP/1.1", "POST /metrics HTTP/1.1", "", "nonsense"])
def test_nothing_else_is_there(line: str) -> None:
    assert StatusServer(lambda: {"links": 1}).respond(line).startswith(b"HTTP/1.1 404 ")


def test_it_answers_over_tcp_and_survives_rubbish() -> None:
    async def scenario() -> None:
        port, server = free_port(), StatusServer(lambda: {"links": 1})
        await server.open(port)
        for request, answer in ((b"GET /ready HTTP/1.1\r\n\r\n", b"HTTP/1.1 200 OK"), (b"x" * 20_000, b"")):
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(request)
            writer.write_eof()
            assert (await reader.read()).startswith(answer)
            writer.close()
        server.close()

    asyncio.run(scenario())


def test_a_port_that_is_taken_is_named() -> None:
    async def scenario() -> None:
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = taken.getsockname()[1]
            with pytest.raises(Unavailable, match=str(port)):
                await StatusServer(lambda: {"links": 0}).open(port)

    asyncio.run(scenario())
