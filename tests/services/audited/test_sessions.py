from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from doorward.audit.acts import ActName
from doorward.model.errors import Conflict, Unavailable
from doorward.model.ids import SessionId
from doorward.services.audited.sessions import AuditedSessions, session_facts
from tests.fakes.audit import FakeAuditLog
from tests.fakes.clock import START
from tests.fakes.stores import FakeSessions
from tests.nouns import foothold, session
from tests.services.audited.worlds import audited_world
from tests.services.sample import ADA, ask
from tests.services.signing_in import enter, signed_in


def audited() -> tuple[AuditedSessions, FakeAuditLog, FakeSessions]:
    audit, inner = FakeAuditLog(), FakeSessions()
    return AuditedSessions(inner, audit), audit, inner


def test_a_sign_in_is_recorded_with_every_fact_about_the_person() -> None:
    async def run() -> None:
        sessions, audit, _ = audited()
        given = replace(
            session(),
            identity=replace(
                session().identity,
                groups=frozenset({"b", "a"}),
                claims=frozenset({("amr", "mfa")}),
                roles=frozenset({"admin"}),
                upn="ada@corp",
            ),
            contexts={"c1": START},
        )
        await sessions.create(given, secret_hash="hash-of-the-secret", refresh_token="refresh")
        facts = audit.last(ActName.SIGNED_IN)
        assert (facts["session"], facts["email"], facts["subject"]) == (
            "s1",
            "ada@example.com",
            "ada@example.com",
        )
        assert (facts["groups"], facts["roles"], facts["claims"]) == (["a", "b"], ["admin"], [["amr", "mfa"]])
        assert (facts["upn"], facts["contexts"]) == ("ada@corp", {"c1": "2026-03-01T12:00:00.000Z"})
        assert (facts["source"], facts["identity_provider"]) == ("192.0.2.1", "people")
        assert "hash-of-the-secret" not in str(audit.acts)
        assert "refresh" not in str(audit.acts)

    asyncio.run(run())


def test_a_sign_in_that_cannot_be_recorded_makes_no_session() -> None:
    async def run() -> None:
        sessions, audit, inner = audited()
        audit.full = True
        with pytest.raises(Unavailable, match="nothing was changed"):
            await sessions.create(session(), secret_hash="h")
        assert await inner.listed(now=START) == []

    asyncio.run(run())


def test_changed_facts_are_recorded_and_the_same_facts_again_are_not() -> None:
    async def run() -> None:
        sessions, audit, _ = audited()
        await sessions.create(session(), secret_hash="h")
        await sessions.update(replace(session(), checked=START + timedelta(hours=1)))
        assert audit.names == [ActName.SIGNED_IN]
        fresh = replace(session(), identity=replace(session().identity, groups=frozenset({"sales"})))
        assert await sessions.update(fresh)
        assert audit.last(ActName.FACTS_CHANGED) == session_facts(fresh)
        assert await sessions.update(replace(fresh, contexts={"c1": START}))
        assert audit.last(ActName.FACTS_CHANGED)["contexts"] == {"c1": "2026-03-01T12:00:00.000Z"}
        assert len(audit.acts) == 3

    asyncio.run(run())


def test_facts_of_a_session_that_is_not_there_are_neither_changed_nor_recorded() -> None:
    async def run() -> None:
        sessions, audit, _ = audited()
        assert not await sessions.update(session())
        assert audit.acts == []

    asyncio.run(run())


def test_changed_facts_that_cannot_be_recorded_stay_as_they_were() -> None:
    async def run() -> None:
        sessions, audit, inner = audited()
        await sessions.create(session(), secret_hash="h")
        audit.full = True
        with pytest.raises(Unavailable):
            await sessions.update(
                replace(session(), identity=replace(session().identity, groups=frozenset()))
            )
        assert (await inner.get(SessionId("s1"))).identity.groups == {"staff"}

    asyncio.run(run())


def test_ending_sessions_is_one_act_that_names_the_people() -> None:
    async def run() -> None:
        sessions, audit, _ = audited()
        await sessions.create(session("s1"), secret_hash="h1")
        await sessions.create(session("s2", email="bob@example.com"), secret_hash="h2")
        ended = await sessions.revoke([SessionId("s1"), SessionId("s2")], now=START, why="Enough.")
        assert len(ended) == 2
        assert audit.last(ActName.SESSIONS_ENDED) == {
            "sessions": [
                {"session": "s1", "email": "ada@example.com"},
                {"session": "s2", "email": "bob@example.com"},
            ],
            "why": "Enough.",
        }
        assert await sessions.revoke([], now=START) == []
        assert len(audit.acts) == 3

    asyncio.run(run())


def test_an_act_that_the_store_refuses_is_recorded_as_not_done() -> None:
    async def run() -> None:
        sessions, audit, _ = audited()
        await sessions.create(session(), secret_hash="h")
        with pytest.raises(Conflict):
            await sessions.create(session(), secret_hash="h")
        assert audit.names == [ActName.SIGNED_IN, ActName.SIGNED_IN, ActName.NOT_DONE]

    asyncio.run(run())


def test_reading_and_what_goes_on_are_no_acts() -> None:
    async def run() -> Sequence[object]:
        sessions, audit, _ = audited()
        await sessions.create(session(), secret_hash="h", refresh_token="r")
        audit.full = True
        await sessions.create_foothold(foothold(), secret_hash="f")
        await sessions.keep_refresh_token(SessionId("s1"), "r2")
        found: list[object] = [
            (await sessions.get(SessionId("s1"))).id,
            (await sessions.by_secret("h")).id,
            [s.id for s in await sessions.listed(now=START)],
            [s.id for s in await sessions.of_provider(session().identity.identity_provider, now=START)],
            await sessions.people([SessionId("s1")]),
            await sessions.refresh_token(SessionId("s1")),
            (await sessions.foothold("f"))[1].id,
            await sessions.applications_of(SessionId("s1")),
            await sessions.changed_since(START),
            await sessions.revoked_since(START),
            await sessions.remove_ended(before=START + timedelta(days=1)),
        ]
        return found

    assert asyncio.run(run()) == [
        "s1", "s1", ["s1"], ["s1"], {"s1": "ada@example.com"}, "r2", "s1", ["hello"], {}, [], 1,
    ]  # fmt: skip


def test_while_nothing_can_be_recorded_who_is_signed_in_goes_on_and_nobody_else_comes_in() -> None:
    world, audit, _ = audited_world()
    asyncio.run(world.begin())
    cookies = enter(world, ADA)

    async def run() -> None:
        session_of_ada = (await world.sessions.listed())[0].id
        audit.full = True
        with pytest.raises(Unavailable, match="nothing was changed"):
            await signed_in(world)
        with pytest.raises(Unavailable, match="nothing was changed"):
            await world.sessions.revoke(session_of_ada)
        for question in (ask(cookies=cookies), ask("open.example.com")):
            assert (await world.decider.answer(question)).facts.decision == "allow"
        audit.full = False
        await signed_in(world)
        assert len(await world.sessions.revoke_of(ADA.email)) == 2
        assert (await world.decider.answer(ask(cookies=cookies))).facts.decision == "sign-in"

    asyncio.run(run())
