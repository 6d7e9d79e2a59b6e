"""Which groups somebody is in, directly or through other groups.

Rule: groups that cannot be read refuse the sign-in. Leaving them out would let a person past every rule that
excludes a group.
Rule: what a token says about groups is not believed, not even while Graph has too much to do: how the
application is registered decides which of them it lists (``groupMembershipClaims``), and the rest would be
missing just as quietly. Where a token says that groups are kept elsewhere (``_claim_sources``), that address
is never asked: it is one of a retired interface, and somebody else's word on whom Doorward calls.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from doorward.identity.entra.graph import EVENTUAL, Graph
from doorward.identity.entra.graph_answers import GraphRefused, items_of, texts_of
from doorward.identity.oidc.claims import CheckedClaims
from doorward.model.entra_names import is_guid
from doorward.model.errors import SignInRefused

MOST_GROUPS = 40_000
IDS_AT_ONCE = 1000
EVERY_GROUP = "/me/transitiveMemberOf/microsoft.graph.group?$select=id&$count=true&$top=999"
NOT_ALLOWED = 403


@dataclass(frozen=True, slots=True, kw_only=True)
class Memberships:
    """Group ids in lower case. ``overage`` says that the token had not room for all."""

    groups: frozenset[str] = frozenset()
    overage: bool = False


async def read_memberships(graph: Graph, claims: CheckedClaims) -> Memberships:
    """The groups of the person whose token ``graph`` is asked with.

    Raises:
        SignInRefused: a permission is missing.
        Unavailable: they cannot be read.
    """
    try:
        groups = await _ask(graph)
    except GraphRefused as refused:
        if refused.status != NOT_ALLOWED:
            raise
        raise SignInRefused(
            "Your groups cannot be read, so it is not known what you may open.",
            advice="Ask your administrator; the details below tell them what to look for.",
            administrator="The delegated permission GroupMember.Read.All is missing, or admin consent to it: "
            "see App registrations → API permissions.",
            code=refused.code,
            correlation=refused.request,
        ) from None
    return Memberships(groups=groups, overage=has_overage(claims))


async def _ask(graph: Graph) -> frozenset[str]:
    """All ids in one answer; page by page where they are more than one answer holds (some 11,000 [K])."""
    try:
        ids = texts_of(await graph.post("/me/getMemberObjects", {"securityEnabledOnly": False}))
    except GraphRefused as refused:
        if refused.status in (401, NOT_ALLOWED):
            raise
        ids = []
        async for page in graph.pages(EVERY_GROUP, EVENTUAL):
            ids += [str(item.get("id")) for item in items_of(page)]
    return _checked(ids)


def _checked(ids: Sequence[str]) -> frozenset[str]:
    groups = frozenset(id.lower() for id in ids)
    if len(groups) > MOST_GROUPS or not all(map(is_guid, groups)):
        raise SignInRefused(
            "Microsoft Graph said something about your groups that Doorward cannot read.",
            advice="Ask your administrator.",
            administrator=f"An id is not one, or there are more than {MOST_GROUPS} groups.",
        )
    return groups


def has_overage(claims: CheckedClaims) -> bool:
    """Whether the token leaves groups out because they are too many."""
    elsewhere = claims.get("_claim_names")
    return (isinstance(elsewhere, Mapping) and "groups" in elsewhere) or claims.get("hasgroups") is True


async def group_names(graph: Graph, ids: Sequence[str]) -> Mapping[str, str]:
    """Display names by id; ids of nothing, or of no group, are left out.

    Raises:
        Unavailable: they cannot be read.
    """
    found: dict[str, str] = {}
    wanted = [id for id in dict.fromkeys(ids) if is_guid(id)]
    for start in range(0, len(wanted), IDS_AT_ONCE):
        question = {"ids": wanted[start : start + IDS_AT_ONCE], "types": ["group"]}
        for item in items_of(await graph.post("/directoryObjects/getByIds?$select=id,displayName", question)):
            id, name = item.get("id"), item.get("displayName")
            if isinstance(id, str) and isinstance(name, str):
                found[id.lower()] = name
    return found
