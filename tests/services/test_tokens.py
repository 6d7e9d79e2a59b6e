from __future__ import annotations

import asyncio
import base64
import json
from datetime import timedelta

import pytest
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from doorward.model.errors import Refused, Unavailable
from doorward.services.tokens import ANNOUNCED, RETIRED, ROTATION, Tokens
from tests.fakes.clock import FakeClock, FakeRandomness
from tests.fakes.stores import FakeSigningKeys

ISSUER = "https://access.example.com"


class Signing:
    def __init__(self) -> None:
        self.clock = FakeClock()
        self.keys = FakeSigningKeys()
        self.tokens = Tokens(self.keys, issuer=ISSUER, clock=self.clock, randomness=FakeRandomness())
        self.refresh()

    def refresh(self) -> None:
        asyncio.run(self.tokens.refresh())

    def claims(self, **changed: object) -> dict[str, object]:
        now = int(self.clock.now().timestamp())
        claims: dict[str, object] = {
            "iss": ISSUER,
            "aud": ["a"],
            "type": "app",
            "iat": now,
            "nbf": now,
            "exp": now + 3600,
        }
        return {k: v for k, v in (claims | changed).items() if v is not None}

    def kids(self) -> list[str]:
        return [key["kid"] for key in json.loads(self.tokens.jwks)["keys"]]


@pytest.fixture
def signing() -> Signing:
    return Signing()


def test_a_token_of_ours_verifies(signing: Signing) -> None:
    token = signing.tokens.sign(signing.claims(email="ada@example.com"))
    assert signing.tokens.verify(token)["email"] == "ada@example.com"


@pytest.mark.parametrize(
    "changed",
    [
        {"iss": "https://access.example.com/"},
        {"iss": ["https://access.example.com"]},
        {"iss": None},
        {"type": "org"},
        {"type": None},
        {"exp": None},
        {"nbf": None},
        {"iat": None},
        {"exp": 1},
        {"exp": "9999999999"},
        {"nbf": 9999999999},
    ],
)
def test_claims_that_do_not_hold_are_refused(signing: Signing, changed: dict[str, object]) -> None:
    with pytest.raises(Refused):
        signing.tokens.verify(signing.tokens.sign(signing.claims(**changed)))


def test_a_token_under_another_key_is_refused(signing: Signing) -> None:
    other = ECKey.generate_key("P-256", {"kid": signing.kids()[0]})
    token = jwt.encode({"alg": "ES256", "kid": signing.kids()[0]}, signing.claims(), other, ["ES256"])
    with pytest.raises(Refused):
        signing.tokens.verify(token)


def test_the_public_key_as_a_shared_secret_is_refused(signing: Signing) -> None:
    public = json.dumps(json.loads(signing.tokens.jwks)["keys"][0])
    secret = OctKey.import_key(public)
    token = jwt.encode({"alg": "HS256", "kid": signing.kids()[0]}, signing.claims(), secret, ["HS256"])
    with pytest.raises(Refused):
        signing.tokens.verify(token)


@pytest.mark.parametrize("algorithm", ["none", "None", "nOnE", ""])
def test_an_unsigned_token_is_refused(signing: Signing, algorithm: str) -> None:
    def part(value: object) -> str:
        return base64.urlsafe_b64encode(json.dumps(value).encode()).decode().rstrip("=")

    with pytest.raises(Refused):
        signing.tokens.verify(f"{part({'alg': algorithm})}.{part(signing.claims())}.")


@pytest.mark.parametrize("token", ["", ".", "..", "a.b.c", "x" * 9000, "é.é.é", "a.b.c.d.e"])
def test_what_is_no_token_is_refused(signing: Signing, token: str) -> None:
    with pytest.raises(Refused):
        signing.tokens.verify(token)


def test_a_key_that_the_token_brings_along_is_not_used(signing: Signing) -> None:
    other = ECKey.generate_key("P-256", {"kid": "mine"})
    header = {"alg": "ES256", "kid": "mine", "jwk": other.as_dict(private=False)}
    with pytest.raises(Refused):
        signing.tokens.verify(jwt.encode(header, signing.claims(), other, ["ES256"]))


def test_the_next_key_is_known_to_all_before_it_signs(signing: Signing) -> None:
    first = signing.kids()
    signing.clock.advance(ROTATION - ANNOUNCED)
    signing.refresh()
    assert len(signing.kids()) == 2
    old = signing.tokens.sign(signing.claims())
    assert _signed_by(old) == first[0]
    signing.clock.advance(ANNOUNCED)
    signing.refresh()
    new = signing.tokens.sign(signing.claims())
    assert _signed_by(new) == signing.kids()[1]
    assert signing.tokens.verify(new)


def test_an_old_key_is_forgotten(signing: Signing) -> None:
    first = signing.kids()[0]
    for _ in range(3):
        signing.clock.advance(timedelta(days=60))
        signing.refresh()
    assert first not in signing.kids()
    assert timedelta(days=180) > RETIRED


def test_nothing_is_signed_before_the_keys_are_there() -> None:
    tokens = Tokens(FakeSigningKeys(), issuer=ISSUER, clock=FakeClock(), randomness=FakeRandomness())
    with pytest.raises(Unavailable):
        tokens.sign({})


def _signed_by(token: str) -> str:
    """The kid in a token's header."""
    header = token.split(".", maxsplit=1)[0]
    return str(json.loads(base64.urlsafe_b64decode(header + "=" * (-len(header) % 4)))["kid"])
