from __future__ import annotations

import asyncio
import base64
import hmac
import json
from collections.abc import Mapping
from datetime import timedelta

import pytest
from joserfc import jws, jwt
from joserfc.jwk import ECKey, OctKey, RSAKey

from doorward.model.errors import Refused, Unavailable
from doorward.services.tokens import Tokens
from tests.fakes.clock import FakeClock, FakeRandomness
from tests.fakes.signing import FakeKeyMaker, key_on_a_curve
from tests.fakes.stores import FakeSigningKeys
from tests.services.signing import ISSUER, Signing, refuses

DAY = timedelta(days=1)


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


def forged(signing: Signing, header: Mapping[str, object], key: RSAKey | ECKey | OctKey) -> str:
    """A token with this header, signed with a key of the forger's."""
    algorithm = str(header["alg"])
    whole = {"typ": "JWT", "kid": signing.kids()[0], **header}
    return jwt.encode(whole, signing.claims(), key, [algorithm])


def test_a_token_under_another_key_is_refused(signing: Signing) -> None:
    assert refuses(signing, forged(signing, {"alg": "RS256"}, RSAKey.generate_key(2048)))


@pytest.mark.parametrize("algorithm", ["ES256", "HS256", "PS256", "RS512"])
def test_the_key_says_the_algorithm_and_not_the_token(signing: Signing, algorithm: str) -> None:
    """RFC 8725 section 3.1; PS256 and RS512 are even signed with the right key."""
    (stored,) = asyncio.run(signing.keys.listed())
    keys: dict[str, RSAKey | ECKey | OctKey] = {
        "ES256": ECKey.generate_key("P-256"),
        "HS256": OctKey.import_key(json.dumps(json.loads(signing.tokens.jwks)["keys"][0])),
    }
    key = keys.get(algorithm) or RSAKey.import_key(json.loads(stored.private_jwk))
    assert refuses(signing, forged(signing, {"alg": algorithm}, key))


def test_the_public_key_in_any_form_is_no_shared_secret(signing: Signing) -> None:
    """Made by hand: joserfc rightly refuses to sign so."""
    published = json.loads(signing.tokens.jwks)["keys"][0]
    public = RSAKey.import_key(published)
    texts = public.as_pem(private=False), public.as_der(private=False), json.dumps(published).encode()
    header = json.dumps({"alg": "HS256", "kid": published["kid"], "typ": "JWT"}).encode()
    signed = f"{part(header)}.{part(json.dumps(signing.claims()).encode())}"
    for secret in texts:
        signature = hmac.digest(secret, signed.encode(), "sha256")
        assert refuses(signing, f"{signed}.{part(signature)}")


def part(value: bytes) -> str:
    return base64.urlsafe_b64encode(value).decode().rstrip("=")


@pytest.mark.parametrize("algorithm", ["none", "None", "nOnE", "", None, 1, ["RS256"]])
def test_an_unsigned_token_is_refused(signing: Signing, algorithm: object) -> None:
    header = json.dumps({"alg": algorithm, "kid": signing.kids()[0]}).encode()
    claims = json.dumps(signing.claims()).encode()
    for signature in ("", part(b"x" * 256)):
        assert refuses(signing, f"{part(header)}.{part(claims)}.{signature}")


@pytest.mark.parametrize("kid", ["other", "", None, 1, ["a"], {"a": 1}])
def test_a_kid_that_names_no_key_of_ours_is_refused(signing: Signing, kid: object) -> None:
    _, claims, signature = signing.token().split(".")
    header = json.dumps({"alg": "RS256", "typ": "JWT", "kid": kid}).encode()
    assert refuses(signing, f"{part(header)}.{claims}.{signature}")


NO_KID = b'{"alg": "RS256"}'


def test_a_token_without_a_kid_is_refused(signing: Signing) -> None:
    _, claims, signature = signing.token().split(".")
    assert refuses(signing, f"{part(NO_KID)}.{claims}.{signature}")


