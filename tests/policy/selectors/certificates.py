"""Requests with client certificates."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from doorward.model.access import AccessRequest
from doorward.model.client_certificate import ClientCertificate
from doorward.model.ids import CertificateAuthorityId
from tests.fakes.clock import START
from tests.policy.said import nobody


def shown(
    *authorities: str,
    names: tuple[str, ...] = (),
    sans: tuple[str, ...] = (),
    by: AccessRequest | None = None,
) -> AccessRequest:
    """A request over a connection with a certificate that counts; of nobody else, unless said ``by`` whom."""
    certificate = ClientCertificate(
        authorities=frozenset(map(CertificateAuthorityId, authorities or ("corp",))),
        fingerprint="ab" * 32,
        until=START + timedelta(days=1),
        common_names=names,
        sans=frozenset(sans),
    )
    return replace(by or nobody(), certificate=certificate)
