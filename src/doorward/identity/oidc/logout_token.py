"""A provider's notice that a sign-in is over (OpenID Connect Back-Channel Logout 1.0, "BCL").

Rule: a notice is signed like an ID token and is none: it names the event, and has no nonce.
Rule: one without ``jti`` could be used again and again, so it is not believed.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from doorward.identity.oidc.claims import (
    OLDEST,
    SKEW,
    Claims,
    broken,
    check_audience,
    check_issuer,
    seconds_of,
)
from doorward.ports.identity import LogoutNotice

EVENT = "http://schemas.openid.net/event/backchannel-logout"
TYPES = frozenset({"logout+jwt", "application/logout+jwt", "jwt", "application/jwt"})
"""BCL section 2.4 recommends the first; many providers still say only JWT, or nothing."""
LONGEST = 255


def read_notice(
    claims: Claims, *, issuer: str, other_issuers: frozenset[str], client_id: str, now: datetime
) -> LogoutNotice:
    """Whose sign-in is over (BCL section 2.6). The signature was checked.

    Raises:
        Refused: it is no logout token, or another one's, or an old one.
    """
    events = claims.get("events")
    if not isinstance(events, Mapping) or not isinstance(events.get(EVENT), Mapping):
        raise broken("it is not a logout token (events)")
    if "nonce" in claims:
        raise broken("it has a nonce, which a logout token may not have")
    check_issuer(claims, issuer, other_issuers)
    check_audience(claims, client_id)
    _check_times(claims, now)
    subject, session = _text(claims, "sub"), _text(claims, "sid")
    if not (subject or session):
        raise broken("it names neither a person (sub) nor a session (sid)")
    notice = _text(claims, "jti")
    if not notice:
        raise broken("it has no id (jti)")
    return LogoutNotice(notice=notice, subject=subject, provider_session=session)


def _check_times(claims: Claims, now: datetime) -> None:
    moment, skew = now.timestamp(), SKEW.total_seconds()
    issued = seconds_of(claims, "iat")
    if issued > moment + skew:
        raise broken("it comes from the future; is a clock wrong?")
    if issued < moment - OLDEST.total_seconds() - skew:
        raise broken("it was issued too long ago; is a clock wrong?")
    # Required since BCL 1.0 became final; providers that follow a draft leave it out.
    if "exp" in claims and moment >= seconds_of(claims, "exp") + skew:
        raise broken("it has expired")


def _text(claims: Claims, name: str) -> str:
    value = claims.get(name, "")
    if not isinstance(value, str) or len(value) > LONGEST or (value and not value.isprintable()):
        raise broken(f"its {name} is not a text of at most {LONGEST} characters")
    return value
