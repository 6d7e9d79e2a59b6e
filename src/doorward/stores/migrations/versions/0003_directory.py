"""What identity providers' directories push by SCIM."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "doorward_0003"
down_revision: str | None = "doorward_0002"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Add three tables."""
    op.create_table(
        "directory_users",
        _text("id"),
        _text("provider"),
        _text("user_name"),
        _text("folded_user_name"),
        _text("grave"),
        _text("external_id"),
        _text("email"),
        _text("folded_email"),
        _text("display_name"),
        _text("folded_display_name"),
        _text("given_name"),
        _text("family_name"),
        sa.Column("active", sa.Boolean(), nullable=False),
        *_life(),
        sa.PrimaryKeyConstraint("id", name="pk_directory_users"),
        sa.UniqueConstraint(
            "provider",
            "folded_user_name",
            "grave",
            name="uq_directory_users_provider_folded_user_name_grave",
        ),
    )
    for column in ("external_id", "folded_email"):
        op.create_index(f"ix_directory_users_provider_{column}", "directory_users", ["provider", column])
    op.create_table(
        "directory_groups",
        _text("id"),
        _text("provider"),
        _text("display_name"),
        _text("folded_display_name"),
        _text("external_id"),
        *_life(),
        sa.PrimaryKeyConstraint("id", name="pk_directory_groups"),
        sa.UniqueConstraint(
            "provider", "folded_display_name", name="uq_directory_groups_provider_folded_display_name"
        ),
    )
    op.create_index(
        "ix_directory_groups_provider_external_id", "directory_groups", ["provider", "external_id"]
    )
    op.create_table(
        "directory_members",
        _text("group"),
        _text("user"),
        sa.PrimaryKeyConstraint("group", "user", name="pk_directory_members"),
        sa.ForeignKeyConstraint(
            ["group"], ["directory_groups.id"], name="fk_directory_members_group", ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["user"], ["directory_users.id"], name="fk_directory_members_user", ondelete="CASCADE"
        ),
    )
    op.create_index("ix_directory_members_user", "directory_members", ["user"])


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _life() -> tuple[sa.Column[object], ...]:
    return (
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("modified", sa.DateTime(timezone=True), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
    )
