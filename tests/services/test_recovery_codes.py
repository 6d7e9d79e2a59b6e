from __future__ import annotations

import re

from doorward.model.ids import IdentityProviderId
from doorward.ports.credentials import Owner
from doorward.services.recovery_codes import hash_of, new_codes
from tests.fakes.clock import FakeRandomness

ADA, BOB = (Owner(IdentityProviderId("staff"), f"{name}@example.com") for name in ("ada", "bob"))


def test_there_are_ten_that_differ_and_can_be_read_out() -> None:
    codes = new_codes(FakeRandomness())
    assert len(set(codes)) == 10
    assert all(re.fullmatch(r"[A-Z2-7]{4}(-[A-Z2-7]{4}){3}", code) for code in codes)


def test_how_a_code_is_typed_does_not_matter() -> None:
    [code, *_] = new_codes(FakeRandomness())
    assert hash_of(ADA, code) == hash_of(ADA, code.lower().replace("-", " "))
    assert hash_of(ADA, "OIB2-OIB2-OIB2-OIB2") == hash_of(ADA, "0182018201820182")


def test_the_same_code_of_somebody_else_is_another() -> None:
    assert hash_of(ADA, "AAAA-BBBB-CCCC-DDDD") != hash_of(BOB, "AAAA-BBBB-CCCC-DDDD")
