"""Which applications the launcher shows a person."""

from __future__ import annotations

from doorward.model.access import AccessRequest
from doorward.policy.compiled import CompiledApplication
from doorward.policy.evaluate import evaluate
from doorward.policy.missing_grant import missing_grant
from doorward.policy.step_up import missing_contexts


def visible(compiled: CompiledApplication, request: AccessRequest) -> bool:
    """Whether this person could open the application now, from where they are, if need be after
    proving more, saying why or being approved."""
    if evaluate(compiled, request).allowed or missing_contexts(compiled, request):
        return True
    return missing_grant(compiled, request) is not None
