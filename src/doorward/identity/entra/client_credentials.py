"""How Doorward proves to Entra that it is the registered application.

Rule: of two secrets, the one that expires last goes first; one that is refused makes way for the other
(they are exchanged without a moment in which nobody can sign in). The one that worked is kept to.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from doorward.model.entra_names import guid
from doorward.model.errors import Invalid
from doorward.model.identity_provider import ClientSecret, EntraId
from doorward.ports.clock import Clock, Randomness

ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
GOOD_FOR = timedelta(minutes=5)  # [K] Entra takes at most ten.
BACKDATED = timedelta(seconds=30)
"""An authority whose clock is a little behind must not find the assertion not valid yet."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate:
    """The key that is registered. ``thumbprint`` is the certificate's SHA-256 in base64url."""

    key: rsa.RSAPrivateKey
    thumbprint: str
    expires: datetime


class ClientCredentials:
    """Makes the form members that prove who asks.

    Raises:
        Invalid: the certificate or the key cannot be used, or they do not belong together.
    """

    def __init__(self, settings: EntraId, *, clock: Clock, randomness: Randomness) -> None:
        self._client_id = settings.client_id
        self._secrets = settings.client_secrets
        self._clock = clock
        self._randomness = randomness
        self._works: ClientSecret | None = None
        self.certificate = read_certificate(settings) if settings.private_key else None

    def forms(self, audience: str) -> Sequence[tuple[str, Mapping[str, str]]]:
        """What to try, in order: a name for each, and the members to add to the form.

        ``audience`` is the token endpoint that it is for.
        """
        if self.certificate:
            return [("certificate", self._assertion(self.certificate, audience))]
        ordered = by_expiry(self._secrets, self._clock.now())
        ordered.sort(key=lambda secret: secret is not self._works)
        return [
            (self._name(secret), {"client_id": self._client_id, "client_secret": secret.value})
            for secret in ordered
        ]

    def worked(self, form: Mapping[str, str]) -> None:
        """Remember that Entra took this one."""
        value = form.get("client_secret")
        self._works = next((s for s in self._secrets if s.value == value), self._works)

    def _name(self, secret: ClientSecret) -> str:
        """The secret's place in the settings: its value is not for showing."""
        if len(self._secrets) == 1:
            return "client secret"
        return f"client secret {self._secrets.index(secret) + 1}"

    def _assertion(self, certificate: Certificate, audience: str) -> Mapping[str, str]:
        """A signed statement in the secret's place (RFC 7523 section 2.2)."""
        now = self._clock.now()
        header = {"alg": "PS256", "typ": "JWT", "x5t#S256": certificate.thumbprint}
        claims = {
            "aud": audience,
            "iss": self._client_id,
            "sub": self._client_id,
            "jti": guid(self._randomness.identifier()),
            "nbf": int((now - BACKDATED).timestamp()),
            "iat": int(now.timestamp()),
            "exp": int((now + GOOD_FOR).timestamp()),
        }
        data = f"{_part(header)}.{_part(claims)}"
        # RFC 7518 section 3.5: the salt is as long as the hash.
        pss = padding.PSS(mgf=padding.MGF1(hashes.SHA256()), salt_length=hashes.SHA256.digest_size)
        signature = certificate.key.sign(data.encode(), pss, hashes.SHA256())
        return {
            "client_id": self._client_id,
            "client_assertion_type": ASSERTION,
            "client_assertion": f"{data}.{_base64url(signature)}",
        }


def by_expiry(secrets: Sequence[ClientSecret], now: datetime) -> list[ClientSecret]:
    """The secrets in the order in which to try them.

    Those with an unknown end come after those known to be good. Those whose date has passed are tried
    last: only Entra knows whether the date that was written down is right.
    """

    def rank(secret: ClientSecret) -> tuple[int, float]:
        if secret.expires is None:
            return (1, 0)
        return (0 if secret.expires > now else 2, -secret.expires.timestamp())

    return sorted(secrets, key=rank)


def read_certificate(settings: EntraId) -> Certificate:
    """The registered certificate and its key.

    Raises:
        Invalid: one of them cannot be read, is no RSA key, or they do not belong together.
    """
    try:
        certificate = x509.load_pem_x509_certificate(settings.certificate.encode())
    except ValueError:
        raise Invalid("certificate", "holds no readable certificate in PEM form") from None
    try:
        key = load_pem_private_key(settings.private_key.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise Invalid("private_key", "holds no readable private key in PEM form") from None
    if not isinstance(key, rsa.RSAPrivateKey):
        raise Invalid("private_key", "is not an RSA key, which Microsoft Entra ID wants")
    if _public(certificate.public_key()) != _public(key.public_key()):
        raise Invalid("private_key", "does not belong to the certificate")
    der = certificate.public_bytes(Encoding.DER)
    return Certificate(
        key=key,
        thumbprint=_base64url(hashlib.sha256(der).digest()),
        expires=certificate.not_valid_after_utc,
    )


def _public(key: object) -> bytes:
    if not isinstance(key, rsa.RSAPublicKey):
        return b""
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _part(value: Mapping[str, object]) -> str:
    return _base64url(json.dumps(value, separators=(",", ":")).encode())


def _base64url(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()
