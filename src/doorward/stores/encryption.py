"""Secrets at rest: AES-256-GCM, each ciphertext bound to the place it was written for."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from doorward.model.errors import Invalid

KEY_BYTES = 32
NONCE_BYTES = 12  # NIST SP 800-38D 8.2: 96 bits is the length GCM is made for
VERSION = 1


@dataclass(frozen=True, slots=True)
class Place:
    """Where a ciphertext belongs. Moved to any other place it does not decrypt."""

    table: str
    row: str
    field: str

    def associated_data(self) -> bytes:
        """The place as bytes. Lengths come first, so that no two places give the same bytes."""
        parts = [part.encode() for part in (self.table, self.row, self.field)]
        return bytes([VERSION]) + b"".join(len(part).to_bytes(4, "big") + part for part in parts)

    def __str__(self) -> str:
        return f"{self.table}[{self.row}].{self.field}"


class Envelope:
    """Encrypts and decrypts texts with one key.

    A ciphertext is a version byte, a random nonce and what AES-GCM gives. ``random_bytes`` returns
    so many bytes that nobody can guess.
    """

    def __init__(self, key: bytes, *, random_bytes: Callable[[int], bytes] = os.urandom) -> None:
        """Raises Invalid when ``key`` does not have 32 bytes."""
        if len(key) != KEY_BYTES:
            raise Invalid("encryption_key", f"has {len(key)} bytes: give {KEY_BYTES}")
        self._cipher = AESGCM(key)
        self._random_bytes = random_bytes

    def encrypt(self, text: str, *, place: Place) -> bytes:
        """Encrypt ``text`` for ``place``; never the same bytes twice."""
        nonce = self._random_bytes(NONCE_BYTES)
        body = self._cipher.encrypt(nonce, text.encode(), place.associated_data())
        return bytes([VERSION]) + nonce + body

    def decrypt(self, ciphertext: bytes, *, place: Place) -> str:
        """Return the text that was encrypted for ``place``.

        Raises:
            Invalid: another key encrypted it, it was changed or moved, or a newer version wrote it.
        """
        if ciphertext[:1] != bytes([VERSION]):
            raise Invalid(str(place), "is encrypted in a way that this version does not know")
        nonce, body = ciphertext[1 : 1 + NONCE_BYTES], ciphertext[1 + NONCE_BYTES :]
        try:
            return self._cipher.decrypt(nonce, body, place.associated_data()).decode()
        except (InvalidTag, ValueError) as error:
            raise Invalid(
                str(place),
                "cannot be decrypted: the master key does not fit this database, "
                "or somebody changed the row by hand",
            ) from error
