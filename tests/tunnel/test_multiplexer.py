from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.tunnel import frames
from doorward.tunnel.events import Received, WentAway
from doorward.tunnel.frames import INITIAL_WINDOW, ProtocolViolation, header
from doorward.tunnel.multiplexer import MOST_UNREAD_REPLIES, Multiplexer, Role
from tests.tunnel.conversation import Conversation, Side

SIZES = st.one_of(
    st.integers(1, 300),
    st.sampled_from([64 * 1024 - 1, 64 * 1024, 64 * 1024 + 1, INITIAL_WINDOW, INITIAL_WINDOW + 1, 600_000]),
)


def relay() -> Multiplexer:
    return Multiplexer(Role.RELAY, most_inbound=2)


def with_stream(multiplexer: Multiplexer) -> Multiplexer:
    multiplexer.receive(header(frames.WINDOW_UPDATE, frames.SYN, 1, 0))
    return multiplexer


def filling(size: int, salt: int) -> bytes:
    return bytes((i * 7 + salt) % 256 for i in range(min(size, 2048))) * (size // 2048 + 1)


def hold_invariants(conversation: Conversation) -> None:
    for side in conversation.sides:
        other = conversation.other(side)
        for stream_id, received in side.received.items():
            assert other.sent[stream_id][: len(received)] == received
            assert side.unread[stream_id] <= INITIAL_WINDOW


def act(data: st.DataObject, conversation: Conversation, side: Side) -> None:
    """One step that either end, or the network, may take at any time."""
    mine = [id for id, stream in side.streams.items() if not stream.closed and id not in side.finished]
    actions = ["open", "send", "finish", "read", "flush", "carry", "carry", "block"]
    action = data.draw(st.sampled_from(actions))
    if action == "open":
        side.open(filling(data.draw(st.integers(1, 300)), len(side.streams))[:300])
    elif action == "send" and mine:
        size = data.draw(SIZES)
        side.send(data.draw(st.sampled_from(mine)), filling(size, size)[:size])
    elif action == "finish" and mine:
        side.finish(data.draw(st.sampled_from(mine)))
    elif action == "read" and side.unread:
        side.read(data.draw(st.sampled_from(sorted(side.unread))))
    elif action == "flush":
        side.flush()
    elif action == "block":
        side.multiplexer.outbox.blocked = not side.multiplexer.outbox.blocked
    elif action == "carry" and side.outgoing:
        conversation.carry(side, data.draw(st.integers(1, len(side.outgoing))))


@given(st.data())
def test_whatever_the_order_every_byte_arrives_once_in_order_within_the_window(data: st.DataObject) -> None:
    conversation = Conversation()
    for _ in range(data.draw(st.integers(1, 40))):
        act(data, conversation, data.draw(st.sampled_from(conversation.sides)))
        hold_invariants(conversation)
    for side in conversation.sides:
        side.multiplexer.outbox.blocked = False
    conversation.settle()
    for side in conversation.sides:
        other = conversation.other(side)
        assert dict(side.received) == {id: sent for id, sent in other.sent.items() if sent}
        assert side.ended == other.finished
        assert not side.aborted
        over = side.finished & side.ended
        assert not over & side.multiplexer.streams.keys()


@given(st.lists(st.binary(max_size=40), max_size=8))
def test_rubbish_is_a_violation_or_bounded_and_never_another_error(chunks: list[bytes]) -> None:
    multiplexer = with_stream(relay())
    try:
        for chunk in chunks:
            multiplexer.receive(chunk)
    except ProtocolViolation:
        return
    assert len(multiplexer.streams) <= 2
    assert len(multiplexer.take_output()) <= 12 * 40 * len(chunks) + 12


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (b"\x01" + b"\x00" * 11, "version 1"),
        (header(9, 0, 1, 0), "unknown type 9"),
        (header(frames.DATA, 0x80, 1, 0), "unknown flags"),
        (header(frames.DATA, 0, 3, 1), "stream 3, which was never opened"),
        (header(frames.DATA, 0, 0, 1), "stream 0, which was never opened"),
        (header(frames.WINDOW_UPDATE, 0, 2, 1), "stream 2, which was never opened"),
        (header(frames.WINDOW_UPDATE, frames.SYN, 2, 0), "opened stream 2, which is not its next"),
        (header(frames.WINDOW_UPDATE, frames.SYN, 1, 0), "opened stream 1, which is not its next"),
        (header(frames.DATA, 0, 1, INITIAL_WINDOW + 1), "overran the window of stream 1 by 1 bytes"),
        (header(frames.DATA, frames.FIN, 1, 0xFFFF_FFFF), "overran the window"),
        (header(frames.WINDOW_UPDATE, 0, 1, 0xFFFF_FFFF), "more credit than a window can hold"),
        (header(frames.DATA, frames.FIN, 1, 0) + header(frames.DATA, 0, 1, 1), "after ending it"),
        (header(frames.PING, 0, 0, 1), "neither asks nor answers"),
        (header(frames.DATA, frames.RST, 1, 0) + header(frames.DATA, 0, 1, 2**31), "is gone"),
    ],
)
def test_a_peer_that_breaks_the_protocol_is_told_how(wrong: bytes, words: str) -> None:
    with pytest.raises(ProtocolViolation, match=words):
        with_stream(relay()).receive(wrong)


def test_a_stream_never_gets_more_than_its_window_while_nobody_reads() -> None:
    conversation = Conversation()
    stream_id = conversation.relay.open(b"x")
    assert not conversation.relay.send(stream_id, bytes(2_000_000))
    for _ in range(50):
        conversation.relay.flush()
        conversation.carry(conversation.relay, len(conversation.relay.outgoing))
    assert len(conversation.connector.received[stream_id]) == INITIAL_WINDOW
    conversation.settle()
    assert len(conversation.connector.received[stream_id]) == 2_000_001


def test_streams_beyond_the_number_allowed_are_reset() -> None:
    conversation = Conversation(most_inbound=2)
    ids = [conversation.relay.open(b"x") for _ in range(3)]
    conversation.settle()
    assert conversation.relay.aborted == {ids[2]}
    assert len(conversation.connector.multiplexer.streams) == 2


def test_a_reset_ends_both_ways_at_once_and_what_crosses_it_is_dropped() -> None:
    conversation = Conversation()
    stream_id = conversation.relay.open(b"x")
    conversation.settle()
    conversation.connector.send(stream_id, b"crossing")
    conversation.connector.flush()
    conversation.relay.multiplexer.reset(conversation.relay.streams[stream_id])
    conversation.settle()
    assert conversation.connector.aborted == {stream_id}
    assert not conversation.relay.received[stream_id]
    assert not conversation.relay.multiplexer.streams
    assert not conversation.connector.multiplexer.streams


def test_a_reset_inside_a_frame_drops_the_rest_of_it() -> None:
    multiplexer = with_stream(relay())
    multiplexer.receive(header(frames.DATA, 0, 1, 10) + b"12345")
    multiplexer.reset(multiplexer.streams[1])
    assert multiplexer.receive(b"67890") == []
    assert multiplexer.receive(header(frames.GO_AWAY, 0, 0, 0)) == [WentAway(0)]


def test_pings_are_answered_with_their_value_but_a_flood_only_once() -> None:
    multiplexer = relay()
    for value in range(1000):
        multiplexer.receive(header(frames.PING, frames.SYN, 0, value))
    assert multiplexer.take_output() == header(frames.PING, frames.ACK, 0, 999)


def test_a_peer_that_causes_answers_and_does_not_read_is_given_up() -> None:
    multiplexer = Multiplexer(Role.RELAY, most_inbound=0)
    multiplexer.outbox.blocked = True
    opens = [
        header(frames.WINDOW_UPDATE, frames.SYN, 2 * n + 1, 0) for n in range(MOST_UNREAD_REPLIES // 12 + 1)
    ]
    multiplexer.receive(b"".join(opens))
    with pytest.raises(ProtocolViolation, match="does not read"):
        multiplexer.receive(header(frames.PING, frames.SYN, 0, 1))


def test_the_bytes_may_come_in_a_buffer_that_is_used_again() -> None:
    multiplexer = with_stream(relay())
    buffer = bytearray(header(frames.DATA, 0, 1, 3) + b"abc")
    events = multiplexer.receive(memoryview(buffer))
    buffer[:] = bytes(len(buffer))
    assert events == [Received(multiplexer.streams[1], b"abc")]


def test_stream_ids_end() -> None:
    multiplexer = relay()
    assert multiplexer.may_open
    multiplexer.next_id = frames.LARGEST_NUMBER + 1
    assert not multiplexer.may_open
