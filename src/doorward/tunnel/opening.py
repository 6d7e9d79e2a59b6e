"""How a stream begins: the relay names the service, the connector answers open or why not.

Relay: one byte, the length of the service key, then the key (ASCII), then at once the first bytes.
Connector: one zero byte, then bytes of the service; or one byte ``REFUSED``, the name of a ``Refusal``,
a blank and a sentence (UTF-8), then the end of the stream.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from doorward.tunnel.frames import ProtocolViolation
from doorward.tunnel.lines import printable

OPEN: Final = b"\x00"
REFUSED: Final = b"\x01"
LONGEST_REFUSAL: Final = 512


class Refusal(StrEnum):
    """Why a connector did not open a stream."""

    UNKNOWN_SERVICE = "unknown-service"
    TARGET_NOT_ALLOWED = "target-not-allowed"
    NAME_NOT_FOUND = "name-not-found"
    CONNECTION_REFUSED = "connection-refused"
    UNREACHABLE = "unreachable"
    TIMEOUT = "timeout"
    TLS_FAILED = "tls-failed"
    OVERLOADED = "overloaded"


@dataclass(frozen=True, slots=True)
class Refused:
    """A refusal with a sentence for people. ``reason`` is empty when this version does not know it."""

    reason: Refusal | None
    sentence: str


def opening(service: str) -> bytes:
    """The first bytes of a stream to ``service``.

    Raises:
        ValueError: not 1-255 ASCII characters.
    """
    key = service.encode("ascii")
    if not 0 < len(key) <= 255:
        raise ValueError(f"a service key has 1-255 characters, not {len(key)}")
    return bytes((len(key),)) + key


def parse_opening(data: bytes) -> tuple[str, bytes] | None:
    """The service key and the bytes after it; None when more bytes are needed.

    Raises:
        ProtocolViolation: the key is empty or not ASCII.
    """
    if not data:
        return None
    end = 1 + data[0]
    if end == 1 or not data[1:end].isascii():
        raise ProtocolViolation("opened a stream that names no service")
    if len(data) < end:
        return None
    return data[1:end].decode("ascii"), data[end:]


def refusal(refused: Refused) -> bytes:
    """The bytes with which a connector refuses a stream."""
    name = refused.reason or Refusal.UNREACHABLE
    return (REFUSED + f"{name} {refused.sentence}".encode())[:LONGEST_REFUSAL]


def parse_refusal(data: bytes) -> Refused:
    """What the bytes between ``REFUSED`` and the end of the stream say."""
    name, _, sentence = data[:LONGEST_REFUSAL].decode(errors="replace").partition(" ")
    return Refused(Refusal(name) if name in set(Refusal) else None, printable(sentence))
