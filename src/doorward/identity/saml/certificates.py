"""Certificates and keys: the provider's, by which it is known, and Doorward's own.

Rule: a provider's certificate counts by its key, because an administrator put it there. Its dates do
not make a sign-in fail (SAML Metadata Interoperability Profile section 2.6.1); ``checks`` warns.
"""

from __future__ import annotations

import base64
import textwrap

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key

from doorward.model.errors import Invalid

MOST_CERTIFICATES = 16
SMALLEST_RSA = 2048


def read_certificates(pem: str, *, field: str) -> tuple[x509.Certificate, ...]:
    """The certificates in ``pem``, each once.

    Raises:
        Invalid: there is none, one cannot be read, there are too many, or a key is too weak.
    """
    try:
        found = x509.load_pem_x509_certificates(pem.encode())
    except ValueError:
        raise Invalid(
            field, "holds no readable certificate: give PEM, from -----BEGIN CERTIFICATE-----"
        ) from None
    return check_certificates(found, field=field)


def check_certificates(found: list[x509.Certificate], *, field: str) -> tuple[x509.Certificate, ...]:
    """These certificates, each once. Raises Invalid when one cannot check a signature safely."""
    certificates = tuple(dict.fromkeys(found))
    if len(certificates) > MOST_CERTIFICATES:
        raise Invalid(field, f"holds {len(certificates)} certificates: at most {MOST_CERTIFICATES} are used")
    for certificate in certificates:
        if not is_strong(certificate):
            raise Invalid(
                field,
                f"holds a certificate ({subject(certificate)}) whose key is neither RSA of at least "
                f"{SMALLEST_RSA} bits nor on the curve P-256, P-384 or P-521: have the provider renew it",
            )
    return certificates


def is_strong(certificate: x509.Certificate) -> bool:
    """Whether its key may vouch for people."""
    try:
        key = certificate.public_key()
    except (ValueError, UnsupportedAlgorithm):
        return False
    if isinstance(key, rsa.RSAPublicKey):
        return key.key_size >= SMALLEST_RSA
    return isinstance(key, ec.EllipticCurvePublicKey) and isinstance(
        key.curve, ec.SECP256R1 | ec.SECP384R1 | ec.SECP521R1
    )


def read_private_key(pem: str) -> rsa.RSAPrivateKey:
    """Doorward's own key, which signs requests and opens assertions.

    Raises:
        Invalid: it cannot be read, or is not RSA of enough bits. The key is never quoted.
    """
    field = "private_key"
    try:
        key = load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise Invalid(
            field,
            "holds no readable private key: give PEM without a password, from -----BEGIN PRIVATE KEY-----",
        ) from None
    if not isinstance(key, rsa.RSAPrivateKey) or key.key_size < SMALLEST_RSA:
        raise Invalid(field, f"is not an RSA key of at least {SMALLEST_RSA} bits, which SAML needs here")
    return key


def fits(certificate: x509.Certificate, key: rsa.RSAPrivateKey) -> bool:
    """Whether the certificate is of this key."""
    form = Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    return certificate.public_key().public_bytes(*form) == key.public_key().public_bytes(*form)


def from_base64(text: str, *, field: str) -> x509.Certificate:
    """A certificate as metadata holds it: base64 of DER. Raises Invalid when it cannot be read."""
    try:
        return x509.load_der_x509_certificate(base64.b64decode("".join(text.split()), validate=True))
    except ValueError:
        raise Invalid(field, "holds an X509Certificate that cannot be read") from None


def as_base64(certificate: x509.Certificate) -> str:
    """The same, the other way round."""
    return "\n".join(textwrap.wrap(base64.b64encode(certificate.public_bytes(Encoding.DER)).decode(), 76))


def subject(certificate: x509.Certificate) -> str:
    """Whose it says it is, for people to tell certificates apart."""
    try:
        name = certificate.subject.rfc4514_string()
    except ValueError:
        name = ""
    return name[:100] or f"serial {certificate.serial_number}"
