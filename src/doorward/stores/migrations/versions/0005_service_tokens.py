"""Service tokens that can be disabled and rotated, what is remembered of their use, and what becomes of
those that nobody uses; a header of an application's own for them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "doorward_0005"
down_revision: str | None = "doorward_0004"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Add columns, and a table."""
    later = sa.text("''")
    instant = sa.DateTime(timezone=True)
    op.add_column(
        "service_tokens", sa.Column("disabled", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    op.add_column(
        "service_tokens", sa.Column("previous_secret_hash", sa.Text(), nullable=False, server_default=later)
    )
    op.add_column("service_tokens", sa.Column("previous_until", instant, nullable=True))
    op.create_table(
        "service_token_uses",
        sa.Column("client_id", sa.Text(), nullable=False),
        sa.Column("since", instant, nullable=False),
        sa.Column("seen", instant, nullable=True),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("client_id", name="pk_service_token_uses"),
    )
    op.add_column("organisation", sa.Column("unused_service_tokens_after", sa.BigInteger(), nullable=True))
    op.add_column(
        "organisation",
        sa.Column("unused_service_tokens_action", sa.Text(), nullable=False, server_default=later),
    )
    op.add_column(
        "applications", sa.Column("service_token_header", sa.Text(), nullable=False, server_default=later)
    )
