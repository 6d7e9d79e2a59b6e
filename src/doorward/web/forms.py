"""What pages are made of that lead on: forms and links."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Form:
    """Where a form goes, and the hidden fields it carries (a CSRF or flow token)."""

    action: str
    fields: Mapping[str, str] = field(default_factory=dict, repr=False)
    method: Literal["get", "post"] = "post"


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A name to show and the address behind it."""

    name: str
    url: str
