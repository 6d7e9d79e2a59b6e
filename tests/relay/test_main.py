"""A whole relay, with a whole connector, over real sockets and TLS."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from pathlib import Path

import pytest
import uvloop

from doorward.model.application import Origin
from doorward.model.errors import Invalid, Unavailable
from doorward.model.ids import ApplicationId, SessionId
from tests.fakes.tunnel_world import APPLICATION, TUNNEL, running_world, to_the_end, until, world


def test_bytes_pass_both_ways_and_half_close_is_passed_on() -> None:
    async def scenario() -> None:
        async with running_world() as made:
            reader, writer = await made.connect()
            writer.write(b"hello")
            assert await reader.readexactly(5) == b"hello"
            writer.write(bytes(3_000_000))
            writer.write_eof()
            assert len(await reader.read()) == 3_000_000
            await until(lambda: not made.control.connectors()[0].streams)

    uvloop.run(scenario())


def test_an_origin_that_speaks_first_is_heard() -> None:
    async def greeter(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 welcome\r\n")
        await writer.drain()

    async def scenario() -> None:
        async with running_world(origin=greeter) as made:
            reader, _ = await made.connect()
            assert await reader.read() == b"220 welcome\r\n"

    uvloop.run(scenario())


def test_a_tunnel_has_a_socket_only_while_it_has_a_connector() -> None:
    async def scenario() -> None:
        async with world() as made:
            made.front().parent.mkdir()
            made.front().touch()
            await made.start_relay()
            assert not made.front().exists()
            connector = await made.start_connector()
            assert made.front().is_socket()
            assert made.front().stat().st_mode & 0o777 == 0o600
            connector.stop.set()
            await connector.task
            await until(lambda: not made.front().exists())

    uvloop.run(scenario())


def test_live_streams_are_listed_and_a_session_s_are_cut_within_a_second() -> None:
    async def scenario() -> None:
        async with running_world() as made:
            ada, ada_writer = await made.connect(session="ada")
            bob, bob_writer = await made.connect(session="-")
            ada_writer.write(b"a")
            bob_writer.write(b"b")
            await ada.readexactly(1)
            await bob.readexactly(1)
            live = await made.control.streams()
            assert [(s.session, s.application, s.tunnel, s.source) for s in live] == [
                ("ada", APPLICATION, TUNNEL, "192.0.2.7"),
                ("", APPLICATION, TUNNEL, "192.0.2.7"),
            ]
            begun = time.monotonic()
            assert await made.control.cut_sessions([SessionId("ada")]) == 1
            with pytest.raises(ConnectionError):
                await to_the_end(ada)
            assert time.monotonic() - begun < 1
            bob_writer.write(b"still here")
            assert await bob.readexactly(10) == b"still here"
            assert await made.control.cut_streams([live[1].id, "another-7"]) == 1
            with pytest.raises(ConnectionError):
                await to_the_end(bob)
            assert list(await made.control.streams()) == []
            await until(lambda: not made.handlers)

    uvloop.run(scenario())


def test_a_service_that_leaves_the_list_loses_its_streams_and_others_keep_theirs() -> None:
    async def scenario() -> None:
        async with running_world() as made:
            other = ApplicationId("other")
            made.services[other] = made.services[APPLICATION]
            await made.control.admit([made.admission()])
            await asyncio.sleep(0.05)
            kept, kept_writer = await made.connect()
            gone, gone_writer = await made.connect(other)
            for reader, writer in ((kept, kept_writer), (gone, gone_writer)):
                writer.write(b"x")
                await reader.readexactly(1)
            del made.services[other]
            await made.control.admit([made.admission()])
            with pytest.raises(ConnectionError):
                await to_the_end(gone)
            kept_writer.write(b"y")
            assert await kept.readexactly(1) == b"y"

    uvloop.run(scenario())


def test_an_origin_that_is_down_closes_the_connection_and_the_reason_is_known() -> None:
    async def scenario() -> None:
        async with running_world() as made:
            made.services[APPLICATION] = Origin(url="http://127.0.0.1:1")
            await made.control.admit([made.admission()])
            await asyncio.sleep(0.05)
            reader, writer = await made.connect()
            writer.write(b"GET / HTTP/1.1\r\n\r\n")
            with pytest.raises(ConnectionError):
                await to_the_end(reader)
            await until(lambda: made.control.metrics()["relay"]["streams_refused"] == 1)
            assert made.control.problems() == {APPLICATION: "nothing listens on 127.0.0.1 port 1"}
            made.services[APPLICATION] = Origin(url=f"http://127.0.0.1:{made.origin_port}")
            await made.control.admit([made.admission()])
            await asyncio.sleep(0.05)
            reader, writer = await made.connect()
            writer.write(b"x")
            assert await reader.readexactly(1) == b"x"
            await until(lambda: made.control.problems() == {})

    uvloop.run(scenario())


def test_a_slow_reader_holds_bounded_memory_and_stops_the_origin() -> None:
    sent = 0

    async def flood(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal sent
        while True:
            writer.write(bytes(65536))
            await writer.drain()
            sent += 65536

    async def scenario() -> None:
        async with running_world(origin=flood) as made:
            reader, _ = await made.connect(limit=1024)
            before = -1
            while before != sent:
                before = sent
                await asyncio.sleep(0.2)
            # The window, the buffers of four sockets in the kernel, and a turn at each end.
            assert 256 * 1024 < sent < 24 * 1024 * 1024
            assert len(await reader.readexactly(4_000_000)) == 4_000_000

    uvloop.run(scenario())


def test_small_requests_stay_quick_beside_a_bulk_transfer() -> None:
    async def origin(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(100):
            writer.write(bytes(1_000_000) if data == b"bulk" else data)
            await writer.drain()
            while data == b"bulk":
                writer.write(bytes(65536))
                await writer.drain()

    async def scenario() -> None:
        async with world(origin=origin) as made:
            await made.start_relay()
            await made.start_connector(links=1)
            bulk, bulk_writer = await made.connect()
            bulk_writer.write(b"bulk")
            small, small_writer = await made.connect()
            moved = 0
            slowest = 0.0
            for _ in range(50):
                begun = time.monotonic()
                small_writer.write(b"ping")
                await small.readexactly(4)
                slowest = max(slowest, time.monotonic() - begun)
                moved += len(await bulk.readexactly(100_000))
            assert moved == 5_000_000
            assert slowest < 0.5

    uvloop.run(scenario())


def test_a_port_that_is_taken_is_named() -> None:
    async def scenario() -> None:
        async with world() as made:
            await made.start_relay()
            with pytest.raises(Unavailable, match=f"127.0.0.1 port {made.port}"):
                await made.start_relay()

    uvloop.run(scenario())


def test_a_file_that_holds_no_certificate_is_named() -> None:
    async def scenario() -> None:
        async with world() as made:
            settings = replace(made.settings, certificate=Path("/dev/null"))
            with pytest.raises(Invalid, match="/dev/null"):
                await made.start_relay(settings)

    uvloop.run(scenario())
