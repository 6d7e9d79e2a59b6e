from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from doorward.model.errors import Refused
from doorward.model.external_evaluation import ExternalEvaluation
from doorward.model.ids import ExternalEvaluationId
from doorward.model.policy import Action
from doorward.model.rule import Rules, Selector
from doorward.services import external_evaluations as module
from doorward.services.questions import Answer, Deny, Pass
from tests.fakes.stores import FakeStores
from tests.services.reporting import facts_of, given
from tests.services.sample import ADA, STAFF, application, ask, configuration, policy
from tests.services.signing_in import enter
from tests.services.test_sessions import stream
from tests.services.world import World

CHECKS, OTHER = ExternalEvaluationId("checks"), ExternalEvaluationId("other")


def evaluation(name: ExternalEvaluationId, **changes: Any) -> ExternalEvaluation:
    where = f"https://{name}.example.com"
    return replace(ExternalEvaluation(id=name, url=f"{where}/ask", keys_url=f"{where}/keys"), **changes)


def gated(name: str, *evaluations: ExternalEvaluationId) -> Any:
    wanted = tuple(Selector("external_evaluation", each) for each in evaluations)
    people = policy(Action.ALLOW, Selector("group", "engineers", STAFF), require=wanted, name="people")
    machines = policy(Action.SERVICE_AUTH, Selector("any_service_token"), require=wanted, name="machines")
    return application(name, machines, people)


@pytest.fixture
def world() -> World:
    stores = FakeStores(
        replace(
            configuration(),
            applications=(gated("hello", CHECKS), gated("both", CHECKS, OTHER), gated("plain")),
            external_evaluations=(evaluation(CHECKS), evaluation(OTHER, timeout=timedelta(seconds=0.05))),
        )
    )
    world = World(stores=stores)
    asyncio.run(world.begin())
    world.evaluators.says = {CHECKS: True, OTHER: True}
    return world


def answer(world: World, cookies: dict[str, str], host: str = "hello") -> Answer:
    return asyncio.run(world.decider.answer(ask(f"{host}.example.com", "/", cookies=cookies)))


def entered(world: World, who: Any = ADA, application: str = "hello") -> dict[str, str]:
    """Cookies, and nothing remembered of what evaluators said on the way."""
    cookies = enter(world, who, application=application)
    world.evaluations._kept.clear()  # noqa: SLF001 - as after a restart
    world.evaluators.asked.clear()
    return cookies


def test_the_evaluator_decides_and_its_answer_is_remembered_for_a_while(world: World) -> None:
    cookies = entered(world)
    assert isinstance(answer(world, cookies), Pass)
    world.evaluators.says[CHECKS] = False
    world.clock.advance(timedelta(minutes=4))
    assert isinstance(answer(world, cookies), Pass)
    assert len(world.evaluators.asked) == 1
    world.clock.advance(timedelta(minutes=1))
    assert isinstance(answer(world, cookies), Deny)
    assert len(world.evaluators.asked) == 2


def test_a_token_does_not_outlive_the_answer(world: World) -> None:
    passed = answer(world, entered(world))
    assert isinstance(passed, Pass)
    claims = world.tokens.verify(passed.headers["cf-access-jwt-assertion"])
    assert claims["exp"] - claims["iat"] == 5 * 60 - 1


def test_it_is_not_asked_about_somebody_who_is_refused_anyway(world: World) -> None:
    cookies = entered(world, replace(ADA, groups=frozenset({"sales"})))
    assert isinstance(answer(world, cookies), Deny)
    assert world.evaluators.asked == []
    asyncio.run(world.decider.answer(ask()))  # nobody is signed in
    assert world.evaluators.asked == []


