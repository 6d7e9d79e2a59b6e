from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from doorward.identity.oidc.algorithms import ALGORITHMS
from doorward.identity.oidc.claims import CheckedClaims, Claims, Expected, NonceRule, check, instant
from doorward.model.errors import Refused
from tests.fakes.clock import START
from tests.fakes.openid import REMOVED, changed

NOW = int(START.timestamp())
EXPECTED = Expected(
    issuer="https://idp.example.com",
    client_id="doorward",
    algorithm="RS256",
    now=START,
    nonce="the-nonce",
    code="the-code",
    access_token="the-access-token",
)
HONEST: dict[str, object] = {
    "iss": "https://idp.example.com",
    "aud": "doorward",
    "sub": "ada-1",
    "iat": NOW,
    "exp": NOW + 300,
    "nonce": "the-nonce",
}


def judge(changes: dict[str, object], expected: Expected = EXPECTED) -> CheckedClaims:
    return check(Claims(changed(HONEST, changes)), expected)


def half_hash(algorithm: Callable[[bytes], hashlib._Hash], value: bytes) -> str:
    digest = algorithm(value).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"aud": ["doorward"]},
        {"aud": ["doorward"], "azp": "doorward"},
        {"aud": ["project", "doorward"], "azp": "doorward"},
        {"azp": "doorward"},
        {"exp": NOW - 59},
        {"exp": NOW + 0.5},
        {"exp": NOW + 10**9},
        {"iat": NOW + 60},
        {"iat": NOW - 600},
        {"iat": NOW + 0.25},
        {"nbf": NOW + 60},
        {"nbf": 0},
        {"typ": "ID"},
        {"token_use": "id"},
        {"auth_time": "whenever"},
        {"sub": "x" * 255},
    ],
)
def test_what_the_specification_allows_is_accepted(changes: dict[str, object]) -> None:
    assert judge(changes) == changed(HONEST, changes)


ISSUER = "its issuer is another one"
AUDIENCE = "it is meant for another client"
PARTY = "it was issued to another client"
NONCE = "it belongs to another sign-in"
KIND = "it is another kind of token"
SUBJECT = "its subject is not"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"iss": REMOVED}, ISSUER),
        ({"iss": None}, ISSUER),
        ({"iss": "https://idp.example.com/"}, ISSUER),
        ({"iss": "https://IDP.example.com"}, ISSUER),
        ({"iss": "http://idp.example.com"}, ISSUER),
        ({"iss": "https://idp.example.com.evil.example"}, ISSUER),
        ({"iss": ["https://idp.example.com"]}, ISSUER),
        ({"iss": ["https://idp.example.com", "https://evil.example"]}, ISSUER),
        ({"iss": {"https://idp.example.com": 1}}, ISSUER),
        ({"aud": REMOVED}, AUDIENCE),
        ({"aud": None}, AUDIENCE),
        ({"aud": ""}, AUDIENCE),
        ({"aud": "another"}, AUDIENCE),
        ({"aud": "doorward-admin"}, AUDIENCE),
        ({"aud": "Doorward"}, AUDIENCE),
        ({"aud": []}, AUDIENCE),
        ({"aud": ["another"]}, AUDIENCE),
        ({"aud": [["doorward"]]}, AUDIENCE),
        ({"aud": {"doorward": True}}, AUDIENCE),
        ({"aud": 7}, AUDIENCE),
        ({"aud": ["doorward", "another"]}, PARTY),
        ({"aud": ["doorward", "another"], "azp": "another"}, PARTY),
        ({"aud": ["doorward", "another"], "azp": ["doorward"]}, PARTY),
        ({"azp": "another"}, PARTY),
        ({"azp": ""}, PARTY),
        ({"exp": REMOVED}, "its exp is not a number"),
        ({"exp": None}, "its exp is not a number"),
        ({"exp": str(NOW + 300)}, "its exp is not a number"),
        ({"exp": True}, "its exp is not a number"),
        ({"exp": [NOW + 300]}, "its exp is not a number"),
        ({"exp": float("inf")}, "its exp is not a time"),
        ({"exp": float("nan")}, "its exp is not a time"),
        ({"exp": 10**400}, "its exp is not a time"),
        ({"exp": NOW - 60}, "it has expired"),
        ({"exp": NOW - 60.5}, "it has expired"),
        ({"exp": 0}, "it has expired"),
        ({"exp": -1}, "it has expired"),
        ({"iat": REMOVED}, "its iat is not a number"),
        ({"iat": str(NOW)}, "its iat is not a number"),
        ({"iat": NOW + 61}, "it comes from the future"),
        ({"iat": NOW + 10**9}, "it comes from the future"),
        ({"iat": NOW * 1000}, "it(s iat is not a time| comes from the future)"),
        ({"iat": NOW - 661}, "it was issued too long ago"),
        ({"nbf": NOW + 61}, "it is not valid yet"),
        ({"nbf": str(NOW)}, "its nbf is not a number"),
        ({"nbf": None}, "its nbf is not a number"),
        ({"nonce": REMOVED}, NONCE),
        ({"nonce": None}, NONCE),
        ({"nonce": ""}, NONCE),
        ({"nonce": "another"}, NONCE),
        ({"nonce": "THE-NONCE"}, NONCE),
        ({"nonce": ["the-nonce"]}, NONCE),
        ({"nonce": "\ud800"}, NONCE),
        ({"sub": REMOVED}, SUBJECT),
        ({"sub": ""}, SUBJECT),
        ({"sub": 7}, SUBJECT),
        ({"sub": ["ada-1"]}, SUBJECT),
        ({"sub": "x" * 256}, SUBJECT),
        ({"sub": "ada\x00"}, SUBJECT),
        ({"sub": "\ud800"}, SUBJECT),
        ({"typ": "Bearer"}, KIND),
        ({"typ": "Refresh"}, KIND),
        ({"typ": "Logout"}, KIND),
        ({"token_use": "access"}, KIND),
        ({"events": {"http://schemas.openid.net/event/backchannel-logout": {}}}, KIND),
        ({"events": None}, KIND),
    ],
)
def test_what_is_wrong_is_refused_with_its_reason(changes: dict[str, object], said: str) -> None:
    with pytest.raises(Refused, match=said):
        judge(changes)


