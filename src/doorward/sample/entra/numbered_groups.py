"""Ids of very many groups, which nobody has to store: the number is in the id."""

from __future__ import annotations

import re

_ID = re.compile(r"([0-9a-f]{8})-0000-4000-8000-00000000feed")


def numbered_id(number: int) -> str:
    """The object id of group ``number``."""
    return f"{number:08x}-0000-4000-8000-00000000feed"


def number_of(id: str) -> int | None:
    """The number in such an id; nothing for any other id."""
    match = _ID.fullmatch(id)
    return int(match[1], 16) if match else None
