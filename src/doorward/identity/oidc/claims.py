"""What an ID token says, held against what was expected (Core section 3.1.3.7).

Rule: trust has a type. Only ``check`` makes ``CheckedClaims``, and only those are read for a person.
Rule: a claim of the wrong type is an error, never converted: ``iss`` as a list, ``exp`` as text.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import Enum, auto
from typing import NewType

from doorward.identity.oidc.algorithms import ALGORITHMS
from doorward.identity.oidc.authorization import same
from doorward.model.errors import Refused

Claims = NewType("Claims", Mapping[str, object])
"""Signed by the provider; for whom, for what and when is unchecked."""

CheckedClaims = NewType("CheckedClaims", Mapping[str, object])
"""An ID token's, for us, for this sign-in, now."""

SKEW = timedelta(seconds=60)
"""How far the provider's clock and ours may differ."""

OLDEST = timedelta(minutes=10)
"""A token is made when its code is redeemed; a sign-in takes at most this long."""

LONGEST_SUBJECT = 255

# Other tokens of well-known providers, which have no "typ" in the header to tell: Keycloak puts it
# in the claims, Amazon Cognito has "token_use".
OTHER_KINDS = frozenset({"bearer", "refresh", "offline", "logout"})


class NonceRule(Enum):
    """What a token must say about the nonce of its sign-in."""

    DEMANDED = auto()
    UNKNOWN = auto()
    """For tokens that a refresh token brought: no browser carried anything (Core section 12.2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """The sign-in that a token must belong to."""

    issuer: str
    client_id: str
    algorithm: str
    now: datetime
    nonce: str = field(repr=False)
    code: str = field(repr=False)
    access_token: str = field(repr=False)
    nonce_rule: NonceRule = NonceRule.DEMANDED


def broken(what: str) -> Refused:
    """The error for a token that does not hold. ``what`` never quotes the token."""
    return Refused(f"The identity provider's ID token does not hold: {what}.")


def check(claims: Claims, expected: Expected) -> CheckedClaims:
    """Return the claims if all of them are as they must be.

    Raises:
        Refused: with the first thing that is not.
    """
    _check_kind(claims)
    if claims.get("iss") != expected.issuer:
        raise broken("its issuer is another one")
    _check_audience(claims, expected.client_id)
    _check_times(claims, expected.now)
    _check_nonce(claims, expected)
    _check_hash(claims, "at_hash", expected.access_token, expected.algorithm)
    _check_hash(claims, "c_hash", expected.code, expected.algorithm)
    subject = claims.get("sub")
    if not isinstance(subject, str) or not subject.isprintable() or not 0 < len(subject) <= LONGEST_SUBJECT:
        raise broken(f"its subject is not a text of 1-{LONGEST_SUBJECT} characters")
    return CheckedClaims(claims)


def _check_kind(claims: Claims) -> None:
    kind = claims.get("typ")
    if isinstance(kind, str) and kind.lower() in OTHER_KINDS:
        raise broken("it is another kind of token")
    # "events" makes a logout token or a security event (Back-Channel Logout section 2.4).
    if "events" in claims or claims.get("token_use", "id") != "id":
        raise broken("it is another kind of token")


def instant(claims: Mapping[str, object], name: str, *, now: datetime) -> datetime | None:
    """The past instant that the claim ``name`` holds; None where there is none.

    Raises:
        Refused: it is not a time, or is in the future.
    """
    if claims.get(name) is None:
        return None
    seconds = seconds_of(Claims(claims), name)
    if seconds > now.timestamp() + SKEW.total_seconds():
        raise broken(f"its {name} is in the future; is a clock wrong?")
    return datetime.fromtimestamp(max(seconds, 0), UTC)


def _check_nonce(claims: Claims, expected: Expected) -> None:
    nonce = claims.get("nonce")
    if expected.nonce_rule is NonceRule.UNKNOWN:
        return
    if not isinstance(nonce, str) or not same(nonce, expected.nonce):
        raise broken("it belongs to another sign-in (nonce)")


def _check_audience(claims: Claims, client_id: str) -> None:
    audience = claims.get("aud")
    audiences = [audience] if isinstance(audience, str) else audience
    if not isinstance(audiences, list) or client_id not in audiences:
        raise broken("it is meant for another client")
    # We trust no other client by name. Further audiences are let pass only where the provider says
    # that the token was issued to us (some list a whole project); then they get no say in it.
    issued_to = claims.get("azp")
    if issued_to != client_id and (issued_to is not None or len(audiences) > 1):
        raise broken("it was issued to another client")


def _check_times(claims: Claims, now: datetime) -> None:
    moment = now.timestamp()
    skew = SKEW.total_seconds()
    expires, issued = seconds_of(claims, "exp"), seconds_of(claims, "iat")
    if moment >= expires + skew:
        raise broken("it has expired")
    if issued > moment + skew:
        raise broken("it comes from the future; is a clock wrong?")
    if issued < moment - OLDEST.total_seconds() - skew:
        raise broken("it was issued too long ago; is a clock wrong?")
    if "nbf" in claims and seconds_of(claims, "nbf") > moment + skew:
        raise broken("it is not valid yet; is a clock wrong?")


def seconds_of(claims: Claims, name: str) -> float:
    """A NumericDate: a number, whole or not (RFC 7519 section 2)."""
    value = claims.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise broken(f"its {name} is not a number")
    # Said this way round because it must hold for NaN too. 1e12 is past the year 33000.
    if not -1e12 <= value <= 1e12:
        raise broken(f"its {name} is not a time")
    return float(value)


def _check_hash(claims: Claims, name: str, value: str, algorithm: str) -> None:
    """Core sections 3.1.3.6 and 3.3.2.11: the left half of the hash, where the claim is there."""
    if name not in claims:
        return
    claimed = claims[name]
    digest = hashlib.new(ALGORITHMS[algorithm].hash, value.encode()).digest()
    half = base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()
    if not value or not isinstance(claimed, str) or not same(claimed, half):
        raise broken(f"its {name} does not fit what came with it")
