"""``claim``: a further fact that the identity provider sent, as ``name=value``; of one provider, where
narrowed."""

from __future__ import annotations

from doorward.model.access import AccessRequest
from doorward.model.errors import Invalid
from doorward.model.rule import Selector
from doorward.policy.expression import ClaimContains, ClaimEquals, Expression, both
from doorward.policy.selectors.kind import PEOPLE, Narrowing

actions = PEOPLE
narrowing = Narrowing.OPTIONAL

_LONGEST = 512


def parse(value: str, field: str) -> str:
    """Without blanks around name and value; case matters. Raises Invalid where one is missing."""
    name, _, wanted = value.partition("=")
    name, wanted = name.strip(), wanted.strip()
    if not name or not wanted or len(value) > _LONGEST or not value.isprintable():
        raise Invalid(
            field,
            f"{value[:_LONGEST]!r} is not a claim: write name=value, such as department=Finance, "
            f"at most {_LONGEST} printable characters",
        )
    return f"{name}={wanted}"


def matches(selector: Selector, request: AccessRequest) -> bool:
    """Whether the provider it is narrowed to said exactly this; of a list, that one item is it."""
    person = request.identity
    name, _, wanted = selector.value.partition("=")
    if person is None or (name, wanted) not in person.claims:
        return False
    return selector.identity_provider in (None, person.identity_provider)


def expression(selector: Selector) -> Expression:
    """The ``custom`` claim lists it (and the ``idp`` claim is the provider)."""
    listed = ClaimContains("custom", selector.value)
    if selector.identity_provider is None:
        return listed
    return both((listed, ClaimEquals("idp", selector.identity_provider)))
