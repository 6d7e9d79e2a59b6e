"""What a token says of the selectors that only the control plane can judge."""

from __future__ import annotations

from doorward.model.access import AccessRequest
from doorward.model.claims import Verdicts
from doorward.policy.bounds import judged_name
from doorward.policy.compiled import CompiledApplication
from doorward.policy.match import Match
from doorward.policy.selectors import SELECTORS
from doorward.policy.selectors.kind import Judged


def verdicts(compiled: CompiledApplication, request: AccessRequest) -> Verdicts:
    """Judge every such selector of the application by the facts of ``request``.

    What is unknown is in neither list, and so proves nothing to the edge.
    """
    met, unmet, ends = set[str](), set[str](), []
    for selector in compiled.judged:
        kind = SELECTORS[selector.kind]
        if not isinstance(kind, Judged):
            continue
        match = kind.matches(selector, request)
        if match is not Match.UNKNOWN:
            (met if match is Match.YES else unmet).add(judged_name(selector))
            ends.append(kind.until(selector, request))
    known = [end for end in ends if end is not None]
    return Verdicts(met=frozenset(met), unmet=frozenset(unmet), until=min(known, default=None))
