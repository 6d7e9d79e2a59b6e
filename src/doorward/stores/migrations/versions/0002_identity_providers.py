"""What identity providers other than the first two need: more facts of a session, grants, SCIM."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "doorward_0002"
down_revision: str | None = "doorward_0001"
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Add them; what is there stays as it is."""
    _add("identity_providers", _text("scim_token_hash"))
    _add("applications", _json("identity_providers", "[]"))
    _add(
        "sessions",
        _text("upn"),
        _json("roles", "[]"),
        _json("claims", "[]"),
        _json("contexts", "{}"),
        _instant("authenticated"),
        _text("provider_session"),
        _instant("checked"),
        _instant("changed"),
        _text("why_revoked"),
    )
    op.create_index("ix_sessions_changed", "sessions", ["changed"])
    op.create_index("ix_sessions_identity_provider_subject", "sessions", ["identity_provider", "subject"])
    op.create_table(
        "grants",
        sa.Column("session", sa.Text(), nullable=False),
        sa.Column("refresh_token", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("session", name="pk_grants"),
        sa.ForeignKeyConstraint(["session"], ["sessions.id"], name="fk_grants_session", ondelete="CASCADE"),
    )


def _add(table: str, *columns: sa.Column[Any]) -> None:
    for column in columns:
        op.add_column(table, column)


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=False, server_default=sa.text("''"))


def _json(name: str, default: str) -> sa.Column[Any]:
    return sa.Column(name, sa.JSON(), nullable=False, server_default=default)


def _instant(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=True)
