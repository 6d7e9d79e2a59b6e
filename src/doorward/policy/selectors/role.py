"""``role``: a role that the identity provider gave the person in Doorward's application there; of one
provider, where narrowed."""

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
    return name(value, field, noun="role", use="the value that the identity provider sends")


def matches(selector: Selector, request: AccessRequest) -> bool:
    """Whether the person has this role, given by the provider it is narrowed to."""
    person = request.identity
    return person is not None and selector.value in person.roles and by_provider(selector, request)


def expression(selector: Selector) -> Expression:
    """The ``roles`` claim lists it (and the ``idp`` claim is the provider)."""
    return listed(selector, "roles")
