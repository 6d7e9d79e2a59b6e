"""Applications, and the ordered policies of each."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Column, ForeignKey, Integer, Table, Text

from doorward.stores.tables.columns import Duration, metadata, text

applications = Table(
    "applications",
    metadata,
    text("id", key=True),
    Column("position", Integer, nullable=False),
    Column("type", Text, nullable=False, server_default="self_hosted"),
    Column("destinations", JSON, nullable=False, server_default="[]"),
    text("audience", unique=True),
    text("name"),
    Column("tunnel", Text, nullable=True, index=True),
    Column("origin", JSON, nullable=False),
    Column("options", JSON, nullable=False, server_default="{}"),
    Column("session_duration", Duration, nullable=True),
    Column("identity_providers", JSON, nullable=False, server_default="[]"),
    Column("generation", Integer, nullable=False),
    Column("show_in_launcher", Boolean, nullable=False),
    Column("websockets", Boolean, nullable=False),
    text("service_token_header", later=True),
)

# An entry with ``action`` and ``rules`` is the application's own policy; one without them is the
# use of the shared policy of that id. The parent is checked at the end of the transaction: a
# changed row is deleted and written anew.
application_policies = Table(
    "application_policies",
    metadata,
    Column(
        "application",
        Text,
        ForeignKey("applications.id", deferrable=True, initially="DEFERRED"),
        primary_key=True,
        nullable=False,
    ),
    Column("position", Integer, primary_key=True, autoincrement=False),
    text("id"),
    text("name"),
    Column("action", Text, nullable=True),
    Column("rules", JSON(none_as_null=True), nullable=True),
    Column("purpose", JSON(none_as_null=True), nullable=True),
    Column("approval", JSON(none_as_null=True), nullable=True),
    Column("session_duration", Duration, nullable=True),
)
