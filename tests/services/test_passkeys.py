from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from doorward.model.errors import Conflict, Refused
from doorward.ports.credentials import Owner, Passkey
from doorward.services.passkeys import Answer, Purpose, Question
from tests.fakes.authenticator import FakeAuthenticator
from tests.services.sample import STAFF, TEAM
from tests.services.world import World

ADA, BOB = Owner(STAFF, "ada@example.com"), Owner(STAFF, "bob@example.com")
BROWSER = "b" * 43


def played(
    walk: Callable[[World, FakeAuthenticator], Awaitable[None]], *, counts: bool = False, synced: bool = False
) -> World:
    world = World()

    async def run() -> None:
        await world.begin()
        await walk(world, FakeAuthenticator(TEAM, counts=counts, synced=synced))

    asyncio.run(run())
    return world


def answered(question: Question, credential: str, *, browser: str = BROWSER) -> Answer:
    return Answer(credential=credential, challenge=question.challenge, browser=browser)


async def add(world: World, device: FakeAuthenticator, owner: Owner = ADA) -> Passkey:
    question = world.passkeys.ask_to_add(owner, browser=BROWSER, present=())
    answer = answered(question, device.create(question.options))
    return await world.passkeys.added(owner, answer, name="Phone")


async def use(world: World, device: FakeAuthenticator, purpose: Purpose = Purpose.FIRST) -> Passkey:
    question = world.passkeys.ask(purpose, browser=BROWSER)
    return await world.passkeys.answered(purpose, answered(question, device.get(question.options)))


def test_a_passkey_is_added_and_used() -> None:
    async def walk(world: World, device: FakeAuthenticator) -> None:
        added = await add(world, device)
        assert (added.owner, added.name, added.backup_eligible) == (ADA, "Phone", False)
        for purpose in (Purpose.FIRST, Purpose.SECOND):
            assert (await use(world, device, purpose)).id == added.id
        [kept] = (await world.stores.credentials.held(ADA)).passkeys
        assert kept.last_used == world.clock.now()

    played(walk)


def test_a_passkey_that_may_be_copied_is_known_as_such() -> None:
    async def walk(world: World, device: FakeAuthenticator) -> None:
        assert (await add(world, device)).backup_eligible

    played(walk, synced=True)


def test_the_options_ask_for_what_is_needed() -> None:
    async def walk(world: World, device: FakeAuthenticator) -> None:
        passkey = await add(world, device)
        asked = json.loads(world.passkeys.ask_to_add(ADA, browser=BROWSER, present=[passkey]).options)
        assert asked["rp"]["id"] == "access.example.com"
        assert asked["authenticatorSelection"]["residentKey"] == "required"
        assert asked["authenticatorSelection"]["userVerification"] == "required"
        assert [one["id"] for one in asked["excludeCredentials"]] == [passkey.id]
        assert "ada" not in asked["user"]["id"]
        first = json.loads(world.passkeys.ask(Purpose.FIRST, browser=BROWSER).options)
        assert (first["userVerification"], first["allowCredentials"]) == ("required", [])

    played(walk)


def test_an_answer_counts_once() -> None:
    async def walk(world: World, device: FakeAuthenticator) -> None:
        await add(world, device)
        question = world.passkeys.ask(Purpose.FIRST, browser=BROWSER)
        answer = answered(question, device.get(question.options))
        await world.passkeys.answered(Purpose.FIRST, answer)
        with pytest.raises(Refused, match="sent already"):
            await world.passkeys.answered(Purpose.FIRST, answer)

    played(walk)


def test_an_answer_counts_in_the_browser_that_was_asked_for_ten_minutes() -> None:
    async def walk(world: World, device: FakeAuthenticator) -> None:
        await add(world, device)
        question = world.passkeys.ask(Purpose.FIRST, browser=BROWSER)
        answer = answered(question, device.get(question.options))
        with pytest.raises(Refused, match="another browser"):
            await world.passkeys.answered(Purpose.FIRST, replace(answer, browser="c" * 43))
        world.clock.advance(timedelta(minutes=11))
        with pytest.raises(Refused, match="expired"):
            await world.passkeys.answered(Purpose.FIRST, answer)

    played(walk)


