from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from doorward.envoy import names
from doorward.model.errors import NotFound, Refused
from doorward.model.identity_provider import LocalAccounts, SecondFactor
from doorward.model.session import Session
from doorward.services.arrivals import Onward
from doorward.services.passkeys import Answer
from doorward.services.rate_limits import FACTORS, FACTORS_PER_DAY, TooMany
from doorward.services.second_factors import COOKIE, SECOND_FACTOR, SET_UP, Half
from tests.fakes.authenticator import FakeAuthenticator
from tests.fakes.stores import FakeStores
from tests.services.sample import COMPANY, STAFF, TEAM, configuration, cookies_of
from tests.services.signing_in import VISIT
from tests.services.test_enrolment import add_passkey, code_now, set_app_up
from tests.services.test_passkeys import ADA, BROWSER, answered
from tests.services.world import World


def required() -> World:
    """A world whose local people need a second factor."""
    present = configuration()
    staff, *others = present.identity_providers
    assert isinstance(staff.settings, LocalAccounts)
    settings = replace(staff.settings, second_factor=SecondFactor.REQUIRED)
    providers = (replace(staff, settings=settings), *others)
    return World(stores=FakeStores(replace(present, identity_providers=providers)))


def played(walk: Callable[[World, FakeAuthenticator], Awaitable[None]], world: World | None = None) -> World:
    found = world or World()

    async def run() -> None:
        await found.begin()
        await walk(found, FakeAuthenticator(TEAM))

    asyncio.run(run())
    return found


async def password(world: World) -> Onward:
    return await world.sign_in.with_password(
        world.sign_in.provider(STAFF), email=ADA.email, password="ada's", visit=VISIT
    )


async def half(world: World) -> Half:
    found = world.factors.half(cookies_of((await password(world)).cookies)[COOKIE])
    assert found is not None
    return found


async def session(world: World, onward: Onward) -> Session:
    found = await world.arrivals.session(cookies_of(onward.cookies)[names.SESSION_COOKIE])
    assert found is not None
    return found


def how(found: Session) -> set[str]:
    """By what the session says that somebody signed in."""
    return set(found.identity.methods)


async def first(world: World, device: FakeAuthenticator) -> Answer:
    question = world.factors.ask_passkey(browser=BROWSER)
    return answered(question, device.get(question.options))


async def second(world: World, device: FakeAuthenticator, found: Half) -> Answer:
    held = await world.factors.held(found)
    question = world.factors.ask_passkey(browser=BROWSER, allowed=held.passkeys)
    return answered(question, device.get(question.options))


def test_without_a_second_factor_the_password_is_all() -> None:
    async def walk(world: World, device: FakeAuthenticator) -> None:
        onward = await password(world)
        assert onward.location == ""
        found = await session(world, onward)
        assert how(found) == {"pwd"}
        assert found.authenticated == world.clock.now()

    played(walk)


def test_who_has_set_an_app_up_is_asked_for_its_code() -> None:
    async def walk(world: World, device: FakeAuthenticator) -> None:
        secret, _ = await set_app_up(world)
        world.clock.advance(timedelta(minutes=1))
        onward = await password(world)
        assert onward.location == SECOND_FACTOR
        assert cookies_of(onward.cookies).keys() == {COOKIE}
        found = await half(world)
        onward = await world.factors.with_code(found, code=code_now(world, secret), visit=VISIT)
        assert how(await session(world, onward)) == {"pwd", "otp", "mfa"}
        assert cookies_of(onward.cookies)[COOKIE] == ""

    played(walk)


def test_a_recovery_code_will_do() -> None:
    async def walk(world: World, device: FakeAuthenticator) -> None:
        _, codes = await set_app_up(world)
        onward = await world.factors.with_code(await half(world), code=codes[3], visit=VISIT)
        assert (await session(world, onward)).identity.email == ADA.email

    played(walk)


@pytest.mark.parametrize(("synced", "name"), [(False, "hwk"), (True, "swk")])
def test_a_passkey_will_do_and_its_kind_is_told(name: str, *, synced: bool) -> None:
    async def walk(world: World, device: FakeAuthenticator) -> None:
        device.synced = synced
        await add_passkey(world, device)
        found = await half(world)
        onward = await world.factors.with_passkey(found, await second(world, device, found), visit=VISIT)
        assert how(await session(world, onward)) == {"pwd", name, "user", "mfa"}

    played(walk)


def test_a_half_sign_in_is_used_once_and_lives_ten_minutes() -> None:
    async def walk(world: World, device: FakeAuthenticator) -> None:
        _, codes = await set_app_up(world)
        cookie = cookies_of((await password(world)).cookies)[COOKIE]
        found = world.factors.half(cookie)
        assert found is not None
        await world.factors.with_code(found, code=codes[0], visit=VISIT)
        with pytest.raises(Refused, match="finished already"):
            await world.factors.with_code(found, code=codes[1], visit=VISIT)
        world.clock.advance(timedelta(minutes=11))
        assert world.factors.half(cookie) is None

    played(walk)


