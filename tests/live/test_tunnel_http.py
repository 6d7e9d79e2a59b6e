"""What HTTP/1.1 can do passes a real Envoy, relay and connector, because only bytes are copied."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from hashlib import sha256

import uvloop

from doorward.model.application import Origin
from doorward.model.ids import SessionId
from tests.fakes.tunnel_world import APPLICATION, World, to_the_end, until, world
from tests.live.tunnel_edge import LISTENER, edge

Client = tuple[asyncio.StreamReader, asyncio.StreamWriter]


async def head(reader: asyncio.StreamReader) -> bytes:
    return (await reader.readuntil(b"\r\n\r\n")).lower()


async def chunk(reader: asyncio.StreamReader) -> bytes:
    size = int(await reader.readline(), 16)
    return (await reader.readexactly(size + 2))[:-2]


def as_chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


async def origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Answers by path, and keeps connections alive."""
    while True:
        request = await head(reader)
        path = request.split(b" ")[1]
        if path == b"/echo":
            writer.write(b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n")
            while data := await chunk(reader):
                writer.write(as_chunk(data))
            writer.write(as_chunk(b""))
        elif path == b"/events":
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\n\r\n")
            for number in range(1_000_000):
                writer.write(b"data: %d\n\n" % number)
                await asyncio.sleep(0.01)
        elif path == b"/socket":
            writer.write(b"HTTP/1.1 101 Switching\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n")
            while data := await reader.read(65536):
                writer.write(data)
            return
        elif path == b"/patient":
            writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            assert await reader.readexactly(4) == b"body"
            writer.write(b"HTTP/1.1 201 Created\r\ncontent-length: 0\r\n\r\n")
        elif path == b"/until-closed":
            writer.write(b"HTTP/1.0 200 OK\r\n\r\n" + bytes(5_000_000))
            await writer.drain()
            return
        else:
            await answer_with_digest(request, reader, writer)


async def answer_with_digest(
    request: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Answer with the SHA-256 of the body."""
    _, found, length = request.partition(b"content-length: ")
    size = int(length.split(b"\r\n")[0]) if found else 0
    digest = sha256()
    while size:
        data = await reader.read(min(size, 65536))
        digest.update(data)
        size -= len(data)
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 64\r\n\r\n" + digest.hexdigest().encode())


@contextlib.asynccontextmanager
async def served() -> AsyncIterator[tuple[World, Callable[[], Awaitable[Client]]]]:
    """A tunnel behind an Envoy, and what connects to that."""
    async with world(origin=origin) as made:
        await made.start_relay()
        await made.start_connector()
        with edge(made.folder / "envoy", made.front(), service=APPLICATION, session="ada") as envoy:
            port = envoy.port(LISTENER)

            async def connect() -> Client:
                reader, writer = await asyncio.open_connection("127.0.0.1", port)
                made.writers.append(writer)
                return reader, writer

            yield made, connect


async def request(client: Client, path: str, *headers: str) -> None:
    lines = [f"GET {path} HTTP/1.1", "host: app.test", *headers]
    client[1].write("\r\n".join(lines).encode() + b"\r\n\r\n")


def run(scenario: Callable[[World, Callable[[], Awaitable[Client]]], Awaitable[None]]) -> None:
    async def play() -> None:
        async with asyncio.timeout(60), served() as (made, connect):
            await scenario(made, connect)

    uvloop.run(play())


def test_connections_are_kept_alive_and_bodies_arrive_whole() -> None:
    async def scenario(made: World, connect: Callable[[], Awaitable[Client]]) -> None:
        client = await connect()
        body = bytes(range(256)) * 40_000
        for _ in range(3):
            await request(client, "/", f"content-length: {len(body)}")
            client[1].write(body)
            assert b" 200 ok" in await head(client[0])
            assert await client[0].readexactly(64) == sha256(body).hexdigest().encode()
        assert len(await made.control.streams()) == 1

    run(scenario)


def test_bodies_stream_both_ways_at_once() -> None:
    async def scenario(_: World, connect: Callable[[], Awaitable[Client]]) -> None:
        client = await connect()
        await request(client, "/echo", "transfer-encoding: chunked")
        for number in range(20):
            client[1].write(as_chunk(b"part %d" % number))
            if not number:
                assert b" 200 ok" in await head(client[0])
            assert await chunk(client[0]) == b"part %d" % number
        client[1].write(as_chunk(b""))
        assert await chunk(client[0]) == b""

    run(scenario)


def test_events_arrive_while_they_happen_and_end_at_the_origin_when_the_reader_leaves() -> None:
    async def scenario(made: World, connect: Callable[[], Awaitable[Client]]) -> None:
        client = await connect()
        await request(client, "/events")
        await head(client[0])
        assert b"data: 0" in await chunk(client[0])
        client[1].close()
        await until(lambda: not made.handlers)

    run(scenario)


def test_a_websocket_lives_until_its_session_is_cut() -> None:
    async def scenario(made: World, connect: Callable[[], Awaitable[Client]]) -> None:
        client = await connect()
        await request(
            client, "/socket", "connection: upgrade", "upgrade: websocket", "sec-websocket-version: 13"
        )
        assert b" 101 " in await head(client[0])
        for number in range(20):
            client[1].write(b"frame %d" % number)
            assert await client[0].readexactly(len(b"frame %d" % number)) == b"frame %d" % number
        async with asyncio.timeout(1):
            assert await made.control.cut_sessions([SessionId("ada")]) == 1
            with contextlib.suppress(ConnectionError):
                await to_the_end(client[0])

    run(scenario)


def test_a_client_that_expects_100_continue_gets_it_from_the_origin() -> None:
    async def scenario(_: World, connect: Callable[[], Awaitable[Client]]) -> None:
        client = await connect()
        await request(client, "/patient", "content-length: 4", "expect: 100-continue")
        assert b" 100 continue" in await head(client[0])
        client[1].write(b"body")
        assert b" 201 created" in await head(client[0])

    run(scenario)


def test_an_answer_that_ends_with_its_connection_arrives_whole() -> None:
    async def scenario(_: World, connect: Callable[[], Awaitable[Client]]) -> None:
        client = await connect()
        await request(client, "/until-closed")
        await head(client[0])
        size = 0
        while data := await chunk(client[0]):
            size += len(data)
        assert size == 5_000_000

    run(scenario)


def test_an_origin_that_is_down_and_a_tunnel_without_connector_are_errors_of_the_edge() -> None:
    async def scenario(made: World, connect: Callable[[], Awaitable[Client]]) -> None:
        made.services[APPLICATION] = Origin(url="http://127.0.0.1:1")
        await made.control.admit([made.admission()])
        await asyncio.sleep(0.1)
        client = await connect()
        await request(client, "/")
        assert b" 503 " in await head(client[0])
        await made.control.admit([])
        await until(lambda: not made.front().exists())
        client = await connect()
        await request(client, "/")
        assert b" 503 " in await head(client[0])

    run(scenario)
