"""Whose token it is: from checked claims, and userinfo where they lack something, to an Identity.

Rule: an address and the word that it is verified come from the same document.
Rule: what the ID token says counts, and userinfo only where the token says nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from doorward.identity.oidc import facts
from doorward.identity.oidc.claims import CheckedClaims
from doorward.identity.oidc.named_claim import named_claim
from doorward.identity.oidc.plain import plain
from doorward.model.access import Identity, canonical_email
from doorward.model.errors import Invalid, Refused
from doorward.model.identity_provider import OpenIdConnect
from doorward.model.ids import IdentityProviderId
from doorward.model.presets import STANDARD, Quirks

VERIFIED = "email_verified"
EMAIL = "email"


def lacks_something(claims: CheckedClaims, settings: OpenIdConnect) -> bool:
    """Whether userinfo must be asked: the ID token has no address, no word on it, no groups, or
    none of a claim that is wanted."""
    wanted = facts.fact_names(settings)
    return lacks_email(claims, settings) or any(named_claim(claims, name) is None for name in wanted)


def check_userinfo(userinfo: Mapping[str, object], claims: CheckedClaims) -> Mapping[str, object]:
    """Return ``userinfo`` if it is about the same person.

    Raises:
        Refused: its subject is another one, and it must not be used (Core section 5.3.2).
    """
    if userinfo.get("sub") != claims["sub"]:
        raise Refused("The identity provider's userinfo is about another person than its ID token.")
    return userinfo


def read_person(
    provider: IdentityProviderId,
    settings: OpenIdConnect,
    claims: CheckedClaims,
    userinfo: Mapping[str, object],
    quirks: Quirks = STANDARD,
) -> Identity:
    """The person. ``userinfo`` has passed ``check_userinfo``, or is empty.

    Raises:
        Refused: no usable or no verified address, or unreadable groups, roles, claims or methods.
    """

    def said(name: str) -> object:
        value = named_claim(claims, name)
        if value is None:
            value = named_claim(userinfo, name)
        if value is None:
            facts.refuse_what_is_elsewhere(claims, name, groups=name == settings.groups_claim)
        return value

    says_more = lacks_email(claims, settings) and named_claim(userinfo, settings.email_claim) is not None
    return Identity(
        identity_provider=provider,
        subject=str(claims["sub"]),
        email=read_email(userinfo if says_more else claims, settings),
        name=plain(claims.get("name")) or plain(userinfo.get("name")),
        groups=facts.read_groups(said(settings.groups_claim), settings, quirks),
        roles=facts.read_roles(said(settings.roles_claim), settings) if settings.roles_claim else frozenset(),
        claims=frozenset().union(*(facts.read_claim(said(name), name) for name in settings.claims)),
        methods=facts.read_methods(claims),
    )


def lacks_email(claims: Mapping[str, object], settings: OpenIdConnect) -> bool:
    """Whether this document has no address, or no word on whether it is verified."""
    unsaid = settings.require_verified_email and claims.get(VERIFIED) is None
    return named_claim(claims, settings.email_claim) is None or unsaid


def read_email(claims: Mapping[str, object], settings: OpenIdConnect) -> str:
    """The address in its canonical spelling.

    Raises:
        Refused: there is none, or it is not vouched for as the settings demand.
    """
    name = settings.email_claim
    value = named_claim(claims, name)
    if value is None:
        raise Refused(
            f"The identity provider did not say your email address: it gave no claim {name!r}. "
            "An administrator can add a scope that brings it, or name another claim as email_claim."
        )
    try:
        email = canonical_email(value if isinstance(value, str) else "", field=name)
    except Invalid:
        raise Refused(f"What the identity provider gave as {name!r} is not an email address.") from None
    if settings.require_verified_email and not _is_verified(claims, email):
        raise Refused(
            "The identity provider does not vouch for your email address (email_verified is not true). "
            "Verify it there; if the provider vouches for all of its addresses without saying so, an "
            "administrator can turn require_verified_email off."
        )
    return email


def _is_verified(claims: Mapping[str, object], email: str) -> bool:
    """``email_verified`` speaks of the claim ``email`` alone, whichever claim is used (Core section 5.1).

    Some providers send it as text.
    """
    said, vouched = claims.get(VERIFIED), claims.get(EMAIL)
    if said is not True and said != "true":
        return False
    return isinstance(vouched, str) and vouched.strip().lower() == email
