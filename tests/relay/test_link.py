from __future__ import annotations

import asyncio

import pytest

from doorward.tunnel import frames
from doorward.tunnel.control import (
    Drain,
    Drained,
    Health,
    Hello,
    Message,
    Refuse,
    Welcome,
    encode,
)
from doorward.tunnel.frames import header
from tests.relay.links import LoneLink

HELLO = Hello(tunnel="home", secret="s", connector="c", version="1")


def said(message: Message, *, flags: int = 0) -> bytes:
    data = encode(message)
    return header(frames.DATA, flags, 1, len(data)) + data


def test_a_hello_arrives_once() -> None:
    async def scenario() -> None:
        link = LoneLink()
        link.take(said(HELLO, flags=frames.SYN) + said(HELLO))
        assert await link.hello == HELLO
        link.tell(Welcome(relay="r"))
        assert encode(Welcome(relay="r")) in link.written()

    asyncio.run(scenario())


def test_health_and_draining_are_noticed_and_draining_is_answered() -> None:
    async def scenario() -> None:
        link = LoneLink()
        link.take(said(Health(problems={"app": "down"}), flags=frames.SYN))
        assert (link.problems, link.changes, link.may_carry) == ({"app": "down"}, 1, True)
        link.take(said(Drain()))
        assert (link.changes, link.may_carry) == (2, False)
        assert encode(Drained()) in link.written()

    asyncio.run(scenario())


def test_a_connector_that_says_goodbye_gets_no_more_streams() -> None:
    async def scenario() -> None:
        link = LoneLink()
        link.take(header(frames.GO_AWAY, 0, 0, 0))
        assert not link.may_carry

    asyncio.run(scenario())


def test_a_connector_opens_no_stream_but_the_control_stream() -> None:
    async def scenario() -> None:
        link = LoneLink()
        link.take(header(frames.DATA, frames.SYN, 1, 0) + header(frames.DATA, frames.SYN, 3, 0))
        assert link.written() == header(frames.WINDOW_UPDATE, frames.RST, 3, 0)

    asyncio.run(scenario())


def test_what_only_relays_say_is_not_heard_from_a_connector() -> None:
    async def scenario() -> None:
        link = LoneLink()
        link.take(said(Welcome(relay="r"), flags=frames.SYN))
        assert link.transport.is_aborted

    asyncio.run(scenario())


def test_a_dismissed_connector_hears_why_before_the_link_closes() -> None:
    async def scenario() -> None:
        link = LoneLink()
        link.take(header(frames.DATA, frames.SYN, 1, 0))
        refusal = Refuse(sentence="gone", permanent=True)
        link.dismiss(refusal)
        assert encode(refusal) in link.transport.written
        assert link.transport.is_closed

    asyncio.run(scenario())


def test_a_lost_link_ends_the_wait_for_its_hello() -> None:
    async def scenario() -> None:
        closed: list[object] = []
        link = LoneLink(closed=closed.append)
        link.connection_lost(None)
        assert link.hello.cancelled()
        assert closed == [link]

    asyncio.run(scenario())


@pytest.mark.parametrize("admitted", [True, False])
def test_only_an_admitted_connector_may_send_long_lines(*, admitted: bool) -> None:
    async def scenario() -> None:
        link = LoneLink(admitted=admitted)
        link.take(said(Health(problems={f"app-{n}": "x" * 400 for n in range(50)}), flags=frames.SYN))
        assert link.transport.is_aborted is not admitted

    asyncio.run(scenario())
