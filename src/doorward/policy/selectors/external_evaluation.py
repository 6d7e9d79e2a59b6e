"""``external_evaluation``: what a service of the organisation's own says of the person or the machine."""

from __future__ import annotations

from datetime import datetime

from doorward.model.access import AccessRequest
from doorward.model.external_evaluation import Evaluated
from doorward.model.ids import ExternalEvaluationId, slug
from doorward.model.policy import Action
from doorward.model.rule import Selector
from doorward.policy.match import Match
from doorward.policy.selectors.kind import Narrowing

actions = frozenset({Action.ALLOW, Action.DENY, Action.SERVICE_AUTH})
narrowing = Narrowing.NEVER


def parse(value: str, field: str) -> str:
    """An external evaluation's id; raises Invalid where it cannot be one."""
    return slug(value, field=field)


def matches(selector: Selector, request: AccessRequest) -> Match:
    """What the evaluator said; UNKNOWN where it was not asked, or gave no answer that holds."""
    evaluated = _evaluated(selector, request)
    return Match.UNKNOWN if evaluated is None else Match.of(evaluated.success)


def until(selector: Selector, request: AccessRequest) -> datetime | None:
    """Until when its answer counts."""
    evaluated = _evaluated(selector, request)
    return None if evaluated is None else evaluated.until


def _evaluated(selector: Selector, request: AccessRequest) -> Evaluated | None:
    found = request.evaluations.get(ExternalEvaluationId(selector.value))
    return found if found is not None and request.at is not None and request.at < found.until else None
