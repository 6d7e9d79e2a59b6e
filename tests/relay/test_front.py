from __future__ import annotations

import asyncio

import pytest
import uvloop

from tests.fakes.tunnel_world import running_world, to_the_end, until


@pytest.mark.parametrize(
    "first",
    [b"GET / HTTP/1.1\r\n\r\n", b"", b"\r\n\r\n\x00\r\nQUIT\n\x21\x11\x00\x00"],
)
def test_a_connection_without_a_proper_header_is_closed(first: bytes) -> None:
    async def scenario() -> None:
        async with running_world() as made:
            reader, _ = await made.begin(first)
            async with asyncio.timeout(10):
                with pytest.raises(ConnectionError):
                    await to_the_end(reader)
            await until(lambda: made.control.metrics()["relay"]["headers_invalid"] == 1)

    uvloop.run(scenario())


def test_a_service_that_is_not_on_the_list_is_refused() -> None:
    async def scenario() -> None:
        async with running_world() as made:
            reader, _ = await made.connect("unheard-of")
            with pytest.raises(ConnectionError):
                await to_the_end(reader)
            await until(lambda: made.control.metrics()["relay"]["streams_unserved"] == 1)

    uvloop.run(scenario())
