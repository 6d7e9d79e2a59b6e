from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from pathlib import Path
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from doorward.audit.entries import Entry
from doorward.audit_files.reading import entries
from doorward.audit_files.segments import segment_files
from doorward.model.configuration import Configuration
from doorward.model.external_evaluation import ExternalEvaluation
from doorward.model.ids import ExternalEvaluationId, ListId
from doorward.model.named_list import ListKind, NamedList
from doorward.model.policy import Action
from doorward.model.rule import Selector
from doorward.model.session import Session
from doorward.policy.replay import Effect, LeftOut, Replay
from doorward.services.current import InForce
from doorward.services.logged_requests import NOT_SIGNED_IN
from doorward.services.replays import replay_log
from tests.fakes.clock import START
from tests.services.logged import DAY, HOUR, Log, in_force
from tests.services.sample import ADA, STAFF, application, configuration, person, policy

WEEK = 7 * DAY
NOW = START + WEEK


def with_rules(**groups: str) -> Configuration:
    """Applications, each open to one group; ``ci`` may come into all of them."""
    machines = policy(Action.SERVICE_AUTH, Selector("service_token", "ci"), name="machines")
    return replace(
        configuration(),
        applications=tuple(
            application(
                name, machines, policy(Action.ALLOW, Selector("group", group, STAFF), name=f"open-to-{group}")
            )
            for name, group in groups.items()
        ),
    )


PRESENT = with_rules(hello="engineers", wiki="sales", mail="engineers")
DRAFT = with_rules(hello="designers", wiki="sales", shop="sales")
"""Another group in one application, one left alone, one gone, one new."""
BEFORE: Mapping[str, str] = {"hello": "engineers", "wiki": "sales", "mail": "engineers"}
AFTER: Mapping[str, str] = {"hello": "designers", "wiki": "sales"}


def replayed(
    log: Log | Iterable[Entry],
    *,
    draft: Configuration = DRAFT,
    present: Configuration = PRESENT,
    since: datetime = START,
) -> Replay:
    found = log.entries() if isinstance(log, Log) else log
    now = in_force(present)
    after = InForce.of(draft, 1, before=now)
    return replay_log(found, since=since, in_force=now, draft=after)


def named(found: Replay) -> set[tuple[str, str, str]]:
    return {(each.who, each.effect.value, each.application) for each in found.differences}


@dataclass
class Traffic:
    """People who come and go for a fortnight while their groups change, and what must come of it."""

    random: Random
    log: Log = field(default_factory=Log)
    expected: set[tuple[str, str, str]] = field(default_factory=set)
    requests: int = 0
    differing: int = 0
    _streams: list[tuple[datetime, Callable[[], None]]] = field(default_factory=list)
    _open: list[tuple[Session, dict[str, frozenset[str]]]] = field(default_factory=list)

    def run(self, *, people: int, steps: int) -> None:
        """The first week is before what is asked about; its sign-ins count all the same."""
        names = [f"p{number}" for number in range(people)]
        for step in range(steps):
            at = START - WEEK + step * (2 * WEEK / steps)
            self._end_streams(at)
            self._step(self.random.choice(names), step, at)
        self._end_streams(NOW + DAY)

    def _end_streams(self, now: datetime) -> None:
        while self._streams and self._streams[0][0] <= now:
            _, ends = self._streams.pop(0)
            ends()

    def _groups(self) -> frozenset[str]:
        groups = ("engineers", "designers", "sales", "board")
        return frozenset(group for group in groups if self.random.random() < 0.4)

    def _step(self, name: str, step: int, at: datetime) -> None:
        mine = [each for each in self._open if each[0].identity.name == name]
        does = self.random.random()
        if not mine or does < 0.1:
            session = self.log.signs_in(person(name, *self._groups()), f"s{step}", at=at)
            self._open.append((session, {"now": session.identity.groups}))
        elif does < 0.2:
            session, now = self.random.choice(mine)
            now["now"] = self._groups()
            changed = replace(session, identity=replace(session.identity, groups=now["now"]))
            self.log.changes(changed, at=at)
        elif does < 0.9:
            session, now = self.random.choice(mine)
            self._ask(session, now["now"], self.random.choice([*BEFORE]), at, late=does > 0.85)
        elif does < 0.95:
            self.log.asks(None, at=at, allowed=True, service_token="ci", application="hello")
            self.requests += at >= START
        else:
            self.log.asks(None, at=at, allowed=False, application="hello")
            self.requests += at >= START

    def _ask(self, session: Session, groups: frozenset[str], app: str, at: datetime, *, late: bool) -> None:
        """A late one is a stream that ends, and is written, when the person has other groups by now."""
        before, after = BEFORE[app] in groups, AFTER.get(app) in groups
        ends = at + timedelta(hours=20)

        def asks() -> None:
            self.log.asks(
                session, at=at, ends=ends if late else at, allowed=before, application=app, path=f"/{app}"
            )

        if late:
            self._streams.append((ends, asks))
        else:
            asks()
        if at < START:
            return
        self.requests += 1
        if before != after:
            self.differing += 1
            self.expected.add((session.identity.email, "gain" if after else "lose", app))


