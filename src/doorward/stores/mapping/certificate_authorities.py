"""Authorities for client certificates."""

from __future__ import annotations

from doorward.model.client_certificate import CertificateAuthority
from doorward.model.ids import CertificateAuthorityId
from doorward.stores.mapping.rows import ReadRow, Row


def to_row(authority: CertificateAuthority, *, position: int) -> Row:
    """A row of ``certificate_authorities``."""
    return {
        "id": authority.id,
        "position": position,
        "name": authority.name,
        "certificates": authority.certificates,
        "crls": authority.crls,
        "hostnames": [*authority.hostnames],
    }


def from_row(row: ReadRow) -> CertificateAuthority:
    """The authority of one row."""
    return CertificateAuthority(
        id=CertificateAuthorityId(row["id"]),
        name=row["name"],
        certificates=row["certificates"],
        crls=row["crls"],
        hostnames=tuple(row["hostnames"]),
    )
