from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from doorward.tunnel.opening import OPEN, Refusal, Refused, opening, parse_refusal
from doorward.tunnel.splice import Last
from tests.connector.scene import Scene


def played(scenario: Callable[[Scene], Awaitable[None]]) -> None:
    async def run() -> None:
        await scenario(Scene())

    asyncio.run(run())


def test_the_service_is_dialled_once_and_early_bytes_follow() -> None:
    async def scenario(scene: Scene) -> None:
        first = opening("wiki") + b"GET "
        for byte in first:
            scene.say(bytes((byte,)))
        await asyncio.sleep(0)
        scene.say(b"/ HTTP/1.1")
        assert scene.host.dialled == ["wiki"]
        assert scene.host.transport.written == b""
        await scene.let_dial()
        assert scene.host.transport.written == b"GET / HTTP/1.1"
        assert scene.owner.data == OPEN
        scene.host.splices[0].data_received(b"HTTP/1.1 200 OK")
        scene.pair.settle()
        assert scene.owner.data == OPEN + b"HTTP/1.1 200 OK"

    played(scenario)


def test_an_end_that_came_while_dialling_is_passed_on() -> None:
    async def scenario(scene: Scene) -> None:
        scene.say(opening("wiki") + b"all")
        scene.pair.near.finish(scene.stream)
        scene.pair.settle()
        await scene.let_dial()
        assert scene.host.transport.written == b"all"
        assert scene.host.transport.has_ended

    played(scenario)


def test_a_refusal_says_why_and_ends_the_stream() -> None:
    async def scenario(scene: Scene) -> None:
        scene.host.refusal = "nothing listens"
        scene.say(opening("wiki"))
        await scene.let_dial()
        assert parse_refusal(scene.owner.data[1:]) == Refused(Refusal.CONNECTION_REFUSED, "nothing listens")
        assert scene.owner.told == ["ended"]
        scene.say(b"more, which nobody reads")
        for _ in range(10):
            scene.pair.far.tick()
            scene.pair.settle()
        assert scene.owner.told == ["ended", "aborted"]

    played(scenario)


def test_a_stream_that_is_reset_while_dialling_ends_the_attempt() -> None:
    async def scenario(scene: Scene) -> None:
        scene.say(opening("wiki"))
        await asyncio.sleep(0)
        scene.pair.near.reset(scene.stream)
        scene.pair.settle()
        await asyncio.gather(*scene.host.tasks, return_exceptions=True)
        assert scene.host.tasks[0].cancelled()
        assert scene.host.splices == []

    played(scenario)


def test_an_origin_that_is_connected_too_late_is_dropped() -> None:
    async def scenario(scene: Scene) -> None:
        scene.say(opening("wiki"))
        scene.far_stream.closed = True
        await scene.let_dial()
        assert scene.host.transport.is_aborted
        assert scene.owner.data == b""

    played(scenario)


def test_a_refusal_that_is_too_late_is_said_to_nobody() -> None:
    async def scenario(scene: Scene) -> None:
        scene.host.refusal = "no"
        scene.say(opening("wiki"))
        scene.far_stream.closed = True
        await scene.let_dial()
        assert scene.owner.data == b""

    played(scenario)


def test_a_stream_that_names_no_service_ends_the_link() -> None:
    async def scenario(scene: Scene) -> None:
        scene.say(b"\x00")
        assert scene.pair.far.transport.is_aborted

    played(scenario)


def test_only_a_stream_whose_origin_spoke_last_and_rests_is_idle() -> None:
    async def scenario(scene: Scene) -> None:
        scene.say(opening("wiki") + b"GET /")
        await scene.let_dial()
        splice = scene.host.splices[0]

        def closed_after_a_round() -> bool:
            splice.end_if_idle()
            return scene.host.transport.is_closed

        assert [closed_after_a_round() for _ in range(3)] == [False] * 3
        splice.data_received(b"200 OK")
        assert not closed_after_a_round()
        assert splice.last == Last.NOWHERE_SINCE_TRANSPORT
        splice.data_received(b"more")
        assert [closed_after_a_round() for _ in range(2)] == [False, True]
        scene.pair.settle()
        assert scene.owner.told == ["ended"]
        splice.connection_lost(None)
        assert scene.host.splices == []

    played(scenario)
