"""Bodies: what comes in, bounded and with one meaning, and what goes out.

Rule: a body is read only after its sender was recognised.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Mapping
from typing import Any, Final, NoReturn

from starlette.responses import Response

MEDIA_TYPE: Final = "application/scim+json"
MEDIA_TYPES: Final = frozenset({MEDIA_TYPE, "application/json", ""})
LARGEST: Final = 1024 * 1024
"""Bytes. A change of 10,000 members takes about 600,000."""
DEEPEST: Final = 20
"""Levels of arrays and objects inside each other. SCIM needs six."""

Object = dict[str, Any]


class TooLarge(ValueError):
    """The body has more than ``LARGEST`` bytes."""


class Malformed(ValueError):
    """The body is not one JSON object that every parser reads alike."""


async def read(chunks: AsyncIterator[bytes]) -> bytes:
    """All of a body. Raises TooLarge as soon as it is."""
    found = bytearray()
    async for chunk in chunks:
        found += chunk
        if len(found) > LARGEST:
            raise TooLarge(f"the body is larger than {LARGEST} bytes")
    return bytes(found)


def parse_object(text: bytes) -> Object:
    """The JSON object that ``text`` holds, in UTF-8.

    Raises Malformed: it is not one, is nested too deeply, holds a name twice (parsers disagree about
    which of the two counts), or NaN or Infinity.
    """
    try:
        value = json.loads(text.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_constant)
    except Malformed:
        raise
    except (ValueError, RecursionError) as error:
        raise Malformed("the body is not JSON") from error
    if not isinstance(value, dict):
        raise Malformed("the body is not a JSON object")
    if _depth(value) > DEEPEST:
        raise Malformed(f"the body is nested more than {DEEPEST} levels deep")
    return value


def scim_response(body: object, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Response:
    """An answer that nobody keeps."""
    fixed = {"cache-control": "no-store", "x-content-type-options": "nosniff"}
    content = json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
    return Response(content, status_code=status, headers={**fixed, **(headers or {})}, media_type=MEDIA_TYPE)


def _depth(value: object) -> int:
    """How many arrays and objects are inside each other."""
    depth, level = 0, [value]
    while level := [
        inner
        for outer in level
        if isinstance(outer, dict | list)
        for inner in (outer.values() if isinstance(outer, dict) else outer)
    ]:
        depth += 1
    return depth


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    # Names mean the same in any case (RFC 7643 section 2.1).
    if len({name.lower() for name in found}) != len(pairs):
        raise Malformed("a name appears twice in one object of the body")
    return found


def _no_constant(name: str) -> NoReturn:
    raise Malformed(f"{name} is not JSON")
