from __future__ import annotations

import pytest

from doorward.tunnel import frames
from doorward.tunnel.frames import INITIAL_WINDOW
from doorward.tunnel.link import LINGER_TICKS, Link
from doorward.tunnel.multiplexer import Role
from doorward.tunnel.stream import Stream
from tests.fakes.transports import FakeOwner, Turns
from tests.tunnel.links import LinkPair, OpenLink


def test_everything_of_one_turn_leaves_in_one_write() -> None:
    pair = LinkPair()
    streams = [pair.near.open(b"", FakeOwner()) for _ in range(3)]
    pair.settle()
    for stream in streams:
        pair.near.send(stream, b"hello")
    assert pair.near.transport.writes == []
    pair.turns.take()
    assert len(pair.near.transport.writes) == 1
    pair.settle()
    assert [owner.data for _, owner in pair.far.inbound] == [b"hello"] * 3


def test_owners_hear_of_ends_and_resets() -> None:
    pair = LinkPair()
    stream, owner, far_stream, far_owner = pair.open()
    pair.near.finish(stream)
    pair.settle()
    assert far_owner.told == ["ended"]
    pair.far.reset(far_stream)
    pair.settle()
    assert owner.told == ["aborted"]
    assert pair.near.stream_count == pair.far.stream_count == 0


def test_a_sender_hears_when_what_waited_has_left() -> None:
    pair = LinkPair()
    stream, owner, far_stream, far_owner = pair.open()
    assert not pair.near.send(stream, bytes(INITIAL_WINDOW + 5))
    pair.settle()
    assert owner.told == []
    pair.far.consumed(far_stream, len(far_owner.data))
    pair.settle()
    assert owner.told == ["drained"]
    assert len(far_owner.data) == INITIAL_WINDOW + 5


def test_while_the_transport_is_full_no_data_is_written() -> None:
    pair = LinkPair()
    stream, _, _, far_owner = pair.open()
    pair.near.pause_writing()
    assert not pair.near.send(stream, b"later")
    pair.settle()
    assert far_owner.data == b""
    pair.near.resume_writing()
    pair.settle()
    assert far_owner.data == b"later"


def test_a_peer_that_breaks_the_protocol_is_told_and_dropped() -> None:
    link = OpenLink(Role.RELAY, Turns())
    link.take(frames.header(9, 0, 0, 0))
    assert link.transport.written == frames.header(frames.GO_AWAY, 0, 0, frames.PROTOCOL_ERROR)
    assert link.transport.is_aborted
    assert link.problem == "the other end sent a frame of unknown type 9"


def test_a_silent_peer_is_pinged_and_then_given_up() -> None:
    turns = Turns()
    link = OpenLink(Role.RELAY, turns)
    aborted_at = []
    for tick in range(4):
        link.tick()
        turns.take_all()
        aborted_at.append(link.transport.is_aborted)
        assert tick == 0 or link.transport.written.startswith(frames.header(frames.PING, frames.SYN, 0, 1))
    assert aborted_at == [False, False, False, True]
    assert "silent" in link.problem


def test_a_peer_that_answers_pings_is_kept() -> None:
    pair = LinkPair()
    for _ in range(20):
        pair.near.tick()
        pair.far.tick()
        pair.settle()
    assert not pair.near.transport.is_aborted
    assert not pair.far.transport.is_aborted


def test_a_lost_link_takes_its_streams_along() -> None:
    pair = LinkPair()
    stream, owner, _, _ = pair.open()
    pair.near.connection_lost(None)
    assert owner.told == ["aborted"]
    assert pair.near.told == ["lost"]
    assert not pair.near.is_up
    pair.near.send(stream, b"nobody hears this")
    pair.turns.take_all()


def test_closing_says_goodbye_first() -> None:
    pair = LinkPair()
    pair.near.close()
    assert pair.near.transport.is_closed
    pair.settle()
    assert pair.far.told == ["went away"]


def test_a_stream_without_anybody_left_is_reset_after_a_while() -> None:
    pair = LinkPair()
    stream, _, _, far_owner = pair.open()
    pair.near.linger(stream)
    for _ in range(LINGER_TICKS):
        pair.near.tick()
        pair.settle()
        assert far_owner.told == []
    pair.near.tick()
    pair.settle()
    assert far_owner.told == ["aborted"]


def test_a_link_that_says_nothing_of_inbound_streams_refuses_them() -> None:
    buffer = memoryview(bytearray(10))
    link = Link(Role.RELAY, call_soon=Turns().call_soon, buffer=buffer, most_inbound=1)
    link.went_away()
    link.lost()
    link.eof_received()
    with pytest.raises(NotImplementedError):
        link.stream_opened(Stream(1))
