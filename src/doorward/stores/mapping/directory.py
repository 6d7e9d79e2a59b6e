"""People and groups of directories."""

from __future__ import annotations

from collections.abc import Collection

from doorward.model.directory import (
    DirectoryGroup,
    DirectoryGroupId,
    DirectoryUser,
    DirectoryUserId,
    folded,
)
from doorward.model.ids import IdentityProviderId
from doorward.stores.mapping.rows import ReadRow, Row


def user_to_row(user: DirectoryUser) -> Row:
    """A row of ``directory_users``."""
    return {
        "id": user.id,
        "provider": user.provider,
        "user_name": user.user_name,
        "folded_user_name": folded(user.user_name),
        "grave": user.id if user.deleted else "",
        "external_id": user.external_id,
        "email": user.email,
        "folded_email": folded(user.email),
        "display_name": user.display_name,
        "folded_display_name": folded(user.display_name),
        "given_name": user.given_name,
        "family_name": user.family_name,
        "active": user.active,
        "created": user.created,
        "modified": user.modified,
        "version": user.version,
    }


def user_from_row(row: ReadRow) -> DirectoryUser:
    """The person of one row."""
    return DirectoryUser(
        id=DirectoryUserId(row["id"]),
        provider=IdentityProviderId(row["provider"]),
        user_name=row["user_name"],
        external_id=row["external_id"],
        email=row["email"],
        display_name=row["display_name"],
        given_name=row["given_name"],
        family_name=row["family_name"],
        active=row["active"],
        deleted=bool(row["grave"]),
        created=row["created"],
        modified=row["modified"],
        version=row["version"],
    )


def group_to_row(group: DirectoryGroup) -> Row:
    """A row of ``directory_groups``; who is in it has rows of its own."""
    return {
        "id": group.id,
        "provider": group.provider,
        "display_name": group.display_name,
        "folded_display_name": folded(group.display_name),
        "external_id": group.external_id,
        "created": group.created,
        "modified": group.modified,
        "version": group.version,
    }


def group_from_row(row: ReadRow, members: Collection[DirectoryUserId]) -> DirectoryGroup:
    """The group of one row, with the members that were read beside it."""
    return DirectoryGroup(
        id=DirectoryGroupId(row["id"]),
        provider=IdentityProviderId(row["provider"]),
        display_name=row["display_name"],
        external_id=row["external_id"],
        created=row["created"],
        modified=row["modified"],
        version=row["version"],
        members=frozenset(members),
    )