@pytest.mark.parametrize("cookie", ["", "nonsense"])
def test_a_cookie_that_is_none_of_ours_is_no_half_sign_in(cookie: str) -> None:
    assert World().factors.half(cookie) is None


def test_wrong_codes_have_to_wait_and_a_passkey_does_not() -> None:
    async def walk(world: World, device: FakeAuthenticator) -> None:
        secret, _ = await set_app_up(world)
        await add_passkey(world, device)
        world.clock.advance(timedelta(minutes=1))
        found = await half(world)
        for _ in range(FACTORS):
            with pytest.raises(Refused):
                await world.factors.with_code(found, code="000000", visit=VISIT)
        with pytest.raises(TooMany):
            await world.factors.with_code(found, code=code_now(world, secret), visit=VISIT)
        onward = await world.factors.with_passkey(found, await second(world, device, found), visit=VISIT)
        assert (await session(world, onward)).identity.email == ADA.email

    played(walk)


def test_guessing_slowly_has_an_end_too() -> None:
    async def walk(world: World, device: FakeAuthenticator) -> None:
        await set_app_up(world)
        for _ in range(FACTORS_PER_DAY // FACTORS):
            world.clock.advance(timedelta(minutes=6))
            found = await half(world)
            for _ in range(FACTORS):
                with pytest.raises(Refused):
                    await world.factors.with_code(found, code="000000", visit=VISIT)
        world.clock.advance(timedelta(minutes=6))
        with pytest.raises(TooMany):
            await world.factors.with_code(await half(world), code="000000", visit=VISIT)

    played(walk)


def test_somebody_elses_passkey_is_no_second_factor() -> None:
    async def walk(world: World, device: FakeAuthenticator) -> None:
        await add_passkey(world, device)
        found = await half(world)
        answer = await second(world, device, found)
        other = replace(found, owner=replace(found.owner, email="bob@example.com"))
        with pytest.raises(Refused, match="another account"):
            await world.factors.with_passkey(other, answer, visit=VISIT)

    played(walk)


def test_a_passkey_alone_signs_in() -> None:
    async def walk(world: World, device: FakeAuthenticator) -> None:
        await add_passkey(world, device)
        staff = world.sign_in.provider(STAFF)
        onward = await world.factors.passkey_only(staff, await first(world, device), visit=VISIT)
        found = await session(world, onward)
        assert (found.identity.email, how(found)) == (ADA.email, {"hwk", "user", "mfa"})

    played(walk)


def test_a_passkey_of_another_provider_or_of_an_account_that_is_gone_signs_nobody_in() -> None:
    async def walk(world: World, device: FakeAuthenticator) -> None:
        await add_passkey(world, device)
        company = world.sign_in.provider(COMPANY)
        with pytest.raises(Refused):
            await world.factors.passkey_only(company, await first(world, device), visit=VISIT)
        world.passwords.disable(ADA.email)
        staff = world.sign_in.provider(STAFF)
        with pytest.raises(Refused):
            await world.factors.passkey_only(staff, await first(world, device), visit=VISIT)

    played(walk)


def test_passkeys_that_do_not_fit_have_to_wait() -> None:
    async def walk(world: World, device: FakeAuthenticator) -> None:
        staff = world.sign_in.provider(STAFF)
        nonsense = Answer(credential="{}", challenge="", browser="")
        for _ in range(10):
            with pytest.raises(Refused):
                await world.factors.passkey_only(staff, nonsense, visit=VISIT)
        with pytest.raises(TooMany):
            await world.factors.passkey_only(staff, nonsense, visit=VISIT)

    played(walk)


def test_where_one_is_required_who_has_none_sets_one_up_first() -> None:
    async def walk(world: World, device: FakeAuthenticator) -> None:
        onward = await password(world)
        assert onward.location == SET_UP
        assert names.SESSION_COOKIE not in cookies_of(onward.cookies)
        found = await half(world)
        assert found.setting_up
        with pytest.raises(Refused, match="set up first"):
            await world.factors.with_code(found, code="000000", visit=VISIT)
        with pytest.raises(Refused, match="set up first"):
            await world.factors.with_passkey(
                found, Answer(credential="", challenge="", browser=""), visit=VISIT
            )
        await set_app_up(world)
        onward = await world.factors.set_up(found, how=("otp",), visit=VISIT)
        assert how(await session(world, onward)) == {"pwd", "otp", "mfa"}
        with pytest.raises(Refused, match="finished already"):
            await world.factors.set_up(found, how=("otp",), visit=VISIT)
        assert (await password(world)).location == SECOND_FACTOR

    played(walk, required())


def test_an_account_that_was_disabled_meanwhile_is_not_signed_in() -> None:
    async def walk(world: World, device: FakeAuthenticator) -> None:
        _, codes = await set_app_up(world)
        found = await half(world)
        world.passwords.disable(ADA.email)
        with pytest.raises((Refused, NotFound)):
            await world.factors.with_code(found, code=codes[0], visit=VISIT)

    played(walk)
