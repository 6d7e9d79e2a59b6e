from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from random import Random

from doorward.model.access import AccessRequest
from doorward.model.ids import ApplicationId
from doorward.policy.compiled import CompiledApplication
from doorward.policy.evaluate import evaluate
from doorward.policy.replay import Decided, Effect, replay
from tests.fakes.clock import START
from tests.policy.generated import Generator
from tests.policy.said import HELLO, compiled, person, policy

STAFF = {HELLO: compiled(policy("allow", "group:staff", name="staff"))}
BOARD = {HELLO: compiled(policy("allow", "group:board", name="board"))}


def asked(name: str, *groups: str, minute: int = 0, allowed: bool = True) -> Decided:
    request = person(f"{name}@corp.com", *groups)
    at = START + timedelta(minutes=minute)
    return Decided(who=f"{name}@corp.com", request=replace(request, at=at, path="/x"), allowed=allowed)


def test_those_who_gain_and_those_who_lose_are_named_once_with_their_requests() -> None:
    log = [
        asked("ada", "staff"),
        asked("ada", "staff", minute=5),
        asked("bob", "board", allowed=False),
        asked("carl", "staff", "board"),
        asked("dora", allowed=False),
    ]
    found = replay(log, in_force=STAFF, draft=BOARD)
    assert (found.requests, found.unrepeatable) == (5, 0)
    assert [(d.who, d.effect, d.requests) for d in found.differences] == [
        ("bob@corp.com", Effect.GAIN, 1),
        ("ada@corp.com", Effect.LOSE, 2),
    ]
    ada = found.differences[1]
    assert (ada.first, ada.last) == (START, START + timedelta(minutes=5))
    assert ada.after is not None
    assert not ada.after.allowed


def test_the_same_rules_change_nothing_for_anybody() -> None:
    assert replay([asked("ada", "staff")], in_force=STAFF, draft=STAFF).differences == []


def test_what_was_decided_by_facts_that_are_gone_is_counted_and_not_called_a_change() -> None:
    found = replay([asked("ada", allowed=True)], in_force=STAFF, draft=STAFF)
    assert (found.unrepeatable, found.differences) == (1, [])


def test_the_draft_judges_the_request_as_it_sees_it_itself() -> None:
    now_on_the_board = person("ada@corp.com", "board")
    found = replay([replace(asked("ada"), drafted=now_on_the_board)], in_force=BOARD, draft=BOARD)
    assert [(d.who, d.effect) for d in found.differences] == [("ada@corp.com", Effect.GAIN)]


def test_first_and_last_go_by_time_and_not_by_when_a_stream_ended() -> None:
    log = [asked("ada", "staff", minute=minute) for minute in (7, 3, 5)]
    [found] = replay(log, in_force=STAFF, draft=BOARD).differences
    assert (found.first, found.last) == (START + timedelta(minutes=3), START + timedelta(minutes=7))


def test_taking_an_application_away_takes_it_from_everybody() -> None:
    found = replay([asked("ada", "staff")], in_force=STAFF, draft={})
    assert [(d.who, d.effect) for d in found.differences] == [("ada@corp.com", Effect.LOSE)]


def test_a_new_application_had_no_requests_to_judge_and_old_ones_gain() -> None:
    found = replay([asked("ada", "staff", allowed=False)], in_force={}, draft=STAFF)
    assert [(d.who, d.effect) for d in found.differences] == [("ada@corp.com", Effect.GAIN)]


def test_a_week_of_generated_traffic_names_exactly_those_who_gain_and_lose() -> None:
    generator = Generator(Random(11))
    before = {f"app-{n}": generator.rule_set(f"app-{n}").compiled for n in range(20)}
    after = {f"app-{n}": generator.rule_set(f"app-{n}").compiled for n in range(20)}
    requests = [generator.request(ApplicationId(f"app-{n % 20}")) for n in range(3_000)]
    log = [
        Decided(who=who(request), request=request, allowed=allows(before, request)) for request in requests
    ]
    expected = {
        (who(request), request.application, allows(after, request))
        for request in requests
        if allows(before, request) != allows(after, request)
    }
    found = replay(log, in_force=by_id(before), draft=by_id(after))
    named = {(d.who, d.application, d.effect is Effect.GAIN) for d in found.differences}
    assert named == expected
    assert len(expected) > 20


def who(request: AccessRequest) -> str:
    if request.identity is not None:
        return f"{request.identity.email} {sorted(request.identity.groups)} {request.source}"
    return request.service_token or str(request.source)


def allows(rules: Mapping[str, CompiledApplication], request: AccessRequest) -> bool:
    return evaluate(rules[request.application], request).allowed


def by_id(rules: Mapping[str, CompiledApplication]) -> Mapping[ApplicationId, CompiledApplication]:
    return {ApplicationId(name): compiled for name, compiled in rules.items()}
