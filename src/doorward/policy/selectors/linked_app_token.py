"""``linked_app_token``: a program that shows a person's token of another application: that application's
own server, which calls on the person's behalf."""

from __future__ import annotations

from doorward.model.access import AccessRequest
from doorward.model.ids import slug
from doorward.model.rule import Selector
from doorward.policy.expression import NEVER, Expression
from doorward.policy.selectors.kind import MACHINES, Narrowing

actions = MACHINES
narrowing = Narrowing.NEVER


def parse(value: str, field: str) -> str:
    """An application's id; raises Invalid where it cannot be one."""
    return slug(value, field=field)


def matches(selector: Selector, request: AccessRequest) -> bool:
    """Whether the token was proven to be one of that application."""
    return request.linked is not None and request.linked == selector.value


def expression(_selector: Selector) -> Expression:
    """Never: the data plane acts only on tokens of this very application, and whoever shows one comes as
    its person or machine. Such calls are all for the control plane, which looks whether what the token
    says of the other application still holds."""
    return NEVER
