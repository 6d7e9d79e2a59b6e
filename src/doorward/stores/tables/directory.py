"""What identity providers' directories push: people, groups, and who is in which.

``provider`` refers to no row: a provider that changes is deleted and written anew, and its directory
must outlive that. ``folded_...`` columns hold what is compared whatever its case. ``grave`` is empty while
a person is there, and a tombstone's own id after that: names are unique among the living.
"""

from __future__ import annotations

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, Table, Text, UniqueConstraint

from doorward.stores.tables.columns import Instant, metadata, text

directory_users = Table(
    "directory_users",
    metadata,
    text("id", key=True),
    text("provider"),
    text("user_name"),
    text("folded_user_name"),
    text("grave"),
    text("external_id"),
    text("email"),
    text("folded_email"),
    text("display_name"),
    text("folded_display_name"),
    text("given_name"),
    text("family_name"),
    Column("active", Boolean, nullable=False),
    Column("created", Instant, nullable=False),
    Column("modified", Instant, nullable=False),
    Column("version", Integer, nullable=False),
    UniqueConstraint("provider", "folded_user_name", "grave"),
    Index(None, "provider", "external_id"),
    Index(None, "provider", "folded_email"),
)

directory_groups = Table(
    "directory_groups",
    metadata,
    text("id", key=True),
    text("provider"),
    text("display_name"),
    text("folded_display_name"),
    text("external_id"),
    Column("created", Instant, nullable=False),
    Column("modified", Instant, nullable=False),
    Column("version", Integer, nullable=False),
    UniqueConstraint("provider", "folded_display_name"),
    Index(None, "provider", "external_id"),
)

directory_members = Table(
    "directory_members",
    metadata,
    Column("group", Text, ForeignKey("directory_groups.id", ondelete="CASCADE"), primary_key=True),
    Column("user", Text, ForeignKey("directory_users.id", ondelete="CASCADE"), primary_key=True, index=True),
)
