"""Settings of the TCP sockets that links run over, at either end."""

from __future__ import annotations

import socket
from typing import Final, Protocol

IDLE: Final = 10
INTERVAL: Final = 3
PROBES: Final = 3
UNACKNOWLEDGED: Final = 10_000
"""Milliseconds after which bytes that nobody acknowledges end the connection (tcp(7))."""
UNSENT: Final = 256 * 1024
"""Bytes that may lie unsent in the kernel: small messages queue behind no more than these."""


class Socket(Protocol):
    """A socket, or what a transport shows of its own."""

    def setsockopt(self, level: int, option: int, value: int, /) -> None:
        """Set an option to a number (setsockopt(2))."""


def tune(link: Socket) -> None:
    """Find a dead peer, send small messages at once. Connections that a listener accepts inherit it."""
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    link.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, IDLE)
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, INTERVAL)
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, PROBES)
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNACKNOWLEDGED)
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT)