def test_the_question_says_who_asks_for_what_and_is_no_token_for_an_application(world: World) -> None:
    cookies = entered(world, replace(ADA, groups=ADA.groups | {"choir"}))
    asyncio.run(facts_of(world).report([given(replace(ADA), "risk", "low")]))
    answer(world, cookies)
    ((asked, token),) = world.evaluators.asked
    assert asked == CHECKS
    keys = KeySet.import_key_set(json.loads(world.tokens.jwks))
    claims = jwt.decode(token, keys, algorithms=["RS256"]).claims
    assert claims["aud"] == ["https://checks.example.com/ask"]
    assert claims["exp"] - claims["iat"] == 60
    assert len(claims["nonce"]) >= 43
    assert claims["application"] == {"id": "hello", "destinations": ["hello.example.com"]}
    identity = claims["identity"]
    assert claims["sub"] == identity["sub"]
    assert (identity["email"], identity["groups"]) == ("ada@example.com", ["engineers"])
    assert (identity["ip"], identity["idp"]) == ("192.0.2.7", {"id": "staff", "type": "local"})
    assert identity["facts"] == {"risk": "low"}
    with pytest.raises(Refused):
        world.tokens.verify(token)


def test_other_facts_make_another_question(world: World) -> None:
    cookies = entered(world)
    answer(world, cookies)
    asyncio.run(facts_of(world).report([given(ADA, "risk", "low")]))
    answer(world, cookies)
    assert len(world.evaluators.asked) == 2


def test_a_machine_is_asked_about_too(world: World) -> None:
    headers = {"cf-access-client-id": ["ci.access"], "cf-access-client-secret": ["machine-secret"]}
    question = ask("hello.example.com", "/", headers=headers)
    assert isinstance(asyncio.run(world.decider.answer(question)), Pass)
    world.evaluators.says[CHECKS] = False
    world.clock.advance(timedelta(minutes=6))
    assert isinstance(asyncio.run(world.decider.answer(question)), Deny)


def test_silence_lets_nobody_in_and_is_not_broken_by_asking_at_once_again(world: World) -> None:
    del world.evaluators.says[CHECKS]
    cookies = entered(world)
    for _ in range(3):
        refused = answer(world, cookies)
        assert isinstance(refused, Deny)
        assert "unknown-fact" in refused.facts.reason
    assert len(world.evaluators.asked) == 1
    world.evaluators.says[CHECKS] = True
    world.clock.advance(module.PAUSE)
    assert isinstance(answer(world, cookies), Pass)


@pytest.mark.parametrize("part", ["include", "require", "exclude"])
def test_silence_fails_closed_wherever_it_stands_and_makes_a_deny_policy_deny(part: str) -> None:
    selector, everyone = (Selector("external_evaluation", CHECKS),), (Selector("everyone"),)
    rules = {
        "include": Rules(include=selector),
        "require": Rules(include=everyone, require=selector),
        "exclude": Rules(include=everyone, exclude=selector),
    }[part]
    allowing = application("hello", replace(policy(Action.ALLOW), rules=rules))
    denying = application(
        "open",
        replace(policy(Action.DENY, name="d"), rules=rules),
        policy(Action.ALLOW, *everyone, name="a"),
    )
    world = World(
        stores=FakeStores(
            replace(
                configuration(),
                applications=(allowing, denying),
                external_evaluations=(evaluation(CHECKS),),
            )
        )
    )
    asyncio.run(world.begin())
    for name in ("hello", "open"):
        cookies = entered(world, ADA, name)
        assert isinstance(answer(world, cookies, name), Deny)


def test_several_are_asked_at_once_and_a_slow_one_keeps_nobody_else_waiting(world: World) -> None:
    hello, both = entered(world), entered(world, ADA, "both")
    world.evaluators.slow = {OTHER}

    async def run() -> tuple[Answer, Answer, bool]:
        slow = asyncio.get_running_loop().create_task(
            world.decider.answer(ask("both.example.com", "/", cookies=both))
        )
        await asyncio.sleep(0)
        swift = await world.decider.answer(ask("hello.example.com", "/", cookies=hello))
        waited = not slow.done()
        return await slow, swift, waited

    slow, swift, waited = asyncio.run(run())
    assert isinstance(swift, Pass)
    assert waited
    assert isinstance(slow, Deny)  # it gave up after the evaluator's own timeout
    assert {asked for asked, _ in world.evaluators.asked} == {CHECKS, OTHER}


