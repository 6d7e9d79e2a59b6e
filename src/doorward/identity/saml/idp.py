"""A SAML provider as configured: who it is, where people go, and whose signatures count."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from doorward.identity.oidc.urls import check_endpoint
from doorward.identity.saml.certificates import fits, read_certificates, read_private_key
from doorward.identity.saml.metadata import Described, read_metadata
from doorward.model.errors import Invalid
from doorward.model.identity_provider import Saml

LONGEST_ENTITY_ID = 1024  # Core section 8.3.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Idp:
    """``certificates`` alone check its signatures. ``key`` and ``certificate`` are Doorward's own.

    ``valid_until`` is when its metadata loses its meaning, ``wants_signed`` what that says on requests.
    """

    entity_id: str
    sign_in_url: str
    certificates: tuple[x509.Certificate, ...]
    valid_until: datetime | None = None
    wants_signed: bool = False
    key: rsa.RSAPrivateKey | None = field(default=None, repr=False)
    certificate: x509.Certificate | None = None


def read_settings(settings: Saml) -> Idp:
    """What the settings mean.

    Raises:
        Invalid: they contradict themselves or lack something; names the field and the fix.
    """
    described = read_metadata(settings.metadata) if settings.metadata else Described()
    if settings.metadata and settings.entity_id and settings.entity_id != described.entity_id:
        raise Invalid(
            "entity_id",
            f"is {settings.entity_id!r}, and the metadata is of {described.entity_id!r}: "
            "they must be the same letter by letter; with metadata it can be left out",
        )
    entity_id = settings.entity_id or described.entity_id
    if not entity_id or len(entity_id) > LONGEST_ENTITY_ID or not entity_id.isprintable():
        raise Invalid("entity_id", "is missing: give the provider's entity ID (issuer), or its metadata")
    sign_in_url = settings.sign_in_url or described.sign_in_url
    if not sign_in_url:
        raise Invalid("sign_in_url", "is missing: give the provider's URL for HTTP-Redirect, or its metadata")
    key, certificate = _own(settings)
    return Idp(
        entity_id=entity_id,
        # An endpoint on this very machine may be plain http: that is a development set-up.
        sign_in_url=check_endpoint(sign_in_url, issuer=sign_in_url, field="sign_in_url"),
        certificates=_certificates(settings, described),
        valid_until=described.valid_until,
        wants_signed=described.wants_signed,
        key=key,
        certificate=certificate,
    )


def _certificates(settings: Saml, described: Described) -> tuple[x509.Certificate, ...]:
    # Those of the settings take the place of the metadata's: whoever names certificates means these.
    if settings.certificates:
        return read_certificates(settings.certificates, field="certificates")
    if described.certificates:
        return described.certificates
    raise Invalid("certificates", "is missing: give the provider's signing certificate, or its metadata")


def _own(settings: Saml) -> tuple[rsa.RSAPrivateKey | None, x509.Certificate | None]:
    key = read_private_key(settings.private_key) if settings.private_key else None
    if settings.sign_requests and key is None:
        raise Invalid("private_key", "is missing: signed requests (sign_requests) need it")
    if not settings.certificate:
        return key, None
    certificates = read_certificates(settings.certificate, field="certificate")
    if len(certificates) > 1:
        raise Invalid("certificate", "holds several certificates: give the one of private_key")
    if key is None:
        raise Invalid("private_key", "is missing: it must be the key of certificate")
    if not fits(certificates[0], key):
        raise Invalid("certificate", "is of another key than private_key: give the two that belong together")
    return key, certificates[0]
