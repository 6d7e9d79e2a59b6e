"""What a ``Multiplexer`` makes of the bytes it receives."""

from __future__ import annotations

from typing import NamedTuple

from doorward.tunnel.stream import Stream


class Opened(NamedTuple):
    """The peer opened this stream."""

    stream: Stream


class Received(NamedTuple):
    """The peer sent bytes on this stream."""

    stream: Stream
    data: bytes


class Ended(NamedTuple):
    """The peer will send no more on this stream."""

    stream: Stream


class Aborted(NamedTuple):
    """The peer reset this stream."""

    stream: Stream


class WentAway(NamedTuple):
    """The peer takes no new streams and is about to close the link."""

    code: int


Event = Opened | Received | Ended | Aborted | WentAway
