from __future__ import annotations

import pytest

from doorward.tunnel.frames import INITIAL_WINDOW
from doorward.tunnel.link import LINGER_TICKS
from doorward.tunnel.splice import Last, Splice
from tests.fakes.transports import FakeTransport
from tests.tunnel.links import LinkPair


class CountedSplice(Splice):
    """Counts how often it was told that its transport is closed."""

    closings = 0

    def gone(self) -> None:
        self.closings += 1


class Scene:
    """A near transport, spliced to a stream, whose far end belongs to a fake owner."""

    def __init__(self, *, half_closes: bool = True) -> None:
        self.pair = LinkPair()
        stream, _, self.far_stream, self.far = self.pair.open()
        self.transport = FakeTransport(half_closes=half_closes)
        self.splice = CountedSplice(self.pair.near, stream, self.transport)
        stream.owner = self.splice

    def say(self, data: bytes) -> None:
        """The far end sends."""
        self.pair.far.send(self.far_stream, data)
        self.pair.settle()


def test_bytes_pass_both_ways() -> None:
    scene = Scene()
    scene.splice.data_received(b"question")
    assert scene.splice.last == Last.FROM_TRANSPORT
    scene.pair.settle()
    scene.say(b"answer")
    assert scene.far.data == b"question"
    assert scene.transport.written == b"answer"
    assert scene.splice.last == Last.FROM_STREAM


def test_a_full_stream_stops_reading_the_transport_until_it_drains() -> None:
    scene = Scene()
    scene.splice.data_received(bytes(INITIAL_WINDOW + 1))
    assert not scene.transport.is_reading
    scene.pair.settle()
    assert not scene.transport.is_reading
    scene.pair.far.consumed(scene.far_stream, INITIAL_WINDOW)
    scene.pair.settle()
    assert scene.transport.is_reading


def test_a_full_transport_gives_the_peer_no_more_credit_until_it_has_room() -> None:
    scene = Scene()
    scene.splice.pause_writing()
    scene.say(bytes(3 * INITIAL_WINDOW))
    assert len(scene.transport.written) == INITIAL_WINDOW
    scene.splice.resume_writing()
    scene.pair.settle()
    assert len(scene.transport.written) == 3 * INITIAL_WINDOW


def test_a_half_close_passes_and_the_other_direction_stays_open() -> None:
    scene = Scene()
    assert scene.splice.eof_received()
    scene.pair.settle()
    assert scene.far.told == ["ended"]
    scene.say(b"still here")
    assert scene.transport.written == b"still here"
    scene.pair.far.finish(scene.far_stream)
    scene.pair.settle()
    assert scene.transport.is_closed
    scene.splice.connection_lost(None)
    assert scene.splice.closings == 1
    assert scene.pair.near.stream_count == 0


def test_a_half_close_of_the_stream_passes_to_the_transport() -> None:
    scene = Scene()
    scene.pair.far.finish(scene.far_stream)
    scene.pair.settle()
    assert scene.transport.has_ended
    assert not scene.transport.is_closed
    assert not scene.splice.eof_received()


def test_a_transport_without_half_close_stays_open_when_the_stream_ends() -> None:
    scene = Scene(half_closes=False)
    scene.pair.far.finish(scene.far_stream)
    scene.pair.settle()
    assert not scene.transport.is_closed
    scene.splice.data_received(b"the answer")
    scene.pair.settle()
    assert scene.far.data == b"the answer"


def test_a_transport_that_breaks_resets_the_stream() -> None:
    scene = Scene()
    scene.splice.connection_lost(OSError("reset"))
    scene.pair.settle()
    assert scene.far.told == ["aborted"]
    assert scene.splice.closings == 1


def test_a_stream_that_breaks_aborts_the_transport() -> None:
    scene = Scene()
    scene.pair.far.reset(scene.far_stream)
    scene.pair.settle()
    assert scene.transport.is_aborted


def test_what_came_before_an_orderly_end_still_leaves_when_a_reset_follows() -> None:
    scene = Scene()
    scene.say(b"the whole answer")
    scene.pair.far.finish(scene.far_stream)
    scene.pair.far.reset(scene.far_stream)
    scene.pair.settle()
    assert scene.transport.is_closed
    assert not scene.transport.is_aborted


def test_a_cut_ends_both_sides() -> None:
    scene = Scene()
    scene.splice.cut()
    scene.pair.settle()
    assert scene.transport.is_aborted
    assert scene.far.told == ["aborted"]


@pytest.mark.parametrize("still_sends", [True, False])
def test_a_transport_that_left_after_its_end_does_not_keep_the_stream_for_ever(*, still_sends: bool) -> None:
    scene = Scene()
    scene.splice.eof_received()
    scene.splice.connection_lost(None)
    scene.pair.settle()
    assert scene.far.told == ["ended"]
    if still_sends:
        scene.say(b"anybody there?")
    else:
        for _ in range(LINGER_TICKS + 1):
            scene.pair.near.tick()
            scene.pair.settle()
    assert scene.far.told == ["ended", "aborted"]
    scene.splice.cut()
    scene.splice.aborted()
    scene.splice.ended()
    scene.splice.drained()
