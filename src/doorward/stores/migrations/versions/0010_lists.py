"""Lists of addresses and networks, and how people proved themselves when they signed in."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "doorward_0010"
down_revision: str | None = "doorward_0009"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Add the table and the column. Of people who are signed in already nothing is known of how."""
    op.create_table(
        "named_lists",
        _text("id"),
        sa.Column("position", sa.Integer(), nullable=False),
        _text("name"),
        _text("kind"),
        sa.Column("items", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_named_lists"),
    )
    op.add_column("sessions", sa.Column("methods", sa.JSON(), nullable=False, server_default="[]"))


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=False)
