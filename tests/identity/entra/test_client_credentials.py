from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from joserfc import jwt
from joserfc.jwk import RSAKey

from doorward.identity.entra.client_credentials import ASSERTION, ClientCredentials, read_certificate
from doorward.model.errors import Invalid
from doorward.model.identity_provider import ClientSecret, EntraId
from tests.fakes.clock import START, FakeClock, FakeRandomness
from tests.identity.entra import own_certificate

TOKEN_ENDPOINT = "https://login.example/tenant/oauth2/v2.0/token"
SETTINGS = EntraId(tenant="contoso.com", client_id="the-client")
CERTIFIED = replace(
    SETTINGS,
    certificate=own_certificate.certificate(),
    private_key=own_certificate.pem(own_certificate.key()),
)
CURVE = ec.generate_private_key(ec.SECP256R1())
DAY = timedelta(days=1)
OLD = ClientSecret(value="old", expires=START + DAY)
NEW = ClientSecret(value="new", expires=START + 90 * DAY)
GONE = ClientSecret(value="gone", expires=START - DAY)
UNDATED = ClientSecret(value="undated")


def credentials(*secrets: ClientSecret, settings: EntraId = SETTINGS) -> ClientCredentials:
    settings = replace(settings, client_secrets=secrets)
    return ClientCredentials(settings, clock=FakeClock(), randomness=FakeRandomness())


def tried(made: ClientCredentials) -> list[str]:
    return [form["client_secret"] for _, form in made.forms(TOKEN_ENDPOINT)]


@pytest.mark.parametrize(
    ("secrets", "order"),
    [
        ((OLD,), ["old"]),
        ((OLD, NEW), ["new", "old"]),
        ((NEW, OLD), ["new", "old"]),
        ((GONE, OLD), ["old", "gone"]),
        ((UNDATED, OLD), ["old", "undated"]),
        ((GONE, UNDATED), ["undated", "gone"]),
        ((GONE,), ["gone"]),
    ],
)
def test_the_secret_that_lasts_longest_goes_first(
    secrets: tuple[ClientSecret, ...], order: list[str]
) -> None:
    assert tried(credentials(*secrets)) == order


def test_the_secret_that_worked_is_kept_to() -> None:
    made = credentials(NEW, OLD)
    made.worked({"client_secret": "old"})
    assert tried(made) == ["old", "new"]


def test_secrets_are_named_by_their_place_and_never_by_their_value() -> None:
    assert [name for name, _ in credentials(OLD, NEW).forms(TOKEN_ENDPOINT)] == [
        "client secret 2", "client secret 1",
    ]  # fmt: skip
    assert [name for name, _ in credentials(OLD).forms(TOKEN_ENDPOINT)] == ["client secret"]


def assertion() -> tuple[Mapping[str, object], Mapping[str, object], str]:
    [(name, form)] = credentials(settings=CERTIFIED).forms(TOKEN_ENDPOINT)
    assert name == "certificate"
    assert form["client_assertion_type"] == ASSERTION
    assert "client_secret" not in form
    public = RSAKey.import_key(own_certificate.pem(own_certificate.key()))
    token = jwt.decode(form["client_assertion"], public, algorithms=["PS256"])
    return token.header, token.claims, form["client_assertion"]


def test_a_certificate_signs_a_statement_that_holds_for_minutes() -> None:
    header, claims, _ = assertion()
    der = x509.load_pem_x509_certificate(own_certificate.certificate().encode()).public_bytes(Encoding.DER)
    digest = base64.urlsafe_b64encode(hashlib.sha256(der).digest()).rstrip(b"=").decode()
    assert header == {"alg": "PS256", "typ": "JWT", "x5t#S256": digest}
    assert claims["aud"] == TOKEN_ENDPOINT
    assert claims["iss"] == claims["sub"] == "the-client"
    now = int(START.timestamp())
    assert (claims["nbf"], claims["exp"]) == (now - 30, now + 300)


def test_no_two_statements_are_the_same() -> None:
    made = credentials(settings=CERTIFIED)
    bodies = [made.forms(TOKEN_ENDPOINT)[0][1]["client_assertion"].split(".")[1] for _ in range(2)]
    first, second = (json.loads(base64.urlsafe_b64decode(body + "==")) for body in bodies)
    assert first["jti"] != second["jti"]


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        (replace(CERTIFIED, certificate=""), "certificate: holds no readable certificate"),
        (replace(CERTIFIED, certificate="-----BEGIN"), "certificate: holds no readable certificate"),
        (replace(CERTIFIED, private_key="nonsense"), "private_key: holds no readable private key"),
        (
            replace(CERTIFIED, private_key=own_certificate.pem(own_certificate.key(2))),
            "does not belong to the certificate",
        ),
        (replace(CERTIFIED, private_key=own_certificate.pem(CURVE)), "is not an RSA key"),
    ],
)
def test_a_certificate_that_cannot_be_used_is_invalid(settings: EntraId, said: str) -> None:
    with pytest.raises(Invalid, match=said) as caught:
        credentials(settings=settings)
    assert "PRIVATE KEY" not in str(caught.value)


def test_a_certificate_tells_when_it_ends() -> None:
    assert read_certificate(CERTIFIED).expires == own_certificate.EXPIRES
