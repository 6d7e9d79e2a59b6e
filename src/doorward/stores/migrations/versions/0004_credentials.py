"""Second factors of local accounts: passkeys, apps that show codes, recovery codes."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "doorward_0004"
down_revision: str | None = "doorward_0003"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Add their tables."""
    op.create_table(
        "passkeys",
        _text("id"),
        _text("identity_provider"),
        _text("email"),
        sa.Column("public_key", sa.LargeBinary(), nullable=False),
        sa.Column("sign_count", sa.BigInteger(), nullable=False),
        _text("name"),
        _instant("created", nullable=False),
        _instant("last_used", nullable=True),
        sa.Column("backup_eligible", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_passkeys"),
    )
    op.create_index("ix_passkeys_identity_provider_email", "passkeys", ["identity_provider", "email"])
    op.create_table(
        "code_apps",
        _text("identity_provider"),
        _text("email"),
        sa.Column("secret", sa.LargeBinary(), nullable=False),
        sa.Column("last_step", sa.BigInteger(), nullable=False),
        _instant("created", nullable=False),
        _instant("last_used", nullable=True),
        sa.PrimaryKeyConstraint("identity_provider", "email", name="pk_code_apps"),
    )
    op.create_table(
        "recovery_codes",
        _text("identity_provider"),
        _text("email"),
        _text("code_hash"),
        sa.PrimaryKeyConstraint("identity_provider", "email", "code_hash", name="pk_recovery_codes"),
    )


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=False)


def _instant(name: str, *, nullable: bool) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)
