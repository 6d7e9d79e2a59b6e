"""Forged and confused tokens, each against a provider that gives it out as an ID token."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping

import pytest
from joserfc.jwk import Key, OctKey, RSAKey

from doorward.identity.oidc.algorithms import ALGORITHMS
from doorward.identity.oidc.id_token import Header, read_header, read_signed
from doorward.identity.oidc.keys import read_keys
from doorward.model.errors import Refused
from tests.fakes.openid import REMOVED, FakeOpenIdProvider, b64, curve, rsa, run_sign_in, signed

WRONG_ALGORITHM = "its algorithm is not allowed"
WRONG_SIGNATURE = "its signature is wrong"
NOT_SIGNED = "it is not a signed token"


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_every_algorithm_of_ours_works(algorithm: str) -> None:
    needed = ALGORITHMS[algorithm]
    key = rsa() if needed.key_type == "RSA" else curve("one", needed.curve)
    fake = FakeOpenIdProvider(key=key, keys=[key], algorithm=algorithm)
    assert run_sign_in(fake).subject == "ada-1"


@pytest.mark.parametrize(
    "name", ["none", "None", "nOnE", "NONE", "", "rs256", "RS1", "HS256", "dir", "RS256 "]
)
def test_an_algorithm_that_is_not_on_the_list_is_refused(name: str) -> None:
    def unsigned(header: Mapping[str, object], payload: bytes, key: Key) -> str:
        return f"{b64(json.dumps(header).encode())}.{b64(payload)}."

    fake = FakeOpenIdProvider(header={"alg": name}, sign=unsigned)
    fake.metadata["id_token_signing_alg_values_supported"] = ["RS256", name]
    with pytest.raises(Refused, match=WRONG_ALGORITHM):
        run_sign_in(fake)


@pytest.mark.parametrize("name", [REMOVED, None, 7, ["RS256"], {"RS256": 1}])
def test_an_algorithm_that_is_no_text_is_refused(name: object) -> None:
    def unsigned(header: Mapping[str, object], payload: bytes, key: Key) -> str:
        return f"{b64(json.dumps(header).encode())}.{b64(payload)}."

    with pytest.raises(Refused, match=WRONG_ALGORITHM):
        run_sign_in(FakeOpenIdProvider(header={"alg": name}, sign=unsigned))


@pytest.mark.parametrize("name", ["HS256", "HS384", "HS512"])
def test_a_public_key_used_as_a_shared_secret_is_refused(name: str) -> None:
    for public in (rsa().as_pem(private=False), rsa().as_der(private=False)):

        def with_public_key(
            header: Mapping[str, object], payload: bytes, key: Key, secret: bytes = public
        ) -> str:
            return signed(header, payload, OctKey.import_key(base64.urlsafe_b64encode(secret)))

        fake = FakeOpenIdProvider(header={"alg": name}, sign=with_public_key)
        fake.metadata["id_token_signing_alg_values_supported"] = ["RS256", name]
        with pytest.raises(Refused, match=WRONG_ALGORITHM):
            run_sign_in(fake)


def test_an_algorithm_that_the_provider_does_not_use_is_refused() -> None:
    fake = FakeOpenIdProvider(algorithm="PS256")
    fake.metadata["id_token_signing_alg_values_supported"] = ["RS256"]
    with pytest.raises(Refused, match=WRONG_ALGORITHM):
        run_sign_in(fake)


def forged(header: Mapping[str, object], payload: bytes, key: Key) -> str:
    """Signed by somebody else in the provider's name."""
    return signed(header, payload, rsa("attacker"))


ATTACKERS_JWK = rsa("attacker").as_dict(private=False)


@pytest.mark.parametrize(
    "header",
    [
        {"jwk": ATTACKERS_JWK},
        {"jwk": ATTACKERS_JWK, "kid": REMOVED},
        {"jku": "https://evil.example.com/keys"},
        {"x5u": "https://evil.example.com/chain"},
        {"x5c": ["MIIB"]},
        {"jwk": None},
    ],
)
@pytest.mark.parametrize("honest", [True, False])
def test_a_token_that_brings_its_own_key_is_refused_however_it_is_signed(
    header: dict[str, object], *, honest: bool
) -> None:
    fake = FakeOpenIdProvider(header=header, sign=signed if honest else forged)
    with pytest.raises(Refused, match="it brings a key of its own"):
        run_sign_in(fake)
    assert "evil.example.com" not in {request.url.host for request in fake.asked}


@pytest.mark.parametrize(
    "header",
    [
        {"crit": ["exp"]},
        {"crit": ["http://example.com/ext"], "http://example.com/ext": 1},
        {"crit": []},
        {"crit": None},
        {"b64": False, "crit": ["b64"]},
        {"b64": True},
    ],
)
def test_a_token_that_demands_an_extension_is_refused(header: dict[str, object]) -> None:
    with pytest.raises(Refused, match="it demands an extension"):
        run_sign_in(FakeOpenIdProvider(header=header))


@pytest.mark.parametrize(
    "kind", ["at+jwt", "application/at+jwt", "logout+jwt", "secevent+jwt", "JOSE", "", 7, None]
)
def test_another_kind_of_token_is_refused(kind: object) -> None:
    with pytest.raises(Refused, match="it is another kind of token"):
        run_sign_in(FakeOpenIdProvider(header={"typ": kind}))


