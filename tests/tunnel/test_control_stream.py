from __future__ import annotations

from doorward.tunnel import control
from doorward.tunnel.control_stream import ControlStream
from doorward.tunnel.frames import INITIAL_WINDOW
from tests.tunnel.links import LinkPair


class Ends:
    """A control stream at each end of a pair of links."""

    def __init__(self) -> None:
        self.pair = LinkPair()
        self.heard: list[control.Message] = []
        stream, _, far_stream, _ = self.pair.open()
        self.near = ControlStream(self.pair.near, self.heard.append, limit=2_000_000)
        self.far = ControlStream(self.pair.far, lambda _: None, limit=100)
        self.near.attach(stream)
        self.far.attach(far_stream)
        stream.owner, far_stream.owner = self.near, self.far
        self.far_stream = far_stream


def test_messages_pass_even_when_they_are_larger_than_a_window() -> None:
    ends = Ends()
    large = control.Health(problems={f"service-{i}": "x" * 400 for i in range(INITIAL_WINDOW // 200)})
    ends.far.send(large)
    ends.far.send(control.Drain())
    ends.pair.settle()
    ends.near.drained()
    assert ends.heard == [large, control.Drain()]


def test_a_wrong_line_ends_the_link() -> None:
    ends = Ends()
    ends.pair.far.send(ends.far_stream, b"nonsense\n")
    ends.pair.settle()
    assert ends.pair.near.transport.is_aborted
    assert "wrong message" in ends.pair.near.problem


def test_a_line_beyond_the_limit_ends_the_link() -> None:
    ends = Ends()
    ends.near.send(control.Welcome(relay="x" * 200))
    ends.pair.settle()
    assert ends.pair.far.transport.is_aborted


def test_a_message_of_a_newer_kind_is_skipped() -> None:
    ends = Ends()
    ends.pair.far.send(ends.far_stream, b'{"type":"new"}\n')
    ends.pair.settle()
    assert ends.heard == []
    assert not ends.pair.near.transport.is_aborted


def test_the_end_of_the_control_stream_ends_the_link() -> None:
    ends = Ends()
    ends.pair.far.finish(ends.far_stream)
    ends.pair.settle()
    assert ends.pair.near.transport.is_aborted
    ends.pair.far.reset(ends.far_stream)
    ends.pair.settle()
    ends.far.send(control.Drain())
    ends.far.aborted()
    assert ends.pair.far.transport.is_aborted
