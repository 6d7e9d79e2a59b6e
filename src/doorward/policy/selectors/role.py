"""``role``: a role that the identity provider gave the person in Doorward's application there; of one
provider, where narrowed."""

from __future__ import annotations

from doorward.model.access import AccessRequest
from doorward.model.errors import Invalid
from doorward.model.rule import Selector
from doorward.policy.expression import ClaimContains, ClaimEquals, Expression, both
from doorward.policy.selectors.kind import PEOPLE, Narrowing

actions = PEOPLE
narrowing = Narrowing.OPTIONAL

_LONGEST = 256


def parse(value: str, field: str) -> str:
    """Without blanks around it; case matters. Raises Invalid for an empty, very long or
    unprintable value."""
    role = value.strip()
    if not role or len(role) > _LONGEST or not role.isprintable():
        raise Invalid(
            field,
            f"{value[:_LONGEST]!r} is not a role: use the value that the identity provider "
            f"sends, 1-{_LONGEST} printable characters",
        )
    return role


def matches(selector: Selector, request: AccessRequest) -> bool:
    """Whether the person has this role, given by the provider it is narrowed to."""
    person = request.identity
    if person is None or selector.value not in person.roles:
        return False
    return selector.identity_provider in (None, person.identity_provider)


def expression(selector: Selector) -> Expression:
    """The ``roles`` claim lists it (and the ``idp`` claim is the provider)."""
    listed = ClaimContains("roles", selector.value)
    if selector.identity_provider is None:
        return listed
    return both((listed, ClaimEquals("idp", selector.identity_provider)))
