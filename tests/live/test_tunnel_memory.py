"""What streams and transfers cost relay and connector, each a process of its own, in memory."""

from __future__ import annotations

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import psutil
import pytest
import uvloop

from doorward.tunnel.token import encode
from tests.fakes.tunnel_world import World, echo, world
from tests.live.envoy import STOP_WITHIN

IDLE_STREAMS = 1000
LARGEST_IDLE = 10 * 1024
TRANSFER = 1024 * 1024 * int(os.environ.get("DOORWARD_TEST_TRANSFER_MIB", "256"))
LARGEST_GROWTH = 50 * 1024 * 1024


@dataclass
class Parts:
    """The two processes."""

    processes: Sequence[asyncio.subprocess.Process]

    def memory(self) -> list[int]:
        """Resident bytes of relay and connector."""
        return [psutil.Process(process.pid).memory_info().rss for process in self.processes]


@contextlib.asynccontextmanager
async def parts(made: World) -> AsyncIterator[Parts]:
    (made.folder / "token").write_text(encode(made.token))
    running: list[asyncio.subprocess.Process] = []
    try:
        for role in ("relay", "connector"):
            process = await asyncio.create_subprocess_exec(
                sys.executable,
                *("-m", "tests.live.tunnel_process", role, str(made.folder), str(made.port)),
                stdout=asyncio.subprocess.PIPE,
            )
            running.append(process)
            assert process.stdout is not None
            async with asyncio.timeout(20):
                while await process.stdout.readline() != b"ready\n":
                    assert process.returncode is None
        yield Parts(running)
    finally:
        for process in running:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
            await asyncio.wait_for(process.communicate(), STOP_WITHIN)


def test_an_idle_stream_costs_at_most_10_kilobytes_at_each_end() -> None:
    async def scenario() -> None:
        async with world() as made, parts(made) as running:
            reader, writer = await made.connect()
            before = running.memory()
            readers = []
            for number in range(IDLE_STREAMS):
                reader, writer = await made.connect(session=f"{number:032}")
                writer.write(b"?")
                readers.append(reader)
            for reader in readers:
                assert await reader.readexactly(1) == b"?"
            grown = [(now - then) / IDLE_STREAMS for now, then in zip(running.memory(), before, strict=True)]
            print(f"bytes per idle stream, relay and connector: {grown}")
            assert max(grown) < LARGEST_IDLE

    uvloop.run(scenario())


@pytest.mark.parametrize("slow", [False, True])
def test_a_transfer_up_and_down_leaves_the_memory_as_it_was(*, slow: bool) -> None:
    async def upload(writer: asyncio.StreamWriter) -> None:
        for _ in range(TRANSFER // 65536):
            writer.write(bytes(65536))
            await writer.drain()
        writer.write_eof()

    async def scenario() -> None:
        async with world(origin=echo) as made, parts(made) as running:
            before = running.memory()
            reader, writer = await made.connect()
            uploading = asyncio.create_task(upload(writer))
            size = 0
            while data := await reader.read(65536):
                size += len(data)
                if slow and size < 300_000:
                    await asyncio.sleep(0.1)
            await uploading
            assert size == TRANSFER
            grown = [now - then for now, then in zip(running.memory(), before, strict=True)]
            print(f"bytes grown, relay and connector: {grown}")
            assert max(grown) < LARGEST_GROWTH

    uvloop.run(scenario())
