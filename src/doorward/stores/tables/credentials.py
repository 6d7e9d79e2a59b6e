"""What people with a local account sign in with: passkeys, apps that show codes, recovery codes.

Not tied to the accounts' table: that one is written anew with every change of the configuration.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, Index, LargeBinary, Table

from doorward.stores.tables.columns import Instant, metadata, sealed, text

passkeys = Table(
    "passkeys",
    metadata,
    text("id", key=True),
    text("identity_provider"),
    text("email"),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    text("name"),
    Column("created", Instant, nullable=False),
    Column("last_used", Instant),
    Column("backup_eligible", Boolean, nullable=False),
    Index("ix_passkeys_identity_provider_email", "identity_provider", "email"),
)

code_apps = Table(
    "code_apps",
    metadata,
    text("identity_provider", key=True),
    text("email", key=True),
    sealed("secret"),
    Column("last_step", BigInteger, nullable=False),
    Column("created", Instant, nullable=False),
    Column("last_used", Instant),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    text("identity_provider", key=True),
    text("email", key=True),
    text("code_hash", key=True),
)
