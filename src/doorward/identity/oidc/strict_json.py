"""JSON as a security decision needs it: one meaning per text, or an error.

Rule: a name that appears twice is an error. Parsers disagree about which of the two counts, and a
token means what its signer's parser says (RFC 7519 section 4).
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import NoReturn


class Malformed(ValueError):
    """The text is not one JSON object that every parser reads alike."""


def parse_object(text: bytes) -> Mapping[str, object]:
    """Return the JSON object that ``text`` holds, in UTF-8.

    Raises:
        Malformed: it is not UTF-8, not JSON, not an object, too deeply nested, holds a name twice,
            or NaN or Infinity.
    """
    value = _parse(text)
    if not isinstance(value, dict):
        raise Malformed("not a JSON object")
    return value


def parse_list(text: bytes) -> Sequence[object]:
    """Return the JSON array that ``text`` holds. Raises Malformed, as ``parse_object``."""
    value = _parse(text)
    if not isinstance(value, list):
        raise Malformed("not a JSON array")
    return value


def _parse(text: bytes) -> object:
    try:
        return json.loads(text.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant)
    except Malformed:
        raise
    except (ValueError, RecursionError) as error:
        raise Malformed(f"not JSON ({type(error).__name__})") from None


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found: dict[str, object] = {}
    for name, value in pairs:
        if name in found:
            raise Malformed("a name appears twice")
        found[name] = value
    return found


def _no_constant(name: str) -> NoReturn:
    raise Malformed(f"{name} is not JSON")