def test_replay_of_a_week_of_traffic_names_exactly_the_people_who_gain_and_lose(tmp_path: Path) -> None:
    traffic = Traffic(Random(7))
    traffic.run(people=40, steps=3_000)
    traffic.log.write(tmp_path)
    assert len(segment_files(tmp_path)) > 5
    found = replayed(entries(tmp_path, START, all_acts=True))
    # The machine goes on in ``hello``; nobody asked ``shop`` yet.
    assert named(found) == traffic.expected
    assert found.requests == traffic.requests
    assert sum(each.requests for each in found.differences) == traffic.differing
    assert (found.unrepeatable, found.left_out) == (0, {})
    effects = [effect for _, effect, _ in traffic.expected]
    assert effects.count("gain") > 10
    assert effects.count("lose") > 10


@settings(max_examples=25, deadline=None)
@given(st.integers(), st.integers(1, 6))
def test_whatever_people_did_exactly_those_are_named_and_the_same_rules_name_nobody(
    seed: int, people: int
) -> None:
    traffic = Traffic(Random(seed))
    traffic.run(people=people, steps=60)
    found = replayed(traffic.log)
    assert (named(found), found.unrepeatable) == (traffic.expected, 0)
    same = replayed(traffic.log, draft=PRESENT)
    assert (same.differences, same.unrepeatable, same.requests) == ([], 0, traffic.requests)


def test_a_difference_says_how_often_when_where_last_and_why_before_and_after() -> None:
    log = Log()
    ada = log.signs_in(ADA, "s1")
    log.asks(ada, at=START + 2 * HOUR, ends=START + 9 * HOUR, allowed=True, path="/stream")
    for hour in (1, 5):
        log.asks(ada, at=START + hour * HOUR, allowed=True, path=f"/{hour}")
    [found] = replayed(log).differences
    assert (found.who, found.effect, found.requests) == ("ada@example.com", Effect.LOSE, 3)
    assert (found.first, found.last, found.path) == (START + HOUR, START + 5 * HOUR, "/5")
    assert found.before is not None
    assert found.after is not None
    assert found.before.policy == "open-to-engineers"
    assert [str(reason) for reason in found.after.reasons] == ["no-policy-matched", "not-included"]


def test_people_of_whom_nobody_asked_who_they_are_are_one() -> None:
    log = Log()
    for number in range(3):
        log.asks(None, at=START, allowed=True, application="open", source=f"192.0.2.{number}")
    found = replayed(log, present=configuration(), draft=PRESENT)
    assert named(found) == {(NOT_SIGNED_IN, "lose", "open")}
    assert found.differences[0].requests == 3


def test_lists_that_a_draft_changes_count_where_the_policies_are_the_same() -> None:
    def listing(*emails: str) -> Configuration:
        friends = NamedList(id=ListId("friends"), kind=ListKind.EMAIL, items=emails)
        hello = application("hello", policy(Action.ALLOW, Selector("email_list", "friends"), name="friends"))
        return replace(configuration(), lists=(friends,), applications=(hello,))

    log = Log()
    log.asks(log.signs_in(ADA, "s1"), at=START, allowed=True)
    log.asks(log.signs_in(person("bob"), "s2"), at=START, allowed=False)
    found = replayed(log, present=listing("ada@example.com"), draft=listing("bob@example.com"))
    assert named(found) == {("ada@example.com", "lose", "hello"), ("bob@example.com", "gain", "hello")}


def test_what_cannot_be_judged_again_is_counted_by_why() -> None:
    log, elsewhere = Log(), Log()
    log.asks(elsewhere.signs_in(ADA, "s9"), at=START, allowed=True)
    log.asks(None, at=START, allowed=False, reason="credentials-refused")
    log.asks(None, at=START, allowed=False, application="forgotten")
    log.asks(None, at=START, allowed=False, application="(doorward)", decision=None, reason=None)
    found = replayed(log)
    assert (found.requests, found.differences) == (0, [])
    assert found.left_out == {
        LeftOut.PERSON_UNKNOWN: 1,
        LeftOut.NOT_BY_POLICIES: 1,
        LeftOut.APPLICATION_GONE: 1,
    }


def test_what_was_decided_by_other_rules_is_counted_and_not_called_a_change() -> None:
    log = Log()
    log.asks(log.signs_in(person("bob", "sales"), "s1"), at=START, allowed=True)
    found = replayed(log, draft=PRESENT)
    assert (found.unrepeatable, found.differences) == (1, [])


def test_an_evaluators_answer_is_unknown_and_lets_nobody_in() -> None:
    asked = ExternalEvaluation(
        id=ExternalEvaluationId("hr"),
        url="https://hr.example.com/ask",
        keys_url="https://hr.example.com/keys",
    )
    hello = application("hello", policy(Action.ALLOW, Selector("external_evaluation", "hr"), name="asks-hr"))
    draft = replace(configuration(), external_evaluations=(asked,), applications=(hello,))
    log = Log()
    log.asks(log.signs_in(ADA, "s1"), at=START, allowed=True)
    found = replayed(log, draft=draft)
    assert (found.unevaluated, named(found)) == (1, {("ada@example.com", "lose", "hello")})
