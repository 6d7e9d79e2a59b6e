"""Signing keys."""

from __future__ import annotations

from doorward.ports.stores import SigningKey
from doorward.stores.mapping.rows import ReadRow, Row


def to_row(key: SigningKey) -> Row:
    """A row of ``signing_keys``."""
    return {
        "kid": key.kid,
        "private_jwk": key.private_jwk,
        "created": key.created,
        "not_before": key.not_before,
    }


def from_row(row: ReadRow) -> SigningKey:
    """The key of one row."""
    return SigningKey(
        kid=row["kid"],
        private_jwk=row["private_jwk"],
        created=row["created"],
        not_before=row["not_before"],
    )
