"""``group``: a group that the identity provider named at sign-in; of one provider, where narrowed."""

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
    unprintable name."""
    name = value.strip()
    if not name or len(name) > _LONGEST or not name.isprintable():
        raise Invalid(
            field,
            f"{value[:_LONGEST]!r} is not a group: use the name or id that the identity provider "
            f"gives, 1-{_LONGEST} printable characters",
        )
    return name


def matches(selector: Selector, request: AccessRequest) -> bool:
    """Whether the person is in this group, vouched for by the provider it is narrowed to."""
    person = request.identity
    if person is None or selector.value not in person.groups:
        return False
    return selector.identity_provider in (None, person.identity_provider)


def expression(selector: Selector) -> Expression:
    """The ``groups`` claim lists it (and the ``idp`` claim is the provider)."""
    listed = ClaimContains("groups", selector.value)
    if selector.identity_provider is None:
        return listed
    return both((listed, ClaimEquals("idp", selector.identity_provider)))
