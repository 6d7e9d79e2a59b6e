"""Changes (PATCH) as Entra and Okta send them, put into the standard's words.

What each of them does differently from RFC 7644 section 3.5.2:

1. Entra capitalises ``Add``, ``Replace``, ``Remove``, and sends ``"False"`` as a string. The latter is
   understood further in.
2. Entra with ``aadOptscim062020``, and Okta, give no path and name attributes in the value; Entra with
   dots and filters in the names. Each becomes a change of its own.
3. Entra's older form removes members by ``path: members`` and a list in ``value``, which the
   standard has no removal for. ``MemberChange`` does.
4. Okta repeats a group's ``id`` in the value, where it must not change.
5. Entra replaces ``emails[type eq "work"].value`` although there is no address yet, and wraps single
   values into a list.

Rule: attributes that Doorward has no use for are left out here, among them Entra's ``manager``, whose
value is no object. A directory may be set up to send anything; that must not stop it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from scim2_models import User

from doorward.model.directory import DirectoryUserId
from doorward.scim.bodies import Object
from doorward.scim.emails import EmailChange, email_change
from doorward.scim.filters import plain
from doorward.scim.problems import Problem, invalid_filter, invalid_syntax, invalid_value

PATCH: Final = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
KINDS: Final = frozenset({"add", "remove", "replace"})
KEPT_OF_USERS: Final = frozenset({"username", "externalid", "displayname", "name", "emails", "active"})
KEPT_OF_GROUPS: Final = frozenset({"displayname", "externalid", "members"})
ABOUT: Final = frozenset({"id", "schemas", "meta"})
"""What a value without a path may repeat, and does not change."""
UNUSED_OF_USERS: Final = (
    frozenset(
        field.serialization_alias.lower() for field in User.model_fields.values() if field.serialization_alias
    )
    - KEPT_OF_USERS
    - ABOUT
)
"""The standard's attributes that Doorward has no use for. Names that the standard does not know either
are mistakes, and said to be."""

_MEMBER = re.compile(r'members\[\s*value\s+eq\s+"([^"\\]*)"\s*\]', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Operation:
    """One change of one attribute. ``kind`` is in lower case, ``path`` never empty."""

    kind: str
    path: str
    value: Any


@dataclass(frozen=True, slots=True)
class MemberChange:
    """``kind`` is as an operation's. Removing nobody in particular is removing everybody."""

    kind: str
    ids: frozenset[DirectoryUserId] | None

    def applied(self, members: frozenset[DirectoryUserId]) -> frozenset[DirectoryUserId]:
        """Who is in the group after it."""
        if self.ids is None:
            return frozenset()
        if self.kind == "add":
            return members | self.ids
        return members - self.ids if self.kind == "remove" else self.ids


def operations(body: Object) -> list[Operation]:
    """The changes that a body asks for, one for each attribute. Raises Problem."""
    schemas = body.get("schemas")
    if not isinstance(schemas, list) or PATCH not in schemas:
        raise invalid_syntax(f"schemas: must hold {PATCH}")
    listed = next((value for name, value in body.items() if name.lower() == "operations"), None)
    if not isinstance(listed, list) or not listed:
        raise invalid_syntax("Operations: must be a list of at least one change")
    return [operation for entry in listed for operation in _single(entry)]


def user_operations(found: Iterable[Operation]) -> tuple[list[Operation], list[EmailChange]]:
    """Those of a person that matter: of attributes of their own, and of the address. Raises Problem."""
    own: list[Operation] = []
    emails: list[EmailChange] = []
    for operation in found:
        path = plain(operation.path, "user")
        root = re.split(r"[.\[]", path, maxsplit=1)[0]
        if root == "emails":
            change = email_change(operation.kind, path, operation.value)
            emails += [change] if change else []
        elif root == "active" and operation.kind == "remove":
            raise Problem(400, "active: replace it by true or false", scim_type="mutability")
        elif root in KEPT_OF_USERS or not (path.startswith("urn:") or root in UNUSED_OF_USERS):
            own.append(_unwrapped(operation))
    return own, emails


def group_operations(found: Iterable[Operation]) -> tuple[list[Operation], list[MemberChange]]:
    """Those of a group: of its own attributes, and of who is in it. Raises Problem."""
    own: list[Operation] = []
    members: list[MemberChange] = []
    for operation in found:
        path = plain(operation.path, "group")
        if path.startswith("members"):
            members.append(_of_members(operation))
        elif not path.startswith("urn:"):
            own.append(_unwrapped(operation))
    return own, members


def patch_body(found: Sequence[Operation]) -> Object:
    """The standard's body with these changes."""
    return {
        "schemas": [PATCH],
        "Operations": [
            {"op": one.kind, "path": one.path} | ({} if one.kind == "remove" else {"value": one.value})
            for one in found
        ],
    }


def member_ids(value: object) -> frozenset[DirectoryUserId]:
    """The ids in a ``members`` value. Raises Problem."""
    entries = value if isinstance(value, list) else [value]
    ids = [entry.get("value") if isinstance(entry, dict) else entry for entry in entries]
    if not all(isinstance(one, str) for one in ids):
        raise invalid_value('members: must be a list of {"value": id}')
    return frozenset(DirectoryUserId(str(one)) for one in ids)


def kept(body: Object, names: frozenset[str], schema: str) -> Object:
    """Of a resource that was sent, what Doorward has a use for. Nulls say nothing (RFC 7643
    section 2.5), and extensions that come along are left out. Raises Problem."""
    schemas = next((value for name, value in body.items() if name.lower() == "schemas"), None)
    if not isinstance(schemas, list) or schema not in schemas:
        raise invalid_syntax(f"schemas: must hold {schema}")
    found = {name: value for name, value in body.items() if value is not None and name.lower() in names}
    return {**found, "schemas": [schema]}


def _single(entry: object) -> Iterator[Operation]:
    fields = {str(name).lower(): value for name, value in entry.items()} if isinstance(entry, dict) else {}
    kind, path, value = str(fields.get("op", "")).lower(), fields.get("path"), fields.get("value")
    if kind not in KINDS:
        raise invalid_syntax("op: must be add, remove or replace")
    if isinstance(path, str) and path.strip():
        yield Operation(kind, path.strip(), value)
    elif kind == "remove":
        raise Problem(400, "path: a removal needs one", scim_type="noTarget")
    elif isinstance(value, dict):
        yield from (Operation(kind, name, one) for name, one in value.items() if name.lower() not in ABOUT)
    else:
        raise invalid_value("value: without a path it must be an object")


def _unwrapped(operation: Operation) -> Operation:
    value = operation.value
    if isinstance(value, list) and len(value) == 1 and isinstance(value[0], dict) and "value" in value[0]:
        return Operation(operation.kind, operation.path, value[0]["value"])
    return operation


def _of_members(operation: Operation) -> MemberChange:
    path, kind, value = operation.path, operation.kind, operation.value
    if plain(path, "group") in {"members", "members.value"}:
        if kind == "remove" and value is None:
            return MemberChange(kind, None)
        return MemberChange(kind, member_ids(value))
    one = _MEMBER.search(path)
    if one is None or one.end() != len(path):
        raise invalid_filter('members: use members[value eq "id"]')
    if kind != "remove":
        raise invalid_value("members: add or replace them in value, not by a filter in the path")
    return MemberChange(kind, frozenset({DirectoryUserId(one[1])}))
