"""CA certificates and revocation lists (CRLs) read from PEM, and what cannot be used of them (RFC 5280)."""

from __future__ import annotations

from collections.abc import Iterable

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm

from doorward.model.errors import Invalid

UNREADABLE = (ValueError, TypeError, UnsupportedAlgorithm, InvalidSignature, x509.DuplicateExtension)
"""What ``cryptography`` raises for what it cannot read, or what was not signed with a key."""


def read_cas(pem: str, *, field: str) -> tuple[x509.Certificate, ...]:
    """The CA certificates of a PEM text, at least one. Raises Invalid where it holds none, or one that is no
    CA's."""
    try:
        found = x509.load_pem_x509_certificates(pem.encode())
        for certificate in found:
            certificate.public_key()
    except UNREADABLE:
        raise Invalid(
            field, "holds no readable certificate: give PEM, from -----BEGIN CERTIFICATE-----"
        ) from None
    for certificate in found:
        if not _is_ca(certificate):
            raise Invalid(
                field,
                f"the certificate of {subject(certificate)} is not a CA's (basicConstraints): give the CA "
                "that signs the clients' certificates",
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
            raise Invalid(field, f"holds two lists of {subject(ca)}: give the newest only")
        if lists and not own:
            problem = (
                f"holds no list of {subject(ca)}, and others have one: give one for each CA of this entry"
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
        if any(own is not None and own.issuer == ca.issuer and revokes(own, ca) for own in found):
            raise Invalid(field, f"revokes {subject(ca)}, a CA of this entry: take that one out")
    return tuple(found)


def revokes(crl: x509.CertificateRevocationList, certificate: x509.Certificate) -> bool:
    """Whether the certificate, which the list's CA issued, is on the list."""
    return crl.get_revoked_certificate_by_serial_number(certificate.serial_number) is not None


def subject(certificate: x509.Certificate) -> str:
    """Whose certificate it is, for people to read."""
    return certificate.subject.rfc4514_string() or f"serial number {certificate.serial_number:x}"


def _is_ca(certificate: x509.Certificate) -> bool:
    """Whether it may sign certificates (RFC 5280 sections 4.2.1.3 and 4.2.1.9)."""
    try:
        extensions = certificate.extensions
        if not extensions.get_extension_for_class(x509.BasicConstraints).value.ca:
            return False
        return extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign
    except x509.ExtensionNotFound as missing:
        return missing.oid == x509.KeyUsage.oid
    except UNREADABLE:
        return False


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
    except UNREADABLE:
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
    except UNREADABLE:
        return False
