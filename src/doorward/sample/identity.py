"""Who a request says it is from, read from its headers for display.

Rule: nothing is verified here. An application that decides by these claims checks the token's
signature with the keys at ``/cdn-cgi/access/certs`` first, and its audience after that.
"""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from types import MappingProxyType

EMAIL_HEADER = "cf-access-authenticated-user-email"
TOKEN_HEADER = "cf-access-jwt-assertion"

MEANINGS: Mapping[str, str] = MappingProxyType(
    {
        "aud": "the application it is for",
        "common_name": "the machine",
        "email": "the person",
        "exp": "valid until",
        "gen": "its generation: an older one is refused",
        "groups": "groups that the policies here mention",
        "iat": "issued at",
        "idp": "the identity provider",
        "iss": "who issued it: the team domain",
        "nbf": "valid from",
        "service_token": "the machine's credentials",
        "sid": "the session",
        "sub": "the person's lasting id",
        "type": "what kind of token",
    }
)

INSTANTS = frozenset({"exp", "iat", "nbf"})


@dataclass(frozen=True, slots=True)
class Claim:
    """One entry of a token: its name, what it means (may be empty), and its value as text."""

    name: str
    meaning: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What the page shows. ``problem`` is a sentence when there is a token that cannot be read."""

    email: str = ""
    claims: tuple[Claim, ...] = ()
    problem: str = ""


def read_identity(headers: Mapping[str, str]) -> Shown:
    """What ``headers`` (names in lower case) say about the person."""
    email = headers.get(EMAIL_HEADER, "")
    token = headers.get(TOKEN_HEADER, "")
    if not token:
        return Shown(email=email)
    try:
        payload = _payload(token)
    except ValueError:
        return Shown(email=email, problem="The token that came with this request cannot be read.")
    claims = tuple(
        Claim(name, MEANINGS.get(name, ""), _as_text(name, value)) for name, value in payload.items()
    )
    return Shown(email=email, claims=claims)


def _payload(token: str) -> Mapping[str, object]:
    """The claims of a compact JWS (RFC 7515 section 3.1). Raises ValueError when it is not one."""
    parts = token.split(".")
    if len(parts) != 3:
        raise ValueError("a compact JWS has three parts")
    padded = parts[1] + "=" * (-len(parts[1]) % 4)
    try:
        payload = json.loads(base64.urlsafe_b64decode(padded))
    except (binascii.Error, RecursionError) as error:
        raise ValueError("the payload is not base64url JSON") from error
    if not isinstance(payload, dict):
        raise ValueError("the payload is not an object")  # noqa: TRY004 -- one class for every fault here
    return payload


def _as_text(name: str, value: object) -> str:
    if name in INSTANTS and isinstance(value, int) and 0 <= value < 2**33:
        return f"{datetime.fromtimestamp(value, UTC):%Y-%m-%d %H:%M:%S} UTC"
    if isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)
