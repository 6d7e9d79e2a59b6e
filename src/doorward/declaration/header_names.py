"""Names of HTTP header fields in an access file."""

from __future__ import annotations

import re
from typing import Final

from doorward.declaration.reading import At

_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,64}")
"""A token of RFC 9110 section 5.6.2."""

TAKEN_PREFIXES: Final = (
    *("cf-access-", "x-doorward-", "x-envoy-", "x-forwarded-", "x-original-", "x-rewrite-"),
    *("access-control-", "if-", "proxy-", "sec-"),
)
TAKEN: Final = frozenset(
    {
        *("accept", "accept-encoding", "accept-language", "cache-control", "cf-connecting-ip", "connection"),
        *("content-encoding", "content-length", "content-type", "cookie", "date", "expect", "forwarded"),
        *("host", "keep-alive", "origin", "proxy", "range", "referer", "te", "trailer", "transfer-encoding"),
        *("true-client-ip", "upgrade", "user-agent", "via", "x-client-ip", "x-cluster-client-ip"),
        *("x-real-ip", "x-request-id", "x-requested-with"),
    }
)
"""Headers that mean something already, to HTTP, to browsers or to Doorward: taken away from the origin,
which a header with a service token is, something would break."""


def credential_header(at: At) -> str:
    """The name of a header that is free to carry credentials, in lower case."""
    name = at.text()
    if not _NAME.fullmatch(name):
        raise at.wrong(f"{name[:80]!r} is not a header's name: use letters, digits and hyphens, at most 64")
    name = name.lower()
    if name in TAKEN or name.startswith(TAKEN_PREFIXES):
        raise at.wrong(f"{name!r} has a meaning of its own: choose another, such as authorization")
    return name
