"""An origin for bulk: ``GET /N`` answers N bytes with sendfile, ``POST`` swallows a body.

Run as ``python -m bench.bulk_origin PORT FILE``; FILE is what is sent, again and again.
"""

from __future__ import annotations

import os
import socket
import sys
import threading
from contextlib import suppress

CHUNK = 1 << 20


def serve(port: int, path: str) -> None:
    """Serve for ever, a thread a connection."""
    source = os.open(path, os.O_RDONLY)
    size = os.fstat(source).st_size
    with socket.create_server(("127.0.0.1", port), backlog=128) as server:
        while True:
            connection, _ = server.accept()
            threading.Thread(target=_connection, args=(connection, source, size), daemon=True).start()


def _connection(connection: socket.socket, source: int, size: int) -> None:
    with connection, suppress(ConnectionError):  # a client that has enough hangs up
        pending = b""
        while True:
            while b"\r\n\r\n" not in pending:
                data = connection.recv(65536)
                if not data:
                    return
                pending += data
            head, _, pending = pending.partition(b"\r\n\r\n")
            request = head.decode("latin-1")
            if request.startswith("POST"):
                _swallow(connection, _length(request) - len(pending))
                pending = b""
                connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")
            else:
                _send(connection, source, size, int(request.split()[1].strip("/") or 0))


def _length(request: str) -> int:
    lines = request.lower().split("\r\n")
    return next(int(line.split(":")[1]) for line in lines if line.startswith("content-length"))


def _swallow(connection: socket.socket, count: int) -> None:
    buffer = bytearray(CHUNK)
    while count > 0:
        received = connection.recv_into(buffer)
        if not received:
            return
        count -= received


def _send(connection: socket.socket, source: int, size: int, count: int) -> None:
    connection.sendall(f"HTTP/1.1 200 OK\r\ncontent-length: {count}\r\n\r\n".encode())
    while count > 0:
        part = min(count, size)
        offset = 0
        while offset < part:
            offset += os.sendfile(connection.fileno(), source, offset, part - offset)
        count -= part


if __name__ == "__main__":
    serve(int(sys.argv[1]), sys.argv[2])
