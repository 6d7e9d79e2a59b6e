"""What every ``Credentials`` promises."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from doorward.model.errors import Conflict, NotFound
from doorward.model.ids import IdentityProviderId
from doorward.ports.credentials import Credentials, Held, Owner, Passkey
from tests.fakes.clock import START
from tests.ports.conftest import OpenStores

STAFF = IdentityProviderId("staff")
ADA, BOB = Owner(STAFF, "ada@example.com"), Owner(STAFF, "bob@example.com")
ADA_ELSEWHERE = Owner(IdentityProviderId("guests"), "ada@example.com")
LATER = START + timedelta(minutes=1)
PHONE = Passkey(
    id="phone-id",
    owner=ADA,
    public_key=b"\x00key",
    sign_count=0,
    name="Phone",
    created=START,
    backup_eligible=True,
)
STICK = replace(PHONE, id="stick-id", name="Stick", created=LATER, backup_eligible=False, sign_count=3)


def in_stores(stores: OpenStores, walk: Callable[[Credentials], Awaitable[None]]) -> None:
    async def run() -> None:
        async with stores() as opened:
            await walk(opened.credentials)

    asyncio.run(run())


def test_somebody_who_set_nothing_up_holds_nothing(stores: OpenStores) -> None:
    async def walk(credentials: Credentials) -> None:
        held = await credentials.held(ADA)
        assert (list(held.passkeys), held.app, held.recovery_codes, held.any) == ([], None, 0, False)

    in_stores(stores, walk)


def test_passkeys_are_kept_for_their_owner_in_the_order_they_came(stores: OpenStores) -> None:
    async def walk(credentials: Credentials) -> None:
        for passkey in (STICK, PHONE, replace(PHONE, id="bobs", owner=BOB)):
            await credentials.add_passkey(passkey)
        held = await credentials.held(ADA)
        assert list(held.passkeys) == [PHONE, STICK]
        assert held.any
        assert await credentials.passkey("stick-id") == STICK
        assert not (await credentials.held(ADA_ELSEWHERE)).any

    in_stores(stores, walk)


def test_a_passkeys_id_is_taken_once(stores: OpenStores) -> None:
    async def walk(credentials: Credentials) -> None:
        await credentials.add_passkey(PHONE)
        with pytest.raises(Conflict):
            await credentials.add_passkey(replace(PHONE, owner=BOB))
        assert (await credentials.passkey("phone-id")).owner == ADA

    in_stores(stores, walk)


def test_a_passkey_is_renamed_and_removed_by_its_owner_alone(stores: OpenStores) -> None:
    async def walk(credentials: Credentials) -> None:
        await credentials.add_passkey(PHONE)
        for other in (BOB, ADA_ELSEWHERE):
            with pytest.raises(NotFound):
                await credentials.rename_passkey(other, "phone-id", "Mine")
            with pytest.raises(NotFound):
                await credentials.remove_passkey(other, "phone-id")
        await credentials.rename_passkey(ADA, "phone-id", "Old phone")
        assert (await credentials.passkey("phone-id")).name == "Old phone"
        await credentials.remove_passkey(ADA, "phone-id")
        with pytest.raises(NotFound):
            await credentials.passkey("phone-id")

    in_stores(stores, walk)


@pytest.mark.parametrize(
    ("before", "now", "used"),
    [(0, 0, True), (0, 1, True), (3, 4, True), (3, 3, False), (3, 2, False), (3, 0, False)],
)
def test_a_passkeys_count_only_goes_up(stores: OpenStores, before: int, now: int, *, used: bool) -> None:
    async def walk(credentials: Credentials) -> None:
        await credentials.add_passkey(replace(PHONE, sign_count=before))
        assert await credentials.use_passkey("phone-id", sign_count=now, now=LATER) is used
        found = await credentials.passkey("phone-id")
        assert (found.sign_count, found.last_used) == ((now, LATER) if used else (before, None))

    in_stores(stores, walk)


def test_a_passkey_that_is_gone_is_not_used(stores: OpenStores) -> None:
    async def walk(credentials: Credentials) -> None:
        assert not await credentials.use_passkey("phone-id", sign_count=1, now=LATER)

    in_stores(stores, walk)


def test_an_app_keeps_its_secret_and_each_step_is_used_once(stores: OpenStores) -> None:
    async def walk(credentials: Credentials) -> None:
        assert not await credentials.use_step(ADA, 7, now=START)
        await credentials.set_app(ADA, "SECRET", step=5, now=START)
        steps = (5, 6, 6, 4, 8, 7)
        used = [await credentials.use_step(ADA, step, now=LATER) for step in steps]
        assert used == [False, True, False, False, True, False]
        app = (await credentials.held(ADA)).app
        assert app is not None
        assert (app.secret, app.created, app.last_used) == ("SECRET", START, LATER)
        assert not (await credentials.held(BOB)).any

    in_stores(stores, walk)


def test_a_new_app_takes_the_place_of_the_one_before(stores: OpenStores) -> None:
    async def walk(credentials: Credentials) -> None:
        await credentials.set_app(ADA, "FIRST", step=9, now=START)
        await credentials.set_app(ADA, "SECOND", step=1, now=LATER)
        app = (await credentials.held(ADA)).app
        assert app is not None
        assert (app.secret, app.last_used) == ("SECOND", None)
        await credentials.remove_app(ADA)
        assert (await credentials.held(ADA)).app is None
        with pytest.raises(NotFound):
            await credentials.remove_app(ADA)

    in_stores(stores, walk)


def test_a_recovery_code_is_used_once_and_by_its_owner(stores: OpenStores) -> None:
    async def walk(credentials: Credentials) -> None:
        await credentials.set_recovery_codes(ADA, ["one", "two"])
        assert not await credentials.use_recovery_code(BOB, "one")
        assert await credentials.use_recovery_code(ADA, "one")
        assert not await credentials.use_recovery_code(ADA, "one")
        held = await credentials.held(ADA)
        assert (held.recovery_codes, held.any) == (1, False)
        await credentials.set_recovery_codes(ADA, ["three"])
        assert not await credentials.use_recovery_code(ADA, "two")

    in_stores(stores, walk)


def test_of_20_callers_at_the_same_time_one_uses_a_code_and_a_step(stores: OpenStores) -> None:
    async def walk(credentials: Credentials) -> None:
        await credentials.set_recovery_codes(ADA, ["one"])
        await credentials.set_app(ADA, "SECRET", step=1, now=START)
        await credentials.add_passkey(PHONE)
        codes = await asyncio.gather(*(credentials.use_recovery_code(ADA, "one") for _ in range(20)))
        steps = await asyncio.gather(*(credentials.use_step(ADA, 2, now=START) for _ in range(20)))
        counts = await asyncio.gather(
            *(credentials.use_passkey("phone-id", sign_count=1, now=START) for _ in range(20))
        )
        assert (sum(codes), sum(steps), sum(counts)) == (1, 1, 1)

    in_stores(stores, walk)


def test_people_are_forgotten_whole_and_others_are_not(stores: OpenStores) -> None:
    async def walk(credentials: Credentials) -> None:
        for number, owner in enumerate((ADA, BOB, ADA_ELSEWHERE)):
            await credentials.add_passkey(replace(PHONE, id=f"key-{number}", owner=owner))
            await credentials.set_app(owner, "SECRET", step=1, now=START)
            await credentials.set_recovery_codes(owner, ["one"])
        await credentials.forget([])
        await credentials.forget([ADA])
        assert await credentials.held(ADA) == Held(passkeys=[])
        for owner in (BOB, ADA_ELSEWHERE):
            held = await credentials.held(owner)
            assert (len(held.passkeys), held.app is not None, held.recovery_codes) == (1, True, 1)

    in_stores(stores, walk)
