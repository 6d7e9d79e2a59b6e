"""What a person would still have to be given to be let in: access under a policy that asks for a reason or
for somebody's approval."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from doorward.model.access import AccessRequest
from doorward.model.policy import Policy
from doorward.policy.compiled import CompiledApplication
from doorward.policy.evaluate import evaluate
from doorward.policy.evaluations import supposed_answers

_NEVER_ENDING = datetime.max.replace(tzinfo=UTC)


def missing_grant(compiled: CompiledApplication, request: AccessRequest) -> Policy | None:
    """The first policy that would let the person in were they given access under it.

    None where they are let in anyway, where no grant would help, and for a request without a person.
    """
    if request.identity is None or evaluate(compiled, request).allowed:
        return None
    for entry in compiled.policies:
        if not entry.policy.needs_grant:
            continue
        given = {**request.grants, entry.policy.id: _NEVER_ENDING}
        asked = supposed_answers(compiled, replace(request, grants=given))
        if any(evaluate(compiled, supposed).policy == entry.policy.id for supposed in asked):
            return entry.policy
    return None
