"""Which request headers an administrator may set towards an origin, and which are not theirs."""

from __future__ import annotations

import re
from typing import Final

from doorward.model.errors import Invalid

LONGEST_VALUE: Final = 1024

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")
_HOP_BY_HOP: Final = frozenset(
    {
        "connection",
        "expect",
        "keep-alive",
        "proxy-authenticate",
        "proxy-authorization",
        "proxy-connection",
        "te",
        "trailer",
        "transfer-encoding",
        "upgrade",
    }
)
"""RFC 9110 section 7.6.1: about one connection, not about the request."""
_FRAMING: Final = frozenset({"content-length", "content-encoding", "content-type", "host", "cookie"})
_OURS: Final = frozenset(
    {
        "cf-connecting-ip",
        "doorward-pass",
        "forwarded",
        "proxy",
        "true-client-ip",
        "via",
        "x-client-ip",
        "x-cluster-client-ip",
        "x-real-ip",
        "x-request-id",
    }
)
_OUR_PREFIXES: Final = ("cf-access-", "x-doorward-", "x-envoy-", "x-forwarded-", "x-original-", "x-rewrite-")
_OF_PEOPLE: Final = frozenset(f"x-forwarded-{what}" for what in ("user", "email", "groups", "name"))
"""Under ``X-Forwarded-``, but about people: where other proxies put an identity."""


def header_name(value: str, *, field: str, of_people: bool = False) -> str:
    """The name in lower case, if an administrator may set it. ``of_people`` is for headers that say who
    somebody is.

    Raises:
        Invalid: it is no header's name, or one that the protocol or the edge needs for itself.
    """
    name = value.lower()
    if not _NAME.fullmatch(name):
        raise Invalid(field, f"{value[:64]!r} is not a header's name: use letters, digits and inner hyphens")
    if of_people and name in _OF_PEOPLE:
        return name
    if name in _HOP_BY_HOP or name in _FRAMING:
        raise Invalid(field, f"{name} belongs to the protocol, and is not to be set or removed: leave it out")
    if name in _OURS or name.startswith(_OUR_PREFIXES):
        raise Invalid(field, f"{name} is the edge's own, and is not to be set or removed: leave it out")
    if of_people and name == "authorization":
        raise Invalid(field, "authorization is the client's own: choose another header")
    return name


def header_value(value: str, *, field: str) -> str:
    """The value, if it is one line of visible ASCII (RFC 9110 section 5.5, and no more). Raises Invalid."""
    if not value or not value.isascii() or not value.isprintable() or value != value.strip():
        raise Invalid(field, "is not a header's value: use one line of ASCII without blanks at its ends")
    if len(value) > LONGEST_VALUE:
        raise Invalid(field, f"has {len(value)} characters: at most {LONGEST_VALUE} are allowed")
    return value
