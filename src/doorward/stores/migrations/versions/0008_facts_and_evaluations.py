"""Facts that sources report, such as device posture, and evaluators outside that are asked."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "doorward_0008"
down_revision: str | None = "doorward_0007"
branch_labels: str | None = None
depends_on: str | None = None

_KEY = ("kind", "identity_provider", "whom", "name", "source")


def upgrade() -> None:
    """Add their tables."""
    op.create_table(
        "facts",
        *(_text(name) for name in _KEY),
        _text("value"),
        _text("email"),
        sa.Column("reported", sa.DateTime(timezone=True), nullable=False),
        sa.Column("expires", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint(*_KEY, name="pk_facts"),
    )
    op.create_index("ix_facts_expires", "facts", ["expires"])
    op.create_table(
        "external_evaluations",
        _text("id"),
        sa.Column("position", sa.Integer(), nullable=False),
        *(_text(name) for name in ("name", "url", "keys_url")),
        sa.Column("timeout", sa.BigInteger(), nullable=False),
        sa.Column("valid_for", sa.BigInteger(), nullable=False),
        _text("ca"),
        sa.PrimaryKeyConstraint("id", name="pk_external_evaluations"),
    )


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=False)
