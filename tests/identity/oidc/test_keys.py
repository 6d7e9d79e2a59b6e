from __future__ import annotations

import pytest

from doorward.identity.oidc.algorithms import ALGORITHMS
from doorward.identity.oidc.fetching import Unanswered
from doorward.identity.oidc.keys import PublishedKeys, read_keys
from tests.fakes.openid import REMOVED, b64, changed, curve, rsa

RSA = rsa("one").as_dict(private=False)
EC = curve("curve").as_dict(private=False)
CURVES = ("P-256", "P-384", "P-521", "Ed25519")


def read(*keys: object) -> PublishedKeys:
    return read_keys({"keys": list(keys)})


def found(keys: PublishedKeys, kid: str | None, algorithm: str) -> bool:
    return keys.find(kid=kid, algorithm=algorithm) is not None


def test_each_algorithm_finds_the_key_of_its_type_and_curve_alone() -> None:
    keys = read(RSA, *(curve(crv, crv).as_dict(private=False) for crv in CURVES))
    for algorithm, needed in ALGORITHMS.items():
        key = keys.find(kid=None, algorithm=algorithm)
        assert key is not None
        assert (key.key_type, key.curve) == (needed.key_type, needed.curve)
        assert key.kid == ("one" if algorithm[1] == "S" and algorithm[0] in "RP" else needed.curve)


def test_a_key_verifies_only_what_it_says_it_is_for() -> None:
    pinned = read({**RSA, "alg": "RS512"})
    assert found(pinned, "one", "RS512")
    assert not found(pinned, "one", "RS256")


@pytest.mark.parametrize(
    "changes",
    [
        {"use": "enc"},
        {"use": 7},
        {"use": ["sig"]},
        {"key_ops": ["encrypt"]},
        {"key_ops": "verify"},
        {"alg": 7},
        {"kid": 7},
        {"kty": "oct", "k": "c2VjcmV0"},
        {"kty": REMOVED},
        {"kty": "AKP"},
        {"n": REMOVED},
        {"n": 7},
        {"n": "!!"},
        {"e": "AQ"},
        {"n": b64(b"\xff" * 128)},
        {"n": b64(b"\xff" * 2048)},
    ],
)
def test_a_key_that_is_unfit_is_left_out_and_the_others_stay(changes: dict[str, object]) -> None:
    keys = read(changed(RSA, changes), EC, "not a key", None)
    assert not found(keys, "one", "RS256")
    assert found(keys, "curve", "ES256")


@pytest.mark.parametrize("changes", [{"x": EC["y"]}, {"crv": "P-384"}, {"crv": "secp256k1"}, {"y": REMOVED}])
def test_a_point_that_is_not_on_its_curve_is_left_out(changes: dict[str, object]) -> None:
    assert read(changed(EC, changes)).keys == ()


def test_a_private_key_that_was_published_by_mistake_is_read_as_a_public_one() -> None:
    key = read(rsa("one").as_dict(private=True)).find(kid="one", algorithm="RS256")
    assert key is not None
    assert not key.key.is_private


def test_a_token_without_key_id_is_fine_while_one_key_fits() -> None:
    two = rsa("two").as_dict(private=False)
    assert found(read(RSA, EC), None, "RS256")
    assert not found(read(RSA, two), None, "RS256")
    assert found(read(RSA, two), "two", "RS256")


def test_two_keys_of_one_name_are_no_answer() -> None:
    assert not found(read(RSA, {**rsa("two").as_dict(private=False), "kid": "one"}), "one", "RS256")


@pytest.mark.parametrize("kid", ["two", "", "ONE", "../one", "' OR 1=1 --", "https://evil.example.com/keys"])
def test_an_unknown_key_id_finds_nothing(kid: str) -> None:
    assert not found(read(RSA), kid, "RS256")


def test_an_empty_set_is_a_set() -> None:
    assert read().keys == ()


@pytest.mark.parametrize(
    "document", [{}, {"keys": {}}, {"keys": None}, {"keys": [{}] * 101}, {"error": "down"}]
)
def test_what_is_no_key_set_is_no_answer(document: dict[str, object]) -> None:
    with pytest.raises(Unanswered):
        read_keys(document)


def test_a_key_says_whose_it_is_where_the_document_says_so() -> None:
    key = read({**RSA, "issuer": "https://idp.example.com/{tenantid}"}).keys[0]
    assert key.issuer == "https://idp.example.com/{tenantid}"
    assert read(RSA).keys[0].issuer is None
    assert read({**RSA, "issuer": ["https://idp.example.com"]}).keys == ()
