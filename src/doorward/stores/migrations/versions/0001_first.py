"""The first tables."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from alembic import op

revision = "doorward_0001"
down_revision: str | None = None
branch_labels: str | None = None
depends_on: str | None = None


def upgrade() -> None:
    """Make them."""
    _make_organisation()
    _make_people()
    _make_rules()
    _make_applications()
    _make_machines()
    _make_sessions()
    _make_one_time_values_and_keys()


def _make_organisation() -> None:
    op.create_table(
        "organisation",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("session_duration", sa.BigInteger(), nullable=False),
        sa.Column("key_check", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_organisation"),
    )


def _make_people() -> None:
    op.create_table(
        "identity_providers",
        _text("id"),
        sa.Column("position", sa.Integer(), nullable=False),
        _text("name"),
        _text("kind"),
        sa.Column("settings", sa.JSON(), nullable=False),
        sa.Column("client_secret", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_identity_providers"),
    )
    op.create_table(
        "accounts",
        _text("identity_provider"),
        _text("email"),
        sa.Column("position", sa.Integer(), nullable=False),
        _text("name"),
        sa.Column("groups", sa.JSON(), nullable=False),
        _text("password_hash"),
        sa.Column("disabled", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("identity_provider", "email", name="pk_accounts"),
        sa.ForeignKeyConstraint(
            ["identity_provider"],
            ["identity_providers.id"],
            name="fk_accounts_identity_provider",
            deferrable=True,
            initially="DEFERRED",
        ),
    )


def _make_rules() -> None:
    op.create_table(
        "rule_groups",
        _text("id"),
        sa.Column("position", sa.Integer(), nullable=False),
        _text("name"),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_rule_groups"),
    )
    op.create_table(
        "policies",
        _text("id"),
        sa.Column("position", sa.Integer(), nullable=False),
        _text("name"),
        _text("action"),
        sa.Column("rules", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_policies"),
    )


def _make_applications() -> None:
    op.create_table(
        "applications",
        _text("id"),
        sa.Column("position", sa.Integer(), nullable=False),
        _text("hostname"),
        _text("audience"),
        _text("name"),
        sa.Column("tunnel", sa.Text(), nullable=True),
        sa.Column("origin", sa.JSON(), nullable=False),
        sa.Column("session_duration", sa.BigInteger(), nullable=False),
        sa.Column("generation", sa.Integer(), nullable=False),
        sa.Column("show_in_launcher", sa.Boolean(), nullable=False),
        sa.Column("websockets", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_applications"),
        sa.UniqueConstraint("hostname", name="uq_applications_hostname"),
        sa.UniqueConstraint("audience", name="uq_applications_audience"),
    )
    op.create_index("ix_applications_tunnel", "applications", ["tunnel"])
    op.create_table(
        "application_policies",
        _text("application"),
        sa.Column("position", sa.Integer(), autoincrement=False, nullable=False),
        _text("id"),
        _text("name"),
        sa.Column("action", sa.Text(), nullable=True),
        sa.Column("rules", sa.JSON(), nullable=True),
        sa.PrimaryKeyConstraint("application", "position", name="pk_application_policies"),
        sa.ForeignKeyConstraint(
            ["application"],
            ["applications.id"],
            name="fk_application_policies_application",
            deferrable=True,
            initially="DEFERRED",
        ),
    )


def _make_machines() -> None:
    op.create_table(
        "tunnels",
        _text("id"),
        sa.Column("position", sa.Integer(), nullable=False),
        _text("name"),
        sa.Column("token_version", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("id", name="pk_tunnels"),
        sa.UniqueConstraint("name", name="uq_tunnels_name"),
    )
    op.create_table(
        "service_tokens",
        _text("id"),
        sa.Column("position", sa.Integer(), nullable=False),
        _text("client_id"),
        _text("secret_hash"),
        _text("name"),
        sa.Column("expires", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_service_tokens"),
        sa.UniqueConstraint("client_id", name="uq_service_tokens_client_id"),
    )


def _make_sessions() -> None:
    op.create_table(
        "sessions",
        _text("id"),
        _text("secret_hash"),
        _text("identity_provider"),
        _text("subject"),
        _text("email"),
        _text("name"),
        sa.Column("groups", sa.JSON(), nullable=False),
        _instant("created"),
        _instant("expires"),
        _text("source"),
        _text("user_agent"),
        sa.Column("revoked", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name="pk_sessions"),
        sa.UniqueConstraint("secret_hash", name="uq_sessions_secret_hash"),
    )
    op.create_index("ix_sessions_email_revoked", "sessions", ["email", "revoked"])
    op.create_index("ix_sessions_expires", "sessions", ["expires"])
    op.create_index("ix_sessions_revoked", "sessions", ["revoked"])
    op.create_table(
        "application_sessions",
        _text("secret_hash"),
        _text("session"),
        _text("application"),
        _instant("created"),
        _instant("expires"),
        sa.PrimaryKeyConstraint("secret_hash", name="pk_application_sessions"),
        sa.ForeignKeyConstraint(
            ["session"],
            ["sessions.id"],
            name="fk_application_sessions_session",
            ondelete="CASCADE",
        ),
    )
    op.create_index("ix_application_sessions_session", "application_sessions", ["session"])


def _make_one_time_values_and_keys() -> None:
    op.create_table(
        "one_time_values",
        _text("key"),
        _text("value"),
        _instant("expires"),
        sa.PrimaryKeyConstraint("key", name="pk_one_time_values"),
    )
    op.create_index("ix_one_time_values_expires", "one_time_values", ["expires"])
    op.create_table(
        "signing_keys",
        _text("kid"),
        sa.Column("private_jwk", sa.LargeBinary(), nullable=False),
        _instant("created"),
        _instant("not_before"),
        sa.PrimaryKeyConstraint("kid", name="pk_signing_keys"),
    )


def _text(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.Text(), nullable=False)


def _instant(name: str) -> sa.Column[Any]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=False)
