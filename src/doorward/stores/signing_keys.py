"""The keys that sign application tokens, encrypted at rest."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import delete, insert, select
from sqlalchemy.exc import IntegrityError

from doorward.model.errors import Conflict, NotFound
from doorward.ports.stores import SigningKey
from doorward.stores.database import Database
from doorward.stores.encryption import Envelope
from doorward.stores.mapping import signing_keys as mapping
from doorward.stores.sealing import seal, unseal
from doorward.stores.tables import signing_keys


class SqlSigningKeys:
    """``ports.stores.SigningKeys`` in a database. Every method raises Unavailable as well."""

    def __init__(self, database: Database, envelope: Envelope) -> None:
        self._database = database
        self._envelope = envelope

    async def listed(self) -> Sequence[SigningKey]:
        """All, oldest first. Raises Invalid when one does not decrypt."""
        query = select(signing_keys).order_by(signing_keys.c.created, signing_keys.c.kid)
        async with self._database.reading() as connection:
            rows = (await connection.execute(query)).mappings().all()
        return [mapping.from_row(unseal(signing_keys, row, self._envelope)) for row in rows]

    async def add(self, key: SigningKey) -> None:
        """Raises Conflict when the kid is taken."""
        row = seal(signing_keys, mapping.to_row(key), self._envelope)
        try:
            async with self._database.writing() as connection:
                await connection.execute(insert(signing_keys), row)
        except IntegrityError as error:
            raise Conflict(f"there is a signing key {key.kid!r} already") from error

    async def remove(self, kid: str) -> None:
        """Raises NotFound."""
        async with self._database.writing() as connection:
            removed = await connection.execute(delete(signing_keys).where(signing_keys.c.kid == kid))
        if removed.rowcount != 1:
            raise NotFound(f"there is no signing key {kid!r}")

    async def replace_all(self, key: SigningKey) -> None:
        """Keep this key and no other: all at once, or nothing."""
        row = seal(signing_keys, mapping.to_row(key), self._envelope)
        async with self._database.writing() as connection:
            await connection.execute(delete(signing_keys))
            await connection.execute(insert(signing_keys), row)
