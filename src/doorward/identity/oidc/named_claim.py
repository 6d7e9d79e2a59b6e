"""Finding a claim by the name that an administrator gave."""

from __future__ import annotations

from collections.abc import Mapping


def named_claim(document: Mapping[str, object], name: str) -> object:
    """The claim ``name``, None where there is none: a member of that very name, or else what a path
    with dots leads to, such as ``realm_access.roles``.

    The whole name comes first because some providers' names have dots of their own
    (``https://example.com/roles``).
    """
    whole = document.get(name)
    if whole is not None:
        return whole
    found: object = document
    for step in name.split("."):
        if not isinstance(found, Mapping):
            return None
        found = found.get(step)
    return found
