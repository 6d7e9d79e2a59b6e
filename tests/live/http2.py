"""HTTP/2 frame by frame (RFC 9113), for what no client library would send."""

from __future__ import annotations

import contextlib
import json
import re
import ssl
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from hpack import Decoder, Encoder
from hyperframe.frame import (
    DataFrame,
    Frame,
    GoAwayFrame,
    HeadersFrame,
    RstStreamFrame,
    SettingsFrame,
)

from tests.live.visitor import TIMEOUT, Door

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
WINDOW = 2**20

Fields = Iterable[tuple[str, str]]
"""Names and values in their order, one character a byte."""


@dataclass
class Answer:
    """What came back on one stream. ``reset`` is the error code, when the edge gave the stream up."""

    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    reset: int | None = None
    over: bool = False

    @property
    def status(self) -> int:
        """The status; 0 when there was none."""
        return int(self.headers.get(":status", 0))

    @property
    def at_origin(self) -> dict[str, Any] | None:
        """What the sample's ``/headers`` says reached it, or none when it was not reached."""
        found = re.search(rb'\{"method.*\}', self.body, re.DOTALL)
        return dict(json.loads(found.group())) if found and self.status == 200 else None


@dataclass
class Http2:
    """A client's end of one connection. ``gone`` is the error code with which the edge took leave."""

    connection: ssl.SSLSocket
    answers: dict[int, Answer] = field(default_factory=lambda: defaultdict(Answer))
    gone: int | None = None
    closed: bool = False
    _encoder: Encoder = field(default_factory=Encoder)
    _decoder: Decoder = field(default_factory=Decoder)
    _received: bytes = b""

    def block(self, fields: Fields) -> bytes:
        """Fields as a header block, whatever they hold."""
        return self._encoder.encode(
            [(name.encode("latin-1"), value.encode("latin-1")) for name, value in fields], huffman=False
        )

    def head(self, stream: int, fields: Fields, *, end: bool = True) -> HeadersFrame:
        """The frame that opens a stream; ``end``: without a body."""
        flags = ["END_HEADERS", *(["END_STREAM"] if end else [])]
        return HeadersFrame(stream, self.block(fields), flags=flags)

    def send(self, *frames: Frame) -> None:
        """Send frames, unless the edge has closed."""
        self.send_bytes(b"".join(frame.serialize() for frame in frames))

    def send_bytes(self, data: bytes) -> None:
        """Send bytes, unless the edge has closed."""
        try:
            if not self.closed:
                self.connection.settimeout(TIMEOUT)
                self.connection.sendall(data)
        except (ConnectionError, ssl.SSLError):
            self.closed = True

    def ask(self, fields: Fields, *, stream: int = 1, patience: float = 5.0) -> Answer:
        """One request without a body, and what became of it."""
        self.send(self.head(stream, fields))
        self.listen(lambda: self.answers[stream].over, patience)
        return self.answers[stream]

    def listen(self, enough: Callable[[], bool] = lambda: False, patience: float = 5.0) -> None:
        """Take in what comes until that is enough, the edge closes, or time is over."""
        until = time.monotonic() + patience
        while not enough() and not self.closed and (left := until - time.monotonic()) > 0:
            self.connection.settimeout(left)
            try:
                data = self.connection.recv(65536)
            except TimeoutError:
                return
            except (ConnectionError, ssl.SSLError):
                data = b""
            self.closed = not data
            self._take(data)

    def _take(self, data: bytes) -> None:
        self._received += data
        while len(self._received) >= 9:
            frame, length = Frame.parse_frame_header(memoryview(self._received[:9]))
            if len(self._received) < 9 + length:
                return
            frame.parse_body(memoryview(self._received[9 : 9 + length]))
            self._received = self._received[9 + length :]
            self._see(frame)

    def _see(self, frame: Frame) -> None:
        if isinstance(frame, GoAwayFrame):
            self.gone = frame.error_code
        elif isinstance(frame, RstStreamFrame):
            self.answers[frame.stream_id].reset = frame.error_code
            self.answers[frame.stream_id].over = True
        elif isinstance(frame, HeadersFrame):
            found = self._decoder.decode(frame.data)
            self.answers[frame.stream_id].headers.update((str(name), str(value)) for name, value in found)
        elif isinstance(frame, DataFrame):
            self.answers[frame.stream_id].body += frame.data
        if "END_STREAM" in frame.flags:
            self.answers[frame.stream_id].over = True


@contextlib.contextmanager
def http2(door: Door, hostname: str = "hello.localhost") -> Iterator[Http2]:
    """A connection that has said hello and has room for what comes back."""
    door.context.set_alpn_protocols(["h2"])
    with door.connected(hostname) as connection:
        assert connection.selected_alpn_protocol() == "h2"
        client = Http2(connection)
        settings = {SettingsFrame.ENABLE_PUSH: 0, SettingsFrame.INITIAL_WINDOW_SIZE: WINDOW}
        client.send_bytes(PREFACE + SettingsFrame(settings=settings).serialize())
        yield client
