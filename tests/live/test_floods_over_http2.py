"""Floods over one HTTP/2 connection: each ends it or is refused, costs little, and hurts nobody else.

Every loop here is bounded; what must end a connection ends it long before.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import psutil
import pytest
from hyperframe.frame import (
    ContinuationFrame,
    DataFrame,
    HeadersFrame,
    PingFrame,
    PriorityFrame,
    RstStreamFrame,
    SettingsFrame,
    WindowUpdateFrame,
)

from tests.live.http2 import Http2, http2
from tests.live.system import ADA, System
from tests.live.visitor import Visitor

MOST_MEMORY = 48 * 1024**2
"""Bytes by which the edge may grow: not a tenth of what the larger floods send, or would unfold to."""
ROUNDS = 400
CANCEL = 8
"""An error code (RFC 9113 section 7)."""

FLOODS: dict[str, bytes] = {
    "PING": PingFrame(0, b"12345678").serialize(),
    "SETTINGS": SettingsFrame(settings={SettingsFrame.INITIAL_WINDOW_SIZE: 65535}).serialize(),
    "empty SETTINGS": SettingsFrame().serialize(),
    "PRIORITY": PriorityFrame(1, depends_on=3, stream_weight=5).serialize(),
    "WINDOW_UPDATE": WindowUpdateFrame(0, window_increment=1).serialize(),
}
"""Frames that a connection may carry at any time."""


@pytest.fixture(autouse=True)
def bounded(system: System, ada: Visitor) -> Iterator[None]:
    """After each flood the same edge process serves Ada, and at no time did it hold much of it."""
    edge = psutil.Process(system.pid_of("edge"))
    ada.get(f"{system.app_url}/headers")
    before = edge.memory_info().rss
    seen, over = [before], threading.Event()

    def watch() -> None:
        while not over.wait(0.005):
            seen.append(edge.memory_info().rss)

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield
    finally:
        over.set()
        watching.join(10)
    assert system.pid_of("edge") == edge.pid
    assert ADA in ada.get(f"{system.app_url}/headers").text
    grown = max(seen) - before
    print(f"\nthe edge grew by {grown / 1024**2:.1f} MiB at most")
    assert grown < MOST_MEMORY


def fields(
    system: System, visitor: Visitor, path: str = "/headers", method: str = "GET"
) -> list[tuple[str, str]]:
    """An ordinary request of hers."""
    authority = f"hello.localhost:{system.ports['https']}"
    pseudo = [(":method", method), (":scheme", "https"), (":authority", authority), (":path", path)]
    return [*pseudo, ("cookie", visitor.cookie(system.app_url))]


def flood(client: Http2, piece: Callable[[int], bytes]) -> int:
    """Send piece after piece until the edge closes; how many it took."""
    for number in range(ROUNDS):
        client.send_bytes(piece(number))
        client.listen(patience=0.001)
        if client.closed:
            return number + 1
    client.listen()
    return ROUNDS


@pytest.mark.parametrize("kind", FLOODS)
def test_a_flood_of_frames_about_nothing_ends_the_connection(system: System, kind: str) -> None:
    with http2(system.door) as client:
        flood(client, lambda _: FLOODS[kind] * 1000)
        assert client.closed


def test_empty_data_without_end_ends_the_connection(system: System, ada: Visitor) -> None:
    with http2(system.door) as client:
        client.send(client.head(1, fields(system, ada, "/upload", "POST"), end=False))
        flood(client, lambda _: DataFrame(1, b"").serialize() * 1000)
        assert client.closed


@pytest.mark.parametrize("size", [0, 16_000])
def test_a_head_without_end_ends_the_connection(system: System, ada: Visitor, size: int) -> None:
    """CONTINUATION frames, empty or full: 32 KiB of fields are let in, whatever they come in."""
    with http2(system.door) as client:
        client.send(HeadersFrame(1, client.block(fields(system, ada))))
        many = 1 if size else 1000
        flood(
            client,
            lambda _: (
                ContinuationFrame(1, client.block([("x-a", "y" * size)] if size else [])).serialize() * many
            ),
        )
        assert client.answers[1].status in (0, 431)
        assert client.closed or client.answers[1].reset is not None


@pytest.mark.parametrize("by", ["reset", "window"])
def test_streams_that_are_opened_and_given_up_end_the_connection(
    system: System, ada: Visitor, by: str
) -> None:
    """Rapid reset (CVE-2023-44487), and its sibling in which the edge is made to reset (CVE-2025-8671)."""
    with http2(system.door) as client:

        def hundred(number: int) -> bytes:
            sent = b""
            for stream in range(1 + 200 * number, 201 + 200 * number, 2):
                sent += client.head(stream, fields(system, ada, "/slow?seconds=3")).serialize()
                # hyperframe makes no window update by nothing, which RFC 9113 section 6.9 calls an error.
                nothing = b"\0\0\x04\x08\0" + stream.to_bytes(4, "big") + bytes(4)
                sent += RstStreamFrame(stream, CANCEL).serialize() if by == "reset" else nothing
            return sent

        assert flood(client, hundred) < ROUNDS
        assert client.closed


def test_no_more_streams_than_allowed_are_open_at_once(system: System, ada: Visitor) -> None:
    with http2(system.door) as client:
        client.send(*(client.head(1 + 2 * n, fields(system, ada, "/slow?seconds=1")) for n in range(300)))
        client.listen(lambda: len([a for a in client.answers.values() if a.over]) == 300, patience=10)
        served = [answer for answer in client.answers.values() if answer.status == 200]
        assert 0 < len(served) <= 100
        assert len([answer for answer in client.answers.values() if answer.reset is not None]) >= 200


@pytest.mark.parametrize("name", ["cookie", "x-a"])
@pytest.mark.parametrize(("value", "times"), [("a=1", 1000), ("a=" + "x" * 4000, 4000)])
def test_a_head_that_unfolds_to_more_than_allowed_is_refused(
    system: System, ada: Visitor, name: str, value: str, times: int
) -> None:
    """A field of the table costs one byte again (RFC 7541), and pieces of cookies are many fields."""
    with http2(system.door) as client:
        answer = client.ask([*fields(system, ada), *[(name, value)] * times])
        assert answer.status in (0, 431), answer
        assert answer.reset is not None or answer.over or client.closed
        assert answer.at_origin is None


def test_a_bomb_upon_each_stream_of_a_connection_costs_no_memory(system: System, ada: Visitor) -> None:
    with http2(system.door) as client:
        bomb = [*fields(system, ada), *[("cookie", "a=" + "x" * 2000)] * 4000]
        for stream in range(1, 101, 2):
            client.send(client.head(stream, bomb))
        client.listen(lambda: len(client.answers) == 50, patience=5)
        assert all(answer.at_origin is None for answer in client.answers.values())


def test_answers_that_nobody_reads_are_not_kept(system: System, ada: Visitor) -> None:
    """Each stream asks for more than its window takes: the edge waits, and holds what its buffers hold."""
    with http2(system.door) as client:
        client.send(SettingsFrame(settings={SettingsFrame.INITIAL_WINDOW_SIZE: 0}))
        for stream in range(1, 41, 2):
            client.send(client.head(stream, fields(system, ada, "/download?bytes=50000000")))
        client.listen(lambda: len(client.answers) == 20, patience=10)
        assert all(len(answer.body) == 0 for answer in client.answers.values())
