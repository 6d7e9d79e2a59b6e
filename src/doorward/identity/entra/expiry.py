"""When Doorward's credentials end: told while there is time to make new ones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from doorward.identity.entra.client_credentials import Certificate
from doorward.identity.entra.items import failed, not_checked, passed, warning
from doorward.model.identity_provider import EntraId
from doorward.ports.identity import Check

WARNED = (timedelta(days=3), timedelta(days=14), timedelta(days=30))
"""The spans before the end in which it is told, ever more urgently."""

URGENCY = ("now", "this week", "soon")


def expiry_checks(settings: EntraId, certificate: Certificate | None, *, now: datetime) -> Sequence[Check]:
    """One item for each credential."""
    if certificate is not None:
        return [_check("expiry", "certificate", certificate.expires, now=now)]
    several = len(settings.client_secrets) > 1
    return [
        _check(
            f"expiry-{number}" if several else "expiry",
            f"client secret {number}" if several else "client secret",
            secret.expires,
            now=now,
        )
        for number, secret in enumerate(settings.client_secrets, start=1)
    ]


def _check(name: str, credential: str, ends: datetime | None, *, now: datetime) -> Check:
    what = f"The {credential} lasts"
    if ends is None:
        return not_checked(name, what, "Doorward was not told when it expires: write it as expires")
    if ends <= now:
        fix = f"Make a new {credential.rstrip(' 12')} under Certificates & secrets, and give it to Doorward."
        return failed(name, what, f"it expired on {ends:%Y-%m-%d}", fix)
    left = ends - now
    found = f"until {ends:%Y-%m-%d}, {left.days} days more"
    for span, urgency in zip(WARNED, URGENCY, strict=True):
        if left <= span:
            fix = f"Make a new one {urgency}, and give it to Doorward beside this one."
            return warning(name, what, found, fix)
    return passed(name, what, found)
