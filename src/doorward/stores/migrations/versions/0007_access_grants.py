"""Access that sessions are given after a reason or an approval; policies that want it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "doorward_0007"
down_revision: str | None = "doorward_0006"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Add their table, and what policies may want."""
    op.create_table(
        "access_grants",
        _text("id"),
        _text("session"),
        _text("application"),
        _text("policy"),
        _text("person"),
        _text("reason"),
        sa.Column("wanted", sa.BigInteger(), nullable=False),
        _instant("asked", nullable=False),
        sa.Column("approved_by", sa.JSON(), nullable=False),
        _instant("until", nullable=True),
        _instant("closed", nullable=True),
        _text("closed_by"),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_access_grants"),
        sa.ForeignKeyConstraint(
            ["session"], ["sessions.id"], name="fk_access_grants_session", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_access_grants_session_application", "access_grants", ["session", "application"])
    op.create_index("ix_access_grants_until", "access_grants", ["until"])
    for table in ("policies", "application_policies"):
        op.add_column(table, sa.Column("purpose", sa.JSON(), nullable=True))
        op.add_column(table, sa.Column("approval", sa.JSON(), nullable=True))


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=False)


def _instant(name: str, *, nullable: bool) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
