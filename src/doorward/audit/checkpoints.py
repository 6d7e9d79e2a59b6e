"""Checkpoints: signed statements of how far the chain had got, and with which hash.

Whoever can write the files can compute hashes, but not signatures. A checkpoint that is kept elsewhere
shows even a change by somebody who has the key. Signed with Ed25519 (RFC 8032), with a key that is used
for nothing else.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from doorward.audit.chain import Link
from doorward.audit.instants import parse_instant, written_instant
from doorward.model.errors import Invalid

PURPOSE: Final = "doorward audit checkpoint 1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """``sequence`` and ``digest`` are those of the last line that it vouches for; ``key`` names the key
    that made ``signature``."""

    sequence: int
    digest: bytes
    time: datetime
    key: str
    signature: bytes

    def as_json(self) -> dict[str, object]:
        """As it stands in the log and in files."""
        return {
            "sequence": self.sequence,
            "hash": self.digest.hex(),
            "time": written_instant(self.time),
            "key": self.key,
            "signature": _text(self.signature),
        }

    @classmethod
    def from_json(cls, found: object, *, field: str = "checkpoint") -> Checkpoint:
        """Raises Invalid for what is no checkpoint."""
        try:
            if not isinstance(found, Mapping):
                raise TypeError
            digest, signature = bytes.fromhex(found["hash"]), _bytes(found["signature"])
            checkpoint = cls(
                sequence=int(found["sequence"]),
                digest=digest,
                time=parse_instant(found["time"]),
                key=str(found["key"]),
                signature=signature,
            )
        except (KeyError, ValueError, TypeError) as error:
            raise Invalid(
                field, "is no checkpoint: take one from doorward audit checkpoint --json"
            ) from error
        return checkpoint


class Signer:
    """Signs checkpoints with one key."""

    def __init__(self, private: Ed25519PrivateKey) -> None:
        self._private = private
        self.public = private.public_key()
        self.name = key_name(self.public)

    def sign(self, link: Link, now: datetime) -> Checkpoint:
        """A checkpoint of the chain up to ``link``."""
        signature = self._private.sign(_signed(link.sequence, link.digest, now))
        return Checkpoint(
            sequence=link.sequence, digest=link.digest, time=now, key=self.name, signature=signature
        )


class Keys:
    """Public keys by name. What is signed by any other does not hold."""

    def __init__(self, public: Sequence[Ed25519PublicKey]) -> None:
        self._keys = {key_name(key): key for key in public}

    def problem(self, checkpoint: Checkpoint) -> str:
        """What is wrong with its signature; empty when it holds."""
        key = self._keys.get(checkpoint.key)
        if key is None:
            return f"it is signed with the key {checkpoint.key!r}, which is not known here"
        signed = _signed(checkpoint.sequence, checkpoint.digest, checkpoint.time)
        try:
            key.verify(checkpoint.signature, signed)
        except InvalidSignature:
            return "its signature does not hold"
        return ""


def key_name(key: Ed25519PublicKey) -> str:
    """A short name for a public key: 16 hexadecimal digits of its SHA-256."""
    raw = key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    return hashlib.sha256(raw).hexdigest()[:16]


def public_text(key: Ed25519PublicKey) -> str:
    """A public key as base64url text, its 32 bytes (RFC 8037's ``x``)."""
    return _text(key.public_bytes(Encoding.Raw, PublicFormat.Raw))


def parse_public(text: object) -> Ed25519PublicKey:
    """The public key of such a text. Raises Invalid."""
    try:
        return Ed25519PublicKey.from_public_bytes(_bytes(text))
    except (ValueError, TypeError) as error:
        raise Invalid("public_key", "is no Ed25519 public key in base64url") from error


def _signed(sequence: int, digest: bytes, now: datetime) -> bytes:
    return f"{PURPOSE}\n{sequence}\n{digest.hex()}\n{written_instant(now)}\n".encode()


def _text(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).decode().rstrip("=")


def _bytes(text: object) -> bytes:
    if not isinstance(text, str):
        raise TypeError
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError from error
