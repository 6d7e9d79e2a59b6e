"""Shared policies. An application's own ones are in ``application_policies``."""

from __future__ import annotations

from sqlalchemy import JSON, Column, Integer, Table

from doorward.stores.tables.columns import Duration, metadata, text

policies = Table(
    "policies",
    metadata,
    text("id", key=True),
    Column("position", Integer, nullable=False),
    text("name"),
    text("action"),
    Column("rules", JSON, nullable=False),
    Column("purpose", JSON(none_as_null=True), nullable=True),
    Column("approval", JSON(none_as_null=True), nullable=True),
    Column("session_duration", Duration, nullable=True),
)
