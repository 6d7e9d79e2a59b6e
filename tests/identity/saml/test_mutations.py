"""Random damage: an answer that was changed anywhere is refused, or says what it said before."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Sequence

import pytest

from doorward.model.errors import SignInRefused
from tests.fakes.saml import CALLBACK, FakeSamlProvider, form, read_request, with_own_key
from tests.fakes.saml_keys import KeyPair, key_pair

OWN = key_pair("own")
ROUNDS = 150


def flip(text: bytes, chance: random.Random) -> bytes:
    """One byte is another one."""
    at = chance.randrange(len(text))
    return text[:at] + bytes([chance.randrange(32, 127)]) + text[at + 1 :]


def drop(text: bytes, chance: random.Random) -> bytes:
    """A few bytes are gone."""
    at = chance.randrange(len(text))
    return text[:at] + text[at + chance.randrange(1, 40) :]


def repeat(text: bytes, chance: random.Random) -> bytes:
    """A part of it stands there twice."""
    tags = [at for at in range(len(text)) if text[at : at + 1] == b"<"]
    begin, end = sorted(chance.sample(tags, 2))
    return text[:end] + text[begin:end] + text[end:]


def move(text: bytes, chance: random.Random) -> bytes:
    """A part of it stands somewhere else."""
    tags = [at for at in range(len(text)) if text[at : at + 1] == b"<"]
    one, two, three = sorted(chance.sample(tags, 3))
    return text[:one] + text[two:three] + text[one:two] + text[three:]


@pytest.mark.parametrize("change", [flip, drop, repeat, move])
@pytest.mark.parametrize("encrypts_for", [None, OWN])
@pytest.mark.parametrize("signs", [("assertion",), ("response",)])
def test_damage_is_refused_or_changes_nothing(
    change: Callable[[bytes, random.Random], bytes], encrypts_for: KeyPair | None, signs: Sequence[str]
) -> None:
    chance = random.Random(f"{change.__name__}{signs}{encrypts_for is None}")
    fake = FakeSamlProvider(signs=signs, encrypts_for=encrypts_for)

    async def run() -> None:
        provider = fake.provider(with_own_key(fake.settings(), OWN))
        departure = await provider.depart(callback=CALLBACK)
        asked = read_request(departure.url)
        good = fake.respond(asked)

        async def arrive(text: bytes) -> object:
            answer = form(text, asked.relay_state)
            arrival = await provider.arrive(
                callback=CALLBACK, transaction=departure.transaction, answer=answer
            )
            return arrival.identity, arrival.provider_session, arrival.authenticated

        expected = await arrive(good)
        for _ in range(ROUNDS):
            try:
                found = await arrive(change(good, chance))
            except SignInRefused:
                continue
            assert found == expected

    asyncio.run(run())
