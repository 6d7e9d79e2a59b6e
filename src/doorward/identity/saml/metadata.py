"""What a provider's metadata says about it (SAML 2.0 Metadata section 2.4.3).

Rule: the document is believed because an administrator gave it. A signature on it is not looked at,
and nothing that it refers to is fetched.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cryptography import x509

from doorward.identity.oidc.plain import plain
from doorward.identity.saml import names
from doorward.identity.saml.certificates import check_certificates, from_base64
from doorward.identity.saml.moments import NotAMoment, moment
from doorward.identity.saml.xml import (
    Element,
    Malformed,
    children,
    everywhere,
    read_metadata_document,
    text_of,
)
from doorward.model.errors import Invalid

FIELD = "metadata"


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What was found. Empty is what a provider without metadata has."""

    entity_id: str = ""
    sign_in_url: str = ""
    certificates: tuple[x509.Certificate, ...] = ()
    valid_until: datetime | None = None
    wants_signed: bool = False


def read_metadata(text: str) -> Described:
    """What the metadata says of the one identity provider in it.

    Raises:
        Invalid: it cannot be read, describes no identity provider or several, or one that Doorward
            cannot use.
    """
    try:
        root = read_metadata_document(text.strip().encode())
    except Malformed as problem:
        raise Invalid(
            FIELD, f"cannot be read: {problem}. Give the XML that the provider offers for download"
        ) from None
    entity, role = _one_provider(root)
    return Described(
        entity_id=(entity.get("entityID") or "").strip(),
        sign_in_url=_sign_in_url(role),
        certificates=_certificates(role),
        valid_until=_valid_until(role),
        wants_signed=role.get("WantAuthnRequestsSigned") in ("true", "1"),
    )


def _one_provider(root: Element) -> tuple[Element, Element]:
    if root.tag not in (names.metadata("EntityDescriptor"), names.metadata("EntitiesDescriptor")):
        raise Invalid(FIELD, "is not SAML 2.0 metadata: its outermost element is no EntityDescriptor")
    found = [
        (entity, role)
        for entity in everywhere(root, names.metadata("EntityDescriptor"))
        for role in children(entity, names.metadata("IDPSSODescriptor"))
        if names.PROTOCOL in (role.get("protocolSupportEnumeration") or "").split()
    ]
    if not found:
        raise Invalid(
            FIELD,
            "describes no SAML 2.0 identity provider (IDPSSODescriptor). "
            "Is it the metadata of a service provider, perhaps Doorward's own?",
        )
    if len(found) > 1:
        entities = ", ".join(plain(entity.get("entityID"), longest=80) for entity, _ in found[:3])
        raise Invalid(
            FIELD,
            f"describes {len(found)} identity providers ({entities} …): give the one provider's part alone",
        )
    return found[0]


def _sign_in_url(role: Element) -> str:
    for service in children(role, names.metadata("SingleSignOnService")):
        if service.get("Binding") == names.REDIRECT:
            return (service.get("Location") or "").strip()
    raise Invalid(FIELD, "names no SingleSignOnService with the binding HTTP-Redirect, which Doorward uses")


def _certificates(role: Element) -> tuple[x509.Certificate, ...]:
    """All keys for signing: those without ``use`` are for both purposes (Metadata section 2.4.1.1)."""
    found = [
        from_base64(text_of(certificate), field=FIELD)
        for descriptor in children(role, names.metadata("KeyDescriptor"))
        if descriptor.get("use", "signing") == "signing"
        for certificate in everywhere(descriptor, names.signature("X509Certificate"))
    ]
    return check_certificates(found, field=FIELD)


def _valid_until(role: Element) -> datetime | None:
    """The earliest of the dates that stand on the role and on what is around it."""
    said = [node.get("validUntil") for node in (role, *role.iterancestors())]
    try:
        return min((moment(text) for text in said if text), default=None)
    except NotAMoment:
        raise Invalid(
            FIELD, "has a validUntil that is no moment in UTC, such as 2030-01-31T12:00:00Z"
        ) from None
