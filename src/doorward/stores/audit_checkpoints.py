"""The newest checkpoint of the audit log, in the database."""

from __future__ import annotations

from sqlalchemy import delete, insert, select

from doorward.audit.checkpoints import Checkpoint
from doorward.stores.database import Database
from doorward.stores.tables import audit_checkpoints


class SqlAuditCheckpoints:
    """``ports.audit.AuditCheckpoints`` in a database. Every method raises Unavailable as well."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def newest(self) -> Checkpoint | None:
        """None before the first."""
        query = select(audit_checkpoints).order_by(audit_checkpoints.c.sequence.desc()).limit(1)
        async with self._database.reading() as connection:
            row = (await connection.execute(query)).mappings().one_or_none()
        return Checkpoint(**row) if row else None

    async def save(self, checkpoint: Checkpoint) -> None:
        """Keep it in place of older ones."""
        row = {
            "sequence": checkpoint.sequence,
            "digest": checkpoint.digest,
            "time": checkpoint.time,
            "key": checkpoint.key,
            "signature": checkpoint.signature,
        }
        older = delete(audit_checkpoints).where(audit_checkpoints.c.sequence < checkpoint.sequence)
        newer = select(audit_checkpoints.c.sequence).where(
            audit_checkpoints.c.sequence >= checkpoint.sequence
        )
        async with self._database.writing() as connection:
            await connection.execute(older)
            if (await connection.execute(newer)).first() is None:
                await connection.execute(insert(audit_checkpoints), row)
