"""Settings of the TCP sockets that links run over."""

from __future__ import annotations

import socket
from typing import Final

IDLE: Final = 10
INTERVAL: Final = 3
PROBES: Final = 3
UNACKNOWLEDGED: Final = 10_000
"""Milliseconds after which bytes that nobody acknowledges end the connection (tcp(7))."""
UNSENT: Final = 256 * 1024
"""Bytes that may lie unsent in the kernel: small messages queue behind no more than these."""


def tune(listener: socket.socket) -> None:
    """Find dead peers, send small messages at once. Accepted connections inherit it."""
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, IDLE)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, INTERVAL)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, PROBES)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNACKNOWLEDGED)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT)
