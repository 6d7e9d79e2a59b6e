"""Who redeems a code: by secret in the form, by secret in the header, or by a signed assertion."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Mapping
from datetime import UTC, datetime
from urllib.parse import unquote_plus

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import RSAKey

from doorward.sample.entra.authorize_request import known_application
from doorward.sample.entra.directory import AppRegistration, Tenant
from doorward.sample.entra.entra import Entra
from doorward.sample.entra.errors import Refused
from doorward.sample.entra.facts import ASSERTION_LIFETIME

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


def authenticate(
    entra: Entra, tenant: Tenant | None, form: Mapping[str, str], authorization: str, audience: str
) -> AppRegistration:
    """The application that asks. Raises Refused."""
    basic = _basic(authorization)
    client_id = form.get("client_id") or (basic[0] if basic else "")
    if not client_id:
        raise Refused(900144, what="client_id")
    registration = known_application(entra.directory, tenant, client_id)
    if form.get("client_assertion"):
        if form.get("client_assertion_type") != ASSERTION_TYPE:
            raise Refused(50012, what="the client_assertion_type is not known")
        _check_assertion(entra, registration, form["client_assertion"], audience)
        return registration
    secret = form.get("client_secret") or (basic[1] if basic else "")
    if not secret:
        raise Refused(70002)
    _check_secret(registration, secret, entra.now())
    return registration


def thumbprint(pem: str) -> str:
    """The ``x5t#S256`` of a certificate."""
    der = x509.load_pem_x509_certificate(pem.encode()).public_bytes(Encoding.DER)
    return base64.urlsafe_b64encode(hashlib.sha256(der).digest()).rstrip(b"=").decode()


def _basic(header: str) -> tuple[str, str] | None:
    """RFC 6749 section 2.3.1: both halves are form-encoded before they are put together."""
    scheme, _, encoded = header.partition(" ")
    if scheme.casefold() != "basic":
        return None
    try:
        name, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, ValueError):
        return None
    return unquote_plus(name), unquote_plus(secret)


def _check_secret(registration: AppRegistration, given: str, now: datetime) -> None:
    for secret in registration.secrets:
        if hmac.compare_digest(secret.value.encode(), given.encode()):
            if secret.expires <= now:
                raise Refused(7000222, client_id=registration.client_id)
            return
    raise Refused(7000215, client_id=registration.client_id)


def _check_assertion(entra: Entra, registration: AppRegistration, assertion: str, audience: str) -> None:
    claims = _verified(registration, assertion)
    if claims.get("iss") != registration.client_id or claims.get("sub") != registration.client_id:
        raise Refused(700021)
    if claims.get("aud") != audience:
        raise Refused(700023)
    _check_times(claims, entra.now())
    jti = claims.get("jti")
    if not isinstance(jti, str) or (registration.client_id, jti) in entra.grants.assertions:
        raise Refused(50012, what="its jti is missing or was used before")
    entra.grants.assertions.add((registration.client_id, jti))


def _verified(registration: AppRegistration, assertion: str) -> Mapping[str, object]:
    for pem in registration.certificates:
        certificate = x509.load_pem_x509_certificate(pem.encode())
        public = certificate.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        try:
            token = jwt.decode(assertion, RSAKey.import_key(public), algorithms=["PS256", "RS256"])
        except (JoseError, ValueError):
            continue
        if token.header.get("x5t#S256") == thumbprint(pem):
            return token.claims
    raise Refused(700027)


def _check_times(claims: Mapping[str, object], now: datetime) -> None:
    try:
        expires = datetime.fromtimestamp(float(str(claims["exp"])), UTC)
        begins = datetime.fromtimestamp(float(str(claims.get("nbf", 0))), UTC)
    except (KeyError, ValueError, OverflowError, OSError) as error:
        raise Refused(700024) from error
    if not begins <= now < expires or expires - now > ASSERTION_LIFETIME:
        raise Refused(700024)
