from __future__ import annotations

import base64
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from doorward.services.code_apps import address_of, code_of, matching_step, new_secret, step_at
from tests.fakes.clock import START, FakeRandomness

RFC_6238 = base64.b32encode(b"12345678901234567890").decode()


@pytest.mark.parametrize(
    ("seconds", "code"),
    [(59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")],
)
def test_codes_are_those_of_the_standards_own_examples(seconds: int, code: str) -> None:
    now = datetime.fromtimestamp(seconds, UTC)
    assert code_of(RFC_6238, step_at(now)) == code
    assert matching_step(RFC_6238, code, now) == seconds // 30


@pytest.mark.parametrize(("late", "fits"), [(-60, False), (-30, True), (0, True), (30, True), (60, False)])
def test_a_clock_may_differ_by_one_step(late: int, *, fits: bool) -> None:
    code = code_of(RFC_6238, step_at(START + timedelta(seconds=late)))
    assert (matching_step(RFC_6238, code, START) is not None) is fits


@pytest.mark.parametrize("code", ["", "abcdef", "12345", "1234567", "0" * 5000])
def test_what_is_no_code_fits_nothing(code: str) -> None:
    assert matching_step(RFC_6238, code, START) is None


def test_blanks_in_a_code_do_not_matter() -> None:
    code = code_of(RFC_6238, step_at(START))
    assert matching_step(RFC_6238, f" {code[:3]} {code[3:]} ", START) == step_at(START)


def test_secrets_have_as_many_bytes_as_the_hash_and_differ() -> None:
    randomness = FakeRandomness()
    one, other = new_secret(randomness), new_secret(randomness)
    assert one != other
    assert len(base64.b32decode(one)) == 20


def test_the_address_tells_an_app_everything() -> None:
    parts = urlsplit(address_of("SECRET", account="ada+1@example.com", place="access.example.com"))
    assert (parts.scheme, parts.netloc) == ("otpauth", "totp")
    assert unquote(parts.path) == "/access.example.com:ada+1@example.com"
    assert parse_qs(parts.query) == {
        "secret": ["SECRET"],
        "issuer": ["access.example.com"],
        "algorithm": ["SHA1"],
        "digits": ["6"],
        "period": ["30"],
    }
