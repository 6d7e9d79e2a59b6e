"""Replay: what other policies would have decided about requests that were decided already.

Rule: both sides are judged now, by the same facts. What was decided then is only held against the rules
that are in force, to say how many requests cannot be repeated: a fact that is forgotten meanwhile would
otherwise look like a change of the rules.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from doorward.model.access import AccessRequest
from doorward.model.ids import ApplicationId
from doorward.policy.compiled import CompiledApplication
from doorward.policy.decision import Decision
from doorward.policy.evaluate import evaluate

Compiled = Mapping[ApplicationId, CompiledApplication]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A request that was decided, with what was said then. ``who`` is how to call whoever asked.

    ``drafted`` is the request as the draft sees it, where that is not the same: another configuration has
    other lists.
    """

    who: str
    request: AccessRequest
    allowed: bool
    drafted: AccessRequest | None = None


class Effect(StrEnum):
    """What a draft would do to somebody."""

    GAIN = "gain"
    LOSE = "lose"


class LeftOut(StrEnum):
    """Why a decision cannot be judged again. Values are stable: scripts look for them."""

    NOT_BY_POLICIES = "not-by-policies"
    """It was no policy's: a page of Doorward's own, credentials that were refused, an edge without answer."""
    APPLICATION_GONE = "application-gone"
    """Neither the rules in force nor the draft have the application."""
    PERSON_UNKNOWN = "person-unknown"
    """The sign-in that told who the person is stands in no entry."""
    LINK_UNKNOWN = "link-unknown"
    """A linked application's server asked, and the log does not say which application's."""
    UNREADABLE = "unreadable"
    """The entry has no source address."""


@dataclass(slots=True, kw_only=True)
class Difference:
    """Somebody whose access to one application a draft would change. ``requests`` counts theirs that
    would be decided otherwise; ``before`` and ``after`` are the decisions on the last of them."""

    who: str
    application: ApplicationId
    effect: Effect
    requests: int = 0
    first: datetime | None = None
    last: datetime | None = None
    path: str = ""
    before: Decision | None = None
    after: Decision | None = None


@dataclass(slots=True, kw_only=True)
class Replay:
    """What came of it. ``unrepeatable`` counts requests that the rules in force decide otherwise now than
    they were decided then: rules or facts have changed meanwhile. ``left_out`` counts decisions that
    could not be judged at all, ``unevaluated`` requests of which an evaluator outside might have
    said something that no log holds."""

    requests: int = 0
    unrepeatable: int = 0
    unevaluated: int = 0
    left_out: Counter[LeftOut] = field(default_factory=Counter)
    differences: list[Difference] = field(default_factory=list)


def replay(decided: Iterable[Decided], *, in_force: Compiled, draft: Compiled) -> Replay:
    """Judge every request by the rules in force and by the draft's.

    Costs as much as two evaluations for each request, and one where both have the very same
    application. An application that one side does not have admits nobody there.
    """
    result = Replay()
    found: dict[tuple[str, ApplicationId, Effect], Difference] = {}
    for each in decided:
        result.requests += 1
        before = _decide(in_force, each.request)
        application = each.request.application
        # A draft mostly changes a few applications of many; of the others nothing is judged twice.
        same = each.drafted is None and in_force.get(application) is draft.get(application)
        after = before if same else _decide(draft, each.drafted or each.request)
        result.unrepeatable += before.allowed != each.allowed
        if before.allowed == after.allowed:
            continue
        effect = Effect.GAIN if after.allowed else Effect.LOSE
        key = (each.who, application, effect)
        difference = found.get(key)
        if difference is None:
            difference = Difference(who=each.who, application=application, effect=effect)
            found[key] = difference
        _count(difference, each.request, before, after)
    result.differences = sorted(found.values(), key=lambda d: (d.application, d.effect, d.who))
    return result


def _count(difference: Difference, request: AccessRequest, before: Decision, after: Decision) -> None:
    """A log has requests in the order in which they ended, and a stream ends long after it began."""
    difference.requests += 1
    at = request.at
    if difference.first is None or (at is not None and at < difference.first):
        difference.first = at
    if difference.last is None or (at is not None and at >= difference.last):
        difference.last, difference.path = at, request.path
        difference.before, difference.after = before, after


def _decide(rules: Compiled, request: AccessRequest) -> Decision:
    compiled = rules.get(request.application)
    return _NO_APPLICATION if compiled is None else evaluate(compiled, request)


_NO_APPLICATION = Decision.deny()
