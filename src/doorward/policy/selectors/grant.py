"""``grant``: access that was given to this session under a policy, after a reason or an approval.

Nobody writes it: the compiler adds it to what a policy with a purpose or an approval requires.
"""

from __future__ import annotations

from datetime import datetime

from doorward.model.access import AccessRequest
from doorward.model.ids import PolicyId, slug
from doorward.model.policy import Action
from doorward.model.rule import Selector
from doorward.policy.match import Match
from doorward.policy.selectors.kind import Narrowing

actions = frozenset({Action.ALLOW})
narrowing = Narrowing.NEVER


def parse(value: str, field: str) -> str:
    """A policy's id; raises Invalid where it cannot be one."""
    return slug(value, field=field)


def matches(selector: Selector, request: AccessRequest) -> Match:
    """Whether it was given, and has not ended."""
    end = until(selector, request)
    if end is None:
        return Match.NO
    return Match.UNKNOWN if request.at is None else Match.of(request.at < end)


def until(selector: Selector, request: AccessRequest) -> datetime | None:
    """Its end; none where nothing was given, for then nothing can end."""
    return request.grants.get(PolicyId(selector.value))
