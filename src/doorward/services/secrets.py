"""Secrets that people and machines carry: only their hashes are kept."""

from __future__ import annotations

import hmac
from hashlib import sha256


def hashed(secret: str) -> str:
    """The SHA-256 of a secret of at least 128 random bits, hexadecimal: what is stored of it.

    Such a secret cannot be guessed from its hash, so no slow hash is needed (RFC 9106 is for
    passwords, which people choose).
    """
    return sha256(secret.encode()).hexdigest()


def fits(secret: str, secret_hash: str) -> bool:
    """Whether ``secret`` has this hash, in time that does not tell how nearly."""
    return hmac.compare_digest(hashed(secret), secret_hash)
