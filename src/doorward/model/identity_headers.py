"""What an origin is told of a person in headers of its own choice: which text stands for which fact.

A text is visible ASCII. Everything else, and ``%`` itself, is percent-encoded UTF-8 (RFC 3986 section 2.1).
Where a fact has several values they are in order, joined by commas, and a comma within one is encoded too.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final
from urllib.parse import quote

from doorward.model.access import Identity

LONGEST: Final = 8192
"""Characters of one header. What is longer is left out: an origin sees no groups rather than some."""
LONGEST_IN_TOKEN: Final = 2048
"""Characters of all of them that fit into a token, which browsers keep in a cookie of at most 4096."""

_PLAIN = "".join(chr(code) for code in range(0x20, 0x7F) if chr(code) != "%")
_PLAIN_IN_LIST = _PLAIN.replace(",", "")


def identity_headers(wanted: Sequence[tuple[str, str]], identity: Identity) -> Mapping[str, str]:
    """Text by header. ``wanted`` pairs headers with facts (``Origin.identity_headers``). What is not known
    of the person has no header."""
    found = {name: _text(fact, identity) for name, fact in wanted}
    return {name: text for name, text in found.items() if text and len(text) <= LONGEST}


def fit_into_token(headers: Mapping[str, str]) -> bool:
    """Whether a token can carry them."""
    return sum(len(name) + len(text) for name, text in headers.items()) <= LONGEST_IN_TOKEN


def _text(fact: str, identity: Identity) -> str:
    kind, _, claim = fact.partition(":")
    match kind:
        case "email":
            return _single(identity.email)
        case "name":
            return _single(identity.name)
        case "upn":
            return _single(identity.upn)
        case "groups":
            return _several(identity.groups)
        case "claim":
            return _several(value for name, value in identity.claims if name == claim)
        case _:
            return ""


def _single(value: str) -> str:
    return quote(value.strip(), safe=_PLAIN)


def _several(values: Iterable[str]) -> str:
    return ",".join(quote(value.strip(), safe=_PLAIN_IN_LIST) for value in sorted(values))
