"""What an application's policies look at, so that nobody fetches what they do not."""

from __future__ import annotations

from doorward.model.ids import ExternalEvaluationId
from doorward.policy.compiled import CompiledApplication
from doorward.policy.facts import RISK
from doorward.policy.selectors import EXTERNAL_EVALUATION, POSTURE


def evaluations_in(compiled: CompiledApplication) -> frozenset[ExternalEvaluationId]:
    """The evaluators outside whom some policy asks."""
    return frozenset(
        ExternalEvaluationId(selector.value)
        for selector in compiled.judged
        if selector.kind == EXTERNAL_EVALUATION
    )


def mentions_facts(compiled: CompiledApplication) -> bool:
    """Whether any policy looks at reported facts, or asks an evaluator outside, who is told them."""
    return any(selector.kind in _LOOKING_AT_FACTS for selector in compiled.judged)


def mentions_fact(compiled: CompiledApplication, name: str) -> bool:
    """Whether any policy looks at the reported fact of this name."""
    return any(
        selector.kind == EXTERNAL_EVALUATION
        or (selector.kind == POSTURE and selector.value.partition("=")[0] == name)
        or (selector.kind == RISK and name == RISK)
        for selector in compiled.judged
    )


_LOOKING_AT_FACTS = frozenset({EXTERNAL_EVALUATION, POSTURE, RISK})
