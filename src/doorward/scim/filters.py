"""Filters: ``eq`` joined by ``and``, which is all that Entra and Okta use (RFC 7644 section 3.4.2.2).

Rule: a filter becomes criteria over attributes of a closed list, or an error. Its values are never
part of anything but a comparison.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from doorward.model.directory import Attribute, Criterion
from doorward.scim.problems import invalid_filter

LONGEST: Final = 2000
CORE: Final = "urn:ietf:params:scim:schemas:core:2.0:"

USERS: Final[Mapping[str, Attribute]] = MappingProxyType(
    {
        "id": Attribute.ID,
        "externalid": Attribute.EXTERNAL_ID,
        "username": Attribute.USER_NAME,
        "displayname": Attribute.DISPLAY_NAME,
        "active": Attribute.ACTIVE,
        "emails": Attribute.EMAIL,
        "emails.value": Attribute.EMAIL,
        'emails[type eq "work"].value': Attribute.EMAIL,
    }
)
GROUPS: Final[Mapping[str, Attribute]] = MappingProxyType(
    {
        "id": Attribute.ID,
        "externalid": Attribute.EXTERNAL_ID,
        "displayname": Attribute.DISPLAY_NAME,
        "members": Attribute.MEMBER,
        "members.value": Attribute.MEMBER,
    }
)

_CLAUSE = re.compile(
    r"""\s*(?P<path>[A-Za-z][\w:.-]*(?:\[[^\[\]]*\](?:\.\w+)?)?)
        \s+(?P<operator>[A-Za-z]+)
        \s+(?P<value>"(?:[^"\\]|\\.)*"|true|false)
        (?=\s|$)""",
    re.VERBOSE,
)
_AND = re.compile(r"\s+and\s+(?=\S)", re.IGNORECASE)


def parse_filter(text: str, attributes: Mapping[str, Attribute]) -> tuple[Criterion, ...]:
    """The criteria that a filter states; none for an empty one. Raises Problem (invalidFilter)."""
    if len(text) > LONGEST:
        raise invalid_filter(f"a filter may have {LONGEST} characters")
    if not text.strip():
        return ()
    criteria: list[Criterion] = []
    position = 0
    while True:
        clause = _CLAUSE.match(text, position)
        if clause is None:
            raise invalid_filter("use: attribute eq \"value\", several of them joined by 'and'")
        criteria.append(_criterion(clause, attributes))
        position = clause.end()
        if not text[position:].strip():
            return tuple(criteria)
        joined = _AND.match(text, position)
        if joined is None:
            raise invalid_filter("only 'and' may join the parts of a filter")
        position = joined.end()


def plain(path: str, resource: str) -> str:
    """An attribute's name without the core schema's in front of it, and without case."""
    prefix = f"{CORE}{resource}:".lower()
    return path.strip().lower().removeprefix(prefix)


def _criterion(clause: re.Match[str], attributes: Mapping[str, Attribute]) -> Criterion:
    if clause["operator"].lower() != "eq":
        raise invalid_filter(f"the operator {clause['operator'][:10]!r} is not supported: use eq")
    name = re.sub(r"\s+", " ", clause["path"]).lower()
    for resource in ("user", "group"):
        name = plain(name, resource)
    attribute = attributes.get(name)
    if attribute is None:
        raise invalid_filter(f"{clause['path'][:100]!r} cannot be filtered by")
    try:
        value = json.loads(clause["value"])
    except ValueError:
        raise invalid_filter("a value is not a JSON string") from None
    if attribute is Attribute.ACTIVE:
        value = str(value).lower()
        if value not in {"true", "false"}:
            raise invalid_filter("active is true or false")
    elif not isinstance(value, str):
        raise invalid_filter(f"{clause['path'][:100]!r} is compared with a string")
    return Criterion(attribute, value)
