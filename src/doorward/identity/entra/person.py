"""From checked claims, an address and groups to a person.

Rule: what cannot be read refuses the sign-in. Leaving it out would let a person past every rule that
excludes it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from doorward.identity.entra.departure import CONTEXT
from doorward.identity.entra.token_rules import subject_of
from doorward.identity.oidc.claims import CheckedClaims
from doorward.identity.oidc.facts import read_claim
from doorward.identity.oidc.plain import plain
from doorward.model.access import Identity
from doorward.model.errors import SignInRefused
from doorward.model.identity_provider import EntraId
from doorward.model.ids import IdentityProviderId

MOST_VALUES = 500
LONGEST_VALUE = 1024


def read_person(
    provider: IdentityProviderId,
    settings: EntraId,
    claims: CheckedClaims,
    *,
    email: str,
    groups: frozenset[str],
) -> Identity:
    """The person.

    Raises:
        Refused: roles, contexts, methods or a further claim cannot be read.
    """
    contexts = _texts(claims, "acrs") if settings.conditional_access else []
    return Identity(
        identity_provider=provider,
        subject=subject_of(claims),
        email=email,
        name=plain(claims.get("name")),
        upn=_upn(claims),
        groups=groups,
        roles=frozenset(_texts(claims, "roles")),
        claims=frozenset(pair for name in settings.claims for pair in read_claim(claims.get(name), name)),
        methods=frozenset(_texts(claims, "amr")),
        contexts=frozenset(context for context in contexts if CONTEXT.fullmatch(context)),
    )


def text_claim(claims: Mapping[str, object], name: str) -> str:
    """A claim that is one line of text of a bounded length; empty where it is not."""
    value = claims.get(name)
    usable = isinstance(value, str) and value.isprintable() and len(value) <= LONGEST_VALUE
    return str(value) if usable else ""


def _upn(claims: CheckedClaims) -> str:
    """``upn`` is an optional claim; what stands in ``preferred_username`` is the same for most people."""
    name = text_claim(claims, "upn") or text_claim(claims, "preferred_username")
    return name.lower() if name.isascii() and "@" in name and " " not in name else ""


def _texts(claims: CheckedClaims, name: str) -> Sequence[str]:
    value = claims.get(name)
    values = [] if value is None else [value] if isinstance(value, str) else value
    if not isinstance(values, list) or len(values) > MOST_VALUES or not all(map(_is_text, values)):
        raise _unreadable(name)
    return [text for text in values if text]


def _is_text(value: object) -> bool:
    return isinstance(value, str) and value.isprintable() and len(value) <= LONGEST_VALUE


def _unreadable(name: str) -> SignInRefused:
    return SignInRefused(
        "Microsoft Entra ID said something about you that Doorward cannot read.",
        advice="Ask your administrator to see to it.",
        administrator=f"The claim {name!r} is not a list of at most {MOST_VALUES} texts: see Token "
        "configuration.",
    )
