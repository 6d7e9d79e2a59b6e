"""``group``: a group that the identity provider named at sign-in; of one provider, where narrowed."""

from __future__ import annotations

from doorward.model.access import AccessRequest
from doorward.model.rule import Selector
from doorward.policy.expression import Expression
from doorward.policy.selectors.kind import PEOPLE, Narrowing
from doorward.policy.vouched import by_provider, listed, name

actions = PEOPLE
narrowing = Narrowing.OPTIONAL


def parse(value: str, field: str) -> str:
    """Without blanks around it; case matters. Raises Invalid for an empty, very long or
    unprintable one."""
    return name(value, field, noun="group", use="the name or id that the identity provider gives")


def matches(selector: Selector, request: AccessRequest) -> bool:
    """Whether the person is in this group, vouched for by the provider it is narrowed to."""
    person = request.identity
    return person is not None and selector.value in person.groups and by_provider(selector, request)


def expression(selector: Selector) -> Expression:
    """The ``groups`` claim lists it (and the ``idp`` claim is the provider)."""
    return listed(selector, "groups")
