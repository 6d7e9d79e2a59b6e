"""Client certificates judged: which count, by the CAs and the revocation lists of an authority (RFC 5280).

Every CA certificate of an authority is trusted by itself. A certificate counts if one of them signed it;
what else a client sends along is not looked at. Pure: the time is a value.

Rule: an authority with one revocation list has one for each of its CAs, and a list that is out of date says
nothing: then no certificate of that CA counts.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from cryptography import x509
from cryptography.hazmat.primitives.hashes import MD5, SHA1, SHA256
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from doorward.model.client_certificate import CertificateAuthority, ClientCertificate
from doorward.model.errors import Invalid
from doorward.model.ids import CertificateAuthorityId
from doorward.policy import alternative_names
from doorward.policy.certificate_authorities import UNREADABLE, read_cas, read_crls, revokes, subject

_KNOWN_CRITICAL = frozenset(
    {
        x509.BasicConstraints.oid,
        x509.KeyUsage.oid,
        x509.ExtendedKeyUsage.oid,
        x509.SubjectAlternativeName.oid,
    }
)
"""The extensions of a client's certificate that are looked at: one that calls another critical does not
count (RFC 5280 section 4.2)."""


REVOKED = "it was revoked"
UNKNOWN_ISSUER = "it was issued by no authority that is asked for here, or is not meant for clients"


@dataclass(frozen=True, slots=True)
class Anchor:
    """One CA: its certificate, and its list of revoked ones where it has any."""

    certificate: x509.Certificate
    crl: x509.CertificateRevocationList | None

    def ends(self) -> Iterator[datetime]:
        """When it ceases to vouch for anybody."""
        yield self.certificate.not_valid_after_utc
        if self.crl is not None and self.crl.next_update_utc is not None:
            yield self.crl.next_update_utc

    def signed(self, certificate: x509.Certificate) -> bool:
        """Whether this CA issued it."""
        try:
            certificate.verify_directly_issued_by(self.certificate)
        except UNREADABLE:
            return False
        return True


@dataclass(frozen=True, slots=True)
class Authority:
    """A ``CertificateAuthority`` read."""

    declared: CertificateAuthority
    anchors: tuple[Anchor, ...]

    @classmethod
    def of(cls, declared: CertificateAuthority) -> Authority:
        """Read it. Raises Invalid; its field is ``certificate``, ``crl`` or ``hostnames``."""
        cas = read_cas(declared.certificates, field="certificate")
        crls = read_crls(declared.crls, cas, field="crl")
        if not declared.hostnames:
            raise Invalid(
                "hostnames", "is empty, and then nobody is asked for a certificate: name one at least"
            )
        return cls(declared, tuple(Anchor(ca, crl) for ca, crl in zip(cas, crls, strict=True)))


def resolve(
    authorities: Iterable[CertificateAuthority], before: Mapping[CertificateAuthorityId, Authority]
) -> Mapping[CertificateAuthorityId, Authority]:
    """The authorities by id, read; what is equal to one ``before`` is taken from there.

    Raises Invalid for an id used twice, and for what ``Authority.of`` cannot read.
    """
    found: dict[CertificateAuthorityId, Authority] = {}
    for each in authorities:
        field = f"certificate_authorities[{each.id}]"
        if each.id in found:
            raise Invalid(field, "there are two authorities with this id: give one another id")
        known = before.get(each.id)
        try:
            found[each.id] = known if known is not None and known.declared == each else Authority.of(each)
        except Invalid as error:
            raise Invalid(f"{field}.{error.field}", error.problem) from None
    return MappingProxyType(found)


def check_in_time(authority: CertificateAuthority, now: datetime) -> None:
    """What an administrator who gives it now should know at once.

    Raises Invalid, its field ``certificate`` or ``crl``, where a CA or a list of it has expired or is not
    valid yet.
    """
    for anchor in Authority.of(authority).anchors:
        ca, crl = anchor.certificate, anchor.crl
        if not _in_time(ca, now):
            when = f"{ca.not_valid_before_utc:%F} to {ca.not_valid_after_utc:%F}"
            raise Invalid(
                "certificate", f"{subject(ca)} is valid from {when} only: give one that is valid now"
            )
        if crl is not None and not _is_current(crl, now):
            until = f"{crl.next_update_utc:%FT%TZ}" if crl.next_update_utc else "a time that it does not say"
            raise Invalid(
                "crl",
                f"the list of {subject(ca)} held from {crl.last_update_utc:%FT%TZ} until {until}: give the "
                "newest, for an outdated one lets nobody in",
            )


@dataclass(frozen=True, slots=True)
class Judged:
    """A client's certificate held against authorities once. What may change by the mere passing of time is
    asked of it each time."""

    certificate: x509.Certificate
    fingerprint: str
    issuers: tuple[tuple[CertificateAuthorityId, Anchor], ...]
    common_names: tuple[str, ...]
    sans: frozenset[str]

    def counting(
        self,
        hostnames: Collection[str],
        authorities: Mapping[CertificateAuthorityId, Authority],
        now: datetime,
    ) -> ClientCertificate | str:
        """What it proves to an application on ``hostnames``, or why it does not count there. One that any of
        the authorities there revoked does not, whoever else may have issued it."""
        asked = [
            (name, anchor)
            for name, anchor in self.issuers
            if any(authorities[name].declared.asks_at(hostname) for hostname in hostnames)
        ]
        found = [(name, anchor, _why_not(self.certificate, anchor, now)) for name, anchor in asked]
        good = [(name, anchor) for name, anchor, why in found if not why]
        reasons = [why for _, _, why in found]
        if REVOKED in reasons:
            return REVOKED
        if not good:
            return reasons[0] if reasons else UNKNOWN_ISSUER
        return ClientCertificate(
            authorities=frozenset(name for name, _ in good),
            fingerprint=self.fingerprint,
            until=min(
                end for _, anchor in good for end in (self.certificate.not_valid_after_utc, *anchor.ends())
            ),
            common_names=self.common_names,
            sans=self.sans,
        )


def judge(pem: str, authorities: Mapping[CertificateAuthorityId, Authority]) -> Judged:
    """Read a client's certificate and find who issued it. Raises Invalid for one that cannot be read."""
    try:
        certificate = x509.load_pem_x509_certificate(pem.encode())
        names = tuple(
            str(name.value) for name in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        )
        if not _fit_for_clients(certificate):
            issuers: tuple[tuple[CertificateAuthorityId, Anchor], ...] = ()
        else:
            issuers = tuple(
                (name, anchor)
                for name, authority in authorities.items()
                for anchor in authority.anchors
                if anchor.signed(certificate)
            )
        return Judged(
            certificate,
            certificate.fingerprint(SHA256()).hex(),
            issuers,
            names,
            frozenset(_alternative_names(certificate)),
        )
    except UNREADABLE:
        raise Invalid("certificate", "cannot be read") from None


