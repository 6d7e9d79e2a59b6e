"""``email_list``: anybody whose address is on a named list."""

from __future__ import annotations

from datetime import datetime

from doorward.model.access import AccessRequest
from doorward.model.ids import ListId, slug
from doorward.model.rule import Selector
from doorward.policy.match import Match
from doorward.policy.selectors.kind import PEOPLE, Narrowing

actions = PEOPLE
narrowing = Narrowing.NEVER


def parse(value: str, field: str) -> str:
    """A list's id; raises Invalid where it cannot be one."""
    return slug(value, field=field)


def matches(selector: Selector, request: AccessRequest) -> Match:
    """Whether the person is on it."""
    if request.lists is None:
        return Match.UNKNOWN
    return Match.of(request.identity is not None and ListId(selector.value) in request.lists)


def until(_selector: Selector, _request: AccessRequest) -> datetime | None:
    """Time alone changes no list; a change of one makes the tokens that speak of it stale."""
    return None
