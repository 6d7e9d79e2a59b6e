"""Passes. The hash of the secret is given beside them: nouns do not carry it."""

from __future__ import annotations

from doorward.model.access_pass import AccessPass
from doorward.model.ids import ApplicationId, PassId, SessionId
from doorward.stores.mapping.rows import ReadRow, Row


def to_row(made: AccessPass, *, secret_hash: str) -> Row:
    """A row of ``passes``."""
    return {
        "id": made.id,
        "secret_hash": secret_hash,
        "session": made.session,
        "owner": made.owner,
        "application": made.application,
        "name": made.name,
        "paths": list(made.paths),
        "created": made.created,
        "expires": made.expires,
        "used": made.used,
        "used_from": made.used_from,
    }


def from_row(row: ReadRow) -> AccessPass:
    """The pass of one row."""
    return AccessPass(
        id=PassId(row["id"]),
        session=SessionId(row["session"]),
        owner=row["owner"],
        application=ApplicationId(row["application"]),
        name=row["name"],
        paths=tuple(row["paths"]),
        created=row["created"],
        expires=row["expires"],
        used=row["used"],
        used_from=row["used_from"],
    )
