from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from typing import Any

import argon2
import pytest

from doorward.identity import passwords as module
from doorward.identity.passwords import PARAMETERS, Passwords, hash_password, is_usable, verify_password
from doorward.model.errors import Invalid, Unavailable

CHEAP = argon2.Parameters(
    type=argon2.Type.ID,
    version=argon2.low_level.ARGON2_VERSION,
    salt_len=16,
    hash_len=32,
    time_cost=1,
    memory_cost=8,
    parallelism=1,
)
HORSE = "correct horse battery staple"
STORED = hash_password(HORSE, parameters=CHEAP)


def run(
    test: Callable[[Passwords], Coroutine[Any, Any, None]], *, threads: int = 1, waiting: int = 4
) -> None:
    async def with_passwords() -> None:
        passwords = Passwords(parameters=CHEAP, threads=threads, waiting=waiting)
        try:
            await test(passwords)
        finally:
            await passwords.aclose()

    asyncio.run(with_passwords())


def test_hashes_are_argon2id_with_the_parameters_of_rfc_9106() -> None:
    assert hash_password(HORSE).startswith("$argon2id$v=19$m=65536,t=3,p=4$")
    assert PARAMETERS.salt_len == 16


def test_the_right_password_matches_and_another_does_not() -> None:
    async def test(passwords: Passwords) -> None:
        stored = await passwords.hash(HORSE)
        assert await passwords.check(HORSE, stored)
        assert not await passwords.check("Correct horse battery staple", stored)

    run(test)


def test_the_same_password_never_hashes_to_the_same_text() -> None:
    assert hash_password(HORSE, parameters=CHEAP) != hash_password(HORSE, parameters=CHEAP)


def test_a_password_matches_however_the_keyboard_composes_its_letters() -> None:
    stored = hash_password("caf\u00e9", parameters=CHEAP)
    assert verify_password("cafe\u0301", stored)
    assert not verify_password("cafe", stored)


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "plain text",
        "$argon2id$v=19$m=x,t=1,p=1$AAAA$AAAA",
        "$argon2id$v=19$m=8,t=1,p=1$AAAAAAAAAAAAAAAAAAAAAA$!",
        STORED.replace("$argon2id$", "$argon2i$"),
        STORED.replace("m=8,", "m=4194304,"),
        STORED.replace("t=1,", "t=1000,"),
        "$2b$12$KIXQ4xgkZx0Qe0Qe0Qe0QeKIXQ4xgkZx0Qe0Qe0Qe0QeKIXQ4xgk",
    ],
    ids=range(8),  # not the hashes themselves: they differ from process to process
)
def test_what_is_no_usable_hash_matches_nothing(stored: str) -> None:
    async def test(passwords: Passwords) -> None:
        assert not await passwords.check(HORSE, stored)
        assert not verify_password(HORSE, stored)

    run(test)


def test_a_check_without_a_hash_does_the_work_of_one_with(monkeypatch: pytest.MonkeyPatch) -> None:
    computed: list[argon2.Parameters] = []
    honest = module.matches

    def watched(prepared: str, stored: str) -> bool:
        computed.append(argon2.extract_parameters(stored))
        return honest(prepared, stored)

    monkeypatch.setattr(module, "matches", watched)

    async def test(passwords: Passwords) -> None:
        await passwords.check(HORSE, STORED)
        await passwords.check(HORSE, "")
        await passwords.check(HORSE, "broken")

    run(test)
    assert computed == [CHEAP, CHEAP, CHEAP]


@pytest.mark.parametrize("password", ["", "x" * 1025, "é" * 513, "\ud800", "e\u0301" * 342 + "x" * 400])
def test_a_password_that_is_empty_too_long_or_no_text_is_invalid(password: str) -> None:
    async def test(passwords: Passwords) -> None:
        with pytest.raises(Invalid, match="password"):
            await passwords.hash(password)
        with pytest.raises(Invalid, match="password"):
            await passwords.check(password, STORED)

    run(test)
    assert not verify_password(password, STORED)


def test_a_password_of_1024_bytes_is_not_too_long() -> None:
    longest = "é" * 512
    assert verify_password(longest, hash_password(longest, parameters=CHEAP))


def test_a_hash_with_other_parameters_needs_to_be_made_anew() -> None:
    async def test(passwords: Passwords) -> None:
        assert not passwords.needs_rehash(STORED)
        assert passwords.needs_rehash(STORED.replace("t=1,", "t=2,"))
        assert passwords.needs_rehash("")

    run(test)


def test_more_calls_than_may_wait_are_turned_away_and_the_others_finish(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    gate = threading.Event()

    def slow(prepared: str, stored: str) -> bool:
        return gate.wait(5)

    monkeypatch.setattr(module, "matches", slow)

    async def test(passwords: Passwords) -> None:
        waiting = [asyncio.create_task(passwords.check(HORSE, STORED)) for _ in range(4)]
        await asyncio.sleep(0)
        with pytest.raises(Unavailable, match="Try again"):
            await passwords.check(HORSE, STORED)
        gate.set()
        assert await asyncio.gather(*waiting) == [True] * 4
        assert await passwords.check(HORSE, STORED)

    run(test)


def test_who_stops_waiting_keeps_their_place_until_the_work_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    started, gate = threading.Event(), threading.Event()

    def slow(prepared: str, stored: str) -> bool:
        started.set()
        return gate.wait(5)

    monkeypatch.setattr(module, "matches", slow)

    async def test(passwords: Passwords) -> None:
        task = asyncio.create_task(passwords.check(HORSE, STORED))
        assert await asyncio.to_thread(started.wait, 5)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        with pytest.raises(Unavailable):
            await passwords.check(HORSE, STORED)
        gate.set()

    run(test, waiting=1)


def test_the_event_loop_goes_on_while_a_password_is_hashed() -> None:
    async def test(passwords: Passwords) -> None:
        ticks = 0

        async def tick() -> None:
            nonlocal ticks
            while True:
                ticks += 1
                await asyncio.sleep(0)

        ticking = asyncio.create_task(tick())
        await passwords.hash(HORSE)
        ticking.cancel()
        assert ticks > 1

    run(test)


def test_nothing_is_hashed_after_the_end() -> None:
    async def test(passwords: Passwords) -> None:
        await passwords.aclose()
        with pytest.raises(Unavailable, match="stopping"):
            await passwords.hash(HORSE)

    run(test)


def test_the_default_stand_in_is_a_hash_like_any_other() -> None:
    stand_in = module.stand_in(PARAMETERS)
    assert is_usable(stand_in)
    assert argon2.extract_parameters(stand_in) == PARAMETERS
