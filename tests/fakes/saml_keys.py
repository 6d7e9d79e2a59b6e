"""Key pairs for SAML, made once for each name, because making one takes long."""

from __future__ import annotations

import functools
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.fakes.clock import START


@dataclass(frozen=True)
class KeyPair:
    """A private key and a certificate of it that signed itself, both PEM."""

    key: str = field(repr=False)
    certificate: str

    @property
    def parsed(self) -> x509.Certificate:
        return x509.load_pem_x509_certificate(self.certificate.encode())


@functools.cache
def key_pair(
    name: str = "idp", *, kind: str = "rsa", bits: int = 2048, ends: datetime = START + timedelta(days=365)
) -> KeyPair:
    """The pair of this name; the same for the same arguments."""
    key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
    if kind == "rsa":
        key = rsa.generate_private_key(65537, bits)
    else:
        key = ec.generate_private_key(ec.SECP256R1() if kind == "ec" else ec.SECP256K1())
    common_name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(common_name)
        .issuer_name(common_name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(START - timedelta(days=365))
        .not_valid_after(ends)
        .sign(key, SHA256())
    )
    return KeyPair(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
        certificate.public_bytes(Encoding.PEM).decode(),
    )