def test_a_challenge_is_for_one_purpose_and_one_person() -> None:
    async def walk(world: World, device: FakeAuthenticator) -> None:
        await add(world, device)
        question = world.passkeys.ask(Purpose.SECOND, browser=BROWSER)
        with pytest.raises(Refused, match="something else"):
            await world.passkeys.answered(Purpose.FIRST, answered(question, device.get(question.options)))
        adding = world.passkeys.ask_to_add(BOB, browser=BROWSER, present=())
        answer = answered(adding, device.create(adding.options))
        with pytest.raises(Refused, match="something else"):
            await world.passkeys.added(ADA, answer, name="Phone")

    played(walk)


@pytest.mark.parametrize("origin", ["https://access.example.com:8443", "https://evil.example", TEAM + "/"])
def test_an_answer_from_another_origin_does_not_hold(origin: str) -> None:
    async def walk(world: World, device: FakeAuthenticator) -> None:
        question = world.passkeys.ask_to_add(ADA, browser=BROWSER, present=())
        answer = answered(question, device.create(question.options, origin=origin))
        with pytest.raises(Refused):
            await world.passkeys.added(ADA, answer, name="Phone")
        await add(world, device)
        using = world.passkeys.ask(Purpose.FIRST, browser=BROWSER)
        answer = answered(using, device.get(using.options, origin=origin))
        with pytest.raises(Refused, match="does not fit"):
            await world.passkeys.answered(Purpose.FIRST, answer)

    played(walk)


def test_an_answer_made_for_another_place_does_not_hold() -> None:
    async def walk(world: World, device: FakeAuthenticator) -> None:
        await add(world, device)
        question = world.passkeys.ask(Purpose.FIRST, browser=BROWSER)
        answer = answered(question, device.get(question.options, place="evil.example"))
        with pytest.raises(Refused, match="does not fit"):
            await world.passkeys.answered(Purpose.FIRST, answer)

    played(walk)


def test_a_device_that_does_not_make_sure_of_its_person_is_only_a_second_factor() -> None:
    async def walk(world: World, device: FakeAuthenticator) -> None:
        await add(world, device)
        device.verifies = False
        assert (await use(world, device, Purpose.SECOND)).owner == ADA
        with pytest.raises(Refused, match="does not fit"):
            await use(world, device, Purpose.FIRST)
        with pytest.raises(Refused, match="no passkey that can be used"):
            await add(world, device)

    played(walk)


def test_a_copy_that_counts_from_before_is_refused() -> None:
    async def walk(world: World, device: FakeAuthenticator) -> None:
        await add(world, device)
        copy = FakeAuthenticator(TEAM, counts=True, count=device.count, keys=dict(device.keys))
        await use(world, device)
        await use(world, device)
        with pytest.raises(Refused, match="does not fit"):
            await use(world, copy)
        assert (await use(world, device)).owner == ADA

    played(walk, counts=True)


def test_a_forged_signature_and_an_unknown_passkey_read_the_same() -> None:
    async def walk(world: World, device: FakeAuthenticator) -> None:
        await add(world, device)
        stranger = FakeAuthenticator(TEAM, name="stranger")
        other = stranger.create(world.passkeys.ask_to_add(BOB, browser=BROWSER, present=()).options)
        assert other
        forger = FakeAuthenticator(TEAM, keys=dict(zip(device.keys, stranger.keys.values(), strict=True)))
        said = set()
        for wrong in (stranger, forger):
            with pytest.raises(Refused) as caught:
                await use(world, wrong)
            said.add(str(caught.value))
        assert len(said) == 1

    played(walk)


def test_a_passkey_is_added_once() -> None:
    async def walk(world: World, device: FakeAuthenticator) -> None:
        await add(world, device)
        again = FakeAuthenticator(TEAM, name=device.name)
        with pytest.raises(Conflict):
            await add(world, again, BOB)

    played(walk)


@pytest.mark.parametrize(
    "credential",
    [
        "",
        "null",
        "[]",
        "{}",
        '{"id": 1}',
        '{"id": "AA", "rawId": "AA", "response": {}}',
        "{" * 9,
        "x" * 20_000,
    ],
)
def test_what_no_browser_sends_is_refused(credential: str) -> None:
    async def walk(world: World, device: FakeAuthenticator) -> None:
        await add(world, device)
        for _ in range(2):
            question = world.passkeys.ask(Purpose.FIRST, browser=BROWSER)
            with pytest.raises(Refused):
                await world.passkeys.answered(Purpose.FIRST, answered(question, credential))
        adding = world.passkeys.ask_to_add(ADA, browser=BROWSER, present=())
        with pytest.raises(Refused):
            await world.passkeys.added(ADA, answered(adding, credential), name="Phone")

    played(walk)
