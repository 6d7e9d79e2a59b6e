"""The PROXY protocol v2 header with which the edge begins each connection to a relay.

Source: https://www.haproxy.org/download/3.0/doc/proxy-protocol.txt, chapter 2.2. Four values of our own
ride in it, in the range that the protocol leaves for private use: the service key, the session id, the
address that the person comes from (that of the header is the edge's peer, perhaps a load balancer), and what
was asked for (``GET /path``), where that matters.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from doorward.model.errors import Invalid
from doorward.model.ids import ApplicationId, SessionId

SIGNATURE: Final = b"\r\n\r\n\x00\r\nQUIT\n"
SERVICE: Final = 0xE0
SESSION: Final = 0xE1
SOURCE: Final = 0xE2
TARGET: Final = 0xE3
CERTIFICATE: Final = 0xE4
LARGEST: Final = 4096
LONGEST_PATH: Final = 2048
"""The edge cuts paths off there: of one that long nothing is known."""
_LONGEST_TARGET: Final = LONGEST_PATH + 32
_FIXED: Final = 16
_ADDRESS_SIZES: Final = {0x00: 0, 0x11: 12, 0x12: 12, 0x21: 36, 0x22: 36, 0x31: 216, 0x32: 216}


@dataclass(frozen=True, slots=True)
class ProxyHeader:
    """Who is connected through the edge, and to what. ``source`` is an address, empty where the edge
    itself is connected.

    ``session`` is empty when the connection belongs to none; ``certificate`` is the SHA-256 of the client
    certificate, empty where there was none; ``method`` and ``path`` where they are not
    known.
    """

    service: ApplicationId
    session: SessionId
    source: str
    method: str = ""
    path: str = ""
    certificate: str = ""


def parse(data: bytes) -> tuple[ProxyHeader, bytes] | None:
    """The header and the bytes behind it; None when more bytes are needed.

    Raises:
        Invalid: this is not such a header, or it names no service.
    """
    if not data.startswith(SIGNATURE[: len(data)]):
        raise Invalid("proxy header", "the connection does not begin with one")
    if len(data) < _FIXED:
        return None
    version_command, family = data[12], data[13]
    end = _FIXED + int.from_bytes(data[14:16], "big")
    if end > LARGEST:
        raise Invalid("proxy header", f"is longer than {LARGEST} bytes")
    if version_command not in {0x20, 0x21} or family not in _ADDRESS_SIZES:
        raise Invalid("proxy header", "has an unknown version, command or address family")
    if len(data) < end:
        return None
    address_size = _ADDRESS_SIZES[family]
    if end - _FIXED < address_size:
        raise Invalid("proxy header", "is shorter than its addresses")
    values = _values(data[_FIXED + address_size : end])
    service = _text(values, SERVICE)
    if not service:
        raise Invalid("proxy header", "names no service")
    session, certificate = _text(values, SESSION), _text(values, CERTIFICATE)
    method, path = _target(_text(values, TARGET, longest=_LONGEST_TARGET))
    header = ProxyHeader(
        service=ApplicationId(service),
        session=SessionId("" if session == "-" else session),
        source=_text(values, SOURCE),
        method=method,
        path=path,
        certificate="" if certificate == "-" else certificate,
    )
    return header, data[end:]


def _values(data: bytes) -> dict[int, bytes]:
    """The type-length-value triples."""
    values: dict[int, bytes] = {}
    while data:
        end = 3 + int.from_bytes(data[1:3], "big")
        if len(data) < 3 or len(data) < end:
            raise Invalid("proxy header", "ends inside a value")
        values[data[0]] = data[3:end]
        data = data[end:]
    return values


def _target(text: str) -> tuple[str, str]:
    """Method and path; both empty where the edge did not say, the path where it was cut off."""
    method, _, path = text.partition(" ")
    if not path.startswith("/"):
        return "", ""
    return method, path if len(path) < LONGEST_PATH else ""


def _text(values: dict[int, bytes], kind: int, *, longest: int = 255) -> str:
    value = values.get(kind, b"")
    text = value.decode("ascii", errors="replace")
    if len(text) > longest or not (text.isascii() and text.isprintable()):
        raise Invalid("proxy header", f"value {kind:#x} is not 1-{longest} printable ASCII characters")
    return text
