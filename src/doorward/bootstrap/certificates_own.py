"""An administrator's own certificate for the edge, instead of one from Doorward's authority."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from doorward.bootstrap.certificates import CertificateAndKey, names_of
from doorward.model.errors import Invalid

CERTIFICATE = "certificate"
KEY = "private_key"
CURVES = ("secp256r1", "secp384r1", "secp521r1")
SHORTEST_RSA = 2048


def load_own(certificate: Path, key: Path, *, hostnames: Iterable[str], now: datetime) -> CertificateAndKey:
    """Read a certificate (PEM, its intermediates after it) and its key, and check that they will serve.

    Raises Invalid for the setting ``certificate`` or ``private_key``, naming the file, when one is
    not readable, they don't belong together, the certificate is not valid now or does not cover one of
    ``hostnames``, or the edge cannot use this kind of key.
    """
    chain_pem = _read(certificate, CERTIFICATE)
    chain = _chain(certificate, chain_pem)
    private = _key(key, _read(key, KEY))
    if chain[0].public_key() != private.public_key():
        raise Invalid(KEY, f"{key} is not the key of {certificate}")
    _check_dates(certificate, chain[0], now)
    _check_names(certificate, chain[0], hostnames)
    pem = private.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return CertificateAndKey(chain_pem, pem)


def covers(names: Iterable[str], hostname: str) -> bool:
    """Whether one of a certificate's ``names`` is ``hostname``; ``*`` stands for one whole label.

    RFC 9525, section 6.3. An address matches itself only.
    """
    hostname = hostname.lower()
    if hostname in names:
        return True
    try:
        ipaddress.ip_address(hostname)
    except ValueError:
        first, _, rest = hostname.partition(".")
        return bool(first) and "." in rest and f"*.{rest}" in names
    return False


def _read(path: Path, setting: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise Invalid(setting, f"{path} cannot be read: {error.strerror}") from None


def _chain(path: Path, content: bytes) -> list[x509.Certificate]:
    try:
        return x509.load_pem_x509_certificates(content)
    except ValueError:
        raise Invalid(CERTIFICATE, f"{path} holds no certificate in PEM form") from None


def _key(path: Path, content: bytes) -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey:
    try:
        key = serialization.load_pem_private_key(content, None)
    except TypeError:
        raise Invalid(KEY, f"{path} is protected by a password: give a key without one") from None
    except (ValueError, UnsupportedAlgorithm):
        raise Invalid(KEY, f"{path} holds no private key in PEM form") from None
    if isinstance(key, rsa.RSAPrivateKey) and key.key_size >= SHORTEST_RSA:
        return key
    if isinstance(key, ec.EllipticCurvePrivateKey) and key.curve.name in CURVES:
        return key
    raise Invalid(
        KEY, f"{path} is of a kind that browsers don't take: use ECDSA P-256 or RSA of at least 2048 bits"
    )


def _check_dates(path: Path, leaf: x509.Certificate, now: datetime) -> None:
    if now >= leaf.not_valid_after_utc:
        raise Invalid(CERTIFICATE, f"{path} expired on {leaf.not_valid_after_utc:%Y-%m-%d %H:%M} UTC")
    if now < leaf.not_valid_before_utc:
        raise Invalid(
            CERTIFICATE, f"{path} is not valid before {leaf.not_valid_before_utc:%Y-%m-%d %H:%M} UTC"
        )


def _check_names(path: Path, leaf: x509.Certificate, hostnames: Iterable[str]) -> None:
    names = names_of(leaf)
    missing = [hostname for hostname in hostnames if not covers(names, hostname)]
    if missing:
        raise Invalid(
            CERTIFICATE,
            f"{path} does not cover {', '.join(missing)}: it is for {', '.join(names) or 'no name'}",
        )
