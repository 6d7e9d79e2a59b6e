"""Certificate authorities made in a test, and what they issue."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Self

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tests.fakes.clock import START

DAY = timedelta(days=1)


@dataclass(frozen=True)
class Issued:
    """A client's certificate and its key."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> str:
        """The certificate."""
        return self.certificate.public_bytes(Encoding.PEM).decode()

    def files(self, folder: Path) -> tuple[str, str]:
        """Certificate and key as files, for clients that want such."""
        name = f"{self.certificate.serial_number:x}"
        certificate, key = folder / f"{name}.pem", folder / f"{name}.key"
        certificate.write_text(self.pem)
        key.write_bytes(self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        return str(certificate), str(key)


@dataclass(frozen=True)
class Authority:
    """A CA with its key; ``now`` is the time at which it lives."""

    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey = field(repr=False)
    now: datetime = START

    @classmethod
    def named(
        cls,
        name: str,
        *,
        now: datetime = START,
        ca: bool = True,
        lives: timedelta = 30 * DAY,
        by: Authority | None = None,
    ) -> Self:
        """A new one, of its own or issued ``by`` another; with ``ca`` false it only calls itself one."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
        made = _builder(subject, by.certificate.subject if by else subject, key, now - DAY, now + lives)
        made = made.add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        return cls(made.sign(by.key if by else key, SHA256()), key, now)

    @property
    def pem(self) -> str:
        """Its certificate."""
        return self.certificate.public_bytes(Encoding.PEM).decode()

    def issue(
        self,
        name: str | Iterable[str] = "build-7",
        *,
        sans: Iterable[x509.GeneralName] = (),
        begins: timedelta = -DAY,
        ends: timedelta = DAY,
        extensions: Iterable[tuple[x509.ExtensionType, bool]] = (),
    ) -> Issued:
        """A client's certificate with this common name, or these."""
        key = ec.generate_private_key(ec.SECP256R1())
        names = [name] if isinstance(name, str) else [*name]
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, each) for each in names])
        made = _builder(subject, self.certificate.subject, key, self.now + begins, self.now + ends)
        given = [*extensions] or [(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), False)]
        if alternatives := [*sans]:
            given.append((x509.SubjectAlternativeName(alternatives), False))
        for extension, critical in given:
            made = made.add_extension(extension, critical=critical)
        return Issued(made.sign(self.key, SHA256()), key)

    def crl(
        self,
        *revoked: x509.Certificate,
        begins: timedelta = -DAY,
        ends: timedelta = DAY,
        extensions: Iterable[tuple[x509.ExtensionType, bool]] = (),
    ) -> str:
        """The list of what it has revoked, PEM."""
        made = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.certificate.subject)
            .last_update(self.now + begins)
            .next_update(self.now + ends)
        )
        for each in revoked:
            entry = x509.RevokedCertificateBuilder().serial_number(each.serial_number)
            made = made.add_revoked_certificate(entry.revocation_date(self.now + begins).build())
        for extension, critical in extensions:
            made = made.add_extension(extension, critical=critical)
        return made.sign(self.key, SHA256()).public_bytes(Encoding.PEM).decode()


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    begins: datetime,
    ends: datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
    )
