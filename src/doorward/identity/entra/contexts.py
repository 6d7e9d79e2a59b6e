"""Authentication contexts of a directory, and whether they protect anything.

Entra gives a context that no policy demands something for to everybody who asks: a rule that requires such a
one requires nothing.
"""

from __future__ import annotations

from collections.abc import Mapping

from doorward.identity.entra.departure import CONTEXT
from doorward.identity.entra.graph import Graph
from doorward.identity.entra.graph_answers import items_of

BASE = "/identity/conditionalAccess"
CONTEXTS = f"{BASE}/authenticationContextClassReferences"
POLICIES = f"{BASE}/policies?$select=id,displayName,state,conditions"
ENABLED = "enabled"


async def contexts_in_use(graph: Graph) -> Mapping[str, bool]:
    """The published contexts by id, and whether an enabled policy refers to each.

    Raises:
        Unavailable: Graph cannot be asked, or Policy.Read.ConditionalAccess is missing.
    """
    published: set[str] = set()
    async for page in graph.pages(CONTEXTS):
        published |= {
            str(item["id"])
            for item in items_of(page)
            if item.get("isAvailable") is True and CONTEXT.fullmatch(str(item.get("id")))
        }
    used: set[str] = set()
    async for page in graph.pages(POLICIES):
        for policy in items_of(page):
            if policy.get("state") == ENABLED:  # Those that only report enforce nothing.
                used |= _referred_to(policy)
    return {context: context in used for context in sorted(published, key=lambda c: int(c[1:]))}


def _referred_to(policy: Mapping[str, object]) -> set[str]:
    found: object = policy
    for name in ("conditions", "applications", "includeAuthenticationContextClassReferences"):
        found = found.get(name) if isinstance(found, Mapping) else None
    return {context for context in found if isinstance(context, str)} if isinstance(found, list) else set()
