"""Who is still welcome: what the directory says about people who are signed in.

People are asked about one by one, inside batches: whether they are enabled, since when sign-ins count, and
which of the groups that policies name they are in (``checkMemberGroups``, which sees through nested groups).

Why not delta queries: a group's delta has direct members only, so that a change in a nested group would have
to be worked out for everybody; and it must be begun, kept and, when Graph has forgotten it, begun again. The
answers here depend on nothing earlier, cost about 5 resource units a person (a small directory has 3,500
each ten seconds), and are bounded by the question however many groups somebody is in.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime

from doorward.identity.entra.graph import Graph, Part, PartAnswer
from doorward.identity.entra.graph_answers import GraphRefused
from doorward.model.entra_names import is_guid
from doorward.ports.identity import Standing

GROUPS_AT_ONCE = 20
SELECT = "$select=id,accountEnabled,signInSessionsValidFromDateTime"


async def read_standings(
    graph: Graph, people: Sequence[str], groups: frozenset[str]
) -> Mapping[str, Standing]:
    """The standing of each person, by object id. One that could not be read is left out.

    Raises:
        GraphRefused: a permission is missing.
        Unavailable: Graph cannot be asked.
    """
    wanted = sorted(group for group in groups if is_guid(group))
    known = [person for person in people if is_guid(person)]
    questions = [list(_parts(person, wanted)) for person in known]
    answers = iter(await graph.batch([part for parts in questions for part in parts]))
    found: dict[str, Standing] = {}
    for person, parts in zip(known, questions, strict=True):
        standing = _standing([next(answers) for _ in parts])
        if standing is not None:
            found[person] = standing
    return found


def _parts(person: str, groups: Sequence[str]) -> Iterator[Part]:
    yield Part(path=f"/users/{person}?{SELECT}")
    for start in range(0, len(groups), GROUPS_AT_ONCE):
        yield Part(
            path=f"/users/{person}/checkMemberGroups",
            method="POST",
            body={"groupIds": groups[start : start + GROUPS_AT_ONCE]},
        )


def _standing(answers: Sequence[PartAnswer]) -> Standing | None:
    """What the answers about one person come to; None where one is missing."""
    user, *memberships = answers
    for answer in answers:
        if isinstance(answer.error, GraphRefused) and answer.status in (401, 403):
            raise answer.error
    if user.status == 404:
        return Standing(enabled=False)
    if any(answer.error for answer in answers):
        return None
    enabled = user.document.get("accountEnabled")
    if not isinstance(enabled, bool):
        # Graph leaves out, or shows as null, what the token may not see.
        raise GraphRefused(403, "accountEnabled is not shown")
    groups: set[str] = set()
    for answer in memberships:
        ids = answer.document.get("value")
        if not isinstance(ids, list):
            return None
        groups |= {id.lower() for id in ids if isinstance(id, str)}
    return Standing(
        enabled=enabled,
        groups=frozenset(groups),
        valid_from=_instant(user.document.get("signInSessionsValidFromDateTime")),
    )


def _instant(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
    return moment.astimezone(UTC) if moment and moment.tzinfo else None
