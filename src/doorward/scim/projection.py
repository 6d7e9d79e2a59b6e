"""Which attributes of a resource go out (RFC 7644 section 3.9)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from doorward.scim.bodies import Object

ALWAYS: Final = frozenset({"id", "schemas"})
_SCHEMA: Final = "urn:ietf:params:scim:schemas:core:2.0:"


@dataclass(frozen=True, slots=True, kw_only=True)
class Projection:
    """``wanted`` names what alone is wanted, ``unwanted`` what is not; both empty is everything."""

    wanted: frozenset[str] = frozenset()
    unwanted: frozenset[str] = frozenset()

    @property
    def is_narrowed(self) -> bool:
        """Whether the request named attributes that it wants."""
        return bool(self.wanted)

    def has(self, attribute: str) -> bool:
        """Whether any of this attribute goes out."""
        name = attribute.lower()
        if name in ALWAYS:
            return True
        if self.wanted:
            return any(_plain(path).partition(".")[0] == name for path in self.wanted)
        return name not in {_plain(path) for path in self.unwanted}

    def of(self, resource: Object) -> Object:
        """The resource with what goes out."""
        return {name: self._value(name, value) for name, value in resource.items() if self.has(name)}

    def _value(self, name: str, value: object) -> object:
        if isinstance(value, list):
            return [self._value(name, item) for item in value]
        if not isinstance(value, dict) or name in ALWAYS:
            return value
        wanted, unwanted = _inner(self.wanted, name), _inner(self.unwanted, name)
        if self.wanted and "" not in wanted:
            return {inner: one for inner, one in value.items() if inner.lower() in wanted}
        return {inner: one for inner, one in value.items() if inner.lower() not in unwanted}


def _plain(path: str) -> str:
    lowered = path.lower()
    for resource in ("user:", "group:"):
        lowered = lowered.removeprefix(_SCHEMA + resource)
    return lowered


def _inner(paths: frozenset[str], name: str) -> frozenset[str]:
    """What is named inside of ``name``; empty text for all of it."""
    parts = (_plain(path).partition(".") for path in paths)
    return frozenset(inner for outer, _, inner in parts if outer == name.lower())
