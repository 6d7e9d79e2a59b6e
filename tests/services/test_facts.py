from __future__ import annotations

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, TypeVar

import pytest

from doorward.model.errors import Conflict, Invalid, NotFound, Unavailable
from doorward.model.ids import SessionId
from doorward.model.policy import Action
from doorward.model.report import Whom
from doorward.model.rule import Selector
from doorward.model.session import Session
from doorward.services import facts as module
from doorward.services.facts import Facts
from doorward.services.questions import Answer, Deny, Pass
from tests.fakes.stores import FakeStores
from tests.services.reporting import HOUR, facts_of, given
from tests.services.sample import ADA, BOB, application, ask, configuration, policy
from tests.services.signing_in import enter
from tests.services.test_sessions import stream
from tests.services.world import World

T = TypeVar("T")

EVERYONE = Selector("everyone")
MANAGED = application(
    "hello",
    policy(
        Action.ALLOW,
        EVERYONE,
        require=(Selector("posture", "encrypted=pass"),),
        exclude=(Selector("risk", "high"),),
    ),
)
LOW = ("risk", "low")


def looking_at_facts() -> FakeStores:
    others = configuration().applications[1:]
    return FakeStores(replace(configuration(), applications=(MANAGED, *others)))


@dataclass
class Scene:
    """Ada and Bob are signed in to an application that looks at what is reported of them."""

    world: World = field(default_factory=lambda: World(stores=looking_at_facts()))

    def __post_init__(self) -> None:
        asyncio.run(self.world.begin())
        self.facts: Facts = facts_of(self.world)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run(work)

    def report(self, *what: Any) -> None:
        self.run(self.facts.report(what))

    def session(self, email: str = "ada@example.com") -> Session:
        (found,) = self.run(self.world.sessions.listed(email=email))
        return found

    def answer(self, cookies: dict[str, str]) -> Answer:
        return self.run(self.world.decider.answer(ask("hello.example.com", "/", cookies=cookies)))

    def open_streams(self, *emails: str) -> None:
        self.world.relays.open = [stream(self.session(email).id, name=email) for email in emails]

    @property
    def open(self) -> list[str]:
        return [each.id for each in self.world.relays.open]

    def pass_time(self, by: timedelta) -> None:
        self.world.clock.advance(by)


@pytest.fixture
def scene() -> Scene:
    return Scene()


def good(who: Any = ADA) -> tuple[Any, ...]:
    return given(who), given(who, *LOW)


def test_what_nobody_reported_lets_nobody_in(scene: Scene) -> None:
    cookies = enter(scene.world, ADA)
    assert isinstance(scene.answer(cookies), Deny)
    scene.report(given(ADA))
    assert isinstance(scene.answer(cookies), Deny)  # her risk is still unknown, and could be high
    scene.report(given(ADA, *LOW))
    assert isinstance(scene.answer(cookies), Pass)


def test_a_report_that_turns_bad_refuses_the_next_request_and_cuts_what_is_open(scene: Scene) -> None:
    ada, bob = enter(scene.world, ADA), enter(scene.world, BOB)
    scene.report(*good(ADA), *good(BOB))
    scene.open_streams("ada@example.com", "bob@example.com")
    before = scene.world.publisher.version
    scene.pass_time(timedelta(seconds=10))
    scene.report(given(ADA, "risk", "high"))
    assert scene.open == ["bob@example.com"]
    assert isinstance(scene.answer(ada), Deny)
    assert scene.session().changed == scene.world.clock.now()
    assert scene.world.publisher.version != before
    assert isinstance(scene.answer(bob), Pass)


def test_a_change_that_still_lets_in_renews_the_token_and_disturbs_nobody(scene: Scene) -> None:
    cookies = enter(scene.world, ADA)
    scene.report(*good())
    scene.open_streams("ada@example.com")
    session = scene.session()
    scene.pass_time(timedelta(seconds=10))
    scene.report(given(ADA, "risk", "medium"))
    assert scene.open == ["ada@example.com"]
    assert scene.session().id == session.id
    answer = scene.answer(cookies)
    assert isinstance(answer, Pass)
    assert len(answer.cookies) == 1


