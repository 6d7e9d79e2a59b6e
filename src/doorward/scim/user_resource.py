"""People as SCIM resources, and back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from scim2_models import Context, Name, PatchOp, User

from doorward.model.directory import DirectoryUser
from doorward.scim.bodies import Object
from doorward.scim.dialect import KEPT_OF_USERS, Operation, kept, patch_body
from doorward.scim.emails import EmailChange, address_in
from doorward.scim.meta import meta

SCHEMA: Final = "urn:ietf:params:scim:schemas:core:2.0:User"


def user_body(user: DirectoryUser, base: str) -> Object:
    """The resource, without what is empty."""
    name = {"givenName": user.given_name, "familyName": user.family_name}
    body: Object = {
        "schemas": [SCHEMA],
        "id": user.id,
        "externalId": user.external_id,
        "userName": user.user_name,
        "displayName": user.display_name,
        "name": {part: value for part, value in name.items() if value},
        "emails": [{"value": user.email, "type": "work"}] if user.email else [],
        "active": user.active,
        "meta": meta("User", user, base),
    }
    return {attribute: value for attribute, value in body.items() if value not in ("", {}, [])}


def created(user: DirectoryUser, body: Object) -> DirectoryUser:
    """Somebody new as the body says. Raises Problem, and as pydantic and scim2-models do."""
    return _sent(user, body, Context.RESOURCE_CREATION_REQUEST)


def replaced(user: DirectoryUser, body: Object) -> DirectoryUser:
    """The person as the body says instead. Whether they are active, and the directory's own id, stay
    where it leaves them out (RFC 7644 section 3.5.1 leaves that to the server)."""
    return _sent(user, body, Context.RESOURCE_REPLACEMENT_REQUEST)


def patched(
    user: DirectoryUser, operations: Sequence[Operation], emails: Sequence[EmailChange]
) -> DirectoryUser:
    """The person after these changes. Raises as pydantic and scim2-models do."""
    email = user.email
    for change in emails:
        email = change.applied(email)
    if not operations:
        return replace(user, email=email)
    resource = _resource(user)
    patch = PatchOp[User[Any]].model_validate(patch_body(operations), scim_ctx=Context.RESOURCE_PATCH_REQUEST)
    patch.patch(resource)
    return _written(replace(user, external_id=resource.external_id or "", email=email), resource)


def _sent(user: DirectoryUser, body: Object, context: Context) -> DirectoryUser:
    found = kept(body, KEPT_OF_USERS, SCHEMA)
    emails: object = next((value for name, value in found.items() if name.lower() == "emails"), [])
    own = {name: value for name, value in found.items() if name.lower() != "emails"}
    sent: User[Any] = User.model_validate(own, scim_ctx=context)
    return _written(replace(user, email=address_in(emails)), sent)


def _resource(user: DirectoryUser) -> User[Any]:
    name = Name(given_name=user.given_name or None, family_name=user.family_name or None)
    return User[Any](
        id=user.id,
        external_id=user.external_id or None,
        user_name=user.user_name,
        display_name=user.display_name or None,
        name=name if user.given_name or user.family_name else None,
        active=user.active,
    )


def _written(user: DirectoryUser, sent: User[Any]) -> DirectoryUser:
    name = sent.name or Name()
    return replace(
        user,
        user_name=(sent.user_name or "").strip(),
        external_id=user.external_id if sent.external_id is None else sent.external_id,
        display_name=sent.display_name or name.formatted or "",
        given_name=name.given_name or "",
        family_name=name.family_name or "",
        active=user.active if sent.active is None else sent.active,
    )
