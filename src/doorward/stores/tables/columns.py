"""What all tables share: the metadata, the column types, and the mark of an encrypted column."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import BigInteger, Column, DateTime, LargeBinary, MetaData, Text
from sqlalchemy import text as literal_text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

# Every constraint has a name, because a migration can only drop what it can name.
metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Instant(TypeDecorator[datetime]):
    """An instant: aware in Python, UTC in the database whatever the database makes of zones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC. Raises ValueError for an instant without a zone, which no Clock gives."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """SQLite gives back what was UTC without saying so."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Duration(TypeDecorator[timedelta]):
    """A length of time, kept exactly: as a count of microseconds."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, dialect: Dialect) -> int | None:
        """To microseconds."""
        return None if value is None else value // timedelta(microseconds=1)

    def process_result_value(self, value: int | None, dialect: Dialect) -> timedelta | None:
        """From microseconds."""
        return None if value is None else timedelta(microseconds=value)


def text(
    name: str, *, key: bool = False, unique: bool = False, index: bool = False, later: bool = False
) -> Column[str]:
    """A text column that is never null. In one that came ``later`` than its table, rows from before are
    empty."""
    default = literal_text("''") if later else None
    return Column(
        name, Text, primary_key=key, nullable=False, unique=unique, index=index, server_default=default
    )


def sealed(name: str) -> Column[Any]:
    """A column that is encrypted at rest: text to the mapping, bytes in the database."""
    return Column(name, LargeBinary, nullable=False, info={"sealed": True})
