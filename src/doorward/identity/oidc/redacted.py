"""What a provider said, for whoever sets it up to read, without what would let them sign in as somebody.

Rule: bounded in depth, width and length, whatever came.
"""

from __future__ import annotations

from collections.abc import Mapping

from doorward.identity.oidc.plain import plain

LEFT_OUT = "(left out)"
CUT = "(more)"
SECRETS = frozenset({"nonce", "at_hash", "c_hash", "s_hash", "rh", "aio"})
SECRET_WORDS = ("token", "secret", "password", "assertion")
DEEPEST = 5
MOST = 200
LONGEST = 1024


def redacted(document: Mapping[str, object]) -> Mapping[str, object]:
    """``document`` as it may be shown."""
    return _mapping(document, depth=0)


def _mapping(document: Mapping[str, object], *, depth: int) -> dict[str, object]:
    shown: dict[str, object] = {}
    for name, value in list(document.items())[:MOST]:
        hidden = name in SECRETS or (isinstance(value, str) and any(w in name.lower() for w in SECRET_WORDS))
        shown[plain(name)] = LEFT_OUT if hidden else _value(value, depth=depth + 1)
    return shown | ({CUT: CUT} if len(document) > MOST else {})


def _value(value: object, *, depth: int) -> object:
    if isinstance(value, str):
        # A token has three parts; a text with its beginning ("{" in base64url) is most likely one.
        return LEFT_OUT if value.startswith("eyJ") else plain(value, longest=LONGEST)
    if isinstance(value, Mapping):
        return CUT if depth > DEEPEST else _mapping(value, depth=depth)
    if isinstance(value, list):
        if depth > DEEPEST:
            return CUT
        shown = [_value(item, depth=depth + 1) for item in value[:MOST]]
        return [*shown, CUT] if len(value) > MOST else shown
    return value
