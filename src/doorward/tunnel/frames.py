"""One frame: yamux's 12-byte header (version, type, flags, stream id, length), and its numbers.

Source: https://github.com/hashicorp/yamux/blob/master/spec.md. All integers are big-endian.
"""

from __future__ import annotations

from struct import Struct
from typing import Final

HEADER: Final = Struct(">BBHII")
HEADER_SIZE: Final = HEADER.size

VERSION: Final = 0

DATA: Final = 0
WINDOW_UPDATE: Final = 1
PING: Final = 2
GO_AWAY: Final = 3

SYN: Final = 1
ACK: Final = 2
FIN: Final = 4
RST: Final = 8

NORMAL: Final = 0
"""Go-away: the sender is done."""
PROTOCOL_ERROR: Final = 1
"""Go-away: the receiver broke the protocol."""

INITIAL_WINDOW: Final = 256 * 1024
"""Bytes that either side may send on a new stream before it gets credit (yamux's constant)."""
LARGEST_NUMBER: Final = 0xFFFF_FFFF


class ProtocolViolation(Exception):
    """The peer sent what the protocol does not allow; the link cannot go on."""


def header(kind: int, flags: int, stream_id: int, length: int) -> bytes:
    """The 12 bytes that begin a frame; ``length`` is a number of bytes only for ``DATA``."""
    return HEADER.pack(VERSION, kind, flags, stream_id, length)
