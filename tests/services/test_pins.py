from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from ipaddress import ip_address

import pytest
from structlog.testing import capture_logs

from doorward.envoy import names
from doorward.model.errors import Invalid, NotFound, Refused, Unavailable
from doorward.model.policy import Action
from doorward.model.rule import Selector
from doorward.services.arrivals import Visit
from doorward.services.background import Background
from doorward.services.pins import COOKIE, TRIES, Asked, WrongPin
from doorward.services.rate_limits import MAILS_PER_PERSON, TooMany
from tests.fakes.stores import FakeStores
from tests.services.mail_world import by_mail
from tests.services.sample import MAIL, STAFF, cookies_of, policy
from tests.services.signing_in import VISIT
from tests.services.world import World

ADA = "ada@example.com"
ONLY_ADA = policy(Action.ALLOW, Selector("email", ADA))


def mail_world() -> World:
    return World(stores=FakeStores(by_mail(ONLY_ADA)))


def played(walk: Callable[[World], Awaitable[None]], world: World | None = None) -> World:
    """The world after the walk."""
    found = world or mail_world()

    async def run() -> None:
        await found.begin()
        await walk(found)
        await found.background.settled()

    asyncio.run(run())
    return found


async def ask(world: World, email: str = ADA, *, visit: Visit = VISIT) -> Asked:
    """What the browser holds after asking for a code."""
    onward = await world.pins.ask(world.sign_in.provider(MAIL), email=email, visit=visit)
    asked = world.pins.asked(cookies_of(onward.cookies)[COOKIE])
    assert asked is not None
    await world.background.settled()
    return asked


def other_than(pin: str) -> str:
    return f"{(int(pin) + 1) % 10**6:06}"


def test_the_code_that_was_mailed_signs_in_whose_address_it_is() -> None:
    async def walk(world: World) -> None:
        asked = await ask(world, " ADA@example.com ")
        [(email, pin)] = world.mail.mails
        assert email == ADA
        assert len(pin) == 6
        assert pin.isdigit()
        onward = await world.pins.answer(asked, pin=f" {pin[:3]} {pin[3:]}\n", visit=VISIT)
        cookies = cookies_of(onward.cookies)
        session = await world.arrivals.session(cookies[names.SESSION_COOKIE])
        assert session is not None
        assert session.identity.email == ADA
        assert session.identity.methods == {"otp"}
        assert session.authenticated == world.clock.now()
        assert cookies[COOKIE] == ""

    played(walk)


def test_an_address_that_no_policy_could_let_in_gets_no_mail_and_no_code_fits_it() -> None:
    async def walk(world: World) -> None:
        asked = await ask(world, "eve@example.com")
        assert world.mail.mails == []
        with pytest.raises(WrongPin):
            await world.pins.answer(asked, pin="000000", visit=VISIT)

    played(walk)


def test_the_answer_is_the_same_before_any_mail_is_sent() -> None:
    async def walk(world: World) -> None:
        world.mail.gate = asyncio.Event()
        for email in (ADA, "eve@example.com"):
            provider = world.sign_in.provider(MAIL)
            onward = await world.pins.ask(provider, email=email, visit=VISIT)
            assert cookies_of(onward.cookies).keys() == {COOKIE}
        assert world.mail.mails == []
        world.mail.gate.set()

    assert [email for email, _ in played(walk).mail.mails] == [ADA]


def test_a_code_works_once() -> None:
    async def walk(world: World) -> None:
        asked = await ask(world)
        [(_, pin)] = world.mail.mails
        await world.pins.answer(asked, pin=pin, visit=VISIT)
        with pytest.raises(NotFound):
            await world.pins.answer(asked, pin=pin, visit=VISIT)

    played(walk)


def test_a_code_works_for_ten_minutes() -> None:
    async def walk(world: World) -> None:
        asked = await ask(world)
        [(_, pin)] = world.mail.mails
        world.clock.advance(timedelta(minutes=10))
        with pytest.raises(NotFound):
            await world.pins.answer(asked, pin=pin, visit=VISIT)

    played(walk)


def test_ten_minutes_are_not_counted_anew_by_a_wrong_code() -> None:
    async def walk(world: World) -> None:
        asked = await ask(world)
        [(_, pin)] = world.mail.mails
        world.clock.advance(timedelta(minutes=6))
        with pytest.raises(WrongPin):
            await world.pins.answer(asked, pin=other_than(pin), visit=VISIT)
        world.clock.advance(timedelta(minutes=4))
        with pytest.raises(NotFound):
            await world.pins.answer(asked, pin=pin, visit=VISIT)

    played(walk)


