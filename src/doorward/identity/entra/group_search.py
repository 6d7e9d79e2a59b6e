"""Finding groups for whoever writes policies.

Rule: what somebody typed is one value inside a question to Graph, never part of its grammar.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import quote

from doorward.identity.entra.graph import EVENTUAL, Graph
from doorward.identity.entra.graph_answers import GraphRefused, items_of
from doorward.identity.oidc.plain import plain
from doorward.model.entra_names import is_guid
from doorward.ports.identity import GroupFound

MOST = 25
LONGEST = 120
SELECT = "$select=id,displayName,description"


async def find_groups(graph: Graph, text: str) -> Sequence[GroupFound]:
    """Groups with a word that begins with ``text``, or the one whose id it is; the first ones by name
    where it is empty.

    Raises:
        Unavailable: Graph cannot be asked, or a permission is missing.
    """
    wanted = plain(text, longest=LONGEST).rstrip("…")
    if is_guid(wanted.lower()):
        return await _by_id(graph, wanted.lower())
    # Quotation marks end a search's value, and a backslash takes the meaning of the next character.
    value = " ".join(wanted.replace('"', " ").replace("\\", " ").split())
    search = "$search=" + quote(f'"displayName:{value}"', safe="") + "&" if value else ""
    page = await graph.get(f"/groups?{search}{SELECT}&$count=true&$top={MOST}&$orderby=displayName", EVENTUAL)
    found = (_group(item) for item in items_of(page)[:MOST])
    return [group for group in found if group]


async def _by_id(graph: Graph, id: str) -> Sequence[GroupFound]:
    try:
        group = _group(await graph.get(f"/groups/{id}?{SELECT}"))
    except GraphRefused as refused:
        if refused.status != 404:
            raise
        return []
    return [group] if group else []


def _group(item: Mapping[str, object]) -> GroupFound | None:
    id = item.get("id")
    if not isinstance(id, str) or not is_guid(id.lower()):
        return None
    return GroupFound(
        id=id.lower(), name=plain(item.get("displayName")), description=plain(item.get("description"))
    )