@pytest.mark.parametrize(("name", "value"), [("at_hash", b"the-access-token"), ("c_hash", b"the-code")])
def test_hashes_of_what_came_along_must_fit_where_they_are_given(name: str, value: bytes) -> None:
    assert judge({name: half_hash(hashlib.sha256, value)})
    wrong: list[object] = [
        "",
        None,
        7,
        half_hash(hashlib.sha256, b"another"),
        half_hash(hashlib.sha512, value),
        half_hash(hashlib.sha256, value)[:-1],
        [half_hash(hashlib.sha256, value)],
    ]
    for claimed in wrong:
        with pytest.raises(Refused, match=f"its {name} does not fit"):
            judge({name: claimed})


def test_hashes_are_made_as_the_signature_is() -> None:
    for name, algorithm in ALGORITHMS.items():
        hashing = {"sha256": hashlib.sha256, "sha384": hashlib.sha384, "sha512": hashlib.sha512}[
            algorithm.hash
        ]
        claim = half_hash(hashing, b"the-access-token")
        assert judge({"at_hash": claim}, replace(EXPECTED, algorithm=name))


def test_a_hash_of_an_access_token_that_did_not_come_is_refused() -> None:
    nothing = half_hash(hashlib.sha256, b"")
    with pytest.raises(Refused, match="its at_hash does not fit"):
        judge({"at_hash": nothing}, replace(EXPECTED, access_token=""))


def test_an_empty_expectation_matches_nothing() -> None:
    with pytest.raises(Refused, match=NONCE):
        judge({"nonce": REMOVED}, replace(EXPECTED, nonce=""))


def test_what_was_expected_does_not_show_its_secrets() -> None:
    assert "the-" not in repr(EXPECTED)


@pytest.mark.parametrize("changes", [{}, {"nonce": REMOVED}, {"nonce": "another"}])
def test_a_token_that_no_browser_brought_is_not_asked_for_its_nonce(changes: dict[str, object]) -> None:
    assert judge(changes, replace(EXPECTED, nonce_rule=NonceRule.UNKNOWN))


def test_an_instant_in_the_claims_is_read_if_it_is_past() -> None:
    assert instant({"auth_time": NOW - 60}, "auth_time", now=START) == START - timedelta(minutes=1)
    assert instant({"auth_time": NOW + 60}, "auth_time", now=START) == START + timedelta(minutes=1)
    assert instant({"auth_time": -5}, "auth_time", now=START) is not None
    assert instant({}, "auth_time", now=START) is None
    for wrong in (NOW + 61, "now", True):
        with pytest.raises(Refused, match="auth_time"):
            instant({"auth_time": wrong}, "auth_time", now=START)