def test_a_fact_that_no_policy_looks_at_disturbs_nobody(scene: Scene) -> None:
    enter(scene.world, ADA)
    before = scene.world.publisher.version
    scene.report(given(ADA, "screen-lock", "fail"))
    assert (scene.session().changed, scene.world.publisher.version) == (None, before)


def test_the_same_again_for_longer_disturbs_nobody_and_for_shorter_does(scene: Scene) -> None:
    enter(scene.world, ADA)
    scene.report(*good())
    changed = scene.session().changed
    scene.pass_time(timedelta(seconds=10))
    scene.report(*good())
    assert scene.session().changed == changed
    scene.report(given(ADA, lasts=timedelta(minutes=5)))
    assert scene.session().changed == scene.world.clock.now()


def test_where_no_policy_looks_at_facts_none_are_read() -> None:
    world = World()
    asyncio.run(world.begin())
    cookies = enter(world, ADA)
    assert isinstance(asyncio.run(world.decider.answer(ask(cookies=cookies))), Pass)
    assert world.stores.facts.reads == 0


def test_a_token_does_not_outlive_what_it_says_of_a_fact(scene: Scene) -> None:
    cookies = enter(scene.world, ADA)
    scene.report(given(ADA, lasts=timedelta(minutes=5)), given(ADA, *LOW))
    answer = scene.answer(cookies)
    assert isinstance(answer, Pass)
    claims = scene.world.tokens.verify(answer.headers["cf-access-jwt-assertion"])
    assert claims["exp"] - claims["iat"] == 5 * 60 - 1


def test_a_fact_of_one_session_counts_in_that_session_only(scene: Scene) -> None:
    laptop = enter(scene.world, ADA)
    session = scene.session().id
    phone = enter(scene.world, ADA)
    scene.report(given(ADA, *LOW), given(session))
    assert isinstance(scene.answer(laptop), Pass)
    assert isinstance(scene.answer(phone), Deny)


def test_when_a_fact_expires_the_session_is_judged_again(scene: Scene) -> None:
    cookies = enter(scene.world, ADA)
    enter(scene.world, BOB)
    scene.report(*good(), given(BOB, lasts=2 * HOUR), given(BOB, *LOW, lasts=2 * HOUR))
    scene.open_streams("ada@example.com", "bob@example.com")
    assert scene.facts.next_moment() == scene.world.clock.now() + HOUR
    scene.pass_time(HOUR)
    scene.run(scene.facts.come())
    assert scene.open == ["bob@example.com"]
    assert isinstance(scene.answer(cookies), Deny)
    assert scene.facts.next_moment() == scene.world.clock.now() + HOUR


def test_expiry_survives_a_crash_in_the_middle_and_a_new_process(scene: Scene) -> None:
    enter(scene.world, ADA)
    scene.report(*good())
    scene.open_streams("ada@example.com")
    scene.pass_time(HOUR)
    scene.world.stores.faults.error = Unavailable("the disk is full")
    with pytest.raises(Unavailable):
        scene.run(scene.facts.come())
    scene.world.stores.faults.error = None
    again = facts_of(scene.world)
    scene.run(again.begin())
    assert again.next_moment() == scene.world.clock.now()
    scene.run(again.come())
    assert scene.open == []
    assert again.next_moment() is None


