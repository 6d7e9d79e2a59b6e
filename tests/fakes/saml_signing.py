"""XML signatures and encryption by another implementation (xmlsec) than the one under test."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar, TypeAlias

import xmlsec
from lxml import etree
from xmlsec import constants

from doorward.identity.saml import names
from doorward.identity.saml.xml import ID, Element, children
from tests.fakes.saml_keys import KeyPair

Transform: TypeAlias = Any  # xmlsec keeps the name of its type to itself


@dataclass(frozen=True)
class Algorithms:
    """How something is signed and encrypted."""

    WEAK: ClassVar[Algorithms]

    method: Transform = constants.TransformRsaSha256
    digest: Transform = constants.TransformSha256
    canonical: Transform = constants.TransformExclC14N
    cipher: Transform = constants.TransformAes256Gcm
    key_transport: Transform = constants.TransformRsaOaep
    inclusive_prefixes: tuple[str, ...] = ()


Algorithms.WEAK = Algorithms(method=constants.TransformRsaSha1, digest=constants.TransformSha1)


def sign(element: Element, pair: KeyPair, how: Algorithms = Algorithms()) -> None:
    """Put a signature into ``element``, behind its Issuer, with the certificate in KeyInfo."""
    template = xmlsec.template.create(element, how.canonical, how.method, ns="ds")
    issuers = children(element, names.assertion("Issuer"))
    element.insert(element.index(issuers[0]) + 1 if issuers else 0, template)
    reference = xmlsec.template.add_reference(template, how.digest, uri=f"#{element.get(ID)}")
    xmlsec.template.add_transform(reference, constants.TransformEnveloped)
    transform = xmlsec.template.add_transform(reference, constants.TransformExclC14N)
    if how.inclusive_prefixes:
        xmlsec.template.transform_add_c14n_inclusive_namespaces(transform, list(how.inclusive_prefixes))
    xmlsec.template.add_x509_data(xmlsec.template.ensure_key_info(template))
    context = xmlsec.SignatureContext()
    context.key = xmlsec.Key.from_memory(pair.key, constants.KeyDataFormatPem)
    context.key.load_cert_from_memory(pair.certificate, constants.KeyDataFormatCertPem)
    context.register_id(element, ID)
    context.sign(template)


def encrypt(assertion: Element, pair: KeyPair, how: Algorithms = Algorithms()) -> None:
    """Put an EncryptedAssertion into the place of ``assertion``."""
    parent = assertion.getparent()
    assert parent is not None
    around = etree.Element(names.assertion("EncryptedAssertion"), nsmap={"saml": names.ASSERTION})
    parent.replace(assertion, around)
    around.append(assertion)
    data = xmlsec.template.encrypted_data_create(around, how.cipher, type=constants.TypeEncElement, ns="xenc")
    xmlsec.template.encrypted_data_ensure_cipher_value(data)
    info = xmlsec.template.encrypted_data_ensure_key_info(data, ns="ds")
    carrier = xmlsec.template.add_encrypted_key(info, how.key_transport)
    xmlsec.template.encrypted_data_ensure_cipher_value(carrier)
    manager = xmlsec.KeysManager()
    manager.add_key(xmlsec.Key.from_memory(pair.certificate, constants.KeyDataFormatCertPem))
    context = xmlsec.EncryptionContext(manager)
    bits = 256 if "256" in how.cipher.href else 128
    context.key = xmlsec.Key.generate(constants.KeyDataAes, bits, constants.KeyDataTypeSession)
    context.encrypt_xml(data, assertion)
