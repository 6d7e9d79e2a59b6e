"""Client certificates: the authorities whose certificates count, and what a certificate proves (RFC 5280)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from doorward.model.ids import CertificateAuthorityId


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateAuthority:
    """One or more CAs, under one name in rules.

    ``certificates`` are theirs and ``crls`` their lists of what they revoked, PEM; a CA may sign client
    certificates itself or not. ``hostnames`` are those on which the edge asks browsers and programs for a
    certificate; ``*.example.com`` stands for every name below ``example.com``.
    """

    id: CertificateAuthorityId
    certificates: str
    hostnames: tuple[str, ...]
    name: str = ""
    crls: str = ""

    def asks_at(self, hostname: str) -> bool:
        """Whether the edge asks for a certificate there on account of this authority. ``hostname`` may be a
        wildcard itself: then whether it does at every name that this stands for."""
        return any(
            hostname == each or (each.startswith("*.") and hostname.removeprefix("*").endswith(each[1:]))
            for each in self.hostnames
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientCertificate:
    """A certificate that counts: whose key the other end of the connection has proven to hold, and that an
    authority issued, which has neither expired nor been revoked.

    ``authorities`` are those by whose CA it was signed, at least one. ``common_names`` are those of its
    subject, as they stand there; ``sans`` its DNS names, e-mail addresses and URIs (RFC 5280 section
    4.2.1.6), each with its type (``doorward.policy.alternative_names``). ``fingerprint`` is the SHA-256
    of the whole, as 64 hexadecimal digits. ``until`` is when it ceases to count if nothing happens before.
    """

    authorities: frozenset[CertificateAuthorityId]
    fingerprint: str
    until: datetime
    common_names: tuple[str, ...] = ()
    sans: frozenset[str] = frozenset()
