"""The relay's end of one link."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import cast

from doorward.model.ids import ApplicationId, TunnelId
from doorward.tunnel import control
from doorward.tunnel.control_stream import ControlStream
from doorward.tunnel.link import Link, LinkTransport, Schedule
from doorward.tunnel.multiplexer import Role
from doorward.tunnel.stream import Stream, StreamOwner

LONGEST_LINE = 1024 * 1024
WRITE_BUFFER = 128 * 1024


class RelayLink(Link, asyncio.BufferedProtocol):
    """A connection from a connector: first a stranger, then registered for its tunnel.

    ``hello`` is done when the connector has introduced itself, and cancelled when it left before.
    ``closed`` is called once it is gone, ``changed`` when its health or draining changed.
    """

    def __init__(
        self,
        *,
        source: str,
        call_soon: Schedule,
        buffer: memoryview,
        hello: asyncio.Future[control.Hello],
        closed: Callable[[RelayLink], None],
        changed: Callable[[], None],
    ) -> None:
        super().__init__(Role.RELAY, call_soon=call_soon, buffer=buffer, most_inbound=1)
        self.source = source
        self.hello = hello
        self.tunnel = TunnelId("")
        self.connector = ""
        self.version = ""
        self.secret_hash = ""
        self.since: datetime | None = None
        self.draining = False
        self.problems: Mapping[ApplicationId, str] = {}
        self._closed = closed
        self._changed = changed
        self._control = ControlStream(self, self._hear, limit=control.LONGEST_HELLO)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """TLS is up."""
        secured = cast("asyncio.WriteTransport", transport)
        if secured.get_extra_info("ssl_object").selected_alpn_protocol() != control.PROTOCOL:
            self.problem = f"does not speak {control.PROTOCOL}"
            secured.abort()
            return
        secured.set_write_buffer_limits(high=WRITE_BUFFER)
        self.connected(cast("LinkTransport", secured))

    @property
    def may_carry(self) -> bool:
        """Whether new streams may be opened on it."""
        return not self.draining and self.is_up and self.multiplexer.may_open

    def admit(self, hello: control.Hello, *, secret_hash: str, since: datetime) -> None:
        """The connector has shown its secret: remember who it is."""
        self.tunnel = TunnelId(hello.tunnel)
        self.connector = hello.connector
        self.version = hello.version
        self.secret_hash = secret_hash
        self.since = since
        self._control.lines.limit = LONGEST_LINE

    def tell(self, message: control.Message) -> None:
        """Send the connector a message."""
        self._control.send(message)

    def dismiss(self, refusal: control.Refuse) -> None:
        """Say why, then close."""
        self.tell(refusal)
        self.close()

    def stream_opened(self, stream: Stream) -> StreamOwner:
        """The first and only stream that a connector opens is the control stream."""
        self._control.attach(stream)
        return self._control

    def went_away(self) -> None:
        """The connector takes no more streams."""
        self.draining = True

    def lost(self) -> None:
        """See ``Link``."""
        self.hello.cancel()
        self._closed(self)

    def _hear(self, message: control.Message) -> None:
        match message:
            case control.Hello():
                if not self.hello.done():
                    self.hello.set_result(message)
            case control.Drain():
                self.draining = True
                self.tell(control.Drained())
                self._changed()
            case control.Health():
                self.problems = {ApplicationId(key): text for key, text in message.problems.items()}
                self._changed()
            case _:
                self.abort("the connector sent a message that only relays send")
