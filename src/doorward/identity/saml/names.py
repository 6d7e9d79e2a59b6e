"""What SAML, XML Signature and the well-known providers call things.

The names of attributes in the wild are known from documentation, not from each product: this is the
one place to correct them.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

PROTOCOL = "urn:oasis:names:tc:SAML:2.0:protocol"
ASSERTION = "urn:oasis:names:tc:SAML:2.0:assertion"
METADATA = "urn:oasis:names:tc:SAML:2.0:metadata"
SIGNATURE = "http://www.w3.org/2000/09/xmldsig#"
ENCRYPTION = "http://www.w3.org/2001/04/xmlenc#"
ENCRYPTION_11 = "http://www.w3.org/2009/xmlenc11#"

PREFIXES: Mapping[str, str] = MappingProxyType(
    {"samlp": PROTOCOL, "saml": ASSERTION, "md": METADATA, "ds": SIGNATURE, "xenc": ENCRYPTION}
)


def protocol(name: str) -> str:
    """An element of requests and responses."""
    return f"{{{PROTOCOL}}}{name}"


def assertion(name: str) -> str:
    """An element of assertions."""
    return f"{{{ASSERTION}}}{name}"


def metadata(name: str) -> str:
    """An element of metadata."""
    return f"{{{METADATA}}}{name}"


def signature(name: str) -> str:
    """An element of signatures and key descriptions."""
    return f"{{{SIGNATURE}}}{name}"


def encryption(name: str) -> str:
    """An element of encrypted data."""
    return f"{{{ENCRYPTION}}}{name}"


REDIRECT = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
POST = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"

# Core section 8.3.
PERSISTENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
TRANSIENT = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
EMAIL_ADDRESS = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
UNSPECIFIED = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"

_WS = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims"

EMAIL_ATTRIBUTES = (
    f"{_WS}/emailaddress",  # Entra ID, ADFS
    "http://schemas.xmlsoap.org/claims/EmailAddress",  # older ADFS
    "urn:oid:0.9.2342.19200300.100.1.3",  # mail: Shibboleth, Keycloak's X500 mapper
    "urn:oid:1.2.840.113549.1.9.1",  # emailAddress of PKCS #9
    "email",
    "mail",
    "emailAddress",
    "Email",
    "User.email",  # OneLogin
)
"""Where an address may stand when no attribute is named, the first that is there."""

NAME_ATTRIBUTES = (
    "http://schemas.microsoft.com/identity/claims/displayname",
    "urn:oid:2.16.840.1.113730.3.1.241",  # displayName
    "displayName",
    "name",
    "urn:oid:2.5.4.3",  # cn
    "cn",
)
"""Where a name for people may stand."""

UPN_ATTRIBUTES = (f"{_WS}/upn",)
"""Where a user principal name may stand (ADFS, Entra ID)."""

OVERAGE_ATTRIBUTES = ("http://schemas.microsoft.com/claims/groups.link",)
"""Sent by Entra ID in place of the groups of somebody who is in more than 150."""
