"""A certificate and its key, as an administrator would upload and keep them."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.fakes.clock import START

EXPIRES = START + timedelta(days=20)


@cache
def _key(number: int) -> rsa.RSAPrivateKey:
    del number
    return rsa.generate_private_key(65537, 2048)


def key(number: int = 1) -> rsa.RSAPrivateKey:
    """The same for the same number."""
    return _key(number)


def pem(private: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey) -> str:
    return private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


@cache
def certificate(number: int = 1, expires: datetime = EXPIRES) -> str:
    private = key(number)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Doorward")])
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(number)
        .not_valid_before(START - timedelta(days=1))
        .not_valid_after(expires)
        .sign(private, SHA256())
    )
    return built.public_bytes(Encoding.PEM).decode()