def _why_not(certificate: x509.Certificate, anchor: Anchor, now: datetime) -> str:
    """Empty where it counts."""
    if not _in_time(certificate, now):
        return "it has expired, or is not valid yet"
    if not _in_time(anchor.certificate, now):
        return "its CA has expired, or is not valid yet"
    if anchor.crl is not None:
        if not _is_current(anchor.crl, now):
            return "the revocation list of its CA is out of date"
        if revokes(anchor.crl, certificate):
            return REVOKED
    return ""


def _fit_for_clients(certificate: x509.Certificate) -> bool:
    """Whether it is a client's, and not a CA's or a server's (RFC 5280 section 4.2.1.12), and says nothing
    critical that is not understood here."""
    extensions = certificate.extensions
    if isinstance(certificate.signature_hash_algorithm, MD5 | SHA1):
        return False
    for extension in extensions:
        if extension.critical and extension.oid not in _KNOWN_CRITICAL:
            return False
        value = extension.value
        if isinstance(value, x509.BasicConstraints) and value.ca:
            return False
        if isinstance(value, x509.KeyUsage) and not value.digital_signature:
            return False
        if isinstance(value, x509.ExtendedKeyUsage) and not {
            ExtendedKeyUsageOID.CLIENT_AUTH,
            ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
        } & set(value):
            return False
    return True


def _alternative_names(certificate: x509.Certificate) -> Iterator[str]:
    try:
        found = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return
    yield from map(alternative_names.dns, found.get_values_for_type(x509.DNSName))
    yield from map(alternative_names.email, found.get_values_for_type(x509.RFC822Name))
    yield from map(alternative_names.uri, found.get_values_for_type(x509.UniformResourceIdentifier))


def _is_current(crl: x509.CertificateRevocationList, now: datetime) -> bool:
    return crl.last_update_utc <= now and crl.next_update_utc is not None and now < crl.next_update_utc


def _in_time(certificate: x509.Certificate, now: datetime) -> bool:
    return certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc
