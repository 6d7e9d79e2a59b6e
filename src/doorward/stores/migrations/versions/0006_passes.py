"""Passes of applications that cannot sign in with a browser."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "doorward_0006"
down_revision: str | None = "doorward_0005"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Add their table, and mark their sessions."""
    op.add_column("sessions", sa.Column("pass_name", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "passes",
        _text("id"),
        _text("secret_hash"),
        _text("session"),
        _text("owner"),
        _text("application"),
        _text("name"),
        sa.Column("paths", sa.JSON(), nullable=False),
        _instant("created", nullable=False),
        _instant("expires", nullable=False),
        _instant("used", nullable=True),
        _text("used_from"),
        sa.PrimaryKeyConstraint("id", name="pk_passes"),
        sa.UniqueConstraint("secret_hash", name="uq_passes_secret_hash"),
        sa.ForeignKeyConstraint(["session"], ["sessions.id"], name="fk_passes_session", ondelete="CASCADE"),
    )
    op.create_index("ix_passes_session", "passes", ["session"])
    op.create_index("ix_passes_owner", "passes", ["owner"])


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=False)


def _instant(name: str, *, nullable: bool) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
