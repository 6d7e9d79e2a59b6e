"""A whole connector, with a whole relay, over real sockets and TLS."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import time
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import uvloop

from doorward.connector import main
from doorward.connector.settings import ConnectorSettings
from doorward.model.errors import Invalid, Refused
from doorward.model.ids import SessionId
from doorward.tunnel.token import RelayAddress
from tests.fakes.tunnel_world import World, free_port, running_world, to_the_end, until, world


async def says_echo(made: World) -> bool:
    """Whether a new connection reaches the origin."""
    with contextlib.suppress(OSError):
        reader, writer = await made.connect()
        writer.write(b"?")
        return await reader.read(1) == b"?"
    return False


async def until_served(made: World) -> None:
    async with asyncio.timeout(5):
        while not await says_echo(made):
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("wrong", [{"secret": "wrong"}, {"tunnel": "deleted"}])
def test_a_wrong_token_ends_the_connector_with_a_sentence(wrong: dict[str, str]) -> None:
    async def scenario() -> None:
        async with world() as made:
            await made.start_relay()
            await until(lambda: made.control.connected() == 1)
            token = replace(made.token, **wrong)  # type: ignore[arg-type]  # names of fields
            running = await made.start_connector(wait=False, token=token)
            with pytest.raises(Refused, match="token is not valid"):
                await running.task

    uvloop.run(scenario())


def test_a_revoked_token_cuts_a_running_connector_off_at_once() -> None:
    async def scenario() -> None:
        async with world() as made:
            await made.start_relay()
            running = await made.start_connector()
            reader, _ = await made.connect()
            begun = time.monotonic()
            await made.control.admit([made.admission(secret="another")])
            with pytest.raises(Refused, match="revoked"):
                await running.task
            with pytest.raises(ConnectionError):
                await to_the_end(reader)
            assert time.monotonic() - begun < 1
            await until(lambda: not made.front().exists())

    uvloop.run(scenario())


def test_a_relay_that_knows_nothing_yet_says_wait_and_never_wrong() -> None:
    async def scenario() -> None:
        async with world(admit=False) as made:
            await made.start_relay()
            running = await made.start_connector(wait=False)
            await asyncio.sleep(0.3)
            assert not running.task.done()
            await made.control.admit([made.admission()])
            await until(running.ready.is_set)

    uvloop.run(scenario())


def test_a_relay_with_another_authority_s_certificate_is_not_trusted() -> None:
    async def scenario() -> None:
        async with world() as made:
            await made.start_relay()
            stranger = replace(made.token, server_name="another.doorward")
            running = await made.start_connector(wait=False, token=stranger)
            await asyncio.sleep(0.3)
            assert not running.ready.is_set()
            assert made.control.metrics()["relay"]["links_registered"] == 0
            damaged = replace(made.token, authority=b"no certificate")
            with pytest.raises(Invalid, match="no usable certificate"):
                await (await made.start_connector(wait=False, token=damaged)).task

    uvloop.run(scenario())


def test_a_restarted_relay_is_found_again_within_seconds() -> None:
    async def scenario() -> None:
        async with world() as made:
            relay = await made.start_relay()
            await made.start_connector()
            await until_served(made)
            relay.cancel()
            await asyncio.wait([relay])
            await asyncio.sleep(0.5)
            await made.start_relay()
            await until_served(made)

    uvloop.run(scenario())


def test_when_one_connector_dies_the_other_serves() -> None:
    async def scenario() -> None:
        async with world() as made:
            await made.start_relay()
            first = await made.start_connector()
            await made.start_connector()
            assert len({status.id for status in made.control.connectors()}) <= 2
            first.task.cancel()
            await asyncio.wait([first.task])
            await until_served(made)

    uvloop.run(scenario())


def test_draining_lets_a_request_finish_and_takes_no_new_one() -> None:
    release = asyncio.Event()

    async def slow(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read(1)
        await release.wait()
        writer.write(b"the answer")
        await writer.drain()

    async def scenario() -> None:
        async with world(origin=slow) as made:
            await made.start_relay()
            running = await made.start_connector()
            reader, writer = await made.connect()
            writer.write(b"?")
            await until(lambda: len(made.handlers) == 1)
            running.stop.set()
            await asyncio.sleep(0.2)
            assert not running.task.done()
            assert not await says_echo(made)
            release.set()
            assert await reader.read() == b"the answer"
            writer.close()
            await asyncio.wait_for(running.task, 3)

    uvloop.run(scenario())


def test_draining_ends_at_the_end_of_its_grace_whatever_still_runs() -> None:
    async def silent(reader: asyncio.StreamReader, _: asyncio.StreamWriter) -> None:
        await reader.read()

    async def scenario() -> None:
        async with world(origin=silent) as made:
            await made.start_relay()
            running = await made.start_connector(grace=0.2)
            reader, writer = await made.connect()
            writer.write(b"?")
            await until(lambda: len(made.handlers) == 1)
            running.stop.set()
            await asyncio.wait_for(running.task, 2)
            with pytest.raises(ConnectionError):
                await to_the_end(reader)

    uvloop.run(scenario())


def test_every_relay_of_the_token_is_dialled_and_one_that_is_down_stops_nobody() -> None:
    async def scenario() -> None:
        async with world() as made:
            await made.start_relay()
            down = RelayAddress(host="127.0.0.1", port=free_port())
            await made.start_connector(token=replace(made.token, relays=(down, *made.token.relays)))
            await until_served(made)

    uvloop.run(scenario())


def test_ready_is_served_where_asked() -> None:
    async def scenario() -> None:
        async with world() as made:
            await made.start_relay()
            port = free_port()
            await made.start_connector(metrics_port=port)
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET /ready HTTP/1.1\r\n\r\n")
            assert (await reader.read()).startswith(b"HTTP/1.1 200")
            writer.close()

    uvloop.run(scenario())


@contextlib.asynccontextmanager
async def black_hole(made: World) -> AsyncIterator[tuple[int, asyncio.Event]]:
    """A proxy before the relay that, once told, swallows everything and closes nothing."""
    swallowing = asyncio.Event()

    async def pump(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(65536):
            if not swallowing.is_set():
                writer.write(data)
        if not swallowing.is_set():
            writer.close()

    async def carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        onward_reader, onward = await made.knock()
        await asyncio.gather(pump(reader, onward), pump(onward_reader, writer), return_exceptions=True)

    yield await made.serve_origin(carry), swallowing


def test_a_link_that_dies_silently_is_noticed_at_both_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("doorward.relay.main.TICK", 0.1)
    monkeypatch.setattr("doorward.connector.keeper.TICK", 0.1)

    async def scenario() -> None:
        async with world() as made:
            await made.start_relay()
            async with black_hole(made) as (port, swallowing):
                through = replace(made.token, relays=(RelayAddress(host="127.0.0.1", port=port),))
                await made.start_connector(token=through, metrics_port=(metrics := free_port()))
                reader, _ = await made.connect()
                await until(lambda: len(made.control.connectors()) == 1)
                swallowing.set()
                with pytest.raises(ConnectionError):
                    await asyncio.wait_for(to_the_end(reader), 2)
                await until(lambda: not made.control.connectors(), seconds=2)
                answer = b""
                async with asyncio.timeout(2):
                    while b" 503 " not in answer:
                        status_reader, status = await asyncio.open_connection("127.0.0.1", metrics)
                        status.write(b"GET /ready HTTP/1.1\r\n\r\n")
                        answer = await status_reader.read()
                        status.close()

    uvloop.run(scenario())


def test_a_thousand_idle_streams_are_carried_and_go_away() -> None:
    async def scenario() -> None:
        async with running_world() as made:
            readers = []
            for _ in range(1000):
                reader, writer = await made.connect(session="ada")
                writer.write(b"?")
                readers.append(reader)
            for reader in readers:
                assert await reader.readexactly(1) == b"?"
            assert made.control.connected() == 1
            assert await made.control.cut_sessions([SessionId("ada")]) == 1000

    uvloop.run(scenario())


def test_a_signal_drains_and_the_process_ends_well() -> None:
    async def scenario() -> None:
        async with world() as made:
            await made.start_relay()
            settings = ConnectorSettings(token=made.token, links=1)
            ready = asyncio.Event()
            running = asyncio.create_task(main.run(settings, ready.set))
            await ready.wait()
            os.kill(os.getpid(), signal.SIGTERM)
            await asyncio.wait_for(running, 3)

    uvloop.run(scenario())


def test_a_refused_process_says_why_and_exits_with_1(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refused(*_: object) -> None:
        raise Refused("The tunnel token is not valid.")

    async def stopped(*_: object) -> None:
        return

    settings = ConnectorSettings(token=None)  # type: ignore[arg-type]  # not looked at
    monkeypatch.setattr(main, "run", refused)
    assert main.execute(settings, lambda: None) == 1
    assert capsys.readouterr().err == "doorward: The tunnel token is not valid.\n"
    monkeypatch.setattr(main, "run", stopped)
    assert main.execute(settings, lambda: None) == 0
