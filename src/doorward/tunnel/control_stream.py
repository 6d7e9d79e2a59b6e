"""One end of a link's first stream, on which connector and relay exchange ``control`` messages."""

from __future__ import annotations

from collections.abc import Callable

from doorward.model.errors import Invalid
from doorward.tunnel import control
from doorward.tunnel.lines import LineBuffer
from doorward.tunnel.link import Link
from doorward.tunnel.stream import Stream


class ControlStream:
    """Implements ``StreamOwner``. ``deliver`` gets each message that this version knows.

    A line that is no message, or longer than ``limit`` bytes, ends the link: so does the stream's end.
    """

    def __init__(self, link: Link, deliver: Callable[[control.Message], None], *, limit: int) -> None:
        self.lines = LineBuffer(limit)
        self._link = link
        self._deliver = deliver
        self._stream: Stream | None = None

    def attach(self, stream: Stream) -> None:
        """Name the stream, once it is open."""
        self._stream = stream

    def send(self, message: control.Message) -> None:
        """Send a message; nothing happens when the stream is gone."""
        if self._stream is not None and not self._stream.closed:
            self._link.send(self._stream, control.encode(message))

    def received(self, data: bytes) -> None:
        """See ``StreamOwner``."""
        try:
            for line in self.lines.feed(data):
                message = control.decode(line)
                if message is not None:
                    self._deliver(message)
        except Invalid as problem:
            self._link.abort(f"the other end sent a wrong message: {problem}")
            return
        if self._stream is not None:
            self._link.consumed(self._stream, len(data))

    def ended(self) -> None:
        """See ``StreamOwner``."""
        self._link.abort("the other end closed the control stream")

    def aborted(self) -> None:
        """See ``StreamOwner``."""
        self._link.abort("the other end closed the control stream")

    def drained(self) -> None:
        """See ``StreamOwner``."""
