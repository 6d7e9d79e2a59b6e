from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path

from doorward.edge.relays import RelayControl
from doorward.model.ids import ApplicationId, SessionId, TunnelId
from doorward.model.tunnel import ConnectorStatus, LiveStream, TunnelAdmission
from doorward.tunnel.relay_messages import (
    Admit,
    Cut,
    CutDone,
    List,
    Listed,
    Message,
    RelayHello,
    Seen,
    decode,
    encode,
)
from tests.fakes.clock import START

ADMISSION = TunnelAdmission(id=TunnelId("t"), name="home", secret_hash="00", services={})
STATUS = ConnectorStatus(
    id="c", tunnel=TunnelId("t"), version="1", source="192.0.2.1", links=4, streams=9, since=START
)
STREAM = LiveStream(
    id="r-1",
    tunnel=TunnelId("t"),
    application=ApplicationId("a"),
    session=SessionId("s"),
    source="",
    opened=START,
)


class Relay:
    """A relay's end of the line, spoken by hand."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self.writer = writer

    def say(self, message: Message) -> None:
        self.writer.write(encode(message))

    async def hear(self) -> Message | None:
        async with asyncio.timeout(3):
            return decode(await self._reader.readline())


@contextlib.asynccontextmanager
async def control() -> AsyncIterator[tuple[RelayControl, Path]]:
    with tempfile.TemporaryDirectory(prefix="dw") as name:
        path, made = Path(name) / "relays.sock", RelayControl()
        path.touch()
        await made.serve(path)
        try:
            yield made, path
        finally:
            await made.close()


async def relay(control: RelayControl, path: Path, name: str = "r1") -> Relay:
    made = Relay(*await asyncio.open_unix_connection(str(path)))
    before = control.connected()
    made.say(RelayHello(name=name, life="x", version="1"))
    async with asyncio.timeout(3):
        while control.connected() == before:
            await asyncio.sleep(0.001)
    return made


def test_only_this_user_may_reach_the_socket() -> None:
    async def scenario() -> None:
        async with control() as (_, path):
            assert path.stat().st_mode & 0o777 == 0o600

    asyncio.run(scenario())


def test_a_relay_hears_the_list_when_it_connects_and_at_each_change() -> None:
    async def scenario() -> None:
        async with control() as (made, path):
            await made.admit([ADMISSION])
            one = await relay(made, path)
            assert await one.hear() == Admit(tunnels=(ADMISSION,))
            await made.admit([])
            assert await one.hear() == Admit(tunnels=())
            one.writer.close()

    asyncio.run(scenario())


def test_cuts_are_counted_over_all_relays_and_repeated_to_those_that_come_later() -> None:
    async def scenario() -> None:
        async with control() as (made, path):
            relays = [await relay(made, path, name) for name in ("r1", "r2")]
            cutting = asyncio.create_task(made.cut_sessions([SessionId("ada")]))
            for count, each in enumerate(relays, 1):
                question = await each.hear()
                assert isinstance(question, Cut)
                assert question.sessions == ("ada",)
                each.say(CutDone(number=question.number, count=count))
                each.say(CutDone(number=question.number, count=100))
            assert await cutting == 3
            late = await relay(made, path, "r3")
            repeated = await late.hear()
            assert isinstance(repeated, Cut)
            assert repeated.sessions == ("ada",)
            for each in (*relays, late):
                each.writer.close()

    asyncio.run(scenario())


def test_a_relay_that_does_not_answer_holds_nobody_up_for_long() -> None:
    async def scenario() -> None:
        async with control() as (made, path):
            silent, gone, well = [await relay(made, path, name) for name in ("r1", "r2", "r3")]
            cutting = asyncio.create_task(made.cut_streams(["r-1"]))
            question = await well.hear()
            assert isinstance(question, Cut)
            assert question.streams == ("r-1",)
            well.say(CutDone(number=question.number, count=1))
            gone.writer.close()
            assert await cutting == 1
            silent.writer.close()
            well.writer.close()

    asyncio.run(scenario())


def test_live_streams_of_all_relays_are_listed() -> None:
    async def scenario() -> None:
        async with control() as (made, path):
            assert await made.streams() == []
            one = await relay(made, path)
            listing = asyncio.create_task(made.streams())
            question = await one.hear()
            assert isinstance(question, List)
            one.say(Listed(number=question.number, streams=(STREAM,)))
            assert await listing == [STREAM]
            one.writer.close()

    asyncio.run(scenario())


def test_what_a_relay_sees_is_known_until_it_leaves() -> None:
    async def scenario() -> None:
        async with control() as (made, path):
            one = await relay(made, path)
            app = ApplicationId("a")
            one.say(Seen(connectors=(STATUS,), problems={app: "down"}, metrics={"streams": 9}))
            async with asyncio.timeout(3):
                while not made.connectors():
                    await asyncio.sleep(0.001)
            assert made.connectors() == [STATUS]
            assert made.problems() == {app: "down"}
            assert made.metrics() == {"r1": {"streams": 9}}
            one.writer.close()
            async with asyncio.timeout(3):
                while made.connected():
                    await asyncio.sleep(0.001)
            assert made.connectors() == []

    asyncio.run(scenario())


def test_a_relay_that_talks_nonsense_is_hung_up_on() -> None:
    async def scenario() -> None:
        async with control() as (made, path):
            for nonsense in (b"nonsense\n", encode(Admit(tunnels=())), b'{"type":"new kind"}\n{}\n'):
                reader, writer = await asyncio.open_unix_connection(str(path))
                writer.write(nonsense)
                assert await reader.read() == b""
                writer.close()
            assert made.connected() == 0

    asyncio.run(scenario())
