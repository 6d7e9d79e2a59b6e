"""Identity providers, and the local accounts of those that keep people themselves."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Integer, Table, Text

from doorward.stores.tables.columns import metadata, sealed, text

# ``settings`` holds what only the provider's own kind knows; ``client_secret`` the secrets among it.
identity_providers = Table(
    "identity_providers",
    metadata,
    text("id", key=True),
    Column("position", Integer, nullable=False),
    text("name"),
    text("kind"),
    Column("settings", JSON, nullable=False),
    sealed("client_secret"),
    text("scim_token_hash", later=True),
)

# The parent is checked at the end of the transaction: a changed row is deleted and written anew.
accounts = Table(
    "accounts",
    metadata,
    Column(
        "identity_provider",
        Text,
        ForeignKey("identity_providers.id", deferrable=True, initially="DEFERRED"),
        primary_key=True,
        nullable=False,
    ),
    text("email", key=True),
    Column("position", Integer, nullable=False),
    text("name"),
    Column("groups", JSON, nullable=False),
    text("password_hash"),
    Column("disabled", Boolean, nullable=False),
)
