from __future__ import annotations

import json
from dataclasses import replace

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from joserfc.jwk import OctKey, RSAKey

from doorward.model.errors import Invalid
from doorward.services.token_keys import BITS, make_private_key, read_key
from tests.fakes.clock import START
from tests.fakes.signing import FakeKeyMaker, key_on_a_curve
from tests.nouns import signing_key

STORED = replace(signing_key("k1"), private_jwk=FakeKeyMaker()())


def test_a_new_key_is_rsa_of_2048_bits_and_a_different_one_each_time() -> None:
    one, other = json.loads(make_private_key()), json.loads(FakeKeyMaker()())
    assert (one["kty"], RSAKey.import_key(one).public_key.key_size) == ("RSA", BITS)
    assert one["n"] != other["n"]


def test_the_public_half_says_what_it_is_for_and_holds_nothing_private() -> None:
    key = read_key(STORED)
    assert {name: key.public[name] for name in ("kid", "kty", "use", "alg")} == {
        "kid": "k1",
        "kty": "RSA",
        "use": "sig",
        "alg": "RS256",
    }
    assert key.public.keys() == {"kid", "kty", "use", "alg", "n", "e"}
    assert "private" not in repr(key)


def test_the_algorithm_follows_from_the_key_whatever_is_stored_beside_it() -> None:
    claimed = json.dumps({**json.loads(STORED.private_jwk), "alg": "PS512", "kid": "other", "use": "enc"})
    key = read_key(replace(STORED, private_jwk=claimed))
    assert (key.algorithm, key.public["alg"], key.public["kid"]) == ("RS256", "RS256", "k1")
    assert read_key(key_on_a_curve()).algorithm == "ES256"


def test_the_certificate_holds_the_same_key_signed_by_itself_and_stays_the_same() -> None:
    key = read_key(STORED)
    certificate = x509.load_pem_x509_certificate(key.certificate.encode())
    public = certificate.public_key()
    assert isinstance(public, RSAPublicKey)
    assert RSAKey.import_key(public).as_dict(private=False)["n"] == key.public["n"]
    certificate.verify_directly_issued_by(certificate)
    assert certificate.not_valid_before_utc == START
    assert read_key(STORED).certificate == key.certificate


@pytest.mark.parametrize(
    "stored",
    [
        "",
        "no JSON",
        "[]",
        '{"d": "private"}',
        '{"kty": "RSA"}',
        '{"kty": "RSA", "n": 1}',
        OctKey.generate_key(256).as_dict(private=True),
        {name: json.loads(STORED.private_jwk)[name] for name in ("kty", "n", "e")},
        {k: v for k, v in json.loads(key_on_a_curve().private_jwk).items() if k != "d"},
    ],
)
def test_what_is_no_such_key_is_told_by_its_kid(stored: str | dict[str, object]) -> None:
    text = stored if isinstance(stored, str) else json.dumps(stored)
    with pytest.raises(Invalid, match=r"signing_keys\[k1\]"):
        read_key(replace(STORED, private_jwk=text))