def test_after_five_wrong_codes_the_right_one_does_not_work_either() -> None:
    async def walk(world: World) -> None:
        asked = await ask(world)
        [(_, pin)] = world.mail.mails
        left = []
        for _ in range(TRIES - 1):
            with pytest.raises(WrongPin) as caught:
                await world.pins.answer(asked, pin=other_than(pin), visit=VISIT)
            left.append(caught.value.left)
        assert left == [4, 3, 2, 1]
        for wrong in (other_than(pin), pin):
            with pytest.raises(NotFound):
                await world.pins.answer(asked, pin=wrong, visit=VISIT)

    played(walk)


def test_of_fifty_guesses_at_the_same_time_five_count_at_most() -> None:
    async def walk(world: World) -> None:
        asked = await ask(world)
        guesses = (world.pins.answer(asked, pin=f"{n:06}", visit=VISIT) for n in range(50))
        results = await asyncio.gather(*guesses, return_exceptions=True)
        assert sum(isinstance(result, WrongPin) for result in results) < TRIES

    played(walk)


def test_a_code_works_only_for_the_browser_that_asked_for_it() -> None:
    async def walk(world: World) -> None:
        asked = await ask(world)
        [(_, pin)] = world.mail.mails
        other = await ask(world, "eve@example.com")
        for forged in (
            replace(asked, secret="another"),
            replace(asked, email="eve@example.com"),
            replace(other, email=ADA),
        ):
            with pytest.raises((Refused, NotFound)):
                await world.pins.answer(forged, pin=pin, visit=VISIT)

    played(walk)


@pytest.mark.parametrize("cookie", ["", "nonsense"])
def test_a_cookie_that_is_none_of_ours_asked_for_nothing(cookie: str) -> None:
    assert mail_world().pins.asked(cookie) is None


def test_what_is_kept_holds_neither_code_nor_address_nor_anything_to_find_them_by() -> None:
    kept: list[str] = []

    async def walk(world: World) -> None:
        asked = await ask(world)
        [(_, pin)] = world.mail.mails
        kept.append(await world.stores.one_time_values.take(asked.key, now=world.clock.now()))
        assert pin not in kept[0]
        assert asked.secret not in kept[0]
        assert ADA not in kept[0]

    played(walk)
    assert json.loads(kept[0]).keys() == {"hash", "left", "expires"}


def test_too_many_mails_for_an_address_must_wait_whether_or_not_any_were_sent() -> None:
    async def walk(world: World) -> None:
        for email in (ADA, "eve@example.com"):
            for _ in range(MAILS_PER_PERSON):
                await ask(world, email)
            with pytest.raises(TooMany):
                await ask(world, email)
        await ask(world, visit=replace(VISIT, source=ip_address("198.51.100.7")))

    played(walk)


def test_wrong_codes_count_like_wrong_passwords() -> None:
    async def walk(world: World) -> None:
        seen: list[type[Exception]] = []
        for _ in range(3):
            asked = await ask(world)
            for _ in range(TRIES):
                with pytest.raises((WrongPin, NotFound, TooMany)) as caught:
                    await world.pins.answer(asked, pin="-", visit=VISIT)
                seen.append(type(caught.value))
        assert seen[-TRIES:] == [TooMany] * TRIES

    played(walk)


def test_what_is_no_address_is_told_and_costs_no_mail() -> None:
    async def walk(world: World) -> None:
        with pytest.raises(Invalid):
            await ask(world, "ada")

    assert played(walk).mail.mails == []


def test_a_mail_server_that_fails_is_logged_without_the_code() -> None:
    async def walk(world: World) -> None:
        world.mail.fault = Unavailable("the mail server is away")
        await ask(world)

    with capture_logs() as logs:
        played(walk)
    [failed] = [entry for entry in logs if entry["event"] == "a code could not be sent"]
    assert failed["problem"] == "the mail server is away"
    assert failed["person"] == ADA
    assert not any(key in failed for key in ("pin", "exc_info"))


def test_no_more_mails_than_can_wait_are_taken_on() -> None:
    async def walk(world: World) -> None:
        pins = world.make_pins(world.arrivals, Background(at_once=1, waiting=0))
        for email in (ADA, "eve@example.com"):
            with pytest.raises(Unavailable):
                await pins.ask(world.sign_in.provider(MAIL), email=email, visit=VISIT)

    played(walk)


def test_a_provider_of_passwords_sends_no_codes() -> None:
    async def walk(world: World) -> None:
        with pytest.raises(Refused, match="sends no codes"):
            await world.pins.ask(world.sign_in.provider(STAFF), email=ADA, visit=VISIT)

    played(walk, World())


def test_a_provider_that_is_gone_takes_no_code() -> None:
    async def walk(world: World) -> None:
        asked = await ask(world)
        with pytest.raises(NotFound, match="no identity provider"):
            await world.pins.answer(replace(asked, provider="gone"), pin="1", visit=VISIT)

    played(walk)
