"""Delta queries: what changed since last time. A token stands for how things were.

Changes are found by comparing, so that whoever changes the directory need not tell.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from starlette.responses import JSONResponse, Response

from doorward.sample.entra.delta_state import Entry, Position, Question, Remembered, keep
from doorward.sample.entra.graph.answers import GraphError, bad_request, link, metadata
from doorward.sample.entra.graph.call import Call
from doorward.sample.entra.graph.objects import GROUP_USUAL, USER_USUAL, group_item, user_item
from doorward.sample.entra.graph.odata import chosen, ids_in_filter
from doorward.sample.entra.graph.users import require

PAGE = 100
MEMBERS_AT_ONCE = 100


def users_delta(call: Call) -> Response:
    """``/users/delta``."""
    require(call, "users delta")
    return _answer(call, "users")


def groups_delta(call: Call) -> Response:
    """``/groups/delta``, with the direct members that came and went."""
    require(call, "groups")
    return _answer(call, "groups")


def _answer(call: Call, noun: str) -> Response:
    if any(call.option(name) for name in ("top", "orderby", "expand", "search")):
        raise bad_request("A delta query takes neither $top nor $orderby, $expand or $search.")
    position = _position(call, noun)
    shown, rest = position.entries[:PAGE], position.entries[PAGE:]
    body: dict[str, object] = {"@odata.context": metadata(call, noun)}
    token, later = call.entra.text(24), replace(position, entries=rest)
    if rest:
        keep(call.entra.deltas.pages, token, later)
        body["@odata.nextLink"] = link(call, "skiptoken", token, keep=False)
    else:
        keep(call.entra.deltas.rounds, token, later)
        body["@odata.deltaLink"] = link(call, "deltatoken", token, keep=False)
    body["value"] = list(shown)
    return JSONResponse(body)


def _position(call: Call, noun: str) -> Position:
    """Where the request goes on: within a round, with a new one, or from the beginning."""
    page, token = call.option("skiptoken"), call.option("deltatoken")
    if page:
        return _known(call, call.entra.deltas.pages, page, noun)
    if token and token != "latest":
        before = _known(call, call.entra.deltas.rounds, token, noun)
        now = _everything(call, before.question)
        if now == before.now:
            return before
        entries = tuple(_changes(before.question, before.now, now))
        return Position(question=before.question, now=now, entries=entries)
    usual = USER_USUAL if noun == "users" else (*GROUP_USUAL, "members")
    question = Question(noun=noun, select=call.select() or usual, ids=ids_in_filter(call.option("filter")))
    now = _everything(call, question)
    return Position(question=question, now=now, entries=() if token else tuple(_changes(question, {}, now)))


def _known(call: Call, positions: dict[str, Position], token: str, noun: str) -> Position:
    position = positions.get(token)
    if position is None or position.question.noun != noun or call.entra.faults.delta_gone:
        raise GraphError(
            410,
            "syncStateNotFound",
            "Resync is required. Replace any local items with the server's version.",
            {"Location": f"{call.entra.base_url}{call.path}"},
        )
    return position


def _everything(call: Call, question: Question) -> dict[str, Remembered]:
    """How things are now."""
    if question.noun == "users":
        found = {
            one.id: Remembered(chosen(user_item(one), question.select, ()))
            for one in call.tenant.users.values()
        }
    else:
        with_members = "members" in question.select
        found = {
            one.id: Remembered(
                chosen(group_item(one), question.select, ()),
                tuple(_typed(call, one.members)) if with_members else (),
            )
            for one in call.tenant.all_groups()
        }
    return {id: one for id, one in found.items() if not question.ids or id in question.ids}


def _changes(
    question: Question, before: dict[str, Remembered], now: dict[str, Remembered]
) -> Iterator[Entry]:
    for id in sorted(before.keys() - now.keys()):
        # A user is in the bin for 30 days first; a security group is gone at once.
        reason = "changed" if question.noun == "users" else "deleted"
        yield {"id": id, "@removed": {"reason": reason}}
    for id, one in now.items():
        old = before.get(id)
        if old != one:
            yield from _entries(one, old or Remembered({}))


def _entries(one: Remembered, old: Remembered) -> Iterator[Entry]:
    """The object with its changed members; an object with many comes several times."""
    changes: list[Entry] = [_member(text) for text in one.members if text not in old.members]
    changes += [
        _member(text) | {"@removed": {"reason": "deleted"}} for text in old.members if text not in one.members
    ]
    entry = dict(one.properties)
    if not changes:
        yield entry
    for start in range(0, len(changes), MEMBERS_AT_ONCE):
        yield entry | {"members@delta": changes[start : start + MEMBERS_AT_ONCE]}


def _typed(call: Call, members: Iterable[str]) -> Iterator[str]:
    """Members that exist, as ``user/ID`` or ``group/ID``: the kind is still told when one is gone."""
    for id in members:
        if id in call.tenant.users:
            yield f"user/{id}"
        elif call.tenant.group(id):
            yield f"group/{id}"


def _member(text: str) -> Entry:
    kind, _, id = text.partition("/")
    return {"@odata.type": f"#microsoft.graph.{kind}", "id": id}
