"""What has a configured key signed: the only way from an answer to something that is believed.

Rule: see what is signed. What is returned was parsed anew from the very bytes that the signature covers;
nothing else of the answer is read after this (signature wrapping: Somorovsky and others, "On breaking
SAML", 2012).
Rule: a signature stands in the element that it covers and refers to its ID; nothing but the enveloped
signature and exclusive canonicalisation happens in between (Core section 5.4).
Rule: the key is one that an administrator configured. Keys and certificates in the answer count for
nothing. SHA-1 counts for nothing either.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NewType

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from lxml import etree
from signxml.algorithms import CanonicalizationMethod, DigestAlgorithm, SignatureMethod
from signxml.exceptions import SignXMLException
from signxml.verifier import SignatureConfiguration, VerifyResult, XMLVerifier

from doorward.identity.saml import names
from doorward.identity.saml.broken import broken
from doorward.identity.saml.xml import ID, Element, children, everywhere

Signed = NewType("Signed", Element)
"""An element as a configured key has signed it."""

METHODS = frozenset(
    {
        SignatureMethod.RSA_SHA256,
        SignatureMethod.RSA_SHA384,
        SignatureMethod.RSA_SHA512,
        SignatureMethod.SHA256_RSA_MGF1,
        SignatureMethod.SHA384_RSA_MGF1,
        SignatureMethod.SHA512_RSA_MGF1,
        SignatureMethod.ECDSA_SHA256,
        SignatureMethod.ECDSA_SHA384,
        SignatureMethod.ECDSA_SHA512,
    }
)
DIGESTS = frozenset({DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512})
ENVELOPED = f"{names.SIGNATURE}enveloped-signature"
EXCLUSIVE = CanonicalizationMethod.EXCLUSIVE_XML_CANONICALIZATION_1_0.value
CANONICAL = (EXCLUSIVE, CanonicalizationMethod.CANONICAL_XML_1_0.value)

WRONG = "its signature is wrong, or by another key than the provider is known by"


def is_signed(element: Element) -> bool:
    """Whether there is a signature in this element, of whatever worth."""
    return bool(children(element, names.signature("Signature")))


def signed(element: Element, certificates: Sequence[x509.Certificate]) -> Signed:
    """What the signature in ``element`` covers. ``element`` is the root of its document or a child of it.

    Raises:
        SignInRefused: the signature does not hold.
    """
    _check_form(element)
    at_root = element.getparent() is None
    location = "./" if at_root else f"./{element.tag!s}/"
    for certificate in certificates:
        found = _verified(element.getroottree().getroot(), location, certificate)
        if found is not None:
            return _same(found, element)
    raise broken(
        WRONG,
        administrator="Compare the provider's signing certificate with the one configured here; it may "
        "have been renewed. Give its new metadata or certificate.",
    )


def _verified(root: Element, location: str, certificate: x509.Certificate) -> Element | None:
    expected = SignatureConfiguration(
        location=location,
        expect_references=1,
        signature_methods=METHODS,
        digest_algorithms=DIGESTS,
        ignore_ambiguous_key_info=True,  # keys in the answer are not even compared
        # The certificate's dates are not looked at (see certificates.py), and no clock is.
        verification_time=certificate.not_valid_before_utc,
    )
    try:
        result = XMLVerifier().verify(root, x509_cert=certificate, id_attribute=ID, expect_config=expected)
    except (SignXMLException, InvalidSignature, UnsupportedAlgorithm, etree.LxmlError):
        return None
    except (ValueError, TypeError, KeyError, AttributeError, NotImplementedError):
        return None  # a signature that is not even made right, such as one without a value
    return result.signed_xml if isinstance(result, VerifyResult) else None


def _same(found: Element, element: Element) -> Signed:
    if found.tag != element.tag or found.get(ID) != element.get(ID):
        raise broken("its signature covers something else")
    return Signed(found)


def _check_form(element: Element) -> None:
    """Whether the signature is of the form that SAML allows, before anything is computed."""
    signatures = children(element, names.signature("Signature"))
    information = [info for one in signatures for info in children(one, names.signature("SignedInfo"))]
    if len(signatures) != 1 or len(information) != 1:
        raise broken("it is not signed once")
    signature, info = signatures[0], information[0]
    if any(True for _ in everywhere(signature, names.signature("Object"), names.signature("Manifest"))):
        raise broken("its signature holds more than a signature")
    references = children(info, names.signature("Reference"))
    identifier = element.get(ID)
    if len(references) != 1 or not identifier or references[0].get("URI") != f"#{identifier}":
        raise broken("its signature covers something else")
    if _algorithms(info, "CanonicalizationMethod")[0] not in CANONICAL:
        raise broken("its signature is over another form of the text than SAML allows")
    transforms = [
        transform.get("Algorithm") for transform in everywhere(references[0], names.signature("Transform"))
    ]
    if transforms not in ([ENVELOPED, EXCLUSIVE], [ENVELOPED]):
        raise broken("its signature is over another form of the text than SAML allows")
    _check_algorithms(info, references[0])


def _check_algorithms(info: Element, reference: Element) -> None:
    method, digest = _algorithms(info, "SignatureMethod"), _algorithms(reference, "DigestMethod")
    allowed = {one.value for one in METHODS}, {one.value for one in DIGESTS}
    if method[0] in allowed[0] and digest[0] in allowed[1]:
        return
    weak = "sha1" in f"{method[0]}{digest[0]}".lower()
    raise broken(
        "it is signed with SHA-1, which is not safe" if weak else "it is signed in a way that is not allowed",
        administrator="Have the provider sign with RSA-SHA256.",
    )


def _algorithms(node: Element, name: str) -> list[str]:
    """The one algorithm that is named there."""
    found = [child.get("Algorithm") or "" for child in children(node, names.signature(name))]
    if len(found) != 1:
        raise broken("its signature does not say how it was made")
    return found
