"""Encrypts and decrypts the columns of a row that are marked as sealed."""

from __future__ import annotations

from sqlalchemy import Table

from doorward.stores.encryption import Envelope, Place
from doorward.stores.mapping.rows import ReadRow, Row


def sealed_columns(table: Table) -> list[str]:
    """The names of the columns that are encrypted at rest."""
    return [column.name for column in table.columns if column.info.get("sealed")]


def seal(table: Table, row: Row, envelope: Envelope) -> Row:
    """The row as it is written."""
    secrets = {
        name: envelope.encrypt(row[name], place=_place(table, row, name)) for name in sealed_columns(table)
    }
    return {**row, **secrets}


def unseal(table: Table, row: ReadRow, envelope: Envelope) -> Row:
    """The row as the mapping sees it. Raises Invalid when a column does not decrypt."""
    secrets = {
        name: envelope.decrypt(row[name], place=_place(table, row, name)) for name in sealed_columns(table)
    }
    return {**row, **secrets}


def _place(table: Table, row: ReadRow, field: str) -> Place:
    key = "/".join(str(row[column.name]) for column in table.primary_key)
    return Place(table.name, key, field)