def test_many_at_once_cause_one_question_and_one_who_gives_up_does_not_end_it(world: World) -> None:
    cookies = entered(world)
    world.evaluators.slow = {CHECKS}

    async def run() -> list[Answer]:
        loop = asyncio.get_running_loop()
        tasks = [
            loop.create_task(world.decider.answer(ask("hello.example.com", "/", cookies=cookies)))
            for _ in range(5)
        ]
        while world.evaluators.go is None:
            await asyncio.sleep(0)
        tasks[0].cancel()
        await asyncio.gather(tasks[0], return_exceptions=True)
        world.evaluators.go.set()
        return list(await asyncio.gather(*tasks[1:]))

    assert all(isinstance(found, Pass) for found in asyncio.run(run()))
    assert len(world.evaluators.asked) == 1


def test_too_many_questions_under_way_are_not_added_to(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_WAITING", 0)
    assert isinstance(answer(world, entered(world)), Deny)
    assert world.evaluators.asked == []


def test_only_so_many_answers_are_remembered(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MOST_KEPT", 1)
    first, second = entered(world), entered(world)
    for cookies in (first, second, first):
        answer(world, cookies)
    assert len(world.evaluators.asked) == 3


def test_closing_gives_up_on_what_is_under_way(world: World) -> None:
    cookies = entered(world)
    world.evaluators.slow = {CHECKS}

    async def run() -> None:
        task = asyncio.get_running_loop().create_task(
            world.decider.answer(ask("hello.example.com", "/", cookies=cookies))
        )
        while world.evaluators.go is None:
            await asyncio.sleep(0)
        await world.evaluations.close()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(run())


def test_a_recheck_asks_again_where_it_must_and_keeps_the_streams_of_who_still_passes(world: World) -> None:
    entered(world)
    (session,) = asyncio.run(world.sessions.listed())
    world.relays.open = [stream(session.id), stream(session.id, name="2", application="plain")]
    assert asyncio.run(world.streams.recheck()) == 0
    world.evaluators.says[CHECKS] = False
    world.clock.advance(timedelta(minutes=6))
    assert asyncio.run(world.streams.recheck([session.id])) == 1
    assert [each.id for each in world.relays.open] == ["2"]


def test_a_slow_evaluator_delays_no_cut_of_another_applications_stream(world: World) -> None:
    entered(world, replace(ADA, groups=frozenset()))
    entered(world, ADA)
    outsider, ada = sorted(asyncio.run(world.sessions.listed()), key=lambda s: len(s.identity.groups))
    world.relays.open = [stream(ada.id), stream(outsider.id, name="2", application="plain")]
    world.evaluators.slow = {CHECKS}

    async def run() -> list[str]:
        task = asyncio.get_running_loop().create_task(world.streams.recheck())
        while world.evaluators.go is None:
            await asyncio.sleep(0)
        left = [each.id for each in world.relays.open]
        world.evaluators.go.set()
        await task
        return left

    assert asyncio.run(run()) == ["1"]


def test_the_launcher_asks_nobody(world: World) -> None:
    entered(world)
    (session,) = asyncio.run(world.sessions.listed())
    shown = asyncio.run(world.entering.open_to(session, source=ask().source))
    assert [each.id for each in shown] == ["hello", "both", "plain"]
    assert world.evaluators.asked == []


def test_another_evaluator_under_the_same_name_makes_tokens_stale(world: World) -> None:
    cookies = entered(world)
    answer(world, cookies)
    before = world.current.get().compiled["hello"].fingerprint  # type: ignore[index] # an id is a text

    async def move() -> str:
        await world.configurations.change(
            lambda c: replace(
                c, external_evaluations=(evaluation(CHECKS, url="https://new/"), evaluation(OTHER))
            )
        )
        return world.current.get().compiled["hello"].fingerprint  # type: ignore[index] # as above

    assert asyncio.run(move()) != before
    world.evaluators.says[CHECKS] = False
    assert isinstance(answer(world, cookies), Deny)
