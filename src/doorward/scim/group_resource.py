"""Groups as SCIM resources, and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from scim2_models import Context, Group, PatchOp

from doorward.model.directory import DirectoryGroup
from doorward.scim.bodies import Object
from doorward.scim.dialect import (
    KEPT_OF_GROUPS,
    MemberChange,
    Operation,
    kept,
    member_ids,
    patch_body,
)
from doorward.scim.meta import meta

SCHEMA: Final = "urn:ietf:params:scim:schemas:core:2.0:Group"


def group_body(group: DirectoryGroup, base: str) -> Object:
    """The resource, without what is empty."""
    body: Object = {
        "schemas": [SCHEMA],
        "id": group.id,
        "externalId": group.external_id,
        "displayName": group.display_name,
        "members": [
            {"value": member, "$ref": f"{base}/Users/{member}", "type": "User"}
            for member in sorted(group.members)
        ],
        "meta": meta("Group", group, base),
    }
    return {attribute: value for attribute, value in body.items() if value not in ("", [])}


def created(group: DirectoryGroup, body: Object) -> DirectoryGroup:
    """A new group as the body says. Raises Problem, and as pydantic and scim2-models do."""
    return _sent(group, body, Context.RESOURCE_CREATION_REQUEST)


def replaced(group: DirectoryGroup, body: Object) -> DirectoryGroup:
    """The group as the body says instead; the directory's own id stays where it is left out."""
    return _sent(group, body, Context.RESOURCE_REPLACEMENT_REQUEST)


def patched(
    group: DirectoryGroup, operations: Sequence[Operation], changes: Sequence[MemberChange]
) -> DirectoryGroup:
    """The group after these changes.

    Members are sets here and no list of objects: ten thousand of them take no time.
    """
    members = group.members
    for change in changes:
        members = change.applied(members)
    if not operations:
        return replace(group, members=members)
    resource = Group(id=group.id, external_id=group.external_id or None, display_name=group.display_name)
    patch = PatchOp[Group].model_validate(patch_body(operations), scim_ctx=Context.RESOURCE_PATCH_REQUEST)
    patch.patch(resource)
    return replace(
        group,
        display_name=(resource.display_name or "").strip(),
        external_id=resource.external_id or "",
        members=members,
    )


def _sent(group: DirectoryGroup, body: Object, context: Context) -> DirectoryGroup:
    found = kept(body, KEPT_OF_GROUPS, SCHEMA)
    members: object = next((value for name, value in found.items() if name.lower() == "members"), [])
    own = {name: value for name, value in found.items() if name.lower() != "members"}
    sent = Group.model_validate(own, scim_ctx=context)
    return replace(
        group,
        display_name=(sent.display_name or "").strip(),
        external_id=group.external_id if sent.external_id is None else sent.external_id,
        members=member_ids(members),
    )
