"""Whose token it is: from checked claims, and userinfo where they lack something, to an Identity.

Rule: an address and the word that it is verified come from the same document.
Rule: groups that cannot be read refuse the sign-in. Leaving them out would let a person past every
rule that excludes a group.
"""

from __future__ import annotations

from collections.abc import Mapping

from doorward.identity.oidc.claims import CheckedClaims
from doorward.identity.oidc.plain import plain
from doorward.model.access import Identity, canonical_email
from doorward.model.errors import Invalid, Refused
from doorward.model.identity_provider import OpenIdConnect
from doorward.model.ids import IdentityProviderId

MOST_GROUPS = 10_000
LONGEST_GROUP = 1024
VERIFIED = "email_verified"
EMAIL = "email"


def lacks_something(claims: CheckedClaims, settings: OpenIdConnect) -> bool:
    """Whether userinfo must be asked: the ID token has no address, no word on it, or no groups."""
    return _lacks_email(claims, settings) or claims.get(settings.groups_claim) is None


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
) -> Identity:
    """The person. ``userinfo`` has passed ``check_userinfo``, or is empty.

    Raises:
        Refused: no usable or no verified address, or unreadable groups.
    """
    says_more = _lacks_email(claims, settings) and userinfo.get(settings.email_claim) is not None
    about_email = userinfo if says_more else claims
    about_groups = userinfo if claims.get(settings.groups_claim) is None else claims
    return Identity(
        identity_provider=provider,
        subject=str(claims["sub"]),
        email=_email(about_email, settings),
        name=plain(claims.get("name")) or plain(userinfo.get("name")),
        groups=_groups(about_groups, claims, settings.groups_claim),
    )


def _lacks_email(claims: Mapping[str, object], settings: OpenIdConnect) -> bool:
    unsaid = settings.require_verified_email and claims.get(VERIFIED) is None
    return claims.get(settings.email_claim) is None or unsaid


def _email(claims: Mapping[str, object], settings: OpenIdConnect) -> str:
    name = settings.email_claim
    value = claims.get(name)
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


def _groups(document: Mapping[str, object], claims: CheckedClaims, name: str) -> frozenset[str]:
    value = document.get(name)
    if value is None:
        _refuse_overage(claims, name)
        return frozenset()
    groups = [value] if isinstance(value, str) else value
    if not isinstance(groups, list) or len(groups) > MOST_GROUPS or not all(map(_is_group, groups)):
        raise Refused(
            f"The identity provider's claim {name!r} is not a list of group names. "
            "An administrator can have it send one, or name another claim as groups_claim."
        )
    return frozenset(group for group in groups if group)


def _is_group(value: object) -> bool:
    return isinstance(value, str) and value.isprintable() and len(value) <= LONGEST_GROUP


def _refuse_overage(claims: CheckedClaims, name: str) -> None:
    """Claims that are left out "because there are too many" are kept elsewhere (Core section 5.6.2).

    The address is not followed: it would be the provider's word on whom Doorward calls.
    """
    elsewhere = claims.get("_claim_names")
    if (isinstance(elsewhere, Mapping) and name in elsewhere) or claims.get("hasgroups") is True:
        raise Refused(
            "You are in more groups than the identity provider puts into a token. "
            "An administrator can have it send only the groups that matter here."
        )
