"""Client certificates that connections show: which of them count at an application, now.

Rule: the edge only makes sure that the other end holds the key. Whether the certificate counts is judged
here for every request, by the authorities in force and the time: a connection, a TLS session that is taken up
again or a request for another hostname than that of the handshake proves no more than the certificate does.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import structlog

from doorward.model.application import Application
from doorward.model.client_certificate import ClientCertificate
from doorward.model.errors import Invalid
from doorward.model.ids import CertificateAuthorityId
from doorward.policy.client_certificates import Authority, Judged, judge
from doorward.ports.clock import Clock
from doorward.services.current import InForce

log = structlog.get_logger("services.client_certificates")

MOST_READ: Final = 4096
"""How many certificates are remembered as read; reading and verifying one takes a tenth of a millisecond."""
MOST_KNOWN: Final = 16_384
"""How many of those that an authority issued are remembered by their fingerprint, for open streams."""
_BEGIN = "-----BEGIN"


class ClientCertificates:
    """Remembers what it has read, so that it need not do so for each request."""

    def __init__(self, *, clock: Clock) -> None:
        self._clock = clock
        self._authorities: Mapping[CertificateAuthorityId, Authority] = {}
        self._read: dict[str, Judged | None] = {}
        self._known: dict[str, tuple[str, datetime]] = {}

    def counting(self, in_force: InForce, application: Application, shown: str) -> ClientCertificate | None:
        """The certificate, if it counts at the application.

        ``shown`` is its PEM text, or the fingerprint of one that was shown before: of a stream that is open
        nothing else is known. Empty for none.
        """
        authorities = in_force.compilation.authorities
        if not shown or not authorities:
            return None
        if authorities != self._authorities:
            self._authorities = authorities
            self._read.clear()
        pem = shown if shown.startswith(_BEGIN) else self._known.get(shown, ("",))[0]
        if not pem:
            return None
        first = pem not in self._read
        judged = self._judged(pem)
        if judged is None:
            return None
        hostnames = [destination.hostname for destination in application.destinations]
        found = judged.counting(hostnames, authorities, self._clock.now())
        if isinstance(found, ClientCertificate):
            return found
        if first:
            log.info(
                "client certificate does not count",
                application=application.id,
                reason=found,
                fingerprint=judged.fingerprint,
                subject=judged.certificate.subject.rfc4514_string(),
            )
        return None

    def ended(self, since: datetime, until: datetime) -> bool:
        """Whether one that was shown here expired after ``since``, and not after ``until``."""
        return any(since < end <= until for _, end in self._known.values())

    def _judged(self, pem: str) -> Judged | None:
        """None for one that cannot be read."""
        if pem in self._read:
            return self._read[pem]
        try:
            judged = judge(pem, self._authorities)
        except Invalid:
            log.info("client certificate cannot be read")
            judged = None
        if len(self._read) >= MOST_READ:
            self._read.clear()
        self._read[pem] = judged
        # Anybody can show one that nobody issued: those drive no other out.
        if judged is not None and judged.issuers and judged.fingerprint not in self._known:
            if len(self._known) >= MOST_KNOWN:
                del self._known[next(iter(self._known))]
            self._known[judged.fingerprint] = (pem, judged.certificate.not_valid_after_utc)
        return judged
