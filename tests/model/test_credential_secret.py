from __future__ import annotations

import re

import pytest

from doorward.model.credential_secret import (
    ALPHABET,
    PASS_PREFIX,
    SCANNERS,
    SERVICE_TOKEN_PREFIX,
    is_whole,
    new_secret,
)
from tests.fakes.clock import FakeRandomness

SECRET = new_secret(PASS_PREFIX, FakeRandomness().number)


def test_a_secret_says_what_it_is_for_and_scanners_find_it_in_a_text() -> None:
    assert re.fullmatch(r"dwap_\w{48}", SECRET)
    assert re.search(SCANNERS, f"curl -H 'Doorward-Pass: {SECRET}'")
    assert new_secret(SERVICE_TOKEN_PREFIX, FakeRandomness().number).startswith("dwst_")


def test_no_two_characters_look_alike() -> None:
    assert not set("01IOilo") & set(ALPHABET)


def test_a_whole_one_is_known_without_looking_anything_up() -> None:
    assert is_whole(SECRET)


@pytest.mark.parametrize("place", range(len(SECRET)))
def test_one_wrong_character_anywhere_is_noticed(place: int) -> None:
    other = "A" if SECRET[place] != "A" else "B"
    assert not is_whole(SECRET[:place] + other + SECRET[place + 1 :])


@pytest.mark.parametrize("wrong", ["", "dwap_", SECRET[:-1], SECRET + "A", " " + SECRET, SECRET + "\n"])
def test_what_is_shorter_longer_or_padded_is_none(wrong: str) -> None:
    assert not is_whole(wrong)
