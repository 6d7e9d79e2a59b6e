"""An origin that keeps every request head that reaches it, to the byte, and answers "reached"."""

from __future__ import annotations

import re
import socketserver
import threading
from dataclasses import dataclass, field
from io import BufferedIOBase
from typing import Self

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\nConnection: close\r\n\r\nreached"
LENGTH = re.compile(rb"^content-length: *(\d+)\r$", re.IGNORECASE | re.MULTILINE)


@dataclass
class Recorder:
    """It listens on ``port`` from ``with`` to the end of its block. ``complete`` are the heads of requests
    whose whole body came too."""

    heads: list[bytes] = field(default_factory=list)
    complete: list[bytes] = field(default_factory=list)

    def __enter__(self) -> Self:
        recorder = self

        class Handler(socketserver.StreamRequestHandler):
            timeout = 10

            def handle(self) -> None:
                recorder.serve(self)

        self._server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.05,))
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join(10)
        self._server.server_close()

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    def serve(self, client: socketserver.StreamRequestHandler) -> None:
        """One request of one connection."""
        head = b""
        while not head.endswith(b"\r\n\r\n"):
            line = client.rfile.readline()
            if not line:
                return
            head += line
        self.heads.append(head)
        if _has_body(client.rfile, head):
            self.complete.append(head)
            client.wfile.write(ANSWER)


def _has_body(stream: BufferedIOBase, head: bytes) -> bool:
    """Read the body that the head announces; whether all of it came."""
    if length := LENGTH.search(head):
        return len(stream.read(int(length[1]))) == int(length[1])
    if b"transfer-encoding: chunked" not in head.lower():
        return True
    while size := int(stream.readline() or b"-1", 16):
        if size < 0 or len(stream.read(size + 2)) < size + 2:
            return False
    return stream.readline() == b"\r\n"
