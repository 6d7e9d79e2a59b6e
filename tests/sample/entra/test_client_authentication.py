from __future__ import annotations

import functools
from collections.abc import Mapping
from datetime import timedelta

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from joserfc import jwt
from joserfc.jwk import RSAKey

from doorward.sample.entra.client_authentication import ASSERTION_TYPE, thumbprint
from doorward.sample.entra.seed import CLIENT_ID, TENANT_ID
from tests.fakes.clock import START
from tests.fakes.entra import FakeEntra
from tests.fakes.entra_visitor import Visitor
from tests.sample.entra.stories import visit


@functools.cache
def certificate(name: str = "doorward") -> tuple[str, RSAKey]:
    """A certificate as PEM, with its key."""
    key = rsa.generate_private_key(65537, 2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(START)
        .not_valid_after(START + timedelta(days=365))
        .sign(key, hashes.SHA256())
    )
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return made.public_bytes(Encoding.PEM).decode(), RSAKey.import_key(pem)


def assertion(
    fake: FakeEntra,
    claims: Mapping[str, object] | None = None,
    *,
    header: Mapping[str, object] | None = None,
    key: RSAKey | None = None,
) -> str:
    pem, own = certificate()
    now = int(fake.clock.now().timestamp())
    honest: dict[str, object] = {
        "aud": f"{fake.base_url}/{TENANT_ID}/oauth2/v2.0/token",
        "iss": CLIENT_ID,
        "sub": CLIENT_ID,
        "jti": "once",
        "nbf": now,
        "exp": now + 300,
    } | dict(claims or {})
    whole = {"alg": "PS256", "typ": "JWT", "x5t#S256": thumbprint(pem)} | dict(header or {})
    kept = {name: value for name, value in honest.items() if value is not None}
    return jwt.encode(whole, kept, key or own, algorithms=["PS256", "RS256"])


async def ask(visitor: Visitor, text: str, kind: str = ASSERTION_TYPE) -> httpx.Response:
    return await visitor.ask_token(
        grant_type="client_credentials",
        scope="https://graph.microsoft.com/.default",
        client_assertion=text,
        client_assertion_type=kind,
    )


def trusting() -> FakeEntra:
    fake = FakeEntra()
    fake.registration.certificates = [certificate("another")[0], certificate()[0]]
    return fake


@pytest.mark.parametrize("algorithm", ["PS256", "RS256"])
def test_an_assertion_by_a_registered_certificate_is_taken_once(algorithm: str) -> None:
    fake = trusting()

    async def story(application: Visitor) -> None:
        text = assertion(fake, header={"alg": algorithm})
        assert (await ask(application, text)).status_code == 200
        again = await ask(application, text)
        assert again.status_code == 401
        assert again.json()["error_codes"] == [50012]

    visit(fake, story)


@pytest.mark.parametrize(
    ("claims", "code"),
    [
        ({"iss": "somebody"}, 700021),
        ({"sub": "somebody"}, 700021),
        ({"aud": "https://entra.example/elsewhere"}, 700023),
        ({"exp": int(START.timestamp())}, 700024),
        ({"exp": int(START.timestamp()) + 601}, 700024),
        ({"exp": None}, 700024),
        ({"nbf": int(START.timestamp()) + 10}, 700024),
        ({"jti": None}, 50012),
    ],
)
def test_an_assertion_with_wrong_claims_is_refused(claims: dict[str, object], code: int) -> None:
    fake = trusting()

    async def story(application: Visitor) -> None:
        answer = await ask(application, assertion(fake, claims))
        assert (answer.status_code, answer.json()["error_codes"]) == (401, [code])

    visit(fake, story)


def test_an_assertion_by_an_unknown_key_or_without_thumbprint_is_refused() -> None:
    fake = trusting()

    async def story(application: Visitor) -> None:
        unknown = certificate("unknown")[1]
        for text in (
            assertion(fake, key=unknown),
            assertion(fake, header={"x5t#S256": "wrong"}),
            "nonsense",
        ):
            answer = await ask(application, text)
            assert (answer.status_code, answer.json()["error_codes"]) == (401, [700027])

    visit(fake, story)


def test_another_type_of_assertion_is_refused() -> None:
    fake = trusting()

    async def story(application: Visitor) -> None:
        answer = await ask(application, assertion(fake), "urn:other")
        assert answer.json()["error_codes"] == [50012]

    visit(fake, story)


def test_a_header_that_is_no_basic_authentication_is_no_secret() -> None:
    async def story(application: Visitor) -> None:
        for header in ("Basic ???", "Bearer x"):
            answer = await application.client.post(
                f"/{TENANT_ID}/oauth2/v2.0/token",
                data={"grant_type": "client_credentials", "client_id": CLIENT_ID},
                headers={"Authorization": header},
            )
            assert answer.json()["error_codes"] == [70002]

    visit(FakeEntra(), story)