def test_a_report_that_was_cut_short_by_a_crash_leaves_no_token_that_knows_less(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    enter(scene.world, ADA)
    scene.report(*good())
    scene.pass_time(timedelta(minutes=1))

    async def crash(changes: object) -> None:
        raise Unavailable("the process ended")

    monkeypatch.setattr(scene.world.reevaluation, "reports_changed", crash)
    with pytest.raises(Unavailable):
        scene.report(given(ADA, "risk", "high"))
    assert scene.session().changed == scene.world.clock.now()


def test_what_is_withdrawn_is_unknown_at_once(scene: Scene) -> None:
    cookies = enter(scene.world, ADA)
    scene.report(*good())
    scene.open_streams("ada@example.com")
    ended = scene.run(scene.facts.withdraw([Whom.person(ADA)], names=["Encrypted"]))
    assert [report.name for report in ended] == ["encrypted"]
    assert scene.open == []
    assert isinstance(scene.answer(cookies), Deny)
    assert [report.name for report in scene.run(scene.facts.listed())] == ["risk"]
    assert scene.run(scene.facts.withdraw([Whom.person(ADA)], source="somebody else")) == []


def test_sources_that_contradict_each_other_leave_it_unknown(scene: Scene) -> None:
    cookies = enter(scene.world, ADA)
    scene.report(*good())
    scene.report(given(ADA, "encrypted", "fail", source="agent"))
    assert isinstance(scene.answer(cookies), Deny)
    scene.run(scene.facts.withdraw([Whom.person(ADA)], source="agent"))
    assert isinstance(scene.answer(cookies), Pass)


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"name": "Not a name"}, r"facts\[1\]\.name: .* is not the name of a fact"),
        ({"value": ""}, r"facts\[1\]\.value: the value of encrypted"),
        ({"value": "x" * 257}, "1-256 printable"),
        ({"value": "a\nb"}, "1-256 printable"),
        ({"name": "risk", "value": "severe"}, "use one of none, low, medium, high"),
        ({"source": " "}, r"facts\[1\]\.source"),
        ({"source": "x" * 65}, r"facts\[1\]\.source"),
        ({"lasts": timedelta()}, "from 1s to 30d"),
        ({"lasts": timedelta(days=31)}, "from 1s to 30d"),
    ],
)
def test_a_malformed_report_is_refused_and_nothing_is_kept(
    scene: Scene, changes: dict[str, Any], problem: str
) -> None:
    with pytest.raises(Invalid, match=problem):
        scene.report(given(ADA, "other"), replace(given(ADA), **changes))
    assert scene.run(scene.facts.listed()) == []


def test_too_many_of_one_person_and_too_many_at_once_are_refused(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(Conflict, match="at most 100"):
        scene.report(*(given(ADA, f"fact-{number}") for number in range(101)))
    monkeypatch.setattr(module, "MOST_AT_ONCE", 1)
    with pytest.raises(Invalid, match="at most 1 can be reported"):
        scene.report(*good())
    assert scene.run(scene.facts.listed()) == []


def test_many_people_are_touched_by_one_report(scene: Scene) -> None:
    crowd = [replace(ADA, subject=f"p{n}", email=f"p{n}@example.com") for n in range(module.FEW + 5)]
    for who in crowd:
        enter(scene.world, who)
    scene.report(*(given(who) for who in crowd))
    now = scene.world.clock.now()
    assert {session.changed for session in scene.run(scene.world.sessions.listed())} == {now}


def test_people_are_known_by_their_session_or_their_account(scene: Scene) -> None:
    eve = replace(ADA, subject="eve", email="eve@example.com")
    enter(scene.world, eve)
    assert scene.run(scene.facts.people("Eve@example.com")) == [(Whom.person(eve), "eve@example.com")]
    assert scene.run(scene.facts.people("bob@example.com")) == [(Whom.person(BOB), "bob@example.com")]
    with pytest.raises(NotFound, match=r"nobody is signed in as zoe@example\.com"):
        scene.run(scene.facts.people("zoe@example.com"))
    assert scene.facts.person("staff", "zoe") == (Whom.person(replace(ADA, subject="zoe")), "")
    with pytest.raises(NotFound, match="no identity provider"):
        scene.facts.person("elsewhere", "zoe")


def test_a_session_is_named_while_it_lives(scene: Scene) -> None:
    enter(scene.world, ADA)
    session = scene.session()
    assert scene.run(scene.facts.session(session.id)) == (Whom.session(session.id), "ada@example.com")
    scene.report(given(session.id))
    scene.run(scene.world.sessions.revoke(session.id))
    for gone in (session.id, "nothing"):
        with pytest.raises(NotFound):
            scene.run(scene.facts.session(gone))
    scene.report(given(session.id, "encrypted", "fail"), given(SessionId("nothing")))


def test_of_one_person_their_own_and_their_sessions_facts_are_listed(scene: Scene) -> None:
    enter(scene.world, ADA)
    scene.report(given(ADA), given(scene.session().id, "firewall"), given(BOB))
    listed = scene.run(scene.facts.listed(email="ada@example.com"))
    assert sorted(report.name for report in listed) == ["encrypted", "firewall"]
    assert len(scene.run(scene.facts.listed())) == 3
