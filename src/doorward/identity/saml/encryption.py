"""Opening encrypted assertions (XML Encryption 1.1).

Rule: whatever goes wrong inside is one and the same error, a wrong signature on what was found
included: an answer that tells more is an oracle for who wants to decrypt a stolen assertion (Jager
and Somorovsky, "How to break XML Encryption", 2011).
Rule: keys are carried by RSA-OAEP only. RSA with PKCS #1 v1.5 padding has Bleichenbacher's oracle.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from types import MappingProxyType

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from lxml import etree

from doorward.identity.saml import names
from doorward.identity.saml.broken import broken
from doorward.identity.saml.xml import Element, Malformed, children, everywhere, read_message, text_of

BLOCK = 16
NONCE = 12
TAG = 16

CIPHERS: Mapping[str, tuple[str, int]] = MappingProxyType(
    {
        f"{names.ENCRYPTION}aes128-cbc": ("cbc", 16),
        f"{names.ENCRYPTION}aes192-cbc": ("cbc", 24),
        f"{names.ENCRYPTION}aes256-cbc": ("cbc", 32),
        f"{names.ENCRYPTION_11}aes128-gcm": ("gcm", 16),
        f"{names.ENCRYPTION_11}aes192-gcm": ("gcm", 24),
        f"{names.ENCRYPTION_11}aes256-gcm": ("gcm", 32),
    }
)
"""What may encrypt the assertion, and the bytes of its key."""

OAEP_MGF1P = f"{names.ENCRYPTION}rsa-oaep-mgf1p"
OAEP = f"{names.ENCRYPTION_11}rsa-oaep"
MGF1_SHA1 = f"{names.ENCRYPTION_11}mgf1sha1"

# In OAEP, SHA-1 need not resist collisions: it is what nearly all providers send.
HASHES: Mapping[str, type[hashes.HashAlgorithm]] = MappingProxyType(
    {
        f"{names.SIGNATURE}sha1": hashes.SHA1,
        f"{names.ENCRYPTION}sha256": hashes.SHA256,
        "http://www.w3.org/2001/04/xmldsig-more#sha384": hashes.SHA384,
        f"{names.ENCRYPTION}sha512": hashes.SHA512,
    }
)
MASKS: Mapping[str, type[hashes.HashAlgorithm]] = MappingProxyType(
    {
        MGF1_SHA1: hashes.SHA1,
        f"{names.ENCRYPTION_11}mgf1sha256": hashes.SHA256,
        f"{names.ENCRYPTION_11}mgf1sha384": hashes.SHA384,
        f"{names.ENCRYPTION_11}mgf1sha512": hashes.SHA512,
    }
)

UNREADABLE = "its encrypted assertion cannot be opened and checked"


class _Unreadable(ValueError):
    """Leaves this module only as ``UNREADABLE``."""


def opened(encrypted: Element, key: rsa.RSAPrivateKey | None, *, found: Element) -> Element:
    """The assertion inside an EncryptedAssertion, in a document of its own, whose root is no part of it.

    ``found`` is the same element in the answer as it came. Namespaces that only encrypted text uses are
    known there alone, because canonical forms leave them out; since they are not signed there either,
    they may not say what an element is.

    Raises:
        SignInRefused: there is no key, an algorithm is not allowed, or it cannot be opened.
    """
    if key is None:
        raise broken(
            "it is encrypted, and Doorward has no key to open it",
            administrator="Set private_key and certificate, and give the provider Doorward's metadata again; "
            "or turn encryption of assertions off there.",
        )
    data = _only(encrypted, names.encryption("EncryptedData"))
    carrier = _only(encrypted, names.encryption("EncryptedKey"))
    kind, size = _cipher(data)
    scheme = _key_padding(carrier)
    try:
        try:
            content_key = key.decrypt(_octets(carrier), scheme)
        except ValueError:
            raise _Unreadable from None
        if len(content_key) != size:
            raise _Unreadable
        plain = _decrypted(kind, content_key, _octets(data))
        outer, inner = found.nsmap, data.nsmap
        return _document(plain, {**outer, **inner}, loose=outer.keys() - inner.keys())
    except (_Unreadable, Malformed):
        raise broken(UNREADABLE) from None


def _only(encrypted: Element, tag: str) -> Element:
    found = list(everywhere(encrypted, tag))
    if len(found) != 1:
        raise broken("its encrypted assertion is not one text under one key")
    return found[0]


def _algorithm(node: Element) -> tuple[str, Element]:
    methods = children(node, names.encryption("EncryptionMethod"))
    if len(methods) != 1:
        raise broken("it does not say how it is encrypted")
    return methods[0].get("Algorithm") or "", methods[0]


def _cipher(data: Element) -> tuple[str, int]:
    algorithm, _ = _algorithm(data)
    if algorithm not in CIPHERS:
        raise broken(
            "it is encrypted in a way that is not allowed",
            administrator="Have the provider encrypt with AES-GCM (or AES-CBC).",
        )
    return CIPHERS[algorithm]


def _key_padding(carrier: Element) -> padding.OAEP:
    algorithm, method = _algorithm(carrier)
    digest = _choice(method, names.signature("DigestMethod"), HASHES, f"{names.SIGNATURE}sha1")
    if algorithm == OAEP_MGF1P:
        return padding.OAEP(padding.MGF1(MASKS[MGF1_SHA1]()), digest(), None)
    if algorithm == OAEP:
        mask = _choice(method, f"{{{names.ENCRYPTION_11}}}MGF", MASKS, MGF1_SHA1)
        return padding.OAEP(padding.MGF1(mask()), digest(), None)
    raise broken(
        "its key is encrypted in a way that is not allowed",
        administrator="Have the provider encrypt keys with RSA-OAEP; RSA 1.5 is not safe.",
    )


def _choice(
    method: Element, tag: str, table: Mapping[str, type[hashes.HashAlgorithm]], default: str
) -> type[hashes.HashAlgorithm]:
    said = children(method, tag)
    name = (said[0].get("Algorithm") or "") if said else default
    if name not in table or len(said) > 1:
        raise broken("its key is encrypted in a way that is not allowed")
    return table[name]


def _octets(node: Element) -> bytes:
    values = [
        value
        for data in children(node, names.encryption("CipherData"))
        for value in children(data, names.encryption("CipherValue"))
    ]
    try:
        return base64.b64decode("".join(text_of(values[0]).split()), validate=True)
    except (IndexError, ValueError):
        raise _Unreadable from None


def _decrypted(kind: str, key: bytes, octets: bytes) -> bytes:
    if kind == "gcm":
        try:
            return AESGCM(key).decrypt(octets[:NONCE], octets[NONCE:], None)
        except (InvalidTag, ValueError):
            raise _Unreadable from None
    if len(octets) < 2 * BLOCK or len(octets) % BLOCK:
        raise _Unreadable
    decryptor = Cipher(algorithms.AES(key), modes.CBC(octets[:BLOCK])).decryptor()
    padded = decryptor.update(octets[BLOCK:]) + decryptor.finalize()
    # XML Encryption section 5.2: the last byte is the length, the others may be anything.
    if not 1 <= padded[-1] <= BLOCK:
        raise _Unreadable
    return padded[: -padded[-1]]


def _document(plain: bytes, prefixes: Mapping[str | None, str], *, loose: AbstractSet[str | None]) -> Element:
    """Parse ``plain`` as if it stood where these prefixes are known."""
    frame = etree.tostring(etree.Element("opened", nsmap=dict(prefixes))).removesuffix(b"/>")
    root = read_message(frame + b">" + plain + b"</opened>")
    inside = children(root, names.assertion("Assertion"))
    alone = len(root) == 1 and not (root.text or "").strip() and not (root[0].tail or "").strip()
    if len(inside) != 1 or not alone or any(node.prefix in loose for node in root[0].iter()):
        raise _Unreadable
    return root
