from __future__ import annotations

import re
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doorward.model.credential_secret import (
    ALPHABET,
    PASS_PREFIX,
    SCANNERS,
    SERVICE_TOKEN_PREFIX,
    checksum,
    is_damaged,
    is_whole,
    new_secret,
)

PREFIXES = (SERVICE_TOKEN_PREFIX, PASS_PREFIX)
secrets = st.builds(
    lambda prefix, random: new_secret(prefix, random.randrange),
    st.sampled_from(PREFIXES),
    st.randoms(use_true_random=False),
)


@pytest.mark.parametrize("prefix", PREFIXES)
def test_its_form_is_what_the_documentation_tells_scanners(prefix: str) -> None:
    secret = new_secret(prefix, Random(1).randrange)
    assert len(secret) == len(prefix) + 48
    assert re.findall(SCANNERS, f'CLIENT_SECRET="{secret}" # keep') == [secret]
    # Worked out with sha256sum and another language from the rule in the documentation.
    assert checksum("dwst_" + "2" * 40) == "xN5wvtGn"


def test_no_two_characters_look_alike() -> None:
    assert len(set(ALPHABET)) == len(ALPHABET) == 54
    assert not set(ALPHABET) & set("0OoIl1iL")


@given(secret=secrets, place=st.integers(0, 47), letter=st.sampled_from(ALPHABET))
def test_one_wrong_character_is_noticed(secret: str, place: int, letter: str) -> None:
    place += len(SERVICE_TOKEN_PREFIX)
    mistyped = secret[:place] + letter + secret[place + 1 :]
    assert is_whole(mistyped) == (mistyped == secret)


@given(secret=secrets)
def test_a_whole_one_is_not_damaged_and_a_cut_or_prolonged_one_is(secret: str) -> None:
    assert is_whole(secret)
    for damaged in (secret[:-1], secret + "2", f"{secret}\n", secret[:5]):
        assert not is_whole(damaged)
        assert is_damaged(damaged, secret[:5])


@pytest.mark.parametrize("other", ["", "0" * 64, "anything-else", "DWST_2"])
def test_secrets_of_other_forms_are_not_ours_to_judge(other: str) -> None:
    assert not is_damaged(other, SERVICE_TOKEN_PREFIX)
