"""``claim``: a further fact that the identity provider sent, as ``name=value``; of one provider, where
narrowed."""

from __future__ import annotations

from doorward.model.access import AccessRequest
from doorward.model.errors import Invalid
from doorward.model.rule import Selector
from doorward.policy.expression import Expression
from doorward.policy.selectors.kind import PEOPLE, Narrowing
from doorward.policy.vouched import by_provider, listed

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
    return person is not None and (name, wanted) in person.claims and by_provider(selector, request)


def expression(selector: Selector) -> Expression:
    """The ``claims`` claim lists it (and the ``idp`` claim is the provider)."""
    return listed(selector, "claims")
