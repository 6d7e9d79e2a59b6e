"""Doorward's own metadata, for the provider to be set up with (SAML 2.0 Metadata section 2.4.4)."""

from __future__ import annotations

from cryptography import x509
from lxml import etree

from doorward.identity.saml import names
from doorward.identity.saml.certificates import as_base64
from doorward.identity.saml.xml import Element

_PREFIXES = {"md": names.METADATA, "ds": names.SIGNATURE}


def describe(*, callback: str, signs_requests: bool, certificate: x509.Certificate | None) -> bytes:
    """The document. ``callback`` is both Doorward's entity ID and where answers go."""
    root = etree.Element(names.metadata("EntityDescriptor"), nsmap=_PREFIXES)
    root.set("entityID", callback)
    role = etree.SubElement(root, names.metadata("SPSSODescriptor"))
    role.set("AuthnRequestsSigned", "true" if signs_requests else "false")
    role.set("WantAssertionsSigned", "true")
    role.set("protocolSupportEnumeration", names.PROTOCOL)
    if certificate is not None:
        for use in ("signing", "encryption"):
            _key(role, use, certificate)
    for format_ in (names.PERSISTENT, names.EMAIL_ADDRESS):
        etree.SubElement(role, names.metadata("NameIDFormat")).text = format_
    service = etree.SubElement(role, names.metadata("AssertionConsumerService"))
    service.set("Binding", names.POST)
    service.set("Location", callback)
    service.set("index", "0")
    service.set("isDefault", "true")
    etree.indent(root)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _key(role: Element, use: str, certificate: x509.Certificate) -> None:
    descriptor = etree.SubElement(role, names.metadata("KeyDescriptor"))
    descriptor.set("use", use)
    info = etree.SubElement(descriptor, names.signature("KeyInfo"))
    data = etree.SubElement(info, names.signature("X509Data"))
    etree.SubElement(data, names.signature("X509Certificate")).text = as_base64(certificate)
