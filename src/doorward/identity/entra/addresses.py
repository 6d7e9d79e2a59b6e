"""Which of the addresses in a token is believed, and from which claim it came.

Rule: an address is believed when somebody vouches for it: the administrator who named a claim, Entra where it
knows the owner, the directory whose domain it is. ``email`` alone is what anybody may have typed into a
directory of their own (the fault known as nOAuth).
Rule: a guest's user principal name (``ada_home.example#EXT#@...``) is never an address.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from doorward.identity.oidc.claims import CheckedClaims
from doorward.model.access import canonical_email
from doorward.model.errors import Invalid, SignInRefused
from doorward.model.identity_provider import EntraId

PRIMARY, EMAIL, VERIFIED = "verified_primary_email", "email", "xms_edov"
USER_NAMES = ("upn", "preferred_username")


@dataclass(frozen=True, slots=True)
class Address:
    """A believed address and the claim that it came from."""

    email: str
    claim: str


def choose(
    claims: CheckedClaims, settings: EntraId, verified_domains: frozenset[str] = frozenset()
) -> Address:
    """The first address, in this order, that is believed.

    1. the claim that the administrator named (``email_claim``)
    2. ``verified_primary_email``, which Entra takes from what it has checked itself
    3. ``email``, if Entra says that the owner of its domain was checked (``xms_edov``), or its domain is
       one of ``email_domains`` or of ``verified_domains``, the directory's own
    4. ``upn`` or ``preferred_username``, if its domain is one of ``email_domains``

    Raises:
        SignInRefused: there is none.
    """
    listed = frozenset(domain.lower() for domain in settings.email_domains)
    vouched = _is_true(claims.get(VERIFIED))
    attempts: Sequence[tuple[str, Callable[[str], bool]]] = (
        *([(settings.email_claim, _always)] if settings.email_claim else []),
        (PRIMARY, _always),
        (EMAIL, lambda email: vouched or _domain(email) in listed | verified_domains),
        *((name, lambda email: _domain(email) in listed) for name in USER_NAMES),
    )
    for name, is_believed in attempts:
        email = _email(claims.get(name))
        if email and is_believed(email):
            return Address(email, name)
    raise _none(claims, settings)


def needs_verified_domains(claims: CheckedClaims, settings: EntraId) -> bool:
    """Whether the choice would be another one if the directory's own domains were known."""
    email = _email(claims.get(EMAIL))
    if not email:
        return False
    try:
        return choose(claims, settings).claim in USER_NAMES
    except SignInRefused:
        return True


def _none(claims: CheckedClaims, settings: EntraId) -> SignInRefused:
    there = [n for n in (settings.email_claim, PRIMARY, EMAIL, *USER_NAMES) if n and _email(claims.get(n))]
    seen = f"The token holds {', '.join(there)}" if there else "The token holds no address at all"
    return SignInRefused(
        "Microsoft Entra ID does not vouch for any address of yours.",
        advice="Ask your administrator to see to it.",
        administrator=f"{seen}. Under Token configuration add the optional claims email, xms_edov and "
        "verified_primary_email to the ID token; or list the domains whose addresses you trust as "
        "email_domains; or name another claim as email_claim.",
    )


def _email(value: object) -> str:
    """A usable address, canonical; empty where there is none."""
    text = value[0] if isinstance(value, list) and value else value
    if not isinstance(text, str) or "#ext#" in text.lower():
        return ""
    try:
        return canonical_email(text)
    except Invalid:
        return ""


def _always(_email: str) -> bool:
    return True


def _domain(email: str) -> str:
    return email.rpartition("@")[2]


def _is_true(value: object) -> bool:
    """Entra writes this flag as a boolean, as a number or as text [K]."""
    return value is True or value in ("1", "true", "True") or (value == 1 and isinstance(value, int))


def domains_of(organization: Mapping[str, object]) -> frozenset[str]:
    """The verified domains in Graph's answer about the directory."""
    found: set[str] = set()
    for item in _items(organization.get("value")):
        for domain in _items(item.get("verifiedDomains")):
            name = domain.get("name")
            if isinstance(name, str):
                found.add(name.lower())
    return frozenset(found)


def _items(value: object) -> list[Mapping[str, object]]:
    return [item for item in value if isinstance(item, Mapping)] if isinstance(value, list) else []
