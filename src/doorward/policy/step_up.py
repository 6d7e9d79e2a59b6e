"""What a person would still have to prove to be let in: authentication contexts."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from doorward.model.access import AccessRequest
from doorward.policy.compiled import CompiledApplication
from doorward.policy.evaluate import evaluate
from doorward.policy.evaluations import supposed_answers
from doorward.policy.rule_groups import selectors_in


def missing_contexts(compiled: CompiledApplication, request: AccessRequest) -> frozenset[str]:
    """The contexts which, satisfied as well, would let the person in; as few as will do.

    Empty where nothing is missing, where no context would help, and for a request without a person.
    """
    person = request.identity
    if person is None or evaluate(compiled, request).allowed:
        return frozenset()

    def allowed_with(contexts: Iterable[str]) -> bool:
        stronger = replace(person, contexts=person.contexts | frozenset(contexts))
        asked = supposed_answers(compiled, replace(request, identity=stronger))
        return any(evaluate(compiled, supposed).allowed for supposed in asked)

    asked_for = {
        selector.value
        for entry in compiled.policies
        for selector in selectors_in(entry.policy.rules, compiled.rule_groups)
        if selector.kind == "auth_context" and selector.identity_provider == person.identity_provider
    }
    candidates = sorted(asked_for - person.contexts)
    if not candidates or not allowed_with(candidates):
        return frozenset()
    needed = set(candidates)
    for context in candidates:
        if allowed_with(needed - {context}):
            needed.remove(context)
    return frozenset(needed)
