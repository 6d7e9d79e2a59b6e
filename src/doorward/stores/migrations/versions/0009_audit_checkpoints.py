"""The newest signed checkpoint of the audit log, so that cutting the log off is found."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "doorward_0009"
down_revision: str | None = "doorward_0008"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Add its table."""
    op.create_table(
        "audit_checkpoints",
        sa.Column("sequence", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("time", sa.DateTime(timezone=True), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("signature", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name="pk_audit_checkpoints"),
    )
