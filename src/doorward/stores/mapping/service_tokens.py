"""Service tokens."""

from __future__ import annotations

from doorward.model.ids import ServiceTokenId
from doorward.model.service_token import ServiceToken
from doorward.stores.mapping.rows import ReadRow, Row


def to_row(token: ServiceToken, *, position: int) -> Row:
    """A row of ``service_tokens``."""
    return {
        "id": token.id,
        "position": position,
        "client_id": token.client_id,
        "secret_hash": token.secret_hash,
        "name": token.name,
        "expires": token.expires,
        "disabled": token.disabled,
        "previous_secret_hash": token.previous_secret_hash,
        "previous_until": token.previous_until,
    }


def from_row(row: ReadRow) -> ServiceToken:
    """The service token of one row."""
    return ServiceToken(
        id=ServiceTokenId(row["id"]),
        client_id=row["client_id"],
        secret_hash=row["secret_hash"],
        name=row["name"],
        expires=row["expires"],
        disabled=row["disabled"],
        previous_secret_hash=row["previous_secret_hash"],
        previous_until=row["previous_until"],
    )
