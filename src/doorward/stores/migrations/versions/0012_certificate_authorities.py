"""Authorities whose client certificates count."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "doorward_0012"
down_revision: str | None = "doorward_0011"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Add their table."""
    op.create_table(
        "certificate_authorities",
        _text("id"),
        sa.Column("position", sa.Integer(), nullable=False),
        *(_text(name) for name in ("name", "certificates", "crls")),
        sa.Column("hostnames", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_certificate_authorities"),
    )


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=False)
