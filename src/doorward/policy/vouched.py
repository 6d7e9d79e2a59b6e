"""What selectors of a provider's facts share: groups, roles and claims mean something only together with
the provider that vouched for them."""

from __future__ import annotations

from doorward.model.access import AccessRequest
from doorward.model.errors import Invalid
from doorward.model.rule import Selector
from doorward.policy.expression import ClaimContains, ClaimEquals, Expression, both

LONGEST = 256


def name(value: str, field: str, *, noun: str, use: str) -> str:
    """``value`` without blanks around it; case matters. Raises Invalid for an empty, very long or
    unprintable one, and says what to ``use``."""
    text = value.strip()
    if not text or len(text) > LONGEST or not text.isprintable():
        raise Invalid(
            field, f"{value[:LONGEST]!r} is not a {noun}: use {use}, 1-{LONGEST} printable characters"
        )
    return text


def by_provider(selector: Selector, request: AccessRequest) -> bool:
    """Whether the person signed in by the provider that the selector is narrowed to, if it is."""
    person = request.identity
    return person is not None and selector.identity_provider in (None, person.identity_provider)


def listed(selector: Selector, claim: str) -> Expression:
    """The token's ``claim`` lists the value (and the ``idp`` claim is the provider)."""
    contained = ClaimContains(claim, selector.value)
    if selector.identity_provider is None:
        return contained
    return both((contained, ClaimEquals("idp", selector.identity_provider)))
