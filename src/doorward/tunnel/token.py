"""The tunnel token: the one line that a person copies from Doorward to the machine of a connector.

``dwt1.PAYLOAD.CHECKSUM``: five fields, each behind its length in two bytes, in base64url; then the
beginning of the SHA-256 of all before. The checksum is no protection, it tells people what went wrong.
"""

from __future__ import annotations

import binascii
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Final

from doorward.model.errors import Invalid
from doorward.model.ids import TunnelId

PREFIX: Final = "dwt1"
FIELD: Final = "tunnel token"
_CHECKSUM_LENGTH: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class RelayAddress:
    """Where a relay listens for connectors."""

    host: str
    port: int

    def __str__(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @classmethod
    def parse(cls, text: str) -> RelayAddress:
        """Read ``host:port`` or ``[v6]:port``. Raises Invalid."""
        host, colon, port = text.rpartition(":")
        host = host.removeprefix("[").removesuffix("]")
        if not (colon and host and port.isascii() and port.isdigit() and 0 < int(port) < 65536):
            raise Invalid("relay address", f"{text!r} is not host:port")
        return cls(host=host, port=int(port))


@dataclass(frozen=True, slots=True, kw_only=True)
class TunnelToken:
    """What a connector needs to reach its relays and to be let in.

    ``server_name`` is the name in the relays' certificates, and ``authority`` the certificate (DER) of
    the private authority that they chain to.
    """

    tunnel: TunnelId
    secret: str = field(repr=False)
    relays: tuple[RelayAddress, ...]
    server_name: str
    authority: bytes = field(repr=False)


def encode(token: TunnelToken) -> str:
    """The token as a line that can be copied."""
    fields = (
        token.tunnel.encode(),
        token.secret.encode(),
        ",".join(str(relay) for relay in token.relays).encode(),
        token.server_name.encode(),
        token.authority,
    )
    payload = b"".join(len(value).to_bytes(2, "big") + value for value in fields)
    head = f"{PREFIX}.{urlsafe_b64encode(payload).rstrip(b'=').decode()}"
    return f"{head}.{_checksum(head)}"


def decode(text: str) -> TunnelToken:
    """Read a token; blanks and line breaks around it do not matter.

    Raises:
        Invalid: it is not a tunnel token, or damaged on the way.
    """
    line = text.strip()
    if not line.startswith(f"{PREFIX}."):
        raise Invalid(FIELD, f"this is not a tunnel token: one begins with {PREFIX}.")
    head, _, checksum = line.rpartition(".")
    if head == PREFIX or checksum != _checksum(head):
        raise Invalid(FIELD, "it is truncated or damaged: copy the whole line again")
    try:
        return _parse(head.removeprefix(f"{PREFIX}."))
    except (ValueError, binascii.Error) as error:
        raise Invalid(FIELD, "it is damaged: ask for a new one") from error


def _parse(payload: str) -> TunnelToken:
    data = urlsafe_b64decode(payload + "=" * (-len(payload) % 4))
    fields: list[bytes] = []
    while data:
        end = 2 + int.from_bytes(data[:2], "big")
        fields.append(data[2:end])
        data = data[end:]
    tunnel, secret, relays, server_name, authority = fields
    return TunnelToken(
        tunnel=TunnelId(tunnel.decode()),
        secret=secret.decode(),
        relays=tuple(RelayAddress.parse(relay) for relay in relays.decode().split(",")),
        server_name=server_name.decode(),
        authority=authority,
    )


def _checksum(head: str) -> str:
    return urlsafe_b64encode(sha256(head.encode()).digest())[:_CHECKSUM_LENGTH].decode()
