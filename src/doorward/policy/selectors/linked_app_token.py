"""``linked_app_token``: a program that shows a person's token of another application: that application's
own server, which calls on the person's behalf."""

from __future__ import annotations

from doorward.model.access import AccessRequest
from doorward.model.ids import slug
from doorward.model.rule import Selector
from doorward.policy.bounds import ANYTHING, Bounds
from doorward.policy.match import Match
from doorward.policy.selectors.kind import MACHINES, Narrowing

actions = MACHINES
narrowing = Narrowing.NEVER


def parse(value: str, field: str) -> str:
    """An application's id; raises Invalid where it cannot be one."""
    return slug(value, field=field)


def matches(selector: Selector, request: AccessRequest) -> Match:
    """Whether the token was proven to be one of that application."""
    return Match.of(request.linked is not None and request.linked == selector.value)


def bounds(_selector: Selector) -> Bounds:
    """Nothing: the token says what its holder may do at the other application when it was made, and the
    control plane looks whether that still holds."""
    return ANYTHING