def test_the_kid_of_another_key_of_ours_is_refused(signing: Signing) -> None:
    first = signing.token()
    asyncio.run(signing.tokens.announce())
    other = json.dumps({"alg": "RS256", "typ": "JWT", "kid": signing.kids()[1]}).encode()
    _, claims, signature = first.split(".")
    assert signing.tokens.verify(first)
    assert refuses(signing, f"{part(other)}.{claims}.{signature}")


@pytest.mark.parametrize(
    "more",
    [
        {"jku": "https://attacker.example/keys"},
        {"x5u": "https://attacker.example/chain"},
        {"x5c": ["MIIB"]},
        {"crit": ["exp"], "exp": 1},
        {"crit": ["b64"], "b64": False},
    ],
)
def test_keys_that_the_token_brings_along_or_points_to_are_not_used(
    signing: Signing, more: dict[str, object]
) -> None:
    key = RSAKey.generate_key(2048)
    claims = json.dumps(signing.claims()).encode()
    header = json.dumps({"alg": "RS256", "kid": signing.kids()[0], **more}).encode()
    signed = f"{part(header)}.{part(claims)}"
    signature = jwt.encode({"alg": "RS256"}, signing.claims(), key).split(".")[2]
    assert refuses(signing, f"{signed}.{signature}")
    brought = {"alg": "RS256", "jwk": key.as_dict(private=False)}
    assert refuses(signing, forged(signing, brought, key))
    assert refuses(signing, forged(signing, {**brought, "kid": "mine"}, key))


@pytest.mark.parametrize(
    "more", [{"crit": ["b64"], "b64": True}, {"jku": "https://attacker.example/keys"}, {"typ": "at+jwt"}, {}]
)
def test_a_header_that_we_do_not_write_is_refused_even_under_our_signature(
    signing: Signing, more: dict[str, object]
) -> None:
    (stored,) = asyncio.run(signing.keys.listed())
    ours = RSAKey.import_key(json.loads(stored.private_jwk))
    header = {"alg": "RS256", "kid": stored.kid, **more}
    registry = jws.JWSRegistry(strict_check_header=False)
    claims = json.dumps(signing.claims())
    assert refuses(signing, jws.serialize_compact(header, claims, ours, ["RS256"], registry=registry))


NESTED = part(b"[" * 6000)


@pytest.mark.parametrize(
    "token", ["", ".", "..", "a.b.c", "x" * 9000, "é.é.é", "a.b.c.d.e", f"{NESTED}.a.b", "W10.e30.e30"]
)
def test_what_is_no_token_is_refused(signing: Signing, token: str) -> None:
    assert refuses(signing, token)


def test_a_key_on_a_curve_verifies_nothing_that_says_another_algorithm() -> None:
    keys = FakeSigningKeys()
    asyncio.run(keys.add(key_on_a_curve()))
    signing = Signing(keys)
    forger = RSAKey.generate_key(2048)
    assert refuses(signing, forged(signing, {"alg": "RS256", "kid": "earlier"}, forger))


def test_a_token_of_a_person_in_a_few_groups_is_far_below_two_kilobytes(signing: Signing) -> None:
    more = signing.claims(
        aud=["a" * 64],
        email="augusta.ada.king@engineering.example.com",
        sub="s" * 32,
        sid="i" * 32,
        idp="entra",
        gen="12.34.0123456789ab",
        groups=["9d2ee1a3-8f0e-4c55-a9a7-0d3e0d1f3b6a"] * 5,
    )
    assert len(signing.tokens.sign(more)) < 1300


def test_nothing_is_signed_before_the_keys_are_there() -> None:
    tokens = Tokens(
        FakeSigningKeys(),
        issuer=ISSUER,
        clock=FakeClock(),
        randomness=FakeRandomness(),
        make_key=FakeKeyMaker(),
    )
    with pytest.raises(Unavailable):
        tokens.sign({})
