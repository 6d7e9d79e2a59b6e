"""Which applications the launcher shows a person."""

from __future__ import annotations

from doorward.model.access import AccessRequest
from doorward.policy.compiled import CompiledApplication
from doorward.policy.evaluate import evaluate
from doorward.policy.evaluations import supposed_answers
from doorward.policy.missing_grant import missing_grant
from doorward.policy.step_up import missing_contexts


def visible(compiled: CompiledApplication, request: AccessRequest) -> bool:
    """Whether this person could open the application now, from where they are, if need be after
    proving more, saying why or being approved, or if an evaluator outside agrees."""
    if any(evaluate(compiled, supposed).allowed for supposed in supposed_answers(compiled, request)):
        return True
    return bool(missing_contexts(compiled, request)) or missing_grant(compiled, request) is not None
