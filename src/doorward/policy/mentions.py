"""What an application's policies look at, so that nobody fetches what they do not."""

from __future__ import annotations

from doorward.policy.compiled import CompiledApplication
from doorward.policy.facts import RISK


def mentions_facts(compiled: CompiledApplication) -> bool:
    """Whether any policy looks at a reported fact."""
    return any(selector.kind in _OF_FACTS for selector in compiled.judged)


def mentions_fact(compiled: CompiledApplication, name: str) -> bool:
    """Whether any policy looks at the reported fact of this name."""
    for selector in compiled.judged:
        if selector.kind == "posture" and selector.value.partition("=")[0] == name:
            return True
        if selector.kind == "risk" and name == RISK:
            return True
    return False


_OF_FACTS = frozenset({"posture", "risk"})
