"""Client certificates judged: which count, by the CAs and the revocation lists of an authority (RFC 5280).

Every CA certificate of an authority is trusted by itself. A certificate counts if one of them signed it;
what else a client sends along is not looked at. Pure: the time is a value.

Rule: an authority with one revocation list has one for each of its CAs, and a list that is out of date says
nothing: then no certificate of that CA counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.hashes import MD5, SHA1, SHA256
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from doorward.model.client_certificate import CertificateAuthority, ClientCertificate
from doorward.model.errors import Invalid
from doorward.model.ids import CertificateAuthorityId
from doorward.policy import alternative_names

_UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm, InvalidSignature, x509.DuplicateExtension)
"""What ``cryptography`` raises for what it cannot read, or what was not signed with a key."""
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
        except _UNREADABLE:
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


def read_cas(pem: str, *, field: str) -> tuple[x509.Certificate, ...]:
    """The CA certificates of a PEM text, at least one. Raises Invalid where it holds none, or one of no CA."""
    try:
        found = x509.load_pem_x509_certificates(pem.encode())
        for certificate in found:
            certificate.public_key()
    except _UNREADABLE:
        raise Invalid(
            field, "holds no readable certificate: give PEM, from -----BEGIN CERTIFICATE-----"
        ) from None
    for certificate in found:
        if not _is_ca(certificate):
            raise Invalid(
                field,
                f"the certificate of {_subject(certificate)} is not a CA's (basicConstraints): give the CA that "
                "signs the clients' certificates",
            )
    return tuple(dict.fromkeys(found))


def read_crls(
    pem: str, cas: Iterable[x509.Certificate], *, field: str
) -> tuple[x509.CertificateRevocationList | None, ...]:
    """The revocation list of each CA; none of them has one where ``pem`` is empty.

    Raises Invalid for what is no list, a list that none of the CAs signed, two of one CA, a CA without a list
    where others have one, and a CA that another's list revokes.
    """
    anchors, lists = list(cas), _read_lists(pem, field)
    found: list[x509.CertificateRevocationList | None] = []
    for ca in anchors:
        own = [crl for crl in lists if _signed_list(ca, crl)]
        if len(own) > 1:
            raise Invalid(field, f"holds two lists of {_subject(ca)}: give the newest only")
        if lists and not own:
            problem = (
                f"holds no list of {_subject(ca)}, and others have one: give one for each CA of this entry"
            )
            raise Invalid(field, problem)
        found.append(own[0] if own else None)
    for crl in lists:
        if crl not in found:
            problem = (
                f"holds a list that no CA of this entry signed ({crl.issuer.rfc4514_string()}): leave it out"
            )
            raise Invalid(field, f"{problem}, or give its CA as well")
    for ca in anchors:
        for other, crl in zip(anchors, found, strict=True):
            if crl is not None and Anchor(other, crl).signed(ca) and _revokes(crl, ca):
                raise Invalid(field, f"revokes {_subject(ca)}, a CA of this entry: take that one out")
    return tuple(found)


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
                "certificate", f"{_subject(ca)} is valid from {when} only: give one that is valid now"
            )
        if crl is not None and not _is_current(crl, now):
            until = f"{crl.next_update_utc:%FT%TZ}" if crl.next_update_utc else "a time that it does not say"
            raise Invalid(
                "crl",
                f"the list of {_subject(ca)} held from {crl.last_update_utc:%FT%TZ} until {until}: give the "
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
        self, hostname: str, authorities: Mapping[CertificateAuthorityId, Authority], now: datetime
    ) -> ClientCertificate | str:
        """What it proves on ``hostname``, or why it does not count there. One that any of the authorities there
        revoked does not, whoever else may have issued it."""
        asked = [
            (name, anchor) for name, anchor in self.issuers if authorities[name].declared.asks_at(hostname)
        ]
        why_not = {(name, anchor): _why_not(self.certificate, anchor, now) for name, anchor in asked}
        good = [pair for pair, why in why_not.items() if not why]
        if not good or REVOKED in why_not.values():
            return max(why_not.values(), key=REVOKED.__eq__, default=UNKNOWN_ISSUER)
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
    except _UNREADABLE:
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
        if _revokes(anchor.crl, certificate):
            return REVOKED
    return ""


def _is_ca(certificate: x509.Certificate) -> bool:
    """Whether it may sign certificates (RFC 5280 sections 4.2.1.3 and 4.2.1.9)."""
    try:
        extensions = certificate.extensions
        if not extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
            return False
        return extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign
    except x509.ExtensionNotFound as missing:
        return missing.oid == x509.KeyUsage.oid
    except _UNREADABLE:
        return False


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


def _read_lists(pem: str, field: str) -> list[x509.CertificateRevocationList]:
    begin, end = "-----BEGIN X509 CRL-----", "-----END X509 CRL-----"
    if not pem.strip():
        return []
    parts = [part for part in pem.split(end) if part.strip()]
    try:
        if any(part.count(begin) != 1 for part in parts) or len(parts) != pem.count(end):
            raise ValueError(field)
        lists = [x509.load_pem_x509_crl((part.strip() + "\n" + end + "\n").encode()) for part in parts]
        for crl in lists:
            _refuse_partial(crl, field)
    except _UNREADABLE:
        raise Invalid(field, f"holds no readable revocation list: give PEM, from {begin}") from None
    return lists


def _refuse_partial(crl: x509.CertificateRevocationList, field: str) -> None:
    """Raises Invalid for a list of some of the revoked only: a delta, or one limited in scope (RFC 5280
    sections 5.2.4 and 5.2.5), which says nothing of the others."""
    for extension in crl.extensions:
        if extension.critical:
            issuer = crl.issuer.rfc4514_string()
            raise Invalid(
                field, f"the list of {issuer} is only a part, or is special: give the complete list"
            )


def _signed_list(ca: x509.Certificate, crl: x509.CertificateRevocationList) -> bool:
    try:
        return crl.issuer == ca.subject and crl.is_signature_valid(ca.public_key())  # type: ignore[arg-type]
    except _UNREADABLE:
        return False


def _revokes(crl: x509.CertificateRevocationList, certificate: x509.Certificate) -> bool:
    return crl.get_revoked_certificate_by_serial_number(certificate.serial_number) is not None


def _is_current(crl: x509.CertificateRevocationList, now: datetime) -> bool:
    return crl.last_update_utc <= now and crl.next_update_utc is not None and now < crl.next_update_utc


def _in_time(certificate: x509.Certificate, now: datetime) -> bool:
    return certificate.not_valid_before_utc <= now <= certificate.not_valid_after_utc


def _subject(certificate: x509.Certificate) -> str:
    return certificate.subject.rfc4514_string() or f"serial number {certificate.serial_number:x}"
