from __future__ import annotations

from doorward.tunnel.frames import DATA, FIN, HEADER, INITIAL_WINDOW, PING, SYN
from doorward.tunnel.outbox import BUDGET, TURN, Outbox
from doorward.tunnel.stream import Stream


def frames_in(output: bytes) -> list[tuple[int, int, int]]:
    """(stream, flags, length) of each frame."""
    found, position = [], 0
    while position < len(output):
        _, kind, flags, stream_id, length = HEADER.unpack_from(output, position)
        found.append((stream_id, flags, length))
        position += HEADER.size + (length if kind == DATA else 0)
    return found


def wide(stream_id: int) -> Stream:
    stream = Stream(stream_id)
    stream.credit = 10 * INITIAL_WINDOW
    return stream


def test_what_many_streams_say_in_one_turn_leaves_in_one_write() -> None:
    outbox = Outbox()
    assert all(outbox.send(Stream(id), b"hello") for id in (2, 4, 6))
    assert frames_in(outbox.take()) == [(2, 0, 5), (4, 0, 5), (6, 0, 5)]
    assert outbox.take() == b""
    assert not outbox.has_output


def test_bulk_streams_take_turns_and_a_small_message_leaves_with_the_next_write() -> None:
    outbox, one, two = Outbox(), wide(2), wide(4)
    assert not outbox.send(one, bytes(10 * TURN))
    assert not outbox.send(two, bytes(10 * TURN))
    assert outbox.send(Stream(6), b"small")
    sent = frames_in(outbox.take())
    assert sent[0] == (6, 0, 5)
    assert [id for id, _, _ in sent[1:]] == [2, 4, 2, 4]
    assert all(length <= TURN for _, _, length in sent)


def test_one_write_is_not_much_larger_than_its_budget() -> None:
    outbox = Outbox()
    for id in range(2, 200, 2):
        outbox.send(wide(id), bytes(2 * TURN))
    assert len(outbox.take()) < BUDGET + TURN + HEADER.size


def test_nothing_leaves_beyond_the_credit_until_more_comes() -> None:
    outbox, stream = Outbox(), Stream(2)
    outbox.send(stream, bytes(INITIAL_WINDOW + 10))
    assert sum(length for _, _, length in frames_in(outbox.take())) == INITIAL_WINDOW
    assert not outbox.has_output
    assert outbox.take_drained() == []
    stream.credit += 100
    outbox.credited(stream)
    assert frames_in(outbox.take()) == [(2, 0, 10)]
    assert outbox.take_drained() == [stream]
    assert stream.pending is None


def test_while_the_transport_is_full_data_waits_in_its_stream_and_answers_still_gather() -> None:
    outbox, stream = Outbox(), Stream(2)
    outbox.blocked = True
    assert not outbox.send(stream, b"wait")
    outbox.frame(PING, SYN, 0, 1)
    assert frames_in(outbox.take()) == [(0, SYN, 1)]
    outbox.blocked = False
    assert outbox.has_output
    assert frames_in(outbox.take()) == [(2, 0, 4)]


def test_the_end_follows_what_is_pending() -> None:
    outbox, stream = Outbox(), Stream(2)
    outbox.blocked = True
    outbox.send(stream, b"last words")
    outbox.finish(stream)
    outbox.finish(stream)
    outbox.blocked = False
    assert frames_in(outbox.take()) == [(2, 0, 10), (2, FIN, 0)]


def test_a_forgotten_stream_sends_nothing_more() -> None:
    outbox, stream = Outbox(), Stream(2)
    outbox.send(stream, bytes(2 * TURN))
    outbox.forget(stream)
    assert outbox.take() == b""


def test_a_stream_counts_as_closed_when_a_late_end_answers_the_peers() -> None:
    outbox, stream = Outbox(), Stream(2)
    stream.ended = True
    outbox.send(stream, bytes(2 * TURN))
    outbox.finish(stream)
    outbox.take()
    assert outbox.take_closed() == [stream]
    assert stream.closed