@pytest.mark.parametrize(
    "header",
    [
        {"typ": REMOVED},
        {"typ": "jwt"},
        {"typ": "application/jwt"},
        {"x5t": "abc", "unknown": 7},
        {"kid": REMOVED},
    ],
)
def test_what_the_specification_lets_be_is_let_be(header: dict[str, object]) -> None:
    assert run_sign_in(FakeOpenIdProvider(header=header)).subject == "ada-1"


def test_a_token_signed_by_somebody_else_is_refused() -> None:
    with pytest.raises(Refused, match=WRONG_SIGNATURE):
        run_sign_in(FakeOpenIdProvider(sign=forged))


@pytest.mark.parametrize("kid", ["attacker", "", "../../dev/null", "' OR '1'='1", "x" * 5000])
def test_a_key_id_that_is_not_published_is_refused(kid: str) -> None:
    with pytest.raises(Refused, match="does not publish"):
        run_sign_in(FakeOpenIdProvider(header={"kid": kid}, sign=forged))


@pytest.mark.parametrize("kid", [7, None, ["one"], {}])
def test_a_key_id_that_is_no_text_is_refused(kid: object) -> None:
    if kid is None:  # The same as none at all; the signature decides.
        with pytest.raises(Refused, match=WRONG_SIGNATURE):
            run_sign_in(FakeOpenIdProvider(header={"kid": kid}, sign=forged))
        return
    with pytest.raises(Refused, match="its key id is not text"):
        run_sign_in(FakeOpenIdProvider(header={"kid": kid}))


def test_a_key_that_is_published_for_something_else_verifies_nothing() -> None:
    published = {**rsa().as_dict(private=False), "use": "enc"}
    encrypting = RSAKey.import_key(published)
    with pytest.raises(Refused, match="does not publish"):
        run_sign_in(FakeOpenIdProvider(keys=[encrypting]))


def test_an_elliptic_signature_of_zeros_is_refused() -> None:
    key = curve("one")

    def zeros(header: Mapping[str, object], payload: bytes, key: Key) -> str:
        return f"{b64(json.dumps(header).encode())}.{b64(payload)}.{b64(bytes(64))}"

    with pytest.raises(Refused, match=WRONG_SIGNATURE):
        run_sign_in(FakeOpenIdProvider(key=key, keys=[key], algorithm="ES256", sign=zeros))


def rewritten(fake: FakeOpenIdProvider, token: object) -> FakeOpenIdProvider:
    fake.tokens["id_token"] = token
    return fake


@pytest.mark.parametrize(
    ("token", "said"),
    [
        ("", NOT_SIGNED),
        ("abc", NOT_SIGNED),
        ("a.b", NOT_SIGNED),
        ("a.b.c.d.e", NOT_SIGNED),
        ("ä.b.c", NOT_SIGNED),
        ("..", "its header cannot be read"),
        ("e30=.e30.c", "its header cannot be read"),
        (f"{b64(b'[]')}.e30.c", "its header cannot be read"),
        (f"{b64(b'null')}.e30.c", "its header cannot be read"),
        (b64(b'{"alg":"none","alg":"RS256"}') + ".e30.c", "its header cannot be read"),
        (b64(b'{"alg":"RS256","kid":"one"}') + ".e30.", WRONG_SIGNATURE),
        (b64(b'{"alg":"RS256","kid":"one"}') + ".e30.!!", WRONG_SIGNATURE),
        (b64(b'{"alg":"RS256","kid":"one"}') + ".!!." + "A" * 342, WRONG_SIGNATURE),
        ("a." * 40_000, "a token of more than 65536 characters"),
        ("a.b." + "c" * 1_000_000, "(a token|an answer) of more than"),
    ],
)
def test_what_is_no_token_is_refused(token: str, said: str) -> None:
    fake = rewritten(FakeOpenIdProvider(), token)
    with pytest.raises(Exception, match=said):
        run_sign_in(fake)


@pytest.mark.parametrize(
    "payload", [b"[]", b"null", b"", b"\xff", b'{"sub":"ada-1","sub":"eve-3"}', b'{"exp":NaN}', b'"ada-1"']
)
def test_signed_claims_that_are_not_one_object_are_refused(payload: bytes) -> None:
    def with_payload(header: Mapping[str, object], _honest: bytes, key: Key) -> str:
        return signed(header, payload, key)

    with pytest.raises(Refused, match="its claims cannot be read"):
        run_sign_in(FakeOpenIdProvider(sign=with_payload))


def test_a_token_inside_a_token_is_refused() -> None:
    def nested(header: Mapping[str, object], payload: bytes, key: Key) -> str:
        return signed({**header, "cty": "JWT"}, signed(header, payload, key).encode(), key)

    with pytest.raises(Refused, match="its claims cannot be read"):
        run_sign_in(FakeOpenIdProvider(sign=nested))


def test_a_key_is_not_used_with_an_algorithm_that_it_does_not_fit() -> None:
    key = read_keys({"keys": [rsa().as_dict(private=False)]}).keys[0]
    token = signed({"alg": "RS256"}, b"{}", rsa())
    assert read_signed(token, read_header(token, algorithms=frozenset({"RS256"})), key) == {}
    with pytest.raises(Refused, match="does not go with its algorithm"):
        read_signed(token, Header("ES256", None), key)
    with pytest.raises(Refused, match=WRONG_SIGNATURE):
        read_signed(token, Header("RS512", None), key)
