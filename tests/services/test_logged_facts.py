from __future__ import annotations

import asyncio
from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from doorward.audit.acts import ActName
from doorward.model.ids import GrantId, SessionId
from doorward.model.report import Whom
from doorward.model.session import Session
from doorward.services.audited.facts import AuditedFacts
from doorward.services.audited.grants import AuditedGrants
from doorward.services.logged_facts import History, LoggedFacts, Since
from tests.fakes.clock import START
from tests.fakes.grants import FakeGrants
from tests.fakes.reports import FakeFacts
from tests.fakes.stores import FakeSessions
from tests.ports.test_facts import ADA as ADA_REPORTED
from tests.ports.test_facts import report
from tests.ports.test_grants import ASKED
from tests.services.logged import DAY, HOUR, Log
from tests.services.sample import ADA, person

MINUTE = timedelta(minutes=1)
S1 = SessionId("s1")


def known_of(log: Log, *, since: datetime = START) -> LoggedFacts:
    known = LoggedFacts(since)
    for act in log.acts():
        known.learn(act)
    return known


def session_at(known: LoggedFacts, moment: datetime) -> Session | None:
    known.moment = moment
    return known.session(S1)


def groups_at(known: LoggedFacts, moment: datetime) -> list[str]:
    session = session_at(known, moment)
    return sorted(session.identity.groups) if session is not None else []


def values_at(known: LoggedFacts, moment: datetime) -> list[tuple[str, str]]:
    return [(report.source, report.value) for report in known.reports_of(ADA_REPORTED, moment)]


def test_a_person_is_at_each_moment_who_the_last_entry_before_it_says() -> None:
    log = Log()
    session = log.signs_in(ADA, "s1")
    log.changes(replace(session, identity=person("ada", "sales")), at=START + HOUR)
    known = known_of(log)
    assert groups_at(known, START) == groups_at(known, START + HOUR - MINUTE) == ["engineers"]
    assert groups_at(known, START + HOUR) == ["sales"]
    assert session_at(known, START - MINUTE) is None


def test_authentication_contexts_keep_the_instant_of_each() -> None:
    log = Log()
    session = log.signs_in(ADA, "s1")
    log.changes(replace(session, contexts={"c1": START + HOUR}), at=START + HOUR)
    found = session_at(known_of(log), START + 2 * HOUR)
    assert found is not None
    assert found.contexts == {"c1": START + HOUR}
    assert found.identity.contexts == frozenset()


def test_of_before_the_first_request_only_what_still_lived_is_kept() -> None:
    log = Log()
    log.signs_in(person("old", "engineers"), "s0", at=START - 3 * DAY, lasts=DAY)
    ended = log.signs_in(person("ended", "engineers"), "s2", at=START - DAY)
    sessions = [{"session": ended.id, "email": ended.identity.email}]
    log.act(ActName.SESSIONS_ENDED, START - HOUR, sessions=sessions, why="")
    mine = log.signs_in(ADA, "s1", at=START - DAY)
    log.changes(replace(mine, identity=person("ada", "sales")), at=START - HOUR)
    known = known_of(log)
    assert groups_at(known, START) == ["sales"]
    assert [known.session(SessionId(name)) for name in ("s0", "s2")] == [None, None]


def test_what_did_not_take_effect_is_forgotten_again() -> None:
    log = Log()
    session = log.signs_in(ADA, "s1")
    undone = log.changes(replace(session, identity=person("ada", "sales")), at=START + HOUR)
    log.act(ActName.NOT_DONE, START + HOUR, sequence=undone, act="facts-changed", problem="gone")
    assert groups_at(known_of(log), START + 2 * HOUR) == ["engineers"]
    assert groups_at(known_of(log, since=START + 2 * HOUR), START + 2 * HOUR) == ["engineers"]


def test_an_act_that_cannot_be_read_teaches_nothing() -> None:
    log = Log()
    log.signs_in(ADA, "s1")
    log.act(ActName.FACTS_CHANGED, START + MINUTE, session="s1", subject="ada")
    log.act(ActName.FACTS_REPORTED, START + MINUTE, reports=[{"kind": "planet"}])
    log.act(ActName.GRANT_ASKED, START + MINUTE)
    log.act(ActName.FACTS_WITHDRAWN, START + MINUTE, kind="person")
    assert groups_at(known_of(log), START + HOUR) == ["engineers"]


def test_a_grant_counts_from_when_it_was_given_until_it_is_taken_back() -> None:
    async def written() -> Log:
        log, sessions = Log(), FakeSessions()
        await sessions.create(log.signs_in(ADA, "s1"), secret_hash="cookie")
        grants = AuditedGrants(FakeGrants(sessions), log)
        await grants.add(replace(ASKED, session=S1))
        log.now = START + HOUR
        given = await grants.save((await grants.get(ASKED.id)).given(until=START + 9 * HOUR))
        log.now = START + 3 * HOUR
        await grants.save(given.closed_at(log.now, by="boss@example.com"))
        return log

    known = known_of(asyncio.run(written()))

    def gives(hours: int) -> dict[GrantId, bool]:
        known.moment = START + hours * HOUR
        return {grant.id: grant.gives(known.moment) for grant in known.grants_of(S1)}

    assert [gives(hours).get(ASKED.id) for hours in (0, 1, 2, 3)] == [False, True, True, False]


def test_reports_count_from_when_they_came_until_they_expire_are_replaced_or_withdrawn() -> None:
    async def written() -> Log:
        log = Log()
        facts = AuditedFacts(FakeFacts(), log)
        await facts.put([report(value="pass"), report(value="fail", source="script")], most=10)
        log.now = START + 10 * MINUTE
        await facts.put([replace(report(value="late"), expires=START + 2 * HOUR)], most=10)
        log.now = START + 20 * MINUTE
        await facts.expire(ADA_REPORTED, source="script", now=log.now)
        await facts.expire(Whom.session(S1), names=["encrypted"], now=log.now)
        return log

    known = known_of(asyncio.run(written()))
    assert values_at(known, START) == [("mdm", "pass"), ("script", "fail")]
    assert values_at(known, START + 10 * MINUTE) == [("script", "fail"), ("mdm", "late")]
    assert values_at(known, START + 20 * MINUTE) == [("mdm", "late")]
    assert values_at(known, START + 2 * HOUR) == []


@given(
    st.lists(st.integers(0, 50), min_size=1, max_size=20).map(sorted),
    st.integers(0, 50),
    st.integers(0, 50),
)
def test_a_history_says_the_same_whatever_it_has_forgotten(
    hours: list[int], keep_from: int, asked: int
) -> None:
    history = History[int]()
    for number, hour in enumerate(hours):
        history.add(Since(START + hour * HOUR, number, number), keep_from=START + keep_from * HOUR)
    expected = [number for number, hour in enumerate(hours) if hour <= asked]
    found = history.at(START + asked * HOUR)
    if asked >= keep_from:
        assert found == (expected[-1] if expected else None)
    else:
        assert found is None or found == expected[-1]
