"""Who somebody is now, when the provider was asked again without them.

Rule: an address that the provider vouched for at sign-in stays vouched for while it stays the same and
nobody says otherwise; another one is looked at like a first one.
Rule: groups, roles and claims that a new ID token and userinfo both lack are gone, as at a sign-in.
Without a new ID token they may have been its to tell, and stay as they were.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from doorward.identity.oidc import facts
from doorward.identity.oidc.claims import CheckedClaims
from doorward.identity.oidc.named_claim import named_claim
from doorward.identity.oidc.person import EMAIL, VERIFIED, read_person
from doorward.identity.oidc.plain import plain
from doorward.model.access import Identity
from doorward.model.identity_provider import OpenIdConnect
from doorward.model.presets import Quirks


def read_refreshed(
    before: Identity,
    settings: OpenIdConnect,
    claims: CheckedClaims,
    userinfo: Mapping[str, object],
    quirks: Quirks,
) -> Identity:
    """The person by a new ID token, and what userinfo adds to it.

    Raises:
        Refused: as ``read_person``.
    """
    addresses = [named_claim(document, settings.email_claim) for document in (claims, userinfo)]
    unsaid = claims.get(VERIFIED) is None and userinfo.get(VERIFIED) is None
    if unsaid and all(address is None or _is(address, before.email) for address in addresses):
        vouched = {settings.email_claim: before.email, EMAIL: before.email, VERIFIED: True}
        claims = CheckedClaims({**claims, **vouched})
    now = read_person(before.identity_provider, settings, claims, userinfo, quirks)
    return replace(now, name=now.name or before.name)


def read_userinfo(
    before: Identity, settings: OpenIdConnect, userinfo: Mapping[str, object], quirks: Quirks
) -> Identity:
    """The person by userinfo alone; it is about them, or empty.

    Raises:
        Refused: as ``read_person``.
    """
    about = {name: named_claim(userinfo, name) for name in facts.fact_names(settings)}
    said = {name: value for name, value in about.items() if value is not None}
    claims = CheckedClaims({"sub": before.subject})
    now = read_refreshed(before, settings, claims, userinfo, quirks)
    kept = frozenset(pair for pair in before.claims if pair[0] not in said)
    return replace(
        now,
        groups=now.groups if settings.groups_claim in said else before.groups,
        roles=now.roles if settings.roles_claim in said else before.roles,
        claims=now.claims | kept,
        name=plain(userinfo.get("name")) or before.name,
    )


def _is(address: object, email: str) -> bool:
    return isinstance(address, str) and address.strip().lower() == email
