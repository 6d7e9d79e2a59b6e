"""A stream: one ordered flow of bytes each way inside a link, and who owns this end of it."""

from __future__ import annotations

from collections import deque
from typing import Protocol

from doorward.tunnel.frames import INITIAL_WINDOW


class StreamOwner(Protocol):
    """What happens on a stream, told to the one who owns this end of it."""

    def received(self, data: bytes) -> None:
        """Bytes came. The owner calls ``Link.consumed`` once it has passed them on."""
        ...

    def ended(self) -> None:
        """The peer will send no more; this side still may."""
        ...

    def aborted(self) -> None:
        """The stream is gone, without notice: reset by the peer, or its link was lost."""
        ...

    def drained(self) -> None:
        """What ``Link.send`` had to keep waiting has been sent: more may follow."""
        ...


class Stream:
    """The state of one stream. ``outbox`` and ``multiplexer`` change it, nobody else.

    ``credit`` is how many bytes may still be sent, ``allowance`` how many the peer may still send,
    ``owed`` what was consumed and not yet credited to the peer. ``pending`` holds what waits to be sent,
    and is None while nothing does, because most streams are idle and there may be thousands.
    """

    __slots__ = (
        "allowance",
        "closed",
        "credit",
        "ended",
        "finished",
        "finishing",
        "id",
        "owed",
        "owner",
        "pending",
        "queued",
    )

    owner: StreamOwner

    def __init__(self, stream_id: int) -> None:
        self.id = stream_id
        self.credit = INITIAL_WINDOW
        self.allowance = INITIAL_WINDOW
        self.owed = 0
        self.pending: deque[memoryview] | None = None
        self.queued = False
        """It stands in the ring of streams that take turns at sending."""
        self.finishing = False
        """FIN follows once nothing is pending."""
        self.finished = False
        """FIN was sent."""
        self.ended = False
        """The peer's FIN came."""
        self.closed = False
        """Both sides finished, or one reset: nothing more happens here."""
