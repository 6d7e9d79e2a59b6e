"""Settings of the TCP sockets that links run over, at the connector's end."""

from __future__ import annotations

import asyncio
import socket
from typing import Final

IDLE: Final = 10
INTERVAL: Final = 3
PROBES: Final = 3
UNACKNOWLEDGED: Final = 10_000
"""Milliseconds after which bytes that nobody acknowledges end the connection (tcp(7))."""
UNSENT: Final = 256 * 1024
"""Bytes that may lie unsent in the kernel: small messages queue behind no more than these."""


def tune(transport: asyncio.BaseTransport) -> None:
    """Find a dead relay, send small messages at once."""
    link = transport.get_extra_info("socket")
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    link.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, IDLE)
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, INTERVAL)
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, PROBES)
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNACKNOWLEDGED)
    link.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT)
