from __future__ import annotations

import asyncio

import pytest
import uvloop

from doorward.edge.relays import RelayControl
from doorward.model.ids import SessionId
from doorward.tunnel.relay_messages import CutDone, encode
from tests.fakes.tunnel_world import running_world, to_the_end, until, world


def test_a_relay_goes_on_while_the_control_plane_is_away_and_finds_it_again() -> None:
    async def scenario() -> None:
        async with running_world() as made:
            await until(lambda: made.control.connected() == 1)
            reader, writer = await made.connect(session="ada")
            writer.write(b"a")
            assert await reader.readexactly(1) == b"a"
            await made.control.close()
            other, other_writer = await made.connect()
            other_writer.write(b"b")
            assert await other.readexactly(1) == b"b"

            made.control = RelayControl()
            await made.control.cut_sessions([SessionId("ada")])
            await made.control.serve(made.folder / "control.sock")
            await made.control.admit([made.admission()])
            await until(lambda: len(made.control.connectors()) == 1)
            with pytest.raises(ConnectionError):
                await to_the_end(reader)
            other_writer.write(b"c")
            assert await other.readexactly(1) == b"c"

    uvloop.run(scenario())


@pytest.mark.parametrize(
    "nonsense", [b"nonsense\n", encode(CutDone(number=1, count=1)), b'{"type":"new kind"}\n']
)
def test_a_control_plane_that_talks_nonsense_is_left_and_tried_again(nonsense: bytes) -> None:
    hellos = 0

    async def speak(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal hellos
        hellos += b'"hello"' in await reader.readline()
        writer.write(nonsense)
        if b"new kind" in nonsense:
            writer.write(b"{}\n")
        await writer.drain()
        await reader.read()
        writer.close()

    async def scenario() -> None:
        async with world() as made:
            await made.control.close()
            path = made.folder / "control.sock"
            path.unlink()
            made.servers.append(await asyncio.start_unix_server(speak, path=str(path)))
            task = await made.start_relay()
            await until(lambda: hellos >= 2)
            assert not task.done()

    uvloop.run(scenario())
