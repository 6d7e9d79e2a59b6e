"""Doorward's private certificate authority and the server certificates it issues (RFC 5280).

Rule: nothing here touches a disk or a clock; ``certificates_files`` keeps things on disk.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from doorward.model.errors import Invalid

AUTHORITY_LIFE = timedelta(days=3650)
LONGEST_LIFE = timedelta(days=90)
BACKDATED = timedelta(minutes=5)
"""Certificates begin a little before they were made: clocks of other machines run behind."""

LONGEST_COMMON_NAME = 64
"""RFC 5280, appendix A.1, ub-common-name."""


@dataclass(frozen=True, slots=True)
class CertificateAndKey:
    """A server's certificate (PEM, with intermediates after it if there are any) and its key (PEM)."""

    certificate: bytes
    key: bytes = field(repr=False)

    @property
    def leaf(self) -> x509.Certificate:
        """The server's own certificate."""
        return x509.load_pem_x509_certificate(self.certificate)


@dataclass(frozen=True, slots=True)
class Authority:
    """The authority. ``certificate`` is what browsers and connectors are told to trust."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey = field(repr=False)

    @property
    def pem(self) -> bytes:
        """The certificate as PEM."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def issue(
        self, names: Iterable[str], *, now: datetime, life: timedelta = LONGEST_LIFE
    ) -> CertificateAndKey:
        """A certificate with a new key for a server that has exactly these DNS names and addresses.

        It ends with the authority at the latest.

        Raises Invalid when there is no name, one is neither a DNS name nor an address, or ``life`` is
        longer than 90 days.
        """
        wanted = canonical_names(names)
        if not timedelta(0) < life <= LONGEST_LIFE:
            raise Invalid("life", f"a certificate lives at most {LONGEST_LIFE.days} days, not {life}")
        key = ec.generate_private_key(ec.SECP256R1())
        builder = (
            x509.CertificateBuilder()
            .subject_name(_name(wanted[0] if len(wanted[0]) <= LONGEST_COMMON_NAME else "Doorward"))
            .issuer_name(self.certificate.subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - BACKDATED)
            .not_valid_after(min(now + life, self.certificate.not_valid_after_utc))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.SubjectAlternativeName(list(map(_general_name, wanted))), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(_issued_by(self.certificate), critical=False)
        )
        certificate = builder.sign(self.key, SHA256())
        return CertificateAndKey(certificate.public_bytes(serialization.Encoding.PEM), key_pem(key))


def new_authority(key: ec.EllipticCurvePrivateKey, *, now: datetime) -> Authority:
    """An authority with this key, named after it, that may issue certificates for servers only."""
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    name = _name(f"Doorward CA {identifier.digest.hex()[:8]}")
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now + AUTHORITY_LIFE)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_key_usage(signs_certificates=True), critical=True)
        .add_extension(identifier, critical=False)
        .sign(key, SHA256())
    )
    return Authority(certificate, key)


def key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    """A private key as PEM (PKCS #8), not encrypted."""
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


def names_of(certificate: x509.Certificate) -> tuple[str, ...]:
    """The DNS names and addresses that a certificate is for, sorted."""
    try:
        names = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return ()
    found = [name.lower() for name in names.get_values_for_type(x509.DNSName)]
    found += [str(address) for address in names.get_values_for_type(x509.IPAddress)]
    return tuple(sorted(found))


def canonical_names(names: Iterable[str]) -> tuple[str, ...]:
    """``names`` in lower case, each once, sorted.

    Raises Invalid when there is none or one is neither a DNS name nor an address.
    """
    wanted = tuple(sorted({name.lower() for name in names}))
    if not wanted:
        raise Invalid("names", "a certificate needs at least one name")
    for name in wanted:
        _general_name(name)
    return wanted


def needs_renewal(certificate: x509.Certificate, names: Iterable[str], now: datetime) -> bool:
    """Whether its names are not these, or less than a third of its life is left."""
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    return names_of(certificate) != canonical_names(names) or now < begins or ends - now < (ends - begins) / 3


def _name(common_name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])


def _general_name(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        pass
    labels = name.removeprefix("*.").split(".")
    if len(name) > 253 or not all(_is_label(label) for label in labels):
        raise Invalid("names", f"{name!r} is neither a DNS name nor an IP address")
    return x509.DNSName(name)


def _is_label(label: str) -> bool:
    """RFC 1123, section 2.1: letters, digits and inner hyphens, at most 63."""
    inner = label.replace("-", "a")
    return (
        0 < len(label) <= 63
        and inner.isascii()
        and inner.isalnum()
        and not label.startswith("-")
        and not label.endswith("-")
    )


def _issued_by(issuer: x509.Certificate) -> x509.AuthorityKeyIdentifier:
    identifier = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(identifier)


def _key_usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )
