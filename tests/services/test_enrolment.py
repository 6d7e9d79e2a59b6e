from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

import pytest

from doorward.model.errors import Invalid, NotFound, Refused
from doorward.ports.credentials import Owner
from doorward.services.code_apps import STEP, code_of, step_at
from doorward.services.enrolment import MOST_PASSKEYS, passkey_name
from tests.fakes.authenticator import FakeAuthenticator
from tests.services.sample import TEAM
from tests.services.test_passkeys import ADA, BOB, BROWSER, answered
from tests.services.world import World


def played(walk: Callable[[World], Awaitable[None]]) -> World:
    world = World()

    async def run() -> None:
        await world.begin()
        await walk(world)

    asyncio.run(run())
    return world


async def set_app_up(world: World, owner: Owner = ADA) -> tuple[str, Sequence[str]]:
    """The app's secret, and the recovery codes."""
    app = world.enrolment.new_app(owner)
    code = code_of(app.secret, step_at(world.clock.now()))
    return app.secret, await world.enrolment.confirm_app(owner, sealed=app.sealed, code=code)


async def add_passkey(world: World, device: FakeAuthenticator, name: str = "Phone") -> Sequence[str]:
    question = await world.enrolment.ask_passkey(ADA, browser=BROWSER)
    answer = answered(question, device.create(question.options))
    _, codes = await world.enrolment.add_passkey(ADA, answer, name=name)
    return codes


def code_now(world: World, secret: str) -> str:
    return code_of(secret, step_at(world.clock.now()))


def test_an_app_is_kept_once_it_has_shown_a_right_code() -> None:
    async def walk(world: World) -> None:
        app = world.enrolment.new_app(ADA)
        with pytest.raises(Refused, match="does not fit"):
            await world.enrolment.confirm_app(ADA, sealed=app.sealed, code="000000")
        assert not (await world.enrolment.held(ADA)).any
        assert world.enrolment.new_app(ADA, sealed=app.sealed) == app
        code = code_now(world, app.secret)
        codes = await world.enrolment.confirm_app(ADA, sealed=app.sealed, code=code)
        held = await world.enrolment.held(ADA)
        assert held.app is not None
        assert held.app.secret == app.secret
        assert held.recovery_codes == len(codes) == 10

    played(walk)


def test_the_page_of_an_app_is_for_one_person_and_half_an_hour() -> None:
    async def walk(world: World) -> None:
        app = world.enrolment.new_app(ADA)
        with pytest.raises(Refused, match="another account"):
            await world.enrolment.confirm_app(BOB, sealed=app.sealed, code=code_now(world, app.secret))
        world.clock.advance(timedelta(minutes=31))
        with pytest.raises(Refused, match="expired"):
            await world.enrolment.confirm_app(ADA, sealed=app.sealed, code=code_now(world, app.secret))

    played(walk)


def test_a_code_works_once_even_the_one_that_set_the_app_up() -> None:
    async def walk(world: World) -> None:
        secret, _ = await set_app_up(world)
        assert not await world.enrolment.use_code(ADA, code_now(world, secret))
        world.clock.advance(timedelta(seconds=STEP))
        assert await world.enrolment.use_code(ADA, code_now(world, secret))
        assert not await world.enrolment.use_code(ADA, code_now(world, secret))

    played(walk)


def test_a_code_of_somebody_elses_app_does_not_work() -> None:
    async def walk(world: World) -> None:
        secret, codes = await set_app_up(world)
        await set_app_up(world, BOB)
        world.clock.advance(timedelta(minutes=1))
        assert not await world.enrolment.use_code(BOB, code_now(world, secret))
        assert not await world.enrolment.use_code(BOB, codes[0])

    played(walk)


def test_a_recovery_code_works_once_and_new_ones_replace_the_old() -> None:
    async def walk(world: World) -> None:
        _, codes = await set_app_up(world)
        assert await world.enrolment.use_code(ADA, codes[0].lower())
        assert not await world.enrolment.use_code(ADA, codes[0])
        fresh = await world.enrolment.new_recovery_codes(ADA)
        assert not await world.enrolment.use_code(ADA, codes[1])
        assert await world.enrolment.use_code(ADA, fresh[1])

    played(walk)


def test_recovery_codes_come_with_the_first_factor_and_not_again() -> None:
    async def walk(world: World) -> None:
        device = FakeAuthenticator(TEAM)
        assert len(await add_passkey(world, device)) == 10
        assert await add_passkey(world, device, "Stick") == ()
        _, codes = await set_app_up(world)
        assert codes == ()

    played(walk)


def test_passkeys_have_names_that_can_be_changed() -> None:
    async def walk(world: World) -> None:
        await add_passkey(world, FakeAuthenticator(TEAM), "  My\nphone ")
        [passkey] = (await world.enrolment.held(ADA)).passkeys
        assert passkey.name == "My phone"
        await world.enrolment.rename_passkey(ADA, passkey.id, "x" * 99)
        assert len((await world.enrolment.held(ADA)).passkeys[0].name) == 60
        with pytest.raises(Invalid):
            await world.enrolment.rename_passkey(ADA, passkey.id, " \n ")
        with pytest.raises(NotFound):
            await world.enrolment.rename_passkey(BOB, passkey.id, "Mine")

    played(walk)


def test_what_was_set_up_can_be_taken_away() -> None:
    async def walk(world: World) -> None:
        await add_passkey(world, FakeAuthenticator(TEAM))
        await set_app_up(world)
        [passkey] = (await world.enrolment.held(ADA)).passkeys
        await world.enrolment.remove_passkey(ADA, passkey.id)
        await world.enrolment.remove_app(ADA)
        assert not (await world.enrolment.held(ADA)).any

    played(walk)


def test_there_is_an_end_to_passkeys() -> None:
    async def walk(world: World) -> None:
        device = FakeAuthenticator(TEAM)
        for _ in range(MOST_PASSKEYS):
            await add_passkey(world, device)
        with pytest.raises(Refused, match="remove one first"):
            await add_passkey(world, device)

    played(walk)


def test_a_passkey_without_a_name_gets_one() -> None:
    async def walk(world: World) -> None:
        await add_passkey(world, FakeAuthenticator(TEAM), " ")
        assert (await world.enrolment.held(ADA)).passkeys[0].name == "Passkey"

    played(walk)
    assert passkey_name("a\u202eb") == "a b"
