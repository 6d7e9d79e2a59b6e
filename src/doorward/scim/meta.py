"""What goes with every resource: where it is, when it was made, and which version it is.

The version is the entity tag (RFC 7644 section 3.14). It is weak: the same version may be written in
more than one way.
"""

from __future__ import annotations

import re
from typing import Final

from doorward.model.directory import DirectoryGroup, DirectoryUser
from doorward.scim.bodies import Object

_TAG: Final = re.compile(r'(?:W/)?"(\d{1,18})"')
ANY: Final = "*"


def meta(kind: str, thing: DirectoryUser | DirectoryGroup, base: str) -> Object:
    """The attribute ``meta``. ``base`` is the address of the provider's SCIM."""
    return {
        "resourceType": kind,
        "created": thing.created.isoformat(),
        "lastModified": thing.modified.isoformat(),
        "location": f"{base}/{kind}s/{thing.id}",
        "version": tag(thing.version),
    }


def tag(version: int) -> str:
    """The entity tag of a version."""
    return f'W/"{version}"'


def versions_in(header: str) -> frozenset[int] | None:
    """The versions that ``If-Match`` or ``If-None-Match`` names; None for any. A tag of another form
    is of no version at all."""
    if header.strip() == ANY:
        return None
    return frozenset(int(found) for found in _TAG.findall(header))
