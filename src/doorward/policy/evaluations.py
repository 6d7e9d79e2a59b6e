"""When an evaluator outside has to be asked: only where the decision hangs on its answer.

Rule: an evaluator that was not asked is unknown, and what is unknown lets nobody in. So one whose every
answer, and whose silence, leads to the same decision need not be asked.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from itertools import product
from typing import Final

from doorward.model.access import AccessRequest
from doorward.model.external_evaluation import Evaluated
from doorward.model.ids import ExternalEvaluationId, PolicyId
from doorward.policy.compiled import CompiledApplication
from doorward.policy.evaluate import evaluate
from doorward.policy.mentions import evaluations_in

MOST_TRIED: Final = 3
"""With how many evaluators all combinations of answers are tried; of more, all are asked."""

_FOR_EVER = datetime.max.replace(tzinfo=UTC)
_ANSWERS = (Evaluated(success=True, until=_FOR_EVER), Evaluated(success=False, until=_FOR_EVER), None)


def hangs_on(compiled: CompiledApplication, request: AccessRequest) -> frozenset[ExternalEvaluationId]:
    """The evaluators that must be asked about this request, of those whose answer it does not hold."""
    unasked = _unasked(compiled, request)
    if not unasked:
        return frozenset()
    if len(unasked) > MOST_TRIED:
        return frozenset(unasked)
    decided = {
        answers: _decided(compiled, _supposing(request, unasked, answers))
        for answers in product(_ANSWERS, repeat=len(unasked))
    }
    return frozenset(
        evaluation
        for place, evaluation in enumerate(unasked)
        if any(
            decided[answers] != decided[(*answers[:place], other, *answers[place + 1 :])]
            for answers in decided
            for other in _ANSWERS
        )
    )


def supposed_answers(compiled: CompiledApplication, request: AccessRequest) -> Iterator[AccessRequest]:
    """The request as it is, and as it would be with what evaluators that were not asked might answer: for
    who wonders what else is missing."""
    yield request
    unasked = _unasked(compiled, request)
    if unasked and len(unasked) <= MOST_TRIED:
        for answers in product(_ANSWERS, repeat=len(unasked)):
            yield _supposing(request, unasked, answers)


def _unasked(compiled: CompiledApplication, request: AccessRequest) -> Sequence[ExternalEvaluationId]:
    if request.identity is None and request.service_token is None:
        return ()  # no policy that may use an evaluator looks at such a request
    return sorted(evaluations_in(compiled) - set(request.evaluations))


def _supposing(
    request: AccessRequest,
    unasked: Sequence[ExternalEvaluationId],
    answers: Sequence[Evaluated | None],
) -> AccessRequest:
    supposed = {
        evaluation: answer for evaluation, answer in zip(unasked, answers, strict=True) if answer is not None
    }
    return replace(request, evaluations={**request.evaluations, **supposed})


def _decided(compiled: CompiledApplication, request: AccessRequest) -> tuple[bool, PolicyId | None]:
    """The decision, as far as it matters: which policy admits, if one does."""
    decision = evaluate(compiled, request)
    return decision.allowed, decision.policy if decision.allowed else None
